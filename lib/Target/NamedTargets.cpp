//===- NamedTargets.cpp - Facts of well-known machines --------------------===//

#include "moe/Target/Target.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVectorExtras.h"
#include "llvm/ADT/StringExtras.h"
#include <algorithm>
#include <tuple>

using namespace mlir::moe;
using llvm::StringRef;

constexpr int64_t KiB = 1024, MiB = 1024 * KiB, GB = 1000 * 1000 * 1000;

/// One line a machine, in the order of the fields of Target.
static llvm::ArrayRef<Target> getNamedTargets() {
  // clang-format off
  static const Target targets[] = {
    {Device::CPU,  "znver4",    96,  512, 32 * KiB,  1 * MiB,   384 * MiB, 460 * GB,  0},         // EPYC 9654
    {Device::CPU,  "znver5",    128, 512, 48 * KiB,  1 * MiB,   512 * MiB, 576 * GB,  0},         // EPYC 9755
    {Device::CPU,  "x86-64",    6,   128, 32 * KiB,  256 * KiB, 12 * MiB,  32 * GB,   0},         // Xeon X5680
    {Device::CPU,  "x86-64-v3", 16,  256, 32 * KiB,  256 * KiB, 40 * MiB,  76 * GB,   0},         // Xeon E5-2683 v4
    {Device::CPU,  "x86-64-v4", 28,  512, 32 * KiB,  1 * MiB,   38 * MiB,  128 * GB,  0},         // Xeon 8180
    {Device::CUDA, "sm_80",     108, 0,   192 * KiB, 0,         40 * MiB,  2039 * GB, 163 * KiB}, // A100 80 GB
    {Device::CUDA, "sm_90a",    132, 0,   256 * KiB, 0,         50 * MiB,  3350 * GB, 227 * KiB}, // H100 SXM
  };
  // clang-format on
  return targets;
}

bool Target::operator==(const Target &other) const {
  auto facts = [](const Target &t) {
    return std::tie(t.device, t.arch, t.cores, t.vectorBits, t.l1Bytes,
                    t.l2Bytes, t.l3Bytes, t.bandwidth, t.sharedBytes);
  };
  return facts(*this) == facts(other);
}

llvm::ArrayRef<StringRef> mlir::moe::getTargetNames() {
  static const auto names = llvm::map_to_vector<8>(
      getNamedTargets(), [](const Target &t) { return StringRef(t.arch); });
  return names;
}

std::vector<StringRef> mlir::moe::getTargetNames(Device device) {
  std::vector<StringRef> names;
  for (const Target &target : getNamedTargets())
    if (target.device == device)
      names.push_back(target.arch);
  return names;
}

llvm::Expected<Target> mlir::moe::getNamedTarget(StringRef name) {
  for (const Target &target : getNamedTargets())
    if (target.arch == name)
      return target;
  if (isKnownProcessor(name)) {
    Target target;
    target.arch = name.str();
    llvm::StringMap<bool> features;
    for (const std::string &feature : getNeededFeatures(name))
      features[feature] = true;
    target.vectorBits = std::max<int64_t>(getVectorBits(features), 128);
    return target;
  }
  return llvm::createStringError(
      "expects one of " + llvm::join(getTargetNames(), ", ") +
      " or LLVM's name of another x86-64 processor, found " + name);
}

Target mlir::moe::addFactsOfArch(Target target) {
  if (target.device != Device::CPU)
    return target;
  llvm::Expected<Target> arch = getNamedTarget(target.arch);
  if (!arch) {
    llvm::consumeError(arch.takeError());
    return target;
  }
  if (arch->device != target.device)
    return target;
  for (int64_t Target::*fact :
       {&Target::vectorBits, &Target::l1Bytes, &Target::l2Bytes})
    if (target.*fact == 0)
      target.*fact = (*arch).*fact;
  return target;
}
