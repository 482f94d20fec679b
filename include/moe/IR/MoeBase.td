//===- MoeBase.td - The moe dialect and its op base class -----*- tablegen -*-===//

#ifndef MOE_IR_MOEBASE_TD
#define MOE_IR_MOEBASE_TD

include "mlir/IR/OpBase.td"

def Moe_Dialect : Dialect {
  let name = "moe";
  let cppNamespace = "::mlir::moe";
  let summary = "Mixtures of experts as sparse sums";
  let description = [{
    Every mixture of experts is one sparse sum, `y_t = sum_e G(x_t)_e * E_e(x_t)`.
    The dialect says it on two levels.

    *Level 1* is what a model says: pure ops on tensors (`moe.gate`,
    `moe.dispatch`, `moe.expert`, `moe.combine` and the random numbers).
    *Level 2* is what the machine is asked to do: destination-style ops on
    tensors and memrefs (`moe.plan`, `moe.route`, `moe.grouped_matmul`,
    `moe.gather_rows`, `moe.combine_rows`).

    **A gate that is exactly zero contributes nothing.** That is part of the
    meaning of the ops, so 0 * inf cannot leak and skipping is always legal.

    Sizes: T tokens, D width, L logits, E experts, K gate slots a token, R rows.
    Slot t*K+j is the j-th gate slot of token t. Ids, offsets and slots are i32.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::tensor::TensorDialect"
  ];
  let useDefaultAttributePrinterParser = 1;
  let hasOperationAttrVerify = 1;
  let hasRegionArgAttrVerify = 1;
  let hasRegionResultAttrVerify = 1;
  let extraClassDeclaration = [{
  private:
    /// Inlining and bytecode.
    void registerDialectInterfaces();
  public:
  }];
}

class Moe_Op<string mnemonic, list<Trait> traits = []>
    : Op<Moe_Dialect, mnemonic, traits>;

#endif // MOE_IR_MOEBASE_TD
