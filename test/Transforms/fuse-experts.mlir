// RUN: moe-opt %s --moe-fuse-experts --canonicalize --remarks-filter='moe.*' --remark-policy=all --verify-diagnostics | FileCheck %s

#rows = affine_map<(m, n, k) -> (m, k)>
#out_in = affine_map<(m, n, k) -> (n, k)>
#out = affine_map<(m, n, k) -> (m, n)>

// SwiGLU: gate and up read the tokens through the slots and become one matmul
// with silu(g) * u as epilogue; down adds weighted rows into the tokens.
// CHECK-LABEL: func.func @swiglu(
// CHECK-SAME:    %[[X:.*]]: tensor<?x16xf32>, %{{.*}}: tensor<?x8xf32>, %[[WG:.*]]: tensor<8x24x16xf32>, %[[WU:.*]]: tensor<8x24x16xf32>, %[[WD:.*]]: tensor<8x16x24xf32>)
// CHECK:         %[[W:.*]], %{{.*}} = moe.gate
// CHECK:         %{{.*}}, %[[O:.*]], %[[S:.*]] = moe.dispatch
// CHECK-NOT:     moe.expert
// CHECK:         %[[H:.*]] = moe.grouped_matmul ins(%[[X]] : tensor<?x16xf32>) offsets(%[[O]] : tensor<9xi32>) weights(%[[WG]], %[[WU]] : {{.*}}) transposed slots(%[[S]] : tensor<?xi32>) slots_per_token(2) gather
// CHECK:         ^bb0(%[[G:.*]]: f32, %[[U:.*]]: f32):
// CHECK:           %[[SILU:.*]] = arith.divf %[[G]]
// CHECK:           %[[P:.*]] = arith.mulf %[[SILU]], %[[U]]
// CHECK:           moe.yield %[[P]]
// CHECK:         %[[Y:.*]] = moe.grouped_matmul ins(%[[H]] : tensor<?x24xf32>) offsets(%[[O]] : tensor<9xi32>) weights(%[[WD]] : {{.*}}) transposed slots(%[[S]] : tensor<?xi32>) slots_per_token(2) accumulate operands(%[[W]] : tensor<?x2xf32>)
// CHECK:         return %[[Y]]
func.func @swiglu(%x: tensor<?x16xf32>, %logits: tensor<?x8xf32>, %wg: tensor<8x24x16xf32>, %wu: tensor<8x24x16xf32>, %wd: tensor<8x16x24xf32>) -> tensor<?x16xf32> {
  %w, %e = moe.gate %logits <softmax, top_k<2>, sum> : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %rows, %o, %s = moe.dispatch %x to %e weights(%w : tensor<?x2xf32>) : tensor<?x16xf32> to tensor<?x2xi32> -> tensor<?x16xf32> by tensor<9xi32>, tensor<?xi32>
  // expected-remark @+1 {{matmuls=2, regions=0}}
  %y = moe.expert rows(%xe = %rows : tensor<?x16xf32>) offsets(%o : tensor<9xi32>) params(%g = %wg : tensor<8x24x16xf32>, %u = %wu : tensor<8x24x16xf32>, %d = %wd : tensor<8x16x24xf32>) {
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %one = arith.constant 1.0 : f32
    %m = tensor.dim %xe, %c0 : tensor<?x16xf32>
    %i = tensor.empty(%m) : tensor<?x24xf32>
    %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x24xf32>) -> tensor<?x24xf32>
    %a = linalg.matmul indexing_maps = [#rows, #out_in, #out] ins(%xe, %g : tensor<?x16xf32>, tensor<24x16xf32>) outs(%f : tensor<?x24xf32>) -> tensor<?x24xf32>
    %b = linalg.matmul indexing_maps = [#rows, #out_in, #out] ins(%xe, %u : tensor<?x16xf32>, tensor<24x16xf32>) outs(%f : tensor<?x24xf32>) -> tensor<?x24xf32>
    %h = linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (m, n)>], iterator_types = ["parallel", "parallel"]} ins(%a, %b : tensor<?x24xf32>, tensor<?x24xf32>) outs(%i : tensor<?x24xf32>) {
    ^bb0(%ga: f32, %ub: f32, %out: f32):
      %n = arith.negf %ga : f32
      %ex = math.exp %n : f32
      %den = arith.addf %ex, %one : f32
      %sil = arith.divf %ga, %den : f32
      %p = arith.mulf %sil, %ub : f32
      linalg.yield %p : f32
    } -> tensor<?x24xf32>
    %i2 = tensor.empty(%m) : tensor<?x16xf32>
    %f2 = linalg.fill ins(%zero : f32) outs(%i2 : tensor<?x16xf32>) -> tensor<?x16xf32>
    %r = linalg.matmul indexing_maps = [#rows, #out_in, #out] ins(%h, %d : tensor<?x24xf32>, tensor<16x24xf32>) outs(%f2 : tensor<?x16xf32>) -> tensor<?x16xf32>
    moe.yield %r : tensor<?x16xf32>
  } -> tensor<?x16xf32>
  %c = moe.combine %y by %s weights(%w) : tensor<?x16xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x16xf32>
  return %c : tensor<?x16xf32>
}

