//===- WeighedRows.h - Which rows a sum looks at ----------------*- C++ -*-===//

#ifndef MOE_IR_WEIGHEDROWS_H
#define MOE_IR_WEIGHEDROWS_H

#include "mlir/Dialect/Arith/IR/Arith.h"

namespace mlir::moe {

/// A weight of zero, -0 too, is no number to multiply by (Semantics,
/// combine_r4); NaN is one.
inline Value buildIsWeighed(OpBuilder &builder, Location loc, Value weight) {
  Value zero = arith::ConstantOp::create(builder, loc,
                                         builder.getZeroAttr(weight.getType()));
  return arith::CmpFOp::create(builder, loc, arith::CmpFPredicate::UNE, weight,
                               zero);
}

} // namespace mlir::moe

#endif // MOE_IR_WEIGHEDROWS_H
