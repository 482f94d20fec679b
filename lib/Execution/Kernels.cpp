//===- Kernels.cpp - The kernels of a program -----------------------------===//

#include "Lowered.h"

#include "mlir/IR/TypeUtilities.h"
#include "moe/IR/Moe.h"
#include "moe/Transforms/Instrumentation.h"

#include "llvm/Support/MathExtras.h"

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
  KernelShape &shape = info.shape;
  shape.weights = op.getWeights().size();
  shape.weightBytes = 0;
  for (Value weight : op.getWeights()) {
    Type element = getElementTypeOrSelf(weight.getType());
    info.weightTypes.push_back(toText(element));
    shape.weightBytes += llvm::divideCeil(element.getIntOrFloatBitWidth(), 8);
  }
  if (op.getAccumulatorType().isF64())
    shape.math = KernelMath::F64;
  auto schedule = dyn_cast_or_null<CPUScheduleAttr>(op.getScheduleAttr());
  if (!schedule)
    return info;
  info.schedule = toText(schedule);
  shape.tileRows = schedule.getRows();
  shape.tileColumns = schedule.getColumns();
  shape.tallRows = schedule.getTall();
  shape.leastRows = schedule.getLeast();
  shape.fewRows = schedule.getFew();
  shape.prefetch = schedule.getPrefetch();
  if (schedule.getGroup() == 2)
    shape.math = KernelMath::Dot;
  return info;
}

std::vector<KernelInfo> moe::collectKernels(ModuleOp module) {
  std::vector<KernelInfo> kernels;
  module.walk([&](GroupedMatmulOp op) { kernels.push_back(describe(op)); });
  return kernels;
}
