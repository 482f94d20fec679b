// RUN: moe-opt %s --moe-simplify-routing --canonicalize --split-input-file --remarks-filter='moe.*' --remark-policy=all --verify-diagnostics | FileCheck %s

// Softmax over all, divided by the sum of the selected: softmax over the selected.
// The scale stays.
// CHECK-LABEL: func.func @mixtral(
// CHECK:         moe.gate %{{.*}} <identity, top_k<2>, softmax, scale = 2.500000e+00>
func.func @mixtral(%z: tensor<?x8xf32>) -> (tensor<?x2xf32>, tensor<?x2xi32>) {
  // expected-remark @+1 {{rule=normalize-selected}}
  %w, %e = moe.gate %z <softmax, top_k<2>, sum, scale = 2.5> : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  return %w, %e : tensor<?x2xf32>, tensor<?x2xi32>
}

// -----

// Not with an epsilon,
// CHECK-LABEL: func.func @mixtral_epsilon(
// CHECK:         moe.gate %{{.*}} <softmax, top_k<2>, sum<
func.func @mixtral_epsilon(%z: tensor<?x8xf32>) -> (tensor<?x2xf32>, tensor<?x2xi32>) {
  // expected-remark @+1 {{an epsilon is added to the sum}}
  %w, %e = moe.gate %z <softmax, top_k<2>, sum<1.0e-20>> : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  return %w, %e : tensor<?x2xf32>, tensor<?x2xi32>
}

// -----

// not where a bias is added to the scores to select,
// CHECK-LABEL: func.func @mixtral_bias(
// CHECK:         moe.gate %{{.*}} <softmax, top_k<2>, sum> bias(
func.func @mixtral_bias(%z: tensor<?x8xf32>, %b: tensor<8xf32>) -> (tensor<?x2xf32>, tensor<?x2xi32>) {
  // expected-remark @+1 {{the bias of the selection is added to the softmax}}
  %w, %e = moe.gate %z <softmax, top_k<2>, sum> bias(%b : tensor<8xf32>) : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  return %w, %e : tensor<?x2xf32>, tensor<?x2xi32>
}

// -----

// not where scores are compared by group,
// CHECK-LABEL: func.func @mixtral_groups(
// CHECK:         moe.gate %{{.*}} <softmax, group_top_k<2
func.func @mixtral_groups(%z: tensor<?x8xf32>) -> (tensor<?x2xf32>, tensor<?x2xi32>) {
  // expected-remark @+1 {{groups are compared by the softmax}}
  %w, %e = moe.gate %z <softmax, group_top_k<2, groups = 4, kept = 2, by = sum_of_two>, sum> : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  return %w, %e : tensor<?x2xf32>, tensor<?x2xi32>
}

// -----

// not without the division, and for no other score: left alone without a word.
// CHECK-LABEL: func.func @olmoe(
// CHECK:         moe.gate %{{.*}} <softmax, top_k<2>> :
func.func @olmoe(%z: tensor<?x8xf32>) -> (tensor<?x2xf32>, tensor<?x2xi32>) {
  %w, %e = moe.gate %z <softmax, top_k<2>> : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  return %w, %e : tensor<?x2xf32>, tensor<?x2xi32>
}

// -----

// Sigmoids share no denominator.
// CHECK-LABEL: func.func @sigmoid_sum(
// CHECK:         moe.gate %{{.*}} <sigmoid, top_k<2>, sum> :
func.func @sigmoid_sum(%z: tensor<?x8xf32>) -> (tensor<?x2xf32>, tensor<?x2xi32>) {
  %w, %e = moe.gate %z <sigmoid, top_k<2>, sum> : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  return %w, %e : tensor<?x2xf32>, tensor<?x2xi32>
}

// -----

// One weight, divided by itself: the scale. Nobody reads the scores then.
// CHECK-LABEL: func.func @unit(
// CHECK-SAME:    %[[Z:.*]]: tensor<?x8xf32>)
// CHECK-DAG:     %[[C:.*]] = arith.constant dense<2.000000e+00> : tensor<1xf32>
// CHECK-DAG:     %[[W:.*]] = linalg.broadcast ins(%[[C]] : tensor<1xf32>)
// CHECK-DAG:     %{{.*}}, %[[E:.*]] = moe.gate %[[Z]] <identity, top_k<1>> :
// CHECK:         return %[[W]], %[[E]]
func.func @unit(%z: tensor<?x8xf32>) -> (tensor<?x1xf32>, tensor<?x1xi32>) {
  // expected-remark @+3 {{rule=normalize-selected}}
  // expected-remark @+2 {{rule=unit-weight}}
  // expected-remark @+1 {{rule=unread-weights}}
  %w, %e = moe.gate %z <softmax, top_k<1>, sum, scale = 2.0> : tensor<?x8xf32> -> tensor<?x1xf32>, tensor<?x1xi32>
  return %w, %e : tensor<?x1xf32>, tensor<?x1xi32>
}

// -----

// The best group holds a score that is not zero; its choice needs the scores.
// CHECK-LABEL: func.func @unit_groups(
// CHECK-DAG:     dense<1.000000e+00> : tensor<1xf32>
// CHECK-DAG:     moe.gate %{{.*}} <softmax, group_top_k<1
func.func @unit_groups(%z: tensor<?x8xf32>) -> (tensor<?x1xf32>, tensor<?x1xi32>) {
  // expected-remark @+2 {{groups are compared by the softmax}}
  // expected-remark @+1 {{rule=unit-weight}}
  %w, %e = moe.gate %z <softmax, group_top_k<1, groups = 4, kept = 2, by = max>, sum> : tensor<?x8xf32> -> tensor<?x1xf32>, tensor<?x1xi32>
  return %w, %e : tensor<?x1xf32>, tensor<?x1xi32>
}

// -----

