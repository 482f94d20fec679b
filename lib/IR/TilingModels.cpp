//===- TilingModels.cpp - Tiling of level 2 -------------------------------===//
//
// Every dimension of every operand follows one loop or none; slices, positions
// of results and fusion all come from that table. A tile of rows of
// moe.grouped_matmul is the same op with offsets clamp(offsets - r0, 0, size).
//
//===----------------------------------------------------------------------===//

#include "TilingAxes.h"

#include "moe/IR/Extensions.h"
#include "moe/IR/Moe.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/TilingInterface.h"
#include "mlir/Interfaces/ValueBoundsOpInterface.h"

using namespace mlir;
using namespace mlir::moe;

//===----------------------------------------------------------------------===//
// Slices
//===----------------------------------------------------------------------===//

static OpFoldResult sizeOf(OpBuilder &builder, Location loc, Value value,
                           int64_t dim) {
  if (isa<MemRefType>(value.getType()))
    return memref::getMixedSize(builder, loc, value, dim);
  return tensor::getMixedSize(builder, loc, value, dim);
}

/// `[offset, offset + size)` is known to be all of dimension `dim`.
static bool isFull(OpFoldResult offset, OpFoldResult size, Value value,
                   int64_t dim) {
  if (!isZeroInteger(offset))
    return false;
  FailureOr<bool> equal =
      ValueBoundsConstraintSet::areEqual(size, {value, dim});
  return succeeded(equal) && *equal;
}

/// The part of `value` at `offsets` of `sizes`, with unit strides.
static Value createSlice(OpBuilder &builder, Location loc, Value value,
                         ArrayRef<OpFoldResult> offsets,
                         ArrayRef<OpFoldResult> sizes) {
  SmallVector<OpFoldResult> strides(offsets.size(), builder.getIndexAttr(1));
  if (isa<MemRefType>(value.getType()))
    return memref::SubViewOp::create(builder, loc, value, offsets, sizes,
                                     strides);
  return tensor::ExtractSliceOp::create(builder, loc, value, offsets, sizes,
                                        strides);
}

/// `clamp(offsets - first, 0, size)`: where the experts' rows lie within the
/// rows `[first, first + size)`. An expert without rows there is empty.
static Value clampOffsets(OpBuilder &builder, Location loc, Value offsets,
                          OpFoldResult first, OpFoldResult size) {
  auto type = cast<RankedTensorType>(offsets.getType());
  Type i32 = type.getElementType();
  auto toI32 = [&](OpFoldResult value) -> Value {
    if (std::optional<int64_t> constant = getConstantIntValue(value))
      return arith::ConstantOp::create(builder, loc,
                                       builder.getI32IntegerAttr(*constant));
    return arith::IndexCastOp::create(builder, loc, i32, cast<Value>(value));
  };
  Value low = toI32(first), bound = toI32(size);
  Value zero =
      arith::ConstantOp::create(builder, loc, builder.getI32IntegerAttr(0));
  Value empty = tensor::EmptyOp::create(
      builder, loc, tensor::getMixedSizes(builder, loc, offsets), i32);
  AffineMap identity = builder.getMultiDimIdentityMap(1);
  return linalg::GenericOp::create(
             builder, loc, TypeRange{empty.getType()}, ValueRange{offsets},
             ValueRange{empty}, ArrayRef<AffineMap>{identity, identity},
             ArrayRef<utils::IteratorType>{utils::IteratorType::parallel},
             [&](OpBuilder &b, Location loc, ValueRange args) {
               Value v = arith::SubIOp::create(b, loc, args[0], low);
               v = arith::MaxSIOp::create(b, loc, v, zero);
               v = arith::MinSIOp::create(b, loc, v, bound);
               linalg::YieldOp::create(b, loc, v);
             })
      .getResult(0);
}

