//===- ExpandFunctions.cpp - Functions that no library has ----------------===//
//
//   math.fpowi %x, %n : f32, i64  ==>   math.powf of both in f64
//   math.isinf %x                 ==>   arith.cmpf oeq, |%x|, inf
//
//===----------------------------------------------------------------------===//

#include "moe/Codegen/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"

namespace mlir::moe {
#define GEN_PASS_DEF_EXPANDFUNCTIONSPASS
#include "moe/Codegen/Passes.h.inc"
} // namespace mlir::moe

using namespace mlir;
using namespace mlir::moe;

/// `type` with elements of type `element`.
static Type withElement(Type type, Type element) {
  if (auto shaped = dyn_cast<ShapedType>(type))
    return shaped.clone(element);
  return element;
}

static Value constant(ImplicitLocOpBuilder &b, Type type,
                      const llvm::APFloat &value) {
  TypedAttr number = b.getFloatAttr(getElementTypeOrSelf(type), value);
  if (auto shaped = dyn_cast<ShapedType>(type))
    number = DenseElementsAttr::get(shaped, Attribute(number));
  return arith::ConstantOp::create(b, number);
}

namespace {
/// LLVM has powers of i32 alone, by functions that not every process has.
struct PowerOfInteger : OpRewritePattern<math::FPowIOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(math::FPowIOp op,
                                PatternRewriter &rewriter) const override {
    if (matchPattern(op.getRhs(), m_Constant()))
      return rewriter.notifyMatchFailure(op, "expects an exponent that varies");
    Type type = op.getType(), wide = withElement(type, rewriter.getF64Type());
    unsigned width = getElementTypeOrSelf(type).getIntOrFloatBitWidth();
    if (width > 64)
      return rewriter.notifyMatchFailure(op, "expects at most 64 bits");
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    Value base = op.getLhs();
    if (width < 64)
      base = arith::ExtFOp::create(b, wide, base);
    Value exponent = arith::SIToFPOp::create(b, wide, op.getRhs());
    Value power = math::PowFOp::create(b, base, exponent, op.getFastmath());
    if (width < 64)
      power = arith::TruncFOp::create(b, type, power);
    rewriter.replaceOp(op, power);
    return success();
  }
};

struct IsInfinite : OpRewritePattern<math::IsInfOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(math::IsInfOp op,
                                PatternRewriter &rewriter) const override {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    Value x = op.getOperand();
    auto type = cast<FloatType>(getElementTypeOrSelf(x.getType()));
    Value infinity = constant(b, x.getType(),
                              llvm::APFloat::getInf(type.getFloatSemantics()));
    rewriter.replaceOpWithNewOp<arith::CmpFOp>(
        op, arith::CmpFPredicate::OEQ, math::AbsFOp::create(b, x), infinity);
    return success();
  }
};

/// Neither zero, nor denormal, nor infinite, nor NaN.
struct IsNormal : OpRewritePattern<math::IsNormalOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(math::IsNormalOp op,
                                PatternRewriter &rewriter) const override {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    Type type = op.getOperand().getType();
    const llvm::fltSemantics &semantics =
        cast<FloatType>(getElementTypeOrSelf(type)).getFloatSemantics();
    Value x = math::AbsFOp::create(b, op.getOperand());
    Value least =
        constant(b, type, llvm::APFloat::getSmallestNormalized(semantics));
    Value infinity = constant(b, type, llvm::APFloat::getInf(semantics));
    rewriter.replaceOpWithNewOp<arith::AndIOp>(
        op, arith::CmpFOp::create(b, arith::CmpFPredicate::OGE, x, least),
        arith::CmpFOp::create(b, arith::CmpFPredicate::OLT, x, infinity));
    return success();
  }
};

struct ExpandFunctionsPass
    : moe::impl::ExpandFunctionsPassBase<ExpandFunctionsPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<PowerOfInteger, IsInfinite, IsNormal>(&getContext());
    walkAndApplyPatterns(getOperation(), std::move(patterns));
  }
};
} // namespace
