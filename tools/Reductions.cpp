//===- Reductions.cpp - Ways to make a program smaller --------------------===//

#include "Reductions.h"

#include "moe/IR/Moe.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"

using namespace mlir;

static bool isMoeOp(Operation *op) {
  return isa_and_nonnull<moe::MoeDialect>(op->getDialect());
}

/// A value of `type` that may stand at `op` in place of one of its results or
/// block arguments: an operand, a block argument, an earlier result, a new
/// argument of the function, or a constant. Null: there is none.
static Value findSubstitute(Operation *op, Type type) {
  for (Value operand : op->getOperands())
    if (operand.getType() == type)
      return operand;
  for (Operation *at = op; at->getBlock(); at = at->getParentOp()) {
    for (Operation *before = at->getPrevNode(); before;
         before = before->getPrevNode())
      for (Value result : before->getResults())
        if (result.getType() == type)
          return result;
    for (Value argument : at->getBlock()->getArguments())
      if (argument.getType() == type)
        return argument;
    Operation *parent = at->getParentOp();
    if (auto function = dyn_cast_if_present<func::FuncOp>(parent)) {
      unsigned index = function.getNumArguments();
      if (failed(function.insertArgument(index, type, {}, op->getLoc())))
        return nullptr;
      return function.getArgument(index);
    }
    if (!parent || parent->hasTrait<OpTrait::IsIsolatedFromAbove>())
      break;
  }
  OpBuilder builder(op);
  if (auto zero = builder.getZeroAttr(type))
    return arith::ConstantOp::create(builder, op->getLoc(), zero);
  return nullptr;
}

/// Erases the op; what used its results uses something else.
static unsigned countErasures(Operation *op) {
  return op->getParentOp() && !op->hasTrait<OpTrait::IsTerminator>();
}
static LogicalResult eraseOp(Operation *op, unsigned) {
  SmallVector<Value> substitutes;
  for (Value result : op->getResults()) {
    substitutes.push_back(
        result.use_empty() ? result : findSubstitute(op, result.getType()));
    if (!substitutes.back())
      return failure();
  }
  for (auto [result, substitute] :
       llvm::zip_equal(op->getResults(), substitutes))
    if (result != substitute)
      result.replaceAllUsesWith(substitute);
  op->erase();
  return success();
}

/// Puts the content of the op's one region in its place.
static unsigned countInlinings(Operation *op) {
  return op->getNumRegions() == 1 && op->getRegion(0).hasOneBlock() &&
         op->getParentOp() && !isa<FunctionOpInterface, ModuleOp>(op) &&
         !op->getRegion(0).front().empty() &&
         op->getRegion(0).front().back().hasTrait<OpTrait::IsTerminator>();
}
static LogicalResult inlineRegion(Operation *op, unsigned) {
  Block &body = op->getRegion(0).front();
  Operation *terminator = body.getTerminator();
  // scf.condition and its kin have leading operands that are not results.
  if (terminator->getNumOperands() != op->getNumResults() ||
      terminator->getOperandTypes() != op->getResultTypes())
    return failure();
  for (BlockArgument argument : body.getArguments()) {
    if (argument.use_empty())
      continue;
    Value substitute = findSubstitute(op, argument.getType());
    if (!substitute)
      return failure();
    argument.replaceAllUsesWith(substitute);
  }
  op->replaceAllUsesWith(terminator->getOperands());
  terminator->erase();
  op->getBlock()->getOperations().splice(op->getIterator(),
                                         body.getOperations());
  op->erase();
  return success();
}

/// Empties an optional region of a moe op.
static unsigned countRegions(Operation *op) {
  return isMoeOp(op) ? op->getNumRegions() : 0;
}
static LogicalResult emptyRegion(Operation *op, unsigned index) {
  Region &region = op->getRegion(index);
  region.dropAllReferences();
  region.getBlocks().clear();
  return success();
}