// A sigmoid may underflow, and 0/0 is 0.
// CHECK-LABEL: func.func @unit_sigmoid(
// CHECK:         moe.gate %{{.*}} <sigmoid, top_k<1>, sum> :
// CHECK-NOT:     linalg.broadcast
func.func @unit_sigmoid(%z: tensor<?x8xf32>) -> (tensor<?x1xf32>, tensor<?x1xi32>) {
  // expected-remark @+1 {{the selected score may be zero}}
  %w, %e = moe.gate %z <sigmoid, top_k<1>, sum> : tensor<?x8xf32> -> tensor<?x1xf32>, tensor<?x1xi32>
  return %w, %e : tensor<?x1xf32>, tensor<?x1xi32>
}

// -----

// Masked tokens have weight 0.
// CHECK-LABEL: func.func @unit_mask(
// CHECK:         moe.gate %{{.*}} <identity, top_k<1>, softmax> mask(
// CHECK-NOT:     linalg.broadcast
func.func @unit_mask(%z: tensor<?x8xf32>, %m: tensor<?xi1>) -> (tensor<?x1xf32>, tensor<?x1xi32>) {
  // expected-remark @+2 {{rule=normalize-selected}}
  // expected-remark @+1 {{masked tokens have weight 0}}
  %w, %e = moe.gate %z <softmax, top_k<1>, sum> mask(%m : tensor<?xi1>) : tensor<?x8xf32> -> tensor<?x1xf32>, tensor<?x1xi32>
  return %w, %e : tensor<?x1xf32>, tensor<?x1xi32>
}

// -----

// A sample may be one with a score of zero, where the uniform number is negative.
// CHECK-LABEL: func.func @unit_sample(
// CHECK:         moe.gate %{{.*}} <softmax, sample, sum>
func.func @unit_sample(%z: tensor<?x8xf32>, %u: tensor<?xf32>) -> (tensor<?x1xf32>, tensor<?x1xi32>) {
  // expected-remark @+1 {{the selected score may be zero}}
  %w, %e = moe.gate %z <softmax, sample, sum> uniform(%u : tensor<?xf32>) : tensor<?x8xf32> -> tensor<?x1xf32>, tensor<?x1xi32>
  return %w, %e : tensor<?x1xf32>, tensor<?x1xi32>
}

// -----

// A biased choice may fall on a logit of -inf.
// CHECK-LABEL: func.func @unit_biased_logit(
// CHECK:         moe.gate %{{.*}} <identity, top_k<1>, softmax> bias(
func.func @unit_biased_logit(%z: tensor<?x8xf32>, %b: tensor<8xf32>) -> (tensor<?x1xf32>, tensor<?x1xi32>) {
  // expected-remark @+1 {{the selected logit may be infinite}}
  %w, %e = moe.gate %z <identity, top_k<1>, softmax> bias(%b : tensor<8xf32>) : tensor<?x8xf32> -> tensor<?x1xf32>, tensor<?x1xi32>
  return %w, %e : tensor<?x1xf32>, tensor<?x1xi32>
}

// -----

// Noise may be infinite.
// CHECK-LABEL: func.func @unit_noise(
// CHECK:         moe.gate %{{.*}} <identity, top_k<1>, softmax> noise(
func.func @unit_noise(%z: tensor<?x8xf32>, %b: tensor<?x8xf32>) -> (tensor<?x1xf32>, tensor<?x1xi32>) {
  // expected-remark @+1 {{noise may be infinite}}
  %w, %e = moe.gate %z <identity, top_k<1>, softmax> noise(%b : tensor<?x8xf32>) : tensor<?x8xf32> -> tensor<?x1xf32>, tensor<?x1xi32>
  return %w, %e : tensor<?x1xf32>, tensor<?x1xi32>
}

// -----

// Nobody reads the weights, but a bias selects on scores.
// CHECK-LABEL: func.func @unread_biased(
// CHECK:         moe.gate %{{.*}} <sigmoid, top_k<2>> bias(
func.func @unread_biased(%z: tensor<?x8xf32>, %b: tensor<8xf32>) -> tensor<?x2xi32> {
  %w, %e = moe.gate %z <sigmoid, top_k<2>> bias(%b : tensor<8xf32>) : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  return %e : tensor<?x2xi32>
}

// -----

// All logits are selected and nobody reads the order of the slots: no selection,
// and the bias chooses nothing.
// CHECK-LABEL: func.func @all(
// CHECK:         moe.gate %{{.*}} <sigmoid, all> :
func.func @all(%x: tensor<?x16xf32>, %z: tensor<?x4xf32>, %b: tensor<4xf32>) -> tensor<?x16xf32> {
  // expected-remark @+1 {{rule=select-all}}
  %w, %e = moe.gate %z <sigmoid, top_k<4>> bias(%b : tensor<4xf32>) : tensor<?x4xf32> -> tensor<?x4xf32>, tensor<?x4xi32>
  %rows, %o, %s = moe.dispatch %x to %e weights(%w : tensor<?x4xf32>) : tensor<?x16xf32> to tensor<?x4xi32> -> tensor<?x16xf32> by tensor<5xi32>, tensor<?xi32>
  %c = moe.combine %rows by %s weights(%w) : tensor<?x16xf32>, tensor<?xi32>, tensor<?x4xf32> -> tensor<?x16xf32>
  return %c : tensor<?x16xf32>
}

// -----

// Not all logits.
// CHECK-LABEL: func.func @all_but_one(
// CHECK:         moe.gate %{{.*}} <sigmoid, top_k<3>> :
func.func @all_but_one(%x: tensor<?x16xf32>, %z: tensor<?x4xf32>) -> tensor<?x16xf32> {
  %w, %e = moe.gate %z <sigmoid, top_k<3>> : tensor<?x4xf32> -> tensor<?x3xf32>, tensor<?x3xi32>
  %rows, %o, %s = moe.dispatch %x to %e weights(%w : tensor<?x3xf32>) : tensor<?x16xf32> to tensor<?x3xi32> -> tensor<?x16xf32> by tensor<5xi32>, tensor<?xi32>
  %c = moe.combine %rows by %s weights(%w) : tensor<?x16xf32>, tensor<?xi32>, tensor<?x3xf32> -> tensor<?x16xf32>
  return %c : tensor<?x16xf32>
}

