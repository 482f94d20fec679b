//===- BlockTiles.h - The tiles of a block of rows --------------*- C++ -*-===//
//
// Cut as `cutRows` says (moe/Layout/TileSizes.h), but of a number of rows that
// only a call knows:
//
//    7 rows, at most 6 a tile     4 | 3         evenly: 4 | 3
//   14 rows                       6 | 4 | 4             6 | 4 | 4
//   16 rows                       6 | 5 | 5             6 | 6 | 4
//
//===----------------------------------------------------------------------===//

#ifndef MOE_LIB_CODEGEN_CPU_BLOCKTILES_H
#define MOE_LIB_CODEGEN_CPU_BLOCKTILES_H

#include "RowBlocks.h"

namespace mlir::moe {

/// Tile `number` of a block: `count` rows, at least 1, from `first` on.
struct BlockTile {
  Value first, count, number;
};

class BlockTiles {
public:
  /// The rows of `block`, at least 1, at most `most` a tile. `evenly` is an i1.
  BlockTiles(ImplicitLocOpBuilder &builder, const RowBlock &block, Value most,
             Value evenly);

  Value getCount() const { return numTiles; }
  /// Of several tiles those that have `rows` or more, at least 1 and at most as
  /// many as there may be; all others are behind them.
  Value countAtLeast(int64_t rows);
  BlockTile get(Value number);

private:
  ImplicitLocOpBuilder &b;
  RowBlock block;
  Value most;
  Value numTiles;
  Value half; ///< the rows of the last tile but one
};

} // namespace mlir::moe

#endif // MOE_LIB_CODEGEN_CPU_BLOCKTILES_H
