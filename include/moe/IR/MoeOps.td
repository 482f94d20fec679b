//===- MoeOps.td - The whole moe dialect ----------------------*- tablegen -*-===//

#ifndef MOE_IR_MOEOPS_TD
#define MOE_IR_MOEOPS_TD

include "moe/IR/MoeModelOps.td"
include "moe/IR/MoeMachineOps.td"

#endif // MOE_IR_MOEOPS_TD