// -----

// Ids past the last expert are null either way.
// CHECK-LABEL: func.func @all_null(
// CHECK:         moe.gate %{{.*}} <sigmoid, all> :
func.func @all_null(%x: tensor<?x16xf32>, %z: tensor<?x4xf32>) -> tensor<?x16xf32> {
  // expected-remark @+1 {{rule=select-all}}
  %w, %e = moe.gate %z <sigmoid, top_k<4>> : tensor<?x4xf32> -> tensor<?x4xf32>, tensor<?x4xi32>
  %rows, %o, %s = moe.dispatch %x to %e weights(%w : tensor<?x4xf32>) : tensor<?x16xf32> to tensor<?x4xi32> -> tensor<?x16xf32> by tensor<4xi32>, tensor<?xi32>
  %c = moe.combine %rows by %s weights(%w) : tensor<?x16xf32>, tensor<?xi32>, tensor<?x4xf32> -> tensor<?x16xf32>
  return %c : tensor<?x16xf32>
}

// -----

// The experts are a result: their order is read.
// CHECK-LABEL: func.func @all_read(
// CHECK:         moe.gate %{{.*}} <sigmoid, top_k<4>> :
func.func @all_read(%x: tensor<?x16xf32>, %z: tensor<?x4xf32>) -> (tensor<?x16xf32>, tensor<?x4xi32>) {
  // expected-remark @+1 {{the experts are used outside of a dispatch}}
  %w, %e = moe.gate %z <sigmoid, top_k<4>> : tensor<?x4xf32> -> tensor<?x4xf32>, tensor<?x4xi32>
  %rows, %o, %s = moe.dispatch %x to %e weights(%w : tensor<?x4xf32>) : tensor<?x16xf32> to tensor<?x4xi32> -> tensor<?x16xf32> by tensor<5xi32>, tensor<?xi32>
  %c = moe.combine %rows by %s weights(%w) : tensor<?x16xf32>, tensor<?xi32>, tensor<?x4xf32> -> tensor<?x16xf32>
  return %c, %e : tensor<?x16xf32>, tensor<?x4xi32>
}

// -----

// So it is of weights,
// CHECK-LABEL: func.func @all_weights_read(
// CHECK:         moe.gate %{{.*}} <sigmoid, top_k<4>> :
func.func @all_weights_read(%x: tensor<?x16xf32>, %z: tensor<?x4xf32>) -> (tensor<?x16xf32>, tensor<?x4xf32>) {
  // expected-remark @+1 {{the weights are used outside of dispatch and combine}}
  %w, %e = moe.gate %z <sigmoid, top_k<4>> : tensor<?x4xf32> -> tensor<?x4xf32>, tensor<?x4xi32>
  %rows, %o, %s = moe.dispatch %x to %e weights(%w : tensor<?x4xf32>) : tensor<?x16xf32> to tensor<?x4xi32> -> tensor<?x16xf32> by tensor<5xi32>, tensor<?xi32>
  %c = moe.combine %rows by %s weights(%w) : tensor<?x16xf32>, tensor<?xi32>, tensor<?x4xf32> -> tensor<?x16xf32>
  return %c, %w : tensor<?x16xf32>, tensor<?x4xf32>
}

// -----

// of slots,
// CHECK-LABEL: func.func @all_slots_read(
// CHECK:         moe.gate %{{.*}} <sigmoid, top_k<4>> :
func.func @all_slots_read(%x: tensor<?x16xf32>, %z: tensor<?x4xf32>) -> (tensor<?x16xf32>, tensor<?xi32>) {
  // expected-remark @+1 {{the slots are used outside of a combine}}
  %w, %e = moe.gate %z <sigmoid, top_k<4>> : tensor<?x4xf32> -> tensor<?x4xf32>, tensor<?x4xi32>
  %rows, %o, %s = moe.dispatch %x to %e weights(%w : tensor<?x4xf32>) : tensor<?x16xf32> to tensor<?x4xi32> -> tensor<?x16xf32> by tensor<5xi32>, tensor<?xi32>
  %c = moe.combine %rows by %s weights(%w) : tensor<?x16xf32>, tensor<?xi32>, tensor<?x4xf32> -> tensor<?x16xf32>
  return %c, %s : tensor<?x16xf32>, tensor<?xi32>
}

// -----

// and by other weights.
// CHECK-LABEL: func.func @all_other_weights(
// CHECK:         moe.gate %{{.*}} <sigmoid, top_k<4>> :
func.func @all_other_weights(%x: tensor<?x16xf32>, %z: tensor<?x4xf32>, %v: tensor<?x4xf32>) -> tensor<?x16xf32> {
  // expected-remark @+1 {{the combine has other weights}}
  %w, %e = moe.gate %z <sigmoid, top_k<4>> : tensor<?x4xf32> -> tensor<?x4xf32>, tensor<?x4xi32>
  %rows, %o, %s = moe.dispatch %x to %e weights(%w : tensor<?x4xf32>) : tensor<?x16xf32> to tensor<?x4xi32> -> tensor<?x16xf32> by tensor<5xi32>, tensor<?xi32>
  %c = moe.combine %rows by %s weights(%v) : tensor<?x16xf32>, tensor<?xi32>, tensor<?x4xf32> -> tensor<?x16xf32>
  return %c : tensor<?x16xf32>
}

// -----

