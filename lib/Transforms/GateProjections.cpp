//===- GateProjections.cpp - The matmuls that make logits -----------------===//

#include "GateProjections.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Utils/Utils.h"

using namespace mlir;
using namespace mlir::moe;

bool moe::isContraction(Operation *op) {
  auto linalgOp = dyn_cast_or_null<linalg::LinalgOp>(op);
  return linalgOp && linalg::isaContractionOpInterface(linalgOp);
}

/// The contractions that `value` is computed from through ops that change
/// elements one by one or only move them.
static void collectProjections(Value value, DenseSet<Operation *> &visited,
                               SmallVectorImpl<Operation *> &projections) {
  Operation *op = value ? value.getDefiningOp() : nullptr;
  if (!op || !visited.insert(op).second)
    return;
  if (isContraction(op) || isa<GroupedMatmulOp>(op)) {
    projections.push_back(op);
    return;
  }
  // The projections of a nested gate: rows of experts, moved to their slots.
  if (auto combine = dyn_cast<CombineOp>(op);
      combine && combine.getUnweighted())
    return collectProjections(combine.getRows(), visited, projections);
  if (auto combine = dyn_cast<CombineRowsOp>(op);
      combine && !combine.getWeights())
    return collectProjections(combine.getRows(), visited, projections);
  if (auto expert = dyn_cast<ExpertOp>(op)) {
    for (Value yielded :
         expert.getBody().front().getTerminator()->getOperands())
      collectProjections(yielded, visited, projections);
    for (Value input : expert.getInputs())
      if (input.getDefiningOp<GroupedMatmulOp>())
        collectProjections(input, visited, projections);
    return;
  }
  auto linalgOp = dyn_cast<linalg::LinalgOp>(op);
  bool elementwise = linalgOp && linalg::isElementwise(linalgOp);
  StringRef dialect = op->getName().getDialectNamespace();
  if (elementwise || dialect == "tensor" || dialect == "arith" ||
      dialect == "math")
    for (Value operand : op->getOperands())
      collectProjections(operand, visited, projections);
}

SmallVector<Operation *> moe::getGateProjections(GateOp gate) {
  DenseSet<Operation *> visited;
  SmallVector<Operation *> projections;
  collectProjections(gate.getLogits(), visited, projections);
  collectProjections(gate.getNoise(), visited, projections);
  return projections;
}
