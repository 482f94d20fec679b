//===- VerifyStage.cpp - Close a stage with a check -----------------------===//

#include "moe/Pipeline/Passes.h"

#include "mlir/IR/Operation.h"

namespace mlir::moe {
#define GEN_PASS_DEF_VERIFYSTAGEPASS
#include "moe/Pipeline/Passes.h.inc"
} // namespace mlir::moe

using namespace mlir;
using namespace mlir::moe;

namespace {
struct VerifyStagePass : moe::impl::VerifyStagePassBase<VerifyStagePass> {
  using Base::Base;
  void runOnOperation() override {
    const StageRow *row = llvm::find_if(
        getStages(route), [&](auto &row) { return row.stage == stage; });
    if (row == getStages(route).end()) {
      getOperation()->emitError("expects a stage of the route, found '")
          << stringify(stage) << "'";
      return signalPassFailure();
    }
    // What is left of one op often shows in many: the first one is the cause.
    WalkResult result =
        getOperation()->walk<WalkOrder::PreOrder>([&](Operation *op) {
          if (op == getOperation() || row->isLegal(op))
            return WalkResult::advance();
          op->emitError("expects no '")
              << op->getName() << "' after stage '" << stringify(stage) << "'";
          return WalkResult::interrupt();
        });
    if (result.wasInterrupted())
      signalPassFailure();
  }
};
} // namespace
