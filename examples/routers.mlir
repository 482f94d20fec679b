// Routers without a layer around them; every example layer shows another one.
// Run: moe-run examples/routers.mlir --entry=deepseek_v2 --dim T=16 --check
// Written by generate.py routers

// DeepSeek-V2: 3 of 8 groups by their best score, 6 experts, times 16.
func.func @deepseek_v2(
    %logits: tensor<?x160xf32> {moe.name = "logits", moe.dims = ["T"]})
    -> (tensor<?x6xf32> {moe.name = "weights"},
        tensor<?x6xi32> {moe.name = "experts"}) {
  %weights, %experts = moe.gate %logits <softmax, group_top_k<6, groups = 8, kept = 3, by = max>, scale = 16.0>
      : tensor<?x160xf32> -> tensor<?x6xf32>, tensor<?x6xi32>
  return %weights, %experts
      : tensor<?x6xf32>, tensor<?x6xi32>
}

// Scores sqrt(softplus(z)) with a bias for the choice only, as in DeepSeek-V4.
func.func @sqrt_softplus(
    %logits: tensor<?x256xf32> {moe.name = "logits", moe.dims = ["T"]},
    %bias: tensor<256xf32> {moe.name = "bias", moe.param, moe.init = #moe.init<normal<0.1>>})
    -> (tensor<?x6xf32> {moe.name = "weights"},
        tensor<?x6xi32> {moe.name = "experts"}) {
  %weights, %experts = moe.gate %logits <sqrt_softplus, top_k<6>, sum> bias(%bias : tensor<256xf32>)
      : tensor<?x256xf32> -> tensor<?x6xf32>, tensor<?x6xi32>
  return %weights, %experts
      : tensor<?x6xf32>, tensor<?x6xi32>
}

// GShard (Lepikhin et al. 2020): top 2, weights made to sum to 1. An expert takes
// 2T/E slots, all first choices before any second choice.
func.func @gshard_top2(
    %x: tensor<?x16xf32> {moe.name = "x", moe.dims = ["T"]},
    %logits: tensor<?x128xf32> {moe.name = "logits", moe.dims = ["T"]})
    -> (tensor<?x2xf32> {moe.name = "weights"},
        tensor<?x2xi32> {moe.name = "experts"},
        tensor<129xi32> {moe.name = "offsets"},
        tensor<?xi32> {moe.name = "slots"}) {
  %factor = arith.constant 2 : index
  %divisor = arith.constant 128 : index
  %c0 = arith.constant 0 : index
  %m = tensor.dim %logits, %c0 : tensor<?x128xf32>
  %all = arith.muli %m, %factor : index
  %capacity = arith.ceildivui %all, %divisor : index
  %weights, %experts = moe.gate %logits <softmax, top_k<2>, sum>
      : tensor<?x128xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %rows, %offsets, %slots = moe.dispatch %x to %experts weights(%weights : tensor<?x2xf32>) capacity(%capacity) priority(choice_major)
      : tensor<?x16xf32> to tensor<?x2xi32>
      -> tensor<?x16xf32> by tensor<129xi32>, tensor<?xi32>
  return %weights, %experts, %offsets, %slots
      : tensor<?x2xf32>, tensor<?x2xi32>, tensor<129xi32>, tensor<?xi32>
}

// Expert choice (Zhou et al. 2022): each expert takes its 2T/E best tokens.
func.func @expert_choice(
    %logits: tensor<?x64xf32> {moe.name = "logits", moe.dims = ["T"]})
    -> (tensor<?x64xf32> {moe.name = "weights"},
        tensor<?x64xi32> {moe.name = "experts"}) {
  %factor = arith.constant 2 : index
  %divisor = arith.constant 64 : index
  %c0 = arith.constant 0 : index
  %m = tensor.dim %logits, %c0 : tensor<?x64xf32>
  %all = arith.muli %m, %factor : index
  %capacity = arith.ceildivui %all, %divisor : index
  %weights, %experts = moe.gate %logits <softmax, expert_choice> capacity(%capacity)
      : tensor<?x64xf32> -> tensor<?x64xf32>, tensor<?x64xi32>
  return %weights, %experts
      : tensor<?x64xf32>, tensor<?x64xi32>
}

// Strictly balanced gating (Shazeer et al. 2017, appendix F), training, eqs 16, 18:
// each expert takes its floor(4T/E) best tokens; a token nobody takes gets zero.
func.func @batchwise(
    %logits: tensor<?x64xf32> {moe.name = "logits", moe.dims = ["T"]})
    -> (tensor<?x64xf32> {moe.name = "weights"},
        tensor<?x64xi32> {moe.name = "experts"}) {
  %weights, %experts = moe.gate %logits <softmax, batchwise<4>, sum>
      : tensor<?x64xf32> -> tensor<?x64xf32>, tensor<?x64xi32>
  return %weights, %experts
      : tensor<?x64xf32>, tensor<?x64xi32>
}

// The same at inference, eq. 19: the experts whose score exceeds their threshold.
func.func @threshold(
    %logits: tensor<?x64xf32> {moe.name = "logits", moe.dims = ["T"]},
    %thresholds: tensor<64xf32> {moe.name = "thresholds", moe.param, moe.init = #moe.init<normal<0.01>>})
    -> (tensor<?x64xf32> {moe.name = "weights"},
        tensor<?x64xi32> {moe.name = "experts"}) {
  %weights, %experts = moe.gate %logits <softmax, threshold, sum> thresholds(%thresholds : tensor<64xf32>)
      : tensor<?x64xf32> -> tensor<?x64xf32>, tensor<?x64xi32>
  return %weights, %experts
      : tensor<?x64xf32>, tensor<?x64xi32>
}

// ReLU gates (DeepMoE, Wang et al. 2018; ReMoE, Wang et al. 2024): no fixed k.
func.func @relu(
    %logits: tensor<?x64xf32> {moe.name = "logits", moe.dims = ["T"]})
    -> (tensor<?x64xf32> {moe.name = "weights"},
        tensor<?x64xi32> {moe.name = "experts"}) {
  %weights, %experts = moe.gate %logits <relu, all>
      : tensor<?x64xf32> -> tensor<?x64xf32>, tensor<?x64xi32>
  return %weights, %experts
      : tensor<?x64xf32>, tensor<?x64xi32>
}

// 12 logits, 8 experts: ids 8 to 11 are null experts, which compute nothing.
func.func @null_experts(
    %x: tensor<?x16xf32> {moe.name = "x", moe.dims = ["T"]},
    %logits: tensor<?x12xf32> {moe.name = "logits", moe.dims = ["T"]})
    -> (tensor<?x2xf32> {moe.name = "weights"},
        tensor<?x2xi32> {moe.name = "experts"},
        tensor<9xi32> {moe.name = "offsets"},
        tensor<?xi32> {moe.name = "slots"}) {
  %weights, %experts = moe.gate %logits <softmax, top_k<2>>
      : tensor<?x12xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %rows, %offsets, %slots = moe.dispatch %x to %experts weights(%weights : tensor<?x2xf32>)
      : tensor<?x16xf32> to tensor<?x2xi32>
      -> tensor<?x16xf32> by tensor<9xi32>, tensor<?xi32>
  return %weights, %experts, %offsets, %slots
      : tensor<?x2xf32>, tensor<?x2xi32>, tensor<9xi32>, tensor<?xi32>
}

// A score of one's own, as a region.
func.func @tanh_score(
    %logits: tensor<?x64xf32> {moe.name = "logits", moe.dims = ["T"]})
    -> (tensor<?x2xf32> {moe.name = "weights"},
        tensor<?x2xi32> {moe.name = "experts"}) {
  %weights, %experts = moe.gate %logits <region, top_k<2>> score {
  ^bb0(%z: f32):
    %r = math.tanh %z : f32
    moe.yield %r : f32
  } : tensor<?x64xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  return %weights, %experts
      : tensor<?x2xf32>, tensor<?x2xi32>
}
