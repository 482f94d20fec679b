//===- Compiled.h - What a compiled function holds --------------*- C++ -*-===//

#ifndef MOE_LIB_EXECUTION_COMPILED_H
#define MOE_LIB_EXECUTION_COMPILED_H

#include "moe/Execution/CompiledFunction.h"

#include "mlir/ExecutionEngine/ExecutionEngine.h"

namespace mlir::moe {

struct CompiledFunction::Impl {
  std::string entry, device;
  std::vector<ValueInfo> arguments, results;
  std::vector<LayerInfo> layers;
  /// The location of each index check.
  std::vector<std::string> sites;
  std::vector<std::string> stageNames, stageTexts;
  double parseSeconds = 0, compileSeconds = 0;
  std::unique_ptr<ExecutionEngine> engine;
  /// Takes a pointer to each argument of the function's C interface.
  void (*call)(void **) = nullptr;
};

} // namespace mlir::moe

#endif // MOE_LIB_EXECUTION_COMPILED_H