// First choices that come first are the order of the slots, too.
// CHECK-LABEL: func.func @all_choices(
// CHECK:         moe.gate %{{.*}} <sigmoid, top_k<4>> :
func.func @all_choices(%x: tensor<?x16xf32>, %z: tensor<?x4xf32>, %cap: index) -> tensor<?x16xf32> {
  // expected-remark @+1 {{first choices have priority}}
  %w, %e = moe.gate %z <sigmoid, top_k<4>> : tensor<?x4xf32> -> tensor<?x4xf32>, tensor<?x4xi32>
  %rows, %o, %s = moe.dispatch %x to %e weights(%w : tensor<?x4xf32>) capacity(%cap) priority(choice_major) : tensor<?x16xf32> to tensor<?x4xi32> -> tensor<?x16xf32> by tensor<5xi32>, tensor<?xi32>
  %c = moe.combine %rows by %s weights(%w) : tensor<?x16xf32>, tensor<?xi32>, tensor<?x4xf32> -> tensor<?x16xf32>
  return %c : tensor<?x16xf32>
}

// -----

// Weights times a constant are scaled by it.
// CHECK-LABEL: func.func @scale(
// CHECK:         %[[W:.*]], %{{.*}} = moe.gate %{{.*}} <sigmoid, top_k<2>, scale = 2.500000e+00>
// CHECK:         return %[[W]]
func.func @scale(%x: tensor<4x16xf32>, %z: tensor<4x8xf32>) -> tensor<4x2xf32> {
  // expected-remark @+1 {{rule=scale}}
  %w, %e = moe.gate %z <sigmoid, top_k<2>> : tensor<4x8xf32> -> tensor<4x2xf32>, tensor<4x2xi32>
  %f = arith.constant dense<2.5> : tensor<4x2xf32>
  %v = arith.mulf %w, %f : tensor<4x2xf32>
  return %v : tensor<4x2xf32>
}

// -----

// So it is in linalg, and factors multiply.
// CHECK-LABEL: func.func @scale_generic(
// CHECK:         %[[W:.*]], %{{.*}} = moe.gate %{{.*}} <sigmoid, top_k<2>, scale = 2.000000e+00>
// CHECK:         return %[[W]]
func.func @scale_generic(%x: tensor<4x16xf32>, %z: tensor<4x8xf32>) -> tensor<4x2xf32> {
  // expected-remark @+1 {{rule=scale}}
  %w, %e = moe.gate %z <sigmoid, top_k<2>, scale = 4.0> : tensor<4x8xf32> -> tensor<4x2xf32>, tensor<4x2xi32>
  %f = arith.constant 0.5 : f32
  %i = tensor.empty() : tensor<4x2xf32>
  %v = linalg.generic {indexing_maps = [affine_map<(t, k) -> (t, k)>, affine_map<(t, k) -> (t, k)>], iterator_types = ["parallel", "parallel"]} ins(%w : tensor<4x2xf32>) outs(%i : tensor<4x2xf32>) {
  ^bb0(%p: f32, %q: f32):
    %m = arith.mulf %f, %p : f32
    linalg.yield %m : f32
  } -> tensor<4x2xf32>
  return %v : tensor<4x2xf32>
}

// -----

// Not where somebody reads the weights without the factor,
// CHECK-LABEL: func.func @scale_used(
// CHECK:         moe.gate %{{.*}} <sigmoid, top_k<2>> :
func.func @scale_used(%x: tensor<4x16xf32>, %z: tensor<4x8xf32>) -> (tensor<4x2xf32>, tensor<4x2xf32>) {
  // expected-remark @+1 {{the weights are also used without the factor}}
  %w, %e = moe.gate %z <sigmoid, top_k<2>> : tensor<4x8xf32> -> tensor<4x2xf32>, tensor<4x2xi32>
  %f = arith.constant dense<2.5> : tensor<4x2xf32>
  %v = arith.mulf %w, %f : tensor<4x2xf32>
  return %v, %w : tensor<4x2xf32>, tensor<4x2xf32>
}

// -----

// and not by infinity.
// CHECK-LABEL: func.func @scale_infinite(
// CHECK:         moe.gate %{{.*}} <sigmoid, top_k<2>> :
func.func @scale_infinite(%x: tensor<4x16xf32>, %z: tensor<4x8xf32>) -> tensor<4x2xf32> {
  // expected-remark @+1 {{the factor on the weights is not finite}}
  %w, %e = moe.gate %z <sigmoid, top_k<2>> : tensor<4x8xf32> -> tensor<4x2xf32>, tensor<4x2xi32>
  %f = arith.constant dense<0x7F800000> : tensor<4x2xf32>
  %v = arith.mulf %w, %f : tensor<4x2xf32>
  return %v : tensor<4x2xf32>
}

// -----

// A dispatch asks only which weights are zero: a factor of 1 or more makes none,
// CHECK-LABEL: func.func @scale_dispatch(
// CHECK:         moe.gate %{{.*}} <sigmoid, top_k<2>, scale = 2.500000e+00>
func.func @scale_dispatch(%x: tensor<4x16xf32>, %z: tensor<4x8xf32>) -> (tensor<4x2xf32>, tensor<8xi32>) {
  // expected-remark @+1 {{rule=scale}}
  %w, %e = moe.gate %z <sigmoid, top_k<2>> : tensor<4x8xf32> -> tensor<4x2xf32>, tensor<4x2xi32>
  %f = arith.constant dense<2.5> : tensor<4x2xf32>
  %v = arith.mulf %w, %f : tensor<4x2xf32>
  %rows, %o, %s = moe.dispatch %x to %e weights(%w : tensor<4x2xf32>) : tensor<4x16xf32> to tensor<4x2xi32> -> tensor<8x16xf32> by tensor<9xi32>, tensor<8xi32>
  return %v, %s : tensor<4x2xf32>, tensor<8xi32>
}

// -----

// a smaller one may.
// CHECK-LABEL: func.func @scale_dispatch_small(
// CHECK:         moe.gate %{{.*}} <sigmoid, top_k<2>> :
func.func @scale_dispatch_small(%x: tensor<4x16xf32>, %z: tensor<4x8xf32>) -> (tensor<4x2xf32>, tensor<8xi32>) {
  // expected-remark @+1 {{the weights are also used without the factor}}
  %w, %e = moe.gate %z <sigmoid, top_k<2>> : tensor<4x8xf32> -> tensor<4x2xf32>, tensor<4x2xi32>
  %f = arith.constant dense<0.5> : tensor<4x2xf32>
  %v = arith.mulf %w, %f : tensor<4x2xf32>
  %rows, %o, %s = moe.dispatch %x to %e weights(%w : tensor<4x2xf32>) : tensor<4x16xf32> to tensor<4x2xi32> -> tensor<8x16xf32> by tensor<9xi32>, tensor<8xi32>
  return %v, %s : tensor<4x2xf32>, tensor<8xi32>
}

