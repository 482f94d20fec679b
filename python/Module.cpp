//===- Module.cpp - The extension module moe._moe -------------------------===//
//
// Compiled functions and arrays for Python; compiler.py makes them pleasant.
// Arrays are checked here as far as their memory is concerned, by
// CompiledFunction as far as the program is.
//
//===----------------------------------------------------------------------===//

#include "moe/Execution/Check.h"
#include "moe/Execution/CompiledFunction.h"
#include "moe/Execution/Inputs.h"

#include "llvm/Support/JSON.h"

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

namespace py = pybind11;
using namespace mlir::moe;

namespace {

struct CompileError : std::runtime_error {
  using std::runtime_error::runtime_error;
};
struct RunError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The value, or the error's text as the exception `Error`. It may quote a
/// program, whose bytes need not be UTF-8 as Python's text is.
template <typename Error, typename T> T unwrap(llvm::Expected<T> value) {
  if (!value)
    throw Error(llvm::json::fixUTF8(llvm::toString(value.takeError())));
  return std::move(*value);
}

} // namespace

//===----------------------------------------------------------------------===//
// Arrays
//===----------------------------------------------------------------------===//

/// The numpy dtype of a kind; bf16 is two raw bytes.
static py::dtype makeDtype(ElementKind kind) {
  switch (kind) {
  case ElementKind::F16:
    return py::dtype("float16");
  case ElementKind::BF16:
    return py::dtype("V2");
  case ElementKind::F32:
    return py::dtype("float32");
  case ElementKind::F64:
    return py::dtype("float64");
  case ElementKind::I1:
    return py::dtype("bool");
  case ElementKind::I8:
    return py::dtype("int8");
  case ElementKind::I32:
    return py::dtype("int32");
  case ElementKind::I64:
    return py::dtype("int64");
  }
  throw RunError("expects a known element type");
}

/// The same, made once: never freed, since the interpreter may end before.
static const py::dtype &getDtype(ElementKind kind) {
  static std::map<ElementKind, py::dtype> &made =
      *new std::map<ElementKind, py::dtype>;
  auto known = made.find(kind);
  if (known == made.end())
    known = made.emplace(kind, makeDtype(kind)).first;
  return known->second;
}

/// pybind11 before 2.12 reads the width of a dtype where numpy 1 keeps it.
static py::ssize_t getWidth(const py::dtype &dtype) {
  return py::cast<py::ssize_t>(dtype.attr("itemsize"));
}

static ElementKind getKind(const py::array &array) {
  char kind = array.dtype().kind();
  py::ssize_t size = getWidth(array.dtype());
  if (kind == 'f' && size == 2)
    return ElementKind::F16;
  if (kind == 'V' && size == 2)
    return ElementKind::BF16;
  if (kind == 'f' && size == 4)
    return ElementKind::F32;
  if (kind == 'f' && size == 8)
    return ElementKind::F64;
  if (kind == 'b')
    return ElementKind::I1;
  if (kind == 'i' && size == 1)
    return ElementKind::I8;
  if (kind == 'i' && size == 4)
    return ElementKind::I32;
  if (kind == 'i' && size == 8)
    return ElementKind::I64;
  throw RunError("expects an array of float16, bf16 (V2), float32, float64, "
                 "bool, int8, int32 or int64, found " +
                 std::string(py::str(array.dtype())));
}

/// Shares the memory of a numpy array and keeps the array alive.
static Array toArray(const py::array &array) {
  ElementKind kind = getKind(array);
  bool isNative = py::cast<bool>(array.dtype().attr("isnative"));
  constexpr int aligned = py::detail::npy_api::NPY_ARRAY_ALIGNED_;
  if (!isNative || !(array.flags() & aligned) ||
      !(array.flags() & py::array::c_style))
    throw RunError("expects an aligned array in C order and native byte order");
  llvm::SmallVector<int64_t> shape(array.shape(), array.shape() + array.ndim());
  std::shared_ptr<void> owner(new py::array(array), [](void *held) {
    py::gil_scoped_acquire gil;
    delete static_cast<py::array *>(held);
  });
  // Inputs are never written, so a read-only array is fine.
  return Array::borrow(kind, shape, const_cast<void *>(array.data()),
                       std::move(owner));
}

