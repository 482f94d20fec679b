// RUN: moe-opt %s --moe-hoist-prepare --split-input-file --verify-diagnostics | FileCheck %s

// Packing of a parameter moves out; the parameter goes where nothing else reads it.
// CHECK-LABEL: func.func @layer_prepare
// CHECK-SAME: (%[[W:.+]]: tensor<2x4x8xf32> {moe.name = "w", moe.param}) -> tensor<2x2x4x4x1xf32>
// CHECK: linalg.pack %[[W]]
// CHECK-LABEL: func.func @layer
// CHECK-SAME: (%[[X:.+]]: tensor<2xf32>, %[[KEPT:.+]]: tensor<3xf32> {moe.param}, %[[P:.+]]: tensor<2x2x4x4x1xf32>)
// CHECK-SAME: moe.prepare = #moe.prepare<function = @layer_prepare, arguments = [0, 2], parameters = [1]>
// CHECK-NEXT: return %[[P]], %[[KEPT]]
func.func @layer(%x: tensor<2xf32>, %w: tensor<2x4x8xf32> {moe.param, moe.name = "w"}, %k: tensor<3xf32> {moe.param})
    -> (tensor<2x2x4x4x1xf32>, tensor<3xf32>) {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x2x4x4x1xf32>
  %p = linalg.pack %w padding_value(%zero : f32) outer_dims_perm = [0, 2, 1] inner_dims_pos = [2, 1] inner_tiles = [4, 1] into %e
      : tensor<2x4x8xf32> -> tensor<2x2x4x4x1xf32>
  return %p, %k : tensor<2x2x4x4x1xf32>, tensor<3xf32>
}

// -----

// What is no parameter is packed in every call; a function that nobody outside calls stays whole.
// CHECK-NOT: _prepare
// CHECK-LABEL: func.func @not_constant
// CHECK: linalg.pack
func.func @not_constant(%w: tensor<4x8xf32>) -> tensor<1x4x8x1xf32> {
  %e = tensor.empty() : tensor<1x4x8x1xf32>
  %p = linalg.pack %w outer_dims_perm = [1, 0] inner_dims_pos = [1, 0] inner_tiles = [8, 1] into %e
      : tensor<4x8xf32> -> tensor<1x4x8x1xf32>
  return %p : tensor<1x4x8x1xf32>
}
// CHECK-LABEL: func.func private @inner
// CHECK: linalg.pack
func.func private @inner(%w: tensor<4x8xf32> {moe.param}) -> tensor<1x4x8x1xf32> {
  %e = tensor.empty() : tensor<1x4x8x1xf32>
  %p = linalg.pack %w outer_dims_perm = [1, 0] inner_dims_pos = [1, 0] inner_tiles = [8, 1] into %e
      : tensor<4x8xf32> -> tensor<1x4x8x1xf32>
  return %p : tensor<1x4x8x1xf32>
}

// -----

// A function of that name is in the way.
// expected-error @+1 {{expects no function 'f_prepare', which is to prepare 'f'}}
func.func private @f_prepare()
func.func @f(%w: tensor<4x8xf32> {moe.param}) -> tensor<1x4x8x1xf32> {
  %e = tensor.empty() : tensor<1x4x8x1xf32>
  %p = linalg.pack %w outer_dims_perm = [1, 0] inner_dims_pos = [1, 0] inner_tiles = [8, 1] into %e
      : tensor<4x8xf32> -> tensor<1x4x8x1xf32>
  return %p : tensor<1x4x8x1xf32>
}

// -----

// Parameters that become one tensor are copied once, too, wherever it is read.
// CHECK-LABEL: func.func @joined_prepare
// CHECK: %[[A:.+]] = tensor.insert_slice
// CHECK: %[[B:.+]] = tensor.insert_slice %{{.*}} into %[[A]]
// CHECK: return %[[B]]
// CHECK-LABEL: func.func @joined(
// CHECK-NOT: tensor.insert_slice
func.func @joined(%w: tensor<2x8xf32> {moe.param}, %s: tensor<8xf32> {moe.param}) -> tensor<3x8xf32> {
  %e = tensor.empty() : tensor<3x8xf32>
  %a = tensor.insert_slice %w into %e[0, 0] [2, 8] [1, 1] : tensor<2x8xf32> into tensor<3x8xf32>
  %b = tensor.insert_slice %s into %a[2, 0] [1, 8] [1, 1] : tensor<8xf32> into tensor<3x8xf32>
  return %b : tensor<3x8xf32>
}
