//===- Passes.h - Level 2 to code of a CPU ----------------------*- C++ -*-===//

#ifndef MOE_CODEGEN_CPU_PASSES_H
#define MOE_CODEGEN_CPU_PASSES_H

#include "mlir/Pass/Pass.h"

namespace mlir::moe {

#define GEN_PASS_DECL
#include "moe/Codegen/CPU/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "moe/Codegen/CPU/Passes.h.inc"

} // namespace mlir::moe

#endif // MOE_CODEGEN_CPU_PASSES_H
