//===- RaiseUnrolled.h - Experts written one by one to moe ------*- C++ -*-===//

#ifndef MOE_LIB_TRANSFORMS_RAISEUNROLLED_H
#define MOE_LIB_TRANSFORMS_RAISEUNROLLED_H

#include "moe/IR/Moe.h"

#include "mlir/IR/PatternMatch.h"

namespace mlir::moe {

/// Finds sums of `gate * expert(x)` that are written term by term, each expert
/// the same program with parameters of its own, and raises them as if the
/// parameters were stacked. Other terms of the same sum are added to what comes
/// out. Returns the number of sums that were raised.
unsigned raiseUnrolled(Operation *root, bool assumeFinite,
                       RewriterBase &rewriter);

} // namespace mlir::moe

#endif // MOE_LIB_TRANSFORMS_RAISEUNROLLED_H
