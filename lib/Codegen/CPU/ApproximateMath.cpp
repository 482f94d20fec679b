//===- ApproximateMath.cpp - Functions of vectors by polynomials ----------===//

#include "moe/Codegen/CPU/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace mlir::moe {
#define GEN_PASS_DEF_APPROXIMATEMATHPASS
#include "moe/Codegen/CPU/Passes.h.inc"
} // namespace mlir::moe

using namespace mlir;
using namespace mlir::moe;

namespace {
struct ApproximateMathPass
    : moe::impl::ApproximateMathPassBase<ApproximateMathPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    // Those that are right everywhere: others lose range (sin), denormals (log)
    // or infinities (cbrt), and call the C library.
    populateMathPolynomialApproximationPatterns(patterns, [](StringRef name) {
      name.consume_front("math.");
      return llvm::is_contained<StringRef>(
          {"exp", "expm1", "log1p", "tanh", "erf"}, name);
    });
    SmallVector<Operation *> ops;
    getOperation()->walk([&](Operation *op) {
      // LLVM's forms of these lose small numbers, on scalars too.
      bool isLossy = isa<math::ExpM1Op, math::Log1pOp>(op);
      // Calls would keep LLVM from making vectors of a loop.
      bool isLoop =
          isa<math::ExpOp>(op) && isa<scf::ParallelOp>(op->getParentOp());
      if (isLossy || isLoop ||
          (isa<math::MathDialect>(op->getDialect()) &&
           op->getNumResults() == 1 &&
           isa<VectorType>(op->getResult(0).getType())))
        ops.push_back(op);
    });
    // Not the users of these.
    GreedyRewriteConfig config;
    config.setStrictness(GreedyRewriteStrictness::ExistingAndNewOps);
    if (failed(applyOpPatternsGreedily(ops, std::move(patterns), config)))
      signalPassFailure();
  }
};
} // namespace
