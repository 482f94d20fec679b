// RUN: moe-opt %s --moe-attach-target=target=znver4 --moe-pack-weights --split-input-file | FileCheck %s --check-prefixes=CHECK,DOT
// RUN: moe-opt %s --moe-attach-target=target=x86-64-v4 --moe-pack-weights --split-input-file | FileCheck %s --check-prefixes=CHECK,WIDEN

// Columns in panels, side by side for each contraction point, the last panel filled with zeros.
// CHECK-LABEL: func @f32
// CHECK-SAME: %[[W:[a-z0-9]+]]: tensor<8x5x70xf32>
// CHECK-DAG: %[[ZERO:.+]] = arith.constant 0.000000e+00 : f32
// CHECK: %[[P:.+]] = linalg.pack %[[W]] padding_value(%[[ZERO]] : f32) outer_dims_perm = [0, 2, 1] inner_dims_pos = [2, 1] inner_tiles = [32, 1] into %{{.+}} : tensor<8x5x70xf32> -> tensor<8x3x5x32x1xf32>
// CHECK: %[[C:.+]] = tensor.collapse_shape %[[P]] {{.+}} into tensor<8x3x5x32xf32>
// CHECK: moe.grouped_matmul {{.+}} weights(%[[C]] : tensor<8x3x5x32xf32>) packed(<columns = 32>)
func.func @f32(%x: tensor<?x5xf32>, %o: tensor<9xi32>, %w: tensor<8x5x70xf32>, %d: tensor<?x70xf32>) -> tensor<?x70xf32> {
  %y = moe.grouped_matmul ins(%x : tensor<?x5xf32>) offsets(%o : tensor<9xi32>) weights(%w : tensor<8x5x70xf32>)
      outs(%d : tensor<?x70xf32>) schedule(#moe.cpu_schedule<rows = 6, columns = 32, lanes = 16>) -> tensor<?x70xf32>
  return %y : tensor<?x70xf32>
}

// -----

// Pairs of contraction points where the target has the dot instruction of bf16.
// CHECK-LABEL: func @bf16
// DOT: linalg.pack %{{.+}} outer_dims_perm = [0, 1, 2] inner_dims_pos = [1, 2] inner_tiles = [32, 2] into %{{.+}} : tensor<8x64x5xbf16> -> tensor<8x2x3x32x2xbf16>
// DOT: packed(<columns = 32, group = 2>)
// WIDEN: -> tensor<8x2x5x32x1xbf16>
// WIDEN: packed(<columns = 32>)
func.func @bf16(%x: tensor<?x5xbf16>, %o: tensor<9xi32>, %w: tensor<8x64x5xbf16>, %d: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %y = moe.grouped_matmul ins(%x : tensor<?x5xbf16>) offsets(%o : tensor<9xi32>) weights(%w : tensor<8x64x5xbf16>) transposed
      outs(%d : tensor<?x64xf32>) schedule(#moe.cpu_schedule<rows = 6, columns = 32, lanes = 16>) -> tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// -----

// No schedule of a CPU: left alone. Dynamic sizes of packed weights are asserted before, since nothing names them twice after.
// CHECK-LABEL: func @left
// CHECK-NOT: linalg.pack
func.func @left(%x: tensor<?x5xf32>, %o: tensor<9xi32>, %w: tensor<8x5x70xf32>, %d: tensor<?x70xf32>) -> tensor<?x70xf32> {
  %y = moe.grouped_matmul ins(%x : tensor<?x5xf32>) offsets(%o : tensor<9xi32>) weights(%w : tensor<8x5x70xf32>)
      outs(%d : tensor<?x70xf32>) -> tensor<?x70xf32>
  return %y : tensor<?x70xf32>
}

// -----

// CHECK-LABEL: func @dynamic
// CHECK: cf.assert %{{.+}}, "expects weights to have as many contraction points as rows"
// CHECK: linalg.pack
func.func @dynamic(%x: tensor<?x?xf32>, %o: tensor<9xi32>, %w: tensor<8x?x70xf32>, %d: tensor<?x70xf32>) -> tensor<?x70xf32> {
  %y = moe.grouped_matmul ins(%x : tensor<?x?xf32>) offsets(%o : tensor<9xi32>) weights(%w : tensor<8x?x70xf32>)
      outs(%d : tensor<?x70xf32>) schedule(#moe.cpu_schedule<rows = 6, columns = 32, lanes = 16>) -> tensor<?x70xf32>
  return %y : tensor<?x70xf32>
}

// -----

// A register that the dot instruction does not have.
// CHECK-LABEL: func @lanes
// CHECK: packed(<columns = 24>)
func.func @lanes(%x: tensor<?x5xbf16>, %o: tensor<9xi32>, %w: tensor<8x5x64xbf16>, %d: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %y = moe.grouped_matmul ins(%x : tensor<?x5xbf16>) offsets(%o : tensor<9xi32>) weights(%w : tensor<8x5x64xbf16>)
      outs(%d : tensor<?x64xf32>) schedule(#moe.cpu_schedule<rows = 6, columns = 24, lanes = 12>) -> tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}
