//===- ParallelFor.cpp - Tasks over threads -------------------------------===//
//
// On GNU's OpenMP runtime: two runtimes in one process would fight for the
// cores. PyTorch's wheels bring a copy of their own, so what the process has
// already is taken, and the system's otherwise. Threads take the next tasks
// from a counter: which thread runs a task changes no result, since tasks share
// no element.
//
//===----------------------------------------------------------------------===//

#include "OpenMP.h"
#include "ProgramRun.h"

#include <algorithm>
#include <atomic>

namespace {
struct Tasks {
  int64_t count, grain;
  void (*body)(void *, int64_t, int64_t);
  void *context;
  std::atomic<int64_t> next{0};
};
} // namespace

static void work(void *data) {
  auto *tasks = static_cast<Tasks *>(data);
  for (;;) {
    int64_t first =
        tasks->next.fetch_add(tasks->grain, std::memory_order_relaxed);
    if (first >= tasks->count)
      return;
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
  int64_t shares = count / grain + (count % grain != 0);
  threads = std::min(shares, limit);
  if (threads <= 1 || openMP.isInParallel()) {
    if (count > 0)
      body(context, 0, count);
    return;
  }
  Tasks tasks{count, grain, body, context};
  openMP.parallel(work, &tasks, static_cast<unsigned>(threads), 0);
}
