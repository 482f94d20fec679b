//===- GatherRowsToLinalg.cpp - Rows of tokens, one for each slot ---------===//

#include "moe/Structured/Passes.h"

#include "Build.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/TypeUtilities.h"
#include "moe/IR/Moe.h"
#include "moe/IR/ReferenceBuilder.h"
#include "moe/IR/SizeChecks.h"

using namespace mlir;
using namespace mlir::moe;

Value moe::buildGatherRows(ReferenceBuilder &builder, Value input, Value slots,
                           Value slotsPerToken, Value weights, Value out) {
  using State = ReferenceBuilder::State;
  Type element = getElementTypeOrSelf(out.getType());
  Type sumType = getSumType(getElementTypeOrSelf(input.getType()));
  Value numRows = builder.asIndex(builder.size(slots, 0));
  Value columns = builder.asIndex(builder.size(out, 1));
  Value zero = builder.index(0);

  auto copyRow = [&](Value row, Value slot, ValueRange out) -> State {
    Value token = arith::DivUIOp::create(builder, slot, slotsPerToken);
    Value weight;
    if (weights) {
      Value choice = arith::RemUIOp::create(builder, slot, slotsPerToken);
      weight = builder.convertFloat(builder.extract(weights, {token, choice}),
                                    sumType);
    }
    return builder.loop(columns, out, [&](Value d, ValueRange out) {
      Value value = builder.extract(input, {token, d});
      if (weight)
        value = arith::MulFOp::create(builder, weight,
                                      builder.convertFloat(value, sumType));
      value = builder.convertFloat(value, element);
      return State{builder.insert(value, out[0], {row, d})};
    });
  };
  return builder.loop(numRows, out, [&](Value row, ValueRange out) {
    Value slot = builder.toIndex(builder.extract(slots, row));
    Value isLive =
        arith::CmpIOp::create(builder, arith::CmpIPredicate::sge, slot, zero);
    return builder.when(isLive, out, [&] { return copyRow(row, slot, out); });
  })[0];
}

namespace {
struct GatherRowsToLinalg : OpRewritePattern<GatherRowsOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(GatherRowsOp op,
                                PatternRewriter &rewriter) const override {
    if (!op.hasPureTensorSemantics())
      return rewriter.notifyMatchFailure(op, "expects tensors, found memrefs");
    ReferenceBuilder builder(op.getLoc(), rewriter);
    checkSizes(builder, op);
    rewriter.replaceOp(op,
                       buildGatherRows(builder, op.getInput(), op.getSlots(),
                                       builder.index(op.getSlotsPerToken()),
                                       op.getWeights(), op.getOut()));
    return success();
  }
};
} // namespace

void moe::populateGatherRowsToLinalgPatterns(RewritePatternSet &patterns) {
  patterns.add<GatherRowsToLinalg>(patterns.getContext());
}
