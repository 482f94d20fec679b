//===- LoadedCode.cpp - Machine code in this process ----------------------===//

#include "LoadedCode.h"

#include "CodeParts.h"
#include "MachineCode.h"

#include "moe/Runtime/Runtime.h"

#include "mlir/ExecutionEngine/OptUtils.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/ExecutionEngine/Orc/AbsoluteSymbols.h"
#include "llvm/ExecutionEngine/Orc/CompileUtils.h"
#include "llvm/ExecutionEngine/Orc/ExecutionUtils.h"
#include "llvm/ExecutionEngine/Orc/SelfExecutorProcessControl.h"
#include "llvm/ExecutionEngine/SectionMemoryManager.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/Support/Threading.h"

#include <pthread.h>

using namespace mlir;
using namespace mlir::moe;
using namespace llvm::orc;

/// Also where there are more threads: what a part costs of itself grows, and
/// the largest kernel is one function.
static constexpr unsigned kParts = 2;

//===----------------------------------------------------------------------===//
// Compiling
//===----------------------------------------------------------------------===//

static std::string getWrapperName(StringRef name) {
  return ("moe.call." + name).str();
}

/// Adds a function that takes what `callee` does by one array.
static void addWrapper(llvm::Function &callee) {
  llvm::IRBuilder<> b(callee.getContext());
  llvm::Type *pointer = b.getPtrTy();
  auto *wrapper = llvm::Function::Create(
      llvm::FunctionType::get(b.getVoidTy(), {pointer}, false),
      llvm::GlobalValue::ExternalLinkage, getWrapperName(callee.getName()),
      callee.getParent());
  b.SetInsertPoint(llvm::BasicBlock::Create(callee.getContext(), "", wrapper));
  auto load = [&](unsigned i) {
    return b.CreateLoad(
        pointer, b.CreateConstInBoundsGEP1_64(pointer, wrapper->getArg(0), i));
  };
  SmallVector<llvm::Value *> arguments;
  for (llvm::Argument &argument : callee.args())
    arguments.push_back(
        b.CreateLoad(argument.getType(), load(argument.getArgNo())));
  llvm::Value *result = b.CreateCall(&callee, arguments);
  if (!result->getType()->isVoidTy())
    b.CreateStore(result, load(arguments.size()));
  b.CreateRetVoid();
}

using Object = std::unique_ptr<llvm::MemoryBuffer>;

/// `part` as an object. Functions of `names` get wrappers.
static llvm::Expected<Object> compilePart(ModuleOp part, bool isKernels,
                                          StringRef arch,
                                          ArrayRef<std::string> names) {
  auto machine = createProcessMachine(arch);
  if (!machine)
    return machine.takeError();
  (*machine)->setOptLevel(llvm::CodeGenOptLevel::Less);
  llvm::LLVMContext context;
  CodeErrors errors(context);
  std::unique_ptr<llvm::Module> module = translateModuleToLLVMIR(part, context);
  if (!module)
    return llvm::createStringError("expects a program that LLVM IR can say");
  module->setDataLayout((*machine)->createDataLayout());
  module->setTargetTriple((*machine)->getTargetTriple());
  for (const std::string &name : names)
    if (llvm::Function *callee = module->getFunction(name);
        callee && !callee->isDeclaration())
      addWrapper(*callee);
  llvm::Error error =
      isKernels ? optimizeKernels(*module, **machine)
                : makeOptimizingTransformer(/*optLevel=*/2, /*sizeLevel=*/0,
                                            machine->get())(module.get());
  if (error)
    return llvm::joinErrors(errors.take(), std::move(error));
  llvm::Expected<Object> object = SimpleCompiler(**machine)(*module);
  if (llvm::Error found = errors.take())
    return llvm::joinErrors(std::move(found), object.takeError());
  return object;
}

