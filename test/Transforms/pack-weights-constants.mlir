// RUN: moe-opt %s --moe-pack-weights --canonicalize --split-input-file | FileCheck %s

// A constant is packed here: no call and no preparation has it to do. What is no element is zero.
// CHECK-LABEL: func @f32
// CHECK: %[[W:.+]] = arith.constant dense<{{\[\[\[}}[1.000000e+00, 2.000000e+00, 3.000000e+00, 0.000000e+00], [4.000000e+00, 5.000000e+00, 6.000000e+00, 0.000000e+00]]]]> : tensor<1x1x2x4xf32>
// CHECK-NOT: linalg.pack
// CHECK: weights(%[[W]] : tensor<1x1x2x4xf32>) packed(<columns = 4>)
func.func @f32(%x: tensor<?x2xf32>, %o: tensor<2xi32>, %d: tensor<?x3xf32>) -> tensor<?x3xf32> {
  %w = arith.constant dense<[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]> : tensor<1x2x3xf32>
  %y = moe.grouped_matmul ins(%x : tensor<?x2xf32>) offsets(%o : tensor<2xi32>) weights(%w : tensor<1x2x3xf32>)
      outs(%d : tensor<?x3xf32>) schedule(#moe.cpu_schedule<rows = 6, columns = 4, lanes = 4>) -> tensor<?x3xf32>
  return %y : tensor<?x3xf32>
}

// -----

// Two experts of two panels, and a contraction point that fills no pair.
// CHECK-LABEL: func @pairs
// CHECK: arith.constant dense<{{\[\[\[\[}}1.000000e+00, 2.000000e+00, 4.000000e+00, 5.000000e+00, 0.000000e+00, 0.000000e+00, 0.000000e+00, 0.000000e+00],
// CHECK-SAME: [3.000000e+00, 0.000000e+00, 6.000000e+00, 0.000000e+00, 0.000000e+00, 0.000000e+00, 0.000000e+00, 0.000000e+00]]],
// CHECK-SAME: {{\[\[\[}}7.000000e+00, 8.000000e+00, 1.000000e+01, 1.100000e+01,
// CHECK-SAME: : tensor<2x1x2x8xbf16>
// CHECK: packed(<columns = 4, group = 2>)
func.func @pairs(%x: tensor<?x3xbf16>, %o: tensor<3xi32>, %d: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %w = arith.constant dense<[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], [[7.0, 8.0, 9.0], [10.0, 11.0, 12.0]]]> : tensor<2x2x3xbf16>
  %y = moe.grouped_matmul ins(%x : tensor<?x3xbf16>) offsets(%o : tensor<3xi32>) weights(%w : tensor<2x2x3xbf16>) transposed
      outs(%d : tensor<?x2xf32>) schedule(#moe.cpu_schedule<rows = 6, columns = 4, lanes = 4, group = 2>) -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}

// -----

// All elements are one, of a reshape of a constant; several panels.
// CHECK-LABEL: func @splat
// CHECK: arith.constant dense<{{\[\[\[}}[2.000000e+00, 2.000000e+00, 2.000000e+00, 2.000000e+00]], {{\[}}[2.000000e+00, 0.000000e+00, 0.000000e+00, 0.000000e+00]]]]> : tensor<1x2x1x4xf32>
// CHECK-NOT: linalg.pack
func.func @splat(%x: tensor<?x1xf32>, %o: tensor<2xi32>, %d: tensor<?x5xf32>) -> tensor<?x5xf32> {
  %c = arith.constant dense<2.0> : tensor<1x5xf32>
  %w = tensor.expand_shape %c [[0, 1], [2]] output_shape [1, 1, 5] : tensor<1x5xf32> into tensor<1x1x5xf32>
  %y = moe.grouped_matmul ins(%x : tensor<?x1xf32>) offsets(%o : tensor<2xi32>) weights(%w : tensor<1x1x5xf32>)
      outs(%d : tensor<?x5xf32>) schedule(#moe.cpu_schedule<rows = 6, columns = 4, lanes = 4>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

// -----

// A resource, as importers give weights, is one again. It is packed in any function, also where the others are no constants.
// CHECK-LABEL: func private @resource
// CHECK-DAG: %[[W:.+]] = arith.constant dense_resource<packed> : tensor<1x1x2x4xf32>
// CHECK-DAG: linalg.pack %arg3
// CHECK: moe.grouped_matmul
// CHECK-SAME: weights(%[[W]], %
// CHECK: packed: "0x400000000000803F00000040000000000000000000004040000080400000000000000000"
func.func private @resource(%x: tensor<?x2xf32>, %o: tensor<2xi32>, %d: tensor<?x2xf32>, %v: tensor<1x2x2xf32>) -> tensor<?x2xf32> {
  %w = arith.constant dense_resource<w> : tensor<1x2x2xf32>
  %y = moe.grouped_matmul ins(%x : tensor<?x2xf32>) offsets(%o : tensor<2xi32>) weights(%w, %v : tensor<1x2x2xf32>, tensor<1x2x2xf32>)
      outs(%d : tensor<?x2xf32>) schedule(#moe.cpu_schedule<rows = 6, columns = 4, lanes = 4>) epilogue {
  ^bb0(%p: f32, %q: f32):
    %r = arith.mulf %p, %q : f32
    moe.yield %r : f32
  } -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}
{-#
  dialect_resources: {
    builtin: {
      w: "0x040000000000803F000000400000404000008040"
    }
  }
#-}
