// RUN: moe-opt %s --split-input-file --verify-diagnostics \
// RUN:   --one-shot-bufferize="bufferize-function-boundaries function-boundary-type-conversion=identity-layout-map" \
// RUN:   | FileCheck %s
// RUN: moe-opt %s --split-input-file --verify-diagnostics \
// RUN:   --one-shot-bufferize="bufferize-function-boundaries function-boundary-type-conversion=identity-layout-map" \
// RUN:   --buffer-deallocation-pipeline | FileCheck %s --check-prefix=FREE

// A layer of level 2 becomes the same ops on buffers, each result in its
// destination, with no copy.
// CHECK-LABEL: func.func @layer(
// CHECK-SAME:    %[[X:.*]]: memref<?x16xf32>, %[[WG:.*]]: memref<8x16xf32>, %[[UP:.*]]: memref<8x16x32xf32>, %[[BIAS:.*]]: memref<8x32xf32>) -> memref<?x32xf32>
// CHECK-NOT:     memref.copy
// CHECK:         %[[W:.*]] = memref.alloc(%{{.*}}) {{.*}} : memref<?x2xf32>
// CHECK:         %[[E:.*]] = memref.alloc(%{{.*}}) {{.*}} : memref<?x2xi32>
// CHECK:         %[[O:.*]] = memref.alloc() {{.*}} : memref<9xi32>
// CHECK:         %[[S:.*]] = memref.alloc(%{{.*}}) {{.*}} : memref<?xi32>
// CHECK:         %[[T:.*]] = memref.alloc(%{{.*}}) {{.*}} : memref<?x2xi32>
// CHECK:         moe.route <softmax, top_k<2>> ins(%[[X]], %[[WG]] : memref<?x16xf32>, memref<8x16xf32>) transposed
// CHECK-SAME:      outs(%[[W]], %[[E]], %[[O]], %[[S]], %[[T]] :
// CHECK:         %[[H:.*]] = memref.alloc(%{{.*}}) {{.*}} : memref<?x32xf32>
// CHECK-NOT:     memref.copy
// CHECK:         moe.grouped_matmul ins(%[[X]] : memref<?x16xf32>) offsets(%[[O]] : memref<9xi32>)
// CHECK-SAME:      weights(%[[UP]], %[[UP]] : memref<8x16x32xf32>, memref<8x16x32xf32>)
// CHECK-SAME:      slots(%[[S]] : memref<?xi32>) slots_per_token(2) gather operands(%[[BIAS]] : memref<8x32xf32>)
// CHECK-SAME:      outs(%[[H]] : memref<?x32xf32>) schedule(#moe.cpu_schedule<rows = 6, columns = 64>) epilogue {
// CHECK-NEXT:    ^bb0(%[[G:.*]]: f32, %[[U:.*]]: f32, %[[B:.*]]: f32):
// CHECK-NEXT:      arith.mulf %[[G]], %[[U]] : f32
// CHECK:           moe.yield
// CHECK:         %[[Y:.*]] = memref.alloc(%{{.*}}) {{.*}} : memref<?x32xf32>
// CHECK-NOT:     memref.copy
// CHECK:         moe.combine_rows ins(%[[H]], %[[S]], %[[T]] : memref<?x32xf32>, memref<?xi32>, memref<?x2xi32>)
// CHECK-SAME:      weights(%[[W]] : memref<?x2xf32>) outs(%[[Y]] : memref<?x32xf32>)
// CHECK-NOT:     memref.copy
// CHECK:         return %[[Y]]

