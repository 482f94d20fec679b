// RUN: moe-opt %s --canonicalize="test-convergence" --split-input-file > %t
// RUN: FileCheck %s < %t
// A second time changes nothing.
// RUN: moe-opt %t --canonicalize --split-input-file > %t.twice
// RUN: diff %t %t.twice

// Each token's rows are planned only where they are read.
// CHECK-LABEL: func.func @plan_rows(
// CHECK:         moe.plan ins(%{{.*}} : tensor<?x2xi32>) outs(%{{.*}}, %{{.*}} : tensor<9xi32>, tensor<?xi32>) -> tensor<9xi32>, tensor<?xi32>
// CHECK:         moe.plan {{.*}} -> tensor<5xi32>, tensor<?xi32>, tensor<?x2xi32>
func.func @plan_rows(%e: tensor<?x2xi32>, %o: tensor<9xi32>, %o5: tensor<5xi32>, %s: tensor<?xi32>, %t: tensor<?x2xi32>) -> (tensor<9xi32>, tensor<?x2xi32>) {
  %p:3 = moe.plan ins(%e : tensor<?x2xi32>) outs(%o, %s, %t : tensor<9xi32>, tensor<?xi32>, tensor<?x2xi32>) -> tensor<9xi32>, tensor<?xi32>, tensor<?x2xi32>
  // The twin: they are read.
  %q:3 = moe.plan ins(%e : tensor<?x2xi32>) outs(%o5, %s, %t : tensor<5xi32>, tensor<?xi32>, tensor<?x2xi32>) -> tensor<5xi32>, tensor<?xi32>, tensor<?x2xi32>
  return %p#0, %q#2 : tensor<9xi32>, tensor<?x2xi32>
}

// -----

// A route whose plan nobody reads is a gate, and its router is simple.
// CHECK-LABEL: func.func @route_gate(
// CHECK:         moe.route <softmax, top_k<2>> ins(%{{.*}}, %{{.*}} : tensor<?x4xf32>, tensor<4x8xf32>)
// CHECK-SAME:      outs(%{{.*}}, %{{.*}} : tensor<?x2xf32>, tensor<?x2xi32>) -> tensor<?x2xf32>, tensor<?x2xi32>
func.func @route_gate(%x: tensor<?x4xf32>, %p: tensor<4x8xf32>, %w: tensor<?x2xf32>, %e: tensor<?x2xi32>, %o: tensor<9xi32>, %s: tensor<?xi32>, %c: index) -> tensor<?x2xi32> {
  %r:4 = moe.route <softmax, top_k<2>, scale = 1.0> ins(%x, %p : tensor<?x4xf32>, tensor<4x8xf32>) capacity(%c) priority(choice_major) segment(4)
      outs(%w, %e, %o, %s : tensor<?x2xf32>, tensor<?x2xi32>, tensor<9xi32>, tensor<?xi32>) -> tensor<?x2xf32>, tensor<?x2xi32>, tensor<9xi32>, tensor<?xi32>
  return %r#1 : tensor<?x2xi32>
}

// -----

// Noise of 0 goes, but not where a noise projection may be infinite.
// CHECK-LABEL: func.func @route_noise(
// CHECK:         moe.route <softmax, top_k<2>> ins(%{{.*}}, %{{.*}} : tensor<4x4xf32>, tensor<4x8xf32>) outs
// CHECK:         moe.route <softmax, top_k<2>> ins(%{{.*}}, %{{.*}} : tensor<4x4xf32>, tensor<4x8xf32>) noise_projection(%{{.*}}) noise(
func.func @route_noise(%x: tensor<4x4xf32>, %p: tensor<4x8xf32>, %w: tensor<4x2xf32>, %e: tensor<4x2xi32>) -> (tensor<4x2xi32>, tensor<4x2xi32>) {
  %noise = arith.constant dense<0.0> : tensor<4x8xf32>
  %r:2 = moe.route <softmax, top_k<2>> ins(%x, %p : tensor<4x4xf32>, tensor<4x8xf32>) noise(%noise : tensor<4x8xf32>) outs(%w, %e : tensor<4x2xf32>, tensor<4x2xi32>) -> tensor<4x2xf32>, tensor<4x2xi32>
  %q:2 = moe.route <softmax, top_k<2>> ins(%x, %p : tensor<4x4xf32>, tensor<4x8xf32>) noise_projection(%p : tensor<4x8xf32>) noise(%noise : tensor<4x8xf32>) outs(%w, %e : tensor<4x2xf32>, tensor<4x2xi32>) -> tensor<4x2xf32>, tensor<4x2xi32>
  return %r#1, %q#1 : tensor<4x2xi32>, tensor<4x2xi32>
}

