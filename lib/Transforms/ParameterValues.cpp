//===- ParameterValues.cpp - What is known ahead of calls -----------------===//

#include "ParameterValues.h"

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
  for (Operation &op : function.front())
    if (isMemoryEffectFree(&op) && op.getNumResults() > 0 &&
        llvm::all_of(getReads(&op), [&](Value v) { return isKnown(v); }))
      ops.insert(&op);
}

bool ParameterValues::isParameter(Value value) const {
  auto argument = dyn_cast<BlockArgument>(value);
  return isPrepared && argument && argument.getOwner() == &function.front() &&
         function.getArgAttr(argument.getArgNumber(), "moe.param");
}
