// RUN: moe-opt %s | moe-opt | FileCheck %s
// RUN: moe-opt %s --mlir-print-op-generic | moe-opt | FileCheck %s
// RUN: moe-opt %s --emit-bytecode | moe-opt | FileCheck %s

// Every clause of every op, as text, in generic form and as bytecode.

// CHECK-LABEL: func.func @gates(
func.func @gates(%z: tensor<?x8xf32>, %d: tensor<?x8xf64>, %b: tensor<8xbf16>, %n: tensor<?x8xf32>, %m: tensor<?xi1>, %t: tensor<8xf32>, %u: tensor<?xf32>, %c: index) {
  // CHECK: moe.gate %{{.*}} <softmax, top_k<2>, sum> bias(%{{.*}} : tensor<8xbf16>) noise(%{{.*}} : tensor<?x8xf32>) mask(%{{.*}} : tensor<?xi1>) : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %0:2 = moe.gate %z <softmax, top_k<2>, sum> bias(%b : tensor<8xbf16>) noise(%n : tensor<?x8xf32>) mask(%m : tensor<?xi1>) : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  // CHECK: moe.gate %{{.*}} <softmax, threshold, sum> thresholds(%{{.*}} : tensor<8xf32>) :
  %1:2 = moe.gate %z <softmax, threshold, sum> thresholds(%t : tensor<8xf32>) : tensor<?x8xf32> -> tensor<?x8xf32>, tensor<?x8xi32>
  // CHECK: moe.gate %{{.*}} <softmax, sample> uniform(%{{.*}} : tensor<?xf32>) :
  %2:2 = moe.gate %z <softmax, sample> uniform(%u : tensor<?xf32>) : tensor<?x8xf32> -> tensor<?x1xf32>, tensor<?x1xi32>
  // CHECK: moe.gate %{{.*}} <softmax, expert_choice> capacity(%{{.*}}) :
  %3:2 = moe.gate %z <softmax, expert_choice> capacity(%c) : tensor<?x8xf32> -> tensor<?x8xf32>, tensor<?x8xi32>
  // CHECK: moe.gate %{{.*}} <sigmoid, batchwise<2>, softmax> {test.note} : tensor<?x8xf64> -> tensor<?x8xf64>, tensor<?x8xi32>
  %4:2 = moe.gate %d <sigmoid, batchwise<2>, softmax> {test.note} : tensor<?x8xf64> -> tensor<?x8xf64>, tensor<?x8xi32>
  // CHECK: moe.gate %{{.*}} <sqrt_softplus, group_top_k<2, groups = 4, kept = 2, by = max>> :
  %5:2 = moe.gate %z <sqrt_softplus, group_top_k<2, groups = 4, kept = 2, by = max>> : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  // CHECK: moe.gate %{{.*}} <relu, all, scale = 5.000000e-01> :
  %6:2 = moe.gate %z <relu, all, scale = 0.5> : tensor<?x8xf32> -> tensor<?x8xf32>, tensor<?x8xi32>
  // CHECK: moe.gate %{{.*}} <identity, top_k<8>> :
  %7:2 = moe.gate %z <identity, top_k<8>, none> : tensor<?x8xf32> -> tensor<?x8xf32>, tensor<?x8xi32>
  // The clauses of a gate are read in any order.
  // CHECK: moe.gate %{{.*}} <softmax, top_k<2>, sum> bias(%{{.*}} : tensor<8xbf16>) noise(%{{.*}} : tensor<?x8xf32>) mask(%{{.*}} : tensor<?xi1>) :
  %9:2 = moe.gate %z <softmax, top_k<2>, sum> mask(%m : tensor<?xi1>) bias(%b : tensor<8xbf16>) noise(%n : tensor<?x8xf32>) : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  // Fields written in full are the same fields.
  // CHECK: moe.gate %{{.*}} <softmax, top_k<2>, sum> :
  %8:2 = moe.gate %z <#moe.score<softmax>, #moe.top_k<2>, #moe.normalize<sum>> : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  return
}

