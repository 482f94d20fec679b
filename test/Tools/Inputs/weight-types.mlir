// A kernel whose two weights differ in type: one row for each of four experts.
func.func @f(%x: tensor<?x16xf32> {moe.name = "x", moe.dims = ["T"]}, %a: tensor<4x16x48xbf16> {moe.name = "a", moe.param},
             %b: tensor<4x16x48xf32> {moe.name = "b", moe.param}) -> tensor<?x48xf32> {
  %c0 = arith.constant 0 : index
  %o = arith.constant dense<[0, 1, 2, 3, 4]> : tensor<5xi32>
  %t = tensor.dim %x, %c0 : tensor<?x16xf32>
  %e = tensor.empty(%t) : tensor<?x48xf32>
  %y = moe.grouped_matmul ins(%x : tensor<?x16xf32>) offsets(%o : tensor<5xi32>)
      weights(%a, %b : tensor<4x16x48xbf16>, tensor<4x16x48xf32>) outs(%e : tensor<?x48xf32>) epilogue {
  ^bb0(%p: f32, %q: f32):
    %r = arith.mulf %p, %q : f32
    moe.yield %r : f32
  } -> tensor<?x48xf32>
  return %y : tensor<?x48xf32>
}
