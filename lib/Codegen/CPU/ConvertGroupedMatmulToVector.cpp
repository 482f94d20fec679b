//===- ConvertGroupedMatmulToVector.cpp - Tasks of a grouped matmul -------===//

#include "moe/Codegen/CPU/Passes.h"

#include "MicroKernel.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Dialect/X86Vector/X86VectorDialect.h"

namespace mlir::moe {
#define GEN_PASS_DEF_CONVERTGROUPEDMATMULTOVECTORPASS
#include "moe/Codegen/CPU/Passes.h.inc"
} // namespace mlir::moe

using namespace mlir;
using namespace mlir::moe;

/// Why `op` has no micro-kernel; empty: it has.
static std::string whyNot(GroupedMatmulOp op) {
  if (!op.hasPureBufferSemantics())
    return "expects memrefs, found tensors";
  auto schedule = dyn_cast_or_null<CPUScheduleAttr>(op.getScheduleAttr());
  if (!schedule)
    return "expects a #moe.cpu_schedule, found none";
  if (schedule.getDepth() || schedule.getPanel() != 1 || schedule.getThreads())
    return "expects a schedule without depth, panel and threads, which no "
           "kernel has yet";
  auto packing = op.getPacked();
  if (!packing)
    return "expects packed weights, found others";
  if (packing->getColumns() != schedule.getColumns())
    return "expects panels of the schedule's columns";
  if (packing->getGroup() == 1)
    return "";
  auto isBF16 = [](Value value) {
    return getElementTypeOrSelf(value.getType()).isBF16();
  };
  bool fits = packing->getGroup() == 2 && isBF16(op.getRows()) &&
              llvm::all_of(op.getWeights(), isBF16) &&
              llvm::is_contained({4, 8, 16}, schedule.getLanes());
  return fits ? "" : "expects groups of two bf16 for 4, 8 or 16 lanes";
}

static void emitTasks(GroupedMatmulOp op, ImplicitLocOpBuilder &b) {
  auto index = [&](int64_t value) -> Value {
    return arith::ConstantIndexOp::create(b, value);
  };
  Value zero = index(0), one = index(1);
  Value experts = index(op.getNumExperts());
  Value panels = memref::DimOp::create(b, op.getWeights()[0], 1);
  MicroKernel kernel(op, b);
  if (op.getAccumulate()) {
    scf::ParallelOp::create(
        b, zero, panels, one, [&](OpBuilder &, Location, ValueRange ivs) {
          scf::ForOp::create(b, zero, experts, one, ValueRange(),
                             [&](OpBuilder &, Location, Value e, ValueRange) {
                               kernel.emit(e, ivs[0]);
                               scf::YieldOp::create(b);
                             });
        });
    return;
  }
  scf::ParallelOp::create(b, ValueRange{zero, zero},
                          ValueRange{experts, panels}, ValueRange{one, one},
                          [&](OpBuilder &, Location, ValueRange ivs) {
                            kernel.emit(ivs[0], ivs[1]);
                          });
}

namespace {
struct ConvertGroupedMatmulToVectorPass
    : moe::impl::ConvertGroupedMatmulToVectorPassBase<
          ConvertGroupedMatmulToVectorPass> {
  void runOnOperation() override {
    SmallVector<GroupedMatmulOp> ops;
    getOperation()->walk([&](GroupedMatmulOp op) { ops.push_back(op); });
    for (GroupedMatmulOp op : ops) {
      std::string why = whyNot(op);
      if (!why.empty()) {
        op.emitOpError(why);
        return signalPassFailure();
      }
      ImplicitLocOpBuilder builder(op.getLoc(), op);
      emitTasks(op, builder);
      op.erase();
    }
  }
};
} // namespace
