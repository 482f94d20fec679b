//===- SharedExpert.h - An expert of all tokens joins the others *- C++ -*-===//

#ifndef MOE_LIB_TRANSFORMS_SHAREDEXPERT_H
#define MOE_LIB_TRANSFORMS_SHAREDEXPERT_H

#include "moe/IR/Moe.h"

#include "mlir/IR/PatternMatch.h"

namespace mlir::moe {

/// `op + ffn(x)`, where `ffn` is the region of the experts on all tokens x with
/// parameters of its own: expert E of a layer with E+1 experts, which every
/// token chooses with weight 1. Proved in docs/Rationale.md, "The algebra of
/// routing". Where `ffn` ends as the region does and may not join, `why` says
/// what stands in the way.
bool joinSharedExpert(CombineOp op, RewriterBase &rewriter, std::string &why);

} // namespace mlir::moe

#endif // MOE_LIB_TRANSFORMS_SHAREDEXPERT_H
