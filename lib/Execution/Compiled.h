//===- Compiled.h - What a compiled function holds --------------*- C++ -*-===//

#ifndef MOE_LIB_EXECUTION_COMPILED_H
#define MOE_LIB_EXECUTION_COMPILED_H

#include "LoadedCode.h"
#include "Lowered.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/Support/MemoryBuffer.h"

#include <atomic>
#include <mutex>

namespace mlir::moe {

struct CompiledFunction::Impl : Lowered {
  /// From 1: an address may be that of a function that is gone.
  static uint64_t makeNumber() {
    static std::atomic<uint64_t> last = 0;
    return ++last;
  }
  /// Where stages are kept: the program and how it was compiled, and what they
  /// are, once asked for.
  struct Source {
    std::unique_ptr<llvm::MemoryBuffer> text;
    CompileOptions options;
  } source;
  std::mutex stageLock;
  std::vector<std::string> stageTexts;
  double compileSeconds = 0;
  /// Which function it is, as no other one in the process.
  const uint64_t number = makeNumber();
  std::unique_ptr<LoadedCode> code;
};

} // namespace mlir::moe

#endif // MOE_LIB_EXECUTION_COMPILED_H
