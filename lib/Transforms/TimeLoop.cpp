//===- TimeLoop.cpp - A mixture applied step by step ----------------------===//

#include "TimeLoop.h"

#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/Remarks.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Interfaces/ValueBoundsOpInterface.h"
#include "mlir/Transforms/RegionUtils.h"

using namespace mlir;
using namespace mlir::moe;

bool TimeLoop::missed(Operation *op, const Twine &reason) {
  remark::missed((op ? op : loop.getOperation())->getLoc(),
                 remark::RemarkOpts::name("FlattenTime").category("moe"))
      << remark::reason("{0}", reason.str());
  return false;
}

static bool isModelOp(Operation &op) {
  return isa<GateOp, DispatchOp, ExpertOp, CombineOp>(op);
}

/// What `op` reads, in its regions too.
static SmallVector<Value> getReads(Operation *op) {
  SmallVector<Value> reads(op->getOperands());
  llvm::SetVector<Value> captured;
  getUsedValuesDefinedAbove(op->getRegions(), captured);
  llvm::append_range(reads, captured);
  return reads;
}

void TimeLoop::collect(ValueRange values, llvm::SetVector<Operation *> &ops,
                       llvm::SetVector<Value> &arguments) {
  SmallVector<Value> work(values);
  while (!work.empty()) {
    Value value = work.pop_back_val();
    if (value.getParentBlock() != loop.getBody())
      continue;
    if (isa<BlockArgument>(value))
      arguments.insert(value);
    else if (ops.insert(value.getDefiningOp()))
      llvm::append_range(work, getReads(value.getDefiningOp()));
  }
}

/// The slice of step t that `op` reads or writes.
template <typename OpTy>
static std::optional<StepSlice> matchStep(OpTy op, scf::ForOp loop,
                                          bool fixedSizes) {
  StepSlice slice{-1, {}, op.getMixedOffsets(), op.getMixedSizes()};
  auto isFixed = [&](OpFoldResult part) {
    auto value = dyn_cast<Value>(part);
    return !value || loop.isDefinedOutsideOfLoop(value);
  };
  for (auto [dim, offset] : llvm::enumerate(slice.offsets)) {
    if (dyn_cast<Value>(offset) == loop.getInductionVar()) {
      if (slice.timeDim >= 0 || !isOneInteger(slice.sizes[dim]))
        return std::nullopt;
      slice.timeDim = dim;
    } else if (!isFixed(offset) || (fixedSizes && !isFixed(slice.sizes[dim]))) {
      return std::nullopt;
    }
    if (!isOneInteger(op.getMixedStrides()[dim]))
      return std::nullopt;
  }
  llvm::SmallBitVector dropped = op.getDroppedDims();
  if (slice.timeDim < 0 || slice.timeDim > 1 || slice.offsets.size() < 2 ||
      dropped.count() != 1 || !dropped.test(slice.timeDim))
    return std::nullopt;
  slice.batch = slice.sizes[1 - slice.timeDim];
  return slice;
}

//===----------------------------------------------------------------------===//
// What is carried from step to step
//===----------------------------------------------------------------------===//

/// What the mixture's operands need of the steps before.
bool TimeLoop::matchRecurrence() {
  llvm::SetVector<Operation *> before;
  llvm::SetVector<Value> arguments;
  for (Operation &op : loop.getBody()->without_terminator())
    if (isModelOp(op))
      collect(getReads(&op), before, arguments);
  for (unsigned i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == loop.getInductionVar())
      continue;
    unsigned index = cast<BlockArgument>(arguments[i]).getArgNumber() - 1;
    if (carried.insert(index))
      collect(loop.getYieldedValues()[index], recurrence, arguments);
  }
  for (Operation *op : recurrence)
    if (isModelOp(*op))
      return missed(loop, "the loop is recurrent through the mixture: a step "
                          "reads what the mixture gave the step before");
  return true;
}

/// All other results collect the slices of their steps.
bool TimeLoop::matchOutputs() {
  for (auto [index, argument] : llvm::enumerate(loop.getRegionIterArgs())) {
    if (isCarried(index))
      continue;
    Value yielded = loop.getYieldedValues()[index];
    auto insert = yielded.getDefiningOp<tensor::InsertSliceOp>();
    if (!insert || insert.getDest() != argument || !argument.hasOneUse() ||
        !yielded.hasOneUse() || insert->getBlock() != loop.getBody())
      return missed(insert ? insert : loop.getOperation(),
                    "what follows the mixture carries more than the slices of "
                    "its steps");
    std::optional<StepSlice> slice = matchStep(insert, loop, false);
    if (!slice)
      return missed(insert, "a step writes something else than its slice");
    outputs.insert({insert, *slice});
  }
  return !outputs.empty() ||
         missed(loop, "the loop has no result of slices of its steps");
}

