// RUN: moe-opt %s --convert-pack-to-linalg | FileCheck %s
// RUN: %python %moe_src/test/Tools/Inputs/write_npy.py %t.npy '<f4' 2x3 0 1 2 3 4 5
// RUN: moe-run %s --entry=ragged --device=reference --optimize --input w=%t.npy | FileCheck %s --check-prefix=RESULT
// RUN: moe-run %s --entry=ragged --device=cpu --input w=%t.npy | FileCheck %s --check-prefix=RESULT

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

// Read across its rows in blocks of sixteen: columns go round outside of the points of a block.
// CHECK-LABEL: func @across
// CHECK: linalg.generic
// CHECK: tensor.collapse_shape {{.+}} : tensor<2x2x16x4x1xf32> into tensor<2x32x4x1xf32>
// RUN: moe-run %s --entry=across_differs --device=reference --optimize | FileCheck %s --check-prefix=SAME
// RUN: moe-run %s --entry=across_differs --device=cpu | FileCheck %s --check-prefix=SAME
// SAME: result out0 [] f32: norm 0, 0
func.func @across(%w: tensor<7x32xf32>) -> tensor<2x32x4x1xf32> {
  %pad = arith.constant 2.0 : f32
  %e = tensor.empty() : tensor<2x32x4x1xf32>
  %p = linalg.pack %w padding_value(%pad : f32) outer_dims_perm = [0, 1] inner_dims_pos = [0, 1] inner_tiles = [4, 1] into %e
      : tensor<7x32xf32> -> tensor<2x32x4x1xf32>
  return %p : tensor<2x32x4x1xf32>
}

// The same elements, read one by one: the sum of the differences.
func.func @across_differs(%w: tensor<7x32xf32>) -> tensor<f32> {
  %pad = arith.constant 2.0 : f32
  %zero = arith.constant 0.0 : f32
  %c7 = arith.constant 7 : index
  %c4 = arith.constant 4 : index
  %p = func.call @across(%w) : (tensor<7x32xf32>) -> tensor<2x32x4x1xf32>
  %i = tensor.empty() : tensor<f32>
  %f = linalg.fill ins(%zero : f32) outs(%i : tensor<f32>) -> tensor<f32>
  %sum = linalg.generic {
      indexing_maps = [affine_map<(a, k, c, u) -> (a, k, c, u)>, affine_map<(a, k, c, u) -> ()>],
      iterator_types = ["reduction", "reduction", "reduction", "reduction"]}
      ins(%p : tensor<2x32x4x1xf32>) outs(%f : tensor<f32>) {
  ^bb0(%v: f32, %s: f32):
    %a = linalg.index 0 : index
    %k = linalg.index 1 : index
    %c = linalg.index 2 : index
    %first = arith.muli %a, %c4 : index
    %n = arith.addi %first, %c : index
    %inside = arith.cmpi ult, %n, %c7 : index
    %want = scf.if %inside -> f32 {
      %x = tensor.extract %w[%n, %k] : tensor<7x32xf32>
      scf.yield %x : f32
    } else {
      scf.yield %pad : f32
    }
    %d = arith.subf %v, %want : f32
    %abs = math.absf %d : f32
    %t = arith.addf %s, %abs : f32
    linalg.yield %t : f32
  } -> tensor<f32>
  return %sum : tensor<f32>
}
