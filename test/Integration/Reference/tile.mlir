// The ops of level 2, whole and tiled along every axis, give the same numbers.
// RUN: %run_reference | FileCheck %s
// RUN: moe-opt %s --transform-preload-library="transform-library-paths=%S/Inputs/tilings.mlir" \
// RUN:   --transform-interpreter="entry-point=all_axes" | %then_run_reference | FileCheck %s
// RUN: moe-opt %s --transform-preload-library="transform-library-paths=%S/Inputs/tilings.mlir" \
// RUN:   --transform-interpreter="entry-point=fused" | %then_run_reference | FileCheck %s

func.func private @printMemrefF32(tensor<*xf32>)
func.func private @printMemrefI32(tensor<*xi32>)

// Experts 1 and 3 have no rows, expert 2 lies in several tiles of rows, tokens
// 1 and 3 have one row, the last rows are dead and hold NaN.
func.func @layer(%x: tensor<?x3xf32>, %offsets: tensor<5xi32>, %slots: tensor<?xi32>, %token_rows: tensor<?x2xi32>,
                 %w: tensor<?x2xf32>, %slot_weights: tensor<?xf32>, %scale: tensor<?xf32>, %r: index, %t: index)
    -> (tensor<?x3xf32>, tensor<?x5xf32>) {
  %w1 = arith.constant dense<[[[-2.0, 1.0, 1.0, -2.0, -2.0], [0.0, -1.0, 2.0, 0.0, 0.0], [0.0, 1.0, 0.0, -2.0, 1.0]], [[1.0, 2.0, 1.0, -1.0, -1.0], [1.0, 1.0, 1.0, 2.0, -1.0], [2.0, -2.0, -2.0, 2.0, 2.0]], [[-1.0, -2.0, -1.0, -2.0, 2.0], [1.0, 0.0, -1.0, 0.0, -2.0], [1.0, 0.0, -2.0, -1.0, 1.0]], [[0.0, -1.0, -1.0, -2.0, 1.0], [1.0, 0.0, 2.0, 2.0, -1.0], [1.0, 1.0, -1.0, -1.0, 0.0]]]> : tensor<4x3x5xf32>
  %w2 = arith.constant dense<[[[1.0, -1.0, 1.0, 1.0, -1.0], [-1.0, 2.0, 2.0, 1.0, -2.0], [1.0, -1.0, 2.0, 2.0, 0.0]], [[2.0, 1.0, -1.0, 2.0, -1.0], [-2.0, 0.0, 2.0, 1.0, -1.0], [2.0, 0.0, -1.0, -2.0, -1.0]], [[1.0, 1.0, -1.0, 1.0, 2.0], [-2.0, -1.0, 0.0, 0.0, -1.0], [-1.0, -2.0, 1.0, 2.0, -2.0]], [[1.0, -2.0, -2.0, 1.0, -2.0], [1.0, -1.0, 0.0, 2.0, 2.0], [0.0, -1.0, -1.0, 2.0, 0.0]]]> : tensor<4x3x5xf32>
  %w3 = arith.constant dense<[[[-2.0, 2.0, 1.0, 1.0, 1.0], [2.0, 1.0, 0.0, 1.0, 2.0], [2.0, 2.0, 2.0, -1.0, -2.0]], [[0.0, -2.0, 1.0, 2.0, -2.0], [-1.0, -1.0, -1.0, 0.0, -1.0], [-2.0, -2.0, 1.0, -2.0, 0.0]], [[0.0, 0.0, 1.0, 1.0, 1.0], [-1.0, 2.0, -2.0, 0.0, 2.0], [2.0, 2.0, -1.0, 2.0, -2.0]], [[-1.0, -1.0, -2.0, 1.0, -1.0], [1.0, -2.0, 1.0, -2.0, 0.0], [1.0, 0.0, 2.0, 0.0, 1.0]]]> : tensor<4x3x5xf32>
  %bias = arith.constant dense<[[-2.0, -2.0, 0.0, 1.0, -2.0], [2.0, 0.0, 2.0, 0.0, 1.0], [1.0, 0.0, -1.0, 1.0, -2.0], [1.0, 0.0, -2.0, -1.0, -2.0]]> : tensor<4x5xf32>
  %nan = arith.constant 0x7FC00000 : f32
  %one = arith.constant 1.0 : f32
  %rows0 = tensor.splat %nan[%r] : tensor<?x3xf32>
  %h0 = tensor.splat %nan[%r] : tensor<?x5xf32>
  %y0 = tensor.splat %one[%t] : tensor<?x3xf32>
  %z0 = tensor.splat %nan[%t] : tensor<?x5xf32>
  %rows = moe.gather_rows ins(%x, %slots : tensor<?x3xf32>, tensor<?xi32>) slots_per_token(2)
      outs(%rows0 : tensor<?x3xf32>) -> tensor<?x3xf32>
  %h = moe.grouped_matmul ins(%rows : tensor<?x3xf32>) offsets(%offsets : tensor<5xi32>)
      weights(%w1, %w2 : tensor<4x3x5xf32>, tensor<4x3x5xf32>)
      operands(%bias, %scale : tensor<4x5xf32>, tensor<?xf32>)
      maps [affine_map<(e, r, n, s) -> (e, n)>, affine_map<(e, r, n, s) -> (r)>]
      outs(%h0 : tensor<?x5xf32>) epilogue {
  ^bb0(%a: f32, %b: f32, %c: f32, %d: f32):
    %0 = arith.mulf %a, %b : f32
    %1 = arith.addf %0, %c : f32
    %2 = arith.addf %1, %d : f32
    moe.yield %2 : f32
  } -> tensor<?x5xf32>
  %y = moe.grouped_matmul ins(%h : tensor<?x5xf32>) offsets(%offsets : tensor<5xi32>)
      weights(%w3 : tensor<4x3x5xf32>) transposed slots(%slots : tensor<?xi32>) slots_per_token(2) accumulate
      operands(%slot_weights : tensor<?xf32>) maps [affine_map<(e, r, n, s) -> (s)>]
      outs(%y0 : tensor<?x3xf32>) epilogue {
  ^bb0(%a: f32, %b: f32):
    %0 = arith.mulf %a, %b : f32
    moe.yield %0 : f32
  } -> tensor<?x3xf32>
  %z = moe.combine_rows ins(%h, %slots, %token_rows : tensor<?x5xf32>, tensor<?xi32>, tensor<?x2xi32>)
      weights(%w : tensor<?x2xf32>) outs(%z0 : tensor<?x5xf32>) -> tensor<?x5xf32>
  return %y, %z : tensor<?x3xf32>, tensor<?x5xf32>
}

