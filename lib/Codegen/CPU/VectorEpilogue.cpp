//===- VectorEpilogue.cpp - An epilogue on accumulators -------------------===//

#include "VectorEpilogue.h"

#include "Slots.h"

#include "mlir/Dialect/Affine/Utils.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Dialect/X86Vector/X86VectorDialect.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace mlir::moe;

VectorEpilogue::VectorEpilogue(GroupedMatmulOp op,
                               ImplicitLocOpBuilder &builder, Value expert,
                               Value row, Value slot)
    : op(op), b(builder), schedule(cast<CPUScheduleAttr>(op.getScheduleAttr())),
      lanes(schedule.getLanes()), expert(expert), row(row), slot(slot),
      target(row) {
  Value zero = index(b, 0);
  for (auto [i, memref] : llvm::enumerate(op.getEpilogueOperands())) {
    Value value;
    if (!op.getOperandMap(i).isFunctionOfDim(2))
      value = memref::LoadOp::create(b, memref, getIndices(i, zero));
    rowOperands.push_back(value);
  }
  if (op.getAccumulate())
    target = getToken(op, b, slot);
}

static bool isVector(Value value) { return isa<VectorType>(value.getType()); }

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

static Value addLane(ImplicitLocOpBuilder &b, Value column, int64_t lane) {
  return arith::AddIOp::create(b, column, index(b, lane));
}

/// A number divided by a constant, or the rest: of dims, which are not
/// negative.
static Value divide(ImplicitLocOpBuilder &b, AffineExpr expr, ValueRange dims) {
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary)
    return Value();
  auto dim = dyn_cast<AffineDimExpr>(binary.getLHS());
  auto divisor = dyn_cast<AffineConstantExpr>(binary.getRHS());
  if (!dim || !divisor || divisor.getValue() <= 0)
    return Value();
  Value value = dims[dim.getPosition()], by = index(b, divisor.getValue());
  if (binary.getKind() == AffineExprKind::FloorDiv)
    return arith::DivUIOp::create(b, value, by);
  if (binary.getKind() == AffineExprKind::Mod)
    return arith::RemUIOp::create(b, value, by);
  return Value();
}

/// Where operand `number` is read for column `n`.
SmallVector<Value> VectorEpilogue::getIndices(unsigned number, Value n) {
  SmallVector<Value> dims{expert, row, n, slot ? slot : index(b, 0)};
  SmallVector<Value> indices;
  for (AffineExpr expr : op.getOperandMap(number).getResults()) {
    Value value = divide(b, expr, dims);
    if (!value)
      value = affine::expandAffineExpr(b, b.getLoc(), expr, dims, {});
    indices.push_back(value);
  }
  return indices;
}

Value VectorEpilogue::readOperand(unsigned number) {
  if (rowOperands[number])
    return rowOperands[number];
  Value memref = op.getEpilogueOperands()[number];
  AffineMap map = op.getOperandMap(number);
  auto vectorType =
      VectorType::get({lanes}, getElementTypeOrSelf(memref.getType()));
  AffineMap others = map.getMajorSubMap(map.getNumResults() - 1);
  bool isRow = map.getResults().back() == b.getAffineDimExpr(2) &&
               (!others || !others.isFunctionOfDim(2)) &&
               areColumnsContiguous(memref);
  if (isRow)
    return loadLanes(vectorType, memref, getIndices(number, column));
  // Lane by lane; lanes past the last column read the last one.
  SmallVector<Value> elements;
  for (int64_t lane = 0; lane < lanes; ++lane) {
    Value n = addLane(b, column, lane);
    if (mask) {
      Value columns = memref::DimOp::create(b, op.getOut(), 1);
      n = arith::MinUIOp::create(b, n, addLane(b, columns, -1));
    }
    elements.push_back(
        memref::LoadOp::create(b, memref, getIndices(number, n)));
  }
  return vector::FromElementsOp::create(b, vectorType, elements);
}

