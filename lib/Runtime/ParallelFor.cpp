//===- ParallelFor.cpp - Tasks over threads -------------------------------===//
//
// On GNU's OpenMP runtime, which PyTorch's wheels load too: two runtimes in one
// process would fight for the cores. Its entry points are called directly, so
// that any compiler builds this. Threads take the next tasks from a counter:
// which thread runs a task changes no result, since tasks share no element.
//
//===----------------------------------------------------------------------===//

#include "ProgramRun.h"

#include <algorithm>
#include <atomic>

extern "C" {
void GOMP_parallel(void (*body)(void *), void *data, unsigned threads,
                   unsigned flags);
int omp_get_max_threads(void);
int omp_in_parallel(void);
}

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

void moeParallelFor(int64_t count, int64_t grain,
                    void (*body)(void *, int64_t, int64_t), void *context) {
  const mlir::moe::ProgramRun *run = mlir::moe::getCurrentRun();
  int64_t shares = count / grain + (count % grain != 0);
  int64_t limit =
      run && run->threads > 0 ? run->threads : int64_t(omp_get_max_threads());
  int64_t threads = std::min(shares, limit);
  if (threads <= 1 || omp_in_parallel()) {
    if (count > 0)
      body(context, 0, count);
    return;
  }
  Tasks tasks{count, grain, body, context};
  GOMP_parallel(work, &tasks, static_cast<unsigned>(threads), 0);
}
