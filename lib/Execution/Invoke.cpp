//===- Invoke.cpp - Calling a compiled function ---------------------------===//
//
// The C interface takes scalars by value and tensors as pointers to memref
// descriptors: allocated, aligned, offset, sizes, strides. One scalar result
// is returned; one tensor result, and any number of results above one, are
// written through a first pointer to a struct of them.
//
//===----------------------------------------------------------------------===//

#include "CheckInputs.h"
#include "Compiled.h"

#include "llvm/ADT/Sequence.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MathExtras.h"

#include <atomic>
#include <chrono>
#include <cstring>

using namespace mlir;
using namespace mlir::moe;

CompiledFunction::CompiledFunction(std::unique_ptr<Impl> impl)
    : impl(std::move(impl)) {}
CompiledFunction::~CompiledFunction() { freeKeptMemory(); }

StringRef CompiledFunction::getEntry() const { return impl->entry; }
StringRef CompiledFunction::getDevice() const { return impl->device; }
bool CompiledFunction::isOptimized() const { return impl->optimized; }
ArrayRef<ValueInfo> CompiledFunction::getArguments() const {
  return impl->arguments;
}
ArrayRef<ValueInfo> CompiledFunction::getResults() const {
  return impl->results;
}
ArrayRef<LayerInfo> CompiledFunction::getLayers() const { return impl->layers; }
ArrayRef<KernelInfo> CompiledFunction::getKernels() const {
  return impl->kernels;
}
double CompiledFunction::getParseSeconds() const { return impl->parseSeconds; }
double CompiledFunction::getCompileSeconds() const {
  return impl->compileSeconds;
}
ArrayRef<std::string> CompiledFunction::getStageNames() const {
  return impl->stageNames;
}
ArrayRef<double> CompiledFunction::getStageSeconds() const {
  return impl->stageSeconds;
}

static std::optional<unsigned> findByName(ArrayRef<ValueInfo> infos,
                                          StringRef name) {
  for (auto [i, info] : llvm::enumerate(infos))
    if (info.name == name)
      return i;
  for (auto [i, info] : llvm::enumerate(infos))
    if (info.position == name)
      return i;
  return std::nullopt;
}

std::optional<unsigned> CompiledFunction::findArgument(StringRef name) const {
  return findByName(impl->arguments, name);
}
std::optional<unsigned> CompiledFunction::findResult(StringRef name) const {
  return findByName(impl->results, name);
}

/// The memref descriptor of `array`, in words.
static std::vector<int64_t> makeDescriptor(const Array &array) {
  auto address = reinterpret_cast<int64_t>(array.data());
  std::vector<int64_t> words = {address, address, 0};
  llvm::append_range(words, array.getShape());
  SmallVector<int64_t> strides(array.getShape().size(), 1);
  for (int64_t i = static_cast<int64_t>(strides.size()) - 2; i >= 0; --i)
    strides[i] = strides[i + 1] * array.getShape()[i + 1];
  llvm::append_range(words, strides);
  return words;
}

/// Where each result is in the struct of results.
static std::vector<size_t> layoutResults(ArrayRef<ValueInfo> results,
                                         size_t &size) {
  std::vector<size_t> offsets;
  size = 0;
  for (const ValueInfo &info : results) {
    size_t width = info.isScalar ? getByteWidth(info.kind) : 8;
    size = llvm::alignTo(size, width);
    offsets.push_back(size);
    size += info.isScalar ? width : 8 * (3 + 2 * info.shape.size());
  }
  size = llvm::alignTo(size, 8);
  return offsets;
}

