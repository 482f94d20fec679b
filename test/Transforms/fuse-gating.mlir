// RUN: moe-opt %s --moe-plan-dispatch --moe-fuse-gating --canonicalize --split-input-file --remarks-filter='moe.*' --remark-policy=all --verify-diagnostics | FileCheck %s

#rows = affine_map<(m, n, k) -> (m, k)>
#out_in = affine_map<(m, n, k) -> (n, k)>
#out = affine_map<(m, n, k) -> (m, n)>
#id = affine_map<(m, n) -> (m, n)>

// Projection with bias, noise with its own projection, gate and plan in one op.
// CHECK-LABEL: func.func @noisy(
// CHECK-SAME:    %[[X:.*]]: tensor<?x16xbf16>, %[[WG:.*]]: tensor<8x16xbf16>, %[[WN:.*]]: tensor<8x16xbf16>, %[[B:.*]]: tensor<8xf32>, %[[N:.*]]: tensor<?x8xf32>,
// CHECK-NOT:     linalg.matmul
// CHECK:         %[[R:.*]]:5 = moe.route <softmax, top_k<2>, sum> ins(%[[X]], %[[WG]] : {{.*}}) transposed projection_bias(%[[B]] : tensor<8xf32>) noise_projection(%[[WN]] : tensor<8x16xbf16>) noise(%[[N]] : tensor<?x8xf32>) outs(
// CHECK:         moe.gather_rows ins(%{{.*}}, %[[R]]#3
// CHECK:         moe.combine_rows ins(%{{.*}}, %[[R]]#3, %[[R]]#4 : {{.*}}) weights(%[[R]]#0
func.func @noisy(%x: tensor<?x16xbf16>, %wg: tensor<8x16xbf16>, %wn: tensor<8x16xbf16>, %b: tensor<8xf32>, %num: tensor<?x8xf32>, %y: tensor<?x16xf32>) -> tensor<?x16xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %t = tensor.dim %x, %c0 : tensor<?x16xbf16>
  %i = tensor.empty(%t) : tensor<?x8xf32>
  %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x8xf32>) -> tensor<?x8xf32>
  %z = linalg.matmul indexing_maps = [#rows, #out_in, #out] ins(%x, %wg : tensor<?x16xbf16>, tensor<8x16xbf16>) outs(%f : tensor<?x8xf32>) -> tensor<?x8xf32>
  %zb = linalg.generic {indexing_maps = [#id, affine_map<(m, n) -> (n)>, #id], iterator_types = ["parallel", "parallel"]} ins(%z, %b : tensor<?x8xf32>, tensor<8xf32>) outs(%i : tensor<?x8xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.addf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<?x8xf32>
  %zn = linalg.matmul indexing_maps = [#rows, #out_in, #out] ins(%x, %wn : tensor<?x16xbf16>, tensor<8x16xbf16>) outs(%f : tensor<?x8xf32>) -> tensor<?x8xf32>
  %noise = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%num, %zn : tensor<?x8xf32>, tensor<?x8xf32>) outs(%i : tensor<?x8xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %e = math.exp %q : f32
    %l = math.log1p %e : f32
    %r = arith.mulf %p, %l : f32
    linalg.yield %r : f32
  } -> tensor<?x8xf32>
  // expected-remark @+1 {{noise_projected=true, planned=true}}
  %w, %e = moe.gate %zb <softmax, top_k<2>, sum> noise(%noise : tensor<?x8xf32>) : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %rows, %o, %s = moe.dispatch %y to %e weights(%w : tensor<?x2xf32>) : tensor<?x16xf32> to tensor<?x2xi32> -> tensor<?x16xf32> by tensor<9xi32>, tensor<?xi32>
  %c = moe.combine %rows by %s weights(%w) : tensor<?x16xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x16xf32>
  return %c : tensor<?x16xf32>
}

// -----

#rows = affine_map<(m, n, k) -> (m, k)>
#out_in = affine_map<(m, n, k) -> (n, k)>
#out = affine_map<(m, n, k) -> (m, n)>
#id = affine_map<(m, n) -> (m, n)>

// Not a softplus of the projection: the noise stays an operand.
// CHECK-LABEL: func.func @other_noise(
// CHECK:         moe.route <softmax, top_k<2>, sum> ins({{.*}}) transposed projection_bias({{.*}}) noise(%{{.*}} : tensor<?x8xf32>) outs(
func.func @other_noise(%x: tensor<?x16xbf16>, %wg: tensor<8x16xbf16>, %wn: tensor<8x16xbf16>, %b: tensor<8xf32>, %num: tensor<?x8xf32>, %y: tensor<?x16xf32>) -> tensor<?x16xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %t = tensor.dim %x, %c0 : tensor<?x16xbf16>
  %i = tensor.empty(%t) : tensor<?x8xf32>
  %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x8xf32>) -> tensor<?x8xf32>
  %z = linalg.matmul indexing_maps = [#rows, #out_in, #out] ins(%x, %wg : tensor<?x16xbf16>, tensor<8x16xbf16>) outs(%f : tensor<?x8xf32>) -> tensor<?x8xf32>
  %zb = linalg.generic {indexing_maps = [#id, affine_map<(m, n) -> (n)>, #id], iterator_types = ["parallel", "parallel"]} ins(%z, %b : tensor<?x8xf32>, tensor<8xf32>) outs(%i : tensor<?x8xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.addf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<?x8xf32>
  %zn = linalg.matmul indexing_maps = [#rows, #out_in, #out] ins(%x, %wn : tensor<?x16xbf16>, tensor<8x16xbf16>) outs(%f : tensor<?x8xf32>) -> tensor<?x8xf32>
  %noise = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%num, %zn : tensor<?x8xf32>, tensor<?x8xf32>) outs(%i : tensor<?x8xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %e = math.exp %q : f32
    %l = math.sqrt %e : f32
    %r = arith.mulf %p, %l : f32
    linalg.yield %r : f32
  } -> tensor<?x8xf32>
  // expected-remark @+1 {{noise_projected=false}}
  %w, %e = moe.gate %zb <softmax, top_k<2>, sum> noise(%noise : tensor<?x8xf32>) : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %rows, %o, %s = moe.dispatch %y to %e weights(%w : tensor<?x2xf32>) : tensor<?x16xf32> to tensor<?x2xi32> -> tensor<?x16xf32> by tensor<9xi32>, tensor<?xi32>
  %c = moe.combine %rows by %s weights(%w) : tensor<?x16xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x16xf32>
  return %c : tensor<?x16xf32>
}

// -----

#rows = affine_map<(m, n, k) -> (m, k)>
#out_in = affine_map<(m, n, k) -> (n, k)>
#out = affine_map<(m, n, k) -> (m, n)>
#id = affine_map<(m, n) -> (m, n)>

// The logits are a result too (a loss reads them): not fused, they would be
// computed twice.
// CHECK-LABEL: func.func @logits_used(
// CHECK-NOT:     moe.route
// CHECK:         moe.gate
func.func @logits_used(%x: tensor<?x16xbf16>, %wg: tensor<8x16xbf16>, %wn: tensor<8x16xbf16>, %b: tensor<8xf32>, %num: tensor<?x8xf32>, %y: tensor<?x16xf32>) -> (tensor<?x16xf32>, tensor<?x8xf32>) {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %t = tensor.dim %x, %c0 : tensor<?x16xbf16>
  %i = tensor.empty(%t) : tensor<?x8xf32>
  %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x8xf32>) -> tensor<?x8xf32>
  %z = linalg.matmul indexing_maps = [#rows, #out_in, #out] ins(%x, %wg : tensor<?x16xbf16>, tensor<8x16xbf16>) outs(%f : tensor<?x8xf32>) -> tensor<?x8xf32>
  %zb = linalg.generic {indexing_maps = [#id, affine_map<(m, n) -> (n)>, #id], iterator_types = ["parallel", "parallel"]} ins(%z, %b : tensor<?x8xf32>, tensor<8xf32>) outs(%i : tensor<?x8xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.addf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<?x8xf32>
  %zn = linalg.matmul indexing_maps = [#rows, #out_in, #out] ins(%x, %wn : tensor<?x16xbf16>, tensor<8x16xbf16>) outs(%f : tensor<?x8xf32>) -> tensor<?x8xf32>
  %noise = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%num, %zn : tensor<?x8xf32>, tensor<?x8xf32>) outs(%i : tensor<?x8xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %e = math.exp %q : f32
    %l = math.log1p %e : f32
    %r = arith.mulf %p, %l : f32
    linalg.yield %r : f32
  } -> tensor<?x8xf32>
  // expected-remark @+1 {{the logits are used elsewhere}}
  %w, %e = moe.gate %zb <softmax, top_k<2>, sum> noise(%noise : tensor<?x8xf32>) : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %rows, %o, %s = moe.dispatch %y to %e weights(%w : tensor<?x2xf32>) : tensor<?x16xf32> to tensor<?x2xi32> -> tensor<?x16xf32> by tensor<9xi32>, tensor<?xi32>
  %c = moe.combine %rows by %s weights(%w) : tensor<?x16xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x16xf32>
  return %c, %zb : tensor<?x16xf32>, tensor<?x8xf32>
}

// -----

#rows = affine_map<(m, n, k) -> (m, k)>
#out_in = affine_map<(m, n, k) -> (n, k)>
#out = affine_map<(m, n, k) -> (m, n)>
#id = affine_map<(m, n) -> (m, n)>

// The accumulator is not zero: not a projection.
// CHECK-LABEL: func.func @accumulates(
// CHECK-NOT:     moe.route
func.func @accumulates(%x: tensor<?x16xbf16>, %wg: tensor<8x16xbf16>, %wn: tensor<8x16xbf16>, %b: tensor<8xf32>, %num: tensor<?x8xf32>, %y: tensor<?x16xf32>) -> tensor<?x16xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 1.0 : f32
  %t = tensor.dim %x, %c0 : tensor<?x16xbf16>
  %i = tensor.empty(%t) : tensor<?x8xf32>
  %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x8xf32>) -> tensor<?x8xf32>
  %z = linalg.matmul indexing_maps = [#rows, #out_in, #out] ins(%x, %wg : tensor<?x16xbf16>, tensor<8x16xbf16>) outs(%f : tensor<?x8xf32>) -> tensor<?x8xf32>
  %zb = linalg.generic {indexing_maps = [#id, affine_map<(m, n) -> (n)>, #id], iterator_types = ["parallel", "parallel"]} ins(%z, %b : tensor<?x8xf32>, tensor<8xf32>) outs(%i : tensor<?x8xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.addf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<?x8xf32>
  %zn = linalg.matmul indexing_maps = [#rows, #out_in, #out] ins(%x, %wn : tensor<?x16xbf16>, tensor<8x16xbf16>) outs(%f : tensor<?x8xf32>) -> tensor<?x8xf32>
  %noise = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%num, %zn : tensor<?x8xf32>, tensor<?x8xf32>) outs(%i : tensor<?x8xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %e = math.exp %q : f32
    %l = math.log1p %e : f32
    %r = arith.mulf %p, %l : f32
    linalg.yield %r : f32
  } -> tensor<?x8xf32>
  // expected-remark @+1 {{the projection adds to a value that is not zero}}
  %w, %e = moe.gate %zb <softmax, top_k<2>, sum> noise(%noise : tensor<?x8xf32>) : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %rows, %o, %s = moe.dispatch %y to %e weights(%w : tensor<?x2xf32>) : tensor<?x16xf32> to tensor<?x2xi32> -> tensor<?x16xf32> by tensor<9xi32>, tensor<?xi32>
  %c = moe.combine %rows by %s weights(%w) : tensor<?x16xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x16xf32>
  return %c : tensor<?x16xf32>
}

// -----

// A score given as a region moves into the op; logits from outside do not fuse.
// CHECK-LABEL: func.func @region(
// CHECK:         moe.route <region, top_k<2>> ins({{.*}}) outs({{.*}}) score {
// CHECK:           math.tanh
// CHECK:         moe.gate
func.func @region(%x: tensor<?x16xf32>, %wg: tensor<16x8xf32>, %z2: tensor<?x8xf32>) -> (tensor<?x2xf32>, tensor<?x2xf32>) {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %t = tensor.dim %x, %c0 : tensor<?x16xf32>
  %i = tensor.empty(%t) : tensor<?x8xf32>
  %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x8xf32>) -> tensor<?x8xf32>
  %z = linalg.matmul ins(%x, %wg : tensor<?x16xf32>, tensor<16x8xf32>) outs(%f : tensor<?x8xf32>) -> tensor<?x8xf32>
  // expected-remark @+1 {{[Passed] FuseGating}}
  %w, %e = moe.gate %z <region, top_k<2>> score {
  ^bb0(%a: f32):
    %s = math.tanh %a : f32
    moe.yield %s : f32
  } : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  // expected-remark @+1 {{the logits are not a matmul}}
  %w2, %e2 = moe.gate %z2 <softmax, top_k<2>> : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  return %w, %w2 : tensor<?x2xf32>, tensor<?x2xf32>
}

// -----

#rows = affine_map<(m, n, k) -> (m, k)>
#out_in = affine_map<(m, n, k) -> (n, k)>
#out = affine_map<(m, n, k) -> (m, n)>

// The selection bias stays, and a plan with other weights is not the route's.
// CHECK-LABEL: func.func @other_weights(
// CHECK-SAME:    %[[B:[a-z0-9]+]]: tensor<8xf32>, %[[O:[a-z0-9]+]]: tensor<?x2xf32>)
// CHECK:         %[[R:.*]]:2 = moe.route <sigmoid, top_k<2>> ins({{.*}}) transposed bias(%[[B]] : tensor<8xf32>) outs(
// CHECK:         moe.plan ins(%[[R]]#1 : tensor<?x2xi32>) weights(%[[O]] : tensor<?x2xf32>)
func.func @other_weights(%x: tensor<?x16xf32>, %wg: tensor<8x16xf32>, %b: tensor<8xf32>, %other: tensor<?x2xf32>) -> (tensor<?x2xf32>, tensor<9xi32>) {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %t = tensor.dim %x, %c0 : tensor<?x16xf32>
  %i = tensor.empty(%t) : tensor<?x8xf32>
  %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x8xf32>) -> tensor<?x8xf32>
  %z = linalg.matmul indexing_maps = [#rows, #out_in, #out] ins(%x, %wg : tensor<?x16xf32>, tensor<8x16xf32>) outs(%f : tensor<?x8xf32>) -> tensor<?x8xf32>
  // expected-remark @+1 {{planned=false}}
  %w, %e = moe.gate %z <sigmoid, top_k<2>> bias(%b : tensor<8xf32>) : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %rows, %o, %s = moe.dispatch %x to %e weights(%other : tensor<?x2xf32>) : tensor<?x16xf32> to tensor<?x2xi32> -> tensor<?x16xf32> by tensor<9xi32>, tensor<?xi32>
  return %w, %o : tensor<?x2xf32>, tensor<9xi32>
}
