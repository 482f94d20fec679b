//===- ExpertToLinalg.cpp - moe.expert to a loop over experts -------------===//

#include "Build.h"
#include "moe/IR/SizeChecks.h"
#include "moe/Structured/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace mlir::moe;

/// What the region gets as its arguments for `count` rows of expert `e`.
static SmallVector<Value> buildArguments(ReferenceBuilder &b, ExpertOp op,
                                         Value e, Value first, Value count) {
  SmallVector<Value> arguments;
  for (auto [rows, argument] :
       llvm::zip_equal(op.getInputs(), op.getRowArguments()))
    arguments.push_back(
        b.rows(rows, first, count, cast<RankedTensorType>(argument.getType())));
  for (auto [param, argument] :
       llvm::zip_equal(op.getParams(), op.getParamArguments()))
    arguments.push_back(b.castTo(b.row(param, e), argument.getType()));
  llvm::append_range(arguments, op.getShared());
  return arguments;
}

/// The destinations of the results. A width that no type says is that of the
/// region on no rows.
static SmallVector<Value> buildDestinations(ReferenceBuilder &b, ExpertOp op) {
  IRMapping regionOnNoRows;
  auto isDynamic = [](Type type) {
    return cast<RankedTensorType>(type).isDynamicDim(1);
  };
  Block &body = op.getBody().front();
  if (llvm::any_of(op.getResultTypes(), isDynamic)) {
    Value zero = b.index(0);
    regionOnNoRows.map(body.getArguments(),
                       buildArguments(b, op, zero, zero, zero));
    for (Operation &inner : body.without_terminator())
      b.clone(inner, regionOnNoRows)->walk([](Operation *copy) {
        copy->removeDiscardableAttr("moe.layer"); // records nothing
      });
  }
  SmallVector<Value> destinations;
  for (auto [result, yielded] :
       llvm::zip_equal(op.getResults(), body.getTerminator()->getOperands())) {
    auto type = cast<RankedTensorType>(result.getType());
    OpFoldResult rows = type.isDynamicDim(0)
                            ? b.size(op.getInputs().front(), 0)
                            : b.getIndexAttr(type.getDimSize(0));
    OpFoldResult columns =
        type.isDynamicDim(1)
            ? b.size(regionOnNoRows.lookupOrDefault(yielded), 1)
            : b.getIndexAttr(type.getDimSize(1));
    destinations.push_back(b.empty({rows, columns}, type.getElementType()));
  }
  return destinations;
}

/// What a region yields fills `count` rows of `out`. A row-local one cannot
/// have another number of rows.
static void checkYielded(ReferenceBuilder &b, ExpertOp op, Value value,
                         Value count, Value out) {
  if (op.getCrossRow())
    buildAssert(b, arith::CmpIPredicate::eq, b.size(value, 0), count,
                "expects the region to yield as many rows as it gets");
  buildAssert(b, arith::CmpIPredicate::eq, b.size(value, 1), b.size(out, 1),
              "expects the region to yield as many columns for every expert");
}

namespace {
struct ExpertToLinalg final : OpRewritePattern<ExpertOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ExpertOp op,
                                PatternRewriter &rewriter) const override {
    ReferenceBuilder builder(op.getLoc(), rewriter);
    checkSizes(builder, op);
    SmallVector<Value> outs = buildDestinations(builder, op);

    // An expert without rows does nothing, and reads no parameters.
    Value one = builder.index(1);
    Value experts = builder.index(op.getNumExperts());
    auto results = builder.loop(experts, outs, [&](Value e, ValueRange outs) {
      Value next = arith::AddIOp::create(builder, e, one);
      Value first = builder.toIndex(builder.extract(op.getOffsets(), e));
      Value end = builder.toIndex(builder.extract(op.getOffsets(), next));
      Value count = arith::SubIOp::create(builder, end, first);
      Value some = arith::CmpIOp::create(builder, arith::CmpIPredicate::sgt,
                                         count, builder.index(0));
      return builder.when(some, outs, [&] {
        return buildBody(op, builder, rewriter, e, first, count, outs);
      });
    });
    for (auto [value, result] : llvm::zip_equal(results, op.getResults()))
      value = builder.castTo(value, result.getType());
    rewriter.replaceOp(op, results);
    return success();
  }

  /// The region on the rows of expert `e`, its results written into `outs`.
  static ReferenceBuilder::State
  buildBody(ExpertOp op, ReferenceBuilder &builder, PatternRewriter &rewriter,
            Value e, Value first, Value count, ValueRange outs) {
    SmallVector<Value> arguments = buildArguments(builder, op, e, first, count);
    Operation *yield = op.getBody().front().getTerminator();
    rewriter.inlineBlockBefore(&op.getBody().front(),
                               builder.getInsertionBlock(),
                               builder.getInsertionPoint(), arguments);
    ReferenceBuilder::State results;
    for (auto [value, out] : llvm::zip_equal(yield->getOperands(), outs)) {
      checkYielded(builder, op, value, count, out);
      results.push_back(builder.insertRows(value, out, first));
    }
    rewriter.eraseOp(yield);
    return results;
  }
};
} // namespace

void moe::populateExpertToLinalgPatterns(RewritePatternSet &patterns) {
  patterns.add<ExpertToLinalg>(patterns.getContext());
}
