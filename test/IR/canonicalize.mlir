// RUN: moe-opt %s --canonicalize="test-convergence" --split-input-file > %t
// RUN: FileCheck %s < %t
// A second time changes nothing.
// RUN: moe-opt %t --canonicalize --split-input-file > %t.twice
// RUN: diff %t %t.twice

// Static sizes go through a whole layer; the cast back is at its end.
// CHECK-LABEL: func.func @casts(
// CHECK:         %{{.*}}, %{{.*}} = moe.gate %{{.*}} <softmax, top_k<2>> : tensor<6x8xf32> -> tensor<6x2xf32>, tensor<6x2xi32>
// CHECK:         moe.dispatch {{.*}} -> tensor<12x4xf32> by tensor<9xi32>, tensor<12xi32>
// CHECK:         moe.expert rows(%{{.*}} = %{{.*}} : tensor<12x4xf32>)
// CHECK:         } -> tensor<12x4xf32>
// CHECK:         %[[Y:.*]] = moe.combine {{.*}} : tensor<12x4xf32>, tensor<12xi32>, tensor<6x2xf32> -> tensor<6x4xf32>
// CHECK:         %[[CAST:.*]] = tensor.cast %[[Y]] : tensor<6x4xf32> to tensor<?x4xf32>
// CHECK:         return %[[CAST]]
func.func @casts(%x0: tensor<6x4xf32>, %z0: tensor<6x8xf32>) -> tensor<?x4xf32> {
  %x = tensor.cast %x0 : tensor<6x4xf32> to tensor<?x4xf32>
  %z = tensor.cast %z0 : tensor<6x8xf32> to tensor<?x8xf32>
  %w, %e = moe.gate %z <softmax, top_k<2>> : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %r, %o, %s = moe.dispatch %x to %e weights(%w : tensor<?x2xf32>) : tensor<?x4xf32> to tensor<?x2xi32> -> tensor<?x4xf32> by tensor<9xi32>, tensor<?xi32>
  %h = moe.expert rows(%a = %r : tensor<?x4xf32>) offsets(%o : tensor<9xi32>) {
    %b = math.tanh %a : tensor<?x4xf32>
    moe.yield %b : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  %y = moe.combine %h by %s weights(%w) : tensor<?x4xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// -----

// A dense gate's slots are its logits.
// CHECK-LABEL: func.func @dense_cast(
// CHECK:         moe.gate %{{.*}} <relu, all> : tensor<?x8xf32> -> tensor<?x8xf32>, tensor<?x8xi32>
func.func @dense_cast(%z0: tensor<?x8xf32>) -> (tensor<?x?xf32>, tensor<?x?xi32>) {
  %z = tensor.cast %z0 : tensor<?x8xf32> to tensor<?x?xf32>
  %w, %e = moe.gate %z <relu, all> : tensor<?x?xf32> -> tensor<?x?xf32>, tensor<?x?xi32>
  return %w, %e : tensor<?x?xf32>, tensor<?x?xi32>
}

// -----

// What the region sees keeps its type; only the leading size is learnt.
// CHECK-LABEL: func.func @param_cast(
// CHECK-SAME:    %[[R:.*]]: tensor<?x4xf32>, %{{.*}}: tensor<9xi32>, %[[W:.*]]: tensor<8x4xf32>, %[[V:.*]]: tensor<8x4xf32>)
// CHECK:         %[[C:.*]] = tensor.cast %[[V]] : tensor<8x4xf32> to tensor<8x?xf32>
// CHECK:         moe.expert {{.*}} params(%{{.*}} = %[[W]] : tensor<8x4xf32>, %{{.*}} = %[[C]] : tensor<8x?xf32>)
func.func @param_cast(%r: tensor<?x4xf32>, %o: tensor<9xi32>, %w0: tensor<8x4xf32>, %v0: tensor<8x4xf32>) -> tensor<?x4xf32> {
  %w = tensor.cast %w0 : tensor<8x4xf32> to tensor<?x4xf32>
  %v = tensor.cast %v0 : tensor<8x4xf32> to tensor<8x?xf32>
  %y = moe.expert rows(%a = %r : tensor<?x4xf32>) offsets(%o : tensor<9xi32>) params(%b = %w : tensor<?x4xf32>, %c = %v : tensor<8x?xf32>) {
    %m = linalg.generic {indexing_maps = [affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]}
        ins(%b, %c : tensor<4xf32>, tensor<?xf32>) outs(%a : tensor<?x4xf32>) {
    ^bb0(%p: f32, %q: f32, %u: f32):
      %s = arith.mulf %p, %q : f32
      linalg.yield %s : f32
    } -> tensor<?x4xf32>
    moe.yield %m : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// -----

// Upstream folds casts into destination style.
// CHECK-LABEL: func.func @machine_casts(
// CHECK:         moe.gather_rows ins(%{{.*}}, %{{.*}} : tensor<6x4xf32>, tensor<12xi32>) slots_per_token(2) outs(%{{.*}} : tensor<12x4xf32>) -> tensor<12x4xf32>
func.func @machine_casts(%x0: tensor<6x4xf32>, %s0: tensor<12xi32>, %d0: tensor<12x4xf32>) -> tensor<?x4xf32> {
  %x = tensor.cast %x0 : tensor<6x4xf32> to tensor<?x4xf32>
  %s = tensor.cast %s0 : tensor<12xi32> to tensor<?xi32>
  %d = tensor.cast %d0 : tensor<12x4xf32> to tensor<?x4xf32>
  %r = moe.gather_rows ins(%x, %s : tensor<?x4xf32>, tensor<?xi32>) slots_per_token(2) outs(%d : tensor<?x4xf32>) -> tensor<?x4xf32>
  return %r : tensor<?x4xf32>
}

// -----

// Constant sizes of random numbers are static, and no offset is an offset of 0.
// CHECK-LABEL: func.func @random(
// CHECK-SAME:    %[[S:.*]]: i64, %[[N:.*]]: index)
// CHECK:         moe.random_normal seed(%[[S]]) step(%[[S]]) sizes(%[[N]]) : tensor<?x8xf32>
// CHECK:         moe.random_uniform seed(%[[S]]) step(%[[S]]) sizes() : tensor<8xf32>
func.func @random(%s: i64, %n: index) -> (tensor<?x?xf32>, tensor<?xf32>) {
  %c8 = arith.constant 8 : index
  %zero = arith.constant 0 : i64
  %r = moe.random_normal seed(%s) step(%s) offset(%zero) sizes(%n, %c8) : tensor<?x?xf32>
  %u = moe.random_uniform seed(%s) step(%s) sizes(%c8) : tensor<?xf32>
  return %r, %u : tensor<?x?xf32>, tensor<?xf32>
}

// -----

// Factors of 1, additions of 0, groups that all stay, masks that mask nothing.
// CHECK-LABEL: func.func @router(
// CHECK:         moe.gate %{{.*}} <sigmoid, top_k<2>, sum> : tensor<4x8xf32>
func.func @router(%z: tensor<4x8xf32>) -> (tensor<4x2xf32>, tensor<4x2xi32>) {
  %mask = arith.constant dense<true> : tensor<4xi1>
  %noise = arith.constant dense<0.0> : tensor<4x8xf32>
  %w, %e = moe.gate %z <sigmoid, group_top_k<2, groups = 4, kept = 4, by = max>, sum<0.0>, scale = 1.0> noise(%noise : tensor<4x8xf32>) mask(%mask : tensor<4xi1>)
      : tensor<4x8xf32> -> tensor<4x2xf32>, tensor<4x2xi32>
  return %w, %e : tensor<4x2xf32>, tensor<4x2xi32>
}

// -----

// The twins: each has an effect, be it on the sign of a zero.
// CHECK-LABEL: func.func @router_stays(
// CHECK:         moe.gate %{{.*}} <identity, group_top_k<2, groups = 4, kept = 3, by = max>, sum<{{.*}}>, scale = 5.000000e-01> noise(%{{.*}}) mask(
func.func @router_stays(%z: tensor<4x8xf32>) -> (tensor<4x2xf32>, tensor<4x2xi32>) {
  %mask = arith.constant dense<[true, true, false, true]> : tensor<4xi1>
  %noise = arith.constant dense<0.0> : tensor<4x8xf32>
  %w, %e = moe.gate %z <identity, group_top_k<2, groups = 4, kept = 3, by = max>, sum<1.0e-20>, scale = 0.5> noise(%noise : tensor<4x8xf32>) mask(%mask : tensor<4xi1>)
      : tensor<4x8xf32> -> tensor<4x2xf32>, tensor<4x2xi32>
  return %w, %e : tensor<4x2xf32>, tensor<4x2xi32>
}

// -----

// A bias of 0 adds nothing to scores that are keys anyway.
// CHECK-LABEL: func.func @bias(
// CHECK:         moe.gate %{{.*}} <identity, top_k<2>, softmax> : tensor
// CHECK:         moe.gate %{{.*}} <sigmoid, top_k<2>> bias(
func.func @bias(%z: tensor<?x8xf32>) -> (tensor<?x2xi32>, tensor<?x2xi32>) {
  %bias = arith.constant dense<0.0> : tensor<8xf32>
  %w, %e = moe.gate %z <identity, top_k<2>, softmax> bias(%bias : tensor<8xf32>) : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  // The twin: without a bias the logits were the keys, which differ where scores saturate.
  %v, %f = moe.gate %z <sigmoid, top_k<2>> bias(%bias : tensor<8xf32>) : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  return %e, %f : tensor<?x2xi32>, tensor<?x2xi32>
}

// -----

// No expert gets more than all slots of a segment.
// CHECK-LABEL: func.func @capacity(
// CHECK:         moe.dispatch %{{.*}} to %{{.*}} : tensor<6x4xf32> to tensor<6x2xi32>
// CHECK:         moe.dispatch %{{.*}} to %{{.*}} capacity(%{{.*}}) priority(choice_major) : tensor
// CHECK:         moe.dispatch %{{.*}} to %{{.*}} capacity(%{{.*}}) segment(3) : tensor
func.func @capacity(%x: tensor<6x4xf32>, %e: tensor<6x2xi32>) -> (tensor<12xi32>, tensor<12xi32>, tensor<12xi32>) {
  %c8 = arith.constant 8 : index
  %c5 = arith.constant 5 : index
  %r0, %o0, %s0 = moe.dispatch %x to %e capacity(%c8) priority(choice_major) segment(4) : tensor<6x4xf32> to tensor<6x2xi32> -> tensor<12x4xf32> by tensor<9xi32>, tensor<12xi32>
  // A segment of all tokens is none.
  %r1, %o1, %s1 = moe.dispatch %x to %e capacity(%c8) priority(choice_major) segment(6) : tensor<6x4xf32> to tensor<6x2xi32> -> tensor<12x4xf32> by tensor<9xi32>, tensor<12xi32>
  // The twin: three tokens may have six slots of one expert.
  %r2, %o2, %s2 = moe.dispatch %x to %e capacity(%c5) priority(token_major) segment(3) : tensor<6x4xf32> to tensor<6x2xi32> -> tensor<12x4xf32> by tensor<9xi32>, tensor<12xi32>
  return %s0, %s1, %s2 : tensor<12xi32>, tensor<12xi32>, tensor<12xi32>
}

// -----

// Rows that nobody reads are not gathered, equal inputs are gathered once, and
// one input stays.
// CHECK-LABEL: func.func @dispatch_rows(
// CHECK-SAME:    %[[X:.*]]: tensor<?x4xf32>, %[[Z:.*]]: tensor<?x3xf32>, %[[E:.*]]: tensor<?x2xi32>)
// CHECK:         %[[R:.*]]:2, %{{.*}}, %[[S:.*]] = moe.dispatch %[[X]], %[[Z]] to %[[E]]
// CHECK:         moe.dispatch %[[X]] to %[[E]]
// CHECK:         return %[[R]]#0, %[[R]]#1, %[[R]]#0
func.func @dispatch_rows(%x: tensor<?x4xf32>, %z: tensor<?x3xf32>, %e: tensor<?x2xi32>) -> (tensor<?x4xf32>, tensor<?x3xf32>, tensor<?x4xf32>, tensor<?xi32>, tensor<5xi32>) {
  %r:4, %o, %s = moe.dispatch %x, %z, %x, %z to %e : tensor<?x4xf32>, tensor<?x3xf32>, tensor<?x4xf32>, tensor<?x3xf32> to tensor<?x2xi32>
      -> tensor<?x4xf32>, tensor<?x3xf32>, tensor<?x4xf32>, tensor<?x3xf32> by tensor<9xi32>, tensor<?xi32>
  %q:2, %p, %t = moe.dispatch %x, %z to %e : tensor<?x4xf32>, tensor<?x3xf32> to tensor<?x2xi32> -> tensor<?x4xf32>, tensor<?x3xf32> by tensor<5xi32>, tensor<?xi32>
  return %r#0, %r#1, %r#2, %s, %p : tensor<?x4xf32>, tensor<?x3xf32>, tensor<?x4xf32>, tensor<?xi32>, tensor<5xi32>
}

// -----

// What a region does not use leaves it, equal operands are one, constants go
// inside, and results nobody reads are not computed.
// CHECK-LABEL: func.func @expert(
// CHECK-SAME:    %[[R:.*]]: tensor<?x4xf32>, %[[Q:.*]]: tensor<?x4xf32>, %[[O:.*]]: tensor<9xi32>, %[[W:.*]]: tensor<8x4xf32>, %{{.*}}: tensor<8x4xf32>)
// CHECK:         %[[Y:.*]] = moe.expert rows(%[[A:.*]] = %[[R]] : tensor<?x4xf32>) offsets(%[[O]] : tensor<9xi32>) params(%[[B:.*]] = %[[W]] : tensor<8x4xf32>) {
// CHECK-DAG:       arith.constant 2.000000e+00 : f32
// CHECK-DAG:       arith.constant dense<1.000000e+00> : tensor<4xf32>
// CHECK:           moe.yield %{{.*}} : tensor<?x4xf32>
// CHECK:         return %[[Y]]
func.func @expert(%r: tensor<?x4xf32>, %q: tensor<?x4xf32>, %o: tensor<9xi32>, %w: tensor<8x4xf32>, %u: tensor<8x4xf32>) -> tensor<?x4xf32> {
  %two = arith.constant 2.0 : f32
  %ones = arith.constant dense<1.0> : tensor<8x4xf32>
  %y:2 = moe.expert rows(%a = %r : tensor<?x4xf32>, %n = %q : tensor<?x4xf32>) offsets(%o : tensor<9xi32>)
      params(%b = %w : tensor<8x4xf32>, %c = %w : tensor<8x4xf32>, %one = %ones : tensor<8x4xf32>, %un = %u : tensor<8x4xf32>) shared(%t = %two : f32) {
    %m = linalg.generic {indexing_maps = [affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]}
        ins(%b, %c, %one : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) outs(%a : tensor<?x4xf32>) {
    ^bb0(%p: f32, %p2: f32, %p3: f32, %v: f32):
      %s = arith.addf %p, %p2 : f32
      %s2 = arith.addf %s, %p3 : f32
      %s3 = arith.mulf %s2, %t : f32
      %s4 = arith.mulf %s3, %v : f32
      linalg.yield %s4 : f32
    } -> tensor<?x4xf32>
    %unread = arith.negf %n : tensor<?x4xf32>
    moe.yield %m, %unread : tensor<?x4xf32>, tensor<?x4xf32>
  } -> tensor<?x4xf32>, tensor<?x4xf32>
  return %y#0 : tensor<?x4xf32>
}

// -----

// Rows that pass through are the rows.
// CHECK-LABEL: func.func @identity_expert(
// CHECK-SAME:    %[[R:.*]]: tensor<?x4xf32>
// CHECK-NOT:     moe.expert
// CHECK:         return %[[R]]
func.func @identity_expert(%r: tensor<?x4xf32>, %o: tensor<9xi32>) -> tensor<?x4xf32> {
  %y = moe.expert rows(%a = %r : tensor<?x4xf32>) offsets(%o : tensor<9xi32>) {
    moe.yield %a : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// -----

// The same value is one result.
// CHECK-LABEL: func.func @equal_results(
// CHECK:         %[[Y:.*]] = moe.expert
// CHECK:         } -> tensor<?x4xf32>
// CHECK:         return %[[Y]], %[[Y]]
func.func @equal_results(%r: tensor<?x4xf32>, %o: tensor<9xi32>) -> (tensor<?x4xf32>, tensor<?x4xf32>) {
  %y:2 = moe.expert rows(%a = %r : tensor<?x4xf32>) offsets(%o : tensor<9xi32>) {
    %b = math.tanh %a : tensor<?x4xf32>
    moe.yield %b, %b : tensor<?x4xf32>, tensor<?x4xf32>
  } -> tensor<?x4xf32>, tensor<?x4xf32>
  return %y#0, %y#1 : tensor<?x4xf32>, tensor<?x4xf32>
}
