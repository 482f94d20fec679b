//===- CallLibm.cpp - Functions of numbers to calls of the C library ------===//
//
//   math.expm1 %x : f32        ==>   call @expm1f(%x)
//   math.copysign %x, %y       stays: the C library's patterns know none
//
// Upstream's pass takes everything that stays for an error.
//
//===----------------------------------------------------------------------===//

#include "moe/Codegen/Passes.h"

#include "mlir/Conversion/MathToLibm/MathToLibm.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Transforms/DialectConversion.h"

namespace mlir::moe {
#define GEN_PASS_DEF_CALLLIBMPASS
#include "moe/Codegen/Passes.h.inc"
} // namespace mlir::moe

using namespace mlir;
using namespace mlir::moe;

/// LLVM's form of `op` loses small numbers, and the C library has a better one.
static bool isLossy(Operation *op) {
  if (!isa<math::ExpM1Op, math::Log1pOp>(op))
    return false;
  Type type = op->getResult(0).getType();
  auto vector = dyn_cast<VectorType>(type);
  return isa<Float16Type, BFloat16Type, Float32Type, Float64Type>(
      vector && !vector.isScalable() ? vector.getElementType() : type);
}

namespace {
struct CallLibmPass : moe::impl::CallLibmPassBase<CallLibmPass> {
  using CallLibmPassBase::CallLibmPassBase;

  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    populateMathToLibmConversionPatterns(patterns);
    // Of math nothing is said: what has no pattern stays as it is.
    ConversionTarget target(getContext());
    target.addLegalDialect<arith::ArithDialect, func::FuncDialect,
                           vector::VectorDialect>();
    if (onlyLossy)
      target.markUnknownOpDynamicallyLegal(
          [](Operation *op) { return !isLossy(op); });
    if (failed(applyPartialConversion(getOperation(), target,
                                      std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