/// A numpy array that shares the memory of `array`.
static py::array toNumpy(const Array &array) {
  py::capsule owner(new Array(array),
                    [](void *held) { delete static_cast<Array *>(held); });
  std::vector<py::ssize_t> shape(array.getShape().begin(),
                                 array.getShape().end());
  const py::dtype &dtype = getDtype(array.getKind());
  auto width = static_cast<py::ssize_t>(getByteWidth(array.getKind()));
  std::vector<py::ssize_t> strides(shape.size(), width);
  for (size_t i = strides.size(); i > 1; --i)
    strides[i - 2] = strides[i - 1] * shape[i - 1];
  return py::array(dtype, std::move(shape), std::move(strides), array.data(),
                   owner);
}

static std::vector<Array>
toArrays(const std::vector<std::optional<py::array>> &arrays) {
  std::vector<Array> result;
  for (const std::optional<py::array> &array : arrays)
    result.push_back(array ? toArray(*array) : Array());
  return result;
}

static std::vector<py::array> toNumpy(const std::vector<Array> &arrays) {
  std::vector<py::array> result;
  for (const Array &array : arrays)
    result.push_back(toNumpy(array));
  return result;
}

//===----------------------------------------------------------------------===//
// Functions
//===----------------------------------------------------------------------===//

static std::shared_ptr<CompiledFunction>
compile(const std::string &source, bool isPath, const std::string &device,
        const std::string &entry, bool optimize, bool assumeFinite, bool record,
        bool checkIndices) {
  CompileOptions options;
  options.device = device;
  options.entry = entry;
  options.optimize = optimize;
  options.assumeFinite = assumeFinite;
  options.record = record;
  options.checkIndices = checkIndices;
  options.keepStages = true;
  py::gil_scoped_release released;
  return unwrap<CompileError>(
      isPath ? CompiledFunction::compileFile(source, options)
             : CompiledFunction::compileText(source, "<text>", options));
}

using OptionalArrays = std::vector<std::optional<py::array>>;

static PreparedParameters prepare(const CompiledFunction &function,
                                  const OptionalArrays &arrays,
                                  unsigned threads) {
  std::vector<Array> inputs = toArrays(arrays);
  py::gil_scoped_release released;
  return unwrap<RunError>(function.prepare(inputs, threads));
}

/// The results of a run, and the most bytes that the program held meanwhile.
static std::pair<std::vector<py::array>, size_t>
run(const CompiledFunction &function, const OptionalArrays &arrays,
    unsigned threads, const PreparedParameters *prepared, bool measure) {
  std::vector<Array> inputs = toArrays(arrays), results;
  RunRecord record;
  {
    py::gil_scoped_release released;
    results = unwrap<RunError>(
        function.run(inputs, {threads, prepared, measure ? &record : nullptr}));
  }
  return {toNumpy(results), record.peakBytes};
}

/// The results of a run and what it executed.
static std::pair<std::vector<py::array>, py::dict>
runCounted(const CompiledFunction &function, const OptionalArrays &arrays,
           unsigned threads) {
  std::vector<Array> inputs = toArrays(arrays), results;
  RunRecord record;
  {
    py::gil_scoped_release released;
    results =
        unwrap<RunError>(function.run(inputs, {threads, nullptr, &record}));
  }
  Statistics statistics = computeStatistics(function, inputs, record);
  py::dict counts;
  counts["rows"] = statistics.rows;
  counts["macs"] = statistics.macs;
  counts["macs_gate"] = statistics.macsGate;
  py::list layers;
  for (const LayerStatistics &layer : statistics.layers) {
    py::dict entry;
    entry["rows"] = layer.rows;
    entry["macs"] = layer.macs;
    entry["tokens_per_expert"] = layer.tokensPerExpert;
    layers.append(entry);
  }
  counts["layers"] = layers;
  return {toNumpy(results), counts};
}

