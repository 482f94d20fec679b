//===- RowWalk.h - What each value knows of the rows -----------*- C++ -*-===//
//-*-===//
//
// A forward walk over an expert region. Rows live in a space: the rows of the
// expert, or the rows of one nested dispatch. A free tensor that is read at the
// row's index mixes rows too: it sees the place of the row among the others.
// Private to lib/IR.
//
//===----------------------------------------------------------------------===//

#ifndef MOE_LIB_IR_ROWWALK_H
#define MOE_LIB_IR_ROWWALK_H

#include "moe/IR/RowLocality.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace mlir::moe {

/// What is known of one value.
struct RowState {
  enum Kind {
    Free,    ///< knows nothing of the rows
    Count,   ///< is the number of rows
    Rows,    ///< a tensor: slice r along `dim` depends on row r only
    Slots,   ///< the slots of a nested dispatch
    Offsets, ///< the offsets of a nested dispatch
    Mixed    ///< anything else; `dim` is its reason
  } kind = Free;
  Operation *space = nullptr; ///< null: the expert's rows; else a dispatch
  int64_t dim = 0;

  static RowState rows(int64_t dim, Operation *space) {
    return {Rows, space, dim};
  }
  static RowState count(Operation *space) { return {Count, space, 0}; }
  bool isFree() const { return kind == Free; }
  bool isRows() const { return kind == Rows; }
  bool isMixed() const { return kind == Mixed; }
  bool operator==(const RowState &other) const {
    return kind == other.kind && space == other.space && dim == other.dim;
  }
  bool operator!=(const RowState &other) const { return !(*this == other); }
};

class RowWalk {
public:
  /// Gives the results of all ops of `block` their states.
  void walk(Block &block);
  void set(Value value, RowState state) { states[value] = state; }
  RowState get(Value value) const { return states.lookup(value); }
  const RowMixing &reasonOf(RowState mixed) const { return reasons[mixed.dim]; }

private:
  // Each gives the results of one op their states.
  void visit(Operation *op);
  void visitLinalg(linalg::LinalgOp op);
  void visitSoftmax(linalg::SoftmaxOp op);
  void visitElementwise(Operation *op);
  void visitDim(tensor::DimOp op);
  void visitSizes(Operation *op, RankedTensorType type, ValueRange sizes);
  void visitSplat(tensor::SplatOp op);
  void visitExtractSlice(tensor::ExtractSliceOp op);
  void visitInsertSlice(tensor::InsertSliceOp op);
  void visitExpandShape(tensor::ExpandShapeOp op);
  void visitCollapseShape(tensor::CollapseShapeOp op);
  void visitPad(tensor::PadOp op);
  void visitConcat(tensor::ConcatOp op);
  void visitIf(scf::IfOp op);
  void visitFor(scf::ForOp op);
  void visitGate(GateOp op);
  void visitDispatch(DispatchOp op);
  void visitExpert(ExpertOp op);
  void visitCombine(CombineOp op);

  /// All results of `op` get `state`.
  void all(Operation *op, RowState state);
  /// All results of `op` mix rows because the op `reason`.
  void mixes(Operation *op, StringRef reason);
  /// The first value that `op` or an op inside of it uses, and that is not
  /// free (`mixedOnly`: that mixes rows).
  Value findUse(Operation *op, bool mixedOnly);
  /// Nothing inside of the regions of `op` uses rows from outside of it.
  bool bodyIsFree(Operation *op);
  /// The slice takes all rows in order; where it lies otherwise is free.
  bool isFullSlice(RowState rows, ArrayRef<OpFoldResult> offsets,
                   ArrayRef<OpFoldResult> sizes,
                   ArrayRef<OpFoldResult> strides);
  /// What a branch or a loop gives: `first`, if `second` is the same.
  RowState join(Operation *op, RowState first, RowState second,
                StringRef reason);

  llvm::DenseMap<Value, RowState> states;
  SmallVector<RowMixing> reasons;
};

} // namespace mlir::moe

#endif // MOE_LIB_IR_ROWWALK_H
