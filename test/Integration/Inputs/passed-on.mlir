// A private function that is called with a parameter, with another one, and in a loop.
func.func private @linear(%x: tensor<?x24xf32>, %w: tensor<24x24xf32>) -> tensor<?x24xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %t = tensor.dim %x, %c0 : tensor<?x24xf32>
  %e = tensor.empty(%t) : tensor<?x24xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<?x24xf32>) -> tensor<?x24xf32>
  %y = linalg.matmul ins(%x, %w : tensor<?x24xf32>, tensor<24x24xf32>) outs(%f : tensor<?x24xf32>) -> tensor<?x24xf32>
  return %y : tensor<?x24xf32>
}
func.func @layer(%x: tensor<?x24xf32> {moe.name = "x", moe.dims = ["T"]}, %w: tensor<24x24xf32> {moe.name = "w", moe.param},
                 %v: tensor<24x24xf32> {moe.name = "v", moe.param}) -> tensor<?x24xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %a = func.call @linear(%x, %w) : (tensor<?x24xf32>, tensor<24x24xf32>) -> tensor<?x24xf32>
  %b = scf.for %i = %c0 to %c3 step %c1 iter_args(%h = %a) -> tensor<?x24xf32> {
    %n = func.call @linear(%h, %v) : (tensor<?x24xf32>, tensor<24x24xf32>) -> tensor<?x24xf32>
    scf.yield %n : tensor<?x24xf32>
  }
  return %b : tensor<?x24xf32>
}
