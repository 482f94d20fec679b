//===- Inputs.h - Where the arguments of a run come from --------*- C++ -*-===//

#ifndef MOE_EXECUTION_INPUTS_H
#define MOE_EXECUTION_INPUTS_H

#include "moe/Execution/CompiledFunction.h"

#include "llvm/ADT/StringMap.h"

#include <optional>

namespace mlir::moe {

/// How one argument is made.
struct InputSpec {
  enum class Kind {
    Given,    ///< `array`
    Normal,   ///< mean 0, standard deviation `low`
    Uniform,  ///< in [low, high)
    Integers, ///< in [low, high), also for float arguments
    Constant, ///< every element is `low`
  };
  Kind kind = Kind::Normal;
  Array array;
  double low = 1, high = 0;
  /// `low`, where an integer was written: it may be one that no double is.
  std::optional<int64_t> integer;
  /// What a number was written as.
  std::string text;
};

/// Reads `FILE.npy`, `normal(std)`, `uniform(lo,hi)`, `integers(lo,hi)` or a
/// number.
llvm::Expected<InputSpec> parseInputSpec(llvm::StringRef text);

/// What a caller says about the arguments of a function.
struct InputOptions {
  /// Sizes by the names of ValueInfo::dims, or as "argN.I" and "name.I" by
  /// argument and dimension; those of given arrays need not be repeated.
  llvm::StringMap<int64_t> dims;
  /// By name or position of the argument.
  llvm::StringMap<InputSpec> inputs;
  uint64_t seed = 0;
  /// Arguments that are not parameters differ from variant to variant.
  unsigned variant = 0;
  /// How many threads draw, at most as many as the machine has; the numbers do
  /// not depend on it.
  unsigned threads = 1;
};

/// Finds the size of every named dimension and checks them against the given
/// arrays. Fails on names the function does not have, on sizes that nobody
/// gives, on what is given twice and on contradictions.
llvm::Expected<llvm::StringMap<int64_t>>
bindDims(const CompiledFunction &function, const InputOptions &options);

/// All arguments of one call: the given ones, and the others drawn from the
/// seed by `moe.init` (default: parameters normal with 1/sqrt of the last
/// size, others normal(1)). Integer arguments must be given, or be `integers`
/// or a number that their type holds. Fails before it allocates more than there
/// is memory. `previous`: the inputs of another variant, whose parameters are
/// shared.
llvm::Expected<std::vector<Array>>
drawInputs(const CompiledFunction &function, const InputOptions &options,
           llvm::ArrayRef<Array> previous = {});

/// The parameters among `inputs`, as `prepare` takes them.
std::vector<Array> selectParameters(const CompiledFunction &function,
                                    llvm::ArrayRef<Array> inputs);

/// The others, as a call after it does.
std::vector<Array> selectOthers(const CompiledFunction &function,
                                llvm::ArrayRef<Array> inputs);

} // namespace mlir::moe

#endif // MOE_EXECUTION_INPUTS_H
