//===- RoutingPlanTest.cpp - The routing laws -----------------------------===//
//
// Each law is checked against a definition of its own, never against the
// histogram, scan and permutation of the library.
//
//===----------------------------------------------------------------------===//

#include "moe/Layout/RoutingPlan.h"
#include "RandomCases.h"

#include "gmock/gmock.h"
#include <cmath>

using namespace mlir::moe;
using namespace moe_test;
using testing::ElementsAre;

namespace {
struct Case {
  std::vector<int32_t> experts;
  std::vector<double> weights;
  RoutingOptions options;

  int64_t getNumTokens() const {
    return experts.size() / options.slotsPerToken;
  }
  RoutingPlan plan() const {
    return llvm::cantFail(planRoutes(experts, weights, options));
  }
  /// Live but for the capacity.
  bool wantsRow(int64_t slot) const {
    return experts[slot] >= 0 && experts[slot] < options.experts &&
           (weights.empty() || !(weights[slot] == 0));
  }
  /// Live: the slots of the same expert and segment that are served earlier
  /// leave a place.
  bool isLive(int64_t slot) const {
    if (!wantsRow(slot) || !options.capacity)
      return wantsRow(slot);
    int64_t k = options.slotsPerToken;
    int64_t segment = options.segment.value_or(getNumTokens());
    auto isEarlier = [&](int64_t a, int64_t b) {
      if (options.priority == RoutePriority::TokenMajor)
        return a < b;
      return std::pair(a % k, a / k) < std::pair(b % k, b / k);
    };
    int64_t earlier = 0;
    for (size_t other = 0; other < experts.size(); ++other)
      earlier +=
          wantsRow(other) && experts[other] == experts[slot] &&
          static_cast<int64_t>(other) / k / segment == slot / k / segment &&
          isEarlier(other, slot);
    return earlier < *options.capacity;
  }
};
} // namespace

static Case drawCase(Random &random) {
  Case c;
  int64_t tokens = random.oneIn(10) ? 0 : random.draw(1, 24);
  c.options.slotsPerToken = random.draw(1, 5);
  c.options.experts = random.draw(1, 9);
  bool allToOne = random.oneIn(8);
  for (int64_t i = 0; i < tokens * c.options.slotsPerToken; ++i)
    c.experts.push_back(allToOne ? 0 : random.draw(-1, c.options.experts + 1));
  if (!random.oneIn(3))
    for (size_t i = 0; i < c.experts.size(); ++i)
      c.weights.push_back(random.oneIn(4)   ? 0.0
                          : random.oneIn(8) ? -0.0
                          : random.oneIn(8) ? std::nan("")
                                            : random.draw(-3, 3));
  if (random.oneIn(2)) {
    c.options.capacity = random.draw(0, 6);
    if (random.oneIn(2))
      c.options.segment = random.draw(1, 9);
    if (random.oneIn(2))
      c.options.priority = RoutePriority::ChoiceMajor;
  }
  return c;
}

// The example of the header, and who is dropped at capacity 2.
TEST(RoutingPlanTest, Example) {
  Case c;
  c.experts = {2, 0, 0, 2, 2, 1};
  c.options.experts = 3;
  c.options.slotsPerToken = 2;
  EXPECT_THAT(c.plan().offsets, ElementsAre(0, 2, 3, 6));
  EXPECT_THAT(c.plan().slots, ElementsAre(1, 2, 5, 0, 3, 4));
  EXPECT_THAT(c.plan().rows, ElementsAre(0, 3, 1, 4, 2, 5));
  c.options.capacity = 2;
  EXPECT_THAT(c.plan().slots, ElementsAre(1, 2, 5, 0, 3, -1));
  c.options.priority = RoutePriority::ChoiceMajor;
  EXPECT_THAT(c.plan().slots, ElementsAre(1, 2, 5, 0, 4, -1));
}

// Every live slot appears once, in the rows of its expert; dead slots nowhere;
// past offsets[E] all is -1. With a capacity this says that exactly the
// overflow is dropped, in the stated priority.
TEST(RoutingPlanTest, EveryLiveSlotAppearsOnce) {
  forRandomCases([](Random &random) {
    Case c = drawCase(random);
    RoutingPlan plan = c.plan();
    std::vector<int> seen(c.experts.size(), 0);
    ASSERT_EQ(plan.offsets.size(), static_cast<size_t>(c.options.experts + 1));
    for (int64_t e = 0; e < c.options.experts; ++e)
      for (int64_t row = plan.offsets[e]; row < plan.offsets[e + 1]; ++row) {
        ASSERT_GE(plan.slots[row], 0);
        EXPECT_EQ(c.experts[plan.slots[row]], e);
        ++seen[plan.slots[row]];
      }
    for (size_t slot = 0; slot < seen.size(); ++slot)
      EXPECT_EQ(seen[slot], c.isLive(slot) ? 1 : 0) << "slot " << slot;
    for (size_t row = plan.offsets.back(); row < plan.slots.size(); ++row)
      EXPECT_EQ(plan.slots[row], -1);
  });
}

