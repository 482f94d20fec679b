//===- FuseExperts.cpp - Expert regions to grouped matmuls ----------------===//
//
// Each value of the region that has to exist as rows becomes one op on all
// experts' rows: a grouped matmul with everything elementwise in its epilogue,
// or, for what a grouped matmul cannot do, a smaller expert region.
//
//===----------------------------------------------------------------------===//

#include "moe/Transforms/Passes.h"

#include "EpilogueBuilder.h"
#include "ExpertBody.h"
#include "RowSource.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Remarks.h"
#include "mlir/Transforms/RegionUtils.h"

namespace mlir::moe {
#define GEN_PASS_DEF_FUSEEXPERTSPASS
#include "moe/Transforms/Passes.h.inc"
} // namespace mlir::moe

using namespace mlir;
using namespace mlir::moe;

static constexpr auto kRemark =
    remark::RemarkOpts::name("FuseExperts").category("moe");

namespace {
/// Rewrites one expert op. Stored values of the region map to `[R,N]` values
/// outside; they are made on demand.
class Fuser {
public:
  Fuser(ExpertOp op, OpBuilder &builder)
      : op(op), body(op), builder(builder), loc(op.getLoc()) {}

  /// The rows of region value `value`, for all experts.
  Value materialize(Value value);
  /// Result `index` of the expert, added into the tokens of `combine`.
  Value accumulate(unsigned index, CombineOp combine);
  /// Result `index` can be added into tokens by its last matmul.
  bool canAccumulate(unsigned index);

  unsigned getNumMatmuls() const { return numMatmuls; }
  unsigned getNumRegions() const { return numRegions; }
  const ExpertBody &getBody() const { return body; }

private:
  Value outside(Value value);
  Value sliceWeight(const Contraction &contraction, Columns columns);
  Value buildMatmul(Value value, const Contraction &primary, CombineOp combine);
  Value buildRegion(Value value);
  const Contraction *findPrimary(Value value, SmallVectorImpl<Value> &others);
  Value emptyRows(RankedTensorType like);

  ExpertOp op;
  ExpertBody body;
  OpBuilder &builder;
  Location loc;
  llvm::DenseMap<Value, Value> rows;
  unsigned numMatmuls = 0, numRegions = 0;
};
} // namespace

