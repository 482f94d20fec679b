//===- ConvertMoeToLinalg.cpp - The moe to linalg pass --------------------===//
//
// Patterns live one op a file beside this one; this file is only the pass.
//
//===----------------------------------------------------------------------===//

#include "moe/Structured/Passes.h"

#include "KeptOps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Transforms/DialectConversion.h"
#include "moe/IR/Moe.h"
#include "moe/IR/RegisterGate.h"

namespace mlir::moe {
#define GEN_PASS_DEF_CONVERTMOETOLINALGPASS
#include "moe/Structured/Passes.h.inc"
} // namespace mlir::moe

using namespace mlir;
using namespace mlir::moe;

/// Ops of level 2 may be on memrefs, which this route has no meaning for.
static LogicalResult checkTensors(Operation *root) {
  WalkResult result = root->walk([](DestinationStyleOpInterface op) {
    if (!isa<MoeDialect>(op->getDialect()) || op.hasPureTensorSemantics())
      return WalkResult::advance();
    op->emitOpError("expects tensors, found memrefs");
    return WalkResult::interrupt();
  });
  return failure(result.wasInterrupted());
}

namespace {
struct ConvertMoeToLinalgPass
    : moe::impl::ConvertMoeToLinalgPassBase<ConvertMoeToLinalgPass> {
  using Base::Base;

  LogicalResult initialize(MLIRContext *context) override {
    RewritePatternSet set(context);
    populateGateToLinalgPatterns(set);
    populateRandomToLinalgPatterns(set);
    populateDispatchToLinalgPatterns(set);
    populateExpertToLinalgPatterns(set);
    if (keepRows)
      populateCombineToCombineRowsPatterns(set);
    else
      populateCombineToLinalgPatterns(set);
    populatePlanToLinalgPatterns(set);
    populateRouteToLinalgPatterns(set);
    populateGroupedMatmulToLinalgPatterns(set);
    populateGatherRowsToLinalgPatterns(set);
    populateCombineRowsToLinalgPatterns(set);
    populateImportedSortToLinalgPatterns(set);
    populateImportedScanToLinalgPatterns(set);
    populateImportedScatterToLinalgPatterns(set);
    populateSoftmaxToLinalgPatterns(set);
    patterns = std::move(set);
    return success();
  }

  void runOnOperation() override {
    if (failed(checkTensors(getOperation())))
      return signalPassFailure();
    ConversionTarget target(getContext());
    target.addIllegalDialect<MoeDialect>();
    // The yields leave with the ops whose regions they end.
    target.addLegalOp<YieldOp>();
    target.addDynamicallyLegalOp<linalg::SoftmaxOp>(
        [](linalg::SoftmaxOp op) { return !op.hasPureTensorSemantics(); });
    if (keepGroupedMatmul)
      target.addLegalOp<GroupedMatmulOp>();
    if (keepRows) {
      prepareRows(getOperation());
      target.addLegalOp<GatherRowsOp, CombineRowsOp>();
    }
    if (keepGates || keepPlans)
      splitRoutes(getOperation());
    if (keepGates) {
      prepareGates(getOperation());
      target.addDynamicallyLegalOp<GateOp>(isRegisterGate);
    }
    if (keepPlans) {
      preparePlans(getOperation());
      target.addLegalOp<PlanOp>();
    }
    // Not registered, but known.
    for (StringRef name :
         {"tm_tensor.sort", "tm_tensor.scatter", "tm_tensor.scan"})
      target.setOpAction(OperationName(name, &getContext()),
                         ConversionTarget::LegalizationAction::Illegal);
    target.markUnknownOpDynamicallyLegal([](Operation *) { return true; });
    if (failed(applyPartialConversion(getOperation(), target, patterns)))
      signalPassFailure();
  }

  FrozenRewritePatternSet patterns;
};
} // namespace
