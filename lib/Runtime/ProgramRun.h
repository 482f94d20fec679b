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
  size_t size;     ///< asked for
  size_t capacity; ///< with this header
};

struct ProgramRun {
  RunRecord *record;
  RunFailure *failure;
  /// How many threads the program may use; 0: as many as OpenMP has.
  unsigned threads = 0;
  /// `held` counts what buffers have, against the limit; `asked` what the
  /// program has asked for, the same in every run, of which `peak` is the most.
  size_t limit, held = 0, heldPeak = 0, asked = 0, peak = 0;
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
/// Add to the record of the run, where it has one.
void moeRecordGate(int64_t layer,
                   const mlir::moe::MemRefDescriptor<double, 2> *weights,
                   const mlir::moe::MemRefDescriptor<int32_t, 2> *experts);
void moeRecordKeys(int64_t layer,
                   const mlir::moe::MemRefDescriptor<double, 2> *keys);
void moeRecordDispatch(int64_t layer,
                       const mlir::moe::MemRefDescriptor<int32_t, 1> *offsets);
void moeRecordKernel(int64_t kernel, int64_t depth, int64_t columns,
                     const mlir::moe::MemRefDescriptor<int32_t, 1> *offsets);
void moeRecordMacs(int64_t layer, int64_t kind, int64_t count);

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
/// Calls `body(context, first, last)` for ranges of tasks that cover [0,
/// count), on the threads of the run, or on at most `threads` of them where
/// that is not 0. A range has `grain` tasks, the last one fewer; more where
/// there are 2^32 such ranges, and all where one thread does them: within a
/// parallel region the calling one.
void moeParallelFor(int64_t count, int64_t grain, int64_t threads,
                    void (*body)(void *, int64_t, int64_t), void *context);
/// An assertion of the program that compared these two numbers failed.
void moeFail(int64_t site, int64_t found, int64_t expected);

/// What code generation calls where a processor has no instruction for it, as
/// in compilers' own libraries, some of which lack them: rounded once. A 16-bit
/// float is in the low bits of the register that a float is passed in.
float __truncdfhf2(double value);
float __truncdfbf2(double value);
float __truncsfhf2(float value);
float __truncsfbf2(float value);
float __extendhfsf2(float value);
}

#endif // MOE_LIB_RUNTIME_PROGRAMRUN_H
