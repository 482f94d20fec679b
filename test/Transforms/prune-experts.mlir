// RUN: moe-opt %s --moe-prune-experts --split-input-file --remarks-filter='moe.*' --remark-policy=all --verify-diagnostics | FileCheck %s

// Experts that no token selects take no part of the parameters.

// Logits of -inf: the first and the last expert. The one between stays; ids count
// from the first.
// CHECK-LABEL: func.func @masked_logits(
// CHECK:         arith.subi
// CHECK:         %[[SLICE:.*]] = tensor.extract_slice %arg2[1, 0] [4, 4] [1, 1]
// CHECK:         moe.expert
// CHECK-SAME:      offsets(%{{.*}} : tensor<5xi32>) params(%{{.*}} = %[[SLICE]] : tensor<4x4xf32>)
func.func @masked_logits(%x: tensor<?x4xf32>, %z: tensor<?x6xf32>, %p: tensor<6x4xf32>) -> tensor<?x4xf32> {
  %c0 = arith.constant 0 : index
  %mask = arith.constant dense<[0xFF800000, 0.0, 1.0, 0xFF800000, 0.0, 0xFF800000]> : tensor<6xf32>
  %t = tensor.dim %x, %c0 : tensor<?x4xf32>
  %e = tensor.empty(%t) : tensor<?x6xf32>
  %masked = linalg.generic {indexing_maps = [affine_map<(t, e) -> (t, e)>, affine_map<(t, e) -> (e)>, affine_map<(t, e) -> (t, e)>], iterator_types = ["parallel", "parallel"]} ins(%z, %mask : tensor<?x6xf32>, tensor<6xf32>) outs(%e : tensor<?x6xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.addf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<?x6xf32>
  %weights, %ids = moe.gate %masked <softmax, top_k<2>, sum> : tensor<?x6xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  // expected-remark @+1 {{bytes=32, experts=6, left=4}}
  %rows, %offsets, %slots = moe.dispatch %x to %ids weights(%weights : tensor<?x2xf32>) : tensor<?x4xf32> to tensor<?x2xi32> -> tensor<?x4xf32> by tensor<7xi32>, tensor<?xi32>
  %r = moe.expert rows(%b = %rows : tensor<?x4xf32>) offsets(%offsets : tensor<7xi32>) params(%w = %p : tensor<6x4xf32>) {
    %c0 = arith.constant 0 : index
    %n = tensor.dim %b, %c0 : tensor<?x4xf32>
    %i = tensor.empty(%n) : tensor<?x4xf32>
    %m = linalg.generic {indexing_maps = [affine_map<(r, d) -> (r, d)>, affine_map<(r, d) -> (d)>, affine_map<(r, d) -> (r, d)>], iterator_types = ["parallel", "parallel"]} ins(%b, %w : tensor<?x4xf32>, tensor<4xf32>) outs(%i : tensor<?x4xf32>) {
    ^bb0(%a: f32, %c: f32, %o: f32):
      %q = arith.mulf %a, %c : f32
      linalg.yield %q : f32
    } -> tensor<?x4xf32>
    moe.yield %m : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  %y = moe.combine %r by %slots weights(%weights) : tensor<?x4xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// -----

// The twin whose gate gives a logit of -inf a weight.
// CHECK-LABEL: func.func @weights_of_infinity(
// CHECK-NOT:     tensor.extract_slice
// CHECK:         moe.expert
// CHECK-SAME:      offsets(%{{.*}} : tensor<7xi32>)
func.func @weights_of_infinity(%x: tensor<?x4xf32>, %z: tensor<?x6xf32>, %p: tensor<6x4xf32>) -> tensor<?x4xf32> {
  %c0 = arith.constant 0 : index
  %mask = arith.constant dense<[0xFF800000, 0.0, 1.0, 0xFF800000, 0.0, 0xFF800000]> : tensor<6xf32>
  %t = tensor.dim %x, %c0 : tensor<?x4xf32>
  %e = tensor.empty(%t) : tensor<?x6xf32>
  %masked = linalg.generic {indexing_maps = [affine_map<(t, e) -> (t, e)>, affine_map<(t, e) -> (e)>, affine_map<(t, e) -> (t, e)>], iterator_types = ["parallel", "parallel"]} ins(%z, %mask : tensor<?x6xf32>, tensor<6xf32>) outs(%e : tensor<?x6xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.addf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<?x6xf32>
  %weights, %ids = moe.gate %masked <identity, top_k<2>> : tensor<?x6xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %rows, %offsets, %slots = moe.dispatch %x to %ids weights(%weights : tensor<?x2xf32>) : tensor<?x4xf32> to tensor<?x2xi32> -> tensor<?x4xf32> by tensor<7xi32>, tensor<?xi32>
  %r = moe.expert rows(%b = %rows : tensor<?x4xf32>) offsets(%offsets : tensor<7xi32>) params(%w = %p : tensor<6x4xf32>) {
    %c0 = arith.constant 0 : index
    %n = tensor.dim %b, %c0 : tensor<?x4xf32>
    %i = tensor.empty(%n) : tensor<?x4xf32>
    %m = linalg.generic {indexing_maps = [affine_map<(r, d) -> (r, d)>, affine_map<(r, d) -> (d)>, affine_map<(r, d) -> (r, d)>], iterator_types = ["parallel", "parallel"]} ins(%b, %w : tensor<?x4xf32>, tensor<4xf32>) outs(%i : tensor<?x4xf32>) {
    ^bb0(%a: f32, %c: f32, %o: f32):
      %q = arith.mulf %a, %c : f32
      linalg.yield %q : f32
    } -> tensor<?x4xf32>
    moe.yield %m : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  %y = moe.combine %r by %slots weights(%weights) : tensor<?x4xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// -----

// The twin whose experts get rows whatever their weight.
// CHECK-LABEL: func.func @rows_without_weights(
// CHECK-NOT:     tensor.extract_slice
// CHECK:         moe.expert
// CHECK-SAME:      offsets(%{{.*}} : tensor<7xi32>)
func.func @rows_without_weights(%x: tensor<?x4xf32>, %z: tensor<?x6xf32>, %p: tensor<6x4xf32>) -> tensor<?x4xf32> {
  %c0 = arith.constant 0 : index
  %mask = arith.constant dense<[0xFF800000, 0.0, 1.0, 0xFF800000, 0.0, 0xFF800000]> : tensor<6xf32>
  %t = tensor.dim %x, %c0 : tensor<?x4xf32>
  %e = tensor.empty(%t) : tensor<?x6xf32>
  %masked = linalg.generic {indexing_maps = [affine_map<(t, e) -> (t, e)>, affine_map<(t, e) -> (e)>, affine_map<(t, e) -> (t, e)>], iterator_types = ["parallel", "parallel"]} ins(%z, %mask : tensor<?x6xf32>, tensor<6xf32>) outs(%e : tensor<?x6xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.addf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<?x6xf32>
  %weights, %ids = moe.gate %masked <softmax, top_k<2>, sum> : tensor<?x6xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %rows, %offsets, %slots = moe.dispatch %x to %ids : tensor<?x4xf32> to tensor<?x2xi32> -> tensor<?x4xf32> by tensor<7xi32>, tensor<?xi32>
  %r = moe.expert rows(%b = %rows : tensor<?x4xf32>) offsets(%offsets : tensor<7xi32>) params(%w = %p : tensor<6x4xf32>) {
    %c0 = arith.constant 0 : index
    %n = tensor.dim %b, %c0 : tensor<?x4xf32>
    %i = tensor.empty(%n) : tensor<?x4xf32>
    %m = linalg.generic {indexing_maps = [affine_map<(r, d) -> (r, d)>, affine_map<(r, d) -> (d)>, affine_map<(r, d) -> (r, d)>], iterator_types = ["parallel", "parallel"]} ins(%b, %w : tensor<?x4xf32>, tensor<4xf32>) outs(%i : tensor<?x4xf32>) {
    ^bb0(%a: f32, %c: f32, %o: f32):
      %q = arith.mulf %a, %c : f32
      linalg.yield %q : f32
    } -> tensor<?x4xf32>
    moe.yield %m : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  %y = moe.combine %r by %slots weights(%weights) : tensor<?x4xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// -----

// The twin whose masked experts are between others.
// CHECK-LABEL: func.func @between_others(
// CHECK-NOT:     tensor.extract_slice
// CHECK:         moe.expert
// CHECK-SAME:      offsets(%{{.*}} : tensor<7xi32>)
func.func @between_others(%x: tensor<?x4xf32>, %z: tensor<?x6xf32>, %p: tensor<6x4xf32>) -> tensor<?x4xf32> {
  %c0 = arith.constant 0 : index
  %mask = arith.constant dense<[0.0, 0xFF800000, 1.0, 0xFF800000, 0.0, 1.0]> : tensor<6xf32>
  %t = tensor.dim %x, %c0 : tensor<?x4xf32>
  %e = tensor.empty(%t) : tensor<?x6xf32>
  %masked = linalg.generic {indexing_maps = [affine_map<(t, e) -> (t, e)>, affine_map<(t, e) -> (e)>, affine_map<(t, e) -> (t, e)>], iterator_types = ["parallel", "parallel"]} ins(%z, %mask : tensor<?x6xf32>, tensor<6xf32>) outs(%e : tensor<?x6xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.addf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<?x6xf32>
  %weights, %ids = moe.gate %masked <softmax, top_k<2>, sum> : tensor<?x6xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  // expected-remark @+1 {{experts that are never selected are between others}}
  %rows, %offsets, %slots = moe.dispatch %x to %ids weights(%weights : tensor<?x2xf32>) : tensor<?x4xf32> to tensor<?x2xi32> -> tensor<?x4xf32> by tensor<7xi32>, tensor<?xi32>
  %r = moe.expert rows(%b = %rows : tensor<?x4xf32>) offsets(%offsets : tensor<7xi32>) params(%w = %p : tensor<6x4xf32>) {
    %c0 = arith.constant 0 : index
    %n = tensor.dim %b, %c0 : tensor<?x4xf32>
    %i = tensor.empty(%n) : tensor<?x4xf32>
    %m = linalg.generic {indexing_maps = [affine_map<(r, d) -> (r, d)>, affine_map<(r, d) -> (d)>, affine_map<(r, d) -> (r, d)>], iterator_types = ["parallel", "parallel"]} ins(%b, %w : tensor<?x4xf32>, tensor<4xf32>) outs(%i : tensor<?x4xf32>) {
    ^bb0(%a: f32, %c: f32, %o: f32):
      %q = arith.mulf %a, %c : f32
      linalg.yield %q : f32
    } -> tensor<?x4xf32>
    moe.yield %m : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  %y = moe.combine %r by %slots weights(%weights) : tensor<?x4xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// -----

// Constant ids.
// CHECK-LABEL: func.func @constant_ids(
// CHECK:         tensor.extract_slice %arg2[2, 0] [3, 4] [1, 1]
// CHECK:         moe.expert
// CHECK-SAME:      tensor<4xi32>
func.func @constant_ids(%x: tensor<?x4xf32>, %z: tensor<?x6xf32>, %p: tensor<6x4xf32>) -> tensor<?x4xf32> {
  %c0 = arith.constant 0 : index
  %row = arith.constant dense<[4, 2]> : tensor<2xi32>
  %t = tensor.dim %x, %c0 : tensor<?x4xf32>
  %ie = tensor.empty(%t) : tensor<?x2xi32>
  %ids = linalg.broadcast ins(%row : tensor<2xi32>) outs(%ie : tensor<?x2xi32>) dimensions = [0]
  %weights = tensor.extract_slice %z[0, 0] [%t, 2] [1, 1] : tensor<?x6xf32> to tensor<?x2xf32>
  // expected-remark @+1 {{bytes=48, experts=6, left=3}}
  %rows, %offsets, %slots = moe.dispatch %x to %ids weights(%weights : tensor<?x2xf32>) : tensor<?x4xf32> to tensor<?x2xi32> -> tensor<?x4xf32> by tensor<7xi32>, tensor<?xi32>
  %r = moe.expert rows(%b = %rows : tensor<?x4xf32>) offsets(%offsets : tensor<7xi32>) params(%w = %p : tensor<6x4xf32>) {
    %c0 = arith.constant 0 : index
    %n = tensor.dim %b, %c0 : tensor<?x4xf32>
    %i = tensor.empty(%n) : tensor<?x4xf32>
    %m = linalg.generic {indexing_maps = [affine_map<(r, d) -> (r, d)>, affine_map<(r, d) -> (d)>, affine_map<(r, d) -> (r, d)>], iterator_types = ["parallel", "parallel"]} ins(%b, %w : tensor<?x4xf32>, tensor<4xf32>) outs(%i : tensor<?x4xf32>) {
    ^bb0(%a: f32, %c: f32, %o: f32):
      %q = arith.mulf %a, %c : f32
      linalg.yield %q : f32
    } -> tensor<?x4xf32>
    moe.yield %m : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  %y = moe.combine %r by %slots weights(%weights) : tensor<?x4xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// -----

// A private function takes the part that it reads, and no argument that nobody
// reads.
// CHECK-LABEL: func.func private @layer(
// CHECK-SAME:      %{{.*}}: tensor<?x4xf32>, %{{.*}}: tensor<?x2xf32>, %[[P:.*]]: tensor<3x4xf32>)
// CHECK:         moe.expert
// CHECK-SAME:      tensor<4xi32>
// CHECK-LABEL: func.func @caller(
// CHECK:         %[[PART:.*]] = tensor.extract_slice %arg2[2, 0] [3, 4] [1, 1]
// CHECK:         call @layer(%arg0, %{{.*}}, %[[PART]])
// expected-remark @+2 {{argument=1, removed=6}}
// expected-remark @+1 {{argument=3, removed=3}}
func.func private @layer(%x: tensor<?x4xf32>, %unread: tensor<6x4xf32>, %weights: tensor<?x2xf32>, %p: tensor<6x4xf32>) -> tensor<?x4xf32> {
  %c0 = arith.constant 0 : index
  %row = arith.constant dense<[4, 2]> : tensor<2xi32>
  %t = tensor.dim %x, %c0 : tensor<?x4xf32>
  %ie = tensor.empty(%t) : tensor<?x2xi32>
  %ids = linalg.broadcast ins(%row : tensor<2xi32>) outs(%ie : tensor<?x2xi32>) dimensions = [0]
  // expected-remark @+1 {{bytes=48, experts=6, left=3}}
  %rows, %offsets, %slots = moe.dispatch %x to %ids weights(%weights : tensor<?x2xf32>) : tensor<?x4xf32> to tensor<?x2xi32> -> tensor<?x4xf32> by tensor<7xi32>, tensor<?xi32>
  %r = moe.expert rows(%b = %rows : tensor<?x4xf32>) offsets(%offsets : tensor<7xi32>) params(%w = %p : tensor<6x4xf32>) {
    %c0 = arith.constant 0 : index
    %n = tensor.dim %b, %c0 : tensor<?x4xf32>
    %i = tensor.empty(%n) : tensor<?x4xf32>
    %m = linalg.generic {indexing_maps = [affine_map<(r, d) -> (r, d)>, affine_map<(r, d) -> (d)>, affine_map<(r, d) -> (r, d)>], iterator_types = ["parallel", "parallel"]} ins(%b, %w : tensor<?x4xf32>, tensor<4xf32>) outs(%i : tensor<?x4xf32>) {
    ^bb0(%a: f32, %c: f32, %o: f32):
      %q = arith.mulf %a, %c : f32
      linalg.yield %q : f32
    } -> tensor<?x4xf32>
    moe.yield %m : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  %y = moe.combine %r by %slots weights(%weights) : tensor<?x4xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

func.func @caller(%x: tensor<?x4xf32>, %w: tensor<?x2xf32>, %p: tensor<6x4xf32>) -> tensor<?x4xf32> {
  %y = call @layer(%x, %p, %w, %p) : (tensor<?x4xf32>, tensor<6x4xf32>, tensor<?x2xf32>, tensor<6x4xf32>) -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// -----

// The twin whose parameter is read as a whole too.
// CHECK-LABEL: func.func private @read_whole(%{{.*}}: tensor<6x4xf32>)
func.func private @read_whole(%p: tensor<6x4xf32>) -> (tensor<2x4xf32>, tensor<6x4xf32>) {
  %s = tensor.extract_slice %p[1, 0] [2, 4] [1, 1] : tensor<6x4xf32> to tensor<2x4xf32>
  return %s, %p : tensor<2x4xf32>, tensor<6x4xf32>
}

func.func @caller(%p: tensor<6x4xf32>) -> tensor<2x4xf32> {
  %s:2 = call @read_whole(%p) : (tensor<6x4xf32>) -> (tensor<2x4xf32>, tensor<6x4xf32>)
  return %s#0 : tensor<2x4xf32>
}

// -----

// No arguments at all.
// CHECK-LABEL: func.func private @nothing()
func.func private @nothing() {
  return
}
