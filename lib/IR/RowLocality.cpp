//===- RowLocality.cpp - Does a result row need its own row only? ---------===//

#include "RowWalk.h"

#include "mlir/IR/Matchers.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::moe;

//===----------------------------------------------------------------------===//
// The walk
//===----------------------------------------------------------------------===//

void RowWalk::all(Operation *op, RowState state) {
  for (Value result : op->getResults())
    set(result, state);
}

void RowWalk::mixes(Operation *op, StringRef reason) {
  reasons.push_back({op, reason.str()});
  all(op, {RowState::Mixed, nullptr, int64_t(reasons.size()) - 1});
}

Value RowWalk::findUse(Operation *op, bool mixedOnly) {
  Value found;
  // Values of the body that were not visited have no state: free.
  op->walk([&](Operation *inner) {
    for (Value operand : inner->getOperands()) {
      RowState state = get(operand);
      if (state.isFree() || (mixedOnly && !state.isMixed()))
        continue;
      found = operand;
      return WalkResult::interrupt();
    }
    return WalkResult::advance();
  });
  return found;
}

bool RowWalk::bodyIsFree(Operation *op) {
  for (Region &region : op->getRegions())
    for (Operation &inner : region.getOps())
      if (findUse(&inner, /*mixedOnly=*/false))
        return false;
  return true;
}

void RowWalk::walk(Block &block) {
  for (Operation &op : block)
    if (!op.hasTrait<OpTrait::IsTerminator>())
      visit(&op);
}

void RowWalk::visit(Operation *op) {
  if (!findUse(op, /*mixedOnly=*/false))
    return all(op, {});
  if (Value mixed = findUse(op, /*mixedOnly=*/true))
    return all(op, get(mixed));
  llvm::TypeSwitch<Operation *>(op)
      .Case<linalg::LinalgOp>([&](auto op) { visitLinalg(op); })
      .Case<linalg::SoftmaxOp>([&](auto op) { visitSoftmax(op); })
      .Case<tensor::DimOp>([&](auto op) { visitDim(op); })
      .Case<tensor::EmptyOp>([&](tensor::EmptyOp op) {
        visitSizes(op, op.getType(), op.getDynamicSizes());
      })
      .Case<tensor::SplatOp>([&](auto op) { visitSplat(op); })
      .Case<tensor::CastOp>(
          [&](tensor::CastOp op) { all(op, get(op.getSource())); })
      .Case<tensor::ExtractSliceOp>([&](auto op) { visitExtractSlice(op); })
      .Case<tensor::InsertSliceOp>([&](auto op) { visitInsertSlice(op); })
      .Case<tensor::ExpandShapeOp>([&](auto op) { visitExpandShape(op); })
      .Case<tensor::CollapseShapeOp>([&](auto op) { visitCollapseShape(op); })
      .Case<tensor::PadOp>([&](auto op) { visitPad(op); })
      .Case<tensor::ConcatOp>([&](auto op) { visitConcat(op); })
      .Case<scf::IfOp>([&](auto op) { visitIf(op); })
      .Case<scf::ForOp>([&](auto op) { visitFor(op); })
      .Case<GateOp>([&](auto op) { visitGate(op); })
      .Case<DispatchOp>([&](auto op) { visitDispatch(op); })
      .Case<ExpertOp>([&](auto op) { visitExpert(op); })
      .Case<CombineOp>([&](auto op) { visitCombine(op); })
      .Default([&](Operation *op) {
        if (op->hasTrait<OpTrait::Elementwise>())
          return visitElementwise(op);
        mixes(op, "is not known to keep rows apart");
      });
}

//===----------------------------------------------------------------------===//
// Structured and elementwise ops
//===----------------------------------------------------------------------===//

