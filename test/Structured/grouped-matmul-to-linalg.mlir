// RUN: moe-opt %s --split-input-file --convert-moe-to-linalg --canonicalize --cse | FileCheck %s

// Gathered rows, two weights, operands by expert and by slot, a sum into the
// tokens: a loop over experts that skips the empty ones.
// CHECK-LABEL: func.func @everything(
// CHECK-SAME: %[[X:.*]]: tensor<?x4xbf16>, %[[OFFSETS:.*]]: tensor<3xi32>
// CHECK: scf.for %[[E:.*]] = %{{.*}} to %{{.*}} step %{{.*}} iter_args(%[[OUT:.*]] = %{{.*}}) -> (tensor<?x3xf32>)
// CHECK: %[[BEGIN:.*]] = arith.index_cast
// CHECK: %[[END:.*]] = arith.index_cast
// CHECK: %[[COUNT:.*]] = arith.subi %[[END]], %[[BEGIN]]
// CHECK: %[[ANY:.*]] = arith.cmpi sgt, %[[COUNT]]
// CHECK: scf.if %[[ANY]]
// CHECK: tensor.extract %[[X]]
// CHECK: %[[W:.*]] = tensor.extract_slice %{{.*}}[%[[E]], 0, 0] [1, 4, 3] [1, 1, 1]
// CHECK: linalg.matmul ins(%{{.*}}, %[[W]] : tensor<?x4xbf16>, tensor<4x3xbf16>) outs(%{{.*}} : tensor<?x3xf32>)
// CHECK: linalg.matmul ins(%{{.*}}, %{{.*}} : tensor<?x4xbf16>, tensor<4x3xbf16>) outs(%{{.*}} : tensor<?x3xf32>)
// CHECK: linalg.generic
// CHECK: arith.mulf %{{.*}}, %{{.*}} : f32
// CHECK: scf.for
// CHECK: arith.addf
// CHECK: tensor.insert
// CHECK: else
// CHECK-NEXT: scf.yield %[[OUT]]
#scale = affine_map<(e, r, n, s) -> (s floordiv 2, s mod 2)>
#bias = affine_map<(e, r, n, s) -> (e, n)>
func.func @everything(%x: tensor<?x4xbf16>, %offsets: tensor<3xi32>, %w: tensor<2x4x3xbf16>, %v: tensor<2x4x3xbf16>,
                      %s: tensor<?xi32>, %b: tensor<2x3xf32>, %g: tensor<?x2xf32>, %init: tensor<?x3xf32>) -> tensor<?x3xf32> {
  %h = moe.grouped_matmul ins(%x : tensor<?x4xbf16>) offsets(%offsets : tensor<3xi32>)
      weights(%w, %v : tensor<2x4x3xbf16>, tensor<2x4x3xbf16>)
      slots(%s : tensor<?xi32>) slots_per_token(2) gather accumulate
      operands(%b, %g : tensor<2x3xf32>, tensor<?x2xf32>) maps [#bias, #scale]
      outs(%init : tensor<?x3xf32>) epilogue {
  ^bb0(%a: f32, %u: f32, %be: f32, %ge: f32):
    %0 = arith.mulf %a, %u : f32
    %1 = arith.addf %0, %be : f32
    %2 = arith.mulf %1, %ge : f32
    moe.yield %2 : f32
  } -> tensor<?x3xf32>
  return %h : tensor<?x3xf32>
}

// -----

// Without a region the accumulators are rounded into the rows of the expert.
// CHECK-LABEL: func.func @plain(
// CHECK: tensor.extract_slice %{{.*}}[%[[BEGIN:.*]], 0] [%[[COUNT:.*]], 4] [1, 1]
// CHECK: linalg.matmul indexing_maps = [#{{.*}}, #{{.*}}, #{{.*}}] ins(%{{.*}}, %{{.*}} : tensor<?x4xf16>, tensor<3x4xf16>)
// CHECK: arith.truncf %{{.*}} : f32 to f16
// CHECK: tensor.insert_slice %{{.*}} into %{{.*}}[%[[BEGIN]], 0] [%[[COUNT]], 3] [1, 1]
func.func @plain(%x: tensor<?x4xf16>, %offsets: tensor<3xi32>, %w: tensor<2x3x4xf16>, %init: tensor<?x3xf16>) -> tensor<?x3xf16> {
  %h = moe.grouped_matmul ins(%x : tensor<?x4xf16>) offsets(%offsets : tensor<3xi32>)
      weights(%w : tensor<2x3x4xf16>) transposed outs(%init : tensor<?x3xf16>) -> tensor<?x3xf16>
  return %h : tensor<?x3xf16>
}

// -----

// The contraction keeps the number of its layer.
// CHECK-LABEL: func.func @layer(
// CHECK: linalg.matmul {moe.layer = 3 : i64}
func.func @layer(%x: tensor<?x4xf64>, %offsets: tensor<3xi32>, %w: tensor<2x4x3xf64>, %init: tensor<?x3xf64>) -> tensor<?x3xf64> {
  %h = moe.grouped_matmul ins(%x : tensor<?x4xf64>) offsets(%offsets : tensor<3xi32>)
      weights(%w : tensor<2x4x3xf64>) outs(%init : tensor<?x3xf64>) {moe.layer = 3 : i64} -> tensor<?x3xf64>
  return %h : tensor<?x3xf64>
}
