// Upstream's clean-up passes around and inside our ops, twice: what is left is
// the program.
// DEFINE: %{passes} = --inline --canonicalize --cse --sccp --int-range-optimizations --control-flow-sink \
// DEFINE:   --loop-invariant-code-motion --loop-invariant-subset-hoisting --remove-dead-values --symbol-dce --mem2reg --sroa \
// DEFINE:   --affine-scalrep
// RUN: moe-opt %s --split-input-file %{passes} %{passes} | FileCheck %s

// Constants come into the isolated regions with their users and stay there;
// two equal gates become one; what nobody uses goes; nothing else changes.
// CHECK-LABEL: func.func @level1(
// CHECK-SAME:    %[[X:[a-z0-9]+]]: tensor<?x16xf32>, %[[Z:[a-z0-9]+]]: tensor<?x8xf32>, %[[P:[a-z0-9]+]]: tensor<8x16x16xf32>, %[[SEED:[a-z0-9]+]]: i64)
// CHECK:         %[[T:.*]] = tensor.dim %[[Z]], %c0
// CHECK-NEXT:    %[[N:.*]] = moe.random_normal seed(%[[SEED]]) step(%[[SEED]]) sizes(%[[T]]) : tensor<?x8xf32>
// CHECK-NEXT:    %[[W:.*]], %[[E:.*]] = moe.gate %[[Z]] <region, top_k<2>, sum> noise(%[[N]] : tensor<?x8xf32>) score {
// CHECK-NEXT:    ^bb0(%[[A:.*]]: f32):
// CHECK-NEXT:      %[[TWO:.*]] = arith.constant 2.0
// CHECK-NEXT:      %[[B:.*]] = arith.mulf %[[A]], %[[TWO]] : f32
// CHECK-NEXT:      moe.yield %[[B]] : f32
// CHECK-NEXT:    } : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
// CHECK-NEXT:    %[[R:.*]], %[[O:.*]], %[[S:.*]] = moe.dispatch %[[X]] to %[[E]] weights(%[[W]] : tensor<?x2xf32>)
// CHECK-NEXT:    %[[H:.*]] = moe.expert rows(%[[XE:.*]] = %[[R]] : tensor<?x16xf32>) offsets(%[[O]] : tensor<9xi32>) params(%[[PE:.*]] = %[[P]] : tensor<8x16x16xf32>) {
// CHECK:           %[[ZERO:.*]] = arith.constant 0.0
// CHECK:           %[[F:.*]] = linalg.fill ins(%[[ZERO]] : f32)
// CHECK:           %[[M:.*]] = linalg.matmul ins(%[[XE]], %[[PE]] : tensor<?x16xf32>, tensor<16x16xf32>) outs(%[[F]] : tensor<?x16xf32>)
// CHECK-NEXT:      moe.yield %[[M]] : tensor<?x16xf32>
// CHECK-NEXT:    } -> tensor<?x16xf32>
// CHECK-NEXT:    %[[Y:.*]] = moe.combine %[[H]] by %[[S]] weights(%[[W]])
// CHECK-NEXT:    return %[[Y]], %[[E]]
func.func private @layer(%x: tensor<?x16xf32>, %z: tensor<?x8xf32>, %p: tensor<8x16x16xf32>, %seed: i64)
    -> (tensor<?x16xf32>, tensor<?x2xi32>) {
  %c0 = arith.constant 0 : index
  %t = tensor.dim %z, %c0 : tensor<?x8xf32>
  %n = moe.random_normal seed(%seed) step(%seed) sizes(%t) : tensor<?x8xf32>
  %unused = moe.random_uniform seed(%seed) step(%seed) sizes(%t) : tensor<?xf32>
  %w, %e0 = moe.gate %z <region, top_k<2>, sum> noise(%n : tensor<?x8xf32>) score {
  ^bb0(%a: f32):
    %one = arith.constant 1.0 : f32
    %two = arith.addf %one, %one : f32
    %s = arith.mulf %a, %two : f32
    moe.yield %s : f32
  } : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %w1, %e = moe.gate %z <region, top_k<2>, sum> noise(%n : tensor<?x8xf32>) score {
  ^bb0(%a: f32):
    %two = arith.constant 2.0 : f32
    %s = arith.mulf %a, %two : f32
    moe.yield %s : f32
  } : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %rows, %offsets, %slots = moe.dispatch %x to %e weights(%w : tensor<?x2xf32>)
      : tensor<?x16xf32> to tensor<?x2xi32> -> tensor<?x16xf32> by tensor<9xi32>, tensor<?xi32>
  %h = moe.expert rows(%xe = %rows : tensor<?x16xf32>) offsets(%offsets : tensor<9xi32>)
                  params(%pe = %p : tensor<8x16x16xf32>) {
    %c = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %m = tensor.dim %xe, %c : tensor<?x16xf32>
    %i = tensor.empty(%m) : tensor<?x16xf32>
    %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x16xf32>) -> tensor<?x16xf32>
    %r = linalg.matmul ins(%xe, %pe : tensor<?x16xf32>, tensor<16x16xf32>) outs(%f : tensor<?x16xf32>) -> tensor<?x16xf32>
    moe.yield %r : tensor<?x16xf32>
  } -> tensor<?x16xf32>
  %y = moe.combine %h by %slots weights(%w)
      : tensor<?x16xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x16xf32>
  return %y, %e : tensor<?x16xf32>, tensor<?x2xi32>
}
func.func @level1(%x: tensor<?x16xf32>, %z: tensor<?x8xf32>, %p: tensor<8x16x16xf32>, %seed: i64)
    -> (tensor<?x16xf32>, tensor<?x2xi32>) {
  %y:2 = call @layer(%x, %z, %p, %seed)
      : (tensor<?x16xf32>, tensor<?x8xf32>, tensor<8x16x16xf32>, i64) -> (tensor<?x16xf32>, tensor<?x2xi32>)
  return %y#0, %y#1 : tensor<?x16xf32>, tensor<?x2xi32>
}

