//===- TopKSort.cpp - A top-k as importers sort it ------------------------===//

#include "TopKSort.h"

#include "TensorExpr.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;
using namespace mlir::moe;

bool moe::isUnread(Value value) {
  return llvm::all_of(value.getUsers(), isOpTriviallyDead);
}

/// The first operand pair is compared as floats, greater first.
static bool isDescending(Operation *sort) {
  if (sort->getNumRegions() != 1 || !sort->getRegion(0).hasOneBlock())
    return false;
  Block &block = sort->getRegion(0).front();
  if (block.getNumArguments() != 4 || !block.mightHaveTerminator() ||
      block.getTerminator()->getNumOperands() != 1)
    return false;
  auto compare =
      block.getTerminator()->getOperand(0).getDefiningOp<arith::CmpFOp>();
  if (!compare || compare.getLhs() != block.getArgument(0) ||
      compare.getRhs() != block.getArgument(1))
    return false;
  switch (compare.getPredicate()) {
  case arith::CmpFPredicate::OGE:
  case arith::CmpFPredicate::OGT:
  case arith::CmpFPredicate::UGE:
  case arith::CmpFPredicate::UGT:
    return true;
  default:
    return false;
  }
}

/// The number of first elements that `slice` takes of the last dimension, and
/// all of the others.
static std::optional<int64_t> getNumFirst(tensor::ExtractSliceOp slice) {
  RankedTensorType source = slice.getSourceType();
  int64_t last = source.getRank() - 1;
  if (slice.getType().getRank() != source.getRank() ||
      slice.getType().getShape().drop_back() != source.getShape().drop_back() ||
      !llvm::all_of(slice.getMixedOffsets(), isZeroInteger) ||
      !llvm::all_of(slice.getMixedStrides(), isOneInteger))
    return std::nullopt;
  return getConstantIntValue(slice.getMixedSizes()[last]);
}

FailureOr<TopKSort> moe::matchTopKSort(Operation *op, StringRef &why) {
  auto dimension = op->getAttrOfType<IntegerAttr>("dimension");
  if (op->getName().getStringRef() != "tm_tensor.sort" ||
      op->getNumOperands() != 2 || op->getNumResults() != 2 || !dimension)
    return failure();
  auto type = dyn_cast<RankedTensorType>(op->getOperand(0).getType());
  auto idsType = dyn_cast<RankedTensorType>(op->getOperand(1).getType());
  if (!type || type.getRank() < 2 ||
      dimension.getValue().getSExtValue() != type.getRank() - 1 ||
      !isa<FloatType>(type.getElementType())) {
    why = "the sort is not along the experts of [T,L]";
    return failure();
  }
  if (!idsType || idsType.getShape() != type.getShape() ||
      !(idsType.getElementType().isIndex() ||
        idsType.getElementType().isSignlessInteger(32) ||
        idsType.getElementType().isSignlessInteger(64)) ||
      op->getResultTypes() != op->getOperandTypes()) {
    why = "the sort is not one of keys with ids as index, i32 or i64";
    return failure();
  }
  if (!isDescending(op)) {
    why = "the sort is not descending";
    return failure();
  }
  TensorExprRef index =
      buildTensorExpr(op->getOperand(1), [](Value) { return false; });
  if (index->kind != TensorExpr::Kind::Index ||
      index->dim != type.getRank() - 1) {
    why = "the sorted values are not the indices";
    return failure();
  }
  TopKSort topK{op, op->getOperand(0), 0, {}, {}};
  for (OpResult result : op->getResults()) {
    SmallVector<Value> &first =
        result.getResultNumber() == 0 ? topK.values : topK.ids;
    for (Operation *user : result.getUsers()) {
      auto slice = dyn_cast<tensor::ExtractSliceOp>(user);
      std::optional<int64_t> size = slice ? getNumFirst(slice) : std::nullopt;
      Value read = size ? Value(slice.getResult()) : Value(result);
      if (!size && !type.isDynamicDim(type.getRank() - 1))
        size = type.getShape().back(); // the whole of them
      if (!size || *size < 1 || (topK.k && topK.k != *size)) {
        why = "the sorted values are used beyond their first k";
        return failure();
      }
      topK.k = *size;
      if (!llvm::is_contained(first, read))
        first.push_back(read);
    }
  }
  return topK;
}
