//===- KeptBuffers.cpp - Memory from one run to the next ------------------===//

#include "KeptBuffers.h"

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <pthread.h>

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
static constexpr size_t kMostReturned = 256 << 20;

#if defined(__SANITIZE_ADDRESS__)
static constexpr bool kKeeps = false; // so that uses after a free are found
#elif defined(__has_feature)
static constexpr bool kKeeps = !__has_feature(address_sanitizer);
#else
static constexpr bool kKeeps = true;
#endif

// Oldest first.
static Buffer buffers[kMost];
static unsigned numBuffers = 0;
static size_t keptBytes = 0;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void lock() { pthread_mutex_lock(&mutex); }
static void unlock() { pthread_mutex_unlock(&mutex); }

/// A child of `fork` has none of the threads that may hold the lock: whoever
/// forks takes it, and both have it to give.
static void holdAcrossForks() { pthread_atfork(lock, unlock, unlock); }

namespace {
class Guard {
public:
  Guard() {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, holdAcrossForks);
    lock();
  }
  ~Guard() { unlock(); }
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

/// Takes the oldest buffer out where more than `most` bytes, or all places, are
/// taken.
static void *removeOldest(size_t most) {
  Guard guard;
  if (numBuffers == 0 || (keptBytes <= most && numBuffers < kMost))
    return nullptr;
  return removeBuffer(0).memory;
}

static void *removeBest(size_t size, size_t &capacity) {
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

static std::atomic<size_t> keptLimit{0};

void mlir::moe::setKeptLimit(size_t bytes) {
  keptLimit.store(bytes, std::memory_order_relaxed);
  limitKeptBuffers(bytes);
}

void *mlir::moe::takeKeptBuffer(size_t size, size_t &capacity) {
  if (size < kSmallest)
    return nullptr;
  if (void *memory = removeBest(size, capacity))
    return memory;
  size_t kept = getKeptBytes();
  limitKeptBuffers(kept > size ? kept - size : 0);
  return nullptr;
}

/// False where there is no place, or more than `most` bytes would wait.
static bool add(Buffer buffer, size_t most) {
  Guard guard;
  if (numBuffers == kMost || buffer.capacity > most ||
      keptBytes > most - buffer.capacity)
    return false;
  buffers[numBuffers++] = buffer;
  keptBytes += buffer.capacity;
  return true;
}

void mlir::moe::keepBuffer(void *memory, size_t capacity) {
  if (!kKeeps || capacity < kSmallest) {
    std::free(memory);
    return;
  }
  std::free(removeOldest(SIZE_MAX)); // a place
  if (!add({memory, capacity}, SIZE_MAX))
    std::free(memory);
}

void mlir::moe::keepReturnedBuffer(void *memory, size_t capacity) {
  bool isKept = kKeeps && capacity >= kSmallest && capacity <= kMostReturned &&
                add({memory, capacity}, keptLimit);
  if (!isKept)
    std::free(memory);
}

size_t mlir::moe::getKeptBytes() {
  Guard guard;
  return keptBytes;
}

void mlir::moe::limitKeptBuffers(size_t most) {
  while (void *memory = removeOldest(most))
    std::free(memory);
}