// -----

// What nobody uses goes, and what does not change in a loop leaves it, where it
// cannot fail: a plan of static sizes, but no op that reads what slots say.
// CHECK-LABEL: func.func @level2_tensors(
// CHECK-NOT:     moe.combine_rows
// CHECK:         %[[P:.*]]:2 = moe.plan
// CHECK-NEXT:    %[[L:.*]] = scf.for {{.*}} iter_args(%[[ACC:.*]] = %{{.*}})
// CHECK-NEXT:      %[[G:.*]] = moe.gather_rows
// CHECK-NEXT:      %[[H:.*]] = moe.grouped_matmul ins(%[[G]] : {{.*}} outs(%[[ACC]] : {{.*}}) epilogue {
// CHECK-NEXT:      ^bb0(%[[A:.*]]: f32):
// CHECK-NEXT:        %[[HALF:.*]] = arith.constant 5.0
// CHECK-NEXT:        arith.mulf %[[A]], %[[HALF]]
// CHECK-NEXT:        moe.yield
// CHECK:           scf.yield %[[H]]
// CHECK:         return %[[L]]
func.func @level2_tensors(%x: tensor<3x16xf32>, %e: tensor<3x2xi32>, %p: tensor<8x16x16xf32>, %n: index,
                          %o0: tensor<9xi32>, %s0: tensor<6xi32>, %g0: tensor<6x16xf32>, %t: tensor<3x2xi32>) -> tensor<6x16xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %y = scf.for %i = %c0 to %n step %c1 iter_args(%acc = %g0) -> tensor<6x16xf32> {
    %o, %s = moe.plan ins(%e : tensor<3x2xi32>) outs(%o0, %s0 : tensor<9xi32>, tensor<6xi32>) -> tensor<9xi32>, tensor<6xi32>
    %g = moe.gather_rows ins(%x, %s : tensor<3x16xf32>, tensor<6xi32>) slots_per_token(2)
        outs(%g0 : tensor<6x16xf32>) -> tensor<6x16xf32>
    %h = moe.grouped_matmul ins(%g : tensor<6x16xf32>) offsets(%o : tensor<9xi32>) weights(%p : tensor<8x16x16xf32>)
        outs(%acc : tensor<6x16xf32>) epilogue {
    ^bb0(%a: f32):
      %q = arith.constant 0.25 : f32
      %half = arith.addf %q, %q : f32
      %b = arith.mulf %a, %half : f32
      moe.yield %b : f32
    } -> tensor<6x16xf32>
    %unused = moe.combine_rows ins(%h, %s, %t : tensor<6x16xf32>, tensor<6xi32>, tensor<3x2xi32>)
        outs(%x : tensor<3x16xf32>) -> tensor<3x16xf32>
    scf.yield %h : tensor<6x16xf32>
  }
  return %y : tensor<6x16xf32>
}

// -----

