//===- MoeModelOps.td - Level 1: what a model says ------------*- tablegen -*-===//
//
// Pure ops on tensors: no destination operands, no schedule.
// docs/Semantics.md numbers what they mean.
//
//===----------------------------------------------------------------------===//

#ifndef MOE_IR_MOEMODELOPS_TD
#define MOE_IR_MOEMODELOPS_TD

include "moe/IR/MoeAttrs.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

defvar Moe_AnyFloat = [F16, BF16, F32, F64];
def Moe_Offsets : 1DTensorOf<[I32]>;

class Moe_ModelOp<string mnemonic, list<Trait> traits = []>
    : Moe_Op<mnemonic, !listconcat(traits, [
        NoMemoryEffect, DeclareOpInterfaceMethods<ConditionallySpeculatable>,
        DeclareOpInterfaceMethods<ReifyRankedShapedTypeOpInterface, ["reifyResultShapes"]>])>;

def Moe_GateOp : Moe_ModelOp<"gate", [
    AttrSizedOperandSegments, IsolatedFromAbove]> {
  let summary = "logits to weights and experts";
  let description = [{
    For each token the K gate slots that `router` gives it: `weights` `[T,K]`
    and `experts` `[T,K]`. In this order: `noise` is added to the logits; the
    score; the selection, on the logits themselves where the score is monotone
    and there is no selection `bias`, else on score + bias; the weights are the
    unbiased scores of the selected experts, normalized, then scaled. Slots
    that are not selected have weight 0. A token whose `mask` is false gets
    weights 0 and experts 0 to K-1.

    All arithmetic is in f32, or f64 for f64 logits. Ties go to the lower
    index, NaN sorts last.

    ```mlir
    // Mixtral
    %w, %e = moe.gate %logits <softmax, top_k<2>, sum>
        : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
    // a score of one's own
    %w, %e = moe.gate %logits <region, top_k<2>> score {
    ^bb0(%z: f32):
      %s = math.tanh %z : f32
      moe.yield %s : f32
    } : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
    ```
  }];
  let arguments = (ins
    2DTensorOf<Moe_AnyFloat>:$logits,
    Optional<1DTensorOf<Moe_AnyFloat>>:$bias,
    Optional<2DTensorOf<Moe_AnyFloat>>:$noise,
    Optional<1DTensorOf<[I1]>>:$mask,
    Optional<1DTensorOf<Moe_AnyFloat>>:$thresholds,
    Optional<1DTensorOf<Moe_AnyFloat>>:$uniform,
    Optional<Index>:$capacity,
    Moe_RouterAttr:$router);
  let results = (outs 2DTensorOf<[F32, F64]>:$weights, 2DTensorOf<[I32]>:$experts);
  let regions = (region MaxSizedRegion<1>:$score);
  let assemblyFormat = [{
    $logits $router oilist(
      `bias` `(` $bias `:` type($bias) `)` |
      `noise` `(` $noise `:` type($noise) `)` |
      `mask` `(` $mask `:` type($mask) `)` |
      `thresholds` `(` $thresholds `:` type($thresholds) `)` |
      `uniform` `(` $uniform `:` type($uniform) `)` |
      `capacity` `(` $capacity `)`)
    (`score` $score^)? attr-dict `:` type($logits)
    `->` type($weights) `,` type($experts)
  }];
  let hasCanonicalizer = 1;
  let hasVerifier = 1;
  let hasRegionVerifier = 1;
}

class Moe_RandomOp<string mnemonic> : Moe_ModelOp<mnemonic, [AttrSizedOperandSegments]> {
  let arguments = (ins I64:$seed, I64:$step, Optional<I64>:$offset,
                       Variadic<Index>:$dynamicSizes);
  let results = (outs RankedTensorOf<[F32, F64]>:$result);
  let assemblyFormat = [{
    `seed` `(` $seed `)` `step` `(` $step `)` (`offset` `(` $offset^ `)`)?
    `sizes` `(` $dynamicSizes `)` attr-dict `:` type($result)
  }];
  let hasCanonicalizer = 1;
  let hasVerifier = 1;
}