/// Compiles each part on a thread of its own where the process may run on more
/// than one.
static llvm::Expected<std::vector<Object>>
compileParts(ArrayRef<OwningOpRef<ModuleOp>> parts,
             llvm::function_ref<llvm::Expected<Object>(ModuleOp)> compile) {
  std::vector<std::optional<llvm::Expected<Object>>> objects(parts.size());
  auto run = [&](size_t i) { objects[i].emplace(compile(*parts[i])); };
  struct Work {
    llvm::function_ref<void(size_t)> run;
    size_t part;
    pthread_t thread;
  };
  std::vector<Work> others;
  others.reserve(parts.size());
  bool isThreaded = llvm::hardware_concurrency().compute_thread_count() > 1;
  for (size_t i = 1; i < parts.size(); ++i) {
    others.push_back({run, i, {}});
    auto start = [](void *work) -> void * {
      static_cast<Work *>(work)->run(static_cast<Work *>(work)->part);
      return nullptr;
    };
    // Not std::thread, which ends the process where there are no more threads.
    if (!isThreaded || pthread_create(&others.back().thread, nullptr, start,
                                      &others.back()) != 0) {
      others.pop_back();
      run(i);
    }
  }
  if (!parts.empty())
    run(0);
  for (Work &other : others)
    pthread_join(other.thread, nullptr);
  std::vector<Object> results;
  llvm::Error error = llvm::Error::success();
  for (std::optional<llvm::Expected<Object>> &object : objects)
    if (*object)
      results.push_back(std::move(**object));
    else
      error = llvm::joinErrors(std::move(error), object->takeError());
  if (error)
    return std::move(error);
  return results;
}

llvm::Expected<std::unique_ptr<LoadedCode>>
LoadedCode::compile(ModuleOp module, bool isKernels, StringRef arch,
                    ArrayRef<std::string> names) {
  auto machine = createProcessMachine(arch);
  if (!machine)
    return machine.takeError();
  std::vector<OwningOpRef<ModuleOp>> parts =
      splitCode(module, isKernels ? kParts : 1);
  if (parts.size() > 1) // attributes of one context, made under its locks
    module.getContext()->enableMultithreading();
  auto objects = compileParts(parts, [&](ModuleOp part) {
    return compilePart(part, isKernels, arch, names);
  });
  if (!objects)
    return objects.takeError();
  auto control = SelfExecutorProcessControl::Create(
      nullptr, std::make_unique<InPlaceTaskDispatcher>());
  if (!control)
    return control.takeError();
  std::unique_ptr<LoadedCode> code(new LoadedCode(std::move(*control)));
  if (llvm::Error error =
          code->link(std::move(*objects), (*machine)->createDataLayout()))
    return std::move(error);
  return code;
}

//===----------------------------------------------------------------------===//
// Linking
//===----------------------------------------------------------------------===//

LoadedCode::LoadedCode(std::unique_ptr<ExecutorProcessControl> control)
    : session(std::move(control)),
      linker(session,
             [](const llvm::MemoryBuffer &) {
               return std::make_unique<llvm::SectionMemoryManager>();
             }),
      library(session.createBareJITDylib("program")) {
  session.setErrorReporter([this](llvm::Error error) {
    failures += llvm::toString(std::move(error)) + "; ";
  });
}

LoadedCode::~LoadedCode() { llvm::cantFail(session.endSession()); }

/// Objects see each other, the runtime, and the C library of this process.
llvm::Error LoadedCode::link(std::vector<Object> objects,
                             const llvm::DataLayout &layout) {
  MangleAndInterner mangle(session, layout);
  SymbolMap symbols;
  for (const RuntimeSymbol *symbol = getRuntimeSymbols(); symbol->name;
       ++symbol)
    symbols[mangle(symbol->name)] = {ExecutorAddr::fromPtr(symbol->address),
                                     llvm::JITSymbolFlags::Exported |
                                         llvm::JITSymbolFlags::Callable};
  if (llvm::Error error = library.define(absoluteSymbols(std::move(symbols))))
    return error;
  auto process = DynamicLibrarySearchGenerator::GetForCurrentProcess(
      layout.getGlobalPrefix());
  if (!process)
    return process.takeError();
  library.addGenerator(std::move(*process));
  for (Object &object : objects)
    if (llvm::Error error = linker.add(library, std::move(object)))
      return error;
  return llvm::Error::success();
}

llvm::Expected<LoadedCode::Function> LoadedCode::find(StringRef name) {
  auto symbol = session.lookup({&library}, getWrapperName(name));
  std::string reported = std::move(failures);
  failures.clear();
  if (!symbol)
    return llvm::createStringError(reported +
                                   llvm::toString(symbol.takeError()));
  return symbol->toPtr<Function>();
}
