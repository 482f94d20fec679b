//===- GateKernel.cpp - The gate of one token -----------------------------===//

#include "GateKernel.h"

#include "Index.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace mlir::moe;

/// Of a vector of logits; narrower machines use several registers for one.
static constexpr int64_t kLanes = 16;

/// A float, or a vector of them, in f32.
static Value toF32(ImplicitLocOpBuilder &b, Value value) {
  Type type = b.getF32Type();
  if (getElementTypeOrSelf(value.getType()) == type)
    return value;
  bool isWide = getElementTypeOrSelf(value.getType()).isF64();
  if (auto vector = dyn_cast<VectorType>(value.getType()))
    type = vector.clone(type);
  if (isWide)
    return arith::TruncFOp::create(b, type, value);
  return arith::ExtFOp::create(b, type, value);
}

static Value widen(ImplicitLocOpBuilder &b, Value scalar, Value like) {
  return vector::BroadcastOp::create(b, like.getType(), scalar);
}

/// Over all lanes in ascending order, from `start`.
static Value reduce(ImplicitLocOpBuilder &b, vector::CombiningKind kind,
                    Value values, Value start = {}) {
  if (start)
    return vector::ReductionOp::create(b, kind, values, start);
  return vector::ReductionOp::create(b, kind, values);
}

GateKernel::GateKernel(RouterAttr router, const GateBuffers &buffers,
                       ImplicitLocOpBuilder &builder)
    : router(router), buffers(buffers), b(builder) {
  auto type = cast<MemRefType>(buffers.logits.getType());
  staticLogits = type.getDimSize(1);
  numLogits = memref::DimOp::create(b, buffers.logits, 1);
  slots = router.getSelect().getSlots(staticLogits);
}

//===----------------------------------------------------------------------===//
// Logits
//===----------------------------------------------------------------------===//

Value GateKernel::walk(
    Value from, Value to, int64_t count, Value state,
    function_ref<Value(Value first, Value mask, Value state)> body) {
  bool isWhole = ShapedType::isStatic(count) && count % kLanes == 0;
  auto maskType = VectorType::get({kLanes}, b.getI1Type());
  auto loop = scf::ForOp::create(
      b, from, to, index(b, kLanes), state,
      [&](OpBuilder &, Location, Value first, ValueRange state) {
        Value mask;
        if (!isWhole)
          mask = vector::CreateMaskOp::create(
              b, maskType,
              ValueRange{arith::SubIOp::create(b, to, first).getResult()});
        scf::YieldOp::create(b, body(first, mask, state[0]));
      });
  return loop.getResult(0);
}

Value GateKernel::load(Value memref, ValueRange indices, Value mask) {
  auto type = VectorType::get({kLanes}, getElementTypeOrSelf(memref.getType()));
  if (!mask)
    return toF32(b, vector::LoadOp::create(b, type, memref, indices));
  Value none = arith::ConstantOp::create(b, b.getZeroAttr(type));
  return toF32(
      b, vector::MaskedLoadOp::create(b, type, memref, indices, mask, none));
}

static Value buildNegativeInfinity(ImplicitLocOpBuilder &b, Type type) {
  return buildSplat(b, type, -std::numeric_limits<double>::infinity());
}

Value GateKernel::loadLogits(Value first, Value mask) {
  Value logits = load(buffers.logits, {token, first}, mask);
  if (buffers.noise)
    logits = arith::AddFOp::create(b, logits,
                                   load(buffers.noise, {token, first}, mask));
  if (!mask)
    return logits;
  return arith::SelectOp::create(b, mask, logits,
                                 buildNegativeInfinity(b, logits.getType()));
}

Value GateKernel::gatherLogits(Value experts) {
  SmallVector<Value> logits;
  for (int64_t slot = 0; slot < slots; ++slot) {
    Value at = arith::IndexCastOp::create(
        b, b.getIndexType(), vector::ExtractOp::create(b, experts, slot));
    Value logit = toF32(
        b, memref::LoadOp::create(b, buffers.logits, ValueRange{token, at}));
    if (buffers.noise)
      logit = arith::AddFOp::create(
          b, logit,
          toF32(b, memref::LoadOp::create(b, buffers.noise,
                                          ValueRange{token, at})));
    logits.push_back(logit);
  }
  return vector::FromElementsOp::create(
      b, VectorType::get({slots}, b.getF32Type()), logits);
}

//===----------------------------------------------------------------------===//
// Scores
//===----------------------------------------------------------------------===//

Value GateKernel::buildLargest() {
  auto type = VectorType::get({kLanes}, b.getF32Type());
  Value lanes = walk(
      index(b, 0), numLogits, staticLogits, buildNegativeInfinity(b, type),
      [&](Value first, Value mask, Value largest) -> Value {
        return arith::MaximumFOp::create(b, largest, loadLogits(first, mask));
      });
  return reduce(b, vector::CombiningKind::MAXIMUMF, lanes);
}

