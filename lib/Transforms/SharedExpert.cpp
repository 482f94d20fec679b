//===- SharedExpert.cpp - An expert of all tokens joins the others --------===//

#include "SharedExpert.h"

#include "LayerCost.h"
#include "SharedLayer.h"

#include "moe/IR/ReferenceBuilder.h"
#include "moe/Transforms/TargetConversion.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;
using namespace mlir::moe;

/// Whether the target says so, for any number of tokens.
static bool isWorthIt(SharedLayer &layer, std::string &why) {
  std::optional<Target> target = getStatedTarget(layer.dispatch);
  auto size = measureLayer(layer.dispatch, layer.expert);
  if (!target)
    why = "no target is stated";
  else if (target->device != Device::CPU || target->bandwidth <= 0)
    why = "the target is no CPU of known bandwidth";
  else if (!size)
    why = "its sizes are not static";
  else if (auto tokens = findJoinLoss(
               *size, *target,
               layer.dispatch.getExperts().getType().getDimSize(0)))
    why = "it costs more than on its own for " + std::to_string(*tokens) +
          " tokens";
  return why.empty();
}

/// The type of `value` with another size of dimension `dim`.
static RankedTensorType withSize(Value value, unsigned dim, int64_t size) {
  auto type = cast<RankedTensorType>(value.getType());
  SmallVector<int64_t> shape(type.getShape());
  shape[dim] = size;
  return RankedTensorType::get(shape, type.getElementType());
}

/// `matrix`, of `slots` columns, with one more column, all `value`.
static Value addColumn(ReferenceBuilder &b, Value matrix, int64_t slots,
                       Value value) {
  SmallVector<OpFoldResult> sizes{b.size(matrix, 0), b.getIndexAttr(slots)};
  SmallVector<OpFoldResult> all{sizes[0], b.getIndexAttr(slots + 1)};
  matrix = b.castTo(matrix, withSize(matrix, 1, slots));
  Value filled = b.filled(all, value);
  if (isConstantIntValue(sizes[0], 0))
    return filled; // no slice may be out of nothing
  SmallVector<OpFoldResult> zeros(2, b.getIndexAttr(0)),
      ones(2, b.getIndexAttr(1));
  return tensor::InsertSliceOp::create(b, matrix, filled, zeros, sizes, ones);
}

static void join(SharedLayer &layer, RewriterBase &rewriter) {
  DispatchOp dispatch = layer.dispatch;
  ExpertOp expert = layer.expert;
  CombineOp combine = layer.combine;
  int64_t experts = dispatch.getNumExperts();
  auto idType = dispatch.getExperts().getType();
  int64_t slots = idType.getDimSize(1);
  int64_t bound = idType.isDynamicDim(0) ? ShapedType::kDynamic
                                         : idType.getDimSize(0) * (slots + 1);
  rewriter.setInsertionPoint(dispatch);
  ReferenceBuilder b(dispatch.getLoc(), rewriter);
  auto addOnes = [&](Value weights) {
    return addColumn(b, weights, slots,
                     b.real(getElementTypeOrSelf(weights), 1.0));
  };
  Value ids =
      addColumn(b, dispatch.getExperts(), slots, b.integer(32, experts));
  Value gates = dispatch.getWeights(), shares = combine.getWeights();
  Value allGates = gates ? addOnes(gates) : Value();
  SmallVector<Value> params;
  for (auto [stacked, own] :
       llvm::zip_equal(expert.getParams(), layer.params)) {
    SmallVector<OpFoldResult> sizes = b.sizes(stacked);
    sizes[0] = b.getIndexAttr(experts + 1);
    Value all = b.empty(sizes, getElementTypeOrSelf(stacked));
    all = b.insertRows(stacked, all, b.getIndexAttr(0));
    params.push_back(b.insertRow(own, all, b.getIndexAttr(experts)));
  }
  b.setInsertionPoint(combine);
  Value allShares = shares == gates ? allGates : addOnes(shares);

  rewriter.modifyOpInPlace(dispatch, [&] {
    dispatch.getExpertsMutable().assign(ids);
    if (gates)
      dispatch.getWeightsMutable().assign(allGates);
    for (Value rows : dispatch.getRows())
      rows.setType(withSize(rows, 0, bound));
    dispatch.getSlots().setType(withSize(dispatch.getSlots(), 0, bound));
    dispatch.getOffsets().setType(
        withSize(dispatch.getOffsets(), 0, experts + 2));
  });
  rewriter.modifyOpInPlace(expert, [&] {
    expert.getParamsMutable().assign(params);
    expert->getResult(0).setType(withSize(expert->getResult(0), 0, bound));
  });
  rewriter.modifyOpInPlace(
      combine, [&] { combine.getWeightsMutable().assign(allShares); });
  rewriter.setInsertionPoint(layer.sum);
  ReferenceBuilder atSum(layer.sum->getLoc(), rewriter);
  rewriter.replaceOp(
      layer.sum,
      atSum.castTo(combine.getResult(), layer.sum->getResult(0).getType()));
  // All are in one block, since the sum is in a function's first.
  SmallVector<Operation *> dead(layer.ops.begin(), layer.ops.end());
  llvm::sort(dead, [](auto *p, auto *q) { return q->isBeforeInBlock(p); });
  for (Operation *op : dead)
    if (isOpTriviallyDead(op))
      rewriter.eraseOp(op);
}

bool moe::joinSharedExpert(CombineOp op, RewriterBase &rewriter,
                           std::string &why) {
  auto layer = matchSharedLayer(op, why);
  if (failed(layer) || !isWorthIt(*layer, why))
    return false;
  join(*layer, rewriter);
  return true;
}
