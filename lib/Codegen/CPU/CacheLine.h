//===- CacheLine.h - Lines of a processor's caches --------------*- C++ -*-===//

#ifndef MOE_LIB_CODEGEN_CPU_CACHELINE_H
#define MOE_LIB_CODEGEN_CPU_CACHELINE_H

#include "mlir/IR/TypeUtilities.h"

namespace mlir::moe {

/// Bytes of a cache line of every target so far.
inline constexpr int64_t kLineBytes = 64;

/// Elements of `memref` in a line.
inline int64_t countLineElements(Value memref) {
  return kLineBytes * 8 / getElementTypeOrSelf(memref).getIntOrFloatBitWidth();
}

} // namespace mlir::moe

#endif // MOE_LIB_CODEGEN_CPU_CACHELINE_H
