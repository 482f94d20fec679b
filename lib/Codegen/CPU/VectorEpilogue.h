//===- VectorEpilogue.h - An epilogue on accumulators -----------*- C++ -*-===//

#ifndef MOE_LIB_CODEGEN_CPU_VECTOREPILOGUE_H
#define MOE_LIB_CODEGEN_CPU_VECTOREPILOGUE_H

#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "moe/IR/Moe.h"

namespace mlir::moe {

/// The elements of a row of `memref` lie side by side.
inline bool areColumnsContiguous(Value memref) {
  return cast<MemRefType>(memref.getType()).areTrailingDimsContiguous(1);
}

/// Applies the region of a grouped matmul to vectors of accumulators of a row
/// and writes the result. Values are scalars where all lanes have the same one.
class VectorEpilogue {
public:
  /// Row `row` of `expert`, with slot `slot` or null. Operands that have one
  /// value for the row are read here.
  VectorEpilogue(GroupedMatmulOp op, ImplicitLocOpBuilder &builder,
                 Value expert, Value row, Value slot);

  /// From column `column` on: `values` has the accumulators of each weight.
  /// Lanes past the last column are neither read nor written.
  void emit(Value column, ValueRange values);

private:
  SmallVector<Value> getIndices(unsigned number, Value column);
  Value readOperand(unsigned number);
  Value evaluate(ValueRange values);
  SmallVector<Value> cloneOp(Operation *op, const IRMapping &map);
  Value widen(Value value);
  Value convert(Value value, Type element);
  Value loadLanes(VectorType type, Value memref, ValueRange indices);
  void storeLanes(Value value, Value memref, ValueRange indices);
  Value load(Value memref, SmallVector<Value> indices);
  void store(Value value, Value memref, SmallVector<Value> indices);

  GroupedMatmulOp op;
  ImplicitLocOpBuilder &b;
  CPUScheduleAttr schedule;
  int64_t lanes;
  Value expert, row, slot;
  Value target;                   ///< the row of `out`
  SmallVector<Value> rowOperands; ///< null: differs from column to column
  // Of the vector at hand.
  Value column;
  Value mask;    ///< null: all lanes are columns
  Value isWhole; ///< where there is a mask: all its bits are set (i1)
};

} // namespace mlir::moe

#endif // MOE_LIB_CODEGEN_CPU_VECTOREPILOGUE_H
