//===- JoinLosses.h - What waiting for threads has cost ---------*- C++ -*-===//

#ifndef MOE_LIB_RUNTIME_JOINLOSSES_H
#define MOE_LIB_RUNTIME_JOINLOSSES_H

#include <algorithm>
#include <atomic>
#include <cstdint>

namespace mlir::moe {

/// A loop ends when all of its threads have come, also those that find nothing
/// left to do. Where other programs use the cores that takes milliseconds, in
/// which one thread would have done many small loops. So a loop that begins
/// soon after such a loss goes on alone for as long as was lost, unless it sees
/// that others would save more than that, and calls them for what is left then:
/// at most twice the time of the better way. Trying again loses a twentieth of
/// the time at most.
///
/// Times are in nanoseconds. Any thread may call; of what two write at once,
/// one is lost.
class JoinLosses {
public:
  /// For how long a loop that begins at `now` goes on alone.
  int64_t getTimeAlone(int64_t now) const {
    return now < aloneUntil.load(std::memory_order_relaxed)
               ? last.load(std::memory_order_relaxed)
               : 0;
  }

  /// Whether it is worth a few hundred nanoseconds to know how long each thread
  /// of that loop really runs.
  bool isInDoubt(int64_t now) const {
    return now < doubtUntil.load(std::memory_order_relaxed);
  }

  /// A loop that has ended at `now` took `taken` and would have taken `alone`
  /// by one thread; `waited` is how long the calling one had nothing to do.
  void add(int64_t now, int64_t taken, int64_t alone, int64_t waited) {
    if (waited >= kMuch)
      doubtUntil.store(now + kRetry * std::min(waited, kMost),
                       std::memory_order_relaxed);
    int64_t loss = sum.load(std::memory_order_relaxed) + taken - alone;
    bool isMuch = loss >= kMuch;
    sum.store(isMuch ? 0 : std::max<int64_t>(loss, 0),
              std::memory_order_relaxed);
    if (!isMuch)
      return;
    loss = std::min(loss, kMost);
    last.store(loss, std::memory_order_relaxed);
    aloneUntil.store(now + kRetry * loss, std::memory_order_relaxed);
  }

  void clear() { sum = last = aloneUntil = doubtUntil = 0; }

private:
  /// Less than `kMuch` is what threads that sleep take to come; more than
  /// `kMost`, that the process was stopped.
  static constexpr int64_t kMuch = 200000, kMost = 20000000, kRetry = 20;

  std::atomic<int64_t> sum{0}, last{0}, aloneUntil{0}, doubtUntil{0};
};

/// Of all loops of the process.
JoinLosses &getJoinLosses();

} // namespace mlir::moe

#endif // MOE_LIB_RUNTIME_JOINLOSSES_H
