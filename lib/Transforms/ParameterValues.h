//===- ParameterValues.h - What is known ahead of calls ---------*- C++ -*-===//

#ifndef MOE_LIB_TRANSFORMS_PARAMETERVALUES_H
#define MOE_LIB_TRANSFORMS_PARAMETERVALUES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/SetVector.h"

namespace mlir::moe {

/// The values of a function that depend on its `moe.param` arguments and on
/// constants alone, in its outermost block. There are none where the module
/// itself calls the function, since its callers have the parameters, where a
/// preparation was made already, and outside of functions.
class ParameterValues {
public:
  /// `function` may be null.
  explicit ParameterValues(func::FuncOp function = {});

  func::FuncOp getFunction() const { return function; }

  /// An argument that is a parameter.
  bool isParameter(Value value) const;
  /// Packed ahead of calls where it is a weight: a parameter, or computed from
  /// parameters and constants, or a constant of any function. What each call
  /// computes from constants alone is neither.
  bool isKnown(Value value) const;
  /// Why `value` is not; in a remark.
  StringRef whyNotKnown(Value value) const;
  /// What computes such values, in the order of the program.
  const llvm::SetVector<Operation *> &getOps() const { return ops; }

private:
  mutable func::FuncOp function; // a handle
  bool isPrepared;
  llvm::SetVector<Operation *> ops;
  llvm::DenseSet<Operation *> fromParameters; ///< those with a parameter
};

/// What `op` reads, its regions too.
SmallVector<Value> getReads(Operation *op);

} // namespace mlir::moe

#endif // MOE_LIB_TRANSFORMS_PARAMETERVALUES_H
