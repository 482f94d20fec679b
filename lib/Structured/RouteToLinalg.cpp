//===- RouteToLinalg.cpp - Projection, gate and plan ----------------------===//

#include "moe/Structured/Passes.h"

#include "moe/IR/Moe.h"
#include "moe/IR/RouteParts.h"

using namespace mlir;
using namespace mlir::moe;

namespace {
struct RouteToLinalg : OpRewritePattern<RouteOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(RouteOp op,
                                PatternRewriter &rewriter) const override {
    if (!op.hasPureTensorSemantics())
      return rewriter.notifyMatchFailure(op, "expects tensors, found memrefs");
    splitRoute(op, rewriter);
    return success();
  }
};
} // namespace

void moe::populateRouteToLinalgPatterns(RewritePatternSet &patterns) {
  patterns.add<RouteToLinalg>(patterns.getContext());
}
