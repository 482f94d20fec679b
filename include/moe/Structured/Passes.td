//===- Passes.td - moe to upstream value semantics ------------*- tablegen -*-===//

#ifndef MOE_STRUCTURED_PASSES_TD
#define MOE_STRUCTURED_PASSES_TD

include "mlir/Pass/PassBase.td"

def ConvertMoeToLinalgPass : Pass<"convert-moe-to-linalg"> {
  let summary = "Lower every moe op to upstream ops on tensors";
  let description = [{
    The executable meaning of the dialect: each op becomes linalg, tensor, scf,
    arith and math ops, one op at a time, with no decisions. Kept simple for
    ever; every optimised route is tested against it. What the verifiers check of
    static sizes becomes `cf.assert`s on the dynamic ones. Ops of level 2 on
    memrefs are refused: the meaning is in values.
  }];
  let options = [
    Option<"keepGroupedMatmul", "keep-grouped-matmul", "bool", "false",
           "leave moe.grouped_matmul to the code of a machine">,
    Option<"keepGates", "keep-gates", "bool", "false",
           "leave gates that fit into registers to the code of a machine">,
    Option<"keepPlans", "keep-plans", "bool", "false",
           "leave plans, with their capacities applied, to the code of a "
           "machine">,
    Option<"keepRows", "keep-rows", "bool", "false",
           "leave moe.gather_rows, and moe.combine as moe.combine_rows, to the "
           "code of a machine">
  ];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::cf::ControlFlowDialect",
    "::mlir::func::FuncDialect", "::mlir::linalg::LinalgDialect",
    "::mlir::math::MathDialect", "::mlir::scf::SCFDialect",
    "::mlir::tensor::TensorDialect"
  ];
}

def CheckIndicesPass : Pass<"moe-check-indices", "::mlir::ModuleOp"> {
  let summary = "Check offsets and slots that a program is given";
  let description = [{
    Before each op that reads offsets, slots or rows of tokens, calls a runtime
    function that gives up the run where they are malformed: offsets start at
    0, never fall and end at R at most; slots are in [0, T*K), each once, up to
    `offsets[E]`, where it is known, and -1 past it; the rows of a token are
    those of its slots, ascending. Nothing is checked of what one dispatch, plan
    or route has made, where its sizes are provably those of the rows and tokens
    that are read. An expert whose region needs a check becomes a loop, where
    the widths of its results are static; else its region is not checked.

    With `outside-only` nothing is checked of what a dispatch, plan or route in
    sight has made, whatever it is read with, nor in the regions of experts: what
    every run can afford.
  }];
  let options = [
    Option<"outsideOnly", "outside-only", "bool", "false",
           "check only what the program is given from outside">
  ];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::cf::ControlFlowDialect",
    "::mlir::func::FuncDialect", "::mlir::linalg::LinalgDialect",
    "::mlir::scf::SCFDialect", "::mlir::tensor::TensorDialect"
  ];
}

def ConvertPackToLinalgPass : Pass<"convert-pack-to-linalg"> {
  let summary = "linalg.pack to elementwise ops";
  let description = [{
    Each element of the result is read from where it comes from, or is the
    padding: one pass over memory, and no padded copy in between.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect",
    "::mlir::scf::SCFDialect", "::mlir::tensor::TensorDialect"
  ];
}

def RecordKernelsPass : Pass<"moe-record-kernels", "::mlir::ModuleOp"> {
  let summary = "Record the rows that each grouped matmul runs";
  let description = [{
    Before each grouped matmul on tensors, calls `@moeRecordKernel(kernel: i64,
    depth: i64, columns: i64, offsets: tensor<?xi32>)`. Kernels are numbered in
    the order of a walk over the module.

    ```mlir
    %offsets = tensor.cast %o : tensor<9xi32> to tensor<?xi32>
    func.call @moeRecordKernel(%c0, %k, %n, %offsets) : (i64, i64, i64, tensor<?xi32>) -> ()
    %0 = moe.grouped_matmul ins(%x : tensor<?x2048xf32>) offsets(%o : tensor<9xi32>) ...
    ```
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::func::FuncDialect",
    "::mlir::tensor::TensorDialect"
  ];
}

#endif // MOE_STRUCTURED_PASSES_TD
