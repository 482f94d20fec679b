//===- Moe.h - The moe dialect ----------------------------------*- C++ -*-===//
//
// Everything a user of the dialect includes: ops, attributes, interfaces.
//
//===----------------------------------------------------------------------===//

#ifndef MOE_IR_MOE_H
#define MOE_IR_MOE_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace mlir::moe {

/// What a selection chooses from. All values are f32, or f64 for f64 logits.
struct SelectionInputs {
  Value logits; ///< [T,L], after noise
  Value scores; ///< [T,L]
  Value keys;   ///< [T,L]: the logits, or score + bias (Semantics, gate)
  Value biased; ///< [T,L]: score + bias, or the scores where there is no bias
  Value thresholds; ///< [L] or null
  Value uniform;    ///< [T] or null
  Value capacity;   ///< index or null
  int64_t slots;    ///< K
};

/// What it has chosen.
struct Selection {
  Value experts; ///< [T,K], i32
  Value kept;    ///< [T,K], i1; null: every slot
};

/// Makes the dialect known to `registry`. Interfaces that other libraries
/// attach to its ops come with registerMoeExtensions.
void registerMoeDialect(DialectRegistry &registry);

} // namespace mlir::moe

#include "moe/IR/MoeDialect.h.inc"
#include "moe/IR/MoeEnums.h.inc"
#include "moe/IR/MoeInterfaces.h.inc"
#define GET_ATTRDEF_CLASSES
#include "moe/IR/MoeAttrs.h.inc"
#define GET_OP_CLASSES
#include "moe/IR/MoeOps.h.inc"

#endif // MOE_IR_MOE_H
