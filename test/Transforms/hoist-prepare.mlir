// RUN: moe-opt %s --moe-hoist-prepare --split-input-file | FileCheck %s
// RUN: moe-opt %s --moe-hoist-prepare --moe-hoist-prepare --split-input-file | FileCheck %s

// Packing of a parameter moves out; the parameter goes where nothing else reads it.
// CHECK-LABEL: func.func @layer(
// CHECK-SAME: %[[X:.+]]: tensor<2xf32>, %[[KEPT:.+]]: tensor<3xf32> {moe.param}, %[[P:.+]]: tensor<2x2x4x4x1xf32>)
// CHECK-SAME: moe.prepare = #moe.prepare<function = @layer_prepare, arguments = [0, 2], parameters = [1]>
// CHECK-NEXT: return %[[P]], %[[KEPT]]
// CHECK-LABEL: func.func @layer_prepare
// CHECK-SAME: (%[[W:.+]]: tensor<2x4x8xf32> {moe.name = "w", moe.param}) -> tensor<2x2x4x4x1xf32>
// CHECK: linalg.pack %[[W]]
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

// A function of that name is in the way: another name. A region that reads what a call gives is not known before.
// CHECK-LABEL: func.func @f(
// CHECK-SAME: function = @f_prepare_0
// CHECK: linalg.generic
// CHECK: linalg.pack
// CHECK-LABEL: func.func @f_prepare_0
// CHECK: linalg.pack
func.func private @f_prepare()
func.func @f(%w: tensor<4x8xf32> {moe.param}, %s: f32) -> (tensor<1x4x8x1xf32>, tensor<1x4x8x1xf32>) {
  %e = tensor.empty() : tensor<1x4x8x1xf32>
  %p = linalg.pack %w outer_dims_perm = [1, 0] inner_dims_pos = [1, 0] inner_tiles = [8, 1] into %e
      : tensor<4x8xf32> -> tensor<1x4x8x1xf32>
  %i = tensor.empty() : tensor<4x8xf32>
  %scaled = linalg.generic {
      indexing_maps = [affine_map<(a, b) -> (a, b)>, affine_map<(a, b) -> (a, b)>], iterator_types = ["parallel", "parallel"]}
      ins(%w : tensor<4x8xf32>) outs(%i : tensor<4x8xf32>) {
  ^bb0(%x: f32, %o: f32):
    %0 = arith.mulf %x, %s : f32
    linalg.yield %0 : f32
  } -> tensor<4x8xf32>
  %q = linalg.pack %scaled outer_dims_perm = [1, 0] inner_dims_pos = [1, 0] inner_tiles = [8, 1] into %e
      : tensor<4x8xf32> -> tensor<1x4x8x1xf32>
  return %p, %q : tensor<1x4x8x1xf32>, tensor<1x4x8x1xf32>
}

// -----

// Called within the module: the caller has its parameters.
// CHECK-LABEL: func.func @called
// CHECK: linalg.pack
// CHECK-NOT: _prepare
func.func @called(%w: tensor<4x8xf32> {moe.param}) -> tensor<1x4x8x1xf32> {
  %e = tensor.empty() : tensor<1x4x8x1xf32>
  %p = linalg.pack %w outer_dims_perm = [1, 0] inner_dims_pos = [1, 0] inner_tiles = [8, 1] into %e
      : tensor<4x8xf32> -> tensor<1x4x8x1xf32>
  return %p : tensor<1x4x8x1xf32>
}
func.func @caller(%w: tensor<4x8xf32>) -> tensor<1x4x8x1xf32> {
  %p = call @called(%w) : (tensor<4x8xf32>) -> tensor<1x4x8x1xf32>
  return %p : tensor<1x4x8x1xf32>
}
