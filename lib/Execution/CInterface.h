//===- CInterface.h - A program as C functions ------------------*- C++ -*-===//
//
//   NAME_prepare(sizes and parameters, threads, &prepared)
//   NAME(prepared, sizes, inputs, results, threads)
//   NAME_release(prepared), NAME_error()
//
// Sizes are those of `moe.dims`. A result of which a size is no size of an
// argument is allocated by the callee.
//
//===----------------------------------------------------------------------===//

#ifndef MOE_LIB_EXECUTION_CINTERFACE_H
#define MOE_LIB_EXECUTION_CINTERFACE_H

#include "Lowered.h"

#include "moe/Runtime/Object.h"

namespace mlir::moe {

struct CSize {
  std::string name, identifier;
  bool ofParameters = false, ofInputs = false;
};

struct CValue {
  ValueInfo info;
  std::string identifier;
  /// As in ObjectValue.
  SmallVector<int64_t> sizes;
  /// A result that the callee allocates; where its shape goes.
  bool isOwned = false;
  std::string shapeIdentifier;
};

struct CInterface {
  /// The name of the function, and of its program.
  std::string name, entry;
  std::vector<CSize> sizes;
  std::vector<CValue> parameters, inputs, results;
  /// What each argument of the program is.
  std::vector<ObjectSource> arguments;

  /// There are parameters, and so the layer takes prepared ones.
  bool hasPrepare() const { return !parameters.empty(); }
};

/// Names the dynamic sizes of `results` that can be shown to be sizes of
/// `arguments`.
void findResultSizes(func::FuncOp entry, ArrayRef<ValueInfo> arguments,
                     std::vector<ValueInfo> &results);

/// Diagnoses names that are one identifier in C. `name`: see ObjectOptions.
FailureOr<CInterface> buildCInterface(func::FuncOp entry,
                                      const Lowered &lowered, StringRef name);

/// `name` with `_` for whatever C does not allow, before a digit at the start,
/// and behind a word that is reserved in C or C++; `x` before `__` and before
/// `_` and a capital.
std::string makeIdentifier(StringRef name);

/// `const float *`, without the star.
StringRef getCType(ElementKind kind);

/// The C header of the functions, for the processor `arch`.
std::string writeCHeader(const CInterface &interface, StringRef arch);

} // namespace mlir::moe

#endif // MOE_LIB_EXECUTION_CINTERFACE_H
