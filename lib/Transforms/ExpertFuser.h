//===- ExpertFuser.h - The ops that an expert region becomes ----*- C++ -*-===//

#ifndef MOE_LIB_TRANSFORMS_EXPERTFUSER_H
#define MOE_LIB_TRANSFORMS_EXPERTFUSER_H

#include "ExpertBody.h"

namespace mlir::moe {

/// Rewrites one expert op. Stored values of the region map to `[R,N]` values
/// outside; they are made on demand.
class ExpertFuser {
public:
  ExpertFuser(ExpertOp op, OpBuilder &builder)
      : op(op), body(op), builder(builder), loc(op.getLoc()) {}

  /// The rows of region value `value`, for all experts.
  Value materialize(Value value);
  /// Result `index` of the expert, added into the tokens of `combine`.
  Value accumulate(unsigned index, CombineOp combine);
  /// Result `index` can be added into tokens by its last matmul.
  bool canAccumulate(unsigned index);

  unsigned getNumMatmuls() const { return numMatmuls; }
  unsigned getNumRegions() const { return numRegions; }
  const ExpertBody &getBody() const { return body; }

private:
  Value outside(Value value);
  Value sliceWeight(const Contraction &contraction, Columns columns);
  Value buildMatmul(Value value, const Contraction &primary, CombineOp combine);
  Value buildRegion(Value value);
  const Contraction *findPrimary(Value value, SmallVectorImpl<Value> &others);
  Value emptyRows(RankedTensorType like);

  ExpertOp op;
  ExpertBody body;
  OpBuilder &builder;
  Location loc;
  llvm::DenseMap<Value, Value> rows;
  unsigned numMatmuls = 0, numRegions = 0;
};

} // namespace mlir::moe

#endif // MOE_LIB_TRANSFORMS_EXPERTFUSER_H
