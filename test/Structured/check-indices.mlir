// RUN: moe-opt %s --split-input-file --moe-check-indices | FileCheck %s

// What every run looks at: neither what a dispatch has made for other rows, nor the regions of experts.
// RUN: moe-opt %s --split-input-file --moe-check-indices=outside-only \
// RUN:   | FileCheck %s --check-prefix=OUTSIDE --implicit-check-not="call @moeCheck"
// OUTSIDE: func.func @outside(
// OUTSIDE: call @moeCheckOffsets(
// OUTSIDE: call @moeCheckSlots(
// OUTSIDE: func.func @inside(
// OUTSIDE: func.func @two(
// OUTSIDE: func.func @nested(

// Offsets and slots that are arguments are checked, each with its own number.
// CHECK-LABEL: func.func @outside(
// CHECK-DAG: %[[SITE0:.*]] = arith.constant 0 : i64
// CHECK: call @moeCheckOffsets(%[[SITE0]], %{{.*}}, %{{.*}}) : (i64, tensor<?xi32>, i64) -> ()
// CHECK: moe.expert
// CHECK: %[[SITE1:.*]] = arith.constant 1 : i64
// CHECK: call @moeCheckSlots(%[[SITE1]], %{{.*}}, %{{.*}}, %{{.*}}) : (i64, tensor<?xi32>, i64, i64) -> ()
// CHECK-NEXT: moe.combine
func.func @outside(%rows: tensor<?x8xf32>, %offsets: tensor<5xi32>, %slots: tensor<?xi32>,
                   %w: tensor<?x2xf32>) -> tensor<?x8xf32> {
  %0 = moe.expert rows(%xe = %rows : tensor<?x8xf32>) offsets(%offsets : tensor<5xi32>) {
    moe.yield %xe : tensor<?x8xf32>
  } -> tensor<?x8xf32>
  %1 = moe.combine %0 by %slots weights(%w)
      : tensor<?x8xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x8xf32>
  return %1 : tensor<?x8xf32>
}

// -----

// What a dispatch has made is right.
// CHECK-LABEL: func.func @inside(
// CHECK-NOT: moeCheck
func.func @inside(%x: tensor<?x8xf32>, %e: tensor<?x2xi32>, %w: tensor<?x2xf32>) -> tensor<?x8xf32> {
  %rows, %offsets, %slots = moe.dispatch %x to %e weights(%w : tensor<?x2xf32>)
      : tensor<?x8xf32> to tensor<?x2xi32> -> tensor<?x8xf32> by tensor<5xi32>, tensor<?xi32>
  %1 = moe.combine %rows by %slots weights(%w)
      : tensor<?x8xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x8xf32>
  return %1 : tensor<?x8xf32>
}

// -----

// The same after it became ops of level 2 on its own rows and tokens.
// CHECK-LABEL: func.func @planned(
// CHECK-NOT: moeCheck
// CHECK: return
func.func @planned(%x: tensor<?x8xf32>, %wg: tensor<8x4xf32>, %p: tensor<4x8x8xf32>) -> tensor<?x8xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %t = tensor.dim %x, %c0 : tensor<?x8xf32>
  %r = arith.muli %t, %t : index
  %li = tensor.empty(%t) : tensor<?x4xf32>
  %lf = linalg.fill ins(%zero : f32) outs(%li : tensor<?x4xf32>) -> tensor<?x4xf32>
  %z = linalg.matmul ins(%x, %wg : tensor<?x8xf32>, tensor<8x4xf32>) outs(%lf : tensor<?x4xf32>) -> tensor<?x4xf32>
  %w, %e = moe.gate %z <softmax, top_k<2>> : tensor<?x4xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %oi = tensor.empty() : tensor<5xi32>
  %si = tensor.empty(%r) : tensor<?xi32>
  %ti = tensor.empty(%t) : tensor<?x2xi32>
  %o, %s, %tr = moe.plan ins(%e : tensor<?x2xi32>) outs(%oi, %si, %ti : tensor<5xi32>, tensor<?xi32>, tensor<?x2xi32>)
      -> tensor<5xi32>, tensor<?xi32>, tensor<?x2xi32>
  %hi = tensor.empty(%r) : tensor<?x8xf32>
  %h = moe.grouped_matmul ins(%x : tensor<?x8xf32>) offsets(%o : tensor<5xi32>) weights(%p : tensor<4x8x8xf32>)
      slots(%s : tensor<?xi32>) slots_per_token(2) gather outs(%hi : tensor<?x8xf32>) -> tensor<?x8xf32>
  %yi = tensor.empty(%t) : tensor<?x8xf32>
  %y = moe.combine_rows ins(%h, %s, %tr : tensor<?x8xf32>, tensor<?xi32>, tensor<?x2xi32>) weights(%w : tensor<?x2xf32>)
      outs(%yi : tensor<?x8xf32>) -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// -----

