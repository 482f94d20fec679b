//===- Lowering.h - From tensors to the llvm dialect ------------*- C++ -*-===//

#ifndef MOE_LIB_PIPELINE_LOWERING_H
#define MOE_LIB_PIPELINE_LOWERING_H

#include "moe/Pipeline/Stages.h"

#include "mlir/Pass/PassManager.h"

namespace mlir::moe {

/// The last stages of the routes, without their checks.
void buildReferenceLlvm(OpPassManager &pm, const RouteOptions &options);
void buildCpuBuffers(OpPassManager &pm, const RouteOptions &options);
void buildCpuLlvm(OpPassManager &pm, const RouteOptions &options);

} // namespace mlir::moe

#endif // MOE_LIB_PIPELINE_LOWERING_H
