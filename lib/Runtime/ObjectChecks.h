//===- ObjectChecks.h - What calls of objects may get wrong -----*- C++ -*-===//

#ifndef MOE_LIB_RUNTIME_OBJECTCHECKS_H
#define MOE_LIB_RUNTIME_OBJECTCHECKS_H

#include "moe/Runtime/Object.h"
#include "moe/Runtime/Runtime.h"

#include <cstddef>

namespace mlir::moe {

struct ObjectPrepared {
  const ObjectProgram *program;
  int64_t *sizes;    ///< of the program
  void **parameters; ///< a copy of each that the layer reads, else null
  char *packed;      ///< the struct of results of `prepare`
};

/// The start of the memref descriptor of a result.
struct DescriptorHead {
  char *allocated, *aligned;
  int64_t offset;
  int64_t sizes[1]; // as many as its rank
};

/// Keeps the message for moeObjectError and returns the status.
__attribute__((format(printf, 2, 3))) int fail(ObjectStatus status,
                                               const char *format, ...);
int failMemory(size_t bytes);
/// What went wrong in a run.
int failRun(const ObjectProgram &program, const RunFailure &failure);

/// The program was made for this runtime and for this processor.
int checkProgram(const ObjectProgram &program);
/// The sizes of `values`, which the caller gives, are at least 0.
int checkSizes(const ObjectProgram &program, const ObjectValue *values,
               int64_t count, const int64_t *sizes);
/// `prepared` fits the program; takes the sizes from it that `sizes` does not
/// have.
int checkPrepared(const ObjectProgram &program, const ObjectPrepared *prepared,
                  int64_t *sizes);
/// `data` can be what `value` is of these sizes.
int checkMemory(const ObjectValue &value, const int64_t *sizes,
                const void *data);
/// Result `value` came out with the sizes that it must have.
int checkResult(const ObjectProgram &program, const ObjectValue &value,
                const int64_t *sizes, const DescriptorHead &found);

/// What a size of a shape stands for.
inline int64_t resolve(int64_t size, const int64_t *sizes) {
  return size < 0 && size != kNoSize ? sizes[~size] : size;
}

} // namespace mlir::moe

#endif // MOE_LIB_RUNTIME_OBJECTCHECKS_H
