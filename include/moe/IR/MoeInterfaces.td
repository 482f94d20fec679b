//===- MoeInterfaces.td - Interfaces of moe attributes --------*- tablegen -*-===//
//
// The fields of a router are attributes behind interfaces, so that another
// dialect can add its own score or selection.
//
//===----------------------------------------------------------------------===//

#ifndef MOE_IR_MOEINTERFACES_TD
#define MOE_IR_MOEINTERFACES_TD

include "mlir/IR/OpBase.td"

def Moe_ScoreAttrInterface : AttrInterface<"ScoreAttrInterface"> {
  let cppNamespace = "::mlir::moe";
  let description = "How the logits of one token become scores.";
  let methods = [
    InterfaceMethod<"Larger logits of one token never get smaller scores, so selecting on logits is an identity.",
      "bool", "isMonotone">,
    InterfaceMethod<"A zero logit has a score of zero.", "bool", "mapsZeroToZero">,
    InterfaceMethod<"The score is the op's region.", "bool", "usesRegion">,
    InterfaceMethod<[{
        Builds the scores `[T,L]` of `logits` `[T,L]` (f32 or f64) from upstream
        ops. `region` is the op's score region or null. This is the meaning of
        the attribute.
      }], "::mlir::Value", "buildReference",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::Location":$loc,
           "::mlir::Value":$logits, "::mlir::Region *":$region)>,
  ];
}

def Moe_SelectAttrInterface : AttrInterface<"SelectAttrInterface"> {
  let cppNamespace = "::mlir::moe";
  let description = "Which experts a token goes to.";
  let methods = [
    InterfaceMethod<"The number of slots K for `logits` logits (which may be dynamic where K does not depend on it).",
      "int64_t", "getSlots", (ins "int64_t":$logits), "", [{ return logits; }]>,
    InterfaceMethod<"K is L and slot j stands for expert j: a dense matrix with zeros.",
      "bool", "isDense", (ins), "", [{ return false; }]>,
    InterfaceMethod<"The choice of a token depends on its own row only.",
      "bool", "isTokenChoice", (ins), "", [{ return true; }]>,
    InterfaceMethod<"Where the score is monotone and there is no selection bias, the logit itself is the key.",
      "bool", "mayUseLogitsAsKey", (ins), "", [{ return false; }]>,
    InterfaceMethod<"Compares keys, to which a selection bias may be added.",
      "bool", "takesBias", (ins), "", [{ return false; }]>,
    InterfaceMethod<"Needs the operand `thresholds`.", "bool", "usesThresholds", (ins), "", [{ return false; }]>,
    InterfaceMethod<"Needs the operand `uniform`.", "bool", "usesUniform", (ins), "", [{ return false; }]>,
    InterfaceMethod<"Needs the operand `capacity`.", "bool", "usesCapacity", (ins), "", [{ return false; }]>,
    InterfaceMethod<"The smallest number of logits that `verifyLogits` accepts.", "int64_t", "getMinLogits", (ins), "", [{ return 1; }]>,
    InterfaceMethod<"Numbers of logits that `verifyLogits` accepts are the multiples of this from the smallest on.",
      "int64_t", "getLogitMultiple", (ins), "", [{ return 1; }]>,
    InterfaceMethod<"Checks the selection against the number of logits (never called with a dynamic one).",
      "::llvm::LogicalResult", "verifyLogits",
      (ins "int64_t":$logits, "::llvm::function_ref<::mlir::InFlightDiagnostic()>":$emitError), "", [{ return ::mlir::success(); }]>,
    InterfaceMethod<[{
        Builds the choice from upstream ops: ids `[T,K]` (i32) and, for a dense
        selection, which slots are kept `[T,K]` (i1). This is the meaning of
        the attribute.
      }], "::mlir::moe::Selection", "buildReference",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::Location":$loc,
           "const ::mlir::moe::SelectionInputs &":$inputs)>,
  ];
}

def Moe_NormalizeAttrInterface : AttrInterface<"NormalizeAttrInterface"> {
  let cppNamespace = "::mlir::moe";
  let description = "How the selected scores of one token become weights.";
  let methods = [
    InterfaceMethod<"Nothing is done.", "bool", "isNone">,
    InterfaceMethod<[{
        Builds the weights `[T,K]` of the selected scores `[T,K]` from upstream
        ops. `kept` `[T,K]` (i1) says which slots were selected; null: all.
      }], "::mlir::Value", "buildReference",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::Location":$loc,
           "::mlir::Value":$scores, "::mlir::Value":$kept)>,
  ];
}

def Moe_ScheduleAttrInterface : AttrInterface<"ScheduleAttrInterface"> {
  let cppNamespace = "::mlir::moe";
  let description = [{
    How one op is tiled and run on one machine. Written by one pass, obeyed by
    all others, and may be written by hand.
  }];
  let methods = [
    InterfaceMethod<"The device it is for: `cpu` or `cuda`.", "::llvm::StringRef", "getDevice">,
    InterfaceMethod<"Rows of one tile.", "int64_t", "getTileRows">,
    InterfaceMethod<"Columns of one tile.", "int64_t", "getTileColumns">,
    InterfaceMethod<"Contraction points of one block.", "int64_t", "getTileDepth">,
  ];
}

#endif // MOE_IR_MOEINTERFACES_TD
