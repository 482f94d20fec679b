//===- CombineToCombineRows.cpp - moe.combine as a sum for each token -----===//
//
// What a plan would say beside its slots is listed from them: the rows of each
// token, ascending.
//
//===----------------------------------------------------------------------===//

#include "moe/IR/ReferenceBuilder.h"
#include "moe/IR/SizeChecks.h"
#include "moe/Structured/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace mlir::moe;

/// `[T,K]` from the `slots` of rows, which are those of `[T,K]` `weights`.
static Value listTokenRows(ReferenceBuilder &b, Value slots, Value weights) {
  OpFoldResult tokens = b.size(weights, 0), choices = b.size(weights, 1);
  Value slotsPerToken = b.asIndex(choices);
  Value limit = arith::MulIOp::create(b, b.asIndex(tokens), slotsPerToken);
  Value counts = b.filled({tokens}, b.index(0));
  Value rows = b.filled({tokens, choices}, b.integer(32, -1));
  auto isBelow = [&](Value number, Value end) -> Value {
    return arith::CmpIOp::create(b, arith::CmpIPredicate::ult, number, end);
  };
  using State = ReferenceBuilder::State;
  auto add = [&](Value row, Value slot, ValueRange state) {
    Value token = arith::DivUIOp::create(b, slot, slotsPerToken);
    Value count = b.extract(state[0], token);
    // More rows than a token has slots have no meaning, and no place.
    return b.when(isBelow(count, slotsPerToken), state, [&] {
      Value more = arith::AddIOp::create(b, count, b.index(1));
      return State{b.insert(more, state[0], token),
                   b.insert(b.toI32(row), state[1], {token, count})};
    });
  };
  return b.loop(b.asIndex(b.size(slots, 0)), {counts, rows},
                [&](Value row, ValueRange state) {
                  Value slot = b.toIndex(b.extract(slots, row));
                  return b.when(isBelow(slot, limit), state, // not -1
                                [&] { return add(row, slot, state); });
                })[1];
}

namespace {
struct CombineToCombineRows final : OpRewritePattern<CombineOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(CombineOp op,
                                PatternRewriter &rewriter) const override {
    ReferenceBuilder b(op.getLoc(), rewriter);
    checkSizes(b, op);
    Value weights = op.getWeights();
    Value tokenRows = listTokenRows(b, op.getSlots(), weights);
    RankedTensorType type = op.getResult().getType();
    Value out = b.empty({b.size(weights, 0), b.size(op.getRows(), 1)},
                        type.getElementType());
    auto sums = CombineRowsOp::create(
        b, TypeRange{out.getType()}, op.getRows(), op.getSlots(), tokenRows,
        op.getUnweighted() ? Value() : weights, out, ScheduleAttrInterface(),
        op.getKeepZeros());
    rewriter.replaceOp(op, b.castTo(sums->getResult(0), type));
    return success();
  }
};
} // namespace

void moe::populateCombineToCombineRowsPatterns(RewritePatternSet &patterns) {
  patterns.add<CombineToCombineRows>(patterns.getContext());
}