def Moe_RandomNormalOp : Moe_RandomOp<"random_normal"> {
  let summary = "standard normal numbers from seed, step and position";
  let description = [{
    Element p (row-major index, plus `offset`) is a function of (seed, step, p)
    alone: any order of evaluation gives the same numbers. Philox4x32-10
    (Salmon et al. 2011) with key `seed` and counter `(p, step)`, low words
    first, then Box-Muller on its first two words.

    ```mlir
    %n = moe.random_normal seed(%seed) step(%step) sizes(%t) : tensor<?x64xf32>
    ```
  }];
}

def Moe_RandomUniformOp : Moe_RandomOp<"random_uniform"> {
  let summary = "uniform numbers in [0,1) from seed, step and position";
  let description = [{
    As `moe.random_normal`; the number is the upper 24 bits of Philox' first
    word times 2^-24.

    ```mlir
    %u = moe.random_uniform seed(%seed) step(%step) sizes(%t) : tensor<?xf32>
    ```
  }];
}

def Moe_DispatchOp : Moe_ModelOp<"dispatch", [AttrSizedOperandSegments]> {
  let summary = "group the live slots by expert";
  let description = [{
    Row r of each row result is the row of token `slots[r] / K`; rows
    `[offsets[e], offsets[e+1])` belong to expert e, in ascending slot order.
    A slot is live if its weight is not zero (without `weights`: always), its
    id is in `[0,E)`, and it is within `capacity`. R is a bound; `offsets[E]`
    rows are live, the rows past it are never read and their slots are -1.

    `capacity` keeps at most that many slots per expert and segment of
    `segment` tokens (default: all tokens are one segment), by `priority`:
    `token_major` keeps the lowest slots, `choice_major` all first choices
    before any second choice. `scale_rows` multiplies each row by its weight
    (Llama 4), in f32 (f64 for f64 rows) and rounded to the row type.

    ```mlir
    %rows, %offsets, %slots = moe.dispatch %x to %experts
        weights(%w : tensor<?x8xf32>)
        : tensor<?x2048xf32> to tensor<?x8xi32>
        -> tensor<?x2048xf32> by tensor<65xi32>, tensor<?xi32>
    ```
  }];
  let arguments = (ins
    Variadic<2DTensorOf<Moe_AnyFloat>>:$inputs,
    2DTensorOf<[I32]>:$experts,
    Optional<2DTensorOf<[F32, F64]>>:$weights,
    Optional<Index>:$capacity,
    OptionalAttr<Moe_PriorityAttr>:$priority,
    OptionalAttr<I64Attr>:$segment,
    UnitAttr:$scale_rows);
  let results = (outs Variadic<2DTensorOf<Moe_AnyFloat>>:$rows,
                      Moe_Offsets:$offsets, 1DTensorOf<[I32]>:$slots);
  let assemblyFormat = [{
    $inputs `to` $experts
    (`weights` `(` $weights^ `:` type($weights) `)`)?
    (`capacity` `(` $capacity^ `)`)?
    (`priority` `(` custom<Priority>($priority)^ `)`)?
    (`segment` `(` $segment^ `)`)?
    (`scale_rows` $scale_rows^)? attr-dict
    `:` type($inputs) `to` type($experts)
    `->` type($rows) `by` type($offsets) `,` type($slots)
  }];
  let hasCanonicalizer = 1;
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// E, the number of experts.
    int64_t getNumExperts() { return getOffsets().getType().getDimSize(0) - 1; }
  }];
}

