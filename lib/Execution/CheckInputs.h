//===- CheckInputs.h - Whether inputs fit a function ------------*- C++ -*-===//

#ifndef MOE_LIB_EXECUTION_CHECKINPUTS_H
#define MOE_LIB_EXECUTION_CHECKINPUTS_H

#include "moe/Execution/CompiledFunction.h"

namespace mlir::moe {

/// The arguments that are given: to a call, to `prepare`, to a call after it.
enum class Given { All, Parameters, Others };

/// `array` has the element type, the rank and the sizes that `info` says.
llvm::Error checkArray(const ValueInfo &info, const Array &array);

/// Adds the sizes of `array` to `dims`, by the names of `info`. Error: a name
/// has two sizes.
llvm::Error bindSizes(const ValueInfo &info, const Array &array,
                      llvm::StringMap<int64_t> &dims);

/// `inputs` are one for each argument: arrays for those `given`, which fit, and
/// none for the others. Adds their sizes to `dims`.
llvm::Error checkInputs(llvm::ArrayRef<ValueInfo> infos,
                        llvm::ArrayRef<Array> inputs, Given given,
                        llvm::StringMap<int64_t> &dims);

/// Adds the sizes that were `prepared` to those of a call, which are the same.
llvm::Error bindPrepared(const llvm::StringMap<int64_t> &prepared,
                         llvm::StringMap<int64_t> &dims);

} // namespace mlir::moe

#endif // MOE_LIB_EXECUTION_CHECKINPUTS_H
