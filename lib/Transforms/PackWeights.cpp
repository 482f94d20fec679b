//===- PackWeights.cpp - Weights in the order that kernels read them ------===//

#include "moe/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/TypeUtilities.h"
#include "moe/IR/Moe.h"
#include "moe/IR/SizeChecks.h"
#include "moe/Transforms/TargetConversion.h"

namespace mlir::moe {
#define GEN_PASS_DEF_PACKWEIGHTSPASS
#include "moe/Transforms/Passes.h.inc"
} // namespace mlir::moe

using namespace mlir;
using namespace mlir::moe;

/// Two for bf16 times bf16 where the target multiplies pairs, of a register
/// that it has.
static int64_t chooseGroup(GroupedMatmulOp op, CPUScheduleAttr schedule,
                           const Target &target) {
  auto isBF16 = [](Value value) {
    return getElementTypeOrSelf(value.getType()).isBF16();
  };
  bool pairs = isBF16(op.getRows()) && llvm::all_of(op.getWeights(), isBF16);
  bool fits = llvm::is_contained({4, 8, 16}, schedule.getLanes());
  return pairs && fits && hasFeature(target, "avx512bf16") ? 2 : 1;
}

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

static void packWeights(GroupedMatmulOp op, const Target &target,
                        RewriterBase &rewriter) {
  auto schedule = dyn_cast_or_null<CPUScheduleAttr>(op.getScheduleAttr());
  if (!schedule || op.getPacked() || !op.hasPureTensorSemantics())
    return;
  rewriter.setInsertionPoint(op);
  ReferenceBuilder b(op.getLoc(), rewriter);
  checkSizes(b, op); // no type names K and N twice any more
  auto packing = PackingAttr::get(op.getContext(), schedule.getColumns(),
                                  chooseGroup(op, schedule, target));
  SmallVector<Value> packed;
  for (Value weight : op.getWeights())
    packed.push_back(packWeight(b, weight, op.getTransposed(), packing));
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
    Target target = getTargetOf(getOperation());
    getOperation()->walk(
        [&](GroupedMatmulOp op) { packWeights(op, target, rewriter); });
  }
};
} // namespace
