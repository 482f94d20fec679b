//===- ChoiceMask.cpp - One-hot masks of experts and their prefix sums ----===//

#include "ChoiceMask.h"
#include "ScalarFunction.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace mlir::moe;

//===----------------------------------------------------------------------===//
// Masks
//===----------------------------------------------------------------------===//

bool ChoiceMask::operator==(const ChoiceMask &other) const {
  return ids == other.ids && idMap == other.idMap &&
         numChoices == other.numChoices && live == other.live &&
         liveMap == other.liveMap;
}

/// True as a signed number is -1.
static bool isSignedTruth(const TensorExprRef &expr) {
  return expr->isOp("arith.sitofp") &&
         expr->value.getDefiningOp()->getOperand(0).getType().isInteger(1);
}

TensorExprRef moe::skipNumberCasts(TensorExprRef expr) {
  while (expr->isOp("arith.sitofp") || expr->isOp("arith.uitofp") ||
         expr->isOp("arith.fptosi") || expr->isOp("arith.fptoui") ||
         expr->isOp("arith.index_castui")) {
    if (isSignedTruth(expr))
      break;
    expr = expr->children[0];
  }
  return expr;
}

void moe::getFactors(const TensorExprRef &expr,
                     SmallVectorImpl<TensorExprRef> &factors) {
  TensorExprRef node = skipNumberCasts(expr);
  if (node->isOp("arith.mulf") || node->isOp("arith.muli") ||
      node->isOp("arith.andi")) {
    for (const TensorExprRef &child : node->children)
      getFactors(child, factors);
    return;
  }
  if (node->isOp("arith.select") && node->children[2]->isConstant(0.0)) {
    getFactors(node->children[0], factors);
    getFactors(node->children[1], factors);
    return;
  }
  if (!node->isConstant(1.0))
    factors.push_back(node);
}

/// The map of the leaf `expr` from (t, k) to its indices; nothing where it
/// reads anything else. Without `k` there is one choice.
static std::optional<AffineMap>
getTokenMap(const TensorExprRef &expr, unsigned t, std::optional<unsigned> k) {
  if (expr->kind != TensorExpr::Kind::Leaf)
    return std::nullopt;
  MLIRContext *context = expr->map.getContext();
  bool readsToken = false;
  SmallVector<AffineExpr> exprs;
  for (AffineExpr index : expr->map.getResults()) {
    auto dim = dyn_cast<AffineDimExpr>(index);
    if (dim && dim.getPosition() == t) {
      readsToken = true;
      exprs.push_back(getAffineDimExpr(0, context));
    } else if (dim && k && dim.getPosition() == *k) {
      exprs.push_back(getAffineDimExpr(1, context));
    } else if (isa<AffineConstantExpr>(index)) {
      exprs.push_back(index);
    } else {
      return std::nullopt;
    }
  }
  if (!readsToken)
    return std::nullopt;
  return AffineMap::get(2, 0, exprs, context);
}

/// `ids == e`.
static std::optional<ChoiceMask> matchOneHot(const TensorExprRef &expr,
                                             unsigned t, unsigned e,
                                             std::optional<unsigned> k) {
  if (!expr->isOp("arith.cmpi") ||
      cast<arith::CmpIOp>(expr->value.getDefiningOp()).getPredicate() !=
          arith::CmpIPredicate::eq)
    return std::nullopt;
  for (unsigned i : {0u, 1u}) {
    const TensorExprRef &index = expr->children[i];
    if (index->kind != TensorExpr::Kind::Index || index->dim != e)
      continue;
    if (auto map = getTokenMap(expr->children[1 - i], t, k))
      return ChoiceMask{expr->children[1 - i]->value, *map, 1, nullptr, {}};
  }
  return std::nullopt;
}

bool moe::isLive(const TensorExprRef &expr, const ChoiceMask &mask,
                 unsigned t) {
  auto map = getTokenMap(expr, t, std::nullopt);
  return map && expr->value == mask.live && *map == mask.liveMap;
}

