//===- KernelCost.h - What a grouped matmul costs on a CPU ------*- C++ -*-===//
//
// The roof of a kernel, and what it is expected to take. docs/Rationale.md has
// the reasons.
//
//===----------------------------------------------------------------------===//

#ifndef MOE_TARGET_KERNELCOST_H
#define MOE_TARGET_KERNELCOST_H

#include "llvm/ADT/ArrayRef.h"
#include <cstdint>

namespace mlir::moe {

/// What a processor does in a second, with as many threads as are used.
struct Roof {
  /// Multiply-adds of f32.
  double f32Macs = 0;
  /// Multiply-adds of the dot instruction of bf16; 0: there is none.
  double dotMacs = 0;
  /// Bytes read from memory.
  double readBytes = 0;
};

/// How a kernel multiplies. f64 has half the lanes of f32.
enum class KernelMath { F32, Dot, F64 };

/// `[rows of an expert, depth] x [depth, columns]` for each expert and weight.
struct KernelShape {
  int64_t depth = 0, columns = 0, weights = 1;
  /// Of an element of each weight, which may differ in type, together.
  int64_t weightBytes = 4;
  KernelMath math = KernelMath::F32;
  /// Of a register tile; of one for `leastRows` rows or more, and fewer than
  /// `fewRows`.
  int64_t tileRows = 1, tileColumns = 1;
  int64_t tallRows = 0, leastRows = 1, fewRows = 0;
  /// The weights of the next block are read behind the work on this one.
  bool prefetch = false;
};

/// Seconds of one execution.
struct KernelCost {
  /// Every multiply-add at the peak, or every weight that is used read once:
  /// whichever takes longer.
  double arithmetic = 0, memory = 0;
  double expected = 0;

  double getRoof() const { return arithmetic > memory ? arithmetic : memory; }
  bool isMemoryBound() const { return memory > arithmetic; }
};

/// The peak of `math`, in multiply-adds a second.
double getPeak(const Roof &roof, KernelMath math);

/// What `rows` of each expert cost; an expert without rows costs nothing.
/// Every field of `roof` that the kernel needs is above 0.
KernelCost estimateKernel(const KernelShape &shape,
                          llvm::ArrayRef<int64_t> rows, const Roof &roof);

} // namespace mlir::moe

#endif // MOE_TARGET_KERNELCOST_H
