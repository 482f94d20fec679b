// A mixture of three mixtures of five experts each. The gates are plain scores,
// so that small integers stay exact; some are zero, and logit 5 of a group is
// no expert (a null expert).
#id = affine_map<(m, n) -> (m, n)>
func.func @layer(
    %x: tensor<?x4xf32> {moe.name = "x", moe.dims = ["T"]},
    %wg: tensor<4x3xf32> {moe.name = "wg", moe.param, moe.init = #moe.init<normal<1.0>>},
    %wg2: tensor<3x4x6xf32> {moe.name = "wg2", moe.param, moe.init = #moe.init<normal<1.0>>},
    %w: tensor<3x5x4x4xf32> {moe.name = "w", moe.param, moe.init = #moe.init<normal<1.0>>})
    -> (tensor<?x4xf32> {moe.name = "y"}) {
  %zero = arith.constant 0.0 : f32
  %c0 = arith.constant 0 : index
  %t = tensor.dim %x, %c0 : tensor<?x4xf32>
  %i = tensor.empty(%t) : tensor<?x3xf32>
  %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x3xf32>) -> tensor<?x3xf32>
  %z = linalg.matmul ins(%x, %wg : tensor<?x4xf32>, tensor<4x3xf32>) outs(%f : tensor<?x3xf32>) -> tensor<?x3xf32>
  %g, %e = moe.gate %z <identity, top_k<2>> : tensor<?x3xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %rows, %o, %s = moe.dispatch %x to %e weights(%g : tensor<?x2xf32>) : tensor<?x4xf32> to tensor<?x2xi32> -> tensor<?x4xf32> by tensor<4xi32>, tensor<?xi32>
  %out = moe.expert rows(%xe = %rows : tensor<?x4xf32>) offsets(%o : tensor<4xi32>)
      params(%wg2e = %wg2 : tensor<3x4x6xf32>, %we = %w : tensor<3x5x4x4xf32>) {
    %zero2 = arith.constant 0.0 : f32
    %k0 = arith.constant 0 : index
    %m = tensor.dim %xe, %k0 : tensor<?x4xf32>
    %i2 = tensor.empty(%m) : tensor<?x6xf32>
    %f2 = linalg.fill ins(%zero2 : f32) outs(%i2 : tensor<?x6xf32>) -> tensor<?x6xf32>
    %z2 = linalg.matmul ins(%xe, %wg2e : tensor<?x4xf32>, tensor<4x6xf32>) outs(%f2 : tensor<?x6xf32>) -> tensor<?x6xf32>
    %g2, %e2 = moe.gate %z2 <identity, top_k<2>> : tensor<?x6xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
    %rows2, %o2, %s2 = moe.dispatch %xe to %e2 weights(%g2 : tensor<?x2xf32>) : tensor<?x4xf32> to tensor<?x2xi32> -> tensor<?x4xf32> by tensor<6xi32>, tensor<?xi32>
    %out2 = moe.expert rows(%xi = %rows2 : tensor<?x4xf32>) offsets(%o2 : tensor<6xi32>) params(%wi = %we : tensor<5x4x4xf32>) {
      %zero3 = arith.constant 0.0 : f32
      %q0 = arith.constant 0 : index
      %m3 = tensor.dim %xi, %q0 : tensor<?x4xf32>
      %i3 = tensor.empty(%m3) : tensor<?x4xf32>
      %f3 = linalg.fill ins(%zero3 : f32) outs(%i3 : tensor<?x4xf32>) -> tensor<?x4xf32>
      %h = linalg.matmul ins(%xi, %wi : tensor<?x4xf32>, tensor<4x4xf32>) outs(%f3 : tensor<?x4xf32>) -> tensor<?x4xf32>
      moe.yield %h : tensor<?x4xf32>
    } -> tensor<?x4xf32>
    %y2 = moe.combine %out2 by %s2 weights(%g2) : tensor<?x4xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x4xf32>
    moe.yield %y2 : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  %y = moe.combine %out by %s weights(%g) : tensor<?x4xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}
