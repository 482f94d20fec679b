//===- Processor.cpp - What this processor can do -------------------------===//
//
// Asked by cpuid ("Intel 64 and IA-32 Architectures Software Developer's
// Manual", volume 2, CPUID). Registers of a vector extension also need a system
// that saves them.
//
//===----------------------------------------------------------------------===//

#include "moe/Runtime/Processor.h"

#include <cstdint>
#include <cstring>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

using namespace mlir::moe;

namespace {
enum Register { EAX, EBX, ECX, EDX };
/// What the system has to save.
enum Saves { Nothing, Avx, Avx512 };

struct Feature {
  const char *name;
  uint32_t leaf, subleaf;
  Register word;
  unsigned bit;
  Saves saves;
};
} // namespace

static constexpr uint32_t kExtended = 0x80000000;

static constexpr Feature kFeatures[] = {
    {"sse3", 1, 0, ECX, 0, Nothing},
    {"ssse3", 1, 0, ECX, 9, Nothing},
    {"fma", 1, 0, ECX, 12, Avx},
    {"sse4.1", 1, 0, ECX, 19, Nothing},
    {"sse4.2", 1, 0, ECX, 20, Nothing},
    {"movbe", 1, 0, ECX, 22, Nothing},
    {"popcnt", 1, 0, ECX, 23, Nothing},
    {"avx", 1, 0, ECX, 28, Avx},
    {"f16c", 1, 0, ECX, 29, Avx},
    {"bmi", 7, 0, EBX, 3, Nothing},
    {"avx2", 7, 0, EBX, 5, Avx},
    {"bmi2", 7, 0, EBX, 8, Nothing},
    {"avx512f", 7, 0, EBX, 16, Avx512},
    {"avx512dq", 7, 0, EBX, 17, Avx512},
    {"avx512cd", 7, 0, EBX, 28, Avx512},
    {"avx512bw", 7, 0, EBX, 30, Avx512},
    {"avx512vl", 7, 0, EBX, 31, Avx512},
    {"avx512vbmi", 7, 0, ECX, 1, Avx512},
    {"avx512vbmi2", 7, 0, ECX, 6, Avx512},
    {"avx512vnni", 7, 0, ECX, 11, Avx512},
    {"avx512fp16", 7, 0, EDX, 23, Avx512},
    {"avxvnni", 7, 1, EAX, 4, Avx},
    {"avx512bf16", 7, 1, EAX, 5, Avx512},
    {"lzcnt", kExtended + 1, 0, ECX, 5, Nothing},
    {"prfchw", kExtended + 1, 0, ECX, 8, Nothing},
};

#if defined(__x86_64__)

/// The answer of cpuid; zeros where it has none.
static void ask(uint32_t leaf, uint32_t subleaf, uint32_t (&words)[4]) {
  std::memset(words, 0, sizeof(words));
  if (__get_cpuid_max(leaf & kExtended, nullptr) >= leaf)
    __cpuid_count(leaf, subleaf, words[0], words[1], words[2], words[3]);
}

/// The system saves the registers that `saves` is about.
static bool isSaved(Saves saves) {
  if (saves == Nothing)
    return true;
  uint32_t words[4];
  ask(1, 0, words);
  if (!(words[ECX] >> 27 & 1)) // no xgetbv
    return false;
  uint32_t low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  uint32_t needed = saves == Avx ? 0x6 : 0xe6;
  return (low & needed) == needed;
}

static bool hasFeature(const Feature &feature) {
  uint32_t words[4];
  ask(feature.leaf, 0, words);
  // The subleaves of leaf 7 are as many as its first one says.
  if (feature.subleaf > 0) {
    if (words[EAX] < feature.subleaf)
      return false;
    ask(feature.leaf, feature.subleaf, words);
  }
  return words[feature.word] >> feature.bit & 1 && isSaved(feature.saves);
}

void mlir::moe::getProcessorName(char (&name)[64]) {
  uint32_t words[3][4];
  for (uint32_t i = 0; i < 3; ++i)
    ask(kExtended + 2 + i, 0, words[i]);
  char text[sizeof(words) + 1] = "";
  std::memcpy(text, words, sizeof(words));
  size_t begin = std::strspn(text, " "), end = std::strlen(text);
  while (end > begin && text[end - 1] == ' ')
    --end;
  text[end] = 0;
  std::strcpy(name, text[begin] ? text + begin : "another one");
}

#else

static bool hasFeature(const Feature &) { return false; }

void mlir::moe::getProcessorName(char (&name)[64]) {
  std::strcpy(name, "another one");
}

#endif

const char *mlir::moe::findMissingFeature(const char *const *features) {
  for (; *features; ++features) {
    bool isThere = false;
    for (const Feature &feature : kFeatures)
      isThere |=
          std::strcmp(feature.name, *features) == 0 && hasFeature(feature);
    if (!isThere)
      return *features;
  }
  return nullptr;
}

const char *mlir::moe::getFeatureName(size_t i) {
  constexpr size_t count = sizeof(kFeatures) / sizeof(*kFeatures);
  return i < count ? kFeatures[i].name : nullptr;
}
