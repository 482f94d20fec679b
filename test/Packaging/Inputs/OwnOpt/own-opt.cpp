//===- own-opt.cpp - An opt tool of another project -----------------------===//

#include "moe/IR/Extensions.h"
#include "moe/IR/Moe.h"
#include "moe/Pipeline/Passes.h"
#include "moe/Structured/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/DialectImplementation.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "llvm/ADT/TypeSwitch.h"

#include "OwnDialect.h.inc"
#define GET_ATTRDEF_CLASSES
#include "OwnAttrs.h.inc"

#include "OwnDialect.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "OwnAttrs.cpp.inc"

using namespace mlir;

void own::OwnDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "OwnAttrs.cpp.inc"
      >();
}

bool own::TanhAttr::isMonotone() const { return true; }
bool own::TanhAttr::mapsZeroToZero() const { return true; }
bool own::TanhAttr::usesRegion() const { return false; }
Value own::TanhAttr::buildReference(OpBuilder &builder, Location loc,
                                    Value logits, Region *) const {
  return math::TanhOp::create(builder, loc, logits);
}

namespace {

/// Gives every gate this project's score.
struct UseTanhPass : PassWrapper<UseTanhPass, OperationPass<func::FuncOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(UseTanhPass)
  StringRef getArgument() const override { return "own-use-tanh"; }
  void getDependentDialects(DialectRegistry &registry) const override {
    registry.insert<own::OwnDialect>();
  }
  void runOnOperation() override {
    getOperation().walk([](moe::GateOp gate) {
      moe::RouterAttr router = gate.getRouter();
      gate.setRouterAttr(moe::RouterAttr::get(
          gate.getContext(), own::TanhAttr::get(gate.getContext()),
          router.getSelect(), router.getNormalize(), router.getScale()));
    });
  }
};

/// Lowers gates, and nothing else, with the patterns of the package.
struct LowerGatesPass : PassWrapper<LowerGatesPass, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(LowerGatesPass)
  StringRef getArgument() const override { return "own-lower-gates"; }
  void getDependentDialects(DialectRegistry &registry) const override {
    registry
        .insert<arith::ArithDialect, linalg::LinalgDialect, math::MathDialect,
                scf::SCFDialect, tensor::TensorDialect>();
  }
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    moe::populateGateToLinalgPatterns(patterns);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace

/// This project's pass, then the package's pipeline.
static void buildOwnPipeline(OpPassManager &pm) {
  pm.addNestedPass<func::FuncOp>(std::make_unique<UseTanhPass>());
  moe::RouteOptions options;
  options.stopAfter = moe::Stage::Structured;
  moe::buildRoutePipeline(pm, options);
}

int main(int argc, char **argv) {
  DialectRegistry registry;
  moe::registerMoeDialect(registry);
  moe::registerMoeExtensions(registry);
  registry.insert<own::OwnDialect, func::FuncDialect>();
  moe::registerMoePasses();
  PassRegistration<UseTanhPass>();
  PassRegistration<LowerGatesPass>();
  PassPipelineRegistration<> pipeline(
      "own-pipeline", "tanh scores, lowered to linalg", buildOwnPipeline);
  return asMainReturnCode(MlirOptMain(argc, argv, "own optimizer\n", registry));
}