Value GateKernel::buildSum(Value largest) {
  auto type = VectorType::get({kLanes}, b.getF32Type());
  Value lanes =
      walk(index(b, 0), numLogits, staticLogits, buildSplat(b, type, 0.0),
           [&](Value first, Value mask, Value sum) -> Value {
             Value logits = loadLogits(first, mask);
             Value shifted =
                 arith::SubFOp::create(b, logits, widen(b, largest, logits));
             Value power = math::ExpOp::create(b, shifted);
             return arith::AddFOp::create(b, sum, power);
           });
  return reduce(b, vector::CombiningKind::ADD, lanes,
                buildSplat(b, b.getF32Type(), 0.0));
}

Value GateKernel::buildScores(Value z) {
  Type type = z.getType();
  auto constant = [&](double value) { return buildSplat(b, type, value); };
  switch (cast<ScoreAttr>(router.getScore()).getKind()) {
  case ScoreKind::Softmax: {
    Value shifted = arith::SubFOp::create(b, z, widen(b, softmax.largest, z));
    return arith::DivFOp::create(b, math::ExpOp::create(b, shifted),
                                 widen(b, softmax.sum, z));
  }
  case ScoreKind::Sigmoid: {
    Value power = math::ExpOp::create(b, arith::NegFOp::create(b, z));
    Value sum = arith::AddFOp::create(b, constant(1.0), power);
    return arith::DivFOp::create(b, constant(1.0), sum);
  }
  case ScoreKind::SqrtSoftplus: {
    Value size = math::AbsFOp::create(b, z);
    Value power = math::ExpOp::create(b, arith::NegFOp::create(b, size));
    Value positive = arith::MaximumFOp::create(b, z, constant(0.0));
    Value sum =
        arith::AddFOp::create(b, positive, math::Log1pOp::create(b, power));
    return math::SqrtOp::create(b, sum);
  }
  case ScoreKind::Relu:
    return arith::MaximumFOp::create(b, z, constant(0.0));
  case ScoreKind::Identity:
    return z;
  case ScoreKind::Region:
    break;
  }
  llvm_unreachable("a register gate has no region");
}

Value GateKernel::buildKeys(Value first, Value mask, bool biased) {
  Value keys = loadLogits(first, mask);
  if (biased || !router.selectsOnLogits(static_cast<bool>(buffers.bias))) {
    keys = buildScores(keys);
    if (buffers.bias)
      keys = arith::AddFOp::create(b, keys, load(buffers.bias, first, mask));
  }
  Value encoded = encodeKeys(b, keys);
  if (!mask)
    return encoded;
  return arith::SelectOp::create(b, mask, encoded,
                                 buildNoKeys(b, encoded.getType()));
}

//===----------------------------------------------------------------------===//
// Selection
//===----------------------------------------------------------------------===//

Value GateKernel::selectTopK(int64_t k) {
  KeyList list(b, k);
  return walk(index(b, 0), numLogits, staticLogits, list.empty(),
              [&](Value first, Value mask, Value best) {
                return list.insertAll(
                    best, buildKeys(first, mask, /*biased=*/false), first);
              });
}

Value GateKernel::buildGroupValue(GroupTopKAttr select, Value from, Value to,
                                  int64_t size) {
  int64_t picks = select.getBy() == GroupBy::Max ? 1 : 2;
  KeyList list(b, picks);
  Value best = walk(from, to, size, list.empty(),
                    [&](Value first, Value mask, Value best) {
                      return list.insertAll(
                          best, buildKeys(first, mask, /*biased=*/true), first);
                    });
  Value keys = decodeKeys(b, list.getKeys(best));
  return encodeKeys(b, reduce(b, vector::CombiningKind::ADD, keys,
                              buildSplat(b, b.getF32Type(), 0.0)));
}

Value GateKernel::selectInGroups(GroupTopKAttr select) {
  Value count = index(b, select.getGroups());
  Value size = arith::DivUIOp::create(b, numLogits, count);
  int64_t staticSize = ShapedType::isDynamic(staticLogits)
                           ? staticLogits
                           : staticLogits / select.getGroups();
  auto forEachGroup =
      [&](Value state,
          function_ref<Value(Value group, Value from, Value to, Value state)>
              body) {
        return scf::ForOp::create(
                   b, index(b, 0), count, index(b, 1), state,
                   [&](OpBuilder &, Location, Value group, ValueRange state) {
                     Value from = arith::MulIOp::create(b, group, size);
                     Value to = arith::AddIOp::create(b, from, size);
                     scf::YieldOp::create(b, body(group, from, to, state[0]));
                   })
            .getResult(0);
      };

  KeyList groups(b, select.getKept());
  Value best = forEachGroup(groups.empty(), [&](Value group, Value from,
                                                Value to, Value best) {
    return groups.insert(best, buildGroupValue(select, from, to, staticSize),
                         group);
  });
  // A bit for each kept group.
  auto bitsType = VectorType::get({select.getKept()}, b.getI64Type());
  Value numbers = arith::ExtUIOp::create(b, bitsType, groups.getIndices(best));
  Value kept = reduce(
      b, vector::CombiningKind::OR,
      arith::ShLIOp::create(b, buildSplat(b, bitsType, int64_t(1)), numbers));

  KeyList list(b, slots);
  return forEachGroup(list.empty(), [&](Value group, Value from, Value to,
                                        Value best) {
    Value bit = arith::ShRUIOp::create(
        b, kept, arith::IndexCastOp::create(b, b.getI64Type(), group));
    Value isKept = arith::TruncIOp::create(b, b.getI1Type(), bit);
    return walk(
        from, to, staticSize, best, [&](Value first, Value mask, Value best) {
          auto type = VectorType::get({kLanes}, b.getI32Type());
          auto choice = scf::IfOp::create(
              b, isKept,
              [&](OpBuilder &, Location) {
                scf::YieldOp::create(b,
                                     buildKeys(first, mask, /*biased=*/false));
              },
              [&](OpBuilder &, Location) {
                Value out = encodeKeys(
                    b, buildNegativeInfinity(b, type.clone(b.getF32Type())));
                if (mask)
                  out = arith::SelectOp::create(b, mask, out,
                                                buildNoKeys(b, type));
                scf::YieldOp::create(b, out);
              });
          return list.insertAll(best, choice.getResult(0), first);
        });
  });
}

