//===- AssignSchedule.cpp - Choose how each op runs on the target ---------===//

#include "moe/Transforms/Passes.h"

#include "ParameterValues.h"
#include "TileRows.h"

#include "mlir/IR/TypeUtilities.h"
#include "moe/IR/Moe.h"
#include "moe/Transforms/TargetConversion.h"

#include "llvm/Support/MathExtras.h"

namespace mlir::moe {
#define GEN_PASS_DEF_ASSIGNSCHEDULEPASS
#include "moe/Transforms/Passes.h.inc"
} // namespace mlir::moe

using namespace mlir;
using namespace mlir::moe;

/// Row tiles of a task: enough to hide the reading of a panel behind the work
/// on it, few enough that one expert's rows are work for all threads; and where
/// there are so few panels, as of a gate's projection, that rows have to be.
static constexpr int64_t kTiles = 42, kFewTiles = 4;

/// The second cache of a core where nothing is known of it, in bytes.
static constexpr int64_t kAssumedCache = 256 << 10;
static constexpr int64_t kMostCores = 1 << 16;

/// Contraction points of a block that the kernel copies first.
static constexpr int64_t kCopiedDepth = 256;

static int64_t getByteWidth(Value value) {
  return llvm::divideCeil(
      getElementTypeOrSelf(value.getType()).getIntOrFloatBitWidth(), 8);
}

/// Two for bf16 times bf16 where the target multiplies pairs, of a register
/// that it has.
static int64_t chooseGroup(GroupedMatmulOp op, int64_t lanes,
                           const Target &target) {
  auto isBF16 = [](Value value) {
    return getElementTypeOrSelf(value.getType()).isBF16();
  };
  bool pairs = isBF16(op.getRows()) && llvm::all_of(op.getWeights(), isBF16);
  bool fits = llvm::is_contained({4, 8, 16}, lanes);
  return pairs && fits && hasFeature(target, "avx512bf16") ? 2 : 1;
}

/// Half of the second cache holds a block of a panel of every weight, the other
/// half the block that follows. 0: the whole contraction fits.
static int64_t chooseDepth(GroupedMatmulOp op, int64_t columns,
                           const Target &target) {
  int64_t bytes = 0; // of a contraction point
  for (Value weight : op.getWeights())
    bytes += columns * getByteWidth(weight);
  int64_t cache = target.l2Bytes > 0 ? target.l2Bytes : kAssumedCache;
  int64_t most = cache / 2 / bytes / 64 * 64;
  int64_t depth = cast<ShapedType>(op.getRows().getType()).getDimSize(1);
  return ShapedType::isStatic(depth) && depth <= most ? 0 : most;
}

/// Registers hold rows * vectors accumulators for each weight, the vectors of a
/// contraction step, and one input.
static CPUScheduleAttr choose(GroupedMatmulOp op, bool isKnown,
                              const Target &target) {
  int64_t bits = std::max<int64_t>(target.vectorBits, 128);
  int64_t lanes = bits / op.getAccumulatorType().getWidth();
  int64_t registers = bits == 512 ? 32 : 16;
  int64_t numWeights = op.getWeights().size();
  int64_t vectors = std::max<int64_t>(1, (bits == 512 ? 4 : 2) / numWeights);
  int64_t columns = cast<ShapedType>(op.getOut().getType()).getDimSize(1);
  bool isWide = ShapedType::isStatic(columns) && columns > 0;
  if (isWide && op.getAccumulate()) // whose tasks are panels alone
    while (vectors > 1 && columns / (vectors * lanes) < target.cores)
      vectors /= 2;
  if (isWide)
    vectors = std::min<int64_t>(vectors, llvm::divideCeil(columns, lanes));
  int64_t rows = (registers - 1) / (numWeights * vectors) - 1;
  rows = std::clamp<int64_t>(rows, 1, kMostTileRows);
  int64_t width = vectors * lanes;
  // Several tasks a core, so that threads end at about the same time.
  int64_t cores = std::min(target.cores, kMostCores);
  int64_t panel = 1, tiles = kTiles;
  if (isWide && !op.getAccumulate()) {
    panel = std::clamp<int64_t>(columns / width / (8 * cores), 1, 4);
    int64_t experts =
        cast<ShapedType>(op.getOffsets().getType()).getDimSize(0) - 1;
    int64_t panels = llvm::divideCeil(columns, width);
    if (experts * panels < 4 * cores)
      tiles = kFewTiles;
  }
  int64_t depth = isKnown ? chooseDepth(op, width, target) : kCopiedDepth;
  return CPUScheduleAttr::get(op.getContext(), rows, width, lanes,
                              chooseGroup(op, lanes, target), depth, tiles,
                              panel, /*prefetch=*/isKnown, /*threads=*/0);
}

/// A schedule that was given, by hand or before: has the target what it needs?
static WalkResult check(GroupedMatmulOp op, const Target &target) {
  auto schedule = dyn_cast<CPUScheduleAttr>(op.getScheduleAttr());
  if (!schedule || schedule.getGroup() != 2 || hasFeature(target, "avx512bf16"))
    return WalkResult::advance();
  op.emitOpError("expects groups of one where the processor has no avx512bf16, "
                 "found groups of 2 for ")
      << target.arch;
  return WalkResult::interrupt();
}

namespace {
struct AssignSchedulePass
    : moe::impl::AssignSchedulePassBase<AssignSchedulePass> {
  void runOnOperation() override {
    Target target = getTargetOf(getOperation());
    if (target.device != Device::CPU)
      return;
    std::optional<ParameterValues> values;
    WalkResult result = getOperation()->walk([&](GroupedMatmulOp op) {
      if (op.getScheduleAttr())
        return check(op, target);
      auto function = op->getParentOfType<func::FuncOp>();
      if (!values || values->getFunction() != function)
        values.emplace(function);
      bool isKnown = op.hasPureTensorSemantics() && // else packed by nobody
                     llvm::all_of(op.getWeights(),
                                  [&](Value v) { return values->isKnown(v); });
      op.setScheduleAttr(choose(op, isKnown, target));
      return WalkResult::advance();
    });
    if (result.wasInterrupted())
      signalPassFailure();
  }
};
} // namespace
