//===- NarrowParams.h - Arguments that are read in part ---------*- C++ -*-===//

#ifndef MOE_LIB_TRANSFORMS_NARROWPARAMS_H
#define MOE_LIB_TRANSFORMS_NARROWPARAMS_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/PatternMatch.h"

namespace mlir::moe {

/// Tensor arguments of private functions, all of whose calls are known: those
/// that nobody reads go, and those of which only some slices along the first
/// dimension are read become that part, which the callers slice.
void narrowParams(ModuleOp module, RewriterBase &rewriter);

} // namespace mlir::moe

#endif // MOE_LIB_TRANSFORMS_NARROWPARAMS_H