// -----

// Equal logits for all tokens select the same experts: ties by index, in
// descending order. The regions of these two are applied to the tokens, and
// summed in ascending expert order from +0.
// CHECK-LABEL: func.func @constant(
// CHECK-SAME:    %[[X:.*]]: tensor<?x16xf32>, %[[P:.*]]: tensor<4x16xf32>
// CHECK-NOT:     moe.
// CHECK-DAG:     %[[A:.*]] = arith.constant 2.500000e-01 : f32
// CHECK-DAG:     %[[B:.*]] = arith.constant 5.000000e-01 : f32
// CHECK:         tensor.extract_slice %[[P]][1, 0] [1, 16] [1, 1]
// CHECK:         %[[R1:.*]] = linalg.generic
// CHECK:         tensor.extract_slice %[[P]][3, 0] [1, 16] [1, 1]
// CHECK:         %[[R3:.*]] = linalg.generic
// CHECK:         linalg.generic {{.*}} ins(%[[R1]], %[[R3]] :
// CHECK-NEXT:    ^bb0(%[[I:.*]]: f32, %[[J:.*]]: f32, %{{.*}}: f32):
// CHECK-NEXT:      %[[M:.*]] = arith.mulf %[[I]], %[[A]]
// CHECK-NEXT:      %[[S:.*]] = arith.addf %[[M]], %{{.*}}
// CHECK-NEXT:      %[[N:.*]] = arith.mulf %[[J]], %[[B]]
// CHECK-NEXT:      arith.addf %[[S]], %[[N]]
func.func @constant(%x: tensor<?x16xf32>, %p: tensor<4x16xf32>) -> tensor<?x16xf32> {
  %c0 = arith.constant 0 : index
  %t = tensor.dim %x, %c0 : tensor<?x16xf32>
  %i = tensor.empty(%t) : tensor<?x4xf32>
  %k = arith.constant dense<[-1.0, 0.25, 0.25, 0.5]> : tensor<4xf32>
  %z = linalg.broadcast ins(%k : tensor<4xf32>) outs(%i : tensor<?x4xf32>) dimensions = [0]
  // expected-remark @+1 {{rule=constant-gate}}
  %w, %e = moe.gate %z <identity, top_k<2>> : tensor<?x4xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  // expected-remark @+2 {{rule=nonzero-weights}}
  // expected-remark @+1 {{rule=static-experts}}
  %rows, %o, %s = moe.dispatch %x to %e weights(%w : tensor<?x2xf32>) : tensor<?x16xf32> to tensor<?x2xi32> -> tensor<?x16xf32> by tensor<5xi32>, tensor<?xi32>
  %y = moe.expert rows(%xe = %rows : tensor<?x16xf32>) offsets(%o : tensor<5xi32>) params(%b = %p : tensor<4x16xf32>) {
    %c = arith.constant 0 : index
    %m = tensor.dim %xe, %c : tensor<?x16xf32>
    %j = tensor.empty(%m) : tensor<?x16xf32>
    %r = linalg.generic {indexing_maps = [affine_map<(r, n) -> (r, n)>, affine_map<(r, n) -> (n)>, affine_map<(r, n) -> (r, n)>], iterator_types = ["parallel", "parallel"]} ins(%xe, %b : tensor<?x16xf32>, tensor<16xf32>) outs(%j : tensor<?x16xf32>) {
    ^bb0(%u: f32, %v: f32, %q: f32):
      %a = arith.addf %u, %v : f32
      linalg.yield %a : f32
    } -> tensor<?x16xf32>
    moe.yield %r : tensor<?x16xf32>
  } -> tensor<?x16xf32>
  %c = moe.combine %y by %s weights(%w) : tensor<?x16xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x16xf32>
  return %c : tensor<?x16xf32>
}

// -----

// A score and its scale are computed by the compiler; a zero is a zero.
// CHECK-LABEL: func.func @constant_score(
// CHECK-DAG:     arith.constant dense<[0.000000e+00, 6.000000e+00]> : tensor<2xf32>
// CHECK-DAG:     arith.constant dense<[0, 1]> : tensor<2xi32>
func.func @constant_score() -> (tensor<2x2xf32>, tensor<2x2xi32>) {
  %z = arith.constant dense<[[-1.0, 3.0], [-1.0, 3.0]]> : tensor<2x2xf32>
  // expected-remark @+1 {{rule=constant-gate}}
  %w, %e = moe.gate %z <relu, all, scale = 2.0> : tensor<2x2xf32> -> tensor<2x2xf32>, tensor<2x2xi32>
  return %w, %e : tensor<2x2xf32>, tensor<2x2xi32>
}

// -----

// The rows differ.
// CHECK-LABEL: func.func @rows_differ(
// CHECK:         moe.gate
func.func @rows_differ() -> (tensor<2x1xf32>, tensor<2x1xi32>) {
  %z = arith.constant dense<[[1.0, 3.0], [3.0, 1.0]]> : tensor<2x2xf32>
  %w, %e = moe.gate %z <identity, top_k<1>> : tensor<2x2xf32> -> tensor<2x1xf32>, tensor<2x1xi32>
  return %w, %e : tensor<2x1xf32>, tensor<2x1xi32>
}

// -----

// Weights of a row with an infinity are unspecified.
// CHECK-LABEL: func.func @constant_infinite(
// CHECK:         moe.gate
func.func @constant_infinite() -> (tensor<2x1xf32>, tensor<2x1xi32>) {
  %z = arith.constant dense<[[1.0, 0x7F800000], [1.0, 0x7F800000]]> : tensor<2x2xf32>
  // expected-remark @+1 {{a constant logit is not finite}}
  %w, %e = moe.gate %z <identity, top_k<1>> : tensor<2x2xf32> -> tensor<2x1xf32>, tensor<2x1xi32>
  return %w, %e : tensor<2x1xf32>, tensor<2x1xi32>
}

