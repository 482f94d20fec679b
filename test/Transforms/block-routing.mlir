// RUN: moe-opt %s --moe-block-routing="logits-per-block=24000 least-tokens=12" --split-input-file | FileCheck %s

func.func private @moeRecordGate(i64, tensor<?x?xf64>, tensor<?x?xi32>)

// 12 tokens of 2000 logits are a block. Noise is drawn for the tokens of a block, at their place among all. The plan comes
// behind the loop, and what is recorded is the gate of all tokens.
// CHECK: #[[$MIN:.+]] = affine_map<(d0)[s0] -> (-d0 + s0, 12)>
// CHECK-LABEL: func @noisy(
// CHECK-SAME: %[[X:.+]]: tensor<?x16xf32>, %[[P:.+]]: tensor<16x2000xf32>
// CHECK-SAME: %[[SEED:[a-z0-9]+]]: i64, %[[STEP:[a-z0-9]+]]: i64
// CHECK: %[[LOOP:.+]]:2 = scf.for %[[T:.+]] = %{{.+}} to %{{.+}} step %c12{{.*}} iter_args
// CHECK: %[[N:.+]] = affine.min #[[$MIN]](%[[T]])
// CHECK: %[[XB:.+]] = tensor.extract_slice %[[X]][%[[T]], 0] [%[[N]], 16]
// CHECK: %[[FIRST:.+]] = arith.muli %[[T]], %c2000
// CHECK: %[[OFFSET:.+]] = arith.index_cast %[[FIRST]]
// CHECK: %[[NOISE:.+]] = moe.random_normal seed(%[[SEED]]) step(%[[STEP]]) offset(%[[OFFSET]]) sizes(%[[N]]) : tensor<?x2000xf32>
// CHECK: %[[Z:.+]] = linalg.matmul {moe.gate_projection, moe.layer = 1 : i64} ins(%[[XB]], %[[P]]
// CHECK: moe.gate %[[Z]] <identity, top_k<2>, softmax> noise(%[[NOISE]] : tensor<?x2000xf32>) : tensor<?x2000xf32>
// CHECK: scf.yield
// CHECK: call @moeRecordGate
// CHECK: moe.plan ins(%[[LOOP]]#1 : tensor<?x2xi32>) weights(%[[LOOP]]#0 : tensor<?x2xf32>) {{.*}}moe.layer = 1
func.func @noisy(%x: tensor<?x16xf32>, %p: tensor<16x2000xf32>, %seed: i64, %step: i64, %t: index, %w: tensor<?x2xf32>, %e: tensor<?x2xi32>,
                 %o: tensor<2001xi32>, %s: tensor<?xi32>) -> (tensor<?x2xf32>, tensor<2001xi32>) {
  %noise = moe.random_normal seed(%seed) step(%step) sizes(%t) : tensor<?x2000xf32>
  %0:4 = moe.route <identity, top_k<2>, softmax> ins(%x, %p : tensor<?x16xf32>, tensor<16x2000xf32>) noise(%noise : tensor<?x2000xf32>)
      outs(%w, %e, %o, %s : tensor<?x2xf32>, tensor<?x2xi32>, tensor<2001xi32>, tensor<?xi32>) {moe.layer = 1 : i64}
      -> tensor<?x2xf32>, tensor<?x2xi32>, tensor<2001xi32>, tensor<?xi32>
  return %0#0, %0#2 : tensor<?x2xf32>, tensor<2001xi32>
}

// -----

// Thousands of tokens are a block; tokens are compared; the tokens that there are, are one block.
// CHECK-LABEL: func @whole(
// CHECK-COUNT-3: moe.route
// CHECK-NOT: scf.for
func.func @whole(%x: tensor<?x16xf32>, %p: tensor<16x5xf32>, %q: tensor<16x2000xf32>, %y: tensor<12x16xf32>, %c: index,
                 %w: tensor<?x2xf32>, %e: tensor<?x2xi32>, %v: tensor<?x2000xf32>, %f: tensor<?x2000xi32>,
                 %u: tensor<12x2xf32>, %g: tensor<12x2xi32>) -> (tensor<?x2xf32>, tensor<?x2000xf32>, tensor<12x2xf32>) {
  %0:2 = moe.route <softmax, top_k<2>> ins(%x, %p : tensor<?x16xf32>, tensor<16x5xf32>)
      outs(%w, %e : tensor<?x2xf32>, tensor<?x2xi32>) -> tensor<?x2xf32>, tensor<?x2xi32>
  %1:2 = moe.route <softmax, expert_choice> ins(%x, %q : tensor<?x16xf32>, tensor<16x2000xf32>) gate_capacity(%c)
      outs(%v, %f : tensor<?x2000xf32>, tensor<?x2000xi32>) -> tensor<?x2000xf32>, tensor<?x2000xi32>
  %2:2 = moe.route <softmax, top_k<2>> ins(%y, %q : tensor<12x16xf32>, tensor<16x2000xf32>)
      outs(%u, %g : tensor<12x2xf32>, tensor<12x2xi32>) -> tensor<12x2xf32>, tensor<12x2xi32>
  return %0#0, %1#0, %2#0 : tensor<?x2xf32>, tensor<?x2000xf32>, tensor<12x2xf32>
}
