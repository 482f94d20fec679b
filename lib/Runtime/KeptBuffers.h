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

/// Keeps memory of std::aligned_alloc that a run frees, or frees it where it is
/// small. A run keeps no more than it has had at once.
void keepBuffer(void *memory, size_t capacity);

/// The same of memory that is freed outside of runs. It is kept where it has at
/// most 256 MiB, and where all that waits then is within the limit.
void keepReturnedBuffer(void *memory, size_t capacity);

/// Frees all but `most` bytes.
void limitKeptBuffers(size_t most);

/// What may wait between runs, all buffers together: what the last run has
/// needed. Frees what is more.
void setKeptLimit(size_t bytes);

/// The bytes that wait.
size_t getKeptBytes();

} // namespace mlir::moe

#endif // MOE_LIB_RUNTIME_KEPTBUFFERS_H
