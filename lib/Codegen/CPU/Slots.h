//===- Slots.h - What the slots of rows say ---------------------*- C++ -*-===//

#ifndef MOE_LIB_CODEGEN_CPU_SLOTS_H
#define MOE_LIB_CODEGEN_CPU_SLOTS_H

#include "Index.h"
#include "moe/IR/Moe.h"

namespace mlir::moe {

/// The slot of row `row` of `op`, which has slots.
inline Value readSlot(GroupedMatmulOp op, ImplicitLocOpBuilder &b, Value row) {
  return loadIndex(b, op.getSlots(), row);
}

/// The token of slot `slot` of `op`, which has slots of tokens.
inline Value getToken(GroupedMatmulOp op, ImplicitLocOpBuilder &b, Value slot) {
  return arith::DivUIOp::create(b, slot, index(b, *op.getSlotsPerToken()));
}

/// The row of the operand `rows` that row `row` is read from.
inline Value locateSource(GroupedMatmulOp op, ImplicitLocOpBuilder &b,
                          Value row) {
  return op.getGather() ? getToken(op, b, readSlot(op, b, row)) : row;
}

} // namespace mlir::moe

#endif // MOE_LIB_CODEGEN_CPU_SLOTS_H
