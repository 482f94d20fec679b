//===- KernelCostTest.cpp - What a grouped matmul costs -------------------===//

#include "moe/Target/KernelCost.h"
#include "RandomCases.h"

#include "gmock/gmock.h"

using namespace mlir::moe;

/// A core that multiplies 32 numbers of f32 and reads 8 bytes in a cycle: an
/// f32 weight is worth 16 rows.
static const Roof kRoof{32, 64, 8, 1, 16};
/// The same where memory is no limit.
static const Roof kFast{32, 64, 1e30, 1, 16};

/// One weight in tiles of 6 rows by two panels of 32 columns.
static KernelShape makeShape() {
  KernelShape shape;
  shape.depth = 1024;
  shape.columns = 128;
  KernelSchedule &schedule = shape.schedule;
  schedule.rows = 6;
  schedule.columns = 32;
  schedule.lanes = 16;
  schedule.joined = 2;
  schedule.panel = 2;
  schedule.prefetch = true;
  return shape;
}

/// Two weights in tiles of 6 rows by one panel of each.
static KernelShape makePair() {
  KernelShape shape = makeShape();
  shape.weights = 2;
  shape.weightBytes = 8;
  shape.schedule.joined = shape.schedule.panel = 1;
  return shape;
}

static KernelShape setTall(KernelShape shape, int64_t least, int64_t few) {
  shape.schedule.tall = 12;
  shape.schedule.least = least;
  shape.schedule.few = few;
  return shape;
}

static double expect(const KernelShape &shape, int64_t rows, const Roof &roof) {
  return estimateKernel(shape, {rows}, roof).expected;
}

// An expert without rows costs nothing, wherever it is, and nor do no experts.
TEST(KernelCostTest, NoRows) {
  for (bool prefetch : {false, true}) {
    KernelShape shape = makeShape();
    shape.schedule.prefetch = prefetch;
    for (const std::vector<int64_t> &rows :
         {std::vector<int64_t>(), std::vector<int64_t>(3, 0)}) {
      KernelCost cost = estimateKernel(shape, rows, kRoof);
      EXPECT_EQ(cost.getRoof(), 0);
      EXPECT_EQ(cost.expected, 0);
      EXPECT_FALSE(cost.isMemoryBound());
    }
    EXPECT_EQ(estimateKernel(shape, {0, 9, 0}, kRoof).expected,
              expect(shape, 9, kRoof));
  }
}

// 1024 * 128 weights of 4 bytes at 8 bytes a second, or at 32 a second a row.
TEST(KernelCostTest, Roof) {
  KernelCost cost = estimateKernel(makeShape(), {3, 0, 7}, kRoof);
  EXPECT_DOUBLE_EQ(cost.memory, 2 * 1024 * 128 * 4 / 8.0);
  EXPECT_DOUBLE_EQ(cost.arithmetic, 10 * 1024 * 128 / 32.0);
  EXPECT_EQ(cost.getRoof(), cost.memory);
}

// Weights of several types: a bf16 and an f32 one are 6 bytes for two
// multiply-adds.
TEST(KernelCostTest, WeightsOfSeveralTypes) {
  KernelShape shape = makePair();
  shape.weightBytes = 2 + 4;
  KernelCost cost = estimateKernel(shape, {1, 1, 0}, kRoof);
  EXPECT_DOUBLE_EQ(cost.memory, 2 * 1024 * 128 * 6 / 8.0);
  EXPECT_DOUBLE_EQ(cost.arithmetic, 2 * 2 * 1024 * 128 / 32.0);
}

// Memory bounds few rows and arithmetic many: 16 of them take as long.
TEST(KernelCostTest, BoundFlips) {
  EXPECT_TRUE(estimateKernel(makeShape(), {15}, kRoof).isMemoryBound());
  EXPECT_FALSE(estimateKernel(makeShape(), {17}, kRoof).isMemoryBound());
  // Two experts read twice as much.
  EXPECT_TRUE(estimateKernel(makeShape(), {15, 15}, kRoof).isMemoryBound());
  EXPECT_FALSE(estimateKernel(makeShape(), {32}, kRoof).isMemoryBound());
}

