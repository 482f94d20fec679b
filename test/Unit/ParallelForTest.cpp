//===- ParallelForTest.cpp - Each task once, by any threads ---------------===//

#include "JoinLosses.h"
#include "ProgramRun.h"
#include "ShareRange.h"

#include "gtest/gtest.h"

#include <atomic>
#include <chrono>
#include <random>
#include <thread>
#include <vector>

namespace {
struct Runs {
  explicit Runs(int64_t count) : ofTask(count) {}

  std::vector<std::atomic<int>> ofTask;

  static void run(void *context, int64_t first, int64_t last) {
    auto *runs = static_cast<Runs *>(context);
    for (int64_t task = first; task < last; ++task)
      ++runs->ofTask[task];
  }

  void check() const {
    for (size_t task = 0; task < ofTask.size(); ++task)
      ASSERT_EQ(ofTask[task], 1) << "task " << task;
  }
};

/// As a program on `threads` threads does, more than there are cores or not.
void run(Runs &runs, int64_t grain, unsigned threads) {
  struct Loop {
    Runs &runs;
    int64_t grain;
  } loop{runs, grain};
  mlir::moe::RunFailure failure;
  ASSERT_TRUE(mlir::moe::runProgram(
      [](void *context) {
        auto *loop = static_cast<Loop *>(context);
        moeParallelFor(static_cast<int64_t>(loop->runs.ofTask.size()),
                       loop->grain, 0, Runs::run, &loop->runs);
      },
      &loop, SIZE_MAX, threads, nullptr, failure));
  runs.check();
}
} // namespace

TEST(ParallelFor, RunsEachTaskOnce) {
  for (int64_t count : {0, 1, 2, 3, 7, 511, 512, 513, 10000})
    for (int64_t grain : {1, 5, 20000})
      for (unsigned threads : {0, 1, 2, 3, 8}) {
        SCOPED_TRACE(testing::Message() << count << " tasks by " << grain
                                        << ", " << threads << " threads");
        Runs runs(count);
        run(runs, grain, threads);
      }
}

// The thread that begins with the slow task has 499 more: the other one runs
// them meanwhile, all but a few.
TEST(ParallelFor, TakesFromAThreadThatIsSlow) {
  struct Shared {
    std::atomic<std::thread::id> slow;
    std::atomic<int> bySlow{0}, all{0};
  } shared;
  mlir::moe::getJoinLosses().clear(); // of the tests before
  mlir::moe::RunFailure failure;
  ASSERT_TRUE(mlir::moe::runProgram(
      [](void *context) {
        moeParallelFor(
            1000, 1, 0,
            [](void *context, int64_t first, int64_t) {
              auto *shared = static_cast<Shared *>(context);
              if (first == 0) {
                shared->slow = std::this_thread::get_id();
                std::this_thread::sleep_for(std::chrono::milliseconds(200));
              }
              ++shared->all;
              shared->bySlow += shared->slow == std::this_thread::get_id();
            },
            context);
      },
      &shared, SIZE_MAX, 2, nullptr, failure));
  EXPECT_EQ(shared.all, 1000);
  EXPECT_LT(shared.bySlow, 100);
}

namespace {
using Milliseconds = std::chrono::duration<double, std::milli>;

/// A loop on two threads of shares of a millisecond, behind one that has lost
/// twenty.
struct LoopAfterALoss {
  std::thread::id caller = std::this_thread::get_id();
  std::chrono::steady_clock::time_point begin =
      std::chrono::steady_clock::now();
  std::atomic<int> all{0}, byOthers{0};
  /// When another thread has begun.
  std::atomic<double> met{1e9};

