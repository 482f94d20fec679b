//===- RowLocalityShapes.cpp - Rows through sizes, slices and reshapes ----===//

#include "RowWalk.h"

#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace mlir::moe;

//===----------------------------------------------------------------------===//
// Sizes
//===----------------------------------------------------------------------===//

void RowWalk::visitDim(tensor::DimOp op) {
  RowState source = get(op.getSource());
  std::optional<int64_t> index = op.getConstantIndex();
  if (!source.isRows() || !index)
    return mixes(op, "asks for a size that may be the number of rows");
  set(op.getResult(),
      *index == source.dim ? RowState::count(source.space) : RowState());
}

/// A tensor of these sizes whose elements are all the same, or unspecified.
void RowWalk::visitSizes(Operation *op, RankedTensorType type,
                         ValueRange sizes) {
  std::optional<RowState> rows;
  auto size = sizes.begin();
  for (auto [dim, extent] : llvm::enumerate(type.getShape())) {
    if (ShapedType::isStatic(extent))
      continue;
    RowState state = get(*size++);
    if (state.isFree())
      continue;
    if (rows || state.kind != RowState::Count)
      return mixes(op, "has a size that mixes rows");
    rows = RowState::rows(dim, state.space);
  }
  all(op, *rows);
}

void RowWalk::visitSplat(tensor::SplatOp op) {
  if (!get(op.getInput()).isFree())
    return mixes(op, "computes with the number of rows");
  visitSizes(op, op.getType(), op.getDynamicSizes());
}

//===----------------------------------------------------------------------===//
// Slices
//===----------------------------------------------------------------------===//

bool RowWalk::isFullSlice(RowState rows, ArrayRef<OpFoldResult> offsets,
                          ArrayRef<OpFoldResult> sizes,
                          ArrayRef<OpFoldResult> strides) {
  for (auto [dim, offset, size, stride] :
       llvm::enumerate(offsets, sizes, strides)) {
    if (int64_t(dim) == rows.dim) {
      auto count = dyn_cast<Value>(size);
      if (!isZeroInteger(offset) || !isOneInteger(stride) || !count ||
          get(count) != RowState::count(rows.space))
        return false;
      continue;
    }
    for (OpFoldResult part : {offset, size, stride})
      if (auto value = dyn_cast<Value>(part); value && !get(value).isFree())
        return false;
  }
  return true;
}

/// Where the row dimension goes when `dropped` dimensions are left out.
static int64_t dimAfter(int64_t dim, const llvm::SmallBitVector &dropped) {
  int64_t result = 0;
  for (int64_t i = 0; i < dim; ++i)
    result += !dropped.test(i);
  return result;
}

void RowWalk::visitExtractSlice(tensor::ExtractSliceOp op) {
  RowState source = get(op.getSource());
  if (!source.isRows() ||
      !isFullSlice(source, op.getMixedOffsets(), op.getMixedSizes(),
                   op.getMixedStrides()))
    return mixes(op, "takes some of the rows");
  set(op.getResult(),
      RowState::rows(dimAfter(source.dim, op.getDroppedDims()), source.space));
}

void RowWalk::visitInsertSlice(tensor::InsertSliceOp op) {
  RowState source = get(op.getSource()), dest = get(op.getDest());
  if (!source.isRows() || !dest.isRows() || source.space != dest.space ||
      !isFullSlice(dest, op.getMixedOffsets(), op.getMixedSizes(),
                   op.getMixedStrides()))
    return mixes(op, "writes some of the rows");
  if (dimAfter(dest.dim, op.getDroppedDims()) != source.dim)
    return mixes(op, "pairs different rows");
  set(op.getResult(), dest);
}

void RowWalk::visitPad(tensor::PadOp op) {
  RowState source = get(op.getSource());
  if (!source.isRows() || !bodyIsFree(op))
    return mixes(op, "pads with something of the rows");
  if (!isZeroInteger(op.getMixedLowPad()[source.dim]) ||
      !isZeroInteger(op.getMixedHighPad()[source.dim]))
    return mixes(op, "adds rows");
  for (OperandRange sizes : {op.getLow(), op.getHigh()})
    for (Value size : sizes)
      if (!get(size).isFree())
        return mixes(op, "has a size that mixes rows");
  if (!op.getRegion().front().getArgument(source.dim).use_empty())
    return mixes(op, "computes with the index of the row");
  set(op.getResult(), source);
}

void RowWalk::visitConcat(tensor::ConcatOp op) {
  RowState first = get(op.getInputs().front());
  for (Value input : op.getInputs())
    if (!first.isRows() || get(input) != first)
      return mixes(op, "pairs different rows");
  if (int64_t(op.getDim()) == first.dim)
    return mixes(op, "puts rows behind each other");
  set(op.getResult(), first);
}

//===----------------------------------------------------------------------===//
// Reshapes
//===----------------------------------------------------------------------===//

/// The one dimension of `group` that is not 1, or nothing.
static std::optional<int64_t> onlyLargeDim(RankedTensorType type,
                                           ArrayRef<int64_t> group) {
  std::optional<int64_t> found;
  for (int64_t dim : group) {
    if (type.getDimSize(dim) == 1)
      continue;
    if (found)
      return std::nullopt;
    found = dim;
  }
  return found;
}

void RowWalk::visitExpandShape(tensor::ExpandShapeOp op) {
  RowState source = get(op.getSrc());
  if (!source.isRows())
    return mixes(op, "has a size that mixes rows");
  std::optional<int64_t> rowDim = onlyLargeDim(
      op.getResultType(), op.getReassociationIndices()[source.dim]);
  if (!rowDim)
    return mixes(op, "reshapes rows together with another dimension");
  for (auto [dim, size] : llvm::enumerate(op.getMixedOutputShape()))
    if (auto value = dyn_cast<Value>(size);
        value && int64_t(dim) != *rowDim && !get(value).isFree())
      return mixes(op, "has a size that mixes rows");
  set(op.getResult(), RowState::rows(*rowDim, source.space));
}

void RowWalk::visitCollapseShape(tensor::CollapseShapeOp op) {
  RowState source = get(op.getSrc());
  if (!source.isRows())
    return mixes(op, "has a size that mixes rows");
  for (auto [outer, group] : llvm::enumerate(op.getReassociationIndices())) {
    if (!llvm::is_contained(group, source.dim))
      continue;
    if (onlyLargeDim(op.getSrcType(), group) != source.dim)
      return mixes(op, "reshapes rows together with another dimension");
    set(op.getResult(), RowState::rows(outer, source.space));
  }
}
