//===- LegalOps.cpp - What may be left after a stage ----------------------===//

#include "LegalOps.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "moe/IR/Moe.h"

using namespace mlir;
using namespace mlir::moe;

static bool isIn(Operation *op, ArrayRef<StringRef> dialects) {
  return llvm::is_contained(dialects, op->getName().getDialectNamespace());
}

bool moe::isMoeLegal(Operation *op) { return !isIn(op, {"llvm"}); }

/// Upstream has no form on memory of these.
static bool staysOnTensors(Operation *op) {
  return isa<
      tensor::BitcastOp, tensor::GatherOp, tensor::ScatterOp, linalg::PackOp,
      linalg::UnPackOp, linalg::WinogradFilterTransformOp,
      linalg::WinogradInputTransformOp, linalg::WinogradOutputTransformOp>(op);
}

bool moe::isStructuredLegal(Operation *op) {
  return op->isRegistered() &&
         isIn(op, {"builtin", "func", "arith", "math", "tensor", "linalg",
                   "scf", "cf", "index", "affine", "ub"}) &&
         !staysOnTensors(op);
}

bool moe::isKernelsLegal(Operation *op) {
  return isStructuredLegal(op) ||
         isa<GroupedMatmulOp, GateOp, PlanOp, GatherRowsOp, CombineRowsOp>(
             op) ||
         op->getParentOfType<GroupedMatmulOp>();
}

bool moe::isBuffersLegal(Operation *op) {
  return op->isRegistered() &&
         isIn(op, {"builtin", "func", "arith", "math", "memref", "scf", "cf",
                   "index", "affine", "ub", "vector", "x86vector", "llvm"});
}

bool moe::isLlvmLegal(Operation *op) {
  return isa<ModuleOp>(op) || isIn(op, {"llvm"});
}
