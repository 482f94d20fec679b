//===- InlineParameters.cpp - Calls that pass parameters on ---------------===//
//
//   func @layer(%x, %w {moe.param}) {          func @layer(%x, %w {moe.param})
//   {
//     call @linear(%x, %w)             ==>       <the body of @linear>
//     call @norm(%x)                             call @norm(%x)
//
// Only in the function that has a parameter is it known ahead of calls, and its
// weights are packed there. Other calls stay: copies of code are not free.
//
//===----------------------------------------------------------------------===//

#include "moe/Transforms/Passes.h"

#include "ParameterValues.h"

#include "mlir/Analysis/CallGraph.h"
#include "mlir/Transforms/Inliner.h"

namespace mlir::moe {
#define GEN_PASS_DEF_INLINEPARAMETERSPASS
#include "moe/Transforms/Passes.h.inc"
} // namespace mlir::moe

using namespace mlir;
using namespace mlir::moe;

static bool passesParameter(const Inliner::ResolvedCall &resolved) {
  CallOpInterface call = resolved.call;
  ParameterValues values(call->getParentOfType<func::FuncOp>());
  return llvm::any_of(call.getArgOperands(),
                      [&](Value value) { return values.isKnown(value); });
}

namespace {
struct InlineParametersPass
    : moe::impl::InlineParametersPassBase<InlineParametersPass> {
  void runOnOperation() override {
    auto doNothing = [](Pass &, OpPassManager &, Operation *) {
      return success(); // to a function before it is inlined
    };
    InlinerConfig config;
    Inliner inliner(getOperation(), getAnalysis<CallGraph>(), *this,
                    getAnalysisManager(), doNothing, config, passesParameter);
    if (failed(inliner.doInlining()))
      signalPassFailure();
  }
};
} // namespace
