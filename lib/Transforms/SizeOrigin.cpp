//===- SizeOrigin.cpp - Where a size of a tensor comes from ---------------===//

#include "SizeOrigin.h"

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"
#include "llvm/ADT/SmallSet.h"

using namespace mlir;
using namespace mlir::moe;

namespace {
class Finder {
public:
  SizeOrigin find(Value tensor, int64_t dim);

private:
  SizeOrigin find(OpFoldResult size);
  /// The initial value of what `loop` carries as `argument`, where no iteration
  /// changes its size.
  Value stepOutOf(scf::ForOp loop, BlockArgument argument, int64_t dim);

  /// Loop-carried tensors that are being looked at.
  SmallVector<std::pair<Value, int64_t>> carried;
};
} // namespace

SizeOrigin Finder::find(OpFoldResult size) {
  if (std::optional<int64_t> constant = getConstantIntValue(size))
    return {*constant, nullptr, -1};
  auto value = cast<Value>(size);
  if (auto dim = value.getDefiningOp<tensor::DimOp>())
    if (std::optional<int64_t> index = dim.getConstantIndex();
        index && isa<RankedTensorType>(dim.getSource().getType()))
      return find(dim.getSource(), *index);
  return {-1, value, -1};
}

Value Finder::stepOutOf(scf::ForOp loop, BlockArgument argument, int64_t dim) {
  std::pair<Value, int64_t> key(argument, dim);
  if (llvm::is_contained(carried, key))
    return nullptr;
  carried.push_back(key);
  SizeOrigin last = find(loop.getTiedLoopYieldedValue(argument)->get(), dim);
  carried.pop_back();
  return last == SizeOrigin{-1, argument, dim}
             ? loop.getTiedLoopInit(argument)->get()
             : nullptr;
}

/// The first operand that is a tensor.
static Value getFirstTensor(Operation *op) {
  for (Value operand : op->getOperands())
    if (isa<RankedTensorType>(operand.getType()))
      return operand;
  return nullptr;
}

/// The tensor that `result` has all its sizes from, or null.
static Value getShapeSource(OpResult result) {
  Operation *op = result.getOwner();
  if (auto destinations = dyn_cast<DestinationStyleOpInterface>(op))
    return destinations.getTiedOpOperand(result)->get();
  if (auto cast = dyn_cast<tensor::CastOp>(op))
    return isa<RankedTensorType>(cast.getSource().getType()) ? cast.getSource()
                                                             : Value();
  return op->hasTrait<OpTrait::Elementwise>() ? getFirstTensor(op) : Value();
}

SizeOrigin Finder::find(Value tensor, int64_t dim) {
  while (true) {
    int64_t size = cast<RankedTensorType>(tensor.getType()).getDimSize(dim);
    if (ShapedType::isStatic(size))
      return {size, nullptr, -1};
    if (auto argument = dyn_cast<BlockArgument>(tensor)) {
      auto loop = dyn_cast<scf::ForOp>(argument.getOwner()->getParentOp());
      Value init = loop ? stepOutOf(loop, argument, dim) : Value();
      if (!init)
        return {-1, tensor, dim};
      tensor = init;
      continue;
    }
    auto result = cast<OpResult>(tensor);
    Operation *op = result.getOwner();
    if (auto empty = dyn_cast<tensor::EmptyOp>(op))
      return find(empty.getMixedSizes()[dim]);
    if (auto generate = dyn_cast<tensor::GenerateOp>(op))
      return find(
          generate
              .getDynamicExtents()[generate.getType().getDynamicDimIndex(dim)]);
    if (auto splat = dyn_cast<tensor::SplatOp>(op))
      return find(
          splat.getDynamicSizes()[splat.getType().getDynamicDimIndex(dim)]);
    if (auto slice = dyn_cast<tensor::ExtractSliceOp>(op)) {
      llvm::SmallBitVector dropped = slice.getDroppedDims();
      SmallVector<OpFoldResult> kept;
      for (auto [i, size] : llvm::enumerate(slice.getMixedSizes()))
        if (!dropped.test(i))
          kept.push_back(size);
      return find(kept[dim]);
    }
    Value source = getShapeSource(result);
    if (auto loop = dyn_cast<scf::ForOp>(op))
      source = stepOutOf(loop, loop.getTiedLoopRegionIterArg(result), dim);
    if (!source)
      return {-1, tensor, dim};
    tensor = source;
  }
}

SizeOrigin moe::findSizeOrigin(Value tensor, int64_t dim) {
  return Finder().find(tensor, dim);
}
