//===- Checks.cpp - What programs check -----------------------------------===//
//
// A check that fails gives up the run, over all frames up to runProgram: what
// needs a destructor is gone by then.
//
//===----------------------------------------------------------------------===//

#include "ProgramRun.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

using namespace mlir::moe;

using Vector = MemRefDescriptor<int32_t, 1>;
using Matrix = MemRefDescriptor<int32_t, 2>;

namespace {
/// A message of bounded size, empty while all is well.
struct Message {
  char text[160] = "";
};
} // namespace

template <typename... Args>
static Message say(const char *format, Args... args) {
  Message message;
  std::snprintf(message.text, sizeof(message.text), format, args...);
  return message;
}

/// Gives up the run where there is a message, which is copied before the jump.
static void reject(int64_t site, const Message &message) {
  ProgramRun *run = getCurrentRun();
  if (!run || !message.text[0])
    return;
  run->failure->site = site;
  static_assert(sizeof(message.text) <= sizeof(run->failure->message));
  std::memcpy(run->failure->message, message.text, sizeof(message.text));
  giveUp(*run);
}

static Message findBadOffset(const Vector *offsets, int64_t rows) {
  int64_t last = offsets->sizes[0] - 1;
  if (last < 0)
    return say("expects offsets [E+1], found %s", "none");
  if (elementAt(offsets, 0) != 0)
    return say("expects offsets[0] to be 0, found %d", elementAt(offsets, 0));
  for (int64_t e = 0; e < last; ++e)
    if (elementAt(offsets, e + 1) < elementAt(offsets, e))
      return say("expects offsets that never fall, found offsets[%lld] = %d "
                 "after %d",
                 static_cast<long long>(e + 1), elementAt(offsets, e + 1),
                 elementAt(offsets, e));
  if (elementAt(offsets, last) > rows)
    return say("expects offsets[E] of at most the number of rows %lld, found "
               "%d",
               static_cast<long long>(rows), elementAt(offsets, last));
  return {};
}

namespace {
/// Which of the numbers [0, count) have been seen.
class Seen {
public:
  explicit Seen(int64_t count)
      : words(static_cast<uint64_t *>(
            std::calloc(count / 64 + 1, sizeof(uint64_t)))) {}
  Seen(const Seen &) = delete;
  ~Seen() { std::free(words); }

  explicit operator bool() const { return words; }
  /// Whether it is for the first time.
  bool add(int32_t number) {
    uint64_t bit = uint64_t(1) << (number % 64), before = words[number / 64];
    words[number / 64] |= bit;
    return !(before & bit);
  }

private:
  uint64_t *words;
};
} // namespace

static Message sayMemory(int64_t count) {
  return say("expects %lld more bytes of memory for a check, found fewer",
             static_cast<long long>(count / 8));
}

static Message findBadSlot(const Vector *slots, int64_t live, int64_t limit) {
  int32_t largest = 0;
  for (int64_t r = 0; r < slots->sizes[0]; ++r) {
    int32_t slot = elementAt(slots, r);
    const char *wanted = nullptr;
    if (live >= 0 && r >= live && slot != -1)
      wanted = "-1 past offsets[E]";
    else if (live >= 0 && r < live && slot < 0)
      wanted = "a slot before offsets[E]";
    else if (slot < -1)
      wanted = "a slot or -1";
    if (wanted)
      return say("expects %s, found slots[%lld] = %d", wanted,
                 static_cast<long long>(r), slot);
    if (slot >= limit)
      return say("expects slots below T*K = %lld, found slots[%lld] = %d",
                 static_cast<long long>(limit), static_cast<long long>(r),
                 slot);
    largest = std::max(largest, slot);
  }
  Seen seen(largest + int64_t(1));
  if (!seen)
    return sayMemory(largest);
  for (int64_t r = 0; r < slots->sizes[0]; ++r)
    if (int32_t slot = elementAt(slots, r); slot >= 0 && !seen.add(slot))
      return say("expects every slot once, found slot %d twice", slot);
  return {};
}

static Message findBadTokenRow(const Matrix *tokenRows, const Vector *slots,
                               bool isWhole) {
  int64_t numRows = slots->sizes[0], slotsPerToken = tokenRows->sizes[1];
  int64_t found = 0;
  Seen seen(numRows);
  if (!seen)
    return sayMemory(numRows);
  for (int64_t t = 0; t < tokenRows->sizes[0]; ++t) {
    int32_t previous = -1;
    for (int64_t j = 0; j < slotsPerToken; ++j) {
      int32_t row =
          tokenRows->aligned[tokenRows->offset + t * tokenRows->strides[0] +
                             j * tokenRows->strides[1]];
      if (row == -1)
        break;
      auto wrong = [&](const char *wanted) {
        return say("expects %s, found token_rows[%lld, %lld] = %d", wanted,
                   static_cast<long long>(t), static_cast<long long>(j), row);
      };
      if (row < 0 || row >= numRows)
        return wrong("a row or -1");
      if (row <= previous)
        return wrong("the rows of a token to ascend");
      int32_t slot = elementAt(slots, row);
      if (slot < 0)
        return wrong("rows that have a slot");
      if (isWhole && slot / slotsPerToken != t)
        return wrong("the rows of a token to have its slots");
      if (!seen.add(row))
        return say("expects every row for one token, found row %d for two",
                   row);
      previous = row;
      ++found;
    }
  }
  int64_t live = 0;
  for (int64_t r = 0; r < numRows; ++r)
    live += elementAt(slots, r) >= 0;
  if (isWhole && found != live)
    return say("expects token rows for all %lld rows that have a slot, found "
               "%lld",
               static_cast<long long>(live), static_cast<long long>(found));
  return {};
}

void moeCheckOffsets(int64_t site, const Vector *offsets, int64_t rows) {
  reject(site, findBadOffset(offsets, rows));
}

void moeCheckSlots(int64_t site, const Vector *slots, int64_t live,
                   int64_t limit) {
  reject(site, findBadSlot(slots, live, limit));
}

void moeCheckTokenRows(int64_t site, const Matrix *tokenRows,
                       const Vector *slots, int64_t isWhole) {
  reject(site, findBadTokenRow(tokenRows, slots, isWhole != 0));
}
