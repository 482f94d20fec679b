//===- TopKSort.h - A top-k as importers sort it ----------------*- C++ -*-===//

#ifndef MOE_LIB_TRANSFORMS_TOPKSORT_H
#define MOE_LIB_TRANSFORMS_TOPKSORT_H

#include "moe/IR/Moe.h"

namespace mlir::moe {

/// A descending sort of keys `[...,L]` along their last dimension, with their
/// indices, of which the first k are read. Importers write `tm_tensor.sort` and
/// slices; where k = L there are no slices.
struct TopKSort {
  Operation *sort;
  Value keys;
  int64_t k;
  SmallVector<Value> values; ///< the first k keys, where they are read
  SmallVector<Value> ids;    ///< their indices, where they are read
};

/// The top-k that `op` is, or a failure; `why` says what it is instead where it
/// looks like a sort.
FailureOr<TopKSort> matchTopKSort(Operation *op, StringRef &why);

/// Nobody computes anything from the value that has an effect.
bool isUnread(Value value);

} // namespace mlir::moe

#endif // MOE_LIB_TRANSFORMS_TOPKSORT_H
