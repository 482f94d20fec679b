// RUN: moe-opt %s --convert-moe-to-linalg --canonicalize --cse | FileCheck %s

// A slot of -1 leaves its row alone; the product is f32, rounded to the rows.
// CHECK-LABEL: func.func @gather(
// CHECK-SAME: %[[X:.*]]: tensor<?x4xbf16>, %[[S:.*]]: tensor<?xi32>, %[[W:.*]]: tensor<?x2xf32>, %[[OUT:.*]]: tensor<?x4xbf16>
// CHECK: scf.for %[[R:.*]] = {{.*}} iter_args(%[[ROWS:.*]] = %[[OUT]])
// CHECK: %[[SLOT32:.*]] = tensor.extract %[[S]][%[[R]]]
// CHECK: %[[SLOT:.*]] = arith.index_cast %[[SLOT32]]
// CHECK: %[[LIVE:.*]] = arith.cmpi sge, %[[SLOT]], %c0
// CHECK: scf.if %[[LIVE]]
// CHECK: %[[T:.*]] = arith.divui %[[SLOT]], %c2
// CHECK: %[[J:.*]] = arith.remui %[[SLOT]], %c2
// CHECK: tensor.extract %[[W]][%[[T]], %[[J]]]
// CHECK: tensor.extract %[[X]][%[[T]], %{{.*}}]
// CHECK: arith.mulf %{{.*}}, %{{.*}} : f32
// CHECK: arith.truncf %{{.*}} : f32 to bf16
// CHECK: else
// CHECK-NEXT: scf.yield %[[ROWS]]
func.func @gather(%x: tensor<?x4xbf16>, %s: tensor<?xi32>, %w: tensor<?x2xf32>, %out: tensor<?x4xbf16>) -> tensor<?x4xbf16> {
  %r = moe.gather_rows ins(%x, %s : tensor<?x4xbf16>, tensor<?xi32>) slots_per_token(2) weights(%w : tensor<?x2xf32>)
      outs(%out : tensor<?x4xbf16>) -> tensor<?x4xbf16>
  return %r : tensor<?x4xbf16>
}

// Without weights nothing is computed.
// CHECK-LABEL: func.func @copy(
// CHECK-NOT: arith.mulf
// CHECK-NOT: arith.extf
// CHECK: return
func.func @copy(%x: tensor<?x4xbf16>, %s: tensor<?xi32>, %out: tensor<?x4xbf16>) -> tensor<?x4xbf16> {
  %r = moe.gather_rows ins(%x, %s : tensor<?x4xbf16>, tensor<?xi32>) slots_per_token(2)
      outs(%out : tensor<?x4xbf16>) -> tensor<?x4xbf16>
  return %r : tensor<?x4xbf16>
}
