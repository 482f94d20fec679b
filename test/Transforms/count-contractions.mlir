// RUN: moe-opt %s --moe-count-contractions | FileCheck %s

// CHECK: func.func private @moeRecordMacs(i64, i64, i64) attributes {llvm.emit_c_interface}

// The points of a matmul outside of layers: layer -1, kind 0, T * 4 * 8.
// CHECK-LABEL: @plain
// CHECK: %[[T:.*]] = tensor.dim %{{.*}}, %c0{{.*}} : tensor<?x8xf32>
// CHECK: %[[N:.*]] = arith.index_cast %{{.*}} : index to i64
// CHECK: %[[LAYER:.*]] = arith.constant -1 : i64
// CHECK: %[[KIND:.*]] = arith.constant 0 : i64
// CHECK: call @moeRecordMacs(%[[LAYER]], %[[KIND]], %[[N]])
// CHECK-NEXT: linalg.matmul
func.func @plain(%x: tensor<?x8xf32>, %w: tensor<8x4xf32>, %o: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %0 = linalg.matmul ins(%x, %w : tensor<?x8xf32>, tensor<8x4xf32>)
      outs(%o : tensor<?x4xf32>) -> tensor<?x4xf32>
  return %0 : tensor<?x4xf32>
}

// The layer and the kind that moe-instrument has written.
// CHECK-LABEL: @marked
// CHECK: arith.constant 3 : i64
// CHECK: arith.constant 1 : i64
// CHECK: call @moeRecordMacs
func.func @marked(%x: tensor<2x8xf32>, %w: tensor<8x4xf32>, %o: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %0 = linalg.matmul {moe.layer = 3 : i64, moe.gate_projection}
      ins(%x, %w : tensor<2x8xf32>, tensor<8x4xf32>)
      outs(%o : tensor<2x4xf32>) -> tensor<2x4xf32>
  return %0 : tensor<2x4xf32>
}

// What is not a contraction is not counted.
// CHECK-LABEL: @elementwise
// CHECK-NOT: moeRecordMacs
func.func @elementwise(%x: tensor<?x8xf32>, %o: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %0 = linalg.add ins(%x, %x : tensor<?x8xf32>, tensor<?x8xf32>)
      outs(%o : tensor<?x8xf32>) -> tensor<?x8xf32>
  return %0 : tensor<?x8xf32>
}
