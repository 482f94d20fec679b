// RUN: moe-opt %s --moe-flatten-time --canonicalize --split-input-file --remarks-filter='moe.*' --remark-policy=all --verify-diagnostics | FileCheck %s

#rows = affine_map<(m, n) -> (m, n)>
#cols = affine_map<(m, n) -> (n)>

// One mixture of all steps' rows.
// CHECK-LABEL: func.func @steps(
// CHECK-NOT:     scf.for
// CHECK-DAG:     %[[XF:.*]] = tensor.collapse_shape %{{.*}} {{\[\[}}0, 1], [2]] : {{.*}} into tensor<[[R:.*]]x4xf32>
// CHECK-DAG:     %[[ZF:.*]] = tensor.collapse_shape %{{.*}} {{\[\[}}0, 1], [2]] : {{.*}} into tensor<{{.*}}x3xf32>
// CHECK:         moe.gate %[[ZF]] <softmax, top_k<2>, sum>
// CHECK:         moe.dispatch %[[XF]]
// CHECK:         moe.combine
// CHECK:         %[[Y:.*]] = linalg.add
// CHECK:         tensor.{{expand_shape|reshape}} %[[Y]]
// CHECK-NOT:     scf.for
// CHECK:         return
func.func @steps(%x: tensor<?x?x4xf32>, %z: tensor<?x?x3xf32>, %w: tensor<3x4xf32>, %init: tensor<?x?x4xf32>) -> tensor<?x?x4xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = tensor.dim %x, %c0 : tensor<?x?x4xf32>
  %b = tensor.dim %x, %c1 : tensor<?x?x4xf32>
  // expected-remark @below {{inputs=2, recurrent=false, results=1}}
  %y = scf.for %t = %c0 to %n step %c1 iter_args(%acc = %init) -> (tensor<?x?x4xf32>) {
    %xt = tensor.extract_slice %x[%t, 0, 0] [1, %b, 4] [1, 1, 1] : tensor<?x?x4xf32> to tensor<?x4xf32>
    %zt = tensor.extract_slice %z[%t, 0, 0] [1, %b, 3] [1, 1, 1] : tensor<?x?x3xf32> to tensor<?x3xf32>
    %g, %e = moe.gate %zt <softmax, top_k<2>, sum> : tensor<?x3xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
    %rows, %o, %s = moe.dispatch %xt to %e weights(%g : tensor<?x2xf32>) : tensor<?x4xf32> to tensor<?x2xi32> -> tensor<?x4xf32> by tensor<4xi32>, tensor<?xi32>
    %out = moe.expert rows(%xe = %rows : tensor<?x4xf32>) offsets(%o : tensor<4xi32>) params(%we = %w : tensor<3x4xf32>) {
      %k0 = arith.constant 0 : index
      %m = tensor.dim %xe, %k0 : tensor<?x4xf32>
      %i = tensor.empty(%m) : tensor<?x4xf32>
      %h = linalg.generic {indexing_maps = [#rows, #cols, #rows], iterator_types = ["parallel", "parallel"]} ins(%xe, %we : tensor<?x4xf32>, tensor<4xf32>) outs(%i : tensor<?x4xf32>) {
      ^bb0(%a: f32, %p: f32, %q: f32):
        %r = arith.mulf %a, %p : f32
        linalg.yield %r : f32
      } -> tensor<?x4xf32>
      moe.yield %h : tensor<?x4xf32>
    } -> tensor<?x4xf32>
    %mix = moe.combine %out by %s weights(%g) : tensor<?x4xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x4xf32>
    // A residual, written into a new tensor.
    %j = tensor.empty(%b) : tensor<?x4xf32>
    %yt = linalg.add ins(%xt, %mix : tensor<?x4xf32>, tensor<?x4xf32>) outs(%j : tensor<?x4xf32>) -> tensor<?x4xf32>
    %next = tensor.insert_slice %yt into %acc[%t, 0, 0] [1, %b, 4] [1, 1, 1] : tensor<?x4xf32> into tensor<?x?x4xf32>
    scf.yield %next : tensor<?x?x4xf32>
  }
  return %y : tensor<?x?x4xf32>
}

// -----

#rows = affine_map<(m, n) -> (m, n)>
#cols = affine_map<(m, n) -> (n)>

