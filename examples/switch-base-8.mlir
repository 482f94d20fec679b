// Switch Transformer base, 8 experts (Fedus et al. 2021): one mixture-of-experts layer.
// Hidden 768, 8 experts of 3072, 1 a token, f32, any number of tokens T.
// The best expert, weighted by its probability. Each takes at most 64 tokens of a
// sequence of 512; a token past that gets zero (the residual passes it on).
// Sums are f32 (f64 for f64), rounded once where a value is stored as f32.
// Run: moe-run examples/switch-base-8.mlir --dim T=16 --check --stats
// Written by generate.py switch-base-8

#x = affine_map<(m, n, k) -> (m, k)>
#w = affine_map<(m, n, k) -> (n, k)>
#y = affine_map<(m, n, k) -> (m, n)>

func.func @layer(
    %x: tensor<?x768xf32> {moe.name = "x", moe.dims = ["T"]},
    %router: tensor<8x768xf32> {moe.name = "router", moe.param},
    %up: tensor<8x3072x768xf32> {moe.name = "up", moe.param},
    %down: tensor<8x768x3072xf32> {moe.name = "down", moe.param})
    -> (tensor<?x768xf32> {moe.name = "y"},
        tensor<?x1xf32> {moe.name = "weights"},
        tensor<?x1xi32> {moe.name = "experts"}) {
  %zero = arith.constant 0.0 : f32
  %c0 = arith.constant 0 : index
  %m = tensor.dim %x, %c0 : tensor<?x768xf32>
  %capacity = arith.constant 64 : index

  // Which experts, with which weights.
  %empty8 = tensor.empty(%m) : tensor<?x8xf32>
  %zeros8 = linalg.fill ins(%zero : f32) outs(%empty8 : tensor<?x8xf32>) -> tensor<?x8xf32>
  %logits = linalg.matmul indexing_maps = [#x, #w, #y]
      ins(%x, %router : tensor<?x768xf32>, tensor<8x768xf32>)
      outs(%zeros8 : tensor<?x8xf32>) -> tensor<?x8xf32>
  %weights, %experts = moe.gate %logits <softmax, top_k<1>>
      : tensor<?x8xf32> -> tensor<?x1xf32>, tensor<?x1xi32>

  // Each expert on its own rows.
  %rows, %offsets, %slots = moe.dispatch %x to %experts weights(%weights : tensor<?x1xf32>) capacity(%capacity) segment(512)
      : tensor<?x768xf32> to tensor<?x1xi32>
      -> tensor<?x768xf32> by tensor<9xi32>, tensor<?xi32>
  %out = moe.expert rows(%xe = %rows : tensor<?x768xf32>) offsets(%offsets : tensor<9xi32>)
      params(%up_e = %up : tensor<8x3072x768xf32>,
             %down_e = %down : tensor<8x768x3072xf32>) {
    %zero = arith.constant 0.0 : f32
    %c0 = arith.constant 0 : index
    %m = tensor.dim %xe, %c0 : tensor<?x768xf32>
    %empty3072 = tensor.empty(%m) : tensor<?x3072xf32>
    %zeros3072 = linalg.fill ins(%zero : f32) outs(%empty3072 : tensor<?x3072xf32>) -> tensor<?x3072xf32>
    %xu = linalg.matmul indexing_maps = [#x, #w, #y]
        ins(%xe, %up_e : tensor<?x768xf32>, tensor<3072x768xf32>)
        outs(%zeros3072 : tensor<?x3072xf32>) -> tensor<?x3072xf32>
    %h = linalg.map ins(%xu : tensor<?x3072xf32>)
        outs(%empty3072 : tensor<?x3072xf32>)
      (%a: f32, %o: f32) {
        %r = arith.maximumf %a, %zero : f32
        linalg.yield %r : f32
      }
    %empty768 = tensor.empty(%m) : tensor<?x768xf32>
    %zeros768 = linalg.fill ins(%zero : f32) outs(%empty768 : tensor<?x768xf32>) -> tensor<?x768xf32>
    %ye = linalg.matmul indexing_maps = [#x, #w, #y]
        ins(%h, %down_e : tensor<?x3072xf32>, tensor<768x3072xf32>)
        outs(%zeros768 : tensor<?x768xf32>) -> tensor<?x768xf32>
    moe.yield %ye : tensor<?x768xf32>
  } -> tensor<?x768xf32>

  // Back to the tokens.
  %y = moe.combine %out by %slots weights(%weights)
      : tensor<?x768xf32>, tensor<?xi32>, tensor<?x1xf32> -> tensor<?x768xf32>
  return %y, %weights, %experts
      : tensor<?x768xf32>, tensor<?x1xf32>, tensor<?x1xi32>
}
