//===- ScatteredGate.cpp - Dense gates made of few slots ------------------===//

#include "ScatteredGate.h"

#include "MaskedGate.h"
#include "SlotScatter.h"
#include "TensorExpr.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace mlir::moe;

/// The scalar of `expr` with `leaf` for its leaf.
static Value emit(OpBuilder &builder, Location loc, const TensorExprRef &expr,
                  Value leaf) {
  if (expr->kind == TensorExpr::Kind::Leaf)
    return leaf;
  if (expr->kind == TensorExpr::Kind::Constant)
    return arith::ConstantOp::create(
        builder, loc, builder.getFloatAttr(leaf.getType(), expr->number));
  Operation *op = expr->value.getDefiningOp();
  IRMapping mapping;
  for (auto [operand, child] :
       llvm::zip_equal(op->getOperands(), expr->children))
    mapping.map(operand, emit(builder, loc, child, leaf));
  Operation *clone = builder.clone(*op, mapping);
  clone->getResult(0).setType(leaf.getType());
  return clone->getResult(0);
}

/// The ids of a token differ: one slot, or a gate's.
static bool areDistinct(Value ids) {
  if (cast<RankedTensorType>(ids.getType()).getDimSize(1) == 1)
    return true;
  TensorExprRef expr = buildTensorExpr(ids, [](Value) { return false; });
  return expr->isLeafAt({0, 1}) && expr->value.getDefiningOp<GateOp>();
}

/// Where `expr` is the sigmoid of a gate's weights that are the selected
/// logits: the gate with that score, which selects the same.
static GateOp makeSigmoidGate(OpBuilder &builder, const TensorExprRef &expr,
                              Value weights) {
  TensorExprRef inner = matchSigmoid(expr);
  auto gate = weights.getDefiningOp<GateOp>();
  if (!inner || inner->kind != TensorExpr::Kind::Leaf || !gate ||
      weights != gate.getWeights() || gate.getBias())
    return nullptr;
  MLIRContext *context = builder.getContext();
  RouterAttr router = gate.getRouter();
  if (router.getScore() != ScoreAttr::get(context, ScoreKind::Identity) ||
      !isa<TopKAttr>(router.getSelect()) || !router.getNormalize().isNone() ||
      router.getScale())
    return nullptr;
  auto sigmoid = cast<GateOp>(builder.clone(*gate));
  sigmoid.setRouterAttr(RouterAttr::get(
      context, ScoreAttr::get(context, ScoreKind::Sigmoid), router.getSelect(),
      router.getNormalize(), router.getScale()));
  return sigmoid;
}

static FailureOr<ScatteredGate>
matchFunctionOfScatter(OpBuilder &builder, Location loc,
                       const TensorExprRef &expr, std::string &why) {
  Value scattered = findScatter(expr);
  if (!scattered)
    return failure();
  why = "the gates come from a scatter of unknown form";
  auto scatter = matchSlotScatter(scattered);
  if (!readsOnly(expr, scattered) || failed(scatter) || !scatter->values)
    return failure();
  Value values = scatter->values, ids = scatter->ids;
  if (evaluateFormula(expr, scatter->background) != 0.0) {
    why = "the gates of experts that are not selected are not provably zero";
    return failure();
  }
  if (!areDistinct(ids)) {
    why = "a token's experts are not provably distinct";
    return failure();
  }
  if (GateOp gate = makeSigmoidGate(builder, expr, values))
    return ScatteredGate{gate.getWeights(), gate.getExperts()};
  auto type = cast<RankedTensorType>(values.getType());
  Value empty = tensor::EmptyOp::create(
      builder, loc, tensor::getMixedSizes(builder, loc, values),
      type.getElementType());
  AffineMap identity = builder.getMultiDimIdentityMap(2);
  Value weights =
      linalg::GenericOp::create(
          builder, loc, empty.getType(), values, empty,
          ArrayRef<AffineMap>{identity, identity},
          SmallVector<utils::IteratorType>(2, utils::IteratorType::parallel),
          [&](OpBuilder &b, Location l, ValueRange args) {
            linalg::YieldOp::create(b, l, emit(b, l, expr, args[0]));
          })
          .getResult(0);
  return ScatteredGate{weights, ids};
}

//===----------------------------------------------------------------------===//
// Sums over slots
//===----------------------------------------------------------------------===//

/// `value[d0, slot]`, for the index `slot`.
static Value matchSlotLeaf(const TensorExprRef &expr, unsigned slot) {
  return expr->isLeafAt({0, slot}) ? expr->value : Value();
}

/// `ids[t,slot] == e`.
static Value matchOneHot(const TensorExprRef &expr, unsigned slot) {
  if (!expr->isOp("arith.cmpi"))
    return nullptr;
  auto compare = cast<arith::CmpIOp>(expr->value.getDefiningOp());
  if (compare.getPredicate() != arith::CmpIPredicate::eq)
    return nullptr;
  for (unsigned i : {0u, 1u})
    if (expr->children[i]->kind == TensorExpr::Kind::Index &&
        expr->children[i]->dim == 1)
      return matchSlotLeaf(expr->children[1 - i], slot);
  return nullptr;
}

static FailureOr<ScatteredGate> matchSumOfSlots(const TensorExprRef &expr,
                                                std::string &why) {
  if (expr->kind != TensorExpr::Kind::Sum)
    return failure();
  unsigned slot = expr->dim;
  const TensorExprRef &term = expr->children[0];
  Value ids, weights;
  if (term->isOp("arith.select")) {
    if (!term->children[2]->isConstant(0.0)) {
      why = "the gates of experts that are not selected are not provably zero";
      return failure();
    }
    ids = matchOneHot(term->children[0], slot);
    weights = matchSlotLeaf(term->children[1], slot);
  } else if (term->isOp("arith.mulf")) {
    for (unsigned i : {0u, 1u})
      if (term->children[i]->isOp("arith.uitofp")) {
        ids = matchOneHot(term->children[i]->children[0], slot);
        weights = matchSlotLeaf(term->children[1 - i], slot);
      }
  }
  if (!ids || !weights)
    return failure();
  if (!areDistinct(ids)) {
    why = "a token's experts are not provably distinct";
    return failure();
  }
  return ScatteredGate{weights, ids};
}

FailureOr<ScatteredGate> moe::matchScatteredGate(OpBuilder &builder, Value gate,
                                                 std::string &why) {
  TensorExprRef expr = buildTensorExpr(gate, isScatter);
  auto sum = matchSumOfSlots(expr, why);
  if (succeeded(sum))
    return sum;
  auto masked = matchMaskedGate(builder, gate, why);
  if (succeeded(masked))
    return masked;
  return matchFunctionOfScatter(builder, gate.getLoc(), expr, why);
}
