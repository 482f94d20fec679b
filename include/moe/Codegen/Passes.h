//===- Passes.h - Buffers to code, on every route ---------------*- C++ -*-===//

#ifndef MOE_CODEGEN_PASSES_H
#define MOE_CODEGEN_PASSES_H

#include "mlir/Pass/Pass.h"

namespace mlir::moe {

#define GEN_PASS_DECL
#include "moe/Codegen/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "moe/Codegen/Passes.h.inc"

} // namespace mlir::moe

#endif // MOE_CODEGEN_PASSES_H
