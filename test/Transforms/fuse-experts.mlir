// RUN: moe-opt %s --moe-fuse-experts --canonicalize --split-input-file --remarks-filter='moe.*' --remark-policy=all --verify-diagnostics | FileCheck %s

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

// -----

#id = affine_map<(m, n) -> (m, n)>
#col = affine_map<(m, n) -> (n)>
#one = affine_map<(m, n) -> (0)>
#rows = affine_map<(m, n, k) -> (m, k)>
#nk = affine_map<(m, n, k) -> (n, k)>
#kn = affine_map<(m, n, k) -> (k, n)>
#mn = affine_map<(m, n, k) -> (m, n)>

// A linear expert is one matmul.
// CHECK-LABEL: func.func @linear(
// CHECK-NOT:     moe.expert
// CHECK:         moe.grouped_matmul {{.*}} gather accumulate operands(
// CHECK-NOT:     moe.grouped_matmul
// CHECK:         return
func.func @linear(%x: tensor<?x16xf32>, %w: tensor<?x2xf32>, %e: tensor<?x2xi32>, %p: tensor<8x16x16xf32>) -> tensor<?x16xf32> {
  %rows, %o, %s = moe.dispatch %x to %e weights(%w : tensor<?x2xf32>) : tensor<?x16xf32> to tensor<?x2xi32> -> tensor<?x16xf32> by tensor<9xi32>, tensor<?xi32>
  // expected-remark @+1 {{matmuls=1, regions=0}}
  %y = moe.expert rows(%xe = %rows : tensor<?x16xf32>) offsets(%o : tensor<9xi32>) params(%pe = %p : tensor<8x16x16xf32>) {
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %m = tensor.dim %xe, %c0 : tensor<?x16xf32>
    %v10 = tensor.empty(%m) : tensor<?x16xf32>
    %v11 = linalg.fill ins(%zero : f32) outs(%v10 : tensor<?x16xf32>) -> tensor<?x16xf32>
    %v12 = linalg.matmul ins(%xe, %pe : tensor<?x16xf32>, tensor<16x16xf32>) outs(%v11 : tensor<?x16xf32>) -> tensor<?x16xf32>
    moe.yield %v12 : tensor<?x16xf32>
  } -> tensor<?x16xf32>
  %t0 = moe.combine %y by %s weights(%w) : tensor<?x16xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x16xf32>
  return %t0 : tensor<?x16xf32>
}

// -----

#id = affine_map<(m, n) -> (m, n)>
#col = affine_map<(m, n) -> (n)>
#one = affine_map<(m, n) -> (0)>
#rows = affine_map<(m, n, k) -> (m, k)>
#nk = affine_map<(m, n, k) -> (n, k)>
#kn = affine_map<(m, n, k) -> (k, n)>
#mn = affine_map<(m, n, k) -> (m, n)>

