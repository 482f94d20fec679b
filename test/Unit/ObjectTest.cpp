//===- ObjectTest.cpp - Calls of programs compiled ahead of time ----------===//
//
// On a program written by hand: what no object of moe-compile is.
//
//===----------------------------------------------------------------------===//

#include "moe/Runtime/Object.h"

#include "gmock/gmock.h"

using namespace mlir::moe;
using testing::HasSubstr;

/// y = 2 * x, of a scalar.
static void twice(void **values) {
  *static_cast<float *>(values[0]) = 2 * *static_cast<float *>(values[1]);
}

namespace {
class ObjectTest : public testing::Test {
protected:
  const char *features[2] = {nullptr, nullptr};
  int32_t isSupported = 0;
  ObjectValue x = {"x", nullptr, 0, sizeof(float), 1};
  ObjectValue y = {"y", nullptr, 0, sizeof(float), 1};
  ObjectSource source = {ObjectSource::Input, 0};
  ObjectProgram program = {kObjectVersion,
                           "twice",
                           "abacus",
                           features,
                           &isSupported,
                           0,
                           nullptr,
                           0,
                           nullptr,
                           1,
                           &x,
                           {nullptr, 0, nullptr, 0, nullptr},
                           {twice, 1, &source, 1, &y},
                           0,
                           nullptr};

  int call(float input, float &output) {
    const void *inputs[] = {&input};
    void *results[] = {&output};
    int64_t *shapes[] = {nullptr};
    int64_t sizes[] = {0};
    return moeCallObject(&program, nullptr, sizes, inputs, results, shapes, 1);
  }
};
} // namespace

// The processor is asked once.
TEST_F(ObjectTest, Call) {
  float output = 0;
  EXPECT_EQ(call(3, output), Success);
  EXPECT_EQ(output, 6);
  EXPECT_EQ(isSupported, 1);
  features[0] = "beads";
  EXPECT_EQ(call(4, output), Success);
  EXPECT_EQ(output, 8);
}

// A processor that lacks something is asked again, and runs nothing.
TEST_F(ObjectTest, UnsupportedProcessor) {
  features[0] = "beads";
  float output = 1;
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(call(3, output), UnsupportedProcessor);
    EXPECT_THAT(moeObjectError(),
                HasSubstr("'twice' is compiled for abacus and expects a "
                          "processor with beads, found "));
    EXPECT_EQ(output, 1);
  }
}

// The table of another version is not read.
TEST_F(ObjectTest, Version) {
  program.version = kObjectVersion + 1;
  float output = 1;
  EXPECT_EQ(call(3, output), InvalidArgument);
  EXPECT_STREQ(moeObjectError(),
               "expects an object of version 1 of the runtime, found version 2 "
               "in 'twice'");
  EXPECT_EQ(output, 1);
}
