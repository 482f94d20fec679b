//===- AvailableMemory.cpp - What the system has left ---------------------===//
//
// Asked when memory has run out, too: nothing here allocates.
//
//===----------------------------------------------------------------------===//

#include "moe/Runtime/Runtime.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

using namespace mlir::moe;

/// The number after `key` in a file of "key number" lines, of which it is among
/// the first; false: there is none.
static bool readNumber(const char *path, const char *key, uint64_t &number) {
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return false;
  char text[4096];
  ssize_t size = read(file, text, sizeof(text) - 1);
  close(file);
  text[std::max<ssize_t>(size, 0)] = 0;
  for (const char *line = text; line; line = std::strchr(line, '\n')) {
    line += *line == '\n';
    if (std::strncmp(line, key, std::strlen(key)) != 0)
      continue;
    const char *digits = line + std::strlen(key);
    char *end;
    number = std::strtoull(digits, &end, 10);
    return end != digits;
  }
  return false;
}

uint64_t mlir::moe::getAvailableMemory() {
  uint64_t available = UINT64_MAX, kib, limit, used, cache, pages;
  if (readNumber("/proc/meminfo", "MemAvailable:", kib))
    available = kib * 1024;
  // A container may have less than its machine; its file cache can go.
  if (readNumber("/sys/fs/cgroup/memory.max", "", limit) &&
      readNumber("/sys/fs/cgroup/memory.current", "", used)) {
    if (!readNumber("/sys/fs/cgroup/memory.stat", "file ", cache))
      cache = 0;
    uint64_t held = used - std::min(used, cache);
    available = std::min(available, limit - std::min(limit, held));
  }
  // A process may have fewer addresses than there is memory.
  rlimit addresses;
  if (getrlimit(RLIMIT_AS, &addresses) == 0 &&
      addresses.rlim_cur != RLIM_INFINITY &&
      readNumber("/proc/self/statm", "", pages)) {
    limit = addresses.rlim_cur;
    used = pages * sysconf(_SC_PAGESIZE);
    available = std::min(available, limit - std::min(limit, used));
  }
  return available;
}

void mlir::moe::describeAvailable(uint64_t bytes, char (&text)[64]) {
  uint64_t available = getAvailableMemory();
  if (available < bytes)
    std::snprintf(text, sizeof(text), "%llu bytes available",
                  static_cast<unsigned long long>(available));
  else
    std::snprintf(text, sizeof(text), "none that the system gives");
}
