//===- OpenMP.h - GNU's OpenMP runtime --------------------------*- C++ -*-===//

#ifndef MOE_LIB_RUNTIME_OPENMP_H
#define MOE_LIB_RUNTIME_OPENMP_H

namespace mlir::moe {

/// The entry points that are called, of the libgomp that the process has, or of
/// the system's. Without either, one thread does all.
struct OpenMP {
  void (*parallel)(void (*body)(void *), void *data, unsigned threads,
                   unsigned flags);
  int (*getMaxThreads)();
  int (*getNumProcessors)();
  int (*isInParallel)();
  int (*getThreadNumber)();
};

/// Found at the first call; any thread may call.
const OpenMP &getOpenMP();

} // namespace mlir::moe

#endif // MOE_LIB_RUNTIME_OPENMP_H
