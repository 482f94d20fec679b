//===- RouteParts.h - A route as projection, gate and plan ------*- C++ -*-===//

#ifndef MOE_IR_ROUTEPARTS_H
#define MOE_IR_ROUTEPARTS_H

#include "mlir/IR/PatternMatch.h"
#include "moe/IR/Moe.h"

namespace mlir::moe {

/// Replaces `op`, on tensors, by its projections as matmuls, a `moe.gate` and,
/// where it plans, a `moe.plan`. Gives the gate.
GateOp splitRoute(RouteOp op, RewriterBase &rewriter);

} // namespace mlir::moe

#endif // MOE_IR_ROUTEPARTS_H