// Offsets of one dispatch and rows of another are checked.
// CHECK-LABEL: func.func @two(
// CHECK: call @moeCheckOffsets
// CHECK: moe.expert
func.func @two(%x: tensor<?x8xf32>, %e: tensor<?x2xi32>, %f: tensor<?x2xi32>) -> tensor<?x8xf32> {
  %rows, %offsets, %slots = moe.dispatch %x to %e
      : tensor<?x8xf32> to tensor<?x2xi32> -> tensor<?x8xf32> by tensor<5xi32>, tensor<?xi32>
  %rows2, %offsets2, %slots2 = moe.dispatch %x to %f
      : tensor<?x8xf32> to tensor<?x2xi32> -> tensor<?x8xf32> by tensor<5xi32>, tensor<?xi32>
  %0 = moe.expert rows(%xe = %rows : tensor<?x8xf32>) offsets(%offsets2 : tensor<5xi32>) {
    moe.yield %xe : tensor<?x8xf32>
  } -> tensor<?x8xf32>
  return %0 : tensor<?x8xf32>
}

// -----

// In a region only an op that is not known to fit is checked, in a loop.
// CHECK-LABEL: func.func @nested(
// CHECK-NOT: moe.expert
// CHECK: scf.for
// CHECK: call @moeCheckOffsets
// CHECK: moe.expert
// CHECK-LABEL: func.func @hierarchy(
// CHECK-NOT: moeCheck
// CHECK: moe.expert
// CHECK-NOT: moeCheck
// CHECK: return
func.func @nested(%x: tensor<4x4xf32>, %y: tensor<2x4xi32>, %e: tensor<4x1xi32>) -> tensor<4x4xf32> {
  %rows, %o, %s = moe.dispatch %x to %e : tensor<4x4xf32> to tensor<4x1xi32> -> tensor<4x4xf32> by tensor<3xi32>, tensor<4xi32>
  %0 = moe.expert rows(%a = %rows : tensor<4x4xf32>) offsets(%o : tensor<3xi32>)
      params(%inner = %y : tensor<2x4xi32>) cross_row {
    %1 = moe.expert rows(%b = %a : tensor<?x4xf32>) offsets(%inner : tensor<4xi32>) {
      moe.yield %b : tensor<?x4xf32>
    } -> tensor<?x4xf32>
    moe.yield %1 : tensor<?x4xf32>
  } -> tensor<4x4xf32>
  return %0 : tensor<4x4xf32>
}
func.func @hierarchy(%x: tensor<4x4xf32>, %e: tensor<4x1xi32>) -> tensor<4x4xf32> {
  %rows, %o, %s = moe.dispatch %x to %e : tensor<4x4xf32> to tensor<4x1xi32> -> tensor<4x4xf32> by tensor<3xi32>, tensor<4xi32>
  %0 = moe.expert rows(%a = %rows : tensor<4x4xf32>) offsets(%o : tensor<3xi32>) {
    %w, %f = moe.gate %a <softmax, top_k<2>> : tensor<?x4xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
    %ir, %io, %is = moe.dispatch %a to %f weights(%w : tensor<?x2xf32>)
        : tensor<?x4xf32> to tensor<?x2xi32> -> tensor<?x4xf32> by tensor<5xi32>, tensor<?xi32>
    %1 = moe.expert rows(%b = %ir : tensor<?x4xf32>) offsets(%io : tensor<5xi32>) {
      moe.yield %b : tensor<?x4xf32>
    } -> tensor<?x4xf32>
    %2 = moe.combine %1 by %is weights(%w) : tensor<?x4xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x4xf32>
    moe.yield %2 : tensor<?x4xf32>
  } -> tensor<4x4xf32>
  return %0 : tensor<4x4xf32>
}
