//===- Passes.td - Level 2 to code of a CPU -------------------*- tablegen -*-===//

#ifndef MOE_CODEGEN_CPU_PASSES_TD
#define MOE_CODEGEN_CPU_PASSES_TD

include "mlir/Pass/PassBase.td"

def ConvertGroupedMatmulToVectorPass
    : Pass<"convert-grouped-matmul-to-vector", "::mlir::ModuleOp"> {
  let summary = "Grouped matmuls on memrefs to parallel loops of micro-kernels";
  let description = [{
    Each `moe.grouped_matmul` on memrefs with a `#moe.cpu_schedule` becomes an
    `scf.parallel` over tasks: `panel` panels of columns of at most `tiles` tiles of
    rows of an expert that has rows, or, where the op adds into tokens of several
    slots, of all experts in ascending order (so that no two tasks add to one
    element). A task walks its rows in tiles: wide ones, of all weights and joined
    panels, or tall ones, of one panel of one weight after the other (see
    `#moe.cpu_schedule`). Tiles are calls of functions that all kernels of the
    module share, one for each number of rows up to eight, then for every other: an
    odd row that is left is computed twice. They keep accumulators in registers over
    a block of `depth` contraction points, or all of them. The epilogue takes them
    from the first cache. Weights that are not packed are copied block by block.

    Groups of two bf16 with `dot` use the dot instruction of AVX-512 BF16, and
    results in bf16 are then rounded by its conversion; both take denormals for
    zeros. Without it they become two f32, which are multiplied one after the other,
    as groups of one are. Other elements are widened to the type of the accumulators.
  }];
  let dependentDialects = [
    "::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect",
    "::mlir::func::FuncDialect", "::mlir::math::MathDialect",
    "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect",
    "::mlir::vector::VectorDialect",
    "::mlir::x86vector::X86VectorDialect"
  ];
}

