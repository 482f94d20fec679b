//===- BuildGate.cpp - A gate from upstream ops ---------------------------===//

#include "Build.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace mlir::moe;

/// `logits` + `noise`, or the logits where there is no noise.
static Value buildNoisy(ReferenceBuilder &b, Value logits, Value noise) {
  if (!noise)
    return logits;
  Type type = getElementTypeOrSelf(logits);
  return b.map(b.sizes(logits), type, {{logits, {0, 1}}, {noise, {0, 1}}},
               [&](ValueRange in) -> Value {
                 Value z = b.convertFloat(in[1], type);
                 return arith::AddFOp::create(b, in[0], z);
               });
}

/// `scores` + `bias`, or the scores where there is no bias.
static Value buildBiased(ReferenceBuilder &b, Value scores, Value bias) {
  if (!bias)
    return scores;
  Type type = getElementTypeOrSelf(scores);
  return b.map(b.sizes(scores), type, {{scores, {0, 1}}, {bias, {1}}},
               [&](ValueRange in) -> Value {
                 Value offset = b.convertFloat(in[1], type);
                 return arith::AddFOp::create(b, in[0], offset);
               });
}

/// The scores of the selected experts, in their slots.
static Value buildSelectedScores(ReferenceBuilder &b, Value scores,
                                 Value experts) {
  return b.map(b.sizes(experts), getElementTypeOrSelf(scores),
               {{experts, {0, 1}}}, [&](ValueRange in) {
                 return b.extract(scores, {b.position(0), b.toIndex(in[0])});
               });
}

/// Scales the weights, then zeroes the slots that are not kept and the tokens
/// that are masked.
static Value buildFinalWeights(ReferenceBuilder &b, Value weights, Value kept,
                               Value mask, FloatAttr scale) {
  if (!scale && !kept && !mask)
    return weights;
  Type type = getElementTypeOrSelf(weights);
  SmallVector<MapInput> inputs{{weights, {0, 1}}};
  if (kept)
    inputs.push_back({kept, {0, 1}});
  if (mask)
    inputs.push_back({mask, {0}});
  return b.map(b.sizes(weights), type, inputs, [&](ValueRange in) {
    Value weight = in[0];
    if (scale)
      weight = arith::MulFOp::create(b, weight,
                                     b.real(type, scale.getValueAsDouble()));
    for (Value condition : in.drop_front())
      weight = arith::SelectOp::create(b, condition, weight, b.real(type, 0.0));
    return weight;
  });
}

/// Masked tokens get the experts 0, 1, ..., K-1.
static Value buildFinalExperts(ReferenceBuilder &b, Value experts, Value mask) {
  if (!mask)
    return experts;
  return b.map(b.sizes(experts), b.getI32Type(),
               {{experts, {0, 1}}, {mask, {0}}}, [&](ValueRange in) -> Value {
                 Value slot = b.toI32(b.position(1));
                 return arith::SelectOp::create(b, in[1], in[0], slot);
               });
}

GateValues moe::buildGate(ReferenceBuilder &b, const GateInputs &inputs) {
  RouterAttr router = inputs.router;
  Type type = getSumType(getElementTypeOrSelf(inputs.logits));
  auto converted = [&](Value tensor) {
    return tensor ? b.convertElements(tensor, type) : tensor;
  };
  SelectionInputs selection;
  selection.logits =
      buildNoisy(b, b.convertElements(inputs.logits, type), inputs.noise);
  selection.scores = router.getScore().buildReference(
      b, b.getLoc(), selection.logits, inputs.score);
  selection.biased = buildBiased(b, selection.scores, inputs.bias);
  selection.keys = router.selectsOnLogits(static_cast<bool>(inputs.bias))
                       ? selection.logits
                       : selection.biased;
  selection.thresholds = converted(inputs.thresholds);
  selection.uniform = converted(inputs.uniform);
  selection.capacity = inputs.capacity;
  selection.slots = router.getSelect().getSlots(
      cast<RankedTensorType>(inputs.logits.getType()).getDimSize(1));
  Selection selected =
      router.getSelect().buildReference(b, b.getLoc(), selection);

  Value weights =
      router.getSelect().isDense()
          ? selection.scores
          : buildSelectedScores(b, selection.scores, selected.experts);
  weights = router.getNormalize().buildReference(b, b.getLoc(), weights,
                                                 selected.kept);
  return {buildFinalWeights(b, weights, selected.kept, inputs.mask,
                            router.getScale()),
          buildFinalExperts(b, selected.experts, inputs.mask)};
}
