//===- ConvertMoeToLinalg.cpp - The moe to linalg pass --------------------===//
//
// Patterns live one op a file beside this one; this file is only the pass.
//
//===----------------------------------------------------------------------===//

#include "moe/Structured/Passes.h"

#include "Build.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Transforms/DialectConversion.h"
#include "moe/IR/Moe.h"
#include "moe/IR/Record.h"
#include "moe/IR/RegisterGate.h"
#include "moe/IR/RouteParts.h"
#include "moe/IR/SizeChecks.h"

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

/// What stays of the gates that another pass converts: of a route only its
/// gate; of a gate what a conversion says besides its results.
static void prepareGates(Operation *root) {
  IRRewriter rewriter(root->getContext());
  SmallVector<RouteOp> routes;
  root->walk([&](RouteOp op) { routes.push_back(op); });
  for (RouteOp op : routes) {
    rewriter.setInsertionPoint(op);
    splitRoute(op, rewriter);
  }
  SmallVector<GateOp> gates;
  root->walk([&](GateOp op) {
    if (isRegisterGate(op))
      gates.push_back(op);
  });
  for (GateOp op : gates) {
    rewriter.setInsertionPoint(op);
    ReferenceBuilder builder(op.getLoc(), rewriter);
    checkSizes(builder, op);
    rewriter.setInsertionPointAfter(op);
    recordGate(rewriter, op, op.getWeights(), op.getExperts());
    op->removeDiscardableAttr("moe.layer");
  }
}

/// What a conversion of these ops, which stay, says besides their results.
template <typename... Ops> static void assertSizesOf(Operation *root) {
  IRRewriter rewriter(root->getContext());
  auto assertSizes = [&](auto op) {
    rewriter.setInsertionPoint(op);
    ReferenceBuilder builder(op.getLoc(), rewriter);
    checkSizes(builder, op);
  };
  (root->walk([&](Ops op) { assertSizes(op); }), ...);
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
      assertSizesOf<GatherRowsOp, CombineRowsOp>(getOperation());
      target.addLegalOp<GatherRowsOp, CombineRowsOp>();
    }
    if (keepGates) {
      prepareGates(getOperation());
      target.addDynamicallyLegalOp<GateOp>(isRegisterGate);
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
