//===- EpilogueBuilder.cpp - Elementwise ops on accumulators --------------===//

#include "EpilogueBuilder.h"

#include "ComputeBody.h"

using namespace mlir;
using namespace mlir::moe;

static bool sameColumns(Columns a, Columns b) {
  return a.offset == b.offset && a.stride == b.stride && a.size == b.size;
}

Columns moe::composeColumns(Columns inner, Columns outer) {
  return {inner.offset + inner.stride * outer.offset,
          inner.stride * outer.stride, outer.size};
}

static Columns allColumns(Value value) {
  return {0, 1, cast<RankedTensorType>(value.getType()).getDimSize(1)};
}

EpilogueBuilder::EpilogueBuilder(const ExpertBody &body, Value value,
                                 const Contraction &primary)
    : body(body), root(value), primary(primary) {
  collect(value, allColumns(value));
}

bool EpilogueBuilder::isAccumulator(Value value) const {
  const Contraction *contraction = body.getContraction(value);
  return contraction && contraction->rows == primary.rows &&
         contraction->transposed == primary.transposed &&
         (value == root || !body.isStored(value));
}

/// A row value that exists as `[R,N]`.
bool EpilogueBuilder::isOperand(Value value) const {
  return value != root &&
         (body.isStored(value) || body.getContraction(value) ||
          (!body.isElementwise(value) && !body.getColumnSlice(value)));
}

/// How columns of a row value are read over (e, r, n, s).
static AffineMap mapOfRows(MLIRContext *context, Columns columns) {
  return simplifyAffineMap(AffineMap::get(
      4, 0,
      {getAffineDimExpr(1, context),
       getAffineDimExpr(2, context) * columns.stride + columns.offset},
      context));
}

EpilogueOperand EpilogueBuilder::readOperand(linalg::LinalgOp op,
                                             OpOperand &operand,
                                             Columns columns) const {
  // The operand's map over (m, n), as a map over (e, r, n, s).
  MLIRContext *context = op.getContext();
  auto [value, map] =
      body.lookThrough(operand.get(), op.getMatchingIndexingMap(&operand));
  AffineExpr row = getAffineDimExpr(1, context);
  AffineExpr column =
      getAffineDimExpr(2, context) * columns.stride + columns.offset;
  SmallVector<AffineExpr> results;
  if (body.getParam(value))
    results.push_back(getAffineDimExpr(0, context));
  for (AffineExpr expr : map.getResults())
    results.push_back(expr.replaceDims({row, column}));
  return {value, simplifyAffineMap(AffineMap::get(4, 0, results, context))};
}

void EpilogueBuilder::addOperand(EpilogueOperand operand) {
  if (llvm::none_of(operands, [&](const EpilogueOperand &o) {
        return o.value == operand.value && o.map == operand.map;
      }))
    operands.push_back(operand);
}

void EpilogueBuilder::collect(Value value, Columns columns) {
  if (isAccumulator(value)) {
    if (llvm::none_of(accumulators, [&](const Accumulator &a) {
          return a.contraction == value && sameColumns(a.columns, columns);
        }))
      accumulators.push_back({value, columns});
    return;
  }
  if (isOperand(value)) {
    addOperand({value, mapOfRows(value.getContext(), columns)});
    return;
  }
  // A value that is used more than once is visited once.
  for (auto &[v, c] : visited)
    if (v == value && sameColumns(c, columns))
      return;
  visited.push_back({value, columns});
  if (std::optional<Columns> slice = body.getColumnSlice(value))
    return collect(value.getDefiningOp<tensor::ExtractSliceOp>().getSource(),
                   composeColumns(*slice, columns));
  auto op = cast<linalg::LinalgOp>(value.getDefiningOp());
  for (OpOperand &operand : op->getOpOperands()) {
    if (op.isDpsInit(&operand) && !op.payloadUsesValueFromOperand(&operand))
      continue;
    if (body.dependsOnRows(operand.get())) {
      collect(operand.get(), columns);
      continue;
    }
    addOperand(readOperand(op, operand, columns));
  }
}

unsigned EpilogueBuilder::indexOf(Value contraction, Columns columns) const {
  for (auto [i, accumulator] : llvm::enumerate(accumulators))
    if (accumulator.contraction == contraction &&
        sameColumns(accumulator.columns, columns))
      return i;
  llvm_unreachable("the accumulator was collected");
}

Value EpilogueBuilder::build(OpBuilder &builder, Location loc,
                             Block::BlockArgListType args, FloatType type) {
  arguments = args;
  computeType = type;
  return emit(builder, loc, root, allColumns(root));
}

Value EpilogueBuilder::emit(OpBuilder &builder, Location loc, Value value,
                            Columns columns) {
  for (auto &[v, c, result] : built)
    if (v == value && sameColumns(c, columns))
      return result;
  auto remember = [&](Value result) {
    built.push_back({value, columns, result});
    return result;
  };
  auto operandArgument = [&](const EpilogueOperand &wanted) -> Value {
    for (auto [i, operand] : llvm::enumerate(operands))
      if (operand.value == wanted.value && operand.map == wanted.map)
        return toCompute(builder, loc, arguments[accumulators.size() + i],
                         computeType);
    llvm_unreachable("the operand was collected");
  };
  if (isAccumulator(value))
    return remember(toCompute(builder, loc, arguments[indexOf(value, columns)],
                              computeType));
  if (isOperand(value))
    return remember(
        operandArgument({value, mapOfRows(value.getContext(), columns)}));
  if (std::optional<Columns> slice = body.getColumnSlice(value))
    return remember(emit(
        builder, loc, value.getDefiningOp<tensor::ExtractSliceOp>().getSource(),
        composeColumns(*slice, columns)));

  auto op = cast<linalg::LinalgOp>(value.getDefiningOp());
  IRMapping mapping;
  for (OpOperand &operand : op->getOpOperands()) {
    if (op.isDpsInit(&operand) && !op.payloadUsesValueFromOperand(&operand))
      continue;
    Value scalar;
    if (body.dependsOnRows(operand.get()))
      scalar = emit(builder, loc, operand.get(), columns);
    else
      scalar = operandArgument(readOperand(op, operand, columns));
    mapping.map(op.getMatchingBlockArgument(&operand), scalar);
  }
  return remember(cloneInCompute(builder, loc, op, mapping, computeType));
}
