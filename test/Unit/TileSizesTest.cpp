//===- TileSizesTest.cpp - Laws of the sizes of tiles ---------------------===//

#include "moe/Layout/TileSizes.h"
#include "RandomCases.h"

#include "gmock/gmock.h"

using namespace mlir::moe;
using namespace moe_test;
using testing::Contains;
using testing::ElementsAre;

static auto list(const TileCut &cut) {
  return std::vector<int64_t>{cut.numFull, cut.lastButOne, cut.last};
}

// The examples of the header, and of one tile and of two.
TEST(TileSizesTest, Example) {
  EXPECT_THAT(list(cutRows(13, 6, false)), ElementsAre(1, 4, 3));
  EXPECT_THAT(list(cutRows(13, 12, true)), ElementsAre(0, 8, 5));
  EXPECT_EQ(getTileSize(5, 12), 6);
  EXPECT_EQ(getTileSize(5, 8), 5);
  EXPECT_THAT(list(cutRows(6, 6, true)), ElementsAre(0, 0, 6));
  EXPECT_THAT(list(cutRows(7, 6, false)), ElementsAre(0, 4, 3));
  EXPECT_THAT(list(cutRows(8, 6, true)), ElementsAre(0, 4, 4));
  EXPECT_THAT(getTileSizes(12), ElementsAre(1, 2, 4, 6, 8, 10, 12));
  EXPECT_THAT(getTileSizes(9), ElementsAre(1, 2, 4, 6, 8, 9));
  EXPECT_THAT(getTileSizes(6, 3), ElementsAre(3, 4, 5, 6));
}

// All rows are in tiles, none of which is too large, as few as there can be;
// every one has a size, at most one row larger.
TEST(TileSizesTest, Laws) {
  forRandomCases([](Random &random) {
    int64_t most = random.draw(1, 14), rows = random.draw(0, 60);
    bool evenly = random.oneIn(2);
    TileCut cut = cutRows(rows, most, evenly);
    // The last two share.
    if (rows > most && !evenly) {
      EXPECT_THAT(cut.lastButOne - cut.last, testing::AnyOf(0, 1));
      EXPECT_GE(cut.last, most / 2);
    }
    EXPECT_EQ(cut.numFull * most + cut.lastButOne + cut.last, rows);
    EXPECT_EQ(cut.numFull + (cut.lastButOne > 0) + (cut.last > 0),
              (rows + most - 1) / most);
    auto sizes = getTileSizes(most);
    for (int64_t tile : {cut.lastButOne, cut.last}) {
      EXPECT_LE(tile, most);
      if (tile == 0)
        continue;
      int64_t size = getTileSize(tile, most);
      EXPECT_THAT(sizes, Contains(size));
      EXPECT_GE(size, tile);
      EXPECT_LE(size, tile + 1);
    }
  });
}
