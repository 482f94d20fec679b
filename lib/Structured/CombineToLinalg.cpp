//===- CombineToLinalg.cpp - moe.combine to linalg ------------------------===//

#include "Build.h"
#include "moe/IR/SizeChecks.h"
#include "moe/IR/WeighedRows.h"
#include "moe/Structured/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace mlir::moe;

namespace {
struct CombineToLinalg final : OpRewritePattern<CombineOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(CombineOp op,
                                PatternRewriter &rewriter) const override {
    ReferenceBuilder b(op.getLoc(), rewriter);
    checkSizes(b, op);
    Value rows = op.getRows();
    FloatType type = getSumType(getElementTypeOrSelf(rows));
    Value slotsPerToken = b.asIndex(b.size(op.getWeights(), 1));
    Value minusOne = b.integer(32, -1);
    Value sums = b.filled({b.size(op.getWeights(), 0), b.size(rows, 1)},
                          b.real(type, 0.0));
    sums =
        b.loop(b.asIndex(b.size(rows, 0)), sums, [&](Value r, ValueRange sums) {
          Value slot = b.extract(op.getSlots(), r);
          Value isRow = arith::CmpIOp::create(b, arith::CmpIPredicate::sgt,
                                              slot, minusOne);
          return b.when(isRow, sums, [&] {
            Value at = b.toIndex(slot);
            Value token = arith::DivUIOp::create(b, at, slotsPerToken);
            Value choice = arith::RemUIOp::create(b, at, slotsPerToken);
            Value weight;
            if (!op.getUnweighted())
              weight = b.convertFloat(
                  b.extract(op.getWeights(), {token, choice}), type);
            auto add = [&] {
              return ReferenceBuilder::State{
                  buildAdd(op, b, type, r, token, weight, sums[0])};
            };
            if (!weight || op.getKeepZeros())
              return add();
            return b.when(buildIsWeighed(b, b.getLoc(), weight), sums, add);
          });
        })[0];
    Value result =
        b.convertElements(sums, op.getResult().getType().getElementType());
    rewriter.replaceOp(op, b.castTo(result, op.getResult().getType()));
    return success();
  }

  /// `sums` with row `r`, times `weight` if not null, added to the row of
  /// `token`.
  static Value buildAdd(CombineOp op, ReferenceBuilder &b, FloatType type,
                        Value r, Value token, Value weight, Value sums) {
    Value row = b.row(op.getRows(), r);
    Value sum = b.row(sums, token);
    Value next = b.accumulateInto(sum, {{row, {0}}}, [&](ValueRange in) {
      Value term = b.convertFloat(in[0], type);
      if (weight)
        term = arith::MulFOp::create(b, weight, term);
      return arith::AddFOp::create(b, in[1], term).getResult();
    });
    return b.insertRow(next, sums, token);
  }
};
} // namespace

void moe::populateCombineToLinalgPatterns(RewritePatternSet &patterns) {
  patterns.add<CombineToLinalg>(patterns.getContext());
}
