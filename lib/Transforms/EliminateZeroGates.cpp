//===- EliminateZeroGates.cpp - Compute nothing for a zero gate -----------===//

#include "moe/Transforms/Passes.h"

#include "RaiseEinsums.h"
#include "RaiseExperts.h"
#include "RaiseGating.h"
#include "RaiseUnrolled.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Transforms/RegionUtils.h"

namespace mlir::moe {
#define GEN_PASS_DEF_ELIMINATEZEROGATESPASS
#include "moe/Transforms/Passes.h.inc"
} // namespace mlir::moe

using namespace mlir;
using namespace mlir::moe;

/// Removes what nobody reads any more: the terms of sums that were raised.
static void eraseDead(Operation *root, RewriterBase &rewriter) {
  bool changed = true;
  while (changed) {
    changed = succeeded(runRegionDCE(rewriter, root->getRegions()));
    SmallVector<Operation *> dead;
    root->walk([&](Operation *op) {
      if (!op->isRegistered() && isDead(op))
        dead.push_back(op);
    });
    for (Operation *op : dead) {
      rewriter.eraseOp(op);
      changed = true;
    }
  }
}

namespace {
struct EliminateZeroGatesPass
    : moe::impl::EliminateZeroGatesPassBase<EliminateZeroGatesPass> {
  using Base::Base;
  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    raiseGating(getOperation(), assumeFinite, rewriter);
    raiseEinsums(getOperation(), assumeFinite, rewriter);
    raiseExperts(getOperation(), assumeFinite, rewriter);
    raiseUnrolled(getOperation(), assumeFinite, rewriter);
    eraseDead(getOperation(), rewriter);
  }
};
} // namespace
