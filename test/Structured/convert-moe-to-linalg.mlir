// RUN: moe-opt %s --convert-moe-to-linalg | FileCheck %s --implicit-check-not=moe.

// A layer of every op of level 1, with a mixture inside an expert, leaves
// nothing of the dialect.
// CHECK-LABEL: func.func @layer(
func.func @layer(%x: tensor<?x4xf32>, %z: tensor<?x4xf32>, %w: tensor<2x4x4xf32>, %seed: i64, %t: index) -> tensor<?x4xf32> {
  %noise = moe.random_normal seed(%seed) step(%seed) sizes(%t) : tensor<?x4xf32>
  %g, %e = moe.gate %z <softmax, top_k<2>> noise(%noise : tensor<?x4xf32>)
      : tensor<?x4xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %rows, %offsets, %slots = moe.dispatch %x to %e weights(%g : tensor<?x2xf32>)
      : tensor<?x4xf32> to tensor<?x2xi32> -> tensor<?x4xf32> by tensor<3xi32>, tensor<?xi32>
  // The outer loop, then the inner one.
  // CHECK: scf.for
  // CHECK: linalg.matmul
  %h = moe.expert rows(%xe = %rows : tensor<?x4xf32>) offsets(%offsets : tensor<3xi32>)
      params(%we = %w : tensor<2x4x4xf32>) {
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %m = tensor.dim %xe, %c0 : tensor<?x4xf32>
    %i = tensor.empty(%m) : tensor<?x4xf32>
    %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x4xf32>) -> tensor<?x4xf32>
    %r = linalg.matmul ins(%xe, %we : tensor<?x4xf32>, tensor<4x4xf32>)
                       outs(%f : tensor<?x4xf32>) -> tensor<?x4xf32>
    %gi, %ei = moe.gate %r <relu, all, sum> : tensor<?x4xf32> -> tensor<?x4xf32>, tensor<?x4xi32>
    %ri, %oi, %si = moe.dispatch %r to %ei weights(%gi : tensor<?x4xf32>)
        : tensor<?x4xf32> to tensor<?x4xi32> -> tensor<?x4xf32> by tensor<5xi32>, tensor<?xi32>
    %hi = moe.expert rows(%xi = %ri : tensor<?x4xf32>) offsets(%oi : tensor<5xi32>) {
      moe.yield %xi : tensor<?x4xf32>
    } -> tensor<?x4xf32>
    %yi = moe.combine %hi by %si weights(%gi)
        : tensor<?x4xf32>, tensor<?xi32>, tensor<?x4xf32> -> tensor<?x4xf32>
    moe.yield %yi : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  %y = moe.combine %h by %slots weights(%g)
      : tensor<?x4xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}
