//===- Hierarchy.cpp - A mixture whose experts are mixtures ---------------===//

#include "Hierarchy.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Remarks.h"

using namespace mlir;
using namespace mlir::moe;

bool Hierarchy::missed(Operation *op, const Twine &reason) {
  remark::missed(op->getLoc(),
                 remark::RemarkOpts::name("FlattenHierarchy").category("moe"))
      << remark::reason("{0}", reason.str());
  return false;
}

/// The rows of `level.experts` come from a dispatch of every live slot, and
/// their weighted sum is the only use of its result.
bool Hierarchy::matchLevel(Level &level, StringRef name) {
  ExpertOp experts = level.experts;
  if (experts.getCrossRow())
    return missed(experts, "the " + name + " mix rows");
  level.dispatch = stripCasts(experts.getOffsets()).getDefiningOp<DispatchOp>();
  if (!level.dispatch)
    return missed(experts, "the rows of the " + name + " have no dispatch");
  DispatchOp dispatch = level.dispatch;
  for (Value input : experts.getInputs())
    if (stripCasts(input).getDefiningOp() != dispatch)
      return missed(experts, "the rows of the " + name +
                                 " are not those of their dispatch");
  if (dispatch.getCapacity())
    return missed(dispatch, "the " + name + " have a capacity");
  if (dispatch.getScaleRows())
    return missed(dispatch, "the gate scales the rows of the " + name);
  if (!dispatch.getWeights())
    return missed(dispatch, "the " + name + " get rows of zero weight too");
  CombineOp combine = level.combine;
  if (stripCasts(combine.getSlots()) != dispatch.getSlots() ||
      stripCasts(combine.getWeights()) != stripCasts(dispatch.getWeights()) ||
      combine.getUnweighted())
    return missed(combine, "the sum of the " + name +
                               " has other weights or slots than their "
                               "dispatch");
  return true;
}

bool Hierarchy::matchOuter() {
  ExpertOp groups = outer.experts;
  if (groups.getNumResults() != 1)
    return missed(groups, "the groups have more than one result");
  Value result = groups.getResult(0);
  while (result.hasOneUse() && isa<tensor::CastOp>(*result.user_begin()))
    result = result.user_begin()->getResult(0);
  outer.combine = result.hasOneUse() ? dyn_cast<CombineOp>(*result.user_begin())
                                     : CombineOp();
  if (!outer.combine || outer.combine.getRows() != result ||
      outer.combine->getBlock() != groups->getBlock())
    return missed(groups,
                  "the result of the groups is used for more than their sum");
  if (!matchLevel(outer, "groups"))
    return false;
  if (outer.dispatch.getExperts().getType().isDynamicDim(1))
    return missed(outer.dispatch, "the number of groups a token is not static");
  return true;
}

bool Hierarchy::matchInner() {
  Value yielded = stripCasts(
      outer.experts.getBody().front().getTerminator()->getOperand(0));
  inner.combine = yielded.getDefiningOp<CombineOp>();
  if (!inner.combine) {
    Operation *last = yielded.getDefiningOp();
    return missed(last ? last : outer.experts,
                  "the groups yield something else than the sum of their "
                  "experts");
  }
  inner.experts = stripCasts(inner.combine.getRows()).getDefiningOp<ExpertOp>();
  if (!inner.experts)
    return missed(inner.combine, "the groups sum something else than the "
                                 "result of their experts");
  if (inner.experts.getNumResults() != 1)
    return missed(inner.experts,
                  "the nested experts have more than one result");
  return matchLevel(inner, "nested experts");
}

bool Hierarchy::matchGate() {
  gate = stripCasts(inner.dispatch.getExperts()).getDefiningOp<GateOp>();
  if (!gate || stripCasts(inner.dispatch.getWeights()) != gate.getWeights() ||
      stripCasts(inner.dispatch.getExperts()) != gate.getExperts())
    return missed(inner.dispatch,
                  "the nested experts are not chosen by a moe.gate alone");
  if (!gate.getRouter().isTokenChoice())
    return missed(gate, "the nested gate compares tokens");
  if (gate.getMask() || gate.getUniform())
    return missed(gate, "a mask or uniform numbers do not travel with rows");
  for (Value perExpert : {gate.getBias(), gate.getThresholds()})
    if (perExpert && !isSame(perExpert))
      return missed(gate, "a bias or threshold of the nested gate differs from "
                          "group to group");
  if (gate.getExperts().getType().isDynamicDim(1))
    return missed(gate, "the number of experts a token is not static");
  return true;
}

/// A constant, or a shared operand of the groups.
bool Hierarchy::isSame(Value value) {
  return llvm::is_contained(outer.experts.getSharedArguments(), value) ||
         value.getDefiningOp<arith::ConstantOp>();
}

Value Hierarchy::outside(OpBuilder &builder, Value value) {
  if (auto constant = value.getDefiningOp<arith::ConstantOp>())
    return builder.clone(*constant)->getResult(0);
  auto arguments = outer.experts.getSharedArguments();
  return outer.experts.getShared()[std::distance(arguments.begin(),
                                                 llvm::find(arguments, value))];
}

bool Hierarchy::matchOperands() {
  auto rowArguments = outer.experts.getRowArguments();
  auto paramArguments = outer.experts.getParamArguments();
  for (Value input : inner.dispatch.getInputs()) {
    auto it = llvm::find(rowArguments, stripCasts(input));
    if (it == rowArguments.end()) {
      Operation *def = stripCasts(input).getDefiningOp();
      return missed(def ? def : inner.dispatch,
                    "the groups compute the rows of their experts");
    }
    Value sorted =
        outer.experts.getInputs()[std::distance(rowArguments.begin(), it)];
    rows.push_back(
        outer.dispatch
            .getInputs()[cast<OpResult>(stripCasts(sorted)).getResultNumber()]);
  }
  for (Value param : inner.experts.getParams()) {
    auto it = llvm::find(paramArguments, param);
    if (it == paramArguments.end())
      return missed(inner.experts, "a parameter of the nested experts is not a "
                                   "slice of one of the groups'");
    params.push_back(
        outer.experts.getParams()[std::distance(paramArguments.begin(), it)]);
  }
  for (Value shared : inner.experts.getShared())
    if (!isSame(shared))
      return missed(inner.experts, "a shared operand of the nested experts "
                                   "differs from group to group");
  int64_t a = outer.experts.getNumExperts(), b = inner.experts.getNumExperts();
  if (a * b > std::numeric_limits<int32_t>::max())
    return missed(inner.experts, "the experts of all groups have no i32 id");
  return true;
}

bool Hierarchy::match() {
  ExpertOp groups = outer.experts;
  if (llvm::none_of(groups.getBody().front(),
                    [](Operation &op) { return isa<ExpertOp>(op); }))
    return false;
  return matchOuter() && matchInner() && matchGate() && matchOperands();
}
