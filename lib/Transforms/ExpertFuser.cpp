//===- ExpertFuser.cpp - The ops that an expert region becomes ------------===//

#include "ExpertFuser.h"

#include "ComputeBody.h"
#include "EpilogueBuilder.h"
#include "RowSource.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Transforms/RegionUtils.h"
#include "moe/IR/TensorCasts.h"

using namespace mlir;
using namespace mlir::moe;

/// A parameter, shared value or constant of the region, as seen outside.
Value ExpertFuser::outside(Value value) {
  auto lookup = [&](Block::BlockArgListType arguments, OperandRange operands) {
    auto it = llvm::find(arguments, value);
    return it == arguments.end()
               ? Value()
               : operands[std::distance(arguments.begin(), it)];
  };
  if (Value param = lookup(op.getParamArguments(), op.getParams()))
    return param;
  if (Value shared = lookup(op.getSharedArguments(), op.getShared())) {
    if (isa<ShapedType>(shared.getType()))
      return shared;
    return tensor::FromElementsOp::create(
        builder, loc, RankedTensorType::get({}, shared.getType()), shared);
  }
  Operation *constant = builder.clone(*value.getDefiningOp());
  return tensor::FromElementsOp::create(
      builder, loc, RankedTensorType::get({}, value.getType()),
      constant->getResult(0));
}

/// The stacked weight of a contraction, restricted to some of its columns.
Value ExpertFuser::sliceWeight(const Contraction &contraction,
                               Columns columns) {
  SmallVector<tensor::ExtractSliceOp> slices;
  Value inner = contraction.weight;
  while (auto slice = inner.getDefiningOp<tensor::ExtractSliceOp>()) {
    slices.push_back(slice);
    inner = slice.getSource();
  }
  Value weight = outside(inner);
  auto slice = [&](ArrayRef<OpFoldResult> offsets, ArrayRef<OpFoldResult> sizes,
                   ArrayRef<OpFoldResult> strides) {
    weight = tensor::ExtractSliceOp::create(builder, loc, weight, offsets,
                                            sizes, strides);
  };
  OpFoldResult zero = builder.getIndexAttr(0), one = builder.getIndexAttr(1);
  OpFoldResult experts = builder.getIndexAttr(op.getNumExperts());
  for (tensor::ExtractSliceOp s : llvm::reverse(slices)) {
    SmallVector<OpFoldResult> offsets{zero}, sizes{experts}, strides{one};
    llvm::append_range(offsets, s.getMixedOffsets());
    llvm::append_range(sizes, s.getMixedSizes());
    llvm::append_range(strides, s.getMixedStrides());
    slice(offsets, sizes, strides);
  }
  auto type = cast<RankedTensorType>(weight.getType());
  int64_t columnDim = contraction.transposed ? 1 : 2;
  if (columns.offset == 0 && columns.stride == 1 &&
      columns.size == type.getDimSize(columnDim))
    return weight;
  SmallVector<OpFoldResult> offsets(3, zero), strides(3, one), sizes;
  for (int64_t size : type.getShape())
    sizes.push_back(builder.getIndexAttr(size));
  offsets[columnDim] = builder.getIndexAttr(columns.offset);
  sizes[columnDim] = builder.getIndexAttr(columns.size);
  strides[columnDim] = builder.getIndexAttr(columns.stride);
  slice(offsets, sizes, strides);
  return weight;
}

/// The contraction whose rows the grouped matmul for `value` reads: the last
/// one of the cone. `others`: contractions of other rows, to be stored first.
const Contraction *ExpertFuser::findPrimary(Value value,
                                            SmallVectorImpl<Value> &others) {
  llvm::SetVector<Value> found;
  SmallVector<Value> work{value};
  while (!work.empty()) {
    Value v = work.pop_back_val();
    if (body.getContraction(v)) {
      if (v == value || !body.isStored(v))
        found.insert(v);
      continue;
    }
    if (v != value && body.isStored(v))
      continue;
    if (!body.isElementwise(v) && !body.getColumnSlice(v))
      continue;
    for (Value operand : v.getDefiningOp()->getOperands())
      if (body.dependsOnRows(operand))
        work.push_back(operand);
  }
  const Contraction *primary = nullptr;
  for (Value v : found) {
    const Contraction *c = body.getContraction(v);
    if (!primary || primary->op->isBeforeInBlock(c->op))
      primary = c;
  }
  for (Value v : found) {
    const Contraction *c = body.getContraction(v);
    if (c->rows != primary->rows || c->transposed != primary->transposed)
      others.push_back(v);
  }
  return primary;
}