// The same of static sizes: the types change.
// CHECK-LABEL: func.func @static(
// CHECK-NOT:     scf.for
// CHECK-DAG:     %[[XF:.*]] = tensor.collapse_shape %{{.*}} {{\[\[}}0, 1], [2]] : {{.*}} into tensor<30x4xf32>
// CHECK-DAG:     %[[ZF:.*]] = tensor.collapse_shape %{{.*}} {{\[\[}}0, 1], [2]] : {{.*}} into tensor<{{.*}}x3xf32>
// CHECK:         moe.gate %[[ZF]] <softmax, top_k<2>, sum>
// CHECK:         moe.dispatch %[[XF]]
// CHECK:         moe.combine
// CHECK:         %[[Y:.*]] = linalg.add
// CHECK:         tensor.{{expand_shape|reshape}} %[[Y]]
// CHECK-NOT:     scf.for
// CHECK:         return
func.func @static(%x: tensor<6x5x4xf32>, %z: tensor<6x5x3xf32>, %w: tensor<3x4xf32>, %init: tensor<6x5x4xf32>) -> tensor<6x5x4xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = arith.constant 6 : index
  // expected-remark @below {{inputs=2, recurrent=false, results=1}}
  %y = scf.for %t = %c0 to %n step %c1 iter_args(%acc = %init) -> (tensor<6x5x4xf32>) {
    %xt = tensor.extract_slice %x[%t, 0, 0] [1, 5, 4] [1, 1, 1] : tensor<6x5x4xf32> to tensor<5x4xf32>
    %zt = tensor.extract_slice %z[%t, 0, 0] [1, 5, 3] [1, 1, 1] : tensor<6x5x3xf32> to tensor<5x3xf32>
    %g, %e = moe.gate %zt <softmax, top_k<2>, sum> : tensor<5x3xf32> -> tensor<5x2xf32>, tensor<5x2xi32>
    %rows, %o, %s = moe.dispatch %xt to %e weights(%g : tensor<5x2xf32>) : tensor<5x4xf32> to tensor<5x2xi32> -> tensor<10x4xf32> by tensor<4xi32>, tensor<10xi32>
    %out = moe.expert rows(%xe = %rows : tensor<10x4xf32>) offsets(%o : tensor<4xi32>) params(%we = %w : tensor<3x4xf32>) {
      %k0 = arith.constant 0 : index
      %m = tensor.dim %xe, %k0 : tensor<?x4xf32>
      %i = tensor.empty(%m) : tensor<?x4xf32>
      %h = linalg.generic {indexing_maps = [#rows, #cols, #rows], iterator_types = ["parallel", "parallel"]} ins(%xe, %we : tensor<?x4xf32>, tensor<4xf32>) outs(%i : tensor<?x4xf32>) {
      ^bb0(%a: f32, %p: f32, %q: f32):
        %r = arith.mulf %a, %p : f32
        linalg.yield %r : f32
      } -> tensor<?x4xf32>
      moe.yield %h : tensor<?x4xf32>
    } -> tensor<10x4xf32>
    %mix = moe.combine %out by %s weights(%g) : tensor<10x4xf32>, tensor<10xi32>, tensor<5x2xf32> -> tensor<5x4xf32>
    // A residual, written into a new tensor.
    %j = tensor.empty() : tensor<5x4xf32>
    %yt = linalg.add ins(%xt, %mix : tensor<5x4xf32>, tensor<5x4xf32>) outs(%j : tensor<5x4xf32>) -> tensor<5x4xf32>
    %next = tensor.insert_slice %yt into %acc[%t, 0, 0] [1, 5, 4] [1, 1, 1] : tensor<5x4xf32> into tensor<6x5x4xf32>
    scf.yield %next : tensor<6x5x4xf32>
  }
  return %y : tensor<6x5x4xf32>
}

// -----

#rows = affine_map<(m, n) -> (m, n)>
#cols = affine_map<(m, n) -> (n)>