void RowWalk::visitLinalg(linalg::LinalgOp op) {
  // Which loop walks the rows.
  std::optional<unsigned> loop;
  Operation *space = nullptr;
  for (OpOperand &operand : op->getOpOperands()) {
    RowState state = get(operand.get());
    if (state.isFree())
      continue;
    if (!state.isRows())
      return mixes(op, "computes with the number of rows");
    auto dim = dyn_cast<AffineDimExpr>(
        op.getMatchingIndexingMap(&operand).getResult(state.dim));
    if (!dim)
      return mixes(op, "indexes rows by more than one loop");
    if (loop && (*loop != dim.getPosition() || space != state.space))
      return mixes(op, "pairs different rows");
    loop = dim.getPosition();
    space = state.space;
  }
  if (!loop || !bodyIsFree(op))
    return mixes(op, "reads rows inside of its body");
  if (op.getIteratorTypesArray()[*loop] != utils::IteratorType::parallel)
    return mixes(op, "reduces over rows");
  bool usesIndex = false;
  op->walk([&](linalg::IndexOp index) {
    usesIndex |= index.getDim() == *loop && !index->use_empty();
  });
  if (usesIndex)
    return mixes(op, "computes with the index of the row");

  for (OpOperand &operand : op->getOpOperands()) {
    AffineMap map = op.getMatchingIndexingMap(&operand);
    RowState state = get(operand.get());
    for (auto [dim, expr] : llvm::enumerate(map.getResults())) {
      if (!expr.isFunctionOfDim(*loop) ||
          (state.isRows() && state.dim == int64_t(dim)))
        continue;
      if (state.isRows())
        return mixes(op, "pairs different rows");
      if (op.payloadUsesValueFromOperand(&operand))
        return mixes(op, "reads a tensor at the index of the row");
    }
  }
  for (OpOperand &init : op.getDpsInitsMutable()) {
    AffineMap map = op.getMatchingIndexingMap(&init);
    std::optional<int64_t> rowDim;
    for (auto [dim, expr] : llvm::enumerate(map.getResults())) {
      if (!expr.isFunctionOfDim(*loop))
        continue;
      if (rowDim || !isa<AffineDimExpr>(expr))
        return mixes(op, "pairs different rows");
      rowDim = dim;
    }
    if (!rowDim)
      return mixes(op, "writes all rows to one place");
    set(op.getTiedOpResult(&init), RowState::rows(*rowDim, space));
  }
}

void RowWalk::visitSoftmax(linalg::SoftmaxOp op) {
  RowState input = get(op.getInput());
  if (!input.isRows() || get(op.getOutput()) != input)
    return mixes(op, "pairs different rows");
  if (int64_t(op.getDimension()) == input.dim)
    return mixes(op, "reduces over rows");
  all(op, input);
}

void RowWalk::visitElementwise(Operation *op) {
  std::optional<RowState> rows;
  for (Value operand : op->getOperands()) {
    RowState state = get(operand);
    DenseElementsAttr constant;
    if (state.isFree()) {
      // A constant tensor is the same at every row where it is a splat.
      if (isa<ShapedType>(operand.getType()) &&
          !(matchPattern(operand, m_Constant(&constant)) && constant.isSplat()))
        return mixes(op, "reads a tensor at the index of the row");
      continue;
    }
    if (!state.isRows())
      return mixes(op, "computes with the number of rows");
    if (rows && *rows != state)
      return mixes(op, "pairs different rows");
    rows = state;
  }
  all(op, *rows);
}

//===----------------------------------------------------------------------===//
// Branches and loops
//===----------------------------------------------------------------------===//

RowState RowWalk::join(Operation *op, RowState first, RowState second,
                       StringRef reason) {
  if (first.isMixed() || first == second)
    return first;
  if (second.isMixed())
    return second;
  reasons.push_back({op, reason.str()});
  return {RowState::Mixed, nullptr, int64_t(reasons.size()) - 1};
}

void RowWalk::visitIf(scf::IfOp op) {
  if (!get(op.getCondition()).isFree())
    return mixes(op, "branches on the number of rows");
  if (op.getNumResults() == 0)
    return;
  walk(*op.thenBlock());
  walk(*op.elseBlock());
  for (auto [result, then, otherwise] :
       llvm::zip_equal(op.getResults(), op.thenYield().getResults(),
                       op.elseYield().getResults()))
    set(result, join(op, get(then), get(otherwise),
                     "gives different rows in its branches"));
}

void RowWalk::visitFor(scf::ForOp op) {
  for (Value bound : {op.getLowerBound(), op.getUpperBound(), op.getStep()})
    if (!get(bound).isFree())
      return mixes(op, "loops over rows");
  for (auto [argument, init] :
       llvm::zip_equal(op.getRegionIterArgs(), op.getInitArgs()))
    set(argument, get(init));
  walk(*op.getBody());
  for (auto [result, init, yielded] : llvm::zip_equal(
           op.getResults(), op.getInitArgs(), op.getYieldedValues()))
    set(result, join(op, get(init), get(yielded),
                     "carries something else than it started with"));
}

