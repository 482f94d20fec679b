// Jacobs, Jordan, Nowlan, Hinton 1991, Adaptive Mixtures of Local Experts: the vowel
// classifier. Two formants in, four vowels out; the gate and each expert are one
// linear layer, softmax and logistic. 8 experts (4 and 8 in the paper), f32.
// Run: moe-run examples/jacobs-1991.mlir --entry=layer --dim T=75 --check --stats
//      moe-run examples/jacobs-1991.mlir --entry=sample --dim T=75 \
//              --input seed=7 --input step=0
// Written by generate.py jacobs-1991

#rows = affine_map<(m, n) -> (m, n)>
#bias = affine_map<(m, n) -> (n)>

// The blend sum_i p_i o_i, and every expert's own output o_i (the losses want them).
func.func @layer(
    %x: tensor<?x2xf32> {moe.name = "x", moe.dims = ["T"]},
    %gate: tensor<2x8xf32> {moe.name = "gate", moe.param, moe.init = #moe.init<normal<1.0>>},
    %gate_bias: tensor<8xf32> {moe.name = "gate_bias", moe.param, moe.init = #moe.init<normal<1.0>>},
    %w: tensor<8x2x4xf32> {moe.name = "w", moe.param, moe.init = #moe.init<normal<1.0>>},
    %w_bias: tensor<8x4xf32> {moe.name = "w_bias", moe.param, moe.init = #moe.init<normal<1.0>>})
    -> (tensor<?x4xf32> {moe.name = "y"},
        tensor<?x8xf32> {moe.name = "weights"},
        tensor<?x8xi32> {moe.name = "experts"},
        tensor<8x?x4xf32> {moe.name = "outputs"}) {
  %zero = arith.constant 0.0 : f32
  %c0 = arith.constant 0 : index
  %m = tensor.dim %x, %c0 : tensor<?x2xf32>
  %empty8 = tensor.empty(%m) : tensor<?x8xf32>
  %zeros8 = linalg.fill ins(%zero : f32) outs(%empty8 : tensor<?x8xf32>) -> tensor<?x8xf32>
  %xg = linalg.matmul
      ins(%x, %gate : tensor<?x2xf32>, tensor<2x8xf32>)
      outs(%zeros8 : tensor<?x8xf32>) -> tensor<?x8xf32>
  %logits = linalg.generic {indexing_maps = [#rows, #bias, #rows],
      iterator_types = ["parallel", "parallel"]}
      ins(%xg, %gate_bias : tensor<?x8xf32>, tensor<8xf32>) outs(%empty8 : tensor<?x8xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.addf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<?x8xf32>
  %weights, %experts = moe.gate %logits <softmax, all>
      : tensor<?x8xf32> -> tensor<?x8xf32>, tensor<?x8xi32>

  // Without weights every slot is a row, also where a gate has underflowed to 0.
  %rows, %offsets, %slots = moe.dispatch %x to %experts
      : tensor<?x2xf32> to tensor<?x8xi32>
      -> tensor<?x2xf32> by tensor<9xi32>, tensor<?xi32>
  %out = moe.expert rows(%xe = %rows : tensor<?x2xf32>) offsets(%offsets : tensor<9xi32>)
      params(%w_e = %w : tensor<8x2x4xf32>,
             %w_bias_e = %w_bias : tensor<8x4xf32>) {
    %one = arith.constant 1.0 : f32
    %zero = arith.constant 0.0 : f32
    %c0 = arith.constant 0 : index
    %m = tensor.dim %xe, %c0 : tensor<?x2xf32>
    %empty4 = tensor.empty(%m) : tensor<?x4xf32>
    %zeros4 = linalg.fill ins(%zero : f32) outs(%empty4 : tensor<?x4xf32>) -> tensor<?x4xf32>
    %xw = linalg.matmul
        ins(%xe, %w_e : tensor<?x2xf32>, tensor<2x4xf32>)
        outs(%zeros4 : tensor<?x4xf32>) -> tensor<?x4xf32>
    %z = linalg.generic {indexing_maps = [#rows, #bias, #rows],
        iterator_types = ["parallel", "parallel"]}
        ins(%xw, %w_bias_e : tensor<?x4xf32>, tensor<4xf32>) outs(%empty4 : tensor<?x4xf32>) {
    ^bb0(%a: f32, %b: f32, %o: f32):
      %r = arith.addf %a, %b : f32
      linalg.yield %r : f32
    } -> tensor<?x4xf32>
    %response = linalg.map ins(%z : tensor<?x4xf32>)
        outs(%empty4 : tensor<?x4xf32>)
      (%a: f32, %o: f32) {
        %negative = arith.negf %a : f32
        %exp = math.exp %negative : f32
        %divisor = arith.addf %exp, %one : f32
        %r = arith.divf %one, %divisor : f32
        linalg.yield %r : f32
      }
    moe.yield %response : tensor<?x4xf32>
  } -> tensor<?x4xf32>

  %y = moe.combine %out by %slots weights(%weights)
      : tensor<?x4xf32>, tensor<?xi32>, tensor<?x8xf32> -> tensor<?x4xf32>
  %outputs = tensor.expand_shape %out [[0, 1], [2]] output_shape [8, %m, 4]
      : tensor<?x4xf32> into tensor<8x?x4xf32>
  return %y, %weights, %experts, %outputs
      : tensor<?x4xf32>, tensor<?x8xf32>, tensor<?x8xi32>, tensor<8x?x4xf32>
}

// The output of the most probable expert alone.
func.func @argmax(
    %x: tensor<?x2xf32> {moe.name = "x", moe.dims = ["T"]},
    %gate: tensor<2x8xf32> {moe.name = "gate", moe.param, moe.init = #moe.init<normal<1.0>>},
    %gate_bias: tensor<8xf32> {moe.name = "gate_bias", moe.param, moe.init = #moe.init<normal<1.0>>},
    %w: tensor<8x2x4xf32> {moe.name = "w", moe.param, moe.init = #moe.init<normal<1.0>>},
    %w_bias: tensor<8x4xf32> {moe.name = "w_bias", moe.param, moe.init = #moe.init<normal<1.0>>})
    -> (tensor<?x4xf32> {moe.name = "y"},
        tensor<?x1xf32> {moe.name = "weights"},
        tensor<?x1xi32> {moe.name = "experts"}) {
  %zero = arith.constant 0.0 : f32
  %c0 = arith.constant 0 : index
  %m = tensor.dim %x, %c0 : tensor<?x2xf32>
  %empty8 = tensor.empty(%m) : tensor<?x8xf32>
  %zeros8 = linalg.fill ins(%zero : f32) outs(%empty8 : tensor<?x8xf32>) -> tensor<?x8xf32>
  %xg = linalg.matmul
      ins(%x, %gate : tensor<?x2xf32>, tensor<2x8xf32>)
      outs(%zeros8 : tensor<?x8xf32>) -> tensor<?x8xf32>
  %logits = linalg.generic {indexing_maps = [#rows, #bias, #rows],
      iterator_types = ["parallel", "parallel"]}
      ins(%xg, %gate_bias : tensor<?x8xf32>, tensor<8xf32>) outs(%empty8 : tensor<?x8xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.addf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<?x8xf32>
  %weights, %experts = moe.gate %logits <softmax, top_k<1>>
      : tensor<?x8xf32> -> tensor<?x1xf32>, tensor<?x1xi32>

  // The chosen expert's output as it is, not scaled by the gate.
  %rows, %offsets, %slots = moe.dispatch %x to %experts
      : tensor<?x2xf32> to tensor<?x1xi32>
      -> tensor<?x2xf32> by tensor<9xi32>, tensor<?xi32>
  %out = moe.expert rows(%xe = %rows : tensor<?x2xf32>) offsets(%offsets : tensor<9xi32>)
      params(%w_e = %w : tensor<8x2x4xf32>,
             %w_bias_e = %w_bias : tensor<8x4xf32>) {
    %one = arith.constant 1.0 : f32
    %zero = arith.constant 0.0 : f32
    %c0 = arith.constant 0 : index
    %m = tensor.dim %xe, %c0 : tensor<?x2xf32>
    %empty4 = tensor.empty(%m) : tensor<?x4xf32>
    %zeros4 = linalg.fill ins(%zero : f32) outs(%empty4 : tensor<?x4xf32>) -> tensor<?x4xf32>
    %xw = linalg.matmul
        ins(%xe, %w_e : tensor<?x2xf32>, tensor<2x4xf32>)
        outs(%zeros4 : tensor<?x4xf32>) -> tensor<?x4xf32>
    %z = linalg.generic {indexing_maps = [#rows, #bias, #rows],
        iterator_types = ["parallel", "parallel"]}
        ins(%xw, %w_bias_e : tensor<?x4xf32>, tensor<4xf32>) outs(%empty4 : tensor<?x4xf32>) {
    ^bb0(%a: f32, %b: f32, %o: f32):
      %r = arith.addf %a, %b : f32
      linalg.yield %r : f32
    } -> tensor<?x4xf32>
    %response = linalg.map ins(%z : tensor<?x4xf32>)
        outs(%empty4 : tensor<?x4xf32>)
      (%a: f32, %o: f32) {
        %negative = arith.negf %a : f32
        %exp = math.exp %negative : f32
        %divisor = arith.addf %exp, %one : f32
        %r = arith.divf %one, %divisor : f32
        linalg.yield %r : f32
      }
    moe.yield %response : tensor<?x4xf32>
  } -> tensor<?x4xf32>

  %y = moe.combine %out by %slots weights(%weights) unweighted
      : tensor<?x4xf32>, tensor<?xi32>, tensor<?x1xf32> -> tensor<?x4xf32>
  return %y, %weights, %experts
      : tensor<?x4xf32>, tensor<?x1xf32>, tensor<?x1xi32>
}

// The output of one expert, drawn with probability p_i.
func.func @sample(
    %x: tensor<?x2xf32> {moe.name = "x", moe.dims = ["T"]},
    %seed: i64 {moe.name = "seed"},
    %step: i64 {moe.name = "step"},
    %gate: tensor<2x8xf32> {moe.name = "gate", moe.param, moe.init = #moe.init<normal<1.0>>},
    %gate_bias: tensor<8xf32> {moe.name = "gate_bias", moe.param, moe.init = #moe.init<normal<1.0>>},
    %w: tensor<8x2x4xf32> {moe.name = "w", moe.param, moe.init = #moe.init<normal<1.0>>},
    %w_bias: tensor<8x4xf32> {moe.name = "w_bias", moe.param, moe.init = #moe.init<normal<1.0>>})
    -> (tensor<?x4xf32> {moe.name = "y"},
        tensor<?x1xf32> {moe.name = "weights"},
        tensor<?x1xi32> {moe.name = "experts"}) {
  %zero = arith.constant 0.0 : f32
  %c0 = arith.constant 0 : index
  %m = tensor.dim %x, %c0 : tensor<?x2xf32>
  %empty8 = tensor.empty(%m) : tensor<?x8xf32>
  %zeros8 = linalg.fill ins(%zero : f32) outs(%empty8 : tensor<?x8xf32>) -> tensor<?x8xf32>
  %xg = linalg.matmul
      ins(%x, %gate : tensor<?x2xf32>, tensor<2x8xf32>)
      outs(%zeros8 : tensor<?x8xf32>) -> tensor<?x8xf32>
  %logits = linalg.generic {indexing_maps = [#rows, #bias, #rows],
      iterator_types = ["parallel", "parallel"]}
      ins(%xg, %gate_bias : tensor<?x8xf32>, tensor<8xf32>) outs(%empty8 : tensor<?x8xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.addf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<?x8xf32>
  %uniform = moe.random_uniform seed(%seed) step(%step) sizes(%m) : tensor<?xf32>
  %weights, %experts = moe.gate %logits <softmax, sample> uniform(%uniform : tensor<?xf32>)
      : tensor<?x8xf32> -> tensor<?x1xf32>, tensor<?x1xi32>

  // The chosen expert's output as it is, not scaled by the gate.
  %rows, %offsets, %slots = moe.dispatch %x to %experts
      : tensor<?x2xf32> to tensor<?x1xi32>
      -> tensor<?x2xf32> by tensor<9xi32>, tensor<?xi32>
  %out = moe.expert rows(%xe = %rows : tensor<?x2xf32>) offsets(%offsets : tensor<9xi32>)
      params(%w_e = %w : tensor<8x2x4xf32>,
             %w_bias_e = %w_bias : tensor<8x4xf32>) {
    %one = arith.constant 1.0 : f32
    %zero = arith.constant 0.0 : f32
    %c0 = arith.constant 0 : index
    %m = tensor.dim %xe, %c0 : tensor<?x2xf32>
    %empty4 = tensor.empty(%m) : tensor<?x4xf32>
    %zeros4 = linalg.fill ins(%zero : f32) outs(%empty4 : tensor<?x4xf32>) -> tensor<?x4xf32>
    %xw = linalg.matmul
        ins(%xe, %w_e : tensor<?x2xf32>, tensor<2x4xf32>)
        outs(%zeros4 : tensor<?x4xf32>) -> tensor<?x4xf32>
    %z = linalg.generic {indexing_maps = [#rows, #bias, #rows],
        iterator_types = ["parallel", "parallel"]}
        ins(%xw, %w_bias_e : tensor<?x4xf32>, tensor<4xf32>) outs(%empty4 : tensor<?x4xf32>) {
    ^bb0(%a: f32, %b: f32, %o: f32):
      %r = arith.addf %a, %b : f32
      linalg.yield %r : f32
    } -> tensor<?x4xf32>
    %response = linalg.map ins(%z : tensor<?x4xf32>)
        outs(%empty4 : tensor<?x4xf32>)
      (%a: f32, %o: f32) {
        %negative = arith.negf %a : f32
        %exp = math.exp %negative : f32
        %divisor = arith.addf %exp, %one : f32
        %r = arith.divf %one, %divisor : f32
        linalg.yield %r : f32
      }
    moe.yield %response : tensor<?x4xf32>
  } -> tensor<?x4xf32>

  %y = moe.combine %out by %slots weights(%weights) unweighted
      : tensor<?x4xf32>, tensor<?xi32>, tensor<?x1xf32> -> tensor<?x4xf32>
  return %y, %weights, %experts
      : tensor<?x4xf32>, tensor<?x1xf32>, tensor<?x1xi32>
}
