//===- ReferenceBuilder.cpp - Loops and maps over tensors -----------------===//

#include "moe/IR/ReferenceBuilder.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace mlir::moe;

//===----------------------------------------------------------------------===//
// Constants, sizes, conversions
//===----------------------------------------------------------------------===//

Value ReferenceBuilder::index(int64_t value) {
  return arith::ConstantIndexOp::create(*this, value);
}

Value ReferenceBuilder::integer(unsigned width, int64_t value) {
  return arith::ConstantIntOp::create(*this, getIntegerType(width), value);
}

Value ReferenceBuilder::real(Type type, double value) {
  return arith::ConstantOp::create(*this, getFloatAttr(type, value));
}

Value ReferenceBuilder::negativeInfinity(Type type) {
  const llvm::fltSemantics &semantics =
      cast<FloatType>(type).getFloatSemantics();
  return arith::ConstantOp::create(
      *this,
      FloatAttr::get(type, APFloat::getInf(semantics, /*Negative=*/true)));
}

OpFoldResult ReferenceBuilder::size(Value tensor, int64_t dim) {
  return tensor::getMixedSize(*this, getLoc(), tensor, dim);
}

SmallVector<OpFoldResult> ReferenceBuilder::sizes(Value tensor) {
  return tensor::getMixedSizes(*this, getLoc(), tensor);
}

Value ReferenceBuilder::asIndex(OpFoldResult size) {
  return getValueOrCreateConstantIndexOp(*this, getLoc(), size);
}

Value ReferenceBuilder::toI32(Value index) {
  return arith::IndexCastOp::create(*this, getI32Type(), index);
}

Value ReferenceBuilder::toIndex(Value integer) {
  return arith::IndexCastOp::create(*this, getIndexType(), integer);
}

Value ReferenceBuilder::convertFloat(Value value, Type type) {
  auto withElements = [&](Type element) -> Type {
    auto vector = dyn_cast<VectorType>(value.getType());
    return vector ? vector.clone(element) : element;
  };
  Type element = getElementTypeOrSelf(value);
  unsigned from = element.getIntOrFloatBitWidth();
  unsigned to = type.getIntOrFloatBitWidth();
  if (element == type)
    return value;
  if (from < to)
    return arith::ExtFOp::create(*this, withElements(type), value);
  if (from > to)
    return arith::TruncFOp::create(*this, withElements(type), value);
  // f16 and bf16: exact in f32, then rounded once.
  Value wide = arith::ExtFOp::create(*this, withElements(getF32Type()), value);
  return arith::TruncFOp::create(*this, withElements(type), wide);
}

/// Loops 0, 1, ..., rank - 1.
static SmallVector<unsigned> allLoops(int64_t rank) {
  return llvm::to_vector(llvm::seq<unsigned>(0, rank));
}

Value ReferenceBuilder::convertElements(Value tensor, Type element) {
  auto type = cast<RankedTensorType>(tensor.getType());
  if (type.getElementType() == element)
    return tensor;
  return map(sizes(tensor), element, {{tensor, allLoops(type.getRank())}},
             [&](ValueRange in) { return convertFloat(in[0], element); });
}

Value ReferenceBuilder::softplus(Value z) {
  Value zero = real(z.getType(), 0.0);
  Value size = math::AbsFOp::create(*this, z);
  Value power = math::ExpOp::create(*this, arith::NegFOp::create(*this, size));
  Value rest = math::Log1pOp::create(*this, power);
  Value positive = arith::MaximumFOp::create(*this, z, zero);
  return arith::AddFOp::create(*this, positive, rest);
}

Value ReferenceBuilder::castTo(Value tensor, Type type) {
  if (tensor.getType() == type)
    return tensor;
  return tensor::CastOp::create(*this, type, tensor);
}

//===----------------------------------------------------------------------===//
// Tensors
//===----------------------------------------------------------------------===//

Value ReferenceBuilder::empty(ArrayRef<OpFoldResult> sizes, Type element) {
  return tensor::EmptyOp::create(*this, sizes, element);
}

Value ReferenceBuilder::filled(ArrayRef<OpFoldResult> sizes, Value scalar) {
  return fill(scalar, empty(sizes, scalar.getType()));
}

Value ReferenceBuilder::fill(Value scalar, Value out) {
  return linalg::FillOp::create(*this, scalar, out).getResult(0);
}

Value ReferenceBuilder::extract(Value tensor, ValueRange indices) {
  return tensor::ExtractOp::create(*this, tensor, indices);
}

Value ReferenceBuilder::insert(Value scalar, Value tensor, ValueRange indices) {
  return tensor::InsertOp::create(*this, scalar, tensor, indices);
}

