//===- RaiseExperts.h - Sums over experts in linalg to moe ------*- C++ -*-===//

#ifndef MOE_LIB_TRANSFORMS_RAISEEXPERTS_H
#define MOE_LIB_TRANSFORMS_RAISEEXPERTS_H

#include "moe/IR/Moe.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/PatternMatch.h"

namespace mlir::moe {

/// Finds sums over slots or experts below `root` whose terms are slot programs
/// and makes them dispatch, expert and combine. Where every expert runs on
/// every token, skipping needs finite math: `assumeFinite`, or fast-math flags
/// on the ops. Remarks name what was done and what stood in the way.
/// Returns the number of sums that were raised.
unsigned raiseExperts(Operation *root, bool assumeFinite,
                      RewriterBase &rewriter);

/// Raises the sum `op`, if it is one; gives what replaced it, or null. `why`
/// stays empty where it does not look like a sum over experts. With
/// `needsGate`, terms without a factor of their own are left alone.
Value raiseSum(linalg::LinalgOp op, bool needsGate, bool assumeFinite,
               RewriterBase &rewriter, std::string &why);

} // namespace mlir::moe

#endif // MOE_LIB_TRANSFORMS_RAISEEXPERTS_H
