//===- TileSizes.cpp - How many rows a tile has ---------------------------===//

#include "moe/Layout/TileSizes.h"

#include "llvm/Support/MathExtras.h"
#include <algorithm>

using namespace mlir::moe;

int64_t mlir::moe::getTileSize(int64_t rows, int64_t most) {
  bool isOdd = rows % 2 != 0 && rows > 1 && rows < most;
  return rows + (isOdd && most > kMostExactRows);
}

llvm::SmallVector<int64_t> mlir::moe::getTileSizes(int64_t most,
                                                   int64_t least) {
  llvm::SmallVector<int64_t> sizes;
  for (int64_t rows = least; rows <= most; ++rows)
    if (getTileSize(rows, most) == rows)
      sizes.push_back(rows);
  return sizes;
}

TileCut mlir::moe::cutRows(int64_t rows, int64_t most, bool evenly) {
  int64_t count = llvm::divideCeil(rows, most);
  if (count < 2)
    return {0, 0, rows};
  int64_t shared = rows - (count - 2) * most;
  int64_t half = llvm::divideCeil(shared, 2);
  if (evenly)
    half = std::min<int64_t>(llvm::divideCeil(shared, 4) * 2, most);
  return {count - 2, half, shared - half};
}