/// Changes `operands`, sliced for a tile, where a slice does not say it all.
template <typename OpTy>
static LogicalResult adjustOperands(OpTy, OpBuilder &, ArrayRef<OpFoldResult>,
                                    ArrayRef<OpFoldResult>, ArrayRef<bool>,
                                    MutableArrayRef<Value>) {
  return success();
}
static LogicalResult adjustOperands(GroupedMatmulOp op, OpBuilder &builder,
                                    ArrayRef<OpFoldResult> offsets,
                                    ArrayRef<OpFoldResult> sizes,
                                    ArrayRef<bool> full,
                                    MutableArrayRef<Value> operands) {
  // Panels are as wide as the packing says.
  if (op.getPacked() && !full[1])
    return failure();
  if (full[0])
    return success();
  // Buffers would need a new one for the tile's offsets.
  if (!op.hasPureTensorSemantics())
    return failure();
  unsigned number = op.getOffsetsMutable().getOperandNumber();
  operands[number] = clampOffsets(builder, op.getLoc(), operands[number],
                                  offsets[0], sizes[0]);
  return success();
}

//===----------------------------------------------------------------------===//
// The interface
//===----------------------------------------------------------------------===//

namespace {
template <typename OpTy>
struct TilingModel : TilingInterface::ExternalModel<TilingModel<OpTy>, OpTy> {
  Iterators getLoopIteratorTypes(Operation *op) const {
    return loopsOf(cast<OpTy>(op));
  }

  SmallVector<Range> getIterationDomain(Operation *op, OpBuilder &b) const {
    SmallVector<Range> domain;
    auto tiled = cast<OpTy>(op);
    for (unsigned loop = 0, e = loopsOf(tiled).size(); loop < e; ++loop)
      domain.push_back(
          {b.getIndexAttr(0), loopSize(tiled, b, loop), b.getIndexAttr(1)});
    return domain;
  }

  FailureOr<TilingResult>
  getTiledImplementation(Operation *operation, OpBuilder &b,
                         ArrayRef<OpFoldResult> offsets,
                         ArrayRef<OpFoldResult> sizes) const {
    auto op = cast<OpTy>(operation);
    SmallVector<bool> full = fullLoops(op, offsets, sizes);
    if (full.empty() || hasMixedAxis(op, full))
      return failure();

    TilingResult tile;
    SmallVector<Value> operands(op->getOperands());
    for (OpOperand &operand : op->getOpOperands()) {
      if (!isa<ShapedType>(operand.get().getType()))
        continue;
      Axes axes = axesOf(op, operand);
      if (llvm::none_of(axes, [&](int64_t a) { return a >= 0 && !full[a]; }))
        continue;
      SmallVector<OpFoldResult> sliceOffsets, sliceSizes;
      placeSlice(op, b, operand, offsets, sizes, sliceOffsets, sliceSizes);
      Value slice =
          createSlice(b, op.getLoc(), operand.get(), sliceOffsets, sliceSizes);
      operands[operand.getOperandNumber()] = slice;
      tile.generatedSlices.push_back(slice.getDefiningOp());
    }
    if (failed(adjustOperands(op, b, offsets, sizes, full, operands)))
      return failure();
    SmallVector<Type> results;
    if (op.hasPureTensorSemantics())
      for (OpOperand &init : op.getDpsInitsMutable())
        results.push_back(operands[init.getOperandNumber()].getType());
    Operation *tiled = cloneWithoutRegions(b, operation, results, operands);
    for (auto [from, to] :
         llvm::zip_equal(operation->getRegions(), tiled->getRegions()))
      if (!from.empty())
        b.cloneRegionBefore(from, to, to.end());
    tile.tiledOps.push_back(tiled);
    tile.tiledValues.assign(tiled->result_begin(), tiled->result_end());
    return tile;
  }

  LogicalResult
  getResultTilePosition(Operation *operation, OpBuilder &b, unsigned number,
                        ArrayRef<OpFoldResult> offsets,
                        ArrayRef<OpFoldResult> sizes,
                        SmallVector<OpFoldResult> &resultOffsets,
                        SmallVector<OpFoldResult> &resultSizes) const {
    auto op = cast<OpTy>(operation);
    placeSlice(op, b, op.getDpsInitsMutable()[number], offsets, sizes,
               resultOffsets, resultSizes);
    return success();
  }

