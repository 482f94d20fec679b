//===- ConvertMoeToLinalg.cpp - The moe to linalg pass --------------------===//
//
// Patterns live one op a file beside this one; this file is only the pass.
//
//===----------------------------------------------------------------------===//

#include "moe/Structured/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Transforms/DialectConversion.h"
#include "moe/IR/Moe.h"

namespace mlir::moe {
#define GEN_PASS_DEF_CONVERTMOETOLINALGPASS
#include "moe/Structured/Passes.h.inc"
} // namespace mlir::moe

using namespace mlir;
using namespace mlir::moe;

namespace {
struct ConvertMoeToLinalgPass
    : moe::impl::ConvertMoeToLinalgPassBase<ConvertMoeToLinalgPass> {
  void runOnOperation() override {
    MLIRContext *context = &getContext();
    RewritePatternSet patterns(context);
    populateGroupedMatmulToLinalgPatterns(patterns);
    populateGatherRowsToLinalgPatterns(patterns);
    populateCombineRowsToLinalgPatterns(patterns);

    ConversionTarget target(*context);
    target.addIllegalOp<GroupedMatmulOp, GatherRowsOp, CombineRowsOp>();
    target.markUnknownOpDynamicallyLegal([](Operation *) { return true; });
    if (failed(applyPartialConversion(getOperation(), target,
                                      std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
