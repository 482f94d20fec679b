//===- MaskedGate.cpp - Dense gates that masks make sparse ----------------===//

#include "MaskedGate.h"

#include "ChoiceTerms.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace mlir::moe;

static TensorExprRef build(Value value, Value leaf = nullptr) {
  return buildTensorExpr(value, [&](Value v) { return v == leaf; });
}

/// The masks of the terms of `expr`, each with `weight` for its weight.
static FailureOr<ChoiceTerms> readChoices(const TensorExprRef &expr,
                                          const TensorExprRef &weight) {
  ChoiceTerms terms;
  for (const TensorExprRef &node : getSumTerms(expr)) {
    SmallVector<TensorExprRef> factors, masks;
    getFactors(node, factors);
    for (const TensorExprRef &factor : factors)
      if (matchChoiceMask(factor, 0, 1))
        masks.push_back(factor);
    auto mask = matchChoiceMask(masks, 0, 1);
    if (!mask)
      return failure();
    ChoiceTerm term;
    term.mask = *mask;
    if (weight)
      term.weights.push_back(weight);
    terms.push_back(term);
  }
  return terms;
}

/// No expert is chosen by two terms.
static bool areDisjoint(ArrayRef<ChoiceTerm> terms) {
  return (terms.size() == 1 && terms[0].mask.numChoices == 1) ||
         areDistinct(terms);
}

FailureOr<ScatteredGate> moe::matchMaskedGate(OpBuilder &builder, Value gate,
                                              std::string &why) {
  auto type = cast<RankedTensorType>(gate.getType());
  if (type.getRank() != 2 || type.isDynamicDim(1) ||
      !isa<FloatType>(type.getElementType()))
    return failure();
  auto terms = readChoices(build(gate), build(gate, gate));
  if (failed(terms))
    return failure();
  if (!areDisjoint(*terms)) {
    why = "a token's experts are not provably distinct";
    return failure();
  }
  MaskTensor mask{gate, 0, 1, 0};
  ChoiceValues values(builder, gate.getLoc(), *terms, mask,
                      type.getElementType(), gate);
  Value weights = values.buildWeights(why);
  if (!weights)
    return failure();
  return ScatteredGate{weights, values.buildIds(type.getDimSize(1))};
}

/// `expr` is zero or one.
static bool isCondition(const TensorExprRef &expr) {
  if (auto mask = matchChoiceMask(expr, 0, 1)) {
    ChoiceTerm term;
    term.mask = *mask;
    return areDisjoint(term);
  }
  return (expr->kind == TensorExpr::Kind::Op ||
          expr->kind == TensorExpr::Kind::Leaf) &&
         getElementTypeOrSelf(expr->value.getType()).isInteger(1);
}

bool moe::isOneWhereNonzero(Value mask, Value gate) {
  TensorExprRef expr = skipNumberCasts(build(mask, gate));
  if (expr->isOp("arith.select") && expr->children[1]->isConstant(1.0) &&
      expr->children[2]->isConstant(0.0))
    expr = expr->children[0];
  if (expr->isOp("arith.cmpf") && expr->children[1]->isConstant(0.0)) {
    auto compare = cast<arith::CmpFOp>(expr->value.getDefiningOp());
    const TensorExprRef &x = expr->children[0];
    return (compare.getPredicate() == arith::CmpFPredicate::UNE ||
            compare.getPredicate() == arith::CmpFPredicate::ONE) &&
           x->kind == TensorExpr::Kind::Leaf && x->value == gate &&
           x->map.isIdentity();
  }
  // Each term of the gate has all conditions of a term of the mask.
  expr = build(mask);
  SmallVector<TensorExprRef> masks = getSumTerms(expr);
  if (masks.size() > 1) {
    auto terms = readChoices(expr, nullptr);
    if (failed(terms) || !areDisjoint(*terms))
      return false;
  }
  return llvm::all_of(getSumTerms(build(gate)), [&](const TensorExprRef &node) {
    SmallVector<TensorExprRef> factors;
    getFactors(node, factors);
    return llvm::any_of(masks, [&](const TensorExprRef &term) {
      SmallVector<TensorExprRef> conditions;
      getFactors(term, conditions);
      return llvm::all_of(conditions, [&](const TensorExprRef &condition) {
        return isCondition(condition) &&
               llvm::any_of(factors, [&](const TensorExprRef &factor) {
                 return isSameExpr(factor, condition);
               });
      });
    });
  });
}
