//===- WorkSplit.cpp - Balanced cuts of a line of tiles -------------------===//

#include "moe/Layout/WorkSplit.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir::moe;
using llvm::ArrayRef;
using llvm::Expected;
using llvm::SmallVector;

Expected<SmallVector<int64_t>> mlir::moe::splitWork(ArrayRef<int64_t> weights,
                                                    int64_t parts) {
  constexpr int64_t maxTotal = int64_t(1) << 62;
  if (parts < 1)
    return llvm::createStringError("expects at least 1 part, found %lld",
                                   static_cast<long long>(parts));
  int64_t total = 0;
  for (auto [i, weight] : llvm::enumerate(weights)) {
    if (weight < 0)
      return llvm::createStringError(
          "expects item %zu to have a weight of at least 0, found %lld", i,
          static_cast<long long>(weight));
    if (weight >= maxTotal - total)
      return llvm::createStringError(
          "expects a total weight below 2^62, found more at item %zu", i);
    total += weight;
  }

  SmallVector<int64_t> cuts = {0};
  int64_t item = 0, before = 0; // before: the weight of all items before
  for (int64_t part = 1; part < parts; ++part) {
    // floor(total * part / parts), without overflow for parts below 2^31.
    int64_t cut = total / parts * part + total % parts * part / parts;
    while (item < static_cast<int64_t>(weights.size()) &&
           cut - before > weights[item] / 2)
      before += weights[item++];
    cuts.push_back(item);
  }
  cuts.push_back(weights.size());
  return cuts;
}

SmallVector<int64_t> mlir::moe::getTileWeights(const RowTiles &tiles,
                                               int64_t overhead) {
  SmallVector<int64_t> weights;
  for (int64_t i = 0, e = tiles.getNumTiles(); i < e; ++i)
    weights.push_back(tiles.getTile(i).rows + overhead);
  return weights;
}
