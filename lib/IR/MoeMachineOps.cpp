//===- MoeMachineOps.cpp - Checks of level 2 ------------------------------===//
//
// Each check cites its constraint in docs/Semantics.md.
//
//===----------------------------------------------------------------------===//

#include "Checks.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace mlir::moe;

int64_t PlanOp::getNumExperts() {
  return cast<ShapedType>(getOffsetsOut().getType()).getDimSize(0) - 1;
}

//===----------------------------------------------------------------------===//
// All of them
//===----------------------------------------------------------------------===//

static Type typeOf(Value value) { return value ? value.getType() : Type(); }

LogicalResult moe::checkDestinationStyle(DestinationStyleOpInterface op) {
  bool isTensor = false, isBuffer = false;
  for (Type type : op->getOperandTypes()) {
    isTensor |= isa<RankedTensorType>(type);
    isBuffer |= isa<MemRefType>(type);
  }
  if (isTensor && isBuffer) // machine_c1
    return op->emitOpError("expects tensors only or memrefs only, found both");
  // machine_c2
  OperandRange destinations = op.getDpsInits();
  size_t results = isBuffer ? 0 : destinations.size();
  if (op->getNumResults() != results)
    return op->emitOpError("expects ")
           << results << " results for " << destinations.size()
           << " destinations on " << (isBuffer ? "memrefs" : "tensors")
           << ", found " << op->getNumResults();
  for (auto [index, result] : llvm::enumerate(op->getResultTypes()))
    if (result != destinations[index].getType())
      return op->emitOpError("expects result ")
             << index << " to be of the type of its destination "
             << destinations[index].getType() << ", found " << result;
  return success();
}

LogicalResult moe::checkElement(Operation *op, StringRef what, Type type,
                                Type element) {
  if (getElementTypeOrSelf(type) == element)
    return success();
  return op->emitOpError("expects ")
         << what << " of " << element << ", found " << type;
}

/// The plan destinations: offsets `[E+1]`, slots `[R]` and maybe rows `[T,K]`.
static LogicalResult checkPlan(Operation *op, OperandRange outs,
                               NamedSize &tokens, NamedSize &slots) {
  Type i32 = IntegerType::get(op->getContext(), 32);
  NamedSize bound{"rows"};
  // plan_c2
  if (failed(checkOffsets(op, outs[0].getType())) ||
      failed(checkElement(op, "offsets", outs[0].getType(), i32)) ||
      failed(checkShape(op, "slots", outs[1].getType(), {&bound})) ||
      failed(checkElement(op, "slots", outs[1].getType(), i32)))
    return failure();
  if (outs.size() < 3)
    return success();
  // plan_c3
  if (failed(checkShape(op, "rows", outs[2].getType(), {&tokens, &slots})))
    return failure();
  return checkElement(op, "rows", outs[2].getType(), i32);
}

//===----------------------------------------------------------------------===//
// moe.plan
//===----------------------------------------------------------------------===//

LogicalResult PlanOp::verify() {
  if (failed(checkOperands(*this, {{0, "experts"}})))
    return failure();
  if (getOuts().size() != 2 && getOuts().size() != 3) // plan_c1
    return emitOpError("expects destinations for offsets, slots and maybe "
                       "rows, found ")
           << getOuts().size();
  NamedSize tokens{"tokens"}, slots{"slots a token"};
  // plan_c3
  if (failed(checkShape(*this, "experts", getExperts().getType(),
                        {&tokens, &slots})) ||
      failed(checkShape(*this, "weights", typeOf(getWeights()),
                        {&tokens, &slots})) ||
      failed(checkPlan(*this, getOuts(), tokens, slots)))
    return failure();
  if (failed(checkSlotCount(*this, tokens, slots))) // plan_c4
    return failure();
  return checkCapacity(*this, getCapacity(), getPriority(), getSegment());
}

//===----------------------------------------------------------------------===//
// moe.route
//===----------------------------------------------------------------------===//

/// f32, or f64 for f64 inputs: the logits are never rounded to less.
static FloatType computeTypeOf(RouteOp op) {
  Type input = getElementTypeOrSelf(op.getInput().getType());
  return input.isF64() ? cast<FloatType>(input)
                       : Float32Type::get(op.getContext());
}

