//===- Object.cpp - Calls of programs compiled ahead of time --------------===//
//
// Called from C, by any number of threads at once: whatever is wrong becomes a
// status and a message. Nothing here needs a C++ library.
//
//===----------------------------------------------------------------------===//

#include "ObjectChecks.h"
#include "OpenMP.h"
#include "ProgramRun.h"

#include <cstdlib>
#include <cstring>

using namespace mlir::moe;

namespace {
/// Zeroed memory that is freed at the end of a scope.
template <typename T> class Block {
public:
  explicit Block(size_t count)
      : items(static_cast<T *>(std::calloc(count + 1, sizeof(T)))) {}
  Block(const Block &) = delete;
  ~Block() { std::free(items); }
  operator T *() { return items; }

private:
  T *items;
};
} // namespace

/// The bytes of `value`, which are known not to overflow.
static size_t countBytes(const ObjectValue &value, const int64_t *sizes) {
  size_t bytes = value.elementBytes;
  for (int64_t i = 0; i < value.rank; ++i)
    bytes *= resolve(value.sizes[i], sizes);
  return bytes;
}

/// The struct of results: the place of result `number`, or its size for a
/// number past the last.
static size_t locateResult(const ObjectFunction &function, int64_t number) {
  size_t at = 0;
  for (int64_t i = 0; i <= function.numResults; ++i) {
    bool isEnd = i == function.numResults;
    const ObjectValue *value = isEnd ? nullptr : &function.results[i];
    size_t width = value && value->isScalar ? value->elementBytes : 8;
    at = (at + width - 1) / width * width;
    if (i == number || isEnd)
      break;
    at += value->isScalar ? width : 8 * (3 + 2 * value->rank);
  }
  return at;
}

static DescriptorHead *getDescriptor(const ObjectFunction &function,
                                     char *results, int64_t number) {
  return reinterpret_cast<DescriptorHead *>(results +
                                            locateResult(function, number));
}

/// Frees the buffers of all results, of which two may be one.
static void freeResults(const ObjectFunction &function, char *results) {
  for (int64_t i = 0; i < function.numResults; ++i) {
    if (function.results[i].isScalar)
      continue;
    char *buffer = getDescriptor(function, results, i)->allocated;
    for (int64_t j = i + 1; j < function.numResults; ++j)
      if (!function.results[j].isScalar &&
          getDescriptor(function, results, j)->allocated == buffer)
        buffer = nullptr;
    freeProgramBuffer(buffer);
  }
}

void moeReleaseObject(ObjectPrepared *prepared) {
  if (!prepared)
    return;
  const ObjectProgram &program = *prepared->program;
  if (prepared->packed)
    freeResults(program.prepare, prepared->packed);
  if (prepared->parameters)
    for (int64_t i = 0; i < program.numParameters; ++i)
      std::free(prepared->parameters[i]);
  std::free(prepared->packed);
  std::free(prepared->parameters);
  std::free(prepared->sizes);
  std::free(prepared);
  freeKeptMemory();
}

//===----------------------------------------------------------------------===//
// Calls
//===----------------------------------------------------------------------===//

/// Asked once: the answer costs a system call.
static unsigned countProcessors() {
  static int known = 0;
  int count = __atomic_load_n(&known, __ATOMIC_RELAXED);
  if (count == 0) {
    count = getOpenMP().getNumProcessors();
    __atomic_store_n(&known, count, __ATOMIC_RELAXED);
  }
  return count;
}

