//===- Reductions.h - Ways to make a program smaller ------------*- C++ -*-===//

#ifndef MOE_TOOLS_REDUCTIONS_H
#define MOE_TOOLS_REDUCTIONS_H

#include "mlir/IR/Operation.h"

namespace mlir::moe {

/// One way to make a program smaller.
struct Reduction {
  /// How many opportunities there are at `op`.
  unsigned (*count)(Operation *op);
  /// Takes one; fails where it is not possible. What comes out may be invalid:
  /// the driver asks the verifier.
  LogicalResult (*apply)(Operation *op, unsigned index);
};

/// All of them, in the order in which they are best tried.
ArrayRef<Reduction> getReductions();

} // namespace mlir::moe

#endif // MOE_TOOLS_REDUCTIONS_H
