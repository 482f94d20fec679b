//===- AssignSchedule.cpp - Choose how each op runs on the target ---------===//

#include "moe/Transforms/Passes.h"

#include "ParameterValues.h"
#include "TileRows.h"

#include "mlir/IR/TypeUtilities.h"
#include "moe/IR/Moe.h"
#include "moe/Transforms/KernelShapes.h"
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
static constexpr int64_t kTaskRows = 252, kFewTaskRows = 24, kMostTiles = 126;

/// Steps for one line that tiles ask for, where there are tiles enough; was
/// measured of registers of 256 bits alone.
static constexpr int64_t kSpread = 8;

/// Registers of columns of a step, whose loads hide behind the multiply-adds of
/// so many rows, or of three; fewer where products take registers.
static constexpr int64_t kMostVectors = 4, kMostUnfusedVectors = 2;
static constexpr int64_t kMostWideRows = 6;

/// The second cache of a core where nothing is known of it, in bytes.
static constexpr int64_t kAssumedCache = 256 << 10;
static constexpr int64_t kMostCores = 1 << 16;

/// Sizes that only calls know.
static constexpr int64_t kAssumedDepth = 1024, kAssumedColumns = 4096;

/// Contraction points of a block that the kernel copies first.
static constexpr int64_t kCopiedDepth = 256;

/// How the target multiplies: pairs of bf16 by one instruction that it has for
/// a register of so many lanes, or taken apart, which was measured of registers
/// of 128 and 256 bits; else each point in f32, the type of the sums.
static KernelMath chooseMath(GroupedMatmulOp op, int64_t lanes, int64_t bits,
                             const Target &target) {
  auto isBF16 = [](Value value) {
    return getElementTypeOrSelf(value.getType()).isBF16();
  };
  if (!llvm::all_of(op.getWeights(), isBF16))
    return KernelMath::F32;
  if (isBF16(op.getRows()) && hasFeature(target, "avx512bf16"))
    return llvm::is_contained({4, 8, 16}, lanes) ? KernelMath::Dot
                                                 : KernelMath::F32;
  // Other rows would be converted point by point.
  bool hasRows =
      isBF16(op.getRows()) || getElementTypeOrSelf(op.getRows()).isF32();
  return bits < 512 && hasRows ? KernelMath::Pairs : KernelMath::F32;
}

/// A quarter of the second cache holds a block of a panel of every weight,
/// another one the block that follows, the rest rows. Blocks are of one size: a
/// short last one asks too late for what follows. 0: the whole contraction
/// fits.
static int64_t chooseDepth(const KernelShape &shape, int64_t columns,
                           const Target &target, bool isDepthKnown) {
  int64_t cache = target.l2Bytes > 0 ? target.l2Bytes : kAssumedCache;
  int64_t most = cache / 4 / (columns * shape.weightBytes) / 64 * 64;
  most = std::max<int64_t>(most, 64);
  if (!isDepthKnown)
    return most;
  int64_t blocks = llvm::divideCeil(shape.depth, most);
  return blocks <= 1 ? 0
                     : llvm::alignTo(llvm::divideCeil(shape.depth, blocks), 64);
}

/// The most rows of a tile of `vectors` registers of columns, at least 1:
/// registers hold the sums, the `points` of the rows or of the columns of a
/// step, whichever are fewer, those of one of the others, and zeros to take
/// pairs apart with.
static int64_t countMostRows(int64_t vectors, int64_t points,
                             int64_t registers) {
  int64_t rows = 1;
  auto fits = [&](int64_t rows) {
    int64_t inputs = points * (std::min(rows, vectors) + 1) + points - 1;
    return rows * vectors + inputs <= registers;
  };
  while (fits(rows + 1))
    ++rows;
  return rows;
}

/// How tiles may look. Of 32 registers tall tiles take one of two parts at a
/// time. Of 16 a panel of two is a line of a step or less: two panels of one
/// weight are two streams, and memory gives more.
static SmallVector<KernelSchedule> listForms(const KernelShape &shape,
                                             int64_t lanes, int64_t registers,
                                             int64_t mostVectors,
                                             bool hasParts) {
  SmallVector<KernelSchedule> forms;
  bool hasTall = hasParts && registers == 32;
  int64_t weights = shape.weights;
  int64_t points = shape.math == KernelMath::Pairs ? 2 : 1;
  int64_t vectorsOfAll = llvm::divideCeil(shape.columns, lanes);
  int64_t most = std::max<int64_t>(1, mostVectors / weights);
  for (int64_t width = std::min(most, vectorsOfAll); width > 0; --width)
    for (int64_t joined : {2, 1}) {
      int64_t vectors = width / joined;
      if (joined > 1 && (width % joined != 0 || !hasParts || weights > 1))
        continue;
      if (joined > vectors && vectorsOfAll % joined == 0)
        continue; // one panel is one stream for two
      if (joined == 1 && weights == 1 && width > registers / 8)
        continue; // two panels are faster
      int64_t ofRow = weights * width;
      KernelSchedule &form = forms.emplace_back();
      form.rows = std::min<int64_t>(countMostRows(ofRow, points, registers),
                                    hasTall && ofRow <= 2 ? kMostTileRows
                                                          : kMostWideRows);
      form.columns = vectors * lanes;
      form.lanes = lanes;
      form.joined = joined;
      form.tall = hasTall && weights * joined == 2 ? kMostTileRows : 0;
      form.tiles = std::min(kTaskRows / form.rows, kMostTiles);
      form.panel = joined;
    }
  return forms;
}

