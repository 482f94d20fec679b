// RUN: moe-opt %s --convert-moe-to-linalg | FileCheck %s --implicit-check-not=moe.

// A layer of every op of level 1, with a mixture inside an expert, leaves
// nothing of the dialect.
// CHECK-LABEL: func.func @layer(
func.func @layer(%x: tensor<?x4xf32>, %z: tensor<?x4xf32>, %w: tensor<2x4x4xf32>, %seed: i64, %t: index) -> tensor<?x4xf32> {
  %noise = moe.random_normal seed(%seed) step(%seed) sizes(%t) : tensor<?x4xf32>
  %g, %e = moe.gate %z <softmax, top_k<2>> noise(%noise : tensor<?x4xf32>)
      : tensor<?x4xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %rows, %offsets, %slots = moe.dispatch %x to %e weights(%g : tensor<?x2xf32>)
      : tensor<?x4xf32> to tensor<?x2xi32> -> tensor<?x4xf32> by tensor<3xi32>, tensor<?xi32>
  // The outer loop, then the inner one.
  // CHECK: scf.for
  // CHECK: linalg.matmul
  %h = moe.expert rows(%xe = %rows : tensor<?x4xf32>) offsets(%offsets : tensor<3xi32>)
      params(%we = %w : tensor<2x4x4xf32>) {
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %m = tensor.dim %xe, %c0 : tensor<?x4xf32>
    %i = tensor.empty(%m) : tensor<?x4xf32>
    %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x4xf32>) -> tensor<?x4xf32>
    %r = linalg.matmul ins(%xe, %we : tensor<?x4xf32>, tensor<4x4xf32>)
                       outs(%f : tensor<?x4xf32>) -> tensor<?x4xf32>
    %gi, %ei = moe.gate %r <relu, all, sum> : tensor<?x4xf32> -> tensor<?x4xf32>, tensor<?x4xi32>
    %ri, %oi, %si = moe.dispatch %r to %ei weights(%gi : tensor<?x4xf32>)
        : tensor<?x4xf32> to tensor<?x4xi32> -> tensor<?x4xf32> by tensor<5xi32>, tensor<?xi32>
    %hi = moe.expert rows(%xi = %ri : tensor<?x4xf32>) offsets(%oi : tensor<5xi32>) {
      moe.yield %xi : tensor<?x4xf32>
    } -> tensor<?x4xf32>
    %yi = moe.combine %hi by %si weights(%gi)
        : tensor<?x4xf32>, tensor<?xi32>, tensor<?x4xf32> -> tensor<?x4xf32>
    moe.yield %yi : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  %y = moe.combine %h by %slots weights(%g)
      : tensor<?x4xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// Static, dynamic and narrow types, in every operand.
// CHECK-LABEL: func.func @gates(
func.func @gates(%z: tensor<?x?xf16>, %n: tensor<4x8xbf16>, %b: tensor<?xf64>, %m: tensor<4xi1>, %th: tensor<8xf16>, %u: tensor<?xf64>, %c: index) {
  %0:2 = moe.gate %z <softmax, top_k<3>, softmax> bias(%b : tensor<?xf64>) noise(%n : tensor<4x8xbf16>) mask(%m : tensor<4xi1>) : tensor<?x?xf16> -> tensor<4x3xf32>, tensor<?x3xi32>
  %1:2 = moe.gate %z <sqrt_softplus, threshold, sum<1.0>> noise(%n : tensor<4x8xbf16>) mask(%m : tensor<4xi1>) thresholds(%th : tensor<8xf16>) : tensor<?x?xf16> -> tensor<4x8xf32>, tensor<?x8xi32>
  %2:2 = moe.gate %z <sigmoid, sample> mask(%m : tensor<4xi1>) uniform(%u : tensor<?xf64>) : tensor<?x?xf16> -> tensor<?x1xf32>, tensor<4x1xi32>
  %3:2 = moe.gate %z <relu, expert_choice, softmax> mask(%m : tensor<4xi1>) capacity(%c) : tensor<?x?xf16> -> tensor<?x?xf32>, tensor<4x8xi32>
  %4:2 = moe.gate %z <identity, batchwise<2>, sum> noise(%n : tensor<4x8xbf16>) mask(%m : tensor<4xi1>) : tensor<?x?xf16> -> tensor<?x8xf32>, tensor<4x8xi32>
  %5:2 = moe.gate %z <identity, group_top_k<2, groups = 4, kept = 2, by = max>, sum> bias(%b : tensor<?xf64>) mask(%m : tensor<4xi1>) : tensor<?x?xf16> -> tensor<?x2xf32>, tensor<4x2xi32>
  return
}
// CHECK-LABEL: func.func @dispatch(
func.func @dispatch(%x: tensor<?x3xf16>, %y: tensor<4x?xf64>, %e: tensor<?x2xi32>, %w: tensor<4x2xf64>, %c: index) -> (tensor<5x3xf16>, tensor<5x?xf64>, tensor<3xi32>, tensor<5xi32>) {
  %r:2, %o, %s = moe.dispatch %x, %y to %e weights(%w : tensor<4x2xf64>) capacity(%c) segment(1) scale_rows : tensor<?x3xf16>, tensor<4x?xf64> to tensor<?x2xi32> -> tensor<5x3xf16>, tensor<5x?xf64> by tensor<3xi32>, tensor<5xi32>
  return %r#0, %r#1, %o, %s : tensor<5x3xf16>, tensor<5x?xf64>, tensor<3xi32>, tensor<5xi32>
}
// CHECK-LABEL: func.func @combine(
func.func @combine(%r: tensor<5x?xf16>, %s: tensor<?xi32>, %w: tensor<?x2xf64>) -> (tensor<4x3xbf16>, tensor<?x?xf64>) {
  %y = moe.combine %r by %s weights(%w) : tensor<5x?xf16>, tensor<?xi32>, tensor<?x2xf64> -> tensor<4x3xbf16>
  %z = moe.combine %r by %s weights(%w) : tensor<5x?xf16>, tensor<?xi32>, tensor<?x2xf64> -> tensor<?x?xf64>
  return %y, %z : tensor<4x3xbf16>, tensor<?x?xf64>
}
// CHECK-LABEL: func.func @expert(
func.func @expert(%x: tensor<8x?xf16>, %o: tensor<2xi32>, %w: tensor<?x?xf32>, %q: tensor<1x2x3x4xi8>) -> (tensor<8x?xf16>) {
  %y = moe.expert rows(%xe = %x : tensor<8x?xf16>) offsets(%o : tensor<2xi32>) params(%a = %w : tensor<?x?xf32>, %b = %q : tensor<1x2x3x4xi8>) {
    moe.yield %xe : tensor<?x?xf16>
  } -> tensor<8x?xf16>
  return %y : tensor<8x?xf16>
}
