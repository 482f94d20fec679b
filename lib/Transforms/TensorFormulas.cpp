//===- TensorFormulas.cpp - Formulas that expressions are known by --------===//

#include "TensorExpr.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

#include <cmath>

using namespace mlir;
using namespace mlir::moe;

/// `expr` with the index `from` renamed to `to`, for comparisons of a
/// reduction's term with the element itself.
static TensorExprRef renameIndex(const TensorExprRef &expr, unsigned from,
                                 unsigned to) {
  auto node = std::make_shared<TensorExpr>(*expr);
  if (node->kind == TensorExpr::Kind::Leaf) {
    MLIRContext *context = node->map.getContext();
    SmallVector<AffineExpr> exprs;
    for (AffineExpr e : node->map.getResults())
      exprs.push_back(e.replace(getAffineDimExpr(from, context),
                                getAffineDimExpr(to, context)));
    node->map = AffineMap::get(std::max(node->map.getNumDims(), to + 1), 0,
                               exprs, context);
  }
  if (node->kind == TensorExpr::Kind::Index && node->dim == from)
    node->dim = to;
  for (TensorExprRef &child : node->children)
    child = renameIndex(child, from, to);
  return node;
}

/// The same scalar op, whatever its fast-math flags.
static bool isSameOp(Operation *a, Operation *b) {
  if (a->getName() != b->getName())
    return false;
  auto isMeaning = [](NamedAttribute attr) {
    return attr.getName() != "fastmath";
  };
  return llvm::equal(llvm::make_filter_range(a->getAttrs(), isMeaning),
                     llvm::make_filter_range(b->getAttrs(), isMeaning));
}

bool moe::isSameFormula(const TensorExprRef &a, const TensorExprRef &b) {
  if (a->kind != b->kind || a->children.size() != b->children.size())
    return false;
  bool reduction =
      a->kind == TensorExpr::Kind::Sum || a->kind == TensorExpr::Kind::Maximum;
  if (!reduction) {
    if (a->kind == TensorExpr::Kind::Op) {
      if (!isSameOp(a->value.getDefiningOp(), b->value.getDefiningOp()))
        return false;
      return llvm::all_of(
          llvm::zip_equal(a->children, b->children), [](auto pair) {
            return isSameFormula(std::get<0>(pair), std::get<1>(pair));
          });
    }
    return isSameExpr(a, b);
  }
  return a->extent == b->extent &&
         isSameFormula(a->children[0],
                       renameIndex(b->children[0], b->dim, a->dim));
}

/// The formula reads something at index `dim`.
static bool usesIndex(const TensorExprRef &expr, unsigned dim) {
  if (expr->kind == TensorExpr::Kind::Index)
    return expr->dim == dim;
  if (expr->kind == TensorExpr::Kind::Leaf)
    return llvm::any_of(expr->map.getResults(),
                        [&](AffineExpr e) { return e.isFunctionOfDim(dim); });
  return llvm::any_of(expr->children, [&](const TensorExprRef &child) {
    return usesIndex(child, dim);
  });
}

/// `sum` is the sum over the last index of `element`.
static bool isSumOf(const TensorExprRef &sum, const TensorExprRef &element,
                    unsigned lastDim) {
  return sum->kind == TensorExpr::Kind::Sum &&
         !usesIndex(sum->children[0], lastDim) &&
         isSameFormula(renameIndex(sum->children[0], sum->dim, lastDim),
                       element);
}

TensorExprRef moe::matchSoftmax(const TensorExprRef &expr, unsigned lastDim) {
  if (!expr->isOp("arith.divf"))
    return nullptr;
  const TensorExprRef &exp = expr->children[0];
  if (!exp->isOp("math.exp") || !isSumOf(expr->children[1], exp, lastDim))
    return nullptr;
  const TensorExprRef &shifted = exp->children[0];
  if (!shifted->isOp("arith.subf"))
    return shifted;
  const TensorExprRef &z = shifted->children[0], &top = shifted->children[1];
  if (top->kind == TensorExpr::Kind::Maximum &&
      !usesIndex(top->children[0], lastDim) &&
      isSameFormula(renameIndex(top->children[0], top->dim, lastDim), z))
    return z;
  return nullptr;
}

