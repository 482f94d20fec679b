// RUN: moe-opt %s --moe-choose-dense --split-input-file --remarks-filter='moe.*' --remark-policy=all --verify-diagnostics | FileCheck %s

// Small experts on few tokens are computed sooner than their rows are sorted.

// Both versions, chosen by the number of tokens. The dense one never multiplies by
// a gate of zero: it selects.
// CHECK-LABEL: func.func @small_experts(
// CHECK:         %[[T:.*]] = tensor.dim %arg0
// CHECK-DAG:     arith.cmpi uge, %[[T]], %{{.*}} : index
// CHECK-DAG:     arith.cmpi ult, %[[T]], %{{.*}} : index
// CHECK:         scf.if
// CHECK:           scf.for
// CHECK:             linalg.matmul
// CHECK:             arith.cmpi eq
// CHECK:             arith.cmpf une
// CHECK:             arith.select
// CHECK-NOT:       moe.
// CHECK:         } else {
// CHECK:           moe.dispatch
// CHECK:           moe.expert
// CHECK:           moe.combine
module attributes {moe.target = #moe.target<cpu, arch = "znver4", cores = 8, vector_bits = 512, l1 = 32768, l2 = 1048576, l3 = 33554432, bandwidth = 40000000000>} {
func.func @small_experts(%x: tensor<?x128xf32>, %z: tensor<?x4xf32>, %p: tensor<4x128x128xf32>) -> tensor<?x128xf32> {
  %weights, %ids = moe.gate %z <softmax, top_k<1>> : tensor<?x4xf32> -> tensor<?x1xf32>, tensor<?x1xi32>
  // expected-remark @+1 {{dense=6656, end=128, routed=8708, tokens=4}}
  %rows, %offsets, %slots = moe.dispatch %x to %ids weights(%weights : tensor<?x1xf32>) : tensor<?x128xf32> to tensor<?x1xi32> -> tensor<?x128xf32> by tensor<5xi32>, tensor<?xi32>
  %r = moe.expert rows(%b = %rows : tensor<?x128xf32>) offsets(%offsets : tensor<5xi32>) params(%w = %p : tensor<4x128x128xf32>) {
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %n = tensor.dim %b, %c0 : tensor<?x128xf32>
    %i = tensor.empty(%n) : tensor<?x128xf32>
    %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x128xf32>) -> tensor<?x128xf32>
    %m = linalg.matmul ins(%b, %w : tensor<?x128xf32>, tensor<128x128xf32>) outs(%f : tensor<?x128xf32>) -> tensor<?x128xf32>
    moe.yield %m : tensor<?x128xf32>
  } -> tensor<?x128xf32>
  %y = moe.combine %r by %slots weights(%weights) : tensor<?x128xf32>, tensor<?xi32>, tensor<?x1xf32> -> tensor<?x128xf32>
  return %y : tensor<?x128xf32>
}
}

// -----

// A dispatch that keeps rows of weight zero: the sum leaves them out, as the
// combine does.
// CHECK-LABEL: func.func @rows_of_zero_weight(
// CHECK:             arith.cmpi eq
// CHECK:             arith.cmpf une
// CHECK:             arith.select
// CHECK:         } else {
module attributes {moe.target = #moe.target<cpu, arch = "znver4", cores = 8, vector_bits = 512, l1 = 32768, l2 = 1048576, l3 = 33554432, bandwidth = 40000000000>} {
func.func @rows_of_zero_weight(%x: tensor<?x128xf32>, %z: tensor<?x4xf32>, %p: tensor<4x128x128xf32>) -> tensor<?x128xf32> {
  %weights, %ids = moe.gate %z <softmax, top_k<1>> : tensor<?x4xf32> -> tensor<?x1xf32>, tensor<?x1xi32>
  // expected-remark @+1 {{dense=6656, end=128, routed=8708, tokens=4}}
  %rows, %offsets, %slots = moe.dispatch %x to %ids : tensor<?x128xf32> to tensor<?x1xi32> -> tensor<?x128xf32> by tensor<5xi32>, tensor<?xi32>
  %r = moe.expert rows(%b = %rows : tensor<?x128xf32>) offsets(%offsets : tensor<5xi32>) params(%w = %p : tensor<4x128x128xf32>) {
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %n = tensor.dim %b, %c0 : tensor<?x128xf32>
    %i = tensor.empty(%n) : tensor<?x128xf32>
    %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x128xf32>) -> tensor<?x128xf32>
    %m = linalg.matmul ins(%b, %w : tensor<?x128xf32>, tensor<128x128xf32>) outs(%f : tensor<?x128xf32>) -> tensor<?x128xf32>
    moe.yield %m : tensor<?x128xf32>
  } -> tensor<?x128xf32>
  %y = moe.combine %r by %slots weights(%weights) : tensor<?x128xf32>, tensor<?xi32>, tensor<?x1xf32> -> tensor<?x128xf32>
  return %y : tensor<?x128xf32>
}
}