// More rows never cost less of one form of tiles, unless they ask for more
// ahead, and no estimate is below the roof.
TEST(KernelCostTest, Monotone) {
  moe_test::forRandomCases([](moe_test::Random &random) {
    KernelShape shape = makeShape();
    KernelSchedule &schedule = shape.schedule;
    shape.depth = random.draw(1, 300);
    shape.columns = random.draw(0, 200);
    shape.weights = random.draw(1, 2);
    shape.weightBytes = shape.weights * random.draw(2, 4);
    shape.math = static_cast<KernelMath>(random.draw(0, 3));
    shape.isOrdered = random.oneIn(2);
    schedule.rows = random.draw(1, 12);
    schedule.lanes = 1 << random.draw(0, 5);
    schedule.columns = schedule.lanes * random.draw(1, 4);
    schedule.joined = random.draw(1, 2);
    schedule.depth = 64 * random.draw(0, 2);
    schedule.prefetch = random.oneIn(2);
    Roof roof{double(random.draw(1, 100)), double(random.draw(0, 100)),
              double(random.draw(1, 100)), random.draw(1, 9),
              1 << random.draw(2, 4)};
    KernelCost last;
    for (int64_t rows = 0; rows < 64; ++rows) {
      KernelCost cost = estimateKernel(shape, {rows}, roof);
      if (!schedule.prefetch) {
        EXPECT_GE(cost.expected, last.expected * (1 - 1e-12)) << rows;
      }
      EXPECT_GE(cost.getRoof(), last.getRoof()) << rows;
      EXPECT_GE(cost.expected, cost.getRoof() * (1 - 1e-12)) << rows;
      last = cost;
    }
    schedule.tiles = random.draw(1, 4);
    shape = setTall(shape, random.draw(1, 5), random.draw(6, 30));
    for (int64_t rows = 1; rows < 64; ++rows) {
      KernelCost cost = estimateKernel(shape, {rows, rows}, roof);
      EXPECT_GE(cost.expected, cost.getRoof() * (1 - 1e-12)) << rows;
    }
  });
}

// Where memory is no limit: a row costs about as much as two, since weights
// come from the second cache and sums wait for each other. Of two tiles and
// more the last two share.
TEST(KernelCostTest, WideTiles) {
  auto time = [](int64_t rows) { return expect(makeShape(), rows, kFast); };
  EXPECT_NEAR(time(2) / time(1), 1, 0.03);
  EXPECT_GT(time(3), 1.3 * time(2));
  EXPECT_DOUBLE_EQ(time(12), 2 * time(6));
  EXPECT_DOUBLE_EQ(time(7), time(4) + time(3));
  EXPECT_DOUBLE_EQ(time(13), time(6) + time(4) + time(3));
  EXPECT_NEAR(time(600) * 32 / (600. * 1024 * 128), 1.03, 0.01);
}

// Few rows are in tiles of another form. The last two of two and more share
// their rows, and an odd row is computed twice: 13 rows are 8 and 6.
TEST(KernelCostTest, TallTiles) {
  KernelShape tall = setTall(makeShape(), 4, 24);
  auto time = [&](int64_t rows) { return expect(tall, rows, kFast); };
  for (int64_t rows : {1, 3, 24, 100})
    EXPECT_EQ(time(rows), expect(makeShape(), rows, kFast));
  EXPECT_DOUBLE_EQ(time(13), time(8) + time(6));
  for (int64_t rows : {5, 9, 15, 21})
    EXPECT_EQ(time(rows), time(rows + 1)) << rows;
  // They walk the inputs twice as often.
  EXPECT_GT(time(12), expect(makeShape(), 12, kFast));
}

// A panel that is left of a pair is a tall tile: three panels are 3/4 of four.
TEST(KernelCostTest, LeftPanel) {
  KernelShape shape = makeShape(), alone = makeShape();
  for (int64_t rows : {2, 12, 120}) {
    shape.columns = 96;
    alone.columns = 32;
    double three = expect(shape, rows, kRoof), one = expect(alone, rows, kRoof);
    EXPECT_NEAR(three / expect(makeShape(), rows, kRoof), 0.75, 0.05);
    shape.columns = 64;
    EXPECT_DOUBLE_EQ(three, expect(shape, rows, kRoof) + one);
  }
}

// Columns count in whole panels.
TEST(KernelCostTest, PaddedColumns) {
  KernelShape shape = makeShape();
  shape.columns = 65;
  double padded = expect(shape, 8, kRoof);
  shape.columns = 96;
  EXPECT_EQ(padded, expect(shape, 8, kRoof));
  shape.schedule.columns = 16;
  shape.columns = 65;
  EXPECT_LT(expect(shape, 8, kRoof), padded);
}

