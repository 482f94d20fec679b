//===- DropUnusedArguments.cpp - Calls pass what is read ------------------===//
//
//   llvm.call @f(%p, %p, %offset, %size, %stride)
//                               ==>   llvm.call @f(%p, %stride)
//
// LLVM's passes for it would want the whole program in one module.
//
//===----------------------------------------------------------------------===//

#include "moe/Codegen/Passes.h"

#include "PrivateCalls.h"

#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/FunctionImplementation.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Transforms/RegionUtils.h"

#include "llvm/ADT/BitVector.h"

namespace mlir::moe {
#define GEN_PASS_DEF_DROPUNUSEDARGUMENTSPASS
#include "moe/Codegen/Passes.h.inc"
} // namespace mlir::moe

using namespace mlir;
using namespace mlir::moe;

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

namespace {
struct DropUnusedArgumentsPass
    : moe::impl::DropUnusedArgumentsPassBase<DropUnusedArgumentsPass> {
  void runOnOperation() override {
    // Where a struct may be made of itself, and calls are none.
    IRRewriter rewriter(&getContext());
    for (auto function : getOperation().getOps<LLVM::LLVMFuncOp>())
      static_cast<void>(eraseUnreachableBlocks(rewriter, function.getBody()));
    // Erased blocks may have had calls: nobody but this pass, which leaves no
    // more such blocks, preserves the analysis.
    auto functions = getAnalysis<PrivateCalls>().getFunctions();
    // Of functions that call each other the lower ones are used first: so
    // constants go down two levels, and what is not read below goes up.
    for (const auto &[function, calls] : llvm::reverse(functions)) {
      foldStructs(function);
      dropArguments(function, calls);
    }
    for (const auto &[function, calls] : functions) {
      foldStructs(function);
      dropArguments(function, calls);
    }
    markAnalysesPreserved<PrivateCalls>();
  }
};
} // namespace
