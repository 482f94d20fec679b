//===- MoeMachineOps.td - Level 2: what the machine does ------*- tablegen -*-===//
//
// Destination-style ops on tensors and memrefs, with linalg's effects, each
// carrying its schedule. docs/Semantics.md numbers what they mean.
//
//===----------------------------------------------------------------------===//

#ifndef MOE_IR_MOEMACHINEOPS_TD
#define MOE_IR_MOEMACHINEOPS_TD

include "moe/IR/MoeModelOps.td"
include "mlir/Interfaces/DestinationStyleOpInterface.td"

class Moe_Shaped<int rank, list<Type> elements>
    : AnyTypeOf<[TensorRankOf<elements, [rank]>, MemRefRankOf<elements, [rank]>]>;
class Moe_ShapedOfRanks<list<int> ranks, list<Type> elements>
    : AnyTypeOf<[TensorRankOf<elements, ranks>, MemRefRankOf<elements, ranks>]>;
class Moe_ShapedOf<list<Type> elements>
    : AnyTypeOf<[RankedTensorOf<elements>, MemRefOf<elements>]>;

class Moe_MachineOp<string mnemonic, list<Trait> traits = []>
    : Moe_Op<mnemonic, !listconcat(traits, [
        AttrSizedOperandSegments, DestinationStyleOpInterface,
        DeclareOpInterfaceMethods<ReifyRankedShapedTypeOpInterface, ["reifyResultShapes"]>,
        DeclareOpInterfaceMethods<MemoryEffectsOpInterface>,
        DeclareOpInterfaceMethods<ConditionallySpeculatable>])> {
  /// Some elements of the destinations keep their value, or add to it.
  bit readsDestinations = 0;
  code outsAccessor = [{
    ::mlir::MutableOperandRange getDpsInitsMutable() { return getOutsMutable(); }
    /// The result depends on the value that the destinations had.
    static constexpr bool readsDestinations() { return }] #
      !if(readsDestinations, "true", "false") # [{; }
  }];
  let extraClassDeclaration = outsAccessor;
}

def Moe_PlanOp : Moe_MachineOp<"plan"> {
  let summary = "where each live slot goes";
  let description = [{
    The order that `moe.dispatch` puts the live slots in, without the rows:
    `offsets [E+1]`, `slots [R]` (-1 past `offsets[E]`) and, where asked,
    `rows [T,K]`: each token's live rows in ascending order, then -1.

    ```mlir
    %offsets, %slots = moe.plan ins(%experts : tensor<?x8xi32>)
        weights(%w : tensor<?x8xf32>)
        outs(%o, %s : tensor<65xi32>, tensor<?xi32>) -> tensor<65xi32>, tensor<?xi32>
    ```
  }];
  let arguments = (ins
    Moe_Shaped<2, [I32]>:$experts, Optional<Moe_Shaped<2, [F32, F64]>>:$weights,
    Optional<Index>:$capacity, Variadic<Moe_ShapedOf<[I32]>>:$outs,
    OptionalAttr<Moe_PriorityAttr>:$priority,
    OptionalAttr<I64Attr>:$segment,
    OptionalAttr<Moe_ScheduleAttrInterface>:$schedule);
  let results = (outs Variadic<RankedTensorOf<[I32]>>:$results);
  let assemblyFormat = [{
    `ins` `(` $experts `:` type($experts) `)`
    (`weights` `(` $weights^ `:` type($weights) `)`)?
    (`capacity` `(` $capacity^ `)`)?
    (`priority` `(` custom<Priority>($priority)^ `)`)?
    (`segment` `(` $segment^ `)`)?
    `outs` `(` $outs `:` type($outs) `)`
    (`schedule` `(` $schedule^ `)`)? attr-dict (`->` type($results)^)?
  }];
  let hasCanonicalizer = 1;
  let hasVerifier = 1;
  let extraClassDeclaration = outsAccessor # [{
    ::mlir::Value getOffsetsOut() { return getOuts()[0]; }
    ::mlir::Value getSlotsOut() { return getOuts()[1]; }
    /// The destination of `rows [T,K]`, or null.
    ::mlir::Value getRowsOut() { return getOuts().size() > 2 ? getOuts()[2] : nullptr; }
    int64_t getNumExperts();
  }];
}

