// RUN: moe-opt %s --convert-moe-to-linalg=keep-gates --split-input-file | FileCheck %s

func.func private @moeRecordGate(i64, tensor<?x?xf64>, tensor<?x?xi32>)
func.func private @moeRecordDispatch(i64, tensor<?xi32>)

// Of a route its gate stays, with the sizes checked and the results recorded around it.
// CHECK-LABEL: func @route
// CHECK: cf.assert
// CHECK: linalg.matmul {{.*}}moe.gate_projection
// CHECK: %[[W:.+]], %[[E:.+]] = moe.gate %{{.+}} <softmax, top_k<2>> mask(%{{.+}} : tensor<?xi1>) : tensor<?x8xf32>
// CHECK: call @moeRecordGate(%c3_i64
// CHECK-NOT: moe.plan
// CHECK: call @moeRecordDispatch(%c3_i64
// CHECK: return %[[W]]
func.func @route(%x: tensor<?x16xf32>, %p: tensor<16x8xf32>, %m: tensor<?xi1>, %w: tensor<?x2xf32>, %e: tensor<?x2xi32>,
                 %o: tensor<9xi32>, %s: tensor<?xi32>) -> (tensor<?x2xf32>, tensor<9xi32>) {
  %0:4 = moe.route <softmax, top_k<2>> ins(%x, %p : tensor<?x16xf32>, tensor<16x8xf32>) mask(%m : tensor<?xi1>)
      outs(%w, %e, %o, %s : tensor<?x2xf32>, tensor<?x2xi32>, tensor<9xi32>, tensor<?xi32>) {moe.layer = 3 : i64}
      -> tensor<?x2xf32>, tensor<?x2xi32>, tensor<9xi32>, tensor<?xi32>
  return %0#0, %0#2 : tensor<?x2xf32>, tensor<9xi32>
}

// -----

// A gate that needs more than registers goes the way of all others.
// CHECK-LABEL: func @all
// CHECK-NOT: moe.gate
func.func @all(%z: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %w, %e = moe.gate %z <relu, all> : tensor<?x8xf32> -> tensor<?x8xf32>, tensor<?x8xi32>
  return %w : tensor<?x8xf32>
}
