// RUN: moe-opt %s --moe-group-matmuls | FileCheck %s

// A matmul from zeros is a grouped matmul of one expert, which has all rows.
// CHECK-LABEL: func @matmul
// CHECK-SAME: (%[[X:.+]]: tensor<?x8xf32>, %[[W:.+]]: tensor<8x6xf32>)
// CHECK: %[[LAST:.+]] = arith.index_cast %{{.+}} : index to i32
// CHECK: %[[OFFSETS:.+]] = tensor.from_elements %{{.+}}, %[[LAST]] : tensor<2xi32>
// CHECK: %[[ONE:.+]] = tensor.expand_shape %[[W]] {{.+}} into tensor<1x8x6xf32>
// CHECK: moe.grouped_matmul ins(%[[X]] : tensor<?x8xf32>) offsets(%[[OFFSETS]] : tensor<2xi32>) weights(%[[ONE]] : tensor<1x8x6xf32>) outs
// CHECK-NOT: linalg.matmul
func.func @matmul(%x: tensor<?x8xf32>, %w: tensor<8x6xf32>) -> tensor<?x6xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %n = tensor.dim %x, %c0 : tensor<?x8xf32>
  %e = tensor.empty(%n) : tensor<?x6xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<?x6xf32>) -> tensor<?x6xf32>
  %y = linalg.matmul ins(%x, %w : tensor<?x8xf32>, tensor<8x6xf32>) outs(%f : tensor<?x6xf32>) -> tensor<?x6xf32>
  return %y : tensor<?x6xf32>
}

// The same by a generic op, with the weight in the other orientation.
// CHECK-LABEL: func @transposed
// CHECK: moe.grouped_matmul {{.+}} weights(%{{.+}} : tensor<1x6x8xbf16>) transposed outs
func.func @transposed(%x: tensor<?x8xbf16>, %w: tensor<6x8xbf16>) -> tensor<?x6xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %n = tensor.dim %x, %c0 : tensor<?x8xbf16>
  %e = tensor.empty(%n) : tensor<?x6xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<?x6xf32>) -> tensor<?x6xf32>
  %y = linalg.generic {
      indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %w : tensor<?x8xbf16>, tensor<6x8xbf16>) outs(%f : tensor<?x6xf32>) {
  ^bb0(%a: bf16, %b: bf16, %c: f32):
    %0 = arith.extf %a : bf16 to f32
    %1 = arith.extf %b : bf16 to f32
    %2 = arith.mulf %0, %1 : f32
    %3 = arith.addf %c, %2 : f32
    linalg.yield %3 : f32
  } -> tensor<?x6xf32>
  return %y : tensor<?x6xf32>
}

// Not from zeros, and integers: left alone.
// CHECK-LABEL: func @others
// CHECK-COUNT-2: linalg.matmul
// CHECK-NOT: moe.grouped_matmul
func.func @others(%x: tensor<4x8xf32>, %w: tensor<8x6xf32>, %d: tensor<4x6xf32>, %i: tensor<4x8xi32>, %j: tensor<8x6xi32>)
    -> (tensor<4x6xf32>, tensor<4x6xi32>) {
  %zero = arith.constant 0 : i32
  %e = tensor.empty() : tensor<4x6xi32>
  %f = linalg.fill ins(%zero : i32) outs(%e : tensor<4x6xi32>) -> tensor<4x6xi32>
  %y = linalg.matmul ins(%x, %w : tensor<4x8xf32>, tensor<8x6xf32>) outs(%d : tensor<4x6xf32>) -> tensor<4x6xf32>
  %z = linalg.matmul ins(%i, %j : tensor<4x8xi32>, tensor<8x6xi32>) outs(%f : tensor<4x6xi32>) -> tensor<4x6xi32>
  return %y, %z : tensor<4x6xf32>, tensor<4x6xi32>
}

// A sum of other products.
// CHECK-LABEL: func @negated
// CHECK: linalg.generic
// CHECK-NOT: moe.grouped_matmul
func.func @negated(%x: tensor<4x8xf32>, %w: tensor<8x6xf32>) -> tensor<4x6xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4x6xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<4x6xf32>) -> tensor<4x6xf32>
  %y = linalg.generic {
      indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %w : tensor<4x8xf32>, tensor<8x6xf32>) outs(%f : tensor<4x6xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %0 = arith.negf %a : f32
    %1 = arith.mulf %0, %b : f32
    %2 = arith.addf %c, %1 : f32
    linalg.yield %2 : f32
  } -> tensor<4x6xf32>
  return %y : tensor<4x6xf32>
}
