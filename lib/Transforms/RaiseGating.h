//===- RaiseGating.h - Spelled-out selection to moe.gate --------*- C++ -*-===//

#ifndef MOE_LIB_TRANSFORMS_RAISEGATING_H
#define MOE_LIB_TRANSFORMS_RAISEGATING_H

#include "moe/IR/Moe.h"

#include "mlir/IR/PatternMatch.h"

namespace mlir::moe {

/// Makes a `moe.gate` of each top-k that is written as a sort of keys with
/// their indices and slices of the first k, together with the score in front
/// of it (softmax, sigmoid, a bias, a mask of groups) and the normalization
/// behind it. Remarks `RaiseGating` say what was done. Returns the number of
/// gates made.
unsigned raiseGating(Operation *root, bool assumeFinite,
                     RewriterBase &rewriter);

/// Nobody reads `op`, and it does nothing else: importers' sorts and scatters
/// included, which are not known to be free of effects.
bool isDead(Operation *op);

} // namespace mlir::moe

#endif // MOE_LIB_TRANSFORMS_RAISEGATING_H