// CHECK-LABEL: func.func @random(
func.func @random(%s: i64, %n: index) {
  // CHECK: moe.random_normal seed(%{{.*}}) step(%{{.*}}) offset(%{{.*}}) sizes(%{{.*}}, %{{.*}}) : tensor<?x4x?xf64>
  %0 = moe.random_normal seed(%s) step(%s) offset(%s) sizes(%n, %n) : tensor<?x4x?xf64>
  // CHECK: moe.random_uniform seed(%{{.*}}) step(%{{.*}}) sizes() : tensor<4xf32>
  %1 = moe.random_uniform seed(%s) step(%s) sizes() : tensor<4xf32>
  return
}

// CHECK-LABEL: func.func @layer(
func.func @layer(%x: tensor<?x4xbf16>, %y: tensor<?x3xf32>, %e: tensor<?x2xi32>, %w: tensor<?x2xf32>, %p: tensor<8x4xf32>, %c: index) {
  // CHECK: moe.dispatch %{{.*}}, %{{.*}} to %{{.*}} weights(%{{.*}} : tensor<?x2xf32>) capacity(%{{.*}}) priority(choice_major) segment(16) scale_rows : tensor<?x4xbf16>, tensor<?x3xf32> to tensor<?x2xi32> -> tensor<?x4xbf16>, tensor<?x3xf32> by tensor<9xi32>, tensor<?xi32>
  %r:2, %o, %s = moe.dispatch %x, %y to %e weights(%w : tensor<?x2xf32>) capacity(%c) priority(choice_major) segment(16) scale_rows
      : tensor<?x4xbf16>, tensor<?x3xf32> to tensor<?x2xi32> -> tensor<?x4xbf16>, tensor<?x3xf32> by tensor<9xi32>, tensor<?xi32>
  // CHECK: moe.dispatch %{{.*}} to %{{.*}} capacity(%{{.*}}) priority(token_major) : tensor<?x4xbf16> to
  %q, %o2, %s2 = moe.dispatch %x to %e capacity(%c) priority(token_major) : tensor<?x4xbf16> to tensor<?x2xi32> -> tensor<?x4xbf16> by tensor<9xi32>, tensor<?xi32>
  // CHECK: %[[H:.*]]:2 = moe.expert rows(%[[A:.*]] = %{{.*}} : tensor<?x4xbf16>, %[[B:.*]] = %{{.*}} : tensor<?x3xf32>) offsets(%{{.*}} : tensor<9xi32>) params(%{{.*}} = %{{.*}} : tensor<8x4xf32>) shared(%{{.*}} = %{{.*}} : index) cross_row attributes {test.note} {
  // CHECK:   moe.yield %[[B]], %[[A]] : tensor<?x3xf32>, tensor<?x4xbf16>
  // CHECK: } -> tensor<?x3xf32>, tensor<?x4xbf16>{{$}}
  %h:2 = moe.expert rows(%a = %r#0 : tensor<?x4xbf16>, %b = %r#1 : tensor<?x3xf32>) offsets(%o : tensor<9xi32>)
      params(%pe = %p : tensor<8x4xf32>) shared(%ce = %c : index) cross_row attributes {test.note} {
    moe.yield %b, %a : tensor<?x3xf32>, tensor<?x4xbf16>
  } -> (tensor<?x3xf32>, tensor<?x4xbf16>)
  // CHECK: moe.combine %[[H]]#1 by %{{.*}} weights(%{{.*}}) unweighted : tensor<?x4xbf16>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x4xf32>
  %z = moe.combine %h#1 by %s weights(%w) unweighted : tensor<?x4xbf16>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x4xf32>
  return
}

// CHECK-LABEL: func.func @routes(
func.func @routes(%x: memref<?x4xbf16>, %p: memref<8x4xbf16>, %pb: memref<8xf32>, %b: memref<8xf32>, %n: memref<?x8xf32>, %m: memref<?xi1>, %t: memref<8xf32>, %u: memref<?xf32>, %c: index,
                  %w: memref<?x2xf32>, %e: memref<?x2xi32>, %w1: memref<?x1xf32>, %e1: memref<?x1xi32>, %w8: memref<?x8xf32>, %e8: memref<?x8xi32>, %o: memref<9xi32>, %s: memref<?xi32>, %r: memref<?x2xi32>) {
  // CHECK: moe.route <region, top_k<2>> ins(%{{.*}}, %{{.*}} : memref<?x4xbf16>, memref<8x4xbf16>) transposed projection_bias(%{{.*}} : memref<8xf32>) noise_projection(%{{.*}} : memref<8x4xbf16>) bias(%{{.*}} : memref<8xf32>) noise(%{{.*}} : memref<?x8xf32>) mask(%{{.*}} : memref<?xi1>)
  // CHECK-SAME: capacity(%{{.*}}) priority(choice_major) segment(4) outs(%{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} : memref<?x2xf32>, memref<?x2xi32>, memref<9xi32>, memref<?xi32>, memref<?x2xi32>) schedule(#moe.cpu_schedule<rows = 6, columns = 64>) score {
  moe.route <region, top_k<2>> ins(%x, %p : memref<?x4xbf16>, memref<8x4xbf16>) transposed projection_bias(%pb : memref<8xf32>) noise_projection(%p : memref<8x4xbf16>)
      bias(%b : memref<8xf32>) noise(%n : memref<?x8xf32>) mask(%m : memref<?xi1>) capacity(%c) priority(choice_major) segment(4)
      outs(%w, %e, %o, %s, %r : memref<?x2xf32>, memref<?x2xi32>, memref<9xi32>, memref<?xi32>, memref<?x2xi32>) schedule(#moe.cpu_schedule<rows = 6, columns = 64>) score {
  ^bb0(%a: f32):
    moe.yield %a : f32
  }
  // CHECK: moe.route <softmax, threshold> {{.*}} thresholds(%{{.*}} : memref<8xf32>) outs(
  moe.route <softmax, threshold> ins(%x, %p : memref<?x4xbf16>, memref<8x4xbf16>) transposed thresholds(%t : memref<8xf32>) outs(%w8, %e8 : memref<?x8xf32>, memref<?x8xi32>)
  // CHECK: moe.route <softmax, sample> {{.*}} uniform(%{{.*}} : memref<?xf32>) outs(
  moe.route <softmax, sample> ins(%x, %p : memref<?x4xbf16>, memref<8x4xbf16>) transposed uniform(%u : memref<?xf32>) outs(%w1, %e1 : memref<?x1xf32>, memref<?x1xi32>)
  // CHECK: moe.route <softmax, expert_choice> {{.*}} gate_capacity(%{{.*}}) outs(
  moe.route <softmax, expert_choice> ins(%x, %p : memref<?x4xbf16>, memref<8x4xbf16>) transposed gate_capacity(%c) outs(%w8, %e8 : memref<?x8xf32>, memref<?x8xi32>)
  // CHECK: moe.plan ins(%{{.*}} : memref<?x2xi32>) weights(%{{.*}} : memref<?x2xf32>) capacity(%{{.*}}) priority(choice_major) segment(4) outs(%{{.*}}, %{{.*}} : memref<9xi32>, memref<?xi32>) schedule(#moe.gpu_schedule<rows = 128, columns = 256, depth = 64>)
  moe.plan ins(%e : memref<?x2xi32>) weights(%w : memref<?x2xf32>) capacity(%c) priority(choice_major) segment(4)
      outs(%o, %s : memref<9xi32>, memref<?xi32>) schedule(#moe.gpu_schedule<rows = 128, columns = 256, depth = 64>)
  return
}

// CHECK-LABEL: func.func @rows(
func.func @rows(%x: memref<?x4xbf16>, %o: memref<9xi32>, %wt: memref<8x4x6xbf16>, %s: memref<?xi32>, %w: memref<?x2xf32>, %y: memref<?x6xf32>, %r: memref<?x2xi32>, %g: memref<?x4xbf16>, %h: memref<?x6xf32>) {
  // CHECK: moe.grouped_matmul ins(%{{.*}} : memref<?x4xbf16>) offsets(%{{.*}} : memref<9xi32>) weights(%{{.*}} : memref<8x4x6xbf16>) slots(%{{.*}} : memref<?xi32>) slots_per_token(2) gather accumulate operands(%{{.*}} : memref<?x2xf32>) maps [#{{.*}}] outs(%{{.*}} : memref<?x6xf32>) epilogue {
  moe.grouped_matmul ins(%x : memref<?x4xbf16>) offsets(%o : memref<9xi32>) weights(%wt : memref<8x4x6xbf16>) slots(%s : memref<?xi32>) slots_per_token(2) gather accumulate
      operands(%w : memref<?x2xf32>) maps [affine_map<(e, r, n, s) -> (s floordiv 2, s mod 2)>] outs(%y : memref<?x6xf32>) epilogue {
  ^bb0(%a: f32, %b: f32):
    %c = arith.mulf %a, %b : f32
    moe.yield %c : f32
  }
  // CHECK: moe.gather_rows ins({{.*}}) slots_per_token(2) weights(%{{.*}} : memref<?x2xf32>) outs(%{{.*}} : memref<?x4xbf16>) schedule(#moe.cpu_schedule<rows = 6, columns = 64, group = 2, dot = true, depth = 256, tiles = 8, panel = 2, prefetch = true, spread = 4, threads = 2>)
  moe.gather_rows ins(%x, %s : memref<?x4xbf16>, memref<?xi32>) slots_per_token(2) weights(%w : memref<?x2xf32>) outs(%g : memref<?x4xbf16>) schedule(#moe.cpu_schedule<rows = 6, columns = 64, group = 2, dot = true, depth = 256, tiles = 8, panel = 2, prefetch = true, spread = 4, threads = 2>)
  // CHECK: moe.combine_rows ins({{.*}}) weights(%{{.*}} : memref<?x2xf32>) outs(%{{.*}} : memref<?x6xf32>)
  moe.combine_rows ins(%h, %s, %r : memref<?x6xf32>, memref<?xi32>, memref<?x2xi32>) weights(%w : memref<?x2xf32>) outs(%y : memref<?x6xf32>)
  // CHECK: moe.combine_rows ins({{.*}}) outs(%{{.*}} : memref<?x6xf32>)
  moe.combine_rows ins(%h, %s, %r : memref<?x6xf32>, memref<?xi32>, memref<?x2xi32>) outs(%y : memref<?x6xf32>)
  return
}

// CHECK-LABEL: func.func private @arguments(
// CHECK-SAME:    tensor<?x?xf32> {moe.dims = ["T", "D"], moe.name = "x"}
// CHECK-SAME:    tensor<8x4xf32> {moe.init = #moe.init<normal<2.000000e-02>>, moe.name = "layer.0-up", moe.param}
// CHECK-SAME:    tensor<8x4xi32> {moe.init = #moe.init<zeros>}
// CHECK-SAME:    tensor<8x4xf32> {moe.init = #moe.init<fan_in<1>>, moe.name = "arg3"}
// CHECK-SAME:    -> (tensor<?x4xf32> {moe.dims = ["T"], moe.name = "out0"})
func.func private @arguments(tensor<?x?xf32> {moe.name = "x", moe.dims = ["T", "D"]}, tensor<8x4xf32> {moe.name = "layer.0-up", moe.param, moe.init = #moe.init<normal<0.02>>},
    tensor<8x4xi32> {moe.init = #moe.init<zeros>}, tensor<8x4xf32> {moe.name = "arg3", moe.init = #moe.init<fan_in<1>>}) -> (tensor<?x4xf32> {moe.name = "out0", moe.dims = ["T"]})

// CHECK: module attributes {moe.target = #moe.target<cpu, arch = "znver4", cores = 2, vector_bits = 512, l1 = 32768, l2 = 1048576, l3 = 33554432, bandwidth = 40000000000>}
module attributes {moe.target = #moe.target<cpu, arch = "znver4", cores = 2, vector_bits = 512, l1 = 32768, l2 = 1048576, l3 = 33554432, bandwidth = 40000000000>} {
  // CHECK: func.func private @marks() attributes {moe.gate_projection, moe.layer = 3 : i64}
  func.func private @marks() attributes {moe.gate_projection, moe.layer = 3 : i64}
}
// CHECK: module attributes {moe.target = #moe.target<cuda, arch = "sm_90a", cores = 132, shared = 233472>}
module attributes {moe.target = #moe.target<cuda, arch = "sm_90a", cores = 132, shared = 233472>} {}