//===----------------------------------------------------------------------===//
// What is flattened
//===----------------------------------------------------------------------===//

bool TimeLoop::matchMixture() {
  // What depends on a state is computed step by step where the state needs it.
  llvm::DenseSet<Value> stateful;
  for (unsigned index : carried)
    stateful.insert(loop.getRegionIterArgs()[index]);
  for (Operation &op : loop.getBody()->without_terminator())
    if (llvm::any_of(getReads(&op),
                     [&](Value read) { return stateful.contains(read); }))
      stateful.insert_range(op.getResults());

  SmallVector<std::pair<Value, Operation *>> work;
  for (auto &output : outputs)
    work.push_back({output.first.getSource(), output.first});
  while (!work.empty()) {
    auto [value, reader] = work.pop_back_val();
    if (value.getParentBlock() != loop.getBody())
      continue;
    if (value == loop.getInductionVar())
      return missed(reader, "'" + reader->getName().getStringRef() +
                                "' computes with the number of the step");
    Operation *def = value.getDefiningOp();
    if (stateful.contains(value) && (!def || recurrence.contains(def))) {
      states.insert(value);
      continue;
    }
    if (!def)
      return missed(reader, "'" + reader->getName().getStringRef() +
                                "' reads the results of other steps");
    if (auto extract = dyn_cast<tensor::ExtractSliceOp>(def))
      if (auto slice = matchStep(extract, loop, true);
          slice && loop.isDefinedOutsideOfLoop(extract.getSource())) {
        inputs.insert({extract, *slice});
        continue;
      }
    if (mixture.insert(def))
      for (Value read : getReads(def))
        work.push_back({read, def});
  }
  return true;
}

/// All slices lie the same way and have the same number of rows.
bool TimeLoop::matchSizes() {
  for (auto &[op, slice] : inputs) {
    if (timeDim < 0) {
      timeDim = slice.timeDim;
      batch = slice.batch;
    }
    FailureOr<bool> same =
        ValueBoundsConstraintSet::areEqual(batch, slice.batch);
    if (timeDim != slice.timeDim || failed(same) || !*same)
      return missed(op, "the slices of a step have different numbers of rows");
  }
  // Only states: their rows are those of some slice.
  for (Operation &op : loop.getBody()->without_terminator())
    if (auto extract = dyn_cast<tensor::ExtractSliceOp>(op); extract && !batch)
      if (auto slice = matchStep(extract, loop, true)) {
        timeDim = slice->timeDim;
        batch = slice->batch;
      }
  if (!batch)
    return missed(loop, "no step reads a slice");
  for (auto &[op, slice] : outputs)
    if (timeDim != slice.timeDim)
      return missed(op,
                    "slices are read and written along different dimensions");
  for (Value state : states) {
    auto type = dyn_cast<RankedTensorType>(state.getType());
    if (!type || type.getRank() == 0 ||
        ShapedType::isDynamicShape(type.getShape().drop_front()))
      return missed(state.getDefiningOp(),
                    "a state that the mixture reads is no rows of static size");
    FailureOr<bool> same = ValueBoundsConstraintSet::areEqual(
        ValueBoundsConstraintSet::Variable(state, 0), batch);
    if (failed(same) || !*same)
      return missed(state.getDefiningOp(),
                    "a state that the mixture reads is not known to have the "
                    "rows of a step");
  }
  return true;
}

bool TimeLoop::match() {
  Block &body = *loop.getBody();
  if (llvm::none_of(body, isModelOp) || loop->getParentOfType<ExpertOp>())
    return false;
  if (!isOneInteger(loop.getStep()))
    return missed(loop, "the loop's step is not 1");
  for (Operation &op : body.without_terminator())
    if (!isMemoryEffectFree(&op))
      return missed(&op,
                    "'" + op.getName().getStringRef() + "' has side effects");
  return matchRecurrence() && matchOutputs() && matchMixture() && matchSizes();
}

static SmallVector<Operation *>
inOrder(const llvm::SetVector<Operation *> &ops) {
  SmallVector<Operation *> sorted(ops.begin(), ops.end());
  llvm::sort(sorted,
             [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
  return sorted;
}

SmallVector<Operation *> TimeLoop::getMixture() const {
  return inOrder(mixture);
}
SmallVector<Operation *> TimeLoop::getRecurrence() const {
  return inOrder(recurrence);
}
