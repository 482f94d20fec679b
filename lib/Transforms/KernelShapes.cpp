//===- KernelShapes.cpp - What a grouped matmul costs, of IR --------------===//

#include "moe/Transforms/KernelShapes.h"

#include "mlir/IR/TypeUtilities.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::moe;

static int64_t getKnownSize(Value value, unsigned dim) {
  auto type = cast<ShapedType>(value.getType());
  return type.isDynamicDim(dim) ? 0 : type.getDimSize(dim);
}

static KernelSchedule getSchedule(CPUScheduleAttr attribute) {
  KernelSchedule schedule;
  schedule.rows = attribute.getRows();
  schedule.columns = attribute.getColumns();
  schedule.lanes = attribute.getLanes();
  schedule.joined = attribute.getJoined();
  schedule.tall = attribute.getTall();
  schedule.least = attribute.getLeast();
  schedule.few = attribute.getFew();
  schedule.depth = attribute.getDepth();
  schedule.tiles = attribute.getTiles();
  schedule.panel = attribute.getPanel();
  schedule.prefetch = attribute.getPrefetch();
  schedule.spread = attribute.getSpread();
  return schedule;
}

KernelShape moe::getKernelShape(GroupedMatmulOp op) {
  KernelShape shape;
  shape.depth = getKnownSize(op.getRows(), 1);
  shape.columns = getKnownSize(op.getOut(), 1);
  shape.weights = op.getWeights().size();
  shape.weightBytes = 0;
  for (Value weight : op.getWeights())
    shape.weightBytes += llvm::divideCeil(
        getElementTypeOrSelf(weight.getType()).getIntOrFloatBitWidth(), 8);
  if (op.getAccumulatorType().isF64())
    shape.math = KernelMath::F64;
  shape.isOrdered = op.addsInOrder();
  if (auto attribute =
          dyn_cast_or_null<CPUScheduleAttr>(op.getScheduleAttr())) {
    shape.schedule = getSchedule(attribute);
    if (attribute.getGroup() == 2)
      shape.math = attribute.getDot() ? KernelMath::Dot : KernelMath::Pairs;
  }
  return shape;
}

CPUScheduleAttr moe::getScheduleAttr(MLIRContext *context,
                                     const KernelShape &shape) {
  const KernelSchedule &schedule = shape.schedule;
  bool isDot = shape.math == KernelMath::Dot;
  return CPUScheduleAttr::get(
      context, schedule.rows, schedule.columns, schedule.lanes,
      countPoints(shape.math), isDot, schedule.joined, schedule.tall,
      schedule.least, schedule.few, schedule.depth, schedule.tiles,
      schedule.panel, schedule.prefetch, schedule.spread, /*threads=*/0);
}
