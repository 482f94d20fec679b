// A layer of sixteen experts, two a token, and a shared one like them. Some gates are
// zero.

#id = affine_map<(t, n) -> (t, n)>

module attributes {moe.target = #moe.target<cpu, arch = "znver4", cores = 8, vector_bits = 512, l1 = 32768, l2 = 1048576, l3 = 33554432, bandwidth = 40000000000>} {
func.func @layer(%x: tensor<?x64xf32> {moe.name = "x", moe.dims = ["T"]},
                 %z: tensor<?x16xf32> {moe.name = "z", moe.dims = ["T"]},
                 %w1: tensor<16x64x32xf32> {moe.name = "w1", moe.param},
                 %w2: tensor<16x32x64xf32> {moe.name = "w2", moe.param},
                 %s1: tensor<64x32xf32> {moe.name = "s1", moe.param},
                 %s2: tensor<32x64xf32> {moe.name = "s2", moe.param}) -> tensor<?x64xf32> {
  %w, %e = moe.gate %z <relu, top_k<2>> : tensor<?x16xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %rows, %offsets, %slots = moe.dispatch %x to %e weights(%w : tensor<?x2xf32>) : tensor<?x64xf32> to tensor<?x2xi32> -> tensor<?x64xf32> by tensor<17xi32>, tensor<?xi32>
  %r = moe.expert rows(%b = %rows : tensor<?x64xf32>) offsets(%offsets : tensor<17xi32>) params(%v1 = %w1 : tensor<16x64x32xf32>, %v2 = %w2 : tensor<16x32x64xf32>) {
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %n = tensor.dim %b, %c0 : tensor<?x64xf32>
    %i = tensor.empty(%n) : tensor<?x32xf32>
    %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x32xf32>) -> tensor<?x32xf32>
    %u = linalg.matmul ins(%b, %v1 : tensor<?x64xf32>, tensor<64x32xf32>) outs(%f : tensor<?x32xf32>) -> tensor<?x32xf32>
    %h = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%u : tensor<?x32xf32>) outs(%i : tensor<?x32xf32>) {
    ^bb0(%p: f32, %o: f32):
      %k = arith.maximumf %p, %zero : f32
      linalg.yield %k : f32
    } -> tensor<?x32xf32>
    %j = tensor.empty(%n) : tensor<?x64xf32>
    %g = linalg.fill ins(%zero : f32) outs(%j : tensor<?x64xf32>) -> tensor<?x64xf32>
    %m = linalg.matmul ins(%h, %v2 : tensor<?x32xf32>, tensor<32x64xf32>) outs(%g : tensor<?x64xf32>) -> tensor<?x64xf32>
    moe.yield %m : tensor<?x64xf32>
  } -> tensor<?x64xf32>
  %routed = moe.combine %r by %slots weights(%w) : tensor<?x64xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x64xf32>
  %c0x = arith.constant 0 : index
  %zerox = arith.constant 0.0 : f32
  %nx = tensor.dim %x, %c0x : tensor<?x64xf32>
  %ix = tensor.empty(%nx) : tensor<?x32xf32>
  %fx = linalg.fill ins(%zerox : f32) outs(%ix : tensor<?x32xf32>) -> tensor<?x32xf32>
  %ux = linalg.matmul ins(%x, %s1 : tensor<?x64xf32>, tensor<64x32xf32>) outs(%fx : tensor<?x32xf32>) -> tensor<?x32xf32>
  %hx = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%ux : tensor<?x32xf32>) outs(%ix : tensor<?x32xf32>) {
  ^bb0(%p: f32, %o: f32):
    %k = arith.maximumf %p, %zerox : f32
    linalg.yield %k : f32
  } -> tensor<?x32xf32>
  %jx = tensor.empty(%nx) : tensor<?x64xf32>
  %gx = linalg.fill ins(%zerox : f32) outs(%jx : tensor<?x64xf32>) -> tensor<?x64xf32>
  %mx = linalg.matmul ins(%hx, %s2 : tensor<?x32xf32>, tensor<32x64xf32>) outs(%gx : tensor<?x64xf32>) -> tensor<?x64xf32>
  %y = arith.addf %mx, %routed : tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}
}
