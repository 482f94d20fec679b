//===- TokenPositions.cpp - Places of tokens at experts -------------------===//

#include "TokenPositions.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace mlir::moe;

//===----------------------------------------------------------------------===//
// Positions
//===----------------------------------------------------------------------===//

bool moe::isSameSet(ArrayRef<ChoiceMask> a, ArrayRef<ChoiceMask> b) {
  return a.size() == b.size() && llvm::all_of(a, [&](const ChoiceMask &mask) {
           return llvm::count(a, mask) == llvm::count(b, mask);
         });
}

bool Position::hasSameCounts(const Position &other) const {
  return isSameSet(before, other.before) && isSameSet(total, other.total) &&
         isSameSet(self, other.self);
}

bool Position::isSame(const Position &other) const {
  return hasSameCounts(other) && totalLimit == other.totalLimit &&
         kept.size() == other.kept.size() &&
         llvm::all_of(llvm::zip(kept, other.kept), [](auto pair) {
           auto &[a, b] = pair;
           return a.mask == b.mask && isSameSet(a.after, b.after);
         });
}

/// `a + sign * b`; counts may only vanish.
static std::optional<Position> addCounts(Position a, const Position &b,
                                         int64_t sign) {
  a.constant += sign * b.constant;
  a.totalLimit = std::min(a.totalLimit, b.totalLimit);
  llvm::append_range(a.kept, b.kept);
  for (auto member : {&Position::before, &Position::total, &Position::self})
    for (const ChoiceMask &mask : b.*member) {
      if (sign > 0) {
        (a.*member).push_back(mask);
        continue;
      }
      auto it = llvm::find(a.*member, mask);
      if (it == (a.*member).end())
        return std::nullopt;
      (a.*member).erase(it);
    }
  return a;
}

static Position makePosition(int64_t constant) {
  Position position;
  position.constant = constant;
  return position;
}

/// An order of two numbers, and no mask.
static bool isComparison(const TensorExprRef &expr) {
  if (expr->isOp("arith.cmpf"))
    return true;
  return expr->isOp("arith.cmpi") &&
         cast<arith::CmpIOp>(expr->value.getDefiningOp()).getPredicate() !=
             arith::CmpIPredicate::eq;
}

bool PositionReader::isOwn(const TensorExprRef &factor, unsigned t,
                           unsigned e) const {
  if (auto mask = matchChoiceMask(factor, t, e)) {
    ChoiceMask whole = own; // is one only where the part without `live` is
    if (!mask->live)
      whole.live = nullptr, whole.liveMap = AffineMap();
    return *mask == whole;
  }
  return own.live && isLive(factor, own, t);
}

bool PositionReader::isOne(const TensorExprRef &expr, unsigned t,
                           unsigned e) const {
  SmallVector<TensorExprRef> factors;
  getFactors(expr, factors);
  return llvm::all_of(factors, [&](const TensorExprRef &factor) {
    if (isOwn(factor, t, e))
      return true;
    auto limit = kept ? readLimit(factor, t, e) : std::nullopt;
    return limit && limit->position.isSame(kept->position) &&
           limit->limit >= kept->limit;
  });
}

/// A sum over experts that only the token's own expert adds to.
std::optional<Position> PositionReader::readChosen(const TensorExprRef &sum,
                                                   unsigned t) const {
  SmallVector<TensorExprRef> factors;
  getFactors(sum->children[0], factors);
  bool isChosen = false;
  TensorExprRef rest;
  for (const TensorExprRef &factor : factors) {
    if (isOne(factor, t, sum->dim)) {
      isChosen |= matchChoiceMask(factor, t, sum->dim).has_value();
      continue;
    }
    if (rest)
      return std::nullopt;
    rest = factor;
  }
  // A sum over all of a token's choices meets several experts.
  if (!isChosen || own.numChoices != 1)
    return std::nullopt;
  return rest ? read(rest, t, sum->dim) : makePosition(1);
}

