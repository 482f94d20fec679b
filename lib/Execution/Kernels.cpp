//===- Kernels.cpp - The kernels of a program -----------------------------===//

#include "Lowered.h"

#include "mlir/IR/TypeUtilities.h"
#include "moe/IR/Moe.h"
#include "moe/Transforms/Instrumentation.h"
#include "moe/Transforms/KernelShapes.h"

using namespace mlir;
using namespace mlir::moe;

template <typename T> static std::string toText(T printable) {
  std::string text;
  llvm::raw_string_ostream(text) << printable;
  return text;
}

static KernelInfo describe(GroupedMatmulOp op) {
  KernelInfo info;
  info.location = formatLocation(op.getLoc());
  info.experts = op.getNumExperts();
  info.rowsType = toText(getElementTypeOrSelf(op.getRows().getType()));
  info.isGateProjection = op->hasAttr("moe.gate_projection");
  info.shape = getKernelShape(op);
  for (Value weight : op.getWeights())
    info.weightTypes.push_back(toText(getElementTypeOrSelf(weight.getType())));
  if (auto schedule = dyn_cast_or_null<CPUScheduleAttr>(op.getScheduleAttr()))
    info.schedule = toText(schedule);
  return info;
}

std::vector<KernelInfo> moe::collectKernels(ModuleOp module) {
  std::vector<KernelInfo> kernels;
  module.walk([&](GroupedMatmulOp op) { kernels.push_back(describe(op)); });
  return kernels;
}
