//===- CompiledFunction.cpp - From IR text to a callable function ---------===//

#include "Clock.h"
#include "Compiled.h"
#include "MachineCode.h"

#include "mlir/ExecutionEngine/OptUtils.h"

using namespace mlir;
using namespace mlir::moe;

/// Compiles the llvm dialect to machine code for this machine.
static llvm::Error assemble(ModuleOp module, CompiledFunction::Impl &impl) {
  bool isKernels = impl.route == Route::CPU;
  auto machine = createProcessMachine(isKernels ? impl.arch : "");
  if (!machine)
    return machine.takeError();
  std::function<llvm::Error(llvm::Module *)> optimize =
      makeOptimizingTransformer(/*optLevel=*/2, /*sizeLevel=*/0,
                                machine->get());
  if (isKernels)
    optimize = [&machine = **machine](llvm::Module *module) {
      return optimizeKernels(*module, machine);
    };
  ExecutionEngineOptions options;
  options.transformer = optimize;
  options.jitCodeGenOptLevel = llvm::CodeGenOptLevel::Less;
  options.enableGDBNotificationListener = false;
  options.enablePerfNotificationListener = false;
  // The engine owns the machine, and no longer optimizes when it is gone.
  auto engine = ExecutionEngine::create(module, options, std::move(*machine));
  if (!engine)
    return engine.takeError();
  (*engine)->registerSymbols([](llvm::orc::MangleAndInterner mangle) {
    llvm::orc::SymbolMap symbols;
    for (const RuntimeSymbol *symbol = getRuntimeSymbols(); symbol->name;
         ++symbol)
      symbols[mangle(symbol->name)] = {
          llvm::orc::ExecutorAddr::fromPtr(symbol->address),
          llvm::JITSymbolFlags::Exported | llvm::JITSymbolFlags::Callable};
    return symbols;
  });
  auto call = (*engine)->lookupPacked("_mlir_ciface_" + impl.symbol);
  if (!call)
    return call.takeError();
  impl.layer.function = *call;
  if (impl.prepare) {
    auto prepare =
        (*engine)->lookupPacked("_mlir_ciface_" + impl.prepare->name);
    if (!prepare)
      return prepare.takeError();
    impl.prepare->call.function = *prepare;
  }
  impl.engine = std::move(*engine);
  return llvm::Error::success();
}

static llvm::Expected<std::unique_ptr<CompiledFunction::Impl>>
compile(std::unique_ptr<llvm::MemoryBuffer> buffer,
        const CompileOptions &options) {
  auto impl = std::make_unique<CompiledFunction::Impl>();
  double start = now();
  auto program = parseProgram(*buffer, options, *impl);
  if (!program)
    return program.takeError();
  if (llvm::Error error = lowerProgram(**program, options, *impl))
    return error;
  if (llvm::Error error = assemble((*program)->getModule(), *impl))
    return llvm::createStringError(buffer->getBufferIdentifier() + ": " +
                                   llvm::toString(std::move(error)));
  impl->compileSeconds = now() - start - impl->parseSeconds;
  if (options.keepStages)
    impl->source = {std::move(buffer), options};
  return impl;
}

llvm::Expected<std::unique_ptr<CompiledFunction>>
CompiledFunction::compileText(StringRef text, StringRef name,
                              const CompileOptions &options) {
  auto impl =
      compile(llvm::MemoryBuffer::getMemBufferCopy(text, name), options);
  if (!impl)
    return impl.takeError();
  return std::unique_ptr<CompiledFunction>(
      new CompiledFunction(std::move(*impl)));
}

llvm::Expected<std::unique_ptr<CompiledFunction>>
CompiledFunction::compileFile(StringRef path, const CompileOptions &options) {
  auto file = llvm::MemoryBuffer::getFile(path);
  if (!file)
    return llvm::createStringError(path + ": " + file.getError().message());
  auto impl = compile(std::move(*file), options);
  if (!impl)
    return impl.takeError();
  return std::unique_ptr<CompiledFunction>(
      new CompiledFunction(std::move(*impl)));
}
