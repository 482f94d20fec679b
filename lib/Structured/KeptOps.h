//===- KeptOps.h - What stays for the code of a machine ---------*- C++ -*-===//
//
// What the conversion of an op says besides its results, for ops that another
// pass converts: sizes are asserted, and what runs record is recorded.
//
//===----------------------------------------------------------------------===//

#ifndef MOE_LIB_STRUCTURED_KEPTOPS_H
#define MOE_LIB_STRUCTURED_KEPTOPS_H

#include "mlir/IR/Operation.h"

namespace mlir::moe {

/// Of every route below `root` its gate and its plan.
void splitRoutes(Operation *root);

/// Gates that fit into registers. There are no routes.
void prepareGates(Operation *root);

/// Plans, each without a capacity: it becomes a choice of no expert. There are
/// no routes.
void preparePlans(Operation *root);

/// Rows that are gathered or combined.
void prepareRows(Operation *root);

} // namespace mlir::moe

#endif // MOE_LIB_STRUCTURED_KEPTOPS_H