namespace {
/// Offsets, sizes and strides of a slice along the first dimension.
struct RowSlice {
  RowSlice(ReferenceBuilder &b, Value tensor, OpFoldResult first,
           OpFoldResult count)
      : offsets(rank(tensor), b.getIndexAttr(0)), sizes(b.sizes(tensor)),
        strides(rank(tensor), b.getIndexAttr(1)) {
    offsets[0] = first;
    sizes[0] = count;
  }
  static int64_t rank(Value tensor) {
    return cast<RankedTensorType>(tensor.getType()).getRank();
  }
  SmallVector<OpFoldResult> offsets, sizes, strides;
};
} // namespace

static bool hasNoElements(Value tensor) {
  return llvm::is_contained(cast<ShapedType>(tensor.getType()).getShape(), 0);
}

Value ReferenceBuilder::rows(Value tensor, OpFoldResult first,
                             OpFoldResult count, RankedTensorType type) {
  auto from = cast<RankedTensorType>(tensor.getType());
  RowSlice slice(*this, tensor, first, count);
  if (!type)
    type = tensor::ExtractSliceOp::inferResultType(from, slice.sizes);
  if (hasNoElements(tensor))
    return castTo(empty(slice.sizes, from.getElementType()), type);
  return tensor::ExtractSliceOp::create(*this, type, tensor, slice.offsets,
                                        slice.sizes, slice.strides);
}

Value ReferenceBuilder::row(Value tensor, OpFoldResult at) {
  auto from = cast<RankedTensorType>(tensor.getType());
  RowSlice slice(*this, tensor, at, getIndexAttr(1));
  if (hasNoElements(tensor))
    return empty(ArrayRef(slice.sizes).drop_front(), from.getElementType());
  return tensor::ExtractSliceOp::create(
      *this,
      RankedTensorType::get(from.getShape().drop_front(),
                            from.getElementType()),
      tensor, slice.offsets, slice.sizes, slice.strides);
}

Value ReferenceBuilder::insertRows(Value value, Value out, OpFoldResult first) {
  if (hasNoElements(out))
    return out;
  RowSlice slice(*this, out, first, size(value, 0));
  return tensor::InsertSliceOp::create(*this, value, out, slice.offsets,
                                       slice.sizes, slice.strides);
}

Value ReferenceBuilder::insertRow(Value value, Value out, OpFoldResult at) {
  if (hasNoElements(out))
    return out;
  RowSlice slice(*this, out, at, getIndexAttr(1));
  return tensor::InsertSliceOp::create(*this, value, out, slice.offsets,
                                       slice.sizes, slice.strides);
}

Value ReferenceBuilder::map(ArrayRef<OpFoldResult> sizes, Type element,
                            ArrayRef<MapInput> inputs,
                            function_ref<Value(ValueRange)> body) {
  return mapInto(empty(sizes, element), inputs, body);
}

Value ReferenceBuilder::mapInto(Value out, ArrayRef<MapInput> inputs,
                                function_ref<Value(ValueRange)> body) {
  return accumulateInto(out, inputs, [&](ValueRange arguments) {
    return body(arguments.drop_back());
  });
}

Value ReferenceBuilder::accumulateInto(Value out, ArrayRef<MapInput> inputs,
                                       function_ref<Value(ValueRange)> body) {
  int64_t rank = cast<RankedTensorType>(out.getType()).getRank();
  SmallVector<Value> tensors;
  SmallVector<AffineMap> maps;
  for (const MapInput &input : inputs) {
    tensors.push_back(input.tensor);
    SmallVector<AffineExpr> results;
    for (unsigned loop : input.loops)
      results.push_back(getAffineDimExpr(loop));
    maps.push_back(AffineMap::get(rank, 0, results, getContext()));
  }
  maps.push_back(getMultiDimIdentityMap(rank));
  SmallVector<utils::IteratorType> iterators(rank,
                                             utils::IteratorType::parallel);
  auto generic = linalg::GenericOp::create(
      *this, out.getType(), tensors, out, maps, iterators,
      [&](OpBuilder &nested, Location loc, ValueRange arguments) {
        InsertionGuard guard(*this);
        restoreInsertionPoint(nested.saveInsertionPoint());
        Value result = body(arguments);
        linalg::YieldOp::create(*this, result);
      });
  return generic.getResult(0);
}

Value ReferenceBuilder::reduceRows(
    Value tensor, Value start,
    function_ref<Value(Value element, Value soFar)> body) {
  Value out = filled(size(tensor, 0), start);
  SmallVector<AffineMap> maps{
      getMultiDimIdentityMap(2),
      AffineMap::get(2, 0, getAffineDimExpr(0), getContext())};
  auto generic = linalg::GenericOp::create(
      *this, out.getType(), tensor, out, maps,
      ArrayRef{utils::IteratorType::parallel, utils::IteratorType::reduction},
      [&](OpBuilder &nested, Location loc, ValueRange arguments) {
        InsertionGuard guard(*this);
        restoreInsertionPoint(nested.saveInsertionPoint());
        Value result = body(arguments[0], arguments[1]);
        linalg::YieldOp::create(*this, result);
      });
  return generic.getResult(0);
}

