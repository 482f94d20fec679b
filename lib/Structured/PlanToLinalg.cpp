//===- PlanToLinalg.cpp - Where each live slot goes -----------------------===//

#include "moe/Structured/Passes.h"

#include "Build.h"
#include "moe/IR/Moe.h"
#include "moe/IR/Record.h"
#include "moe/IR/ReferenceBuilder.h"
#include "moe/IR/SizeChecks.h"

using namespace mlir;
using namespace mlir::moe;

namespace {
struct PlanToLinalg : OpRewritePattern<PlanOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(PlanOp op,
                                PatternRewriter &rewriter) const override {
    if (!op.hasPureTensorSemantics())
      return rewriter.notifyMatchFailure(op, "expects tensors, found memrefs");
    ReferenceBuilder builder(op.getLoc(), rewriter);
    checkSizes(builder, op);
    PlanValues plan = buildPlan(builder, PlanInputs(op));
    recordDispatch(rewriter, op, plan.offsets);
    SmallVector<Value> results{plan.offsets, plan.slots};
    if (plan.rows)
      results.push_back(plan.rows);
    rewriter.replaceOp(op, results);
    return success();
  }
};
} // namespace

void moe::populatePlanToLinalgPatterns(RewritePatternSet &patterns) {
  patterns.add<PlanToLinalg>(patterns.getContext());
}