def Moe_RouteOp : Moe_MachineOp<"route", [IsolatedFromAbove]> {
  let summary = "projection, gate and plan in one op";
  let description = [{
    The logits are `x * projection` (`[D,L]`, or `[L,D]` where `transposed`),
    plus `projection_bias [L]`, plus `noise`, which is multiplied by
    softplus(x * noise_projection) where there is a noise projection (Shazeer
    2017, eq. 4). Then `moe.gate` under `router`, then, where there are
    destinations for it, `moe.plan`: `outs` are weights, experts [, offsets,
    slots [, rows]]. `gate_capacity` is the gate's (expert choice), `capacity`
    the plan's.

    ```mlir
    %w, %e, %offsets, %slots = moe.route <softmax, top_k<8>>
        ins(%x, %wg : tensor<?x2048xf32>, tensor<64x2048xf32>) transposed
        outs(%w0, %e0, %o0, %s0 : tensor<?x8xf32>, tensor<?x8xi32>, tensor<65xi32>, tensor<?xi32>)
        -> tensor<?x8xf32>, tensor<?x8xi32>, tensor<65xi32>, tensor<?xi32>
    ```
  }];
  let arguments = (ins
    Moe_Shaped<2, Moe_AnyFloat>:$input, Moe_Shaped<2, Moe_AnyFloat>:$projection,
    Optional<Moe_Shaped<1, Moe_AnyFloat>>:$projection_bias,
    Optional<Moe_Shaped<2, Moe_AnyFloat>>:$noise_projection,
    Optional<Moe_Shaped<1, Moe_AnyFloat>>:$bias,
    Optional<Moe_Shaped<2, Moe_AnyFloat>>:$noise,
    Optional<Moe_Shaped<1, [I1]>>:$mask,
    Optional<Moe_Shaped<1, Moe_AnyFloat>>:$thresholds,
    Optional<Moe_Shaped<1, Moe_AnyFloat>>:$uniform,
    Optional<Index>:$gate_capacity, Optional<Index>:$capacity,
    Variadic<Moe_ShapedOf<[F32, F64, I32]>>:$outs,
    Moe_RouterAttr:$router, UnitAttr:$transposed,
    OptionalAttr<Moe_PriorityAttr>:$priority,
    OptionalAttr<I64Attr>:$segment,
    OptionalAttr<Moe_ScheduleAttrInterface>:$schedule);
  let results = (outs Variadic<RankedTensorOf<[F32, F64, I32]>>:$results);
  let regions = (region MaxSizedRegion<1>:$score);
  let assemblyFormat = [{
    $router `ins` `(` $input `,` $projection `:` type($input) `,` type($projection) `)`
    (`transposed` $transposed^)?
    (`projection_bias` `(` $projection_bias^ `:` type($projection_bias) `)`)?
    (`noise_projection` `(` $noise_projection^ `:` type($noise_projection) `)`)?
    (`bias` `(` $bias^ `:` type($bias) `)`)?
    (`noise` `(` $noise^ `:` type($noise) `)`)?
    (`mask` `(` $mask^ `:` type($mask) `)`)?
    (`thresholds` `(` $thresholds^ `:` type($thresholds) `)`)?
    (`uniform` `(` $uniform^ `:` type($uniform) `)`)?
    (`gate_capacity` `(` $gate_capacity^ `)`)?
    (`capacity` `(` $capacity^ `)`)?
    (`priority` `(` custom<Priority>($priority)^ `)`)?
    (`segment` `(` $segment^ `)`)?
    `outs` `(` $outs `:` type($outs) `)`
    (`schedule` `(` $schedule^ `)`)? (`score` $score^)? attr-dict (`->` type($results)^)?
  }];
  let hasCanonicalizer = 1;
  let hasVerifier = 1;
  let hasRegionVerifier = 1;
  let extraClassDeclaration = outsAccessor # [{
    ::mlir::Value getWeightsOut() { return getOuts()[0]; }
    ::mlir::Value getExpertsOut() { return getOuts()[1]; }
    /// The op also plans: it has destinations for offsets and slots.
    bool hasPlan() { return getOuts().size() > 2; }
  }];
}

