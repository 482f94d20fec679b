//===- ForkTest.cpp - Loops in children of fork ---------------------------===//

#include "Fork.h"
#include "JoinLosses.h"
#include "OpenMP.h"
#include "ProgramRun.h"

#include "gtest/gtest.h"

#include <atomic>
#include <chrono>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

/// Whether two tasks run at the same time: each waits for the other.
static bool runsTwoTasks() {
  mlir::moe::getJoinLosses().clear();
  std::atomic<int> begun = 0;
  mlir::moe::RunFailure failure;
  bool isComplete = mlir::moe::runProgram(
      [](void *begun) {
        moeParallelFor(
            2, 1, 0,
            [](void *context, int64_t, int64_t) {
              using Clock = std::chrono::steady_clock;
              auto &begun = *static_cast<std::atomic<int> *>(context);
              auto end = Clock::now() + std::chrono::seconds(10);
              for (++begun; begun < 2 && Clock::now() < end;)
                std::this_thread::yield();
              begun += begun >= 2 ? 100 : 0;
            },
            begun);
      },
      &begun, SIZE_MAX, 2, nullptr, failure);
  return isComplete && begun >= 200;
}

/// Whether `check` holds in a child of fork.
static bool holdsInChild(bool (*check)()) {
  pid_t child = fork();
  if (child == 0) {
    alarm(20); // ends a child that waits
    _exit(check() ? 0 : 1);
  }
  int status = 1;
  waitpid(child, &status, 0);
  return status == 0;
}

/// As the parent has run it on several threads, which a child has not.
static void runOpenMP() {
  mlir::moe::getOpenMP().parallel([](void *) {}, nullptr, 4, 0);
}

TEST(Fork, ChildrenRunTasksAtTheSameTime) {
  runOpenMP();
  EXPECT_TRUE(holdsInChild(runsTwoTasks));
  EXPECT_TRUE(runsTwoTasks());
}

// Each on threads of its own, one after the other.
TEST(Fork, ChildrenOfChildren) {
  runOpenMP();
  EXPECT_TRUE(holdsInChild(
      [] { return runsTwoTasks() && holdsInChild(runsTwoTasks); }));
  EXPECT_TRUE(holdsInChild(
      [] { return holdsInChild(runsTwoTasks) && runsTwoTasks(); }));
}

// A thread that began in the child, and one that forks there.
TEST(Fork, OtherThreadsOfChildren) {
  runOpenMP();
  EXPECT_TRUE(holdsInChild([] {
    bool isRight = false;
    std::thread([&] {
      isRight = runsTwoTasks() && holdsInChild(runsTwoTasks);
    }).join();
    return isRight && runsTwoTasks();
  }));
}

TEST(Fork, ChildrenKnowThatTheyAreForked) {
  EXPECT_TRUE(holdsInChild(mlir::moe::mayBeForked));
  EXPECT_TRUE(holdsInChild(mlir::moe::isFirstThread));
  EXPECT_TRUE(holdsInChild([] {
    bool isFirst = true;
    std::thread([&] { isFirst = mlir::moe::isFirstThread(); }).join();
    return !isFirst;
  }));
}

/// This process ran `exec`, and forks nobody here.
TEST(Fork, KnowsWhoWasNotForked) {
  if (access("/proc/self/stat", R_OK) != 0)
    GTEST_SKIP() << "the system does not say";
  EXPECT_FALSE(mlir::moe::mayBeForked());
  EXPECT_TRUE(holdsInChild(mlir::moe::mayBeForked));
}
