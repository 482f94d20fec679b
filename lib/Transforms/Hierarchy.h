//===- Hierarchy.h - A mixture whose experts are mixtures -------*- C++ -*-===//

#ifndef MOE_LIB_TRANSFORMS_HIERARCHY_H
#define MOE_LIB_TRANSFORMS_HIERARCHY_H

#include "moe/IR/Moe.h"
#include "moe/IR/TensorCasts.h"

namespace mlir::moe {

/// Dispatch, experts and combine of one level.
struct Level {
  DispatchOp dispatch;
  ExpertOp experts;
  CombineOp combine;
};

/// Reads a mixture of mixtures; says what is in the way.
class Hierarchy {
public:
  explicit Hierarchy(ExpertOp groups) { outer.experts = groups; }

  /// False: left as it is. There is a remark, unless nothing is nested.
  bool match();

  Level outer, inner;
  GateOp gate;               ///< of the nested level
  SmallVector<Value> rows;   ///< of the nested experts, `[T,D]`
  SmallVector<Value> params; ///< of the nested experts, `[a,b,...]`

  /// A value of the groups' region as seen outside, null: it is not the same
  /// for every group. Constants are cloned.
  Value outside(OpBuilder &builder, Value value);

private:
  bool missed(Operation *op, const Twine &reason);
  bool matchOuter();
  bool matchInner();
  bool matchLevel(Level &level, StringRef name);
  bool matchGate();
  bool matchOperands();
  bool isSame(Value value);
};

} // namespace mlir::moe

#endif // MOE_LIB_TRANSFORMS_HIERARCHY_H
