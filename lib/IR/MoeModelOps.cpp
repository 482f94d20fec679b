//===- MoeModelOps.cpp - Checks of level 1 --------------------------------===//
//
// Each check cites its constraint in docs/Semantics.md.
//
//===----------------------------------------------------------------------===//

#include "Checks.h"
#include "mlir/IR/TypeUtilities.h"
#include "moe/IR/RowLocality.h"

using namespace mlir;
using namespace mlir::moe;

/// f32, or f64 for f64: what a gate and a sum are computed in.
static FloatType computeTypeOf(Type shaped) {
  Type element = getElementTypeOrSelf(shaped);
  return element.isF64() ? cast<FloatType>(element)
                         : Float32Type::get(shaped.getContext());
}

//===----------------------------------------------------------------------===//
// moe.gate
//===----------------------------------------------------------------------===//

LogicalResult GateOp::verify() {
  if (failed(checkSegments(*this, getProperties().operandSegmentSizes,
                           {{0, "logits"}})))
    return failure();
  NamedSize tokens{"tokens"}, logits{"logits"};
  if (failed(checkShape(*this, "logits", getLogits().getType(),
                        {&tokens, &logits})))
    return failure();
  GateParts gate{getRouter(),
                 getBias(),
                 getNoise(),
                 getMask(),
                 getThresholds(),
                 getUniform(),
                 getCapacity(),
                 getWeights().getType(),
                 getExperts().getType(),
                 getScore(),
                 computeTypeOf(getLogits().getType())};
  return checkGate(*this, gate, tokens, logits);
}

LogicalResult GateOp::verifyRegions() {
  return checkScoreRegion(*this, getScore(),
                          computeTypeOf(getLogits().getType()));
}

//===----------------------------------------------------------------------===//
// moe.random_normal, moe.random_uniform
//===----------------------------------------------------------------------===//

template <typename Op> static LogicalResult verifyRandom(Op op) {
  if (failed(checkSegments(op, op.getProperties().operandSegmentSizes,
                           {{0, "seed"}, {1, "step"}})))
    return failure();
  int64_t dynamic = op.getResult().getType().getNumDynamicDims();
  int64_t found = op.getDynamicSizes().size();
  if (dynamic != found) // random_c1
    return op.emitOpError("expects one size for each of the ")
           << dynamic << " dynamic dimensions, found " << found;
  return success();
}
LogicalResult RandomNormalOp::verify() { return verifyRandom(*this); }
LogicalResult RandomUniformOp::verify() { return verifyRandom(*this); }

//===----------------------------------------------------------------------===//
// moe.dispatch
//===----------------------------------------------------------------------===//

LogicalResult DispatchOp::verify() {
  if (failed(checkSegments(*this, getProperties().operandSegmentSizes,
                           {{1, "experts"}})))
    return failure();
  if (getInputs().empty() || getInputs().size() != getRows().size())
    // dispatch_c1
    return emitOpError("expects at least one row input and as many row "
                       "results, found ")
           << getInputs().size() << " inputs and " << getRows().size()
           << " results";
  NamedSize tokens{"tokens"}, slots{"slots a token"};
  if (failed(checkShape(*this, "experts", getExperts().getType(),
                        {&tokens, &slots})))
    return failure();
  if (Value weights = getWeights()) // dispatch_c2
    if (failed(
            checkShape(*this, "weights", weights.getType(), {&tokens, &slots})))
      return failure();

  int64_t bound = getSlots().getType().getDimSize(0);
  for (auto [input, rows] : llvm::zip_equal(getInputs(), getRows())) {
    NamedSize width{"columns"}, any{"rows"};
    // dispatch_c3
    if (failed(
            checkShape(*this, "input", input.getType(), {&tokens, &width})) ||
        failed(checkShape(*this, "rows", rows.getType(), {&any, &width})))
      return failure();
    Type inputElement = getElementTypeOrSelf(input.getType());
    Type rowElement = getElementTypeOrSelf(rows.getType());
    if (inputElement != rowElement) // dispatch_c4
      return emitOpError("expects rows of ")
             << inputElement << " like their input, found " << rowElement;
    if (cast<ShapedType>(rows.getType()).getDimSize(0) != bound) // dispatch_c5
      return emitOpError("expects rows and slots of the same bound, found ")
             << rows.getType() << " and " << getSlots().getType();
  }
  if (failed(checkSlotCount(*this, tokens, slots))) // dispatch_c6
    return failure();
  if (slots.isStatic() && slots.value < 1) // dispatch_c9
    return emitOpError("expects at least one slot a token, found 0");
  if (ShapedType::isStatic(bound) && tokens.isStatic() && slots.isStatic() &&
      bound > tokens.value * slots.value) // dispatch_c5
    return emitOpError("expects a bound of at most the number of slots ")
           << tokens.value * slots.value << ", found " << bound;
  if (failed(checkOffsets(*this, getOffsets().getType()))) // dispatch_c7
    return failure();
  if (failed(checkCapacity(*this, getCapacity(), getPriority(), getSegment())))
    return failure();
  if (getScaleRows() && !getWeights()) // dispatch_c8
    return emitOpError("expects weights where rows are scaled, found none");
  return success();
}

