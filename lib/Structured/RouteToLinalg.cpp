//===- RouteToLinalg.cpp - Projection, gate and plan ----------------------===//

#include "moe/Structured/Passes.h"

#include "Build.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/TypeUtilities.h"
#include "moe/IR/Moe.h"
#include "moe/IR/ReferenceBuilder.h"
#include "moe/IR/SizeChecks.h"
#include "moe/Structured/Record.h"

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

namespace {
struct RouteToLinalg : OpRewritePattern<RouteOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(RouteOp op,
                                PatternRewriter &rewriter) const override {
    if (!op.hasPureTensorSemantics())
      return rewriter.notifyMatchFailure(op, "expects tensors, found memrefs");
    ReferenceBuilder builder(op.getLoc(), rewriter);
    checkSizes(builder, op);
    GateInputs gateInputs;
    gateInputs.logits = buildLogits(builder, op);
    gateInputs.bias = op.getBias();
    gateInputs.noise = buildNoise(builder, op);
    gateInputs.mask = op.getMask();
    gateInputs.thresholds = op.getThresholds();
    gateInputs.uniform = op.getUniform();
    gateInputs.capacity = op.getGateCapacity();
    gateInputs.router = op.getRouter();
    gateInputs.score = &op.getScore();
    GateValues gate = buildGate(builder, gateInputs);
    recordGate(rewriter, op, gate.weights, gate.experts);
    SmallVector<Value> results{
        builder.castTo(gate.weights, op.getWeightsOut().getType()),
        builder.castTo(gate.experts, op.getExpertsOut().getType())};

    if (op.hasPlan()) {
      PlanInputs planInputs;
      planInputs.experts = results[1];
      planInputs.weights = results[0];
      planInputs.capacity = op.getCapacity();
      planInputs.priority = op.getPriority().value_or(Priority::TokenMajor);
      planInputs.segment = op.getSegment();
      planInputs.offsetsOut = op.getOuts()[2];
      planInputs.slotsOut = op.getOuts()[3];
      if (op.getOuts().size() > 4)
        planInputs.rowsOut = op.getOuts()[4];
      PlanValues plan = buildPlan(builder, planInputs);
      recordDispatch(rewriter, op, plan.offsets);
      results.append({plan.offsets, plan.slots});
      if (plan.rows)
        results.push_back(plan.rows);
    }
    rewriter.replaceOp(op, results);
    return success();
  }
};
} // namespace

void moe::populateRouteToLinalgPatterns(RewritePatternSet &patterns) {
  patterns.add<RouteToLinalg>(patterns.getContext());
}
