//===- ProcessorTest.cpp - What processors can do -------------------------===//

#include "moe/Runtime/Processor.h"
#include "moe/Target/Target.h"

#include "llvm/ADT/StringSet.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/X86TargetParser.h"
#include "gmock/gmock.h"

using namespace mlir::moe;

static llvm::StringSet<> getFeatureNames() {
  llvm::StringSet<> names;
  for (size_t i = 0; const char *name = getFeatureName(i); ++i)
    names.insert(name);
  return names;
}

// The runtime, which does without LLVM, finds the features that LLVM finds.
TEST(ProcessorTest, AgreesWithLLVM) {
  llvm::StringMap<bool> host = llvm::sys::getHostCPUFeatures();
  if (!host.contains("sse2"))
    GTEST_SKIP() << "not an x86 processor";
  for (auto &name : getFeatureNames()) {
    ASSERT_TRUE(host.contains(name.first())) << name.first().str();
    std::string text = name.first().str();
    const char *asked[] = {text.c_str(), nullptr};
    EXPECT_EQ(findMissingFeature(asked) == nullptr, host.lookup(name.first()))
        << text;
  }
}

// The first one that is missing is named; one that nobody knows is missing.
TEST(ProcessorTest, MissingFeature) {
  const char *none[] = {nullptr};
  EXPECT_EQ(findMissingFeature(none), nullptr);
  const char *unknown[] = {"abacus", "slide-rule", nullptr};
  EXPECT_STREQ(findMissingFeature(unknown), "abacus");
}

// Whatever code may use on any processor, the runtime can look for.
TEST(ProcessorTest, KnowsWhatCodeNeeds) {
  llvm::StringSet<> known = getFeatureNames();
  llvm::SmallVector<llvm::StringRef> processors;
  llvm::X86::fillValidCPUArchList(processors, /*Only64Bit=*/true);
  ASSERT_FALSE(processors.empty());
  for (llvm::StringRef processor : processors)
    for (const std::string &feature : getNeededFeatures(processor))
      EXPECT_TRUE(known.contains(feature)) << feature;
}

// A processor has a name, without blanks around it.
TEST(ProcessorTest, Name) {
  char name[64];
  getProcessorName(name);
  llvm::StringRef text(name);
  EXPECT_FALSE(text.empty());
  EXPECT_EQ(text, text.trim());
}