std::optional<ChoiceMask> moe::matchChoiceMask(const TensorExprRef &expr,
                                               unsigned t, unsigned e) {
  TensorExprRef node = skipNumberCasts(expr);
  if (node->kind == TensorExpr::Kind::Sum) {
    SmallVector<TensorExprRef> factors;
    getFactors(node->children[0], factors);
    if (factors.size() != 1 || ShapedType::isDynamic(node->extent))
      return std::nullopt;
    auto mask = matchOneHot(factors[0], t, e, node->dim);
    if (!mask || !mask->idMap.isFunctionOfDim(1))
      return std::nullopt;
    mask->numChoices = node->extent;
    return mask;
  }
  SmallVector<TensorExprRef> factors;
  getFactors(node, factors);
  if (factors.size() == 1 && factors[0] == node)
    return matchOneHot(node, t, e, std::nullopt);
  return matchChoiceMask(factors, t, e);
}

std::optional<ChoiceMask> moe::matchChoiceMask(ArrayRef<TensorExprRef> factors,
                                               unsigned t, unsigned e) {
  std::optional<ChoiceMask> mask;
  Value live;
  AffineMap liveMap;
  for (const TensorExprRef &factor : factors) {
    auto oneHot = matchChoiceMask(factor, t, e);
    if (oneHot && (!mask || *mask == *oneHot)) {
      mask = oneHot;
      continue;
    }
    auto map = getTokenMap(factor, t, std::nullopt);
    if (oneHot || !map ||
        (live && (live != factor->value || liveMap != *map)) ||
        !getElementTypeOrSelf(factor->value.getType()).isInteger(1))
      return std::nullopt;
    live = factor->value;
    liveMap = *map;
  }
  if (!mask || (live && mask->live))
    return std::nullopt;
  if (live) {
    mask->live = live;
    mask->liveMap = liveMap;
  }
  return mask;
}

//===----------------------------------------------------------------------===//
// Prefix sums
//===----------------------------------------------------------------------===//

/// Row t, column s of a constant is one where s < t (or s <= t), else zero.
static std::optional<bool> matchTriangle(const TensorExprRef &expr, unsigned t,
                                         unsigned s) {
  DenseElementsAttr elements;
  if (expr->kind != TensorExpr::Kind::Leaf || expr->map.getNumResults() != 2 ||
      !matchPattern(expr->value, m_Constant(&elements)) ||
      elements.getType().getDimSize(0) != elements.getType().getDimSize(1))
    return std::nullopt;
  auto first = dyn_cast<AffineDimExpr>(expr->map.getResult(0));
  auto second = dyn_cast<AffineDimExpr>(expr->map.getResult(1));
  if (!first || !second)
    return std::nullopt;
  bool rowIsToken = first.getPosition() == t && second.getPosition() == s;
  if (!rowIsToken && !(first.getPosition() == s && second.getPosition() == t))
    return std::nullopt;
  int64_t size = elements.getType().getDimSize(0);
  auto isOne = [](Attribute attr) {
    if (auto number = dyn_cast<FloatAttr>(attr))
      return std::make_pair(number.getValue().isExactlyValue(1.0),
                            number.getValue().isZero());
    APInt number = cast<IntegerAttr>(attr).getValue();
    return std::make_pair(number.isOne(), number.isZero());
  };
  auto values = elements.getValues<Attribute>();
  bool inclusive = size > 0 && isOne(values[0]).first;
  for (int64_t i = 0; i < size * size; ++i) {
    int64_t row = rowIsToken ? i / size : i % size;
    int64_t column = rowIsToken ? i % size : i / size;
    bool counted = inclusive ? column <= row : column < row;
    auto [one, zero] = isOne(values[i]);
    if (counted ? !one : !zero)
      return std::nullopt;
  }
  return inclusive;
}

