// Mixtral 8x7B (Jiang et al. 2024): one mixture-of-experts layer.
// Hidden 4096, 8 experts of 14336, 2 a token, f32, any number of tokens T.
// Softmax over the experts, the best 2, their weights made to sum to 1.
// Sums are f32 (f64 for f64), rounded once where a value is stored as f32.
// Run: moe-run examples/mixtral-8x7b.mlir --dim T=16 --check --stats
// Written by generate.py mixtral-8x7b

#x = affine_map<(m, n, k) -> (m, k)>
#w = affine_map<(m, n, k) -> (n, k)>
#y = affine_map<(m, n, k) -> (m, n)>

func.func @layer(
    %x: tensor<?x4096xf32> {moe.name = "x", moe.dims = ["T"]},
    %router: tensor<8x4096xf32> {moe.name = "router", moe.param},
    %gate: tensor<8x14336x4096xf32> {moe.name = "gate", moe.param},
    %up: tensor<8x14336x4096xf32> {moe.name = "up", moe.param},
    %down: tensor<8x4096x14336xf32> {moe.name = "down", moe.param})
    -> (tensor<?x4096xf32> {moe.name = "y"},
        tensor<?x2xf32> {moe.name = "weights"},
        tensor<?x2xi32> {moe.name = "experts"}) {
  %zero = arith.constant 0.0 : f32
  %c0 = arith.constant 0 : index
  %m = tensor.dim %x, %c0 : tensor<?x4096xf32>

  // Which experts, with which weights.
  %empty8 = tensor.empty(%m) : tensor<?x8xf32>
  %zeros8 = linalg.fill ins(%zero : f32) outs(%empty8 : tensor<?x8xf32>) -> tensor<?x8xf32>
  %logits = linalg.matmul indexing_maps = [#x, #w, #y]
      ins(%x, %router : tensor<?x4096xf32>, tensor<8x4096xf32>)
      outs(%zeros8 : tensor<?x8xf32>) -> tensor<?x8xf32>
  %weights, %experts = moe.gate %logits <softmax, top_k<2>, sum>
      : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>

  // Each expert on its own rows.
  %rows, %offsets, %slots = moe.dispatch %x to %experts weights(%weights : tensor<?x2xf32>)
      : tensor<?x4096xf32> to tensor<?x2xi32>
      -> tensor<?x4096xf32> by tensor<9xi32>, tensor<?xi32>
  %out = moe.expert rows(%xe = %rows : tensor<?x4096xf32>) offsets(%offsets : tensor<9xi32>)
      params(%gate_e = %gate : tensor<8x14336x4096xf32>,
             %up_e = %up : tensor<8x14336x4096xf32>,
             %down_e = %down : tensor<8x4096x14336xf32>) {
    %one = arith.constant 1.0 : f32
    %zero = arith.constant 0.0 : f32
    %c0 = arith.constant 0 : index
    %m = tensor.dim %xe, %c0 : tensor<?x4096xf32>
    %empty14336 = tensor.empty(%m) : tensor<?x14336xf32>
    %zeros14336 = linalg.fill ins(%zero : f32) outs(%empty14336 : tensor<?x14336xf32>) -> tensor<?x14336xf32>
    %xg = linalg.matmul indexing_maps = [#x, #w, #y]
        ins(%xe, %gate_e : tensor<?x4096xf32>, tensor<14336x4096xf32>)
        outs(%zeros14336 : tensor<?x14336xf32>) -> tensor<?x14336xf32>
    %xu = linalg.matmul indexing_maps = [#x, #w, #y]
        ins(%xe, %up_e : tensor<?x4096xf32>, tensor<14336x4096xf32>)
        outs(%zeros14336 : tensor<?x14336xf32>) -> tensor<?x14336xf32>
    %h = linalg.map ins(%xg, %xu : tensor<?x14336xf32>, tensor<?x14336xf32>)
        outs(%empty14336 : tensor<?x14336xf32>)
      (%g: f32, %u: f32, %o: f32) {
        %negative = arith.negf %g : f32
        %exp = math.exp %negative : f32
        %divisor = arith.addf %exp, %one : f32
        %silu = arith.divf %g, %divisor : f32
        %r = arith.mulf %silu, %u : f32
        linalg.yield %r : f32
      }
    %empty4096 = tensor.empty(%m) : tensor<?x4096xf32>
    %zeros4096 = linalg.fill ins(%zero : f32) outs(%empty4096 : tensor<?x4096xf32>) -> tensor<?x4096xf32>
    %ye = linalg.matmul indexing_maps = [#x, #w, #y]
        ins(%h, %down_e : tensor<?x14336xf32>, tensor<4096x14336xf32>)
        outs(%zeros4096 : tensor<?x4096xf32>) -> tensor<?x4096xf32>
    moe.yield %ye : tensor<?x4096xf32>
  } -> tensor<?x4096xf32>

  // Back to the tokens.
  %y = moe.combine %out by %slots weights(%weights)
      : tensor<?x4096xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x4096xf32>
  return %y, %weights, %experts
      : tensor<?x4096xf32>, tensor<?x2xf32>, tensor<?x2xi32>
}
