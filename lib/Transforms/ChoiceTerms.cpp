//===- ChoiceTerms.cpp - Masks [T,E,C] as choices of tokens ---------------===//

#include "ChoiceTerms.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace mlir::moe;

static constexpr int64_t kNoLimit = std::numeric_limits<int64_t>::max();

//===----------------------------------------------------------------------===//
// Terms
//===----------------------------------------------------------------------===//

static bool usesIndex(const TensorExprRef &expr, unsigned dim) {
  if (expr->kind == TensorExpr::Kind::Index)
    return expr->dim == dim;
  if (expr->kind == TensorExpr::Kind::Leaf)
    return expr->map.isFunctionOfDim(dim);
  return llvm::any_of(expr->children, [&](const TensorExprRef &child) {
    return usesIndex(child, dim);
  });
}

/// Counts up to this number are exact in `type`, and larger ones stay larger.
static int64_t getExactCount(Type type) {
  if (auto real = dyn_cast<FloatType>(type))
    return int64_t(1) << std::min(real.getFPMantissaWidth(), 31u);
  if (type.isIndex() || type.isInteger(1) || type.getIntOrFloatBitWidth() >= 32)
    return int64_t(1) << 31;
  return 0; // wraps
}

static int64_t getExactCount(const TensorExprRef &expr) {
  int64_t exact = kNoLimit;
  auto visit = [&](Value value) {
    if (value)
      exact = std::min(exact, getExactCount(getElementTypeOrSelf(value)));
  };
  visit(expr->tensor);
  visit(expr->value);
  if (expr->kind == TensorExpr::Kind::Op) {
    for (Value operand : expr->value.getDefiningOp()->getOperands())
      visit(operand);
  }
  for (const TensorExprRef &child : expr->children)
    exact = std::min(exact, getExactCount(child));
  return exact;
}

/// The position p of `p == c`, or null.
static TensorExprRef matchPlace(const TensorExprRef &expr, unsigned c) {
  if (!expr->isOp("arith.cmpi") && !expr->isOp("arith.cmpf"))
    return nullptr;
  Operation *op = expr->value.getDefiningOp();
  auto ints = dyn_cast<arith::CmpIOp>(op);
  if (ints
          ? ints.getPredicate() != arith::CmpIPredicate::eq
          : cast<arith::CmpFOp>(op).getPredicate() != arith::CmpFPredicate::OEQ)
    return nullptr;
  for (unsigned i : {0u, 1u}) {
    TensorExprRef index = skipNumberCasts(expr->children[i]);
    if (index->kind == TensorExpr::Kind::Index && index->dim == c)
      return expr->children[1 - i];
  }
  return nullptr;
}

static FailureOr<ChoiceTerm>
readTerm(const TensorExprRef &expr, const MaskTensor &mask, std::string &why) {
  SmallVector<TensorExprRef> factors, masks, rest;
  getFactors(expr, factors);
  TensorExprRef place;
  for (const TensorExprRef &factor : factors) {
    if (TensorExprRef position = matchPlace(factor, mask.c)) {
      if (place && !isSameExpr(place, position)) {
        why = "a choice has two places";
        return failure();
      }
      place = position;
    } else if (usesIndex(factor, mask.c)) {
      why = "the place of a choice is not compared with a position";
      return failure();
    } else {
      bool isMask = matchChoiceMask(factor, mask.t, mask.e).has_value();
      (isMask ? masks : rest).push_back(factor);
    }
  }
  if (!place) {
    why = "the place of a choice is not compared with a position";
    return failure();
  }
  auto own = matchChoiceMask(masks, mask.t, mask.e);
  // Conditions on the token are part of the mask where it counts by them.
  for (const TensorExprRef &factor : rest) {
    SmallVector<TensorExprRef> wider(masks);
    wider.push_back(factor);
    auto live = matchChoiceMask(wider, mask.t, mask.e);
    if (live && live->live)
      own = live;
  }
  if (!own) {
    why = "a mask does not compare a token's expert with the experts";
    return failure();
  }
  ChoiceTerm term;
  term.mask = *own;
  PositionReader reader(*own);
  term.exact = getExactCount(place);
  Position counts;
  for (const TensorExprRef &factor : rest) {
    if (own->live && isLive(factor, *own, mask.t))
      continue;
    auto limit = reader.readLimit(factor, mask.t, mask.e);
    if (!limit) {
      term.weights.push_back(factor);
      continue;
    }
    if (term.limit != kNoLimit && !limit->position.hasSameCounts(counts)) {
      why = "a choice has two limits";
      return failure();
    }
    counts = limit->position;
    term.limit = std::min(term.limit, limit->limit);
    term.exact = std::min(term.exact, getExactCount(factor));
  }
  if (term.limit != kNoLimit)
    reader.assume({counts, term.limit});
  auto position = reader.read(place, mask.t, mask.e);
  if (!position) {
    why = "the positions of tokens are not counted by a prefix sum";
    return failure();
  }
  if (term.limit != kNoLimit && !position->hasSameCounts(counts)) {
    why = "the limit is not on the position";
    return failure();
  }
  term.position = *position;
  llvm::append_range(term.position.kept, counts.kept);
  term.position.totalLimit = std::min(position->totalLimit, counts.totalLimit);
  return term;
}

