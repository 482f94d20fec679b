//===- RowBlocks.h - Rows that one task walks -------------------*- C++ -*-===//
//
// Rows are cut into blocks of whole tiles, none of which crosses from one
// expert to the next; the blocks of one expert are about equal. Experts without
// rows have no block, so nothing is spent on them, however many there are:
//
//   offsets   0  3  3  9       block   0  1  2        tiles of 1 row,
//                              expert  0  2  2        blocks of at most 4
//                              first   0  3  6
//                              last    3  6  9
//
// Where the order is free, blocks of experts with many rows come first: some
// threads begin with those, whose time is that of arithmetic, others with those
// that wait for memory, so that both go on at once.
//
//===----------------------------------------------------------------------===//

#ifndef MOE_LIB_CODEGEN_CPU_ROWBLOCKS_H
#define MOE_LIB_CODEGEN_CPU_ROWBLOCKS_H

#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace mlir::moe {

/// Rows [first, last) of one expert.
struct RowBlock {
  Value expert, first, last;
};

class RowBlocks {
public:
  /// Emits what lists the blocks of `offsets`, a memref of E+1 numbers: at most
  /// `tiles` tiles of `rows` rows each, 0: all rows of an expert. Those of
  /// experts with `many` rows or more come first, 0: blocks ascend.
  RowBlocks(ImplicitLocOpBuilder &builder, Value offsets, int64_t rows,
            int64_t tiles, int64_t many);

  Value getCount() const { return count; }
  /// Block `number`, to be read within the list's life.
  RowBlock get(Value number);
  /// Ends the list's life.
  void free();

private:
  Value getRowsOfBlock(Value count);
  void list(Value numExperts);

  ImplicitLocOpBuilder &b;
  Value offsets;
  int64_t rows, tiles, many;
  Value experts, firsts, lasts; ///< a memref each
  Value count;
  /// Blocks of experts with fewer than `many` rows are listed from the last
  /// place on, backwards.
  Value numMany, lastPlace;
};

} // namespace mlir::moe

#endif // MOE_LIB_CODEGEN_CPU_ROWBLOCKS_H
