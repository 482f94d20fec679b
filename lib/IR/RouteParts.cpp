//===- RouteParts.cpp - A route as projection, gate and plan --------------===//

#include "moe/IR/RouteParts.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/TypeUtilities.h"
#include "moe/IR/ReferenceBuilder.h"
#include "moe/IR/SizeChecks.h"

using namespace mlir;
using namespace mlir::moe;

/// `[T,L]` in f32 (f64 for f64 rows): the input times a projection.
static Value buildProjection(ReferenceBuilder &builder, RouteOp op,
                             Value projection) {
  Value input = op.getInput();
  Type type = getSumType(getElementTypeOrSelf(input.getType()));
  Value init =
      builder.filled({builder.size(input, 0),
                      builder.size(projection, op.getTransposed() ? 0 : 1)},
                     builder.real(type, 0.0));
  SmallVector<NamedAttribute> marks;
  if (Attribute layer = op->getAttr("moe.layer")) {
    marks.emplace_back("moe.layer", layer);
    marks.emplace_back("moe.gate_projection", builder.getUnitAttr());
  }
  SmallVector<Value> inputs{input, projection};
  if (op.getTransposed())
    return linalg::MatmulTransposeBOp::create(builder, builder.getLoc(), inputs,
                                              ValueRange{init}, marks)
        .getResult(0);
  return linalg::MatmulOp::create(builder, builder.getLoc(), inputs,
                                  ValueRange{init}, marks)
      .getResult(0);
}

static Value buildLogits(ReferenceBuilder &builder, RouteOp op) {
  Value logits = buildProjection(builder, op, op.getProjection());
  Value bias = op.getProjectionBias();
  if (!bias)
    return logits;
  Type type = getElementTypeOrSelf(logits.getType());
  return builder.map(builder.sizes(logits), type,
                     {{logits, {0, 1}}, {bias, {1}}}, [&](ValueRange in) {
                       return arith::AddFOp::create(
                           builder, in[0], builder.convertFloat(in[1], type));
                     });
}

/// What is added to the logits, or null.
static Value buildNoise(ReferenceBuilder &builder, RouteOp op) {
  Value noise = op.getNoise();
  if (!noise || !op.getNoiseProjection())
    return noise;
  Value spread = buildProjection(builder, op, op.getNoiseProjection());
  Type type = getElementTypeOrSelf(spread.getType());
  return builder.map(builder.sizes(spread), type,
                     {{noise, {0, 1}}, {spread, {0, 1}}}, [&](ValueRange in) {
                       return arith::MulFOp::create(
                           builder, builder.convertFloat(in[0], type),
                           builder.softplus(in[1]));
                     });
}

GateOp moe::splitRoute(RouteOp op, RewriterBase &rewriter) {
  ReferenceBuilder builder(op.getLoc(), rewriter);
  checkSizes(builder, op);
  Value logits = buildLogits(builder, op);
  Value noise = buildNoise(builder, op);
  SmallVector<Type> types{op.getWeightsOut().getType(),
                          op.getExpertsOut().getType()};
  auto gate = GateOp::create(builder, types, logits, op.getBias(), noise,
                             op.getMask(), op.getThresholds(), op.getUniform(),
                             op.getGateCapacity(), op.getRouter());
  IRMapping map;
  op.getScore().cloneInto(&gate.getScore(), map);
  SmallVector<Value> results(gate.getResults());
  Attribute layer = op->getDiscardableAttr("moe.layer");
  if (layer)
    gate->setDiscardableAttr("moe.layer", layer);
  if (op.hasPlan()) {
    OperandRange outs = op.getOuts().drop_front(2);
    auto plan = PlanOp::create(builder, outs.getTypes(), gate.getExperts(),
                               gate.getWeights(), op.getCapacity(), outs,
                               op.getPriorityAttr(), op.getSegmentAttr(),
                               op.getScheduleAttr());
    if (layer)
      plan->setDiscardableAttr("moe.layer", layer);
    llvm::append_range(results, plan.getResults());
  }
  rewriter.replaceOp(op, results);
  return gate;
}