//===----------------------------------------------------------------------===//
// moe.expert
//===----------------------------------------------------------------------===//

LogicalResult ExpertOp::verify() {
  if (failed(checkSegments(*this, getProperties().operandSegmentSizes,
                           {{1, "offsets"}})))
    return failure();
  if (getInputs().empty() || getResults().empty()) // expert_c1
    return emitOpError(
               "expects at least one row operand and one result, found ")
           << getInputs().size() << " and " << getNumResults();
  NamedSize rows{"rows"};
  for (Value input : getInputs()) { // expert_c2
    NamedSize any{"columns"};
    if (failed(
            checkShape(*this, "row operand", input.getType(), {&rows, &any})))
      return failure();
  }
  for (Value result : getResults()) { // expert_c2
    NamedSize any{"columns"};
    if (failed(checkShape(*this, "result", result.getType(), {&rows, &any})))
      return failure();
  }
  FailureOr<int64_t> experts = checkOffsets(*this, getOffsets().getType());
  if (failed(experts)) // expert_c3
    return failure();
  for (Value value : getShared()) // expert_c9
    if (!isa<RankedTensorType, FloatType, IntegerType, IndexType>(
            value.getType()))
      return emitOpError("expects shared operands that are ranked tensors or "
                         "scalars, found ")
             << value.getType();
  for (Value param : getParams()) { // expert_c4
    auto type = cast<RankedTensorType>(param.getType());
    if (type.getRank() == 0 || (ShapedType::isStatic(type.getDimSize(0)) &&
                                type.getDimSize(0) != *experts))
      return emitOpError("expects parameters of ")
             << *experts << " slices, found " << type;
  }
  return success();
}

LogicalResult ExpertOp::verifyRegions() {
  SmallVector<Type> arguments, results;
  for (Value input : getInputs())
    arguments.push_back(
        getRowArgumentType(cast<RankedTensorType>(input.getType())));
  for (Value param : getParams())
    arguments.push_back(
        getParamArgumentType(cast<RankedTensorType>(param.getType())));
  llvm::append_range(arguments, getShared().getTypes());
  for (Value result : getResults())
    results.push_back(
        getRowArgumentType(cast<RankedTensorType>(result.getType())));
  if (failed(
          checkArguments(*this, "region", getBody(), arguments))) // expert_c5
    return failure();
  if (failed(checkYield(*this, "region", getBody(), results))) // expert_c6
    return failure();
  if (failed(checkNoEffects(*this, "region", getBody()))) // expert_c7
    return failure();
  if (getCrossRow())
    return success();
  if (std::optional<RowMixing> mixing = findRowMixing(*this)) { // expert_c8
    InFlightDiagnostic diag =
        emitOpError("expects each result row to depend on its own row only (or "
                    "cross_row), found ")
        << mixing->op->getName() << ", which " << mixing->reason;
    diag.attachNote(mixing->op->getLoc()) << "rows are mixed here";
    return diag;
  }
  return success();
}

//===----------------------------------------------------------------------===//
// moe.combine
//===----------------------------------------------------------------------===//

LogicalResult CombineOp::verify() {
  NamedSize rows{"rows"}, width{"columns"}, tokens{"tokens"},
      slots{"slots a token"};
  // combine_c1
  if (failed(checkShape(*this, "rows", getRows().getType(), {&rows, &width})) ||
      failed(checkShape(*this, "slots", getSlots().getType(), {&rows})))
    return failure();
  // combine_c2
  if (failed(checkShape(*this, "weights", getWeights().getType(),
                        {&tokens, &slots})) ||
      failed(checkShape(*this, "result", getResult().getType(),
                        {&tokens, &width})))
    return failure();
  if (getKeepZeros() && getUnweighted()) // combine_c4
    return emitOpError("expects keep_zeros only where weights are multiplied, "
                       "found unweighted");
  return checkSlotCount(*this, tokens, slots); // combine_c3
}
