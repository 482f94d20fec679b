//===- Passes.td - moe to moe: all decisions ------------------*- tablegen -*-===//

#ifndef MOE_TRANSFORMS_PASSES_TD
#define MOE_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"

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
    matmuls and regions; missed with the op that stopped it.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect",
    "::mlir::tensor::TensorDialect"
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
  let dependentDialects = ["::mlir::tensor::TensorDialect", "::mlir::arith::ArithDialect"];
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

    Remarks `FuseGating`: passed; missed with the reason.
  }];
  let dependentDialects = ["::mlir::tensor::TensorDialect", "::mlir::arith::ArithDialect"];
}

#endif // MOE_TRANSFORMS_PASSES_TD
