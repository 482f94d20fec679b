//===- OpenMP.cpp - GNU's OpenMP runtime ----------------------------------===//

#include "OpenMP.h"
#include "Fork.h"

#include <cstdlib>
#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <unistd.h>

using namespace mlir::moe;

static constexpr const char *kLibrary = "libgomp.so.1";
static OpenMP openMP;

/// What works where no runtime is found.
static void runAlone(void (*body)(void *), void *data, unsigned, unsigned) {
  body(data);
}
static int countOne() { return 1; }
static int isNever() { return 0; }
static int getFirst() { return 0; }

template <typename Function>
static bool find(void *library, const char *name, Function *&function) {
  function = reinterpret_cast<Function *>(dlsym(library, name));
  return function != nullptr;
}

static bool findIn(void *library) {
  return find(library, "GOMP_parallel", openMP.parallel) &&
         find(library, "omp_get_max_threads", openMP.getMaxThreads) &&
         find(library, "omp_get_num_procs", openMP.getNumProcessors) &&
         find(library, "omp_in_parallel", openMP.isInParallel) &&
         find(library, "omp_get_thread_num", openMP.getThreadNumber);
}

/// The environment with one variable more: a copy, which stays, since other
/// threads may be reading what they have found, which `setenv` would move. What
/// they set between here and the end of loading may be lost. Null where there
/// is no memory.
static char **extendEnvironment(char *variable) {
  size_t count = 0;
  while (environ && environ[count])
    ++count;
  auto **extended = static_cast<char **>(calloc(count + 2, sizeof(char *)));
  if (!extended)
    return nullptr;
  for (size_t i = 0; i < count; ++i)
    extended[i] = environ[i];
  extended[count] = variable;
  return extended;
}

/// Threads that wait spin first, by default for milliseconds in which others
/// could run. The runtime reads how long when it is loaded, from variables
/// alone: a tenth of a millisecond, more than what lies between two loops of a
/// layer. This is the one place of the library that looks at an environment.
static void *loadOpenMP() {
  static char spin[] = "GOMP_SPINCOUNT=10000";
  static char **extended = nullptr;
  char **before = environ;
  if (!getenv("GOMP_SPINCOUNT") && !getenv("OMP_WAIT_POLICY"))
    extended = extendEnvironment(spin);
  if (extended)
    environ = extended;
  void *library = dlopen(kLibrary, RTLD_NOW | RTLD_LOCAL);
  if (extended && environ == extended)
    environ = before;
  return library;
}

static void stayAlone() {
  openMP = {runAlone, countOne, countOne, isNever, getFirst};
}

//===----------------------------------------------------------------------===//
// Children of fork
//===----------------------------------------------------------------------===//

namespace {
struct Region {
  void (*body)(void *);
  void *data;
  unsigned threads, flags;
};
} // namespace

/// What the runtime has for it.
static decltype(OpenMP::parallel) parallel = nullptr;
static bool isChild = false;

/// The runtime keeps a team for each thread that has called it. That of the
/// thread which forked is the parent's, for which a loop would wait for ever,
/// and there is no way to ask whether it has one: another thread calls.
static void runInChild(void (*body)(void *), void *data, unsigned threads,
                       unsigned flags) {
  if (!isFirstThread())
    return parallel(body, data, threads, flags);
  Region region = {body, data, threads, flags};
  auto run = [](void *data) {
    auto *region = static_cast<Region *>(data);
    parallel(region->body, region->data, region->threads, region->flags);
  };
  if (!callOnOwnThread(run, &region))
    body(data);
}

static void enterChild() {
  forgetOwnThread();
  isChild = true;
  if (parallel)
    openMP.parallel = runInChild;
}

/// As the library is loaded: others may run the runtime, and fork, before this
/// library runs anything.
__attribute__((constructor)) static void watchForks() {
  pthread_atfork(nullptr, nullptr, enterChild);
}

//===----------------------------------------------------------------------===//
// The runtime
//===----------------------------------------------------------------------===//

/// Whether a loader has started this program. What one that is linked with
/// `-static` loads comes with a second C library, whose threads fail in the
/// first one.
static bool hasLoader() {
  bool found = false;
  dl_iterate_phdr(
      [](dl_phdr_info *program, size_t, void *result) { // the first one is it
        for (int i = 0; i < program->dlpi_phnum; ++i)
          if (program->dlpi_phdr[i].p_type == PT_INTERP)
            *static_cast<bool *>(result) = true;
        return 1;
      },
      &found);
  return found;
}

static void findOpenMP() {
  if (!hasLoader())
    return stayAlone();
  void *library = nullptr;
  bool wasThere = findIn(RTLD_DEFAULT);
  if (!wasThere) {
    library = dlopen(kLibrary, RTLD_NOW | RTLD_NOLOAD);
    wasThere = library;
    if (!library)
      library = loadOpenMP();
    if (!library || !findIn(library))
      return stayAlone();
  }
  parallel = openMP.parallel;
  if (wasThere && (isChild || mayBeForked()))
    openMP.parallel = runInChild;
}

const OpenMP &mlir::moe::getOpenMP() {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, findOpenMP);
  return openMP;
}
