//===- TargetTest.cpp - Facts about machines ------------------------------===//

#include "moe/Target/Target.h"
#include "RandomCases.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"
#include "gmock/gmock.h"

using namespace mlir::moe;
using testing::Each;
using testing::ElementsAre;
using testing::Gt;

// Every name has its facts, and GPUs have shared memory instead of vectors.
TEST(TargetTest, NamedTargets) {
  EXPECT_THAT(getTargetNames(),
              ElementsAre("znver4", "znver5", "x86-64", "x86-64-v3",
                          "x86-64-v4", "sm_80", "sm_90a"));
  for (llvm::StringRef name : getTargetNames()) {
    Target target = llvm::cantFail(getNamedTarget(name));
    EXPECT_EQ(target.arch, name);
    bool isGPU = name.starts_with("sm_");
    EXPECT_EQ(target.device == Device::CUDA, isGPU);
    EXPECT_EQ(target.sharedBytes > 0, isGPU);
    EXPECT_EQ(target.vectorBits > 0, !isGPU);
    EXPECT_EQ(target.l2Bytes > 0, !isGPU);
    EXPECT_THAT((std::vector<int64_t>{target.cores, target.l1Bytes,
                                      target.l3Bytes, target.bandwidth}),
                Each(Gt(0)));
  }
}

// A name that is not known is refused with the names that are.
TEST(TargetTest, UnknownName) {
  auto target = getNamedTarget("znver99");
  ASSERT_FALSE(bool(target));
  EXPECT_EQ(llvm::toString(target.takeError()),
            "expects one of znver4, znver5, x86-64, x86-64-v3, x86-64-v4, "
            "sm_80, sm_90a or LLVM's name of another x86-64 processor, found "
            "znver99");
}

// The host has at least one core and the same facts each time.
TEST(TargetTest, Host) {
  Target host = hostTarget();
  EXPECT_EQ(host.device, Device::CPU);
  EXPECT_FALSE(host.arch.empty());
  EXPECT_GE(host.cores, 1);
  EXPECT_GT(host.bandwidth, 0);
  EXPECT_EQ(host, hostTarget());
}

// Two machines that differ in one fact are not equal.
TEST(TargetTest, Equality) {
  Target a = llvm::cantFail(getNamedTarget("znver4")), b = a;
  EXPECT_EQ(a, b);
  b.l3Bytes += 1;
  EXPECT_FALSE(a == b);
}

// The widest feature wins; a feature that is off does not count.
TEST(TargetTest, VectorBits) {
  llvm::StringMap<bool> features;
  EXPECT_EQ(getVectorBits(features), 0);
  features["sse2"] = true;
  EXPECT_EQ(getVectorBits(features), 128);
  features["avx"] = true;
  features["avx512f"] = false;
  EXPECT_EQ(getVectorBits(features), 256);
  features["avx512f"] = true;
  EXPECT_EQ(getVectorBits(features), 512);
}

// What is not known of a machine is that of its architecture, where there is
// one; what is known stays.
TEST(TargetTest, FactsOfArch) {
  auto make = [](llvm::StringRef arch) {
    Target target;
    target.arch = arch.str();
    return target;
  };
  Target zen4 = addFactsOfArch(make("znver4"));
  EXPECT_EQ(zen4.vectorBits, 512);
  EXPECT_EQ(zen4.l1Bytes, 32 << 10);
  EXPECT_EQ(zen4.l2Bytes, 1 << 20);
  EXPECT_EQ(zen4.cores, 1);
  EXPECT_EQ(zen4.l3Bytes, 0);
  EXPECT_EQ(zen4.bandwidth, 0);
  Target narrow = make("znver4");
  narrow.vectorBits = 256;
  EXPECT_EQ(addFactsOfArch(narrow).vectorBits, 256);
  EXPECT_EQ(addFactsOfArch(make("haswell")).vectorBits, 256);
  EXPECT_EQ(addFactsOfArch(make("haswell")).l2Bytes, 0);
  EXPECT_EQ(addFactsOfArch(make("core2")).vectorBits, 128);
  EXPECT_EQ(addFactsOfArch(make("znver99")), make("znver99"));
  Target gpu = make("sm_90a");
  gpu.device = Device::CUDA;
  EXPECT_EQ(addFactsOfArch(gpu), gpu);
  EXPECT_EQ(addFactsOfArch(make("sm_90a")), make("sm_90a"));
}

namespace {
/// A directory like /sys/devices/system/cpu, removed at the end.
class CachesTest : public testing::Test {
protected:
  void SetUp() override {
    ASSERT_FALSE(llvm::sys::fs::createUniqueDirectory("caches", root));
  }
  void TearDown() override { llvm::sys::fs::remove_directories(root); }

  void addCache(int cpu, int index, llvm::StringRef level, llvm::StringRef type,
                llvm::StringRef size, llvm::StringRef shared) {
    std::string path =
        (root + "/cpu" + llvm::Twine(cpu) + "/cache/index" + llvm::Twine(index))
            .str();
    ASSERT_FALSE(llvm::sys::fs::create_directories(path));
    std::pair<const char *, llvm::StringRef> files[] = {
        {"level", level},
        {"type", type},
        {"size", size},
        {"shared_cpu_list", shared}};
    for (auto [name, text] : files) {
      std::error_code error;
      llvm::raw_fd_ostream file(path + "/" + name, error);
      ASSERT_FALSE(error);
      file << text << "\n";
    }
  }

