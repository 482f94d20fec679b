//===- ZeroGatePasses.td - What is not computed ---------------*- tablegen -*-===//

#ifndef MOE_TRANSFORMS_ZEROGATEPASSES_TD
#define MOE_TRANSFORMS_ZEROGATEPASSES_TD

include "mlir/Pass/PassBase.td"

def EliminateZeroGatesPass : Pass<"moe-eliminate-zero-gates"> {
  let summary = "Compute nothing for a zero gate";
  let description = [{
    Sums over experts that are spelled out in linalg become dispatch, expert and
    combine: every expert on every token times a gate, on stacked parameters;
    weights gathered for each slot; inputs scaled by a gate that is zero for
    most experts; the same written term by term, where the experts differ only
    in their parameters: slices of one tensor, or tensors of their own, which
    are copied into one (`tensor.insert_slice`; `moe.param`s allow it once);
    rows that one-hot masks `[T,E]`, or `[T,E,C]` with C places an expert, move
    to experts and back by products (GShard, Switch, DeepSpeed), where each
    position provably counts the choices in front, which makes C a capacity.
    Skipping a term of such a program needs finite math (0 * inf is NaN there):
    `assume-finite`, or `nnan` and `ninf` flags on the product and on the sum. A sum of -0 may
    become +0.
    Remarks `RaiseExperts`: passed with the number of experts and of slots a
    token; missed where finite math is not stated, the experts do not map a zero
    row to zero, the gate is not a float, the sum does not start at zero,
    parameters are looked up by different ids, tokens or slots are mixed, terms
    are not the same program, or somebody else reads an expert's value. Where no
    gate is provably zero every expert is a slot. `ReorderSum`: the sum
    over a token's slots is in expert order. `StackParams`: bytes of parameters
    that each call copies. `RaiseEinsums`: as `RaiseExperts`, for masks
    `[T,E,C]`; missed where positions are not counted by a prefix sum, two
    choices may meet in one place, the type of the counts rounds, a limit is not
    on the position, weights are not zero where the mask is, or weights are not
    numbers of the program. `RaiseGating`: a spelled-out top-k (importers' sorts
    of keys with their indices) became a gate with its score, bias, mask of
    groups, normalization and scale; missed where the sort is not descending, not
    along the experts, not of their indices (index, i32, i64), or read beyond its
    first k, and where a mask of keys stays in front of the gate: it has an
    unknown form, masked keys are not provably the smallest, the kept groups have
    fewer than k experts or are not those with the largest values, or these are
    not made of their experts' keys.
  }];
  let options = [
    Option<"assumeFinite", "assume-finite", "bool", "false",
           "no expert computes NaN or an infinity">
  ];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect",
    "::mlir::tensor::TensorDialect", "::mlir::moe::MoeDialect"
  ];
}

def PruneExpertsPass : Pass<"moe-prune-experts", "::mlir::ModuleOp"> {
  let summary = "Parameters of experts that no token ever selects";
  let description = [{
    An expert is never live where no constant id or no nonzero constant weight
    names it, where its column of a dense gate is zero, or where its logit is
    -inf in every row and the router gives that the weight zero. Such experts in
    front of and behind all others leave the dispatch: the stacked parameters
    become slices, the ids count from the first one that is left, and ids of the
    others are out of range, which is dead.

    Tensor arguments of private functions, all of whose uses are calls, become
    the part along their first dimension that is read, which the callers slice,
    or go where nobody reads them. Public functions keep their signature.

    Remarks of category `moe`: `PruneExperts`: passed with the number of experts,
    of those that are left, and the bytes of parameters that are not read;
    missed where those that are not selected are between others, or somebody
    else reads the offsets. `NarrowParams`: passed with the argument and how much
    of its first dimension is gone.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect",
    "::mlir::tensor::TensorDialect"
  ];
}

def ChooseDensePass : Pass<"moe-choose-dense"> {
  let summary = "Every expert on every token, where that is faster";
  let description = [{
    Where a module states its `moe.target`, a CPU of known bandwidth, the pass
    compares two ways to run dispatch, expert and combine on T tokens:

    - routed: the parameters of the experts that are hit, E (1 - (1 - K/E)^T) of
      them, T K rows and half a tile of padding for each of them, rows gathered
      and scattered, and counting, scanning and placing T K slots;
    - dense: all parameters, T E rows in whole tiles, nothing else.

    Each costs the larger of its bytes over the bandwidth and its multiply-adds
    over those of all cores. Where dense costs a tenth less for some T, both versions
    are there under `scf.if` on T. The dense one adds an expert's row to a token
    by `select` where the gate is not zero, in the order of `moe.combine`: a row
    whose gate is zero is computed, but never multiplied and never added.

    Without a stated target nothing changes. Remarks `ChooseDense`: passed with
    the first number of tokens that is dense and the first after it that is not,
    and nanoseconds of both ways for the first; missed with both for one token
    where routed is never that much slower, or with what the model does not know: a
    capacity, scaled rows, regions that mix rows, sizes that are not static.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect",
    "::mlir::scf::SCFDialect", "::mlir::tensor::TensorDialect"
  ];
}

#endif // MOE_TRANSFORMS_ZEROGATEPASSES_TD
