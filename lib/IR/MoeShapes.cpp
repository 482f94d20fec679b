//===- MoeShapes.cpp - Shapes and effects of moe ops ----------------------===//

#include "moe/IR/Moe.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace mlir::moe;

//===----------------------------------------------------------------------===//
// Level 1: sizes of results
//===----------------------------------------------------------------------===//

/// The size of `value` along `dim`, static where the type says so.
static OpFoldResult sizeOf(OpBuilder &builder, Location loc, Value value,
                           int64_t dim) {
  return tensor::getMixedSize(builder, loc, value, dim);
}

/// Sizes of a result of `type`: static ones from the type, dynamic ones from
/// `dynamic`.
static SmallVector<OpFoldResult>
mixedSizes(OpBuilder &builder, RankedTensorType type,
           function_ref<OpFoldResult(int64_t dim)> dynamic) {
  SmallVector<OpFoldResult> sizes;
  for (auto [dim, size] : llvm::enumerate(type.getShape()))
    sizes.push_back(ShapedType::isDynamic(size)
                        ? dynamic(dim)
                        : OpFoldResult(builder.getIndexAttr(size)));
  return sizes;
}

LogicalResult GateOp::reifyResultShapes(OpBuilder &builder,
                                        ReifiedRankedShapedTypeDims &shapes) {
  for (Value result : getResults())
    shapes.push_back(mixedSizes(
        builder, cast<RankedTensorType>(result.getType()), [&](int64_t dim) {
          // Dimension 1 is dynamic only where K = L.
          return sizeOf(builder, getLoc(), getLogits(), dim);
        }));
  return success();
}

template <typename Op>
static LogicalResult reifyRandom(Op op, OpBuilder &builder,
                                 ReifiedRankedShapedTypeDims &shapes) {
  auto next = op.getDynamicSizes().begin();
  shapes.push_back(mixedSizes(builder, op.getResult().getType(),
                              [&](int64_t) { return OpFoldResult(*next++); }));
  return success();
}
LogicalResult
RandomNormalOp::reifyResultShapes(OpBuilder &builder,
                                  ReifiedRankedShapedTypeDims &shapes) {
  return reifyRandom(*this, builder, shapes);
}
LogicalResult
RandomUniformOp::reifyResultShapes(OpBuilder &builder,
                                   ReifiedRankedShapedTypeDims &shapes) {
  return reifyRandom(*this, builder, shapes);
}

LogicalResult
DispatchOp::reifyResultShapes(OpBuilder &builder,
                              ReifiedRankedShapedTypeDims &shapes) {
  auto bound = [&]() -> OpFoldResult {
    Value tokens = getValueOrCreateConstantIndexOp(
        builder, getLoc(), sizeOf(builder, getLoc(), getExperts(), 0));
    Value slots = getValueOrCreateConstantIndexOp(
        builder, getLoc(), sizeOf(builder, getLoc(), getExperts(), 1));
    return arith::MulIOp::create(builder, getLoc(), tokens, slots).getResult();
  };
  for (auto [input, rows] : llvm::zip_equal(getInputs(), getRows()))
    shapes.push_back(mixedSizes(builder, cast<RankedTensorType>(rows.getType()),
                                [&, input = input](int64_t dim) {
                                  return dim == 0 ? bound()
                                                  : sizeOf(builder, getLoc(),
                                                           input, dim);
                                }));
  // The number of experts is static; the slots are as many as the rows.
  for (Value result : {getOffsets(), getSlots()})
    shapes.push_back(mixedSizes(builder,
                                cast<RankedTensorType>(result.getType()),
                                [&](int64_t) { return bound(); }));
  return success();
}

LogicalResult ExpertOp::reifyResultShapes(OpBuilder &builder,
                                          ReifiedRankedShapedTypeDims &shapes) {
  for (Value result : getResults()) {
    auto type = cast<RankedTensorType>(result.getType());
    // Only the region knows a dynamic width.
    if (type.isDynamicDim(1) || (type.isDynamicDim(0) && getInputs().empty()))
      return failure();
    shapes.push_back(mixedSizes(builder, type, [&](int64_t) -> OpFoldResult {
      return sizeOf(builder, getLoc(), getInputs().front(), 0);
    }));
  }
  return success();
}

LogicalResult
CombineOp::reifyResultShapes(OpBuilder &builder,
                             ReifiedRankedShapedTypeDims &shapes) {
  shapes.push_back(mixedSizes(
      builder, getResult().getType(), [&](int64_t dim) -> OpFoldResult {
        return sizeOf(builder, getLoc(), dim == 0 ? getWeights() : getRows(),
                      dim);
      }));
  return success();
}

//===----------------------------------------------------------------------===//
// Level 2: destination style
//===----------------------------------------------------------------------===//

/// Results have the shape of their destination.
static LogicalResult reifyDestinations(DestinationStyleOpInterface op,
                                       OpBuilder &builder,
                                       ReifiedRankedShapedTypeDims &shapes) {
  for (OpOperand &init : op.getDpsInitsMutable())
    if (isa<RankedTensorType>(init.get().getType()))
      shapes.push_back(tensor::getMixedSizes(builder, op.getLoc(), init.get()));
  return success();
}

/// linalg's effects: none on tensors; memrefs are read, destinations written,
/// and read only where their old value counts.
template <typename OpTy>
static void getDestinationStyleEffects(
    OpTy op, SmallVectorImpl<MemoryEffects::EffectInstance> &out) {
  for (OpOperand &operand : op->getOpOperands()) {
    if (!isa<MemRefType>(operand.get().getType()))
      continue;
    bool isInit = op.isDpsInit(&operand);
    if (!isInit || OpTy::readsDestinations())
      out.emplace_back(MemoryEffects::Read::get(), &operand, /*stage=*/0,
                       /*effectOnFullRegion=*/true,
                       SideEffects::DefaultResource::get());
    if (isInit)
      out.emplace_back(MemoryEffects::Write::get(), &operand, /*stage=*/0,
                       /*effectOnFullRegion=*/true,
                       SideEffects::DefaultResource::get());
  }
}

#define MOE_DESTINATION_STYLE(Op)                                              \
  LogicalResult Op::reifyResultShapes(OpBuilder &builder,                      \
                                      ReifiedRankedShapedTypeDims &shapes) {   \
    return reifyDestinations(*this, builder, shapes);                          \
  }                                                                            \
  void Op::getEffects(                                                         \
      SmallVectorImpl<MemoryEffects::EffectInstance> &effects) {               \
    getDestinationStyleEffects(*this, effects);                                \
  }
MOE_DESTINATION_STYLE(PlanOp)
MOE_DESTINATION_STYLE(RouteOp)
MOE_DESTINATION_STYLE(GroupedMatmulOp)
MOE_DESTINATION_STYLE(GatherRowsOp)
MOE_DESTINATION_STYLE(CombineRowsOp)
#undef MOE_DESTINATION_STYLE
