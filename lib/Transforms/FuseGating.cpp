//===- FuseGating.cpp - Projection, gate and plan to one op ---------------===//

#include "moe/Transforms/Passes.h"

#include "Projection.h"
#include "RaiseGating.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Remarks.h"

namespace mlir::moe {
#define GEN_PASS_DEF_FUSEGATINGPASS
#include "moe/Transforms/Passes.h.inc"
} // namespace mlir::moe

using namespace mlir;
using namespace mlir::moe;

static constexpr auto kRemark =
    remark::RemarkOpts::name("FuseGating").category("moe");

/// All uses of `value` end, through ops without effects, at `op`: after the
/// rewrite nobody computes it any more.
static bool isOnlyUsedBy(Value value, Operation *op) {
  return llvm::all_of(value.getUsers(), [&](Operation *user) {
    return user == op || (isa<linalg::LinalgOp, tensor::CastOp>(user) &&
                          llvm::all_of(user->getResults(), [&](Value v) {
                            return isOnlyUsedBy(v, op);
                          }));
  });
}

/// The plan of exactly this gate's slots, placed so that it can be part of the
/// route.
static PlanOp getPlan(GateOp gate) {
  for (Operation *user : gate.getExperts().getUsers()) {
    auto plan = dyn_cast<PlanOp>(user);
    if (!plan || plan->getBlock() != gate->getBlock() ||
        plan.getExperts() != gate.getExperts() ||
        plan.getWeights() != gate.getWeights())
      continue;
    Operation *capacity =
        plan.getCapacity() ? plan.getCapacity().getDefiningOp() : nullptr;
    if (capacity && capacity->getBlock() == gate->getBlock() &&
        !capacity->isBeforeInBlock(gate))
      continue;
    return plan;
  }
  return nullptr;
}

static void fuseGating(GateOp gate, RewriterBase &rewriter) {
  Location loc = gate.getLoc();
  std::string why;
  auto missed = [&](StringRef reason) {
    remark::missed(loc, kRemark) << remark::reason("{0}", reason);
  };
  auto projection = matchProjection(gate.getLogits(), why);
  if (failed(projection))
    return missed(why);
  if (!isOnlyUsedBy(projection->product, gate))
    return missed("the logits are used elsewhere");
  // The op computes in the type that its input has.
  auto isF64 = [](Value v) {
    return getElementTypeOrSelf(v.getType()).isF64();
  };
  if (isF64(gate.getLogits()) != isF64(projection->input))
    return missed("the projection and the gate compute in different types");

  // Noise scaled by a projection of the same input goes into the op; any
  // other noise stays an operand.
  Value noise = gate.getNoise(), noiseProjection;
  if (noise) {
    auto scaled = matchScaledNoise(noise, why);
    if (succeeded(scaled) && scaled->projection.input == projection->input &&
        scaled->projection.transposed == projection->transposed &&
        isOnlyUsedBy(scaled->projection.product, gate)) {
      noise = scaled->numbers;
      noiseProjection = scaled->projection.weight;
    }
  }

  rewriter.setInsertionPoint(gate);
  ReifiedRankedShapedTypeDims shapes;
  if (failed(gate.reifyResultShapes(rewriter, shapes)))
    return missed("the sizes of the results are not known");
  PlanOp plan = getPlan(gate);
  SmallVector<Value> outs{
      tensor::EmptyOp::create(rewriter, loc, shapes[0],
                              gate.getWeights().getType().getElementType()),
      tensor::EmptyOp::create(rewriter, loc, shapes[1],
                              gate.getExperts().getType().getElementType())};
  if (plan) {
    // The plan's destinations are storage; made anew before the gate.
    OpBuilder::InsertionGuard guard(rewriter);
    for (Value out : plan.getOuts()) {
      auto empty = out.getDefiningOp<tensor::EmptyOp>();
      if (!empty)
        return missed("the plan writes to a value that is not empty");
      SmallVector<OpFoldResult> sizes = empty.getMixedSizes();
      for (OpFoldResult &size : sizes) {
        auto value = dyn_cast<Value>(size);
        Operation *def = value ? value.getDefiningOp() : nullptr;
        // Sizes come from sizes of the gate's results: those of its logits.
        if (def && def->getBlock() == gate->getBlock() &&
            gate->isBeforeInBlock(def))
          size = OpFoldResult();
      }
      if (llvm::any_of(sizes, [](OpFoldResult s) { return s.isNull(); })) {
        Value tokens = getValueOrCreateConstantIndexOp(
            rewriter, loc,
            tensor::getMixedSize(rewriter, loc, gate.getLogits(), 0));
        Value perToken = arith::ConstantIndexOp::create(
            rewriter, loc, gate.getExperts().getType().getDimSize(1));
        sizes[0] = sizes.size() == 1
                       ? OpFoldResult(arith::MulIOp::create(rewriter, loc,
                                                            tokens, perToken)
                                          .getResult())
                       : OpFoldResult(tokens);
      }
      outs.push_back(tensor::EmptyOp::create(
          rewriter, loc, sizes, getElementTypeOrSelf(out.getType())));
    }
  }
  // Both places stay known: the gate's first, then the plan's.
  Location place =
      plan ? rewriter.getFusedLoc({loc, plan.getLoc()}) : gate.getLoc();
  auto route = RouteOp::create(
      rewriter, place, ValueRange(outs).getTypes(), projection->input,
      projection->weight, projection->bias, noiseProjection, gate.getBias(),
      noise, gate.getMask(), gate.getThresholds(), gate.getUniform(),
      gate.getCapacity(), plan ? plan.getCapacity() : Value(), outs,
      gate.getRouter(), projection->transposed,
      plan ? plan.getPriorityAttr() : PriorityAttr(),
      plan ? plan.getSegmentAttr() : IntegerAttr(), ScheduleAttrInterface());
  rewriter.inlineRegionBefore(gate.getScore(), route.getScore(),
                              route.getScore().end());
  if (Attribute layer = gate->getDiscardableAttr("moe.layer"))
    route->setDiscardableAttr("moe.layer", layer);
  auto replace = [&](Value from, Value to) {
    if (from.getType() != to.getType())
      to = tensor::CastOp::create(rewriter, loc, from.getType(), to);
    rewriter.replaceAllUsesWith(from, to);
  };
  rewriter.setInsertionPointAfter(route);
  replace(gate.getWeights(), route->getResult(0));
  replace(gate.getExperts(), route->getResult(1));
  if (plan) {
    for (auto [index, result] : llvm::enumerate(plan.getResults()))
      replace(result, route->getResult(2 + index));
    rewriter.eraseOp(plan);
  }
  rewriter.eraseOp(gate);
  remark::passed(loc, kRemark)
      << remark::metric("planned", bool(plan))
      << remark::metric("noise_projected", bool(noiseProjection));
}

namespace {
struct FuseGatingPass : moe::impl::FuseGatingPassBase<FuseGatingPass> {
  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    raiseGating(getOperation(), /*assumeFinite=*/false, rewriter);
    SmallVector<GateOp> gates;
    getOperation()->walk([&](GateOp op) {
      if (!op->getParentOfType<ExpertOp>())
        gates.push_back(op);
    });
    for (GateOp gate : gates)
      fuseGating(gate, rewriter);
  }
};
} // namespace
