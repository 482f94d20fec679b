//===- SelectReference.cpp - What the selections of a router mean ---------===//

#include "moe/IR/Moe.h"
#include "moe/IR/ReferenceBuilder.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace mlir::moe;

using State = ReferenceBuilder::State;

//===----------------------------------------------------------------------===//
// One token's best logits
//===----------------------------------------------------------------------===//

/// The ids `[T,k]` of the k first keys of each row of `keys` `[T,L]`.
static Value buildTopK(ReferenceBuilder &b, Value keys, int64_t k) {
  auto type = cast<RankedTensorType>(keys.getType());
  Value tokens = b.asIndex(b.size(keys, 0));
  Value logits = b.asIndex(b.size(keys, 1));
  Value picks = b.index(k), zero = b.index(0);
  auto keep = [&](Value pick, Value l, ValueRange ids, Value t) {
    // Only a dynamic L can be below k; there, an id that is at least in range.
    if (type.isDynamicDim(1))
      l = arith::MaxSIOp::create(b, l, zero);
    return State{b.insert(b.toI32(l), ids[0], {t, pick})};
  };
  Value ids = b.empty({b.size(keys, 0), b.getIndexAttr(k)}, b.getI32Type());
  return b.loop(tokens, ids, [&](Value t, ValueRange ids) {
    return b.pickLargest(
        logits, picks, [&](Value l) { return b.extract(keys, {t, l}); },
        type.getElementType(), ids,
        [&](Value pick, Value l, Value, ValueRange ids) {
          return keep(pick, l, ids, t);
        });
  })[0];
}

Selection TopKAttr::buildReference(OpBuilder &builder, Location loc,
                                   const SelectionInputs &inputs) const {
  ReferenceBuilder b(loc, builder);
  return {buildTopK(b, inputs.keys, getK()), Value()};
}

Selection GroupTopKAttr::buildReference(OpBuilder &builder, Location loc,
                                        const SelectionInputs &inputs) const {
  ReferenceBuilder b(loc, builder);
  Type type = getElementTypeOrSelf(inputs.keys);
  OpFoldResult tokens = b.size(inputs.keys, 0);
  OpFoldResult groups = b.getIndexAttr(getGroups());
  Value count = b.index(getGroups());
  Value size =
      arith::DivUIOp::create(b, b.asIndex(b.size(inputs.keys, 1)), count);
  Value zero = b.real(type, 0.0);

  // The value of each group: its largest score + bias, or the sum of its two
  // largest.
  Value picks = b.index(getBy() == GroupBy::Max ? 1 : 2);
  Value values = b.empty({tokens, groups}, type);
  values = b.loop(b.asIndex(tokens), values, [&](Value t, ValueRange values) {
    return b.loop(count, values, [&](Value g, ValueRange values) {
      Value first = arith::MulIOp::create(b, g, size);
      Value value = b.pickLargest(
          size, picks,
          [&](Value i) {
            Value l = arith::AddIOp::create(b, first, i);
            return b.extract(inputs.biased, {t, l});
          },
          type, zero,
          [&](Value pick, Value, Value key, ValueRange sum) {
            return State{arith::AddFOp::create(b, sum[0], key)};
          })[0];
      return State{b.insert(value, values[0], {t, g})};
    });
  })[0];

  // Keys outside the kept groups count as -inf.
  Value best = buildTopK(b, values, getKept());
  Value kept = b.filled({tokens, groups}, b.integer(1, 0));
  kept = b.loop(b.asIndex(tokens), kept, [&](Value t, ValueRange kept) {
    return b.loop(b.index(getKept()), kept, [&](Value i, ValueRange kept) {
      Value g = b.toIndex(b.extract(best, {t, i}));
      return State{b.insert(b.integer(1, 1), kept[0], {t, g})};
    });
  })[0];
  Value unselected = b.negativeInfinity(type);
  Value keys =
      b.map(b.sizes(inputs.keys), type, {{inputs.keys, {0, 1}}},
            [&](ValueRange in) -> Value {
              Value g = arith::DivUIOp::create(b, b.position(1), size);
              Value inside = b.extract(kept, {b.position(0), g});
              return arith::SelectOp::create(b, inside, in[0], unselected);
            });
  return {buildTopK(b, keys, getK()), Value()};
}