// Every buffer but the result is freed after its last use.
// FREE-LABEL:  func.func @layer(
// FREE:          moe.combine_rows
// FREE-COUNT-6:  memref.dealloc
// FREE-NOT:      memref.dealloc
// FREE:          return
func.func @layer(%x: tensor<?x16xf32>, %wg: tensor<8x16xf32>, %up: tensor<8x16x32xf32>,
                 %bias: tensor<8x32xf32>) -> tensor<?x32xf32> {
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  %t = tensor.dim %x, %c0 : tensor<?x16xf32>
  %r = arith.muli %t, %c2 : index
  %w0 = tensor.empty(%t) : tensor<?x2xf32>
  %e0 = tensor.empty(%t) : tensor<?x2xi32>
  %o0 = tensor.empty() : tensor<9xi32>
  %s0 = tensor.empty(%r) : tensor<?xi32>
  %tr0 = tensor.empty(%t) : tensor<?x2xi32>
  %w, %e, %o, %s, %tr = moe.route <softmax, top_k<2>>
      ins(%x, %wg : tensor<?x16xf32>, tensor<8x16xf32>) transposed
      outs(%w0, %e0, %o0, %s0, %tr0 : tensor<?x2xf32>, tensor<?x2xi32>, tensor<9xi32>, tensor<?xi32>, tensor<?x2xi32>)
      -> tensor<?x2xf32>, tensor<?x2xi32>, tensor<9xi32>, tensor<?xi32>, tensor<?x2xi32>
  %h0 = tensor.empty(%r) : tensor<?x32xf32>
  %h = moe.grouped_matmul ins(%x : tensor<?x16xf32>) offsets(%o : tensor<9xi32>)
      weights(%up, %up : tensor<8x16x32xf32>, tensor<8x16x32xf32>)
      slots(%s : tensor<?xi32>) slots_per_token(2) gather
      operands(%bias : tensor<8x32xf32>) maps [affine_map<(e, r, n, s) -> (e, n)>]
      outs(%h0 : tensor<?x32xf32>) schedule(#moe.cpu_schedule<rows = 6, columns = 64>) epilogue {
  ^bb0(%g: f32, %u: f32, %b: f32):
    %q = arith.mulf %g, %u : f32
    %q2 = arith.addf %q, %b : f32
    moe.yield %q2 : f32
  } -> tensor<?x32xf32>
  %y0 = tensor.empty(%t) : tensor<?x32xf32>
  %y = moe.combine_rows ins(%h, %s, %tr : tensor<?x32xf32>, tensor<?xi32>, tensor<?x2xi32>)
      weights(%w : tensor<?x2xf32>) outs(%y0 : tensor<?x32xf32>) -> tensor<?x32xf32>
  return %y : tensor<?x32xf32>
}

// -----

// A destination that is a function argument and is not used again is written
// where it is.
// CHECK-LABEL: func.func @in_place(
// CHECK-SAME:    %[[X:[a-z0-9]+]]: {{.*}}, %[[S:[a-z0-9]+]]: {{.*}}, %[[INIT:[a-z0-9]+]]: memref<?x16xf32>)
// CHECK-NOT:     memref.alloc
// CHECK-NOT:     memref.copy
// CHECK:         moe.gather_rows ins(%[[X]], %[[S]] : {{.*}}) slots_per_token(2) outs(%[[INIT]] : memref<?x16xf32>)
// CHECK:         return %[[INIT]]
func.func @in_place(%x: tensor<?x16xf32>, %s: tensor<?xi32>, %init: tensor<?x16xf32>) -> tensor<?x16xf32> {
  %r = moe.gather_rows ins(%x, %s : tensor<?x16xf32>, tensor<?xi32>) slots_per_token(2)
      outs(%init : tensor<?x16xf32>) -> tensor<?x16xf32>
  return %r : tensor<?x16xf32>
}

// -----

// Rows that are not gathered keep the destination's value: where the old value
// is still needed, the new one starts as a copy of it.
// CHECK-LABEL: func.func @conflict_read(
// CHECK-SAME:    %[[X:[a-z0-9]+]]: {{.*}}, %[[S:[a-z0-9]+]]: {{.*}}, %[[INIT:[a-z0-9]+]]: memref<?x16xf32>)
// CHECK:         %[[NEW:.*]] = memref.alloc(
// CHECK:         memref.copy %[[INIT]], %[[NEW]]
// CHECK:         moe.gather_rows {{.*}} outs(%[[NEW]] :
// CHECK:         return %[[NEW]], %[[INIT]]
func.func @conflict_read(%x: tensor<?x16xf32>, %s: tensor<?xi32>, %init: tensor<?x16xf32>)
    -> (tensor<?x16xf32>, tensor<?x16xf32>) {
  %r = moe.gather_rows ins(%x, %s : tensor<?x16xf32>, tensor<?xi32>) slots_per_token(2)
      outs(%init : tensor<?x16xf32>) -> tensor<?x16xf32>
  return %r, %init : tensor<?x16xf32>, tensor<?x16xf32>
}

// -----

