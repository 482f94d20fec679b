//===- Checks.cpp - Checks that several moe ops share ---------------------===//
//
// Each check cites its constraint in docs/Semantics.md.
//
//===----------------------------------------------------------------------===//

#include "Checks.h"

#include "mlir/IR/TypeUtilities.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::moe;

//===----------------------------------------------------------------------===//
// Sizes
//===----------------------------------------------------------------------===//

LogicalResult moe::checkSegments(Operation *op, ArrayRef<int32_t> sizes,
                                 ArrayRef<SingleSegment> segments) {
  for (const SingleSegment &segment : segments)
    if (sizes[segment.index] != 1) // common_c2
      return op->emitOpError("expects one operand '")
             << segment.name << "', found " << sizes[segment.index];
  return success();
}

LogicalResult moe::checkShape(Operation *op, const Twine &what, Type type,
                              ArrayRef<NamedSize *> sizes) {
  if (!type)
    return success();
  auto shaped = cast<ShapedType>(type);
  if (!shaped.hasRank() || shaped.getRank() != int64_t(sizes.size()))
    return op->emitOpError("expects ")
           << what << " of rank " << sizes.size() << ", found " << type;
  if (auto tensor = dyn_cast<RankedTensorType>(type))
    if (tensor.getEncoding()) // common_c1
      return op->emitOpError("expects ")
             << what << " without an encoding, found " << type;
  for (auto [found, size] : llvm::zip_equal(shaped.getShape(), sizes)) {
    if (ShapedType::isDynamic(found))
      continue;
    if (!size->isStatic())
      size->value = found;
    else if (size->value != found)
      return op->emitOpError("expects ")
             << what << " to have " << size->value << ' ' << size->name
             << ", found " << found;
  }
  return success();
}

LogicalResult moe::checkSlotCount(Operation *op, const NamedSize &tokens,
                                  const NamedSize &slots) {
  if (!tokens.isStatic() || !slots.isStatic())
    return success();
  int64_t count;
  if (llvm::MulOverflow(tokens.value, slots.value, count) ||
      count > std::numeric_limits<int32_t>::max())
    return op->emitOpError("expects fewer than 2^31 slots, found ")
           << tokens.value << " tokens of " << slots.value << " slots";
  return success();
}

FailureOr<int64_t> moe::checkOffsets(Operation *op, Type offsets) {
  auto shaped = cast<ShapedType>(offsets);
  if (!shaped.hasRank() || shaped.getRank() != 1 || shaped.isDynamicDim(0) ||
      shaped.getDimSize(0) < 2)
    return op->emitOpError("expects offsets of a static size of at least 2 "
                           "(one more than there are experts), found ")
           << offsets;
  return shaped.getDimSize(0) - 1;
}

LogicalResult moe::checkCapacity(Operation *op, Value capacity,
                                 std::optional<Priority> priority,
                                 std::optional<int64_t> segment) {
  if (!capacity && (priority || segment)) // capacity_c1
    return op->emitOpError("expects a capacity where there is a ")
           << (priority ? "priority" : "segment");
  if (segment && *segment < 1) // capacity_c2
    return op->emitOpError("expects a segment of at least 1 token, found ")
           << *segment;
  return success();
}

//===----------------------------------------------------------------------===//
// Gates
//===----------------------------------------------------------------------===//

/// Checks that `operand` is there exactly where the selection uses it.
static LogicalResult checkUse(Operation *op, StringRef what, Value operand,
                              bool uses) {
  if (uses == bool(operand))
    return success();
  return op->emitOpError("expects ")
         << (uses ? "" : "no ") << what << " for this selection, found "
         << (uses ? "none" : "one");
}

