// RUN: moe-opt %s --split-input-file --verify-diagnostics

// router_c1: k is at least 1.
func.func @router_c1(%z: tensor<?x8xf32>) {
  // expected-error @+1 {{expects k of at least 1, found 0}}
  %w, %e = moe.gate %z <softmax, top_k<0>> : tensor<?x8xf32> -> tensor<?x0xf32>, tensor<?x0xi32>
  return
}

// -----

func.func @router_c1_batchwise(%z: tensor<?x8xf32>) {
  // expected-error @+1 {{expects k of at least 1, found -1}}
  %w, %e = moe.gate %z <softmax, batchwise<-1>> : tensor<?x8xf32> -> tensor<?x8xf32>, tensor<?x8xi32>
  return
}

// -----

// router_c2: between 1 and all groups are kept.
func.func @router_c2(%z: tensor<?x8xf32>) {
  // expected-error @+1 {{expects between 1 and 4 kept groups, found 5}}
  %w, %e = moe.gate %z <softmax, group_top_k<2, groups = 4, kept = 5, by = max>> : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  return
}

// -----

func.func @router_c2_groups(%z: tensor<?x8xf32>) {
  // expected-error @+1 {{expects at least one group, found 0}}
  %w, %e = moe.gate %z <softmax, group_top_k<2, groups = 0, kept = 1, by = max>> : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  return
}

// -----

// router_c3: an epsilon is at least 0.
func.func @router_c3(%z: tensor<?x8xf32>) {
  // expected-error @+1 {{expects an epsilon of at least 0, found -1.000000e+00 : f64}}
  %w, %e = moe.gate %z <softmax, top_k<2>, sum<-1.0>> : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  return
}

// -----

// router_c4: the scale is finite.
func.func @router_c4(%z: tensor<?x8xf32>) {
  // expected-error @+1 {{expects a finite scale, found 0x7FF0000000000000 : f64}}
  %w, %e = moe.gate %z <softmax, top_k<2>, scale = 1.0e999> : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  return
}

// -----

// gate_c1: operands agree in tokens and logits.
func.func @gate_c1(%z: tensor<?x8xf32>, %b: tensor<4xf32>) {
  // expected-error @+1 {{expects bias to have 8 logits, found 4}}
  %w, %e = moe.gate %z <sigmoid, top_k<2>> bias(%b : tensor<4xf32>) : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  return
}

// -----

// Two operands disagree where the logits do not say.
func.func @gate_c1_operands(%z: tensor<?x8xf32>, %n: tensor<5x8xf32>, %m: tensor<4xi1>) {
  // expected-error @+1 {{expects mask to have 5 tokens, found 4}}
  %w, %e = moe.gate %z <softmax, top_k<2>> noise(%n : tensor<5x8xf32>) mask(%m : tensor<4xi1>) : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  return
}

// -----

func.func @gate_c1_thresholds(%z: tensor<?x8xf32>, %t: tensor<7xf32>) {
  // expected-error @+1 {{expects thresholds to have 8 logits, found 7}}
  %w, %e = moe.gate %z <softmax, threshold> thresholds(%t : tensor<7xf32>) : tensor<?x8xf32> -> tensor<?x8xf32>, tensor<?x8xi32>
  return
}

// -----

// gate_c2: there is a logit.
func.func @gate_c2(%z: tensor<?x0xf32>) {
  // expected-error @+1 {{expects at least one logit, found 0}}
  %w, %e = moe.gate %z <softmax, all> : tensor<?x0xf32> -> tensor<?x0xf32>, tensor<?x0xi32>
  return
}

// -----

// gate_c3: the selection gives the number of slots.
func.func @gate_c3(%z: tensor<?x8xf32>) {
  // expected-error @+1 {{expects weights to have 2 slots, found 3}}
  %w, %e = moe.gate %z <softmax, top_k<2>> : tensor<?x8xf32> -> tensor<?x3xf32>, tensor<?x3xi32>
  return
}

// -----

func.func @gate_c3_dense(%z: tensor<?x8xf32>) {
  // expected-error @+1 {{expects experts to have 8 slots, found 2}}
  %w, %e = moe.gate %z <relu, all> : tensor<?x8xf32> -> tensor<?x8xf32>, tensor<?x2xi32>
  return
}

// -----

func.func @gate_c3_dynamic(%z: tensor<?x8xf32>) {
  // expected-error @+1 {{expects experts with a static number of slots 2, found 'tensor<?x?xi32>'}}
  %w, %e = moe.gate %z <softmax, top_k<2>> : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x?xi32>
  return
}

// -----

func.func @gate_c3_tokens(%z: tensor<4x8xf32>) {
  // expected-error @+1 {{expects weights to have 4 tokens, found 5}}
  %w, %e = moe.gate %z <softmax, top_k<2>> : tensor<4x8xf32> -> tensor<5x2xf32>, tensor<5x2xi32>
  return
}

// -----

