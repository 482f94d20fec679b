//===- TaskLoop.h - Loops whose iterations are tasks ------------*- C++ -*-===//

#ifndef MOE_LIB_CODEGEN_CPU_TASKLOOP_H
#define MOE_LIB_CODEGEN_CPU_TASKLOOP_H

#include "Index.h"

#include "mlir/Dialect/SCF/IR/SCF.h"

namespace mlir::moe {

/// Attributes of an `scf.parallel`, both of index type. At most so many threads
/// run it; 0 or none: all.
inline constexpr StringLiteral kMaxThreads = "max_threads";
/// Its iterations, of all its loops, are tasks that whoever made the loop has
/// cut: so many are handed out at a time.
inline constexpr StringLiteral kGrain = "grain";

/// Emits `body` for each of `count` rows, an index; blocks of `perTask` rows
/// are tasks.
void buildTaskLoop(ImplicitLocOpBuilder &builder, Value count, int64_t perTask,
                   function_ref<void(Value row)> body);

/// Its iterations are known, and they are not worth a fork.
bool isShort(scf::ParallelOp loop);

/// The leading loops whose iterations are tasks: all, where whoever made the
/// loop has cut it, else one, and more where a task would be long and is not
/// short with them.
unsigned getNumTaskLoops(scf::ParallelOp loop);

/// Tasks to hand out at a time: more, where a task is short. Where there are no
/// more than that, the runtime does not fork.
int64_t getGrain(scf::ParallelOp loop);

} // namespace mlir::moe

#endif // MOE_LIB_CODEGEN_CPU_TASKLOOP_H
