//===- TilingAxes.h - Which loop a dimension follows ------------*- C++ -*-===//
//
// The whole of what tiling knows about an op of level 2: its loops, and for
// every dimension of every operand the loop that it follows.
//
//===----------------------------------------------------------------------===//

#ifndef MOE_LIB_IR_TILINGAXES_H
#define MOE_LIB_IR_TILINGAXES_H

#include "moe/IR/Moe.h"

#include "mlir/Dialect/Utils/StructuredOpsUtils.h"

namespace mlir::moe {

using Iterators = SmallVector<utils::IteratorType>;

/// For each dimension of an operand its loop, or a mark.
using Axes = SmallVector<int64_t>;

/// Marks of a dimension that follows no loop.
enum : int64_t {
  whole = -1, ///< Every tile needs all of it.
  mixed = -2, ///< What a tile needs of it is no slice: untiled loops only.
};

/// The loops of an op; none where it cannot be tiled.
/// moe.grouped_matmul, moe.gather_rows: (rows, columns).
/// moe.combine_rows: (tokens, columns). moe.route: (tokens).
Iterators loopsOf(GroupedMatmulOp op);
Iterators loopsOf(GatherRowsOp op);
Iterators loopsOf(CombineRowsOp op);
Iterators loopsOf(RouteOp op);

/// The axes of a shaped operand.
Axes axesOf(GroupedMatmulOp op, OpOperand &operand);
Axes axesOf(GatherRowsOp op, OpOperand &operand);
Axes axesOf(CombineRowsOp op, OpOperand &operand);
Axes axesOf(RouteOp op, OpOperand &operand);

} // namespace mlir::moe

#endif // MOE_LIB_IR_TILINGAXES_H
