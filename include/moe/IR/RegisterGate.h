//===- RegisterGate.h - Gates that need few registers -----------*- C++ -*-===//

#ifndef MOE_IR_REGISTERGATE_H
#define MOE_IR_REGISTERGATE_H

#include "moe/IR/Moe.h"

namespace mlir::moe {

/// One walk over a token's logits can choose its experts, with what it has
/// found so far in registers: top-k, or top-k in groups, of few slots and
/// groups, with a score of this dialect, in f32.
bool isRegisterGate(GateOp op);

} // namespace mlir::moe

#endif // MOE_IR_REGISTERGATE_H
