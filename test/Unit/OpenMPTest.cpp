//===- OpenMPTest.cpp - Loading GNU's OpenMP runtime ----------------------===//

#include "OpenMP.h"

#include "gtest/gtest.h"

#include <cstdlib>
#include <unistd.h>

/// In a process that has not loaded the runtime.
static void load() {
  char **before = environ, *first = environ[0];
  mlir::moe::getOpenMP();
  bool isSame = environ == before && environ[0] == first;
  std::_Exit(isSame && !getenv("GOMP_SPINCOUNT") ? 0 : 1);
}

// What other threads read meanwhile is where it was: no variable is set.
TEST(OpenMPTest, EnvironmentStays) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  unsetenv("GOMP_SPINCOUNT");
  EXPECT_EXIT(load(), testing::ExitedWithCode(0), "");
}
