func.func @route(%z: tensor<?x8xf32>) -> (tensor<?x2xf32>, tensor<?x2xi32>) {
  %weights, %experts = moe.gate %z <softmax, top_k<2>>
      : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  return %weights, %experts : tensor<?x2xf32>, tensor<?x2xi32>
}
