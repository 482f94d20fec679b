// RUN: moe-opt %s --moe-reference=stop-after=moe | FileCheck %s --check-prefix=MOE
// RUN: moe-opt %s --moe-reference=stop-after=structured | FileCheck %s --check-prefix=STRUCTURED
// RUN: moe-opt %s --moe-reference | FileCheck %s --check-prefix=LLVM

// What is left is upstream's: tools that know no moe read it, with the module's target and with weights that are prepared.
// RUN: moe-opt %s --moe-attach-target=target=znver4 -o %t
// RUN: moe-opt %t --moe-reference | mlir-translate --mlir-to-llvmir | FileCheck %s --check-prefix=IR
// RUN: moe-opt %t --moe-cpu | mlir-translate --mlir-to-llvmir | FileCheck %s --check-prefixes=IR,PREPARE
// RUN: moe-opt %t --moe-cpu=stop-after=buffers | mlir-opt | FileCheck %s --check-prefix=BUFFERS

// A linear expert without an activation: small enough to read at every stage.
// docs/Stages.md shows this program.
// MOE-LABEL:  func.func @layer(
// MOE:          moe.gate
// MOE:          moe.dispatch
// MOE:          moe.expert
// MOE:          moe.combine

// STRUCTURED-LABEL: func.func @layer(
// STRUCTURED-NOT:     moe.gate
// STRUCTURED-NOT:     moe.dispatch
// STRUCTURED:         scf.for
// STRUCTURED:         linalg.matmul

// IR:      define void @_mlir_ciface_layer(ptr
// PREPARE: define void @_mlir_ciface_layer_prepare(ptr
// BUFFERS: func.func @layer_prepare(%{{.+}}: memref<2x4x4xf32>) -> memref<2x1x4x16xf32>

// LLVM:             llvm.func @layer(
// LLVM-NOT:         linalg.
func.func @layer(%x: tensor<?x4xf32> {moe.name = "x", moe.dims = ["T"]},
                 %logits: tensor<?x2xf32> {moe.name = "logits", moe.dims = ["T"]},
                 %w: tensor<2x4x4xf32> {moe.name = "w", moe.param}) -> tensor<?x4xf32> {
  %weights, %experts = moe.gate %logits <softmax, top_k<1>>
      : tensor<?x2xf32> -> tensor<?x1xf32>, tensor<?x1xi32>
  %rows, %offsets, %slots = moe.dispatch %x to %experts weights(%weights : tensor<?x1xf32>)
      : tensor<?x4xf32> to tensor<?x1xi32> -> tensor<?x4xf32> by tensor<3xi32>, tensor<?xi32>
  %out = moe.expert rows(%xe = %rows : tensor<?x4xf32>) offsets(%offsets : tensor<3xi32>)
                    params(%we = %w : tensor<2x4x4xf32>) {
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %m = tensor.dim %xe, %c0 : tensor<?x4xf32>
    %empty = tensor.empty(%m) : tensor<?x4xf32>
    %fill = linalg.fill ins(%zero : f32) outs(%empty : tensor<?x4xf32>) -> tensor<?x4xf32>
    %y = linalg.matmul ins(%xe, %we : tensor<?x4xf32>, tensor<4x4xf32>)
                       outs(%fill : tensor<?x4xf32>) -> tensor<?x4xf32>
    moe.yield %y : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  %y = moe.combine %out by %slots weights(%weights)
      : tensor<?x4xf32>, tensor<?xi32>, tensor<?x1xf32> -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}
