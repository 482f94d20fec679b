//===- SchedulePasses.td - How a program runs on a machine ----*- tablegen -*-===//

#ifndef MOE_TRANSFORMS_SCHEDULEPASSES_TD
#define MOE_TRANSFORMS_SCHEDULEPASSES_TD

include "mlir/Pass/PassBase.td"

def BlockRoutingPass : Pass<"moe-block-routing"> {
  let summary = "Routes of many logits, block by block of tokens";
  let description = [{
    A `moe.route` of so many logits that those of 4096 tokens do not fit into a
    block becomes a loop over blocks of tokens, each a projection and a `moe.gate`:
    memory holds the logits of one block instead of `[T,L]`, and so the noise that
    is added to them, where it is computed. Its plan, which needs all tokens,
    follows. Only for routers that choose token by token, and a number of logits
    that is known.
  }];
  let options = [
    Option<"logitsPerBlock", "logits-per-block", "int64_t", "1 << 23",
           "the logits of a block: 32 MiB of f32">,
    Option<"leastTokens", "least-tokens", "int64_t", "96",
           "of a block: so many read the projection once">
  ];
  let dependentDialects = [
    "::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect",
    "::mlir::cf::ControlFlowDialect", "::mlir::func::FuncDialect",
    "::mlir::linalg::LinalgDialect", "::mlir::math::MathDialect",
    "::mlir::moe::MoeDialect", "::mlir::scf::SCFDialect",
    "::mlir::tensor::TensorDialect"
  ];
}

def InlineParametersPass : Pass<"moe-inline-parameters", "::mlir::ModuleOp"> {
  let summary = "Calls that pass parameters on, inlined";
  let description = [{
    A call within the module that passes on a `moe.param` of the function around
    it, or what is computed from such and from constants, or a constant, becomes
    the body of its callee: weights are known ahead of calls there, and nowhere
    else. All other calls stay.
  }];
}

def GroupMatmulsPass : Pass<"moe-group-matmuls"> {
  let summary = "Matmuls to grouped matmuls of one expert";
  let description = [{
    `linalg.matmul`, and a contraction that says the same, on tensors, from a
    destination of zeros, becomes a `moe.grouped_matmul` of one expert with all
    rows, so that the projection of a gate and a shared expert run on the kernels
    of the experts. The sum is in f32 where the matmul's result is narrower.

    Matmuls of the same rows by weights of one type, like the gate and up
    projections of a shared expert, that one elementwise op reads and nothing
    else, become one, with that op as its epilogue, in f32 (f64 for f64 rows).
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::cf::ControlFlowDialect",
    "::mlir::moe::MoeDialect",
    "::mlir::tensor::TensorDialect"
  ];
}

def AssignSchedulePass : Pass<"moe-assign-schedule"> {
  let summary = "Choose how each op runs on the target";
  let description = [{
    Writes a `#moe.cpu_schedule` on each `moe.grouped_matmul` without a schedule,
    from the facts of `#moe.target` (the module's, else the host's). The forms that
    tiles may have (panels of one register of columns or more, alone or in pairs)
    are rated by the cost model of `moe/Target/KernelCost.h`, the one that `moe-run
    --explain` prints, for 1, 2, 4, ... 256 rows of an expert, and the cheapest is
    taken. The model also says for which blocks of rows tall tiles are faster.
    Parameters alone are packed, which tall tiles and joined panels need, with
    weights of one type; tall tiles with 32 registers, joined panels where the
    processor multiplies and adds in one instruction. Contraction points of bf16 lie
    in pairs where the processor multiplies those or, with rows of bf16 or f32, has
    no registers of 512 bits. What fits decides the rest: the contraction is blocked
    where a panel of the weights is more than a quarter of the second cache, and
    tasks are several a core. Weights that are no parameters are not packed: kernels
    copy short blocks of them. A schedule that is there stays. On other ops one is a
    warning: nothing obeys it.
  }];
}

def PackWeightsPass : Pass<"moe-pack-weights"> {
  let summary = "Weights in the order that micro-kernels read them";
  let description = [{
    The weights of each `moe.grouped_matmul` with a `#moe.cpu_schedule` are packed
    by `linalg.pack` into panels of the schedule's columns, in its groups of
    contraction points, where they depend on parameters alone: outside of loops,
    for `moe-hoist-prepare` to move out of the function. Constants are packed here
    and now: what was packed is a constant. Others are packed only
    where the schedule has no `depth`, without which kernels cannot copy them, or
    says `prefetch`, which asks for packed ones.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::cf::ControlFlowDialect",
    "::mlir::linalg::LinalgDialect", "::mlir::tensor::TensorDialect"
  ];
}

def HoistPreparePass : Pass<"moe-hoist-prepare", "::mlir::ModuleOp"> {
  let summary = "What depends on parameters alone, in a function of its own";
  let description = [{
    What a public function packs or joins of its `moe.param` arguments moves into a
    function `NAME_prepare`; the packed weights become arguments, and parameters
    that nothing else reads go. `moe.prepare` on the function says which arguments
    are left and which ones the other function takes.
  }];
  let dependentDialects = ["::mlir::func::FuncDialect"];
}

#endif // MOE_TRANSFORMS_SCHEDULEPASSES_TD
