//===- CompiledFunction.h - From IR text to a callable function -*- C++ -*-===//
//
// Nothing here exits or prints: whatever is wrong with the input comes back as
// an llvm::Error whose text holds all located diagnostics.
//
//===----------------------------------------------------------------------===//

#ifndef MOE_EXECUTION_COMPILEDFUNCTION_H
#define MOE_EXECUTION_COMPILEDFUNCTION_H

#include "moe/Execution/Array.h"
#include "moe/Runtime/Runtime.h"
#include "moe/Target/KernelCost.h"

#include "llvm/ADT/StringMap.h"

#include <optional>
#include <vector>

namespace mlir::moe {

struct CompileOptions {
  /// The function to call; empty: the first public one.
  std::string entry;
  /// Where it runs: "cpu" on kernels, or "reference". What kernels cannot take
  /// is an error.
  std::string device = "cpu";
  /// Which processor kernels are made for, as getNamedTarget knows it, or
  /// "host"; empty: what the module says (`moe.target`), else the host. One
  /// that needs more than this machine has is refused when it is to run.
  std::string target;
  /// Fill the RunRecord of `run` with gates, dispatches and multiply-adds.
  bool record = false;
  /// Check also offsets and slots that are read in experts, or with other rows
  /// than those that they were made for. A run with malformed ones fails with
  /// the location of the op that reads them; one that is given such, always.
  bool checkIndices = false;
  /// Compute in f64 whatever the program computes in a smaller float type.
  /// Arguments keep their types, float results become f64.
  bool promoteToF64 = false;
  /// Optimize within the dialect first (`moe-optimize`), as "cpu" always does.
  bool optimize = false;
  /// The optimizer may assume that no expert computes NaN or an infinity.
  bool assumeFinite = false;
  /// Keep the program, for the text of its stages.
  bool keepStages = false;
};

/// Whether a dimension counts the tokens of a gate: not known goes between.
enum class TokenDim { No, Unknown, Yes };

/// One argument or result of a function.
struct ValueInfo {
  /// `moe.name`, else the position.
  std::string name;
  /// "arg0", "arg1", ... or "out0", "out1", ...
  std::string position;
  ElementKind kind;
  /// Dynamic sizes are ShapedType::kDynamic. Scalars have rank 0.
  llvm::SmallVector<int64_t> shape;
  /// One name a dimension: `moe.dims` for the dynamic ones, "<position>.<i>"
  /// where it names none; empty for static ones.
  llvm::SmallVector<std::string> dims;
  /// Passed by value and not as a tensor.
  bool isScalar = false;
  /// `moe.param`: constant weights.
  bool isParameter = false;
  /// `moe.init`: the standard deviation of random values (0: zeros), or the
  /// dimension whose size gives it as 1/sqrt(size); neither: the default.
  std::optional<double> initStd;
  std::optional<int64_t> initFanIn;
  /// Of a result: the narrowest float type of what it is computed from and
  /// through, as the program is written; F64 where there is none.
  std::optional<ElementKind> precision;
  /// Of a result compiled with `record`: the layer whose dispatched rows its
  /// first dimension counts, in their order; none where it counts other things.
  std::optional<int64_t> rowsOfLayer;
  /// Of a result compiled with `record`: for each dimension whether it counts
  /// tokens; empty where nothing is known.
  llvm::SmallVector<TokenDim> tokenDims;
  /// Such rows are unspecified past `offsets[E]`.
  bool endsWithOffsets = false;
};

/// One mixture-of-experts layer of a program.
struct LayerInfo {
  /// The number that RunRecord knows it by.
  int64_t layer;
  std::string location;
  /// The layer whose expert region holds this one; -1: none.
  int64_t parent = -1;
  int64_t experts = 0;
  /// Slots that a token has in its dispatch; 0: not known.
  int64_t slots = 0;
  /// Multiply-adds one row costs, summed over the layer's expert ops; none
  /// where it depends on more than sizes known at compile time.
  std::optional<int64_t> macsPerRow;
  /// L of its gate; 0: not known.
  int64_t logits = 0;
  /// The choice of a token depends on its own row only.
  bool isTokenChoice = true;
  /// K = L and slot j is expert j.
  bool isDense = false;
  /// `group_top_k`: the number of groups and of those kept; 0 without groups.
  int64_t groups = 0, keptGroups = 0;
  /// Groups count by the sum of their two largest keys, else by the largest.
  bool groupsBySumOfTwo = false;
  /// Where its gate stands in the program; empty without one, or unknown.
  std::string gate;
};

/// One grouped matmul of a program on kernels.
struct KernelInfo {
  std::string location;
  int64_t experts = 0;
  /// Of an element: "bf16".
  std::string rowsType;
  /// The same of each weight.
  std::vector<std::string> weightTypes;
  /// `#moe.cpu_schedule<...>`, as it is written.
  std::string schedule;
  /// Depth and columns are known when it runs.
  KernelShape shape;
  /// It computes the logits of a gate.
  bool isGateProjection = false;
};

/// Parameters as a function reads them, which no other one takes.
class PreparedParameters {
public:
  /// The bytes of what was packed.
  size_t getNumBytes() const;

private:
  friend class CompiledFunction;
  /// The number of that function; 0: of none.
  uint64_t function = 0;
  std::vector<Array> packed;
  /// Those that calls read as they are, at their places among the arguments.
  std::vector<Array> unpacked;
  /// The dynamic sizes that the parameters had, by name.
  llvm::StringMap<int64_t> sizes;
};

/// How one call runs.
struct RunOptions {
  /// How many threads the program may use; 0: as many as OpenMP has.
  unsigned threads = 1;
  /// What `prepare` of the same function gave; null: the parameters are among
  /// the inputs, and are prepared within the call.
  const PreparedParameters *prepared = nullptr;
  /// What the program records, or null.
  RunRecord *record = nullptr;
};

/// A function compiled in process. Immutable: `run` may be called from several
/// threads at once.
class CompiledFunction {
public:
  ~CompiledFunction();

