// RUN: moe-opt %s --moe-pack-weights --split-input-file | FileCheck %s

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

// Pairs of contraction points.
// CHECK-LABEL: func @bf16
// CHECK: linalg.pack %{{.+}} outer_dims_perm = [0, 1, 2] inner_dims_pos = [1, 2] inner_tiles = [32, 2] into %{{.+}} : tensor<8x64x5xbf16> -> tensor<8x2x3x32x2xbf16>
// CHECK: packed(<columns = 32, group = 2>)
func.func @bf16(%x: tensor<?x5xbf16>, %o: tensor<9xi32>, %w: tensor<8x64x5xbf16>, %d: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %y = moe.grouped_matmul ins(%x : tensor<?x5xbf16>) offsets(%o : tensor<9xi32>) weights(%w : tensor<8x64x5xbf16>) transposed
      outs(%d : tensor<?x64xf32>) schedule(#moe.cpu_schedule<rows = 6, columns = 32, lanes = 16, group = 2>) -> tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// -----

// Within a call, kernels copy the blocks that they read: only what is known ahead of calls is packed, out of the loop.
// CHECK-LABEL: func @copied
// CHECK-NOT: linalg.pack
// CHECK: weights(%{{.+}} : tensor<8x5x64xf32>) outs
func.func @copied(%x: tensor<?x5xf32>, %o: tensor<9xi32>, %w: tensor<8x5x64xf32>, %d: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %y = moe.grouped_matmul ins(%x : tensor<?x5xf32>) offsets(%o : tensor<9xi32>) weights(%w : tensor<8x5x64xf32>)
      outs(%d : tensor<?x64xf32>) schedule(#moe.cpu_schedule<rows = 6, columns = 32, lanes = 16, depth = 256, tiles = 8>) -> tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// CHECK-LABEL: func @known
// CHECK: linalg.pack
// CHECK: scf.for
// CHECK: packed(<columns = 32>)
func.func @known(%x: tensor<?x64xf32>, %o: tensor<9xi32>, %w: tensor<8x64x64xf32> {moe.param}, %n: index) -> tensor<?x64xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%h = %x) -> (tensor<?x64xf32>) {
    %y = moe.grouped_matmul ins(%h : tensor<?x64xf32>) offsets(%o : tensor<9xi32>) weights(%w : tensor<8x64x64xf32>)
        outs(%h : tensor<?x64xf32>) schedule(#moe.cpu_schedule<rows = 6, columns = 32, lanes = 16, depth = 256, tiles = 8>) -> tensor<?x64xf32>
    scf.yield %y : tensor<?x64xf32>
  }
  return %r : tensor<?x64xf32>
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
