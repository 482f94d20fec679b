//===- WorkSplit.h - Tiles of unequal weight over threads -------*- C++ -*-===//
//
// Routing is skewed: one expert may have half of all rows and most may have
// none. So threads do not share experts, they share tiles: the tiles of all
// experts form one line, each as long as its work, and the line is cut into
// equal lengths. Where a cut falls inside a tile, the tile goes to the side
// that has more of it.
//
//   weights   4  4  1  4  3          total 16, two threads: the cut is at 8
//   line      |----|----|-|----|---|
//                       ^ 8
//   parts     [0, 2) [2, 5)          loads 8 and 8
//
// Each part is a run of neighbours, so a thread walks the weights of an expert
// once. No part is heavier than the ideal total/threads plus one tile. The cuts
// depend on weights and number of parts only: the same bits from run to run.
//
//===----------------------------------------------------------------------===//

#ifndef MOE_LAYOUT_WORKSPLIT_H
#define MOE_LAYOUT_WORKSPLIT_H

#include "moe/Layout/RaggedLayout.h"

namespace mlir::moe {

/// Cuts items with the given weights (at least 0 each, in total below 2^62)
/// into `parts` runs (at least 1) of balanced weight. Part p is
/// [result[p], result[p + 1]); the result has parts + 1 numbers, the first 0
/// and the last the number of items. Parts may be empty.
/// Error: fewer than 1 part, a negative weight, a total that is too large.
llvm::Expected<llvm::SmallVector<int64_t>>
splitWork(llvm::ArrayRef<int64_t> weights, int64_t parts);

/// The weight of each tile: its rows, and `overhead` for reading the expert's
/// weights, in units of one row's work.
///
///   tiles of 4 rows with overhead 1, counts 5 0 2: weights 5 2 3
llvm::SmallVector<int64_t> getTileWeights(const RowTiles &tiles,
                                          int64_t overhead);

} // namespace mlir::moe

#endif // MOE_LAYOUT_WORKSPLIT_H
