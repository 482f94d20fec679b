//===- StepRows.cpp - The rows of a step as any number of rows ------------===//

#include "StepRows.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Interfaces/ValueBoundsOpInterface.h"
#include "mlir/Transforms/RegionUtils.h"

using namespace mlir;
using namespace mlir::moe;

/// `type` with any number of rows.
static RankedTensorType withDynamicRows(RankedTensorType type) {
  SmallVector<int64_t> shape(type.getShape());
  shape[0] = ShapedType::kDynamic;
  return type.clone(shape);
}

bool StepRows::mark(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && type.getRank() > 0 && rows.insert(value).second;
}

/// Which tensors have rows, where the types do not tell: what is computed from
/// rows, and what it is written into.
void StepRows::markRows() {
  for (auto &[op, slice] : from.inputs)
    mark(op.getResult());
  for (Value state : from.states)
    mark(state);
  bool changed = true;
  while (changed) {
    changed = false;
    for (Operation *op : from.getMixture()) {
      auto linalgOp = dyn_cast<linalg::LinalgOp>(op);
      if (!linalgOp) {
        if (llvm::none_of(op->getOperands(),
                          [&](Value v) { return rows.contains(v); }))
          continue;
        for (Value result : op->getResults())
          if (!isa<DispatchOp>(op) ||
              result != cast<DispatchOp>(op).getOffsets())
            changed |= mark(result);
        continue;
      }
      std::optional<unsigned> loop;
      auto getFirst = [&](OpOperand &operand) -> std::optional<unsigned> {
        AffineMap map = linalgOp.getMatchingIndexingMap(&operand);
        if (map.getNumResults() == 0)
          return std::nullopt;
        auto dim = dyn_cast<AffineDimExpr>(map.getResult(0));
        return dim ? std::optional<unsigned>(dim.getPosition()) : std::nullopt;
      };
      for (OpOperand &operand : op->getOpOperands())
        if (rows.contains(operand.get()))
          loop = getFirst(operand);
      for (OpResult result : op->getResults())
        if (rows.contains(result))
          loop = getFirst(*linalgOp.getTiedOpOperand(result));
      if (!loop)
        continue;
      for (OpOperand &init : linalgOp.getDpsInitsMutable())
        if (getFirst(init) == loop) {
          changed |= mark(init.get());
          changed |= mark(linalgOp.getTiedOpResult(&init));
        }
    }
  }
}

std::optional<RowMixing> StepRows::copy(Operation *op, OpBuilder &builder) {
  if (auto empty = dyn_cast<tensor::EmptyOp>(op);
      empty && rows.contains(empty)) {
    SmallVector<Value> sizes(empty.getDynamicSizes());
    if (empty.getType().isDynamicDim(0))
      sizes.front() = getCount();
    else
      sizes.insert(sizes.begin(), getCount());
    for (Value &size : sizes)
      size = mapping.lookupOrDefault(size);
    mapping.map(empty.getResult(),
                tensor::EmptyOp::create(builder, op->getLoc(),
                                        withDynamicRows(empty.getType()), sizes)
                    .getResult());
    return std::nullopt;
  }
  // Sizes that are part of these ops stay what they are.
  bool retyped = llvm::any_of(op->getResults(), [&](Value result) {
    return rows.contains(result) &&
           !cast<RankedTensorType>(result.getType()).isDynamicDim(0);
  });
  if (retyped &&
      isa<arith::ConstantOp, tensor::ExtractSliceOp, tensor::InsertSliceOp,
          tensor::ExpandShapeOp, tensor::SplatOp, tensor::PadOp>(op))
    return RowMixing{op, "has a static number of rows"};
  Operation *clone = builder.clone(*op, mapping);
  for (auto [result, copied] :
       llvm::zip_equal(op->getResults(), clone->getResults()))
    if (rows.contains(result))
      copied.setType(withDynamicRows(cast<RankedTensorType>(result.getType())));
  return std::nullopt;
}

std::optional<RowMixing> StepRows::build() {
  markRows();
  Block &block = body.emplaceBlock();
  Location loc = from.loop.getLoc();
  SmallVector<Value> inputs;
  for (auto &[op, slice] : from.inputs)
    inputs.push_back(op.getResult());
  llvm::append_range(inputs, from.states);
  for (Value input : inputs)
    mapping.map(input, block.addArgument(withDynamicRows(cast<RankedTensorType>(
                                             input.getType())),
                                         loc));
  block.addArgument(IndexType::get(loc.getContext()), loc);

  OpBuilder builder = OpBuilder::atBlockEnd(&block);
  for (Operation *op : from.getMixture()) {
    // Sizes of the loop's surroundings that are the number of rows.
    llvm::SetVector<Value> reads(op->operand_begin(), op->operand_end());
    getUsedValuesDefinedAbove(op->getRegions(), reads);
    for (Value read : reads) {
      if (!read.getType().isIndex() || mapping.contains(read) ||
          !from.loop.isDefinedOutsideOfLoop(read) ||
          matchPattern(read, m_Constant()))
        continue;
      FailureOr<bool> same =
          ValueBoundsConstraintSet::areEqual(read, from.batch);
      if (succeeded(same) && *same)
        mapping.map(read, getCount());
    }
    if (auto mixing = copy(op, builder))
      return mixing;
  }
  for (auto &[op, slice] : from.outputs)
    results.push_back(mapping.lookupOrDefault(op.getSource()));
  auto arguments = getRowArguments();
  return findRowMixing(block,
                       SmallVector<Value>(arguments.begin(), arguments.end()),
                       getCount(), results);
}

SmallVector<Value> StepRows::inlineBefore(Operation *op, ValueRange arguments,
                                          RewriterBase &rewriter) {
  IRMapping moved;
  moved.map(body.front().getArguments(), arguments);
  SmallVector<Value> values;
  for (Value result : results)
    values.push_back(moved.lookupOrDefault(result));
  rewriter.inlineBlockBefore(&body.front(), op, arguments);
  return values;
}
