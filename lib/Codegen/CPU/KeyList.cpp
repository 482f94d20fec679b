//===- KeyList.cpp - The first keys of an order, in registers -------------===//

#include "KeyList.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/TypeUtilities.h"

#include <limits>

using namespace mlir;
using namespace mlir::moe;

static constexpr int32_t kNoKey = std::numeric_limits<int32_t>::min();
static constexpr int32_t kMagnitude = std::numeric_limits<int32_t>::max();

static Value buildConstant(ImplicitLocOpBuilder &b, Type type,
                           Attribute value) {
  if (auto vector = dyn_cast<VectorType>(type))
    value = DenseElementsAttr::get(vector, value);
  return arith::ConstantOp::create(b, cast<TypedAttr>(value));
}

Value moe::buildSplat(ImplicitLocOpBuilder &b, Type type, double value) {
  return buildConstant(b, type,
                       b.getFloatAttr(getElementTypeOrSelf(type), value));
}

Value moe::buildSplat(ImplicitLocOpBuilder &b, Type type, int64_t value) {
  return buildConstant(b, type,
                       b.getIntegerAttr(getElementTypeOrSelf(type), value));
}

/// `type` with elements `element`.
static Type withElement(Type type, Type element) {
  if (auto vector = dyn_cast<VectorType>(type))
    return vector.clone(element);
  return element;
}

/// Negative numbers in the other order: floats have a sign and a magnitude.
static Value flipNegative(ImplicitLocOpBuilder &b, Value bits) {
  Type type = bits.getType();
  Value sign =
      arith::ShRSIOp::create(b, bits, buildSplat(b, type, int64_t(31)));
  Value flips =
      arith::AndIOp::create(b, sign, buildSplat(b, type, int64_t(kMagnitude)));
  return arith::XOrIOp::create(b, bits, flips);
}

Value moe::encodeKeys(ImplicitLocOpBuilder &b, Value keys) {
  Type type = withElement(keys.getType(), b.getI32Type());
  Value isNaN = arith::CmpFOp::create(b, arith::CmpFPredicate::UNO, keys, keys);
  // -0 + 0 is +0.
  Value sum =
      arith::AddFOp::create(b, keys, buildSplat(b, keys.getType(), 0.0));
  Value ordered = flipNegative(b, arith::BitcastOp::create(b, type, sum));
  return arith::SelectOp::create(
      b, isNaN, buildSplat(b, type, int64_t(kNoKey) + 1), ordered);
}

Value moe::decodeKeys(ImplicitLocOpBuilder &b, Value encoded) {
  Type type = withElement(encoded.getType(), b.getF32Type());
  return arith::BitcastOp::create(b, type, flipNegative(b, encoded));
}

Value moe::buildNoKeys(ImplicitLocOpBuilder &b, Type type) {
  return buildSplat(b, type, int64_t(kNoKey));
}

KeyList::KeyList(ImplicitLocOpBuilder &builder, int64_t size)
    : b(builder), size(size),
      type(VectorType::get({size}, builder.getI64Type())) {}

Value KeyList::empty() {
  return buildSplat(b, type, std::numeric_limits<int64_t>::min());
}

Value KeyList::insert(Value list, Value encoded, Value index) {
  Type i64 = b.getI64Type();
  Value key = arith::ShLIOp::create(b, arith::ExtSIOp::create(b, i64, encoded),
                                    buildSplat(b, i64, int64_t(32)));
  Value place =
      arith::SubIOp::create(b, buildSplat(b, i64, int64_t(kMagnitude)),
                            arith::IndexCastOp::create(b, i64, index));
  Value entry =
      vector::BroadcastOp::create(b, type, arith::OrIOp::create(b, key, place));
  // Each place gets the larger of its entry and the smaller of the new one and
  // the entry before, which none is smaller than at the first place.
  Value none = buildSplat(b, type, std::numeric_limits<int64_t>::max());
  SmallVector<int64_t> lanes{size};
  for (int64_t lane = 0; lane + 1 < size; ++lane)
    lanes.push_back(lane);
  Value before = vector::ShuffleOp::create(b, list, none, lanes);
  Value moved = arith::MinSIOp::create(b, before, entry);
  return arith::MaxSIOp::create(b, list, moved);
}

Value KeyList::insertAll(Value list, Value encoded, Value first) {
  auto keys = cast<VectorType>(encoded.getType());
  int64_t lanes = keys.getDimSize(0);
  Value last =
      arith::ShRSIOp::create(b, vector::ExtractOp::create(b, list, size - 1),
                             buildSplat(b, b.getI64Type(), int64_t(32)));
  last = arith::TruncIOp::create(b, b.getI32Type(), last);
  Value better =
      arith::CmpIOp::create(b, arith::CmpIPredicate::sgt, encoded,
                            vector::BroadcastOp::create(b, keys, last));
  Type bits = b.getIntegerType(lanes);
  Value mask = vector::ExtractOp::create(
      b, vector::BitCastOp::create(b, VectorType::get({1}, bits), better),
      int64_t(0));
  auto loop = scf::WhileOp::create(
      b, TypeRange{bits, type}, ValueRange{mask, list},
      [&](OpBuilder &, Location, ValueRange state) {
        Value any = arith::CmpIOp::create(b, arith::CmpIPredicate::ne, state[0],
                                          buildSplat(b, bits, int64_t(0)));
        scf::ConditionOp::create(b, any, state);
      },
      [&](OpBuilder &, Location, ValueRange state) {
        Value lane = arith::IndexCastUIOp::create(
            b, b.getIndexType(),
            math::CountTrailingZerosOp::create(b, state[0]));
        Value key = vector::ExtractOp::create(b, encoded, lane);
        Value next =
            insert(state[1], key, arith::AddIOp::create(b, first, lane));
        Value less =
            arith::SubIOp::create(b, state[0], buildSplat(b, bits, int64_t(1)));
        scf::YieldOp::create(
            b, ValueRange{arith::AndIOp::create(b, state[0], less), next});
      });
  return loop.getResult(1);
}

Value KeyList::getKeys(Value list) {
  Value keys =
      arith::ShRSIOp::create(b, list, buildSplat(b, type, int64_t(32)));
  return arith::TruncIOp::create(b, type.clone(b.getI32Type()), keys);
}

Value KeyList::getIndices(Value list) {
  Type i32 = type.clone(b.getI32Type());
  return arith::SubIOp::create(b, buildSplat(b, i32, int64_t(kMagnitude)),
                               arith::TruncIOp::create(b, i32, list));
}
