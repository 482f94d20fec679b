// OLMoE-1B-7B (Muennighoff et al. 2024): one mixture-of-experts layer.
// Hidden 2048, 64 experts of 1024, 8 a token, f32, any number of tokens T.
// Softmax over the experts, the best 8, weights left as they are.
// Sums are f32 (f64 for f64), rounded once where a value is stored as f32.
// Run: moe-run examples/olmoe-1b-7b.mlir --dim T=16 --check --stats
// Written by generate.py olmoe-1b-7b

#x = affine_map<(m, n, k) -> (m, k)>
#w = affine_map<(m, n, k) -> (n, k)>
#y = affine_map<(m, n, k) -> (m, n)>

func.func @layer(
    %x: tensor<?x2048xf32> {moe.name = "x", moe.dims = ["T"]},
    %router: tensor<64x2048xf32> {moe.name = "router", moe.param},
    %gate: tensor<64x1024x2048xf32> {moe.name = "gate", moe.param},
    %up: tensor<64x1024x2048xf32> {moe.name = "up", moe.param},
    %down: tensor<64x2048x1024xf32> {moe.name = "down", moe.param})
    -> (tensor<?x2048xf32> {moe.name = "y"},
        tensor<?x8xf32> {moe.name = "weights"},
        tensor<?x8xi32> {moe.name = "experts"}) {
  %zero = arith.constant 0.0 : f32
  %c0 = arith.constant 0 : index
  %m = tensor.dim %x, %c0 : tensor<?x2048xf32>

  // Which experts, with which weights.
  %empty64 = tensor.empty(%m) : tensor<?x64xf32>
  %zeros64 = linalg.fill ins(%zero : f32) outs(%empty64 : tensor<?x64xf32>) -> tensor<?x64xf32>
  %logits = linalg.matmul indexing_maps = [#x, #w, #y]
      ins(%x, %router : tensor<?x2048xf32>, tensor<64x2048xf32>)
      outs(%zeros64 : tensor<?x64xf32>) -> tensor<?x64xf32>
  %weights, %experts = moe.gate %logits <softmax, top_k<8>>
      : tensor<?x64xf32> -> tensor<?x8xf32>, tensor<?x8xi32>

  // Each expert on its own rows.
  %rows, %offsets, %slots = moe.dispatch %x to %experts weights(%weights : tensor<?x8xf32>)
      : tensor<?x2048xf32> to tensor<?x8xi32>
      -> tensor<?x2048xf32> by tensor<65xi32>, tensor<?xi32>
  %out = moe.expert rows(%xe = %rows : tensor<?x2048xf32>) offsets(%offsets : tensor<65xi32>)
      params(%gate_e = %gate : tensor<64x1024x2048xf32>,
             %up_e = %up : tensor<64x1024x2048xf32>,
             %down_e = %down : tensor<64x2048x1024xf32>) {
    %one = arith.constant 1.0 : f32
    %zero = arith.constant 0.0 : f32
    %c0 = arith.constant 0 : index
    %m = tensor.dim %xe, %c0 : tensor<?x2048xf32>
    %empty1024 = tensor.empty(%m) : tensor<?x1024xf32>
    %zeros1024 = linalg.fill ins(%zero : f32) outs(%empty1024 : tensor<?x1024xf32>) -> tensor<?x1024xf32>
    %xg = linalg.matmul indexing_maps = [#x, #w, #y]
        ins(%xe, %gate_e : tensor<?x2048xf32>, tensor<1024x2048xf32>)
        outs(%zeros1024 : tensor<?x1024xf32>) -> tensor<?x1024xf32>
    %xu = linalg.matmul indexing_maps = [#x, #w, #y]
        ins(%xe, %up_e : tensor<?x2048xf32>, tensor<1024x2048xf32>)
        outs(%zeros1024 : tensor<?x1024xf32>) -> tensor<?x1024xf32>
    %h = linalg.map ins(%xg, %xu : tensor<?x1024xf32>, tensor<?x1024xf32>)
        outs(%empty1024 : tensor<?x1024xf32>)
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
        ins(%h, %down_e : tensor<?x1024xf32>, tensor<2048x1024xf32>)
        outs(%zeros2048 : tensor<?x2048xf32>) -> tensor<?x2048xf32>
    moe.yield %ye : tensor<?x2048xf32>
  } -> tensor<?x2048xf32>

  // Back to the tokens.
  %y = moe.combine %out by %slots weights(%weights)
      : tensor<?x2048xf32>, tensor<?xi32>, tensor<?x8xf32> -> tensor<?x2048xf32>
  return %y, %weights, %experts
      : tensor<?x2048xf32>, tensor<?x8xf32>, tensor<?x8xi32>
}