// gate_c4: weights are f32, or f64 for f64 logits.
func.func @gate_c4(%z: tensor<?x8xbf16>) {
  // expected-error @+1 {{expects weights of 'f32', found 'f64'}}
  %w, %e = moe.gate %z <softmax, top_k<2>> : tensor<?x8xbf16> -> tensor<?x2xf64>, tensor<?x2xi32>
  return
}

// -----

func.func @gate_c4_f64(%z: tensor<?x8xf64>) {
  // expected-error @+1 {{expects weights of 'f64', found 'f32'}}
  %w, %e = moe.gate %z <softmax, top_k<2>> : tensor<?x8xf64> -> tensor<?x2xf32>, tensor<?x2xi32>
  return
}

// -----

// gate_c5: no more slots than logits, or than logits of kept groups.
func.func @gate_c5(%z: tensor<?x8xf32>) {
  // expected-error @+1 {{expects k of at most the number of logits 8, found 9}}
  %w, %e = moe.gate %z <softmax, top_k<9>> : tensor<?x8xf32> -> tensor<?x9xf32>, tensor<?x9xi32>
  return
}

// -----

func.func @gate_c5_batchwise(%z: tensor<?x8xf32>) {
  // expected-error @+1 {{expects k of at most the number of logits 8, found 9}}
  %w, %e = moe.gate %z <softmax, batchwise<9>> : tensor<?x8xf32> -> tensor<?x8xf32>, tensor<?x8xi32>
  return
}

// -----

func.func @gate_c5_groups(%z: tensor<?x8xf32>) {
  // expected-error @+1 {{expects k of at most the 4 logits of the kept groups, found 5}}
  %w, %e = moe.gate %z <softmax, group_top_k<5, groups = 4, kept = 2, by = max>> : tensor<?x8xf32> -> tensor<?x5xf32>, tensor<?x5xi32>
  return
}

// -----

// gate_c6: groups are of equal size, and have two logits to sum.
func.func @gate_c6(%z: tensor<?x8xf32>) {
  // expected-error @+1 {{expects groups that divide the number of logits 8, found 3}}
  %w, %e = moe.gate %z <softmax, group_top_k<1, groups = 3, kept = 1, by = max>> : tensor<?x8xf32> -> tensor<?x1xf32>, tensor<?x1xi32>
  return
}

// -----

func.func @gate_c6_sum(%z: tensor<?x8xf32>) {
  // expected-error @+1 {{expects groups of at least two logits, found 1}}
  %w, %e = moe.gate %z <softmax, group_top_k<1, groups = 8, kept = 1, by = sum_of_two>> : tensor<?x8xf32> -> tensor<?x1xf32>, tensor<?x1xi32>
  return
}

// -----

// gate_c7: slots are i32.
func.func @gate_c7(%z: tensor<1073741824x8xf32>) {
  // expected-error @+1 {{expects fewer than 2^31 slots, found 1073741824 tokens of 2 slots}}
  %w, %e = moe.gate %z <softmax, top_k<2>> : tensor<1073741824x8xf32> -> tensor<1073741824x2xf32>, tensor<1073741824x2xi32>
  return
}

// -----

// gate_c8: operands are there exactly where the selection uses them.
func.func @gate_c8(%z: tensor<?x8xf32>) {
  // expected-error @+1 {{expects thresholds for this selection, found none}}
  %w, %e = moe.gate %z <softmax, threshold> : tensor<?x8xf32> -> tensor<?x8xf32>, tensor<?x8xi32>
  return
}

// -----

func.func @gate_c8_thresholds(%z: tensor<?x8xf32>, %t: tensor<8xf32>) {
  // expected-error @+1 {{expects no thresholds for this selection, found one}}
  %w, %e = moe.gate %z <softmax, top_k<2>> thresholds(%t : tensor<8xf32>) : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  return
}

// -----

func.func @gate_c8_uniform(%z: tensor<?x8xf32>) {
  // expected-error @+1 {{expects uniform numbers for this selection, found none}}
  %w, %e = moe.gate %z <softmax, sample> : tensor<?x8xf32> -> tensor<?x1xf32>, tensor<?x1xi32>
  return
}

// -----

func.func @gate_c8_capacity(%z: tensor<?x8xf32>, %c: index) {
  // expected-error @+1 {{expects no gate capacity for this selection, found one}}
  %w, %e = moe.gate %z <softmax, top_k<1>> capacity(%c) : tensor<?x8xf32> -> tensor<?x1xf32>, tensor<?x1xi32>
  return
}

// -----

func.func @gate_c8_bias(%z: tensor<?x8xf32>, %b: tensor<8xf32>) {
  // expected-error @+1 {{expects no bias for this selection, found one}}
  %w, %e = moe.gate %z <softmax, all> bias(%b : tensor<8xf32>) : tensor<?x8xf32> -> tensor<?x8xf32>, tensor<?x8xi32>
  return
}

// -----

// gate_c9: the score region is there exactly where the score is one.
func.func @gate_c9(%z: tensor<?x8xf32>) {
  // expected-error @+1 {{expects a score region for this score, found none}}
  %w, %e = moe.gate %z <region, top_k<2>> : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  return
}

// -----