LogicalResult RouteOp::verify() {
  if (failed(checkOperands(*this, {{0, "input"}, {1, "projection"}})))
    return failure();
  size_t outs = getOuts().size();
  if (outs != 2 && outs != 4 && outs != 5) // route_c1
    return emitOpError("expects destinations for weights and experts, then "
                       "maybe offsets and slots, then maybe rows, found ")
           << outs;
  NamedSize tokens{"tokens"}, width{"columns"}, logits{"logits"};
  SmallVector<NamedSize *, 2> projection{&width, &logits};
  if (getTransposed())
    std::swap(projection[0], projection[1]);
  // route_c2
  if (failed(checkShape(*this, "input", getInput().getType(),
                        {&tokens, &width})) ||
      failed(checkShape(*this, "projection", getProjection().getType(),
                        projection)) ||
      failed(checkShape(*this, "projection bias", typeOf(getProjectionBias()),
                        {&logits})) ||
      failed(checkShape(*this, "noise projection", typeOf(getNoiseProjection()),
                        projection)))
    return failure();
  if (getNoiseProjection() && !getNoise()) // route_c3
    return emitOpError("expects noise where there is a noise projection, found "
                       "none");

  // route_c4
  Type weights = getWeightsOut().getType(), experts = getExpertsOut().getType();
  if (failed(checkElement(*this, "experts", experts,
                          IntegerType::get(getContext(), 32))))
    return failure();
  GateParts gate{getRouter(),     getBias(),    getNoise(),          getMask(),
                 getThresholds(), getUniform(), getGateCapacity(),   weights,
                 experts,         getScore(),   computeTypeOf(*this)};
  if (failed(checkGate(*this, gate, tokens, logits)))
    return failure();

  if (!hasPlan()) {
    if (getCapacity() || getPriority() || getSegment()) // route_c5
      return emitOpError("expects a plan where there is a ")
             << (getCapacity()   ? "capacity"
                 : getPriority() ? "priority"
                                 : "segment");
    return success();
  }
  NamedSize slots{"slots a token",
                  getRouter().getSelect().getSlots(logits.value)};
  if (failed(checkPlan(*this, getOuts().drop_front(2), tokens, slots)))
    return failure();
  return checkCapacity(*this, getCapacity(), getPriority(), getSegment());
}

LogicalResult RouteOp::verifyRegions() {
  return checkScoreRegion(*this, getScore(), computeTypeOf(*this));
}

//===----------------------------------------------------------------------===//
// moe.gather_rows, moe.combine_rows
//===----------------------------------------------------------------------===//

LogicalResult GatherRowsOp::verify() {
  if (failed(checkOperands(*this, {{0, "input"}, {1, "slots"}})))
    return failure();
  if (getOuts().size() != 1) // gather_rows_c1
    return emitOpError("expects one destination, found ") << getOuts().size();
  if (int64_t(getSlotsPerToken()) < 1) // gather_rows_c2
    return emitOpError("expects at least 1 slot a token, found ")
           << getSlotsPerToken();
  NamedSize tokens{"tokens"}, width{"columns"}, rows{"rows"},
      slots{"slots a token", int64_t(getSlotsPerToken())};
  // gather_rows_c3
  if (failed(checkShape(*this, "input", getInput().getType(),
                        {&tokens, &width})) ||
      failed(checkShape(*this, "slots", getSlots().getType(), {&rows})) ||
      failed(checkShape(*this, "weights", typeOf(getWeights()),
                        {&tokens, &slots})) ||
      failed(checkShape(*this, "destination", getOut().getType(),
                        {&rows, &width})))
    return failure();
  // gather_rows_c4
  if (failed(checkElement(*this, "a destination", getOut().getType(),
                          getElementTypeOrSelf(getInput().getType()))))
    return failure();
  return checkSlotCount(*this, tokens, slots); // gather_rows_c2
}

LogicalResult CombineRowsOp::verify() {
  if (failed(
          checkOperands(*this, {{0, "rows"}, {1, "slots"}, {2, "token_rows"}})))
    return failure();
  if (getOuts().size() != 1) // combine_rows_c1
    return emitOpError("expects one destination, found ") << getOuts().size();
  // Weights are indexed by slot: some of the tokens need the weights of all.
  NamedSize tokens{"tokens"}, allTokens{"tokens"}, width{"columns"},
      rows{"rows"}, slots{"slots a token"};
  // combine_rows_c2
  if (failed(checkShape(*this, "rows", getRows().getType(), {&rows, &width})) ||
      failed(checkShape(*this, "slots", getSlots().getType(), {&rows})) ||
      failed(checkShape(*this, "token rows", getTokenRows().getType(),
                        {&tokens, &slots})) ||
      failed(checkShape(*this, "weights", typeOf(getWeights()),
                        {&allTokens, &slots})) ||
      failed(checkShape(*this, "destination", getOut().getType(),
                        {&tokens, &width})))
    return failure();
  if (getKeepZeros() && !getWeights()) // combine_rows_c4
    return emitOpError("expects keep_zeros only where weights are multiplied, "
                       "found no weights");
  if (failed(checkSlotCount(*this, tokens, slots))) // combine_rows_c3
    return failure();
  return checkSlotCount(*this, allTokens, slots);
}
