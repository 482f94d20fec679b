func.func @f(%x: tensor<3x4xf32> {moe.name="x"}) -> (tensor<3x4xf32> {moe.name = "y"}) {
  %0 = math.sqrt %x : tensor<3x4xf32>
  return %0 : tensor<3x4xf32>
}
