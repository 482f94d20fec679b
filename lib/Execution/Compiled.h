//===- Compiled.h - What a compiled function holds --------------*- C++ -*-===//

#ifndef MOE_LIB_EXECUTION_COMPILED_H
#define MOE_LIB_EXECUTION_COMPILED_H

#include "moe/Execution/CompiledFunction.h"
#include "moe/Pipeline/Stages.h"

#include "mlir/ExecutionEngine/ExecutionEngine.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/MemoryBuffer.h"

#include <mutex>

namespace mlir::moe {

struct CompiledFunction::Impl {
  /// `symbol`: the entry among the functions that were renamed.
  std::string entry, symbol, device;
  Route route = Route::Reference;
  bool optimized = false;
  std::vector<ValueInfo> arguments, results;
  std::vector<LayerInfo> layers;
  /// Each check that the program makes: where it is and, for an assertion, what
  /// it says and how its expected number is said.
  struct Site {
    std::string location, message;
    std::optional<std::string> relation;
  };
  std::vector<Site> sites;
  std::vector<std::string> stageNames;
  /// Where stages are kept: the program and how it was compiled, and what they
  /// are, once asked for.
  struct Source {
    std::unique_ptr<llvm::MemoryBuffer> text;
    CompileOptions options;
  } source;
  std::mutex stageLock;
  std::vector<std::string> stageTexts;
  double parseSeconds = 0, compileSeconds = 0;
  std::unique_ptr<ExecutionEngine> engine;
  /// A function of the program. `function` takes a pointer to each argument of
  /// its C interface.
  struct Call {
    std::vector<ValueInfo> arguments, results;
    void (*function)(void **) = nullptr;
  };
  /// The entry.
  Call layer;
  /// What is done ahead of its calls: from the `parameters`, numbers of the
  /// program's arguments. The layer takes the `kept` arguments, then its
  /// results.
  struct Prepare {
    std::string name;
    SmallVector<int64_t> parameters, kept;
    Call call;
  };
  std::optional<Prepare> prepare;
};

/// Adds the sizes of `array` to `dims`, by the names of `info`. Error: a name
/// has two sizes.
llvm::Error bindSizes(const ValueInfo &info, const Array &array,
                      llvm::StringMap<int64_t> &dims);

} // namespace mlir::moe

#endif // MOE_LIB_EXECUTION_COMPILED_H