// Tiles with too few sums wait for them; one register of columns waits for
// loads.
TEST(KernelCostTest, NarrowTiles) {
  KernelShape shape = makeShape();
  KernelSchedule &schedule = shape.schedule;
  schedule.joined = 1;
  auto time = [&](int64_t rows, int64_t columns) {
    schedule.rows = rows;
    schedule.columns = columns;
    return expect(shape, 120, kFast);
  };
  EXPECT_LT(time(12, 16), time(6, 16));
  EXPECT_LT(time(12, 32), time(12, 16));
  EXPECT_LT(time(6, 64), time(12, 32));
}

// Sums are stored and read again for each block of the contraction.
TEST(KernelCostTest, Blocks) {
  KernelShape shape = makeShape();
  double whole = expect(shape, 60, kFast);
  shape.schedule.depth = 512;
  double halves = expect(shape, 60, kFast);
  shape.schedule.depth = 256;
  double quarters = expect(shape, 60, kFast);
  EXPECT_GT(halves, whole);
  EXPECT_NEAR((quarters - halves) / (halves - whole), 2, 1e-6);
}

// Weights that are not asked for ahead delay what needs them, at most by what
// reading takes.
TEST(KernelCostTest, Prefetch) {
  for (int64_t rows : {1, 8, 60}) {
    KernelShape shape = makeShape();
    double ahead = expect(shape, rows, kRoof);
    shape.schedule.prefetch = false;
    KernelCost cost = estimateKernel(shape, {rows}, kRoof);
    EXPECT_GT(cost.expected, ahead);
    EXPECT_LT(cost.expected, ahead + cost.memory);
  }
}

// Tall tiles are faster where memory is waited for, wide ones where it is not:
// with two weights one row already has two streams.
TEST(KernelCostTest, Crossover) {
  KernelShape one = setTall(makeShape(), 1, 48);
  for (int64_t rows : {1, 8, 16})
    EXPECT_LT(expect(one, rows, kRoof), 0.96 * expect(makeShape(), rows, kRoof))
        << rows;
  for (int64_t rows : {24, 40})
    EXPECT_GT(expect(one, rows, kRoof), expect(makeShape(), rows, kRoof))
        << rows;
  KernelShape two = setTall(makePair(), 1, 48);
  EXPECT_GT(expect(two, 1, kRoof), expect(makePair(), 1, kRoof));
  EXPECT_LT(expect(two, 8, kRoof), expect(makePair(), 8, kRoof));
}

// The rows for which tall tiles are chosen do not depend on how fast memory is,
// as long as it is what few rows wait for.
TEST(KernelCostTest, ChosenTallRows) {
  for (double bytes : {1., 4., 6., 8., 9.})
    for (int64_t depth : {512, 1024, 2048, 4096}) {
      Roof roof{32, 64, bytes, 1, 16};
      KernelShape one = setTall(makeShape(), 1, 1);
      KernelShape two = setTall(makePair(), 1, 1);
      one.depth = two.depth = depth;
      chooseTallRows(one, roof);
      chooseTallRows(two, roof);
      EXPECT_THAT((std::vector{one.schedule.tall, one.schedule.least,
                               one.schedule.few}),
                  testing::ElementsAre(12, 1, 24))
          << bytes << " " << depth;
      EXPECT_THAT((std::vector{two.schedule.tall, two.schedule.least,
                               two.schedule.few}),
                  testing::ElementsAre(12, 4, 24))
          << bytes << " " << depth;
    }
  // Nothing is to be had where memory is no limit.
  KernelShape shape = setTall(makeShape(), 1, 1);
  chooseTallRows(shape, kFast);
  EXPECT_EQ(shape.schedule.tall, 0);
  EXPECT_EQ(shape.schedule.few, 0);
  EXPECT_EQ(shape.schedule.least, 1);
}

// A task has one core: fewer tasks than cores leave some without work, and the
// last ones end at different times.
TEST(KernelCostTest, Tasks) {
  Roof roof{32 * 4, 64 * 4, 8 * 4, 4, 16};
  auto time = [&](int64_t columns, bool isOrdered) {
    KernelShape shape = makeShape();
    shape.columns = columns;
    shape.isOrdered = isOrdered;
    return estimateKernel(shape, std::vector<int64_t>(8, 60), roof).expected;
  };
  EXPECT_DOUBLE_EQ(time(64, true), time(128, true));
  EXPECT_GT(time(128, true), 1.5 * time(128, false));
  // Of many tasks all cores have as many.
  KernelShape shape = makeShape();
  shape.columns = 64 * 400;
  EXPECT_NEAR(expect(shape, 60, roof), expect(shape, 60, kRoof) / 4,
              0.01 * expect(shape, 60, roof));
}