/// Runs `function`; `results` is its struct. `parameters` or `prepared` may be
/// null where no argument comes from them.
static int run(const ObjectProgram &program, const ObjectFunction &function,
               const int64_t *sizes, const void *const *parameters,
               const void *const *inputs, const ObjectPrepared *prepared,
               char *results, unsigned threads) {
  size_t words = 0;
  for (int64_t i = 0; i < function.numArguments; ++i) {
    const ObjectSource &source = function.arguments[i];
    if (source.kind != ObjectSource::Packed)
      words += 3 + 2 * (source.kind == ObjectSource::Input
                            ? program.inputs
                            : program.parameters)[source.number]
                           .rank;
  }
  Block<int64_t> descriptors(words);
  Block<void *> values(1 + function.numArguments);
  if (!descriptors || !values)
    return failMemory(8 * (words + function.numArguments));
  values[0] = results;
  int64_t *next = descriptors;
  for (int64_t i = 0; i < function.numArguments; ++i) {
    const ObjectSource &source = function.arguments[i];
    if (source.kind == ObjectSource::Packed) {
      char *packed = prepared->packed;
      values[1 + i] = packed + locateResult(program.prepare, source.number);
      continue;
    }
    bool isInput = source.kind == ObjectSource::Input;
    const ObjectValue &value =
        (isInput ? program.inputs : program.parameters)[source.number];
    const void *data = (isInput ? inputs : parameters)[source.number];
    if (value.isScalar) {
      values[1 + i] = const_cast<void *>(data); // compiled code reads it
      continue;
    }
    values[1 + i] = next;
    next[0] = next[1] = reinterpret_cast<int64_t>(data);
    next[2] = 0;
    int64_t stride = 1;
    for (int64_t dim = value.rank - 1; dim >= 0; --dim) {
      next[3 + dim] = resolve(value.sizes[dim], sizes);
      next[3 + value.rank + dim] = stride;
      // Of a tensor without elements strides may be anything.
      if (__builtin_mul_overflow(stride, next[3 + dim], &stride))
        stride = 0;
    }
    next += 3 + 2 * value.rank;
  }
  struct Call {
    void (*function)(void **);
    void **values;
  } call{function.call, values};
  // OpenMP ends the process where the system has no more threads.
  if (unsigned most = countProcessors(); threads > most)
    threads = most;
  RunFailure failure;
  bool completed = runProgram(
      [](void *context) {
        auto *call = static_cast<Call *>(context);
        call->function(call->values);
      },
      &call, SIZE_MAX, threads, /*record=*/nullptr, failure);
  return completed ? int(Success) : failRun(program, failure);
}

/// Copies the parameters that the layer reads as they are.
static int copyParameters(const ObjectProgram &program,
                          const void *const *parameters,
                          ObjectPrepared &prepared) {
  for (int64_t i = 0; i < program.layer.numArguments; ++i) {
    const ObjectSource &source = program.layer.arguments[i];
    if (source.kind != ObjectSource::Parameter)
      continue;
    const ObjectValue &value = program.parameters[source.number];
    size_t bytes = countBytes(value, prepared.sizes);
    void *copy = std::malloc(bytes ? bytes : 1);
    if (!copy)
      return failMemory(bytes);
    prepared.parameters[source.number] = copy;
    if (bytes)
      std::memcpy(copy, parameters[source.number], bytes);
  }
  return Success;
}

int moePrepareObject(const ObjectProgram *program, const int64_t *sizes,
                     const void *const *parameters, unsigned threads,
                     ObjectPrepared **result) {
  if (!result)
    return fail(InvalidArgument,
                "expects a place for '%s_prepared', found "
                "NULL",
                program->name);
  *result = nullptr;
  if (int status = checkProgram(*program))
    return status;
  if (int status = checkSizes(*program, program->parameters,
                              program->numParameters, sizes))
    return status;
  for (int64_t i = 0; i < program->numParameters; ++i)
    if (int status = checkMemory(program->parameters[i], sizes, parameters[i]))
      return status;

  auto *prepared =
      static_cast<ObjectPrepared *>(std::calloc(1, sizeof(ObjectPrepared)));
  if (!prepared)
    return failMemory(sizeof(ObjectPrepared));
  prepared->program = program;
  size_t numSizes = program->numSizes, numParameters = program->numParameters;
  prepared->sizes = static_cast<int64_t *>(std::calloc(numSizes + 1, 8));
  prepared->parameters =
      static_cast<void **>(std::calloc(numParameters + 1, sizeof(void *)));
  size_t packedBytes =
      locateResult(program->prepare, program->prepare.numResults);
  // Zeros: nothing to free yet.
  prepared->packed = static_cast<char *>(std::calloc(packedBytes + 8, 1));
  int status = Success;
  if (!prepared->sizes || !prepared->parameters || !prepared->packed) {
    status = failMemory(packedBytes);
  } else {
    std::memcpy(prepared->sizes, sizes, 8 * numSizes);
    status = copyParameters(*program, parameters, *prepared);
    if (!status && program->prepare.call)
      status = run(*program, program->prepare, sizes, parameters, nullptr,
                   nullptr, prepared->packed, threads);
  }
  if (status) {
    moeReleaseObject(prepared);
    return status;
  }
  *result = prepared;
  return Success;
}

