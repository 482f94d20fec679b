//===- Projection.cpp - The linear maps in front of a gate ----------------===//

#include "Projection.h"
#include "ScalarFunction.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/IR/LinalgInterfaces.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace mlir::moe;

/// An op over [T,L] with parallel loops and an identity result.
static linalg::LinalgOp getElementwise(Value value) {
  auto op = value.getDefiningOp<linalg::LinalgOp>();
  if (!op || !op.hasPureTensorSemantics() || op->getNumResults() != 1 ||
      op.getNumLoops() != 2 || op.getNumParallelLoops() != 2 ||
      op.hasIndexSemantics() ||
      !op.getMatchingIndexingMap(op.getDpsInitOperand(0)).isIdentity() ||
      op.payloadUsesValueFromOperand(op.getDpsInitOperand(0)))
    return nullptr;
  return op;
}

/// What the body of `op` yields, without float casts.
static Value getYielded(linalg::LinalgOp op) {
  return skipFloatCasts(op.getBlock()->getTerminator()->getOperand(0));
}

/// `value` behind elementwise ops that only convert floats.
static Value skipCastOps(Value value) {
  while (true) {
    if (auto cast = value.getDefiningOp<tensor::CastOp>()) {
      value = cast.getSource();
      continue;
    }
    linalg::LinalgOp op = getElementwise(value);
    if (!op || op.getNumDpsInputs() != 1 ||
        !op.getMatchingIndexingMap(op.getDpsInputOperand(0)).isIdentity() ||
        getYielded(op) != op.getBlock()->getArgument(0))
      return value;
    value = op.getDpsInputs()[0];
  }
}

/// The matrix that `value` is a transposed copy of, or null.
static Value getTransposed(Value value) {
  linalg::LinalgOp op = getElementwise(value);
  if (!op || op.getNumDpsInputs() != 1 ||
      op.getBlock()->getTerminator()->getOperand(0) !=
          op.getBlock()->getArgument(0))
    return nullptr;
  AffineMap map = op.getMatchingIndexingMap(op.getDpsInputOperand(0));
  return map == AffineMap::getPermutationMap(ArrayRef<unsigned>{1, 0},
                                             op->getContext())
             ? op.getDpsInputs()[0]
             : Value();
}

/// The projection by `weight`, read as it lies in memory.
static Projection makeProjection(Value input, Value weight, bool transposed,
                                 Value product) {
  while (Value source = getTransposed(weight)) {
    weight = source;
    transposed = !transposed;
  }
  return {input, weight, transposed, nullptr, product};
}

/// `input * weight` with a zero accumulator.
static FailureOr<Projection> matchMatmul(Value value, std::string &why) {
  auto op = value.getDefiningOp<linalg::LinalgOp>();
  if (!op || !isSumOfProducts(op)) {
    why = "the logits are not a matmul";
    return failure();
  }
  auto dims = linalg::inferContractionDims(op);
  if (failed(dims) || !dims->batch.empty() || dims->m.size() != 1 ||
      dims->n.size() != 1 || dims->k.size() != 1) {
    why = "the projection is not one matmul of tokens and a matrix";
    return failure();
  }
  if (!isFilledWithZero(op.getDpsInits()[0])) {
    why = "the projection adds to a value that is not zero";
    return failure();
  }
  MLIRContext *context = op->getContext();
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  auto map = [&](AffineExpr a, AffineExpr b) {
    return AffineMap::get(3, 0, {a, b}, context);
  };
  // Tokens are the rows of the result.
  AffineExpr t = maps[2].getResult(0), l = maps[2].getResult(1);
  AffineExpr k = getAffineDimExpr(dims->k[0], context);
  for (unsigned i : {0u, 1u}) {
    if (maps[i] != map(t, k))
      continue;
    if (maps[1 - i] == map(k, l))
      return makeProjection(op.getDpsInputs()[i], op.getDpsInputs()[1 - i],
                            false, op->getResult(0));
    if (maps[1 - i] == map(l, k))
      return makeProjection(op.getDpsInputs()[i], op.getDpsInputs()[1 - i],
                            true, op->getResult(0));
  }
  why = "the projection permutes its operands";
  return failure();
}

