// DeepSeek-V3 (DeepSeek-AI 2024): one mixture-of-experts layer.
// Hidden 7168, 256 experts of 2048, 8 a token, f32, any number of tokens T.
// Sigmoid scores. The choice adds a learned bias, keeps 4 of 8 groups by the sum
// of their two best, then takes the best 8; the weights are the scores without the
// bias, made to sum to 1, times 2.5. One shared expert sees every token.
// All 256 experts are 42 GiB in f32; 64 of them fit a machine of 20 GB:
//   generate.py deepseek-v3 --experts 64 -o deepseek-v3-64.mlir
// Sums are f32 (f64 for f64), rounded once where a value is stored as f32.
// Run: moe-run examples/deepseek-v3.mlir --dim T=16 --check --stats
// Written by generate.py deepseek-v3

#x = affine_map<(m, n, k) -> (m, k)>
#w = affine_map<(m, n, k) -> (n, k)>
#y = affine_map<(m, n, k) -> (m, n)>

func.func @layer(
    %x: tensor<?x7168xf32> {moe.name = "x", moe.dims = ["T"]},
    %router: tensor<256x7168xf32> {moe.name = "router", moe.param},
    %selection_bias: tensor<256xf32> {moe.name = "selection_bias", moe.param, moe.init = #moe.init<normal<0.1>>},
    %gate: tensor<256x2048x7168xf32> {moe.name = "gate", moe.param},
    %up: tensor<256x2048x7168xf32> {moe.name = "up", moe.param},
    %down: tensor<256x7168x2048xf32> {moe.name = "down", moe.param},
    %shared_gate: tensor<2048x7168xf32> {moe.name = "shared_gate", moe.param},
    %shared_up: tensor<2048x7168xf32> {moe.name = "shared_up", moe.param},
    %shared_down: tensor<7168x2048xf32> {moe.name = "shared_down", moe.param})
    -> (tensor<?x7168xf32> {moe.name = "y"},
        tensor<?x8xf32> {moe.name = "weights"},
        tensor<?x8xi32> {moe.name = "experts"}) {
  %zero = arith.constant 0.0 : f32
  %c0 = arith.constant 0 : index
  %m = tensor.dim %x, %c0 : tensor<?x7168xf32>
  %one = arith.constant 1.0 : f32

  // Which experts, with which weights.
  %empty256 = tensor.empty(%m) : tensor<?x256xf32>
  %zeros256 = linalg.fill ins(%zero : f32) outs(%empty256 : tensor<?x256xf32>) -> tensor<?x256xf32>
  %logits = linalg.matmul indexing_maps = [#x, #w, #y]
      ins(%x, %router : tensor<?x7168xf32>, tensor<256x7168xf32>)
      outs(%zeros256 : tensor<?x256xf32>) -> tensor<?x256xf32>
  %weights, %experts = moe.gate %logits <sigmoid, group_top_k<8, groups = 8, kept = 4, by = sum_of_two>, sum<1.0e-20>, scale = 2.5> bias(%selection_bias : tensor<256xf32>)
      : tensor<?x256xf32> -> tensor<?x8xf32>, tensor<?x8xi32>

  // Each expert on its own rows.
  %rows, %offsets, %slots = moe.dispatch %x to %experts weights(%weights : tensor<?x8xf32>)
      : tensor<?x7168xf32> to tensor<?x8xi32>
      -> tensor<?x7168xf32> by tensor<257xi32>, tensor<?xi32>
  %out = moe.expert rows(%xe = %rows : tensor<?x7168xf32>) offsets(%offsets : tensor<257xi32>)
      params(%gate_e = %gate : tensor<256x2048x7168xf32>,
             %up_e = %up : tensor<256x2048x7168xf32>,
             %down_e = %down : tensor<256x7168x2048xf32>) {
    %one = arith.constant 1.0 : f32
    %zero = arith.constant 0.0 : f32
    %c0 = arith.constant 0 : index
    %m = tensor.dim %xe, %c0 : tensor<?x7168xf32>
    %empty2048 = tensor.empty(%m) : tensor<?x2048xf32>
    %zeros2048 = linalg.fill ins(%zero : f32) outs(%empty2048 : tensor<?x2048xf32>) -> tensor<?x2048xf32>
    %xg = linalg.matmul indexing_maps = [#x, #w, #y]
        ins(%xe, %gate_e : tensor<?x7168xf32>, tensor<2048x7168xf32>)
        outs(%zeros2048 : tensor<?x2048xf32>) -> tensor<?x2048xf32>
    %xu = linalg.matmul indexing_maps = [#x, #w, #y]
        ins(%xe, %up_e : tensor<?x7168xf32>, tensor<2048x7168xf32>)
        outs(%zeros2048 : tensor<?x2048xf32>) -> tensor<?x2048xf32>
    %h = linalg.map ins(%xg, %xu : tensor<?x2048xf32>, tensor<?x2048xf32>)
        outs(%empty2048 : tensor<?x2048xf32>)
      (%g: f32, %u: f32, %o: f32) {
        %negative = arith.negf %g : f32
        %exp = math.exp %negative : f32
        %divisor = arith.addf %exp, %one : f32
        %silu = arith.divf %g, %divisor : f32
        %r = arith.mulf %silu, %u : f32
        linalg.yield %r : f32
      }
    %empty7168 = tensor.empty(%m) : tensor<?x7168xf32>
    %zeros7168 = linalg.fill ins(%zero : f32) outs(%empty7168 : tensor<?x7168xf32>) -> tensor<?x7168xf32>
    %ye = linalg.matmul indexing_maps = [#x, #w, #y]
        ins(%h, %down_e : tensor<?x2048xf32>, tensor<7168x2048xf32>)
        outs(%zeros7168 : tensor<?x7168xf32>) -> tensor<?x7168xf32>
    moe.yield %ye : tensor<?x7168xf32>
  } -> tensor<?x7168xf32>

  // Back to the tokens.
  %routed = moe.combine %out by %slots weights(%weights)
      : tensor<?x7168xf32>, tensor<?xi32>, tensor<?x8xf32> -> tensor<?x7168xf32>
  %empty2048 = tensor.empty(%m) : tensor<?x2048xf32>
  %zeros2048 = linalg.fill ins(%zero : f32) outs(%empty2048 : tensor<?x2048xf32>) -> tensor<?x2048xf32>
  %shared_xg = linalg.matmul indexing_maps = [#x, #w, #y]
      ins(%x, %shared_gate : tensor<?x7168xf32>, tensor<2048x7168xf32>)
      outs(%zeros2048 : tensor<?x2048xf32>) -> tensor<?x2048xf32>
  %shared_xu = linalg.matmul indexing_maps = [#x, #w, #y]
      ins(%x, %shared_up : tensor<?x7168xf32>, tensor<2048x7168xf32>)
      outs(%zeros2048 : tensor<?x2048xf32>) -> tensor<?x2048xf32>
  %shared_h = linalg.map ins(%shared_xg, %shared_xu : tensor<?x2048xf32>, tensor<?x2048xf32>)
      outs(%empty2048 : tensor<?x2048xf32>)
    (%g: f32, %u: f32, %o: f32) {
      %negative = arith.negf %g : f32
      %exp = math.exp %negative : f32
      %divisor = arith.addf %exp, %one : f32
      %silu = arith.divf %g, %divisor : f32
      %r = arith.mulf %silu, %u : f32
      linalg.yield %r : f32
    }
  %empty7168 = tensor.empty(%m) : tensor<?x7168xf32>
  %zeros7168 = linalg.fill ins(%zero : f32) outs(%empty7168 : tensor<?x7168xf32>) -> tensor<?x7168xf32>
  %shared_ye = linalg.matmul indexing_maps = [#x, #w, #y]
      ins(%shared_h, %shared_down : tensor<?x2048xf32>, tensor<7168x2048xf32>)
      outs(%zeros7168 : tensor<?x7168xf32>) -> tensor<?x7168xf32>
  %y = linalg.map ins(%routed, %shared_ye : tensor<?x7168xf32>, tensor<?x7168xf32>)
      outs(%empty7168 : tensor<?x7168xf32>)
    (%a: f32, %b: f32, %o: f32) {
      %r = arith.addf %a, %b : f32
      linalg.yield %r : f32
    }
  return %y, %weights, %experts
      : tensor<?x7168xf32>, tensor<?x8xf32>, tensor<?x8xi32>
}
