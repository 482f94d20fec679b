// Granite-3.1-1B-A400M (IBM 2024): one mixture-of-experts layer.
// Hidden 1024, 32 experts of 512, 8 a token, f32, any number of tokens T.
// The best 8 logits, then softmax over these.
// gate_up holds the rows of gate first, then those of up, as in the checkpoint.
// Sums are f32 (f64 for f64), rounded once where a value is stored as f32.
// Run: moe-run examples/granite-3.1-1b-a400m.mlir --dim T=16 --check --stats
// Written by generate.py granite-3.1-1b-a400m

#x = affine_map<(m, n, k) -> (m, k)>
#w = affine_map<(m, n, k) -> (n, k)>
#y = affine_map<(m, n, k) -> (m, n)>

func.func @layer(
    %x: tensor<?x1024xf32> {moe.name = "x", moe.dims = ["T"]},
    %router: tensor<32x1024xf32> {moe.name = "router", moe.param},
    %gate_up: tensor<32x1024x1024xf32> {moe.name = "gate_up", moe.param},
    %down: tensor<32x1024x512xf32> {moe.name = "down", moe.param})
    -> (tensor<?x1024xf32> {moe.name = "y"},
        tensor<?x8xf32> {moe.name = "weights"},
        tensor<?x8xi32> {moe.name = "experts"}) {
  %zero = arith.constant 0.0 : f32
  %c0 = arith.constant 0 : index
  %m = tensor.dim %x, %c0 : tensor<?x1024xf32>

  // Which experts, with which weights.
  %empty32 = tensor.empty(%m) : tensor<?x32xf32>
  %zeros32 = linalg.fill ins(%zero : f32) outs(%empty32 : tensor<?x32xf32>) -> tensor<?x32xf32>
  %logits = linalg.matmul indexing_maps = [#x, #w, #y]
      ins(%x, %router : tensor<?x1024xf32>, tensor<32x1024xf32>)
      outs(%zeros32 : tensor<?x32xf32>) -> tensor<?x32xf32>
  %weights, %experts = moe.gate %logits <identity, top_k<8>, softmax>
      : tensor<?x32xf32> -> tensor<?x8xf32>, tensor<?x8xi32>

  // Each expert on its own rows.
  %rows, %offsets, %slots = moe.dispatch %x to %experts weights(%weights : tensor<?x8xf32>)
      : tensor<?x1024xf32> to tensor<?x8xi32>
      -> tensor<?x1024xf32> by tensor<33xi32>, tensor<?xi32>
  %out = moe.expert rows(%xe = %rows : tensor<?x1024xf32>) offsets(%offsets : tensor<33xi32>)
      params(%gate_up_e = %gate_up : tensor<32x1024x1024xf32>,
             %down_e = %down : tensor<32x1024x512xf32>) {
    %one = arith.constant 1.0 : f32
    %zero = arith.constant 0.0 : f32
    %c0 = arith.constant 0 : index
    %m = tensor.dim %xe, %c0 : tensor<?x1024xf32>
    %empty1024 = tensor.empty(%m) : tensor<?x1024xf32>
    %zeros1024 = linalg.fill ins(%zero : f32) outs(%empty1024 : tensor<?x1024xf32>) -> tensor<?x1024xf32>
    %xgu = linalg.matmul indexing_maps = [#x, #w, #y]
        ins(%xe, %gate_up_e : tensor<?x1024xf32>, tensor<1024x1024xf32>)
        outs(%zeros1024 : tensor<?x1024xf32>) -> tensor<?x1024xf32>
    %xg = tensor.extract_slice %xgu[0, 0] [%m, 512] [1, 1] : tensor<?x1024xf32> to tensor<?x512xf32>
    %xu = tensor.extract_slice %xgu[0, 512] [%m, 512] [1, 1] : tensor<?x1024xf32> to tensor<?x512xf32>
    %empty512 = tensor.empty(%m) : tensor<?x512xf32>
    %h = linalg.map ins(%xg, %xu : tensor<?x512xf32>, tensor<?x512xf32>)
        outs(%empty512 : tensor<?x512xf32>)
      (%g: f32, %u: f32, %o: f32) {
        %negative = arith.negf %g : f32
        %exp = math.exp %negative : f32
        %divisor = arith.addf %exp, %one : f32
        %silu = arith.divf %g, %divisor : f32
        %r = arith.mulf %silu, %u : f32
        linalg.yield %r : f32
      }
    %ye = linalg.matmul indexing_maps = [#x, #w, #y]
        ins(%h, %down_e : tensor<?x512xf32>, tensor<1024x512xf32>)
        outs(%zeros1024 : tensor<?x1024xf32>) -> tensor<?x1024xf32>
    moe.yield %ye : tensor<?x1024xf32>
  } -> tensor<?x1024xf32>

  // Back to the tokens.
  %y = moe.combine %out by %slots weights(%weights)
      : tensor<?x1024xf32>, tensor<?xi32>, tensor<?x8xf32> -> tensor<?x1024xf32>
  return %y, %weights, %experts
      : tensor<?x1024xf32>, tensor<?x8xf32>, tensor<?x8xi32>
}
