//===- ExpertFolds.cpp - Canonical forms of moe.expert --------------------===//
//
// A region that is isolated from above hides what it uses: constants are moved
// in, what is not used moves out.
//
//===----------------------------------------------------------------------===//

#include "Folds.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace mlir::moe;

static YieldOp getYield(ExpertOp op) {
  return cast<YieldOp>(op.getBody().front().getTerminator());
}

namespace {
/// Rows that the region hands through are the rows themselves; a value that is
/// yielded twice is one result.
struct ForwardResults : OpRewritePattern<ExpertOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ExpertOp op,
                                PatternRewriter &rewriter) const override {
    bool changed = false;
    SmallVector<Value> yielded(getYield(op).getValues());
    for (auto [i, value] : llvm::enumerate(yielded)) {
      Value result = op.getResult(i);
      if (result.use_empty())
        continue;
      Value same;
      if (auto argument = dyn_cast<BlockArgument>(value);
          argument && argument.getArgNumber() < op.getInputs().size())
        same = op.getInputs()[argument.getArgNumber()];
      for (unsigned j = 0; j < i && !same; ++j)
        if (yielded[j] == value &&
            op.getResult(j).getType() == result.getType())
          same = op.getResult(j);
      if (!same)
        continue;
      if (same.getType() != result.getType()) {
        OpBuilder::InsertionGuard guard(rewriter);
        rewriter.setInsertionPoint(op);
        same = tensor::CastOp::create(rewriter, op.getLoc(), result.getType(),
                                      same);
      }
      rewriter.replaceAllUsesWith(result, same);
      changed = true;
    }
    return changed ? success()
                   : rewriter.notifyMatchFailure(op, "no rows pass through");
  }
};

/// Results that nobody reads go, but for the last one.
struct DropResults : OpRewritePattern<ExpertOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ExpertOp op,
                                PatternRewriter &rewriter) const override {
    SmallVector<unsigned> kept;
    for (OpResult result : op->getResults())
      if (!result.use_empty())
        kept.push_back(result.getResultNumber());
    if (kept.empty() || kept.size() == op.getNumResults())
      return rewriter.notifyMatchFailure(op, "every result is read, or none");
    SmallVector<Type> types;
    SmallVector<Value> values;
    for (unsigned i : kept) {
      types.push_back(op.getResult(i).getType());
      values.push_back(getYield(op).getValues()[i]);
    }
    auto smaller = cast<ExpertOp>(rebuild(rewriter, op, types));
    YieldOp yield = getYield(smaller);
    rewriter.modifyOpInPlace(yield,
                             [&] { yield.getValuesMutable().assign(values); });
    for (auto [result, i] : llvm::zip_equal(smaller.getResults(), kept))
      rewriter.replaceAllUsesWith(op.getResult(i), result);
    rewriter.eraseOp(op);
    return success();
  }
};

/// Operands that the region does not use go, but for the last row operand;
/// equal operands are one.
struct DropOperands : OpRewritePattern<ExpertOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ExpertOp op,
                                PatternRewriter &rewriter) const override {
    bool changed = merge(rewriter, op.getInputs(), op.getRowArguments());
    changed |= merge(rewriter, op.getParams(), op.getParamArguments());
    changed |= merge(rewriter, op.getShared(), op.getSharedArguments());
    Block &body = op.getBody().front();
    auto drop = [&](auto getOperands, unsigned first, unsigned least) {
      for (unsigned i = getOperands().size(); i-- > 0;) {
        if (getOperands().size() <= least ||
            !body.getArgument(first + i).use_empty())
          continue;
        rewriter.modifyOpInPlace(op, [&] {
          getOperands().erase(i);
          body.eraseArgument(first + i);
        });
        changed = true;
      }
    };
    unsigned rows = op.getInputs().size(), params = op.getParams().size();
    drop([&] { return op.getSharedMutable(); }, rows + params, 0);
    drop([&] { return op.getParamsMutable(); }, rows, 0);
    drop([&] { return op.getInputsMutable(); }, 0, 1);
    return changed ? success()
                   : rewriter.notifyMatchFailure(op, "every operand is used");
  }

  static bool merge(PatternRewriter &rewriter, OperandRange operands,
                    Block::BlockArgListType arguments) {
    bool changed = false;
    for (unsigned i = 0; i < operands.size(); ++i)
      for (unsigned j = 0; j < i; ++j)
        if (operands[i] == operands[j] && !arguments[i].use_empty()) {
          rewriter.replaceAllUsesWith(arguments[i], arguments[j]);
          changed = true;
        }
    return changed;
  }
};

/// Constants are of more use inside of the region: scalars, and tensors of one
/// value, of which a slice is one of the same value.
struct SinkConstants : OpRewritePattern<ExpertOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ExpertOp op,
                                PatternRewriter &rewriter) const override {
    bool changed = false;
    rewriter.setInsertionPointToStart(&op.getBody().front());
    for (auto [operands, arguments] :
         {std::pair(op.getParams(), op.getParamArguments()),
          std::pair(op.getShared(), op.getSharedArguments())})
      for (auto [operand, argument] : llvm::zip_equal(operands, arguments)) {
        TypedAttr constant;
        if (argument.use_empty() ||
            !operand.template getDefiningOp<arith::ConstantOp>() ||
            !matchPattern(operand, m_Constant(&constant)))
          continue;
        if (auto type = dyn_cast<RankedTensorType>(argument.getType())) {
          Attribute splat = getSplat(operand);
          if (!splat || !type.hasStaticShape())
            continue;
          constant = DenseElementsAttr::get(type, splat);
        }
        Value inside =
            arith::ConstantOp::create(rewriter, op.getLoc(), constant);
        rewriter.replaceAllUsesWith(argument, inside);
        changed = true;
      }
    return changed ? success()
                   : rewriter.notifyMatchFailure(op, "no operand is constant");
  }
};
} // namespace

void ExpertOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                           MLIRContext *context) {
  populateExpertCastPatterns(patterns);
  patterns.add<ForwardResults, DropResults, DropOperands, SinkConstants>(
      context);
}
