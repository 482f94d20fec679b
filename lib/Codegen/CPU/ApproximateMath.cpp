//===- ApproximateMath.cpp - Functions of vectors by polynomials ----------===//

#include "moe/Codegen/CPU/Passes.h"

#include "KeyList.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace mlir::moe {
#define GEN_PASS_DEF_APPROXIMATEMATHPASS
#include "moe/Codegen/CPU/Passes.h.inc"
} // namespace mlir::moe

using namespace mlir;
using namespace mlir::moe;

/// `x`, or `bound` where `x` compares to it as `predicate` says: NaN stays, and
/// so this is one instruction.
static Value buildBound(ImplicitLocOpBuilder &b, Value x,
                        arith::CmpFPredicate predicate, double bound) {
  Value limit = buildSplat(b, x.getType(), bound);
  Value isPast = arith::CmpFOp::create(b, predicate, x, limit);
  return arith::SelectOp::create(b, isPast, limit, x);
}

namespace {
/// With n the integer next to x / ln 2 and r = x - n ln 2, exp(x) is
/// exp(r) 2^n, and exp(r) a polynomial (Cody and Waite 1980).
struct ExpToPolynomial : OpRewritePattern<math::ExpOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(math::ExpOp op,
                                PatternRewriter &rewriter) const override {
    Type type = op.getType();
    if (!getElementTypeOrSelf(type).isF32())
      return rewriter.notifyMatchFailure(op, "expects f32");
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    auto real = [&](double value) { return buildSplat(b, type, value); };
    auto fma = [&](Value x, Value y, Value z) -> Value {
      return math::FmaOp::create(b, x, y, z);
    };
    // Past these the result is infinite or, twice as far down as need be, made
    // of two factors that are 0: so -inf costs no product that underflows.
    Value x = buildBound(b, op.getOperand(), arith::CmpFPredicate::OGT, 89.0);
    x = buildBound(b, x, arith::CmpFPredicate::OLT, -176.0);

    // Floats of [2^23, 2^24) are integers: the sum is n, rounded, in its last
    // bits, plus twice the bias of exponents.
    Value shift = real(0x1.8p23 + 2 * 127);
    Value shifted = fma(x, real(0x1.715476p+0), shift);
    Value n = arith::SubFOp::create(b, shifted, shift);
    Value r = fma(n, real(-0x1.62e43p-1), x); // exact
    r = fma(n, real(0x1.05c61p-29), r);
    // The least relative error over |r| <= ln 2 / 2 of those that start with
    // 1 + r: 3.1e-9.
    Value power = real(0x1.6a2434p-10);
    for (double coefficient :
         {0x1.1239e2p-7, 0x1.5558f2p-5, 0x1.555492p-3, 0x1.fffffcp-2, 1.0, 1.0})
      power = fma(power, r, real(coefficient));

    // 2^n as two factors whose exponents fit: only the last product rounds.
    Type integers = b.getI32Type();
    if (auto vector = dyn_cast<VectorType>(type))
      integers = vector.clone(integers);
    Value bits = arith::BitcastOp::create(b, integers, shifted);
    Value half =
        arith::ShRUIOp::create(b, bits, buildSplat(b, integers, int64_t(1)));
    Value rest = arith::SubIOp::create(b, bits, half);
    for (Value exponent : {half, rest}) {
      Value factor = arith::ShLIOp::create(
          b, exponent, buildSplat(b, integers, int64_t(23)));
      power = arith::MulFOp::create(b, power,
                                    arith::BitcastOp::create(b, type, factor));
    }
    rewriter.replaceOp(op, power);
    return success();
  }
};

struct ApproximateMathPass
    : moe::impl::ApproximateMathPassBase<ApproximateMathPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<ExpToPolynomial>(&getContext());
    // Those that are right everywhere: others lose range (sin), denormals (log,
    // exp) or infinities (cbrt), and call the C library.
    populateMathPolynomialApproximationPatterns(patterns, [](StringRef name) {
      name.consume_front("math.");
      return llvm::is_contained<StringRef>({"expm1", "log1p", "tanh", "erf"},
                                           name);
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
