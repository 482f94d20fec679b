//===- MemoryTest.cpp - What a program says that gets no memory -----------===//

#include "ProgramRun.h"

#include "gtest/gtest.h"

#include <string>

namespace {
/// What a program says that asks for so much, after a small buffer.
std::string ask(uint64_t bytes, size_t limit) {
  mlir::moe::RunFailure failure;
  EXPECT_FALSE(mlir::moe::runProgram(
      [](void *context) {
        moeAllocate(1000);
        moeAllocate(*static_cast<uint64_t *>(context));
      },
      &bytes, limit, 1, nullptr, failure));
  return failure.message;
}
} // namespace

TEST(Memory, NamesTheLimitThatIsHit) {
  constexpr size_t kLimit = 1 << 20;
  std::string text = ask(kLimit, kLimit);
  EXPECT_EQ(text.find("expects at most 1"), 0u) << text;
  EXPECT_NE(text.find("and 1048576 more asked for"), std::string::npos) << text;
}

// More than a process has addresses for is refused however much the limit is.
TEST(Memory, SaysThatTheSystemRefuses) {
#ifdef __has_feature
#if __has_feature(address_sanitizer)
  GTEST_SKIP() << "ends the process there";
#endif
#endif
  std::string text = ask(uint64_t(1) << 48, size_t(1) << 50);
  EXPECT_EQ(text.find("expects 281474976710656 more bytes of memory for the "
                      "program, which has 1"),
            0u)
      << text;
  EXPECT_NE(text.find(" available"), std::string::npos) << text;
}
