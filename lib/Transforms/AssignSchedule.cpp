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

/// Rows of a task: enough to hide the reading of a panel behind the work on it,
/// few enough that one expert's rows are work for all threads; and where there
/// are so few panels, as of a gate's projection, that rows have to be.
static constexpr int64_t kTaskRows = 252, kFewTaskRows = 24, kMostTiles = 42;

/// Tiles of so many rows hide the loads of four registers of columns.
static constexpr int64_t kMostWideRows = 6;

/// From so many rows on, reading the inputs half as often is worth more than
/// reading the weights in one stream; and with less than so many, one weight
/// after the other starts twice as many streams for the same bytes: measured.
static constexpr int64_t kFewRows = 24, kLeastRows = 4;

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

/// A quarter of the second cache holds a block of a panel of every weight,
/// another one the block that follows, the rest rows. Blocks are of one size: a
/// short last one asks too late for what follows. 0: the whole contraction
/// fits.
static int64_t chooseDepth(GroupedMatmulOp op, int64_t columns,
                           const Target &target) {
  int64_t bytes = 0; // of a contraction point
  for (Value weight : op.getWeights())
    bytes += columns * getByteWidth(weight);
  int64_t cache = target.l2Bytes > 0 ? target.l2Bytes : kAssumedCache;
  int64_t most = std::max<int64_t>(cache / 4 / bytes / 64 * 64, 64);
  int64_t depth = cast<ShapedType>(op.getRows().getType()).getDimSize(1);
  if (ShapedType::isDynamic(depth))
    return most;
  int64_t blocks = llvm::divideCeil(depth, most);
  return blocks <= 1 ? 0 : llvm::alignTo(llvm::divideCeil(depth, blocks), 64);
}

/// The form of tiles, in registers.
namespace {
struct Tiles {
  int64_t vectors = 1; ///< of a panel of one weight
  int64_t joined = 1;  ///< panels at once
  int64_t rows = 1, tall = 0, least = 1, few = 0;
};
} // namespace

/// Registers hold rows * vectors accumulators of each panel, the vectors of a
/// contraction step, and one input. With many registers, panels are half as
/// wide as a tile of many rows wants them: few rows take one at a time.
static Tiles chooseTiles(GroupedMatmulOp op, bool isKnown, int64_t columns,
                         int64_t lanes, int64_t registers, int64_t cores) {
  int64_t numWeights = op.getWeights().size();
  bool isWide = ShapedType::isStatic(columns) && columns > 0;
  bool isOneType = llvm::all_equal(llvm::map_range(
      op.getWeights(), [](Value v) { return getElementTypeOrSelf(v); }));
  bool hasTall = isKnown && registers == 32 && isOneType;
  Tiles tiles;
  int64_t vectors = std::max<int64_t>(1, registers / 8 / numWeights);
  tiles.vectors = hasTall ? std::min<int64_t>(vectors, 2) : vectors;
  tiles.joined = vectors / tiles.vectors;
  auto narrow = [&](int64_t most) { // to so many registers of columns
    int64_t all = tiles.joined * tiles.vectors;
    if (most >= all)
      return;
    bool isWhole = most > 0 && most % tiles.vectors == 0;
    tiles.joined = isWhole ? most / tiles.vectors : 1;
    if (!isWhole)
      tiles.vectors = std::max<int64_t>(most, 1);
  };
  if (isWide && op.getAccumulate()) // whose tasks are panels alone
    while (tiles.joined * tiles.vectors > 1 &&
           columns / (tiles.joined * tiles.vectors * lanes) < cores)
      narrow(tiles.joined * tiles.vectors / 2);
  if (isWide)
    narrow(llvm::divideCeil(columns, lanes));
  int64_t ofRow = numWeights * tiles.joined * tiles.vectors;
  bool isNarrow = hasTall && ofRow == 2; // as tall tiles are
  tiles.rows = std::clamp<int64_t>((registers - 1) / ofRow - 1, 1,
                                   isNarrow ? kMostTileRows : kMostWideRows);
  if (hasTall && tiles.vectors == 2 && numWeights * tiles.joined > 1) {
    tiles.tall = kMostTileRows;
    tiles.least = numWeights > 1 ? kLeastRows : 1;
    tiles.few = kFewRows;
  }
  return tiles;
}

/// Groups of panels of a task that has all rows: every task reads them again,
/// so that there are few, but as many for each core.
static int64_t shareGroups(int64_t groups, int64_t cores) {
  int64_t ofTask = std::max<int64_t>(1, llvm::divideCeil(groups, 4 * cores));
  while (ofTask > 1 && llvm::divideCeil(groups, ofTask) % cores != 0)
    --ofTask;
  return ofTask;
}

static CPUScheduleAttr choose(GroupedMatmulOp op, bool isKnown,
                              const Target &target) {
  int64_t bits = std::max<int64_t>(target.vectorBits, 128);
  int64_t lanes = bits / op.getAccumulatorType().getWidth();
  int64_t columns = cast<ShapedType>(op.getOut().getType()).getDimSize(1);
  bool isWide = ShapedType::isStatic(columns) && columns > 0;
  Tiles form = chooseTiles(op, isKnown, columns, lanes, bits == 512 ? 32 : 16,
                           target.cores);
  int64_t panel = form.vectors * lanes, width = form.joined * panel;
  // Several tasks a core, so that threads end at about the same time.
  int64_t cores = std::min(target.cores, kMostCores);
  int64_t ofTask = 1, rows = kTaskRows;
  if (isWide && op.getAccumulate())
    ofTask = shareGroups(llvm::divideCeil(columns, width), cores);
  if (isWide && !op.getAccumulate()) {
    ofTask = std::clamp<int64_t>(columns / width / (8 * cores), 1, 4);
    int64_t experts =
        cast<ShapedType>(op.getOffsets().getType()).getDimSize(0) - 1;
    int64_t panels = llvm::divideCeil(columns, width);
    if (experts * panels < 4 * cores)
      rows = kFewTaskRows;
  }
  int64_t depth = isKnown ? chooseDepth(op, width, target) : kCopiedDepth;
  return CPUScheduleAttr::get(op.getContext(), form.rows, panel, lanes,
                              chooseGroup(op, lanes, target), form.joined,
                              form.tall, form.least, form.few, depth,
                              std::min(rows / form.rows, kMostTiles),
                              ofTask * form.joined, /*prefetch=*/isKnown,
                              /*threads=*/0);
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
