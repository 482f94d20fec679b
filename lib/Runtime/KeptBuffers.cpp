//===- KeptBuffers.cpp - Memory from one run to the next ------------------===//

#include "KeptBuffers.h"

#include <atomic>
#include <cstdlib>
#include <unistd.h>

using namespace mlir::moe;

namespace {
struct Buffer {
  void *memory;
  size_t capacity;
};
} // namespace

/// Below this malloc itself keeps memory.
static constexpr size_t kSmallest = 128 << 10;
static constexpr unsigned kMost = 32;

#if defined(__SANITIZE_ADDRESS__)
static constexpr bool kKeeps = false; // so that uses after a free are found
#elif defined(__has_feature)
static constexpr bool kKeeps = !__has_feature(address_sanitizer);
#else
static constexpr bool kKeeps = true;
#endif

// Oldest first. Held for a few instructions only.
static Buffer buffers[kMost];
static unsigned numBuffers = 0;
static size_t keptBytes = 0;
static std::atomic_flag isBusy = ATOMIC_FLAG_INIT;

namespace {
class Guard {
public:
  Guard() {
    while (isBusy.test_and_set(std::memory_order_acquire))
      ;
  }
  ~Guard() { isBusy.clear(std::memory_order_release); }
};
} // namespace

static Buffer removeBuffer(unsigned number) {
  Buffer buffer = buffers[number];
  --numBuffers;
  for (unsigned i = number; i < numBuffers; ++i)
    buffers[i] = buffers[i + 1];
  keptBytes -= buffer.capacity;
  return buffer;
}

static size_t getMostBytes() {
  return size_t(sysconf(_SC_PHYS_PAGES)) * size_t(sysconf(_SC_PAGE_SIZE)) / 8;
}

void *mlir::moe::takeKeptBuffer(size_t size, size_t &capacity) {
  if (size < kSmallest)
    return nullptr;
  Guard guard;
  unsigned best = kMost;
  for (unsigned i = 0; i < numBuffers; ++i)
    if (buffers[i].capacity >= size && buffers[i].capacity / 2 <= size &&
        (best == kMost || buffers[i].capacity < buffers[best].capacity))
      best = i;
  if (best == kMost)
    return nullptr;
  Buffer buffer = removeBuffer(best);
  capacity = buffer.capacity;
  return buffer.memory;
}

void mlir::moe::keepBuffer(void *memory, size_t capacity) {
  size_t most = getMostBytes();
  if (!kKeeps || capacity < kSmallest || capacity > most) {
    std::free(memory);
    return;
  }
  Guard guard;
  while (numBuffers == kMost || keptBytes > most - capacity)
    std::free(removeBuffer(0).memory);
  buffers[numBuffers++] = {memory, capacity};
  keptBytes += capacity;
}

size_t mlir::moe::getKeptBytes() {
  Guard guard;
  return keptBytes;
}

void mlir::moe::freeKeptBuffers() {
  Guard guard;
  while (numBuffers > 0)
    std::free(removeBuffer(numBuffers - 1).memory);
}
