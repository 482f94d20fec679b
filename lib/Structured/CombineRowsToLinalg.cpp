//===- CombineRowsToLinalg.cpp - The sum of each token's rows -------------===//

#include "moe/Structured/Passes.h"

#include "Build.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/TypeUtilities.h"
#include "moe/IR/Moe.h"
#include "moe/IR/ReferenceBuilder.h"
#include "moe/IR/SizeChecks.h"
#include "moe/IR/WeighedRows.h"

using namespace mlir;
using namespace mlir::moe;

/// `sum`, plus the element of `row` and column `d`, times its weight; a weight
/// of zero adds nothing.
static Value addRow(ReferenceBuilder &builder, CombineRowsOp op, Value sum,
                    Value row, Value d) {
  Type type = sum.getType();
  Value value =
      builder.convertFloat(builder.extract(op.getRows(), {row, d}), type);
  if (Value weights = op.getWeights()) {
    Value slot = builder.toIndex(builder.extract(op.getSlots(), row));
    Value slotsPerToken = builder.asIndex(builder.size(weights, 1));
    Value weight = builder.extract(
        weights, {arith::DivUIOp::create(builder, slot, slotsPerToken),
                  arith::RemUIOp::create(builder, slot, slotsPerToken)});
    weight = builder.convertFloat(weight, type);
    value = arith::MulFOp::create(builder, weight, value);
    if (!op.getKeepZeros()) {
      value = arith::AddFOp::create(builder, sum, value);
      return arith::SelectOp::create(
          builder, buildIsWeighed(builder, builder.getLoc(), weight), value,
          sum);
    }
  }
  return arith::AddFOp::create(builder, sum, value);
}

namespace {
struct CombineRowsToLinalg : OpRewritePattern<CombineRowsOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(CombineRowsOp op,
                                PatternRewriter &rewriter) const override {
    if (!op.hasPureTensorSemantics())
      return rewriter.notifyMatchFailure(op, "expects tensors, found memrefs");
    ReferenceBuilder builder(op.getLoc(), rewriter);
    checkSizes(builder, op);
    using State = ReferenceBuilder::State;
    Type element = getElementTypeOrSelf(op.getOut().getType());
    Type sumType = getSumType(getElementTypeOrSelf(op.getRows().getType()));
    Value slots = builder.asIndex(builder.size(op.getTokenRows(), 1));
    Value zero = builder.index(0);

    // The first -1 ends a token's list, whatever follows it.
    auto sumOf = [&](Value token, Value d) -> Value {
      State start{builder.real(sumType, 0.0), builder.integer(1, 1)};
      return builder.loop(slots, start, [&](Value j, ValueRange state) {
        Value row =
            builder.toIndex(builder.extract(op.getTokenRows(), {token, j}));
        Value isRow = arith::CmpIOp::create(builder, arith::CmpIPredicate::sge,
                                            row, zero);
        Value live = arith::AndIOp::create(builder, state[1], isRow);
        State sum = builder.when(live, state[0], [&] {
          return State{addRow(builder, op, state[0], row, d)};
        });
        return State{sum[0], live};
      })[0];
    };
    Value tokens = builder.asIndex(builder.size(op.getOut(), 0));
    Value columns = builder.asIndex(builder.size(op.getOut(), 1));
    State result =
        builder.loop(tokens, op.getOut(), [&](Value token, ValueRange out) {
          return builder.loop(columns, out, [&](Value d, ValueRange out) {
            Value sum = builder.convertFloat(sumOf(token, d), element);
            return State{builder.insert(sum, out[0], {token, d})};
          });
        });
    rewriter.replaceOp(op, result);
    return success();
  }
};
} // namespace

void moe::populateCombineRowsToLinalgPatterns(RewritePatternSet &patterns) {
  patterns.add<CombineRowsToLinalg>(patterns.getContext());
}
