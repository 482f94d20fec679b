// RUN: moe-opt %s --split-input-file --convert-moe-to-linalg --canonicalize --cse | FileCheck %s

// Count, sum, place; then each token's rows, in the order of the rows.
func.func private @moeRecordDispatch(i64, tensor<?xi32>)

// CHECK-LABEL: func.func @plan(
// CHECK-SAME: %[[E:.*]]: tensor<?x2xi32>, %[[W:.*]]: tensor<?x2xf32>
// CHECK: %[[LIVE:.*]] = linalg.generic {{.*}} ins(%[[E]], %[[W]]
// CHECK: arith.cmpf une
// CHECK: %[[COUNTS:.*]] = scf.for {{.*}} -> (tensor<9xi32>)
// CHECK: %[[OFFSETS:.*]] = scf.for {{.*}} iter_args(%{{.*}} = %[[COUNTS]]) -> (tensor<9xi32>)
// CHECK: %[[SLOTS:.*]]:2 = scf.for {{.*}} -> (tensor<?xi32>, tensor<8xi32>)
// CHECK: %[[ROWS:.*]]:2 = scf.for {{.*}} -> (tensor<?x2xi32>, tensor<?xi32>)
// CHECK: tensor.extract %[[SLOTS]]#0
// CHECK: %[[OPEN:.*]] = tensor.cast %[[OFFSETS]] : tensor<9xi32> to tensor<?xi32>
// CHECK: call @moeRecordDispatch(%c4_i64, %[[OPEN]])
// CHECK: return %[[OFFSETS]], %[[SLOTS]]#0, %[[ROWS]]#0
func.func @plan(%e: tensor<?x2xi32>, %w: tensor<?x2xf32>, %o: tensor<9xi32>, %s: tensor<?xi32>, %r: tensor<?x2xi32>)
    -> (tensor<9xi32>, tensor<?xi32>, tensor<?x2xi32>) {
  %0:3 = moe.plan ins(%e : tensor<?x2xi32>) weights(%w : tensor<?x2xf32>)
      outs(%o, %s, %r : tensor<9xi32>, tensor<?xi32>, tensor<?x2xi32>) {moe.layer = 4 : i64} -> tensor<9xi32>, tensor<?xi32>, tensor<?x2xi32>
  return %0#0, %0#1, %0#2 : tensor<9xi32>, tensor<?xi32>, tensor<?x2xi32>
}

// -----

// Without weights every slot in range is live, and no list of rows is made
// where nobody asks.
// CHECK-LABEL: func.func @everySlot(
// CHECK-NOT: arith.cmpf
// CHECK-NOT: -> (tensor<?x2xi32>
// CHECK: return
func.func @everySlot(%e: tensor<?x2xi32>, %o: tensor<9xi32>, %s: tensor<?xi32>) -> (tensor<9xi32>, tensor<?xi32>) {
  %0:2 = moe.plan ins(%e : tensor<?x2xi32>) outs(%o, %s : tensor<9xi32>, tensor<?xi32>) -> tensor<9xi32>, tensor<?xi32>
  return %0#0, %0#1 : tensor<9xi32>, tensor<?xi32>
}