Value ExpertFuser::emptyRows(RankedTensorType like) {
  Value rows = op.getInputs().front();
  RowSource source = getRowSource(rows); // do not keep gathered rows alive
  SmallVector<OpFoldResult> sizes{
      tensor::getMixedSize(builder, loc, source.slots ? source.slots : rows, 0),
      builder.getIndexAttr(like.getDimSize(1))};
  return tensor::EmptyOp::create(builder, loc, sizes, like.getElementType());
}

Value ExpertFuser::materialize(Value value) {
  if (auto it = rows.find(value); it != rows.end())
    return it->second;
  if (auto argument = dyn_cast<BlockArgument>(value))
    return rows[value] = op.getInputs()[argument.getArgNumber()];
  SmallVector<Value> others;
  const Contraction *primary = nullptr;
  if (body.getContraction(value) || body.isElementwise(value) ||
      body.getColumnSlice(value))
    primary = findPrimary(value, others);
  Value result =
      primary ? buildMatmul(value, *primary, nullptr) : buildRegion(value);
  return rows[value] = result;
}

bool ExpertFuser::canAccumulate(unsigned index) {
  Value value = op.getBody().front().getTerminator()->getOperand(index);
  SmallVector<Value> others;
  if (!value.hasOneUse()) // also needed as rows
    return false;
  if (isa<BlockArgument>(value) ||
      (!body.getContraction(value) && !body.isElementwise(value) &&
       !body.getColumnSlice(value)))
    return false;
  return findPrimary(value, others) != nullptr;
}

Value ExpertFuser::accumulate(unsigned index, CombineOp combine) {
  Value value = op.getBody().front().getTerminator()->getOperand(index);
  SmallVector<Value> others;
  return buildMatmul(value, *findPrimary(value, others), combine);
}

/// `operand`, cut to `columns` where the map reads that many first ones.
static Value takeColumns(OpBuilder &builder, Location loc, Value operand,
                         AffineMap map, int64_t columns) {
  auto type = dyn_cast<RankedTensorType>(operand.getType());
  AffineExpr column = getAffineDimExpr(2, builder.getContext());
  for (auto [dim, expr] : llvm::enumerate(map.getResults())) {
    if (expr != column || type.getDimSize(dim) == columns)
      continue;
    SmallVector<OpFoldResult> offsets(type.getRank(), builder.getIndexAttr(0));
    SmallVector<OpFoldResult> strides(type.getRank(), builder.getIndexAttr(1));
    SmallVector<OpFoldResult> sizes =
        tensor::getMixedSizes(builder, loc, operand);
    sizes[dim] = builder.getIndexAttr(columns);
    operand = tensor::ExtractSliceOp::create(builder, loc, operand, offsets,
                                             sizes, strides);
  }
  return operand;
}

/// A row that `combine` sums may have a weight of zero, which is not looked at:
/// its dispatch has not dropped those rows.
static bool mayMeetZeros(CombineOp combine) {
  auto dispatch = stripCasts(combine.getSlots()).getDefiningOp<DispatchOp>();
  return !combine.getKeepZeros() && (!dispatch || !dispatch.getWeights() ||
                                     stripCasts(dispatch.getWeights()) !=
                                         stripCasts(combine.getWeights()));
}