// A recurrent layer in front: it stays a loop, which stores its states.
// CHECK-LABEL: func.func @recurrent_before(
// CHECK:         %[[H:.*]]:2 = scf.for
// CHECK-NOT:       moe.
// CHECK:           linalg.add
// CHECK:           tensor.insert_slice
// CHECK:           scf.yield
// CHECK:         }
// CHECK:         moe.gate
// CHECK:         moe.dispatch
// CHECK:         moe.combine
// CHECK:         linalg.add
// CHECK-NOT:     scf.for
// CHECK:         return %{{.*}}, %[[H]]#0
func.func @recurrent_before(%x: tensor<6x5x4xf32>, %z: tensor<6x5x3xf32>, %w: tensor<3x4xf32>, %init: tensor<6x5x4xf32>, %h0: tensor<5x4xf32>) -> (tensor<6x5x4xf32>, tensor<5x4xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = arith.constant 6 : index
  // expected-remark @below {{inputs=2, recurrent=true, results=1}}
  %y:2 = scf.for %t = %c0 to %n step %c1 iter_args(%acc = %init, %h = %h0) -> (tensor<6x5x4xf32>, tensor<5x4xf32>) {
    %xt = tensor.extract_slice %x[%t, 0, 0] [1, 5, 4] [1, 1, 1] : tensor<6x5x4xf32> to tensor<5x4xf32>
    %zt = tensor.extract_slice %z[%t, 0, 0] [1, 5, 3] [1, 1, 1] : tensor<6x5x3xf32> to tensor<5x3xf32>
    %j2 = tensor.empty() : tensor<5x4xf32>
    %ht = linalg.add ins(%xt, %h : tensor<5x4xf32>, tensor<5x4xf32>) outs(%j2 : tensor<5x4xf32>) -> tensor<5x4xf32>
    %g, %e = moe.gate %zt <softmax, top_k<2>, sum> : tensor<5x3xf32> -> tensor<5x2xf32>, tensor<5x2xi32>
    %rows, %o, %s = moe.dispatch %ht to %e weights(%g : tensor<5x2xf32>) : tensor<5x4xf32> to tensor<5x2xi32> -> tensor<10x4xf32> by tensor<4xi32>, tensor<10xi32>
    %out = moe.expert rows(%xe = %rows : tensor<10x4xf32>) offsets(%o : tensor<4xi32>) params(%we = %w : tensor<3x4xf32>) {
      %k0 = arith.constant 0 : index
      %m = tensor.dim %xe, %k0 : tensor<?x4xf32>
      %i = tensor.empty(%m) : tensor<?x4xf32>
      %h = linalg.generic {indexing_maps = [#rows, #cols, #rows], iterator_types = ["parallel", "parallel"]} ins(%xe, %we : tensor<?x4xf32>, tensor<4xf32>) outs(%i : tensor<?x4xf32>) {
      ^bb0(%a: f32, %p: f32, %q: f32):
        %r = arith.mulf %a, %p : f32
        linalg.yield %r : f32
      } -> tensor<?x4xf32>
      moe.yield %h : tensor<?x4xf32>
    } -> tensor<10x4xf32>
    %mix = moe.combine %out by %s weights(%g) : tensor<10x4xf32>, tensor<10xi32>, tensor<5x2xf32> -> tensor<5x4xf32>
    // A residual, written into a new tensor.
    %j = tensor.empty() : tensor<5x4xf32>
    %yt = linalg.add ins(%ht, %mix : tensor<5x4xf32>, tensor<5x4xf32>) outs(%j : tensor<5x4xf32>) -> tensor<5x4xf32>
    %next = tensor.insert_slice %yt into %acc[%t, 0, 0] [1, 5, 4] [1, 1, 1] : tensor<5x4xf32> into tensor<6x5x4xf32>
    scf.yield %next, %ht : tensor<6x5x4xf32>, tensor<5x4xf32>
  }
  return %y#0, %y#1 : tensor<6x5x4xf32>, tensor<5x4xf32>
}

// -----

#rows = affine_map<(m, n) -> (m, n)>
#cols = affine_map<(m, n) -> (n)>

// The mixture's result of the step before reaches its input.
// CHECK-LABEL: func.func @recurrent(
// CHECK:         scf.for
// CHECK:           moe.gate
// CHECK:           moe.combine
// CHECK:           tensor.insert_slice
func.func @recurrent(%x: tensor<6x5x4xf32>, %z: tensor<6x5x3xf32>, %w: tensor<3x4xf32>, %init: tensor<6x5x4xf32>, %h0: tensor<5x4xf32>) -> (tensor<6x5x4xf32>, tensor<5x4xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = arith.constant 6 : index
  // expected-remark @below {{the loop is recurrent through the mixture: a step reads what the mixture gave the step before}}
  %y:2 = scf.for %t = %c0 to %n step %c1 iter_args(%acc = %init, %h = %h0) -> (tensor<6x5x4xf32>, tensor<5x4xf32>) {
    %xt = tensor.extract_slice %x[%t, 0, 0] [1, 5, 4] [1, 1, 1] : tensor<6x5x4xf32> to tensor<5x4xf32>
    %zt = tensor.extract_slice %z[%t, 0, 0] [1, 5, 3] [1, 1, 1] : tensor<6x5x3xf32> to tensor<5x3xf32>
    %j2 = tensor.empty() : tensor<5x4xf32>
    %ht = linalg.add ins(%xt, %h : tensor<5x4xf32>, tensor<5x4xf32>) outs(%j2 : tensor<5x4xf32>) -> tensor<5x4xf32>
    %g, %e = moe.gate %zt <softmax, top_k<2>, sum> : tensor<5x3xf32> -> tensor<5x2xf32>, tensor<5x2xi32>
    %rows, %o, %s = moe.dispatch %ht to %e weights(%g : tensor<5x2xf32>) : tensor<5x4xf32> to tensor<5x2xi32> -> tensor<10x4xf32> by tensor<4xi32>, tensor<10xi32>
    %out = moe.expert rows(%xe = %rows : tensor<10x4xf32>) offsets(%o : tensor<4xi32>) params(%we = %w : tensor<3x4xf32>) {
      %k0 = arith.constant 0 : index
      %m = tensor.dim %xe, %k0 : tensor<?x4xf32>
      %i = tensor.empty(%m) : tensor<?x4xf32>
      %h = linalg.generic {indexing_maps = [#rows, #cols, #rows], iterator_types = ["parallel", "parallel"]} ins(%xe, %we : tensor<?x4xf32>, tensor<4xf32>) outs(%i : tensor<?x4xf32>) {
      ^bb0(%a: f32, %p: f32, %q: f32):
        %r = arith.mulf %a, %p : f32
        linalg.yield %r : f32
      } -> tensor<?x4xf32>
      moe.yield %h : tensor<?x4xf32>
    } -> tensor<10x4xf32>
    %mix = moe.combine %out by %s weights(%g) : tensor<10x4xf32>, tensor<10xi32>, tensor<5x2xf32> -> tensor<5x4xf32>
    // A residual, written into a new tensor.
    %j = tensor.empty() : tensor<5x4xf32>
    %yt = linalg.add ins(%xt, %mix : tensor<5x4xf32>, tensor<5x4xf32>) outs(%j : tensor<5x4xf32>) -> tensor<5x4xf32>
    %next = tensor.insert_slice %yt into %acc[%t, 0, 0] [1, 5, 4] [1, 1, 1] : tensor<5x4xf32> into tensor<6x5x4xf32>
    scf.yield %next, %yt : tensor<6x5x4xf32>, tensor<5x4xf32>
  }
  return %y#0, %y#1 : tensor<6x5x4xf32>, tensor<5x4xf32>
}

// -----

#rows = affine_map<(m, n) -> (m, n)>
#cols = affine_map<(m, n) -> (n)>

// The results of other steps reach the mixture's input.
// CHECK-LABEL: func.func @last_step(
// CHECK:         scf.for
// CHECK:           moe.gate
// CHECK:           moe.combine
// CHECK:           tensor.insert_slice
func.func @last_step(%x: tensor<?x?x4xf32>, %z: tensor<?x?x3xf32>, %w: tensor<3x4xf32>, %init: tensor<?x?x4xf32>) -> tensor<?x?x4xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = tensor.dim %x, %c0 : tensor<?x?x4xf32>
  %b = tensor.dim %x, %c1 : tensor<?x?x4xf32>
  // expected-remark @below {{the loop is recurrent through the mixture}}
  %y = scf.for %t = %c0 to %n step %c1 iter_args(%acc = %init) -> (tensor<?x?x4xf32>) {
    %xt = tensor.extract_slice %x[%t, 0, 0] [1, %b, 4] [1, 1, 1] : tensor<?x?x4xf32> to tensor<?x4xf32>
    %zt = tensor.extract_slice %z[%t, 0, 0] [1, %b, 3] [1, 1, 1] : tensor<?x?x3xf32> to tensor<?x3xf32>
    %last = tensor.extract_slice %acc[%t, 0, 0] [1, %b, 4] [1, 1, 1] : tensor<?x?x4xf32> to tensor<?x4xf32>
    %g, %e = moe.gate %zt <softmax, top_k<2>, sum> : tensor<?x3xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
    %rows, %o, %s = moe.dispatch %last to %e weights(%g : tensor<?x2xf32>) : tensor<?x4xf32> to tensor<?x2xi32> -> tensor<?x4xf32> by tensor<4xi32>, tensor<?xi32>
    %out = moe.expert rows(%xe = %rows : tensor<?x4xf32>) offsets(%o : tensor<4xi32>) params(%we = %w : tensor<3x4xf32>) {
      %k0 = arith.constant 0 : index
      %m = tensor.dim %xe, %k0 : tensor<?x4xf32>
      %i = tensor.empty(%m) : tensor<?x4xf32>
      %h = linalg.generic {indexing_maps = [#rows, #cols, #rows], iterator_types = ["parallel", "parallel"]} ins(%xe, %we : tensor<?x4xf32>, tensor<4xf32>) outs(%i : tensor<?x4xf32>) {
      ^bb0(%a: f32, %p: f32, %q: f32):
        %r = arith.mulf %a, %p : f32
        linalg.yield %r : f32
      } -> tensor<?x4xf32>
      moe.yield %h : tensor<?x4xf32>
    } -> tensor<?x4xf32>
    %mix = moe.combine %out by %s weights(%g) : tensor<?x4xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x4xf32>
    // A residual, written into a new tensor.
    %j = tensor.empty(%b) : tensor<?x4xf32>
    %yt = linalg.add ins(%xt, %mix : tensor<?x4xf32>, tensor<?x4xf32>) outs(%j : tensor<?x4xf32>) -> tensor<?x4xf32>
    %next = tensor.insert_slice %yt into %acc[%t, 0, 0] [1, %b, 4] [1, 1, 1] : tensor<?x4xf32> into tensor<?x?x4xf32>
    scf.yield %next : tensor<?x?x4xf32>
  }
  return %y : tensor<?x?x4xf32>
}

// -----

#rows = affine_map<(m, n) -> (m, n)>
#cols = affine_map<(m, n) -> (n)>

// A recurrent layer behind the mixture, in the same loop.
// CHECK-LABEL: func.func @recurrent_behind(
// CHECK:         scf.for
// CHECK:           moe.gate
// CHECK:           moe.combine
// CHECK:           tensor.insert_slice
func.func @recurrent_behind(%x: tensor<6x5x4xf32>, %z: tensor<6x5x3xf32>, %w: tensor<3x4xf32>, %init: tensor<6x5x4xf32>, %h0: tensor<5x4xf32>) -> (tensor<6x5x4xf32>, tensor<5x4xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = arith.constant 6 : index
  // expected-remark @below {{what follows the mixture carries more than the slices of its steps}}
  %y:2 = scf.for %t = %c0 to %n step %c1 iter_args(%acc = %init, %h = %h0) -> (tensor<6x5x4xf32>, tensor<5x4xf32>) {
    %xt = tensor.extract_slice %x[%t, 0, 0] [1, 5, 4] [1, 1, 1] : tensor<6x5x4xf32> to tensor<5x4xf32>
    %zt = tensor.extract_slice %z[%t, 0, 0] [1, 5, 3] [1, 1, 1] : tensor<6x5x3xf32> to tensor<5x3xf32>
    %g, %e = moe.gate %zt <softmax, top_k<2>, sum> : tensor<5x3xf32> -> tensor<5x2xf32>, tensor<5x2xi32>
    %rows, %o, %s = moe.dispatch %xt to %e weights(%g : tensor<5x2xf32>) : tensor<5x4xf32> to tensor<5x2xi32> -> tensor<10x4xf32> by tensor<4xi32>, tensor<10xi32>
    %out = moe.expert rows(%xe = %rows : tensor<10x4xf32>) offsets(%o : tensor<4xi32>) params(%we = %w : tensor<3x4xf32>) {
      %k0 = arith.constant 0 : index
      %m = tensor.dim %xe, %k0 : tensor<?x4xf32>
      %i = tensor.empty(%m) : tensor<?x4xf32>
      %h = linalg.generic {indexing_maps = [#rows, #cols, #rows], iterator_types = ["parallel", "parallel"]} ins(%xe, %we : tensor<?x4xf32>, tensor<4xf32>) outs(%i : tensor<?x4xf32>) {
      ^bb0(%a: f32, %p: f32, %q: f32):
        %r = arith.mulf %a, %p : f32
        linalg.yield %r : f32
      } -> tensor<?x4xf32>
      moe.yield %h : tensor<?x4xf32>
    } -> tensor<10x4xf32>
    %mix = moe.combine %out by %s weights(%g) : tensor<10x4xf32>, tensor<10xi32>, tensor<5x2xf32> -> tensor<5x4xf32>
    %j2 = tensor.empty() : tensor<5x4xf32>
    %ht = linalg.add ins(%mix, %h : tensor<5x4xf32>, tensor<5x4xf32>) outs(%j2 : tensor<5x4xf32>) -> tensor<5x4xf32>
    // A residual, written into a new tensor.
    %j = tensor.empty() : tensor<5x4xf32>
    %yt = linalg.add ins(%xt, %mix : tensor<5x4xf32>, tensor<5x4xf32>) outs(%j : tensor<5x4xf32>) -> tensor<5x4xf32>
    %next = tensor.insert_slice %yt into %acc[%t, 0, 0] [1, 5, 4] [1, 1, 1] : tensor<5x4xf32> into tensor<6x5x4xf32>
    scf.yield %next, %ht : tensor<6x5x4xf32>, tensor<5x4xf32>
  }
  return %y#0, %y#1 : tensor<6x5x4xf32>, tensor<5x4xf32>
}

// -----

#rows = affine_map<(m, n) -> (m, n)>
#cols = affine_map<(m, n) -> (n)>

// The router compares the tokens of a step.
// CHECK-LABEL: func.func @batchwise(
// CHECK:         scf.for
// CHECK:           moe.gate
// CHECK:           moe.combine
// CHECK:           tensor.insert_slice
func.func @batchwise(%x: tensor<?x?x4xf32>, %z: tensor<?x?x3xf32>, %w: tensor<3x4xf32>, %init: tensor<?x?x4xf32>) -> tensor<?x?x4xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = tensor.dim %x, %c0 : tensor<?x?x4xf32>
  %b = tensor.dim %x, %c1 : tensor<?x?x4xf32>
  %y = scf.for %t = %c0 to %n step %c1 iter_args(%acc = %init) -> (tensor<?x?x4xf32>) {
    %xt = tensor.extract_slice %x[%t, 0, 0] [1, %b, 4] [1, 1, 1] : tensor<?x?x4xf32> to tensor<?x4xf32>
    %zt = tensor.extract_slice %z[%t, 0, 0] [1, %b, 3] [1, 1, 1] : tensor<?x?x3xf32> to tensor<?x3xf32>
    // expected-remark @below {{the rows of a step depend on each other: 'moe.gate' chooses tokens by comparing them}}
    %g, %e = moe.gate %zt <softmax, batchwise<2>, sum> : tensor<?x3xf32> -> tensor<?x3xf32>, tensor<?x3xi32>
    %rows, %o, %s = moe.dispatch %xt to %e weights(%g : tensor<?x3xf32>) : tensor<?x4xf32> to tensor<?x3xi32> -> tensor<?x4xf32> by tensor<4xi32>, tensor<?xi32>
    %out = moe.expert rows(%xe = %rows : tensor<?x4xf32>) offsets(%o : tensor<4xi32>) params(%we = %w : tensor<3x4xf32>) {
      %k0 = arith.constant 0 : index
      %m = tensor.dim %xe, %k0 : tensor<?x4xf32>
      %i = tensor.empty(%m) : tensor<?x4xf32>
      %h = linalg.generic {indexing_maps = [#rows, #cols, #rows], iterator_types = ["parallel", "parallel"]} ins(%xe, %we : tensor<?x4xf32>, tensor<4xf32>) outs(%i : tensor<?x4xf32>) {
      ^bb0(%a: f32, %p: f32, %q: f32):
        %r = arith.mulf %a, %p : f32
        linalg.yield %r : f32
      } -> tensor<?x4xf32>
      moe.yield %h : tensor<?x4xf32>
    } -> tensor<?x4xf32>
    %mix = moe.combine %out by %s weights(%g) : tensor<?x4xf32>, tensor<?xi32>, tensor<?x3xf32> -> tensor<?x4xf32>
    // A residual, written into a new tensor.
    %j = tensor.empty(%b) : tensor<?x4xf32>
    %yt = linalg.add ins(%xt, %mix : tensor<?x4xf32>, tensor<?x4xf32>) outs(%j : tensor<?x4xf32>) -> tensor<?x4xf32>
    %next = tensor.insert_slice %yt into %acc[%t, 0, 0] [1, %b, 4] [1, 1, 1] : tensor<?x4xf32> into tensor<?x?x4xf32>
    scf.yield %next : tensor<?x?x4xf32>
  }
  return %y : tensor<?x?x4xf32>
}

// -----

#rows = affine_map<(m, n) -> (m, n)>
#cols = affine_map<(m, n) -> (n)>

// An expert drops tokens of a step.
// CHECK-LABEL: func.func @capacity(
// CHECK:         scf.for
// CHECK:           moe.gate
// CHECK:           moe.combine
// CHECK:           tensor.insert_slice
func.func @capacity(%x: tensor<?x?x4xf32>, %z: tensor<?x?x3xf32>, %w: tensor<3x4xf32>, %init: tensor<?x?x4xf32>, %c: index) -> tensor<?x?x4xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = tensor.dim %x, %c0 : tensor<?x?x4xf32>
  %b = tensor.dim %x, %c1 : tensor<?x?x4xf32>
  %y = scf.for %t = %c0 to %n step %c1 iter_args(%acc = %init) -> (tensor<?x?x4xf32>) {
    %xt = tensor.extract_slice %x[%t, 0, 0] [1, %b, 4] [1, 1, 1] : tensor<?x?x4xf32> to tensor<?x4xf32>
    %zt = tensor.extract_slice %z[%t, 0, 0] [1, %b, 3] [1, 1, 1] : tensor<?x?x3xf32> to tensor<?x3xf32>
    %g, %e = moe.gate %zt <softmax, top_k<2>, sum> : tensor<?x3xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
    // expected-remark @below {{the rows of a step depend on each other: 'moe.dispatch' drops tokens by their place}}
    %rows, %o, %s = moe.dispatch %xt to %e weights(%g : tensor<?x2xf32>) capacity(%c) priority(token_major) : tensor<?x4xf32> to tensor<?x2xi32> -> tensor<?x4xf32> by tensor<4xi32>, tensor<?xi32>
    %out = moe.expert rows(%xe = %rows : tensor<?x4xf32>) offsets(%o : tensor<4xi32>) params(%we = %w : tensor<3x4xf32>) {
      %k0 = arith.constant 0 : index
      %m = tensor.dim %xe, %k0 : tensor<?x4xf32>
      %i = tensor.empty(%m) : tensor<?x4xf32>
      %h = linalg.generic {indexing_maps = [#rows, #cols, #rows], iterator_types = ["parallel", "parallel"]} ins(%xe, %we : tensor<?x4xf32>, tensor<4xf32>) outs(%i : tensor<?x4xf32>) {
      ^bb0(%a: f32, %p: f32, %q: f32):
        %r = arith.mulf %a, %p : f32
        linalg.yield %r : f32
      } -> tensor<?x4xf32>
      moe.yield %h : tensor<?x4xf32>
    } -> tensor<?x4xf32>
    %mix = moe.combine %out by %s weights(%g) : tensor<?x4xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x4xf32>
    // A residual, written into a new tensor.
    %j = tensor.empty(%b) : tensor<?x4xf32>
    %yt = linalg.add ins(%xt, %mix : tensor<?x4xf32>, tensor<?x4xf32>) outs(%j : tensor<?x4xf32>) -> tensor<?x4xf32>
    %next = tensor.insert_slice %yt into %acc[%t, 0, 0] [1, %b, 4] [1, 1, 1] : tensor<?x4xf32> into tensor<?x?x4xf32>
    scf.yield %next : tensor<?x?x4xf32>
  }
  return %y : tensor<?x?x4xf32>
}

// -----

#rows = affine_map<(m, n) -> (m, n)>
#cols = affine_map<(m, n) -> (n)>

// A step has side effects.
// CHECK-LABEL: func.func @effects(
// CHECK:         scf.for
// CHECK:           moe.gate
// CHECK:           moe.combine
// CHECK:           tensor.insert_slice
func.func @effects(%x: tensor<?x?x4xf32>, %z: tensor<?x?x3xf32>, %w: tensor<3x4xf32>, %init: tensor<?x?x4xf32>, %log: memref<?xf32>, %v: f32) -> tensor<?x?x4xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = tensor.dim %x, %c0 : tensor<?x?x4xf32>
  %b = tensor.dim %x, %c1 : tensor<?x?x4xf32>
  %y = scf.for %t = %c0 to %n step %c1 iter_args(%acc = %init) -> (tensor<?x?x4xf32>) {
    %xt = tensor.extract_slice %x[%t, 0, 0] [1, %b, 4] [1, 1, 1] : tensor<?x?x4xf32> to tensor<?x4xf32>
    %zt = tensor.extract_slice %z[%t, 0, 0] [1, %b, 3] [1, 1, 1] : tensor<?x?x3xf32> to tensor<?x3xf32>
    %g, %e = moe.gate %zt <softmax, top_k<2>, sum> : tensor<?x3xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
    %rows, %o, %s = moe.dispatch %xt to %e weights(%g : tensor<?x2xf32>) : tensor<?x4xf32> to tensor<?x2xi32> -> tensor<?x4xf32> by tensor<4xi32>, tensor<?xi32>
    %out = moe.expert rows(%xe = %rows : tensor<?x4xf32>) offsets(%o : tensor<4xi32>) params(%we = %w : tensor<3x4xf32>) {
      %k0 = arith.constant 0 : index
      %m = tensor.dim %xe, %k0 : tensor<?x4xf32>
      %i = tensor.empty(%m) : tensor<?x4xf32>
      %h = linalg.generic {indexing_maps = [#rows, #cols, #rows], iterator_types = ["parallel", "parallel"]} ins(%xe, %we : tensor<?x4xf32>, tensor<4xf32>) outs(%i : tensor<?x4xf32>) {
      ^bb0(%a: f32, %p: f32, %q: f32):
        %r = arith.mulf %a, %p : f32
        linalg.yield %r : f32
      } -> tensor<?x4xf32>
      moe.yield %h : tensor<?x4xf32>
    } -> tensor<?x4xf32>
    %mix = moe.combine %out by %s weights(%g) : tensor<?x4xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x4xf32>
    // expected-remark @below {{'memref.store' has side effects}}
    memref.store %v, %log[%t] : memref<?xf32>
    // A residual, written into a new tensor.
    %j = tensor.empty(%b) : tensor<?x4xf32>
    %yt = linalg.add ins(%xt, %mix : tensor<?x4xf32>, tensor<?x4xf32>) outs(%j : tensor<?x4xf32>) -> tensor<?x4xf32>
    %next = tensor.insert_slice %yt into %acc[%t, 0, 0] [1, %b, 4] [1, 1, 1] : tensor<?x4xf32> into tensor<?x?x4xf32>
    scf.yield %next : tensor<?x?x4xf32>
  }
  return %y : tensor<?x?x4xf32>
}

// -----

#rows = affine_map<(m, n) -> (m, n)>
#cols = affine_map<(m, n) -> (n)>

// Every other step.
// CHECK-LABEL: func.func @stride(
// CHECK:         scf.for
// CHECK:           moe.gate
// CHECK:           moe.combine
// CHECK:           tensor.insert_slice
func.func @stride(%x: tensor<?x?x4xf32>, %z: tensor<?x?x3xf32>, %w: tensor<3x4xf32>, %init: tensor<?x?x4xf32>, %c2: index) -> tensor<?x?x4xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = tensor.dim %x, %c0 : tensor<?x?x4xf32>
  %b = tensor.dim %x, %c1 : tensor<?x?x4xf32>
  // expected-remark @below {{the loop's step is not 1}}
  %y = scf.for %t = %c0 to %n step %c2 iter_args(%acc = %init) -> (tensor<?x?x4xf32>) {
    %xt = tensor.extract_slice %x[%t, 0, 0] [1, %b, 4] [1, 1, 1] : tensor<?x?x4xf32> to tensor<?x4xf32>
    %zt = tensor.extract_slice %z[%t, 0, 0] [1, %b, 3] [1, 1, 1] : tensor<?x?x3xf32> to tensor<?x3xf32>
    %g, %e = moe.gate %zt <softmax, top_k<2>, sum> : tensor<?x3xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
    %rows, %o, %s = moe.dispatch %xt to %e weights(%g : tensor<?x2xf32>) : tensor<?x4xf32> to tensor<?x2xi32> -> tensor<?x4xf32> by tensor<4xi32>, tensor<?xi32>
    %out = moe.expert rows(%xe = %rows : tensor<?x4xf32>) offsets(%o : tensor<4xi32>) params(%we = %w : tensor<3x4xf32>) {
      %k0 = arith.constant 0 : index
      %m = tensor.dim %xe, %k0 : tensor<?x4xf32>
      %i = tensor.empty(%m) : tensor<?x4xf32>
      %h = linalg.generic {indexing_maps = [#rows, #cols, #rows], iterator_types = ["parallel", "parallel"]} ins(%xe, %we : tensor<?x4xf32>, tensor<4xf32>) outs(%i : tensor<?x4xf32>) {
      ^bb0(%a: f32, %p: f32, %q: f32):
        %r = arith.mulf %a, %p : f32
        linalg.yield %r : f32
      } -> tensor<?x4xf32>
      moe.yield %h : tensor<?x4xf32>
    } -> tensor<?x4xf32>
    %mix = moe.combine %out by %s weights(%g) : tensor<?x4xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x4xf32>
    // A residual, written into a new tensor.
    %j = tensor.empty(%b) : tensor<?x4xf32>
    %yt = linalg.add ins(%xt, %mix : tensor<?x4xf32>, tensor<?x4xf32>) outs(%j : tensor<?x4xf32>) -> tensor<?x4xf32>
    %next = tensor.insert_slice %yt into %acc[%t, 0, 0] [1, %b, 4] [1, 1, 1] : tensor<?x4xf32> into tensor<?x?x4xf32>
    scf.yield %next : tensor<?x?x4xf32>
  }
  return %y : tensor<?x?x4xf32>
}

// -----

#rows = affine_map<(m, n) -> (m, n)>
#cols = affine_map<(m, n) -> (n)>

// A step writes another slice than its own.
// CHECK-LABEL: func.func @other_slice(
// CHECK:         scf.for
// CHECK:           moe.gate
// CHECK:           moe.combine
// CHECK:           tensor.insert_slice
func.func @other_slice(%x: tensor<?x?x4xf32>, %z: tensor<?x?x3xf32>, %w: tensor<3x4xf32>, %init: tensor<?x?x4xf32>) -> tensor<?x?x4xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = tensor.dim %x, %c0 : tensor<?x?x4xf32>
  %b = tensor.dim %x, %c1 : tensor<?x?x4xf32>
  %y = scf.for %t = %c0 to %n step %c1 iter_args(%acc = %init) -> (tensor<?x?x4xf32>) {
    %xt = tensor.extract_slice %x[%t, 0, 0] [1, %b, 4] [1, 1, 1] : tensor<?x?x4xf32> to tensor<?x4xf32>
    %zt = tensor.extract_slice %z[%t, 0, 0] [1, %b, 3] [1, 1, 1] : tensor<?x?x3xf32> to tensor<?x3xf32>
    %g, %e = moe.gate %zt <softmax, top_k<2>, sum> : tensor<?x3xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
    %rows, %o, %s = moe.dispatch %xt to %e weights(%g : tensor<?x2xf32>) : tensor<?x4xf32> to tensor<?x2xi32> -> tensor<?x4xf32> by tensor<4xi32>, tensor<?xi32>
    %out = moe.expert rows(%xe = %rows : tensor<?x4xf32>) offsets(%o : tensor<4xi32>) params(%we = %w : tensor<3x4xf32>) {
      %k0 = arith.constant 0 : index
      %m = tensor.dim %xe, %k0 : tensor<?x4xf32>
      %i = tensor.empty(%m) : tensor<?x4xf32>
      %h = linalg.generic {indexing_maps = [#rows, #cols, #rows], iterator_types = ["parallel", "parallel"]} ins(%xe, %we : tensor<?x4xf32>, tensor<4xf32>) outs(%i : tensor<?x4xf32>) {
      ^bb0(%a: f32, %p: f32, %q: f32):
        %r = arith.mulf %a, %p : f32
        linalg.yield %r : f32
      } -> tensor<?x4xf32>
      moe.yield %h : tensor<?x4xf32>
    } -> tensor<?x4xf32>
    %mix = moe.combine %out by %s weights(%g) : tensor<?x4xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x4xf32>
    // A residual, written into a new tensor.
    %j = tensor.empty(%b) : tensor<?x4xf32>
    %yt = linalg.add ins(%xt, %mix : tensor<?x4xf32>, tensor<?x4xf32>) outs(%j : tensor<?x4xf32>) -> tensor<?x4xf32>
    // expected-remark @below {{a step writes something else than its slice}}
    %next = tensor.insert_slice %yt into %acc[%c0, 0, 0] [1, %b, 4] [1, 1, 1] : tensor<?x4xf32> into tensor<?x?x4xf32>
    scf.yield %next : tensor<?x?x4xf32>
  }
  return %y : tensor<?x?x4xf32>
}

// -----

#rows = affine_map<(m, n) -> (m, n)>
#cols = affine_map<(m, n) -> (n)>

// The logits are those of another step.
// CHECK-LABEL: func.func @backwards(
// CHECK:         scf.for
// CHECK:           moe.gate
// CHECK:           moe.combine
// CHECK:           tensor.insert_slice
func.func @backwards(%x: tensor<?x?x4xf32>, %z: tensor<?x?x3xf32>, %w: tensor<3x4xf32>, %init: tensor<?x?x4xf32>) -> tensor<?x?x4xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = tensor.dim %x, %c0 : tensor<?x?x4xf32>
  %b = tensor.dim %x, %c1 : tensor<?x?x4xf32>
  %y = scf.for %t = %c0 to %n step %c1 iter_args(%acc = %init) -> (tensor<?x?x4xf32>) {
    %xt = tensor.extract_slice %x[%t, 0, 0] [1, %b, 4] [1, 1, 1] : tensor<?x?x4xf32> to tensor<?x4xf32>
    // expected-remark @below {{'arith.subi' computes with the number of the step}}
    %u = arith.subi %n, %t : index
    %zt = tensor.extract_slice %z[%u, 0, 0] [1, %b, 3] [1, 1, 1] : tensor<?x?x3xf32> to tensor<?x3xf32>
    %g, %e = moe.gate %zt <softmax, top_k<2>, sum> : tensor<?x3xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
    %rows, %o, %s = moe.dispatch %xt to %e weights(%g : tensor<?x2xf32>) : tensor<?x4xf32> to tensor<?x2xi32> -> tensor<?x4xf32> by tensor<4xi32>, tensor<?xi32>
    %out = moe.expert rows(%xe = %rows : tensor<?x4xf32>) offsets(%o : tensor<4xi32>) params(%we = %w : tensor<3x4xf32>) {
      %k0 = arith.constant 0 : index
      %m = tensor.dim %xe, %k0 : tensor<?x4xf32>
      %i = tensor.empty(%m) : tensor<?x4xf32>
      %h = linalg.generic {indexing_maps = [#rows, #cols, #rows], iterator_types = ["parallel", "parallel"]} ins(%xe, %we : tensor<?x4xf32>, tensor<4xf32>) outs(%i : tensor<?x4xf32>) {
      ^bb0(%a: f32, %p: f32, %q: f32):
        %r = arith.mulf %a, %p : f32
        linalg.yield %r : f32
      } -> tensor<?x4xf32>
      moe.yield %h : tensor<?x4xf32>
    } -> tensor<?x4xf32>
    %mix = moe.combine %out by %s weights(%g) : tensor<?x4xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x4xf32>
    // A residual, written into a new tensor.
    %j = tensor.empty(%b) : tensor<?x4xf32>
    %yt = linalg.add ins(%xt, %mix : tensor<?x4xf32>, tensor<?x4xf32>) outs(%j : tensor<?x4xf32>) -> tensor<?x4xf32>
    %next = tensor.insert_slice %yt into %acc[%t, 0, 0] [1, %b, 4] [1, 1, 1] : tensor<?x4xf32> into tensor<?x?x4xf32>
    scf.yield %next : tensor<?x?x4xf32>
  }
  return %y : tensor<?x?x4xf32>
}