// -----

// A mask is not constant.
// CHECK-LABEL: func.func @constant_masked(
// CHECK:         moe.gate
func.func @constant_masked(%m: tensor<2xi1>) -> (tensor<2x1xf32>, tensor<2x1xi32>) {
  %z = arith.constant dense<1.0> : tensor<2x2xf32>
  // expected-remark @+1 {{the logits are constant, but not all}}
  %w, %e = moe.gate %z <identity, top_k<1>> mask(%m : tensor<2xi1>) : tensor<2x2xf32> -> tensor<2x1xf32>, tensor<2x1xi32>
  return %w, %e : tensor<2x1xf32>, tensor<2x1xi32>
}

// -----

// Whether a weight this small is zero is for the machine to say.
// CHECK-LABEL: func.func @constant_tiny(
// CHECK:         moe.gate
func.func @constant_tiny() -> (tensor<2x1xf32>, tensor<2x1xi32>) {
  %z = arith.constant dense<[[-80.0, -90.0], [-80.0, -90.0]]> : tensor<2x2xf32>
  // expected-remark @+1 {{too close to zero}}
  %w, %e = moe.gate %z <sigmoid, top_k<1>> : tensor<2x2xf32> -> tensor<2x1xf32>, tensor<2x1xi32>
  return %w, %e : tensor<2x1xf32>, tensor<2x1xi32>
}

// -----

// One expert with every slot live is a feed-forward network.
// CHECK-LABEL: func.func @one_expert(
// CHECK-NOT:     moe.
// CHECK:         %[[W:.*]] = tensor.extract_slice %{{.*}}[0, 0, 0] [1, 16, 8] [1, 1, 1] : tensor<1x16x8xbf16> to tensor<16x8xbf16>
// CHECK:         %[[R:.*]] = linalg.matmul ins(%{{.*}}, %[[W]] : tensor<?x16xbf16>, tensor<16x8xbf16>)
// CHECK:         return %[[R]]
func.func @one_expert(%x: tensor<?x16xbf16>, %z: tensor<?x1xf32>, %p: tensor<1x16x8xbf16>) -> tensor<?x8xbf16> {
  // expected-remark @+4 {{rule=normalize-selected}}
  // expected-remark @+3 {{rule=unit-weight}}
  // expected-remark @+2 {{rule=unread-weights}}
  // expected-remark @+1 {{rule=constant-gate}}
  %w, %e = moe.gate %z <softmax, top_k<1>, sum> : tensor<?x1xf32> -> tensor<?x1xf32>, tensor<?x1xi32>
  // expected-remark @+2 {{rule=nonzero-weights}}
  // expected-remark @+1 {{rule=static-experts}}
  %rows, %o, %s = moe.dispatch %x to %e weights(%w : tensor<?x1xf32>) : tensor<?x16xbf16> to tensor<?x1xi32> -> tensor<?x16xbf16> by tensor<2xi32>, tensor<?xi32>
  %y = moe.expert rows(%xe = %rows : tensor<?x16xbf16>) offsets(%o : tensor<2xi32>) params(%v = %p : tensor<1x16x8xbf16>) {
    %c = arith.constant 0 : index
    %0 = arith.constant 0.0 : bf16
    %m = tensor.dim %xe, %c : tensor<?x16xbf16>
    %j = tensor.empty(%m) : tensor<?x8xbf16>
    %f = linalg.fill ins(%0 : bf16) outs(%j : tensor<?x8xbf16>) -> tensor<?x8xbf16>
    %r = linalg.matmul ins(%xe, %v : tensor<?x16xbf16>, tensor<16x8xbf16>) outs(%f : tensor<?x8xbf16>) -> tensor<?x8xbf16>
    moe.yield %r : tensor<?x8xbf16>
  } -> tensor<?x8xbf16>
  // expected-remark @+1 {{rule=weights-of-one}}
  %c = moe.combine %y by %s weights(%w) : tensor<?x8xbf16>, tensor<?xi32>, tensor<?x1xf32> -> tensor<?x8xbf16>
  return %c : tensor<?x8xbf16>
}

// -----

// Without weights every slot is live; those of the combine are read.
// CHECK-LABEL: func.func @one_expert_scaled(
// CHECK:         moe.gate %{{.*}} <sigmoid, top_k<1>>
// CHECK-NOT:     moe.
// CHECK:         linalg.matmul
// CHECK:         arith.mulf
// CHECK:         arith.addf
// CHECK:         arith.truncf
func.func @one_expert_scaled(%x: tensor<?x16xbf16>, %z: tensor<?x1xf32>, %p: tensor<1x16x8xbf16>) -> tensor<?x8xbf16> {
  // expected-remark @+1 {{rule=constant-gate}}
  %w, %e = moe.gate %z <sigmoid, top_k<1>> : tensor<?x1xf32> -> tensor<?x1xf32>, tensor<?x1xi32>
  // expected-remark @+1 {{rule=static-experts}}
  %rows, %o, %s = moe.dispatch %x to %e : tensor<?x16xbf16> to tensor<?x1xi32> -> tensor<?x16xbf16> by tensor<2xi32>, tensor<?xi32>
  %y = moe.expert rows(%xe = %rows : tensor<?x16xbf16>) offsets(%o : tensor<2xi32>) params(%v = %p : tensor<1x16x8xbf16>) {
    %c = arith.constant 0 : index
    %0 = arith.constant 0.0 : bf16
    %m = tensor.dim %xe, %c : tensor<?x16xbf16>
    %j = tensor.empty(%m) : tensor<?x8xbf16>
    %f = linalg.fill ins(%0 : bf16) outs(%j : tensor<?x8xbf16>) -> tensor<?x8xbf16>
    %r = linalg.matmul ins(%xe, %v : tensor<?x16xbf16>, tensor<16x8xbf16>) outs(%f : tensor<?x8xbf16>) -> tensor<?x8xbf16>
    moe.yield %r : tensor<?x8xbf16>
  } -> tensor<?x8xbf16>
  %c = moe.combine %y by %s weights(%w) : tensor<?x8xbf16>, tensor<?xi32>, tensor<?x1xf32> -> tensor<?x8xbf16>
  return %c : tensor<?x8xbf16>
}

