//===- ProgramExpert.h - A slot program as a moe.expert ---------*- C++ -*-===//

#ifndef MOE_LIB_TRANSFORMS_PROGRAMEXPERT_H
#define MOE_LIB_TRANSFORMS_PROGRAMEXPERT_H

#include "SlotProgram.h"

#include "mlir/IR/PatternMatch.h"

namespace mlir::moe {

/// The math of `op`'s body excludes NaN and infinities, by flags.
bool hasFiniteMath(linalg::LinalgOp op);

/// The rows that the program computes from the dispatched ones, as a new
/// `moe.expert`; null, with the reason in the program, where it cannot be
/// built. `element` is the type of its elements.
Value buildExpert(RewriterBase &rewriter, Location loc, SlotProgram &program,
                  DispatchOp dispatch, Type element);

} // namespace mlir::moe

#endif // MOE_LIB_TRANSFORMS_PROGRAMEXPERT_H
