//===- GateProjections.h - The matmuls that make logits ---------*- C++ -*-===//

#ifndef MOE_LIB_TRANSFORMS_GATEPROJECTIONS_H
#define MOE_LIB_TRANSFORMS_GATEPROJECTIONS_H

#include "moe/IR/Moe.h"

namespace mlir::moe {

/// `op` is a linalg contraction.
bool isContraction(Operation *op);

/// The contractions that the logits and the noise of `gate` are computed from,
/// through ops that change elements one by one or only move them.
SmallVector<Operation *> getGateProjections(GateOp gate);

} // namespace mlir::moe

#endif // MOE_LIB_TRANSFORMS_GATEPROJECTIONS_H