/// Drops an operand of a moe op, and the block argument of a moe.expert that
/// stands for it.
static unsigned countOperands(Operation *op) {
  return isMoeOp(op) ? op->getNumOperands() : 0;
}
static LogicalResult dropOperand(Operation *op, unsigned index) {
  if (index >= op->getNumOperands())
    return failure();
  StringRef name = "operandSegmentSizes";
  if (auto expert = dyn_cast<moe::ExpertOp>(op)) {
    unsigned offsets = expert.getInputs().size();
    if (index == offsets)
      return failure();
    BlockArgument argument =
        expert.getBody().getArgument(index < offsets ? index : index - 1);
    if (!argument.use_empty())
      return failure();
    expert.getBody().eraseArgument(argument.getArgNumber());
  }
  if (auto segments = op->getAttrOfType<DenseI32ArrayAttr>(name)) {
    SmallVector<int32_t> sizes(segments.asArrayRef());
    int32_t rest = index;
    for (int32_t &size : sizes) {
      if (rest < size) {
        --size;
        break;
      }
      rest -= size;
    }
    op->setAttr(name, DenseI32ArrayAttr::get(op->getContext(), sizes));
  }
  op->eraseOperand(index);
  return success();
}

/// Drops a discardable attribute, or one that a moe op may do without.
static SmallVector<StringAttr> listAttributes(Operation *op) {
  SmallVector<StringAttr> names;
  for (NamedAttribute attribute : op->getDiscardableAttrs())
    names.push_back(attribute.getName());
  if (isMoeOp(op) && op->isRegistered())
    for (StringAttr name : op->getName().getAttributeNames())
      if (name != "operandSegmentSizes" && op->getAttr(name))
        names.push_back(name);
  return names;
}
static unsigned countAttributes(Operation *op) {
  return listAttributes(op).size();
}
static LogicalResult dropAttribute(Operation *op, unsigned index) {
  SmallVector<StringAttr> names = listAttributes(op);
  if (index >= names.size())
    return failure();
  op->removeAttr(names[index]);
  return success();
}

/// Takes the scale, the normalization or the score out of a router.
static unsigned countRouterFields(Operation *op) {
  return op->getAttrOfType<moe::RouterAttr>("router") ? 3 : 0;
}
static LogicalResult simplifyRouter(Operation *op, unsigned index) {
  auto router = op->getAttrOfType<moe::RouterAttr>("router");
  if (!router)
    return failure();
  MLIRContext *context = op->getContext();
  auto none = moe::NormalizeAttr::get(context, moe::NormalizeKind::None,
                                      /*epsilon=*/nullptr);
  auto identity = moe::ScoreAttr::get(context, moe::ScoreKind::Identity);
  op->setAttr("router",
              moe::RouterAttr::get(
                  context, index == 2 ? identity : router.getScore(),
                  router.getSelect(), index == 1 ? none : router.getNormalize(),
                  index == 0 ? nullptr : router.getScale()));
  return success();
}

/// The number of arguments of a function that has a body.
static unsigned countArguments(Operation *op) {
  auto function = dyn_cast<func::FuncOp>(op);
  return function && !function.isExternal() ? function.getNumArguments() : 0;
}
static LogicalResult dropArgument(Operation *op, unsigned index) {
  auto function = cast<func::FuncOp>(op);
  if (!function.getArgument(index).use_empty())
    return failure();
  return function.eraseArgument(index);
}
static LogicalResult dropArgumentAttributes(Operation *op, unsigned index) {
  auto function = cast<func::FuncOp>(op);
  if (mlir::function_interface_impl::getArgAttrs(function, index).empty())
    return failure();
  function.setArgAttrs(index, ArrayRef<NamedAttribute>{});
  return success();
}

/// Drops a result of a function.
static unsigned countResults(Operation *op) {
  auto function = dyn_cast<func::FuncOp>(op);
  return function && !function.isExternal() ? function.getNumResults() : 0;
}
static LogicalResult dropResult(Operation *op, unsigned index) {
  auto function = cast<func::FuncOp>(op);
  function.walk([&](func::ReturnOp ret) { ret->eraseOperand(index); });
  return function.eraseResult(index);
}

static constexpr moe::Reduction reductions[] = {
    {countErasures, eraseOp},
    {countInlinings, inlineRegion},
    {countResults, dropResult},
    {countArguments, dropArgument},
    {countArguments, dropArgumentAttributes},
    {countRegions, emptyRegion},
    {countOperands, dropOperand},
    {countAttributes, dropAttribute},
    {countRouterFields, simplifyRouter},
};

ArrayRef<moe::Reduction> moe::getReductions() { return reductions; }
