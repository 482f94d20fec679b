//===- RowSource.h - Where the rows of an expert come from ------*- C++ -*-===//

#ifndef MOE_LIB_TRANSFORMS_ROWSOURCE_H
#define MOE_LIB_TRANSFORMS_ROWSOURCE_H

#include "moe/IR/Moe.h"

namespace mlir::moe {

/// Rows `[R,D]`, or rows of tokens to be gathered on load.
struct RowSource {
  Value rows;                ///< `[R,D]`, or `[T,D]` where there are slots
  Value slots;               ///< `[R]`, or null: no gather
  int64_t slotsPerToken = 0; ///< K, where there are slots
};

/// Looks through an unscaled dispatch or gather of `rows`.
RowSource getRowSource(Value rows);

/// `value` with each element rounded to `element`.
Value roundRows(OpBuilder &builder, Location loc, Value value, Type element);

} // namespace mlir::moe

#endif // MOE_LIB_TRANSFORMS_ROWSOURCE_H
