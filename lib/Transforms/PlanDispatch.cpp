//===- PlanDispatch.cpp - Dispatch and combine to their level-2 forms -----===//

#include "moe/Transforms/Passes.h"

#include "moe/IR/Moe.h"
#include "moe/IR/SizeChecks.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Remarks.h"

namespace mlir::moe {
#define GEN_PASS_DEF_PLANDISPATCHPASS
#include "moe/Transforms/Passes.h.inc"
} // namespace mlir::moe

using namespace mlir;
using namespace mlir::moe;

static constexpr auto kRemark =
    remark::RemarkOpts::name("PlanDispatch").category("moe");

/// Storage for a result of `type` whose dynamic sizes are those of `like`,
/// dimension by dimension.
static Value emptyLike(OpBuilder &builder, Location loc, RankedTensorType type,
                       ArrayRef<OpFoldResult> sizes) {
  SmallVector<OpFoldResult> mixed(sizes);
  for (auto [dim, size] : llvm::enumerate(type.getShape()))
    if (!ShapedType::isDynamic(size))
      mixed[dim] = builder.getIndexAttr(size);
  return tensor::EmptyOp::create(builder, loc, mixed, type.getElementType());
}

/// `[T,K]` where `weights` are that as `[T*K,1]`, or null.
static Value getSplitSlots(Value weights) {
  auto expand = weights.getDefiningOp<tensor::ExpandShapeOp>();
  auto collapse = expand
                      ? expand.getSrc().getDefiningOp<tensor::CollapseShapeOp>()
                      : tensor::CollapseShapeOp();
  return collapse && collapse.getResultType().getRank() == 1 ? collapse.getSrc()
                                                             : Value();
}

/// The combines that sum rows of this dispatch for its tokens, or for its slots
/// (`perSlot`). One whose slots count differently (other tokens, other slots a
/// token) stays as it is.
static SmallVector<CombineOp> getCombines(DispatchOp dispatch, bool perSlot) {
  auto isSumOf = [&](CombineOp combine) {
    Value weights = combine.getWeights();
    if (perSlot)
      weights = getSplitSlots(weights);
    return weights && combine.getSlots() == dispatch.getSlots() &&
           (weights == dispatch.getWeights() ||
            cast<RankedTensorType>(weights.getType()).getShape() ==
                dispatch.getExperts().getType().getShape());
  };
  SmallVector<CombineOp> combines;
  for (Operation *user : dispatch.getSlots().getUsers())
    if (auto combine = dyn_cast<CombineOp>(user); combine && isSumOf(combine))
      combines.push_back(combine);
  return combines;
}

/// `[T,K]` as `[T*K,1]`: each slot a token of its own.
static Value splitSlots(OpBuilder &builder, Location loc, Value perToken) {
  SmallVector<ReassociationIndices> all{{0, 1}};
  Value slots = tensor::CollapseShapeOp::create(builder, loc, perToken, all);
  auto type = cast<RankedTensorType>(slots.getType());
  return tensor::ExpandShapeOp::create(
      builder, loc,
      RankedTensorType::get({type.getDimSize(0), 1}, type.getElementType()),
      slots, all,
      {tensor::getMixedSize(builder, loc, slots, 0), builder.getIndexAttr(1)});
}