/// Takes the results out of their struct; the arrays own the buffers.
static llvm::Expected<std::vector<Array>> takeResults(ArrayRef<ValueInfo> infos,
                                                      ArrayRef<size_t> offsets,
                                                      const char *structure) {
  std::vector<Array> results;
  std::vector<std::pair<void *, std::shared_ptr<void>>> owners;
  for (auto [info, offset] : llvm::zip(infos, offsets)) {
    const char *at = structure + offset;
    if (info.isScalar) {
      llvm::Expected<Array> scalar = Array::allocate(info.kind, {});
      if (!scalar)
        return scalar.takeError();
      std::memcpy(scalar->data(), at, getByteWidth(info.kind));
      results.push_back(*scalar);
      continue;
    }
    struct {
      void *allocated;
      char *aligned;
      int64_t offset;
    } head;
    std::memcpy(&head, at, sizeof(head));
    SmallVector<int64_t> shape(info.shape.size());
    std::memcpy(shape.data(), at + sizeof(head), 8 * shape.size());
    // Two results may be one buffer.
    auto known = llvm::find_if(
        owners, [&](auto &owner) { return owner.first == head.allocated; });
    if (known == owners.end()) {
      owners.emplace_back(
          head.allocated,
          std::shared_ptr<void>(head.allocated, freeProgramBuffer));
      known = std::prev(owners.end());
    }
    results.push_back(Array::borrow(
        info.kind, shape, head.aligned + head.offset * getByteWidth(info.kind),
        known->second));
  }
  return results;
}

/// A program may return one buffer, or parts of it, as several results; a
/// caller may write to each without changing another.
static llvm::Error separate(std::vector<Array> &results) {
  auto overlap = [](const Array &a, const Array &b) {
    auto beginA = reinterpret_cast<uintptr_t>(a.data());
    auto beginB = reinterpret_cast<uintptr_t>(b.data());
    return beginA < beginB + b.getNumBytes() &&
           beginB < beginA + a.getNumBytes();
  };
  for (size_t i = 0; i < results.size(); ++i) {
    Array &result = results[i];
    if (llvm::none_of(ArrayRef(results).take_front(i), [&](const Array &other) {
          return overlap(result, other);
        }))
      continue;
    auto copy = Array::allocate(result.getKind(), result.getShape());
    if (!copy)
      return copy.takeError();
    std::memcpy(copy->data(), result.data(), result.getNumBytes());
    result = *copy;
  }
  return llvm::Error::success();
}

namespace {
/// A call that is ready to be made.
struct Call {
  void (*function)(void **);
  void **pointers;
};
} // namespace

/// Where the program gave up, and why.
static std::string describe(const RunFailure &failure,
                            ArrayRef<Lowered::Site> sites) {
  if (failure.site < 0 || failure.site >= static_cast<int64_t>(sites.size()))
    return std::string(failure.message);
  auto &site = sites[failure.site];
  std::string text =
      site.location + ": error: " + site.message + failure.message;
  if (site.relation)
    text += ", found " + std::to_string(failure.found) + " instead of " +
            *site.relation + std::to_string(failure.expected);
  return text;
}

/// What a program may allocate, as it was up to a tenth of a second ago: asking
/// the system takes longer than a call of a small layer on one token.
static uint64_t getMemoryLimit() {
  using namespace std::chrono;
  static std::atomic<int64_t> asked = -1;
  static std::atomic<uint64_t> limit;
  int64_t now =
      duration_cast<milliseconds>(steady_clock::now().time_since_epoch())
          .count();
  int64_t last = asked.load(std::memory_order_acquire);
  if (last < 0 || now - last > 100) {
    limit.store(getAvailableMemory(), std::memory_order_relaxed);
    asked.store(now, std::memory_order_release);
  }
  return limit.load(std::memory_order_relaxed);
}

