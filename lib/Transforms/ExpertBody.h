//===- ExpertBody.h - What the ops of an expert region are ------*- C++ -*-===//
//
// Sorts the values of a moe.expert region into what a grouped matmul can do
// (contractions with a stacked parameter, elementwise ops on the accumulators,
// slices of columns) and the rest, and says which values have to be stored.
//
//===----------------------------------------------------------------------===//

#ifndef MOE_LIB_TRANSFORMS_EXPERTBODY_H
#define MOE_LIB_TRANSFORMS_EXPERTBODY_H

#include "moe/IR/Moe.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"

namespace mlir::moe {

/// `rows [m,K] x weight [K,N]` (or `[N,K]`) inside an expert region.
struct Contraction {
  linalg::LinalgOp op;
  Value rows;
  Value weight;    ///< as the op uses it: a parameter or a slice of one
  bool transposed; ///< the weight is `[N,K]`
};

/// Columns `offset + stride * n` of a value.
struct Columns {
  int64_t offset = 0;
  int64_t stride = 1;
  int64_t size = 0;
};

/// The classification of one expert region.
class ExpertBody {
public:
  explicit ExpertBody(ExpertOp op);

  ExpertOp getOp() const { return op; }
  /// f64 where a row operand is, else f32: what accumulators and epilogues
  /// compute in. Nothing wider is fused.
  FloatType getComputeType() const { return computeType; }
  /// The value depends on the rows of the expert, not just on their number.
  bool dependsOnRows(Value value) const { return rowValues.contains(value); }
  /// The contraction that defines `value`, if a grouped matmul can do it.
  const Contraction *getContraction(Value value) const;
  /// An elementwise op over `[m,N]` whose operands are row values `[m,N]`,
  /// scalars, or parameters read by column.
  bool isElementwise(Value value) const;
  /// A slice of the columns of a row value with static bounds.
  std::optional<Columns> getColumnSlice(Value value) const;
  /// The values that have to exist as `[R,N]`: operands of contractions and of
  /// what is left to regions, results, and contractions used by several.
  bool isStored(Value value) const { return stored.contains(value); }
  /// The first op that neither a grouped matmul nor an epilogue can do, or
  /// null.
  Operation *getFirstOpaqueOp() const { return firstOpaque; }
  /// The stacked parameter that `value` is a slice of, or null.
  Value getParam(Value value) const;
  /// What is read where `value` is read at `map` over (m, n): the source of
  /// broadcasts and fills, and the map into it (no results for a scalar).
  std::pair<Value, AffineMap> lookThrough(Value value, AffineMap map) const;

private:
  void classify(Operation &op);
  void store(Value value);
  /// Contractions in the elementwise cone of `value`, up to stored values.
  void collectContractions(Value value, llvm::SetVector<Value> &found) const;
  bool isEpilogueOperand(linalg::LinalgOp op, OpOperand &operand) const;

  bool isConstantOrArgument(Value value) const;

  ExpertOp op;
  FloatType computeType;
  llvm::DenseSet<Value> rowValues;
  llvm::MapVector<Value, Contraction> contractions;
  llvm::DenseSet<Value> elementwise;
  llvm::DenseMap<Value, Columns> slices;
  llvm::SetVector<Value> stored;
  Operation *firstOpaque = nullptr;
};

} // namespace mlir::moe

#endif // MOE_LIB_TRANSFORMS_EXPERTBODY_H
