//===- KernelShapes.h - What a grouped matmul costs, of IR ------*- C++ -*-===//
//
// The op and its schedule as `moe/Target/KernelCost.h` has them.
//
//===----------------------------------------------------------------------===//

#ifndef MOE_TRANSFORMS_KERNELSHAPES_H
#define MOE_TRANSFORMS_KERNELSHAPES_H

#include "moe/IR/Moe.h"
#include "moe/Target/KernelCost.h"

namespace mlir::moe {

/// Of `op`, on tensors or buffers, with its schedule if it has one for CPUs.
/// Sizes that are not known are 0.
KernelShape getKernelShape(GroupedMatmulOp op);

/// The schedule of `shape`, for all threads.
CPUScheduleAttr getScheduleAttr(MLIRContext *context, const KernelShape &shape);

} // namespace mlir::moe

#endif // MOE_TRANSFORMS_KERNELSHAPES_H