/// Masks are for the last columns alone: not every processor has those of
/// narrow types, and few have fast ones. What is computed between accesses is
/// there once.
Value VectorEpilogue::loadLanes(VectorType type, Value memref,
                                ValueRange indices) {
  if (!mask)
    return vector::LoadOp::create(b, type, memref, indices);
  auto loaded = scf::IfOp::create(
      b, isWhole,
      [&](OpBuilder &, Location) {
        Value all = vector::LoadOp::create(b, type, memref, indices);
        scf::YieldOp::create(b, all);
      },
      [&](OpBuilder &, Location) {
        Value none = arith::ConstantOp::create(b, b.getZeroAttr(type));
        Value some =
            vector::MaskedLoadOp::create(b, type, memref, indices, mask, none);
        scf::YieldOp::create(b, some);
      });
  return loaded.getResult(0);
}

void VectorEpilogue::storeLanes(Value value, Value memref, ValueRange indices) {
  if (!mask) {
    vector::StoreOp::create(b, value, memref, indices);
    return;
  }
  scf::IfOp::create(
      b, isWhole,
      [&](OpBuilder &, Location) {
        vector::StoreOp::create(b, value, memref, indices);
        scf::YieldOp::create(b);
      },
      [&](OpBuilder &, Location) {
        vector::MaskedStoreOp::create(b, memref, indices, mask, value);
        scf::YieldOp::create(b);
      });
}

Value VectorEpilogue::load(Value memref, SmallVector<Value> indices) {
  auto type = VectorType::get({lanes}, getElementTypeOrSelf(memref.getType()));
  if (!areColumnsContiguous(memref)) {
    SmallVector<Value> elements;
    Value last = indices.back();
    for (int64_t lane = 0; lane < lanes; ++lane) {
      indices.back() = addLane(b, last, lane);
      if (mask) {
        Value columns = memref::DimOp::create(b, memref, 1);
        indices.back() =
            arith::MinUIOp::create(b, indices.back(), addLane(b, columns, -1));
      }
      elements.push_back(memref::LoadOp::create(b, memref, indices));
    }
    return vector::FromElementsOp::create(b, type, elements);
  }
  return loadLanes(type, memref, indices);
}

void VectorEpilogue::store(Value value, Value memref,
                           SmallVector<Value> indices) {
  if (areColumnsContiguous(memref))
    return storeLanes(value, memref, indices);
  Value first = indices.back();
  for (int64_t lane = 0; lane < lanes; ++lane) {
    Value element = vector::ExtractOp::create(b, value, lane);
    indices.back() = addLane(b, first, lane);
    if (!mask) {
      memref::StoreOp::create(b, element, memref, indices);
      continue;
    }
    Value isColumn = vector::ExtractOp::create(b, mask, lane);
    scf::IfOp::create(b, isColumn, [&](OpBuilder &, Location) {
      memref::StoreOp::create(b, element, memref, indices);
      scf::YieldOp::create(b);
    });
  }
}

void VectorEpilogue::emit(Value atColumn, ValueRange values) {
  column = atColumn;
  mask = Value();
  Value out = op.getOut();
  int64_t columns = cast<MemRefType>(out.getType()).getDimSize(1);
  if (ShapedType::isDynamic(columns) || columns % lanes != 0) {
    Value rest =
        arith::SubIOp::create(b, memref::DimOp::create(b, out, 1), column);
    mask = vector::CreateMaskOp::create(
        b, VectorType::get({lanes}, b.getI1Type()), rest);
    // Below, nothing is read or written where the rest is less than none.
    isWhole = arith::CmpIOp::create(b, arith::CmpIPredicate::uge, rest,
                                    index(b, lanes));
  }
  auto write = [&] {
    Value result = widen(evaluate(values));
    SmallVector<Value> indices{target, column};
    if (op.getAccumulate())
      result = arith::AddFOp::create(b, load(out, indices), result);
    store(convert(result, getElementTypeOrSelf(out.getType())), out, indices);
  };
  // The last panel may have vectors without any column.
  if (ShapedType::isStatic(columns) && columns % schedule.getColumns() == 0)
    return write();
  Value isInside = arith::CmpIOp::create(b, arith::CmpIPredicate::ult, column,
                                         memref::DimOp::create(b, out, 1));
  scf::IfOp::create(b, isInside, [&](OpBuilder &, Location) {
    write();
    scf::YieldOp::create(b);
  });
}

