//===- Passes.td - Passes that know the stages ----------------*- tablegen -*-===//

#ifndef MOE_PIPELINE_PASSES_TD
#define MOE_PIPELINE_PASSES_TD

include "mlir/Pass/PassBase.td"

def VerifyStagePass : Pass<"moe-verify-stage"> {
  let summary = "Reject ops that may not outlive a stage";
  let description = [{
    Closes a stage: every op that the stage should have lowered, and every op
    that no later stage knows, is an error at its location.
  }];
  let options = [
    Option<"stage", "stage", "::mlir::moe::Stage", "::mlir::moe::Stage::Structured",
      "the stage that has just ended", [{::llvm::cl::values(
        clEnumValN(::mlir::moe::Stage::Moe, "moe", "what the program says"),
        clEnumValN(::mlir::moe::Stage::Structured, "structured", "upstream ops on tensors"),
        clEnumValN(::mlir::moe::Stage::Buffers, "buffers", "memory, loops and vectors"),
        clEnumValN(::mlir::moe::Stage::Llvm, "llvm", "the llvm dialect"))}]>,
    Option<"route", "route", "::mlir::moe::Route", "::mlir::moe::Route::Reference",
      "the route that the stage is of", [{::llvm::cl::values(
        clEnumValN(::mlir::moe::Route::Reference, "reference", "the meaning of every op"),
        clEnumValN(::mlir::moe::Route::CPU, "cpu", "micro-kernels and threads"))}]>
  ];
}

#endif // MOE_PIPELINE_PASSES_TD