/// A parameter, shared value or constant of the region, as seen outside.
Value Fuser::outside(Value value) {
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
Value Fuser::sliceWeight(const Contraction &contraction, Columns columns) {
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
const Contraction *Fuser::findPrimary(Value value,
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

Value Fuser::emptyRows(RankedTensorType like) {
  Value rows = op.getInputs().front();
  RowSource source = getRowSource(rows); // do not keep gathered rows alive
  SmallVector<OpFoldResult> sizes{
      tensor::getMixedSize(builder, loc, source.slots ? source.slots : rows, 0),
      builder.getIndexAttr(like.getDimSize(1))};
  return tensor::EmptyOp::create(builder, loc, sizes, like.getElementType());
}

Value Fuser::materialize(Value value) {
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

bool Fuser::canAccumulate(unsigned index) {
  Value value = op.getBody().front().getTerminator()->getOperand(index);
  SmallVector<Value> others;
  if (isa<BlockArgument>(value) ||
      (!body.getContraction(value) && !body.isElementwise(value) &&
       !body.getColumnSlice(value)))
    return false;
  return findPrimary(value, others) != nullptr;
}

Value Fuser::accumulate(unsigned index, CombineOp combine) {
  Value value = op.getBody().front().getTerminator()->getOperand(index);
  SmallVector<Value> others;
  return buildMatmul(value, *findPrimary(value, others), combine);
}

/// One grouped matmul for the cone of `value`; with `combine`, its rows are
/// weighted and added to their tokens.
Value Fuser::buildMatmul(Value value, const Contraction &primary,
                         CombineOp combine) {
  Value sourceRows = materialize(primary.rows);
  RowSource source = getRowSource(sourceRows);
  auto rowType = cast<RankedTensorType>(source.rows.getType());
  FloatType compute = rowType.getElementType().isF64()
                          ? cast<FloatType>(rowType.getElementType())
                          : builder.getF32Type();

  EpilogueBuilder epilogue(body, value, primary);
  SmallVector<Value> weights, operands;
  SmallVector<AffineMap> maps;
  for (const Accumulator &accumulator : epilogue.getAccumulators())
    weights.push_back(sliceWeight(*body.getContraction(accumulator.contraction),
                                  accumulator.columns));
  for (const EpilogueOperand &operand : epilogue.getOperands()) {
    operands.push_back(body.dependsOnRows(operand.value)
                           ? materialize(operand.value)
                           : outside(operand.value));
    maps.push_back(operand.map);
  }

  auto valueType = cast<RankedTensorType>(value.getType());
  Type outElement = valueType.getElementType();
  Value slots = source.slots;
  int64_t slotsPerToken = source.slotsPerToken;
  Value init;
  bool weighted = combine && !combine.getUnweighted();
  if (combine) {
    slots = combine.getSlots();
    slotsPerToken = combine.getWeights().getType().getDimSize(1);
    outElement = compute;
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
      bool(source.slots), bool(combine), ScheduleAttrInterface());
  ++numMatmuls;

  Block &block = matmul.getEpilogue().emplaceBlock();
  for (size_t i = 0; i < weights.size(); ++i)
    block.addArgument(compute, loc);
  for (Value operand : operands)
    block.addArgument(getElementTypeOrSelf(operand.getType()), loc);
  OpBuilder inside = OpBuilder::atBlockBegin(&block);
  Value scalar = epilogue.build(inside, loc, block.getArguments(), compute);
  auto convert = [&](Value v, Type type) -> Value {
    auto from = cast<FloatType>(v.getType()), to = cast<FloatType>(type);
    if (from == to)
      return v;
    if (from.getWidth() < to.getWidth())
      return arith::ExtFOp::create(inside, loc, to, v);
    return arith::TruncFOp::create(inside, loc, to, v);
  };
  if (weighted)
    scalar = arith::MulFOp::create(
        inside, loc, convert(block.getArguments().back(), compute), scalar);
  YieldOp::create(inside, loc, convert(scalar, outElement));
  return matmul->getResult(0);
}

/// A smaller expert region for what no grouped matmul can do: the backward
/// slice of `value`, down to stored values.
Value Fuser::buildRegion(Value value) {
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

/// `value` is there when `op` runs.
static bool isDefinedBefore(Value value, Operation *op) {
  Operation *def = value.getDefiningOp();
  return !def || def->getBlock() != op->getBlock() || def->isBeforeInBlock(op);
}

/// Rewrites `op` and the combines that read it. False: nothing was done.
static bool fuseExpert(ExpertOp op, RewriterBase &rewriter) {
  auto missed = [&](Operation *at, const Twine &reason) {
    remark::missed(at->getLoc(), kRemark)
        << remark::reason("{0}", reason.str());
    return false;
  };
  if (op.getCrossRow())
    return missed(op, "the expert mixes rows");
  rewriter.setInsertionPoint(op);
  Fuser probe(op, rewriter);
  if (llvm::none_of(op.getBody().front(), [&](Operation &inner) {
        return inner.getNumResults() == 1 &&
               probe.getBody().getContraction(inner.getResult(0));
      })) {
    Operation *opaque = probe.getBody().getFirstOpaqueOp();
    return missed(opaque ? opaque : op,
                  opaque ? "'" + opaque->getName().getStringRef() +
                               "' has no matmul form"
                         : Twine("the expert has no matmul"));
  }

  for (auto [index, result] : llvm::enumerate(op.getResults())) {
    auto combine = result.hasOneUse()
                       ? dyn_cast<CombineOp>(*result.user_begin())
                       : CombineOp();
    bool fuse = combine && combine.getRows() == result &&
                !combine.getWeights().getType().isDynamicDim(1) &&
                isDefinedBefore(combine.getWeights(), op) &&
                isDefinedBefore(combine.getSlots(), op) &&
                combine->getBlock() == op->getBlock() &&
                probe.canAccumulate(index);
    if (!fuse) {
      Value rows = probe.materialize(
          op.getBody().front().getTerminator()->getOperand(index));
      if (rows.getType() != result.getType())
        rows = tensor::CastOp::create(rewriter, op.getLoc(), result.getType(),
                                      rows);
      rewriter.replaceAllUsesWith(result, rows);
      continue;
    }
    Value sum = probe.accumulate(index, combine);
    auto type = combine.getResult().getType();
    auto sumType = cast<RankedTensorType>(sum.getType());
    if (sumType.getElementType() != type.getElementType())
      sum = roundRows(rewriter, op.getLoc(), sum, type.getElementType());
    if (sum.getType() != type)
      sum = tensor::CastOp::create(rewriter, op.getLoc(), type, sum);
    rewriter.replaceOp(combine, sum);
  }
  if (Operation *opaque = probe.getBody().getFirstOpaqueOp())
    missed(opaque, "'" + opaque->getName().getStringRef() +
                       "' stays in an expert region");
  remark::passed(op.getLoc(), kRemark)
      << remark::metric("matmuls", probe.getNumMatmuls())
      << remark::metric("regions", probe.getNumRegions());
  rewriter.eraseOp(op);
  return true;
}

namespace {
struct FuseExpertsPass : moe::impl::FuseExpertsPassBase<FuseExpertsPass> {
  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    SmallVector<ExpertOp> experts;
    getOperation()->walk([&](ExpertOp op) { experts.push_back(op); });
    for (ExpertOp op : experts)
      fuseExpert(op, rewriter);
  }
};
} // namespace
