// RUN: moe-opt %s --convert-pack-to-linalg | FileCheck %s
// RUN: %python %moe_src/test/Tools/Inputs/write_npy.py %t.npy '<f4' 2x3 0 1 2 3 4 5
// RUN: moe-run %s --entry=ragged --input w=%t.npy | FileCheck %s --check-prefix=RESULT

// One elementwise op, which reads each element where it comes from.
// CHECK-LABEL: func @whole
// CHECK: linalg.generic
// CHECK-NOT: scf.if
// CHECK: tensor.extract
// CHECK-NOT: linalg.pack
func.func @whole(%w: tensor<4x8xf32>) -> tensor<2x4x4x1xf32> {
  %e = tensor.empty() : tensor<2x4x4x1xf32>
  %p = linalg.pack %w outer_dims_perm = [1, 0] inner_dims_pos = [1, 0] inner_tiles = [4, 1] into %e
      : tensor<4x8xf32> -> tensor<2x4x4x1xf32>
  return %p : tensor<2x4x4x1xf32>
}

// Of rows 0 1 2 and 3 4 5 in panels of two columns, pairs of rows side by side: 0 3, 1 4, then 2 5 and padding.
// CHECK-LABEL: func @ragged
// CHECK: scf.if
// RESULT: result out0 [2, 1, 2, 2] f32: norm 12.6095, 0 3 1 4 ...
func.func @ragged(%w: tensor<2x3xf32> {moe.name = "w"}) -> tensor<2x1x2x2xf32> {
  %pad = arith.constant 7.2111 : f32
  %e = tensor.empty() : tensor<2x1x2x2xf32>
  %p = linalg.pack %w padding_value(%pad : f32) outer_dims_perm = [1, 0] inner_dims_pos = [1, 0] inner_tiles = [2, 2] into %e
      : tensor<2x3xf32> -> tensor<2x1x2x2xf32>
  return %p : tensor<2x1x2x2xf32>
}
