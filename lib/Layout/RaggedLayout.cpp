//===- RaggedLayout.cpp - Offsets, owners and tiles of ragged rows --------===//

#include "moe/Layout/RaggedLayout.h"

#include "moe/Layout/RoutingPlan.h"
#include "llvm/ADT/STLExtras.h"
#include <algorithm>
#include <limits>

using namespace mlir::moe;
using llvm::ArrayRef;
using llvm::Expected;
using llvm::SmallVector;

Expected<RaggedLayout> RaggedLayout::fromCounts(ArrayRef<int64_t> counts) {
  constexpr int64_t max = std::numeric_limits<int32_t>::max();
  SmallVector<int32_t> offsets = {0};
  for (auto [expert, count] : llvm::enumerate(counts)) {
    if (count < 0)
      return llvm::createStringError(
          "expects expert %zu to have at least 0 rows, found %lld", expert,
          static_cast<long long>(count));
    if (count > max - offsets.back())
      return llvm::createStringError(
          "expects at most %lld rows, found more at expert %zu",
          static_cast<long long>(max), expert);
    offsets.push_back(offsets.back() + static_cast<int32_t>(count));
  }
  return RaggedLayout(std::move(offsets));
}

Expected<RaggedLayout> RaggedLayout::fromOffsets(ArrayRef<int32_t> offsets) {
  if (auto error = checkOffsets(offsets, std::numeric_limits<int32_t>::max()))
    return llvm::createStringError(*error);
  return RaggedLayout(SmallVector<int32_t>(offsets));
}

int64_t RaggedLayout::getExpertOf(int64_t row) const {
  if (row < 0 || row >= getNumRows())
    return -1;
  // The last offset that is not above the row; experts without rows share
  // their offset with the next one and are passed over.
  return std::upper_bound(offsets.begin(), offsets.end(), row) -
         offsets.begin() - 1;
}

RaggedLayout RaggedLayout::getWindow(int64_t first, int64_t size) const {
  first = std::max<int64_t>(first, 0);
  size = std::max<int64_t>(size, 0);
  SmallVector<int32_t> window;
  for (int64_t offset : offsets)
    window.push_back(
        static_cast<int32_t>(std::clamp<int64_t>(offset - first, 0, size)));
  return RaggedLayout(std::move(window));
}

RowTiles::RowTiles(const RaggedLayout &layout, int64_t size)
    : layout(layout), size(std::max<int64_t>(size, 1)), firstTile({0}) {
  for (int64_t expert = 0; expert < layout.getNumExperts(); ++expert) {
    int64_t rows = layout.getSize(expert);
    int64_t tiles = rows / this->size + (rows % this->size != 0);
    firstTile.push_back(firstTile.back() + tiles);
  }
}

RowTile RowTiles::getTile(int64_t i) const {
  int64_t expert = std::upper_bound(firstTile.begin(), firstTile.end(), i) -
                   firstTile.begin() - 1;
  int64_t row = layout.getBegin(expert) + (i - firstTile[expert]) * size;
  return {expert, row, std::min(size, layout.getEnd(expert) - row)};
}
