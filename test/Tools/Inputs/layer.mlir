// A small mixture-of-experts layer: 4 experts, 2 a token.
func.func @layer(
    %x: tensor<?x8xf32> {moe.name = "x", moe.dims = ["T"]},
    %router: tensor<8x4xf32> {moe.name = "router", moe.param},
    %w: tensor<4x8x8xf32> {moe.name = "w", moe.param, moe.init = #moe.init<fan_in<1>>})
    -> (tensor<?x8xf32> {moe.name = "y"}, tensor<?x2xi32> {moe.name = "experts"}) {
  %zero = arith.constant 0.0 : f32
  %c0 = arith.constant 0 : index
  %t = tensor.dim %x, %c0 : tensor<?x8xf32>
  %empty = tensor.empty(%t) : tensor<?x4xf32>
  %zeros = linalg.fill ins(%zero : f32) outs(%empty : tensor<?x4xf32>) -> tensor<?x4xf32>
  %logits = linalg.matmul ins(%x, %router : tensor<?x8xf32>, tensor<8x4xf32>)
      outs(%zeros : tensor<?x4xf32>) -> tensor<?x4xf32>
  %weights, %experts = moe.gate %logits <softmax, top_k<2>, sum>
      : tensor<?x4xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %rows, %offsets, %slots = moe.dispatch %x to %experts weights(%weights : tensor<?x2xf32>)
      : tensor<?x8xf32> to tensor<?x2xi32> -> tensor<?x8xf32> by tensor<5xi32>, tensor<?xi32>
  %out = moe.expert rows(%xe = %rows : tensor<?x8xf32>) offsets(%offsets : tensor<5xi32>)
      params(%we = %w : tensor<4x8x8xf32>) {
    %zero = arith.constant 0.0 : f32
    %c0 = arith.constant 0 : index
    %m = tensor.dim %xe, %c0 : tensor<?x8xf32>
    %empty = tensor.empty(%m) : tensor<?x8xf32>
    %zeros = linalg.fill ins(%zero : f32) outs(%empty : tensor<?x8xf32>) -> tensor<?x8xf32>
    %r = linalg.matmul ins(%xe, %we : tensor<?x8xf32>, tensor<8x8xf32>)
        outs(%zeros : tensor<?x8xf32>) -> tensor<?x8xf32>
    moe.yield %r : tensor<?x8xf32>
  } -> tensor<?x8xf32>
  %y = moe.combine %out by %slots weights(%weights)
      : tensor<?x8xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x8xf32>
  return %y, %experts : tensor<?x8xf32>, tensor<?x2xi32>
}

// Numbers by value, of both kinds.
func.func @scaled(%x: tensor<?xf32> {moe.name = "x", moe.dims = ["T"]},
                  %n: i64 {moe.name = "n"}, %s: f32 {moe.name = "s"}) -> tensor<?xf32> {
  %f = arith.sitofp %n : i64 to f32
  %p = arith.mulf %f, %s : f32
  %c0 = arith.constant 0 : index
  %t = tensor.dim %x, %c0 : tensor<?xf32>
  %e = tensor.empty(%t) : tensor<?xf32>
  %y = linalg.map ins(%x : tensor<?xf32>) outs(%e : tensor<?xf32>) (%v: f32, %o: f32) {
    %r = arith.mulf %v, %p : f32
    linalg.yield %r : f32
  }
  return %y : tensor<?xf32>
}
