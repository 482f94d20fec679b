//===- ProgramRun.cpp - Running a program, and giving it up ---------------===//

#include "ProgramRun.h"
#include "KeptBuffers.h"

#include <cstdlib>

using namespace mlir::moe;

static thread_local ProgramRun *currentRun = nullptr;

ProgramRun *mlir::moe::getCurrentRun() { return currentRun; }

void mlir::moe::giveUp(ProgramRun &run) { std::longjmp(run.exit, 1); }

void moeFail(int64_t site, int64_t found, int64_t expected) {
  ProgramRun *run = getCurrentRun();
  if (!run) // A program that nobody runs by runProgram.
    std::abort();
  RunFailure &failure = *run->failure;
  failure.site = site;
  failure.message[0] = 0;
  failure.found = found;
  failure.expected = expected;
  giveUp(*run);
}

bool mlir::moe::runProgram(void (*body)(void *), void *context,
                           size_t memoryLimit, unsigned threads,
                           RunRecord *record, RunFailure &failure) {
  ProgramRun run;
  run.record = record;
  run.threads = threads;
  run.failure = &failure;
  // What waits for this run counts as free.
  size_t kept = getKeptBytes();
  run.limit = memoryLimit > SIZE_MAX - kept ? SIZE_MAX : memoryLimit + kept;
  ProgramRun *outer = currentRun;
  currentRun = &run;
  // `completed` must survive the jump.
  volatile bool completed = false;
  if (setjmp(run.exit) == 0) {
    body(context);
    completed = true;
  }
  currentRun = outer;
  if (!completed) {
    while (run.buffers)
      moeFree(run.buffers + 1);
    setKeptLimit(0);
    return false;
  }
  setKeptLimit(run.heldPeak);
  for (BufferHeader *header = run.buffers; header; header = header->next)
    header->owner = nullptr;
  if (record)
    record->peakBytes = run.peak;
  return true;
}
