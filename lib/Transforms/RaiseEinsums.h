//===- RaiseEinsums.h - Dispatch and combine as einsums to moe --*- C++ -*-===//

#ifndef MOE_LIB_TRANSFORMS_RAISEEINSUMS_H
#define MOE_LIB_TRANSFORMS_RAISEEINSUMS_H

#include "moe/IR/Moe.h"

#include "mlir/IR/PatternMatch.h"

namespace mlir::moe {

/// Finds programs that gather rows for each place of each expert by a product
/// with a mask `[T,E,C]`, apply the experts to all places, and sum by a product
/// with weights `[T,E,C]`, and raises them to dispatch with a capacity, expert
/// and combine. Returns the number of programs that were raised.
unsigned raiseEinsums(Operation *root, bool assumeFinite,
                      RewriterBase &rewriter);

} // namespace mlir::moe

#endif // MOE_LIB_TRANSFORMS_RAISEEINSUMS_H
