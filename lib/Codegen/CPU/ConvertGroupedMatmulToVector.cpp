//===- ConvertGroupedMatmulToVector.cpp - Tasks of a grouped matmul -------===//

#include "moe/Codegen/CPU/Passes.h"

#include "Index.h"
#include "MicroKernel.h"
#include "TaskLoop.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Dialect/X86Vector/X86VectorDialect.h"
#include "llvm/Support/FormatVariadic.h"

namespace mlir::moe {
#define GEN_PASS_DEF_CONVERTGROUPEDMATMULTOVECTORPASS
#include "moe/Codegen/CPU/Passes.h.inc"
} // namespace mlir::moe

using namespace mlir;
using namespace mlir::moe;

/// More than any target's registers: the code of a tile is there once for each
/// number of rows.
static constexpr int64_t kMostAccumulators = 64;
static constexpr int64_t kMostVectorBits = 2048;

/// Why `op` has no micro-kernel; empty: it has.
static std::string whyNot(GroupedMatmulOp op) {
  if (!op.hasPureBufferSemantics())
    return "expects memrefs, found tensors";
  for (Value value : op->getOperands())
    if (auto type = dyn_cast<MemRefType>(value.getType());
        type && (type.getMemorySpace() || !type.isStrided()))
      return llvm::formatv(
          "expects strided memrefs in the default memory space, "
          "found {0}",
          type);
  auto schedule = dyn_cast_or_null<CPUScheduleAttr>(op.getScheduleAttr());
  if (!schedule)
    return op.getScheduleAttr()
               ? llvm::formatv("expects a #moe.cpu_schedule, found {0}",
                               op.getScheduleAttr())
                     .str()
               : "expects a #moe.cpu_schedule, found none";
  auto isBF16 = [](Value value) {
    return getElementTypeOrSelf(value.getType()).isBF16();
  };
  int64_t lanes = schedule.getLanes(), group = schedule.getGroup();
  // Where there are others, the first of them is named.
  auto other = llvm::find_if_not(op.getWeights(), isBF16);
  bool arePairs = other == op.getWeights().end();
  if (group != 1 && !(group == 2 && arePairs))
    return llvm::formatv(
        "expects groups of one, or of two bf16 that are added "
        "in f32, found groups of {0} of {1} in {2}",
        group, getElementTypeOrSelf(arePairs ? op.getWeights()[0] : *other),
        op.getAccumulatorType());
  if (schedule.getDot() &&
      !(isBF16(op.getRows()) && llvm::is_contained({4, 8, 16}, lanes)))
    return llvm::formatv("expects a dot of bf16 and bf16 in 4, 8 or 16 lanes, "
                         "found {0} and {1} in {2}",
                         getElementTypeOrSelf(op.getRows().getType()),
                         getElementTypeOrSelf(op.getWeights()[0].getType()),
                         lanes);
  int64_t numWeights = op.getWeights().size();
  int64_t vectors = schedule.getColumns() / lanes;
  int64_t bits = op.getAccumulatorType().getWidth() * lanes;
  if (bits > kMostVectorBits)
    return "expects registers of at most " + std::to_string(kMostVectorBits) +
           " bits, found " + std::to_string(bits);
  // Of numbers below 2^31.
  auto multiply = [](uint64_t a, uint64_t b) {
    return llvm::SaturatingMultiply(a, b);
  };
  uint64_t wide = multiply(multiply(schedule.getRows(), schedule.getJoined()),
                           multiply(numWeights, vectors));
  uint64_t accumulators = std::max(wide, multiply(schedule.getTall(), vectors));
  if (accumulators > kMostAccumulators)
    return "expects tiles of at most " + std::to_string(kMostAccumulators) +
           " accumulators, found " + std::to_string(accumulators);
  bool isOneType = llvm::all_equal(llvm::map_range(
      op.getWeights(), [](Value v) { return getElementTypeOrSelf(v); }));
  int64_t joined = schedule.getJoined();
  if (joined > 2 || (joined > 1 && numWeights > 1)) // one is left, or none
    return llvm::formatv(
               "expects at most two panels of one weight joined, found "
               "joined = {0} for {1} weights",
               joined, numWeights)
        .str();
  if ((schedule.getTall() > 0 || schedule.getJoined() > 1) &&
      !(op.getPacked() && isOneType))
    return llvm::formatv("expects packed weights of one element type for tall "
                         "tiles and joined panels, found tall = {0}, joined = "
                         "{1}",
                         schedule.getTall(), schedule.getJoined())
        .str();
  if (MicroKernel::countFrameBytes(op) > MicroKernel::kMostFrameBytes)
    return "expects a depth, tiles and few whose copies and accumulators take "
           "at most 1 MiB of a thread's stack, found " +
           std::to_string(MicroKernel::countFrameBytes(op)) + " bytes";
  auto packing = op.getPacked();
  if (packing)
    for (Value weight : op.getWeights())
      if (auto type = cast<MemRefType>(weight.getType());
          !type.areTrailingDimsContiguous(2))
        return llvm::formatv("expects packed weights whose steps lie side by "
                             "side, found {0}",
                             type);
  if (!packing)
    return schedule.getDepth() && !schedule.getPrefetch()
               ? ""
               : llvm::formatv("expects a depth, and nothing prefetched, where "
                               "weights are not packed, found depth = {0}, "
                               "prefetch = {1:t}",
                               schedule.getDepth(), schedule.getPrefetch())
                     .str();
  if (packing->getColumns() != schedule.getColumns() ||
      packing->getGroup() != group)
    return llvm::formatv("expects weights packed as they are scheduled, in {0} "
                         "columns and groups of {1}, found {2} columns and "
                         "groups of {3}",
                         schedule.getColumns(), group, packing->getColumns(),
                         packing->getGroup());
  return "";
}