/// A vector `[L]` that is broadcast along the tokens of elementwise `op`.
static bool isColumnVector(linalg::LinalgOp op, OpOperand &operand) {
  AffineMap map = op.getMatchingIndexingMap(&operand);
  return map.getNumResults() == 1 &&
         map.getResult(0) == getAffineDimExpr(1, op->getContext());
}

/// The operand of an explicit broadcast of `[L]` to `[T,L]`, or null.
static Value getBroadcastVector(Value value) {
  linalg::LinalgOp op = getElementwise(value);
  if (!op || op.getNumDpsInputs() != 1 ||
      !isColumnVector(op, *op.getDpsInputOperand(0)) ||
      getYielded(op) != op.getBlock()->getArgument(0))
    return nullptr;
  return op.getDpsInputs()[0];
}

FailureOr<Projection> moe::matchProjection(Value logits, std::string &why) {
  logits = skipCastOps(logits);
  linalg::LinalgOp op = getElementwise(logits);
  if (!op || op.getNumDpsInputs() != 2)
    return matchMatmul(logits, why);
  auto add = getYielded(op).getDefiningOp<arith::AddFOp>();
  Value a = op.getBlock()->getArgument(0), b = op.getBlock()->getArgument(1);
  if (!add || !((skipFloatCasts(add.getLhs()) == a &&
                 skipFloatCasts(add.getRhs()) == b) ||
                (skipFloatCasts(add.getLhs()) == b &&
                 skipFloatCasts(add.getRhs()) == a)))
    return matchMatmul(logits, why);
  for (unsigned i : {0u, 1u}) {
    OpOperand &vector = *op.getDpsInputOperand(i);
    OpOperand &product = *op.getDpsInputOperand(1 - i);
    if (!op.getMatchingIndexingMap(&product).isIdentity())
      continue;
    Value bias = isColumnVector(op, vector) ? vector.get()
                                            : getBroadcastVector(vector.get());
    if (!bias || cast<RankedTensorType>(bias.getType()).getRank() != 1)
      continue;
    auto projection = matchMatmul(skipCastOps(product.get()), why);
    if (succeeded(projection))
      projection->bias = bias;
    return projection;
  }
  return matchMatmul(logits, why);
}

FailureOr<ScaledNoise> moe::matchScaledNoise(Value noise, std::string &why) {
  linalg::LinalgOp op = getElementwise(skipCastOps(noise));
  if (!op || op.getNumDpsInputs() != 2 ||
      !llvm::all_of(op.getDpsInputOperands(), [&](OpOperand *operand) {
        return op.getMatchingIndexingMap(operand).isIdentity();
      })) {
    why = "the noise is not a product";
    return failure();
  }
  auto mul = getYielded(op).getDefiningOp<arith::MulFOp>();
  if (!mul) {
    why = "the noise is not a product";
    return failure();
  }
  // numbers * softplus(z), or numbers * s where s = softplus(z) elsewhere.
  for (unsigned i : {0u, 1u}) {
    Value numbers = op.getBlock()->getArgument(i);
    Value scale = op.getBlock()->getArgument(1 - i);
    Value other = skipFloatCasts(mul.getLhs()) == numbers   ? mul.getRhs()
                  : skipFloatCasts(mul.getRhs()) == numbers ? mul.getLhs()
                                                            : Value();
    if (!other)
      continue;
    Value projected = op.getDpsInputs()[1 - i];
    if (!isSoftplus(other, scale)) {
      if (skipFloatCasts(other) != scale)
        continue;
      linalg::LinalgOp inner = getElementwise(skipCastOps(projected));
      if (!inner || inner.getNumDpsInputs() != 1 ||
          !inner.getMatchingIndexingMap(inner.getDpsInputOperand(0))
               .isIdentity() ||
          !isSoftplus(getYielded(inner), inner.getBlock()->getArgument(0)))
        continue;
      projected = inner.getDpsInputs()[0];
    }
    auto projection = matchProjection(projected, why);
    if (failed(projection))
      return failure();
    if (projection->bias) {
      why = "the noise projection has a bias";
      return failure();
    }
    return ScaledNoise{op.getDpsInputs()[i], *projection};
  }
  why = "the noise is not scaled by a softplus";
  return failure();
}
