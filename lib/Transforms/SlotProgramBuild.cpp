//===- SlotProgramBuild.cpp - A slot program on one expert's rows ---------===//

#include "SlotProgram.h"

#include "ScalarFunction.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Transforms/RegionUtils.h"

using namespace mlir;
using namespace mlir::moe;

//===----------------------------------------------------------------------===//
// Zero rows
//===----------------------------------------------------------------------===//

/// The op's scalar result is zero where the operands in `zeros` are.
static bool yieldsZero(linalg::LinalgOp op,
                       const llvm::DenseSet<Value> &zeroTensors) {
  llvm::DenseSet<Value> zeros, finite;
  for (OpOperand &operand : op->getOpOperands()) {
    Value argument = op.getMatchingBlockArgument(&operand);
    if (zeroTensors.contains(operand.get()) ||
        (op.isDpsInit(&operand) && isFilledWithZero(operand.get())))
      zeros.insert(argument);
  }
  auto isZero = [&](Value v) {
    return zeros.contains(v) || matchPattern(v, m_AnyZeroFloat());
  };
  for (Operation &inner : op.getBlock()->without_terminator()) {
    bool zero = false;
    if (isa<arith::MulFOp>(inner)) // the other factor is finite
      zero = llvm::any_of(inner.getOperands(), isZero);
    else if (isa<arith::AddFOp, arith::SubFOp, arith::NegFOp, arith::ExtFOp,
                 arith::TruncFOp, arith::MaximumFOp, arith::MinimumFOp,
                 arith::MaxNumFOp, arith::MinNumFOp, math::TanhOp, math::ErfOp,
                 math::AbsFOp, math::SqrtOp, math::SinOp>(inner))
      zero = llvm::all_of(inner.getOperands(), isZero);
    else if (auto div = dyn_cast<arith::DivFOp>(inner))
      // x / (1 + exp(-x)): the divisor is at least one.
      zero = isZero(div.getLhs()) && isAtLeastOne(div.getRhs());
    else if (auto select = dyn_cast<arith::SelectOp>(inner))
      zero = isZero(select.getTrueValue()) && isZero(select.getFalseValue());
    if (zero)
      zeros.insert(inner.getResult(0));
  }
  return isZero(op.getBlock()->getTerminator()->getOperand(0));
}

bool SlotProgram::mapsZeroToZero() const {
  llvm::DenseSet<Value> zeros;
  for (Value rows : tokenRows)
    zeros.insert(rows);
  for (auto [value, kind] : kindOf)
    if (kind == Kind::Scaled)
      zeros.insert(value);
  for (Operation *op : order) {
    bool zero;
    if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op))
      zero = yieldsZero(linalgOp, zeros);
    else
      zero = zeros.contains(op->getOperand(0));
    if (zero)
      zeros.insert(op->getResult(0));
  }
  return zeros.contains(root);
}

//===----------------------------------------------------------------------===//
// Rows of tokens
//===----------------------------------------------------------------------===//

Value SlotProgram::buildTokenRows(OpBuilder &builder, Location loc,
                                  Value rows) {
  auto type = cast<RankedTensorType>(rows.getType());
  int64_t rank = type.getRank();
  if (rank == 2 && (numTokens != 1 || type.getDimSize(0) == 1))
    return rows;
  // The other dimensions are of size one.
  if (rank > 2 && numTokens != 1) {
    ReassociationIndices tokens = llvm::to_vector<2>(llvm::seq(rank - 1));
    return tensor::CollapseShapeOp::create(
        builder, loc, rows,
        SmallVector<ReassociationIndices>{tokens, {rank - 1}});
  }
  ReassociationIndices all = llvm::to_vector<2>(llvm::seq(rank));
  if (rank > 1)
    rows = tensor::CollapseShapeOp::create(
        builder, loc, rows, SmallVector<ReassociationIndices>{all});
  return tensor::ExpandShapeOp::create(
      builder, loc,
      RankedTensorType::get({1, type.getNumElements()}, type.getElementType()),
      rows, SmallVector<ReassociationIndices>{{0, 1}});
}

//===----------------------------------------------------------------------===//
// The program on one expert's rows
//===----------------------------------------------------------------------===//

void SlotProgram::findRowFree() {
  for (Operation *op : order) {
    auto linalgOp = dyn_cast<linalg::LinalgOp>(op);
    bool free = llvm::all_of(op->getOpOperands(), [&](OpOperand &operand) {
      if (linalgOp && linalgOp.isDpsInit(&operand) &&
          !rolesOf.contains(operand.get()))
        return true; // storage, or a fill
      if (!isa<RankedTensorType>(operand.get().getType()))
        return true;
      Kind kind = kindOf.lookup(operand.get());
      return kind == Kind::Row ? isRowFree(operand.get())
                               : kind != Kind::TokenRow && kind != Kind::Scaled;
    });
    if (free)
      rowFree.insert(op->getResult(0));
  }
}