  LogicalResult getIterationDomainTileFromResultTile(
      Operation *operation, OpBuilder &b, unsigned number,
      ArrayRef<OpFoldResult> offsets, ArrayRef<OpFoldResult> sizes,
      SmallVectorImpl<OpFoldResult> &domainOffsets,
      SmallVectorImpl<OpFoldResult> &domainSizes) const {
    unsigned init =
        cast<OpTy>(operation).getDpsInitsMutable()[number].getOperandNumber();
    return getIterationDomainTileFromOperandTiles(
        operation, b, init, SmallVector<OpFoldResult>(offsets),
        SmallVector<OpFoldResult>(sizes), domainOffsets, domainSizes);
  }

  FailureOr<TilingResult>
  generateResultTileValue(Operation *op, OpBuilder &b, unsigned number,
                          ArrayRef<OpFoldResult> offsets,
                          ArrayRef<OpFoldResult> sizes) const {
    SmallVector<OpFoldResult> domainOffsets, domainSizes;
    if (failed(getIterationDomainTileFromResultTile(
            op, b, number, offsets, sizes, domainOffsets, domainSizes)))
      return failure();
    FailureOr<TilingResult> tile =
        getTiledImplementation(op, b, domainOffsets, domainSizes);
    if (failed(tile))
      return failure();
    tile->tiledValues = {tile->tiledValues[number]};
    return tile;
  }

  LogicalResult getIterationDomainTileFromOperandTiles(
      Operation *operation, OpBuilder &b, ArrayRef<unsigned> numbers,
      ArrayRef<SmallVector<OpFoldResult>> offsets,
      ArrayRef<SmallVector<OpFoldResult>> sizes,
      SmallVectorImpl<OpFoldResult> &domainOffsets,
      SmallVectorImpl<OpFoldResult> &domainSizes) const {
    auto op = cast<OpTy>(operation);
    if (!areSlices(op, numbers, offsets, sizes))
      return failure();
    for (Range range : getIterationDomain(operation, b)) {
      domainOffsets.push_back(range.offset);
      domainSizes.push_back(range.size);
    }
    for (auto [number, offset, size] : llvm::zip_equal(numbers, offsets, sizes))
      for (auto [dim, axis] :
           llvm::enumerate(axesOf(op, op->getOpOperand(number))))
        if (axis >= 0) {
          domainOffsets[axis] = offset[dim];
          domainSizes[axis] = size[dim];
        }
    return success();
  }

  FailureOr<TilingResult> getTiledImplementationFromOperandTiles(
      Operation *op, OpBuilder &b, ArrayRef<unsigned> numbers,
      ArrayRef<SmallVector<OpFoldResult>> offsets,
      ArrayRef<SmallVector<OpFoldResult>> sizes) const {
    SmallVector<OpFoldResult> domainOffsets, domainSizes;
    if (failed(getIterationDomainTileFromOperandTiles(
            op, b, numbers, offsets, sizes, domainOffsets, domainSizes)))
      return failure();
    return getTiledImplementation(op, b, domainOffsets, domainSizes);
  }

  bool isOpFusableWithConsumerSlice(Operation *operation, unsigned number,
                                    ArrayRef<OpFoldResult> offsets,
                                    ArrayRef<OpFoldResult> sizes) const {
    auto op = cast<OpTy>(operation);
    return areSlices(op, op.getDpsInitsMutable()[number].getOperandNumber(),
                     SmallVector<OpFoldResult>(offsets),
                     SmallVector<OpFoldResult>(sizes));
  }

  bool isOpFusableWithProducerSlices(
      Operation *op, ArrayRef<unsigned> numbers,
      ArrayRef<SmallVector<OpFoldResult>> offsets,
      ArrayRef<SmallVector<OpFoldResult>> sizes) const {
    return areSlices(cast<OpTy>(op), numbers, offsets, sizes);
  }

private:
  /// Calls `visit` with every dimension of an operand that follows `loop`:
  /// inputs first, since loops replace destinations.
  static void visitSizes(OpTy op, int64_t loop,
                         function_ref<void(Value, int64_t)> visit) {
    for (bool isInit : {false, true})
      for (OpOperand &operand : op->getOpOperands())
        if (isa<ShapedType>(operand.get().getType()) &&
            op.isDpsInit(&operand) == isInit)
          for (auto [dim, axis] : llvm::enumerate(axesOf(op, operand)))
            if (axis == loop)
              visit(operand.get(), dim);
  }

