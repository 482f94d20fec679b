//===- ScalarFunction.cpp - What a scalar expression computes -------------===//

#include "ScalarFunction.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace mlir::moe;

Value moe::skipFloatCasts(Value value) {
  while (auto *def = value.getDefiningOp()) {
    if (!isa<arith::ExtFOp, arith::TruncFOp>(def))
      break;
    value = def->getOperand(0);
  }
  return value;
}

bool moe::isFilledWithZero(Value tensor) {
  auto fill = tensor.getDefiningOp<linalg::FillOp>();
  return fill && (matchPattern(fill.value(), m_AnyZeroFloat()) ||
                  matchPattern(fill.value(), m_Zero()));
}

bool moe::isSumOfProducts(linalg::LinalgOp op) {
  if (!linalg::isaContractionOpInterface(op) || !op.hasPureTensorSemantics())
    return false;
  Block &block = *op.getBlock();
  auto add = skipFloatCasts(block.getTerminator()->getOperand(0))
                 .getDefiningOp<arith::AddFOp>();
  if (!add)
    return false;
  for (auto [sum, product] : {std::pair(add.getLhs(), add.getRhs()),
                              std::pair(add.getRhs(), add.getLhs())}) {
    auto mul = skipFloatCasts(product).getDefiningOp<arith::MulFOp>();
    if (!mul || skipFloatCasts(sum) != block.getArgument(2))
      continue;
    Value a = skipFloatCasts(mul.getLhs()), b = skipFloatCasts(mul.getRhs());
    Value x = block.getArgument(0), y = block.getArgument(1);
    if ((a == x && b == y) || (a == y && b == x))
      return true;
  }
  return false;
}

static bool isConstant(Value value, double number) {
  FloatAttr attr;
  return matchPattern(skipFloatCasts(value), m_Constant(&attr)) &&
         attr.getValueAsDouble() == number;
}

static bool isSame(Value a, Value b) {
  return skipFloatCasts(a) == skipFloatCasts(b);
}

/// `value` is `Op(a, b)` in either order, where `first` accepts a; returns b.
template <typename Op>
static Value matchCommutative(Value value, function_ref<bool(Value)> first) {
  auto op = skipFloatCasts(value).getDefiningOp<Op>();
  if (!op)
    return nullptr;
  if (first(op.getLhs()))
    return op.getRhs();
  if (first(op.getRhs()))
    return op.getLhs();
  return nullptr;
}

static auto constant(double number) {
  return [number](Value value) { return isConstant(value, number); };
}

bool moe::isNegation(Value value, Value x) {
  value = skipFloatCasts(value);
  if (auto neg = value.getDefiningOp<arith::NegFOp>())
    return isSame(neg.getOperand(), x);
  if (auto sub = value.getDefiningOp<arith::SubFOp>())
    return isConstant(sub.getLhs(), 0.0) && isSame(sub.getRhs(), x);
  Value factor = matchCommutative<arith::MulFOp>(value, constant(-1.0));
  return factor && isSame(factor, x);
}

bool moe::isExponential(Value value, Value x) {
  auto exp = skipFloatCasts(value).getDefiningOp<math::ExpOp>();
  return exp && isSame(exp.getOperand(), x);
}

bool moe::isAtLeastOne(Value value) {
  Value rest = matchCommutative<arith::AddFOp>(value, constant(1.0));
  return rest && skipFloatCasts(rest).getDefiningOp<math::ExpOp>();
}

bool moe::isSigmoid(Value value, Value x) {
  value = skipFloatCasts(value);
  auto div = value.getDefiningOp<arith::DivFOp>();
  if (!div)
    return false;
  // 1 / (1 + exp(-x))
  Value rest = matchCommutative<arith::AddFOp>(div.getRhs(), constant(1.0));
  if (!rest)
    return false;
  auto exp = skipFloatCasts(rest).getDefiningOp<math::ExpOp>();
  if (!exp)
    return false;
  if (isConstant(div.getLhs(), 1.0))
    return isNegation(exp.getOperand(), x);
  // exp(x) / (1 + exp(x))
  return isSame(exp.getOperand(), x) && isExponential(div.getLhs(), x);
}

bool moe::isRelu(Value value, Value x) {
  value = skipFloatCasts(value);
  for (Value other : {matchCommutative<arith::MaximumFOp>(value, constant(0.0)),
                      matchCommutative<arith::MaxNumFOp>(value, constant(0.0))})
    if (other && isSame(other, x))
      return true;
  auto select = value.getDefiningOp<arith::SelectOp>();
  auto compare = select ? select.getCondition().getDefiningOp<arith::CmpFOp>()
                        : arith::CmpFOp();
  if (!compare || !isSame(compare.getLhs(), x) ||
      !isConstant(compare.getRhs(), 0.0))
    return false;
  bool greater = compare.getPredicate() == arith::CmpFPredicate::OGT ||
                 compare.getPredicate() == arith::CmpFPredicate::UGT;
  return greater && isSame(select.getTrueValue(), x) &&
         isConstant(select.getFalseValue(), 0.0);
}

/// log1p(exp(y)) or log(1 + exp(y)); returns y.
static Value matchLogOnePlusExp(Value value) {
  value = skipFloatCasts(value);
  Value inner;
  if (auto log1p = value.getDefiningOp<math::Log1pOp>())
    inner = log1p.getOperand();
  else if (auto log = value.getDefiningOp<math::LogOp>())
    inner = matchCommutative<arith::AddFOp>(log.getOperand(), constant(1.0));
  auto exp = inner ? skipFloatCasts(inner).getDefiningOp<math::ExpOp>()
                   : math::ExpOp();
  return exp ? exp.getOperand() : Value();
}

bool moe::isSoftplus(Value value, Value x) {
  value = skipFloatCasts(value);
  if (Value y = matchLogOnePlusExp(value))
    return isSame(y, x);
  // max(x, 0) + log(1 + exp(-|x|))
  Value rest = matchCommutative<arith::AddFOp>(
      value, [&](Value v) { return isRelu(v, x); });
  if (rest) {
    Value y = matchLogOnePlusExp(rest);
    auto negated =
        y ? skipFloatCasts(y).getDefiningOp<arith::NegFOp>() : arith::NegFOp();
    auto abs =
        negated
            ? skipFloatCasts(negated.getOperand()).getDefiningOp<math::AbsFOp>()
            : math::AbsFOp();
    return abs && isSame(abs.getOperand(), x);
  }
  // x > 20 ? x : log(1 + exp(x)), as frameworks write it: exact in f32 there.
  auto select = value.getDefiningOp<arith::SelectOp>();
  auto compare = select ? select.getCondition().getDefiningOp<arith::CmpFOp>()
                        : arith::CmpFOp();
  FloatAttr threshold;
  if (!compare || !isSame(compare.getLhs(), x) ||
      compare.getPredicate() != arith::CmpFPredicate::OGT ||
      !matchPattern(compare.getRhs(), m_Constant(&threshold)) ||
      threshold.getValueAsDouble() < 20.0 || !isSame(select.getTrueValue(), x))
    return false;
  Value y = matchLogOnePlusExp(select.getFalseValue());
  return y && isSame(y, x);
}
