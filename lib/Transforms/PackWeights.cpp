//===- PackWeights.cpp - Weights in the order that kernels read them ------===//

#include "moe/Transforms/Passes.h"

#include "ConstantWeights.h"
#include "ParameterValues.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Remarks.h"
#include "mlir/IR/TypeUtilities.h"
#include "moe/IR/Moe.h"
#include "moe/IR/SizeChecks.h"

namespace mlir::moe {
#define GEN_PASS_DEF_PACKWEIGHTSPASS
#include "moe/Transforms/Passes.h.inc"
} // namespace mlir::moe

using namespace mlir;
using namespace mlir::moe;

static constexpr auto kRemark =
    remark::RemarkOpts::name("PackWeights").category("moe");

/// `[E,K,N]`, or `[E,N,K]`, as `[E, panels, groups, columns * group]`.
static Value packWeight(ReferenceBuilder &b, Value weight, bool transposed,
                        PackingAttr packing) {
  int64_t depthDim = transposed ? 2 : 1, columnDim = transposed ? 1 : 2;
  SmallVector<int64_t> dims{columnDim, depthDim};
  SmallVector<OpFoldResult> tiles{b.getIndexAttr(packing.getColumns()),
                                  b.getIndexAttr(packing.getGroup())};
  SmallVector<int64_t> order{0, columnDim, depthDim};
  Type element = getElementTypeOrSelf(weight.getType());
  Value init = linalg::PackOp::createDestinationTensor(b, b.getLoc(), weight,
                                                       tiles, dims, order);
  Value packed = linalg::PackOp::create(b, weight, init, dims, tiles,
                                        b.real(element, 0.0), order)
                     ->getResult(0);
  return tensor::CollapseShapeOp::create(
      b, packed, ArrayRef<ReassociationIndices>{{0}, {1}, {2}, {3, 4}});
}

/// Packing pays ahead of calls; within one it would copy what experts without
/// rows have, too, where kernels copy the blocks that they read.
static bool shouldPack(GroupedMatmulOp op, CPUScheduleAttr schedule,
                       const ParameterValues &values) {
  return schedule.getDepth() == 0 || schedule.getPrefetch() ||
         llvm::all_of(op.getWeights(),
                      [&](Value v) { return values.isKnown(v); });
}

/// Says which weights each call copies or packs, and why.
static void explain(GroupedMatmulOp op, bool packs,
                    const ParameterValues &values) {
  for (auto [i, weight] : llvm::enumerate(op.getWeights())) {
    if (values.isKnown(weight))
      continue;
    remark::missed(op.getLoc(), kRemark)
        << remark::reason("{0}", values.whyNotKnown(weight))
        << remark::metric("weight", i) << remark::metric("packed", packs);
  }
}

static void packWeights(GroupedMatmulOp op, const ParameterValues &values,
                        RewriterBase &rewriter) {
  auto schedule = dyn_cast_or_null<CPUScheduleAttr>(op.getScheduleAttr());
  if (!schedule || op.getPacked() || !op.hasPureTensorSemantics())
    return;
  rewriter.setInsertionPoint(op);
  ReferenceBuilder b(op.getLoc(), rewriter);
  checkSizes(b, op); // kernels trust them
  bool packs = shouldPack(op, schedule, values);
  explain(op, packs, values);
  if (!packs)
    return;
  auto packing = PackingAttr::get(op.getContext(), schedule.getColumns(),
                                  schedule.getGroup());
  SmallVector<Value> packed;
  for (Value weight : op.getWeights()) {
    if (isConstantWeight(weight)) {
      packed.push_back(
          packConstantWeight(b, weight, op.getTransposed(), packing));
      continue;
    }
    OpBuilder::InsertionGuard guard(b);
    if (values.isKnown(weight)) // out of loops around
      b.setInsertionPoint(
          values.getFunction().front().findAncestorOpInBlock(*op));
    packed.push_back(packWeight(b, weight, op.getTransposed(), packing));
  }
  rewriter.modifyOpInPlace(op, [&] {
    op.getWeightsMutable().assign(packed);
    op.setTransposed(false);
    op.setPackedAttr(packing);
  });
}

namespace {
struct PackWeightsPass : moe::impl::PackWeightsPassBase<PackWeightsPass> {
  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    SmallVector<GroupedMatmulOp> ops;
    getOperation()->walk([&](GroupedMatmulOp op) { ops.push_back(op); });
    std::optional<ParameterValues> values;
    for (GroupedMatmulOp op : ops) {
      auto function = op->getParentOfType<func::FuncOp>();
      if (!values || values->getFunction() != function)
        values.emplace(function);
      packWeights(op, *values, rewriter);
    }
  }
};
} // namespace
