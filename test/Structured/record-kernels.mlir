// RUN: moe-opt %s --moe-record-kernels | FileCheck %s

// CHECK: func.func private @moeRecordKernel(i64, i64, i64, tensor<?xi32>) attributes {llvm.emit_c_interface}

// Two kernels of one function: the second is number 1, [8, 4] a weight.
// CHECK-LABEL: @two
// CHECK-SAME: %[[X:.*]]: tensor<?x?xf32>, %[[O:.*]]: tensor<3xi32>
// CHECK-DAG: %[[ZERO:.*]] = arith.constant 0 : i64
// CHECK-DAG: %[[DIM:.*]] = tensor.dim %[[X]], %{{.*}}
// CHECK-DAG: %[[K:.*]] = arith.index_cast %[[DIM]] : index to i64
// CHECK-DAG: %[[CAST:.*]] = tensor.cast %[[O]] : tensor<3xi32> to tensor<?xi32>
// CHECK: call @moeRecordKernel(%[[ZERO]], %[[K]], %{{.*}}, %[[CAST]])
// CHECK-NEXT: moe.grouped_matmul
// CHECK: %[[ONE:.*]] = arith.constant 1 : i64
// CHECK: call @moeRecordKernel(%[[ONE]], %{{.*}}, %{{.*}}, %{{.*}})
// CHECK-NEXT: moe.grouped_matmul
func.func @two(%x: tensor<?x?xf32>, %o: tensor<3xi32>, %w: tensor<2x?x8xf32>, %v: tensor<2x8x4xf32>,
               %a: tensor<?x8xf32>, %b: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %0 = moe.grouped_matmul ins(%x : tensor<?x?xf32>) offsets(%o : tensor<3xi32>) weights(%w : tensor<2x?x8xf32>)
      outs(%a : tensor<?x8xf32>) -> tensor<?x8xf32>
  %1 = moe.grouped_matmul ins(%0 : tensor<?x8xf32>) offsets(%o : tensor<3xi32>) weights(%v : tensor<2x8x4xf32>)
      outs(%b : tensor<?x4xf32>) -> tensor<?x4xf32>
  return %1 : tensor<?x4xf32>
}

// What is no grouped matmul is not recorded.
// CHECK-LABEL: @other
// CHECK-NOT: moeRecordKernel
func.func @other(%x: tensor<?x8xf32>, %w: tensor<8x4xf32>, %o: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %0 = linalg.matmul ins(%x, %w : tensor<?x8xf32>, tensor<8x4xf32>)
      outs(%o : tensor<?x4xf32>) -> tensor<?x4xf32>
  return %0 : tensor<?x4xf32>
}
