//===- TimeLoop.h - A mixture applied step by step --------------*- C++ -*-===//

#ifndef MOE_LIB_TRANSFORMS_TIMELOOP_H
#define MOE_LIB_TRANSFORMS_TIMELOOP_H

#include "moe/IR/Moe.h"

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/SetVector.h"

namespace mlir::moe {

/// Where a loop over time steps reads or writes the rows of one step: slice t
/// along `timeDim` of a tensor whose other of the first two dimensions is the
/// rows. Sizes and offsets along other dimensions do not change in the loop.
struct StepSlice {
  int64_t timeDim;
  OpFoldResult batch; ///< the number of rows of a step
  SmallVector<OpFoldResult> offsets, sizes;
};

/// Reads an `scf.for` over time steps with a mixture in its body; says what is
/// in the way of applying the mixture to all steps at once.
class TimeLoop {
public:
  explicit TimeLoop(scf::ForOp loop) : loop(loop) {}

  /// False: left as it is. There is a remark, unless there is no mixture.
  bool match();

  /// The body's ops that become one on all rows, in their order: the mixture
  /// and what is computed from it, or for it but not for the next step.
  SmallVector<Operation *> getMixture() const;
  /// The ops that compute what the next step needs, in their order.
  SmallVector<Operation *> getRecurrence() const;
  bool isCarried(unsigned index) const { return carried.contains(index); }

  scf::ForOp loop;
  int64_t timeDim = -1;
  OpFoldResult batch;
  /// The mixture's rows: slices of tensors, and values of the recurrence.
  llvm::MapVector<tensor::ExtractSliceOp, StepSlice> inputs;
  llvm::SetVector<Value> states;
  /// For each result that is not carried, the op that writes its slice.
  llvm::MapVector<tensor::InsertSliceOp, StepSlice> outputs;

private:
  bool missed(Operation *op, const Twine &reason);
  /// Ops of the body and arguments that `values` are computed from.
  void collect(ValueRange values, llvm::SetVector<Operation *> &ops,
               llvm::SetVector<Value> &arguments);
  bool matchRecurrence();
  bool matchOutputs();
  bool matchMixture();
  bool matchSizes();

  llvm::SetVector<Operation *> recurrence, mixture;
  llvm::SetVector<unsigned> carried; ///< iteration arguments
};

} // namespace mlir::moe

#endif // MOE_LIB_TRANSFORMS_TIMELOOP_H
