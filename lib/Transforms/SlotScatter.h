//===- SlotScatter.h - One number of each slot scattered --------*- C++ -*-===//

#ifndef MOE_LIB_TRANSFORMS_SLOTSCATTER_H
#define MOE_LIB_TRANSFORMS_SLOTSCATTER_H

#include "TensorExpr.h"

namespace mlir::moe {

/// A `tm_tensor.scatter` that writes one number for each slot (t, j) of ids
/// `[T,K]` to the place (t, ids[t,j]) of a matrix that is `background`
/// elsewhere; or the same number to all places.
struct SlotScatter {
  Value values;                 ///< `[T,K]`; or null:
  std::optional<double> number; ///< is the same for all slots
  Value ids;                    ///< `[T,K]`; or null: all places are written
  double background;
};

bool isScatter(Value value);
/// A scatter that `expr` reads, or null.
Value findScatter(const TensorExprRef &expr);
/// The form of the scatter `scattered`.
FailureOr<SlotScatter> matchSlotScatter(Value scattered);

} // namespace mlir::moe

#endif // MOE_LIB_TRANSFORMS_SLOTSCATTER_H
