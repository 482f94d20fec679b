//===- IndexReads.cpp - What ops read through offsets and slots -----------===//
//
// What a dispatch, plan or route has made is right for its own rows and
// tokens. Used with others it is as good as an argument.
//
//===----------------------------------------------------------------------===//

#include "IndexReads.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/ValueBoundsOpInterface.h"
#include "moe/IR/TensorCasts.h"

using namespace mlir;
using namespace mlir::moe;

/// Without tokens of its own a grouped matmul reads those of an operand at the
/// token of a slot, or its T*K slots.
static void findOperandTokens(GroupedMatmulOp op, IndexReads &reads) {
  AffineExpr slot = getAffineDimExpr(3, op.getContext());
  int64_t slotsPerToken = reads.slotsPerToken;
  for (int64_t divisor : {slotsPerToken, int64_t(1)})
    for (auto [i, operand] : llvm::enumerate(op.getEpilogueOperands()))
      for (auto [dim, expr] : llvm::enumerate(op.getOperandMap(i).getResults()))
        if (expr == slot.floorDiv(divisor)) {
          reads.tokens = operand;
          reads.tokenDim = dim;
          reads.slotsPerToken = divisor;
          return;
        }
}

IndexReads moe::getIndexReads(Operation *op) {
  IndexReads reads;
  auto machine = dyn_cast<DestinationStyleOpInterface>(op);
  if (machine && !machine.hasPureTensorSemantics())
    return reads;
  if (auto expert = dyn_cast<ExpertOp>(op)) {
    reads.offsets = expert.getOffsets();
    if (!expert.getInputs().empty())
      reads.rows = expert.getInputs()[0];
  } else if (auto combine = dyn_cast<CombineOp>(op)) {
    reads.slots = combine.getSlots();
    reads.weights = combine.getWeights();
  } else if (auto matmul = dyn_cast<GroupedMatmulOp>(op)) {
    reads.offsets = matmul.getOffsets();
    reads.slots = matmul.getSlots();
    reads.rows = matmul.getGather() ? matmul.getSlots() : matmul.getRows();
    reads.slotsPerToken = matmul.getSlotsPerToken().value_or(1);
    if (matmul.getGather() || matmul.getAccumulate())
      reads.tokens = matmul.getGather() ? matmul.getRows() : matmul.getOut();
    else if (reads.slots)
      findOperandTokens(matmul, reads);
  } else if (auto gather = dyn_cast<GatherRowsOp>(op)) {
    reads.slots = gather.getSlots();
    reads.tokens = gather.getInput();
    reads.slotsPerToken = gather.getSlotsPerToken();
  } else if (auto combine = dyn_cast<CombineRowsOp>(op)) {
    reads.slots = combine.getSlots();
    reads.weights = combine.getWeights();
    reads.tokenRows = combine.getTokenRows();
  }
  return reads;
}

namespace {
/// What a dispatch, plan or route on tensors has made; null where it has not.
struct Planner {
  Operation *op = nullptr;
  Value experts, offsets, slots, tokenRows;

  explicit Planner(Value made) {
    Operation *def = made ? stripCasts(made).getDefiningOp() : nullptr;
    auto take = [&](unsigned index) {
      return index < def->getNumResults() ? Value(def->getResult(index))
                                          : Value();
    };
    if (auto dispatch = dyn_cast_or_null<DispatchOp>(def)) {
      experts = dispatch.getExperts();
      offsets = dispatch.getOffsets();
      slots = dispatch.getSlots();
    } else if (auto plan = dyn_cast_or_null<PlanOp>(def)) {
      experts = plan.getExperts();
      offsets = take(0), slots = take(1), tokenRows = take(2);
    } else if (auto route = dyn_cast_or_null<RouteOp>(def)) {
      experts = take(1), offsets = take(2), slots = take(3);
      tokenRows = take(4);
    } else {
      return;
    }
    op = def;
  }
};
} // namespace

static bool haveSameSize(Value a, int64_t dimA, Value b, int64_t dimB) {
  a = stripCasts(a), b = stripCasts(b);
  int64_t sizeA = cast<ShapedType>(a.getType()).getDimSize(dimA);
  int64_t sizeB = cast<ShapedType>(b.getType()).getDimSize(dimB);
  if (ShapedType::isStatic(sizeA) || ShapedType::isStatic(sizeB))
    return sizeA == sizeB;
  auto equal = ValueBoundsConstraintSet::areEqual({a, dimA}, {b, dimB});
  return succeeded(equal) && *equal;
}

/// Offsets end at the slots of their planner, which are as many as the rows.
static bool areOffsetsKnown(const IndexReads &reads) {
  Planner planner(reads.offsets);
  if (!planner.op || stripCasts(reads.offsets) != planner.offsets ||
      !reads.rows)
    return false;
  return stripCasts(reads.rows).getDefiningOp() == planner.op ||
         haveSameSize(reads.rows, 0, planner.slots, 0);
}

/// Slots are below T*K of their planner, which are those that are read.
static bool areSlotsKnown(Operation *op, const IndexReads &reads) {
  Planner planner(reads.slots);
  if (!planner.op || stripCasts(reads.slots) != planner.slots)
    return false;
  if (reads.offsets && Planner(reads.offsets).op != planner.op)
    return false;
  auto dispatch = dyn_cast<DispatchOp>(planner.op);
  // The sizes are asserted (Semantics, combine_r5).
  if (dispatch && isa<CombineOp>(op))
    return true;
  if (reads.weights)
    return haveSameSize(reads.weights, 0, planner.experts, 0) &&
           haveSameSize(reads.weights, 1, planner.experts, 1);
  if (!reads.tokens)
    return true;
  int64_t slotsPerToken =
      cast<ShapedType>(planner.experts.getType()).getDimSize(1);
  if (slotsPerToken != reads.slotsPerToken)
    return false;
  return (dispatch && reads.tokenDim == 0 &&
          llvm::is_contained(dispatch.getInputs(), reads.tokens)) ||
         haveSameSize(reads.tokens, reads.tokenDim, planner.experts, 0);
}

IndexDoubts moe::getIndexDoubts(Operation *op, const IndexReads &reads) {
  IndexDoubts doubts;
  doubts.offsets = reads.offsets && !areOffsetsKnown(reads);
  doubts.slots = reads.slots && !areSlotsKnown(op, reads);
  if (reads.tokenRows) {
    Planner planner(reads.tokenRows);
    doubts.tokenRows = doubts.slots || !planner.op ||
                       stripCasts(reads.tokenRows) != planner.tokenRows ||
                       Planner(reads.slots).op != planner.op;
  }
  return doubts;
}

IndexDoubts moe::getOutsideDoubts(Operation *op, const IndexReads &reads) {
  auto isMade = [](Value index) { return Planner(index).op != nullptr; };
  IndexDoubts doubts = getIndexDoubts(op, reads);
  doubts.offsets &= !isMade(reads.offsets);
  doubts.slots &= !isMade(reads.slots);
  doubts.tokenRows &= !isMade(reads.tokenRows) || doubts.slots;
  return doubts;
}
