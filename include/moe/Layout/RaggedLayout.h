//===- RaggedLayout.h - Rows of many experts in one array -------*- C++ -*-===//
//
// After dispatch the rows of all experts lie behind each other in one array.
// Expert e owns the rows [offsets[e], offsets[e+1]):
//
//   counts   3  0  5  1          rows of each expert
//   offsets  0  3  3  8  9       their exclusive prefix sum, E+1 numbers
//
//   row      0  1  2  3  4  5  6  7  8
//   expert   0  0  0  2  2  2  2  2  3      expert 1 has none
//
// A machine works on tiles of a few rows that share one expert's weights. A
// tile never crosses from one expert to the next, so an expert with c rows has
// ceil(c / size) tiles and an expert without rows has none. Tiles of 2 rows:
//
//   tile     0    1    2    3    4    5
//   expert   0    0    2    2    2    3
//   rows    0-1   2   3-4  5-6   7    8
//
// Everything here is arithmetic on numbers, without IR.
//
//===----------------------------------------------------------------------===//

#ifndef MOE_LAYOUT_RAGGEDLAYOUT_H
#define MOE_LAYOUT_RAGGEDLAYOUT_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Error.h"
#include <cstdint>

namespace mlir::moe {

/// Consecutive rows of one expert.
struct RowTile {
  int64_t expert; ///< whose rows
  int64_t row;    ///< the first row, counted over all experts
  int64_t rows;   ///< how many, at least 1

  bool operator==(const RowTile &other) const {
    return expert == other.expert && row == other.row && rows == other.rows;
  }
};

/// Which rows belong to which expert.
class RaggedLayout {
public:
  /// From the number of rows of each expert. Error: a negative count, or more
  /// than 2^31 - 1 rows (row numbers are i32 in programs).
  static llvm::Expected<RaggedLayout>
  fromCounts(llvm::ArrayRef<int64_t> counts);

  /// From E+1 offsets. Error: what `checkOffsets` says.
  static llvm::Expected<RaggedLayout>
  fromOffsets(llvm::ArrayRef<int32_t> offsets);

  int64_t getNumExperts() const { return offsets.size() - 1; }
  int64_t getNumRows() const { return offsets.back(); }
  llvm::ArrayRef<int32_t> getOffsets() const { return offsets; }

  /// The rows of expert e in [0, E): [begin, end).
  int64_t getBegin(int64_t expert) const { return offsets[expert]; }
  int64_t getEnd(int64_t expert) const { return offsets[expert + 1]; }
  int64_t getSize(int64_t expert) const {
    return getEnd(expert) - getBegin(expert);
  }

  /// The expert that owns a row, -1 for a row that nobody owns. In the example
  /// above row 2 is of expert 0 and row 3 of expert 2.
  int64_t getExpertOf(int64_t row) const;

  /// The rows that fall into the window [first, first + size), renumbered from
  /// 0: offsets become clamp(offsets - first, 0, size); negative numbers count
  /// as 0. A loop that walks the
  /// rows in windows uses the same code for a window as for the whole.
  ///
  ///   offsets       0  3  3  8  9      window of 4 rows from row 2:
  ///   becomes       0  1  1  4  4      1 row of expert 0, 3 rows of expert 2
  RaggedLayout getWindow(int64_t first, int64_t size) const;

private:
  explicit RaggedLayout(llvm::SmallVector<int32_t> offsets)
      : offsets(std::move(offsets)) {}

  llvm::SmallVector<int32_t> offsets;
};

/// The row tiles of a layout, numbered by ascending row.
class RowTiles {
public:
  /// Tiles of at most `size` rows; a size below 1 means 1.
  RowTiles(const RaggedLayout &layout, int64_t size);

  int64_t getNumTiles() const { return firstTile.back(); }
  /// The tiles of expert e: [getFirstTile(e), getFirstTile(e + 1)).
  int64_t getFirstTile(int64_t expert) const { return firstTile[expert]; }
  /// Tile i in [0, getNumTiles()).
  RowTile getTile(int64_t i) const;

private:
  RaggedLayout layout;
  int64_t size;
  llvm::SmallVector<int64_t> firstTile; // E+1, a prefix sum like the offsets
};

} // namespace mlir::moe

#endif // MOE_LAYOUT_RAGGEDLAYOUT_H
