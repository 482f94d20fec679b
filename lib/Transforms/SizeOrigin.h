//===- SizeOrigin.h - Where a size of a tensor comes from -------*- C++ -*-===//

#ifndef MOE_LIB_TRANSFORMS_SIZEORIGIN_H
#define MOE_LIB_TRANSFORMS_SIZEORIGIN_H

#include "mlir/IR/Value.h"

#include <tuple>

namespace mlir::moe {

/// A constant, an index, or a dimension of a tensor whose making does not tell
/// its size. Equal ones are equal sizes.
struct SizeOrigin {
  int64_t constant = -1;
  Value value;
  int64_t dim = -1;

  bool operator==(const SizeOrigin &other) const {
    return std::tie(constant, value, dim) ==
           std::tie(other.constant, other.value, other.dim);
  }
};

/// Where dimension `dim` of `tensor` comes from: through destinations, casts,
/// slices and loops that carry a tensor of one size.
SizeOrigin findSizeOrigin(Value tensor, int64_t dim);

} // namespace mlir::moe

#endif // MOE_LIB_TRANSFORMS_SIZEORIGIN_H