// Biases and the ReLU go into the epilogues; a bias is read by (expert, column).
// CHECK-LABEL: func.func @relu_mlp(
// CHECK-NOT:     moe.expert
// CHECK:         moe.grouped_matmul {{.*}} gather operands(%{{.*}} : tensor<8x24xf32>) maps [#{{[a-z0-9]+}}]
// CHECK:           arith.addf
// CHECK:           arith.maximumf
// CHECK:         moe.grouped_matmul {{.*}} accumulate operands(
// CHECK:           arith.addf
// CHECK:         return
func.func @relu_mlp(%x: tensor<?x16xf32>, %w: tensor<?x2xf32>, %e: tensor<?x2xi32>, %p: tensor<8x16x24xf32>, %b: tensor<8x24xf32>, %q: tensor<8x24x16xf32>, %c: tensor<8x16xf32>) -> tensor<?x16xf32> {
  %rows, %o, %s = moe.dispatch %x to %e weights(%w : tensor<?x2xf32>) : tensor<?x16xf32> to tensor<?x2xi32> -> tensor<?x16xf32> by tensor<9xi32>, tensor<?xi32>
  // expected-remark @+1 {{matmuls=2, regions=0}}
  %y = moe.expert rows(%xe = %rows : tensor<?x16xf32>) offsets(%o : tensor<9xi32>) params(%pe = %p : tensor<8x16x24xf32>, %be = %b : tensor<8x24xf32>, %qe = %q : tensor<8x24x16xf32>, %ce = %c : tensor<8x16xf32>) {
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %m = tensor.dim %xe, %c0 : tensor<?x16xf32>
    %v10 = tensor.empty(%m) : tensor<?x24xf32>
    %v11 = linalg.fill ins(%zero : f32) outs(%v10 : tensor<?x24xf32>) -> tensor<?x24xf32>
    %v12 = linalg.matmul ins(%xe, %pe : tensor<?x16xf32>, tensor<16x24xf32>) outs(%v11 : tensor<?x24xf32>) -> tensor<?x24xf32>
    %v13 = tensor.empty(%m) : tensor<?x24xf32>
    %v14 = linalg.generic {indexing_maps = [#id, #col, #id], iterator_types = ["parallel", "parallel"]} ins(%v12, %be : tensor<?x24xf32>, tensor<24xf32>) outs(%v13 : tensor<?x24xf32>) {
    ^bb0(%a: f32, %b: f32, %o: f32):
      %u = arith.addf %a, %b : f32
      %r = arith.maximumf %u, %zero : f32
      linalg.yield %r : f32
    } -> tensor<?x24xf32>
    %v15 = tensor.empty(%m) : tensor<?x16xf32>
    %v16 = linalg.fill ins(%zero : f32) outs(%v15 : tensor<?x16xf32>) -> tensor<?x16xf32>
    %v17 = linalg.matmul ins(%v14, %qe : tensor<?x24xf32>, tensor<24x16xf32>) outs(%v16 : tensor<?x16xf32>) -> tensor<?x16xf32>
    %v18 = tensor.empty(%m) : tensor<?x16xf32>
    %v19 = linalg.generic {indexing_maps = [#id, #col, #id], iterator_types = ["parallel", "parallel"]} ins(%v17, %ce : tensor<?x16xf32>, tensor<16xf32>) outs(%v18 : tensor<?x16xf32>) {
    ^bb0(%a: f32, %b: f32, %o: f32):
      %r = arith.addf %a, %b : f32
      linalg.yield %r : f32
    } -> tensor<?x16xf32>
    moe.yield %v19 : tensor<?x16xf32>
  } -> tensor<?x16xf32>
  %t0 = moe.combine %y by %s weights(%w) : tensor<?x16xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x16xf32>
  return %t0 : tensor<?x16xf32>
}

// -----

#id = affine_map<(m, n) -> (m, n)>
#col = affine_map<(m, n) -> (n)>
#one = affine_map<(m, n) -> (0)>
#rows = affine_map<(m, n, k) -> (m, k)>
#nk = affine_map<(m, n, k) -> (n, k)>
#kn = affine_map<(m, n, k) -> (k, n)>
#mn = affine_map<(m, n, k) -> (m, n)>

// Gate and up in one weight, cut in halves: two slices of the weight.
// CHECK-LABEL: func.func @merged(
// CHECK-SAME:    %[[X:[^:]*]]: tensor<?x16xf32>, {{.*}}, %[[W:[^:]*]]: tensor<8x16x48xf32>
// CHECK-NOT:     moe.expert
// CHECK-DAG:     %[[G:.*]] = tensor.extract_slice %[[W]][0, 0, 0] [8, 16, 24] [1, 1, 1]
// CHECK-DAG:     %[[U:.*]] = tensor.extract_slice %[[W]][0, 0, 24] [8, 16, 24] [1, 1, 1]
// CHECK:         moe.grouped_matmul ins(%[[X]] {{.*}} weights(%[[G]], %[[U]] :
// CHECK:         moe.grouped_matmul {{.*}} accumulate
func.func @merged(%x: tensor<?x16xf32>, %w: tensor<?x2xf32>, %e: tensor<?x2xi32>, %p: tensor<8x16x48xf32>, %b: tensor<8x48xf32>, %q: tensor<8x24x16xf32>) -> tensor<?x16xf32> {
  %rows, %o, %s = moe.dispatch %x to %e weights(%w : tensor<?x2xf32>) : tensor<?x16xf32> to tensor<?x2xi32> -> tensor<?x16xf32> by tensor<9xi32>, tensor<?xi32>
  // expected-remark @+1 {{matmuls=2, regions=0}}
  %y = moe.expert rows(%xe = %rows : tensor<?x16xf32>) offsets(%o : tensor<9xi32>) params(%pe = %p : tensor<8x16x48xf32>, %be = %b : tensor<8x48xf32>, %qe = %q : tensor<8x24x16xf32>) {
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %m = tensor.dim %xe, %c0 : tensor<?x16xf32>
    %v10 = tensor.empty(%m) : tensor<?x48xf32>
    %v11 = linalg.fill ins(%zero : f32) outs(%v10 : tensor<?x48xf32>) -> tensor<?x48xf32>
    %v12 = linalg.matmul ins(%xe, %pe : tensor<?x16xf32>, tensor<16x48xf32>) outs(%v11 : tensor<?x48xf32>) -> tensor<?x48xf32>
    %v13 = tensor.empty(%m) : tensor<?x48xf32>
    %v14 = linalg.generic {indexing_maps = [#id, #col, #id], iterator_types = ["parallel", "parallel"]} ins(%v12, %be : tensor<?x48xf32>, tensor<48xf32>) outs(%v13 : tensor<?x48xf32>) {
    ^bb0(%a: f32, %b: f32, %o: f32):
      %r = arith.addf %a, %b : f32
      linalg.yield %r : f32
    } -> tensor<?x48xf32>
    %v15 = tensor.extract_slice %v14[0, 0] [%m, 24] [1, 1] : tensor<?x48xf32> to tensor<?x24xf32>
    %v16 = tensor.extract_slice %v14[0, 24] [%m, 24] [1, 1] : tensor<?x48xf32> to tensor<?x24xf32>
    %v17 = tensor.empty(%m) : tensor<?x24xf32>
    %v18 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%v15, %v16 : tensor<?x24xf32>, tensor<?x24xf32>) outs(%v17 : tensor<?x24xf32>) {
    ^bb0(%a: f32, %b: f32, %o: f32):
      %r = arith.mulf %a, %b : f32
      linalg.yield %r : f32
    } -> tensor<?x24xf32>
    %v19 = tensor.empty(%m) : tensor<?x16xf32>
    %v20 = linalg.fill ins(%zero : f32) outs(%v19 : tensor<?x16xf32>) -> tensor<?x16xf32>
    %v21 = linalg.matmul ins(%v18, %qe : tensor<?x24xf32>, tensor<24x16xf32>) outs(%v20 : tensor<?x16xf32>) -> tensor<?x16xf32>
    moe.yield %v21 : tensor<?x16xf32>
  } -> tensor<?x16xf32>
  %t0 = moe.combine %y by %s weights(%w) : tensor<?x16xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x16xf32>
  return %t0 : tensor<?x16xf32>
}

// -----

#id = affine_map<(m, n) -> (m, n)>
#col = affine_map<(m, n) -> (n)>
#one = affine_map<(m, n) -> (0)>
#rows = affine_map<(m, n, k) -> (m, k)>
#nk = affine_map<(m, n, k) -> (n, k)>
#kn = affine_map<(m, n, k) -> (k, n)>
#mn = affine_map<(m, n, k) -> (m, n)>

// Gate and up by parity: slices with a stride.
// CHECK-LABEL: func.func @interleaved(
// CHECK-SAME:    %[[X:[^:]*]]: tensor<?x16xf32>, {{.*}}, %[[W:[^:]*]]: tensor<8x16x48xf32>
// CHECK-NOT:     moe.expert
// CHECK-DAG:     %[[G:.*]] = tensor.extract_slice %[[W]][0, 0, 0] [8, 16, 24] [1, 1, 2]
// CHECK-DAG:     %[[U:.*]] = tensor.extract_slice %[[W]][0, 0, 1] [8, 16, 24] [1, 1, 2]
// CHECK:         moe.grouped_matmul ins(%[[X]] {{.*}} weights(%[[G]], %[[U]] :
// CHECK:         moe.grouped_matmul {{.*}} accumulate
func.func @interleaved(%x: tensor<?x16xf32>, %w: tensor<?x2xf32>, %e: tensor<?x2xi32>, %p: tensor<8x16x48xf32>, %b: tensor<8x48xf32>, %q: tensor<8x24x16xf32>) -> tensor<?x16xf32> {
  %rows, %o, %s = moe.dispatch %x to %e weights(%w : tensor<?x2xf32>) : tensor<?x16xf32> to tensor<?x2xi32> -> tensor<?x16xf32> by tensor<9xi32>, tensor<?xi32>
  // expected-remark @+1 {{matmuls=2, regions=0}}
  %y = moe.expert rows(%xe = %rows : tensor<?x16xf32>) offsets(%o : tensor<9xi32>) params(%pe = %p : tensor<8x16x48xf32>, %be = %b : tensor<8x48xf32>, %qe = %q : tensor<8x24x16xf32>) {
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %m = tensor.dim %xe, %c0 : tensor<?x16xf32>
    %v10 = tensor.empty(%m) : tensor<?x48xf32>
    %v11 = linalg.fill ins(%zero : f32) outs(%v10 : tensor<?x48xf32>) -> tensor<?x48xf32>
    %v12 = linalg.matmul ins(%xe, %pe : tensor<?x16xf32>, tensor<16x48xf32>) outs(%v11 : tensor<?x48xf32>) -> tensor<?x48xf32>
    %v13 = tensor.empty(%m) : tensor<?x48xf32>
    %v14 = linalg.generic {indexing_maps = [#id, #col, #id], iterator_types = ["parallel", "parallel"]} ins(%v12, %be : tensor<?x48xf32>, tensor<48xf32>) outs(%v13 : tensor<?x48xf32>) {
    ^bb0(%a: f32, %b: f32, %o: f32):
      %r = arith.addf %a, %b : f32
      linalg.yield %r : f32
    } -> tensor<?x48xf32>
    %v15 = tensor.extract_slice %v14[0, 0] [%m, 24] [1, 2] : tensor<?x48xf32> to tensor<?x24xf32>
    %v16 = tensor.extract_slice %v14[0, 1] [%m, 24] [1, 2] : tensor<?x48xf32> to tensor<?x24xf32>
    %v17 = tensor.empty(%m) : tensor<?x24xf32>
    %v18 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%v15, %v16 : tensor<?x24xf32>, tensor<?x24xf32>) outs(%v17 : tensor<?x24xf32>) {
    ^bb0(%a: f32, %b: f32, %o: f32):
      %r = arith.mulf %a, %b : f32
      linalg.yield %r : f32
    } -> tensor<?x24xf32>
    %v19 = tensor.empty(%m) : tensor<?x16xf32>
    %v20 = linalg.fill ins(%zero : f32) outs(%v19 : tensor<?x16xf32>) -> tensor<?x16xf32>
    %v21 = linalg.matmul ins(%v18, %qe : tensor<?x24xf32>, tensor<24x16xf32>) outs(%v20 : tensor<?x16xf32>) -> tensor<?x16xf32>
    moe.yield %v21 : tensor<?x16xf32>
  } -> tensor<?x16xf32>
  %t0 = moe.combine %y by %s weights(%w) : tensor<?x16xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x16xf32>
  return %t0 : tensor<?x16xf32>
}

// -----

#id = affine_map<(m, n) -> (m, n)>
#col = affine_map<(m, n) -> (n)>
#one = affine_map<(m, n) -> (0)>
#rows = affine_map<(m, n, k) -> (m, k)>
#nk = affine_map<(m, n, k) -> (n, k)>
#kn = affine_map<(m, n, k) -> (k, n)>
#mn = affine_map<(m, n, k) -> (m, n)>

// x W + (x A) B: three matmuls; the last one adds the first one's rows.
// CHECK-LABEL: func.func @lora(
// CHECK-NOT:     moe.expert
// CHECK-COUNT-3: moe.grouped_matmul
// CHECK-NOT:     moe.grouped_matmul
// CHECK:         return
func.func @lora(%x: tensor<?x16xf32>, %w: tensor<?x2xf32>, %e: tensor<?x2xi32>, %p: tensor<8x16x16xf32>, %a: tensor<8x16x4xf32>, %b: tensor<8x4x16xf32>) -> tensor<?x16xf32> {
  %rows, %o, %s = moe.dispatch %x to %e weights(%w : tensor<?x2xf32>) : tensor<?x16xf32> to tensor<?x2xi32> -> tensor<?x16xf32> by tensor<9xi32>, tensor<?xi32>
  // expected-remark @+1 {{matmuls=3, regions=0}}
  %y = moe.expert rows(%xe = %rows : tensor<?x16xf32>) offsets(%o : tensor<9xi32>) params(%pe = %p : tensor<8x16x16xf32>, %ae = %a : tensor<8x16x4xf32>, %be = %b : tensor<8x4x16xf32>) {
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %m = tensor.dim %xe, %c0 : tensor<?x16xf32>
    %v10 = tensor.empty(%m) : tensor<?x16xf32>
    %v11 = linalg.fill ins(%zero : f32) outs(%v10 : tensor<?x16xf32>) -> tensor<?x16xf32>
    %v12 = linalg.matmul ins(%xe, %pe : tensor<?x16xf32>, tensor<16x16xf32>) outs(%v11 : tensor<?x16xf32>) -> tensor<?x16xf32>
    %v13 = tensor.empty(%m) : tensor<?x4xf32>
    %v14 = linalg.fill ins(%zero : f32) outs(%v13 : tensor<?x4xf32>) -> tensor<?x4xf32>
    %v15 = linalg.matmul ins(%xe, %ae : tensor<?x16xf32>, tensor<16x4xf32>) outs(%v14 : tensor<?x4xf32>) -> tensor<?x4xf32>
    %v16 = tensor.empty(%m) : tensor<?x16xf32>
    %v17 = linalg.fill ins(%zero : f32) outs(%v16 : tensor<?x16xf32>) -> tensor<?x16xf32>
    %v18 = linalg.matmul ins(%v15, %be : tensor<?x4xf32>, tensor<4x16xf32>) outs(%v17 : tensor<?x16xf32>) -> tensor<?x16xf32>
    %v19 = tensor.empty(%m) : tensor<?x16xf32>
    %v20 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%v12, %v18 : tensor<?x16xf32>, tensor<?x16xf32>) outs(%v19 : tensor<?x16xf32>) {
    ^bb0(%a: f32, %b: f32, %o: f32):
      %r = arith.addf %a, %b : f32
      linalg.yield %r : f32
    } -> tensor<?x16xf32>
    moe.yield %v20 : tensor<?x16xf32>
  } -> tensor<?x16xf32>
  %t0 = moe.combine %y by %s weights(%w) : tensor<?x16xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x16xf32>
  return %t0 : tensor<?x16xf32>
}

// -----

#id = affine_map<(m, n) -> (m, n)>
#col = affine_map<(m, n) -> (n)>
#one = affine_map<(m, n) -> (0)>
#rows = affine_map<(m, n, k) -> (m, k)>
#nk = affine_map<(m, n, k) -> (n, k)>
#kn = affine_map<(m, n, k) -> (k, n)>
#mn = affine_map<(m, n, k) -> (m, n)>

// A broadcast shared bias, a scale for each expert and a filled tensor are
// read where they come from.
// CHECK-LABEL: func.func @shared(
// CHECK-SAME:    %[[P:[^:]*]]: tensor<8x16x16xf32>, %[[Q:[^:]*]]: tensor<8x1xf32>, %[[B:[^:]*]]: tensor<16xf32>)
// CHECK-NOT:     moe.expert
// CHECK:         moe.grouped_matmul {{.*}} transposed {{.*}} operands(%[[B]], %[[Q]], %{{[a-z0-9]+}} : tensor<16xf32>, tensor<8x1xf32>, tensor<?x2xf32>)
func.func @shared(%x: tensor<?x16xf32>, %w: tensor<?x2xf32>, %e: tensor<?x2xi32>, %p: tensor<8x16x16xf32>, %q: tensor<8x1xf32>, %b: tensor<16xf32>) -> tensor<?x16xf32> {
  %rows, %o, %s = moe.dispatch %x to %e weights(%w : tensor<?x2xf32>) : tensor<?x16xf32> to tensor<?x2xi32> -> tensor<?x16xf32> by tensor<9xi32>, tensor<?xi32>
  // expected-remark @+1 {{matmuls=1, regions=0}}
  %y = moe.expert rows(%xe = %rows : tensor<?x16xf32>) offsets(%o : tensor<9xi32>) params(%pe = %p : tensor<8x16x16xf32>, %qe = %q : tensor<8x1xf32>) shared(%be = %b : tensor<16xf32>) {
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %m = tensor.dim %xe, %c0 : tensor<?x16xf32>
    %v10 = tensor.empty(%m) : tensor<?x16xf32>
    %v11 = linalg.fill ins(%zero : f32) outs(%v10 : tensor<?x16xf32>) -> tensor<?x16xf32>
    %v12 = linalg.matmul indexing_maps = [#rows, #nk, #mn] ins(%xe, %pe : tensor<?x16xf32>, tensor<16x16xf32>) outs(%v11 : tensor<?x16xf32>) -> tensor<?x16xf32>
    %be1 = tensor.empty(%m) : tensor<?x16xf32>
    %bb = linalg.broadcast ins(%be : tensor<16xf32>) outs(%be1 : tensor<?x16xf32>) dimensions = [0]
    %zf = linalg.fill ins(%zero : f32) outs(%be1 : tensor<?x16xf32>) -> tensor<?x16xf32>
    %v13 = tensor.empty(%m) : tensor<?x16xf32>
    %v14 = linalg.generic {indexing_maps = [#id, #id, #one, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%v12, %bb, %qe, %zf : tensor<?x16xf32>, tensor<?x16xf32>, tensor<1xf32>, tensor<?x16xf32>) outs(%v13 : tensor<?x16xf32>) {
    ^bb0(%a: f32, %b: f32, %c: f32, %d: f32, %o: f32):
      %u = arith.addf %a, %b : f32
      %v = arith.mulf %u, %c : f32
      %r = arith.maximumf %v, %d : f32
      linalg.yield %r : f32
    } -> tensor<?x16xf32>
    moe.yield %v14 : tensor<?x16xf32>
  } -> tensor<?x16xf32>
  %t0 = moe.combine %y by %s weights(%w) : tensor<?x16xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x16xf32>
  return %t0 : tensor<?x16xf32>
}

// -----

#id = affine_map<(m, n) -> (m, n)>
#col = affine_map<(m, n) -> (n)>
#one = affine_map<(m, n) -> (0)>
#rows = affine_map<(m, n, k) -> (m, k)>
#nk = affine_map<(m, n, k) -> (n, k)>
#kn = affine_map<(m, n, k) -> (k, n)>
#mn = affine_map<(m, n, k) -> (m, n)>

// The sum of a row is no elementwise op: a smaller region between two matmuls.
// CHECK-LABEL: func.func @norm(
// CHECK:         moe.grouped_matmul {{.*}} gather outs
// CHECK:         moe.expert rows(
// CHECK:         moe.grouped_matmul {{.*}} accumulate
func.func @norm(%x: tensor<?x16xf32>, %w: tensor<?x2xf32>, %e: tensor<?x2xi32>, %p: tensor<8x16x24xf32>, %q: tensor<8x24x16xf32>) -> tensor<?x16xf32> {
  %rows, %o, %s = moe.dispatch %x to %e weights(%w : tensor<?x2xf32>) : tensor<?x16xf32> to tensor<?x2xi32> -> tensor<?x16xf32> by tensor<9xi32>, tensor<?xi32>
  // expected-remark @+1 {{matmuls=2, regions=1}}
  %y = moe.expert rows(%xe = %rows : tensor<?x16xf32>) offsets(%o : tensor<9xi32>) params(%pe = %p : tensor<8x16x24xf32>, %qe = %q : tensor<8x24x16xf32>) {
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %m = tensor.dim %xe, %c0 : tensor<?x16xf32>
    %v10 = tensor.empty(%m) : tensor<?x24xf32>
    %v11 = linalg.fill ins(%zero : f32) outs(%v10 : tensor<?x24xf32>) -> tensor<?x24xf32>
    %v12 = linalg.matmul ins(%xe, %pe : tensor<?x16xf32>, tensor<16x24xf32>) outs(%v11 : tensor<?x24xf32>) -> tensor<?x24xf32>
    %ne = tensor.empty(%m) : tensor<?xf32>
    %nf = linalg.fill ins(%zero : f32) outs(%ne : tensor<?xf32>) -> tensor<?xf32>
    // expected-remark @+1 {{'linalg.generic' stays in an expert region}}
    %ns = linalg.generic {indexing_maps = [#id, affine_map<(m, n) -> (m)>], iterator_types = ["parallel", "reduction"]} ins(%v12 : tensor<?x24xf32>) outs(%nf : tensor<?xf32>) {
    ^bb0(%a: f32, %o: f32):
      %q = arith.mulf %a, %a : f32
      %r = arith.addf %o, %q : f32
      linalg.yield %r : f32
    } -> tensor<?xf32>
    %v13 = tensor.empty(%m) : tensor<?x24xf32>
    %v14 = linalg.generic {indexing_maps = [#id, affine_map<(m, n) -> (m)>, #id], iterator_types = ["parallel", "parallel"]} ins(%v12, %ns : tensor<?x24xf32>, tensor<?xf32>) outs(%v13 : tensor<?x24xf32>) {
    ^bb0(%a: f32, %b: f32, %o: f32):
      %r = arith.divf %a, %b : f32
      linalg.yield %r : f32
    } -> tensor<?x24xf32>
    %v15 = tensor.empty(%m) : tensor<?x16xf32>
    %v16 = linalg.fill ins(%zero : f32) outs(%v15 : tensor<?x16xf32>) -> tensor<?x16xf32>
    %v17 = linalg.matmul ins(%v14, %qe : tensor<?x24xf32>, tensor<24x16xf32>) outs(%v16 : tensor<?x16xf32>) -> tensor<?x16xf32>
    moe.yield %v17 : tensor<?x16xf32>
  } -> tensor<?x16xf32>
  %t0 = moe.combine %y by %s weights(%w) : tensor<?x16xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x16xf32>
  return %t0 : tensor<?x16xf32>
}

// -----

#id = affine_map<(m, n) -> (m, n)>
#col = affine_map<(m, n) -> (n)>
#one = affine_map<(m, n) -> (0)>
#rows = affine_map<(m, n, k) -> (m, k)>
#nk = affine_map<(m, n, k) -> (n, k)>
#kn = affine_map<(m, n, k) -> (k, n)>
#mn = affine_map<(m, n, k) -> (m, n)>

// Two results, each summed on its own.
// CHECK-LABEL: func.func @two_results(
// CHECK-NOT:     moe.expert
// CHECK:         moe.grouped_matmul {{.*}} gather accumulate
// CHECK:         moe.grouped_matmul {{.*}} gather accumulate
func.func @two_results(%x: tensor<?x16xf32>, %w: tensor<?x2xf32>, %e: tensor<?x2xi32>, %p: tensor<8x16x16xf32>, %q: tensor<8x16x16xf32>) -> (tensor<?x16xf32>, tensor<?x16xf32>) {
  %rows, %o, %s = moe.dispatch %x to %e weights(%w : tensor<?x2xf32>) : tensor<?x16xf32> to tensor<?x2xi32> -> tensor<?x16xf32> by tensor<9xi32>, tensor<?xi32>
  // expected-remark @+1 {{matmuls=2, regions=0}}
  %y:2 = moe.expert rows(%xe = %rows : tensor<?x16xf32>) offsets(%o : tensor<9xi32>) params(%pe = %p : tensor<8x16x16xf32>, %qe = %q : tensor<8x16x16xf32>) {
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %m = tensor.dim %xe, %c0 : tensor<?x16xf32>
    %v10 = tensor.empty(%m) : tensor<?x16xf32>
    %v11 = linalg.fill ins(%zero : f32) outs(%v10 : tensor<?x16xf32>) -> tensor<?x16xf32>
    %v12 = linalg.matmul ins(%xe, %pe : tensor<?x16xf32>, tensor<16x16xf32>) outs(%v11 : tensor<?x16xf32>) -> tensor<?x16xf32>
    %v13 = tensor.empty(%m) : tensor<?x16xf32>
    %v14 = linalg.fill ins(%zero : f32) outs(%v13 : tensor<?x16xf32>) -> tensor<?x16xf32>
    %v15 = linalg.matmul ins(%xe, %qe : tensor<?x16xf32>, tensor<16x16xf32>) outs(%v14 : tensor<?x16xf32>) -> tensor<?x16xf32>
    moe.yield %v12, %v15 : tensor<?x16xf32>, tensor<?x16xf32>
  } -> tensor<?x16xf32>, tensor<?x16xf32>
  %t0 = moe.combine %y#0 by %s weights(%w) : tensor<?x16xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x16xf32>
  %t1 = moe.combine %y#1 by %s weights(%w) : tensor<?x16xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x16xf32>
  return %t0, %t1 : tensor<?x16xf32>, tensor<?x16xf32>
}

// -----

#id = affine_map<(m, n) -> (m, n)>
#col = affine_map<(m, n) -> (n)>
#one = affine_map<(m, n) -> (0)>
#rows = affine_map<(m, n, k) -> (m, k)>
#nk = affine_map<(m, n, k) -> (n, k)>
#kn = affine_map<(m, n, k) -> (k, n)>
#mn = affine_map<(m, n, k) -> (m, n)>

// One value that two sums read is computed once.
// CHECK-LABEL: func.func @same_twice(
// CHECK-NOT:     moe.expert
// CHECK:         moe.grouped_matmul
// CHECK-NOT:     moe.grouped_matmul
// CHECK:         moe.combine
func.func @same_twice(%x: tensor<?x16xf32>, %w: tensor<?x2xf32>, %e: tensor<?x2xi32>, %p: tensor<8x16x16xf32>) -> (tensor<?x16xf32>, tensor<?x16xf32>) {
  %rows, %o, %s = moe.dispatch %x to %e weights(%w : tensor<?x2xf32>) : tensor<?x16xf32> to tensor<?x2xi32> -> tensor<?x16xf32> by tensor<9xi32>, tensor<?xi32>
  // expected-remark @+1 {{matmuls=1, regions=0}}
  %y:2 = moe.expert rows(%xe = %rows : tensor<?x16xf32>) offsets(%o : tensor<9xi32>) params(%pe = %p : tensor<8x16x16xf32>) {
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %m = tensor.dim %xe, %c0 : tensor<?x16xf32>
    %v10 = tensor.empty(%m) : tensor<?x16xf32>
    %v11 = linalg.fill ins(%zero : f32) outs(%v10 : tensor<?x16xf32>) -> tensor<?x16xf32>
    %v12 = linalg.matmul ins(%xe, %pe : tensor<?x16xf32>, tensor<16x16xf32>) outs(%v11 : tensor<?x16xf32>) -> tensor<?x16xf32>
    moe.yield %v12, %v12 : tensor<?x16xf32>, tensor<?x16xf32>
  } -> tensor<?x16xf32>, tensor<?x16xf32>
  // expected-remark @+1 {{no result of a matmul of their own}}
  %t0 = moe.combine %y#0 by %s weights(%w) : tensor<?x16xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x16xf32>
  // expected-remark @+1 {{no result of a matmul of their own}}
  %t1 = moe.combine %y#1 by %s weights(%w) unweighted : tensor<?x16xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x16xf32>
  return %t0, %t1 : tensor<?x16xf32>, tensor<?x16xf32>
}

// -----

#id = affine_map<(m, n) -> (m, n)>
#col = affine_map<(m, n) -> (n)>
#one = affine_map<(m, n) -> (0)>
#rows = affine_map<(m, n, k) -> (m, k)>
#nk = affine_map<(m, n, k) -> (n, k)>
#kn = affine_map<(m, n, k) -> (k, n)>
#mn = affine_map<(m, n, k) -> (m, n)>

// The sum counts slots differently: rows are not gathered by its slots.
// CHECK-LABEL: func.func @other_slots(
// CHECK:         %[[R:.*]], %{{.*}}, %[[S:.*]] = moe.dispatch
// CHECK:         moe.grouped_matmul ins(%[[R]] : {{.*}} slots(%[[S]] : tensor<?xi32>) slots_per_token(1) accumulate
func.func @other_slots(%x: tensor<?x16xf32>, %w: tensor<?x2xf32>, %e: tensor<?x2xi32>, %p: tensor<8x16x16xf32>, %u: tensor<?x1xf32>) -> tensor<?x16xf32> {
  %rows, %o, %s = moe.dispatch %x to %e weights(%w : tensor<?x2xf32>) : tensor<?x16xf32> to tensor<?x2xi32> -> tensor<?x16xf32> by tensor<9xi32>, tensor<?xi32>
  // expected-remark @+1 {{matmuls=1, regions=0}}
  %y = moe.expert rows(%xe = %rows : tensor<?x16xf32>) offsets(%o : tensor<9xi32>) params(%pe = %p : tensor<8x16x16xf32>) {
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %m = tensor.dim %xe, %c0 : tensor<?x16xf32>
    %v10 = tensor.empty(%m) : tensor<?x16xf32>
    %v11 = linalg.fill ins(%zero : f32) outs(%v10 : tensor<?x16xf32>) -> tensor<?x16xf32>
    %v12 = linalg.matmul ins(%xe, %pe : tensor<?x16xf32>, tensor<16x16xf32>) outs(%v11 : tensor<?x16xf32>) -> tensor<?x16xf32>
    moe.yield %v12 : tensor<?x16xf32>
  } -> tensor<?x16xf32>
  %t0 = moe.combine %y by %s weights(%u) : tensor<?x16xf32>, tensor<?xi32>, tensor<?x1xf32> -> tensor<?x16xf32>
  return %t0 : tensor<?x16xf32>
}

// -----

#id = affine_map<(m, n) -> (m, n)>
#col = affine_map<(m, n) -> (n)>
#one = affine_map<(m, n) -> (0)>
#rows = affine_map<(m, n, k) -> (m, k)>
#nk = affine_map<(m, n, k) -> (n, k)>
#kn = affine_map<(m, n, k) -> (k, n)>
#mn = affine_map<(m, n, k) -> (m, n)>

// The expert may mix rows: left alone.
// CHECK-LABEL: func.func @cross_row(
// CHECK:         moe.expert
// CHECK-NOT:     moe.grouped_matmul
func.func @cross_row(%x: tensor<?x16xf32>, %w: tensor<?x2xf32>, %e: tensor<?x2xi32>, %p: tensor<8x16x16xf32>) -> tensor<?x16xf32> {
  %rows, %o, %s = moe.dispatch %x to %e weights(%w : tensor<?x2xf32>) : tensor<?x16xf32> to tensor<?x2xi32> -> tensor<?x16xf32> by tensor<9xi32>, tensor<?xi32>
  // expected-remark @+1 {{the expert mixes rows}}
  %y = moe.expert rows(%xe = %rows : tensor<?x16xf32>) offsets(%o : tensor<9xi32>) params(%pe = %p : tensor<8x16x16xf32>) cross_row {
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %m = tensor.dim %xe, %c0 : tensor<?x16xf32>
    %v10 = tensor.empty(%m) : tensor<?x16xf32>
    %v11 = linalg.fill ins(%zero : f32) outs(%v10 : tensor<?x16xf32>) -> tensor<?x16xf32>
    %v12 = linalg.matmul ins(%xe, %pe : tensor<?x16xf32>, tensor<16x16xf32>) outs(%v11 : tensor<?x16xf32>) -> tensor<?x16xf32>
    moe.yield %v12 : tensor<?x16xf32>
  } -> tensor<?x16xf32>
  %t0 = moe.combine %y by %s weights(%w) : tensor<?x16xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x16xf32>
  return %t0 : tensor<?x16xf32>
}

// -----

#id = affine_map<(m, n) -> (m, n)>
#col = affine_map<(m, n) -> (n)>
#one = affine_map<(m, n) -> (0)>
#rows = affine_map<(m, n, k) -> (m, k)>
#nk = affine_map<(m, n, k) -> (n, k)>
#kn = affine_map<(m, n, k) -> (k, n)>
#mn = affine_map<(m, n, k) -> (m, n)>

// No op here has a matmul form.
// CHECK-LABEL: func.func @only_norm(
// CHECK:         moe.expert
// CHECK-NOT:     moe.grouped_matmul
func.func @only_norm(%x: tensor<?x16xf32>, %w: tensor<?x2xf32>, %e: tensor<?x2xi32>) -> tensor<?x16xf32> {
  %rows, %o, %s = moe.dispatch %x to %e weights(%w : tensor<?x2xf32>) : tensor<?x16xf32> to tensor<?x2xi32> -> tensor<?x16xf32> by tensor<9xi32>, tensor<?xi32>
  %y = moe.expert rows(%xe = %rows : tensor<?x16xf32>) offsets(%o : tensor<9xi32>) {
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %m = tensor.dim %xe, %c0 : tensor<?x16xf32>
    %ne = tensor.empty(%m) : tensor<?xf32>
    %nf = linalg.fill ins(%zero : f32) outs(%ne : tensor<?xf32>) -> tensor<?xf32>
    // expected-remark @+1 {{'linalg.generic' has no matmul form}}
    %ns = linalg.generic {indexing_maps = [#id, affine_map<(m, n) -> (m)>], iterator_types = ["parallel", "reduction"]} ins(%xe : tensor<?x16xf32>) outs(%nf : tensor<?xf32>) {
    ^bb0(%a: f32, %o: f32):
      %q = arith.mulf %a, %a : f32
      %r = arith.addf %o, %q : f32
      linalg.yield %r : f32
    } -> tensor<?xf32>
    %v10 = tensor.empty(%m) : tensor<?x16xf32>
    %v11 = linalg.generic {indexing_maps = [#id, affine_map<(m, n) -> (m)>, #id], iterator_types = ["parallel", "parallel"]} ins(%xe, %ns : tensor<?x16xf32>, tensor<?xf32>) outs(%v10 : tensor<?x16xf32>) {
    ^bb0(%a: f32, %b: f32, %o: f32):
      %r = arith.divf %a, %b : f32
      linalg.yield %r : f32
    } -> tensor<?x16xf32>
    moe.yield %v11 : tensor<?x16xf32>
  } -> tensor<?x16xf32>
  %t0 = moe.combine %y by %s weights(%w) : tensor<?x16xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x16xf32>
  return %t0 : tensor<?x16xf32>
}

// -----

#id = affine_map<(m, n) -> (m, n)>
#col = affine_map<(m, n) -> (n)>
#one = affine_map<(m, n) -> (0)>
#rows = affine_map<(m, n, k) -> (m, k)>
#nk = affine_map<(m, n, k) -> (n, k)>
#kn = affine_map<(m, n, k) -> (k, n)>
#mn = affine_map<(m, n, k) -> (m, n)>

// Elementwise experts have no matmul.
// CHECK-LABEL: func.func @no_matmul(
// CHECK:         moe.expert
// CHECK-NOT:     moe.grouped_matmul
func.func @no_matmul(%x: tensor<?x16xf32>, %w: tensor<?x2xf32>, %e: tensor<?x2xi32>) -> tensor<?x16xf32> {
  %rows, %o, %s = moe.dispatch %x to %e weights(%w : tensor<?x2xf32>) : tensor<?x16xf32> to tensor<?x2xi32> -> tensor<?x16xf32> by tensor<9xi32>, tensor<?xi32>
  // expected-remark @+1 {{the expert has no matmul}}
  %y = moe.expert rows(%xe = %rows : tensor<?x16xf32>) offsets(%o : tensor<9xi32>) {
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %m = tensor.dim %xe, %c0 : tensor<?x16xf32>
    %v10 = tensor.empty(%m) : tensor<?x16xf32>
    %v11 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%xe : tensor<?x16xf32>) outs(%v10 : tensor<?x16xf32>) {
    ^bb0(%a: f32, %o: f32):
      %r = arith.addf %a, %a : f32
      linalg.yield %r : f32
    } -> tensor<?x16xf32>
    moe.yield %v11 : tensor<?x16xf32>
  } -> tensor<?x16xf32>
  %t0 = moe.combine %y by %s weights(%w) : tensor<?x16xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x16xf32>
  return %t0 : tensor<?x16xf32>
}

// -----

#id = affine_map<(m, n) -> (m, n)>
#col = affine_map<(m, n) -> (n)>
#one = affine_map<(m, n) -> (0)>
#rows = affine_map<(m, n, k) -> (m, k)>
#nk = affine_map<(m, n, k) -> (n, k)>
#kn = affine_map<(m, n, k) -> (k, n)>
#mn = affine_map<(m, n, k) -> (m, n)>

// The width of the rows is not static.
// CHECK-LABEL: func.func @dynamic_depth(
// CHECK:         moe.expert
// CHECK-NOT:     moe.grouped_matmul
func.func @dynamic_depth(%x: tensor<?x?xf32>, %w: tensor<?x2xf32>, %e: tensor<?x2xi32>, %p: tensor<8x?x16xf32>) -> tensor<?x16xf32> {
  %rows, %o, %s = moe.dispatch %x to %e weights(%w : tensor<?x2xf32>) : tensor<?x?xf32> to tensor<?x2xi32> -> tensor<?x?xf32> by tensor<9xi32>, tensor<?xi32>
  %y = moe.expert rows(%xe = %rows : tensor<?x?xf32>) offsets(%o : tensor<9xi32>) params(%pe = %p : tensor<8x?x16xf32>) {
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %m = tensor.dim %xe, %c0 : tensor<?x?xf32>
    %i = tensor.empty(%m) : tensor<?x16xf32>
    %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x16xf32>) -> tensor<?x16xf32>
    // expected-remark @+1 {{'linalg.matmul' has no matmul form}}
    %y = linalg.matmul ins(%xe, %pe : tensor<?x?xf32>, tensor<?x16xf32>) outs(%f : tensor<?x16xf32>) -> tensor<?x16xf32>
    moe.yield %y : tensor<?x16xf32>
  } -> tensor<?x16xf32>
  %t0 = moe.combine %y by %s weights(%w) : tensor<?x16xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x16xf32>
  return %t0 : tensor<?x16xf32>
}

// -----

#id = affine_map<(m, n) -> (m, n)>
#col = affine_map<(m, n) -> (n)>
#one = affine_map<(m, n) -> (0)>
#rows = affine_map<(m, n, k) -> (m, k)>
#nk = affine_map<(m, n, k) -> (n, k)>
#kn = affine_map<(m, n, k) -> (k, n)>
#mn = affine_map<(m, n, k) -> (m, n)>

// The sum starts at one: no matmul of its own.
// CHECK-LABEL: func.func @start(
// CHECK:         moe.expert
// CHECK-NOT:     moe.grouped_matmul
func.func @start(%x: tensor<?x16xf32>, %w: tensor<?x2xf32>, %e: tensor<?x2xi32>, %p: tensor<8x16x16xf32>) -> tensor<?x16xf32> {
  %rows, %o, %s = moe.dispatch %x to %e weights(%w : tensor<?x2xf32>) : tensor<?x16xf32> to tensor<?x2xi32> -> tensor<?x16xf32> by tensor<9xi32>, tensor<?xi32>
  %y = moe.expert rows(%xe = %rows : tensor<?x16xf32>) offsets(%o : tensor<9xi32>) params(%pe = %p : tensor<8x16x16xf32>) {
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %m = tensor.dim %xe, %c0 : tensor<?x16xf32>
    %one = arith.constant 1.0 : f32
    %v10 = tensor.empty(%m) : tensor<?x16xf32>
    %v11 = linalg.fill ins(%one : f32) outs(%v10 : tensor<?x16xf32>) -> tensor<?x16xf32>
    // expected-remark @+1 {{'linalg.matmul' has no matmul form}}
    %v12 = linalg.matmul ins(%xe, %pe : tensor<?x16xf32>, tensor<16x16xf32>) outs(%v11 : tensor<?x16xf32>) -> tensor<?x16xf32>
    moe.yield %v12 : tensor<?x16xf32>
  } -> tensor<?x16xf32>
  %t0 = moe.combine %y by %s weights(%w) : tensor<?x16xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x16xf32>
  return %t0 : tensor<?x16xf32>
}

// -----

#id = affine_map<(m, n) -> (m, n)>
#col = affine_map<(m, n) -> (n)>
#one = affine_map<(m, n) -> (0)>
#rows = affine_map<(m, n, k) -> (m, k)>
#nk = affine_map<(m, n, k) -> (n, k)>
#kn = affine_map<(m, n, k) -> (k, n)>
#mn = affine_map<(m, n, k) -> (m, n)>

// A product of exp(x) and a weight looks like a contraction and is none.
// CHECK-LABEL: func.func @exp_matmul(
// CHECK:         moe.expert
// CHECK-NOT:     moe.grouped_matmul
func.func @exp_matmul(%x: tensor<?x16xf32>, %w: tensor<?x2xf32>, %e: tensor<?x2xi32>, %p: tensor<8x16x16xf32>) -> tensor<?x16xf32> {
  %rows, %o, %s = moe.dispatch %x to %e weights(%w : tensor<?x2xf32>) : tensor<?x16xf32> to tensor<?x2xi32> -> tensor<?x16xf32> by tensor<9xi32>, tensor<?xi32>
  %y = moe.expert rows(%xe = %rows : tensor<?x16xf32>) offsets(%o : tensor<9xi32>) params(%pe = %p : tensor<8x16x16xf32>) {
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %m = tensor.dim %xe, %c0 : tensor<?x16xf32>
    %i = tensor.empty(%m) : tensor<?x16xf32>
    %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x16xf32>) -> tensor<?x16xf32>
    // expected-remark @+1 {{'linalg.generic' has no matmul form}}
    %y = linalg.generic {indexing_maps = [#rows, #kn, #mn], iterator_types = ["parallel", "parallel", "reduction"]} ins(%xe, %pe : tensor<?x16xf32>, tensor<16x16xf32>) outs(%f : tensor<?x16xf32>) {
    ^bb0(%a: f32, %b: f32, %o: f32):
      %q = math.exp %a : f32
      %s = arith.mulf %q, %b : f32
      %r = arith.addf %o, %s : f32
      linalg.yield %r : f32
    } -> tensor<?x16xf32>
    moe.yield %y : tensor<?x16xf32>
  } -> tensor<?x16xf32>
  %t0 = moe.combine %y by %s weights(%w) : tensor<?x16xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x16xf32>
  return %t0 : tensor<?x16xf32>
}

// -----

#id = affine_map<(m, n) -> (m, n)>
#col = affine_map<(m, n) -> (n)>
#one = affine_map<(m, n) -> (0)>
#rows = affine_map<(m, n, k) -> (m, k)>
#nk = affine_map<(m, n, k) -> (n, k)>
#kn = affine_map<(m, n, k) -> (k, n)>
#mn = affine_map<(m, n, k) -> (m, n)>

// The weights of the sum come after the expert: the sum stays.
// CHECK-LABEL: func.func @late_weights(
// CHECK:         moe.grouped_matmul
// CHECK-NOT:     accumulate
// CHECK:         moe.combine
func.func @late_weights(%x: tensor<?x16xf32>, %w: tensor<?x2xf32>, %e: tensor<?x2xi32>, %p: tensor<8x16x16xf32>) -> tensor<?x16xf32> {
  %rows, %o, %s = moe.dispatch %x to %e weights(%w : tensor<?x2xf32>) : tensor<?x16xf32> to tensor<?x2xi32> -> tensor<?x16xf32> by tensor<9xi32>, tensor<?xi32>
  // expected-remark @+1 {{matmuls=1, regions=0}}
  %y = moe.expert rows(%xe = %rows : tensor<?x16xf32>) offsets(%o : tensor<9xi32>) params(%pe = %p : tensor<8x16x16xf32>) {
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %m = tensor.dim %xe, %c0 : tensor<?x16xf32>
    %v10 = tensor.empty(%m) : tensor<?x16xf32>
    %v11 = linalg.fill ins(%zero : f32) outs(%v10 : tensor<?x16xf32>) -> tensor<?x16xf32>
    %v12 = linalg.matmul ins(%xe, %pe : tensor<?x16xf32>, tensor<16x16xf32>) outs(%v11 : tensor<?x16xf32>) -> tensor<?x16xf32>
    moe.yield %v12 : tensor<?x16xf32>
  } -> tensor<?x16xf32>
  %c0 = arith.constant 0 : index
  %t = tensor.dim %x, %c0 : tensor<?x16xf32>
  %i = tensor.empty(%t) : tensor<?x2xf32>
  %w2 = linalg.square ins(%w : tensor<?x2xf32>) outs(%i : tensor<?x2xf32>) -> tensor<?x2xf32>
  // expected-remark @+1 {{the weights of the sum are defined after the expert}}
  %t0 = moe.combine %y by %s weights(%w2) : tensor<?x16xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x16xf32>
  return %t0 : tensor<?x16xf32>
}

// -----

#id = affine_map<(m, n) -> (m, n)>
#col = affine_map<(m, n) -> (n)>
#one = affine_map<(m, n) -> (0)>
#rows = affine_map<(m, n, k) -> (m, k)>
#nk = affine_map<(m, n, k) -> (n, k)>
#kn = affine_map<(m, n, k) -> (k, n)>
#mn = affine_map<(m, n, k) -> (m, n)>

// The rows are a result of their own: the sum stays.
// CHECK-LABEL: func.func @two_users(
// CHECK:         moe.grouped_matmul
// CHECK-NOT:     accumulate
// CHECK:         moe.combine
func.func @two_users(%x: tensor<?x16xf32>, %w: tensor<?x2xf32>, %e: tensor<?x2xi32>, %p: tensor<8x16x16xf32>) -> (tensor<?x16xf32>, tensor<?x16xf32>) {
  %rows, %o, %s = moe.dispatch %x to %e weights(%w : tensor<?x2xf32>) : tensor<?x16xf32> to tensor<?x2xi32> -> tensor<?x16xf32> by tensor<9xi32>, tensor<?xi32>
  // expected-remark @+1 {{matmuls=1, regions=0}}
  %y = moe.expert rows(%xe = %rows : tensor<?x16xf32>) offsets(%o : tensor<9xi32>) params(%pe = %p : tensor<8x16x16xf32>) {
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %m = tensor.dim %xe, %c0 : tensor<?x16xf32>
    %v10 = tensor.empty(%m) : tensor<?x16xf32>
    %v11 = linalg.fill ins(%zero : f32) outs(%v10 : tensor<?x16xf32>) -> tensor<?x16xf32>
    %v12 = linalg.matmul ins(%xe, %pe : tensor<?x16xf32>, tensor<16x16xf32>) outs(%v11 : tensor<?x16xf32>) -> tensor<?x16xf32>
    moe.yield %v12 : tensor<?x16xf32>
  } -> tensor<?x16xf32>
  // expected-remark @+1 {{the rows that are summed are used elsewhere}}
  %t0 = moe.combine %y by %s weights(%w) : tensor<?x16xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x16xf32>
  return %t0, %y : tensor<?x16xf32>, tensor<?x16xf32>
}