/// All choices of e, or those of them that were kept.
static std::optional<Position> readTotal(const TensorExprRef &sum, unsigned e) {
  SmallVector<TensorExprRef> factors, masks, limits;
  getFactors(sum->children[0], factors);
  for (const TensorExprRef &factor : factors)
    (isComparison(factor) ? limits : masks).push_back(factor);
  auto mask = matchChoiceMask(masks, sum->dim, e);
  if (!mask)
    return std::nullopt;
  Position position;
  position.total.push_back(*mask);
  for (const TensorExprRef &factor : limits) {
    // Those with a place below the limit: as many as all, or the limit.
    auto limit = PositionReader(*mask).readLimit(factor, sum->dim, e);
    if (!limit || !isSameSet(limit->position.before, {*mask}) ||
        !limit->position.self.empty())
      return std::nullopt;
    position.totalLimit = std::min(
        {position.totalLimit, limit->limit, limit->position.totalLimit});
    position.kept.push_back({*mask, limit->position.total});
    llvm::append_range(position.kept, limit->position.kept);
  }
  return position;
}

std::optional<Position> PositionReader::read(const TensorExprRef &expr,
                                             unsigned t, unsigned e) const {
  TensorExprRef node = skipNumberCasts(expr);
  if (node->kind == TensorExpr::Kind::Constant) {
    int64_t number = static_cast<int64_t>(node->number);
    if (static_cast<double>(number) != node->number)
      return std::nullopt;
    return makePosition(number);
  }
  if (auto mask = matchChoiceMask(node, t, e)) {
    if (isOwn(node, t, e))
      return makePosition(1);
    Position position;
    position.self.push_back(*mask);
    return position;
  }
  if (auto prefix = matchPrefixSum(node, t, e)) {
    Position position;
    position.before.push_back(prefix->mask);
    if (!prefix->inclusive)
      return position;
    if (prefix->mask == own)
      position.constant = 1;
    else
      position.self.push_back(prefix->mask);
    return position;
  }
  if (node->kind == TensorExpr::Kind::Sum) {
    if (auto chosen = readChosen(node, t))
      return chosen;
    return readTotal(node, e);
  }
  bool adds = node->isOp("arith.addf") || node->isOp("arith.addi");
  if (adds || node->isOp("arith.subf") || node->isOp("arith.subi")) {
    auto a = read(node->children[0], t, e), b = read(node->children[1], t, e);
    return a && b ? addCounts(*a, *b, adds ? 1 : -1) : std::nullopt;
  }
  if (node->isOp("arith.mulf") || node->isOp("arith.muli"))
    for (unsigned i : {0u, 1u})
      if (isOne(node->children[i], t, e))
        return read(node->children[1 - i], t, e);
  if (node->isOp("arith.select") && isOne(node->children[0], t, e))
    return read(node->children[1], t, e);
  return std::nullopt;
}

std::optional<PositionLimit>
PositionReader::readLimit(const TensorExprRef &expr, unsigned t,
                          unsigned e) const {
  enum { Less, LessOrEqual, Greater, GreaterOrEqual } relation;
  if (expr->isOp("arith.cmpi")) {
    using Predicate = arith::CmpIPredicate;
    switch (cast<arith::CmpIOp>(expr->value.getDefiningOp()).getPredicate()) {
    case Predicate::slt:
      relation = Less;
      break;
    case Predicate::sle:
      relation = LessOrEqual;
      break;
    case Predicate::sgt:
      relation = Greater;
      break;
    case Predicate::sge:
      relation = GreaterOrEqual;
      break;
    default:
      return std::nullopt;
    }
  } else if (expr->isOp("arith.cmpf")) {
    using Predicate = arith::CmpFPredicate;
    switch (cast<arith::CmpFOp>(expr->value.getDefiningOp()).getPredicate()) {
    case Predicate::OLT:
    case Predicate::ULT:
      relation = Less;
      break;
    case Predicate::OLE:
    case Predicate::ULE:
      relation = LessOrEqual;
      break;
    case Predicate::OGT:
    case Predicate::UGT:
      relation = Greater;
      break;
    case Predicate::OGE:
    case Predicate::UGE:
      relation = GreaterOrEqual;
      break;
    default:
      return std::nullopt;
    }
  } else {
    return std::nullopt;
  }
  bool swapped = relation == Greater || relation == GreaterOrEqual;
  auto left = read(expr->children[swapped ? 1 : 0], t, e);
  auto right = read(expr->children[swapped ? 0 : 1], t, e);
  if (!left || !right || !right->hasSameCounts(Position()))
    return std::nullopt;
  bool orEqual = relation == LessOrEqual || relation == GreaterOrEqual;
  int64_t limit = right->constant - left->constant + (orEqual ? 1 : 0);
  left->constant = 0;
  return PositionLimit{*left, limit};
}
