//===- KernelCost.h - What a grouped matmul costs on a CPU ------*- C++ -*-===//
//
// The roof of a kernel, what it is expected to take, and for which blocks of
// rows which of its tiles are expected to be faster. Schedules are chosen by it
// and `moe-run --explain` prints it. docs/Rationale.md has the reasons.
//
//===----------------------------------------------------------------------===//

#ifndef MOE_TARGET_KERNELCOST_H
#define MOE_TARGET_KERNELCOST_H

#include "moe/Target/Target.h"

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
  /// Threads, each on a core of its own.
  int64_t cores = 1;
  /// Numbers of f32 in a vector register.
  int64_t lanes = 16;
};

/// The same of what is known of a processor, with all its cores. What is not
/// known is that of a plain server.
Roof getNominalRoof(const Target &target);

/// How a kernel multiplies. f64 has half the lanes of f32; pairs of bf16 become
/// two of f32.
enum class KernelMath { F32, Dot, F64, Pairs };

/// Contraction points of a column that lie side by side, which are a step.
int64_t countPoints(KernelMath math);

/// The fields of `#moe.cpu_schedule` that a form has; of `spread` the model
/// knows nothing.
struct KernelSchedule {
  int64_t rows = 1, columns = 1, lanes = 1, joined = 1;
  int64_t tall = 0, least = 1, few = 0;
  int64_t depth = 0, tiles = 0, panel = 1;
  bool prefetch = false;
  int64_t spread = 1;
};

/// `[rows of an expert, depth] x [depth, columns]` for each expert and weight.
struct KernelShape {
  int64_t depth = 0, columns = 0, weights = 1;
  /// Of an element of each weight, which may differ in type, together.
  int64_t weightBytes = 4;
  KernelMath math = KernelMath::F32;
  /// Rows are added into tokens in their order: a task has all rows.
  bool isOrdered = false;
  KernelSchedule schedule;
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
/// Every field of `roof` that the kernel needs is above 0, and so are the rows,
/// columns, lanes, joined panels and panels of a task of its schedule.
KernelCost estimateKernel(const KernelShape &shape,
                          llvm::ArrayRef<int64_t> rows, const Roof &roof);

/// How good a kernel is where nobody knows how many rows experts will have: the
/// mean, over 1, 2, 4, ... 256 rows of an expert, of the expected time by the
/// roof; less is better. Experts and blocks of rows are taken to be tasks
/// enough for all cores, but where a task has all rows. Depth and columns are
/// above 0.
double rateKernel(const KernelShape &shape, const Roof &roof);

/// Sets `least` and `few` of the schedule, whose `tall` is above 0, to the
/// blocks for which tall tiles are expected to take less time than wide ones;
/// and `tall` to 0 where there are none. `few` is a multiple of `rows`: from
/// there on wide tiles are whole.
void chooseTallRows(KernelShape &shape, const Roof &roof);

} // namespace mlir::moe

#endif // MOE_TARGET_KERNELCOST_H
