// RUN: moe-opt %s --split-input-file --moe-check-indices | FileCheck %s

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
