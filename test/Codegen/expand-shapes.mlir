// RUN: moe-opt %s --moe-expand-shapes | FileCheck %s

// CHECK-LABEL: func @packed
// CHECK: %[[BASE:.+]], %{{.+}}, %{{.+}}:2, %{{.+}}:2 = memref.extract_strided_metadata %arg0
// CHECK: %[[STRIDE:.+]] = affine.apply #{{.+}}()[%arg2]
// CHECK: memref.reinterpret_cast %[[BASE]] to offset: [0], sizes: [%arg1, %arg2, 8], strides: [%[[STRIDE]], 8, 1]
func.func @packed(%m: memref<?x8xf32>, %b: index, %s: index) -> memref<?x?x8xf32> {
  %0 = memref.expand_shape %m [[0, 1], [2]] output_shape [%b, %s, 8] : memref<?x8xf32> into memref<?x?x8xf32>
  return %0 : memref<?x?x8xf32>
}

// Strides and an offset that only the program knows.
// CHECK-LABEL: func @strided
// CHECK: %[[BASE:.+]], %[[OFFSET:.+]], %{{.+}}:2, %[[S:.+]]:2 = memref.extract_strided_metadata %arg0
// CHECK: %[[OUTER:.+]] = affine.apply #{{.+}}()[%[[S]]#0, %arg2]
// CHECK: memref.reinterpret_cast %[[BASE]] to offset: [%[[OFFSET]]], sizes: [%arg1, %arg2, 8], strides: [%[[OUTER]], %[[S]]#0, 2]
func.func @strided(%m: memref<?x8xf32, strided<[?, 2], offset: ?>>, %b: index, %s: index)
    -> memref<?x?x8xf32, strided<[?, ?, 2], offset: ?>> {
  %0 = memref.expand_shape %m [[0, 1], [2]] output_shape [%b, %s, 8]
      : memref<?x8xf32, strided<[?, 2], offset: ?>> into memref<?x?x8xf32, strided<[?, ?, 2], offset: ?>>
  return %0 : memref<?x?x8xf32, strided<[?, ?, 2], offset: ?>>
}

// Upstream knows how.
// CHECK-LABEL: func @one
// CHECK: memref.expand_shape
func.func @one(%m: memref<?x8xf32>, %b: index) -> memref<?x4x8xf32> {
  %0 = memref.expand_shape %m [[0, 1], [2]] output_shape [%b, 4, 8] : memref<?x8xf32> into memref<?x4x8xf32>
  return %0 : memref<?x4x8xf32>
}
