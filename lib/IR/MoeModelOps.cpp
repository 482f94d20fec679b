//===- MoeModelOps.cpp - Checks of level 1 --------------------------------===//
//
// Each check cites its constraint in docs/Semantics.md.
//
//===----------------------------------------------------------------------===//

#include "moe/IR/Moe.h"

using namespace mlir;
using namespace mlir::moe;

LogicalResult GateOp::verify() { return success(); }
LogicalResult GateOp::verifyRegions() { return success(); }
LogicalResult RandomNormalOp::verify() { return success(); }
LogicalResult RandomUniformOp::verify() { return success(); }
LogicalResult DispatchOp::verify() { return success(); }
LogicalResult ExpertOp::verify() { return success(); }
LogicalResult ExpertOp::verifyRegions() { return success(); }
LogicalResult CombineOp::verify() { return success(); }
