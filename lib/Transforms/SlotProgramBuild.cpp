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
    auto fill = operand.get().getDefiningOp<linalg::FillOp>();
    if (zeroTensors.contains(operand.get()) ||
        (op.isDpsInit(&operand) && fill &&
         matchPattern(fill.value(), m_AnyZeroFloat())))
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
// The program on one expert's rows
//===----------------------------------------------------------------------===//

static RankedTensorType getRowsType(Value value, const Roles &roles) {
  auto type = cast<RankedTensorType>(value.getType());
  SmallVector<int64_t> shape{ShapedType::kDynamic};
  for (int64_t dim : getFeatureDims(type, roles))
    shape.push_back(type.getDimSize(dim));
  return RankedTensorType::get(shape, type.getElementType());
}

Value SlotProgram::build(OpBuilder &builder, Value rows, IRMapping &mapping) {
  // Scaled rows are what the dispatch gives.
  for (auto [value, kind] : kindOf)
    if (kind == Kind::Scaled)
      mapping.map(value, mapping.lookup(tokenRows.front()));
  for (Operation *op : order) {
    Value result = op->getResult(0);
    const Roles &roles = rolesOf[result];
    if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op)) {
      mapping.map(result, buildLinalg(builder, rows, mapping, linalgOp));
      continue;
    }
    Value source = mapping.lookup(op->getOperand(0));
    RankedTensorType type = getRowsType(result, roles);
    auto slice = dyn_cast<tensor::ExtractSliceOp>(op);
    if (!slice) {
      // Rows were regrouped, or units came and went: the same rows here.
      if (source.getType() != type)
        return fail("a reshape mixes features"), nullptr;
      mapping.map(result, source);
      continue;
    }
    // Slices of features; a sliced dimension keeps its place.
    auto sourceType = cast<RankedTensorType>(slice.getSourceType());
    SmallVector<OpFoldResult> offsets{builder.getIndexAttr(0)}, sizes{rows},
        strides{builder.getIndexAttr(1)};
    SmallVector<int64_t> shape{ShapedType::kDynamic};
    if (cast<RankedTensorType>(source.getType()) !=
        getRowsType(slice.getSource(), rolesOf[slice.getSource()]))
      return fail("a slice takes a part of a looked-up parameter"), nullptr;
    for (int64_t dim : getFeatureDims(sourceType, rolesOf[slice.getSource()])) {
      offsets.push_back(slice.getMixedOffsets()[dim]);
      sizes.push_back(builder.getIndexAttr(slice.getType().getDimSize(dim)));
      strides.push_back(slice.getMixedStrides()[dim]);
      shape.push_back(slice.getType().getDimSize(dim));
    }
    if (ArrayRef<int64_t>(shape) != type.getShape())
      return fail("a slice leaves one feature"), nullptr;
    mapping.map(result, tensor::ExtractSliceOp::create(builder, op->getLoc(),
                                                       type, source, offsets,
                                                       sizes, strides));
  }
  return mapping.lookup(root);
}

Value SlotProgram::buildLinalg(OpBuilder &builder, Value rows,
                               IRMapping &mapping, linalg::LinalgOp op) {
  Location loc = op.getLoc();
  MLIRContext *context = builder.getContext();
  Value result = op->getResult(0);
  RankedTensorType type = getRowsType(result, rolesOf[result]);
  Roles loops = *getLoopRoles(op, rolesOf[result]);
  SmallVector<int64_t> ranges = op.getStaticLoopRanges();

  // Loop 0 is the rows; loops over features of size one disappear.
  SmallVector<AffineExpr> exprs;
  SmallVector<std::optional<unsigned>> position(loops.size());
  SmallVector<utils::IteratorType> iterators{utils::IteratorType::parallel};
  for (auto [loop, role] : llvm::enumerate(loops)) {
    if (isRowRole(role)) {
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
    bool hasRows =
        kind != Kind::SlotParam && kind != Kind::Shared && kind != Kind::Lookup;
    if (hasRows)
      results.push_back(getAffineDimExpr(0, context));
    for (auto [dim, role] : llvm::enumerate(roles)) {
      if (isRowRole(role))
        continue;
      // Parameters, shared values and rows of tokens keep their dimensions.
      bool keeps = kind != Kind::Row && kind != Kind::Scaled;
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
  } else {
    init = tensor::EmptyOp::create(builder, loc, type, rows);
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
