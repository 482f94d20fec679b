//===- ConvertRowsToVector.cpp - Rows that are copied or summed -----------===//
//
// Tasks are blocks of rows of the result, so that no two add to one element.
//
//===----------------------------------------------------------------------===//

#include "moe/Codegen/CPU/Passes.h"

#include "RowKernel.h"
#include "TaskLoop.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace mlir::moe {
#define GEN_PASS_DEF_CONVERTROWSTOVECTORPASS
#include "moe/Codegen/CPU/Passes.h.inc"
} // namespace mlir::moe

using namespace mlir;
using namespace mlir::moe;

/// Elements, read or summed, that are worth handing to a thread: some
/// microseconds.
static constexpr int64_t kElementsPerTask = 16384;

/// The columns of a matrix, or how many are likely.
static int64_t countColumns(Value matrix, int64_t guess) {
  int64_t size = cast<MemRefType>(matrix.getType()).getDimSize(1);
  return ShapedType::isDynamic(size) ? guess : size;
}

/// `emit` for all rows of `out`, of so many elements each.
static void buildTasks(ImplicitLocOpBuilder &b, Value out, int64_t elements,
                       function_ref<void(Value row)> emit) {
  int64_t perTask = kElementsPerTask / std::max<int64_t>(1, elements);
  buildTaskLoop(b, memref::DimOp::create(b, out, 0),
                std::max<int64_t>(1, perTask), emit);
}

static void convert(GatherRowsOp op) {
  ImplicitLocOpBuilder b(op.getLoc(), op);
  RowKernel kernel(b);
  buildTasks(b, op.getOut(), countColumns(op.getOut(), 2048),
             [&](Value row) { kernel.emitGather(op, row); });
  op.erase();
}

static void convert(CombineRowsOp op) {
  ImplicitLocOpBuilder b(op.getLoc(), op);
  RowKernel kernel(b);
  int64_t elements =
      countColumns(op.getOut(), 2048) * countColumns(op.getTokenRows(), 4);
  buildTasks(b, op.getOut(), elements,
             [&](Value token) { kernel.emitCombine(op, token); });
  op.erase();
}

namespace {
struct ConvertRowsToVectorPass
    : moe::impl::ConvertRowsToVectorPassBase<ConvertRowsToVectorPass> {
  void runOnOperation() override {
    SmallVector<DestinationStyleOpInterface> ops;
    getOperation()->walk([&](DestinationStyleOpInterface op) {
      if (isa<GatherRowsOp, CombineRowsOp>(op) && op.hasPureBufferSemantics())
        ops.push_back(op);
    });
    for (DestinationStyleOpInterface op : ops) {
      if (auto gather = dyn_cast<GatherRowsOp>(*op))
        convert(gather);
      else
        convert(cast<CombineRowsOp>(*op));
    }
  }
};
} // namespace
