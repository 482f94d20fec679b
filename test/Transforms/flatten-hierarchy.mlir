// RUN: moe-opt %s --moe-flatten-hierarchy --split-input-file --remarks-filter='moe.*' --remark-policy=all --verify-diagnostics | FileCheck %s

#rows = affine_map<(m, n) -> (m, n)>
#cols = affine_map<(m, n) -> (n)>

// A mixture in each group: the logits stay the groups', everything else is on all
// experts.
// CHECK-LABEL: func.func @nested(
// CHECK-SAME:    %[[X:.*]]: tensor<?x4xf32>, %[[Z:.*]]: tensor<?x3xf32>, %[[N:.*]]: tensor<?x5xf32>, %[[WG:.*]]: tensor<3x4x5xf32>, %[[W:.*]]: tensor<3x5x4xf32>
// CHECK:         %[[G:.*]], %[[E:.*]] = moe.gate %[[Z]]
// CHECK:         %[[R:.*]]:2, %[[O:.*]], %[[S:.*]] = moe.dispatch %[[X]], %[[N]] to %[[E]]
// The logits of selected groups, and a row for each slot:
// CHECK:         %[[L:.*]]:2 = moe.expert rows(%{{.*}} = %[[R]]#0 : tensor<?x4xf32>, %[[NE:.*]] = %[[R]]#1 : tensor<?x5xf32>) offsets(%[[O]] : tensor<4xi32>) params(%{{.*}} = %[[WG]] : tensor<3x4x5xf32>) {
// CHECK:           %[[ZE:.*]] = linalg.matmul
// CHECK:           moe.yield %[[ZE]], %[[NE]]
// CHECK:         %[[Z2:.*]] = moe.combine %[[L]]#0 by %[[S]] weights(%{{.*}}) unweighted {{.*}} tensor<?x1xf32>
// CHECK:         %[[N2:.*]] = moe.combine %[[L]]#1 by %[[S]] weights(%{{.*}}) unweighted {{.*}} tensor<?x1xf32>
// CHECK:         %[[G2:.*]], %[[E2:.*]] = moe.gate %[[Z2]] <softmax, top_k<2>, sum> noise(%[[N2]] : tensor<?x5xf32>)
// Products of gates, ids of all experts; null experts stay null:
// CHECK:         linalg.generic {{.*}} ins(%{{.*}}, %[[G2]] : tensor<?xf32>, tensor<?x2xf32>)
// CHECK:           arith.mulf
// CHECK:         linalg.generic {{.*}} ins(%{{.*}}, %[[E2]] : tensor<?xi32>, tensor<?x2xi32>)
// CHECK:           arith.cmpi ult
// CHECK:           arith.cmpi ult
// CHECK:           arith.select
// One dispatch from the tokens, one sum:
// CHECK:         %[[R2:.*]], %[[O2:.*]], %[[S2:.*]] = moe.dispatch %[[X]] to %[[FE:.*]] weights(%[[FG:.*]] : tensor<?x4xf32>) : tensor<?x4xf32> to tensor<?x4xi32> -> tensor<?x4xf32> by tensor<16xi32>, tensor<?xi32>
// CHECK:         %[[FW:.*]] = tensor.collapse_shape %[[W]] {{.*}} into tensor<15x4xf32>
// CHECK:         %[[Y2:.*]] = moe.expert rows(%{{.*}} = %[[R2]] : tensor<?x4xf32>) offsets(%[[O2]] : tensor<16xi32>) params(%{{.*}} = %[[FW]] : tensor<15x4xf32>)
// CHECK:         %[[Y:.*]] = moe.combine %[[Y2]] by %[[S2]] weights(%[[FG]])
// CHECK:         return %[[Y]]
func.func @nested(%x: tensor<?x4xf32>, %z: tensor<?x3xf32>, %noise: tensor<?x5xf32>, %wg: tensor<3x4x5xf32>, %w: tensor<3x5x4xf32>) -> tensor<?x4xf32> {
  %g, %e = moe.gate %z <softmax, top_k<2>> : tensor<?x3xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %rows:2, %o, %s = moe.dispatch %x, %noise to %e weights(%g : tensor<?x2xf32>) : tensor<?x4xf32>, tensor<?x5xf32> to tensor<?x2xi32> -> tensor<?x4xf32>, tensor<?x5xf32> by tensor<4xi32>, tensor<?xi32>
  // expected-remark @below {{experts=15, groups=3, slots=4}}
  %out = moe.expert rows(%xe = %rows#0 : tensor<?x4xf32>, %ne = %rows#1 : tensor<?x5xf32>) offsets(%o : tensor<4xi32>)
      params(%wge = %wg : tensor<3x4x5xf32>, %we = %w : tensor<3x5x4xf32>) {
    %zero = arith.constant 0.0 : f32
    %c0 = arith.constant 0 : index
    %m = tensor.dim %xe, %c0 : tensor<?x4xf32>
    %i = tensor.empty(%m) : tensor<?x5xf32>
    %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x5xf32>) -> tensor<?x5xf32>
    %ze = linalg.matmul ins(%xe, %wge : tensor<?x4xf32>, tensor<4x5xf32>) outs(%f : tensor<?x5xf32>) -> tensor<?x5xf32>
    %g2, %e2 = moe.gate %ze <softmax, top_k<2>, sum> noise(%ne : tensor<?x5xf32>) : tensor<?x5xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
    %rows2, %o2, %s2 = moe.dispatch %xe to %e2 weights(%g2 : tensor<?x2xf32>) : tensor<?x4xf32> to tensor<?x2xi32> -> tensor<?x4xf32> by tensor<6xi32>, tensor<?xi32>
    %out2 = moe.expert rows(%xi = %rows2 : tensor<?x4xf32>) offsets(%o2 : tensor<6xi32>) params(%wi = %we : tensor<5x4xf32>) {
      %k0 = arith.constant 0 : index
      %mi = tensor.dim %xi, %k0 : tensor<?x4xf32>
      %ii = tensor.empty(%mi) : tensor<?x4xf32>
      %h = linalg.generic {indexing_maps = [#rows, #cols, #rows], iterator_types = ["parallel", "parallel"]} ins(%xi, %wi : tensor<?x4xf32>, tensor<4xf32>) outs(%ii : tensor<?x4xf32>) {
      ^bb0(%a: f32, %b: f32, %c: f32):
        %p = arith.mulf %a, %b : f32
        linalg.yield %p : f32
      } -> tensor<?x4xf32>
      moe.yield %h : tensor<?x4xf32>
    } -> tensor<?x4xf32>
    %y2 = moe.combine %out2 by %s2 weights(%g2) : tensor<?x4xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x4xf32>
    moe.yield %y2 : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  %y = moe.combine %out by %s weights(%g) : tensor<?x4xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// -----

#rows = affine_map<(m, n) -> (m, n)>
#cols = affine_map<(m, n) -> (n)>

// The groups do something with their sum.
// CHECK-LABEL: func.func @changed_sum(
// CHECK:         moe.expert
// CHECK:           moe.expert
// CHECK:           moe.combine
// CHECK:         moe.combine
func.func @changed_sum(%x: tensor<?x4xf32>, %z: tensor<?x3xf32>, %noise: tensor<?x5xf32>, %wg: tensor<3x4x5xf32>, %w: tensor<3x5x4xf32>) -> tensor<?x4xf32> {
  %g, %e = moe.gate %z <softmax, top_k<2>> : tensor<?x3xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %rows:2, %o, %s = moe.dispatch %x, %noise to %e weights(%g : tensor<?x2xf32>) : tensor<?x4xf32>, tensor<?x5xf32> to tensor<?x2xi32> -> tensor<?x4xf32>, tensor<?x5xf32> by tensor<4xi32>, tensor<?xi32>
  %out = moe.expert rows(%xe = %rows#0 : tensor<?x4xf32>, %ne = %rows#1 : tensor<?x5xf32>) offsets(%o : tensor<4xi32>)
      params(%wge = %wg : tensor<3x4x5xf32>, %we = %w : tensor<3x5x4xf32>) {
    %zero = arith.constant 0.0 : f32
    %c0 = arith.constant 0 : index
    %m = tensor.dim %xe, %c0 : tensor<?x4xf32>
    %i = tensor.empty(%m) : tensor<?x5xf32>
    %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x5xf32>) -> tensor<?x5xf32>
    %ze = linalg.matmul ins(%xe, %wge : tensor<?x4xf32>, tensor<4x5xf32>) outs(%f : tensor<?x5xf32>) -> tensor<?x5xf32>
    %g2, %e2 = moe.gate %ze <softmax, top_k<2>, sum> noise(%ne : tensor<?x5xf32>) : tensor<?x5xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
    %rows2, %o2, %s2 = moe.dispatch %xe to %e2 weights(%g2 : tensor<?x2xf32>) : tensor<?x4xf32> to tensor<?x2xi32> -> tensor<?x4xf32> by tensor<6xi32>, tensor<?xi32>
    %out2 = moe.expert rows(%xi = %rows2 : tensor<?x4xf32>) offsets(%o2 : tensor<6xi32>) params(%wi = %we : tensor<5x4xf32>) {
      %k0 = arith.constant 0 : index
      %mi = tensor.dim %xi, %k0 : tensor<?x4xf32>
      %ii = tensor.empty(%mi) : tensor<?x4xf32>
      %h = linalg.generic {indexing_maps = [#rows, #cols, #rows], iterator_types = ["parallel", "parallel"]} ins(%xi, %wi : tensor<?x4xf32>, tensor<4xf32>) outs(%ii : tensor<?x4xf32>) {
      ^bb0(%a: f32, %b: f32, %c: f32):
        %p = arith.mulf %a, %b : f32
        linalg.yield %p : f32
      } -> tensor<?x4xf32>
      moe.yield %h : tensor<?x4xf32>
    } -> tensor<?x4xf32>
    %y2 = moe.combine %out2 by %s2 weights(%g2) : tensor<?x4xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x4xf32>
    %j = tensor.empty(%m) : tensor<?x4xf32>
    // expected-remark @below {{the groups yield something else than the sum of their experts}}
    %q = linalg.map { math.absf } ins(%y2 : tensor<?x4xf32>) outs(%j : tensor<?x4xf32>)
    moe.yield %q : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  %y = moe.combine %out by %s weights(%g) : tensor<?x4xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// -----

#rows = affine_map<(m, n) -> (m, n)>
#cols = affine_map<(m, n) -> (n)>

// The groups compute the rows of their experts.
// CHECK-LABEL: func.func @own_rows(
// CHECK:         moe.expert
// CHECK:           moe.expert
// CHECK:           moe.combine
// CHECK:         moe.combine
func.func @own_rows(%x: tensor<?x4xf32>, %z: tensor<?x3xf32>, %noise: tensor<?x5xf32>, %wg: tensor<3x4x5xf32>, %w: tensor<3x5x4xf32>) -> tensor<?x4xf32> {
  %g, %e = moe.gate %z <softmax, top_k<2>> : tensor<?x3xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %rows:2, %o, %s = moe.dispatch %x, %noise to %e weights(%g : tensor<?x2xf32>) : tensor<?x4xf32>, tensor<?x5xf32> to tensor<?x2xi32> -> tensor<?x4xf32>, tensor<?x5xf32> by tensor<4xi32>, tensor<?xi32>
  %out = moe.expert rows(%xe = %rows#0 : tensor<?x4xf32>, %ne = %rows#1 : tensor<?x5xf32>) offsets(%o : tensor<4xi32>)
      params(%wge = %wg : tensor<3x4x5xf32>, %we = %w : tensor<3x5x4xf32>) {
    %zero = arith.constant 0.0 : f32
    %c0 = arith.constant 0 : index
    %m = tensor.dim %xe, %c0 : tensor<?x4xf32>
    %i = tensor.empty(%m) : tensor<?x5xf32>
    %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x5xf32>) -> tensor<?x5xf32>
    %ze = linalg.matmul ins(%xe, %wge : tensor<?x4xf32>, tensor<4x5xf32>) outs(%f : tensor<?x5xf32>) -> tensor<?x5xf32>
    %g2, %e2 = moe.gate %ze <softmax, top_k<2>, sum> noise(%ne : tensor<?x5xf32>) : tensor<?x5xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
    %j = tensor.empty(%m) : tensor<?x4xf32>
    // expected-remark @below {{the groups compute the rows of their experts}}
    %q = linalg.map { math.absf } ins(%xe : tensor<?x4xf32>) outs(%j : tensor<?x4xf32>)
    %rows2, %o2, %s2 = moe.dispatch %q to %e2 weights(%g2 : tensor<?x2xf32>) : tensor<?x4xf32> to tensor<?x2xi32> -> tensor<?x4xf32> by tensor<6xi32>, tensor<?xi32>
    %out2 = moe.expert rows(%xi = %rows2 : tensor<?x4xf32>) offsets(%o2 : tensor<6xi32>) params(%wi = %we : tensor<5x4xf32>) {
      %k0 = arith.constant 0 : index
      %mi = tensor.dim %xi, %k0 : tensor<?x4xf32>
      %ii = tensor.empty(%mi) : tensor<?x4xf32>
      %h = linalg.generic {indexing_maps = [#rows, #cols, #rows], iterator_types = ["parallel", "parallel"]} ins(%xi, %wi : tensor<?x4xf32>, tensor<4xf32>) outs(%ii : tensor<?x4xf32>) {
      ^bb0(%a: f32, %b: f32, %c: f32):
        %p = arith.mulf %a, %b : f32
        linalg.yield %p : f32
      } -> tensor<?x4xf32>
      moe.yield %h : tensor<?x4xf32>
    } -> tensor<?x4xf32>
    %y2 = moe.combine %out2 by %s2 weights(%g2) : tensor<?x4xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x4xf32>
    moe.yield %y2 : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  %y = moe.combine %out by %s weights(%g) : tensor<?x4xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// -----

#rows = affine_map<(m, n) -> (m, n)>
#cols = affine_map<(m, n) -> (n)>

// All groups have the same experts.
// CHECK-LABEL: func.func @shared_param(
// CHECK:         moe.expert
// CHECK:           moe.expert
// CHECK:           moe.combine
// CHECK:         moe.combine
func.func @shared_param(%x: tensor<?x4xf32>, %z: tensor<?x3xf32>, %noise: tensor<?x5xf32>, %wg: tensor<3x4x5xf32>, %w: tensor<3x5x4xf32>, %v: tensor<5x4xf32>) -> tensor<?x4xf32> {
  %g, %e = moe.gate %z <softmax, top_k<2>> : tensor<?x3xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %rows:2, %o, %s = moe.dispatch %x, %noise to %e weights(%g : tensor<?x2xf32>) : tensor<?x4xf32>, tensor<?x5xf32> to tensor<?x2xi32> -> tensor<?x4xf32>, tensor<?x5xf32> by tensor<4xi32>, tensor<?xi32>
  %out = moe.expert rows(%xe = %rows#0 : tensor<?x4xf32>, %ne = %rows#1 : tensor<?x5xf32>) offsets(%o : tensor<4xi32>)
      params(%wge = %wg : tensor<3x4x5xf32>, %we = %w : tensor<3x5x4xf32>) shared(%ve = %v : tensor<5x4xf32>) {
    %zero = arith.constant 0.0 : f32
    %c0 = arith.constant 0 : index
    %m = tensor.dim %xe, %c0 : tensor<?x4xf32>
    %i = tensor.empty(%m) : tensor<?x5xf32>
    %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x5xf32>) -> tensor<?x5xf32>
    %ze = linalg.matmul ins(%xe, %wge : tensor<?x4xf32>, tensor<4x5xf32>) outs(%f : tensor<?x5xf32>) -> tensor<?x5xf32>
    %g2, %e2 = moe.gate %ze <softmax, top_k<2>, sum> noise(%ne : tensor<?x5xf32>) : tensor<?x5xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
    %rows2, %o2, %s2 = moe.dispatch %xe to %e2 weights(%g2 : tensor<?x2xf32>) : tensor<?x4xf32> to tensor<?x2xi32> -> tensor<?x4xf32> by tensor<6xi32>, tensor<?xi32>
    // expected-remark @below {{a parameter of the nested experts is not a slice of one of the groups'}}
    %out2 = moe.expert rows(%xi = %rows2 : tensor<?x4xf32>) offsets(%o2 : tensor<6xi32>) params(%wi = %ve : tensor<5x4xf32>) {
      %k0 = arith.constant 0 : index
      %mi = tensor.dim %xi, %k0 : tensor<?x4xf32>
      %ii = tensor.empty(%mi) : tensor<?x4xf32>
      %h = linalg.generic {indexing_maps = [#rows, #cols, #rows], iterator_types = ["parallel", "parallel"]} ins(%xi, %wi : tensor<?x4xf32>, tensor<4xf32>) outs(%ii : tensor<?x4xf32>) {
      ^bb0(%a: f32, %b: f32, %c: f32):
        %p = arith.mulf %a, %b : f32
        linalg.yield %p : f32
      } -> tensor<?x4xf32>
      moe.yield %h : tensor<?x4xf32>
    } -> tensor<?x4xf32>
    %y2 = moe.combine %out2 by %s2 weights(%g2) : tensor<?x4xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x4xf32>
    moe.yield %y2 : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  %y = moe.combine %out by %s weights(%g) : tensor<?x4xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// -----

#rows = affine_map<(m, n) -> (m, n)>
#cols = affine_map<(m, n) -> (n)>

// The selection of each group has its own bias.
// CHECK-LABEL: func.func @own_bias(
// CHECK:         moe.expert
// CHECK:           moe.expert
// CHECK:           moe.combine
// CHECK:         moe.combine
func.func @own_bias(%x: tensor<?x4xf32>, %z: tensor<?x3xf32>, %noise: tensor<?x5xf32>, %wg: tensor<3x4x5xf32>, %w: tensor<3x5x4xf32>, %bias: tensor<3x5xf32>) -> tensor<?x4xf32> {
  %g, %e = moe.gate %z <softmax, top_k<2>> : tensor<?x3xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %rows:2, %o, %s = moe.dispatch %x, %noise to %e weights(%g : tensor<?x2xf32>) : tensor<?x4xf32>, tensor<?x5xf32> to tensor<?x2xi32> -> tensor<?x4xf32>, tensor<?x5xf32> by tensor<4xi32>, tensor<?xi32>
  %out = moe.expert rows(%xe = %rows#0 : tensor<?x4xf32>, %ne = %rows#1 : tensor<?x5xf32>) offsets(%o : tensor<4xi32>)
      params(%wge = %wg : tensor<3x4x5xf32>, %we = %w : tensor<3x5x4xf32>, %be = %bias : tensor<3x5xf32>) {
    %zero = arith.constant 0.0 : f32
    %c0 = arith.constant 0 : index
    %m = tensor.dim %xe, %c0 : tensor<?x4xf32>
    %i = tensor.empty(%m) : tensor<?x5xf32>
    %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x5xf32>) -> tensor<?x5xf32>
    %ze = linalg.matmul ins(%xe, %wge : tensor<?x4xf32>, tensor<4x5xf32>) outs(%f : tensor<?x5xf32>) -> tensor<?x5xf32>
    // expected-remark @below {{a bias or threshold of the nested gate differs from group to group}}
    %g2, %e2 = moe.gate %ze <softmax, top_k<2>, sum> bias(%be : tensor<5xf32>) noise(%ne : tensor<?x5xf32>) : tensor<?x5xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
    %rows2, %o2, %s2 = moe.dispatch %xe to %e2 weights(%g2 : tensor<?x2xf32>) : tensor<?x4xf32> to tensor<?x2xi32> -> tensor<?x4xf32> by tensor<6xi32>, tensor<?xi32>
    %out2 = moe.expert rows(%xi = %rows2 : tensor<?x4xf32>) offsets(%o2 : tensor<6xi32>) params(%wi = %we : tensor<5x4xf32>) {
      %k0 = arith.constant 0 : index
      %mi = tensor.dim %xi, %k0 : tensor<?x4xf32>
      %ii = tensor.empty(%mi) : tensor<?x4xf32>
      %h = linalg.generic {indexing_maps = [#rows, #cols, #rows], iterator_types = ["parallel", "parallel"]} ins(%xi, %wi : tensor<?x4xf32>, tensor<4xf32>) outs(%ii : tensor<?x4xf32>) {
      ^bb0(%a: f32, %b: f32, %c: f32):
        %p = arith.mulf %a, %b : f32
        linalg.yield %p : f32
      } -> tensor<?x4xf32>
      moe.yield %h : tensor<?x4xf32>
    } -> tensor<?x4xf32>
    %y2 = moe.combine %out2 by %s2 weights(%g2) : tensor<?x4xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x4xf32>
    moe.yield %y2 : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  %y = moe.combine %out by %s weights(%g) : tensor<?x4xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// -----

#rows = affine_map<(m, n) -> (m, n)>
#cols = affine_map<(m, n) -> (n)>

// The same bias for all groups is no obstacle.
// CHECK-LABEL: func.func @same_bias(
// CHECK-SAME:    %[[B:[^:]*]]: tensor<5xf32>)
// CHECK:         moe.gate %{{.*}} <softmax, top_k<2>, sum> bias(%[[B]] : tensor<5xf32>)
// CHECK:         moe.dispatch {{.*}} by tensor<16xi32>
func.func @same_bias(%x: tensor<?x4xf32>, %z: tensor<?x3xf32>, %noise: tensor<?x5xf32>, %wg: tensor<3x4x5xf32>, %w: tensor<3x5x4xf32>, %bias: tensor<5xf32>) -> tensor<?x4xf32> {
  %g, %e = moe.gate %z <softmax, top_k<2>> : tensor<?x3xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %rows:2, %o, %s = moe.dispatch %x, %noise to %e weights(%g : tensor<?x2xf32>) : tensor<?x4xf32>, tensor<?x5xf32> to tensor<?x2xi32> -> tensor<?x4xf32>, tensor<?x5xf32> by tensor<4xi32>, tensor<?xi32>
  // expected-remark @below {{experts=15}}
  %out = moe.expert rows(%xe = %rows#0 : tensor<?x4xf32>, %ne = %rows#1 : tensor<?x5xf32>) offsets(%o : tensor<4xi32>)
      params(%wge = %wg : tensor<3x4x5xf32>, %we = %w : tensor<3x5x4xf32>) shared(%be = %bias : tensor<5xf32>) {
    %zero = arith.constant 0.0 : f32
    %c0 = arith.constant 0 : index
    %m = tensor.dim %xe, %c0 : tensor<?x4xf32>
    %i = tensor.empty(%m) : tensor<?x5xf32>
    %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x5xf32>) -> tensor<?x5xf32>
    %ze = linalg.matmul ins(%xe, %wge : tensor<?x4xf32>, tensor<4x5xf32>) outs(%f : tensor<?x5xf32>) -> tensor<?x5xf32>
    %g2, %e2 = moe.gate %ze <softmax, top_k<2>, sum> bias(%be : tensor<5xf32>) noise(%ne : tensor<?x5xf32>) : tensor<?x5xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
    %rows2, %o2, %s2 = moe.dispatch %xe to %e2 weights(%g2 : tensor<?x2xf32>) : tensor<?x4xf32> to tensor<?x2xi32> -> tensor<?x4xf32> by tensor<6xi32>, tensor<?xi32>
    %out2 = moe.expert rows(%xi = %rows2 : tensor<?x4xf32>) offsets(%o2 : tensor<6xi32>) params(%wi = %we : tensor<5x4xf32>) {
      %k0 = arith.constant 0 : index
      %mi = tensor.dim %xi, %k0 : tensor<?x4xf32>
      %ii = tensor.empty(%mi) : tensor<?x4xf32>
      %h = linalg.generic {indexing_maps = [#rows, #cols, #rows], iterator_types = ["parallel", "parallel"]} ins(%xi, %wi : tensor<?x4xf32>, tensor<4xf32>) outs(%ii : tensor<?x4xf32>) {
      ^bb0(%a: f32, %b: f32, %c: f32):
        %p = arith.mulf %a, %b : f32
        linalg.yield %p : f32
      } -> tensor<?x4xf32>
      moe.yield %h : tensor<?x4xf32>
    } -> tensor<?x4xf32>
    %y2 = moe.combine %out2 by %s2 weights(%g2) : tensor<?x4xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x4xf32>
    moe.yield %y2 : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  %y = moe.combine %out by %s weights(%g) : tensor<?x4xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// -----

#rows = affine_map<(m, n) -> (m, n)>
#cols = affine_map<(m, n) -> (n)>

// The nested gate compares tokens.
// CHECK-LABEL: func.func @batch(
// CHECK:         moe.expert
// CHECK:           moe.expert
// CHECK:           moe.combine
// CHECK:         moe.combine
func.func @batch(%x: tensor<?x4xf32>, %z: tensor<?x3xf32>, %noise: tensor<?x5xf32>, %wg: tensor<3x4x5xf32>, %w: tensor<3x5x4xf32>) -> tensor<?x4xf32> {
  %g, %e = moe.gate %z <softmax, top_k<2>> : tensor<?x3xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %rows:2, %o, %s = moe.dispatch %x, %noise to %e weights(%g : tensor<?x2xf32>) : tensor<?x4xf32>, tensor<?x5xf32> to tensor<?x2xi32> -> tensor<?x4xf32>, tensor<?x5xf32> by tensor<4xi32>, tensor<?xi32>
  // expected-remark @below {{the groups mix rows}}
  %out = moe.expert rows(%xe = %rows#0 : tensor<?x4xf32>, %ne = %rows#1 : tensor<?x5xf32>) offsets(%o : tensor<4xi32>)
      params(%wge = %wg : tensor<3x4x5xf32>, %we = %w : tensor<3x5x4xf32>) cross_row {
    %zero = arith.constant 0.0 : f32
    %c0 = arith.constant 0 : index
    %m = tensor.dim %xe, %c0 : tensor<?x4xf32>
    %i = tensor.empty(%m) : tensor<?x5xf32>
    %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x5xf32>) -> tensor<?x5xf32>
    %ze = linalg.matmul ins(%xe, %wge : tensor<?x4xf32>, tensor<4x5xf32>) outs(%f : tensor<?x5xf32>) -> tensor<?x5xf32>
    %g2, %e2 = moe.gate %ze <softmax, batchwise<2>, sum> noise(%ne : tensor<?x5xf32>) : tensor<?x5xf32> -> tensor<?x5xf32>, tensor<?x5xi32>
    %rows2, %o2, %s2 = moe.dispatch %xe to %e2 weights(%g2 : tensor<?x5xf32>) : tensor<?x4xf32> to tensor<?x5xi32> -> tensor<?x4xf32> by tensor<6xi32>, tensor<?xi32>
    %out2 = moe.expert rows(%xi = %rows2 : tensor<?x4xf32>) offsets(%o2 : tensor<6xi32>) params(%wi = %we : tensor<5x4xf32>) {
      %k0 = arith.constant 0 : index
      %mi = tensor.dim %xi, %k0 : tensor<?x4xf32>
      %ii = tensor.empty(%mi) : tensor<?x4xf32>
      %h = linalg.generic {indexing_maps = [#rows, #cols, #rows], iterator_types = ["parallel", "parallel"]} ins(%xi, %wi : tensor<?x4xf32>, tensor<4xf32>) outs(%ii : tensor<?x4xf32>) {
      ^bb0(%a: f32, %b: f32, %c: f32):
        %p = arith.mulf %a, %b : f32
        linalg.yield %p : f32
      } -> tensor<?x4xf32>
      moe.yield %h : tensor<?x4xf32>
    } -> tensor<?x4xf32>
    %y2 = moe.combine %out2 by %s2 weights(%g2) : tensor<?x4xf32>, tensor<?xi32>, tensor<?x5xf32> -> tensor<?x4xf32>
    moe.yield %y2 : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  %y = moe.combine %out by %s weights(%g) : tensor<?x4xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// -----

#rows = affine_map<(m, n) -> (m, n)>
#cols = affine_map<(m, n) -> (n)>

// Groups that drop tokens.
// CHECK-LABEL: func.func @capacity(
// CHECK:         moe.expert
// CHECK:           moe.expert
// CHECK:           moe.combine
// CHECK:         moe.combine
func.func @capacity(%x: tensor<?x4xf32>, %z: tensor<?x3xf32>, %noise: tensor<?x5xf32>, %wg: tensor<3x4x5xf32>, %w: tensor<3x5x4xf32>, %c: index) -> tensor<?x4xf32> {
  %g, %e = moe.gate %z <softmax, top_k<2>> : tensor<?x3xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  // expected-remark @below {{the groups have a capacity}}
  %rows:2, %o, %s = moe.dispatch %x, %noise to %e weights(%g : tensor<?x2xf32>) capacity(%c) priority(token_major) : tensor<?x4xf32>, tensor<?x5xf32> to tensor<?x2xi32> -> tensor<?x4xf32>, tensor<?x5xf32> by tensor<4xi32>, tensor<?xi32>
  %out = moe.expert rows(%xe = %rows#0 : tensor<?x4xf32>, %ne = %rows#1 : tensor<?x5xf32>) offsets(%o : tensor<4xi32>)
      params(%wge = %wg : tensor<3x4x5xf32>, %we = %w : tensor<3x5x4xf32>) {
    %zero = arith.constant 0.0 : f32
    %c0 = arith.constant 0 : index
    %m = tensor.dim %xe, %c0 : tensor<?x4xf32>
    %i = tensor.empty(%m) : tensor<?x5xf32>
    %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x5xf32>) -> tensor<?x5xf32>
    %ze = linalg.matmul ins(%xe, %wge : tensor<?x4xf32>, tensor<4x5xf32>) outs(%f : tensor<?x5xf32>) -> tensor<?x5xf32>
    %g2, %e2 = moe.gate %ze <softmax, top_k<2>, sum> noise(%ne : tensor<?x5xf32>) : tensor<?x5xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
    %rows2, %o2, %s2 = moe.dispatch %xe to %e2 weights(%g2 : tensor<?x2xf32>) : tensor<?x4xf32> to tensor<?x2xi32> -> tensor<?x4xf32> by tensor<6xi32>, tensor<?xi32>
    %out2 = moe.expert rows(%xi = %rows2 : tensor<?x4xf32>) offsets(%o2 : tensor<6xi32>) params(%wi = %we : tensor<5x4xf32>) {
      %k0 = arith.constant 0 : index
      %mi = tensor.dim %xi, %k0 : tensor<?x4xf32>
      %ii = tensor.empty(%mi) : tensor<?x4xf32>
      %h = linalg.generic {indexing_maps = [#rows, #cols, #rows], iterator_types = ["parallel", "parallel"]} ins(%xi, %wi : tensor<?x4xf32>, tensor<4xf32>) outs(%ii : tensor<?x4xf32>) {
      ^bb0(%a: f32, %b: f32, %c: f32):
        %p = arith.mulf %a, %b : f32
        linalg.yield %p : f32
      } -> tensor<?x4xf32>
      moe.yield %h : tensor<?x4xf32>
    } -> tensor<?x4xf32>
    %y2 = moe.combine %out2 by %s2 weights(%g2) : tensor<?x4xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x4xf32>
    moe.yield %y2 : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  %y = moe.combine %out by %s weights(%g) : tensor<?x4xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// -----

#rows = affine_map<(m, n) -> (m, n)>
#cols = affine_map<(m, n) -> (n)>

// The nested experts see tokens whose weight is zero.
// CHECK-LABEL: func.func @all_rows(
// CHECK:         moe.expert
// CHECK:           moe.expert
// CHECK:           moe.combine
// CHECK:         moe.combine
func.func @all_rows(%x: tensor<?x4xf32>, %z: tensor<?x3xf32>, %noise: tensor<?x5xf32>, %wg: tensor<3x4x5xf32>, %w: tensor<3x5x4xf32>) -> tensor<?x4xf32> {
  %g, %e = moe.gate %z <softmax, top_k<2>> : tensor<?x3xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %rows:2, %o, %s = moe.dispatch %x, %noise to %e weights(%g : tensor<?x2xf32>) : tensor<?x4xf32>, tensor<?x5xf32> to tensor<?x2xi32> -> tensor<?x4xf32>, tensor<?x5xf32> by tensor<4xi32>, tensor<?xi32>
  %out = moe.expert rows(%xe = %rows#0 : tensor<?x4xf32>, %ne = %rows#1 : tensor<?x5xf32>) offsets(%o : tensor<4xi32>)
      params(%wge = %wg : tensor<3x4x5xf32>, %we = %w : tensor<3x5x4xf32>) {
    %zero = arith.constant 0.0 : f32
    %c0 = arith.constant 0 : index
    %m = tensor.dim %xe, %c0 : tensor<?x4xf32>
    %i = tensor.empty(%m) : tensor<?x5xf32>
    %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x5xf32>) -> tensor<?x5xf32>
    %ze = linalg.matmul ins(%xe, %wge : tensor<?x4xf32>, tensor<4x5xf32>) outs(%f : tensor<?x5xf32>) -> tensor<?x5xf32>
    %g2, %e2 = moe.gate %ze <softmax, top_k<2>, sum> noise(%ne : tensor<?x5xf32>) : tensor<?x5xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
    // expected-remark @below {{the nested experts get rows of zero weight too}}
    %rows2, %o2, %s2 = moe.dispatch %xe to %e2 : tensor<?x4xf32> to tensor<?x2xi32> -> tensor<?x4xf32> by tensor<6xi32>, tensor<?xi32>
    %out2 = moe.expert rows(%xi = %rows2 : tensor<?x4xf32>) offsets(%o2 : tensor<6xi32>) params(%wi = %we : tensor<5x4xf32>) {
      %k0 = arith.constant 0 : index
      %mi = tensor.dim %xi, %k0 : tensor<?x4xf32>
      %ii = tensor.empty(%mi) : tensor<?x4xf32>
      %h = linalg.generic {indexing_maps = [#rows, #cols, #rows], iterator_types = ["parallel", "parallel"]} ins(%xi, %wi : tensor<?x4xf32>, tensor<4xf32>) outs(%ii : tensor<?x4xf32>) {
      ^bb0(%a: f32, %b: f32, %c: f32):
        %p = arith.mulf %a, %b : f32
        linalg.yield %p : f32
      } -> tensor<?x4xf32>
      moe.yield %h : tensor<?x4xf32>
    } -> tensor<?x4xf32>
    %y2 = moe.combine %out2 by %s2 weights(%g2) : tensor<?x4xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x4xf32>
    moe.yield %y2 : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  %y = moe.combine %out by %s weights(%g) : tensor<?x4xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// -----

#rows = affine_map<(m, n) -> (m, n)>
#cols = affine_map<(m, n) -> (n)>

// The gate scales the rows of the nested experts.
// CHECK-LABEL: func.func @scaled(
// CHECK:         moe.expert
// CHECK:           moe.expert
// CHECK:           moe.combine
// CHECK:         moe.combine
func.func @scaled(%x: tensor<?x4xf32>, %z: tensor<?x3xf32>, %noise: tensor<?x5xf32>, %wg: tensor<3x4x5xf32>, %w: tensor<3x5x4xf32>) -> tensor<?x4xf32> {
  %g, %e = moe.gate %z <softmax, top_k<2>> : tensor<?x3xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %rows:2, %o, %s = moe.dispatch %x, %noise to %e weights(%g : tensor<?x2xf32>) : tensor<?x4xf32>, tensor<?x5xf32> to tensor<?x2xi32> -> tensor<?x4xf32>, tensor<?x5xf32> by tensor<4xi32>, tensor<?xi32>
  %out = moe.expert rows(%xe = %rows#0 : tensor<?x4xf32>, %ne = %rows#1 : tensor<?x5xf32>) offsets(%o : tensor<4xi32>)
      params(%wge = %wg : tensor<3x4x5xf32>, %we = %w : tensor<3x5x4xf32>) {
    %zero = arith.constant 0.0 : f32
    %c0 = arith.constant 0 : index
    %m = tensor.dim %xe, %c0 : tensor<?x4xf32>
    %i = tensor.empty(%m) : tensor<?x5xf32>
    %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x5xf32>) -> tensor<?x5xf32>
    %ze = linalg.matmul ins(%xe, %wge : tensor<?x4xf32>, tensor<4x5xf32>) outs(%f : tensor<?x5xf32>) -> tensor<?x5xf32>
    %g2, %e2 = moe.gate %ze <softmax, top_k<2>, sum> noise(%ne : tensor<?x5xf32>) : tensor<?x5xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
    // expected-remark @below {{the gate scales the rows of the nested experts}}
    %rows2, %o2, %s2 = moe.dispatch %xe to %e2 weights(%g2 : tensor<?x2xf32>) scale_rows : tensor<?x4xf32> to tensor<?x2xi32> -> tensor<?x4xf32> by tensor<6xi32>, tensor<?xi32>
    %out2 = moe.expert rows(%xi = %rows2 : tensor<?x4xf32>) offsets(%o2 : tensor<6xi32>) params(%wi = %we : tensor<5x4xf32>) {
      %k0 = arith.constant 0 : index
      %mi = tensor.dim %xi, %k0 : tensor<?x4xf32>
      %ii = tensor.empty(%mi) : tensor<?x4xf32>
      %h = linalg.generic {indexing_maps = [#rows, #cols, #rows], iterator_types = ["parallel", "parallel"]} ins(%xi, %wi : tensor<?x4xf32>, tensor<4xf32>) outs(%ii : tensor<?x4xf32>) {
      ^bb0(%a: f32, %b: f32, %c: f32):
        %p = arith.mulf %a, %b : f32
        linalg.yield %p : f32
      } -> tensor<?x4xf32>
      moe.yield %h : tensor<?x4xf32>
    } -> tensor<?x4xf32>
    %y2 = moe.combine %out2 by %s2 weights(%g2) : tensor<?x4xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x4xf32>
    moe.yield %y2 : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  %y = moe.combine %out by %s weights(%g) : tensor<?x4xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// -----

#rows = affine_map<(m, n) -> (m, n)>
#cols = affine_map<(m, n) -> (n)>

// The sum in a group has no weights.
// CHECK-LABEL: func.func @unweighted(
// CHECK:         moe.expert
// CHECK:           moe.expert
// CHECK:           moe.combine
// CHECK:         moe.combine
func.func @unweighted(%x: tensor<?x4xf32>, %z: tensor<?x3xf32>, %noise: tensor<?x5xf32>, %wg: tensor<3x4x5xf32>, %w: tensor<3x5x4xf32>) -> tensor<?x4xf32> {
  %g, %e = moe.gate %z <softmax, top_k<2>> : tensor<?x3xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %rows:2, %o, %s = moe.dispatch %x, %noise to %e weights(%g : tensor<?x2xf32>) : tensor<?x4xf32>, tensor<?x5xf32> to tensor<?x2xi32> -> tensor<?x4xf32>, tensor<?x5xf32> by tensor<4xi32>, tensor<?xi32>
  %out = moe.expert rows(%xe = %rows#0 : tensor<?x4xf32>, %ne = %rows#1 : tensor<?x5xf32>) offsets(%o : tensor<4xi32>)
      params(%wge = %wg : tensor<3x4x5xf32>, %we = %w : tensor<3x5x4xf32>) {
    %zero = arith.constant 0.0 : f32
    %c0 = arith.constant 0 : index
    %m = tensor.dim %xe, %c0 : tensor<?x4xf32>
    %i = tensor.empty(%m) : tensor<?x5xf32>
    %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x5xf32>) -> tensor<?x5xf32>
    %ze = linalg.matmul ins(%xe, %wge : tensor<?x4xf32>, tensor<4x5xf32>) outs(%f : tensor<?x5xf32>) -> tensor<?x5xf32>
    %g2, %e2 = moe.gate %ze <softmax, top_k<2>, sum> noise(%ne : tensor<?x5xf32>) : tensor<?x5xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
    %rows2, %o2, %s2 = moe.dispatch %xe to %e2 weights(%g2 : tensor<?x2xf32>) : tensor<?x4xf32> to tensor<?x2xi32> -> tensor<?x4xf32> by tensor<6xi32>, tensor<?xi32>
    %out2 = moe.expert rows(%xi = %rows2 : tensor<?x4xf32>) offsets(%o2 : tensor<6xi32>) params(%wi = %we : tensor<5x4xf32>) {
      %k0 = arith.constant 0 : index
      %mi = tensor.dim %xi, %k0 : tensor<?x4xf32>
      %ii = tensor.empty(%mi) : tensor<?x4xf32>
      %h = linalg.generic {indexing_maps = [#rows, #cols, #rows], iterator_types = ["parallel", "parallel"]} ins(%xi, %wi : tensor<?x4xf32>, tensor<4xf32>) outs(%ii : tensor<?x4xf32>) {
      ^bb0(%a: f32, %b: f32, %c: f32):
        %p = arith.mulf %a, %b : f32
        linalg.yield %p : f32
      } -> tensor<?x4xf32>
      moe.yield %h : tensor<?x4xf32>
    } -> tensor<?x4xf32>
    // expected-remark @below {{the sum of the nested experts has other weights or slots than their dispatch}}
    %y2 = moe.combine %out2 by %s2 weights(%g2) unweighted : tensor<?x4xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x4xf32>
    moe.yield %y2 : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  %y = moe.combine %out by %s weights(%g) : tensor<?x4xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// -----

#rows = affine_map<(m, n) -> (m, n)>
#cols = affine_map<(m, n) -> (n)>

// The groups' sum has other weights than their dispatch.
// CHECK-LABEL: func.func @other_weights(
// CHECK:         moe.expert
// CHECK:           moe.expert
// CHECK:           moe.combine
// CHECK:         moe.combine
func.func @other_weights(%x: tensor<?x4xf32>, %z: tensor<?x3xf32>, %noise: tensor<?x5xf32>, %wg: tensor<3x4x5xf32>, %w: tensor<3x5x4xf32>, %h: tensor<?x2xf32>) -> tensor<?x4xf32> {
  %g, %e = moe.gate %z <softmax, top_k<2>> : tensor<?x3xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %rows:2, %o, %s = moe.dispatch %x, %noise to %e weights(%g : tensor<?x2xf32>) : tensor<?x4xf32>, tensor<?x5xf32> to tensor<?x2xi32> -> tensor<?x4xf32>, tensor<?x5xf32> by tensor<4xi32>, tensor<?xi32>
  %out = moe.expert rows(%xe = %rows#0 : tensor<?x4xf32>, %ne = %rows#1 : tensor<?x5xf32>) offsets(%o : tensor<4xi32>)
      params(%wge = %wg : tensor<3x4x5xf32>, %we = %w : tensor<3x5x4xf32>) {
    %zero = arith.constant 0.0 : f32
    %c0 = arith.constant 0 : index
    %m = tensor.dim %xe, %c0 : tensor<?x4xf32>
    %i = tensor.empty(%m) : tensor<?x5xf32>
    %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x5xf32>) -> tensor<?x5xf32>
    %ze = linalg.matmul ins(%xe, %wge : tensor<?x4xf32>, tensor<4x5xf32>) outs(%f : tensor<?x5xf32>) -> tensor<?x5xf32>
    %g2, %e2 = moe.gate %ze <softmax, top_k<2>, sum> noise(%ne : tensor<?x5xf32>) : tensor<?x5xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
    %rows2, %o2, %s2 = moe.dispatch %xe to %e2 weights(%g2 : tensor<?x2xf32>) : tensor<?x4xf32> to tensor<?x2xi32> -> tensor<?x4xf32> by tensor<6xi32>, tensor<?xi32>
    %out2 = moe.expert rows(%xi = %rows2 : tensor<?x4xf32>) offsets(%o2 : tensor<6xi32>) params(%wi = %we : tensor<5x4xf32>) {
      %k0 = arith.constant 0 : index
      %mi = tensor.dim %xi, %k0 : tensor<?x4xf32>
      %ii = tensor.empty(%mi) : tensor<?x4xf32>
      %h = linalg.generic {indexing_maps = [#rows, #cols, #rows], iterator_types = ["parallel", "parallel"]} ins(%xi, %wi : tensor<?x4xf32>, tensor<4xf32>) outs(%ii : tensor<?x4xf32>) {
      ^bb0(%a: f32, %b: f32, %c: f32):
        %p = arith.mulf %a, %b : f32
        linalg.yield %p : f32
      } -> tensor<?x4xf32>
      moe.yield %h : tensor<?x4xf32>
    } -> tensor<?x4xf32>
    %y2 = moe.combine %out2 by %s2 weights(%g2) : tensor<?x4xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x4xf32>
    moe.yield %y2 : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  // expected-remark @below {{the sum of the groups has other weights or slots than their dispatch}}
  %y = moe.combine %out by %s weights(%h) : tensor<?x4xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// -----

#rows = affine_map<(m, n) -> (m, n)>
#cols = affine_map<(m, n) -> (n)>

// The groups' result has another use.
// CHECK-LABEL: func.func @used_twice(
// CHECK:         moe.expert
// CHECK:           moe.expert
// CHECK:           moe.combine
// CHECK:         moe.combine
func.func @used_twice(%x: tensor<?x4xf32>, %z: tensor<?x3xf32>, %noise: tensor<?x5xf32>, %wg: tensor<3x4x5xf32>, %w: tensor<3x5x4xf32>) -> tensor<?x4xf32> {
  %g, %e = moe.gate %z <softmax, top_k<2>> : tensor<?x3xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %rows:2, %o, %s = moe.dispatch %x, %noise to %e weights(%g : tensor<?x2xf32>) : tensor<?x4xf32>, tensor<?x5xf32> to tensor<?x2xi32> -> tensor<?x4xf32>, tensor<?x5xf32> by tensor<4xi32>, tensor<?xi32>
  // expected-remark @below {{the result of the groups is used for more than their sum}}
  %out = moe.expert rows(%xe = %rows#0 : tensor<?x4xf32>, %ne = %rows#1 : tensor<?x5xf32>) offsets(%o : tensor<4xi32>)
      params(%wge = %wg : tensor<3x4x5xf32>, %we = %w : tensor<3x5x4xf32>) {
    %zero = arith.constant 0.0 : f32
    %c0 = arith.constant 0 : index
    %m = tensor.dim %xe, %c0 : tensor<?x4xf32>
    %i = tensor.empty(%m) : tensor<?x5xf32>
    %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x5xf32>) -> tensor<?x5xf32>
    %ze = linalg.matmul ins(%xe, %wge : tensor<?x4xf32>, tensor<4x5xf32>) outs(%f : tensor<?x5xf32>) -> tensor<?x5xf32>
    %g2, %e2 = moe.gate %ze <softmax, top_k<2>, sum> noise(%ne : tensor<?x5xf32>) : tensor<?x5xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
    %rows2, %o2, %s2 = moe.dispatch %xe to %e2 weights(%g2 : tensor<?x2xf32>) : tensor<?x4xf32> to tensor<?x2xi32> -> tensor<?x4xf32> by tensor<6xi32>, tensor<?xi32>
    %out2 = moe.expert rows(%xi = %rows2 : tensor<?x4xf32>) offsets(%o2 : tensor<6xi32>) params(%wi = %we : tensor<5x4xf32>) {
      %k0 = arith.constant 0 : index
      %mi = tensor.dim %xi, %k0 : tensor<?x4xf32>
      %ii = tensor.empty(%mi) : tensor<?x4xf32>
      %h = linalg.generic {indexing_maps = [#rows, #cols, #rows], iterator_types = ["parallel", "parallel"]} ins(%xi, %wi : tensor<?x4xf32>, tensor<4xf32>) outs(%ii : tensor<?x4xf32>) {
      ^bb0(%a: f32, %b: f32, %c: f32):
        %p = arith.mulf %a, %b : f32
        linalg.yield %p : f32
      } -> tensor<?x4xf32>
      moe.yield %h : tensor<?x4xf32>
    } -> tensor<?x4xf32>
    %y2 = moe.combine %out2 by %s2 weights(%g2) : tensor<?x4xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x4xf32>
    moe.yield %y2 : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  %y = moe.combine %out by %s weights(%g) : tensor<?x4xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x4xf32>
  %u = moe.combine %out by %s weights(%g) unweighted : tensor<?x4xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}
