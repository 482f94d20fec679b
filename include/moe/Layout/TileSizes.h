//===- TileSizes.h - How many rows a tile has -------------------*- C++ -*-===//
//
// The rows of a block, some rows of one expert, are cut into tiles of at most
// so many. Each size of a tile is code of its own, so that large tiles have
// only even ones, and an odd row is computed twice. The last two tiles share
// their rows, since one row alone costs nearly as much as several:
//
//   most 6, 13 rows     6 | 4 | 3
//   most 12, evenly, 13 rows     8 | 5 (6 are computed)
//
// What is emitted for a target and what a cost model expects follow the same.
//
//===----------------------------------------------------------------------===//

#ifndef MOE_LAYOUT_TILESIZES_H
#define MOE_LAYOUT_TILESIZES_H

#include "llvm/ADT/SmallVector.h"
#include <cstdint>

namespace mlir::moe {

/// Of tiles of up to so many rows each number of rows is a size.
inline constexpr int64_t kMostExactRows = 8;

/// The sizes of tiles of at most `most` rows, ascending, from `least` on.
llvm::SmallVector<int64_t> getTileSizes(int64_t most, int64_t least = 1);

/// The least of these that has `rows`, 1 to `most`.
int64_t getTileSize(int64_t rows, int64_t most);

/// How rows are cut: `numFull` tiles of `most`, then two of `lastButOne` and
/// `last` rows, of which one or both may be without rows: there are none.
struct TileCut {
  int64_t numFull = 0, lastButOne = 0, last = 0;
};

/// `rows` (at least 0) as tiles of at most `most` (at least 1), the last two of
/// which share their rows; `evenly`: the first of these has an even number, or
/// `most`.
TileCut cutRows(int64_t rows, int64_t most, bool evenly);

} // namespace mlir::moe

#endif // MOE_LAYOUT_TILESIZES_H
