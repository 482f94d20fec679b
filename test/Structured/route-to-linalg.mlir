// RUN: moe-opt %s --split-input-file --convert-moe-to-linalg --canonicalize --cse | FileCheck %s

// The logits are a matmul with f32 sums whatever the rows are, plus the bias;
// the noise is spread by the softplus of its own projection.
// CHECK-LABEL: func.func @noisy(
// CHECK-SAME: %[[X:.*]]: tensor<?x16xbf16>, %[[P:.*]]: tensor<16x8xbf16>, %[[NP:.*]]: tensor<16x8xbf16>, %[[PB:.*]]: tensor<8xf32>, %[[N:.*]]: tensor<?x8xf32>
// CHECK: %[[Z:.*]] = linalg.matmul ins(%[[X]], %[[P]] : {{.*}}) outs(%{{.*}} : tensor<?x8xf32>)
// CHECK: linalg.generic {{.*}} ins(%[[Z]], %[[PB]]
// CHECK: arith.addf
// CHECK: %[[S:.*]] = linalg.matmul ins(%[[X]], %[[NP]] : {{.*}}) outs(%{{.*}} : tensor<?x8xf32>)
// CHECK: linalg.generic {{.*}} ins(%[[N]], %[[S]]
// CHECK: math.log1p
// CHECK: arith.mulf
// CHECK-NOT: moe.
func.func @noisy(%x: tensor<?x16xbf16>, %p: tensor<16x8xbf16>, %np: tensor<16x8xbf16>, %pb: tensor<8xf32>, %n: tensor<?x8xf32>,
                 %w: tensor<?x2xf32>, %e: tensor<?x2xi32>) -> (tensor<?x2xf32>, tensor<?x2xi32>) {
  %0:2 = moe.route <softmax, top_k<2>> ins(%x, %p : tensor<?x16xbf16>, tensor<16x8xbf16>)
      projection_bias(%pb : tensor<8xf32>) noise_projection(%np : tensor<16x8xbf16>) noise(%n : tensor<?x8xf32>)
      outs(%w, %e : tensor<?x2xf32>, tensor<?x2xi32>) -> tensor<?x2xf32>, tensor<?x2xi32>
  return %0#0, %0#1 : tensor<?x2xf32>, tensor<?x2xi32>
}

// -----

// With a plan; everything that is counted is marked with the layer.
func.func private @moeRecordGate(i64, tensor<?x?xf64>, tensor<?x?xi32>)
func.func private @moeRecordDispatch(i64, tensor<?xi32>)

// CHECK-LABEL: func.func @planned(
// CHECK: linalg.matmul {{.*}} {moe.gate_projection, moe.layer = 2 : i64} ins(%{{.*}}, %{{.*}} : tensor<?x16xf64>, tensor<8x16xf64>) outs(%{{.*}} : tensor<?x8xf64>)
// CHECK: call @moeRecordGate(%c2_i64
// CHECK: call @moeRecordDispatch(%c2_i64
func.func @planned(%x: tensor<?x16xf64>, %p: tensor<8x16xf64>, %w: tensor<?x2xf64>, %e: tensor<?x2xi32>, %o: tensor<9xi32>, %s: tensor<?xi32>,
                   %r: tensor<?x2xi32>, %c: index) -> tensor<?x2xi32> {
  %0:5 = moe.route <sigmoid, top_k<2>, sum> ins(%x, %p : tensor<?x16xf64>, tensor<8x16xf64>) transposed
      capacity(%c) priority(choice_major)
      outs(%w, %e, %o, %s, %r : tensor<?x2xf64>, tensor<?x2xi32>, tensor<9xi32>, tensor<?xi32>, tensor<?x2xi32>) {moe.layer = 2 : i64}
      -> tensor<?x2xf64>, tensor<?x2xi32>, tensor<9xi32>, tensor<?xi32>, tensor<?x2xi32>
  return %0#4 : tensor<?x2xi32>
}
