//===- KeptBuffersTest.cpp - What waits from one run to the next ----------===//

#include "KeptBuffers.h"
#include "ProgramRun.h"

#include "gtest/gtest.h"

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace mlir::moe;

namespace {
constexpr size_t kMiB = 1 << 20;

/// `body` as a program that a run runs.
bool run(std::function<void()> body, size_t limit = SIZE_MAX,
         RunRecord *record = nullptr) {
  RunFailure failure;
  return runProgram(
      [](void *context) { (*static_cast<std::function<void()> *>(context))(); },
      &body, limit, 1, record, failure);
}

/// Where runs keep nothing, so that uses after a free are found.
bool keepsNothing() {
  run([] { moeFree(moeAllocate(kMiB)); });
  bool isEmpty = getKeptBytes() == 0;
  freeKeptMemory();
  return isEmpty;
}
} // namespace

// A buffer of one run is that of the next.
TEST(KeptBuffers, WaitForTheNextRun) {
  if (keepsNothing())
    GTEST_SKIP();
  void *first = nullptr, *second = nullptr;
  run([&] { moeFree(first = moeAllocate(kMiB)); });
  run([&] { moeFree(second = moeAllocate(kMiB)); });
  EXPECT_EQ(first, second);
  freeKeptMemory();
  EXPECT_EQ(getKeptBytes(), 0u);
}

// However many results callers free, no more waits than the last run had.
TEST(KeptBuffers, AreBoundedTogether) {
  size_t held = 0;
  std::vector<void *> results;
  for (int i = 0; i < 30; ++i)
    run([&] {
      results.push_back(moeAllocate(4 * kMiB));
      held = getCurrentRun()->heldPeak;
    });
  for (void *result : results)
    freeProgramBuffer(result);
  EXPECT_GE(held, 4 * kMiB);
  EXPECT_LE(getKeptBytes(), held);
  if (!keepsNothing()) {
    run([&] { results.assign(1, moeAllocate(4 * kMiB)); });
    freeProgramBuffer(results[0]);
    EXPECT_GE(getKeptBytes(), 4 * kMiB); // one does wait
  }
  freeKeptMemory();
}

// A buffer that was a larger one's counts as what it has, and is reported as
// what was asked for.
TEST(KeptBuffers, CountWholeAgainstTheLimit) {
  if (keepsNothing())
    GTEST_SKIP();
  run([] { moeFree(moeAllocate(6 * kMiB)); });
  size_t whole = getKeptBytes();
  ASSERT_GE(whole, 6 * kMiB);
  RunRecord record;
  EXPECT_TRUE(run(
      [&] {
        void *buffer = moeAllocate(5 * kMiB);
        EXPECT_EQ(getCurrentRun()->held, whole);
        moeFree(buffer);
        EXPECT_EQ(getCurrentRun()->held, 0u);
      },
      SIZE_MAX, &record));
  EXPECT_EQ(record.peakBytes, 5 * kMiB);
  // Of the limit 8 MiB, what waits added: 8 + 6, not 8 + 5 are left for others.
  EXPECT_FALSE(run(
      [&] {
        moeAllocate(5 * kMiB);
        moeAllocate(9 * kMiB);
      },
      8 * kMiB));
  freeKeptMemory();
}

// A child of `fork` runs on, whatever other threads were doing to what waits.
TEST(KeptBuffers, ChildrenOfForkRunOn) {
  if (keepsNothing())
    GTEST_SKIP(); // and the sanitizer's own lock is held in children
  std::atomic<bool> isOver = false;
  auto call = [] {
    run([] {
      for (int i = 0; i < 100; ++i)
        moeFree(moeAllocate(kMiB));
    });
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i)
    threads.emplace_back([&] {
      while (!isOver)
        call();
    });
  int failures = 0;
  for (int i = 0; i < 300 && failures == 0; ++i) {
    pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      alarm(20); // ends a child that waits
      call();
      _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    failures += !WIFEXITED(status) || WEXITSTATUS(status) != 0;
  }
  isOver = true;
  for (std::thread &thread : threads)
    thread.join();
  EXPECT_EQ(failures, 0);
  freeKeptMemory();
}