// -----

// The twin: with keep_zeros they are multiplied.
// CHECK-LABEL: func.func @kept_zeros(
// CHECK:             arith.cmpi eq
// CHECK-NOT:         arith.cmpf une
// CHECK:         } else {
module attributes {moe.target = #moe.target<cpu, arch = "znver4", cores = 8, vector_bits = 512, l1 = 32768, l2 = 1048576, l3 = 33554432, bandwidth = 40000000000>} {
func.func @kept_zeros(%x: tensor<?x128xf32>, %z: tensor<?x4xf32>, %p: tensor<4x128x128xf32>) -> tensor<?x128xf32> {
  %weights, %ids = moe.gate %z <softmax, top_k<1>> : tensor<?x4xf32> -> tensor<?x1xf32>, tensor<?x1xi32>
  // expected-remark @+1 {{dense=6656, end=128, routed=8708, tokens=4}}
  %rows, %offsets, %slots = moe.dispatch %x to %ids : tensor<?x128xf32> to tensor<?x1xi32> -> tensor<?x128xf32> by tensor<5xi32>, tensor<?xi32>
  %r = moe.expert rows(%b = %rows : tensor<?x128xf32>) offsets(%offsets : tensor<5xi32>) params(%w = %p : tensor<4x128x128xf32>) {
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %n = tensor.dim %b, %c0 : tensor<?x128xf32>
    %i = tensor.empty(%n) : tensor<?x128xf32>
    %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x128xf32>) -> tensor<?x128xf32>
    %m = linalg.matmul ins(%b, %w : tensor<?x128xf32>, tensor<128x128xf32>) outs(%f : tensor<?x128xf32>) -> tensor<?x128xf32>
    moe.yield %m : tensor<?x128xf32>
  } -> tensor<?x128xf32>
  %y = moe.combine %r by %slots weights(%weights) keep_zeros : tensor<?x128xf32>, tensor<?xi32>, tensor<?x1xf32> -> tensor<?x128xf32>
  return %y : tensor<?x128xf32>
}
}

// -----

// The twin without a stated target.
// CHECK-LABEL: func.func @no_target(
// CHECK-NOT:     scf.if
// CHECK:         moe.dispatch
func.func @no_target(%x: tensor<?x16xf32>, %z: tensor<?x4xf32>, %p: tensor<4x16x16xf32>) -> tensor<?x16xf32> {
  %weights, %ids = moe.gate %z <softmax, top_k<3>> : tensor<?x4xf32> -> tensor<?x3xf32>, tensor<?x3xi32>
  %rows, %offsets, %slots = moe.dispatch %x to %ids weights(%weights : tensor<?x3xf32>) : tensor<?x16xf32> to tensor<?x3xi32> -> tensor<?x16xf32> by tensor<5xi32>, tensor<?xi32>
  %r = moe.expert rows(%b = %rows : tensor<?x16xf32>) offsets(%offsets : tensor<5xi32>) params(%w = %p : tensor<4x16x16xf32>) {
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %n = tensor.dim %b, %c0 : tensor<?x16xf32>
    %i = tensor.empty(%n) : tensor<?x16xf32>
    %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x16xf32>) -> tensor<?x16xf32>
    %m = linalg.matmul ins(%b, %w : tensor<?x16xf32>, tensor<16x16xf32>) outs(%f : tensor<?x16xf32>) -> tensor<?x16xf32>
    moe.yield %m : tensor<?x16xf32>
  } -> tensor<?x16xf32>
  %y = moe.combine %r by %slots weights(%weights) : tensor<?x16xf32>, tensor<?xi32>, tensor<?x3xf32> -> tensor<?x16xf32>
  return %y : tensor<?x16xf32>
}

