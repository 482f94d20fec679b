// Qwen3-30B-A3B (Yang et al. 2025): one mixture-of-experts layer.
// Hidden 2048, 128 experts of 768, 8 a token, f32, any number of tokens T.
// Softmax over the experts, the best 8, their weights made to sum to 1.
// Sums are f32 (f64 for f64), rounded once where a value is stored as f32.
// Run: moe-run examples/qwen3-30b-a3b.mlir --dim T=16 --check --stats
// Written by generate.py qwen3-30b-a3b

#x = affine_map<(m, n, k) -> (m, k)>
#w = affine_map<(m, n, k) -> (n, k)>
#y = affine_map<(m, n, k) -> (m, n)>

func.func @layer(
    %x: tensor<?x2048xf32> {moe.name = "x", moe.dims = ["T"]},
    %router: tensor<128x2048xf32> {moe.name = "router", moe.param},
    %gate: tensor<128x768x2048xf32> {moe.name = "gate", moe.param},
    %up: tensor<128x768x2048xf32> {moe.name = "up", moe.param},
    %down: tensor<128x2048x768xf32> {moe.name = "down", moe.param})
    -> (tensor<?x2048xf32> {moe.name = "y"},
        tensor<?x8xf32> {moe.name = "weights"},
        tensor<?x8xi32> {moe.name = "experts"}) {
  %zero = arith.constant 0.0 : f32
  %c0 = arith.constant 0 : index
  %m = tensor.dim %x, %c0 : tensor<?x2048xf32>

  // Which experts, with which weights.
  %empty128 = tensor.empty(%m) : tensor<?x128xf32>
  %zeros128 = linalg.fill ins(%zero : f32) outs(%empty128 : tensor<?x128xf32>) -> tensor<?x128xf32>
  %logits = linalg.matmul indexing_maps = [#x, #w, #y]
      ins(%x, %router : tensor<?x2048xf32>, tensor<128x2048xf32>)
      outs(%zeros128 : tensor<?x128xf32>) -> tensor<?x128xf32>
  %weights, %experts = moe.gate %logits <softmax, top_k<8>, sum>
      : tensor<?x128xf32> -> tensor<?x8xf32>, tensor<?x8xi32>

  // Each expert on its own rows.
  %rows, %offsets, %slots = moe.dispatch %x to %experts weights(%weights : tensor<?x8xf32>)
      : tensor<?x2048xf32> to tensor<?x8xi32>
      -> tensor<?x2048xf32> by tensor<129xi32>, tensor<?xi32>
  %out = moe.expert rows(%xe = %rows : tensor<?x2048xf32>) offsets(%offsets : tensor<129xi32>)
      params(%gate_e = %gate : tensor<128x768x2048xf32>,
             %up_e = %up : tensor<128x768x2048xf32>,
             %down_e = %down : tensor<128x2048x768xf32>) {
    %one = arith.constant 1.0 : f32
    %zero = arith.constant 0.0 : f32
    %c0 = arith.constant 0 : index
    %m = tensor.dim %xe, %c0 : tensor<?x2048xf32>
    %empty768 = tensor.empty(%m) : tensor<?x768xf32>
    %zeros768 = linalg.fill ins(%zero : f32) outs(%empty768 : tensor<?x768xf32>) -> tensor<?x768xf32>
    %xg = linalg.matmul indexing_maps = [#x, #w, #y]
        ins(%xe, %gate_e : tensor<?x2048xf32>, tensor<768x2048xf32>)
        outs(%zeros768 : tensor<?x768xf32>) -> tensor<?x768xf32>
    %xu = linalg.matmul indexing_maps = [#x, #w, #y]
        ins(%xe, %up_e : tensor<?x2048xf32>, tensor<768x2048xf32>)
        outs(%zeros768 : tensor<?x768xf32>) -> tensor<?x768xf32>
    %h = linalg.map ins(%xg, %xu : tensor<?x768xf32>, tensor<?x768xf32>)
        outs(%empty768 : tensor<?x768xf32>)
      (%g: f32, %u: f32, %o: f32) {
        %negative = arith.negf %g : f32
        %exp = math.exp %negative : f32
        %divisor = arith.addf %exp, %one : f32
        %silu = arith.divf %g, %divisor : f32
        %r = arith.mulf %silu, %u : f32
        linalg.yield %r : f32
      }
    %empty2048 = tensor.empty(%m) : tensor<?x2048xf32>
    %zeros2048 = linalg.fill ins(%zero : f32) outs(%empty2048 : tensor<?x2048xf32>) -> tensor<?x2048xf32>
    %ye = linalg.matmul indexing_maps = [#x, #w, #y]
        ins(%h, %down_e : tensor<?x768xf32>, tensor<2048x768xf32>)
        outs(%zeros2048 : tensor<?x2048xf32>) -> tensor<?x2048xf32>
    moe.yield %ye : tensor<?x2048xf32>
  } -> tensor<?x2048xf32>

  // Back to the tokens.
  %y = moe.combine %out by %slots weights(%weights)
      : tensor<?x2048xf32>, tensor<?xi32>, tensor<?x8xf32> -> tensor<?x2048xf32>
  return %y, %weights, %experts
      : tensor<?x2048xf32>, tensor<?x8xf32>, tensor<?x8xi32>
}