/// `[rows, features...]`, without the rows where all of them have one value.
RankedTensorType SlotProgram::getRowsType(Value value) {
  auto type = cast<RankedTensorType>(value.getType());
  SmallVector<int64_t> shape;
  if (!isRowFree(value) && kindOf.lookup(value) != Kind::Lookup)
    shape.push_back(ShapedType::kDynamic);
  for (int64_t dim : getFeatureDims(type, rolesOf[value]))
    shape.push_back(type.getDimSize(dim));
  return RankedTensorType::get(shape, type.getElementType());
}

/// A slice of features; a sliced dimension keeps its place.
Value SlotProgram::buildSlice(OpBuilder &builder, Value rows,
                              tensor::ExtractSliceOp slice, Value source) {
  RankedTensorType type = getRowsType(slice.getResult());
  if (source.getType() != getRowsType(slice.getSource()))
    return fail("a slice of a parameter with dimensions of size one"), nullptr;
  SmallVector<OpFoldResult> offsets, sizes, strides;
  SmallVector<int64_t> shape;
  if (!isRowFree(slice.getResult())) {
    offsets.push_back(builder.getIndexAttr(0));
    sizes.push_back(rows);
    strides.push_back(builder.getIndexAttr(1));
    shape.push_back(ShapedType::kDynamic);
  }
  for (int64_t dim :
       getFeatureDims(slice.getSourceType(), rolesOf[slice.getSource()])) {
    offsets.push_back(slice.getMixedOffsets()[dim]);
    sizes.push_back(builder.getIndexAttr(slice.getType().getDimSize(dim)));
    strides.push_back(slice.getMixedStrides()[dim]);
    shape.push_back(slice.getType().getDimSize(dim));
  }
  Value part = tensor::ExtractSliceOp::create(
      builder, slice.getLoc(),
      RankedTensorType::get(shape, type.getElementType()), source, offsets,
      sizes, strides);
  if (part.getType() == type)
    return part;
  // One feature is left, and such dimensions do not stay.
  SmallVector<ReassociationIndices> groups;
  for (auto [dim, size] : llvm::enumerate(shape)) {
    bool joins = size == 1 && dim > 0;
    if (!joins)
      groups.emplace_back();
    groups.back().push_back(dim);
  }
  if (groups.size() != static_cast<size_t>(type.getRank()))
    return fail("a slice leaves one feature of several"), nullptr;
  return tensor::CollapseShapeOp::create(builder, slice.getLoc(), type, part,
                                         groups);
}

Value SlotProgram::build(OpBuilder &builder, Value rows, IRMapping &mapping) {
  findRowFree();
  if (isRowFree(root))
    return fail("the summed value does not depend on the token"), nullptr;
  // Scaled rows are what the dispatch gives.
  for (auto [value, kind] : kindOf)
    if (kind == Kind::Scaled)
      mapping.map(value, mapping.lookup(tokenRows.front()));
  for (Operation *op : order) {
    Value result = op->getResult(0);
    if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op)) {
      mapping.map(result, buildLinalg(builder, rows, mapping, linalgOp));
      continue;
    }
    Value source = mapping.lookup(op->getOperand(0));
    if (auto slice = dyn_cast<tensor::ExtractSliceOp>(op)) {
      Value part = buildSlice(builder, rows, slice, source);
      if (!part)
        return nullptr;
      mapping.map(result, part);
      continue;
    }
    // Rows were regrouped, or units came and went: the same rows here.
    if (source.getType() != getRowsType(result))
      return fail("a reshape mixes features"), nullptr;
    mapping.map(result, source);
  }
  return mapping.lookup(root);
}

