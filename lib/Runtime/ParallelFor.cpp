//===- ParallelFor.cpp - Tasks over threads -------------------------------===//
//
// On GNU's OpenMP runtime: two runtimes in one process would fight for the
// cores. PyTorch's wheels bring a copy of their own, so what the process has
// already is taken, and the system's otherwise. Which thread runs a task
// changes no result, since tasks share no element.
//
// A thread has a run of neighbouring tasks, and takes half of what another has
// left when its own are done (Blumofe and Leiserson, 1999). Neighbours read the
// same rows and each asks for the weights of the next, so that handing them out
// one by one would fill the caches of all threads with everything.
//
//===----------------------------------------------------------------------===//

#include "JoinLosses.h"
#include "OpenMP.h"
#include "ProgramRun.h"
#include "ShareRange.h"

#include <algorithm>
#include <time.h>

using mlir::moe::JoinLosses;
using mlir::moe::ShareRange;

/// More threads do not run one loop.
static constexpr int64_t kMostThreads = 512;
static constexpr int64_t kMostShares = ShareRange::kMostShares;

/// In nanoseconds.
static int64_t now(clockid_t clock = CLOCK_MONOTONIC) {
  timespec time;
  clock_gettime(clock, &time);
  return time.tv_sec * int64_t(1000000000) + time.tv_nsec;
}

namespace {
/// What a thread has left, for how long it ran tasks and had a core meanwhile,
/// and until when. Zeros where it ran none.
struct Worker : ShareRange {
  int64_t taken, used, end;
};

static_assert(sizeof(Worker) == 64, "a cache line");

struct Tasks {
  int64_t count, grain;
  void (*body)(void *, int64_t, int64_t);
  void *context;
  int64_t threads;
  bool isInDoubt;
  Worker workers[kMostThreads];

  void run(int64_t share) const {
    int64_t first = share * grain;
    body(context, first, std::min(first + grain, count));
  }

  bool steal(int64_t thread, uint64_t &share) {
    for (int64_t i = 1; i < threads; ++i)
      if (workers[thread].steal(workers[(thread + i) % threads], share))
        return true;
    return false;
  }
};
} // namespace

JoinLosses &mlir::moe::getJoinLosses() {
  static JoinLosses losses;
  return losses;
}

static void work(void *data) {
  auto *tasks = static_cast<Tasks *>(data);
  int64_t thread = mlir::moe::getOpenMP().getThreadNumber();
  Worker &worker = tasks->workers[thread];
  bool isInDoubt = tasks->isInDoubt;
  int64_t begin = now();
  int64_t used = isInDoubt ? now(CLOCK_THREAD_CPUTIME_ID) : 0;
  uint64_t share;
  bool isIdle = true;
  while (worker.takeFirst(share) || tasks->steal(thread, share)) {
    tasks->run(static_cast<int64_t>(share));
    isIdle = false;
  }
  if (isIdle)
    return;
  worker.end = now();
  worker.taken = worker.end - begin;
  worker.used = isInDoubt ? now(CLOCK_THREAD_CPUTIME_ID) - used : worker.taken;
}

/// Runs the shares from `first` on all threads.
static void runTogether(Tasks &tasks, int64_t first, int64_t shares,
                        int64_t begin, JoinLosses &losses) {
  int64_t left = shares - first, threads = std::min(tasks.threads, left);
  tasks.threads = threads;
  tasks.isInDoubt = losses.isInDoubt(begin);
  // What a thread that does not come would do, others take.
  for (int64_t i = 0; i < threads; ++i) {
    Worker &worker = tasks.workers[i];
    worker.set(first + left * i / threads, first + left * (i + 1) / threads);
    worker.taken = worker.used = worker.end = 0;
  }
  mlir::moe::getOpenMP().parallel(work, &tasks, static_cast<unsigned>(threads),
                                  0);
  int64_t end = now(), used = 0;
  for (int64_t i = 0; i < threads; ++i)
    used += tasks.workers[i].used;
  // A thread alone would share its core as this one did.
  const Worker &own = tasks.workers[0];
  if (own.end)
    losses.add(end, end - begin,
               used * (double(own.taken) / std::max<int64_t>(own.used, 1)),
               end - own.end);
}

void moeParallelFor(int64_t count, int64_t grain, int64_t threads,
                    void (*body)(void *, int64_t, int64_t), void *context) {
  const mlir::moe::ProgramRun *run = mlir::moe::getCurrentRun();
  const mlir::moe::OpenMP &openMP = mlir::moe::getOpenMP();
  int64_t limit =
      run && run->threads > 0 ? run->threads : int64_t(openMP.getMaxThreads());
  if (threads > 0)
    limit = std::min(limit, threads);
  grain = std::max(grain, count / kMostShares + 1);
  int64_t shares = count / grain + (count % grain != 0);
  threads = std::min({shares, limit, kMostThreads});
  if (threads <= 1 || openMP.isInParallel()) {
    if (count > 0)
      body(context, 0, count);
    return;
  }
  Tasks tasks;
  tasks.count = count;
  tasks.grain = grain;
  tasks.body = body;
  tasks.context = context;
  tasks.threads = threads;
  JoinLosses &losses = mlir::moe::getJoinLosses();
  int64_t begin = now(), time = begin;
  int64_t alone = losses.getTimeAlone(begin), first = 0;
  auto isBetterAlone = [&] {
    if (first == 0)
      return alone > 0;
    double left = double(time - begin) / first * (shares - first);
    return time - begin < alone && left - left / threads < alone;
  };
  for (; first < shares && isBetterAlone(); time = now())
    tasks.run(first++);
  if (first < shares)
    runTogether(tasks, first, shares, time, losses);
}
