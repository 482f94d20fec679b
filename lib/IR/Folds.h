//===- Folds.h - Rewrites that several moe ops share ------------*- C++ -*-===//
//
// Private to lib/IR.
//
//===----------------------------------------------------------------------===//

#ifndef MOE_LIB_IR_FOLDS_H
#define MOE_LIB_IR_FOLDS_H

#include "moe/IR/Moe.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"

namespace mlir::moe {

/// The value of a constant splat, or null.
inline Attribute getSplat(Value value) {
  SplatElementsAttr splat;
  if (value && matchPattern(value, m_Constant(&splat)))
    return splat.getSplatValue<Attribute>();
  return {};
}

/// `op` again, with other result types; the old op is left without regions.
Operation *rebuild(PatternRewriter &rewriter, Operation *op, TypeRange types);

/// `router` without factors of 1, additions of 0 and groups that all stay.
RouterAttr simplifyRouter(RouterAttr router);

/// Adding `value` to logits changes no weight and no choice under `router`.
bool addsNothing(Value value, RouterAttr router);

/// FoldCasts of level 1, of moe.expert.
void populateExpertCastPatterns(RewritePatternSet &patterns);

/// The router of a gate in its simplest spelling.
template <typename Op> struct SimplifyRouter : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;
  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    RouterAttr simple = simplifyRouter(op.getRouter());
    if (simple == op.getRouter())
      return rewriter.notifyMatchFailure(op, "the router is simple");
    rewriter.modifyOpInPlace(op, [&] { op.setRouterAttr(simple); });
    return success();
  }
};

/// A mask that masks nothing and additions that add nothing go.
template <typename Op> struct DropGateOperands : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;
  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    auto mask = dyn_cast_or_null<IntegerAttr>(getSplat(op.getMask()));
    bool dropMask = mask && mask.getValue().isOne();
    bool dropNoise = addsNothing(op.getNoise(), op.getRouter());
    if constexpr (std::is_same_v<Op, RouteOp>)
      dropNoise &= !op.getNoiseProjection();
    // A monotone score selects on logits once the bias is gone: not the same
    // where scores saturate, unless the score is the logit.
    auto bias = dyn_cast_or_null<FloatAttr>(getSplat(op.getBias()));
    auto score = dyn_cast<ScoreAttr>(op.getRouter().getScore());
    bool dropBias =
        bias && bias.getValue().isZero() && score &&
        (!score.isMonotone() || score.getKind() == ScoreKind::Identity);
    if (!dropMask && !dropNoise && !dropBias)
      return rewriter.notifyMatchFailure(op, "every operand is of use");
    rewriter.modifyOpInPlace(op, [&] {
      if (dropMask)
        op.getMaskMutable().clear();
      if (dropNoise)
        op.getNoiseMutable().clear();
      if (dropBias)
        op.getBiasMutable().clear();
    });
    return success();
  }
};

/// A capacity that drops nothing goes; so do a segment of all tokens and the
/// default priority.
template <typename Op> struct DropCapacity : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;
  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    if (!op.getCapacity())
      return rewriter.notifyMatchFailure(op, "there is no capacity");
    Value experts;
    if constexpr (std::is_same_v<Op, RouteOp>)
      experts = op.getExpertsOut();
    else
      experts = op.getExperts();
    auto type = cast<ShapedType>(experts.getType());
    int64_t tokens = type.getDimSize(0), slots = type.getDimSize(1);
    bool oneSegment = op.getSegment() && ShapedType::isStatic(tokens) &&
                      int64_t(*op.getSegment()) >= tokens;
    int64_t length = op.getSegment() && !oneSegment ? *op.getSegment() : tokens;
    APInt capacity;
    // No expert gets more than all slots of a segment.
    bool keepsAll = ShapedType::isStatic(length) &&
                    ShapedType::isStatic(slots) &&
                    length <= std::numeric_limits<int32_t>::max() &&
                    slots <= std::numeric_limits<int32_t>::max() &&
                    matchPattern(op.getCapacity(), m_ConstantInt(&capacity)) &&
                    capacity.getSExtValue() >= length * slots;
    bool isDefault = op.getPriority() == Priority::TokenMajor;
    if (!oneSegment && !keepsAll && !isDefault)
      return rewriter.notifyMatchFailure(op, "the capacity may drop slots");
    rewriter.modifyOpInPlace(op, [&] {
      if (oneSegment || keepsAll)
        op.removeSegmentAttr();
      if (isDefault || keepsAll)
        op.removePriorityAttr();
      if (keepsAll)
        op.getCapacityMutable().clear();
    });
    return success();
  }
};

} // namespace mlir::moe

#endif // MOE_LIB_IR_FOLDS_H