/// All arguments; those that `given` does not name are drawn from `seed`.
static std::vector<py::array>
draw(const CompiledFunction &function,
     const std::map<std::string, int64_t> &dims,
     const std::map<std::string, py::array> &given, uint64_t seed) {
  InputOptions options;
  options.seed = seed;
  for (const auto &[name, size] : dims)
    options.dims[name] = size;
  for (const auto &[name, array] : given) {
    InputSpec &spec = options.inputs[name];
    spec.kind = InputSpec::Kind::Given;
    spec.array = toArray(array);
  }
  std::vector<Array> inputs;
  {
    py::gil_scoped_release released;
    inputs = unwrap<RunError>(drawInputs(function, options));
  }
  return toNumpy(inputs);
}

/// Sizes; the name of the dimension where it is dynamic.
static py::tuple getShape(const ValueInfo &info) {
  py::tuple shape(info.shape.size());
  for (auto [index, size] : llvm::enumerate(info.shape)) {
    if (size >= 0)
      shape[index] = size;
    else
      shape[index] = info.dims[index];
  }
  return shape;
}

PYBIND11_MODULE(_moe, module) {
  module.doc() = "Compiled mixtures of experts on numpy arrays.";
  py::register_exception<CompileError>(module, "CompileError");
  py::register_exception<RunError>(module, "RunError");

  py::class_<ValueInfo>(module, "ValueInfo", "An argument or a result.")
      .def_readonly("name", &ValueInfo::name)
      .def_readonly("position", &ValueInfo::position)
      .def_readonly("is_scalar", &ValueInfo::isScalar)
      .def_readonly("is_parameter", &ValueInfo::isParameter)
      .def_property_readonly(
          "dtype", [](const ValueInfo &info) { return getDtype(info.kind); })
      .def_property_readonly(
          "type",
          [](const ValueInfo &info) { return getName(info.kind).str(); })
      .def_property_readonly(
          "shape", &getShape,
          "Sizes; the name of the dimension where it is dynamic.")
      .def("__repr__", [](const ValueInfo &info) {
        return py::str("ValueInfo(name={!r}, type={!r}, shape={!r})")
            .format(info.name, getName(info.kind).str(), getShape(info));
      });

  py::class_<PreparedParameters>(module, "Prepared", "Parameters, packed.")
      .def_property_readonly("bytes", &PreparedParameters::getNumBytes);

  py::class_<CompiledFunction, std::shared_ptr<CompiledFunction>>(
      module, "CompiledFunction")
      .def_property_readonly(
          "entry",
          [](const CompiledFunction &self) { return self.getEntry().str(); })
      .def_property_readonly(
          "device",
          [](const CompiledFunction &self) { return self.getDevice().str(); })
      .def_property_readonly("arguments",
                             [](const CompiledFunction &self) {
                               return self.getArguments().vec();
                             })
      .def_property_readonly(
          "results",
          [](const CompiledFunction &self) { return self.getResults().vec(); })
      .def_property_readonly("stages",
                             [](const CompiledFunction &self) {
                               return self.getStageNames().vec();
                             })
      .def_property_readonly("parse_seconds",
                             &CompiledFunction::getParseSeconds)
      .def_property_readonly("compile_seconds",
                             &CompiledFunction::getCompileSeconds)
      .def_property_readonly("stage_seconds",
                             [](const CompiledFunction &self) {
                               return self.getStageSeconds().vec();
                             })
      .def("stage",
           [](const CompiledFunction &self, const std::string &name) {
             return unwrap<RunError>(self.getStageText(name)).str();
           })
      .def("prepare", &prepare)
      .def("run", &run)
      .def("run_counted", &runCounted)
      .def("draw", &draw);

  module.def("compile", &compile);
}
