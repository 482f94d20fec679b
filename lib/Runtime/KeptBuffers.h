//===- KeptBuffers.h - Memory from one run to the next ----------*- C++ -*-===//
//
// The system clears the pages that it gives, which costs a layer a twentieth of
// its time. So the large buffers that a run frees wait for the next run.
//
//===----------------------------------------------------------------------===//

#ifndef MOE_LIB_RUNTIME_KEPTBUFFERS_H
#define MOE_LIB_RUNTIME_KEPTBUFFERS_H

#include <cstddef>

namespace mlir::moe {

/// A buffer that waits, of at least `size` bytes and at most twice as many, or
/// null. `capacity` is what it has.
void *takeKeptBuffer(size_t size, size_t &capacity);

/// Keeps memory of std::aligned_alloc, or frees it: what is small, and what
/// would make more than an eighth of the machine's memory.
void keepBuffer(void *memory, size_t capacity);

/// The bytes that wait.
size_t getKeptBytes();

/// Frees all that waits.
void freeKeptBuffers();

} // namespace mlir::moe

#endif // MOE_LIB_RUNTIME_KEPTBUFFERS_H
