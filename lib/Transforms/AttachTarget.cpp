//===- AttachTarget.cpp - The facts of a machine on the module ------------===//

#include "moe/Transforms/Passes.h"

#include "mlir/IR/BuiltinOps.h"
#include "moe/Transforms/TargetConversion.h"

namespace mlir::moe {
#define GEN_PASS_DEF_ATTACHTARGETPASS
#include "moe/Transforms/Passes.h.inc"
} // namespace mlir::moe

using namespace mlir;
using namespace mlir::moe;

static constexpr StringLiteral targetName = "moe.target";

TargetAttr moe::getTargetAttr(MLIRContext *context, const Target &target) {
  return TargetAttr::get(
      context, target.device == Device::CUDA ? "cuda" : "cpu", target.arch,
      target.cores, target.vectorBits, target.l1Bytes, target.l2Bytes,
      target.l3Bytes, target.bandwidth, target.sharedBytes);
}

Target moe::getTarget(TargetAttr attribute) {
  return {attribute.getDevice() == "cuda" ? Device::CUDA : Device::CPU,
          attribute.getArch().str(),
          attribute.getCores(),
          attribute.getVectorBits(),
          attribute.getL1Bytes(),
          attribute.getL2Bytes(),
          attribute.getL3Bytes(),
          attribute.getBandwidth(),
          attribute.getSharedBytes()};
}

std::optional<Target> moe::getStatedTarget(Operation *op) {
  for (; op; op = op->getParentOp())
    if (auto attribute = op->getAttrOfType<TargetAttr>(targetName))
      return addFactsOfArch(getTarget(attribute));
  return std::nullopt;
}

Target moe::getTargetOf(Operation *op) {
  auto stated = getStatedTarget(op);
  return stated ? *stated : hostTarget();
}

namespace {
struct AttachTargetPass : moe::impl::AttachTargetPassBase<AttachTargetPass> {
  using AttachTargetPassBase::AttachTargetPassBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    if (module->hasAttr(targetName))
      return;
    Target facts;
    if (target == "host") {
      facts = hostTarget();
    } else if (llvm::Expected<Target> named = getNamedTarget(target)) {
      facts = *named;
    } else {
      module.emitError() << "option target "
                         << llvm::toString(named.takeError()) << " (or host)";
      return signalPassFailure();
    }
    module->setAttr(targetName, getTargetAttr(&getContext(), facts));
  }
};
} // namespace
