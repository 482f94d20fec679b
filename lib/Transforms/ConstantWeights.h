//===- ConstantWeights.h - Weights that the program holds -------*- C++ -*-===//

#ifndef MOE_LIB_TRANSFORMS_CONSTANTWEIGHTS_H
#define MOE_LIB_TRANSFORMS_CONSTANTWEIGHTS_H

#include "mlir/IR/Builders.h"
#include "moe/IR/Moe.h"

namespace mlir::moe {

/// `weight`, a ranked tensor, is a constant with elements of whole bytes, or a
/// reshape of one.
bool isConstantWeight(Value weight);

/// Such a weight `[E,K,N]`, or `[E,N,K]` where it is `transposed`, as a
/// constant `[E, ceil(N / columns), ceil(K / group), columns * group]`, with
/// zeros where there is nothing.
Value packConstantWeight(OpBuilder &builder, Value weight, bool transposed,
                         PackingAttr packing);

} // namespace mlir::moe

#endif // MOE_LIB_TRANSFORMS_CONSTANTWEIGHTS_H
