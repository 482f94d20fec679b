//===- FuseExperts.cpp - Expert regions to grouped matmuls ----------------===//
//
// Each value of the region that has to exist as rows becomes one op on all
// experts' rows: a grouped matmul with everything elementwise in its epilogue,
// or, for what a grouped matmul cannot do, a smaller expert region.
//
//===----------------------------------------------------------------------===//

#include "moe/Transforms/Passes.h"

#include "ExpertFuser.h"
#include "RowSource.h"
#include "moe/IR/SizeChecks.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/IR/Remarks.h"

namespace mlir::moe {
#define GEN_PASS_DEF_FUSEEXPERTSPASS
#include "moe/Transforms/Passes.h.inc"
} // namespace mlir::moe

using namespace mlir;
using namespace mlir::moe;

static constexpr auto kRemark =
    remark::RemarkOpts::name("FuseExperts").category("moe");

/// `value` is there when `op` runs.
static bool isDefinedBefore(Value value, Operation *op) {
  Operation *def = value.getDefiningOp();
  return !def || def->getBlock() != op->getBlock() || def->isBeforeInBlock(op);
}

/// Why the sum of `result` over tokens cannot be part of its matmul; empty: it
/// can, in `combine`.
static std::string findSum(ExpertFuser &fuser, OpResult result,
                           CombineOp &combine) {
  Operation *op = result.getOwner();
  for (Operation *user : result.getUsers())
    if (auto sum = dyn_cast<CombineOp>(user))
      combine = sum;
  if (!combine || combine->getBlock() != op->getBlock())
    return "the rows are not summed for tokens here";
  if (!result.hasOneUse())
    return "the rows that are summed are used elsewhere";
  if (combine.getWeights().getType().isDynamicDim(1))
    return "the number of slots a token is not static";
  if (!isDefinedBefore(combine.getWeights(), op) ||
      !isDefinedBefore(combine.getSlots(), op))
    return "the weights of the sum are defined after the expert";
  if (!fuser.canAccumulate(result.getResultNumber()))
    return "the rows that are summed are no result of a matmul of their own";
  return "";
}

/// Rewrites `op` and the combines that read it. False: nothing was done.
static bool fuseExpert(ExpertOp op, RewriterBase &rewriter) {
  auto missed = [&](Operation *at, const Twine &reason) {
    remark::missed(at->getLoc(), kRemark)
        << remark::reason("{0}", reason.str());
    return false;
  };
  if (op.getCrossRow())
    return missed(op, "the expert mixes rows");
  for (Value value : op.getBody().front().getTerminator()->getOperands())
    if (cast<RankedTensorType>(value.getType()).isDynamicDim(1))
      return missed(op, "the width of a result is not static");
  rewriter.setInsertionPoint(op);
  ExpertFuser probe(op, rewriter);
  if (llvm::none_of(op.getBody().front(), [&](Operation &inner) {
        return inner.getNumResults() == 1 &&
               probe.getBody().getContraction(inner.getResult(0));
      })) {
    Operation *opaque = probe.getBody().getFirstOpaqueOp();
    return missed(opaque ? opaque : op,
                  opaque ? "'" + opaque->getName().getStringRef() +
                               "' has no matmul form"
                         : Twine("the expert has no matmul"));
  }

  ReferenceBuilder checks(op.getLoc(), rewriter);
  checkSizes(checks, op, SizeProof::Bounds);
  for (auto [index, result] : llvm::enumerate(op.getResults())) {
    CombineOp combine;
    std::string why = findSum(probe, result, combine);
    if (combine && !why.empty())
      missed(combine, why);
    if (!why.empty()) {
      Value rows = probe.materialize(
          op.getBody().front().getTerminator()->getOperand(index));
      if (rows.getType() != result.getType())
        rows = tensor::CastOp::create(rewriter, op.getLoc(), result.getType(),
                                      rows);
      rewriter.replaceAllUsesWith(result, rows);
      continue;
    }
    ReferenceBuilder sumChecks(combine.getLoc(), rewriter);
    checkDispatchSlots(sumChecks, combine, SizeProof::Bounds);
    Value sum = probe.accumulate(index, combine);
    auto type = combine.getResult().getType();
    auto sumType = cast<RankedTensorType>(sum.getType());
    if (sumType.getElementType() != type.getElementType())
      sum = roundRows(rewriter, op.getLoc(), sum, type.getElementType());
    if (sum.getType() != type)
      sum = tensor::CastOp::create(rewriter, op.getLoc(), type, sum);
    rewriter.replaceOp(combine, sum);
  }
  if (Operation *opaque = probe.getBody().getFirstOpaqueOp())
    missed(opaque, "'" + opaque->getName().getStringRef() +
                       "' stays in an expert region");
  remark::passed(op.getLoc(), kRemark)
      << remark::metric("matmuls", probe.getNumMatmuls())
      << remark::metric("regions", probe.getNumRegions());
  rewriter.eraseOp(op);
  return true;
}

namespace {
struct FuseExpertsPass : moe::impl::FuseExpertsPassBase<FuseExpertsPass> {
  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    SmallVector<ExpertOp> experts;
    getOperation()->walk([&](ExpertOp op) {
      // A region stays level 1 until it is decomposed itself.
      if (!op->getParentOfType<ExpertOp>())
        experts.push_back(op);
    });
    for (ExpertOp op : experts)
      fuseExpert(op, rewriter);
  }
};
} // namespace