/// Groups of panels of a task that has all rows: every task reads them again,
/// so that there are few, but as many for each core.
static int64_t shareGroups(int64_t groups, int64_t cores) {
  int64_t ofTask = std::max<int64_t>(1, llvm::divideCeil(groups, 4 * cores));
  while (ofTask > 1 && llvm::divideCeil(groups, ofTask) % cores != 0)
    --ofTask;
  return ofTask;
}

/// Several tasks a core, so that threads end at about the same time.
static void chooseTasks(KernelShape &shape, int64_t experts, int64_t cores) {
  KernelSchedule &schedule = shape.schedule;
  int64_t width = schedule.joined * schedule.columns;
  int64_t groups = llvm::divideCeil(shape.columns, width);
  cores = std::min(cores, kMostCores);
  if (shape.isOrdered) { // tasks are panels of all rows
    schedule.panel *= shareGroups(groups, cores);
    return;
  }
  schedule.panel *=
      std::clamp<int64_t>(shape.columns / width / (8 * cores), 1, 4);
  if (experts * groups < 4 * cores)
    schedule.tiles = kFewTaskRows / schedule.rows;
}

/// Of all forms the one that is expected to take least, the first of equals.
static CPUScheduleAttr choose(GroupedMatmulOp op, bool isKnown,
                              const Target &target, const Roof &roof) {
  int64_t bits = std::max<int64_t>(target.vectorBits, 128);
  int64_t lanes = bits / op.getAccumulatorType().getWidth();
  int64_t registers = bits == 512 ? 32 : 16;
  bool isOneType = llvm::all_equal(llvm::map_range(
      op.getWeights(), [](Value v) { return getElementTypeOrSelf(v); }));
  KernelShape shape = getKernelShape(op);
  bool isDepthKnown = !cast<ShapedType>(op.getRows().getType()).isDynamicDim(1);
  if (shape.depth == 0)
    shape.depth = kAssumedDepth;
  if (shape.columns == 0)
    shape.columns = kAssumedColumns;
  if (shape.math != KernelMath::F64)
    shape.math = chooseMath(op, lanes, bits, target);
  std::optional<KernelShape> best;
  double least = 0;
  // Else a product is in a register before it is added.
  bool isFused = bits == 512 || hasFeature(target, "fma");
  bool hasParts = isKnown && isOneType && isFused;
  for (const KernelSchedule &form :
       listForms(shape, lanes, registers,
                 isFused ? kMostVectors : kMostUnfusedVectors, hasParts)) {
    shape.schedule = form;
    shape.schedule.prefetch = isKnown;
    shape.schedule.spread = isKnown && bits == 256 ? kSpread : 1;
    shape.schedule.depth = isKnown
                               ? chooseDepth(shape, form.joined * form.columns,
                                             target, isDepthKnown)
                               : kCopiedDepth;
    if (form.tall > 0)
      chooseTallRows(shape, roof);
    chooseTasks(shape, op.getNumExperts(), target.cores);
    double rating = rateKernel(shape, roof);
    if (best && rating >= least)
      continue;
    best = shape;
    least = rating;
  }
  return getScheduleAttr(op.getContext(), *best);
}

/// A schedule that was given, by hand or before: has the target what it needs?
static WalkResult check(GroupedMatmulOp op, const Target &target) {
  auto schedule = dyn_cast<CPUScheduleAttr>(op.getScheduleAttr());
  if (!schedule || !schedule.getDot() || hasFeature(target, "avx512bf16"))
    return WalkResult::advance();
  op.emitOpError("expects no dot where the processor has no avx512bf16, found "
                 "one for ")
      << target.arch;
  return WalkResult::interrupt();
}

/// Other ops of this dialect may have a schedule, for which there is no code.
static void warnIfScheduled(Operation *op) {
  if (isa_and_nonnull<MoeDialect>(op->getDialect()) &&
      op->getAttrOfType<ScheduleAttrInterface>("schedule"))
    op->emitWarning() << "'" << op->getName()
                      << "' op has a schedule that nothing obeys: on a CPU "
                         "only that of moe.grouped_matmul is";
}

namespace {
struct AssignSchedulePass
    : moe::impl::AssignSchedulePassBase<AssignSchedulePass> {
  void runOnOperation() override {
    Target target = getTargetOf(getOperation());
    if (target.device != Device::CPU)
      return;
    Roof roof = getNominalRoof(target);
    std::optional<ParameterValues> values;
    WalkResult result = getOperation()->walk([&](Operation *any) {
      auto op = dyn_cast<GroupedMatmulOp>(any);
      if (!op) {
        warnIfScheduled(any);
        return WalkResult::advance();
      }
      if (op.getScheduleAttr())
        return check(op, target);
      auto function = op->getParentOfType<func::FuncOp>();
      if (!values || values->getFunction() != function)
        values.emplace(function);
      bool isKnown = op.hasPureTensorSemantics() && // else packed by nobody
                     llvm::all_of(op.getWeights(),
                                  [&](Value v) { return values->isKnown(v); });
      op.setScheduleAttr(choose(op, isKnown, target, roof));
      return WalkResult::advance();
    });
    if (result.wasInterrupted())
      signalPassFailure();
  }
};
} // namespace
