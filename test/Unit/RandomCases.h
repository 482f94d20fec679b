//===- RandomCases.h - Seeded random cases for property tests ---*- C++ -*-===//
//
// A law is checked on many random cases. The first seed is fixed, another one
// is given with --gtest_random_seed; a failure prints the seed of its case.
//
//===----------------------------------------------------------------------===//

#ifndef MOE_TEST_UNIT_RANDOMCASES_H
#define MOE_TEST_UNIT_RANDOMCASES_H

#include "gtest/gtest.h"
#include <random>

namespace moe_test {

class Random {
public:
  explicit Random(uint64_t seed) : engine(seed) {}

  /// A number of [low, high].
  int64_t draw(int64_t low, int64_t high) {
    return low + static_cast<int64_t>(engine() % (high - low + 1));
  }
  /// True once in `n` draws.
  bool oneIn(int64_t n) { return draw(0, n - 1) == 0; }

private:
  std::mt19937_64 engine;
};

/// Calls `law` with `cases` differently seeded generators.
template <typename Law> void forRandomCases(Law law, int cases = 1000) {
  uint64_t first = static_cast<uint64_t>(GTEST_FLAG_GET(random_seed)) << 32;
  for (int i = 0; i < cases && !testing::Test::HasFailure(); ++i) {
    Random random(first + i);
    SCOPED_TRACE("case " + std::to_string(i) +
                 " of --gtest_random_seed=" + std::to_string(first >> 32));
    law(random);
  }
}

} // namespace moe_test

#endif // MOE_TEST_UNIT_RANDOMCASES_H