Value ReferenceBuilder::position(unsigned loop) {
  return linalg::IndexOp::create(*this, loop);
}

//===----------------------------------------------------------------------===//
// Control
//===----------------------------------------------------------------------===//

ReferenceBuilder::State
ReferenceBuilder::loop(Value from, Value to, ValueRange state,
                       function_ref<State(Value i, ValueRange state)> body) {
  auto loop = scf::ForOp::create(
      *this, from, to, index(1), state,
      [&](OpBuilder &nested, Location loc, Value i, ValueRange state) {
        InsertionGuard guard(*this);
        restoreInsertionPoint(nested.saveInsertionPoint());
        State next = body(i, state);
        scf::YieldOp::create(*this, next);
      });
  return State(loop.getResults());
}

ReferenceBuilder::State
ReferenceBuilder::loop(Value count, ValueRange state,
                       function_ref<State(Value i, ValueRange state)> body) {
  return loop(index(0), count, state, body);
}

ReferenceBuilder::State ReferenceBuilder::when(Value condition,
                                               ValueRange state,
                                               function_ref<State()> body) {
  auto branch = scf::IfOp::create(
      *this, condition,
      [&](OpBuilder &nested, Location loc) {
        InsertionGuard guard(*this);
        restoreInsertionPoint(nested.saveInsertionPoint());
        State next = body();
        scf::YieldOp::create(*this, next);
      },
      [&](OpBuilder &nested, Location loc) {
        scf::YieldOp::create(nested, loc, state);
      });
  return State(branch.getResults());
}

//===----------------------------------------------------------------------===//
// Order
//===----------------------------------------------------------------------===//

Value ReferenceBuilder::precedes(Value a, Value i, Value b, Value j) {
  auto compare = [&](arith::CmpFPredicate predicate, Value lhs,
                     Value rhs) -> Value {
    return arith::CmpFOp::create(*this, predicate, lhs, rhs);
  };
  Value larger = compare(arith::CmpFPredicate::OGT, a, b);
  Value equal = compare(arith::CmpFPredicate::OEQ, a, b);
  Value aIsNaN = compare(arith::CmpFPredicate::UNO, a, a);
  Value bIsNaN = compare(arith::CmpFPredicate::UNO, b, b);
  Value bothNaN = arith::AndIOp::create(*this, aIsNaN, bIsNaN);
  Value onlyB =
      arith::CmpIOp::create(*this, arith::CmpIPredicate::ult, aIsNaN, bIsNaN);
  Value lower = arith::CmpIOp::create(*this, arith::CmpIPredicate::slt, i, j);
  Value tie = arith::OrIOp::create(*this, equal, bothNaN);
  Value tieWon = arith::AndIOp::create(*this, tie, lower);
  Value won = arith::OrIOp::create(*this, larger, onlyB);
  return arith::OrIOp::create(*this, won, tieWon);
}

ReferenceBuilder::State ReferenceBuilder::pickLargest(
    Value count, Value picks, function_ref<Value(Value index)> keyAt,
    Type keyType, ValueRange state,
    function_ref<State(Value pick, Value index, Value key, ValueRange state)>
        visit) {
  // Pick j + 1 is the first, in the order, of the keys that come after pick j:
  // no scratch memory, and distinct picks whatever the keys are.
  Value none = index(-1);
  Value zero = real(keyType, 0.0);
  State carried{none, zero};
  llvm::append_range(carried, state);
  auto isNone = [&](Value index) -> Value {
    return arith::CmpIOp::create(*this, arith::CmpIPredicate::slt, index,
                                 this->index(0));
  };
  State last = loop(picks, carried, [&](Value pick, ValueRange carried) {
    Value previous = carried[0], previousKey = carried[1];
    Value first = isNone(previous);
    State best = loop(count, {none, zero}, [&](Value i, ValueRange best) {
      Value key = keyAt(i);
      Value after = arith::OrIOp::create(
          *this, first, precedes(previousKey, previous, key, i));
      Value better = arith::OrIOp::create(*this, isNone(best[0]),
                                          precedes(key, i, best[1], best[0]));
      Value take = arith::AndIOp::create(*this, after, better);
      return State{arith::SelectOp::create(*this, take, i, best[0]),
                   arith::SelectOp::create(*this, take, key, best[1])};
    });
    State next{best[0], best[1]};
    llvm::append_range(next,
                       visit(pick, best[0], best[1], carried.drop_front(2)));
    return next;
  });
  return State(llvm::drop_begin(last, 2));
}
