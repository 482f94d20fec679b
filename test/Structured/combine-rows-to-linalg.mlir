// RUN: moe-opt %s --convert-moe-to-linalg --canonicalize --cse | FileCheck %s

// A sum in f32 from +0 over the rows of the token up to the first -1: product,
// then sum, rounded once at the end.
// CHECK-LABEL: func.func @combine(
// CHECK-SAME: %[[ROWS:.*]]: tensor<?x4xbf16>, %[[S:.*]]: tensor<?xi32>, %[[TR:.*]]: tensor<?x2xi32>, %[[W:.*]]: tensor<?x2xf32>
// CHECK-DAG: %[[ZERO:.*]] = arith.constant 0.000000e+00 : f32
// CHECK-DAG: %[[TRUE:.*]] = arith.constant true
// CHECK: scf.for %[[T:[a-z0-9]+]] =
// CHECK: scf.for %[[D:[a-z0-9]+]] =
// CHECK: %[[SUM:.*]]:2 = scf.for %[[J:[a-z0-9]+]] = {{.*}} iter_args(%[[ACC:.*]] = %[[ZERO]], %[[ON:.*]] = %[[TRUE]])
// CHECK: tensor.extract %[[TR]][%[[T]], %[[J]]]
// CHECK: %[[IS_ROW:.*]] = arith.cmpi sge
// CHECK: %[[LIVE:.*]] = arith.andi %[[ON]], %[[IS_ROW]]
// CHECK: scf.if %[[LIVE]]
// CHECK: tensor.extract %[[ROWS]]
// CHECK: %[[P:.*]] = arith.mulf
// CHECK: %[[ADDED:.*]] = arith.addf %[[ACC]], %[[P]]
// CHECK: %[[WEIGHED:.*]] = arith.cmpf une
// CHECK: arith.select %[[WEIGHED]], %[[ADDED]], %[[ACC]]
// CHECK: scf.yield %{{.*}}, %[[LIVE]] : f32, i1
// CHECK: %[[Y:.*]] = arith.truncf %[[SUM]]#0 : f32 to bf16
// CHECK: tensor.insert %[[Y]]
func.func @combine(%rows: tensor<?x4xbf16>, %s: tensor<?xi32>, %tr: tensor<?x2xi32>, %w: tensor<?x2xf32>, %out: tensor<?x4xbf16>) -> tensor<?x4xbf16> {
  %y = moe.combine_rows ins(%rows, %s, %tr : tensor<?x4xbf16>, tensor<?xi32>, tensor<?x2xi32>) weights(%w : tensor<?x2xf32>)
      outs(%out : tensor<?x4xbf16>) -> tensor<?x4xbf16>
  return %y : tensor<?x4xbf16>
}

// Without weights the rows themselves are summed.
// CHECK-LABEL: func.func @sum(
// CHECK-NOT: arith.mulf
// CHECK: return
func.func @sum(%rows: tensor<?x4xf64>, %s: tensor<?xi32>, %tr: tensor<?x2xi32>, %out: tensor<?x4xf64>) -> tensor<?x4xf64> {
  %y = moe.combine_rows ins(%rows, %s, %tr : tensor<?x4xf64>, tensor<?xi32>, tensor<?x2xi32>)
      outs(%out : tensor<?x4xf64>) -> tensor<?x4xf64>
  return %y : tensor<?x4xf64>
}
