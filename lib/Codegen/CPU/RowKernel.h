//===- RowKernel.h - One row that is copied or summed -----------*- C++ -*-===//

#ifndef MOE_LIB_CODEGEN_CPU_ROWKERNEL_H
#define MOE_LIB_CODEGEN_CPU_ROWKERNEL_H

#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "moe/IR/Moe.h"

namespace mlir::moe {

/// Emits the code for a row of the result of an op on memrefs, several columns
/// at once. A sum is in registers until it is rounded.
class RowKernel {
public:
  explicit RowKernel(ImplicitLocOpBuilder &builder) : b(builder) {}

  /// Row `row` of `op`, an index.
  void emitGather(GatherRowsOp op, Value row);
  /// The row of `token`, an index.
  void emitCombine(CombineRowsOp op, Value token);

private:
  void forColumns(ValueRange matrices,
                  function_ref<void(Value first, int64_t columns)> body);
  Value load(Value matrix, Value row, Value first, int64_t columns);
  void store(Value values, Value matrix, Value row, Value first);
  Value convert(Value values, Type element);
  Value times(Value weight, Value values);
  Value loadWeight(Value weights, Value slot, Value slotsPerToken, Type type);
  Value countRows(Value tokenRows, Value token);
  Value sum(CombineRowsOp op, Value token, Value numRows, Value first,
            int64_t columns);

  ImplicitLocOpBuilder &b;
};

} // namespace mlir::moe

#endif // MOE_LIB_CODEGEN_CPU_ROWKERNEL_H
