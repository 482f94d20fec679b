//===- Passes.h - Every pass and pipeline of the compiler -------*- C++ -*-===//

#ifndef MOE_PIPELINE_PASSES_H
#define MOE_PIPELINE_PASSES_H

#include "moe/Pipeline/Stages.h"

#include "mlir/Pass/Pass.h"

namespace mlir::moe {

#define GEN_PASS_DECL
#include "moe/Pipeline/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "moe/Pipeline/Passes.h.inc"

/// Registers all passes of this project and the pipeline `moe-reference`.
void registerMoePasses();

} // namespace mlir::moe

#endif // MOE_PIPELINE_PASSES_H
