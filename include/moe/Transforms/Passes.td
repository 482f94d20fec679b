//===- Passes.td - moe to moe: all decisions ------------------*- tablegen -*-===//

#ifndef MOE_TRANSFORMS_PASSES_TD
#define MOE_TRANSFORMS_PASSES_TD

include "moe/Transforms/SchedulePasses.td"
include "moe/Transforms/ZeroGatePasses.td"

def AttachTargetPass : Pass<"moe-attach-target", "::mlir::ModuleOp"> {
  let summary = "The facts of a machine as a module attribute";
  let description = [{
    Sets `moe.target` where the module has none, for cost models and schedules
    to read: the host's facts, or those of a named machine.

    ```mlir
    module {}
    // ==>
    module attributes {moe.target = #moe.target<cpu, arch = "znver4", ...>} {}
    ```
  }];
  let options = [
    Option<"target", "target", "std::string", "\"host\"",
           "host, LLVM's name of an x86-64 processor, as znver5 or x86-64-v3, "
           "sm_80 or sm_90a">
  ];
  let dependentDialects = ["::mlir::moe::MoeDialect"];
}

def SimplifyRoutingPass : Pass<"moe-simplify-routing"> {
  let summary = "The legal algebra of routing";
  let description = [{
    Routers become equal ones that cost less, until no rule applies. Each rule
    is proved in docs/Rationale.md, "The algebra of routing".

    | rule | what becomes what |
    |---|---|
    | `scale` | weights times a constant: a factor of the router's scale |
    | `normalize-selected` | softmax, top-k, divided by the sum: top-k, softmax |
    | `unit-weight` | the only weight of a token, normalized: the scale |
    | `select-all` | top-k of all logits: `all`, if no slot order is read |
    | `unread-weights` | weights that nobody reads: no score |
    | `constant-gate` | equal logits for all tokens: constant experts and weights |
    | `weights-of-one` | a combine with weights of 1: `unweighted` |
    | `nonzero-weights` | a dispatch by constant weights: without weights |
    | `static-experts` | constant experts: their regions on the tokens themselves |
    | `shared-expert` | the experts' program on all tokens, added: one more expert |

    `static-experts` makes a mixture of one expert a plain feed-forward network.
    `shared-expert` copies parameters, arguments with `moe.param`, into one; it
    needs a `moe.target` for which the cost model says that this is faster.

    ```mlir
    %w, %e = moe.gate %z <softmax, top_k<2>, sum> : ...
    // ==>
    %w, %e = moe.gate %z <identity, top_k<2>, softmax> : ...
    ```

    Remarks of category `moe`, name `SimplifyRouting`: passed with the `rule`;
    missed with the `rule` and what stands in its way.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::cf::ControlFlowDialect",
    "::mlir::linalg::LinalgDialect", "::mlir::tensor::TensorDialect"
  ];
}

def FlattenHierarchyPass : Pass<"moe-flatten-hierarchy"> {
  let summary = "A mixture whose experts are mixtures as one mixture";
  let description = [{
    Where the region of a `moe.expert` is itself gate, dispatch, expert and
    combine, with `a` groups of `b` experts, all `a*b` experts get one dispatch
    (Shazeer et al. 2017, eq. 12). The weight of expert `i*b + j` is the product
    of the two gates. Selection stays nested: the groups' dispatch remains, for
    the logits of the nested gate, which are computed for selected groups only.

    ```mlir
    %rows, %o, %s = moe.dispatch %x to %e weights(%w : tensor<?x2xf32>) : ...
    %out = moe.expert rows(%xe = %rows : ...) offsets(%o : tensor<17xi32>)
        params(%g = %wg : tensor<16x512x16xf32>, %p = %wp : tensor<16x16x512x512xf32>) {
      // %z = xe * g
      %w2, %e2 = moe.gate %z <softmax, top_k<2>> : ...
      %rows2, %o2, %s2 = moe.dispatch %xe to %e2 weights(%w2 : ...) : ...
      %out2 = moe.expert rows(%xe2 = %rows2 : ...) offsets(%o2 : tensor<17xi32>)
                         params(%p2 = %p : tensor<16x512x512xf32>) { ... } -> ...
      %ye = moe.combine %out2 by %s2 weights(%w2) : ...
      moe.yield %ye : ...
    } -> ...
    %y = moe.combine %out by %s weights(%w) : ...
    // ==>
    %rows, %o, %s = moe.dispatch %x to %e weights(%w : tensor<?x2xf32>) : ...
    %zr = moe.expert rows(%xe = %rows : ...) offsets(%o : tensor<17xi32>)
        params(%g = %wg : tensor<16x512x16xf32>) { /* xe * g */ } -> ...
    %z = moe.combine %zr by %s weights(%w1 : tensor<?x1xf32>) unweighted : ... // by slot
    %w2, %e2 = moe.gate %z <softmax, top_k<2>> : ...
    // %fw = w * w2, %fe = e * 16 + e2, as tensor<?x4xf32>, tensor<?x4xi32>
    %rows2, %o2, %s2 = moe.dispatch %x to %fe weights(%fw : ...) : ...
    %out = moe.expert rows(%xe = %rows2 : ...) offsets(%o2 : tensor<257xi32>)
        params(%p2 = %wp_collapsed : tensor<256x512x512xf32>) { ... } -> ...
    %y = moe.combine %out by %s2 weights(%fw) : ...
    ```

    A token's experts are summed in ascending order of all `a*b` ids, from
    products of gates that are rounded once; the groups' sums are no longer
    rounded on their own. Experts whose product of gates rounds to zero
    contribute nothing.

    Remarks `FlattenHierarchy`: passed with the numbers of groups, experts and
    slots a token; missed with the reason.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect",
    "::mlir::tensor::TensorDialect"
  ];
}

def FlattenTimePass : Pass<"moe-flatten-time"> {
  let summary = "A mixture of each time step as one of all steps";
  let description = [{
    A mixture in an `scf.for` over time steps, which reads slice t of tensors
    `[T,B,...]` (or `[B,T,...]`) and writes slice t of the results, is applied
    once to all rows (Shazeer et al. 2017, section 3.1). What the loop carries
    from step to step may feed the mixture: it stays a loop, which stores what
    the mixture reads. Gates choose for each token on its own, and experts see
    the rows of all steps: nothing is reassociated.

    ```mlir
    %y = scf.for %t = %c0 to %n step %c1 iter_args(%acc = %init) -> tensor<?x?x8xf32> {
      %xt = tensor.extract_slice %x[%t, 0, 0] [1, %b, 8] [1, 1, 1]
          : tensor<?x?x8xf32> to tensor<?x8xf32>
      // gate, dispatch, expert, combine of %xt
      %next = tensor.insert_slice %yt into %acc[%t, 0, 0] [1, %b, 8] [1, 1, 1]
          : tensor<?x8xf32> into tensor<?x?x8xf32>
      scf.yield %next : tensor<?x?x8xf32>
    }
    // ==>
    %rows = tensor.collapse_shape %x [[0, 1], [2]] : tensor<?x?x8xf32> into tensor<?x8xf32>
    // gate, dispatch, expert, combine of %rows
    %y = tensor.reshape %ys(%shape) // to [%n, %b, 8]
        : (tensor<?x8xf32>, tensor<3xindex>) -> tensor<?x?x8xf32>
    ```

    Left alone, with a remark: loops that are recurrent through the mixture,
    routers and capacities that look at the other tokens of a step, ops with
    side effects, ops that compute with the number of the step, and loops that
    carry state behind the mixture.

    Remarks `FlattenTime`: passed; missed with the reason.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::scf::SCFDialect",
    "::mlir::tensor::TensorDialect"
  ];
}

def FuseExpertsPass : Pass<"moe-fuse-experts"> {
  let summary = "Expert regions to grouped matmuls with epilogues";
  let description = [{
    Decomposes each `moe.expert`: contractions with a stacked parameter become
    `moe.grouped_matmul`s, those of the same rows one op with several weights;
    everything elementwise goes into the epilogue on the accumulators; rows
    that come from a `moe.dispatch` are gathered on load; the last matmul
    multiplies by the combine weights and adds into the tokens. What has no
    matmul form stays in a smaller `moe.expert`; a remark names the op.

    ```mlir
    %rows, %o, %s = moe.dispatch %x to %e weights(%w : ...) : ...
    %y = moe.expert rows(%xe = %rows : ...) offsets(%o : ...)
                    params(%g = %wg : ..., %u = %wu : ..., %d = %wd : ...) {
      // silu(xe * g) * (xe * u) * d
    } -> ...
    %r = moe.combine %y by %s weights(%w) : ...
    // ==>
    %h = moe.grouped_matmul ins(%x : ...) offsets(%o : ...) weights(%wg, %wu : ...)
        slots(%s : ...) slots_per_token(8) gather outs(%i : ...) epilogue {...} -> ...
    %r = moe.grouped_matmul ins(%h : ...) offsets(%o : ...) weights(%wd : ...)
        slots(%s : ...) slots_per_token(8) accumulate
        operands(%w : ...) maps [...] outs(%z : ...) epilogue {...} -> ...
    ```

    Remarks of category `moe`, name `FuseExperts`: passed with the number of
    matmuls and regions; missed where the expert mixes rows, has no matmul or a
    result of dynamic width, at the op that has no matmul form or stays in a
    region, and at a `moe.combine` that stays: its weights are defined after the
    expert, the rows are used elsewhere or are no result of a matmul of their own.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::cf::ControlFlowDialect",
    "::mlir::linalg::LinalgDialect", "::mlir::tensor::TensorDialect"
  ];
}

def PlanDispatchPass : Pass<"moe-plan-dispatch"> {
  let summary = "Dispatch and combine to plan, gather and sum";
  let description = [{
    `moe.dispatch` becomes `moe.plan` and one `moe.gather_rows` for each row
    result that is used; the `moe.combine`s of its rows become
    `moe.combine_rows`, for which the plan also lists each token's rows.

    ```mlir
    %rows, %o, %s = moe.dispatch %x to %e weights(%w : ...) : ...
    // ==>
    %o, %s = moe.plan ins(%e : ...) weights(%w : ...) outs(...) -> ...
    %rows = moe.gather_rows ins(%x, %s : ...) slots_per_token(8) outs(...) -> ...
    ```

    Remark: missed `PlanDispatch`, where K is not static.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::cf::ControlFlowDialect",
    "::mlir::tensor::TensorDialect"
  ];
}

def FuseGatingPass : Pass<"moe-fuse-gating"> {
  let summary = "Projection, noise, gate and plan to one op";
  let description = [{
    The matmul that makes a gate's logits (with its bias and casts), noise that
    is scaled by the softplus of a projection of the same tokens, the gate and
    the plan of its slots become one `moe.route`.

    ```mlir
    %z = linalg.matmul ins(%x, %wg : ...) outs(%zero : ...) -> ...
    %w, %e = moe.gate %z <softmax, top_k<8>> : ...
    %o, %s = moe.plan ins(%e : ...) weights(%w : ...) outs(...) -> ...
    // ==>
    %w, %e, %o, %s = moe.route <softmax, top_k<8>> ins(%x, %wg : ...) outs(...) -> ...
    ```

    Remarks `FuseGating`: passed; missed where the logits are no matmul or are
    used elsewhere, or the projection and the gate compute in different types.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect",
    "::mlir::tensor::TensorDialect", "::mlir::moe::MoeDialect"
  ];
}

def InstrumentPass : Pass<"moe-instrument", "::mlir::ModuleOp"> {
  let summary = "Number the layers of a program and declare what it records";
  let description = [{
    A layer is a dispatch (or plan, or route with a plan) with the gate, the
    experts and the gate projection that belong to it; a gate without a dispatch
    and an expert op with offsets of its own are layers too. Each gets the
    attribute `moe.layer`, as do the contractions in the regions of its expert
    ops and the contractions that compute the logits of its gate, which also get
    `moe.gate_projection`. Lowerings of ops with `moe.layer` call the runtime's
    record functions, which this pass declares.

    Gates outside of expert regions also record what they select on: the
    logits, or the score with its bias.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::func::FuncDialect",
    "::mlir::linalg::LinalgDialect", "::mlir::math::MathDialect",
    "::mlir::scf::SCFDialect", "::mlir::tensor::TensorDialect"
  ];
}

def CountContractionsPass : Pass<"moe-count-contractions", "::mlir::ModuleOp"> {
  let summary = "Record the multiply-adds of every linalg contraction";
  let description = [{
    Before each contraction, calls `@moeRecordMacs(layer, kind, count)` with its
    `moe.layer` (-1: none), 1 where it has `moe.gate_projection`, else 0, and the
    number of its iteration points.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::func::FuncDialect",
    "::mlir::tensor::TensorDialect", "::mlir::memref::MemRefDialect"
  ];
}

def AssertSizesPass : Pass<"moe-assert-sizes"> {
  let summary = "Sizes that ops on tensors take to be equal are asserted";
  let description = [{
    Ops of linalg, elementwise ops on tensors, casts, concatenations and
    expanded shapes read past a tensor whose dynamic sizes are not what their
    other operands say. Where that is not proved by how the tensors are made, a
    `cf.assert` before the op compares the sizes. Ops within the regions of moe
    ops, which admit no assertion, are left out: run it after
    `convert-moe-to-linalg`.

    ```mlir
    %0 = arith.addf %a, %b : tensor<?xf32>
    // ==>
    %n = tensor.dim %b, %c0 : tensor<?xf32>
    %m = tensor.dim %a, %c0 : tensor<?xf32>
    %equal = arith.cmpi eq, %n, %m : index
    cf.assert %equal, "expects dimension 0 of operand 1 to be dimension 0 of operand 0"
    %0 = arith.addf %a, %b : tensor<?xf32>
    ```
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::cf::ControlFlowDialect",
    "::mlir::tensor::TensorDialect"
  ];
}

def ReportFailuresPass : Pass<"moe-report-failures", "::mlir::ModuleOp"> {
  let summary = "What a program asserts fails its run";
  let description = [{
    `cf.assert`s become calls of `@moeFail(site, found, expected)`, which gives up
    the run: the two numbers are those of a comparison that the assertion is
    about. The sizes of new tensors are asserted not to be negative.

    ```mlir
    cf.assert %holds, "expects as many" : i1
    // ==>
    scf.if %fails {
      func.call @moeFail(%site, %found, %expected)
          {message = "expects as many", relation = "at most "} : ...
    }
    ```
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::cf::ControlFlowDialect",
    "::mlir::func::FuncDialect", "::mlir::scf::SCFDialect"
  ];
}

def PromoteToF64Pass : Pass<"moe-promote-to-f64", "::mlir::ModuleOp"> {
  let summary = "Compute in f64 whatever a program computes in a smaller float type";
  let description = [{
    The arguments of public functions keep their types and are extended where
    they are used; stacked parameters are extended one expert at a time, within
    the region of their `moe.expert`. Everything else becomes f64, so that
    rounding to a smaller type disappears. Fails at ops that read the bits of a
    float.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

def ExportFunctionsPass : Pass<"moe-export-functions", "::mlir::ModuleOp"> {
  let summary = "Make public functions callable from outside";
  let description = [{
    Public functions get a C interface and never write their arguments. The
    moe attributes of arguments and results, which describe tensors, go, and so
    do those of the module and its functions, whose readers come before: what
    is lowered further has nothing that only this dialect knows.
  }];
  let dependentDialects = ["::mlir::bufferization::BufferizationDialect"];
}


def PrintCostPass : Pass<"moe-print-cost", "::mlir::ModuleOp"> {
  let summary = "Print what every layer costs";
  let description = [{
    A table on standard error, a line for each gate and each set of experts:
    multiply-adds a token, parameters, their bytes, and multiply-adds for each
    element that an expert reads or writes (Shazeer 2017, section 3.2: the size of
    its hidden layer). Only contractions count, in either level of the dialect;
    an expert inside an expert counts for the rows it gets. `?` stands for what
    depends on a dynamic size other than the number of tokens.
  }];
}

#endif // MOE_TRANSFORMS_PASSES_TD