// Rows of an expert in several blocks read its weights from memory once.
TEST(KernelCostTest, RowBlocks) {
  KernelShape shape = makeShape();
  double whole = expect(shape, 120, kFast);
  shape.schedule.tiles = 4;
  EXPECT_DOUBLE_EQ(expect(shape, 120, kFast), whole);
  EXPECT_LT(expect(shape, 120, kRoof), 1.05 * expect(makeShape(), 120, kRoof));
}

// The rating is a mean of times by their roofs: it has no unit, and knows good
// forms from bad ones.
TEST(KernelCostTest, Rating) {
  KernelShape shape = setTall(makeShape(), 1, 24);
  double rating = rateKernel(shape, kRoof);
  EXPECT_GT(rating, 1);
  EXPECT_LT(rating, 1.05);
  EXPECT_NEAR(rateKernel(shape, {320, 640, 80, 1, 16}), rating, 1e-12);
  EXPECT_LT(rating, rateKernel(makeShape(), kRoof));
  shape.columns = 65;
  EXPECT_GT(rateKernel(shape, kRoof), 1.4 * rating);
}

// f64 runs at half the peak of f32, dots at their own, or at that of f32.
TEST(KernelCostTest, Peaks) {
  EXPECT_EQ(getPeak(kRoof, KernelMath::F32), 32);
  EXPECT_EQ(getPeak(kRoof, KernelMath::F64), 16);
  EXPECT_EQ(getPeak(kRoof, KernelMath::Dot), 64);
  EXPECT_EQ(getPeak({32, 0, 8}, KernelMath::Dot), 32);
  EXPECT_EQ(getPeak(kRoof, KernelMath::Pairs), 32);
}

// Pairs are as many multiply-adds as single points. Taking them apart takes
// longer than they do: by 4 registers, 28 instructions on three ports a step of
// 16 multiply-adds on two.
TEST(KernelCostTest, Pairs) {
  KernelShape shape = makeShape();
  shape.schedule.rows = 2;
  shape.schedule.tiles = 0;
  KernelCost single = estimateKernel(shape, {1 << 20}, kFast);
  shape.math = KernelMath::Pairs;
  KernelCost pairs = estimateKernel(shape, {1 << 20}, kFast);
  EXPECT_EQ(pairs.arithmetic, single.arithmetic);
  EXPECT_GT(pairs.expected, 28 / 3.0 / 8 * pairs.arithmetic);
  EXPECT_LT(pairs.expected, 1.2 * 28 / 3.0 / 8 * pairs.arithmetic);
}

// Of registers that are less than a line one panel of a line a step takes
// longer from memory than two of them; of others it does not.
TEST(KernelCostTest, LoneStream) {
  for (int64_t lanes : {8, 16}) {
    KernelShape shape = makeShape();
    shape.schedule.lanes = lanes;
    shape.schedule.columns = 16;
    shape.schedule.joined = 1;
    Roof roof = kRoof;
    roof.lanes = lanes;
    double alone = expect(shape, 1, roof);
    shape.schedule.joined = 2;
    double joined = expect(shape, 1, roof);
    if (lanes == 8)
      EXPECT_GT(alone, 1.05 * joined);
    else
      EXPECT_LT(alone, 1.05 * joined);
  }
}

// What is known of a target counts, the rest is that of a plain server.
TEST(KernelCostTest, NominalRoof) {
  Target target;
  target.cores = 3;
  Roof plain = getNominalRoof(target);
  EXPECT_EQ(plain.cores, 3);
  EXPECT_EQ(plain.lanes, 4);
  EXPECT_GT(plain.f32Macs, 0);
  EXPECT_EQ(plain.dotMacs, 0);
  EXPECT_GT(plain.readBytes, 0);
  target.arch = "znver5";
  target.vectorBits = 512;
  target.bandwidth = 7;
  Roof known = getNominalRoof(target);
  EXPECT_EQ(known.lanes, 16);
  EXPECT_EQ(known.f32Macs, 4 * plain.f32Macs);
  EXPECT_EQ(known.dotMacs, 2 * known.f32Macs);
  EXPECT_EQ(known.readBytes, 7);
}
