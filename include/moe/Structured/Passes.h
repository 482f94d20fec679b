//===- Passes.h - moe to upstream value semantics ---------------*- C++ -*-===//

#ifndef MOE_STRUCTURED_PASSES_H
#define MOE_STRUCTURED_PASSES_H

#include "mlir/Pass/Pass.h"

namespace mlir::moe {

#define GEN_PASS_DECL
#include "moe/Structured/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "moe/Structured/Passes.h.inc"

} // namespace mlir::moe

#endif // MOE_STRUCTURED_PASSES_H
