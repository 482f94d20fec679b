//===- ProgramRun.h - The program run of a thread ---------------*- C++ -*-===//

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
  /// How many threads the program may use; 0: as many as OpenMP has.
  unsigned threads = 0;
  size_t limit, held = 0, peak = 0;
  BufferHeader *buffers = nullptr;
  std::jmp_buf exit;
};

/// The run that this thread is in, or null.
ProgramRun *getCurrentRun();

/// Leaves the program. No frame between here and runProgram may hold anything
/// that needs a destructor.
[[noreturn]] void giveUp(ProgramRun &run);

/// Element `i` of a vector that a program hands over.
inline int32_t elementAt(const MemRefDescriptor<int32_t, 1> *vector,
                         int64_t i) {
  return vector->aligned[vector->offset + i * vector->strides[0]];
}

} // namespace mlir::moe

extern "C" {
void *moeAllocate(uint64_t size);
void *moeAllocateAligned(uint64_t alignment, uint64_t size);
void moeFree(void *buffer);
void moeCopyStrided(int64_t elementSize, void *source, void *target);

/// Each gives up the run where what it is given is malformed (Semantics,
/// common_r7); `site` is the check's. `rows` is R.
void moeCheckOffsets(int64_t site,
                     const mlir::moe::MemRefDescriptor<int32_t, 1> *offsets,
                     int64_t rows);
/// `live` is offsets[E], or -1 where that is not known; slots are below
/// `limit`.
void moeCheckSlots(int64_t site,
                   const mlir::moe::MemRefDescriptor<int32_t, 1> *slots,
                   int64_t live, int64_t limit);
/// `isWhole` (or 0): the tokens are all that the slots count, not some of them.
void moeCheckTokenRows(int64_t site,
                       const mlir::moe::MemRefDescriptor<int32_t, 2> *tokenRows,
                       const mlir::moe::MemRefDescriptor<int32_t, 1> *slots,
                       int64_t isWhole);
/// Calls `body(context, first, last)` for ranges of at most `grain` tasks that
/// cover [0, count), on the threads of the run. Within a parallel region, on
/// the calling thread alone.
void moeParallelFor(int64_t count, int64_t grain,
                    void (*body)(void *, int64_t, int64_t), void *context);
/// An assertion of the program that compared these two numbers failed.
void moeFail(int64_t site, int64_t found, int64_t expected);
}

#endif // MOE_LIB_RUNTIME_PROGRAMRUN_H