//===----------------------------------------------------------------------===//
// Weights
//===----------------------------------------------------------------------===//

/// `numerator / denominator`, where 0/0 is 0.
static Value buildQuotient(ImplicitLocOpBuilder &b, Value numerator,
                           Value denominator) {
  Value zero = buildSplat(b, numerator.getType(), 0.0);
  auto isZero = [&](Value value) -> Value {
    return arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, value, zero);
  };
  Value wide = widen(b, denominator, numerator);
  Value bothZero = arith::AndIOp::create(b, isZero(numerator), isZero(wide));
  Value quotient = arith::DivFOp::create(b, numerator, wide);
  return arith::SelectOp::create(b, bothZero, zero, quotient);
}

Value GateKernel::normalize(Value scores) {
  auto kind = cast<NormalizeAttr>(router.getNormalize());
  if (kind.getKind() == NormalizeKind::None)
    return scores;
  if (kind.getKind() == NormalizeKind::Softmax) {
    Value largest = reduce(b, vector::CombiningKind::MAXIMUMF, scores);
    Value shifted = arith::SubFOp::create(b, scores, widen(b, largest, scores));
    scores = math::ExpOp::create(b, shifted);
  }
  Value sum = reduce(b, vector::CombiningKind::ADD, scores,
                     buildSplat(b, b.getF32Type(), 0.0));
  if (FloatAttr epsilon = kind.getEpsilon();
      epsilon && epsilon.getValueAsDouble() != 0.0)
    sum = arith::AddFOp::create(
        b, sum, buildSplat(b, b.getF32Type(), epsilon.getValueAsDouble()));
  return buildQuotient(b, scores, sum);
}

void GateKernel::emit(Value atToken) {
  token = atToken;
  bool isSoftmax =
      cast<ScoreAttr>(router.getScore()).getKind() == ScoreKind::Softmax;
  auto groups = dyn_cast<GroupTopKAttr>(router.getSelect());
  bool onLogits = router.selectsOnLogits(static_cast<bool>(buffers.bias));
  if (isSoftmax && (groups || !onLogits)) {
    softmax.largest = buildLargest();
    softmax.sum = buildSum(softmax.largest);
  }
  KeyList list(b, slots);
  Value best = groups ? selectInGroups(groups) : selectTopK(slots);
  Value experts = list.getIndices(best);
  if (ShapedType::isDynamic(staticLogits)) { // L may be below k
    Value last = arith::IndexCastOp::create(
        b, b.getI32Type(), arith::SubIOp::create(b, numLogits, index(b, 1)));
    experts = arith::MinSIOp::create(b, experts, widen(b, last, experts));
  }
  if (isSoftmax && !softmax.sum) {
    softmax.largest = vector::ExtractOp::create(
        b, decodeKeys(b, list.getKeys(best)), int64_t(0));
    softmax.sum = buildSum(softmax.largest);
  }
  Value weights = normalize(buildScores(gatherLogits(experts)));
  if (FloatAttr scale = router.getScale())
    weights = arith::MulFOp::create(
        b, weights, buildSplat(b, weights.getType(), scale.getValueAsDouble()));
  if (buffers.mask) {
    Value isToken = memref::LoadOp::create(b, buffers.mask, token);
    weights = arith::SelectOp::create(b, isToken, weights,
                                      buildSplat(b, weights.getType(), 0.0));
    SmallVector<int32_t> numbers =
        llvm::to_vector(llvm::seq<int32_t>(0, static_cast<int32_t>(slots)));
    Value ascending = arith::ConstantOp::create(b, b.getI32VectorAttr(numbers));
    experts = arith::SelectOp::create(b, isToken, experts, ascending);
  }
  SmallVector<Value> at{token, index(b, 0)};
  vector::StoreOp::create(b, weights, buffers.weights, at);
  vector::StoreOp::create(b, experts, buffers.experts, at);
}