//===----------------------------------------------------------------------===//
// Nested mixtures of experts
//===----------------------------------------------------------------------===//

void RowWalk::visitGate(GateOp op) {
  if (!op.getRouter().isTokenChoice())
    return mixes(op, "chooses tokens by comparing them");
  RowState logits = get(op.getLogits());
  for (Value perToken : {Value(op.getLogits()), Value(op.getNoise()),
                         Value(op.getMask()), Value(op.getUniform())})
    if (perToken &&
        (get(perToken) != logits || !logits.isRows() || logits.dim != 0))
      return mixes(op, "pairs different rows");
  for (Value perExpert : {op.getBias(), op.getThresholds()})
    if (perExpert && !get(perExpert).isFree())
      return mixes(op, "takes rows as experts");
  all(op, logits);
}

void RowWalk::visitDispatch(DispatchOp op) {
  if (op.getCapacity())
    return mixes(op, "drops tokens by their place");
  RowState experts = get(op.getExperts());
  for (Value operand : op->getOperands())
    if (!experts.isRows() || experts.dim != 0 || get(operand) != experts)
      return mixes(op, "pairs different rows");
  for (Value rows : op.getRows())
    set(rows, RowState::rows(0, op));
  set(op.getSlots(), {RowState::Slots, op, 0});
  set(op.getOffsets(), {RowState::Offsets, op, 0});
}

void RowWalk::visitExpert(ExpertOp op) {
  if (op.getCrossRow())
    return mixes(op, "says cross_row");
  RowState offsets = get(op.getOffsets());
  if (offsets.kind != RowState::Offsets)
    return mixes(op, "takes offsets that do not belong to its rows");
  for (Value input : op.getInputs())
    if (get(input) != RowState::rows(0, offsets.space))
      return mixes(op, "takes offsets that do not belong to its rows");
  for (OperandRange whole : {op.getParams(), op.getShared()})
    for (Value value : whole)
      if (!get(value).isFree())
        return mixes(op, "shows all rows to each of them");
  all(op, RowState::rows(0, offsets.space));
}

void RowWalk::visitCombine(CombineOp op) {
  RowState slots = get(op.getSlots());
  if (slots.kind != RowState::Slots)
    return mixes(op, "takes slots that do not belong to its rows");
  RowState tokens = get(cast<DispatchOp>(slots.space).getExperts());
  if (get(op.getRows()) != RowState::rows(0, slots.space) ||
      get(op.getWeights()) != tokens)
    return mixes(op, "takes slots that do not belong to its rows");
  all(op, tokens);
}

//===----------------------------------------------------------------------===//
// The question
//===----------------------------------------------------------------------===//

std::optional<RowMixing> moe::findRowMixing(Block &block, ValueRange rows,
                                            ValueRange counts,
                                            ValueRange results) {
  RowWalk walk;
  for (Value value : rows)
    walk.set(value, RowState::rows(0, nullptr));
  for (Value value : counts)
    walk.set(value, RowState::count(nullptr));
  walk.walk(block);
  for (Value value : results) {
    RowState state = walk.get(value);
    if (state.isMixed())
      return walk.reasonOf(state);
    if (state != RowState::rows(0, nullptr))
      return RowMixing{value.getDefiningOp(),
                       "yields something else than the rows in their order"};
  }
  return std::nullopt;
}

std::optional<RowMixing> moe::findRowMixing(ExpertOp op) {
  Block &body = op.getBody().front();
  SmallVector<Value> rows(op.getRowArguments().begin(),
                          op.getRowArguments().end());
  std::optional<RowMixing> mixing = findRowMixing(
      body, rows, ValueRange(), body.getTerminator()->getOperands());
  // What is no rows at all is the terminator's fault.
  if (mixing && mixing->reason.rfind("yields", 0) == 0)
    mixing->op = body.getTerminator();
  return mixing;
}

bool moe::isRowLocal(ExpertOp op) { return !findRowMixing(op); }
