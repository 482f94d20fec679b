//===- Memory.cpp - The memory of a program -------------------------------===//
//
// Every buffer is linked to its run, so that a run that is given up leaves
// nothing behind. Buffers are freed by whoever ends up with them; one that
// outlives its run belongs to no run. What a run frees waits for the next one.
//
//===----------------------------------------------------------------------===//

#include "KeptBuffers.h"
#include "ProgramRun.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <sys/mman.h>

using namespace mlir::moe;

static constexpr uint64_t kHugePage = 2 << 20;

static void unlink(BufferHeader *header) {
  if (!header->owner)
    return;
  header->owner->held -= header->capacity;
  header->owner->asked -= header->size;
  (header->previous ? header->previous->next : header->owner->buffers) =
      header->next;
  if (header->next)
    header->next->previous = header->previous;
}

static void *allocateNew(uint64_t alignment, uint64_t size) {
  void *memory = std::aligned_alloc(alignment, size);
  if (!memory) {
    limitKeptBuffers(0);
    memory = std::aligned_alloc(alignment, size);
  }
  if (memory && alignment == kHugePage)
    madvise(memory, size, MADV_HUGEPAGE); // a wish: either answer is fine
  return memory;
}

void *moeAllocate(uint64_t size) {
  ProgramRun *run = getCurrentRun();
  // Large buffers in huge pages, where the system gives them: packed weights
  // are read once a call, and small pages cost more than the reading.
  uint64_t alignment = size >= 2 * kHugePage ? kHugePage : 64;
  uint64_t whole = (size + sizeof(BufferHeader) + alignment - 1) & -alignment;
  bool fits = !run || (whole <= run->limit && run->held <= run->limit - whole);
  bool isPossible = fits && whole > size;
  void *memory = isPossible ? takeKeptBuffer(whole, whole) : nullptr;
  if (!memory && isPossible)
    memory = allocateNew(alignment, whole);
  if (!memory) {
    if (!run) // A program that nobody runs by runProgram.
      std::abort();
    RunFailure &failure = *run->failure;
    failure.site = -1;
    auto asked = static_cast<unsigned long long>(size);
    if (fits || run->limit == SIZE_MAX) { // the system has refused
      char found[64];
      describeAvailable(size, found);
      std::snprintf(failure.message, sizeof(failure.message),
                    "expects %llu more bytes of memory for the program, which "
                    "has %zu in use, found %s",
                    asked, run->held, found);
    } else {
      std::snprintf(failure.message, sizeof(failure.message),
                    "expects at most %zu bytes of memory for the program, "
                    "found %zu in use and %llu more asked for",
                    run->limit, run->held, asked);
    }
    giveUp(*run);
  }
  auto *header = new (memory) BufferHeader{run, nullptr, nullptr, size, whole};
  if (run) {
    header->next = run->buffers;
    if (run->buffers)
      run->buffers->previous = header;
    run->buffers = header;
    run->held += whole;
    run->asked += size;
    run->peak = std::max(run->peak, run->asked);
    run->heldPeak = std::max(run->heldPeak, run->held);
  }
  return header + 1;
}

void *moeAllocateAligned(uint64_t, uint64_t size) { return moeAllocate(size); }

void moeFree(void *buffer) {
  if (!buffer)
    return;
  BufferHeader *header = static_cast<BufferHeader *>(buffer) - 1;
  bool isOfRun = header->owner != nullptr;
  unlink(header);
  // Of what programs have returned, what the next run returns again: weights
  // that were packed are larger.
  if (isOfRun)
    keepBuffer(header, header->capacity);
  else
    keepReturnedBuffer(header, header->capacity);
}

void mlir::moe::freeProgramBuffer(void *allocated) { moeFree(allocated); }

void mlir::moe::freeKeptMemory() { setKeptLimit(0); }

/// A memref of any rank: its rank and a pointer to its descriptor.
namespace {
struct UnrankedDescriptor {
  int64_t rank;
  void *descriptor;
};
struct Strided {
  char *start;
  const int64_t *sizes, *strides;
};
} // namespace

static Strided unpack(int64_t elementSize, UnrankedDescriptor *unranked) {
  struct Header {
    char *allocated, *aligned;
    int64_t offset;
    int64_t sizes[1];
  };
  auto *header = static_cast<Header *>(unranked->descriptor);
  return {header->aligned + header->offset * elementSize, header->sizes,
          header->sizes + unranked->rank};
}

static void copyDims(int64_t elementSize, int64_t rank, Strided source,
                     Strided target) {
  if (rank == 0) {
    std::memcpy(target.start, source.start, elementSize);
    return;
  }
  int64_t size = *source.sizes;
  if (rank == 1 && *source.strides == 1 && *target.strides == 1) {
    std::memcpy(target.start, source.start, size * elementSize);
    return;
  }
  for (int64_t i = 0; i < size; ++i)
    copyDims(elementSize, rank - 1,
             {source.start + i * *source.strides * elementSize,
              source.sizes + 1, source.strides + 1},
             {target.start + i * *target.strides * elementSize,
              target.sizes + 1, target.strides + 1});
}

void moeCopyStrided(int64_t elementSize, void *source, void *target) {
  auto *from = static_cast<UnrankedDescriptor *>(source);
  auto *to = static_cast<UnrankedDescriptor *>(target);
  copyDims(elementSize, from->rank, unpack(elementSize, from),
           unpack(elementSize, to));
}
