//===- WidenedRows.h - Rows of a tile in a wider type -----------*- C++ -*-===//
//
// Without instructions that multiply a narrow type, and where it is not taken
// apart in pairs, a row would be converted element by element between the
// multiply-adds. Vector by vector it is an eighth of that or less: the rows of
// a tile are converted ahead of it, for each group of panels, and the tile
// reads them from a buffer on the stack.
//
//===----------------------------------------------------------------------===//

#ifndef MOE_LIB_CODEGEN_CPU_WIDENEDROWS_H
#define MOE_LIB_CODEGEN_CPU_WIDENEDROWS_H

#include "BlockTiles.h"

#include "moe/IR/Moe.h"

namespace mlir::moe {

class WidenedRows {
public:
  /// `op` is on memrefs and has a CPU schedule; the buffer takes `mostBytes` of
  /// the stack or less.
  WidenedRows(GroupedMatmulOp op, ImplicitLocOpBuilder &builder,
              uint64_t mostBytes);

  /// False: nothing is to be widened, and nothing else may be called.
  explicit operator bool() const { return bool(buffer); }

  /// Points [first, last) of the rows of `at` become rows 0, 1, ... of the
  /// buffer from point 0 on.
  void widen(const BlockTile &at, Value first, Value last);
  Value getBuffer() const { return buffer; }

private:
  GroupedMatmulOp op;
  ImplicitLocOpBuilder &b;
  CPUScheduleAttr schedule;
  Value buffer; ///< `[rows, points]`; null: none
};

} // namespace mlir::moe

#endif // MOE_LIB_CODEGEN_CPU_WIDENEDROWS_H
