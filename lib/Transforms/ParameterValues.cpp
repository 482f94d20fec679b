//===- ParameterValues.cpp - What is known ahead of calls -----------------===//

#include "ParameterValues.h"

#include "ConstantWeights.h"

#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Transforms/RegionUtils.h"
#include "moe/IR/Moe.h"

using namespace mlir;
using namespace mlir::moe;

SmallVector<Value> moe::getReads(Operation *op) {
  llvm::SetVector<Value> above;
  getUsedValuesDefinedAbove(op->getRegions(), above);
  SmallVector<Value> reads(op->getOperands());
  llvm::append_range(reads, above);
  return reads;
}

/// Calls come from outside of the module only, with the parameters as they are.
static bool canPrepare(func::FuncOp function) {
  auto module = function->getParentOfType<ModuleOp>();
  if (!module || function.isExternal() || !function.isPublic() ||
      !function.getBody().hasOneBlock() || function->hasAttr("moe.prepare") ||
      !SymbolTable::symbolKnownUseEmpty(function, module))
    return false;
  return llvm::none_of(module.getOps<func::FuncOp>(), [&](func::FuncOp other) {
    auto known = other->getAttrOfType<PrepareAttr>("moe.prepare");
    return known && known.getFunction().getAttr() == function.getNameAttr();
  });
}

ParameterValues::ParameterValues(func::FuncOp function)
    : function(function), isPrepared(function && canPrepare(function)) {
  if (!isPrepared)
    return;
  auto isRead = [&](Value v) {
    return isParameter(v) || ops.contains(v.getDefiningOp());
  };
  auto isFromParameter = [&](Value v) {
    return isParameter(v) || fromParameters.contains(v.getDefiningOp());
  };
  for (Operation &op : function.front()) {
    if (!isMemoryEffectFree(&op) || op.getNumResults() == 0 ||
        !llvm::all_of(getReads(&op), isRead))
      continue;
    ops.insert(&op);
    if (llvm::any_of(getReads(&op), isFromParameter))
      fromParameters.insert(&op);
  }
}

bool ParameterValues::isKnown(Value value) const {
  return isParameter(value) || fromParameters.contains(value.getDefiningOp()) ||
         isConstantWeight(value);
}

bool ParameterValues::isParameter(Value value) const {
  auto argument = dyn_cast<BlockArgument>(value);
  return isPrepared && argument && argument.getOwner() == &function.front() &&
         function.getArgAttr(argument.getArgNumber(), "moe.param");
}

StringRef ParameterValues::whyNotKnown(Value value) const {
  if (!function)
    return "the weights are outside of a function";
  if (!isPrepared)
    return function->hasAttr("moe.prepare")
               ? "the function has a preparation, which does not give them"
               : "the function is private, or the module refers to it";
  if (auto argument = dyn_cast<BlockArgument>(value);
      argument && argument.getOwner() == &function.front())
    return "the weights are an argument without moe.param";
  return ops.contains(value.getDefiningOp())
             ? "each call computes the weights from constants"
             : "the weights depend on what is no parameter";
}
