//===- HostTarget.cpp - What the system says about itself -----------------===//

#include "moe/Target/Target.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Threading.h"
#include "llvm/TargetParser/Host.h"
#include <algorithm>
#include <limits>
#include <set>

using namespace mlir::moe;
using llvm::StringRef;

int64_t mlir::moe::getVectorBits(const llvm::StringMap<bool> &features) {
  if (features.lookup("avx512f"))
    return 512;
  if (features.lookup("avx"))
    return 256;
  if (features.lookup("sse2") || features.lookup("neon"))
    return 128;
  return 0;
}

/// The first line of a small file, or nothing.
static std::string readLine(const std::string &path) {
  // Files of /sys say that they have 4096 bytes, so they are read as streams.
  auto file = llvm::MemoryBuffer::getFileAsStream(path);
  if (!file)
    return "";
  return (*file)->getBuffer().split('\n').first.trim().str();
}

/// "48K" or "32M" in bytes; 0 for anything else.
static int64_t parseSize(StringRef text) {
  int64_t unit = text.consume_back("K")   ? 1024
                 : text.consume_back("M") ? 1024 * 1024
                                          : 1;
  int64_t number;
  if (text.getAsInteger(10, number) || number < 0 ||
      number > std::numeric_limits<int64_t>::max() / unit)
    return 0;
  return number * unit;
}

Caches mlir::moe::readCaches(StringRef directory) {
  Caches caches;
  std::set<std::string> seen; // L3 caches, by the cores that share them
  for (int cpu = 0;; ++cpu) {
    std::string core = directory.str() + "/cpu" + std::to_string(cpu);
    if (!llvm::sys::fs::is_directory(core))
      return caches;
    for (int i = 0;; ++i) {
      std::string cache = core + "/cache/index" + std::to_string(i);
      if (!llvm::sys::fs::is_directory(cache))
        break;
      if (readLine(cache + "/type") == "Instruction")
        continue;
      std::string level = readLine(cache + "/level");
      int64_t size = parseSize(readLine(cache + "/size"));
      if (level == "1" && cpu == 0)
        caches.l1Bytes = size;
      else if (level == "2" && cpu == 0)
        caches.l2Bytes = size;
      else if (level == "3" &&
               seen.insert(readLine(cache + "/shared_cpu_list")).second)
        caches.l3Bytes += size;
    }
  }
}

/// What the cores can read: one alone reaches 18 (Zen 3), 28 (Zen 4) to 36
/// (Zen 5) GB/s, all together no more than the socket's memory gives.
static int64_t estimateBandwidth(StringRef arch, int64_t cores) {
  constexpr int64_t GB = 1000 * 1000 * 1000;
  int64_t core = arch == "znver5"   ? 36 * GB
                 : arch == "znver4" ? 28 * GB
                 : arch == "znver3" ? 18 * GB
                                    : 14 * GB;
  int64_t socket = 128 * GB;
  llvm::Expected<Target> known = getNamedTarget(arch);
  if (!known)
    llvm::consumeError(known.takeError());
  else if (known->bandwidth > 0) // of those by LLVM's name it is not known
    socket = known->bandwidth;
  return std::min(cores * core, socket);
}

std::string mlir::moe::chooseArch(StringRef name,
                                  const llvm::StringMap<bool> &features) {
  if (!features.contains("sse2")) // not an x86 processor
    return name.str();
  for (StringRef arch : {name, StringRef("x86-64-v4"), StringRef("x86-64-v3"),
                         StringRef("x86-64-v2")})
    if (isKnownProcessor(arch) &&
        llvm::all_of(getNeededFeatures(arch), [&](const std::string &feature) {
          return features.lookup(feature);
        }))
      return arch.str();
  return "x86-64";
}

std::string mlir::moe::getHostArch() {
  return chooseArch(llvm::sys::getHostCPUName(),
                    llvm::sys::getHostCPUFeatures());
}

Target mlir::moe::hostTarget() {
  Target target;
  target.arch = getHostArch();
  // One thread a core, and never more cores than the process may use.
  target.cores = std::max(
      1u, llvm::heavyweight_hardware_concurrency().compute_thread_count());
  target.vectorBits = getVectorBits(llvm::sys::getHostCPUFeatures());
  Caches caches = readCaches("/sys/devices/system/cpu");
  target.l1Bytes = caches.l1Bytes;
  target.l2Bytes = caches.l2Bytes;
  target.l3Bytes = caches.l3Bytes;
  target.bandwidth = estimateBandwidth(target.arch, target.cores);
  return target;
}
