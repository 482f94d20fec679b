//===- KernelCostTest.cpp - What a grouped matmul costs -------------------===//

#include "moe/Target/KernelCost.h"
#include "RandomCases.h"

#include "gmock/gmock.h"

using namespace mlir::moe;

/// 100 multiply-adds and 8 bytes: an f32 weight is worth 50 rows.
static const Roof kRoof{100, 200, 8};

static KernelShape makeShape() {
  KernelShape shape;
  shape.depth = 32;
  shape.columns = 64;
  shape.tileRows = 6;
  shape.tileColumns = 64;
  shape.prefetch = true;
  return shape;
}

// An expert without rows costs nothing, wherever it is, and nor do no experts.
TEST(KernelCostTest, NoRows) {
  for (bool prefetch : {false, true}) {
    KernelShape shape = makeShape();
    shape.prefetch = prefetch;
    for (const std::vector<int64_t> &rows :
         {std::vector<int64_t>(), std::vector<int64_t>(3, 0)}) {
      KernelCost cost = estimateKernel(shape, rows, kRoof);
      EXPECT_EQ(cost.getRoof(), 0);
      EXPECT_EQ(cost.expected, 0);
      EXPECT_FALSE(cost.isMemoryBound());
    }
    EXPECT_EQ(estimateKernel(shape, {0, 9, 0}, kRoof).expected,
              estimateKernel(shape, {9}, kRoof).expected);
  }
}

// 32 * 64 weights of 4 bytes at 8 bytes a second, or at 100 a second a row.
TEST(KernelCostTest, Roof) {
  KernelCost cost = estimateKernel(makeShape(), {3, 0, 7}, kRoof);
  EXPECT_DOUBLE_EQ(cost.memory, 2 * 32 * 64 * 4 / 8.0);
  EXPECT_DOUBLE_EQ(cost.arithmetic, 10 * 32 * 64 / 100.0);
  EXPECT_EQ(cost.getRoof(), cost.memory);
}

// Weights of several types: a bf16 and an f32 one are 6 bytes for two
// multiply-adds.
TEST(KernelCostTest, WeightsOfSeveralTypes) {
  KernelShape shape = makeShape();
  shape.weights = 2;
  shape.weightBytes = 2 + 4;
  KernelCost cost = estimateKernel(shape, {1, 1, 0}, kRoof);
  EXPECT_DOUBLE_EQ(cost.memory, 2 * 32 * 64 * 6 / 8.0);
  EXPECT_DOUBLE_EQ(cost.arithmetic, 2 * 2 * 32 * 64 / 100.0);
}

// Memory bounds few rows and arithmetic many: 50 of them take as long.
TEST(KernelCostTest, BoundFlips) {
  EXPECT_TRUE(estimateKernel(makeShape(), {49}, kRoof).isMemoryBound());
  EXPECT_FALSE(estimateKernel(makeShape(), {51}, kRoof).isMemoryBound());
  // Two experts read twice as much.
  EXPECT_TRUE(estimateKernel(makeShape(), {49, 49}, kRoof).isMemoryBound());
  EXPECT_FALSE(estimateKernel(makeShape(), {98}, kRoof).isMemoryBound());
}

// More rows never cost less, and no estimate is below the roof.
TEST(KernelCostTest, Monotone) {
  moe_test::forRandomCases([](moe_test::Random &random) {
    KernelShape shape = makeShape();
    shape.columns = random.draw(0, 200);
    shape.tileRows = random.draw(1, 8);
    shape.weights = random.draw(1, 2);
    shape.weightBytes = shape.weights * random.draw(2, 4);
    shape.prefetch = random.oneIn(2);
    shape.math = static_cast<KernelMath>(random.draw(0, 2));
    Roof roof{double(random.draw(1, 100)), double(random.draw(0, 100)),
              double(random.draw(1, 100))};
    KernelCost last;
    for (int64_t rows = 0; rows < 64; ++rows) {
      KernelCost cost = estimateKernel(shape, {rows}, roof);
      EXPECT_GE(cost.expected, last.expected * (1 - 1e-12)) << rows;
      EXPECT_GE(cost.getRoof(), last.getRoof()) << rows;
      EXPECT_GE(cost.expected, cost.getRoof() * (1 - 1e-12)) << rows;
      last = cost;
    }
  });
}

// Where memory is no limit: a row alone costs as much as two, which is what
// reading its weights from the second cache takes, unless it can share a tile
// with others, and columns fill tiles.
TEST(KernelCostTest, Tiles) {
  Roof fast{100, 200, 1e30};
  KernelShape shape = makeShape();
  auto expected = [&](int64_t rows) {
    return estimateKernel(shape, {rows}, fast).expected;
  };
  EXPECT_EQ(expected(1), expected(2));
  EXPECT_LT(expected(2), expected(3));
  EXPECT_DOUBLE_EQ(expected(12), 2 * expected(6));
  EXPECT_DOUBLE_EQ(expected(7), expected(6) + expected(1));
  EXPECT_DOUBLE_EQ(expected(13), expected(6) + expected(4) + expected(3));
  double full = expected(6);
  shape.columns = 33;
  EXPECT_EQ(expected(6), full);
}

// Few rows are in tiles of another form, which the last two of two share.
TEST(KernelCostTest, TallTiles) {
  Roof fast{100, 200, 1e30};
  KernelShape shape = makeShape();
  shape.tallRows = 12;
  shape.leastRows = 4;
  shape.fewRows = 24;
  auto expected = [&](int64_t rows) {
    return estimateKernel(shape, {rows}, fast).expected;
  };
  double row = expected(6) / 6;
  EXPECT_DOUBLE_EQ(expected(1), 2 * row); // wide
  for (int64_t rows : {4, 13, 23, 24})    // tall, the last wide again
    EXPECT_DOUBLE_EQ(expected(rows), rows * row);
}

// Weights that are not asked for ahead delay the first tile.
TEST(KernelCostTest, Prefetch) {
  KernelShape shape = makeShape();
  double ahead = estimateKernel(shape, {60}, kRoof).expected;
  shape.prefetch = false;
  KernelCost cost = estimateKernel(shape, {60}, kRoof);
  EXPECT_GT(cost.expected, ahead);
  EXPECT_LT(cost.expected, ahead + cost.memory);
}

// f64 runs at half the peak of f32, dots at their own, or at that of f32.
TEST(KernelCostTest, Peaks) {
  EXPECT_EQ(getPeak(kRoof, KernelMath::F32), 100);
  EXPECT_EQ(getPeak(kRoof, KernelMath::F64), 50);
  EXPECT_EQ(getPeak(kRoof, KernelMath::Dot), 200);
  EXPECT_EQ(getPeak({100, 0, 8}, KernelMath::Dot), 100);
}
