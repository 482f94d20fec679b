//===- Features.cpp - The instructions a processor has --------------------===//
//
// From LLVM's tables for x86. Of all that a processor has, code is generated
// for what makes numbers faster: the rest (amx, aes, gfni, ...) is
// often taken away by a hypervisor and is of no use to kernels.
//
//===----------------------------------------------------------------------===//

#include "moe/Target/Target.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/TargetParser/X86TargetParser.h"

using namespace mlir::moe;
using llvm::StringRef;

static constexpr llvm::StringLiteral kUsed[] = {
    "sse3",        "ssse3",      "sse4.1",     "sse4.2",     "popcnt",
    "movbe",       "lzcnt",      "bmi",        "bmi2",       "avx",
    "avx2",        "fma",        "f16c",       "avxvnni",    "avx512f",
    "avx512cd",    "avx512bw",   "avx512dq",   "avx512vl",   "avx512vbmi",
    "avx512vbmi2", "avx512vnni", "avx512bf16", "avx512fp16", "prfchw"};

/// What all 64-bit code has, and LLVM's tables name for a few old processors
/// only.
static constexpr llvm::StringLiteral kAlways[] = {"sse", "sse2"};

bool mlir::moe::isKnownProcessor(StringRef arch) {
  return llvm::X86::parseArchX86(arch, /*Only64Bit=*/true) !=
         llvm::X86::CK_None;
}

/// With those that others imply.
static llvm::StringMap<bool> getAllFeatures(StringRef arch) {
  llvm::StringMap<bool> all;
  if (!isKnownProcessor(arch))
    return all;
  llvm::SmallVector<StringRef> features;
  llvm::X86::getFeaturesForCPU(arch, features);
  for (StringRef feature : features) {
    all[feature] = true;
    llvm::X86::updateImpliedFeatures(feature, /*Enabled=*/true, all);
  }
  return all;
}

bool mlir::moe::hasFeature(const Target &target, StringRef feature) {
  return target.device == Device::CPU &&
         getAllFeatures(target.arch).lookup(feature);
}

std::vector<std::string> mlir::moe::getNeededFeatures(StringRef arch) {
  std::vector<std::string> needed;
  llvm::StringMap<bool> all = getAllFeatures(arch);
  for (StringRef feature : kUsed)
    if (all.lookup(feature))
      needed.push_back(feature.str());
  return needed;
}

std::string mlir::moe::getFeatureString(StringRef arch) {
  llvm::StringMap<bool> base = getAllFeatures("x86-64");
  std::vector<std::string> changes;
  for (auto &feature : getAllFeatures(arch))
    if (!llvm::is_contained(kUsed, feature.first()) &&
        !llvm::is_contained(kAlways, feature.first()) &&
        !base.contains(feature.first()))
      changes.push_back("-" + feature.first().str());
  llvm::sort(changes);
  // Last: taking one away takes away what builds on it.
  for (const std::string &feature : getNeededFeatures(arch))
    changes.push_back("+" + feature);
  return llvm::join(changes, ",");
}