// Logits as weights, one token masked.
func.func @gate(%x: tensor<?x3xf32>, %noise: tensor<?x4xf32>, %mask: tensor<?xi1>, %t: index) -> (tensor<?x2xf32>, tensor<?x2xi32>) {
  %p = arith.constant dense<[[2.0, 2.0, 0.0], [1.0, 1.0, -2.0], [2.0, -2.0, 2.0], [2.0, 1.0, -2.0]]> : tensor<4x3xf32>
  %nan = arith.constant 0x7FC00000 : f32
  %seven = arith.constant 7 : i32
  %w0 = tensor.splat %nan[%t] : tensor<?x2xf32>
  %e0 = tensor.splat %seven[%t] : tensor<?x2xi32>
  %w, %e = moe.route <identity, top_k<2>> ins(%x, %p : tensor<?x3xf32>, tensor<4x3xf32>) transposed
      noise(%noise : tensor<?x4xf32>) mask(%mask : tensor<?xi1>)
      outs(%w0, %e0 : tensor<?x2xf32>, tensor<?x2xi32>) -> tensor<?x2xf32>, tensor<?x2xi32>
  return %w, %e : tensor<?x2xf32>, tensor<?x2xi32>
}

func.func @main() {
  %x = arith.constant dense<[[2.0, -2.0, -2.0], [-1.0, -2.0, 2.0], [2.0, 0.0, -2.0], [-2.0, -1.0, 0.0], [1.0, 0.0, -1.0]]> : tensor<5x3xf32>
  %offsets = arith.constant dense<[0, 3, 3, 8, 8]> : tensor<5xi32>
  %slots = arith.constant dense<[1, 4, 9, 0, 3, 5, 6, 8, -1, -1]> : tensor<10xi32>
  %token_rows = arith.constant dense<[[0, 3], [4, -1], [1, 5], [6, -1], [2, 7]]> : tensor<5x2xi32>
  %w = arith.constant dense<[[1.0, 2.0], [1.0, 1.0], [1.0, 0.5], [0.5, 0.5], [1.0, 0.5]]> : tensor<5x2xf32>
  %slot_weights = arith.constant dense<[1.0, 2.0, 1.0, 1.0, 1.0, 0.5, 0.5, 0.5, 1.0, 0.5]> : tensor<10xf32>
  %scale = arith.constant dense<[1.0, 1.0, -1.0, 2.0, -1.0, -1.0, 2.0, -2.0, -1.0, -2.0]> : tensor<10xf32>
  %0 = tensor.cast %x : tensor<5x3xf32> to tensor<?x3xf32>
  %1 = tensor.cast %slots : tensor<10xi32> to tensor<?xi32>
  %2 = tensor.cast %token_rows : tensor<5x2xi32> to tensor<?x2xi32>
  %3 = tensor.cast %w : tensor<5x2xf32> to tensor<?x2xf32>
  %4 = tensor.cast %slot_weights : tensor<10xf32> to tensor<?xf32>
  %5 = tensor.cast %scale : tensor<10xf32> to tensor<?xf32>
  %r = arith.constant 10 : index
  %t = arith.constant 5 : index
  %y, %z = call @layer(%0, %offsets, %1, %2, %3, %4, %5, %r, %t)
      : (tensor<?x3xf32>, tensor<5xi32>, tensor<?xi32>, tensor<?x2xi32>, tensor<?x2xf32>, tensor<?xf32>, tensor<?xf32>, index, index)
      -> (tensor<?x3xf32>, tensor<?x5xf32>)
  %u = tensor.cast %y : tensor<?x3xf32> to tensor<*xf32>
  call @printMemrefF32(%u) : (tensor<*xf32>) -> ()
  // CHECK: sizes = [5, 3]
  // CHECK-NEXT: {{\[}}[57,  34,  -212],
  // CHECK-NEXT: [-23,  -42,  32],
  // CHECK-NEXT: [14.5,  28,  -78],
  // CHECK-NEXT: [5,  -3.5,  -12.5],
  // CHECK-NEXT: [-5,  -4.5,  -28]]
  %v = tensor.cast %z : tensor<?x5xf32> to tensor<*xf32>
  call @printMemrefF32(%v) : (tensor<*xf32>) -> ()
  // CHECK: sizes = [5, 5]
  // CHECK-NEXT: {{\[}}[-63,  -48,  11,  11,  34],
  // CHECK-NEXT: [1,  -7,  -5,  0,  -19],
  // CHECK-NEXT: [-9,  -13.5,  -8,  4,  17.5],
  // CHECK-NEXT: [1.5,  -1,  3.5,  -2.5,  3],
  // CHECK-NEXT: [-6.5,  -9.5,  -6,  0,  0]]
  %noise = arith.constant dense<[[2.0, 2.0, 2.0, 1.0], [-1.0, 0.0, 0.0, 2.0], [-1.0, 0.0, -1.0, 0.0], [0.0, 0.0, -1.0, 0.0], [1.0, -2.0, 0.0, 1.0]]> : tensor<5x4xf32>
  %mask = arith.constant dense<[true, true, false, true, true]> : tensor<5xi1>
  %6 = tensor.cast %noise : tensor<5x4xf32> to tensor<?x4xf32>
  %7 = tensor.cast %mask : tensor<5xi1> to tensor<?xi1>
  %gw, %ge = call @gate(%0, %6, %7, %t)
      : (tensor<?x3xf32>, tensor<?x4xf32>, tensor<?xi1>, index) -> (tensor<?x2xf32>, tensor<?x2xi32>)
  %gwu = tensor.cast %gw : tensor<?x2xf32> to tensor<*xf32>
  call @printMemrefF32(%gwu) : (tensor<*xf32>) -> ()
  // CHECK: sizes = [5, 2]
  // CHECK-NEXT: {{\[}}[7,  6],
  // CHECK-NEXT: [6,  -6],
  // CHECK-NEXT: [0,  0],
  // CHECK-NEXT: [-3,  -3],
  // CHECK-NEXT: [5,  3]]
  %geu = tensor.cast %ge : tensor<?x2xi32> to tensor<*xi32>
  call @printMemrefI32(%geu) : (tensor<*xi32>) -> ()
  // CHECK: sizes = [5, 2]
  // CHECK-NEXT: {{\[}}[3,  1],
  // CHECK-NEXT: [2,  3],
  // CHECK-NEXT: [0,  1],
  // CHECK-NEXT: [1,  2],
  // CHECK-NEXT: [3,  0]]
  return
}
