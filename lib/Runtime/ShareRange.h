//===- ShareRange.h - What a thread of a loop has left ----------*- C++ -*-===//

#ifndef MOE_LIB_RUNTIME_SHARERANGE_H
#define MOE_LIB_RUNTIME_SHARERANGE_H

#include <atomic>
#include <cstdint>

namespace mlir::moe {

/// What a thread has left: shares [first, last), in one word, on which its
/// owner and thieves agree. Every take and every theft hands one share to be
/// run, which is in no range from then on: after as many as there are shares
/// all ranges are empty, however threads come and go, and no word comes back
/// but that of an empty range.
class alignas(64) ShareRange {
public:
  static constexpr uint64_t kMostShares = UINT32_MAX;

  /// The owner's, and only while it is empty.
  void set(uint64_t first, uint64_t last) {
    word.store(first << 32 | last, std::memory_order_relaxed);
  }

  /// The owner's next share.
  bool takeFirst(uint64_t &share) {
    uint64_t seen = word.load(std::memory_order_relaxed);
    do {
      share = seen >> 32;
      if (share == getLast(seen))
        return false;
    } while (!word.compare_exchange_weak(seen, seen + (uint64_t(1) << 32),
                                         std::memory_order_relaxed));
    return true;
  }

  /// The second half of the other's shares, and of one that one: `share` is the
  /// first of them, to be run now, and this range, which is empty, gets the
  /// others. Were it to get `share` too, two idle thieves could pass it back
  /// and forth.
  bool steal(ShareRange &other, uint64_t &share) {
    uint64_t seen = other.word.load(std::memory_order_relaxed), last;
    do {
      share = seen >> 32;
      last = getLast(seen);
      if (share == last)
        return false;
      share += (last - share) / 2;
    } while (!other.word.compare_exchange_weak(
        seen, (seen & ~kMostShares) | share, std::memory_order_relaxed));
    set(share + 1, last);
    return true;
  }

private:
  static uint64_t getLast(uint64_t seen) { return seen & kMostShares; }

  std::atomic<uint64_t> word;
};

} // namespace mlir::moe

#endif // MOE_LIB_RUNTIME_SHARERANGE_H
