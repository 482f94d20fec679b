//===- ParameterValues.h - What is known ahead of calls ---------*- C++ -*-===//

#ifndef MOE_LIB_TRANSFORMS_PARAMETERVALUES_H
#define MOE_LIB_TRANSFORMS_PARAMETERVALUES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/SetVector.h"

namespace mlir::moe {

/// The values of a function that depend on its `moe.param` arguments alone, in
/// its outermost block. There are none where the module itself calls the
/// function, since its callers have the parameters, where a preparation was
/// made already, and outside of functions.
class ParameterValues {
public:
  /// `function` may be null.
  explicit ParameterValues(func::FuncOp function = {});

  func::FuncOp getFunction() const { return function; }

  /// An argument that is a parameter.
  bool isParameter(Value value) const;
  /// A parameter, or computed from parameters and constants.
  bool isKnown(Value value) const {
    return isParameter(value) || ops.contains(value.getDefiningOp());
  }
  /// What computes such values, in the order of the program.
  const llvm::SetVector<Operation *> &getOps() const { return ops; }

private:
  mutable func::FuncOp function; // a handle
  bool isPrepared;
  llvm::SetVector<Operation *> ops;
};

/// What `op` reads, its regions too.
SmallVector<Value> getReads(Operation *op);

} // namespace mlir::moe

#endif // MOE_LIB_TRANSFORMS_PARAMETERVALUES_H
