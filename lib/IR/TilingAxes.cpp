//===- TilingAxes.cpp - Which loop a dimension follows --------------------===//

#include "TilingAxes.h"

using namespace mlir;
using namespace mlir::moe;

static constexpr auto parallel = utils::IteratorType::parallel;
static constexpr auto reduction = utils::IteratorType::reduction;

Iterators moe::loopsOf(GroupedMatmulOp op) {
  return {op.getAccumulate() ? reduction : parallel, parallel};
}
Axes moe::axesOf(GroupedMatmulOp op, OpOperand &operand) {
  unsigned number = operand.getOperandNumber();
  if (op.isDpsInit(&operand))
    return {op.getAccumulate() ? int(whole) : 0, 1};
  if (&operand == &op.getRowsMutable())
    return {op.getGather() ? int(whole) : 0, whole};
  if (&operand == &op.getOffsetsMutable())
    return {whole};
  OperandRange weights = op.getWeights(), extra = op.getEpilogueOperands();
  if (number - weights.getBeginOperandIndex() < weights.size())
    return op.getPacked()       ? Axes{whole, whole, whole, whole}
           : op.getTransposed() ? Axes{whole, 1, whole}
                                : Axes{whole, whole, 1};
  if (number - extra.getBeginOperandIndex() >= extra.size())
    return {0}; // slots
  // Over (e, r, n, s); s is a slot of the whole batch.
  AffineMap map = op.getOperandMap(number - extra.getBeginOperandIndex());
  Axes axes;
  for (AffineExpr expr : map.getResults()) {
    if (!expr.isFunctionOfDim(1) && !expr.isFunctionOfDim(2))
      axes.push_back(whole);
    else if (auto dim = dyn_cast<AffineDimExpr>(expr))
      axes.push_back(dim.getPosition() - 1);
    else
      axes.push_back(mixed);
  }
  return axes;
}

Iterators moe::loopsOf(GatherRowsOp) { return {parallel, parallel}; }
Axes moe::axesOf(GatherRowsOp op, OpOperand &operand) {
  if (op.isDpsInit(&operand))
    return {0, 1};
  if (&operand == &op.getInputMutable())
    return {whole, 1};
  if (&operand == &op.getSlotsMutable())
    return {0};
  return {whole, whole}; // weights, indexed by slot
}

Iterators moe::loopsOf(CombineRowsOp) { return {parallel, parallel}; }
Axes moe::axesOf(CombineRowsOp op, OpOperand &operand) {
  if (op.isDpsInit(&operand))
    return {0, 1};
  if (&operand == &op.getRowsMutable())
    return {whole, 1};
  if (&operand == &op.getSlotsMutable())
    return {whole};
  if (&operand == &op.getTokenRowsMutable())
    return {0, whole};
  return {whole, whole}; // weights, indexed by slot
}

// A loop over tokens needs tokens that need nothing of each other.
Iterators moe::loopsOf(RouteOp op) {
  if (op.hasPlan() || !op.getRouter().isTokenChoice())
    return {};
  return {parallel};
}
Axes moe::axesOf(RouteOp op, OpOperand &operand) {
  int64_t rank = cast<ShapedType>(operand.get().getType()).getRank();
  Axes axes(rank, whole);
  auto is = [&](MutableOperandRange range) {
    return llvm::any_of(range, [&](OpOperand &o) { return &o == &operand; });
  };
  if (op.isDpsInit(&operand) || &operand == &op.getInputMutable() ||
      is(op.getNoiseMutable()) || is(op.getMaskMutable()) ||
      is(op.getUniformMutable()))
    axes[0] = 0;
  return axes;
}
