//===- RowSource.cpp - Where the rows of an expert come from --------------===//

#include "RowSource.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace mlir::moe;

RowSource moe::getRowSource(Value rows) {
  auto result = dyn_cast<OpResult>(rows);
  if (!result)
    return {rows, nullptr, 0};
  if (auto dispatch = dyn_cast<DispatchOp>(result.getOwner())) {
    int64_t slots = dispatch.getExperts().getType().getDimSize(1);
    if (!dispatch.getScaleRows() && !ShapedType::isDynamic(slots))
      return {dispatch.getInputs()[result.getResultNumber()],
              dispatch.getSlots(), slots};
  }
  if (auto gather = dyn_cast<GatherRowsOp>(result.getOwner()))
    if (!gather.getWeights())
      return {gather.getInput(), gather.getSlots(),
              static_cast<int64_t>(gather.getSlotsPerToken())};
  return {rows, nullptr, 0};
}

Value moe::roundRows(OpBuilder &builder, Location loc, Value value,
                     Type element) {
  Value empty = tensor::EmptyOp::create(
      builder, loc, tensor::getMixedSizes(builder, loc, value), element);
  AffineMap identity = builder.getMultiDimIdentityMap(2);
  return linalg::GenericOp::create(
             builder, loc, empty.getType(), value, empty,
             ArrayRef<AffineMap>{identity, identity},
             SmallVector<utils::IteratorType>(2, utils::IteratorType::parallel),
             [&](OpBuilder &b, Location l, ValueRange args) {
               auto from = cast<FloatType>(args[0].getType());
               auto to = cast<FloatType>(element);
               Value v = from.getWidth() > to.getWidth()
                             ? Value(arith::TruncFOp::create(b, l, to, args[0]))
                             : Value(arith::ExtFOp::create(b, l, to, args[0]));
               linalg::YieldOp::create(b, l, v);
             })
      .getResult(0);
}
