//===- MoeAttrs.td - Attributes of the moe dialect ------------*- tablegen -*-===//

#ifndef MOE_IR_MOEATTRS_TD
#define MOE_IR_MOEATTRS_TD

include "moe/IR/MoeEnums.td"
include "moe/IR/MoeInterfaces.td"
include "mlir/IR/AttrTypeBase.td"

class Moe_Attr<string name, string attrMnemonic, list<Trait> traits = []>
    : AttrDef<Moe_Dialect, name, traits> {
  let mnemonic = attrMnemonic;
}

//===----------------------------------------------------------------------===//
// Routers
//===----------------------------------------------------------------------===//

def Moe_ScoreAttr : Moe_Attr<"Score", "score", [
    DeclareAttrInterfaceMethods<Moe_ScoreAttrInterface>]> {
  let summary = "how a logit becomes a score";
  let parameters = (ins EnumParameter<Moe_ScoreKind>:$kind);
  let assemblyFormat = "`<` $kind `>`";
}

/// `overrides`: the interface methods that differ from their default.
class Moe_SelectAttr<string name, string mnemonic, list<string> overrides = []>
    : Moe_Attr<name, mnemonic, [
        DeclareAttrInterfaceMethods<Moe_SelectAttrInterface, overrides>]>;

def Moe_TopKAttr : Moe_SelectAttr<"TopK", "top_k",
    ["getSlots", "mayUseLogitsAsKey", "takesBias", "verifyLogits",
     "getMinLogits"]> {
  let summary = "the k experts with the largest keys";
  let parameters = (ins "int64_t":$k);
  let assemblyFormat = "`<` $k `>`";
  let genVerifyDecl = 1;
}

def Moe_GroupTopKAttr : Moe_SelectAttr<"GroupTopK", "group_top_k",
    ["getSlots", "mayUseLogitsAsKey", "takesBias", "verifyLogits",
     "getMinLogits", "getLogitMultiple"]> {
  let summary = "the k experts with the largest keys within the best groups";
  let description = [{
    The L logits form `groups` groups of equal size; the `kept` best groups stay
    (DeepSeek-V2: by the largest score, DeepSeek-V3: by the sum of the two
    largest), and top-k is taken among them.

    ```mlir
    #moe.group_top_k<8, groups = 8, kept = 4, by = sum_of_two>
    ```
  }];
  let parameters = (ins "int64_t":$k, "int64_t":$groups, "int64_t":$kept,
                        EnumParameter<Moe_GroupBy>:$by);
  let assemblyFormat = [{
    `<` $k `,` `groups` `=` $groups `,` `kept` `=` $kept `,` `by` `=` $by `>`
  }];
  let genVerifyDecl = 1;
}

def Moe_AllAttr : Moe_SelectAttr<"All", "all",
    ["isDense", "mayUseLogitsAsKey"]> {
  let summary = "every expert: K = L, slot j is expert j";
}

def Moe_ThresholdAttr : Moe_SelectAttr<"Threshold", "threshold",
    ["isDense", "usesThresholds"]> {
  let summary = "the experts whose score exceeds their threshold (Shazeer 2017, eq. 19)";
}

def Moe_ExpertChoiceAttr : Moe_SelectAttr<"ExpertChoice", "expert_choice",
    ["isDense", "isTokenChoice", "usesCapacity"]> {
  let summary = "each expert takes the `capacity` tokens with its largest scores";
}

def Moe_BatchwiseAttr : Moe_SelectAttr<"Batchwise", "batchwise",
    ["isDense", "isTokenChoice", "verifyLogits",
     "getMinLogits"]> {
  let summary = "each expert takes its max(1, floor(k*T/L)) best tokens (Shazeer 2017, eq. 18)";
  let parameters = (ins "int64_t":$k);
  let assemblyFormat = "`<` $k `>`";
  let genVerifyDecl = 1;
}

def Moe_SampleAttr : Moe_SelectAttr<"Sample", "sample",
    ["getSlots", "usesUniform"]> {
  let summary = "one expert, drawn with its score as probability (Jacobs 1991)";
}

def Moe_NormalizeAttr : Moe_Attr<"Normalize", "normalize", [
    DeclareAttrInterfaceMethods<Moe_NormalizeAttrInterface>]> {
  let summary = "how the selected scores of a token become weights";
  let description = "`epsilon` is added to the sum; 0/0 gives 0.";
  let parameters = (ins EnumParameter<Moe_NormalizeKind>:$kind,
                        OptionalParameter<"::mlir::FloatAttr">:$epsilon);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
}

