//===- GroupMask.h - Keys of which the best groups count --------*- C++ -*-===//

#ifndef MOE_LIB_TRANSFORMS_GROUPMASK_H
#define MOE_LIB_TRANSFORMS_GROUPMASK_H

#include "TensorExpr.h"

#include "moe/IR/Moe.h"

namespace mlir::moe {

/// Keys `[T,L]` of which only those in the best groups of experts count.
struct GroupMask {
  TensorExprRef keys; ///< as they are without the mask
  double masked;      ///< what a masked key is instead
  int64_t groups = 1, kept = 1;
  GroupBy by = GroupBy::Max;

  bool keepsAll() const { return kept == groups; }
};

/// The mask of `expr` over `numExperts`, or a failure; `why` says what is
/// missing where it looks like one.
FailureOr<GroupMask> matchGroupMask(const TensorExprRef &expr,
                                    int64_t numExperts, std::string &why);

} // namespace mlir::moe

#endif // MOE_LIB_TRANSFORMS_GROUPMASK_H