static void planDispatch(DispatchOp dispatch, RewriterBase &rewriter) {
  Location loc = dispatch.getLoc();
  int64_t slotsPerToken = dispatch.getExperts().getType().getDimSize(1);
  if (ShapedType::isDynamic(slotsPerToken)) {
    remark::missed(loc, kRemark)
        << remark::reason("{0}", "the number of slots a token is not static");
    return;
  }
  SmallVector<CombineOp> combines = getCombines(dispatch, /*perSlot=*/false);
  rewriter.setInsertionPoint(dispatch);
  ReferenceBuilder checks(loc, rewriter);
  checkSizes(checks, dispatch, SizeProof::Bounds);
  Value experts = dispatch.getExperts(), weights = dispatch.getWeights();
  // Sums of single slots need a plan that lists each slot's row. Its offsets
  // and slots are the same, but for a capacity, which looks at tokens.
  bool perSlot = false;
  if (combines.empty() && !dispatch.getCapacity()) {
    combines = getCombines(dispatch, /*perSlot=*/true);
    perSlot = !combines.empty();
  }
  if (perSlot) {
    experts = splitSlots(rewriter, loc, experts);
    weights = weights ? splitSlots(rewriter, loc, weights) : Value();
  }
  ReifiedRankedShapedTypeDims shapes;
  if (failed(dispatch.reifyResultShapes(rewriter, shapes))) {
    remark::missed(loc, kRemark)
        << remark::reason("{0}", "the sizes of the results are not known");
    return;
  }
  unsigned numRows = dispatch.getRows().size();
  SmallVector<Value> outs{
      emptyLike(rewriter, loc, dispatch.getOffsets().getType(),
                shapes[numRows]),
      emptyLike(rewriter, loc, dispatch.getSlots().getType(),
                shapes[numRows + 1])};
  if (!combines.empty())
    outs.push_back(emptyLike(rewriter, loc,
                             cast<RankedTensorType>(experts.getType()),
                             tensor::getMixedSizes(rewriter, loc, experts)));
  auto plan = PlanOp::create(
      rewriter, loc, ValueRange(outs).getTypes(), experts, weights,
      dispatch.getCapacity(), outs, dispatch.getPriorityAttr(),
      dispatch.getSegmentAttr(), ScheduleAttrInterface());
  Value slots = plan->getResult(1);

  for (CombineOp combine : combines) {
    rewriter.setInsertionPoint(combine);
    ReferenceBuilder sumChecks(combine.getLoc(), rewriter);
    checkDispatchSlots(sumChecks, combine, SizeProof::Bounds);
    RankedTensorType type = combine.getResult().getType();
    Value init =
        emptyLike(rewriter, loc, type,
                  {tensor::getMixedSize(rewriter, loc, combine.getWeights(), 0),
                   tensor::getMixedSize(rewriter, loc, combine.getRows(), 1)});
    auto sum = CombineRowsOp::create(
        rewriter, combine.getLoc(), TypeRange{type}, combine.getRows(), slots,
        plan->getResult(2),
        combine.getUnweighted() ? Value() : combine.getWeights(), init,
        ScheduleAttrInterface(), combine.getKeepZeros());
    rewriter.replaceOp(combine, sum.getResults());
  }

  rewriter.setInsertionPointAfter(plan);
  for (auto [index, rows] : llvm::enumerate(dispatch.getRows())) {
    if (rows.use_empty())
      continue;
    auto type = cast<RankedTensorType>(rows.getType());
    Value init = emptyLike(rewriter, loc, type, shapes[index]);
    auto gather = GatherRowsOp::create(
        rewriter, loc, TypeRange{type}, dispatch.getInputs()[index], slots,
        dispatch.getScaleRows() ? dispatch.getWeights() : Value(), init,
        slotsPerToken, ScheduleAttrInterface());
    rewriter.replaceAllUsesWith(rows, gather->getResult(0));
  }
  rewriter.replaceAllUsesWith(dispatch.getOffsets(), plan->getResult(0));
  rewriter.replaceAllUsesWith(dispatch.getSlots(), slots);
  if (Attribute layer = dispatch->getDiscardableAttr("moe.layer"))
    plan->setDiscardableAttr("moe.layer", layer);
  rewriter.eraseOp(dispatch);
}

namespace {
struct PlanDispatchPass : moe::impl::PlanDispatchPassBase<PlanDispatchPass> {
  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    SmallVector<DispatchOp> dispatches;
    getOperation()->walk([&](DispatchOp op) {
      // Ops inside an expert region are level 1 until it is decomposed.
      if (!op->getParentOfType<ExpertOp>())
        dispatches.push_back(op);
    });
    for (DispatchOp op : dispatches)
      planDispatch(op, rewriter);
  }
};
} // namespace
