//===- WorkSplitTest.cpp - Laws of the work split -------------------------===//

#include "moe/Layout/WorkSplit.h"
#include "RandomCases.h"

#include "gmock/gmock.h"
#include <numeric>

using namespace mlir::moe;
using namespace moe_test;
using testing::ElementsAre;

static llvm::SmallVector<int64_t> split(const std::vector<int64_t> &weights,
                                        int64_t parts) {
  return llvm::cantFail(splitWork(weights, parts));
}

// The example of the header.
TEST(WorkSplitTest, Example) {
  EXPECT_THAT(split({4, 4, 1, 4, 3}, 2), ElementsAre(0, 2, 5));
  auto layout = llvm::cantFail(RaggedLayout::fromCounts({5, 0, 2}));
  EXPECT_THAT(getTileWeights(RowTiles(layout, 4), 1), ElementsAre(5, 2, 3));
}

// No items, no weight, more parts than items.
TEST(WorkSplitTest, Corners) {
  EXPECT_THAT(split({}, 3), ElementsAre(0, 0, 0, 0));
  EXPECT_EQ(split({0, 0}, 2).back(), 2);
  EXPECT_EQ(split({7}, 4).back(), 1);
}

// The parts are runs that cover all items, and none is heavier than the ideal
// plus one item.
TEST(WorkSplitTest, CoversAndBalances) {
  forRandomCases([](Random &random) {
    std::vector<int64_t> weights(random.draw(0, 60));
    int64_t largest = random.oneIn(5) ? int64_t(1) << 40 : 40;
    for (int64_t &weight : weights)
      weight = random.oneIn(6) ? random.draw(0, largest) : random.draw(0, 8);
    int64_t parts = random.draw(1, 12);
    auto cuts = split(weights, parts);
    ASSERT_EQ(cuts.size(), static_cast<size_t>(parts + 1));
    EXPECT_EQ(cuts.front(), 0);
    EXPECT_EQ(cuts.back(), static_cast<int64_t>(weights.size()));
    int64_t total = std::accumulate(weights.begin(), weights.end(), int64_t(0));
    int64_t heaviest = weights.empty() ? 0 : *llvm::max_element(weights);
    for (int64_t p = 0; p < parts; ++p) {
      ASSERT_LE(cuts[p], cuts[p + 1]);
      int64_t load = std::accumulate(weights.begin() + cuts[p],
                                     weights.begin() + cuts[p + 1], int64_t(0));
      EXPECT_LE(load, (total + parts - 1) / parts + heaviest);
    }
  });
}

// However skewed the experts are, the tiles of a layout keep every thread
// within one tile of the ideal.
TEST(WorkSplitTest, SkewedExpertsDoNotHurt) {
  forRandomCases([](Random &random) {
    std::vector<int64_t> counts(random.draw(1, 64), 0);
    for (int64_t rows = random.draw(0, 600); rows > 0; --rows)
      ++counts[random.oneIn(3) ? 0 : random.draw(0, counts.size() - 1)];
    RowTiles tiles(llvm::cantFail(RaggedLayout::fromCounts(counts)), 6);
    auto weights = getTileWeights(tiles, 2);
    int64_t threads = random.draw(1, 16);
    auto cuts = llvm::cantFail(splitWork(weights, threads));
    int64_t total = std::accumulate(weights.begin(), weights.end(), int64_t(0));
    for (int64_t p = 0; p < threads; ++p) {
      int64_t load = std::accumulate(weights.begin() + cuts[p],
                                     weights.begin() + cuts[p + 1], int64_t(0));
      EXPECT_LE(load, (total + threads - 1) / threads + 8);
    }
  });
}

// Bad numbers are refused in words.
TEST(WorkSplitTest, RefusesBadWork) {
  auto refusal = [](std::vector<int64_t> weights, int64_t parts) {
    auto cuts = splitWork(weights, parts);
    return cuts ? "accepted" : llvm::toString(cuts.takeError());
  };
  EXPECT_EQ(refusal({1}, 0), "expects at least 1 part, found 0");
  EXPECT_EQ(refusal({1, -1}, 2),
            "expects item 1 to have a weight of at least 0, found -1");
  EXPECT_EQ(refusal({int64_t(1) << 61, int64_t(1) << 61}, 2),
            "expects a total weight below 2^62, found more at item 1");
}
