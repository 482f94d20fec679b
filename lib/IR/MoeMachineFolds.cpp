//===- MoeMachineFolds.cpp - Canonical forms of level 2 -------------------===//
//
// Casts of operands are folded by upstream, as for every op in destination
// style, but where the region may be empty: upstream's clone needs a block.
//
//===----------------------------------------------------------------------===//

#include "Folds.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace mlir::moe;

namespace {
/// Operands without the casts in front of them that only forget sizes.
template <typename Op> struct FoldOperandCasts : OpRewritePattern<Op> {
  /// Before upstream's pattern for all ops in destination style.
  explicit FoldOperandCasts(MLIRContext *context)
      : OpRewritePattern<Op>(context, /*benefit=*/2) {}
  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    if (!tensor::hasFoldableTensorCastOperand(op))
      return rewriter.notifyMatchFailure(op, "no cast only forgets sizes");
    SmallVector<Type> types;
    SmallVector<Value> operands =
        tensor::getUpdatedOperandsAfterCastOpFolding(op, types);
    rewriter.modifyOpInPlace(op, [&] { op->setOperands(operands); });
    types.assign(op.getOuts().getTypes().begin(),
                 op.getOuts().getTypes().end());
    Operation *folded = rebuild(rewriter, op, types);
    SmallVector<Value> results;
    for (auto [before, after] :
         llvm::zip_equal(op->getResults(), folded->getResults()))
      results.push_back(before.getType() == after.getType()
                            ? Value(after)
                            : tensor::CastOp::create(rewriter, op.getLoc(),
                                                     before.getType(), after));
    rewriter.replaceOp(op, results);
    return success();
  }
};
} // namespace

//===----------------------------------------------------------------------===//
// moe.plan, moe.route
//===----------------------------------------------------------------------===//

/// Keeps the first `count` destinations of `op`, whose other results nobody
/// reads.
template <typename Op>
static void keepResults(PatternRewriter &rewriter, Op op, unsigned count) {
  rewriter.modifyOpInPlace(op, [&] {
    op.getOutsMutable().erase(count, op.getOuts().size() - count);
  });
  SmallVector<Type> types(op->getResults().take_front(count).getTypes());
  Operation *smaller = rebuild(rewriter, op, types);
  for (unsigned i = 0; i < count; ++i)
    rewriter.replaceAllUsesWith(op->getResult(i), smaller->getResult(i));
  rewriter.eraseOp(op);
}

namespace {
/// Each token's rows are planned where somebody reads them.
template <typename Op, unsigned count>
struct DropTokenRows : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;
  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    if (op->getNumResults() <= count || !op->getResult(count).use_empty())
      return rewriter.notifyMatchFailure(op, "there are no unread rows");
    keepResults(rewriter, op, count);
    return success();
  }
};

/// A route whose plan nobody reads is a gate.
struct DropPlan : OpRewritePattern<RouteOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(RouteOp op,
                                PatternRewriter &rewriter) const override {
    if (op->getNumResults() <= 2 ||
        !llvm::all_of(op->getResults().drop_front(2),
                      [](Value result) { return result.use_empty(); }))
      return rewriter.notifyMatchFailure(op, "there is no unread plan");
    rewriter.modifyOpInPlace(op, [&] {
      op.getCapacityMutable().clear();
      op.removePriorityAttr();
      op.removeSegmentAttr();
    });
    keepResults(rewriter, op, 2);
    return success();
  }
};

//===----------------------------------------------------------------------===//
// moe.grouped_matmul
//===----------------------------------------------------------------------===//