  llvm::SmallString<128> root;
};
} // namespace

// Data caches of the first core; each shared cache once.
TEST_F(CachesTest, CountsSharedCachesOnce) {
  for (int cpu = 0; cpu < 4; ++cpu) {
    std::string self = std::to_string(cpu);
    addCache(cpu, 0, "1", "Data", "48K", self);
    addCache(cpu, 1, "1", "Instruction", "32K", self);
    addCache(cpu, 2, "2", "Unified", "1M", self);
    addCache(cpu, 3, "3", "Unified", "32768K", cpu < 2 ? "0-1" : "2-3");
  }
  Caches caches = readCaches(root);
  EXPECT_EQ(caches.l1Bytes, 48 * 1024);
  EXPECT_EQ(caches.l2Bytes, 1024 * 1024);
  EXPECT_EQ(caches.l3Bytes, 2 * 32 * 1024 * 1024);
}

// What is missing or makes no sense is 0.
TEST_F(CachesTest, MissingOrOdd) {
  EXPECT_EQ(readCaches(root).l1Bytes, 0);
  EXPECT_EQ(readCaches((root + "/nowhere").str()).l3Bytes, 0);
  addCache(0, 0, "1", "Data", "many", "0");
  addCache(0, 1, "2", "Unified", "-5K", "0");
  addCache(0, 2, "3", "Unified", "99999999999999999M", "0");
  Caches caches = readCaches(root);
  EXPECT_EQ(caches.l1Bytes, 0);
  EXPECT_EQ(caches.l2Bytes, 0);
  EXPECT_EQ(caches.l3Bytes, 0);
}

TEST(FeatureTest, KnowsProcessors) {
  llvm::Expected<Target> zen4 = getNamedTarget("znver4");
  llvm::Expected<Target> old = getNamedTarget("x86-64-v3");
  ASSERT_TRUE(bool(zen4) && bool(old));
  EXPECT_TRUE(hasFeature(*zen4, "avx512bf16"));
  EXPECT_FALSE(hasFeature(*old, "avx512bf16"));
  EXPECT_TRUE(hasFeature(*old, "avx2"));
  EXPECT_FALSE(hasFeature(Target(), "avx2"));
  EXPECT_FALSE(hasFeature(*zen4, "no such feature"));
}

// Of a processor that only LLVM knows, the vectors are known.
TEST(FeatureTest, OtherProcessors) {
  Target intel = llvm::cantFail(getNamedTarget("skylake-avx512"));
  EXPECT_EQ(intel.arch, "skylake-avx512");
  EXPECT_EQ(intel.vectorBits, 512);
  EXPECT_EQ(intel.bandwidth, 0);
  EXPECT_EQ(llvm::cantFail(getNamedTarget("haswell")).vectorBits, 256);
  EXPECT_EQ(llvm::cantFail(getNamedTarget("nocona")).vectorBits, 128);
  EXPECT_FALSE(isKnownProcessor("i486")); // 32 bits
  EXPECT_FALSE(isKnownProcessor("sm_90a"));
}

// Code uses what is good for numbers, and is told not to use the rest.
TEST(FeatureTest, NeededFeatures) {
  EXPECT_THAT(getNeededFeatures("x86-64"), ElementsAre());
  EXPECT_THAT(getNeededFeatures("x86-64-v2"),
              ElementsAre("sse3", "ssse3", "sse4.1", "sse4.2", "popcnt"));
  EXPECT_EQ(getFeatureString("x86-64"), "");
  std::string features = getFeatureString("sapphirerapids");
  EXPECT_THAT(features, testing::HasSubstr("-amx-tile"));
  EXPECT_THAT(features, testing::HasSubstr("+avx512bf16"));
  EXPECT_THAT(features, testing::Not(testing::HasSubstr("-avx512f")));
  EXPECT_THAT(getFeatureString("k8"), testing::Not(testing::HasSubstr("sse")));
}

// A processor that lacks a feature of its kind goes by a level of x86-64.
TEST(FeatureTest, ChooseArch) {
  llvm::StringMap<bool> features;
  EXPECT_EQ(chooseArch("neoverse-v2", features), "neoverse-v2");
  features["sse2"] = true;
  EXPECT_EQ(chooseArch("znver4", features), "x86-64");
  for (const std::string &feature : getNeededFeatures("znver4"))
    features[feature] = true;
  EXPECT_EQ(chooseArch("znver4", features), "znver4");
  EXPECT_EQ(chooseArch("generic", features), "x86-64-v4");
  features["avx512bf16"] = false;
  EXPECT_EQ(chooseArch("znver4", features), "x86-64-v4");
  features["avx512f"] = false;
  EXPECT_EQ(chooseArch("znver4", features), "x86-64-v3");
  features["avx"] = false;
  EXPECT_EQ(chooseArch("znver4", features), "x86-64-v2");
}
