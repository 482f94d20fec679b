//===- PlanDispatch.cpp - Dispatch and combine to their level-2 forms -----===//

#include "moe/Transforms/Passes.h"

#include "moe/IR/Moe.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
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

/// The combines that sum rows of this dispatch for its tokens. One whose slots
/// count differently (other tokens, other slots a token) stays as it is.
static SmallVector<CombineOp> getCombines(DispatchOp dispatch) {
  SmallVector<CombineOp> combines;
  for (Operation *user : dispatch.getSlots().getUsers())
    if (auto combine = dyn_cast<CombineOp>(user))
      if (combine.getSlots() == dispatch.getSlots() &&
          (combine.getWeights() == dispatch.getWeights() ||
           combine.getWeights().getType().getShape() ==
               dispatch.getExperts().getType().getShape()))
        combines.push_back(combine);
  return combines;
}

static void planDispatch(DispatchOp dispatch, RewriterBase &rewriter) {
  Location loc = dispatch.getLoc();
  int64_t slotsPerToken = dispatch.getExperts().getType().getDimSize(1);
  if (ShapedType::isDynamic(slotsPerToken)) {
    remark::missed(loc, kRemark)
        << remark::reason("{0}", "the number of slots a token is not static");
    return;
  }
  SmallVector<CombineOp> combines = getCombines(dispatch);
  rewriter.setInsertionPoint(dispatch);
  ReifiedRankedShapedTypeDims shapes;
  if (failed(dispatch.reifyResultShapes(rewriter, shapes))) {
    remark::missed(loc, kRemark)
        << remark::reason("{0}", "the sizes of the results are not known");
    return;
  }
  unsigned numRows = dispatch.getRows().size();
  RankedTensorType expertsType = dispatch.getExperts().getType();
  SmallVector<Value> outs{
      emptyLike(rewriter, loc, dispatch.getOffsets().getType(),
                shapes[numRows]),
      emptyLike(rewriter, loc, dispatch.getSlots().getType(),
                shapes[numRows + 1])};
  if (!combines.empty())
    outs.push_back(
        emptyLike(rewriter, loc, expertsType,
                  tensor::getMixedSizes(rewriter, loc, dispatch.getExperts())));
  auto plan =
      PlanOp::create(rewriter, loc, ValueRange(outs).getTypes(),
                     dispatch.getExperts(), dispatch.getWeights(),
                     dispatch.getCapacity(), outs, dispatch.getPriorityAttr(),
                     dispatch.getSegmentAttr(), ScheduleAttrInterface());
  Value slots = plan->getResult(1);

  for (CombineOp combine : combines) {
    rewriter.setInsertionPoint(combine);
    RankedTensorType type = combine.getResult().getType();
    Value init =
        emptyLike(rewriter, loc, type,
                  {tensor::getMixedSize(rewriter, loc, combine.getWeights(), 0),
                   tensor::getMixedSize(rewriter, loc, combine.getRows(), 1)});
    auto sum = CombineRowsOp::create(
        rewriter, combine.getLoc(), TypeRange{type}, combine.getRows(), slots,
        plan->getResult(2),
        combine.getUnweighted() ? Value() : combine.getWeights(), init,
        ScheduleAttrInterface());
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
