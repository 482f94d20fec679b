//===- MoeEnums.td - Enumerations of the moe dialect ----------*- tablegen -*-===//

#ifndef MOE_IR_MOEENUMS_TD
#define MOE_IR_MOEENUMS_TD

include "moe/IR/MoeBase.td"
include "mlir/IR/EnumAttr.td"

class Moe_Enum<string name, string summary, list<I32EnumCase> cases>
    : I32Enum<name, summary, cases> {
  let cppNamespace = "::mlir::moe";
}

def Moe_ScoreKind : Moe_Enum<"ScoreKind", "how a logit becomes a score", [
    I32EnumCase<"Softmax", 0, "softmax">,
    I32EnumCase<"Sigmoid", 1, "sigmoid">,
    I32EnumCase<"SqrtSoftplus", 2, "sqrt_softplus">,
    I32EnumCase<"Relu", 3, "relu">,
    I32EnumCase<"Identity", 4, "identity">,
    I32EnumCase<"Region", 5, "region">]>;

def Moe_GroupBy : Moe_Enum<"GroupBy", "how a group of experts is scored", [
    I32EnumCase<"Max", 0, "max">,
    I32EnumCase<"SumOfTwo", 1, "sum_of_two">]>;

def Moe_NormalizeKind : Moe_Enum<"NormalizeKind", "how selected weights are normalized", [
    I32EnumCase<"None", 0, "none">,
    I32EnumCase<"Sum", 1, "sum">,
    I32EnumCase<"Softmax", 2, "softmax">]>;

def Moe_InitKind : Moe_Enum<"InitKind", "what an input that nobody gives looks like", [
    I32EnumCase<"Normal", 0, "normal">,
    I32EnumCase<"FanIn", 1, "fan_in">,
    I32EnumCase<"Zeros", 2, "zeros">]>;

def Moe_Priority : Moe_Enum<"Priority", "who keeps a place when an expert is full", [
    I32EnumCase<"TokenMajor", 0, "token_major">,
    I32EnumCase<"ChoiceMajor", 1, "choice_major">]>;
def Moe_PriorityAttr : EnumAttr<Moe_Dialect, Moe_Priority, "priority">;

#endif // MOE_IR_MOEENUMS_TD