def Moe_RouterAttr : Moe_Attr<"Router", "router"> {
  let summary = "from logits to weights and experts";
  let description = [{
    `score`, `select`, `normalize` and `scale`, in the order in which they are
    applied. A field of this dialect is written without its prefix; a field of
    another dialect is written in full.

    ```mlir
    #moe.router<softmax, top_k<8>>                        // OLMoE
    #moe.router<softmax, top_k<2>, sum>                   // Mixtral, Qwen3
    #moe.router<identity, top_k<4>, softmax>              // gpt-oss
    #moe.router<sigmoid, group_top_k<8, groups = 8, kept = 4, by = sum_of_two>,
                sum<1.0e-20>, scale = 2.5>                // DeepSeek-V3
    ```
  }];
  let parameters = (ins "::mlir::moe::ScoreAttrInterface":$score,
                        "::mlir::moe::SelectAttrInterface":$select,
                        "::mlir::moe::NormalizeAttrInterface":$normalize,
                        OptionalParameter<"::mlir::FloatAttr">:$scale);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// The factor on the weights; 1 where none is written.
    double getScaleValue() const;
    /// Token-choice without looking at other tokens: splitting the batch
    /// changes nothing.
    bool isTokenChoice() const { return getSelect().isTokenChoice(); }
    /// The selection key is the logit itself (Semantics, gate).
    bool selectsOnLogits(bool hasBias) const;
  }];
}

//===----------------------------------------------------------------------===//
// Decisions
//===----------------------------------------------------------------------===//

def Moe_CPUScheduleAttr : Moe_Attr<"CPUSchedule", "cpu_schedule", [
    DeclareAttrInterfaceMethods<Moe_ScheduleAttrInterface>]> {
  let summary = "how an op runs on a CPU";
  let description = [{
    `columns` columns of one weight are a panel, `lanes` the elements of one
    register, `group` the contraction points of a column that lie side by side: one
    instruction multiplies both of a pair of bf16 where `dot` says so, and another one
    rounds results to bf16 then; else they are taken apart. A register tile is `rows`
    rows by `joined` neighbouring panels of every weight. In a block with `least` rows
    of an expert or more, but fewer than `few`, it is `tall` rows, no fewer than
    `rows`, by one panel of one weight instead, which reads memory in one stream (0:
    there are no such tiles); so it is where fewer panels are left than are joined.
    One task owns `tiles` row tiles of an expert (0: all of them) and at most `panel`
    panels, some multiple of those that are joined: tasks are as few as that allows,
    and share the panels evenly. The contraction is done in blocks of `depth` points
    (0: not blocked), whose accumulators wait in memory, so that blocks need `tiles`.
    `prefetch` asks for the next block meanwhile: wide tiles for a line of the cache
    each step or, where up to `spread` times as many of them ask, each for that part
    of a line. `threads` is the number of threads (0: all that the program has).

    ```mlir
    #moe.cpu_schedule<rows = 6, columns = 32, lanes = 16, joined = 2, tall = 12, few = 24,
                      depth = 2048, tiles = 42, panel = 4, prefetch = true, spread = 2>
    ```
  }];
  let parameters = (ins "int64_t":$rows, "int64_t":$columns,
                        DefaultValuedParameter<"int64_t", "1">:$lanes,
                        DefaultValuedParameter<"int64_t", "1">:$group,
                        DefaultValuedParameter<"bool", "false">:$dot,
                        DefaultValuedParameter<"int64_t", "1">:$joined,
                        DefaultValuedParameter<"int64_t", "0">:$tall,
                        DefaultValuedParameter<"int64_t", "1">:$least,
                        DefaultValuedParameter<"int64_t", "0">:$few,
                        DefaultValuedParameter<"int64_t", "0">:$depth,
                        DefaultValuedParameter<"int64_t", "0">:$tiles,
                        DefaultValuedParameter<"int64_t", "1">:$panel,
                        DefaultValuedParameter<"bool", "false">:$prefetch,
                        DefaultValuedParameter<"int64_t", "1">:$spread,
                        DefaultValuedParameter<"int64_t", "0">:$threads);
  let assemblyFormat = [{
    `<` struct(params) `>`
  }];
  let genVerifyDecl = 1;
}

