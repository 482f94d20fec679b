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

#include "OpenMP.h"
#include "ProgramRun.h"
#include "ShareRange.h"

#include <algorithm>

using mlir::moe::ShareRange;

/// More threads do not run one loop.
static constexpr int64_t kMostThreads = 512;
static constexpr int64_t kMostShares = ShareRange::kMostShares;

namespace {
struct Tasks {
  int64_t count, grain;
  void (*body)(void *, int64_t, int64_t);
  void *context;
  int64_t threads;
  ShareRange ranges[kMostThreads];

  bool steal(int64_t thread, uint64_t &share) {
    for (int64_t i = 1; i < threads; ++i)
      if (ranges[thread].steal(ranges[(thread + i) % threads], share))
        return true;
    return false;
  }
};
} // namespace

static void work(void *data) {
  auto *tasks = static_cast<Tasks *>(data);
  int64_t thread = mlir::moe::getOpenMP().getThreadNumber();
  uint64_t share;
  while (tasks->ranges[thread].takeFirst(share) ||
         tasks->steal(thread, share)) {
    int64_t first = static_cast<int64_t>(share) * tasks->grain;
    tasks->body(tasks->context, first,
                std::min(first + tasks->grain, tasks->count));
  }
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
  // What a thread that does not come would do, others take.
  for (int64_t i = 0; i < threads; ++i)
    tasks.ranges[i].set(shares * i / threads, shares * (i + 1) / threads);
  openMP.parallel(work, &tasks, static_cast<unsigned>(threads), 0);
}
