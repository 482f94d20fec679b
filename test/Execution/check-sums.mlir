// Rows that are added into tokens are rows of tokens: all of them are compared, though two experts of one row each leave most
// tokens out.

// RUN: moe-opt %s --moe-optimize -o %t
// RUN: FileCheck %s --check-prefix=SUM < %t
// RUN: moe-run %t --dim T=9 --check | FileCheck %s
// RUN: moe-run %t --device=reference --dim T=9 --check | FileCheck %s
// SUM: moe.grouped_matmul {{.*}} accumulate
// CHECK: check: passed, error {{[0-9.e+-]+}}, tolerance 1e-05, 9 rows compared, 0 ids differ
func.func @main(%x: tensor<?x4xf32> {moe.name = "x", moe.dims = ["T"]},
                 %logits: tensor<?x2xf32> {moe.name = "logits", moe.dims = ["T"]},
                 %w: tensor<2x4x4xf32> {moe.name = "w", moe.param}) -> tensor<?x4xf32> {
  %weights, %experts = moe.gate %logits <softmax, top_k<1>>
      : tensor<?x2xf32> -> tensor<?x1xf32>, tensor<?x1xi32>
  %one = arith.constant 1 : index
  %rows, %offsets, %slots = moe.dispatch %x to %experts weights(%weights : tensor<?x1xf32>) capacity(%one)
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
