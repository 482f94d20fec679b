// Llama 4 Scout (Meta 2025): one mixture-of-experts layer.
// Hidden 5120, 16 experts of 8192, 1 a token, f32, any number of tokens T.
// The best logit, then its sigmoid, which multiplies the expert's *input*.
// gate_up and down are [in, out] as in the checkpoint, gate first, then up.
// One shared expert sees every token.
// Sums are f32 (f64 for f64), rounded once where a value is stored as f32.
// Run: moe-run examples/llama4-scout.mlir --dim T=16 --check --stats
// Written by generate.py llama4-scout

#x = affine_map<(m, n, k) -> (m, k)>
#w = affine_map<(m, n, k) -> (n, k)>
#y = affine_map<(m, n, k) -> (m, n)>

func.func @layer(
    %x: tensor<?x5120xf32> {moe.name = "x", moe.dims = ["T"]},
    %router: tensor<16x5120xf32> {moe.name = "router", moe.param},
    %gate_up: tensor<16x5120x16384xf32> {moe.name = "gate_up", moe.param, moe.init = #moe.init<fan_in<1>>},
    %down: tensor<16x8192x5120xf32> {moe.name = "down", moe.param, moe.init = #moe.init<fan_in<1>>},
    %shared_gate: tensor<8192x5120xf32> {moe.name = "shared_gate", moe.param},
    %shared_up: tensor<8192x5120xf32> {moe.name = "shared_up", moe.param},
    %shared_down: tensor<5120x8192xf32> {moe.name = "shared_down", moe.param})
    -> (tensor<?x5120xf32> {moe.name = "y"},
        tensor<?x1xf32> {moe.name = "weights"},
        tensor<?x1xi32> {moe.name = "experts"}) {
  %zero = arith.constant 0.0 : f32
  %c0 = arith.constant 0 : index
  %m = tensor.dim %x, %c0 : tensor<?x5120xf32>
  %one = arith.constant 1.0 : f32

  // Which experts, with which weights.
  %empty16 = tensor.empty(%m) : tensor<?x16xf32>
  %zeros16 = linalg.fill ins(%zero : f32) outs(%empty16 : tensor<?x16xf32>) -> tensor<?x16xf32>
  %logits = linalg.matmul indexing_maps = [#x, #w, #y]
      ins(%x, %router : tensor<?x5120xf32>, tensor<16x5120xf32>)
      outs(%zeros16 : tensor<?x16xf32>) -> tensor<?x16xf32>
  %weights, %experts = moe.gate %logits <sigmoid, top_k<1>>
      : tensor<?x16xf32> -> tensor<?x1xf32>, tensor<?x1xi32>

  // Each expert on its own rows.
  %rows, %offsets, %slots = moe.dispatch %x to %experts weights(%weights : tensor<?x1xf32>) scale_rows
      : tensor<?x5120xf32> to tensor<?x1xi32>
      -> tensor<?x5120xf32> by tensor<17xi32>, tensor<?xi32>
  %out = moe.expert rows(%xe = %rows : tensor<?x5120xf32>) offsets(%offsets : tensor<17xi32>)
      params(%gate_up_e = %gate_up : tensor<16x5120x16384xf32>,
             %down_e = %down : tensor<16x8192x5120xf32>) {
    %one = arith.constant 1.0 : f32
    %zero = arith.constant 0.0 : f32
    %c0 = arith.constant 0 : index
    %m = tensor.dim %xe, %c0 : tensor<?x5120xf32>
    %empty16384 = tensor.empty(%m) : tensor<?x16384xf32>
    %zeros16384 = linalg.fill ins(%zero : f32) outs(%empty16384 : tensor<?x16384xf32>) -> tensor<?x16384xf32>
    %xgu = linalg.matmul
        ins(%xe, %gate_up_e : tensor<?x5120xf32>, tensor<5120x16384xf32>)
        outs(%zeros16384 : tensor<?x16384xf32>) -> tensor<?x16384xf32>
    %xg = tensor.extract_slice %xgu[0, 0] [%m, 8192] [1, 1] : tensor<?x16384xf32> to tensor<?x8192xf32>
    %xu = tensor.extract_slice %xgu[0, 8192] [%m, 8192] [1, 1] : tensor<?x16384xf32> to tensor<?x8192xf32>
    %empty8192 = tensor.empty(%m) : tensor<?x8192xf32>
    %h = linalg.map ins(%xg, %xu : tensor<?x8192xf32>, tensor<?x8192xf32>)
        outs(%empty8192 : tensor<?x8192xf32>)
      (%g: f32, %u: f32, %o: f32) {
        %negative = arith.negf %g : f32
        %exp = math.exp %negative : f32
        %divisor = arith.addf %exp, %one : f32
        %silu = arith.divf %g, %divisor : f32
        %r = arith.mulf %silu, %u : f32
        linalg.yield %r : f32
      }
    %empty5120 = tensor.empty(%m) : tensor<?x5120xf32>
    %zeros5120 = linalg.fill ins(%zero : f32) outs(%empty5120 : tensor<?x5120xf32>) -> tensor<?x5120xf32>
    %ye = linalg.matmul
        ins(%h, %down_e : tensor<?x8192xf32>, tensor<8192x5120xf32>)
        outs(%zeros5120 : tensor<?x5120xf32>) -> tensor<?x5120xf32>
    moe.yield %ye : tensor<?x5120xf32>
  } -> tensor<?x5120xf32>

  // Back to the tokens.
  %routed = moe.combine %out by %slots weights(%weights) unweighted
      : tensor<?x5120xf32>, tensor<?xi32>, tensor<?x1xf32> -> tensor<?x5120xf32>
  %empty8192 = tensor.empty(%m) : tensor<?x8192xf32>
  %zeros8192 = linalg.fill ins(%zero : f32) outs(%empty8192 : tensor<?x8192xf32>) -> tensor<?x8192xf32>
  %shared_xg = linalg.matmul indexing_maps = [#x, #w, #y]
      ins(%x, %shared_gate : tensor<?x5120xf32>, tensor<8192x5120xf32>)
      outs(%zeros8192 : tensor<?x8192xf32>) -> tensor<?x8192xf32>
  %shared_xu = linalg.matmul indexing_maps = [#x, #w, #y]
      ins(%x, %shared_up : tensor<?x5120xf32>, tensor<8192x5120xf32>)
      outs(%zeros8192 : tensor<?x8192xf32>) -> tensor<?x8192xf32>
  %shared_h = linalg.map ins(%shared_xg, %shared_xu : tensor<?x8192xf32>, tensor<?x8192xf32>)
      outs(%empty8192 : tensor<?x8192xf32>)
    (%g: f32, %u: f32, %o: f32) {
      %negative = arith.negf %g : f32
      %exp = math.exp %negative : f32
      %divisor = arith.addf %exp, %one : f32
      %silu = arith.divf %g, %divisor : f32
      %r = arith.mulf %silu, %u : f32
      linalg.yield %r : f32
    }
  %empty5120 = tensor.empty(%m) : tensor<?x5120xf32>
  %zeros5120 = linalg.fill ins(%zero : f32) outs(%empty5120 : tensor<?x5120xf32>) -> tensor<?x5120xf32>
  %shared_ye = linalg.matmul indexing_maps = [#x, #w, #y]
      ins(%shared_h, %shared_down : tensor<?x8192xf32>, tensor<5120x8192xf32>)
      outs(%zeros5120 : tensor<?x5120xf32>) -> tensor<?x5120xf32>
  %y = linalg.map ins(%routed, %shared_ye : tensor<?x5120xf32>, tensor<?x5120xf32>)
      outs(%empty5120 : tensor<?x5120xf32>)
    (%a: f32, %b: f32, %o: f32) {
      %r = arith.addf %a, %b : f32
      linalg.yield %r : f32
    }
  return %y, %weights, %experts
      : tensor<?x5120xf32>, tensor<?x1xf32>, tensor<?x1xi32>
}