def Moe_GPUScheduleAttr : Moe_Attr<"GPUSchedule", "gpu_schedule", [
    DeclareAttrInterfaceMethods<Moe_ScheduleAttrInterface>]> {
  let summary = "how an op runs on a GPU";
  let description = [{
    `rows x columns x depth` is the block tile, `stages` the depth of the
    load pipeline, `warps` the number of computing warps of a block.

    ```mlir
    #moe.gpu_schedule<rows = 128, columns = 256, depth = 64, stages = 4, warps = 8>
    ```
  }];
  let parameters = (ins "int64_t":$rows, "int64_t":$columns, "int64_t":$depth,
                        DefaultValuedParameter<"int64_t", "2">:$stages,
                        DefaultValuedParameter<"int64_t", "4">:$warps);
  let assemblyFormat = [{
    `<` struct(params) `>`
  }];
  let genVerifyDecl = 1;
}

def Moe_PackingAttr : Moe_Attr<"Packing", "packing"> {
  let summary = "how weights lie in memory for a micro-kernel";
  let description = [{
    Weights of N columns and K contraction points become panels of `columns`
    columns, each panel contraction point after contraction point:
    `[E, ceil(N / columns), ceil(K / group), columns * group]`. `group`
    contraction points of a column lie side by side, as instructions read them that
    multiply both, or those that take them apart. What is beyond N and K is zero.

    ```mlir
    #moe.packing<columns = 64, group = 2>
    ```
  }];
  let parameters = (ins "int64_t":$columns,
                        DefaultValuedParameter<"int64_t", "1">:$group);
  let assemblyFormat = [{
    `<` struct(params) `>`
  }];
  let genVerifyDecl = 1;
}

def Moe_PrepareAttr : Moe_Attr<"Prepare", "prepare"> {
  let summary = "what of a function was done ahead of its calls";
  let description = [{
    The function attribute `moe.prepare`. `function` computes from the
    `parameters` of the program, numbers of its arguments, what the layer needs of
    them, packed weights. The layer itself takes the `arguments` of the program,
    then the results of `function`.

    ```mlir
    func.func @layer(%x: tensor<?x64xf32>, %w: tensor<8x2x64x32xf32>) attributes {
        moe.prepare = #moe.prepare<function = @layer_prepare, arguments = [0], parameters = [1]>}
    ```
  }];
  let parameters = (ins "::mlir::FlatSymbolRefAttr":$function,
                        "::mlir::DenseI64ArrayAttr":$arguments,
                        "::mlir::DenseI64ArrayAttr":$parameters);
  let assemblyFormat = [{
    `<` struct(params) `>`
  }];
}

def Moe_TargetAttr : Moe_Attr<"Target", "target"> {
  let summary = "facts about a machine, never policy";
  let description = [{
    The module attribute `moe.target`. `arch` is LLVM's name of the processor
    (`znver4`) or of the GPU (`sm_90a`). Bytes are per core for `l1`, `l2` and
    for the whole machine for `l3`; `bandwidth` is bytes per second from memory.

    ```mlir
    module attributes {moe.target = #moe.target<cpu, arch = "znver4", cores = 2,
        vector_bits = 512, l1 = 32768, l2 = 1048576, l3 = 33554432,
        bandwidth = 40000000000>} {}
    ```
  }];
  let parameters = (ins
    StringRefParameter<"cpu or cuda">:$device,
    StringRefParameter<"LLVM's name of the processor">:$arch,
    "int64_t":$cores, "int64_t":$vectorBits,
    "int64_t":$l1Bytes, "int64_t":$l2Bytes, "int64_t":$l3Bytes,
    "int64_t":$bandwidth,
    DefaultValuedParameter<"int64_t", "0">:$sharedBytes);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
}

def Moe_InitAttr : Moe_Attr<"Init", "init"> {
  let summary = "how an argument that nobody gives is drawn";
  let description = [{
    The argument attribute `moe.init`: `normal<std>`, `fan_in<dim>` (normal with
    1/sqrt of the size of that dimension) or `zeros`.

    ```mlir
    func.func @f(%w: tensor<64x1024x2048xf32> {moe.param, moe.init = #moe.init<fan_in<2>>})
    ```
  }];
  let parameters = (ins EnumParameter<Moe_InitKind>:$kind,
                        OptionalParameter<"::mlir::FloatAttr">:$std,
                        DefaultValuedParameter<"int64_t", "0">:$dim);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
}

#endif // MOE_IR_MOEATTRS_TD