SmallVector<TensorExprRef> moe::getSumTerms(const TensorExprRef &expr) {
  SmallVector<TensorExprRef> work{expr}, terms;
  while (!work.empty()) {
    TensorExprRef node = skipNumberCasts(work.pop_back_val());
    if (node->isOp("arith.addf") || node->isOp("arith.addi"))
      llvm::append_range(work, llvm::reverse(node->children));
    else
      terms.push_back(node);
  }
  return terms;
}

FailureOr<ChoiceTerms> moe::readChoiceTerms(const TensorExprRef &expr,
                                            const MaskTensor &mask,
                                            std::string &why) {
  ChoiceTerms terms;
  for (const TensorExprRef &node : getSumTerms(expr)) {
    auto term = readTerm(node, mask, why);
    if (failed(term))
      return failure();
    terms.push_back(*term);
  }
  return terms;
}

//===----------------------------------------------------------------------===//
// Priority
//===----------------------------------------------------------------------===//

bool moe::areDistinct(ArrayRef<ChoiceTerm> terms) {
  Value gate;
  llvm::DenseSet<int64_t> columns;
  int64_t numColumns = 0;
  for (const ChoiceTerm &term : terms) {
    TensorExprRef ids =
        buildTensorExpr(term.mask.ids, [](Value) { return false; });
    if (ids->kind != TensorExpr::Kind::Leaf)
      return false;
    Value source = ids->value;
    int64_t column = 0;
    if (auto slice = source.getDefiningOp<tensor::ExtractSliceOp>()) {
      auto offset = slice.getMixedOffsets().size() == 2
                        ? getConstantIntValue(slice.getMixedOffsets()[1])
                        : std::nullopt;
      if (!offset)
        return false;
      column = *offset;
      source = slice.getSource();
    }
    if (!source.getDefiningOp<GateOp>() || (gate && gate != source))
      return false;
    gate = source;
    for (int64_t k = 0; k < term.mask.numChoices; ++k, ++numColumns)
      columns.insert(column + k);
  }
  return static_cast<int64_t>(columns.size()) == numColumns;
}

FailureOr<PlaceOrder>
moe::orderChoiceTerms(ChoiceTerms &terms, int64_t numPlaces, std::string &why) {
  // Who counts fewer choices of others comes first.
  ChoiceTerms sorted;
  for (size_t others = 0; sorted.size() < terms.size(); ++others)
    for (const ChoiceTerm &term : terms)
      if (std::min(term.position.total.size(), terms.size()) == others)
        sorted.push_back(term);
  terms = std::move(sorted);
  PlaceOrder order{Priority::ChoiceMajor, terms[0].position.constant,
                   terms[0].limit};
  Position everyone, earlier;
  int64_t totalLimit = kNoLimit, exact = kNoLimit;
  bool choiceMajor = true, tokenMajor = true;
  for (const ChoiceTerm &term : terms)
    everyone.before.push_back(term.mask);
  for (ChoiceTerm &term : terms) {
    Position inTurn = earlier;
    inTurn.before.push_back(term.mask);
    choiceMajor &= term.position.hasSameCounts(inTurn);
    // Kept choices, after all before them, are all of them or up to the limit.
    for (const KeptTotal &kept : term.position.kept) {
      auto it = llvm::find(earlier.total, kept.mask);
      choiceMajor &= it != earlier.total.end() &&
                     isSameSet(kept.after, ArrayRef(earlier.total.begin(), it));
    }
    earlier.total.push_back(term.mask);
    Position others = term.position;
    others.self.clear(); // other choices of the token are of other experts
    tokenMajor &= others.hasSameCounts(everyone);
    totalLimit = std::min(totalLimit, term.position.totalLimit);
    exact = std::min(exact, term.exact);
    if (term.position.constant != order.first || term.limit != order.limit) {
      why = "the choices have different numbers of places";
      return failure();
    }
  }
  bool multiple = terms.size() > 1 || terms[0].mask.numChoices > 1;
  if (terms[0].mask.numChoices > 1 && terms.size() > 1)
    choiceMajor = tokenMajor = false;
  if (!choiceMajor && !tokenMajor) {
    why = "the positions of two choices are not provably distinct";
    return failure();
  }
  // Choices of one token by each other need different experts.
  if (multiple && (tokenMajor || terms[0].mask.numChoices > 1)) {
    if (!areDistinct(terms)) {
      why = "a token's experts are not provably distinct";
      return failure();
    }
    order.priority = Priority::TokenMajor;
  }
  if (order.first < 0) {
    why = "the first token has no place";
    return failure();
  }
  int64_t places =
      ShapedType::isDynamic(numPlaces) ? kNoLimit : numPlaces - order.first;
  places = std::min(places, order.limit);
  if (places != kNoLimit ? places + order.first + 1 > exact
                         : exact < (int64_t(1) << 31)) {
    why = "positions are counted in a type that rounds them";
    return failure();
  }
  if (totalLimit != kNoLimit && places > totalLimit) {
    why = "earlier choices are counted to another limit";
    return failure();
  }
  return order;
}
