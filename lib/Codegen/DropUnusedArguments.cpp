//===- DropUnusedArguments.cpp - Calls pass what is read ------------------===//
//
//   llvm.call @f(%p, %p, %offset, %size, %stride)
//                               ==>   llvm.call @f(%p, %stride)
//
// LLVM's passes for it would want the whole program in one module.
//
//===----------------------------------------------------------------------===//

#include "moe/Codegen/Passes.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/FunctionImplementation.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Transforms/RegionUtils.h"

#include "llvm/ADT/MapVector.h"

namespace mlir::moe {
#define GEN_PASS_DEF_DROPUNUSEDARGUMENTSPASS
#include "moe/Codegen/Passes.h.inc"
} // namespace mlir::moe

using namespace mlir;
using namespace mlir::moe;

/// In registers by the convention of C on x86-64, the narrowest of all.
static constexpr unsigned kMostArguments = 6;

using Calls = llvm::MapVector<StringAttr, SmallVector<LLVM::CallOp>>;

/// The calls of each function that nothing else refers to, and whose calls say
/// no more than what they pass.
static Calls findCalls(ModuleOp module) {
  Calls calls;
  llvm::DenseSet<StringAttr> others;
  auto uses = SymbolTable::getSymbolUses(&module.getBodyRegion());
  if (!uses)
    return {};
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
  calls.remove_if([&](auto &pair) { return others.contains(pair.first); });
  return calls;
}

/// Arguments arrive as parts of structs, of which but few are read.
static void foldStructs(LLVM::LLVMFuncOp function) {
  function.walk([](LLVM::ExtractValueOp extract) {
    SmallVector<OpFoldResult> folded;
    if (failed(extract->fold(folded)) || folded.empty())
      return;
    if (auto element = dyn_cast<Value>(folded.front())) {
      extract.replaceAllUsesWith(element);
      extract.erase();
    }
  });
  for (Block &block : function.getBody())
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block)))
      if (isOpTriviallyDead(&op))
        op.erase();
}

/// What all calls pass for argument `index`, where that is one constant.
static Attribute findConstant(ArrayRef<LLVM::CallOp> calls, unsigned index) {
  Attribute all;
  for (LLVM::CallOp call : calls) {
    Attribute one;
    if (!matchPattern(call.getArgOperands()[index], m_Constant(&one)) ||
        (all && all != one))
      return {};
    all = one;
  }
  return all;
}

static void dropArguments(LLVM::LLVMFuncOp function,
                          ArrayRef<LLVM::CallOp> calls) {
  Block &entry = function.getBody().front();
  llvm::BitVector unused(entry.getNumArguments());
  SmallVector<Type> left;
  OpBuilder builder = OpBuilder::atBlockBegin(&entry);
  for (BlockArgument argument : entry.getArguments()) {
    if (argument.use_empty()) {
      unused.set(argument.getArgNumber());
    } else if (auto constant = dyn_cast_if_present<TypedAttr>(
                   findConstant(calls, argument.getArgNumber()))) {
      argument.replaceAllUsesWith(LLVM::ConstantOp::create(
          builder, function.getLoc(), argument.getType(), constant));
      unused.set(argument.getArgNumber());
    } else {
      left.push_back(argument.getType());
    }
  }
  // The interface's own way knows no function without a result.
  function_interface_impl::eraseFunctionArguments(
      function, unused,
      LLVM::LLVMFunctionType::get(function.getFunctionType().getReturnType(),
                                  left));
  for (LLVM::CallOp call : calls) {
    MutableOperandRange operands = call.getCalleeOperandsMutable();
    for (int index = unused.find_last(); index >= 0;
         index = unused.find_prev(index))
      operands.erase(index);
  }
}

/// Its frame is as large as its code says: LLVM finds its place by registers
/// that it keeps for that otherwise, which fast calls may use.
static bool hasFixedFrame(LLVM::LLVMFuncOp function) {
  return !function
              .walk([&](Operation *op) {
                auto alloca = dyn_cast<LLVM::AllocaOp>(op);
                bool isFixed =
                    !alloca ||
                    (alloca->getBlock() == &function.getBody().front() &&
                     matchPattern(alloca.getArraySize(), m_Constant()));
                return isFixed && !isa<LLVM::StackSaveOp>(op)
                           ? WalkResult::advance()
                           : WalkResult::interrupt();
              })
              .wasInterrupted();
}

/// Code for a machine may pass them as it likes.
static void setFast(LLVM::LLVMFuncOp function, ArrayRef<LLVM::CallOp> calls) {
  for (LLVM::CallOp call : calls)
    if (!hasFixedFrame(call->getParentOfType<LLVM::LLVMFuncOp>()))
      return;
  function.setCConv(LLVM::CConv::Fast);
  for (LLVM::CallOp call : calls)
    call.setCConv(LLVM::CConv::Fast);
}

namespace {
struct DropUnusedArgumentsPass
    : moe::impl::DropUnusedArgumentsPassBase<DropUnusedArgumentsPass> {
  void runOnOperation() override {
    // Where a struct may be made of itself, and calls are none.
    IRRewriter rewriter(&getContext());
    for (auto function : getOperation().getOps<LLVM::LLVMFuncOp>())
      static_cast<void>(eraseUnreachableBlocks(rewriter, function.getBody()));
    SmallVector<std::pair<LLVM::LLVMFuncOp, ArrayRef<LLVM::CallOp>>> functions;
    Calls calls = findCalls(getOperation());
    for (auto &[name, callsOfOne] : calls) {
      auto function = getOperation().lookupSymbol<LLVM::LLVMFuncOp>(name);
      if (function && !function.isExternal() && function.isPrivate() &&
          !function.isVarArg())
        functions.push_back({function, callsOfOne});
    }
    // Of functions that call each other the lower ones are used first: so
    // constants go down two levels, and what is not read below goes up.
    for (auto [function, callsOfOne] : llvm::reverse(functions)) {
      foldStructs(function);
      dropArguments(function, callsOfOne);
    }
    for (auto [function, callsOfOne] : functions) {
      foldStructs(function);
      dropArguments(function, callsOfOne);
      if (function.getNumArguments() > kMostArguments)
        setFast(function, callsOfOne);
    }
  }
};
} // namespace
