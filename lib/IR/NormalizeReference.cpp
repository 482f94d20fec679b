//===- NormalizeReference.cpp - What normalizing weights means ------------===//

#include "moe/IR/Moe.h"
#include "moe/IR/ReferenceBuilder.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace mlir::moe;

/// `numerator / denominator`, where 0/0 is 0.
static Value buildQuotient(ReferenceBuilder &b, Value numerator,
                           Value denominator) {
  Value zero = b.real(numerator.getType(), 0.0);
  auto isZero = [&](Value value) -> Value {
    return arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, value, zero);
  };
  Value bothZero =
      arith::AndIOp::create(b, isZero(numerator), isZero(denominator));
  Value quotient = arith::DivFOp::create(b, numerator, denominator);
  return arith::SelectOp::create(b, bothZero, zero, quotient);
}

/// `values` where `kept`, else `other`.
static Value buildKept(ReferenceBuilder &b, Value values, Value kept,
                       Value other) {
  if (!kept)
    return values;
  return b.map(b.sizes(values), other.getType(),
               {{values, {0, 1}}, {kept, {0, 1}}}, [&](ValueRange in) -> Value {
                 return arith::SelectOp::create(b, in[1], in[0], other);
               });
}

/// Each value over the sum of its row, plus `epsilon`.
static Value buildQuotients(ReferenceBuilder &b, Value values, double epsilon) {
  Type type = getElementTypeOrSelf(values);
  Value sums = b.reduceRows(values, b.real(type, 0.0),
                            [&](Value value, Value sum) -> Value {
                              return arith::AddFOp::create(b, sum, value);
                            });
  return b.map(b.sizes(values), type, {{values, {0, 1}}, {sums, {0}}},
               [&](ValueRange in) -> Value {
                 Value sum = in[1];
                 if (epsilon != 0.0)
                   sum = arith::AddFOp::create(b, sum, b.real(type, epsilon));
                 return buildQuotient(b, in[0], sum);
               });
}

/// exp(score - max) / sum over the kept scores of each row.
static Value buildSoftmax(ReferenceBuilder &b, Value scores, Value kept) {
  Type type = getElementTypeOrSelf(scores);
  Value least = b.negativeInfinity(type);
  Value largest =
      b.reduceRows(buildKept(b, scores, kept, least), least,
                   [&](Value score, Value max) -> Value {
                     return arith::MaximumFOp::create(b, score, max);
                   });
  Value powers =
      b.map(b.sizes(scores), type, {{scores, {0, 1}}, {largest, {0}}},
            [&](ValueRange in) -> Value {
              Value shifted = arith::SubFOp::create(b, in[0], in[1]);
              return math::ExpOp::create(b, shifted);
            });
  return buildQuotients(b, buildKept(b, powers, kept, b.real(type, 0.0)), 0.0);
}

Value NormalizeAttr::buildReference(OpBuilder &builder, Location loc,
                                    Value scores, Value kept) const {
  ReferenceBuilder b(loc, builder);
  Type type = getElementTypeOrSelf(scores);
  switch (getKind()) {
  case NormalizeKind::None:
    return scores;
  case NormalizeKind::Sum:
    return buildQuotients(b, buildKept(b, scores, kept, b.real(type, 0.0)),
                          getEpsilon() ? getEpsilon().getValueAsDouble() : 0.0);
  case NormalizeKind::Softmax:
    return buildSoftmax(b, scores, kept);
  }
  llvm_unreachable("every kind of normalization is handled");
}