// Offsets start at 0 and never descend; slots ascend within an expert.
TEST(RoutingPlanTest, MonotoneAndStable) {
  forRandomCases([](Random &random) {
    RoutingPlan plan = drawCase(random).plan();
    EXPECT_EQ(plan.offsets[0], 0);
    for (size_t e = 1; e < plan.offsets.size(); ++e) {
      ASSERT_LE(plan.offsets[e - 1], plan.offsets[e]);
      for (int64_t row = plan.offsets[e - 1] + 1; row < plan.offsets[e]; ++row)
        EXPECT_LT(plan.slots[row - 1], plan.slots[row]);
    }
  });
}

// A token's rows are those whose slots are its own, ascending, then -1.
TEST(RoutingPlanTest, TokenRowsInvertSlots) {
  forRandomCases([](Random &random) {
    Case c = drawCase(random);
    RoutingPlan plan = c.plan();
    int64_t k = c.options.slotsPerToken;
    for (int64_t t = 0; t < c.getNumTokens(); ++t) {
      std::vector<int32_t> own;
      for (size_t row = 0; row < plan.slots.size(); ++row)
        if (plan.slots[row] >= t * k && plan.slots[row] < (t + 1) * k)
          own.push_back(row);
      own.resize(k, -1);
      EXPECT_EQ(llvm::ArrayRef(plan.rows).slice(t * k, k),
                llvm::ArrayRef<int32_t>(own));
    }
  });
}

// Without a capacity the tokens of two batches get, within each expert, the
// rows of the first batch and then those of the second.
TEST(RoutingPlanTest, SplittingTheBatchChangesNothing) {
  forRandomCases([](Random &random) {
    Case whole = drawCase(random);
    whole.options.capacity.reset();
    int64_t k = whole.options.slotsPerToken;
    int64_t cut = random.draw(0, whole.getNumTokens()) * k;
    Case first = whole, second = whole;
    first.experts.resize(cut);
    second.experts.erase(second.experts.begin(), second.experts.begin() + cut);
    if (!whole.weights.empty()) {
      first.weights.resize(cut);
      second.weights.erase(second.weights.begin(),
                           second.weights.begin() + cut);
    }
    RoutingPlan all = whole.plan(), a = first.plan(), b = second.plan();
    for (int64_t e = 0; e < whole.options.experts; ++e) {
      std::vector<int32_t> joined(a.slots.begin() + a.offsets[e],
                                  a.slots.begin() + a.offsets[e + 1]);
      for (int64_t row = b.offsets[e]; row < b.offsets[e + 1]; ++row)
        joined.push_back(b.slots[row] + cut);
      EXPECT_EQ(llvm::ArrayRef<int32_t>(joined),
                llvm::ArrayRef(all.slots).slice(
                    all.offsets[e], all.offsets[e + 1] - all.offsets[e]));
    }
  });
}

// A smaller bound holds the same rows, or is refused.
TEST(RoutingPlanTest, RowBound) {
  forRandomCases([](Random &random) {
    Case c = drawCase(random);
    RoutingPlan plan = c.plan();
    int64_t live = plan.offsets.back();
    c.options.rowBound = random.draw(0, c.experts.size());
    auto bounded = planRoutes(c.experts, c.weights, c.options);
    ASSERT_EQ(bool(bounded), live <= *c.options.rowBound);
    if (!bounded)
      EXPECT_EQ(llvm::toString(bounded.takeError()),
                "expects at most " + std::to_string(*c.options.rowBound) +
                    " live slots, found " + std::to_string(live));
    else
      EXPECT_EQ(llvm::ArrayRef(bounded->slots),
                llvm::ArrayRef(plan.slots).take_front(*c.options.rowBound));
  });
}

