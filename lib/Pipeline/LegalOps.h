//===- LegalOps.h - What may be left after a stage --------------*- C++ -*-===//

#ifndef MOE_LIB_PIPELINE_LEGALOPS_H
#define MOE_LIB_PIPELINE_LEGALOPS_H

#include "mlir/IR/Operation.h"

namespace mlir::moe {

bool isMoeLegal(Operation *op);
bool isStructuredLegal(Operation *op);
/// `structured` on the way to a machine: what its code is made of stays.
bool isKernelsLegal(Operation *op);
bool isBuffersLegal(Operation *op);
bool isLlvmLegal(Operation *op);

} // namespace mlir::moe

#endif // MOE_LIB_PIPELINE_LEGALOPS_H
