//===- UseFastCalls.cpp - Many arguments in registers ---------------------===//

#include "moe/Codegen/Passes.h"

#include "PrivateCalls.h"

#include "mlir/IR/Matchers.h"

namespace mlir::moe {
#define GEN_PASS_DEF_USEFASTCALLSPASS
#include "moe/Codegen/Passes.h.inc"
} // namespace mlir::moe

using namespace mlir;
using namespace mlir::moe;

/// In registers by the convention of C on x86-64, the narrowest of all.
static constexpr unsigned kMostArguments = 6;

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

namespace {
struct UseFastCallsPass : moe::impl::UseFastCallsPassBase<UseFastCallsPass> {
  void runOnOperation() override {
    llvm::DenseMap<Operation *, bool> isFixed;
    auto isFromFixedFrame = [&](LLVM::CallOp call) {
      auto caller = call->getParentOfType<LLVM::LLVMFuncOp>();
      auto [place, isNew] = isFixed.try_emplace(caller, false);
      if (isNew)
        place->second = hasFixedFrame(caller);
      return place->second;
    };
    for (const auto &[callee, calls] :
         getAnalysis<PrivateCalls>().getFunctions()) {
      LLVM::LLVMFuncOp function = callee;
      if (function.getNumArguments() <= kMostArguments ||
          !llvm::all_of(calls, isFromFixedFrame))
        continue;
      function.setCConv(LLVM::CConv::Fast);
      for (LLVM::CallOp call : calls)
        call.setCConv(LLVM::CConv::Fast);
    }
  }
};
} // namespace