Value SlotProgram::buildLinalg(OpBuilder &builder, Value rows,
                               IRMapping &mapping, linalg::LinalgOp op) {
  Location loc = op.getLoc();
  MLIRContext *context = builder.getContext();
  Value result = op->getResult(0);
  RankedTensorType type = getRowsType(result);
  bool free = isRowFree(result);
  Roles loops = *getLoopRoles(op, rolesOf[result]);
  SmallVector<int64_t> ranges = op.getStaticLoopRanges();

  // Loop 0 is the rows, where they differ; loops over features of size one
  // disappear.
  SmallVector<AffineExpr> exprs;
  SmallVector<std::optional<unsigned>> position(loops.size());
  SmallVector<utils::IteratorType> iterators;
  if (!free)
    iterators.push_back(utils::IteratorType::parallel);
  for (auto [loop, role] : llvm::enumerate(loops)) {
    if (isRowRole(role)) { // not read by the maps of what is free of rows
      exprs.push_back(getAffineDimExpr(0, context));
      continue;
    }
    if (ranges[loop] == 1) {
      exprs.push_back(getAffineConstantExpr(0, context));
      continue;
    }
    position[loop] = iterators.size();
    exprs.push_back(getAffineDimExpr(iterators.size(), context));
    iterators.push_back(op.getIteratorTypesArray()[loop]);
  }

  SmallVector<Value> inputs;
  SmallVector<AffineMap> maps;
  SmallVector<BlockArgument> arguments;
  auto addMap = [&](OpOperand &operand, const Roles &roles, Kind kind) {
    AffineMap map = op.getMatchingIndexingMap(&operand);
    auto operandType = cast<RankedTensorType>(operand.get().getType());
    SmallVector<AffineExpr> results;
    bool hasRows = kind != Kind::SlotParam && kind != Kind::Shared &&
                   kind != Kind::Lookup && !free;
    if (hasRows && (op.isDpsInit(&operand) || !isRowFree(operand.get())))
      results.push_back(getAffineDimExpr(0, context));
    for (auto [dim, role] : llvm::enumerate(roles)) {
      if (isRowRole(role))
        continue;
      // Parameters, shared values and rows `[T,D]` keep their dimensions.
      bool keeps = kind == Kind::TokenRow
                       ? roles.size() == 2 && llvm::any_of(roles, isRowRole)
                       : kind != Kind::Row && kind != Kind::Scaled;
      if (operandType.getDimSize(dim) == 1 && !keeps)
        continue;
      results.push_back(map.getResult(dim).replaceDims(exprs));
    }
    maps.push_back(AffineMap::get(iterators.size(), 0, results, context));
  };
  for (OpOperand *operand : op.getDpsInputOperands()) {
    arguments.push_back(op.getMatchingBlockArgument(operand));
    if (!isa<RankedTensorType>(operand->get().getType())) {
      inputs.push_back(
          builder.clone(*operand->get().getDefiningOp())->getResult(0));
      maps.push_back(AffineMap::get(iterators.size(), 0, context));
      continue;
    }
    inputs.push_back(mapping.lookup(operand->get()));
    addMap(*operand, *getOperandRoles(op, *operand, loops),
           kindOf[operand->get()]);
  }
  OpOperand *initOperand = op.getDpsInitOperand(0);
  arguments.push_back(op.getMatchingBlockArgument(initOperand));
  Value init;
  auto fill = initOperand->get().getDefiningOp<linalg::FillOp>();
  if (mapping.contains(initOperand->get())) {
    init = mapping.lookup(initOperand->get());
    if (init.getType() != type) { // the same for all rows
      Value empty = tensor::EmptyOp::create(builder, loc, type, rows);
      init = linalg::BroadcastOp::create(builder, loc, init, empty,
                                         ArrayRef<int64_t>{0})
                 ->getResult(0);
    }
  } else {
    init = tensor::EmptyOp::create(builder, loc, type,
                                   free ? ValueRange() : ValueRange(rows));
    if (fill && op.payloadUsesValueFromOperand(initOperand)) {
      Value value = builder.clone(*fill.value().getDefiningOp())->getResult(0);
      init = linalg::FillOp::create(builder, loc, value, init).getResult(0);
    }
  }
  addMap(*initOperand, rolesOf[result], Kind::Row);

  // A copy of the same rows is the rows.
  if (inputs.size() == 1 && inputs[0].getType() == type && maps[0] == maps[1] &&
      op.getBlock()->getTerminator()->getOperand(0) == arguments[0])
    return inputs[0];
  auto generic = linalg::GenericOp::create(
      builder, loc, type, inputs, init, maps, iterators,
      [&](OpBuilder &b, Location l, ValueRange args) {
        IRMapping scalars;
        for (auto [from, to] : llvm::zip_equal(arguments, args))
          scalars.map(from, to);
        llvm::SetVector<Value> captured;
        getUsedValuesDefinedAbove(op->getRegions(), captured);
        for (Value value : captured)
          scalars.map(value, b.clone(*value.getDefiningOp())->getResult(0));
        for (Operation &inner : op.getBlock()->getOperations()) {
          auto index = dyn_cast<linalg::IndexOp>(inner);
          if (!index) {
            b.clone(inner, scalars);
            continue;
          }
          std::optional<unsigned> loop = position[index.getDim()];
          Value v = loop ? Value(linalg::IndexOp::create(b, l, *loop))
                         : Value(arith::ConstantIndexOp::create(b, l, 0));
          scalars.map(index.getResult(), v);
        }
      });
  return generic.getResult(0);
}