// -----

// A sigmoid may underflow: the slot may be dead.
// CHECK-LABEL: func.func @one_expert_dead(
// CHECK:         moe.dispatch
// CHECK:         moe.expert
// CHECK:         moe.combine
func.func @one_expert_dead(%x: tensor<?x16xbf16>, %z: tensor<?x1xf32>, %p: tensor<1x16x8xbf16>) -> tensor<?x8xbf16> {
  // expected-remark @+1 {{rule=constant-gate}}
  %w, %e = moe.gate %z <sigmoid, top_k<1>> : tensor<?x1xf32> -> tensor<?x1xf32>, tensor<?x1xi32>
  // expected-remark @+1 {{a weight of a constant expert may be zero}}
  %rows, %o, %s = moe.dispatch %x to %e weights(%w : tensor<?x1xf32>) : tensor<?x16xbf16> to tensor<?x1xi32> -> tensor<?x16xbf16> by tensor<2xi32>, tensor<?xi32>
  %y = moe.expert rows(%xe = %rows : tensor<?x16xbf16>) offsets(%o : tensor<2xi32>) params(%v = %p : tensor<1x16x8xbf16>) {
    %c = arith.constant 0 : index
    %0 = arith.constant 0.0 : bf16
    %m = tensor.dim %xe, %c : tensor<?x16xbf16>
    %j = tensor.empty(%m) : tensor<?x8xbf16>
    %f = linalg.fill ins(%0 : bf16) outs(%j : tensor<?x8xbf16>) -> tensor<?x8xbf16>
    %r = linalg.matmul ins(%xe, %v : tensor<?x16xbf16>, tensor<16x8xbf16>) outs(%f : tensor<?x8xbf16>) -> tensor<?x8xbf16>
    moe.yield %r : tensor<?x8xbf16>
  } -> tensor<?x8xbf16>
  %c = moe.combine %y by %s weights(%w) : tensor<?x8xbf16>, tensor<?xi32>, tensor<?x1xf32> -> tensor<?x8xbf16>
  return %c : tensor<?x8xbf16>
}

// -----

// A capacity drops tokens.
// CHECK-LABEL: func.func @one_expert_capacity(
// CHECK:         moe.dispatch
// CHECK:         moe.expert
// CHECK:         moe.combine
func.func @one_expert_capacity(%x: tensor<?x16xbf16>, %z: tensor<?x1xf32>, %p: tensor<1x16x8xbf16>, %cap: index) -> tensor<?x8xbf16> {
  // expected-remark @+1 {{rule=constant-gate}}
  %w, %e = moe.gate %z <sigmoid, top_k<1>> : tensor<?x1xf32> -> tensor<?x1xf32>, tensor<?x1xi32>
  // expected-remark @+1 {{a capacity drops tokens}}
  %rows, %o, %s = moe.dispatch %x to %e capacity(%cap) : tensor<?x16xbf16> to tensor<?x1xi32> -> tensor<?x16xbf16> by tensor<2xi32>, tensor<?xi32>
  %y = moe.expert rows(%xe = %rows : tensor<?x16xbf16>) offsets(%o : tensor<2xi32>) params(%v = %p : tensor<1x16x8xbf16>) {
    %c = arith.constant 0 : index
    %0 = arith.constant 0.0 : bf16
    %m = tensor.dim %xe, %c : tensor<?x16xbf16>
    %j = tensor.empty(%m) : tensor<?x8xbf16>
    %f = linalg.fill ins(%0 : bf16) outs(%j : tensor<?x8xbf16>) -> tensor<?x8xbf16>
    %r = linalg.matmul ins(%xe, %v : tensor<?x16xbf16>, tensor<16x8xbf16>) outs(%f : tensor<?x8xbf16>) -> tensor<?x8xbf16>
    moe.yield %r : tensor<?x8xbf16>
  } -> tensor<?x8xbf16>
  %c = moe.combine %y by %s weights(%w) : tensor<?x8xbf16>, tensor<?xi32>, tensor<?x1xf32> -> tensor<?x8xbf16>
  return %c : tensor<?x8xbf16>
}

// -----

// Somebody else reads the offsets,
// CHECK-LABEL: func.func @one_expert_offsets(
// CHECK:         moe.dispatch
// CHECK:         moe.expert
// CHECK:         moe.combine
func.func @one_expert_offsets(%x: tensor<?x16xbf16>, %z: tensor<?x1xf32>, %p: tensor<1x16x8xbf16>) -> (tensor<?x8xbf16>, tensor<2xi32>) {
  // expected-remark @+1 {{rule=constant-gate}}
  %w, %e = moe.gate %z <sigmoid, top_k<1>> : tensor<?x1xf32> -> tensor<?x1xf32>, tensor<?x1xi32>
  // expected-remark @+1 {{the offsets of constant experts are used elsewhere}}
  %rows, %o, %s = moe.dispatch %x to %e : tensor<?x16xbf16> to tensor<?x1xi32> -> tensor<?x16xbf16> by tensor<2xi32>, tensor<?xi32>
  %y = moe.expert rows(%xe = %rows : tensor<?x16xbf16>) offsets(%o : tensor<2xi32>) params(%v = %p : tensor<1x16x8xbf16>) {
    %c = arith.constant 0 : index
    %0 = arith.constant 0.0 : bf16
    %m = tensor.dim %xe, %c : tensor<?x16xbf16>
    %j = tensor.empty(%m) : tensor<?x8xbf16>
    %f = linalg.fill ins(%0 : bf16) outs(%j : tensor<?x8xbf16>) -> tensor<?x8xbf16>
    %r = linalg.matmul ins(%xe, %v : tensor<?x16xbf16>, tensor<16x8xbf16>) outs(%f : tensor<?x8xbf16>) -> tensor<?x8xbf16>
    moe.yield %r : tensor<?x8xbf16>
  } -> tensor<?x8xbf16>
  %c = moe.combine %y by %s weights(%w) : tensor<?x8xbf16>, tensor<?xi32>, tensor<?x1xf32> -> tensor<?x8xbf16>
  return %c, %o : tensor<?x8xbf16>, tensor<2xi32>
}