// The twin: ops on memrefs write, so they stay where they are, all of them.
// CHECK-LABEL: func.func @level2_buffers(
// CHECK:         scf.for
// CHECK-NEXT:      moe.plan
// CHECK-NEXT:      moe.gather_rows
// CHECK-NEXT:      moe.gather_rows
// CHECK-NEXT:      moe.combine_rows
// CHECK-NEXT:    }
func.func @level2_buffers(%x: memref<?x16xf32>, %e: memref<?x2xi32>, %n: index, %o: memref<9xi32>, %s: memref<?xi32>,
                          %g: memref<?x16xf32>, %t: memref<?x2xi32>, %y: memref<?x16xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %i = %c0 to %n step %c1 {
    moe.plan ins(%e : memref<?x2xi32>) outs(%o, %s : memref<9xi32>, memref<?xi32>)
    moe.gather_rows ins(%x, %s : memref<?x16xf32>, memref<?xi32>) slots_per_token(2) outs(%g : memref<?x16xf32>)
    moe.gather_rows ins(%x, %s : memref<?x16xf32>, memref<?xi32>) slots_per_token(2) outs(%g : memref<?x16xf32>)
    moe.combine_rows ins(%g, %s, %t : memref<?x16xf32>, memref<?xi32>, memref<?x2xi32>) outs(%y : memref<?x16xf32>)
  }
  return
}

// -----

// An epilogue that may divide by zero does not run where it did not before.
// CHECK-LABEL: func.func @not_speculatable(
// CHECK:         scf.for
// CHECK-NEXT:      moe.grouped_matmul
// CHECK:             arith.divsi
func.func @not_speculatable(%x: tensor<?x16xf32>, %o: tensor<9xi32>, %p: tensor<8x16x16xf32>, %d: tensor<?xi32>, %n: index,
                            %g0: tensor<?x16xf32>) -> tensor<?x16xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %y = scf.for %i = %c0 to %n step %c1 iter_args(%acc = %g0) -> tensor<?x16xf32> {
    %h = moe.grouped_matmul ins(%x : tensor<?x16xf32>) offsets(%o : tensor<9xi32>) weights(%p : tensor<8x16x16xf32>)
        operands(%d : tensor<?xi32>) maps [affine_map<(e, r, n, s) -> (r)>] outs(%g0 : tensor<?x16xf32>) epilogue {
    ^bb0(%a: f32, %b: i32):
      %hundred = arith.constant 100 : i32
      %q = arith.divsi %hundred, %b : i32
      %f = arith.sitofp %q : i32 to f32
      %v = arith.mulf %a, %f : f32
      moe.yield %v : f32
    } -> tensor<?x16xf32>
    scf.yield %h : tensor<?x16xf32>
  }
  return %y : tensor<?x16xf32>
}

// -----

// Nor does such a score of a gate; a gate that cannot fail leaves the loop.
// CHECK-LABEL: func.func @not_speculatable_score(
// CHECK:         moe.gate %{{.*}} <softmax, top_k<2>>
// CHECK:         scf.for
// CHECK-NEXT:      moe.gate %{{.*}} <region, top_k<2>>
// CHECK:             arith.divsi
func.func @not_speculatable_score(%z: tensor<?x8xf32>, %n: index, %w0: tensor<?x2xf32>) -> (tensor<?x2xf32>, tensor<?x2xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %y:2 = scf.for %i = %c0 to %n step %c1 iter_args(%a = %w0, %b = %w0) -> (tensor<?x2xf32>, tensor<?x2xf32>) {
    %v, %d = moe.gate %z <softmax, top_k<2>> : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
    %w, %e = moe.gate %z <region, top_k<2>> score {
    ^bb0(%s: f32):
      %hundred = arith.constant 100 : i32
      %0 = arith.fptosi %s : f32 to i32
      %1 = arith.divsi %hundred, %0 : i32
      %2 = arith.sitofp %1 : i32 to f32
      moe.yield %2 : f32
    } : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
    scf.yield %v, %w : tensor<?x2xf32>, tensor<?x2xf32>
  }
  return %y#0, %y#1 : tensor<?x2xf32>, tensor<?x2xf32>
}

// -----