def Moe_ExpertOp : Moe_ModelOp<"expert", [
    AttrSizedOperandSegments, IsolatedFromAbove, SingleBlock]> {
  let summary = "a region applied to each expert's rows";
  let description = [{
    For each expert e the region is applied to rows `[offsets[e], offsets[e+1])`
    of each row operand, slice e of each stacked parameter and the shared
    operands whole; its results are the same rows of the results. Each result
    row depends on its own row only, or the op says `cross_row`. Result rows
    past `offsets[E]` are unspecified.

    ```mlir
    %y = moe.expert rows(%xe = %rows : tensor<?x2048xf32>)
                    offsets(%offsets : tensor<65xi32>)
                    params(%w = %weights : tensor<64x2048x2048xf32>) {
      %c = arith.constant 0 : index
      %0 = arith.constant 0.0 : f32
      %m = tensor.dim %xe, %c : tensor<?x2048xf32>
      %i = tensor.empty(%m) : tensor<?x2048xf32>
      %f = linalg.fill ins(%0 : f32) outs(%i : tensor<?x2048xf32>) -> tensor<?x2048xf32>
      %r = linalg.matmul ins(%xe, %w : tensor<?x2048xf32>, tensor<2048x2048xf32>)
                         outs(%f : tensor<?x2048xf32>) -> tensor<?x2048xf32>
      moe.yield %r : tensor<?x2048xf32>
    } -> tensor<?x2048xf32>
    ```
  }];
  let arguments = (ins
    Variadic<2DTensorOf<Moe_AnyFloat>>:$inputs,
    Moe_Offsets:$offsets,
    Variadic<RankedTensorOf<[AnyType]>>:$params,
    Variadic<AnyType>:$shared,
    UnitAttr:$cross_row);
  let results = (outs Variadic<2DTensorOf<Moe_AnyFloat>>:$results);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasCanonicalizer = 1;
  let hasVerifier = 1;
  let hasRegionVerifier = 1;
  let extraClassDeclaration = [{
    /// E, the number of experts.
    int64_t getNumExperts() { return getOffsets().getType().getDimSize(0) - 1; }
    /// The block arguments of one kind.
    ::mlir::Block::BlockArgListType getRowArguments();
    ::mlir::Block::BlockArgListType getParamArguments();
    ::mlir::Block::BlockArgListType getSharedArguments();
    /// The type of the block argument for a row operand `[R,D]`: `[?,D]`.
    static ::mlir::RankedTensorType getRowArgumentType(::mlir::RankedTensorType rows);
    /// The type of the block argument for a stacked parameter `[E,...]`: `[...]`.
    static ::mlir::RankedTensorType getParamArgumentType(::mlir::RankedTensorType stacked);
  }];
}

def Moe_CombineOp : Moe_ModelOp<"combine"> {
  let summary = "the weighted sum of each token's live rows";
  let description = [{
    Token t gets the sum of `weights[t,j] * rows[r]` over the live rows r with
    `slots[r] = t*K + j`, in ascending row order, that is ascending expert
    order. The sum is f32 (f64 for f64 rows), starts at +0 and is rounded once
    to the result type. A slot of -1 is no row, and a row whose weight is zero is
    not looked at; `keep_zeros` multiplies it too (0 * inf is NaN). `unweighted`
    sums the rows themselves; the weights then only give T and K.

    ```mlir
    %y = moe.combine %rows by %slots weights(%w)
        : tensor<?x2048xf32>, tensor<?xi32>, tensor<?x8xf32> -> tensor<?x2048xf32>
    ```
  }];
  let arguments = (ins 2DTensorOf<Moe_AnyFloat>:$rows, 1DTensorOf<[I32]>:$slots,
                       2DTensorOf<[F32, F64]>:$weights, UnitAttr:$unweighted,
                       UnitAttr:$keep_zeros);
  let results = (outs 2DTensorOf<Moe_AnyFloat>:$result);
  let assemblyFormat = [{
    $rows `by` $slots `weights` `(` $weights `)` (`unweighted` $unweighted^)?
    (`keep_zeros` $keep_zeros^)? attr-dict
    `:` type($rows) `,` type($slots) `,` type($weights) `->` type($result)
  }];
  let useCustomPropertiesEncoding = 1; // older versions have no keep_zeros
  let hasCanonicalizer = 1;
  let hasVerifier = 1;
}

def Moe_YieldOp : Moe_Op<"yield", [
    Pure, ReturnLike, Terminator,
    ParentOneOf<["GateOp", "ExpertOp", "RouteOp", "GroupedMatmulOp"]>]> {
  let summary = "the results of a region of a moe op";
  let description = [{
    ```mlir
    moe.yield %r : tensor<?x2048xf32>
    ```
  }];
  let arguments = (ins Variadic<AnyType>:$values);
  let assemblyFormat = "attr-dict ($values^ `:` type($values))?";
  let builders = [OpBuilder<(ins), [{ /* no values */ }]>];
}

#endif // MOE_IR_MOEMODELOPS_TD
