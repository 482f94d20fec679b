//===- Inputs.cpp - Where the arguments of a run come from ----------------===//

#include "moe/Execution/Inputs.h"

#include "CheckInputs.h"
#include "Draw.h"

#include "mlir/IR/BuiltinTypeInterfaces.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

#include <cmath>
#include <map>

using namespace mlir;
using namespace mlir::moe;

/// Reads "name(a)" or "name(a,b)" with `count` numbers.
static std::optional<SmallVector<double>>
parseCall(StringRef text, StringRef name, unsigned count) {
  if (!text.consume_front(name) || !text.consume_front("(") ||
      !text.consume_back(")"))
    return std::nullopt;
  SmallVector<StringRef> parts;
  text.split(parts, ',');
  SmallVector<double> numbers;
  for (StringRef part : parts) {
    double number;
    if (part.trim().getAsDouble(number) || !std::isfinite(number))
      return std::nullopt;
    numbers.push_back(number);
  }
  if (numbers.size() != count)
    return std::nullopt;
  return numbers;
}

llvm::Expected<InputSpec> moe::parseInputSpec(StringRef text) {
  InputSpec spec;
  double number;
  if (auto std = parseCall(text, "normal", 1)) {
    spec.low = (*std)[0];
    if (spec.low < 0)
      return llvm::createStringError(
          "expects a standard deviation of at least 0, found '" + text + "'");
    return spec;
  }
  for (auto [name, kind] : {std::pair("uniform", InputSpec::Kind::Uniform),
                            std::pair("integers", InputSpec::Kind::Integers)}) {
    auto range = parseCall(text, name, 2);
    if (!range)
      continue;
    bool integers = kind == InputSpec::Kind::Integers;
    if (!((*range)[0] < (*range)[1]) ||
        (integers &&
         (std::trunc((*range)[0]) != (*range)[0] ||
          std::trunc((*range)[1]) != (*range)[1] ||
          std::fabs((*range)[0]) > 0x1p53 || std::fabs((*range)[1]) > 0x1p53)))
      return llvm::createStringError("expects a non-empty range" +
                                     Twine(integers ? " of integers" : "") +
                                     ", found '" + text + "'");
    spec.kind = kind;
    spec.low = (*range)[0];
    spec.high = (*range)[1];
    return spec;
  }
  if (!text.ends_with(".npy") && !text.getAsDouble(number)) {
    spec.kind = InputSpec::Kind::Constant;
    spec.low = number;
    spec.text = text.str();
    int64_t integer;
    if (!text.getAsInteger(10, integer))
      spec.integer = integer;
    return spec;
  }
  if (!text.ends_with(".npy"))
    return llvm::createStringError(
        "expects FILE.npy, normal(std), uniform(lo,hi), integers(lo,hi) or a "
        "number, found '" +
        text + "'");
  llvm::Expected<Array> array = readNpy(text);
  if (!array)
    return array.takeError();
  spec.kind = InputSpec::Kind::Given;
  spec.array = *array;
  return spec;
}

/// What the caller says about `info`, or null.
static const InputSpec *findSpec(const ValueInfo &info,
                                 const InputOptions &options) {
  auto found = options.inputs.find(info.name);
  if (found == options.inputs.end())
    found = options.inputs.find(info.position);
  return found == options.inputs.end() ? nullptr : &found->second;
}

template <typename Range, typename Name>
static std::string listNames(const Range &range, Name name) {
  std::string text;
  for (auto &item : range)
    text += (text.empty() ? "" : ", ") + std::string(name(item));
  return text.empty() ? "none" : text;
}

/// Every input is one of the function, and none is there under two names.
static llvm::Error checkInputNames(const CompiledFunction &function,
                                   const InputOptions &options) {
  std::map<unsigned, std::string> known;
  for (auto &input : options.inputs) {
    std::optional<unsigned> index = function.findArgument(input.first());
    if (!index)
      return llvm::createStringError(
          "expects an input of '" + function.getEntry() + "' (" +
          listNames(function.getArguments(),
                    [](const ValueInfo &info) { return info.name; }) +
          "), found '" + input.first() + "'");
    auto [entry, isNew] = known.try_emplace(*index, input.first().str());
    if (!isNew)
      return llvm::createStringError(
          "expects one input '" + function.getArguments()[*index].name +
          "', found '" + std::min(entry->second, input.first().str()) +
          "' and '" + std::max(entry->second, input.first().str()) + "'");
  }
  return llvm::Error::success();
}