Selection SampleAttr::buildReference(OpBuilder &builder, Location loc,
                                     const SelectionInputs &inputs) const {
  ReferenceBuilder b(loc, builder);
  Type type = getElementTypeOrSelf(inputs.scores);
  OpFoldResult tokens = b.size(inputs.scores, 0);
  Value logits = b.asIndex(b.size(inputs.scores, 1));
  Value zero = b.real(type, 0.0);
  Value none = b.index(-1);
  Value last = arith::SubIOp::create(b, logits, b.index(1));
  auto exceeds = [&](Value a, Value b0) -> Value {
    return arith::CmpFOp::create(b, arith::CmpFPredicate::OGT, a, b0);
  };
  Value ids = b.empty({tokens, b.getIndexAttr(1)}, b.getI32Type());
  ids = b.loop(b.asIndex(tokens), ids, [&](Value t, ValueRange ids) {
    Value u = b.extract(inputs.uniform, t);
    // The first expert whose prefix sum exceeds u, and the last one with a
    // score above 0, which stands in where rounding keeps the sum below u.
    State found =
        b.loop(logits, {zero, none, last}, [&](Value l, ValueRange state) {
          Value score = b.extract(inputs.scores, {t, l});
          Value sum = arith::AddFOp::create(b, state[0], score);
          Value open = arith::CmpIOp::create(b, arith::CmpIPredicate::eq,
                                             state[1], none);
          Value hit = arith::AndIOp::create(b, open, exceeds(sum, u));
          return State{
              sum, arith::SelectOp::create(b, hit, l, state[1]),
              arith::SelectOp::create(b, exceeds(score, zero), l, state[2])};
        });
    Value missing =
        arith::CmpIOp::create(b, arith::CmpIPredicate::eq, found[1], none);
    Value id = arith::SelectOp::create(b, missing, found[2], found[1]);
    return State{b.insert(b.toI32(id), ids[0], {t, b.index(0)})};
  })[0];
  return {ids, Value()};
}

//===----------------------------------------------------------------------===//
// Dense selections: slot j is expert j
//===----------------------------------------------------------------------===//

static Value buildDenseIds(ReferenceBuilder &b, Value scores) {
  return b.map(b.sizes(scores), b.getI32Type(), {},
               [&](ValueRange) { return b.toI32(b.position(1)); });
}

Selection AllAttr::buildReference(OpBuilder &builder, Location loc,
                                  const SelectionInputs &inputs) const {
  ReferenceBuilder b(loc, builder);
  return {buildDenseIds(b, inputs.scores), Value()};
}

Selection ThresholdAttr::buildReference(OpBuilder &builder, Location loc,
                                        const SelectionInputs &inputs) const {
  ReferenceBuilder b(loc, builder);
  Value kept = b.map(b.sizes(inputs.scores), b.getI1Type(),
                     {{inputs.scores, {0, 1}}, {inputs.thresholds, {1}}},
                     [&](ValueRange in) -> Value {
                       return arith::CmpFOp::create(
                           b, arith::CmpFPredicate::OGT, in[0], in[1]);
                     });
  return {buildDenseIds(b, inputs.scores), kept};
}

/// Each expert keeps the `count` tokens with its largest scores.
static Selection buildBestTokens(ReferenceBuilder &b, Value scores,
                                 Value count) {
  Type type = getElementTypeOrSelf(scores);
  Value tokens = b.asIndex(b.size(scores, 0));
  Value logits = b.asIndex(b.size(scores, 1));
  Value picks = arith::MinUIOp::create(b, count, tokens);
  Value kept = b.filled(b.sizes(scores), b.integer(1, 0));
  kept = b.loop(logits, kept, [&](Value l, ValueRange kept) {
    return b.pickLargest(
        tokens, picks, [&](Value t) { return b.extract(scores, {t, l}); }, type,
        kept,
        [&](Value, Value t, Value, ValueRange kept) {
          return State{b.insert(b.integer(1, 1), kept[0], {t, l})};
        });
  })[0];
  return {buildDenseIds(b, scores), kept};
}

Selection
ExpertChoiceAttr::buildReference(OpBuilder &builder, Location loc,
                                 const SelectionInputs &inputs) const {
  ReferenceBuilder b(loc, builder);
  // A capacity below 0 keeps nothing.
  Value count = arith::MaxSIOp::create(b, inputs.capacity, b.index(0));
  return buildBestTokens(b, inputs.biased, count);
}

Selection BatchwiseAttr::buildReference(OpBuilder &builder, Location loc,
                                        const SelectionInputs &inputs) const {
  ReferenceBuilder b(loc, builder);
  // m = max(1, floor(k * T / L)).
  Value tokens = b.asIndex(b.size(inputs.scores, 0));
  Value logits = b.asIndex(b.size(inputs.scores, 1));
  Value slots = arith::MulIOp::create(b, tokens, b.index(getK()));
  Value share = arith::DivUIOp::create(b, slots, logits);
  Value count = arith::MaxUIOp::create(b, share, b.index(1));
  return buildBestTokens(b, inputs.biased, count);
}