// What can fail for its sizes does not run where it did not before: a gate of
// too few logits, tokens that differ, a bound that is too small, a negative size,
// a plan without room.
// CHECK-LABEL: func.func @not_speculatable_sizes(
// CHECK-NOT:     moe.
// CHECK:         scf.for
// CHECK:           moe.gate
// CHECK:           moe.gate
// CHECK:           moe.dispatch
// CHECK:           moe.random_normal
// CHECK:           moe.plan
func.func private @use(tensor<?x3xf32>, tensor<?x3xf32>, tensor<2x3xf32>, tensor<?x4xf32>, tensor<3xi32>)
func.func @not_speculatable_sizes(%z: tensor<?x?xf32>, %y: tensor<?x8xf32>, %m: tensor<?xi1>, %x: tensor<4x3xf32>, %e: tensor<4x1xi32>,
                                  %n: index, %seed: i64, %o0: tensor<3xi32>, %s0: tensor<3xi32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %i = %c0 to %n step %c1 {
    %v, %d = moe.gate %z <softmax, top_k<3>> : tensor<?x?xf32> -> tensor<?x3xf32>, tensor<?x3xi32>
    %w, %f = moe.gate %y <softmax, top_k<3>> mask(%m : tensor<?xi1>) : tensor<?x8xf32> -> tensor<?x3xf32>, tensor<?x3xi32>
    %r, %o, %s = moe.dispatch %x to %e : tensor<4x3xf32> to tensor<4x1xi32> -> tensor<2x3xf32> by tensor<3xi32>, tensor<2xi32>
    %u = moe.random_normal seed(%seed) step(%seed) sizes(%n) : tensor<?x4xf32>
    %p, %q = moe.plan ins(%e : tensor<4x1xi32>) outs(%o0, %s0 : tensor<3xi32>, tensor<3xi32>) -> tensor<3xi32>, tensor<3xi32>
    func.call @use(%v, %w, %r, %u, %q) : (tensor<?x3xf32>, tensor<?x3xf32>, tensor<2x3xf32>, tensor<?x4xf32>, tensor<3xi32>) -> ()
  }
  return
}

// -----

// The twin: the same that cannot fail leaves the loop.
// CHECK-LABEL: func.func @speculatable_sizes(
// CHECK:         moe.gate
// CHECK:         moe.gate
// CHECK:         moe.dispatch
// CHECK:         moe.random_normal
// CHECK:         moe.plan
// CHECK:         scf.for
// CHECK-NOT:     moe.
// CHECK:         return
func.func private @use(tensor<?x3xf32>, tensor<4x3xf32>, tensor<4x3xf32>, tensor<4x4xf32>, tensor<4xi32>)
func.func @speculatable_sizes(%z: tensor<?x3xf32>, %y: tensor<4x8xf32>, %m: tensor<4xi1>, %x: tensor<4x3xf32>, %e: tensor<4x1xi32>,
                              %n: index, %seed: i64, %o0: tensor<3xi32>, %s0: tensor<4xi32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %i = %c0 to %n step %c1 {
    %v, %d = moe.gate %z <softmax, top_k<3>> : tensor<?x3xf32> -> tensor<?x3xf32>, tensor<?x3xi32>
    %w, %f = moe.gate %y <softmax, top_k<3>> mask(%m : tensor<4xi1>) : tensor<4x8xf32> -> tensor<4x3xf32>, tensor<4x3xi32>
    %r, %o, %s = moe.dispatch %x to %e : tensor<4x3xf32> to tensor<4x1xi32> -> tensor<4x3xf32> by tensor<3xi32>, tensor<4xi32>
    %u = moe.random_normal seed(%seed) step(%seed) sizes() : tensor<4x4xf32>
    %p, %q = moe.plan ins(%e : tensor<4x1xi32>) outs(%o0, %s0 : tensor<3xi32>, tensor<4xi32>) -> tensor<3xi32>, tensor<4xi32>
    func.call @use(%v, %w, %r, %u, %q) : (tensor<?x3xf32>, tensor<4x3xf32>, tensor<4x3xf32>, tensor<4x4xf32>, tensor<4xi32>) -> ()
  }
  return
}

// -----

// A written buffer is what the next op reads: no value is forwarded over it.
// CHECK-LABEL: func.func @effects(
// CHECK:         affine.store
// CHECK:         moe.gather_rows
// CHECK:         %[[V:.*]] = affine.load
// CHECK:         return %[[V]]
func.func @effects(%x: memref<?x16xf32>, %s: memref<?xi32>, %g: memref<?x16xf32>, %v: f32) -> f32 {
  affine.store %v, %g[0, 0] : memref<?x16xf32>
  moe.gather_rows ins(%x, %s : memref<?x16xf32>, memref<?xi32>) slots_per_token(2) outs(%g : memref<?x16xf32>)
  %l = affine.load %g[0, 0] : memref<?x16xf32>
  return %l : f32
}

// -----

// The twin: a buffer that is only read keeps what was stored.
// CHECK-LABEL: func.func @only_read(
// CHECK-SAME:    %[[V:[a-z0-9]+]]: f32)
// CHECK:         return %[[V]]
func.func @only_read(%x: memref<?x16xf32>, %s: memref<?xi32>, %r: index, %v: f32) -> f32 {
  %g = memref.alloc(%r) : memref<?x16xf32>
  affine.store %v, %x[0, 0] : memref<?x16xf32>
  moe.gather_rows ins(%x, %s : memref<?x16xf32>, memref<?xi32>) slots_per_token(2) outs(%g : memref<?x16xf32>)
  %l = affine.load %x[0, 0] : memref<?x16xf32>
  return %l : f32
}
