// Shazeer et al. 2017, Outrageously Large Neural Networks: the layer of the language
// models, hierarchical. 256 experts 512-1024-512 with ReLU, f32:
// 16 groups of 16, 2 groups a token and 2 experts in each.
// Noisy top-k (eqs 3 to 5); the output passes a sigmoid, then the residual is added.
// The gate of an expert is the product of two (eq. 12): a mixture in each group.
// Run: moe-run examples/shazeer-2017-hierarchical.mlir --entry=layer --dim T=16 --check --stats
//      moe-run examples/shazeer-2017-hierarchical.mlir --entry=seeded --dim T=16 \
//              --input seed=7 --input step=0
// Written by generate.py shazeer-2017-hierarchical

func.func @layer(
    %x: tensor<?x512xf32> {moe.name = "x", moe.dims = ["T"]},
    %noise: tensor<?x16xf32> {moe.name = "noise", moe.dims = ["T"]},
    %group_noise: tensor<?x256xf32> {moe.name = "group_noise", moe.dims = ["T"]},
    %w_gate: tensor<512x16xf32> {moe.name = "w_gate", moe.param, moe.init = #moe.init<fan_in<0>>},
    %w_noise: tensor<512x16xf32> {moe.name = "w_noise", moe.param, moe.init = #moe.init<fan_in<0>>},
    %group_w_gate: tensor<16x512x16xf32> {moe.name = "group_w_gate", moe.param, moe.init = #moe.init<fan_in<1>>},
    %group_w_noise: tensor<16x512x16xf32> {moe.name = "group_w_noise", moe.param, moe.init = #moe.init<fan_in<1>>},
    %w_in: tensor<16x16x512x1024xf32> {moe.name = "w_in", moe.param, moe.init = #moe.init<fan_in<2>>},
    %w_out: tensor<16x16x1024x512xf32> {moe.name = "w_out", moe.param, moe.init = #moe.init<fan_in<2>>})
    -> (tensor<?x512xf32> {moe.name = "y"},
        tensor<?x2xf32> {moe.name = "weights"},
        tensor<?x2xi32> {moe.name = "experts"}) {
  %one = arith.constant 1.0 : f32
  %zero = arith.constant 0.0 : f32
  %c0 = arith.constant 0 : index
  %m = tensor.dim %x, %c0 : tensor<?x512xf32>
  %group = arith.constant dense<[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]> : tensor<16xi32>

  // Which groups.
  %empty16 = tensor.empty(%m) : tensor<?x16xf32>
  %zeros16 = linalg.fill ins(%zero : f32) outs(%empty16 : tensor<?x16xf32>) -> tensor<?x16xf32>
  %logits = linalg.matmul
      ins(%x, %w_gate : tensor<?x512xf32>, tensor<512x16xf32>)
      outs(%zeros16 : tensor<?x16xf32>) -> tensor<?x16xf32>
  %z = linalg.matmul
      ins(%x, %w_noise : tensor<?x512xf32>, tensor<512x16xf32>)
      outs(%zeros16 : tensor<?x16xf32>) -> tensor<?x16xf32>
  %scaled = linalg.map ins(%z, %noise : tensor<?x16xf32>, tensor<?x16xf32>)
      outs(%empty16 : tensor<?x16xf32>)
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
  %weights, %experts = moe.gate %logits <identity, top_k<2>, softmax> noise(%scaled : tensor<?x16xf32>)
      : tensor<?x16xf32> -> tensor<?x2xf32>, tensor<?x2xi32>

  // Each group on its own rows, which bring the noise of all experts along.
  %rows, %rows1, %offsets, %slots = moe.dispatch %x, %group_noise to %experts weights(%weights : tensor<?x2xf32>)
      : tensor<?x512xf32>, tensor<?x256xf32> to tensor<?x2xi32>
      -> tensor<?x512xf32>, tensor<?x256xf32> by tensor<17xi32>, tensor<?xi32>
  %out = moe.expert rows(%xe0 = %rows : tensor<?x512xf32>,
             %xe1 = %rows1 : tensor<?x256xf32>) offsets(%offsets : tensor<17xi32>)
      params(%group_e = %group : tensor<16xi32>,
             %group_w_gate_e = %group_w_gate : tensor<16x512x16xf32>,
             %group_w_noise_e = %group_w_noise : tensor<16x512x16xf32>,
             %w_in_e = %w_in : tensor<16x16x512x1024xf32>,
             %w_out_e = %w_out : tensor<16x16x1024x512xf32>) {
    %size = arith.constant 16 : index
    %c0 = arith.constant 0 : index
    %m = tensor.dim %xe0, %c0 : tensor<?x512xf32>
    %zero = arith.constant 0.0 : f32

    // The noise of this group's experts.
    %id = tensor.extract %group_e[] : tensor<i32>
    %number = arith.index_cast %id : i32 to index
    %start = arith.muli %number, %size : index
    %own_noise = tensor.extract_slice %xe1[0, %start] [%m, 16] [1, 1] : tensor<?x256xf32> to tensor<?x16xf32>

    // A mixture of the group's own experts.
    %empty16 = tensor.empty(%m) : tensor<?x16xf32>
    %zeros16 = linalg.fill ins(%zero : f32) outs(%empty16 : tensor<?x16xf32>) -> tensor<?x16xf32>
    %logits = linalg.matmul
        ins(%xe0, %group_w_gate_e : tensor<?x512xf32>, tensor<512x16xf32>)
        outs(%zeros16 : tensor<?x16xf32>) -> tensor<?x16xf32>
    %z = linalg.matmul
        ins(%xe0, %group_w_noise_e : tensor<?x512xf32>, tensor<512x16xf32>)
        outs(%zeros16 : tensor<?x16xf32>) -> tensor<?x16xf32>
    %scaled = linalg.map ins(%z, %own_noise : tensor<?x16xf32>, tensor<?x16xf32>)
        outs(%empty16 : tensor<?x16xf32>)
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
    %weights, %experts = moe.gate %logits <identity, top_k<2>, softmax> noise(%scaled : tensor<?x16xf32>)
        : tensor<?x16xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
    %rows, %offsets, %slots = moe.dispatch %xe0 to %experts weights(%weights : tensor<?x2xf32>)
        : tensor<?x512xf32> to tensor<?x2xi32>
        -> tensor<?x512xf32> by tensor<17xi32>, tensor<?xi32>
    %out = moe.expert rows(%xe = %rows : tensor<?x512xf32>) offsets(%offsets : tensor<17xi32>)
        params(%w_in_e = %w_in_e : tensor<16x512x1024xf32>,
               %w_out_e = %w_out_e : tensor<16x1024x512xf32>) {
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
    %ye = moe.combine %out by %slots weights(%weights)
        : tensor<?x512xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x512xf32>
    moe.yield %ye : tensor<?x512xf32>
  } -> tensor<?x512xf32>

  // Back to the tokens, then sigmoid and residual.
  %mixed = moe.combine %out by %slots weights(%weights)
      : tensor<?x512xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x512xf32>
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
      : tensor<?x512xf32>, tensor<?x2xf32>, tensor<?x2xi32>
}

// The same with the noise of one training step.
func.func @seeded(
    %x: tensor<?x512xf32> {moe.name = "x", moe.dims = ["T"]},
    %seed: i64 {moe.name = "seed"},
    %step: i64 {moe.name = "step"},
    %w_gate: tensor<512x16xf32> {moe.name = "w_gate", moe.param, moe.init = #moe.init<fan_in<0>>},
    %w_noise: tensor<512x16xf32> {moe.name = "w_noise", moe.param, moe.init = #moe.init<fan_in<0>>},
    %group_w_gate: tensor<16x512x16xf32> {moe.name = "group_w_gate", moe.param, moe.init = #moe.init<fan_in<1>>},
    %group_w_noise: tensor<16x512x16xf32> {moe.name = "group_w_noise", moe.param, moe.init = #moe.init<fan_in<1>>},
    %w_in: tensor<16x16x512x1024xf32> {moe.name = "w_in", moe.param, moe.init = #moe.init<fan_in<2>>},
    %w_out: tensor<16x16x1024x512xf32> {moe.name = "w_out", moe.param, moe.init = #moe.init<fan_in<2>>})
    -> (tensor<?x512xf32> {moe.name = "y"},
        tensor<?x2xf32> {moe.name = "weights"},
        tensor<?x2xi32> {moe.name = "experts"}) {
  %c0 = arith.constant 0 : index
  %m = tensor.dim %x, %c0 : tensor<?x512xf32>
  %offset = arith.constant 1099511627776 : i64
  %noise = moe.random_normal seed(%seed) step(%step) sizes(%m) : tensor<?x16xf32>
  %group_noise = moe.random_normal seed(%seed) step(%step) offset(%offset) sizes(%m) : tensor<?x256xf32>
  %y, %weights, %experts = func.call @layer(%x, %noise, %group_noise, %w_gate, %w_noise, %group_w_gate, %group_w_noise, %w_in, %w_out)
      : (tensor<?x512xf32>, tensor<?x16xf32>, tensor<?x256xf32>, tensor<512x16xf32>, tensor<512x16xf32>, tensor<16x512x16xf32>, tensor<16x512x16xf32>, tensor<16x16x512x1024xf32>, tensor<16x16x1024x512xf32>)
      -> (tensor<?x512xf32>, tensor<?x2xf32>, tensor<?x2xi32>)
  return %y, %weights, %experts
      : tensor<?x512xf32>, tensor<?x2xf32>, tensor<?x2xi32>
}
