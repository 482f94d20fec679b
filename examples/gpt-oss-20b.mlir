// gpt-oss-20b (OpenAI 2025): one mixture-of-experts layer.
// Hidden 2880, 32 experts of 2880, 4 a token, f32, any number of tokens T.
// The best 4 logits, then softmax over these. Biases everywhere, the router too.
// gate_up holds gate and up interleaved as in the checkpoint: even rows, odd rows.
// Body: g = min(gate, 7), u = clamp(up, -7, 7), (u + 1) * g * sigmoid(1.702 g).
// Sums are f32 (f64 for f64), rounded once where a value is stored as f32.
// Run: moe-run examples/gpt-oss-20b.mlir --dim T=16 --check --stats
// Written by generate.py gpt-oss-20b

#x = affine_map<(m, n, k) -> (m, k)>
#w = affine_map<(m, n, k) -> (n, k)>
#y = affine_map<(m, n, k) -> (m, n)>
#rows = affine_map<(m, n) -> (m, n)>
#bias = affine_map<(m, n) -> (n)>

func.func @layer(
    %x: tensor<?x2880xf32> {moe.name = "x", moe.dims = ["T"]},
    %router: tensor<32x2880xf32> {moe.name = "router", moe.param},
    %router_bias: tensor<32xf32> {moe.name = "router_bias", moe.param, moe.init = #moe.init<normal<0.1>>},
    %gate_up: tensor<32x5760x2880xf32> {moe.name = "gate_up", moe.param},
    %gate_up_bias: tensor<32x5760xf32> {moe.name = "gate_up_bias", moe.param, moe.init = #moe.init<normal<0.1>>},
    %down: tensor<32x2880x2880xf32> {moe.name = "down", moe.param},
    %down_bias: tensor<32x2880xf32> {moe.name = "down_bias", moe.param, moe.init = #moe.init<normal<0.1>>})
    -> (tensor<?x2880xf32> {moe.name = "y"},
        tensor<?x4xf32> {moe.name = "weights"},
        tensor<?x4xi32> {moe.name = "experts"}) {
  %zero = arith.constant 0.0 : f32
  %c0 = arith.constant 0 : index
  %m = tensor.dim %x, %c0 : tensor<?x2880xf32>

  // Which experts, with which weights.
  %empty32 = tensor.empty(%m) : tensor<?x32xf32>
  %zeros32 = linalg.fill ins(%zero : f32) outs(%empty32 : tensor<?x32xf32>) -> tensor<?x32xf32>
  %logits = linalg.matmul indexing_maps = [#x, #w, #y]
      ins(%x, %router : tensor<?x2880xf32>, tensor<32x2880xf32>)
      outs(%zeros32 : tensor<?x32xf32>) -> tensor<?x32xf32>
  %biased = linalg.generic {indexing_maps = [#rows, #bias, #rows],
      iterator_types = ["parallel", "parallel"]}
      ins(%logits, %router_bias : tensor<?x32xf32>, tensor<32xf32>) outs(%empty32 : tensor<?x32xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.addf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<?x32xf32>
  %weights, %experts = moe.gate %biased <identity, top_k<4>, softmax>
      : tensor<?x32xf32> -> tensor<?x4xf32>, tensor<?x4xi32>

  // Each expert on its own rows.
  %rows, %offsets, %slots = moe.dispatch %x to %experts weights(%weights : tensor<?x4xf32>)
      : tensor<?x2880xf32> to tensor<?x4xi32>
      -> tensor<?x2880xf32> by tensor<33xi32>, tensor<?xi32>
  %out = moe.expert rows(%xe = %rows : tensor<?x2880xf32>) offsets(%offsets : tensor<33xi32>)
      params(%gate_up_e = %gate_up : tensor<32x5760x2880xf32>,
             %gate_up_bias_e = %gate_up_bias : tensor<32x5760xf32>,
             %down_e = %down : tensor<32x2880x2880xf32>,
             %down_bias_e = %down_bias : tensor<32x2880xf32>) {
    %one = arith.constant 1.0 : f32
    %limit = arith.constant 7.0 : f32
    %lower = arith.constant -7.0 : f32
    %alpha = arith.constant 1.702 : f32
    %zero = arith.constant 0.0 : f32
    %c0 = arith.constant 0 : index
    %m = tensor.dim %xe, %c0 : tensor<?x2880xf32>
    %empty5760 = tensor.empty(%m) : tensor<?x5760xf32>
    %zeros5760 = linalg.fill ins(%zero : f32) outs(%empty5760 : tensor<?x5760xf32>) -> tensor<?x5760xf32>
    %xgu0 = linalg.matmul indexing_maps = [#x, #w, #y]
        ins(%xe, %gate_up_e : tensor<?x2880xf32>, tensor<5760x2880xf32>)
        outs(%zeros5760 : tensor<?x5760xf32>) -> tensor<?x5760xf32>
    %xgu = linalg.generic {indexing_maps = [#rows, #bias, #rows],
        iterator_types = ["parallel", "parallel"]}
        ins(%xgu0, %gate_up_bias_e : tensor<?x5760xf32>, tensor<5760xf32>) outs(%empty5760 : tensor<?x5760xf32>) {
    ^bb0(%a: f32, %b: f32, %o: f32):
      %r = arith.addf %a, %b : f32
      linalg.yield %r : f32
    } -> tensor<?x5760xf32>
    %xg = tensor.extract_slice %xgu[0, 0] [%m, 2880] [1, 2] : tensor<?x5760xf32> to tensor<?x2880xf32>
    %xu = tensor.extract_slice %xgu[0, 1] [%m, 2880] [1, 2] : tensor<?x5760xf32> to tensor<?x2880xf32>
    %empty2880 = tensor.empty(%m) : tensor<?x2880xf32>
    %h = linalg.map ins(%xg, %xu : tensor<?x2880xf32>, tensor<?x2880xf32>)
        outs(%empty2880 : tensor<?x2880xf32>)
      (%g: f32, %u: f32, %o: f32) {
        %g1 = arith.minimumf %g, %limit : f32
        %u1 = arith.minimumf %u, %limit : f32
        %u2 = arith.maximumf %u1, %lower : f32
        %scaled = arith.mulf %g1, %alpha : f32
        %negative = arith.negf %scaled : f32
        %exp = math.exp %negative : f32
        %divisor = arith.addf %exp, %one : f32
        %swish = arith.divf %g1, %divisor : f32
        %u3 = arith.addf %u2, %one : f32
        %r = arith.mulf %swish, %u3 : f32
        linalg.yield %r : f32
      }
    %zeros2880 = linalg.fill ins(%zero : f32) outs(%empty2880 : tensor<?x2880xf32>) -> tensor<?x2880xf32>
    %ye0 = linalg.matmul indexing_maps = [#x, #w, #y]
        ins(%h, %down_e : tensor<?x2880xf32>, tensor<2880x2880xf32>)
        outs(%zeros2880 : tensor<?x2880xf32>) -> tensor<?x2880xf32>
    %ye = linalg.generic {indexing_maps = [#rows, #bias, #rows],
        iterator_types = ["parallel", "parallel"]}
        ins(%ye0, %down_bias_e : tensor<?x2880xf32>, tensor<2880xf32>) outs(%empty2880 : tensor<?x2880xf32>) {
    ^bb0(%a: f32, %b: f32, %o: f32):
      %r = arith.addf %a, %b : f32
      linalg.yield %r : f32
    } -> tensor<?x2880xf32>
    moe.yield %ye : tensor<?x2880xf32>
  } -> tensor<?x2880xf32>

  // Back to the tokens.
  %y = moe.combine %out by %slots weights(%weights)
      : tensor<?x2880xf32>, tensor<?xi32>, tensor<?x4xf32> -> tensor<?x2880xf32>
  return %y, %weights, %experts
      : tensor<?x2880xf32>, tensor<?x4xf32>, tensor<?x4xi32>
}
