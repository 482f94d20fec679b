//===- EpilogueBuilder.h - Elementwise ops on accumulators ------*- C++ -*-===//
//
// Clones the elementwise cone of a stored value into the epilogue region of a
// grouped matmul. Columns are tracked, so that a slice of the columns of a
// contraction becomes a contraction with a slice of the weight.
//
//===----------------------------------------------------------------------===//

#ifndef MOE_LIB_TRANSFORMS_EPILOGUEBUILDER_H
#define MOE_LIB_TRANSFORMS_EPILOGUEBUILDER_H

#include "ExpertBody.h"

namespace mlir::moe {

/// One accumulator of a grouped matmul: columns of a contraction.
struct Accumulator {
  Value contraction;
  Columns columns;
};

/// One epilogue operand: a value of the expert region and how it is read over
/// (e, r, n, s).
struct EpilogueOperand {
  Value value;
  AffineMap map;
};

/// Collects the accumulators and operands that the cone of a stored value
/// needs, then builds the region's ops.
class EpilogueBuilder {
public:
  /// `value`: the stored value; contractions with the rows and the orientation
  /// of `primary` are accumulators, others are read as rows `[R,N]`.
  EpilogueBuilder(const ExpertBody &body, Value value,
                  const Contraction &primary);

  ArrayRef<Accumulator> getAccumulators() const { return accumulators; }
  ArrayRef<EpilogueOperand> getOperands() const { return operands; }

  /// Builds the cone in the block at `builder`, whose arguments are the
  /// accumulators, then the operands; returns the scalar in the compute type.
  /// Intermediates narrower than the compute type stay in the compute type
  /// (docs/Semantics.md, fusion).
  Value build(OpBuilder &builder, Location loc, Block::BlockArgListType args,
              FloatType computeType);

private:
  void collect(Value value, Columns columns);
  Value emit(OpBuilder &builder, Location loc, Value value, Columns columns);
  bool isAccumulator(Value value) const;
  bool isOperand(Value value) const;
  unsigned indexOf(Value contraction, Columns columns) const;
  EpilogueOperand readOperand(linalg::LinalgOp op, OpOperand &operand,
                              Columns columns) const;
  void addOperand(EpilogueOperand operand);

  const ExpertBody &body;
  Value root;
  Contraction primary;
  SmallVector<Accumulator> accumulators;
  SmallVector<EpilogueOperand> operands;
  SmallVector<std::pair<Value, Columns>> visited;
  // While building.
  Block::BlockArgListType arguments;
  FloatType computeType;
  SmallVector<std::tuple<Value, Columns, Value>> built;
};

/// Columns of `outer` taken of `inner`: first inner, then outer selects.
Columns composeColumns(Columns inner, Columns outer);

} // namespace mlir::moe

#endif // MOE_LIB_TRANSFORMS_EPILOGUEBUILDER_H
