//===- Record.h - Calls that record what a program did ----------*- C++ -*-===//

#ifndef MOE_IR_RECORD_H
#define MOE_IR_RECORD_H

#include "mlir/IR/Builders.h"

namespace mlir::moe {

/// If `op` has the attribute `moe.layer`, calls `@moeRecordGate(layer: i64,
/// weights: tensor<?x?xf64>, experts: tensor<?x?xi32>)`. `weights` and
/// `experts` are `[T,K]` tensors, f32 or f64 and i32.
void recordGate(OpBuilder &builder, Operation *op, Value weights,
                Value experts);

/// If `op` has the attribute `moe.layer`, calls `@moeRecordDispatch(layer:
/// i64, offsets: tensor<?xi32>)`. `offsets` is an `[E+1]` tensor.
void recordDispatch(OpBuilder &builder, Operation *op, Value offsets);

} // namespace mlir::moe

#endif // MOE_IR_RECORD_H