static llvm::Expected<std::vector<Array>>
invoke(const CompiledFunction::Impl &impl, const Lowered::Call &program,
       ArrayRef<Array> inputs, unsigned threads, RunRecord *record) {
  size_t size = 0;
  std::vector<size_t> offsets = layoutResults(program.results, size);
  std::vector<char> structure(std::max<size_t>(size, 8));
  bool isReturned =
      program.results.size() == 1 && program.results.front().isScalar;

  std::vector<std::vector<int64_t>> descriptors;
  for (auto [info, array] : llvm::zip(program.arguments, inputs))
    descriptors.push_back(info.isScalar ? std::vector<int64_t>()
                                        : makeDescriptor(array));
  // What each argument is, then where each argument is.
  std::vector<void *> values = {structure.data()};
  for (std::vector<int64_t> &descriptor : descriptors)
    values.push_back(descriptor.data());
  std::vector<void *> pointers;
  if (!program.results.empty() && !isReturned)
    pointers.push_back(&values[0]);
  for (unsigned i = 0; i < inputs.size(); ++i)
    pointers.push_back(program.arguments[i].isScalar ? inputs[i].data()
                                                     : &values[i + 1]);
  if (isReturned)
    pointers.push_back(structure.data());

  Call call{program.function, pointers.data()};
  RunFailure failure;
  bool completed = runProgram(
      [](void *context) {
        auto *call = static_cast<Call *>(context);
        call->function(call->pointers);
      },
      &call, getMemoryLimit(), threads, record, failure);
  if (!completed)
    return llvm::createStringError(describe(failure, impl.sites));
  return takeResults(program.results, offsets, structure.data());
}

bool CompiledFunction::hasPrepare() const { return impl->prepare.has_value(); }

size_t PreparedParameters::getNumBytes() const {
  size_t bytes = 0;
  for (const Array &array : packed)
    bytes += array.getNumBytes();
  return bytes;
}

/// What is packed of `inputs`, which were checked: nothing where the device has
/// no work ahead.
static llvm::Expected<std::vector<Array>>
pack(const CompiledFunction::Impl &impl, ArrayRef<Array> inputs,
     unsigned threads) {
  if (!impl.prepare)
    return std::vector<Array>();
  std::vector<Array> parameters;
  for (int64_t i : impl.prepare->parameters)
    parameters.push_back(inputs[i]);
  return invoke(impl, impl.prepare->call, parameters, threads, nullptr);
}

/// The arguments of the program that its layer takes.
static SmallVector<int64_t> getKept(const CompiledFunction::Impl &impl) {
  return impl.prepare ? impl.prepare->kept
                      : llvm::to_vector(llvm::seq<int64_t>(
                            0, static_cast<int64_t>(impl.arguments.size())));
}

llvm::Expected<PreparedParameters>
CompiledFunction::prepare(ArrayRef<Array> inputs, unsigned threads) const {
  PreparedParameters prepared;
  if (llvm::Error error = checkInputs(impl->arguments, inputs,
                                      Given::Parameters, prepared.sizes))
    return error;
  auto packed = pack(*impl, inputs, threads);
  if (!packed)
    return packed.takeError();
  prepared.packed = std::move(*packed);
  prepared.unpacked.resize(inputs.size());
  for (int64_t i : getKept(*impl))
    prepared.unpacked[i] = inputs[i];
  prepared.function = impl->number;
  return prepared;
}

llvm::Expected<std::vector<Array>>
CompiledFunction::run(ArrayRef<Array> inputs, const RunOptions &options) const {
  const PreparedParameters *prepared = options.prepared;
  if (prepared && prepared->function != impl->number)
    return llvm::createStringError(
        Twine("expects parameters that this function has prepared, found ") +
        (prepared->function ? "those of another one" : "none"));
  llvm::StringMap<int64_t> dims;
  if (llvm::Error error = checkInputs(
          impl->arguments, inputs, prepared ? Given::Others : Given::All, dims))
    return error;
  std::vector<Array> packed;
  if (prepared) {
    if (llvm::Error error = bindPrepared(prepared->sizes, dims))
      return error;
    packed = prepared->packed;
  } else {
    auto own = pack(*impl, inputs, options.threads);
    if (!own)
      return own.takeError();
    packed = std::move(*own);
  }
  std::vector<Array> all;
  for (int64_t i : getKept(*impl))
    all.push_back(prepared && impl->arguments[i].isParameter
                      ? prepared->unpacked[i]
                      : inputs[i]);
  llvm::append_range(all, packed);
  auto results =
      invoke(*impl, impl->layer, all, options.threads, options.record);
  if (!results)
    return results.takeError();
  if (llvm::Error error = separate(*results))
    return error;
  for (auto [info, array] : llvm::zip_equal(impl->results, *results))
    if (llvm::Error error = bindSizes(info, array, dims))
      return error;
  return results;
}
