//===- ComputeBody.cpp - Scalar code in the compute type ------------------===//

#include "ComputeBody.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Transforms/RegionUtils.h"
#include "moe/IR/ReferenceBuilder.h"

using namespace mlir;
using namespace mlir::moe;

bool moe::isClonable(linalg::LinalgOp op, FloatType compute) {
  auto polymorphic = [](Operation &inner) {
    return isa<arith::AddFOp, arith::SubFOp, arith::MulFOp, arith::DivFOp,
               arith::NegFOp, arith::MaximumFOp, arith::MinimumFOp,
               arith::MaxNumFOp, arith::MinNumFOp, arith::CmpFOp,
               arith::SelectOp, arith::ConstantOp, arith::ExtFOp,
               arith::TruncFOp>(inner) ||
           isa<math::MathDialect>(inner.getDialect());
  };
  auto isWider = [&](Type type) {
    auto real = dyn_cast<FloatType>(type);
    return real && real.getWidth() > compute.getWidth();
  };
  auto isNarrower = [&](Type type) {
    auto real = dyn_cast<FloatType>(type);
    return real && real != compute;
  };
  for (Operation &inner : op.getBlock()->without_terminator()) {
    if (!isPure(&inner) || inner.getNumRegions() != 0 ||
        isa<linalg::IndexOp, tensor::ExtractOp>(inner)) // know a place
      return false;
    SmallVector<Type> types(inner.getOperandTypes());
    llvm::append_range(types, inner.getResultTypes());
    if (llvm::any_of(types, isWider) ||
        (llvm::any_of(types, isNarrower) && !polymorphic(inner)))
      return false;
  }
  llvm::SetVector<Value> captured;
  getUsedValuesDefinedAbove(op->getRegions(), captured);
  return llvm::all_of(captured, [](Value value) {
    return value.getDefiningOp() &&
           value.getDefiningOp()->hasTrait<OpTrait::ConstantLike>();
  });
}

Value moe::toCompute(OpBuilder &builder, Location loc, Value value,
                     FloatType type) {
  if (!isa<FloatType>(value.getType()))
    return value;
  return ReferenceBuilder(loc, builder).convertFloat(value, type);
}

Value moe::cloneInCompute(OpBuilder &builder, Location loc, linalg::LinalgOp op,
                          IRMapping mapping, FloatType compute) {
  // What the body captures are constants of the region around.
  llvm::SetVector<Value> captured;
  getUsedValuesDefinedAbove(op->getRegions(), captured);
  for (Value value : captured)
    mapping.map(value,
                toCompute(builder, loc,
                          builder.clone(*value.getDefiningOp())->getResult(0),
                          compute));
  for (Operation &inner : op.getBlock()->without_terminator()) {
    if (isa<arith::ExtFOp, arith::TruncFOp>(inner)) {
      mapping.map(inner.getResult(0), mapping.lookup(inner.getOperand(0)));
      continue;
    }
    if (auto constant = dyn_cast<arith::ConstantOp>(inner)) {
      Operation *clone = builder.clone(inner);
      mapping.map(inner.getResult(0),
                  toCompute(builder, loc, clone->getResult(0), compute));
      continue;
    }
    Operation *clone = builder.clone(inner, mapping);
    for (auto [from, to] :
         llvm::zip_equal(inner.getResults(), clone->getResults())) {
      if (isa<FloatType>(to.getType()))
        to.setType(compute);
      mapping.map(from, to);
    }
  }
  return mapping.lookup(op.getBlock()->getTerminator()->getOperand(0));
}
