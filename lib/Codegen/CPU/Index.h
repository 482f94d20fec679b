//===- Index.h - Values of index type --------------------------*- C++ -*-===//

#ifndef MOE_LIB_CODEGEN_CPU_INDEX_H
#define MOE_LIB_CODEGEN_CPU_INDEX_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace mlir::moe {

/// The constant `value`.
inline Value index(ImplicitLocOpBuilder &b, int64_t value) {
  return arith::ConstantIndexOp::create(b, value);
}

/// Element `at` of a memref of integers.
inline Value loadIndex(ImplicitLocOpBuilder &b, Value numbers, Value at) {
  return arith::IndexCastOp::create(b, b.getIndexType(),
                                    memref::LoadOp::create(b, numbers, at));
}

} // namespace mlir::moe

#endif // MOE_LIB_CODEGEN_CPU_INDEX_H
