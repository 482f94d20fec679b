// RUN: moe-opt %s --split-input-file --convert-moe-to-linalg --canonicalize --cse | FileCheck %s

// Rows in ascending order, each multiplied, then added in f32; rounded once.
// CHECK-LABEL: func.func @weighted(
// CHECK-SAME: %[[R:.*]]: tensor<?x4xbf16>, %[[S:.*]]: tensor<?xi32>, %[[W:.*]]: tensor<?x2xf32>
// CHECK: %[[SUMS:.*]] = scf.for %[[I:[a-z0-9]+]] = {{.*}} -> (tensor<?x4xf32>)
// CHECK: %[[SLOT:.*]] = tensor.extract %[[S]][%[[I]]]
// CHECK: arith.cmpi sgt, %[[SLOT]], %c-1_i32
// CHECK: %[[WEIGHT:.*]] = tensor.extract %[[W]]
// CHECK: %[[WEIGHED:.*]] = arith.cmpf une, %[[WEIGHT]]
// CHECK: scf.if %[[WEIGHED]]
// CHECK: %[[P:.*]] = arith.mulf %{{.*}}, %{{.*}} : f32
// CHECK: arith.addf %{{.*}}, %[[P]] : f32
// CHECK: linalg.generic {{.*}} ins(%[[SUMS]] : tensor<?x4xf32>)
// CHECK: arith.truncf %{{.*}} : f32 to bf16
func.func @weighted(%r: tensor<?x4xbf16>, %s: tensor<?xi32>, %w: tensor<?x2xf32>) -> tensor<?x4xbf16> {
  %y = moe.combine %r by %s weights(%w)
      : tensor<?x4xbf16>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x4xbf16>
  return %y : tensor<?x4xbf16>
}

// -----

// Without weights they are not read; f64 rows are summed in f64.
// CHECK-LABEL: func.func @unweighted(
// CHECK-SAME: %[[W:[a-z0-9]+]]: tensor<?x2xf32>)
// CHECK-NOT: tensor.extract %[[W]]
// CHECK-NOT: arith.mulf
// CHECK: arith.addf %{{.*}}, %{{.*}} : f64
func.func @unweighted(%r: tensor<?x4xf64>, %s: tensor<?xi32>, %w: tensor<?x2xf32>) -> tensor<?x4xf64> {
  %y = moe.combine %r by %s weights(%w) unweighted
      : tensor<?x4xf64>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x4xf64>
  return %y : tensor<?x4xf64>
}
