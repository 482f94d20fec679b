// RUN: moe-opt %s --split-input-file --convert-moe-to-linalg --canonicalize --cse | FileCheck %s

// One walk over the slots counts, one over the experts sums, one places.
// CHECK-LABEL: func.func @plain(
// CHECK-SAME: %[[X:.*]]: tensor<?x4xbf16>, %[[E:.*]]: tensor<?x2xi32>
// CHECK: %[[LIVE:.*]] = linalg.generic
// CHECK: arith.cmpi ult
// CHECK: linalg.yield %{{.*}} : i1
// CHECK: %[[COUNTS:.*]] = scf.for {{.*}} -> (tensor<9xi32>)
// CHECK: tensor.extract %[[LIVE]]
// CHECK: %[[OFFSETS:.*]] = scf.for {{.*}} iter_args(%{{.*}} = %[[COUNTS]]) -> (tensor<9xi32>)
// CHECK: linalg.generic {{.*}} outs(%{{.*}} : tensor<8xi32>)
// CHECK: tensor.extract %[[OFFSETS]]
// CHECK: %[[SLOTS:.*]]:2 = scf.for {{.*}} -> (tensor<?xi32>, tensor<8xi32>)
// CHECK: tensor.extract %[[X]]
// CHECK: return %{{.*}}, %[[OFFSETS]], %[[SLOTS]]#0
func.func @plain(%x: tensor<?x4xbf16>, %e: tensor<?x2xi32>) -> (tensor<?x4xbf16>, tensor<9xi32>, tensor<?xi32>) {
  %r, %o, %s = moe.dispatch %x to %e
      : tensor<?x4xbf16> to tensor<?x2xi32> -> tensor<?x4xbf16> by tensor<9xi32>, tensor<?xi32>
  return %r, %o, %s : tensor<?x4xbf16>, tensor<9xi32>, tensor<?xi32>
}

// -----

// Live is a nonzero weight, NaN too; a capacity counts once a segment, all
// first choices before any second one.
func.func private @moeRecordDispatch(i64, tensor<?xi32>)

// CHECK-LABEL: func.func @full(
// CHECK-SAME: %[[C:[a-z0-9]+]]: index)
// CHECK: arith.cmpf une
// CHECK: arith.ceildivui
// CHECK: %[[STAYS:.*]]:2 = scf.for {{.*}} -> (tensor<?x2xi1>, tensor<8xi32>)
// CHECK: linalg.fill
// CHECK: scf.for %[[J:[a-z0-9]+]] = %{{.*}} to %c2
// CHECK: scf.for %[[T:[a-z0-9]+]] = %{{.*}}
// CHECK: arith.cmpi slt, %{{.*}}, %[[C]] : index
// CHECK: tensor.insert %{{.*}} into %{{.*}}[%[[T]], %[[J]]] : tensor<?x2xi1>
// CHECK: call @moeRecordDispatch
// CHECK: arith.mulf %{{.*}}, %{{.*}} : f32
// CHECK: arith.truncf %{{.*}} : f32 to bf16
func.func @full(%x: tensor<?x4xbf16>, %e: tensor<?x2xi32>, %w: tensor<?x2xf32>, %c: index) -> tensor<?x4xbf16> {
  %r, %o, %s = moe.dispatch %x to %e weights(%w : tensor<?x2xf32>) capacity(%c) priority(choice_major) segment(64)
      scale_rows {moe.layer = 0}
      : tensor<?x4xbf16> to tensor<?x2xi32> -> tensor<?x4xbf16> by tensor<9xi32>, tensor<?xi32>
  return %r : tensor<?x4xbf16>
}