/// What the epilogue does not use is not computed and not read; equal operands
/// are one; an operand of one value is a constant.
struct SimplifyEpilogue : OpRewritePattern<GroupedMatmulOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(GroupedMatmulOp op,
                                PatternRewriter &rewriter) const override {
    if (op.getEpilogue().empty())
      return rewriter.notifyMatchFailure(op, "there is no epilogue");
    Block &body = op.getEpilogue().front();
    unsigned weights = op.getWeights().size();
    bool changed = false;
    auto replace = [&](unsigned argument, Value value) {
      rewriter.replaceAllUsesWith(body.getArgument(argument), value);
      changed = true;
    };
    for (unsigned i = 0; i < body.getNumArguments(); ++i) {
      if (body.getArgument(i).use_empty())
        continue;
      for (unsigned j = 0; j < i; ++j)
        if (isSame(op, i, j)) {
          replace(i, body.getArgument(j));
          break;
        }
      if (i < weights || body.getArgument(i).use_empty())
        continue;
      Value operand = op.getEpilogueOperands()[i - weights];
      if (auto splat = dyn_cast_or_null<TypedAttr>(getSplat(operand))) {
        OpBuilder::InsertionGuard guard(rewriter);
        rewriter.setInsertionPointToStart(&body);
        replace(i, arith::ConstantOp::create(rewriter, op.getLoc(), splat));
      }
    }
    for (unsigned i = body.getNumArguments(); i-- > 0;) {
      bool isWeight = i < weights;
      if (!body.getArgument(i).use_empty() ||
          (isWeight && op.getWeights().size() == 1))
        continue;
      rewriter.modifyOpInPlace(op, [&] {
        body.eraseArgument(i);
        if (isWeight)
          op.getWeightsMutable().erase(i);
        else
          dropOperand(op, i - weights);
      });
      changed = true;
    }
    auto yield = cast<YieldOp>(body.getTerminator());
    if (body.getNumArguments() == 1 && op.getWeights().size() == 1 &&
        yield.getValues()[0] == body.getArgument(0)) {
      rewriter.eraseBlock(&body);
      changed = true;
    }
    return changed ? success()
                   : rewriter.notifyMatchFailure(op, "all of it is used");
  }

  /// Arguments `i` and `j` of the epilogue have the same value.
  static bool isSame(GroupedMatmulOp op, unsigned i, unsigned j) {
    unsigned weights = op.getWeights().size();
    if (i < weights)
      return op.getWeights()[i] == op.getWeights()[j];
    return j >= weights &&
           op.getEpilogueOperands()[i - weights] ==
               op.getEpilogueOperands()[j - weights] &&
           op.getOperandMap(i - weights) == op.getOperandMap(j - weights);
  }

  static void dropOperand(GroupedMatmulOp op, unsigned i) {
    SmallVector<Attribute> maps(op.getMaps().getValue());
    maps.erase(maps.begin() + i);
    op.setMapsAttr(ArrayAttr::get(op.getContext(), maps));
    op.getEpilogueOperandsMutable().erase(i);
  }
};

/// Slots that nothing is read or written by go.
struct DropSlots : OpRewritePattern<GroupedMatmulOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(GroupedMatmulOp op,
                                PatternRewriter &rewriter) const override {
    bool used = op.getGather() || op.getAccumulate();
    for (unsigned i = 0; i < op.getEpilogueOperands().size(); ++i)
      used |= op.getOperandMap(i).isFunctionOfDim(3);
    if (used || (!op.getSlots() && !op.getSlotsPerToken()))
      return rewriter.notifyMatchFailure(op, "there are no unused slots");
    rewriter.modifyOpInPlace(op, [&] {
      op.getSlotsMutable().clear();
      op.removeSlotsPerTokenAttr();
    });
    return success();
  }
};
} // namespace

//===----------------------------------------------------------------------===//
// Registration
//===----------------------------------------------------------------------===//

void PlanOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                         MLIRContext *context) {
  patterns.add<DropTokenRows<PlanOp, 2>, DropCapacity<PlanOp>>(context);
}
void RouteOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                          MLIRContext *context) {
  patterns.add<SimplifyRouter<RouteOp>, DropGateOperands<RouteOp>,
               DropCapacity<RouteOp>, DropTokenRows<RouteOp, 4>, DropPlan,
               FoldOperandCasts<RouteOp>>(context);
}
void GroupedMatmulOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                                  MLIRContext *context) {
  patterns.add<SimplifyEpilogue, DropSlots, FoldOperandCasts<GroupedMatmulOp>>(
      context);
}
