//===- SharedLayer.cpp - A layer and an expert of all tokens --------------===//

#include "SharedLayer.h"

#include "RegionProgram.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;
using namespace mlir::moe;

/// What `op` adds to `value` element by element; null if it does not.
static Value getOtherTerm(Operation *op, Value value) {
  Operation *add = op;
  if (auto structured = dyn_cast<linalg::LinalgOp>(op)) {
    Block *body = structured.getBlock();
    if (structured.getNumDpsInputs() != 2 || structured.getNumDpsInits() != 1 ||
        structured.getNumParallelLoops() != structured.getNumLoops() ||
        !llvm::all_of(structured.getIndexingMapsArray(),
                      [](AffineMap map) { return map.isIdentity(); }) ||
        body->getOperations().size() != 2)
      return {};
    add = &body->front();
    Value first = body->getArgument(0), second = body->getArgument(1);
    if (!isa<arith::AddFOp>(add) ||
        body->getTerminator()->getOperand(0) != add->getResult(0) ||
        !((add->getOperand(0) == first && add->getOperand(1) == second) ||
          (add->getOperand(0) == second && add->getOperand(1) == first)))
      return {};
  } else if (!isa<arith::AddFOp>(op)) {
    return {};
  }
  Value left = op->getOperand(0), right = op->getOperand(1);
  if (left == right)
    return {};
  return left == value ? right : right == value ? left : Value();
}

/// Whether `op` only asks for a size.
static bool isSize(Operation *op) { return isa<tensor::DimOp>(op); }

/// The sum that a layer ends with, where what it adds ends as the region of the
/// experts does. Failure without a word: another kind of program.
static FailureOr<SharedLayer> findSum(CombineOp combine) {
  SharedLayer layer;
  layer.combine = combine;
  layer.expert = combine.getRows().getDefiningOp<ExpertOp>();
  if (!layer.expert)
    return failure();
  layer.dispatch = layer.expert.getOffsets().getDefiningOp<DispatchOp>();
  if (!layer.dispatch || layer.expert->getNumResults() != 1 ||
      layer.dispatch.getOffsets() != layer.expert.getOffsets() ||
      layer.dispatch.getSlots() != combine.getSlots())
    return failure();
  Operation *last =
      stripCasts(layer.expert.getBody().front().getTerminator()->getOperand(0))
          .getDefiningOp();
  for (Operation *user : combine.getResult().getUsers()) {
    Value other = getOtherTerm(user, combine.getResult());
    Operation *root = other ? stripCasts(other).getDefiningOp() : nullptr;
    if (!root || !last || root->getName() != last->getName())
      continue;
    layer.sum = user;
    layer.ffn = other;
    return layer;
  }
  return failure();
}

static bool hasUsersOnly(Value value, function_ref<bool(Operation *)> holds) {
  return llvm::all_of(value.getUsers(), holds);
}

/// An argument of the function that is the same in every call.
static bool isParameter(Value value, func::FuncOp function) {
  auto argument = dyn_cast<BlockArgument>(value);
  return argument && argument.getOwner() == &function.front() &&
         function.getArgAttr(argument.getArgNumber(), "moe.param");
}

/// Why the layer may not have another expert, whatever it is; or "".
static StringRef checkLayer(SharedLayer &layer) {
  DispatchOp dispatch = layer.dispatch;
  auto function = dyn_cast<func::FuncOp>(dispatch->getParentOp());
  for (Operation *op :
       {layer.expert.getOperation(), layer.combine.getOperation(), layer.sum})
    if (!function || op->getBlock() != &function.front())
      return "the layer is not in one block of a function";
  if (dispatch.getCapacity() || dispatch.getScaleRows())
    return "a capacity drops rows, or rows are scaled";
  auto gate = stripCasts(dispatch.getExperts()).getDefiningOp<GateOp>();
  int64_t logits =
      gate ? gate.getLogits().getType().getDimSize(1) : ShapedType::kDynamic;
  if (ShapedType::isDynamic(logits) || logits > dispatch.getNumExperts())
    return "an id may be the number of experts, or more";
  if (layer.combine.getWeights().getType().getDimSize(1) !=
      dispatch.getExperts().getType().getDimSize(1))
    return "the sum has other slots a token";
  Type element = layer.combine.getResult().getType().getElementType();
  if (element != getElementTypeOrSelf(layer.combine.getRows()) ||
      !(element.isF32() || element.isF64()))
    return "the sum is rounded before the shared expert is added";
  if (!hasUsersOnly(layer.combine.getResult(), [&](Operation *user) {
        return user == layer.sum || isSize(user);
      }))
    return "the sum without the shared expert is used elsewhere";
  for (Value rows : layer.expert.getInputs()) {
    auto result = dyn_cast<OpResult>(rows);
    if (!result || result.getOwner() != dispatch ||
        result.getResultNumber() >= dispatch.getInputs().size())
      return "the experts read other rows, too";
    layer.rows.push_back(dispatch.getInputs()[result.getResultNumber()]);
  }
  if (!hasUsersOnly(layer.expert->getResult(0),
                    [&](Operation *user) { return user == layer.combine; }))
    return "the rows of the experts are used elsewhere";
  for (Value value : layer.expert.getShared())
    if (value.getDefiningOp() == dispatch)
      return "the experts share what the dispatch gives";
  for (Value result : dispatch->getResults())
    if (!hasUsersOnly(result, [&](Operation *user) {
          return user == layer.expert || user == layer.combine;
        }))
      return "rows, slots or offsets are used elsewhere";
  if (!llvm::all_of(layer.expert.getParams(),
                    [&](Value v) { return isParameter(v, function); }))
    return "a parameter of the experts is no argument with moe.param";
  return "";
}

/// Whether what is added is the region of the experts on all tokens.
static bool matchProgram(SharedLayer &layer, std::string &why) {
  RegionProgram program(layer.expert, layer.rows);
  Operation *yield = layer.expert.getBody().front().getTerminator();
  if (!program.compare(yield->getOperand(0), layer.ffn)) {
    why = ("the shared expert has " + program.getDifference()).str();
    return false;
  }
  auto function = cast<func::FuncOp>(layer.dispatch->getParentOp());
  layer.params = llvm::to_vector(program.getParams());
  for (auto [own, argument] :
       llvm::zip_equal(layer.params, layer.expert.getParamArguments()))
    if (!own) {
      why = "the experts do not read one of their parameters";
      return false;
    } else if (!isParameter(own, function) ||
               own.getType() != argument.getType()) {
      why = "a parameter of the shared expert is no argument with moe.param";
      return false;
    }
  layer.ops = program.getOps();
  for (Operation *op : layer.ops)
    if (!isa<tensor::EmptyOp, tensor::DimOp, linalg::FillOp>(op) &&
        !llvm::all_of(op->getUsers(), [&](Operation *user) {
          return user == layer.sum || isSize(user) || layer.ops.contains(user);
        })) {
      why = "what the shared expert computes is used elsewhere";
      return false;
    }
  return true;
}

FailureOr<SharedLayer> moe::matchSharedLayer(CombineOp combine,
                                             std::string &why) {
  auto layer = findSum(combine);
  if (failed(layer))
    return failure();
  why = checkLayer(*layer).str();
  if (!why.empty() || !matchProgram(*layer, why))
    return failure();
  return layer;
}