/// One grouped matmul for the cone of `value`; with `combine`, its rows are
/// weighted and added to their tokens.
Value ExpertFuser::buildMatmul(Value value, const Contraction &primary,
                               CombineOp combine) {
  Value sourceRows = materialize(primary.rows);
  RowSource source = getRowSource(sourceRows);
  // One list of slots serves the load and the sum.
  if (combine && source.slots &&
      (source.slots != combine.getSlots() ||
       source.slotsPerToken != combine.getWeights().getType().getDimSize(1)))
    source = {sourceRows, nullptr, 0};
  FloatType compute = body.getComputeType();

  EpilogueBuilder epilogue(body, value, primary);
  SmallVector<Value> weights, operands;
  SmallVector<AffineMap> maps;
  for (const Accumulator &accumulator : epilogue.getAccumulators())
    weights.push_back(sliceWeight(*body.getContraction(accumulator.contraction),
                                  accumulator.columns));
  auto valueType = cast<RankedTensorType>(value.getType());
  for (const EpilogueOperand &operand : epilogue.getOperands()) {
    Value source = body.dependsOnRows(operand.value)
                       ? materialize(operand.value)
                       : outside(operand.value);
    operands.push_back(takeColumns(builder, loc, source, operand.map,
                                   valueType.getDimSize(1)));
    maps.push_back(operand.map);
  }

  Value slots = source.slots;
  int64_t slotsPerToken = source.slotsPerToken;
  Value init;
  bool weighted = combine && !combine.getUnweighted();
  if (combine) {
    slots = combine.getSlots();
    slotsPerToken = combine.getWeights().getType().getDimSize(1);
    if (weighted) {
      MLIRContext *context = builder.getContext();
      AffineExpr s = getAffineDimExpr(3, context);
      operands.push_back(combine.getWeights());
      maps.push_back(AffineMap::get(
          4, 0, {s.floorDiv(slotsPerToken), s % slotsPerToken}, context));
    }
    SmallVector<OpFoldResult> sizes{
        tensor::getMixedSize(builder, loc, combine.getWeights(), 0),
        builder.getIndexAttr(valueType.getDimSize(1))};
    Value empty = tensor::EmptyOp::create(builder, loc, sizes, compute);
    Value zero = arith::ConstantOp::create(builder, loc,
                                           builder.getFloatAttr(compute, 0.0));
    init = linalg::FillOp::create(builder, loc, zero, empty).getResult(0);
  } else {
    init = emptyRows(valueType);
  }

  auto matmul = GroupedMatmulOp::create(
      builder, loc, TypeRange{init.getType()}, source.rows, op.getOffsets(),
      weights, slots, operands, init, primary.transposed,
      builder.getAffineMapArrayAttr(maps),
      slots ? builder.getI64IntegerAttr(slotsPerToken) : IntegerAttr(),
      bool(source.slots), bool(combine), ScheduleAttrInterface(),
      PackingAttr());
  ++numMatmuls;

  Block &block = matmul.getEpilogue().emplaceBlock();
  for (size_t i = 0; i < weights.size(); ++i)
    block.addArgument(compute, loc);
  for (Value operand : operands)
    block.addArgument(getElementTypeOrSelf(operand.getType()), loc);
  OpBuilder inside = OpBuilder::atBlockBegin(&block);
  Value scalar = epilogue.build(inside, loc, block.getArguments(), compute);
  if (weighted) {
    Value weight = toCompute(inside, loc, block.getArguments().back(), compute);
    scalar = arith::MulFOp::create(inside, loc, weight, scalar);
    if (mayMeetZeros(combine)) {
      Value zero = arith::ConstantOp::create(inside, loc,
                                             inside.getFloatAttr(compute, 0.0));
      Value isWeighed = arith::CmpFOp::create(
          inside, loc, arith::CmpFPredicate::UNE, weight, zero);
      scalar = arith::SelectOp::create(inside, loc, isWeighed, scalar, zero);
    }
  }
  YieldOp::create(inside, loc, toCompute(inside, loc, scalar, compute));
  return matmul->getResult(0);
}

/// A smaller expert region for what no grouped matmul can do: the backward
/// slice of `value`, down to stored values.
Value ExpertFuser::buildRegion(Value value) {
  llvm::SetVector<Value> inputs;
  llvm::SetVector<Operation *> ops;
  SmallVector<Value> work{value};
  while (!work.empty()) {
    Value v = work.pop_back_val();
    bool boundary = v != value && body.dependsOnRows(v) &&
                    (isa<BlockArgument>(v) || body.isStored(v));
    if (boundary) {
      inputs.insert(v);
      continue;
    }
    Operation *def = v.getDefiningOp();
    if (!def || !ops.insert(def))
      continue;
    llvm::append_range(work, def->getOperands());
    llvm::SetVector<Value> captured;
    getUsedValuesDefinedAbove(def->getRegions(), captured);
    llvm::append_range(work, captured);
  }
  if (inputs.empty()) // sizes still come from a row argument
    inputs.insert(op.getRowArguments().front());
  SmallVector<Value> rowOperands;
  for (Value input : inputs)
    rowOperands.push_back(materialize(input));

  auto type = cast<RankedTensorType>(value.getType());
  Value like = emptyRows(type);
  auto expert = ExpertOp::create(builder, loc, TypeRange{like.getType()},
                                 rowOperands, op.getOffsets(), op.getParams(),
                                 op.getShared(), op.getCrossRow());
  if (like.use_empty())
    like.getDefiningOp()->erase();
  ++numRegions;
  Block &block = expert.getBody().emplaceBlock();
  IRMapping mapping;
  for (auto [input, operand] : llvm::zip_equal(inputs, rowOperands))
    mapping.map(
        input, block.addArgument(ExpertOp::getRowArgumentType(
                                     cast<RankedTensorType>(operand.getType())),
                                 loc));
  for (auto arguments : {op.getParamArguments(), op.getSharedArguments()})
    for (BlockArgument argument : arguments)
      mapping.map(argument, block.addArgument(argument.getType(), loc));
  // Sizes asked of row arguments that are no input here.
  for (BlockArgument argument : op.getRowArguments())
    if (!mapping.contains(argument))
      mapping.map(argument, block.getArgument(0));
  OpBuilder inside = OpBuilder::atBlockBegin(&block);
  for (Operation &inner : op.getBody().front().without_terminator())
    if (ops.contains(&inner))
      inside.clone(inner, mapping);
  YieldOp::create(inside, loc, mapping.lookup(value));
  return expert->getResult(0);
}
