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

/// A buffer that waits, of at least `size` bytes and at most twice as many.
/// `capacity` is what it has. Null where there is none; as many bytes of
/// others, the oldest first, are then freed for what is to be allocated.
void *takeKeptBuffer(size_t size, size_t &capacity);

/// Keeps memory of std::aligned_alloc, or frees it where it is small.
void keepBuffer(void *memory, size_t capacity);

/// Frees all but `most` bytes: what a run has needed is what the next one may.
void limitKeptBuffers(size_t most);

/// The bytes that wait.
size_t getKeptBytes();

} // namespace mlir::moe

#endif // MOE_LIB_RUNTIME_KEPTBUFFERS_H
