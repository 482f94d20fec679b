// RUN: moe-opt %s | FileCheck %s

// The layer of docs/Tour.md: two experts of one matrix each, top-1, small
// enough to compute by hand.
// CHECK-LABEL: func.func @layer(
// CHECK:         moe.gate
// CHECK:         moe.combine
func.func @layer(%x: tensor<?x2xf32> {moe.name = "x", moe.dims = ["T"]},
                 %router: tensor<2x2xf32> {moe.name = "router", moe.param},
                 %w: tensor<2x2x2xf32> {moe.name = "w", moe.param})
    -> (tensor<?x2xf32> {moe.name = "y"}) {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %t = tensor.dim %x, %c0 : tensor<?x2xf32>
  %empty = tensor.empty(%t) : tensor<?x2xf32>
  %zeros = linalg.fill ins(%zero : f32) outs(%empty : tensor<?x2xf32>) -> tensor<?x2xf32>
  %logits = linalg.matmul ins(%x, %router : tensor<?x2xf32>, tensor<2x2xf32>)
                          outs(%zeros : tensor<?x2xf32>) -> tensor<?x2xf32>
  %weights, %experts = moe.gate %logits <softmax, top_k<1>>
      : tensor<?x2xf32> -> tensor<?x1xf32>, tensor<?x1xi32>
  %rows, %offsets, %slots = moe.dispatch %x to %experts weights(%weights : tensor<?x1xf32>)
      : tensor<?x2xf32> to tensor<?x1xi32> -> tensor<?x2xf32> by tensor<3xi32>, tensor<?xi32>
  %out = moe.expert rows(%xe = %rows : tensor<?x2xf32>) offsets(%offsets : tensor<3xi32>)
                    params(%we = %w : tensor<2x2x2xf32>) {
    %c0_0 = arith.constant 0 : index
    %zero_0 = arith.constant 0.0 : f32
    %m = tensor.dim %xe, %c0_0 : tensor<?x2xf32>
    %i = tensor.empty(%m) : tensor<?x2xf32>
    %f = linalg.fill ins(%zero_0 : f32) outs(%i : tensor<?x2xf32>) -> tensor<?x2xf32>
    %r = linalg.matmul ins(%xe, %we : tensor<?x2xf32>, tensor<2x2xf32>)
                       outs(%f : tensor<?x2xf32>) -> tensor<?x2xf32>
    moe.yield %r : tensor<?x2xf32>
  } -> tensor<?x2xf32>
  %y = moe.combine %out by %slots weights(%weights)
      : tensor<?x2xf32>, tensor<?xi32>, tensor<?x1xf32> -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}