// -----

// A product that the epilogue does not use is not computed, an operand is read
// once, one value is a constant, and slots go with their last use.
// CHECK-LABEL: func.func @epilogue(
// CHECK-SAME:    %[[X:[a-z0-9]*]]: tensor<?x4xf32>, %[[O:[a-z0-9]*]]: tensor<9xi32>, %[[W:[a-z0-9]*]]: tensor<8x4x6xf32>, %{{[a-z0-9]*}}: tensor<8x4x6xf32>, %[[B:[a-z0-9]*]]: tensor<8x6xf32>
// CHECK:         moe.grouped_matmul ins(%[[X]] : tensor<?x4xf32>) offsets(%[[O]] : tensor<9xi32>) weights(%[[W]] : tensor<8x4x6xf32>)
// CHECK-SAME:      operands(%[[B]] : tensor<8x6xf32>) maps [#{{.*}}] outs(
// CHECK:         ^bb0(%[[ACC:.*]]: f32, %[[BIAS:.*]]: f32):
// CHECK-DAG:       %[[TWO:.*]] = arith.constant 2.000000e+00 : f32
// CHECK-DAG:       %[[SUM:.*]] = arith.addf %[[ACC]], %[[BIAS]]
// CHECK:           arith.addf %[[SUM]], %[[BIAS]]
func.func @epilogue(%x: tensor<?x4xf32>, %o: tensor<9xi32>, %w: tensor<8x4x6xf32>, %v: tensor<8x4x6xf32>, %b: tensor<8x6xf32>, %s: tensor<?xi32>, %g: tensor<?xf32>, %d: tensor<?x6xf32>) -> tensor<?x6xf32> {
  %two = arith.constant dense<2.0> : tensor<6xf32>
  %h = moe.grouped_matmul ins(%x : tensor<?x4xf32>) offsets(%o : tensor<9xi32>) weights(%w, %v : tensor<8x4x6xf32>, tensor<8x4x6xf32>)
      slots(%s : tensor<?xi32>) slots_per_token(2)
      operands(%b, %g, %b, %two : tensor<8x6xf32>, tensor<?xf32>, tensor<8x6xf32>, tensor<6xf32>)
      maps [affine_map<(e, r, n, s) -> (e, n)>, affine_map<(e, r, n, s) -> (s)>, affine_map<(e, r, n, s) -> (e, n)>, affine_map<(e, r, n, s) -> (n)>]
      outs(%d : tensor<?x6xf32>) epilogue {
  ^bb0(%acc: f32, %unused: f32, %bias: f32, %weight: f32, %again: f32, %factor: f32):
    %0 = arith.addf %acc, %bias : f32
    %1 = arith.addf %0, %again : f32
    %2 = arith.mulf %1, %factor : f32
    moe.yield %2 : f32
  } -> tensor<?x6xf32>
  return %h : tensor<?x6xf32>
}

// -----

