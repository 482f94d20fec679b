//===- ObjectChecks.cpp - What calls of objects may get wrong -------------===//

#include "ObjectChecks.h"

#include "moe/Runtime/Processor.h"

#include <cstdarg>
#include <cstdio>

using namespace mlir::moe;

static thread_local char lastError[512];

int mlir::moe::fail(ObjectStatus status, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(lastError, sizeof(lastError), format, arguments);
  va_end(arguments);
  return status;
}

int mlir::moe::failMemory(size_t bytes) {
  char found[64];
  describeAvailable(bytes, found);
  return fail(OutOfMemory, "expects %zu more bytes of memory, found %s", bytes,
              found);
}

static long long asLong(int64_t number) { return number; }

const char *moeObjectError() { return lastError; }

int mlir::moe::checkProgram(const ObjectProgram &program) {
  if (program.version != kObjectVersion)
    return fail(InvalidArgument,
                "expects an object of version %lld of the runtime, found "
                "version %lld in '%s'",
                asLong(kObjectVersion), asLong(program.version), program.name);
  if (__atomic_load_n(program.isSupported, __ATOMIC_RELAXED))
    return Success;
  if (const char *missing = findMissingFeature(program.features)) {
    char found[64];
    getProcessorName(found);
    return fail(UnsupportedProcessor,
                "'%s' is compiled for %s and expects a processor with %s, "
                "found %s",
                program.name, program.processor, missing, found);
  }
  __atomic_store_n(program.isSupported, 1, __ATOMIC_RELAXED);
  return Success;
}

int mlir::moe::checkMemory(const ObjectValue &value, const int64_t *sizes,
                           const void *data) {
  bool isEmpty = false, overflows = false;
  int64_t bytes = value.elementBytes;
  for (int64_t i = 0; i < value.rank; ++i) {
    int64_t size = resolve(value.sizes[i], sizes);
    isEmpty |= size == 0;
    overflows |= __builtin_mul_overflow(bytes, size, &bytes);
  }
  if (overflows && !isEmpty)
    return fail(InvalidArgument,
                "expects '%s' to have fewer than 2^63 bytes, found more",
                value.name);
  if (!data && !isEmpty)
    return fail(InvalidArgument, "expects a pointer to '%s', found NULL",
                value.name);
  return Success;
}

int mlir::moe::checkSizes(const ObjectProgram &program,
                          const ObjectValue *values, int64_t count,
                          const int64_t *sizes) {
  // Not of all sizes: those of no value may be kNoSize, which is below 0.
  for (int64_t i = 0; i < count; ++i)
    for (int64_t dim = 0; dim < values[i].rank; ++dim) {
      int64_t size = values[i].sizes[dim];
      if (size < 0 && size != kNoSize && sizes[~size] < 0)
        return fail(InvalidArgument,
                    "expects '%s' to be a size of at least 0, found %lld",
                    program.sizeNames[~size], asLong(sizes[~size]));
    }
  return Success;
}

int mlir::moe::checkPrepared(const ObjectProgram &program,
                             const ObjectPrepared *prepared, int64_t *sizes) {
  if (program.numParameters == 0)
    return Success;
  if (!prepared)
    return fail(InvalidArgument, "expects what '%s_prepare' gives, found NULL",
                program.name);
  if (prepared->program != &program)
    return fail(InvalidArgument,
                "expects what '%s_prepare' gives, found that of '%s_prepare'",
                program.name, prepared->program->name);
  for (int64_t i = 0; i < program.numSizes; ++i) {
    int64_t known = prepared->sizes[i];
    if (sizes[i] == kNoSize)
      sizes[i] = known;
    else if (known != kNoSize && known != sizes[i])
      return fail(InvalidArgument,
                  "expects '%s' to be %lld, as it was prepared, found %lld",
                  program.sizeNames[i], asLong(known), asLong(sizes[i]));
  }
  return Success;
}

int mlir::moe::failRun(const ObjectProgram &program,
                       const RunFailure &failure) {
  if (failure.site < 0)
    return fail(OutOfMemory, "%s", failure.message);
  if (failure.site >= program.numChecks)
    return fail(CheckFailed, "%s", failure.message);
  const ObjectCheck &check = program.checks[failure.site];
  if (!check.relation)
    return fail(CheckFailed, "%s%s", check.text, failure.message);
  return fail(CheckFailed, "%s, found %lld instead of %s%lld", check.text,
              asLong(failure.found), check.relation, asLong(failure.expected));
}

int mlir::moe::checkResult(const ObjectProgram &program,
                           const ObjectValue &value, const int64_t *sizes,
                           const DescriptorHead &found) {
  for (int64_t i = 0; i < value.rank; ++i) {
    int64_t size = resolve(value.sizes[i], sizes);
    if (size != kNoSize && size != found.sizes[i])
      return fail(CheckFailed,
                  "expects dimension '%s' to have one size, found %lld and "
                  "%lld in '%s'",
                  value.sizes[i] < 0 ? program.sizeNames[~value.sizes[i]] : "",
                  asLong(size), asLong(found.sizes[i]), value.name);
  }
  return Success;
}
