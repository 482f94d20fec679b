//===- StepRows.h - The rows of a step as any number of rows ----*- C++ -*-===//

#ifndef MOE_LIB_TRANSFORMS_STEPROWS_H
#define MOE_LIB_TRANSFORMS_STEPROWS_H

#include "TimeLoop.h"
#include "moe/IR/RowLocality.h"

#include "mlir/IR/IRMapping.h"

namespace mlir::moe {

/// A copy of a loop's mixture on a dynamic number of rows. The block's
/// arguments are the rows of each input and state, then their number.
class StepRows {
public:
  explicit StepRows(TimeLoop &from)
      : from(from), body(from.loop.getOperation()) {}

  /// Builds the copy. The reason, where it is not seen to be row-local.
  std::optional<RowMixing> build();
  Block::BlockArgListType getRowArguments() {
    return body.front().getArguments().drop_back();
  }
  /// Moves the copy in front of `op`; gives what each output is made of.
  SmallVector<Value> inlineBefore(Operation *op, ValueRange arguments,
                                  RewriterBase &rewriter);

private:
  void markRows();
  bool mark(Value value);
  std::optional<RowMixing> copy(Operation *op, OpBuilder &builder);
  Value getCount() { return body.front().getArguments().back(); }

  TimeLoop &from;
  Region body;
  IRMapping mapping;
  /// Tensors of the loop whose first dimension is the rows.
  llvm::DenseSet<Value> rows;
  SmallVector<Value> results;
};

} // namespace mlir::moe

#endif // MOE_LIB_TRANSFORMS_STEPROWS_H