  /// The size of a loop, static where some type says it.
  static OpFoldResult loopSize(OpTy op, OpBuilder &b, int64_t loop) {
    Value value;
    int64_t sized = 0;
    visitSizes(op, loop, [&](Value candidate, int64_t dim) {
      auto type = cast<ShapedType>(candidate.getType());
      if (value && (!cast<ShapedType>(value.getType()).isDynamicDim(sized) ||
                    type.isDynamicDim(dim)))
        return;
      value = candidate;
      sized = dim;
    });
    return sizeOf(b, op.getLoc(), value, sized);
  }

  /// Which loops the tile does not cut.
  static SmallVector<bool> fullLoops(OpTy op, ArrayRef<OpFoldResult> offsets,
                                     ArrayRef<OpFoldResult> sizes) {
    SmallVector<bool> full(loopsOf(op).size(), false);
    for (unsigned loop = 0; loop < full.size(); ++loop)
      visitSizes(op, loop, [&](Value value, int64_t dim) {
        full[loop] =
            full[loop] || isFull(offsets[loop], sizes[loop], value, dim);
      });
    return full;
  }

  /// A tiled loop meets an operand in a way that no slice says.
  static bool hasMixedAxis(OpTy op, ArrayRef<bool> full) {
    return llvm::is_contained(full, false) &&
           llvm::any_of(op->getOpOperands(), [&](OpOperand &operand) {
             return isa<ShapedType>(operand.get().getType()) &&
                    llvm::is_contained(axesOf(op, operand), mixed);
           });
  }

  /// The given parts of operands are the slices that some tile needs.
  static bool areSlices(OpTy op, ArrayRef<unsigned> numbers,
                        ArrayRef<SmallVector<OpFoldResult>> offsets,
                        ArrayRef<SmallVector<OpFoldResult>> sizes) {
    SmallVector<std::pair<OpFoldResult, OpFoldResult>> tile(loopsOf(op).size());
    if (tile.empty())
      return false;
    for (auto [number, offset, size] : llvm::zip_equal(numbers, offsets, sizes))
      for (auto [dim, axis] :
           llvm::enumerate(axesOf(op, op->getOpOperand(number)))) {
        if (axis < 0) {
          if (!isFull(offset[dim], size[dim], op->getOperand(number), dim))
            return false;
          continue;
        }
        if (tile[axis].first &&
            (!isEqualConstantIntOrValue(tile[axis].first, offset[dim]) ||
             !isEqualConstantIntOrValue(tile[axis].second, size[dim])))
          return false;
        tile[axis] = {offset[dim], size[dim]};
      }
    return true;
  }

  /// The part of `operand` that the tile at `offsets` of `sizes` needs.
  static void placeSlice(OpTy op, OpBuilder &b, OpOperand &operand,
                         ArrayRef<OpFoldResult> offsets,
                         ArrayRef<OpFoldResult> sizes,
                         SmallVector<OpFoldResult> &sliceOffsets,
                         SmallVector<OpFoldResult> &sliceSizes) {
    for (auto [dim, axis] : llvm::enumerate(axesOf(op, operand))) {
      sliceOffsets.push_back(axis >= 0 ? offsets[axis]
                                       : OpFoldResult(b.getIndexAttr(0)));
      sliceSizes.push_back(
          axis >= 0 ? sizes[axis] : sizeOf(b, op.getLoc(), operand.get(), dim));
    }
  }
};
} // namespace

void mlir::moe::registerMoeTilingModels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, MoeDialect *) {
    // The clamped offsets, slices of buffers.
    context->loadDialect<linalg::LinalgDialect, memref::MemRefDialect>();
    GroupedMatmulOp::attachInterface<TilingModel<GroupedMatmulOp>>(*context);
    GatherRowsOp::attachInterface<TilingModel<GatherRowsOp>>(*context);
    CombineRowsOp::attachInterface<TilingModel<CombineRowsOp>>(*context);
    RouteOp::attachInterface<TilingModel<RouteOp>>(*context);
  });
}
