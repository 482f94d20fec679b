//===- Object.h - What an object says to its runtime ------------*- C++ -*-===//
//
// An object that moe-compile makes holds one table for its program, and C
// functions that hand it over with what they were called with. All checks are
// here, so that generated code has none. The layout of the table is that of C.
//
//===----------------------------------------------------------------------===//

#ifndef MOE_RUNTIME_OBJECT_H
#define MOE_RUNTIME_OBJECT_H

#include <cstdint>

namespace mlir::moe {

/// The version of this table: an object runs on the runtime it was made for.
constexpr int64_t kObjectVersion = 1;

/// What the functions of an object return; the header of an object has them as
/// `enum moe_status`.
enum ObjectStatus : int {
  Success = 0,
  InvalidArgument = 1,
  UnsupportedProcessor = 2,
  OutOfMemory = 3,
  CheckFailed = 4,
};

/// A size that nobody has given.
constexpr int64_t kNoSize = INT64_MIN;

/// One argument or result. A size of its shape below 0 is ~i for the size
/// number i of the program, or kNoSize: only the program knows it, and
/// allocates the result.
struct ObjectValue {
  const char *name;
  const int64_t *sizes;
  int64_t rank, elementBytes, isScalar;
};

/// Where an argument of compiled code comes from.
struct ObjectSource {
  enum Kind : int64_t { Parameter, Input, Packed };
  int64_t kind, number;
};

/// Compiled code. `call` takes the struct of the results (scalars, and memref
/// descriptors, in order), then for each argument a pointer to its value or to
/// its descriptor.
struct ObjectFunction {
  void (*call)(void **);
  int64_t numArguments;
  const ObjectSource *arguments;
  int64_t numResults;
  const ObjectValue *results;
};

/// A check that a program makes: what it says where it fails and, for a
/// comparison, how its expected number is said.
struct ObjectCheck {
  const char *text, *relation;
};

/// The table: one program, its C functions' arguments and its compiled code.
/// Nothing writes to it but the runtime, to what `isSupported` points to.
struct ObjectProgram {
  int64_t version;
  const char *name;
  /// The processor it was compiled for, the features that its code uses, up to
  /// a null, and whether they are known to be there.
  const char *processor;
  const char *const *features;
  int32_t *isSupported;
  int64_t numSizes;
  const char *const *sizeNames;
  int64_t numParameters;
  const ObjectValue *parameters;
  int64_t numInputs;
  const ObjectValue *inputs;
  /// From parameters to what is packed; without a `call` where nothing is.
  ObjectFunction prepare;
  ObjectFunction layer;
  int64_t numChecks;
  const ObjectCheck *checks;
};

/// Parameters as the program reads them.
struct ObjectPrepared;

} // namespace mlir::moe

extern "C" {
/// Packs `parameters`, and copies those that the layer reads as they are.
/// `sizes` are all of the program's, kNoSize where they are not those of
/// parameters. Scalars are passed by address. Returns an ObjectStatus, of which
/// moeObjectError says more.
int moePrepareObject(const mlir::moe::ObjectProgram *program,
                     const int64_t *sizes, const void *const *parameters,
                     unsigned threads, mlir::moe::ObjectPrepared **prepared);
/// Frees what moePrepareObject gave, which no call may be using; null is
/// nothing.
void moeReleaseObject(mlir::moe::ObjectPrepared *prepared);

/// Calls the layer. `prepared` is null for a program without parameters.
/// Each of `results` is memory for a result or, where `shapes` is not null for
/// it, where to put a pointer to memory of malloc, and its shape. Nothing is
/// written where the call fails.
int moeCallObject(const mlir::moe::ObjectProgram *program,
                  const mlir::moe::ObjectPrepared *prepared,
                  const int64_t *sizes, const void *const *inputs,
                  void *const *results, int64_t *const *shapes,
                  unsigned threads);

/// What was wrong with the last call of this thread that failed; "" before.
const char *moeObjectError(void);
}

#endif // MOE_RUNTIME_OBJECT_H
