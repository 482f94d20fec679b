//===- RoutingPlan.cpp - Histogram, scan and permutation of slots ---------===//

#include "moe/Layout/RoutingPlan.h"

#include <limits>

using namespace mlir::moe;
using llvm::ArrayRef;
using llvm::Expected;
using llvm::SmallVector;

static llvm::Error checkOptions(size_t numSlots, size_t numWeights,
                                const RoutingOptions &options) {
  auto expects = [](const char *what, int64_t found) {
    return llvm::createStringError("expects %s, found %lld", what,
                                   static_cast<long long>(found));
  };
  constexpr int64_t max = std::numeric_limits<int32_t>::max();
  if (options.experts < 1 || options.experts > max)
    return expects("1 to 2^31 - 1 experts", options.experts);
  if (options.slotsPerToken < 1)
    return expects("at least 1 slot a token", options.slotsPerToken);
  if (options.capacity && *options.capacity < 0)
    return expects("a capacity of at least 0", *options.capacity);
  if (options.segment && *options.segment < 1)
    return expects("a segment of at least 1 token", *options.segment);
  if (static_cast<int64_t>(numSlots) > max)
    return expects("at most 2^31 - 1 slots", numSlots);
  if (numSlots % options.slotsPerToken != 0)
    return expects("a multiple of the slots per token", numSlots);
  if (numWeights != 0 && numWeights != numSlots)
    return expects("one weight for each slot or none", numWeights);
  return llvm::Error::success();
}

/// Clears the slots of each segment that find their expert full.
static void dropOverflow(ArrayRef<int32_t> experts, SmallVector<bool> &live,
                         const RoutingOptions &options) {
  if (!options.capacity)
    return;
  int64_t K = options.slotsPerToken;
  int64_t T = experts.size() / K;
  int64_t segment = options.segment.value_or(std::max<int64_t>(T, 1));
  for (int64_t begin = 0; begin < T; begin += std::min(segment, T - begin)) {
    int64_t tokens = std::min(segment, T - begin);
    SmallVector<int64_t> taken(options.experts, 0);
    for (int64_t i = 0; i < tokens * K; ++i) {
      // The i-th slot to be served.
      int64_t slot = options.priority == RoutePriority::TokenMajor
                         ? begin * K + i
                         : (begin + i % tokens) * K + i / tokens;
      if (live[slot] && taken[experts[slot]]++ >= *options.capacity)
        live[slot] = false;
    }
  }
}

Expected<RoutingPlan> mlir::moe::planRoutes(ArrayRef<int32_t> experts,
                                            ArrayRef<double> weights,
                                            const RoutingOptions &options) {
  if (auto error = checkOptions(experts.size(), weights.size(), options))
    return Expected<RoutingPlan>(std::move(error));
  int64_t numSlots = experts.size();
  SmallVector<bool> live(numSlots);
  for (int64_t slot = 0; slot < numSlots; ++slot)
    live[slot] = experts[slot] >= 0 && experts[slot] < options.experts &&
                 (weights.empty() || weights[slot] != 0);
  dropOverflow(experts, live, options);

  RoutingPlan plan;
  plan.offsets.assign(options.experts + 1, 0);
  for (int64_t slot = 0; slot < numSlots; ++slot)
    if (live[slot])
      ++plan.offsets[experts[slot] + 1];
  for (int64_t e = 0; e < options.experts; ++e)
    plan.offsets[e + 1] += plan.offsets[e];

  int64_t bound = options.rowBound.value_or(numSlots);
  if (plan.offsets.back() > bound)
    return llvm::createStringError(
        "expects at most %lld live slots, found %lld",
        static_cast<long long>(bound),
        static_cast<long long>(plan.offsets.back()));

  plan.slots.assign(bound, -1);
  SmallVector<int32_t> next(plan.offsets.begin(), plan.offsets.end() - 1);
  for (int64_t slot = 0; slot < numSlots; ++slot)
    if (live[slot])
      plan.slots[next[experts[slot]]++] = static_cast<int32_t>(slot);

  plan.rows.assign(numSlots, -1);
  SmallVector<int32_t> filled(numSlots / options.slotsPerToken, 0);
  for (int32_t row = 0; row < plan.offsets.back(); ++row) {
    int64_t token = plan.slots[row] / options.slotsPerToken;
    plan.rows[token * options.slotsPerToken + filled[token]++] = row;
  }
  return plan;
}