// -----

// or the rows.
// CHECK-LABEL: func.func @one_expert_rows(
// CHECK:         moe.dispatch
// CHECK:         moe.expert
// CHECK:         moe.combine
func.func @one_expert_rows(%x: tensor<?x16xbf16>, %z: tensor<?x1xf32>, %p: tensor<1x16x8xbf16>) -> (tensor<?x8xbf16>, tensor<?x16xbf16>) {
  // expected-remark @+1 {{rule=constant-gate}}
  %w, %e = moe.gate %z <sigmoid, top_k<1>> : tensor<?x1xf32> -> tensor<?x1xf32>, tensor<?x1xi32>
  // expected-remark @+1 {{the rows of constant experts are used elsewhere}}
  %rows, %o, %s = moe.dispatch %x to %e : tensor<?x16xbf16> to tensor<?x1xi32> -> tensor<?x16xbf16> by tensor<2xi32>, tensor<?xi32>
  %y = moe.expert rows(%xe = %rows : tensor<?x16xbf16>) offsets(%o : tensor<2xi32>) params(%v = %p : tensor<1x16x8xbf16>) {
    %c = arith.constant 0 : index
    %0 = arith.constant 0.0 : bf16
    %m = tensor.dim %xe, %c : tensor<?x16xbf16>
    %j = tensor.empty(%m) : tensor<?x8xbf16>
    %f = linalg.fill ins(%0 : bf16) outs(%j : tensor<?x8xbf16>) -> tensor<?x8xbf16>
    %r = linalg.matmul ins(%xe, %v : tensor<?x16xbf16>, tensor<16x8xbf16>) outs(%f : tensor<?x8xbf16>) -> tensor<?x8xbf16>
    moe.yield %r : tensor<?x8xbf16>
  } -> tensor<?x8xbf16>
  %c = moe.combine %y by %s weights(%w) : tensor<?x8xbf16>, tensor<?xi32>, tensor<?x1xf32> -> tensor<?x8xbf16>
  return %c, %rows : tensor<?x8xbf16>, tensor<?x16xbf16>
}

// -----

// A region that mixes rows is not evaluated for none.
// CHECK-LABEL: func.func @one_expert_mixing(
// CHECK:         moe.dispatch
// CHECK:         moe.expert
// CHECK:         moe.combine
func.func @one_expert_mixing(%x: tensor<?x16xbf16>, %z: tensor<?x1xf32>, %p: tensor<1x16x8xbf16>) -> tensor<?x8xbf16> {
  // expected-remark @+1 {{rule=constant-gate}}
  %w, %e = moe.gate %z <sigmoid, top_k<1>> : tensor<?x1xf32> -> tensor<?x1xf32>, tensor<?x1xi32>
  // expected-remark @+1 {{a region that mixes rows}}
  %rows, %o, %s = moe.dispatch %x to %e : tensor<?x16xbf16> to tensor<?x1xi32> -> tensor<?x16xbf16> by tensor<2xi32>, tensor<?xi32>
  %y = moe.expert rows(%xe = %rows : tensor<?x16xbf16>) offsets(%o : tensor<2xi32>) params(%v = %p : tensor<1x16x8xbf16>) cross_row {
    %c = arith.constant 0 : index
    %0 = arith.constant 0.0 : bf16
    %m = tensor.dim %xe, %c : tensor<?x16xbf16>
    %j = tensor.empty(%m) : tensor<?x8xbf16>
    %f = linalg.fill ins(%0 : bf16) outs(%j : tensor<?x8xbf16>) -> tensor<?x8xbf16>
    %r = linalg.matmul ins(%xe, %v : tensor<?x16xbf16>, tensor<16x8xbf16>) outs(%f : tensor<?x8xbf16>) -> tensor<?x8xbf16>
    moe.yield %r : tensor<?x8xbf16>
  } -> tensor<?x8xbf16>
  %c = moe.combine %y by %s weights(%w) : tensor<?x8xbf16>, tensor<?xi32>, tensor<?x1xf32> -> tensor<?x8xbf16>
  return %c : tensor<?x8xbf16>
}

// -----

// No tokens: a slice of them is none to upstream. Where experts are not constant, the rule has nothing to say.
// CHECK-LABEL: func.func @no_tokens(
// CHECK:         moe.dispatch
func.func @no_tokens(%x: tensor<0x4xf32>, %e: tensor<0x1xi32>, %w: tensor<0x1xf32>) -> (tensor<?x4xf32>, tensor<0x4xf32>) {
  %0 = arith.constant dense<0> : tensor<0x1xi32>
  // expected-remark @+1 {{there are no tokens}}
  %r, %o, %s = moe.dispatch %x to %0 : tensor<0x4xf32> to tensor<0x1xi32> -> tensor<?x4xf32> by tensor<2xi32>, tensor<?xi32>
  %y = moe.combine %r by %s weights(%w) : tensor<?x4xf32>, tensor<?xi32>, tensor<0x1xf32> -> tensor<0x4xf32>
  %r1, %o1, %s1 = moe.dispatch %x to %e : tensor<0x4xf32> to tensor<0x1xi32> -> tensor<?x4xf32> by tensor<2xi32>, tensor<?xi32>
  return %r1, %y : tensor<?x4xf32>, tensor<0x4xf32>
}
