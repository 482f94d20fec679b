//===- EliminateZeroGates.cpp - Compute nothing for a zero gate -----------===//

#include "moe/Transforms/Passes.h"

#include "RaiseExperts.h"
#include "RaiseGating.h"

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

namespace {
struct EliminateZeroGatesPass
    : moe::impl::EliminateZeroGatesPassBase<EliminateZeroGatesPass> {
  using Base::Base;
  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    raiseGating(getOperation(), rewriter);
    raiseExperts(getOperation(), assumeFinite, rewriter);
    // The terms that nobody sums any more.
    (void)runRegionDCE(rewriter, getOperation()->getRegions());
  }
};
} // namespace
