//===- ProgramRun.h - The program run of a thread --------------*- C++ -*-===//
//-*-===//

#ifndef MOE_LIB_RUNTIME_PROGRAMRUN_H
#define MOE_LIB_RUNTIME_PROGRAMRUN_H

#include "moe/Runtime/Runtime.h"

#include <csetjmp>

namespace mlir::moe {

/// Stands before every buffer of a program.
struct alignas(64) BufferHeader {
  struct ProgramRun *owner;
  BufferHeader *previous, *next;
  size_t size;
};

struct ProgramRun {
  RunRecord *record;
  RunFailure *failure;
  size_t limit, held = 0, peak = 0;
  BufferHeader *buffers = nullptr;
  std::jmp_buf exit;
};

/// The run that this thread is in, or null.
ProgramRun *getCurrentRun();

/// Leaves the program. No frame between here and runProgram may hold anything
/// that needs a destructor.
[[noreturn]] void giveUp(ProgramRun &run);

} // namespace mlir::moe

extern "C" {
void *moeAllocate(uint64_t size);
void *moeAllocateAligned(uint64_t alignment, uint64_t size);
void moeFree(void *buffer);
void moeCopyStrided(int64_t elementSize, void *source, void *target);
}

#endif // MOE_LIB_RUNTIME_PROGRAMRUN_H
