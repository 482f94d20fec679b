//===- CompiledObject.cpp - From IR text to an object ---------------------===//

#include "moe/Execution/CompiledObject.h"

#include "MachineCode.h"
#include "ObjectEntry.h"

#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Analysis/TargetLibraryInfo.h"
#include "llvm/IR/LegacyPassManager.h"

using namespace mlir;
using namespace mlir::moe;

/// The C library, the runtime and the linker know functions by their names.
static llvm::Error checkName(StringRef name, const llvm::Triple &triple) {
  llvm::TargetLibraryInfoImpl library(triple);
  llvm::LibFunc function;
  bool isRuntime =
      name.size() > 3 && name.starts_with("moe") && llvm::isUpper(name[3]);
  bool isTaken = isRuntime || name == "main" || name == "moe_status" ||
                 name == "_start" || name == "_init" || name == "_fini" ||
                 name.starts_with("GOMP_") || name.starts_with("omp_") ||
                 library.getLibFunc(name, function);
  for (const RuntimeSymbol *symbol = getRuntimeSymbols(); symbol->name;
       ++symbol)
    isTaken |= name == symbol->linkName;
  if (!isTaken)
    return llvm::Error::success();
  return llvm::createStringError("expects a C name that no library has, found "
                                 "'" +
                                 name + "'");
}

/// What is in the module stays in it, and the runtime's functions go by the
/// names that its library has.
static void linkRuntime(llvm::Module &module) {
  for (llvm::GlobalValue &global : module.global_values())
    if (!global.isDeclaration())
      global.setLinkage(llvm::GlobalValue::InternalLinkage);
  for (const RuntimeSymbol *symbol = getRuntimeSymbols(); symbol->name;
       ++symbol) {
    llvm::Function *function = module.getFunction(symbol->name);
    if (!function || !function->isDeclaration())
      continue;
    if (llvm::Function *other = module.getFunction(symbol->linkName);
        other && other != function)
      other->setName(Twine("moe.wrapper.") + symbol->linkName);
    function->setName(symbol->linkName);
  }
  for (llvm::Function &function : llvm::make_early_inc_range(module))
    if (function.isDeclaration() && function.use_empty())
      function.eraseFromParent();
}

static llvm::Expected<std::string>
emit(llvm::Module &module, llvm::TargetMachine &machine, ObjectForm form) {
  if (form == ObjectForm::LLVM) {
    std::string text;
    llvm::raw_string_ostream os(text);
    module.print(os, nullptr);
    return text;
  }
  llvm::SmallString<0> code;
  llvm::raw_svector_ostream os(code);
  llvm::legacy::PassManager passes;
  auto type = form == ObjectForm::Object ? llvm::CodeGenFileType::ObjectFile
                                         : llvm::CodeGenFileType::AssemblyFile;
  if (machine.addPassesToEmitFile(passes, os, nullptr, type))
    return llvm::createStringError("expects a target that emits objects, "
                                   "found none");
  passes.run(module);
  return code.str().str();
}

static llvm::Expected<std::string> compileCode(ModuleOp lowered,
                                               const CInterface &interface,
                                               const Lowered &info,
                                               ObjectForm form) {
  auto machine = createObjectMachine(info.arch);
  if (!machine)
    return machine.takeError();
  if (llvm::Error error =
          checkName(interface.name, (*machine)->getTargetTriple()))
    return error;
  llvm::LLVMContext context;
  CodeErrors errors(context);
  std::unique_ptr<llvm::Module> module =
      translateModuleToLLVMIR(lowered, context, interface.name);
  if (!module)
    return llvm::createStringError("expects a program that LLVM IR can say");
  linkRuntime(*module);
  if (llvm::Error error = addObjectEntry(*module, interface, info))
    return error;
  if (llvm::Error error = optimizeKernels(*module, **machine))
    return llvm::joinErrors(errors.take(), std::move(error));
  llvm::Expected<std::string> code = emit(*module, **machine, form);
  if (llvm::Error found = errors.take())
    return llvm::joinErrors(std::move(found), code.takeError());
  return code;
}

llvm::Expected<CompiledObject>
moe::compileObject(StringRef text, StringRef name,
                   const ObjectOptions &options) {
  auto buffer = llvm::MemoryBuffer::getMemBufferCopy(text, name);
  CompileOptions compile;
  compile.entry = options.entry;
  compile.device = "cpu";
  compile.target = options.target;
  compile.assumeFinite = options.assumeFinite;
  Lowered lowered;
  auto program = parseProgram(*buffer, compile, lowered);
  if (!program)
    return program.takeError();
  func::FuncOp entry = (*program)->getEntry();
  findResultSizes(entry, lowered.arguments, lowered.results);
  auto interface = buildCInterface(entry, lowered, options.name);
  if (failed(interface))
    return (*program)->fail("bad names");
  if (llvm::Error error = lowerProgram(**program, compile, lowered))
    return error;
  auto code =
      compileCode((*program)->getModule(), *interface, lowered, options.form);
  if (!code)
    return llvm::createStringError(
        name + ": error: " + llvm::toString(code.takeError()));
  return CompiledObject{interface->name, std::move(*code),
                        writeCHeader(*interface, lowered.arch)};
}