func.func @gate_c9_softmax(%z: tensor<?x8xf32>) {
  // expected-error @+1 {{expects no score region for this score, found one}}
  %w, %e = moe.gate %z <softmax, top_k<2>> score {
  ^bb0(%a: f32):
    moe.yield %a : f32
  } : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  return
}

// -----

// gate_c10: the region maps one scalar to one, in the gate's compute type.
func.func @gate_c10(%z: tensor<?x8xbf16>) {
  // expected-error @+1 {{expects argument 0 of the score region to be 'f32', found 'bf16'}}
  %w, %e = moe.gate %z <region, top_k<2>> score {
  ^bb0(%a: bf16):
    moe.yield %a : bf16
  } : tensor<?x8xbf16> -> tensor<?x2xf32>, tensor<?x2xi32>
  return
}

// -----

func.func @gate_c10_arguments(%z: tensor<?x8xf32>) {
  // expected-error @+1 {{expects 1 arguments of the score region, found 0}}
  %w, %e = moe.gate %z <region, top_k<2>> score {
    %a = arith.constant 1.0 : f32
    moe.yield %a : f32
  } : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  return
}

// -----

func.func @gate_c10_yield(%z: tensor<?x8xf32>) {
  %w, %e = moe.gate %z <region, top_k<2>> score {
  ^bb0(%a: f32):
    %b = arith.extf %a : f32 to f64
    // expected-error @+1 {{expects value 0 of the score region to be 'f32', found 'f64'}}
    moe.yield %b : f64
  } : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  return
}

// -----

func.func @gate_c10_count(%z: tensor<?x8xf32>) {
  %w, %e = moe.gate %z <region, top_k<2>> score {
  ^bb0(%a: f32):
    // expected-error @+1 {{expects 1 values of the score region, found 2}}
    moe.yield %a, %a : f32, f32
  } : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  return
}

// -----

// gate_c11: the region has no memory effects.
func.func private @get() -> f32
func.func @gate_c11(%z: tensor<?x8xf32>) {
  // expected-error @+1 {{expects no memory effects in the score region, found func.call}}
  %w, %e = moe.gate %z <region, top_k<2>> score {
  ^bb0(%a: f32):
    // expected-note @+1 {{this op may have memory effects}}
    %b = func.call @get() : () -> f32
    moe.yield %b : f32
  } : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  return
}

// -----

// random_c1: one size for each dynamic dimension.
func.func @random_c1(%s: i64, %n: index) {
  // expected-error @+1 {{expects one size for each of the 1 dynamic dimensions, found 2}}
  %r = moe.random_normal seed(%s) step(%s) sizes(%n, %n) : tensor<?x4xf32>
  return
}

// -----

func.func @random_c1_uniform(%s: i64) {
  // expected-error @+1 {{expects one size for each of the 1 dynamic dimensions, found 0}}
  %r = moe.random_uniform seed(%s) step(%s) sizes() : tensor<?xf32>
  return
}

// -----

// gate_c11: the score is of scalars.
func.func @gate_c11_moe(%z: tensor<?x8xf32>) {
  // expected-error @+1 {{expects no moe ops in the score region, found moe.random_uniform}}
  %w, %e = moe.gate %z <region, top_k<2>> score {
  ^bb0(%a: f32):
    %s = arith.constant 0 : i64
    // expected-note @+1 {{this op is not one of scalars}}
    %b = moe.random_uniform seed(%s) step(%s) sizes() : tensor<1xf32>
    moe.yield %a : f32
  } : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  return
}

// -----

// common_c1: no encodings.
func.func @common_c1(%z: tensor<4x8xf32, "sparse">) {
  // expected-error @+1 {{expects logits without an encoding, found 'tensor<4x8xf32, "sparse">'}}
  %w, %e = moe.gate %z <softmax, top_k<2>> : tensor<4x8xf32, "sparse"> -> tensor<4x2xf32>, tensor<4x2xi32>
  return
}

// -----

// gate_c12: weights are f32, and so is what multiplies them.
func.func @gate_c12(%z: tensor<4x8xf32>) {
  // expected-error @+1 {{expects a scale that is finite in 'f32', found}}
  %w, %e = moe.gate %z <softmax, top_k<1>, scale = 1.0e300> : tensor<4x8xf32> -> tensor<4x1xf32>, tensor<4x1xi32>
  return
}

// -----

// f64 holds it.
func.func @gate_c12_f64(%z: tensor<4x8xf64>) {
  %w, %e = moe.gate %z <softmax, top_k<1>, scale = 1.0e300> : tensor<4x8xf64> -> tensor<4x1xf64>, tensor<4x1xi32>
  return
}

// -----

// A clause is there once.
func.func @gate_clause_twice(%z: tensor<4x8xf32>, %b: tensor<8xf32>) {
  // expected-error @+1 {{`bias` clause can appear at most once}}
  %w, %e = moe.gate %z <softmax, top_k<1>> bias(%b : tensor<8xf32>) bias(%b : tensor<8xf32>) : tensor<4x8xf32> -> tensor<4x1xf32>, tensor<4x1xi32>
  return
}
