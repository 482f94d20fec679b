//===- AssignSchedule.cpp - Choose how each op runs on the target ---------===//

#include "moe/Transforms/Passes.h"

#include "moe/IR/Moe.h"
#include "moe/Transforms/TargetConversion.h"

#include "llvm/Support/MathExtras.h"

namespace mlir::moe {
#define GEN_PASS_DEF_ASSIGNSCHEDULEPASS
#include "moe/Transforms/Passes.h.inc"
} // namespace mlir::moe

using namespace mlir;
using namespace mlir::moe;

/// Rows of a tile: more than eight alias in the first cache where the depth is
/// a power of two.
static constexpr int64_t kMostRows = 6;

/// Registers hold rows * vectors accumulators for each weight, the vectors of a
/// contraction step, and one input.
static CPUScheduleAttr choose(GroupedMatmulOp op, const Target &target) {
  int64_t bits = std::max<int64_t>(target.vectorBits, 128);
  int64_t lanes = bits / op.getAccumulatorType().getWidth();
  int64_t registers = bits == 512 ? 32 : 16;
  int64_t numWeights = op.getWeights().size();
  int64_t vectors = std::max<int64_t>(1, (bits == 512 ? 4 : 2) / numWeights);
  int64_t columns = cast<ShapedType>(op.getOut().getType()).getDimSize(1);
  if (ShapedType::isStatic(columns) && columns > 0)
    vectors = std::min<int64_t>(vectors, llvm::divideCeil(columns, lanes));
  int64_t rows = (registers - 1) / (numWeights * vectors) - 1;
  rows = std::clamp<int64_t>(rows, 1, kMostRows);
  return CPUScheduleAttr::get(op.getContext(), rows, vectors * lanes, lanes,
                              /*depth=*/0, /*panel=*/1, /*threads=*/0);
}

namespace {
struct AssignSchedulePass
    : moe::impl::AssignSchedulePassBase<AssignSchedulePass> {
  void runOnOperation() override {
    Target target = getTargetOf(getOperation());
    getOperation()->walk([&](GroupedMatmulOp op) {
      if (!op.getScheduleAttr() && target.device == Device::CPU)
        op.setScheduleAttr(choose(op, target));
    });
  }
};
} // namespace