// -----

// The twin whose experts are large.
// CHECK-LABEL: func.func @large_experts(
// CHECK-NOT:     scf.if
// CHECK:         moe.dispatch
module attributes {moe.target = #moe.target<cpu, arch = "znver4", cores = 8, vector_bits = 512, l1 = 32768, l2 = 1048576, l3 = 33554432, bandwidth = 40000000000>} {
func.func @large_experts(%x: tensor<?x1024xf32>, %z: tensor<?x4xf32>, %p: tensor<4x1024x1024xf32>) -> tensor<?x1024xf32> {
  %weights, %ids = moe.gate %z <softmax, top_k<1>> : tensor<?x4xf32> -> tensor<?x1xf32>, tensor<?x1xi32>
  // expected-remark @+1 {{routed costs less for any number of tokens}}
  %rows, %offsets, %slots = moe.dispatch %x to %ids weights(%weights : tensor<?x1xf32>) : tensor<?x1024xf32> to tensor<?x1xi32> -> tensor<?x1024xf32> by tensor<5xi32>, tensor<?xi32>
  %r = moe.expert rows(%b = %rows : tensor<?x1024xf32>) offsets(%offsets : tensor<5xi32>) params(%w = %p : tensor<4x1024x1024xf32>) {
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %n = tensor.dim %b, %c0 : tensor<?x1024xf32>
    %i = tensor.empty(%n) : tensor<?x1024xf32>
    %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x1024xf32>) -> tensor<?x1024xf32>
    %m = linalg.matmul ins(%b, %w : tensor<?x1024xf32>, tensor<1024x1024xf32>) outs(%f : tensor<?x1024xf32>) -> tensor<?x1024xf32>
    moe.yield %m : tensor<?x1024xf32>
  } -> tensor<?x1024xf32>
  %y = moe.combine %r by %slots weights(%weights) : tensor<?x1024xf32>, tensor<?xi32>, tensor<?x1xf32> -> tensor<?x1024xf32>
  return %y : tensor<?x1024xf32>
}
}

// -----

// The twin whose experts drop rows.
// CHECK-LABEL: func.func @dropped_rows(
// CHECK-NOT:     scf.if
// CHECK:         moe.dispatch
module attributes {moe.target = #moe.target<cpu, arch = "znver4", cores = 8, vector_bits = 512, l1 = 32768, l2 = 1048576, l3 = 33554432, bandwidth = 40000000000>} {
func.func @dropped_rows(%x: tensor<?x16xf32>, %z: tensor<?x4xf32>, %p: tensor<4x16x16xf32>) -> tensor<?x16xf32> {
  %places = arith.constant 5 : index
  %weights, %ids = moe.gate %z <softmax, top_k<3>> : tensor<?x4xf32> -> tensor<?x3xf32>, tensor<?x3xi32>
  // expected-remark @+1 {{a capacity drops rows}}
  %rows, %offsets, %slots = moe.dispatch %x to %ids weights(%weights : tensor<?x3xf32>) capacity(%places) : tensor<?x16xf32> to tensor<?x3xi32> -> tensor<?x16xf32> by tensor<5xi32>, tensor<?xi32>
  %r = moe.expert rows(%b = %rows : tensor<?x16xf32>) offsets(%offsets : tensor<5xi32>) params(%w = %p : tensor<4x16x16xf32>) {
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %n = tensor.dim %b, %c0 : tensor<?x16xf32>
    %i = tensor.empty(%n) : tensor<?x16xf32>
    %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x16xf32>) -> tensor<?x16xf32>
    %m = linalg.matmul ins(%b, %w : tensor<?x16xf32>, tensor<16x16xf32>) outs(%f : tensor<?x16xf32>) -> tensor<?x16xf32>
    moe.yield %m : tensor<?x16xf32>
  } -> tensor<?x16xf32>
  %y = moe.combine %r by %slots weights(%weights) : tensor<?x16xf32>, tensor<?xi32>, tensor<?x3xf32> -> tensor<?x16xf32>
  return %y : tensor<?x16xf32>
}
}
