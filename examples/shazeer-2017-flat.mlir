// Shazeer et al. 2017, Outrageously Large Neural Networks: the layer of the language
// models, flat. 256 experts 512-1024-512 with ReLU, f32:
// 4 experts a token.
// Noisy top-k (eqs 3 to 5); the output passes a sigmoid, then the residual is added.
// Run: moe-run examples/shazeer-2017-flat.mlir --entry=layer --dim T=16 --check --stats
//      moe-run examples/shazeer-2017-flat.mlir --entry=seeded --dim T=16 \
//              --input seed=7 --input step=0
// Written by generate.py shazeer-2017-flat

func.func @layer(
    %x: tensor<?x512xf32> {moe.name = "x", moe.dims = ["T"]},
    %noise: tensor<?x256xf32> {moe.name = "noise", moe.dims = ["T"]},
    %w_gate: tensor<512x256xf32> {moe.name = "w_gate", moe.param, moe.init = #moe.init<fan_in<0>>},
    %w_noise: tensor<512x256xf32> {moe.name = "w_noise", moe.param, moe.init = #moe.init<fan_in<0>>},
    %w_in: tensor<256x512x1024xf32> {moe.name = "w_in", moe.param, moe.init = #moe.init<fan_in<1>>},
    %w_out: tensor<256x1024x512xf32> {moe.name = "w_out", moe.param, moe.init = #moe.init<fan_in<1>>})
    -> (tensor<?x512xf32> {moe.name = "y"},
        tensor<?x4xf32> {moe.name = "weights"},
        tensor<?x4xi32> {moe.name = "experts"}) {
  %one = arith.constant 1.0 : f32
  %zero = arith.constant 0.0 : f32
  %c0 = arith.constant 0 : index
  %m = tensor.dim %x, %c0 : tensor<?x512xf32>

  // Which experts, with which weights.
  %empty256 = tensor.empty(%m) : tensor<?x256xf32>
  %zeros256 = linalg.fill ins(%zero : f32) outs(%empty256 : tensor<?x256xf32>) -> tensor<?x256xf32>
  %logits = linalg.matmul
      ins(%x, %w_gate : tensor<?x512xf32>, tensor<512x256xf32>)
      outs(%zeros256 : tensor<?x256xf32>) -> tensor<?x256xf32>
  %z = linalg.matmul
      ins(%x, %w_noise : tensor<?x512xf32>, tensor<512x256xf32>)
      outs(%zeros256 : tensor<?x256xf32>) -> tensor<?x256xf32>
  %scaled = linalg.map ins(%z, %noise : tensor<?x256xf32>, tensor<?x256xf32>)
      outs(%empty256 : tensor<?x256xf32>)
    (%s: f32, %n: f32, %o: f32) {
      %positive = arith.maximumf %s, %zero : f32
      %absolute = math.absf %s : f32
      %negative = arith.negf %absolute : f32
      %exp = math.exp %negative : f32
      %log = math.log1p %exp : f32
      %sigma = arith.addf %positive, %log : f32
      %r = arith.mulf %sigma, %n : f32
      linalg.yield %r : f32
    }
  %weights, %experts = moe.gate %logits <identity, top_k<4>, softmax> noise(%scaled : tensor<?x256xf32>)
      : tensor<?x256xf32> -> tensor<?x4xf32>, tensor<?x4xi32>

  // Each expert on its own rows.
  %rows, %offsets, %slots = moe.dispatch %x to %experts weights(%weights : tensor<?x4xf32>)
      : tensor<?x512xf32> to tensor<?x4xi32>
      -> tensor<?x512xf32> by tensor<257xi32>, tensor<?xi32>
  %out = moe.expert rows(%xe = %rows : tensor<?x512xf32>) offsets(%offsets : tensor<257xi32>)
      params(%w_in_e = %w_in : tensor<256x512x1024xf32>,
             %w_out_e = %w_out : tensor<256x1024x512xf32>) {
    %zero = arith.constant 0.0 : f32
    %c0 = arith.constant 0 : index
    %m = tensor.dim %xe, %c0 : tensor<?x512xf32>
    %empty1024 = tensor.empty(%m) : tensor<?x1024xf32>
    %zeros1024 = linalg.fill ins(%zero : f32) outs(%empty1024 : tensor<?x1024xf32>) -> tensor<?x1024xf32>
    %xu = linalg.matmul
        ins(%xe, %w_in_e : tensor<?x512xf32>, tensor<512x1024xf32>)
        outs(%zeros1024 : tensor<?x1024xf32>) -> tensor<?x1024xf32>
    %h = linalg.map ins(%xu : tensor<?x1024xf32>)
        outs(%empty1024 : tensor<?x1024xf32>)
      (%a: f32, %o: f32) {
        %r = arith.maximumf %a, %zero : f32
        linalg.yield %r : f32
      }
    %empty512 = tensor.empty(%m) : tensor<?x512xf32>
    %zeros512 = linalg.fill ins(%zero : f32) outs(%empty512 : tensor<?x512xf32>) -> tensor<?x512xf32>
    %ye = linalg.matmul
        ins(%h, %w_out_e : tensor<?x1024xf32>, tensor<1024x512xf32>)
        outs(%zeros512 : tensor<?x512xf32>) -> tensor<?x512xf32>
    moe.yield %ye : tensor<?x512xf32>
  } -> tensor<?x512xf32>

  // Back to the tokens, then sigmoid and residual.
  %mixed = moe.combine %out by %slots weights(%weights)
      : tensor<?x512xf32>, tensor<?xi32>, tensor<?x4xf32> -> tensor<?x512xf32>
  %empty512 = tensor.empty(%m) : tensor<?x512xf32>
  %y = linalg.map ins(%mixed, %x : tensor<?x512xf32>, tensor<?x512xf32>)
      outs(%empty512 : tensor<?x512xf32>)
    (%a: f32, %b: f32, %o: f32) {
      %negative = arith.negf %a : f32
      %exp = math.exp %negative : f32
      %divisor = arith.addf %exp, %one : f32
      %sigmoid = arith.divf %one, %divisor : f32
      %r = arith.addf %b, %sigmoid : f32
      linalg.yield %r : f32
    }
  return %y, %weights, %experts
      : tensor<?x512xf32>, tensor<?x4xf32>, tensor<?x4xi32>
}

// The same with the noise of one training step.
func.func @seeded(
    %x: tensor<?x512xf32> {moe.name = "x", moe.dims = ["T"]},
    %seed: i64 {moe.name = "seed"},
    %step: i64 {moe.name = "step"},
    %w_gate: tensor<512x256xf32> {moe.name = "w_gate", moe.param, moe.init = #moe.init<fan_in<0>>},
    %w_noise: tensor<512x256xf32> {moe.name = "w_noise", moe.param, moe.init = #moe.init<fan_in<0>>},
    %w_in: tensor<256x512x1024xf32> {moe.name = "w_in", moe.param, moe.init = #moe.init<fan_in<1>>},
    %w_out: tensor<256x1024x512xf32> {moe.name = "w_out", moe.param, moe.init = #moe.init<fan_in<1>>})
    -> (tensor<?x512xf32> {moe.name = "y"},
        tensor<?x4xf32> {moe.name = "weights"},
        tensor<?x4xi32> {moe.name = "experts"}) {
  %c0 = arith.constant 0 : index
  %m = tensor.dim %x, %c0 : tensor<?x512xf32>
  %noise = moe.random_normal seed(%seed) step(%step) sizes(%m) : tensor<?x256xf32>
  %y, %weights, %experts = func.call @layer(%x, %noise, %w_gate, %w_noise, %w_in, %w_out)
      : (tensor<?x512xf32>, tensor<?x256xf32>, tensor<512x256xf32>, tensor<512x256xf32>, tensor<256x512x1024xf32>, tensor<256x1024x512xf32>)
      -> (tensor<?x512xf32>, tensor<?x4xf32>, tensor<?x4xi32>)
  return %y, %weights, %experts
      : tensor<?x512xf32>, tensor<?x4xf32>, tensor<?x4xi32>
}