/// `s < t` or `s <= t`, of indices.
static std::optional<bool> matchBefore(const TensorExprRef &expr, unsigned t,
                                       unsigned s) {
  if (!expr->isOp("arith.cmpi"))
    return matchTriangle(expr, t, s);
  auto isIndex = [&](unsigned child, unsigned dim) {
    return expr->children[child]->kind == TensorExpr::Kind::Index &&
           expr->children[child]->dim == dim;
  };
  bool swapped = isIndex(0, t) && isIndex(1, s);
  if (!swapped && !(isIndex(0, s) && isIndex(1, t)))
    return std::nullopt;
  using Predicate = arith::CmpIPredicate;
  switch (cast<arith::CmpIOp>(expr->value.getDefiningOp()).getPredicate()) {
  case Predicate::slt:
  case Predicate::ult:
    return swapped ? std::nullopt : std::optional(false);
  case Predicate::sle:
  case Predicate::ule:
    return swapped ? std::nullopt : std::optional(true);
  case Predicate::sgt:
  case Predicate::ugt:
    return swapped ? std::optional(false) : std::nullopt;
  case Predicate::sge:
  case Predicate::uge:
    return swapped ? std::optional(true) : std::nullopt;
  default:
    return std::nullopt;
  }
}

/// An importer's scan of a mask along the tokens.
static std::optional<PrefixSum> matchScan(const TensorExprRef &expr, unsigned t,
                                          unsigned e) {
  if (expr->kind != TensorExpr::Kind::Leaf)
    return std::nullopt;
  Operation *scan = expr->value.getDefiningOp();
  if (!scan || scan->getName().getStringRef() != "tm_tensor.scan" ||
      scan->getNumOperands() != 3 || scan->getNumRegions() != 1 ||
      !scan->getRegion(0).hasOneBlock() || expr->value != scan->getResult(0))
    return std::nullopt;
  auto dimension = scan->getAttrOfType<IntegerAttr>("dimension");
  auto inclusive = scan->getAttrOfType<BoolAttr>("inclusive");
  Block &body = scan->getRegion(0).front();
  if (!dimension || !inclusive || body.getNumArguments() != 2 ||
      body.back().getNumOperands() != 1)
    return std::nullopt;
  Operation *add = body.back().getOperand(0).getDefiningOp();
  if (!isa_and_nonnull<arith::AddFOp, arith::AddIOp>(add) ||
      !llvm::all_of(body.getArguments(), [&](Value argument) {
        return llvm::is_contained(add->getOperands(), argument);
      }))
    return std::nullopt;
  // An exclusive scan starts with what the accumulator holds.
  if (!inclusive.getValue() && !isFilledWithZero(scan->getOperand(2)))
    return std::nullopt;
  // The scanned tensor by the indices of the result.
  std::optional<unsigned> token, expert;
  for (auto [dim, index] : llvm::enumerate(expr->map.getResults())) {
    auto position = dyn_cast<AffineDimExpr>(index);
    if (position && position.getPosition() == t)
      token = dim;
    else if (position && position.getPosition() == e)
      expert = dim;
    else if (!isa<AffineConstantExpr>(index))
      return std::nullopt;
  }
  if (!token || !expert || dimension.getInt() != *token)
    return std::nullopt;
  TensorExprRef input =
      buildTensorExpr(scan->getOperand(0), [](Value) { return false; });
  auto mask = matchChoiceMask(input, *token, *expert);
  if (!mask)
    return std::nullopt;
  return PrefixSum{*mask, inclusive.getValue()};
}

std::optional<PrefixSum> moe::matchPrefixSum(const TensorExprRef &expr,
                                             unsigned t, unsigned e) {
  if (expr->kind != TensorExpr::Kind::Sum)
    return matchScan(expr, t, e);
  SmallVector<TensorExprRef> factors;
  getFactors(expr->children[0], factors);
  std::optional<bool> inclusive;
  SmallVector<TensorExprRef> masks;
  for (const TensorExprRef &factor : factors) {
    auto before = matchBefore(factor, t, expr->dim);
    if (before && inclusive)
      return std::nullopt;
    if (before)
      inclusive = before;
    else
      masks.push_back(factor);
  }
  auto mask = inclusive ? matchChoiceMask(masks, expr->dim, e) : std::nullopt;
  if (!mask)
    return std::nullopt;
  return PrefixSum{*mask, *inclusive};
}
