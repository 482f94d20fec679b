//===- TensorCasts.h - Values behind casts ----------------------*- C++ -*-===//

#ifndef MOE_IR_TENSORCASTS_H
#define MOE_IR_TENSORCASTS_H

#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace mlir::moe {

/// The value behind `tensor.cast`s of `value`, which may be null.
inline Value stripCasts(Value value) {
  while (auto cast =
             value ? value.getDefiningOp<tensor::CastOp>() : tensor::CastOp())
    value = cast.getSource();
  return value;
}

} // namespace mlir::moe

#endif // MOE_IR_TENSORCASTS_H