TensorExprRef moe::matchSigmoid(const TensorExprRef &expr) {
  if (!expr->isOp("arith.divf") || !expr->children[0]->isConstant(1.0))
    return nullptr;
  const TensorExprRef &sum = expr->children[1];
  if (!sum->isOp("arith.addf"))
    return nullptr;
  for (unsigned i : {0u, 1u}) {
    const TensorExprRef &exp = sum->children[i];
    if (!sum->children[1 - i]->isConstant(1.0) || !exp->isOp("math.exp"))
      continue;
    const TensorExprRef &negated = exp->children[0];
    if (negated->isOp("arith.negf"))
      return negated->children[0];
    if (negated->isOp("arith.subf") && negated->children[0]->isConstant(0.0))
      return negated->children[1];
  }
  return nullptr;
}

TensorExprRef moe::matchSumNormalized(const TensorExprRef &expr,
                                      unsigned lastDim, double &epsilon) {
  epsilon = 0;
  if (!expr->isOp("arith.divf"))
    return nullptr;
  TensorExprRef sum = expr->children[1];
  if (sum->isOp("arith.addf"))
    for (unsigned i : {0u, 1u})
      if (sum->children[i]->kind == TensorExpr::Kind::Constant) {
        epsilon = sum->children[i]->number;
        sum = sum->children[1 - i];
        break;
      }
  return isSumOf(sum, expr->children[0], lastDim) ? expr->children[0] : nullptr;
}

TensorExprRef moe::matchScaled(const TensorExprRef &expr, double &number) {
  if (!expr->isOp("arith.mulf"))
    return nullptr;
  for (unsigned i : {0u, 1u})
    if (expr->children[i]->kind == TensorExpr::Kind::Constant) {
      number = expr->children[i]->number;
      return expr->children[1 - i];
    }
  return nullptr;
}

TensorExprRef moe::getSoleLeaf(const TensorExprRef &expr) {
  return expr->kind == TensorExpr::Kind::Leaf ? expr : nullptr;
}

std::optional<double> moe::evaluateFormula(const TensorExprRef &expr,
                                           double leaf) {
  if (expr->kind == TensorExpr::Kind::Leaf)
    return leaf;
  if (expr->kind == TensorExpr::Kind::Constant)
    return expr->number;
  if (expr->kind != TensorExpr::Kind::Op)
    return std::nullopt;
  SmallVector<double> x;
  for (const TensorExprRef &child : expr->children) {
    std::optional<double> value = evaluateFormula(child, leaf);
    if (!value)
      return std::nullopt;
    x.push_back(*value);
  }
  Operation *op = expr->value.getDefiningOp();
  if (isa<arith::NegFOp>(op))
    return -x[0];
  if (isa<math::ExpOp>(op))
    return std::exp(x[0]);
  if (isa<math::TanhOp>(op))
    return std::tanh(x[0]);
  if (isa<arith::AddFOp>(op))
    return x[0] + x[1];
  if (isa<arith::SubFOp>(op))
    return x[0] - x[1];
  if (isa<arith::MulFOp>(op))
    return x[0] * x[1];
  if (isa<arith::DivFOp>(op))
    return x[0] / x[1];
  if (isa<arith::MaximumFOp, arith::MaxNumFOp>(op))
    return std::fmax(x[0], x[1]);
  if (isa<arith::XOrIOp>(op) && op->getResult(0).getType().isInteger(1))
    return (x[0] != 0) != (x[1] != 0);
  if (isa<arith::SelectOp>(op))
    return x[0] != 0 ? x[1] : x[2];
  if (auto compare = dyn_cast<arith::CmpFOp>(op))
    return arith::applyCmpPredicate(compare.getPredicate(), APFloat(x[0]),
                                    APFloat(x[1]));
  return std::nullopt;
}

bool moe::readsOnly(const TensorExprRef &expr, Value value) {
  if (expr->kind == TensorExpr::Kind::Leaf)
    return expr->value == value && expr->isLeafAt({0, 1});
  if (expr->kind != TensorExpr::Kind::Op &&
      expr->kind != TensorExpr::Kind::Constant)
    return false;
  return llvm::all_of(expr->children, [&](const TensorExprRef &child) {
    return readsOnly(child, value);
  });
}