def ConvertGateToVectorPass : Pass<"convert-gate-to-vector"> {
  let summary = "Gates on tensors to parallel loops over tokens";
  let description = [{
    A `moe.gate` with `top_k` or `group_top_k` of at most 32 slots, in f32, becomes
    an `scf.parallel` over blocks of tokens. A token's logits are walked 16 at a
    time and never stored: keys are made integers in the order of selections, a
    vector of them is compared with the last key of a sorted list in registers, and
    the few that come before it are inserted. The scores of all logits are computed
    only where they are keys; of a softmax over all logits there are a maximum and
    a sum. Weights are normalized in slot order. Other gates are left alone.

    A vector's exp is a polynomial, within an ulp (`moe-approximate-math`), and the
    sum of a softmax over all logits goes by lanes: weights are a few ulp, of
    denormals a few of the least, from those of `convert-moe-to-linalg`, and equal
    where neither is computed. Experts are the same for the same keys.

    ```mlir
    %w, %e = moe.gate %z <identity, top_k<4>> : tensor<?x64xf32> -> ...
    // becomes
    scf.parallel (%first) = (%c0) to (%tokens) step (%c128) {
      scf.for %t = %first to %end step %c1 {
        %best = scf.for %l = %c0 to %c64 step %c16 iter_args(%list = %none) ...
        vector.store ...
    ```
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::bufferization::BufferizationDialect",
    "::mlir::math::MathDialect", "::mlir::memref::MemRefDialect",
    "::mlir::scf::SCFDialect", "::mlir::vector::VectorDialect"
  ];
}

def ConvertPlanToLoopsPass : Pass<"convert-plan-to-loops"> {
  let summary = "Plans on memrefs to parallel loops over parts of the tokens";
  let description = [{
    Each `moe.plan` on memrefs without a capacity becomes three walks, and two of
    them are an `scf.parallel` over parts of the tokens: parts count their live
    slots of each expert, one thread turns the counts into the first row of each
    expert and part, and parts place their slots from there. Where the rows of
    tokens are asked for, parts list them in a fourth walk. A part is as many
    tokens as have 8192 slots, or 16 for each expert where that is more, and the
    results are the same for any number of parts. Slots that there is no place for
    are not written: `convert-moe-to-linalg` asserts behind the op that there are
    none.

    ```mlir
    moe.plan ins(%e : memref<?x8xi32>) outs(%o, %s : memref<65xi32>, memref<?xi32>)
    // becomes
    scf.parallel (%part) = (%c0) to (%parts) step (%c1) { // counts %next[%part, expert]
    scf.for %expert = %c0 to %c64 step %c1 iter_args(%before = %c0) -> (index) {
      scf.for %part = %c0 to %parts step %c1 iter_args(%first = %before) -> (index) {
    scf.parallel (%part) = (%c0) to (%parts) step (%c1) { // stores slots at %next[%part, expert]
    ```
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::memref::MemRefDialect",
    "::mlir::scf::SCFDialect"
  ];
}

def ConvertRowsToVectorPass : Pass<"convert-rows-to-vector"> {
  let summary = "Rows that are gathered or combined to parallel loops over rows";
  let description = [{
    Each `moe.gather_rows` and `moe.combine_rows` on memrefs becomes an
    `scf.parallel` over blocks of rows of its result: some 16384 elements are a
    task. Vectors of columns are copied, or summed in registers, in the order of
    `convert-moe-to-linalg` and with its roundings.

    ```mlir
    moe.combine_rows ins(%rows, %slots, %token_rows : ...) weights(%w : ...) outs(%y : memref<?x2048xf32>)
    // becomes
    scf.parallel (%first) = (%c0) to (%tokens) step (%c4) {
      scf.for %t = %first to %end step %c1 {
        scf.for %d = %c0 to %c2048 step %c64 {
          %sum = scf.for %j = %c0 to %n step %c1 iter_args(%s = %zero) -> (vector<64xf32>) ...
          vector.store %sum, %y[%t, %d]
    ```
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::memref::MemRefDialect",
    "::mlir::scf::SCFDialect", "::mlir::vector::VectorDialect"
  ];
}

def ConvertReductionsToLoopsPass : Pass<"convert-reductions-to-loops"> {
  let summary = "Reductions on memrefs to loops that carry their sums";
  let description = [{
    Each op of linalg on memrefs with parallel loops, then reductions, becomes an
    `scf.parallel` of `scf.for`s that carry what they reduce, in the order of the
    op. A sum in memory is stored at every step where nobody knows that what is
    read lies elsewhere. Others, all of whose loops are reductions, or whose
    reductions are around parallel loops, are left alone.

    ```mlir
    scf.parallel (%i) = (%c0) to (%n) step (%c1) {
      %start = memref.load %sums[%i] : memref<?xf32>
      %sum = scf.for %j = %c0 to %c64 step %c1 iter_args(%s = %start) -> (f32) ...
      memref.store %sum, %sums[%i] : memref<?xf32>
    ```
  }];
  let dependentDialects = [
    "::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect",
    "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect"
  ];
}

def OutlineParallelPass : Pass<"moe-outline-parallel", "::mlir::ModuleOp"> {
  let summary = "Parallel loops to calls of the runtime";
  let description = [{
    Each `scf.parallel` without reductions, and not within another one, becomes a
    function of a range of tasks, which the runtime's `moeParallelFor` calls from
    its threads. Tasks are the iterations of the leading loops, the other loops are
    within a task. Loops that allocate, call or assert stay on one thread, and so
    do loops within a parallel one.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::func::FuncDialect",
    "::mlir::LLVM::LLVMDialect", "::mlir::scf::SCFDialect"
  ];
}

def ApproximateMathPass : Pass<"moe-approximate-math"> {
  let summary = "Functions of vectors by polynomials";
  let description = [{
    `exp` on vectors of f32, and of f32 in the body of a parallel loop, which LLVM
    makes vectors of, becomes 18 operations that are within an ulp of the exact
    value for every input: denormal results are rounded once, what is less than
    half of the least one is 0, and what is too large is infinite. `tanh` and `erf`
    on vectors of f32, and `expm1` and `log1p` of f32, become upstream's
    approximations. Other functions, whose polynomials lose range or denormals, call
    the C library for each lane.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::math::MathDialect",
    "::mlir::vector::VectorDialect"
  ];
}

#endif // MOE_CODEGEN_CPU_PASSES_TD
