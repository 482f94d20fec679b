//===- CompiledFunction.cpp - From IR text to a callable function ---------===//

#include "Clock.h"
#include "Compiled.h"

using namespace mlir;
using namespace mlir::moe;

/// Compiles the llvm dialect to machine code for this machine.
static llvm::Error assemble(ModuleOp module, CompiledFunction::Impl &impl) {
  std::vector<std::pair<std::string, Lowered::Call *>> calls = {
      {"_mlir_ciface_" + impl.symbol, &impl.layer}};
  if (impl.prepare)
    calls.push_back(
        {"_mlir_ciface_" + impl.prepare->name, &impl.prepare->call});
  std::vector<std::string> names;
  for (const auto &[name, call] : calls)
    names.push_back(name);
  bool isKernels = impl.route == Route::CPU;
  auto code =
      LoadedCode::compile(module, isKernels, isKernels ? impl.arch : "", names);
  if (!code)
    return code.takeError();
  for (const auto &[name, call] : calls) {
    auto function = (*code)->find(name);
    if (!function)
      return function.takeError();
    call->function = *function;
  }
  impl.code = std::move(*code);
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
