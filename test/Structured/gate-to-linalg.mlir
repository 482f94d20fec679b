// RUN: moe-opt %s --split-input-file --convert-moe-to-linalg --canonicalize --cse | FileCheck %s

// Softmax subtracts the largest logit; the logits themselves are the keys; the
// sum divides, but 0/0 is 0.
// CHECK-LABEL: func.func @mixtral(
// CHECK-SAME: %[[Z:.*]]: tensor<?x8xf32>
// CHECK: linalg.generic {{.*}} iterator_types = ["parallel", "reduction"]} ins(%[[Z]]
// CHECK: arith.maximumf
// CHECK: arith.subf
// CHECK: math.exp
// CHECK: arith.addf
// CHECK: %[[S:.*]] = linalg.generic
// CHECK: arith.divf
// CHECK: %[[IDS:.*]] = scf.for
// CHECK: scf.for
// CHECK: scf.for
// CHECK: tensor.extract %[[Z]]
// CHECK: tensor.insert
// CHECK: linalg.generic {{.*}} ins(%[[IDS]] : tensor<?x2xi32>)
// CHECK: tensor.extract %[[S]]
// CHECK: %[[Q:.*]] = arith.divf
// CHECK: arith.select %{{.*}}, %{{.*}}, %[[Q]]
// CHECK-NOT: moe.
func.func @mixtral(%z: tensor<?x8xf32>) -> (tensor<?x2xf32>, tensor<?x2xi32>) {
  %w, %e = moe.gate %z <softmax, top_k<2>, sum> : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  return %w, %e : tensor<?x2xf32>, tensor<?x2xi32>
}

// -----

// Narrow logits are computed in f32. The bias makes the key the score plus the
// bias, and does not reach the weights.
// CHECK-LABEL: func.func @deepseek(
// CHECK: %[[SCALE:.*]] = arith.constant 2.500000e+00
// CHECK: %[[Z:.*]] = linalg.generic
// CHECK: arith.extf %{{.*}} : bf16 to f32
// CHECK: %[[S:.*]] = linalg.generic {{.*}} ins(%[[Z]]
// CHECK: arith.negf
// CHECK: math.exp
// CHECK: arith.divf
// CHECK: %[[B:.*]] = linalg.generic {{.*}} ins(%[[S]]
// CHECK: tensor.extract %[[B]]
// CHECK: tensor.extract %[[S]]
// CHECK: arith.mulf %{{.*}}, %[[SCALE]]
func.func @deepseek(%z: tensor<?x8xbf16>, %b: tensor<8xf32>) -> (tensor<?x2xf32>, tensor<?x2xi32>) {
  %w, %e = moe.gate %z <sigmoid, group_top_k<2, groups = 4, kept = 2, by = sum_of_two>, sum<1.0e-20>, scale = 2.5>
      bias(%b : tensor<8xf32>) : tensor<?x8xbf16> -> tensor<?x2xf32>, tensor<?x2xi32>
  return %w, %e : tensor<?x2xf32>, tensor<?x2xi32>
}

// -----

// A region is copied into the map of the scores.
// CHECK-LABEL: func.func @region(
// CHECK: linalg.generic
// CHECK: %[[T:.*]] = math.tanh %{{.*}} : f64
// CHECK: linalg.yield %[[T]] : f64
// CHECK-NOT: moe.
func.func @region(%z: tensor<4x?xf64>) -> tensor<4x?xf64> {
  %w, %e = moe.gate %z <region, all> score {
  ^bb0(%a: f64):
    %t = math.tanh %a : f64
    moe.yield %t : f64
  } : tensor<4x?xf64> -> tensor<4x?xf64>, tensor<4x?xi32>
  return %w : tensor<4x?xf64>
}

// -----

// A layer's number makes the gate record its results, weights in f64.
func.func private @moeRecordGate(i64, tensor<?x?xf64>, tensor<?x?xi32>)

// CHECK-LABEL: func.func @recorded(
// CHECK: %[[LAYER:.*]] = arith.constant 3 : i64
// CHECK: arith.extf %{{.*}} : f32 to f64
// CHECK: %[[W:.*]] = tensor.cast %{{.*}} : tensor<2x1xf64> to tensor<?x?xf64>
// CHECK: %[[E:.*]] = tensor.cast %{{.*}} : tensor<2x1xi32> to tensor<?x?xi32>
// CHECK: call @moeRecordGate(%[[LAYER]], %[[W]], %[[E]])
func.func @recorded(%z: tensor<2x8xf32>) -> tensor<2x1xf32> {
  %w, %e = moe.gate %z <identity, top_k<1>> {moe.layer = 3} : tensor<2x8xf32> -> tensor<2x1xf32>, tensor<2x1xi32>
  return %w : tensor<2x1xf32>
}
