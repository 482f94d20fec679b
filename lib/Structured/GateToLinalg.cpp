//===- GateToLinalg.cpp - moe.gate to linalg ------------------------------===//

#include "Build.h"
#include "moe/IR/Record.h"
#include "moe/IR/SizeChecks.h"
#include "moe/Structured/Passes.h"

using namespace mlir;
using namespace mlir::moe;

namespace {
struct GateToLinalg final : OpRewritePattern<GateOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(GateOp op,
                                PatternRewriter &rewriter) const override {
    ReferenceBuilder builder(op.getLoc(), rewriter);
    checkSizes(builder, op);
    GateInputs inputs;
    inputs.logits = op.getLogits();
    inputs.bias = op.getBias();
    inputs.noise = op.getNoise();
    inputs.mask = op.getMask();
    inputs.thresholds = op.getThresholds();
    inputs.uniform = op.getUniform();
    inputs.capacity = op.getCapacity();
    inputs.router = op.getRouter();
    inputs.score = &op.getScore();
    GateValues gate = buildGate(builder, inputs);
    gate.weights = builder.castTo(gate.weights, op.getWeights().getType());
    gate.experts = builder.castTo(gate.experts, op.getExperts().getType());
    recordGate(rewriter, op, gate.weights, gate.experts);
    rewriter.replaceOp(op, {gate.weights, gate.experts});
    return success();
  }
};
} // namespace

void moe::populateGateToLinalgPatterns(RewritePatternSet &patterns) {
  patterns.add<GateToLinalg>(patterns.getContext());
}
