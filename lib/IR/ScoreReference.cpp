//===- ScoreReference.cpp - What the scores of a router mean --------------===//

#include "moe/IR/Moe.h"
#include "moe/IR/ReferenceBuilder.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace mlir::moe;

/// exp(z - max) / sum, each over the row: no overflow for finite logits.
static Value buildSoftmax(ReferenceBuilder &b, Value logits) {
  Type type = getElementTypeOrSelf(logits);
  SmallVector<OpFoldResult> sizes = b.sizes(logits);
  Value largest = b.reduceRows(logits, b.negativeInfinity(type),
                               [&](Value z, Value max) -> Value {
                                 return arith::MaximumFOp::create(b, z, max);
                               });
  Value powers = b.map(sizes, type, {{logits, {0, 1}}, {largest, {0}}},
                       [&](ValueRange in) -> Value {
                         Value shifted = arith::SubFOp::create(b, in[0], in[1]);
                         return math::ExpOp::create(b, shifted);
                       });
  Value sums = b.reduceRows(powers, b.real(type, 0.0),
                            [&](Value power, Value sum) -> Value {
                              return arith::AddFOp::create(b, sum, power);
                            });
  return b.map(sizes, type, {{powers, {0, 1}}, {sums, {0}}},
               [&](ValueRange in) -> Value {
                 return arith::DivFOp::create(b, in[0], in[1]);
               });
}

/// 1 / (1 + exp(-z)): 0 where the power overflows.
static Value buildSigmoid(ReferenceBuilder &b, Value z) {
  Value one = b.real(z.getType(), 1.0);
  Value negative = arith::NegFOp::create(b, z);
  Value power = math::ExpOp::create(b, negative);
  Value sum = arith::AddFOp::create(b, one, power);
  return arith::DivFOp::create(b, one, sum);
}

/// A copy of the ops of `region`, a function of one scalar.
static Value buildRegion(ReferenceBuilder &b, Value z, Region &region) {
  IRMapping mapping;
  mapping.map(region.getArgument(0), z);
  for (Operation &op : region.front().without_terminator())
    b.clone(op, mapping);
  return mapping.lookup(region.front().getTerminator()->getOperand(0));
}

Value ScoreAttr::buildReference(OpBuilder &builder, Location loc, Value logits,
                                Region *region) const {
  ReferenceBuilder b(loc, builder);
  auto elementwise = [&](function_ref<Value(Value)> body) {
    return b.map(b.sizes(logits), getElementTypeOrSelf(logits),
                 {{logits, {0, 1}}},
                 [&](ValueRange in) { return body(in[0]); });
  };
  switch (getKind()) {
  case ScoreKind::Softmax:
    return buildSoftmax(b, logits);
  case ScoreKind::Sigmoid:
    return elementwise([&](Value z) { return buildSigmoid(b, z); });
  case ScoreKind::SqrtSoftplus:
    return elementwise([&](Value z) -> Value {
      return math::SqrtOp::create(b, b.softplus(z));
    });
  case ScoreKind::Relu:
    return elementwise([&](Value z) -> Value {
      Value zero = b.real(z.getType(), 0.0);
      return arith::MaximumFOp::create(b, z, zero);
    });
  case ScoreKind::Identity:
    return logits;
  case ScoreKind::Region:
    return elementwise([&](Value z) { return buildRegion(b, z, *region); });
  }
  llvm_unreachable("every kind of score is handled");
}
