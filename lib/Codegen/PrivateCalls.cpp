//===- PrivateCalls.cpp - Functions all of whose calls are known ----------===//

#include "PrivateCalls.h"

#include "llvm/ADT/MapVector.h"

using namespace mlir;
using namespace mlir::moe;

namespace {
/// What refers to functions, by their names.
struct References {
  void add(Operation *op);

  llvm::MapVector<StringAttr, SmallVector<LLVM::CallOp>> calls;
  llvm::DenseSet<StringAttr> others;
};
} // namespace

/// Of its own dialect, most ops can not refer to any. Attributes of all others
/// are read, which costs more than what there is to do.
static bool mayRefer(Operation *op) {
  return !isa<LLVM::LLVMDialect>(op->getDialect()) ||
         isa<CallOpInterface, SymbolUserOpInterface, FunctionOpInterface>(op);
}

void References::add(Operation *op) {
  auto call = dyn_cast<LLVM::CallOp>(op);
  if (!call || call.getArgAttrsAttr() || !call.getCalleeAttr()) {
    if (auto address = dyn_cast<LLVM::AddressOfOp>(op))
      others.insert(address.getGlobalNameAttr().getAttr());
    else if (mayRefer(op))
      op->getAttrDictionary().walk([&](SymbolRefAttr symbol) {
        others.insert(symbol.getRootReference());
      });
    return;
  }
  StringAttr callee = call.getCalleeAttr().getAttr();
  calls[callee].push_back(call);
  // Of the same arguments as the function that the call is in.
  if (call.getTailCallKind() == LLVM::TailCallKind::MustTail) {
    auto caller = call->getParentOfType<LLVM::LLVMFuncOp>();
    others.insert(callee);
    others.insert(caller.getSymNameAttr());
  }
}

PrivateCalls::PrivateCalls(Operation *module) {
  References found;
  module->walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (op != module && op->hasTrait<OpTrait::SymbolTable>())
      return WalkResult::skip(); // its names are its own
    found.add(op);
    return WalkResult::advance();
  });
  SymbolTable table(module);
  for (auto &[name, calls] : found.calls) {
    auto function = table.lookup<LLVM::LLVMFuncOp>(name);
    if (!found.others.contains(name) && function && !function.isExternal() &&
        function.isPrivate() && !function.isVarArg())
      functions.push_back({function, std::move(calls)});
  }
}
