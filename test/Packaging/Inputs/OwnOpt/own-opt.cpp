//===- own-opt.cpp - An opt tool of another project -----------------------===//

#include "moe/IR/Extensions.h"
#include "moe/IR/Moe.h"
#include "moe/Structured/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/DialectImplementation.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
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

} // namespace

int main(int argc, char **argv) {
  DialectRegistry registry;
  moe::registerMoeDialect(registry);
  moe::registerMoeExtensions(registry);
  registry.insert<own::OwnDialect, func::FuncDialect>();
  moe::registerMoeStructuredPasses();
  PassRegistration<UseTanhPass>();
  return asMainReturnCode(MlirOptMain(argc, argv, "own optimizer\n", registry));
}