LogicalResult moe::checkGate(Operation *op, const GateParts &gate,
                             NamedSize &tokens, NamedSize &logits) {
  auto typeOf = [](Value value) { return value ? value.getType() : Type(); };
  // gate_c1
  if (failed(checkShape(op, "bias", typeOf(gate.bias), {&logits})) ||
      failed(checkShape(op, "noise", typeOf(gate.noise), {&tokens, &logits})) ||
      failed(checkShape(op, "mask", typeOf(gate.mask), {&tokens})) ||
      failed(
          checkShape(op, "thresholds", typeOf(gate.thresholds), {&logits})) ||
      failed(checkShape(op, "uniform", typeOf(gate.uniform), {&tokens})))
    return failure();
  if (logits.isStatic() && logits.value < 1) // gate_c2
    return op->emitOpError("expects at least one logit, found 0");

  SelectAttrInterface select = gate.router.getSelect();
  // gate_c5, gate_c6: by the selection
  if (logits.isStatic() && failed(select.verifyLogits(logits.value, [&] {
        return op->emitOpError();
      })))
    return failure();

  // gate_c3
  int64_t slots = select.getSlots(logits.value);
  NamedSize slotSize{"slots", slots};
  for (auto [what, type] : {std::pair<StringRef, Type>{"weights", gate.weights},
                            {"experts", gate.experts}}) {
    if (failed(checkShape(op, what, type, {&tokens, &slotSize})))
      return failure();
    if (ShapedType::isStatic(slots) && cast<ShapedType>(type).isDynamicDim(1))
      return op->emitOpError("expects ")
             << what << " with a static number of slots " << slots << ", found "
             << type;
  }
  if (failed(checkSlotCount(op, tokens, slotSize))) // gate_c7
    return failure();
  Type weight = getElementTypeOrSelf(gate.weights);
  if (weight != gate.compute) // gate_c4
    return op->emitOpError("expects weights of ")
           << gate.compute << ", found " << weight;

  // gate_c8
  if (gate.bias && !select.takesBias())
    return op->emitOpError("expects no bias for this selection, found one");
  if (failed(checkUse(op, "thresholds", gate.thresholds,
                      select.usesThresholds())) ||
      failed(checkUse(op, "uniform numbers", gate.uniform,
                      select.usesUniform())) ||
      failed(
          checkUse(op, "gate capacity", gate.capacity, select.usesCapacity())))
    return failure();

  if (FloatAttr scale = gate.router.getScale()) {
    APFloat value = scale.getValue();
    bool losesInfo;
    value.convert(gate.compute.getFloatSemantics(),
                  APFloat::rmNearestTiesToEven, &losesInfo);
    if (!value.isFinite()) // gate_c12
      return op->emitOpError("expects a scale that is finite in ")
             << gate.compute << ", found " << scale.getValueAsDouble();
  }

  bool usesRegion = gate.router.getScore().usesRegion();
  if (usesRegion == gate.score.empty()) // gate_c9
    return op->emitOpError("expects ") << (usesRegion ? "a" : "no")
                                       << " score region for this score, found "
                                       << (usesRegion ? "none" : "one");
  return success();
}

LogicalResult moe::checkScoreRegion(Operation *op, Region &score,
                                    FloatType compute) {
  if (score.empty())
    return success();
  // gate_c10
  if (failed(checkArguments(op, "score region", score, compute)) ||
      failed(checkYield(op, "score region", score, compute)))
    return failure();
  return checkScalarRegion(op, "score region", score); // gate_c11
}

//===----------------------------------------------------------------------===//
// Regions
//===----------------------------------------------------------------------===//

LogicalResult moe::checkArguments(Operation *op, StringRef what, Region &region,
                                  TypeRange expected) {
  TypeRange found = region.front().getArgumentTypes();
  if (found.size() != expected.size())
    return op->emitOpError("expects ")
           << expected.size() << " arguments of the " << what << ", found "
           << found.size();
  for (auto [index, types] : llvm::enumerate(llvm::zip_equal(expected, found)))
    if (std::get<0>(types) != std::get<1>(types))
      return op->emitOpError("expects argument ")
             << index << " of the " << what << " to be " << std::get<0>(types)
             << ", found " << std::get<1>(types);
  return success();
}

LogicalResult moe::checkYield(Operation *op, StringRef what, Region &region,
                              TypeRange expected) {
  Block &block = region.front();
  auto yield = block.empty() ? YieldOp() : dyn_cast<YieldOp>(block.back());
  if (!yield)
    return op->emitOpError("expects the ") << what << " to end in moe.yield";
  TypeRange found = yield.getValues().getTypes();
  if (found.size() != expected.size())
    return yield.emitOpError("expects ") << expected.size() << " values of the "
                                         << what << ", found " << found.size();
  for (auto [index, types] : llvm::enumerate(llvm::zip_equal(expected, found)))
    if (std::get<0>(types) != std::get<1>(types))
      return yield.emitOpError("expects value ")
             << index << " of the " << what << " to be " << std::get<0>(types)
             << ", found " << std::get<1>(types);
  return success();
}

LogicalResult moe::checkScalarRegion(Operation *op, StringRef what,
                                     Region &region) {
  Operation *found = nullptr;
  region.walk([&](Operation *inner) {
    bool isYield = inner == &region.front().back();
    if (!found && !isYield && isa_and_nonnull<MoeDialect>(inner->getDialect()))
      found = inner;
  });
  if (found) {
    InFlightDiagnostic diag = op->emitOpError("expects no moe ops in the ")
                              << what << ", found " << found->getName();
    diag.attachNote(found->getLoc()) << "this op is not one of scalars";
    return diag;
  }
  return checkNoEffects(op, what, region);
}

LogicalResult moe::checkNoEffects(Operation *op, StringRef what,
                                  Region &region) {
  for (Operation &inner : region.front()) {
    if (isMemoryEffectFree(&inner))
      continue;
    InFlightDiagnostic diag =
        op->emitOpError("expects no memory effects in the ")
        << what << ", found " << inner.getName();
    diag.attachNote(inner.getLoc()) << "this op may have memory effects";
    return diag;
  }
  return success();
}
