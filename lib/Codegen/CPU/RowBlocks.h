//===- RowBlocks.h - Rows that one task walks -------------------*- C++ -*-===//
//
// Rows are cut into blocks of at most a few tiles, none of which crosses from
// one expert to the next. Experts without rows have no block, so nothing is
// spent on them, however many there are:
//
//   offsets   0  3  3  8       block   0  1  2        blocks of 4 rows
//                              expert  0  2  2
//                              first   0  3  7
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
  /// `rowsPerBlock` rows each, 0: all rows of an expert.
  RowBlocks(ImplicitLocOpBuilder &builder, Value offsets, int64_t rowsPerBlock);

  Value getCount() const { return count; }
  /// Block `number`, to be read within the list's life.
  RowBlock get(Value number);
  /// Ends the list's life.
  void free();

private:
  Value end(Value expert);
  void list(Value numExperts);

  ImplicitLocOpBuilder &b;
  Value offsets;
  int64_t rowsPerBlock;
  Value experts, firsts; ///< a memref each
  Value count;
};

} // namespace mlir::moe

#endif // MOE_LIB_CODEGEN_CPU_ROWBLOCKS_H