// Bad options are refused in words.
TEST(RoutingPlanTest, RefusesBadOptions) {
  auto refusal = [](auto change, std::vector<double> weights = {}) {
    RoutingOptions options;
    options.slotsPerToken = 2;
    change(options);
    auto plan = planRoutes({0, 0}, weights, options);
    return plan ? "accepted" : llvm::toString(plan.takeError());
  };
  EXPECT_EQ(refusal([](auto &o) {}), "accepted");
  EXPECT_EQ(refusal([](auto &o) { o.experts = 0; }),
            "expects 1 to 2^31 - 1 experts, found 0");
  EXPECT_EQ(refusal([](auto &o) { o.slotsPerToken = 0; }),
            "expects at least 1 slot a token, found 0");
  EXPECT_EQ(refusal([](auto &o) { o.slotsPerToken = 3; }),
            "expects a multiple of the slots per token, found 2");
  EXPECT_EQ(refusal([](auto &o) { o.capacity = -1; }),
            "expects a capacity of at least 0, found -1");
  EXPECT_EQ(refusal([](auto &o) { o.segment = 0; }),
            "expects a segment of at least 1 token, found 0");
  EXPECT_EQ(refusal([](auto &o) {}, {1.0}),
            "expects one weight for each slot or none, found 1");
}

// Every plan passes its checks, and changing any one number is found (but a
// slot in the place of a dead one of its token: the checks see no experts).
TEST(PlanChecksTest, FindAnyChange) {
  forRandomCases([](Random &random) {
    Case c = drawCase(random);
    RoutingPlan plan = c.plan();
    int64_t numSlots = c.experts.size();
    auto findsChange = [&](llvm::SmallVector<int32_t> &numbers, bool areSlots) {
      if (numbers.empty())
        return;
      int64_t place = random.draw(0, numbers.size() - 1);
      int32_t old = numbers[place];
      auto isDead = [&](int32_t slot) {
        return slot >= 0 && slot < numSlots && !c.isLive(slot);
      };
      while (numbers[place] == old || (areSlots && isDead(numbers[place])))
        numbers[place] = random.draw(-2, numSlots + 1);
      EXPECT_NE(checkTokenRows(plan.rows, plan.slots, plan.offsets,
                               c.options.slotsPerToken),
                std::nullopt)
          << "place " << place << ": " << old << " became " << numbers[place];
      numbers[place] = old;
    };
    EXPECT_EQ(checkTokenRows(plan.rows, plan.slots, plan.offsets,
                             c.options.slotsPerToken),
              std::nullopt);
    findsChange(plan.slots, true);
    findsChange(plan.rows, false);
  });
}

// What each check says.
TEST(PlanChecksTest, Messages) {
  EXPECT_EQ(checkOffsets({0}, 4),
            "expects offsets of at least 2 numbers, found 1");
  EXPECT_EQ(checkOffsets({1, 2}, 4), "expects offsets[0] to be 0, found 1");
  EXPECT_EQ(checkOffsets({0, 3, 2}, 4),
            "expects offsets[2] to be at least offsets[1] = 3, found 2");
  EXPECT_EQ(checkOffsets({0, 3, 5}, 4),
            "expects offsets[2] to be at most the number of rows 4, found 5");
  EXPECT_EQ(checkOffsets({0, 0, 4}, 4), std::nullopt);
  EXPECT_EQ(checkSlots({0, 4}, {0, 2}, 4),
            "expects slots[1] to be in [0, 4), found 4");
  EXPECT_EQ(checkSlots({0, -1}, {0, 2}, 4),
            "expects slots[1] to be in [0, 4), found -1");
  EXPECT_EQ(checkSlots({2, 1}, {0, 2}, 4),
            "expects slots[1] of expert 0 to be above slots[0] = 2, found 1");
  EXPECT_EQ(checkSlots({2, 2}, {0, 2}, 4),
            "expects slots[1] of expert 0 to be above slots[0] = 2, found 2");
  EXPECT_EQ(checkSlots({2, 2}, {0, 1, 2}, 4),
            "expects slots[1] to differ from slots[0], found 2");
  EXPECT_EQ(checkSlots({2, 3}, {0, 1}, 4),
            "expects slots[1] past the last live row 0 to be -1, found 3");
  EXPECT_EQ(checkTokenRows({0, -1, -1, -1}, {0, 2}, {0, 2}, 2),
            "expects rows[2] to be 1, found -1");
  EXPECT_EQ(checkTokenRows({0, -1, 1}, {0, 2}, {0, 2}, 2),
            "expects rows of a multiple of 2 numbers, found 3");
}