namespace {
/// The tasks of one op: panels of one block of rows, or, where the op adds rows
/// of one token, of all blocks in ascending order, so that no two tasks add to
/// one element.
class Tasks {
public:
  Tasks(GroupedMatmulOp op, TileFunctions &functions,
        ImplicitLocOpBuilder &builder)
      : op(op), functions(functions), b(builder),
        schedule(cast<CPUScheduleAttr>(op.getScheduleAttr())),
        blocks(b, op.getOffsets(), schedule.getRows(), schedule.getTiles(),
               op.addsInOrder() ? 0 : schedule.getFew()) {}

  void emit();

private:
  Value countTasks();
  /// The first panel of `task`, and the one after its last.
  std::pair<Value, Value> getPanels(Value task);
  void emitPanels(MicroKernel &kernel, Value number, Value task);

  GroupedMatmulOp op;
  TileFunctions &functions;
  ImplicitLocOpBuilder &b;
  CPUScheduleAttr schedule;
  RowBlocks blocks;
};
} // namespace

Value Tasks::countTasks() {
  return arith::CeilDivUIOp::create(b, WeightPanels::countPanels(op, b),
                                    index(b, schedule.getPanel()));
}

std::pair<Value, Value> Tasks::getPanels(Value task) {
  // Tasks differ by no more than one group of panels, so that threads that have
  // as many tasks have as much to do.
  Value panels = WeightPanels::countPanels(op, b), tasks = countTasks();
  Value size = index(b, schedule.getJoined());
  Value groups = arith::CeilDivUIOp::create(b, panels, size);
  auto getStart = [&](Value number) -> Value {
    Value before = arith::DivUIOp::create(
        b, arith::MulIOp::create(b, number, groups), tasks);
    return arith::MulIOp::create(b, before, size);
  };
  Value next = arith::AddIOp::create(b, task, index(b, 1));
  return {getStart(task), arith::MinUIOp::create(b, panels, getStart(next))};
}