// The twin: everything is used.
// CHECK-LABEL: func.func @epilogue_stays(
// CHECK:         weights(%{{.*}}, %{{.*}} : tensor<8x4x6xf32>, tensor<8x4x6xf32>) slots(%{{.*}} : tensor<?xi32>)
// CHECK-SAME:      operands(%{{.*}} : tensor<?xf32>)
func.func @epilogue_stays(%x: tensor<?x4xf32>, %o: tensor<9xi32>, %w: tensor<8x4x6xf32>, %v: tensor<8x4x6xf32>, %s: tensor<?xi32>, %g: tensor<?xf32>, %d: tensor<?x6xf32>) -> tensor<?x6xf32> {
  %h = moe.grouped_matmul ins(%x : tensor<?x4xf32>) offsets(%o : tensor<9xi32>) weights(%w, %v : tensor<8x4x6xf32>, tensor<8x4x6xf32>)
      slots(%s : tensor<?xi32>) operands(%g : tensor<?xf32>) maps [affine_map<(e, r, n, s) -> (s)>]
      outs(%d : tensor<?x6xf32>) epilogue {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %0 = arith.addf %a, %b : f32
    %1 = arith.mulf %0, %c : f32
    moe.yield %1 : f32
  } -> tensor<?x6xf32>
  return %h : tensor<?x6xf32>
}

// -----

// An epilogue that does nothing is none, on memrefs too.
// CHECK-LABEL: func.func @no_epilogue(
// CHECK:         moe.grouped_matmul
// CHECK-NOT:     epilogue
// CHECK:         return
func.func @no_epilogue(%x: memref<?x4xf32>, %o: memref<9xi32>, %w: memref<8x4x6xf32>, %d: memref<?x6xf32>) {
  moe.grouped_matmul ins(%x : memref<?x4xf32>) offsets(%o : memref<9xi32>) weights(%w : memref<8x4x6xf32>) outs(%d : memref<?x6xf32>) epilogue {
  ^bb0(%a: f32):
    moe.yield %a : f32
  }
  return
}

// Casts of operands go also where there is no region.
// CHECK-LABEL: func.func @casts(
// CHECK-SAME:    %[[X:.*]]: tensor<4x8xf32>, %[[O:.*]]: tensor<3xi32>, %[[W:.*]]: tensor<2x8x8xf32>, %[[I:.*]]: tensor<4x8xf32>
// CHECK:         %[[R:.*]] = moe.grouped_matmul ins(%[[X]] : tensor<4x8xf32>) offsets(%[[O]] : tensor<3xi32>) weights(%[[W]] : tensor<2x8x8xf32>) outs(%[[I]] : tensor<4x8xf32>) -> tensor<4x8xf32>
// CHECK:         moe.route <softmax, top_k<2>> ins(%[[X]], %{{.*}} : tensor<4x8xf32>, tensor<8x4xf32>) outs(
func.func @casts(%x: tensor<4x8xf32>, %o: tensor<3xi32>, %w: tensor<2x8x8xf32>, %i: tensor<4x8xf32>, %p: tensor<8x4xf32>, %w0: tensor<?x2xf32>, %e0: tensor<?x2xi32>) -> (tensor<?x8xf32>, tensor<?x2xf32>) {
  %xc = tensor.cast %x : tensor<4x8xf32> to tensor<?x8xf32>
  %ic = tensor.cast %i : tensor<4x8xf32> to tensor<?x8xf32>
  %r = moe.grouped_matmul ins(%xc : tensor<?x8xf32>) offsets(%o : tensor<3xi32>) weights(%w : tensor<2x8x8xf32>) outs(%ic : tensor<?x8xf32>) -> tensor<?x8xf32>
  %g:2 = moe.route <softmax, top_k<2>> ins(%xc, %p : tensor<?x8xf32>, tensor<8x4xf32>) outs(%w0, %e0 : tensor<?x2xf32>, tensor<?x2xi32>) -> tensor<?x2xf32>, tensor<?x2xi32>
  return %r, %g#0 : tensor<?x8xf32>, tensor<?x2xf32>
}
