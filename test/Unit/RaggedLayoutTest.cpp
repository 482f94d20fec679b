//===- RaggedLayoutTest.cpp - Laws of offsets and tiles -------------------===//

#include "moe/Layout/RaggedLayout.h"
#include "RandomCases.h"

#include "gmock/gmock.h"

using namespace mlir::moe;
using namespace moe_test;
using testing::ElementsAre;
using testing::HasSubstr;

static RaggedLayout layoutOf(std::vector<int64_t> counts) {
  return llvm::cantFail(RaggedLayout::fromCounts(counts));
}

/// Few or many experts, often empty, sometimes one with nearly everything.
static std::vector<int64_t> drawCounts(Random &random) {
  std::vector<int64_t> counts(random.draw(1, 40));
  for (int64_t &count : counts)
    count = random.oneIn(2) ? 0 : random.draw(0, 20);
  if (random.oneIn(4))
    counts[random.draw(0, counts.size() - 1)] = random.draw(0, 500);
  return counts;
}

// The example of the header.
TEST(RaggedLayoutTest, Example) {
  RaggedLayout layout = layoutOf({3, 0, 5, 1});
  EXPECT_THAT(layout.getOffsets(), ElementsAre(0, 3, 3, 8, 9));
  EXPECT_EQ(layout.getExpertOf(2), 0);
  EXPECT_EQ(layout.getExpertOf(3), 2);
  EXPECT_EQ(layout.getExpertOf(9), -1);
  EXPECT_EQ(layout.getExpertOf(-1), -1);
  EXPECT_THAT(layout.getWindow(2, 4).getOffsets(), ElementsAre(0, 1, 1, 4, 4));
  RowTiles tiles(layout, 2);
  ASSERT_EQ(tiles.getNumTiles(), 6);
  EXPECT_EQ(tiles.getTile(1), (RowTile{0, 2, 1}));
  EXPECT_EQ(tiles.getTile(4), (RowTile{2, 7, 1}));
  EXPECT_EQ(tiles.getTile(5), (RowTile{3, 8, 1}));
}

// Every row has the owner that a walk over the counts gives it.
TEST(RaggedLayoutTest, OwnersMatchCounts) {
  forRandomCases([](Random &random) {
    std::vector<int64_t> counts = drawCounts(random);
    RaggedLayout layout = layoutOf(counts);
    ASSERT_EQ(layout.getNumExperts(), static_cast<int64_t>(counts.size()));
    int64_t row = 0;
    for (size_t expert = 0; expert < counts.size(); ++expert) {
      EXPECT_EQ(layout.getSize(expert), counts[expert]);
      EXPECT_EQ(layout.getBegin(expert), row);
      for (int64_t i = 0; i < counts[expert]; ++i)
        EXPECT_EQ(layout.getExpertOf(row++), static_cast<int64_t>(expert));
    }
    EXPECT_EQ(layout.getNumRows(), row);
    EXPECT_EQ(layout.getExpertOf(row), -1);
  });
}

// Tiles cover each row once, in order, and never cross experts; every tile but
// an expert's last is full.
TEST(RaggedLayoutTest, TilesCoverRowsOnce) {
  forRandomCases([](Random &random) {
    RaggedLayout layout = layoutOf(drawCounts(random));
    int64_t size = random.draw(1, 9);
    RowTiles tiles(layout, size);
    int64_t row = 0;
    for (int64_t i = 0; i < tiles.getNumTiles(); ++i) {
      RowTile tile = tiles.getTile(i);
      ASSERT_EQ(tile.row, row);
      ASSERT_GE(tile.rows, 1);
      row += tile.rows;
      EXPECT_EQ(layout.getExpertOf(tile.row), tile.expert);
      EXPECT_EQ(layout.getExpertOf(row - 1), tile.expert);
      EXPECT_LE(tiles.getFirstTile(tile.expert), i);
      EXPECT_GT(tiles.getFirstTile(tile.expert + 1), i);
      if (row != layout.getEnd(tile.expert))
        EXPECT_EQ(tile.rows, size);
      else
        EXPECT_LE(tile.rows, size);
    }
    EXPECT_EQ(row, layout.getNumRows());
  });
}

// Walking the rows in windows meets every expert's rows once.
TEST(RaggedLayoutTest, WindowsCoverRowsOnce) {
  forRandomCases([](Random &random) {
    RaggedLayout layout = layoutOf(drawCounts(random));
    int64_t size = random.draw(1, 30);
    std::vector<int64_t> seen(layout.getNumExperts(), 0);
    for (int64_t first = 0; first < layout.getNumRows(); first += size) {
      RaggedLayout window = layout.getWindow(first, size);
      EXPECT_EQ(window.getNumRows(),
                std::min(size, layout.getNumRows() - first));
      for (int64_t row = 0; row < window.getNumRows(); ++row)
        EXPECT_EQ(window.getExpertOf(row), layout.getExpertOf(first + row));
      for (size_t e = 0; e < seen.size(); ++e)
        seen[e] += window.getSize(e);
    }
    for (size_t e = 0; e < seen.size(); ++e)
      EXPECT_EQ(seen[e], layout.getSize(e));
  });
}

// Bad numbers are refused in words.
TEST(RaggedLayoutTest, RefusesBadCounts) {
  auto refusal = [](std::vector<int64_t> counts) {
    auto layout = RaggedLayout::fromCounts(counts);
    return layout ? "accepted" : llvm::toString(layout.takeError());
  };
  EXPECT_EQ(refusal({1, -2}),
            "expects expert 1 to have at least 0 rows, found -2");
  EXPECT_EQ(refusal({2147483647, 1}),
            "expects at most 2147483647 rows, found more at expert 1");
  EXPECT_EQ(refusal({2147483647, 0}), "accepted");
  auto bad = RaggedLayout::fromOffsets({0, 3, 2});
  ASSERT_FALSE(bool(bad));
  EXPECT_THAT(llvm::toString(bad.takeError()), HasSubstr("offsets[2]"));
}
