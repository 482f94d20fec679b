// RUN: moe-opt %s --split-input-file --convert-moe-to-linalg --canonicalize --cse --canonicalize --cse | FileCheck %s

// A route is its matmul, gate and plan: written both ways, the two become the
// same values. Each operand of the gate goes where it belongs.

// Bias, noise, mask and a capacity of the plan.
// CHECK-LABEL: func.func @topK(
// CHECK: return %[[W:.*]], %[[E:.*]], %[[O:.*]], %[[S:.*]]#0, %[[R:.*]]#0, %[[W]], %[[E]], %[[O]], %[[S]]#0, %[[R]]#0 :
func.func @topK(%x: tensor<?x16xf32>, %p: tensor<16x8xf32>, %pb: tensor<8xf32>, %b: tensor<8xf32>, %n: tensor<?x8xf32>, %m: tensor<?xi1>, %c: index,
                %w0: tensor<?x2xf32>, %e0: tensor<?x2xi32>, %o0: tensor<9xi32>, %s0: tensor<?xi32>, %r0: tensor<?x2xi32>)
    -> (tensor<?x2xf32>, tensor<?x2xi32>, tensor<9xi32>, tensor<?xi32>, tensor<?x2xi32>, tensor<?x2xf32>, tensor<?x2xi32>, tensor<9xi32>, tensor<?xi32>, tensor<?x2xi32>) {
  %r:5 = moe.route <sigmoid, group_top_k<2, groups = 4, kept = 2, by = sum_of_two>, sum<1.0e-20>, scale = 2.5>
      ins(%x, %p : tensor<?x16xf32>, tensor<16x8xf32>) projection_bias(%pb : tensor<8xf32>)
      bias(%b : tensor<8xf32>) noise(%n : tensor<?x8xf32>) mask(%m : tensor<?xi1>) capacity(%c) priority(choice_major) segment(32)
      outs(%w0, %e0, %o0, %s0, %r0 : tensor<?x2xf32>, tensor<?x2xi32>, tensor<9xi32>, tensor<?xi32>, tensor<?x2xi32>)
      -> tensor<?x2xf32>, tensor<?x2xi32>, tensor<9xi32>, tensor<?xi32>, tensor<?x2xi32>

  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %t = tensor.dim %x, %c0 : tensor<?x16xf32>
  %i = tensor.empty(%t) : tensor<?x8xf32>
  %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x8xf32>) -> tensor<?x8xf32>
  %z0 = linalg.matmul ins(%x, %p : tensor<?x16xf32>, tensor<16x8xf32>) outs(%f : tensor<?x8xf32>) -> tensor<?x8xf32>
  %z = linalg.generic {indexing_maps = [affine_map<(t, l) -> (t, l)>, affine_map<(t, l) -> (l)>, affine_map<(t, l) -> (t, l)>], iterator_types = ["parallel", "parallel"]}
      ins(%z0, %pb : tensor<?x8xf32>, tensor<8xf32>) outs(%i : tensor<?x8xf32>) {
  ^bb0(%a: f32, %q: f32, %old: f32):
    %sum = arith.addf %a, %q : f32
    linalg.yield %sum : f32
  } -> tensor<?x8xf32>
  %w, %e = moe.gate %z <sigmoid, group_top_k<2, groups = 4, kept = 2, by = sum_of_two>, sum<1.0e-20>, scale = 2.5>
      bias(%b : tensor<8xf32>) noise(%n : tensor<?x8xf32>) mask(%m : tensor<?xi1>) : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %o, %s, %rows = moe.plan ins(%e : tensor<?x2xi32>) weights(%w : tensor<?x2xf32>) capacity(%c) priority(choice_major) segment(32)
      outs(%o0, %s0, %r0 : tensor<9xi32>, tensor<?xi32>, tensor<?x2xi32>) -> tensor<9xi32>, tensor<?xi32>, tensor<?x2xi32>
  return %r#0, %r#1, %r#2, %r#3, %r#4, %w, %e, %o, %s, %rows
      : tensor<?x2xf32>, tensor<?x2xi32>, tensor<9xi32>, tensor<?xi32>, tensor<?x2xi32>, tensor<?x2xf32>, tensor<?x2xi32>, tensor<9xi32>, tensor<?xi32>, tensor<?x2xi32>
}

// -----