/// The sizes that `options` give, by the names of ValueInfo::dims.
static llvm::Expected<llvm::StringMap<int64_t>>
resolveDims(const CompiledFunction &function, const InputOptions &options) {
  std::map<std::string, std::string> names, places;
  for (const ValueInfo &info : function.getArguments())
    for (auto [i, name] : llvm::enumerate(info.dims)) {
      if (name.empty())
        continue;
      names[name] = name;
      for (StringRef owner : {StringRef(info.name), StringRef(info.position)})
        places[(owner + "." + Twine(i)).str()] = name;
    }
  std::string list = listNames(names, [](auto &entry) { return entry.first; });
  names.merge(places);
  llvm::StringMap<int64_t> dims;
  for (auto &dim : options.dims) {
    auto name = names.find(dim.first().str());
    if (name == names.end())
      return llvm::createStringError("expects a dimension of '" +
                                     function.getEntry() + "' (" + list +
                                     "), found '" + dim.first() + "'");
    if (dim.second < 0)
      return llvm::createStringError("expects a size of at least 0 for '" +
                                     dim.first() + "', found " +
                                     Twine(dim.second));
    if (!dims.try_emplace(name->second, dim.second).second)
      return llvm::createStringError("expects one size for dimension '" +
                                     name->second + "', found two");
  }
  return dims;
}

llvm::Expected<llvm::StringMap<int64_t>>
moe::bindDims(const CompiledFunction &function, const InputOptions &options) {
  if (llvm::Error error = checkInputNames(function, options))
    return error;
  llvm::Expected<llvm::StringMap<int64_t>> resolved =
      resolveDims(function, options);
  if (!resolved)
    return resolved.takeError();
  llvm::StringMap<int64_t> dims = std::move(*resolved);
  llvm::StringSet<> known;
  for (const ValueInfo &info : function.getArguments()) {
    const InputSpec *spec = findSpec(info, options);
    for (StringRef name : info.dims)
      if (!name.empty())
        known.insert(name);
    if (!spec || spec->kind != InputSpec::Kind::Given)
      continue;
    if (llvm::Error error = checkArray(info, spec->array))
      return error;
    if (llvm::Error error = bindSizes(info, spec->array, dims))
      return error;
  }
  for (auto &dim : known)
    if (!dims.contains(dim.first()))
      return llvm::createStringError("expects a size for dimension '" +
                                     dim.first() + "', found none");
  return dims;
}

/// Fails where the elements that `spec` makes are none of an integer type.
static llvm::Error checkIntegers(const ValueInfo &info, InputSpec &spec) {
  auto [low, high] = getLimits(info.kind);
  auto fail = [&, low = low, high = high](const Twine &found) {
    return llvm::createStringError(
        "expects integers in [" + Twine(low) + ", " + Twine(high) + "] for '" +
        info.name + "' of " + getName(info.kind) + ", found " + found);
  };
  auto holds = [&, low = low, high = high](double value) {
    return std::trunc(value) == value && value >= static_cast<double>(low) &&
           value < static_cast<double>(high) + 1;
  };
  std::string text;
  llvm::raw_string_ostream os(text);
  switch (spec.kind) {
  case InputSpec::Kind::Given:
    return llvm::Error::success();
  case InputSpec::Kind::Normal:
    os << llvm::format("normal(%g)", spec.low);
    return fail(text);
  case InputSpec::Kind::Uniform:
    os << llvm::format("uniform(%g,%g)", spec.low, spec.high);
    return fail(text);
  case InputSpec::Kind::Integers:
    os << llvm::format("integers(%.0f,%.0f)", spec.low, spec.high);
    return holds(spec.low) && holds(spec.high - 1) ? llvm::Error::success()
                                                   : fail(text);
  case InputSpec::Kind::Constant:
    if (spec.integer)
      return *spec.integer >= low && *spec.integer <= high
                 ? llvm::Error::success()
                 : fail(Twine(*spec.integer));
    if (!holds(spec.low))
      return fail(spec.text);
    spec.integer = static_cast<int64_t>(spec.low);
    return llvm::Error::success();
  }
  llvm_unreachable("every kind is handled");
}