//===----------------------------------------------------------------------===//
// The region
//===----------------------------------------------------------------------===//

Value VectorEpilogue::widen(Value value) {
  if (isVector(value))
    return value;
  return vector::BroadcastOp::create(
      b, VectorType::get({lanes}, value.getType()), value);
}

Value VectorEpilogue::convert(Value value, Type element) {
  auto from = cast<FloatType>(getElementTypeOrSelf(value.getType()));
  auto to = cast<FloatType>(element);
  auto type = VectorType::get({lanes}, element);
  if (from == to)
    return value;
  if (from.getWidth() < to.getWidth())
    return arith::ExtFOp::create(b, type, value);
  // One instruction, which like the dot products has no denormals.
  if (schedule.getDot() && to.isBF16() && from.isF32() && lanes >= 8)
    return x86vector::CvtPackedF32ToBF16Op::create(b, type, value);
  return arith::TruncFOp::create(b, type, value);
}

Value VectorEpilogue::evaluate(ValueRange values) {
  if (op.getEpilogue().empty())
    return values[0];
  Block &body = op.getEpilogue().front();
  IRMapping map;
  for (auto [argument, value] :
       llvm::zip(body.getArguments().take_front(values.size()), values))
    map.map(argument, value);
  for (unsigned i = 0, e = op.getEpilogueOperands().size(); i < e; ++i) {
    BlockArgument argument = body.getArgument(values.size() + i);
    if (!argument.use_empty())
      map.map(argument, readOperand(i));
  }
  for (Operation &inner : body.without_terminator())
    map.map(inner.getResults(), cloneOp(&inner, map));
  return map.lookup(body.getTerminator()->getOperand(0));
}

/// `inner` on all lanes: once where it has the same operands in all of them, on
/// vectors where it is elementwise, else lane by lane.
SmallVector<Value> VectorEpilogue::cloneOp(Operation *inner,
                                           const IRMapping &map) {
  SmallVector<Value> inputs;
  bool anyVector = false;
  auto addInput = [&](Value value) {
    if (Value mapped = map.lookupOrNull(value)) {
      inputs.push_back(value);
      anyVector |= isVector(mapped);
    }
  };
  inner->walk([&](Operation *nested) {
    for (Value operand : nested->getOperands())
      addInput(operand);
  });
  if (!anyVector) {
    IRMapping scalars(map);
    return b.clone(*inner, scalars)->getResults();
  }
  // An integer power has one exponent for all lanes.
  if (OpTrait::hasElementwiseMappableTraits(inner) &&
      inner->getNumRegions() == 0 && !isa<math::FPowIOp>(inner)) {
    IRMapping wide;
    for (Value operand : inner->getOperands())
      wide.map(operand, widen(map.lookup(operand)));
    Operation *copy = b.clone(*inner, wide);
    for (Value result : copy->getResults())
      result.setType(VectorType::get({lanes}, result.getType()));
    return copy->getResults();
  }
  SmallVector<SmallVector<Value>> elements(inner->getNumResults());
  for (int64_t lane = 0; lane < lanes; ++lane) {
    IRMapping scalars;
    for (Value input : inputs) {
      Value value = map.lookup(input);
      scalars.map(input, isVector(value)
                             ? Value(vector::ExtractOp::create(b, value, lane))
                             : value);
    }
    for (auto [result, list] :
         llvm::zip(b.clone(*inner, scalars)->getResults(), elements))
      list.push_back(result);
  }
  SmallVector<Value> results;
  for (auto &list : elements)
    results.push_back(vector::FromElementsOp::create(
        b, VectorType::get({lanes}, list[0].getType()), list));
  return results;
}