/// Block `number` times the panels of `task`.
void Tasks::emitPanels(MicroKernel &kernel, Value number, Value task) {
  Value one = index(b, 1), panels = WeightPanels::countPanels(op, b);
  Value first, last;
  std::tie(first, last) = getPanels(task);
  RowBlock rows = blocks.get(number);
  // What follows the last panel: the same panels of the next block, or those of
  // the next task, which the thread most likely runs.
  Value nextBlock = arith::AddIOp::create(b, number, one);
  Value hasBlock = isBelow(b, nextBlock, blocks.getCount());
  Value nextExpert = blocks.get(select(b, hasBlock, nextBlock, number)).expert;
  Value zero = index(b, 0);
  NextSteps after{hasBlock, nextExpert, first, zero};
  if (!op.addsInOrder()) {
    Value hasPanel = isBelow(b, last, panels);
    after = {arith::OrIOp::create(b, hasPanel, hasBlock),
             select(b, hasPanel, rows.expert, nextExpert),
             select(b, hasPanel, last, zero), zero};
  }
  Value joined = index(b, schedule.getJoined());
  scf::ForOp::create(
      b, first, last, joined, ValueRange(),
      [&](OpBuilder &, Location, Value panel, ValueRange) {
        Value next = arith::AddIOp::create(b, panel, joined);
        Value isWithin = isBelow(b, next, last);
        Value yes = arith::ConstantIntOp::create(b, 1, 1);
        Value left = arith::SubIOp::create(b, last, panel);
        kernel.emit(rows, {panel, arith::MinUIOp::create(b, left, joined)},
                    {select(b, isWithin, yes, after.exists),
                     select(b, isWithin, rows.expert, after.expert),
                     select(b, isWithin, next, after.panel), after.first});
        scf::YieldOp::create(b);
      });
}

void Tasks::emit() {
  Value zero = index(b, 0), one = index(b, 1);
  Value tasks = countTasks();
  scf::ParallelOp loop;
  if (op.addsInOrder()) {
    loop = scf::ParallelOp::create(
        b, zero, tasks, one, [&](OpBuilder &, Location, ValueRange ivs) {
          MicroKernel kernel(op, functions, b);
          scf::ForOp::create(b, zero, blocks.getCount(), one, ValueRange(),
                             [&](OpBuilder &, Location, Value i, ValueRange) {
                               emitPanels(kernel, i, ivs[0]);
                               scf::YieldOp::create(b);
                             });
        });
  } else {
    loop = scf::ParallelOp::create(
        b, ValueRange{zero, zero}, ValueRange{blocks.getCount(), tasks},
        ValueRange{one, one}, [&](OpBuilder &, Location, ValueRange ivs) {
          MicroKernel kernel(op, functions, b);
          emitPanels(kernel, ivs[0], ivs[1]);
        });
  }
  loop->setAttr(kGrain, b.getIndexAttr(1));
  if (int64_t threads = schedule.getThreads())
    loop->setAttr(kMaxThreads, b.getIndexAttr(threads));
  blocks.free();
}

namespace {
struct ConvertGroupedMatmulToVectorPass
    : moe::impl::ConvertGroupedMatmulToVectorPassBase<
          ConvertGroupedMatmulToVectorPass> {
  void runOnOperation() override {
    SmallVector<GroupedMatmulOp> ops;
    getOperation().walk<WalkOrder::PreOrder>([&](Operation *op) {
      if (isa<ModuleOp>(op) && op != getOperation()) // its symbols are its own
        return WalkResult::skip();
      if (auto matmul = dyn_cast<GroupedMatmulOp>(op))
        ops.push_back(matmul);
      return WalkResult::advance();
    });
    bool isBlocked = llvm::any_of(ops, [](GroupedMatmulOp op) {
      auto schedule = dyn_cast_or_null<CPUScheduleAttr>(op.getScheduleAttr());
      return schedule && schedule.getDepth() > 0;
    });
    TileFunctions functions(getOperation(), /*resumes=*/isBlocked);
    for (GroupedMatmulOp op : ops) {
      std::string why = whyNot(op);
      if (!why.empty()) {
        op.emitOpError(why);
        return signalPassFailure();
      }
      ImplicitLocOpBuilder builder(op.getLoc(), op);
      Tasks(op, functions, builder).emit();
      op.erase();
    }
  }
};
} // namespace
