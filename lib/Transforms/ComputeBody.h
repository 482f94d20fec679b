//===- ComputeBody.h - Scalar code in the compute type ----------*- C++ -*-===//

#ifndef MOE_LIB_TRANSFORMS_COMPUTEBODY_H
#define MOE_LIB_TRANSFORMS_COMPUTEBODY_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/IRMapping.h"

namespace mlir::moe {

/// The body of `op` can be cloned to scalars of the compute type: it captures
/// constants only, nothing in it is wider, and where something is narrower,
/// each op exists in any float type.
bool isClonable(linalg::LinalgOp op, FloatType compute);

/// Clones the body of `op`, which is clonable, and returns what it yields.
/// `mapping`: its arguments that are read, floats in the compute type.
/// Intermediates narrower than that stay in it (docs/Semantics.md, common_r6).
Value cloneInCompute(OpBuilder &builder, Location loc, linalg::LinalgOp op,
                     IRMapping mapping, FloatType compute);

/// Brings a float to the compute type; other types are left alone.
Value toCompute(OpBuilder &builder, Location loc, Value value, FloatType type);

} // namespace mlir::moe

#endif // MOE_LIB_TRANSFORMS_COMPUTEBODY_H
