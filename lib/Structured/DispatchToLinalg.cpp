//===- DispatchToLinalg.cpp - moe.dispatch to linalg ----------------------===//

#include "Build.h"
#include "mlir/IR/TypeUtilities.h"
#include "moe/IR/Record.h"
#include "moe/IR/SizeChecks.h"
#include "moe/Structured/Passes.h"

using namespace mlir;
using namespace mlir::moe;

namespace {
struct DispatchToLinalg final : OpRewritePattern<DispatchOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(DispatchOp op,
                                PatternRewriter &rewriter) const override {
    ReferenceBuilder builder(op.getLoc(), rewriter);
    checkSizes(builder, op);
    ReifiedRankedShapedTypeDims shapes;
    if (failed(op.reifyResultShapes(rewriter, shapes)))
      return rewriter.notifyMatchFailure(op, "sizes of the results unknown");
    auto destination = [&](Value result) {
      unsigned number = cast<OpResult>(result).getResultNumber();
      return builder.empty(shapes[number],
                           getElementTypeOrSelf(result.getType()));
    };
    PlanInputs inputs;
    inputs.experts = op.getExperts();
    inputs.weights = op.getWeights();
    inputs.capacity = op.getCapacity();
    inputs.priority = op.getPriority().value_or(Priority::TokenMajor);
    inputs.segment = op.getSegment();
    inputs.offsetsOut = destination(op.getOffsets());
    inputs.slotsOut = destination(op.getSlots());
    PlanValues plan = buildPlan(builder, inputs);
    recordDispatch(rewriter, op, plan.offsets);

    Value slotsPerToken = builder.asIndex(builder.size(op.getExperts(), 1));
    Value scale = op.getScaleRows() ? op.getWeights() : Value();
    SmallVector<Value> results;
    for (auto [input, rows] : llvm::zip_equal(op.getInputs(), op.getRows()))
      results.push_back(buildGatherRows(
          builder, input, plan.slots, slotsPerToken, scale, destination(rows)));
    results.push_back(plan.offsets);
    results.push_back(plan.slots);
    for (auto [value, result] : llvm::zip_equal(results, op.getResults()))
      value = builder.castTo(value, result.getType());
    rewriter.replaceOp(op, results);
    return success();
  }
};
} // namespace

void moe::populateDispatchToLinalgPatterns(RewritePatternSet &patterns) {
  patterns.add<DispatchToLinalg>(patterns.getContext());
}