/// How `info` is drawn; `shape` is known.
static llvm::Expected<InputSpec> chooseSpec(const ValueInfo &info,
                                            ArrayRef<int64_t> shape,
                                            const InputOptions &options) {
  if (const InputSpec *found = findSpec(info, options)) {
    InputSpec spec = *found;
    if (!isFloat(info.kind))
      if (llvm::Error error = checkIntegers(info, spec))
        return error;
    return spec;
  }
  if (!isFloat(info.kind) && info.initStd == 0) { // only zeros are drawn
    InputSpec zeros;
    zeros.kind = InputSpec::Kind::Constant;
    zeros.integer = 0;
    return zeros;
  }
  if (!isFloat(info.kind))
    return llvm::createStringError("expects a value for the integer input '" +
                                   info.name + "', found none");
  InputSpec spec;
  auto fanIn = [&](int64_t dim) {
    return 1 / std::sqrt(std::max<double>(1, shape[dim]));
  };
  if (info.initStd)
    spec.low = *info.initStd;
  else if (info.initFanIn)
    spec.low = fanIn(*info.initFanIn);
  else if (info.isParameter && !shape.empty())
    spec.low = fanIn(shape.size() - 1);
  return spec;
}

llvm::Expected<std::vector<Array>>
moe::drawInputs(const CompiledFunction &function, const InputOptions &options,
                ArrayRef<Array> previous) {
  auto dims = bindDims(function, options);
  if (!dims)
    return dims.takeError();

  // All sizes first: nothing is allocated where the whole does not fit.
  ArrayRef<ValueInfo> infos = function.getArguments();
  std::vector<SmallVector<int64_t>> shapes;
  std::vector<InputSpec> specs;
  uint64_t total = 0, largest = 0;
  StringRef largestName;
  auto isShared = [&](unsigned i) {
    const InputSpec *spec = findSpec(infos[i], options);
    return (spec && spec->kind == InputSpec::Kind::Given) ||
           (!previous.empty() && infos[i].isParameter);
  };
  for (auto [i, info] : llvm::enumerate(infos)) {
    SmallVector<int64_t> shape(info.shape);
    for (auto [size, name] : llvm::zip(shape, info.dims))
      if (!name.empty())
        size = dims->lookup(name);
    shapes.push_back(shape);
    llvm::Expected<InputSpec> spec = chooseSpec(info, shape, options);
    if (!spec)
      return spec.takeError();
    specs.push_back(*spec);
    llvm::Expected<uint64_t> bytes = countBytes(info.kind, shape);
    if (!bytes)
      return llvm::createStringError(
          "input '" + info.name +
          "' is too large: " + llvm::toString(bytes.takeError()));
    if (isShared(i))
      continue;
    total += *bytes;
    if (*bytes > largest) {
      largest = *bytes;
      largestName = info.name;
    }
  }
  uint64_t available = getAvailableMemory();
  if (total > available)
    return llvm::createStringError(
        "expects inputs of at most " + Twine(available) +
        " bytes of free memory, found " + Twine(total) + ", of which '" +
        largestName + "' takes " + Twine(largest));

  std::vector<Array> arrays;
  for (auto [i, info] : llvm::enumerate(infos)) {
    const InputSpec &spec = specs[i];
    if (spec.kind == InputSpec::Kind::Given) {
      arrays.push_back(spec.array);
      continue;
    }
    if (!previous.empty() && info.isParameter) {
      arrays.push_back(previous[i]);
      continue;
    }
    llvm::Expected<Array> array = Array::allocate(info.kind, shapes[i]);
    if (!array)
      return array.takeError();
    drawArray(*array, spec, options.seed, i,
              info.isParameter ? 0 : options.variant, options.threads);
    arrays.push_back(*array);
  }
  return arrays;
}

static std::vector<Array> select(const CompiledFunction &function,
                                 ArrayRef<Array> inputs, bool areParameters) {
  std::vector<Array> selected;
  for (auto [info, array] : llvm::zip(function.getArguments(), inputs))
    selected.push_back(info.isParameter == areParameters ? array : Array());
  return selected;
}

std::vector<Array> moe::selectParameters(const CompiledFunction &function,
                                         ArrayRef<Array> inputs) {
  return select(function, inputs, /*areParameters=*/true);
}

std::vector<Array> moe::selectOthers(const CompiledFunction &function,
                                     ArrayRef<Array> inputs) {
  return select(function, inputs, /*areParameters=*/false);
}
