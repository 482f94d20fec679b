//===- KeptOps.cpp - What stays for the code of a machine -----------------===//

#include "KeptOps.h"

#include "Build.h"
#include "moe/IR/Record.h"
#include "moe/IR/RegisterGate.h"
#include "moe/IR/RouteParts.h"
#include "moe/IR/SizeChecks.h"

using namespace mlir;
using namespace mlir::moe;

template <typename Op>
static void forEachOp(Operation *root,
                      function_ref<void(Op, IRRewriter &)> body) {
  IRRewriter rewriter(root->getContext());
  SmallVector<Op> ops;
  root->walk([&](Op op) { ops.push_back(op); });
  for (Op op : ops) {
    rewriter.setInsertionPoint(op);
    body(op, rewriter);
  }
}

void moe::splitRoutes(Operation *root) {
  forEachOp<RouteOp>(
      root, [](RouteOp op, IRRewriter &rewriter) { splitRoute(op, rewriter); });
}

void moe::prepareGates(Operation *root) {
  forEachOp<GateOp>(root, [](GateOp op, IRRewriter &rewriter) {
    if (!isRegisterGate(op))
      return;
    ReferenceBuilder builder(op.getLoc(), rewriter);
    checkSizes(builder, op);
    rewriter.setInsertionPointAfter(op);
    recordGate(rewriter, op, op.getWeights(), op.getExperts());
    op->removeDiscardableAttr("moe.layer");
  });
}

/// What a plan without a capacity and without weights makes of the same slots.
static void applyCapacity(PlanOp op, ReferenceBuilder &builder) {
  Value served = buildServedExperts(builder, PlanInputs(op));
  op.getExpertsMutable().assign(
      builder.castTo(served, op.getExperts().getType()));
  op.getWeightsMutable().clear();
  op.getCapacityMutable().clear();
  op.removePriorityAttr();
  op.removeSegmentAttr();
}

void moe::preparePlans(Operation *root) {
  forEachOp<PlanOp>(root, [](PlanOp op, IRRewriter &rewriter) {
    ReferenceBuilder builder(op.getLoc(), rewriter);
    checkSizes(builder, op);
    assertSlotCount(builder, PlanInputs(op));
    if (op.getCapacity())
      applyCapacity(op, builder);
    rewriter.setInsertionPointAfter(op);
    ReferenceBuilder behind(op.getLoc(), rewriter);
    Value offsets = op.getResult(0);
    assertRowBound(behind, PlanInputs(op), offsets);
    recordDispatch(rewriter, op, offsets);
    op->removeDiscardableAttr("moe.layer");
  });
}

void moe::prepareRows(Operation *root) {
  auto assertSizes = [](auto op, IRRewriter &rewriter) {
    ReferenceBuilder builder(op.getLoc(), rewriter);
    checkSizes(builder, op);
  };
  forEachOp<GatherRowsOp>(root, assertSizes);
  forEachOp<CombineRowsOp>(root, assertSizes);
}