static size_t countResultBytes(const ObjectValue &value,
                               const DescriptorHead &result) {
  size_t bytes = value.elementBytes;
  for (int64_t i = 0; i < value.rank; ++i)
    bytes *= result.sizes[i];
  return bytes;
}

/// Hands over all results or, where that fails, none.
static int giveResults(const ObjectProgram &program, const int64_t *sizes,
                       char *structure, void *const *results,
                       int64_t *const *shapes) {
  const ObjectFunction &layer = program.layer;
  Block<void *> memory(layer.numResults); // of results that the callee owns
  if (!memory)
    return failMemory(8 * layer.numResults);
  int status = Success;
  for (int64_t i = 0; i < layer.numResults && !status; ++i) {
    const ObjectValue &value = layer.results[i];
    if (value.isScalar)
      continue;
    const DescriptorHead &result = *getDescriptor(layer, structure, i);
    status = checkResult(program, value, sizes, result);
    if (status || !shapes[i])
      continue;
    size_t bytes = countResultBytes(value, result);
    memory[i] = std::malloc(bytes ? bytes : 1);
    if (!memory[i])
      status = failMemory(bytes);
  }
  for (int64_t i = 0; i < layer.numResults; ++i) {
    const ObjectValue &value = layer.results[i];
    if (status) {
      std::free(memory[i]);
      continue;
    }
    if (value.isScalar) {
      std::memcpy(results[i], structure + locateResult(layer, i),
                  value.elementBytes);
      continue;
    }
    const DescriptorHead &result = *getDescriptor(layer, structure, i);
    void *target = results[i];
    if (shapes[i]) {
      *static_cast<void **>(results[i]) = target = memory[i];
      std::memcpy(shapes[i], result.sizes, 8 * value.rank);
    }
    if (size_t bytes = countResultBytes(value, result))
      std::memcpy(target, result.aligned + result.offset * value.elementBytes,
                  bytes);
  }
  return status;
}

int moeCallObject(const ObjectProgram *program, const ObjectPrepared *prepared,
                  const int64_t *givenSizes, const void *const *inputs,
                  void *const *results, int64_t *const *shapes,
                  unsigned threads) {
  const ObjectFunction &layer = program->layer;
  if (int status = checkProgram(*program))
    return status;
  if (int status =
          checkSizes(*program, program->inputs, program->numInputs, givenSizes))
    return status;
  Block<int64_t> sizes(program->numSizes);
  Block<char> structure(locateResult(layer, layer.numResults) + 8);
  if (!sizes || !structure)
    return failMemory(locateResult(layer, layer.numResults));
  std::memcpy(sizes, givenSizes, 8 * program->numSizes);
  if (int status = checkPrepared(*program, prepared, sizes))
    return status;
  for (int64_t i = 0; i < program->numInputs; ++i)
    if (int status = checkMemory(program->inputs[i], sizes, inputs[i]))
      return status;
  for (int64_t i = 0; i < layer.numResults; ++i) {
    // What the callee owns is a pointer, then a shape.
    static const ObjectValue pointer = {nullptr, nullptr, 0, 8, 1};
    ObjectValue place = shapes[i] ? pointer : layer.results[i];
    place.name = layer.results[i].name;
    if (int status = checkMemory(place, sizes, results[i]))
      return status;
  }
  if (int status =
          run(*program, layer, sizes, prepared ? prepared->parameters : nullptr,
              inputs, prepared, structure, threads))
    return status;
  int status = giveResults(*program, sizes, structure, results, shapes);
  freeResults(layer, structure);
  return status;
}
