//===- PrivateCalls.cpp - Functions all of whose calls are known ----------===//

#include "PrivateCalls.h"

#include "llvm/ADT/MapVector.h"

using namespace mlir;
using namespace mlir::moe;

PrivateCalls::PrivateCalls(Operation *module) {
  llvm::MapVector<StringAttr, SmallVector<LLVM::CallOp>> calls;
  llvm::DenseSet<StringAttr> others;
  auto uses = SymbolTable::getSymbolUses(&module->getRegion(0));
  if (!uses)
    return;
  module->getAttrDictionary().walk(
      [&](SymbolRefAttr symbol) { others.insert(symbol.getRootReference()); });
  for (SymbolTable::SymbolUse use : *uses) {
    StringAttr name = use.getSymbolRef().getRootReference();
    auto call = dyn_cast<LLVM::CallOp>(use.getUser());
    if (!call || call.getCalleeAttr() != use.getSymbolRef()) {
      others.insert(name);
      continue;
    }
    // Of the same arguments as the function that the call is in.
    bool isTail = call.getTailCallKind() == LLVM::TailCallKind::MustTail;
    if (isTail)
      others.insert(call->getParentOfType<LLVM::LLVMFuncOp>().getSymNameAttr());
    if (isTail || call.getArgAttrsAttr())
      others.insert(name);
    calls[name].push_back(call);
  }
  SymbolTable table(module);
  for (auto &[name, callsOfOne] : calls) {
    auto function = table.lookup<LLVM::LLVMFuncOp>(name);
    if (!others.contains(name) && function && !function.isExternal() &&
        function.isPrivate() && !function.isVarArg())
      functions.push_back({function, std::move(callsOfOne)});
  }
}