def Moe_GroupedMatmulOp : Moe_MachineOp<"grouped_matmul", [IsolatedFromAbove]> {
  let readsDestinations = 1;
  let summary = "one matmul per expert over ragged rows, with an epilogue";
  let description = [{
    For each expert e, row r in `[offsets[e], offsets[e+1])` and column n:
    `acc_i = sum_k rows[r,k] * weights_i[e,k,n]` in f32 (f64 for f64 rows) for
    each weight (`[E,K,N]`, `[E,N,K]` where `transposed`, or as the packing
    says where `packed`), and
    `result[r,n] = epilogue(acc_0, ..., operands...)`.

    The region gets the accumulators, then one element of each epilogue
    operand, read at its map of `(e, r, n, s)`, where `s = slots[r]`. Without a
    region there is one weight and the result is its accumulator, rounded.
    `gather` reads row `s / slots_per_token` of `rows` instead of row r;
    `accumulate` adds to row `s / slots_per_token` of the destination, in
    ascending row order, instead of writing row r. Rows past `offsets[E]` of
    the destination keep their value.

    ```mlir
    %h = moe.grouped_matmul ins(%x : tensor<?x2048xf32>) offsets(%o : tensor<65xi32>)
        weights(%wg, %wu : tensor<64x1024x2048xf32>, tensor<64x1024x2048xf32>) transposed
        slots(%s : tensor<?xi32>) slots_per_token(8) gather
        outs(%init : tensor<?x1024xf32>) epilogue {
    ^bb0(%g: f32, %u: f32):
      %p = arith.mulf %g, %u : f32
      moe.yield %p : f32
    } -> tensor<?x1024xf32>
    ```
  }];
  let arguments = (ins
    Moe_Shaped<2, Moe_AnyFloat>:$rows, Moe_Shaped<1, [I32]>:$offsets,
    Variadic<Moe_ShapedOfRanks<[3, 4], Moe_AnyFloat>>:$weights,
    Optional<Moe_Shaped<1, [I32]>>:$slots,
    Variadic<Moe_ShapedOf<[AnyType]>>:$epilogue_operands,
    Variadic<Moe_Shaped<2, Moe_AnyFloat>>:$outs,
    UnitAttr:$transposed,
    DefaultValuedOptionalAttr<AffineMapArrayAttr, "{}">:$maps,
    OptionalAttr<I64Attr>:$slots_per_token,
    UnitAttr:$gather, UnitAttr:$accumulate,
    OptionalAttr<Moe_ScheduleAttrInterface>:$schedule,
    OptionalAttr<Moe_PackingAttr>:$packed);
  let results = (outs Variadic<2DTensorOf<Moe_AnyFloat>>:$results);
  let regions = (region MaxSizedRegion<1>:$epilogue);
  let assemblyFormat = [{
    `ins` `(` $rows `:` type($rows) `)` `offsets` `(` $offsets `:` type($offsets) `)`
    `weights` `(` $weights `:` type($weights) `)` (`transposed` $transposed^)?
    (`packed` `(` $packed^ `)`)?
    (`slots` `(` $slots^ `:` type($slots) `)`)?
    (`slots_per_token` `(` $slots_per_token^ `)`)?
    (`gather` $gather^)? (`accumulate` $accumulate^)?
    (`operands` `(` $epilogue_operands^ `:` type($epilogue_operands) `)` `maps` $maps)?
    `outs` `(` $outs `:` type($outs) `)`
    (`schedule` `(` $schedule^ `)`)? (`epilogue` $epilogue^)? attr-dict
    (`->` type($results)^)?
  }];
  let hasCanonicalizer = 1;
  let hasVerifier = 1;
  let hasRegionVerifier = 1;
  let extraClassDeclaration = outsAccessor # [{
    ::mlir::Value getOut() { return getOuts()[0]; }
    int64_t getNumExperts();
    /// f32, or f64 for f64 rows.
    ::mlir::FloatType getAccumulatorType();
    /// The map of epilogue operand `i` over (e, r, n, s).
    ::mlir::AffineMap getOperandMap(unsigned i);
    /// The token of a slot, as such a map says it: `s floordiv
    /// slots_per_token`; null without `slots_per_token`.
    ::mlir::AffineExpr getTokenExpr();
    /// Rows are added some of which may be of one token: in ascending order.
    /// With one slot a token no two are (common_r7), so that any order does.
    bool addsInOrder();
  }];
}

