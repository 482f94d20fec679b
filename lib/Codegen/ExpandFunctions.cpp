//===- ExpandFunctions.cpp - Functions that no library has ----------------===//
//
//   math.fpowi %x, %n : f32, i64  ==>   math.powf of both in f64
//   math.isinf %x                 ==>   %x == inf or %x == -inf
//
//===----------------------------------------------------------------------===//

#include "moe/Codegen/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/TypeUtilities.h"
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
/// LLVM has powers of i32 alone, of single numbers, by functions that not every
/// process has where the exponent is not known.
struct PowerOfInteger : OpRewritePattern<math::FPowIOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(math::FPowIOp op,
                                PatternRewriter &rewriter) const override {
    Type type = op.getType();
    if (isa<TensorType>(type) ||
        getElementTypeOrSelf(type).getIntOrFloatBitWidth() > 64)
      return rewriter.notifyMatchFailure(
          op, "expects numbers of at most 64 bits, or vectors of them");
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    llvm::APInt known;
    if (!isa<ShapedType>(type) &&
        matchPattern(op.getRhs(), m_ConstantInt(&known)) &&
        known.isSignedIntN(32)) {
      if (op.getRhs().getType().isInteger(32))
        return rewriter.notifyMatchFailure(op, "expects what LLVM has not");
      Value exponent =
          arith::ConstantIntOp::create(b, known.getSExtValue(), 32);
      rewriter.replaceOpWithNewOp<math::FPowIOp>(op, op.getLhs(), exponent,
                                                 op.getFastmath());
      return success();
    }
    rewriter.replaceOp(op, narrow(b, power(b, op), type));
    return success();
  }

private:
  /// In f64. Of an exponent that f64 need not hold, bit 0 has the parity.
  static Value power(ImplicitLocOpBuilder &b, math::FPowIOp op) {
    Type wide = withElement(op.getType(), b.getF64Type());
    Value base = widen(b, op.getLhs()), exponent = op.getRhs();
    Type type = exponent.getType();
    if (getElementTypeOrSelf(type).isIndex()) {
      type = withElement(type, b.getI64Type());
      exponent = arith::IndexCastOp::create(b, type, exponent);
    }
    Value number = arith::SIToFPOp::create(b, wide, exponent);
    if (getElementTypeOrSelf(type).getIntOrFloatBitWidth() <= 53)
      return math::PowFOp::create(b, base, number, op.getFastmath());
    Value size = math::PowFOp::create(b, math::AbsFOp::create(b, base), number,
                                      op.getFastmath());
    Value isOdd =
        arith::TruncIOp::create(b, withElement(type, b.getI1Type()), exponent);
    return arith::SelectOp::create(
        b, isOdd, math::CopySignOp::create(b, size, base), size);
  }

  /// By way of f32, as there are instructions for that.
  static Value widen(ImplicitLocOpBuilder &b, Value value) {
    for (Type element : {Type(b.getF32Type()), Type(b.getF64Type())})
      if (getElementTypeOrSelf(value).getIntOrFloatBitWidth() <
          element.getIntOrFloatBitWidth())
        value = arith::ExtFOp::create(b, withElement(value.getType(), element),
                                      value);
    return value;
  }

  static Value narrow(ImplicitLocOpBuilder &b, Value value, Type type) {
    unsigned width = getElementTypeOrSelf(type).getIntOrFloatBitWidth();
    if (width < 64)
      value =
          arith::TruncFOp::create(b, withElement(type, b.getF32Type()), value);
    if (width < 32)
      value = arith::TruncFOp::create(b, type, value);
    return value;
  }
};

/// None of tensors, and where numbers of `type` can not be infinite.
std::optional<llvm::APFloat> getInfinity(Type type) {
  if (isa<TensorType>(type))
    return std::nullopt;
  const llvm::fltSemantics &semantics =
      cast<FloatType>(getElementTypeOrSelf(type)).getFloatSemantics();
  if (!llvm::APFloat::semanticsHasInf(semantics))
    return std::nullopt;
  return llvm::APFloat::getInf(semantics);
}

struct IsInfinite : OpRewritePattern<math::IsInfOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(math::IsInfOp op,
                                PatternRewriter &rewriter) const override {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    Value x = op.getOperand();
    std::optional<llvm::APFloat> infinity = getInfinity(x.getType());
    if (!infinity)
      return rewriter.notifyMatchFailure(
          op, "expects numbers, or vectors, that can be infinite");
    auto is = [&](const llvm::APFloat &value) {
      return arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, x,
                                   constant(b, x.getType(), value));
    };
    Value isPositive = is(*infinity), isNegative = is(-*infinity);
    rewriter.replaceOpWithNewOp<arith::OrIOp>(op, isPositive, isNegative);
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
    std::optional<llvm::APFloat> infinity = getInfinity(type);
    if (!infinity)
      return rewriter.notifyMatchFailure(
          op, "expects numbers, or vectors, that can be infinite");
    Value x = math::AbsFOp::create(b, op.getOperand());
    Value least = constant(
        b, type,
        llvm::APFloat::getSmallestNormalized(infinity->getSemantics()));
    Value isLarge =
        arith::CmpFOp::create(b, arith::CmpFPredicate::OGE, x, least);
    Value isFinite = arith::CmpFOp::create(b, arith::CmpFPredicate::OLT, x,
                                           constant(b, type, *infinity));
    rewriter.replaceOpWithNewOp<arith::AndIOp>(op, isLarge, isFinite);
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
