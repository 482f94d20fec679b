// RUN: moe-opt %s --convert-moe-to-linalg --canonicalize --cse | FileCheck %s
// RUN: moe-opt %s --convert-moe-to-linalg --canonicalize --cse --eliminate-empty-tensors \
// RUN:   --one-shot-bufferize="bufferize-function-boundaries function-boundary-type-conversion=identity-layout-map" \
// RUN:   --cse --canonicalize | FileCheck %s --check-prefix=BUFFERS

// An expert without rows does nothing; one with rows runs the region on its
// slices, and its result goes into the rows that it owns.
// CHECK-LABEL: func.func @expert(
// CHECK-SAME: %[[X:.*]]: tensor<?x4xf32>, %[[O:.*]]: tensor<3xi32>, %[[W:.*]]: tensor<2x4x5xf32>, %[[B:.*]]: tensor<2xf32>
// CHECK: %[[R:.*]] = scf.for %[[E:.*]] = %{{.*}} to %{{.*}} step %{{.*}} iter_args(%[[OUT:.*]] = %{{.*}}) -> (tensor<?x5xf32>)
// CHECK: %[[FIRST:.*]] = arith.index_cast
// CHECK: %[[COUNT:.*]] = arith.subi %{{.*}}, %[[FIRST]] : index
// CHECK: %[[SOME:.*]] = arith.cmpi sgt, %[[COUNT]]
// CHECK: scf.if %[[SOME]]
// CHECK: %[[XE:.*]] = tensor.extract_slice %[[X]][%[[FIRST]], 0] [%[[COUNT]], 4] [1, 1]
// CHECK: %[[WE:.*]] = tensor.extract_slice %[[W]][%[[E]], 0, 0] [1, 4, 5] [1, 1, 1] : tensor<2x4x5xf32> to tensor<4x5xf32>
// CHECK: tensor.extract_slice %[[B]][%[[E]]] [1] [1] : tensor<2xf32> to tensor<f32>
// CHECK: linalg.matmul ins(%[[XE]], %[[WE]]
// CHECK: tensor.insert_slice %{{.*}} into %[[OUT]][%[[FIRST]], 0] [%[[COUNT]], 5] [1, 1]
// CHECK: else
// CHECK-NEXT: scf.yield %[[OUT]]
// CHECK: return %[[R]]

// In buffers the region writes its rows of the result in place: nothing is
// allocated in the loop, and no weights and no rows are copied.
// BUFFERS-LABEL: func.func @expert(
// BUFFERS: %[[R:.*]] = memref.alloc(%{{.*}}) {{.*}} : memref<?x5xf32>
// BUFFERS-NOT: memref.alloc
// BUFFERS-NOT: memref.copy
// BUFFERS: scf.for
// BUFFERS-NOT: memref.alloc
// BUFFERS-NOT: memref.copy
// BUFFERS: linalg.matmul
// BUFFERS-NOT: memref.alloc
// BUFFERS-NOT: memref.copy
// BUFFERS: return %[[R]]
func.func @expert(%x: tensor<?x4xf32>, %o: tensor<3xi32>, %w: tensor<2x4x5xf32>, %b: tensor<2xf32>) -> tensor<?x5xf32> {
  %y = moe.expert rows(%xe = %x : tensor<?x4xf32>) offsets(%o : tensor<3xi32>)
      params(%we = %w : tensor<2x4x5xf32>, %be = %b : tensor<2xf32>) {
    %c0 = arith.constant 0 : index
    %zero = tensor.extract %be[] : tensor<f32>
    %m = tensor.dim %xe, %c0 : tensor<?x4xf32>
    %i = tensor.empty(%m) : tensor<?x5xf32>
    %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x5xf32>) -> tensor<?x5xf32>
    %r = linalg.matmul ins(%xe, %we : tensor<?x4xf32>, tensor<4x5xf32>)
                       outs(%f : tensor<?x5xf32>) -> tensor<?x5xf32>
    moe.yield %r : tensor<?x5xf32>
  } -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}