def Moe_GatherRowsOp : Moe_MachineOp<"gather_rows"> {
  let readsDestinations = 1;
  let summary = "the rows of `moe.dispatch`, given its plan";
  let description = [{
    Row r of the result is row `slots[r] / slots_per_token` of `input`, times
    `weights[slots[r]]` (`[T,K]`, row-major) where there are weights. Rows
    whose slot is -1 keep the value of the destination.

    ```mlir
    %r = moe.gather_rows ins(%x, %s : tensor<?x2048xf32>, tensor<?xi32>) slots_per_token(8)
        outs(%init : tensor<?x2048xf32>) -> tensor<?x2048xf32>
    ```
  }];
  let arguments = (ins
    Moe_Shaped<2, Moe_AnyFloat>:$input, Moe_Shaped<1, [I32]>:$slots,
    Optional<Moe_Shaped<2, [F32, F64]>>:$weights,
    Variadic<Moe_Shaped<2, Moe_AnyFloat>>:$outs,
    I64Attr:$slots_per_token,
    OptionalAttr<Moe_ScheduleAttrInterface>:$schedule);
  let results = (outs Variadic<2DTensorOf<Moe_AnyFloat>>:$results);
  let assemblyFormat = [{
    `ins` `(` $input `,` $slots `:` type($input) `,` type($slots) `)`
    `slots_per_token` `(` $slots_per_token `)`
    (`weights` `(` $weights^ `:` type($weights) `)`)?
    `outs` `(` $outs `:` type($outs) `)`
    (`schedule` `(` $schedule^ `)`)? attr-dict (`->` type($results)^)?
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = outsAccessor # [{
    ::mlir::Value getOut() { return getOuts()[0]; }
  }];
}

def Moe_CombineRowsOp : Moe_MachineOp<"combine_rows"> {
  let summary = "the sum of `moe.combine`, given the rows of each token";
  let description = [{
    Row t of the result is the sum of `weights[slots[r]] * rows[r]` over
    `r = token_rows[t,0], token_rows[t,1], ...` up to the first -1, in that
    order; without weights of `rows[r]`. Rows whose weight is zero are not looked
    at; with `keep_zeros` they are multiplied too. f32 (f64 for f64 rows), from +0,
    rounded once. The destination's value is not read. `weights` are those of
    all tokens, which slots count; `token_rows` may be those of some of them.

    ```mlir
    %y = moe.combine_rows ins(%h, %s, %tr : tensor<?x2048xf32>, tensor<?xi32>, tensor<?x8xi32>)
        weights(%w : tensor<?x8xf32>)
        outs(%init : tensor<?x2048xf32>) -> tensor<?x2048xf32>
    ```
  }];
  let arguments = (ins
    Moe_Shaped<2, Moe_AnyFloat>:$rows, Moe_Shaped<1, [I32]>:$slots,
    Moe_Shaped<2, [I32]>:$token_rows,
    Optional<Moe_Shaped<2, [F32, F64]>>:$weights,
    Variadic<Moe_Shaped<2, Moe_AnyFloat>>:$outs,
    OptionalAttr<Moe_ScheduleAttrInterface>:$schedule, UnitAttr:$keep_zeros);
  let results = (outs Variadic<2DTensorOf<Moe_AnyFloat>>:$results);
  let useCustomPropertiesEncoding = 1; // older versions have no keep_zeros
  let assemblyFormat = [{
    `ins` `(` $rows `,` $slots `,` $token_rows `:` type($rows) `,` type($slots) `,` type($token_rows) `)`
    (`weights` `(` $weights^ `:` type($weights) `)`)? (`keep_zeros` $keep_zeros^)?
    `outs` `(` $outs `:` type($outs) `)`
    (`schedule` `(` $schedule^ `)`)? attr-dict (`->` type($results)^)?
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = outsAccessor # [{
    ::mlir::Value getOut() { return getOuts()[0]; }
  }];
}

#endif // MOE_IR_MOEMACHINEOPS_TD
