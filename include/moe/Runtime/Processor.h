//===- Processor.h - What this processor can do -----------------*- C++ -*-===//

#ifndef MOE_RUNTIME_PROCESSOR_H
#define MOE_RUNTIME_PROCESSOR_H

#include <cstddef>

namespace mlir::moe {

/// The first of `features`, LLVM's names of what x86-64 code may use
/// (`avx512bf16`) up to a null, that this processor or its system does not
/// have; null where all are there. A name that is not known is not there.
const char *findMissingFeature(const char *const *features);

/// The name of the feature number `i`, of all that are known; null past the
/// last one.
const char *getFeatureName(size_t i);

/// What the processor calls itself: "AMD EPYC 9654 96-Core Processor".
void getProcessorName(char (&name)[64]);

} // namespace mlir::moe

#endif // MOE_RUNTIME_PROCESSOR_H
