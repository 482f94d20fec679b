//===- Index.h - Values of index type --------------------------*- C++ -*-===//

#ifndef MOE_LIB_CODEGEN_CPU_INDEX_H
#define MOE_LIB_CODEGEN_CPU_INDEX_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace mlir::moe {

/// The constant `value`.
inline Value index(ImplicitLocOpBuilder &b, int64_t value) {
  return arith::ConstantIndexOp::create(b, value);
}

inline Value boolean(ImplicitLocOpBuilder &b, bool value) {
  return arith::ConstantIntOp::create(b, value, 1);
}

/// Element `at` of a memref of integers.
inline Value loadIndex(ImplicitLocOpBuilder &b, Value numbers, ValueRange at) {
  return arith::IndexCastOp::create(b, b.getIndexType(),
                                    memref::LoadOp::create(b, numbers, at));
}

/// An index becomes element `at` of a memref of i32.
inline void storeIndex(ImplicitLocOpBuilder &b, Value number, Value numbers,
                       ValueRange at) {
  number = arith::IndexCastOp::create(b, b.getI32Type(), number);
  memref::StoreOp::create(b, number, numbers, at);
}

inline Value isBelow(ImplicitLocOpBuilder &b, Value value, Value limit) {
  return arith::CmpIOp::create(b, arith::CmpIPredicate::ult, value, limit);
}

inline Value select(ImplicitLocOpBuilder &b, Value condition, Value yes,
                    Value no) {
  return arith::SelectOp::create(b, condition, yes, no);
}

/// A loop over the numbers [first, first + count).
inline void forEach(ImplicitLocOpBuilder &b, Value first, Value count,
                    function_ref<void(Value)> body) {
  Value last = arith::AddIOp::create(b, first, count), one = index(b, 1);
  scf::ForOp::create(b, first, last, one, ValueRange(),
                     [&](OpBuilder &, Location, Value number, ValueRange) {
                       body(number);
                       scf::YieldOp::create(b);
                     });
}

} // namespace mlir::moe

#endif // MOE_LIB_CODEGEN_CPU_INDEX_H