  explicit LoopAfterALoss(int shares) {
    mlir::moe::JoinLosses &losses = mlir::moe::getJoinLosses();
    std::chrono::nanoseconds now = begin.time_since_epoch();
    losses.add(now.count(), 1000000000, 0, 1000000000);
    moeParallelFor(
        shares, 1, 2,
        [](void *context, int64_t, int64_t) {
          static_cast<LoopAfterALoss *>(context)->runShare();
        },
        this);
    losses.clear();
  }

private:
  void runShare() {
    ++all;
    if (std::this_thread::get_id() != caller && byOthers++ == 0)
      met = Milliseconds(std::chrono::steady_clock::now() - begin).count();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
};

/// Of a few tries: what takes this thread's core meanwhile may let it be late.
bool isEver(bool (*condition)()) {
  for (int attempt = 0; attempt < 20; ++attempt)
    if (condition())
      return true;
  return false;
}
} // namespace

// After a loop has waited in vain, one that takes less than was lost needs no
// other thread.
TEST(ParallelFor, GoesOnAloneAfterALoss) {
  EXPECT_TRUE(isEver([] { return LoopAfterALoss(8).byOthers == 0; }));
}

// Half of 30 is less than was lost: it calls them for what is left after that.
TEST(ParallelFor, CallsThreadsForWhatIsLeft) {
  EXPECT_TRUE(isEver([] {
    LoopAfterALoss loop(30);
    return loop.all == 30 && loop.byOthers > 0 && loop.met >= 20;
  }));
}

// Half of 200 is more, as the first share tells: it calls them at once.
TEST(ParallelFor, CallsThreadsThatSaveMoreThanWasLost) {
  EXPECT_TRUE(isEver([] {
    LoopAfterALoss loop(200);
    return loop.all == 200 && loop.met < 10;
  }));
}

// A millisecond lost counts for twenty.
TEST(JoinLosses, RemembersWhatWasLost) {
  mlir::moe::JoinLosses losses;
  constexpr int64_t kMs = 1000000;
  EXPECT_EQ(losses.getTimeAlone(0), 0);
  losses.add(100 * kMs, 3 * kMs, 2 * kMs, kMs);
  EXPECT_EQ(losses.getTimeAlone(100 * kMs), kMs);
  EXPECT_EQ(losses.getTimeAlone(120 * kMs - 1), kMs);
  EXPECT_EQ(losses.getTimeAlone(120 * kMs), 0);
  EXPECT_TRUE(losses.isInDoubt(120 * kMs - 1));
  EXPECT_FALSE(losses.isInDoubt(120 * kMs));
}

TEST(JoinLosses, ForgivesWhatIsSmallOrGainedBack) {
  mlir::moe::JoinLosses losses;
  constexpr int64_t kUs = 1000;
  losses.add(0, 150 * kUs, 0, 150 * kUs);
  EXPECT_EQ(losses.getTimeAlone(1), 0);
  EXPECT_FALSE(losses.isInDoubt(1));
  losses.add(0, 100 * kUs, 220 * kUs, 0);
  losses.add(0, 150 * kUs, 0, 150 * kUs); // 180 us all together
  EXPECT_EQ(losses.getTimeAlone(1), 0);
  losses.add(0, 30 * kUs, 0, 30 * kUs);
  EXPECT_EQ(losses.getTimeAlone(1), 210 * kUs);
}

// A process that was stopped for a minute does not go on alone for one.
TEST(JoinLosses, CountsNoMoreThanAFewSlices) {
  mlir::moe::JoinLosses losses;
  constexpr int64_t kMs = 1000000;
  losses.add(0, 60000 * kMs, 0, 60000 * kMs);
  EXPECT_EQ(losses.getTimeAlone(1), 20 * kMs);
  EXPECT_EQ(losses.getTimeAlone(400 * kMs), 0);
}

// A thief runs what it has stolen: the next one finds nothing to steal back.
TEST(ParallelFor, StealsALastShareOnce) {
  mlir::moe::ShareRange owner, thief;
  owner.set(7, 8);
  thief.set(0, 0);
  uint64_t share;
  ASSERT_TRUE(thief.steal(owner, share));
  EXPECT_EQ(share, 7u);
  EXPECT_FALSE(owner.steal(thief, share));
  EXPECT_FALSE(thief.takeFirst(share));
}

// The second half, of which the thief has the first share at once.
TEST(ParallelFor, StealsHalves) {
  mlir::moe::ShareRange owner, thief;
  owner.set(0, 10);
  thief.set(0, 0);
  uint64_t share;
  ASSERT_TRUE(thief.steal(owner, share));
  EXPECT_EQ(share, 5u);
  ASSERT_TRUE(thief.takeFirst(share));
  EXPECT_EQ(share, 6u);
  ASSERT_TRUE(owner.takeFirst(share));
  EXPECT_EQ(share, 0u);
}

// Whoever comes next, the shares are handed out once each, in as many steps.
TEST(ParallelFor, EndsInAnyOrderOfTheThreads) {
  constexpr unsigned kThreads = 4, kShares = 50;
  for (unsigned seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    std::mt19937 random(seed);
    mlir::moe::ShareRange ranges[kThreads];
    for (unsigned i = 0; i < kThreads; ++i)
      ranges[i].set(kShares * i / kThreads, kShares * (i + 1) / kThreads);
    std::vector<int> taken(kShares);
    for (unsigned step = 0; step < kShares; ++step) {
      uint64_t share;
      for (bool found = false; !found;) {
        unsigned thread = random() % kThreads, other = random() % kThreads;
        found = ranges[thread].takeFirst(share) ||
                (other != thread && ranges[thread].steal(ranges[other], share));
      }
      ASSERT_EQ(++taken[share], 1) << "share " << share;
    }
    uint64_t share;
    for (mlir::moe::ShareRange &range : ranges)
      EXPECT_FALSE(range.takeFirst(share));
  }
}

TEST(ParallelFor, RunsManyTimes) {
  for (int i = 0; i < 200; ++i) {
    Runs runs(5);
    run(runs, 1, 4);
  }
}

TEST(ParallelFor, TakesMoreThreadsThanThereAreRanges) {
  Runs runs(2000);
  run(runs, 1, 600);
}

TEST(ParallelFor, RunsTasksWithin) {
  struct Outer {
    std::atomic<int> inner{0};
  } outer;
  moeParallelFor(
      4, 1, 4,
      [](void *context, int64_t first, int64_t last) {
        for (; first < last; ++first)
          moeParallelFor(
              8, 1, 4,
              [](void *context, int64_t first, int64_t last) {
                static_cast<Outer *>(context)->inner +=
                    static_cast<int>(last - first);
              },
              context);
      },
      &outer);
  EXPECT_EQ(outer.inner, 32);
}