// An expert inside an expert's region stays level 1: the region must keep rows
// apart, which only level 1 is known to do.
// CHECK-LABEL: func.func @nested(
// CHECK:         moe.expert
// CHECK:           moe.dispatch
// CHECK:           moe.expert
// CHECK:           moe.combine
// CHECK-NOT:     moe.grouped_matmul
func.func @nested(%rows: tensor<?x4xf32>, %o: tensor<3xi32>, %w: tensor<2x3x4x4xf32>, %r: tensor<2x4x3xf32>) -> tensor<?x4xf32> {
  %y = moe.expert rows(%xe = %rows : tensor<?x4xf32>) offsets(%o : tensor<3xi32>) params(%we = %w : tensor<2x3x4x4xf32>, %re = %r : tensor<2x4x3xf32>) {
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %m = tensor.dim %xe, %c0 : tensor<?x4xf32>
    %zi = tensor.empty(%m) : tensor<?x3xf32>
    %zf = linalg.fill ins(%zero : f32) outs(%zi : tensor<?x3xf32>) -> tensor<?x3xf32>
    %wi, %ei = moe.gate %zf <softmax, top_k<1>> : tensor<?x3xf32> -> tensor<?x1xf32>, tensor<?x1xi32>
    // expected-remark @+1 {{'moe.dispatch' has no matmul form}}
    %ri, %oi, %si = moe.dispatch %xe to %ei weights(%wi : tensor<?x1xf32>) : tensor<?x4xf32> to tensor<?x1xi32> -> tensor<?x4xf32> by tensor<4xi32>, tensor<?xi32>
    %yi = moe.expert rows(%xi = %ri : tensor<?x4xf32>) offsets(%oi : tensor<4xi32>) params(%wj = %we : tensor<3x4x4xf32>) {
      %d0 = arith.constant 0 : index
      %z = arith.constant 0.0 : f32
      %mi = tensor.dim %xi, %d0 : tensor<?x4xf32>
      %i = tensor.empty(%mi) : tensor<?x4xf32>
      %f = linalg.fill ins(%z : f32) outs(%i : tensor<?x4xf32>) -> tensor<?x4xf32>
      %p = linalg.matmul ins(%xi, %wj : tensor<?x4xf32>, tensor<4x4xf32>) outs(%f : tensor<?x4xf32>) -> tensor<?x4xf32>
      moe.yield %p : tensor<?x4xf32>
    } -> tensor<?x4xf32>
    %ci = moe.combine %yi by %si weights(%wi) : tensor<?x4xf32>, tensor<?xi32>, tensor<?x1xf32> -> tensor<?x4xf32>
    moe.yield %ci : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}