  /// Compiles a function of `text`, which diagnostics call `name`.
  static llvm::Expected<std::unique_ptr<CompiledFunction>>
  compileText(llvm::StringRef text, llvm::StringRef name,
              const CompileOptions &options);
  /// Compiles a function of the file at `path` (text or bytecode).
  static llvm::Expected<std::unique_ptr<CompiledFunction>>
  compileFile(llvm::StringRef path, const CompileOptions &options);

  /// The name of the function, as the program has it.
  llvm::StringRef getEntry() const;
  /// CompileOptions::device.
  llvm::StringRef getDevice() const;
  /// What runs is the optimized program.
  bool isOptimized() const;
  llvm::ArrayRef<ValueInfo> getArguments() const;
  llvm::ArrayRef<ValueInfo> getResults() const;
  /// The layers, where compiled with `record`.
  llvm::ArrayRef<LayerInfo> getLayers() const;
  /// The kernels, where compiled for "cpu": KernelRecord counts them in this
  /// order.
  llvm::ArrayRef<KernelInfo> getKernels() const;
  /// How long it took to read the text, and to compile what was read.
  double getParseSeconds() const;
  double getCompileSeconds() const;

  /// The names of the stages, in order, and how long each took; what is left of
  /// getCompileSeconds is machine code.
  llvm::ArrayRef<std::string> getStageNames() const;
  llvm::ArrayRef<double> getStageSeconds() const;
  /// The IR after stage `name`, where compiled with `keepStages`: a program
  /// that can be run, without what a run adds to record and to report failures.
  llvm::Expected<llvm::StringRef> getStageText(llvm::StringRef name) const;

  /// The index of an argument or result by its name or position.
  std::optional<unsigned> findArgument(llvm::StringRef name) const;
  std::optional<unsigned> findResult(llvm::StringRef name) const;

  /// The device has work to do ahead of the calls: packing parameters.
  bool hasPrepare() const;
  /// Does it, for `RunOptions::prepared`. Of `inputs`, as many as a call has,
  /// each parameter is an array and no other is. Error: one is missing or too
  /// many, has another type or shape than its argument, or a dimension has two
  /// sizes. What is not packed is read in each call and shared, not copied.
  llvm::Expected<PreparedParameters> prepare(llvm::ArrayRef<Array> inputs,
                                             unsigned threads = 1) const;

  /// Calls the function. Checks that `inputs` fit its arguments in number,
  /// type and shape, dynamic sizes of one name being equal. Where parameters
  /// are prepared, those are no arrays and their sizes are as they were: of all
  /// else, of none at all and of another function is an error. Inputs are never
  /// written. The results own their memory, which is no other's: none of an
  /// input or of another result.
  llvm::Expected<std::vector<Array>> run(llvm::ArrayRef<Array> inputs,
                                         const RunOptions &options = {}) const;

  struct Impl;

private:
  explicit CompiledFunction(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl;
};

} // namespace mlir::moe

#endif // MOE_EXECUTION_COMPILEDFUNCTION_H
