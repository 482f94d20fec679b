// RUN: moe-opt %s | moe-opt | FileCheck %s
// RUN: moe-opt %s --mlir-print-op-generic | moe-opt | FileCheck %s
// RUN: moe-opt %s --emit-bytecode | moe-opt | FileCheck %s

// CHECK-LABEL: func.func @layer(
func.func @layer(%x: tensor<?x2048xf32> {moe.name = "x", moe.dims = ["T"]},
                 %router: tensor<64x2048xf32> {moe.param},
                 %w: tensor<64x2048x2048xf32> {moe.param, moe.init = #moe.init<fan_in<1>>}, %s: f32, %logits: tensor<?x64xf32>) -> tensor<?x2048xf32> {
  // CHECK: moe.gate %{{.*}} <softmax, top_k<8>> : tensor<?x64xf32> -> tensor<?x8xf32>, tensor<?x8xi32>
  %weights, %experts = moe.gate %logits <softmax, top_k<8>>
      : tensor<?x64xf32> -> tensor<?x8xf32>, tensor<?x8xi32>
  %rows, %offsets, %slots = moe.dispatch %x to %experts weights(%weights : tensor<?x8xf32>)
      : tensor<?x2048xf32> to tensor<?x8xi32> -> tensor<?x2048xf32> by tensor<65xi32>, tensor<?xi32>
  // CHECK: moe.expert rows(%[[XE:.*]] = %{{.*}} : tensor<?x2048xf32>) offsets(%{{.*}} : tensor<65xi32>) params(%{{.*}} = %{{.*}} : tensor<64x2048x2048xf32>) shared(
  %y = moe.expert rows(%xe = %rows : tensor<?x2048xf32>)
                  offsets(%offsets : tensor<65xi32>)
                  params(%we = %w : tensor<64x2048x2048xf32>) shared(%sc = %s : f32) {
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %m = tensor.dim %xe, %c0 : tensor<?x2048xf32>
    %i = tensor.empty(%m) : tensor<?x2048xf32>
    %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x2048xf32>) -> tensor<?x2048xf32>
    %r = linalg.matmul ins(%xe, %we : tensor<?x2048xf32>, tensor<2048x2048xf32>)
                       outs(%f : tensor<?x2048xf32>) -> tensor<?x2048xf32>
    moe.yield %r : tensor<?x2048xf32>
  } -> tensor<?x2048xf32>
  %c = moe.combine %y by %slots weights(%weights)
      : tensor<?x2048xf32>, tensor<?xi32>, tensor<?x8xf32> -> tensor<?x2048xf32>
  return %c : tensor<?x2048xf32>
}

// CHECK-LABEL: func.func @gates(
func.func @gates(%z: tensor<?x256xbf16>, %b: tensor<256xf32>, %n: tensor<?x256xf32>, %m: tensor<?xi1>) {
  // CHECK: moe.gate %{{.*}} <sigmoid, group_top_k<8, groups = 8, kept = 4, by = sum_of_two>, sum<9.9999999999999995E-21>, scale = 2.500000e+00> bias(
  %0:2 = moe.gate %z <sigmoid, group_top_k<8, groups = 8, kept = 4, by = sum_of_two>, sum<1.0e-20>, scale = 2.5>
      bias(%b : tensor<256xf32>) : tensor<?x256xbf16> -> tensor<?x8xf32>, tensor<?x8xi32>
  %1:2 = moe.gate %z <region, all> score {
  ^bb0(%a: f32):
    %t = math.tanh %a : f32
    moe.yield %t : f32
  } : tensor<?x256xbf16> -> tensor<?x256xf32>, tensor<?x256xi32>
  return
}

// CHECK-LABEL: func.func @machine(
func.func @machine(%x: tensor<?x2048xf32>, %wg: tensor<64x2048xf32>, %w0: tensor<?x8xf32>, %e0: tensor<?x8xi32>, %o0: tensor<65xi32>, %s0: tensor<?xi32>,
                   %up: tensor<64x1024x2048xf32>, %bias: tensor<64x1024xf32>, %init: tensor<?x1024xf32>, %tr0: tensor<?x8xi32>) -> tensor<?x1024xf32> {
  %w, %e, %offsets, %s = moe.route <softmax, top_k<8>>
      ins(%x, %wg : tensor<?x2048xf32>, tensor<64x2048xf32>) transposed
      outs(%w0, %e0, %o0, %s0 : tensor<?x8xf32>, tensor<?x8xi32>, tensor<65xi32>, tensor<?xi32>)
      -> tensor<?x8xf32>, tensor<?x8xi32>, tensor<65xi32>, tensor<?xi32>
  %p:3 = moe.plan ins(%e : tensor<?x8xi32>) weights(%w : tensor<?x8xf32>)
      outs(%o0, %s0, %tr0 : tensor<65xi32>, tensor<?xi32>, tensor<?x8xi32>) -> tensor<65xi32>, tensor<?xi32>, tensor<?x8xi32>
  %h = moe.grouped_matmul ins(%x : tensor<?x2048xf32>) offsets(%offsets : tensor<65xi32>)
      weights(%up, %up : tensor<64x1024x2048xf32>, tensor<64x1024x2048xf32>) transposed
      slots(%s : tensor<?xi32>) slots_per_token(8) gather
      operands(%bias : tensor<64x1024xf32>) maps [affine_map<(e, r, n, s) -> (e, n)>]
      outs(%init : tensor<?x1024xf32>) schedule(#moe.cpu_schedule<rows = 6, columns = 64>) epilogue {
  ^bb0(%g: f32, %u: f32, %be: f32):
    %q = arith.mulf %g, %u : f32
    %q2 = arith.addf %q, %be : f32
    moe.yield %q2 : f32
  } -> tensor<?x1024xf32>
  %y = moe.combine_rows ins(%h, %s, %p#2 : tensor<?x1024xf32>, tensor<?xi32>, tensor<?x8xi32>)
      weights(%w : tensor<?x8xf32>) outs(%init : tensor<?x1024xf32>) -> tensor<?x1024xf32>
  return %y : tensor<?x1024xf32>
}

// CHECK-LABEL: func.func @buffers(
func.func @buffers(%x: memref<?x16xf32>, %s: memref<?xi32>, %out: memref<?x16xf32, strided<[?, 1]>>) {
  // CHECK: moe.gather_rows ins(%{{.*}}, %{{.*}} : memref<?x16xf32>, memref<?xi32>) slots_per_token(2) outs(%{{.*}} : memref<?x16xf32, strided<[?, 1]>>)
  moe.gather_rows ins(%x, %s : memref<?x16xf32>, memref<?xi32>) slots_per_token(2)
      outs(%out : memref<?x16xf32, strided<[?, 1]>>)
  return
}
