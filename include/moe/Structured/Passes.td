//===- Passes.td - moe to upstream value semantics ------------*- tablegen -*-===//

#ifndef MOE_STRUCTURED_PASSES_TD
#define MOE_STRUCTURED_PASSES_TD

include "mlir/Pass/PassBase.td"

def ConvertMoeToLinalgPass : Pass<"convert-moe-to-linalg"> {
  let summary = "Lower every moe op to upstream ops on tensors";
  let description = [{
    The executable meaning of the dialect: each op becomes linalg, tensor, scf,
    arith and math ops, one op at a time, with no decisions. Kept simple for
    ever; every optimised route is tested against it. What the verifiers check of
    static sizes becomes `cf.assert`s on the dynamic ones. Ops of level 2 on
    memrefs are refused: the meaning is in values.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::cf::ControlFlowDialect",
    "::mlir::func::FuncDialect", "::mlir::linalg::LinalgDialect",
    "::mlir::math::MathDialect", "::mlir::scf::SCFDialect",
    "::mlir::tensor::TensorDialect"
  ];
}

#endif // MOE_STRUCTURED_PASSES_TD