// Thresholds.
// CHECK-LABEL: func.func @threshold(
// CHECK: return %[[W:.*]], %[[E:.*]], %[[W]], %[[E]] :
func.func @threshold(%x: tensor<?x16xf32>, %p: tensor<16x8xf32>, %h: tensor<8xf32>, %w0: tensor<?x8xf32>, %e0: tensor<?x8xi32>)
    -> (tensor<?x8xf32>, tensor<?x8xi32>, tensor<?x8xf32>, tensor<?x8xi32>) {
  %r:2 = moe.route <softmax, threshold, sum> ins(%x, %p : tensor<?x16xf32>, tensor<16x8xf32>) thresholds(%h : tensor<8xf32>)
      outs(%w0, %e0 : tensor<?x8xf32>, tensor<?x8xi32>) -> tensor<?x8xf32>, tensor<?x8xi32>
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %t = tensor.dim %x, %c0 : tensor<?x16xf32>
  %i = tensor.empty(%t) : tensor<?x8xf32>
  %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x8xf32>) -> tensor<?x8xf32>
  %z = linalg.matmul ins(%x, %p : tensor<?x16xf32>, tensor<16x8xf32>) outs(%f : tensor<?x8xf32>) -> tensor<?x8xf32>
  %w, %e = moe.gate %z <softmax, threshold, sum> thresholds(%h : tensor<8xf32>) : tensor<?x8xf32> -> tensor<?x8xf32>, tensor<?x8xi32>
  return %r#0, %r#1, %w, %e : tensor<?x8xf32>, tensor<?x8xi32>, tensor<?x8xf32>, tensor<?x8xi32>
}

// -----

// The gate's own capacity.
// CHECK-LABEL: func.func @expertChoice(
// CHECK: return %[[W:.*]], %[[E:.*]], %[[W]], %[[E]] :
func.func @expertChoice(%x: tensor<?x16xf32>, %p: tensor<16x8xf32>, %c: index, %w0: tensor<?x8xf32>, %e0: tensor<?x8xi32>)
    -> (tensor<?x8xf32>, tensor<?x8xi32>, tensor<?x8xf32>, tensor<?x8xi32>) {
  %r:2 = moe.route <softmax, expert_choice> ins(%x, %p : tensor<?x16xf32>, tensor<16x8xf32>) gate_capacity(%c)
      outs(%w0, %e0 : tensor<?x8xf32>, tensor<?x8xi32>) -> tensor<?x8xf32>, tensor<?x8xi32>
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %t = tensor.dim %x, %c0 : tensor<?x16xf32>
  %i = tensor.empty(%t) : tensor<?x8xf32>
  %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x8xf32>) -> tensor<?x8xf32>
  %z = linalg.matmul ins(%x, %p : tensor<?x16xf32>, tensor<16x8xf32>) outs(%f : tensor<?x8xf32>) -> tensor<?x8xf32>
  %w, %e = moe.gate %z <softmax, expert_choice> capacity(%c) : tensor<?x8xf32> -> tensor<?x8xf32>, tensor<?x8xi32>
  return %r#0, %r#1, %w, %e : tensor<?x8xf32>, tensor<?x8xi32>, tensor<?x8xf32>, tensor<?x8xi32>
}

// -----

// Uniform numbers, and a score of one's own.
// CHECK-LABEL: func.func @sample(
// CHECK: math.tanh
// CHECK-NOT: math.tanh
// CHECK: return %[[W:.*]], %[[E:.*]], %[[W]], %[[E]] :
func.func @sample(%x: tensor<?x16xf32>, %p: tensor<16x8xf32>, %u: tensor<?xf32>, %w0: tensor<?x1xf32>, %e0: tensor<?x1xi32>)
    -> (tensor<?x1xf32>, tensor<?x1xi32>, tensor<?x1xf32>, tensor<?x1xi32>) {
  %r:2 = moe.route <region, sample> ins(%x, %p : tensor<?x16xf32>, tensor<16x8xf32>) uniform(%u : tensor<?xf32>)
      outs(%w0, %e0 : tensor<?x1xf32>, tensor<?x1xi32>) score {
  ^bb0(%a: f32):
    %s = math.tanh %a : f32
    moe.yield %s : f32
  } -> tensor<?x1xf32>, tensor<?x1xi32>
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %t = tensor.dim %x, %c0 : tensor<?x16xf32>
  %i = tensor.empty(%t) : tensor<?x8xf32>
  %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x8xf32>) -> tensor<?x8xf32>
  %z = linalg.matmul ins(%x, %p : tensor<?x16xf32>, tensor<16x8xf32>) outs(%f : tensor<?x8xf32>) -> tensor<?x8xf32>
  %w, %e = moe.gate %z <region, sample> uniform(%u : tensor<?xf32>) score {
  ^bb0(%a: f32):
    %s = math.tanh %a : f32
    moe.yield %s : f32
  } : tensor<?x8xf32> -> tensor<?x1xf32>, tensor<?x1xi32>
  return %r#0, %r#1, %w, %e : tensor<?x1xf32>, tensor<?x1xi32>, tensor<?x1xf32>, tensor<?x1xi32>
}