// The twin: a destination that is written as a whole gets a new buffer, but no
// copy.
// CHECK-LABEL: func.func @conflict_write(
// CHECK-SAME:    %[[INIT:[a-z0-9]+]]: memref<?x16xf32>)
// CHECK:         %[[NEW:.*]] = memref.alloc(
// CHECK-NOT:     memref.copy
// CHECK:         moe.combine_rows {{.*}} outs(%[[NEW]] :
// CHECK:         return %[[NEW]], %[[INIT]]
func.func @conflict_write(%x: tensor<?x16xf32>, %s: tensor<?xi32>, %t: tensor<?x2xi32>, %init: tensor<?x16xf32>)
    -> (tensor<?x16xf32>, tensor<?x16xf32>) {
  %r = moe.combine_rows ins(%x, %s, %t : tensor<?x16xf32>, tensor<?xi32>, tensor<?x2xi32>)
      outs(%init : tensor<?x16xf32>) -> tensor<?x16xf32>
  return %r, %init : tensor<?x16xf32>, tensor<?x16xf32>
}

// -----

// An operand that is also the destination is not overwritten while it is read.
// CHECK-LABEL: func.func @operand_is_destination(
// CHECK-SAME:    %[[X:[a-z0-9]+]]: memref<?x16xf32>,
// CHECK:         %[[NEW:.*]] = memref.alloc(
// CHECK:         moe.grouped_matmul ins(%[[X]] : {{.*}} outs(%[[NEW]] : memref<?x16xf32>)
// CHECK:         return %[[NEW]]
func.func @operand_is_destination(%x: tensor<?x16xf32>, %o: tensor<9xi32>, %w: tensor<8x16x16xf32>) -> tensor<?x16xf32> {
  %r = moe.grouped_matmul ins(%x : tensor<?x16xf32>) offsets(%o : tensor<9xi32>)
      weights(%w : tensor<8x16x16xf32>) outs(%x : tensor<?x16xf32>) -> tensor<?x16xf32>
  return %r : tensor<?x16xf32>
}

// -----

// Accumulation into tokens runs through a loop in one buffer.
// CHECK-LABEL: func.func @accumulate_in_loop(
// CHECK-SAME:    %[[INIT:[a-z0-9]+]]: memref<?x16xf32>, %{{[a-z0-9]+}}: index)
// CHECK-NOT:     memref.alloc
// CHECK-NOT:     memref.copy
// CHECK:         scf.for
// CHECK:           moe.grouped_matmul {{.*}} accumulate outs(%{{.*}} : memref<?x16xf32>)
// CHECK-NOT:     memref.copy
// CHECK:         return
func.func @accumulate_in_loop(%x: tensor<?x16xf32>, %o: tensor<9xi32>, %w: tensor<8x16x16xf32>, %s: tensor<?xi32>,
                              %init: tensor<?x16xf32>, %n: index) -> tensor<?x16xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %y = scf.for %i = %c0 to %n step %c1 iter_args(%acc = %init) -> tensor<?x16xf32> {
    %r = moe.grouped_matmul ins(%x : tensor<?x16xf32>) offsets(%o : tensor<9xi32>)
        weights(%w : tensor<8x16x16xf32>) slots(%s : tensor<?xi32>) slots_per_token(2) accumulate
        outs(%acc : tensor<?x16xf32>) -> tensor<?x16xf32>
    scf.yield %r : tensor<?x16xf32>
  }
  return %y : tensor<?x16xf32>
}

// -----

// A plan writes its destinations as a whole.
// CHECK-LABEL: func.func @plan(
// CHECK-NOT:     memref.copy
// CHECK:         moe.plan ins(%{{.*}} : memref<?x2xi32>) outs(%[[O:.*]], %[[S:.*]] : memref<9xi32>, memref<?xi32>)
// CHECK-NOT:     memref.copy
// CHECK:         return %[[O]], %[[S]]
func.func @plan(%e: tensor<?x2xi32>, %o: tensor<9xi32>, %s: tensor<?xi32>)
    -> (tensor<9xi32>, tensor<?xi32>, tensor<9xi32>) {
  %p:2 = moe.plan ins(%e : tensor<?x2xi32>) outs(%o, %s : tensor<9xi32>, tensor<?xi32>)
      -> tensor<9xi32>, tensor<?xi32>
  return %p#0, %p#1, %o : tensor<9xi32>, tensor<?xi32>, tensor<9xi32>
}

// -----

// Level 1 has no destinations: what is left of it is named.
func.func @level1(%z: tensor<?x8xf32>) -> tensor<?x2xf32> {
  // expected-error @below {{op was not bufferized}}
  %w, %e = moe.gate %z <softmax, top_k<2>> : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  return %w : tensor<?x2xf32>
}
