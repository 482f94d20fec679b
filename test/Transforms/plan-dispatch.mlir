// RUN: moe-opt %s --moe-plan-dispatch --canonicalize --split-input-file --remarks-filter='moe.*' --remark-policy=all --verify-diagnostics | FileCheck %s

// A dispatch becomes its plan and a gather; the combine reads each token's rows.
// CHECK-LABEL: func.func @plan(
// CHECK-SAME:    %[[X:.*]]: tensor<?x16xf32>, %[[W:.*]]: tensor<?x2xf32>, %[[E:.*]]: tensor<?x2xi32>)
// CHECK:         %[[P:.*]]:3 = moe.plan ins(%[[E]] : tensor<?x2xi32>) weights(%[[W]] : tensor<?x2xf32>) outs(
// CHECK:         %[[R:.*]] = moe.gather_rows ins(%[[X]], %[[P]]#1 : {{.*}}) slots_per_token(2) outs(
// CHECK:         %[[Y:.*]] = moe.combine_rows ins(%[[R]], %[[P]]#1, %[[P]]#2 : {{.*}}) weights(%[[W]] :
// CHECK:         return %[[Y]]
func.func @plan(%x: tensor<?x16xf32>, %w: tensor<?x2xf32>, %e: tensor<?x2xi32>) -> tensor<?x16xf32> {
  %rows, %o, %s = moe.dispatch %x to %e weights(%w : tensor<?x2xf32>) : tensor<?x16xf32> to tensor<?x2xi32> -> tensor<?x16xf32> by tensor<9xi32>, tensor<?xi32>
  %c = moe.combine %rows by %s weights(%w) : tensor<?x16xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x16xf32>
  return %c : tensor<?x16xf32>
}

// -----

// Capacity stays with the plan, the scale goes to the gather; rows that nobody
// reads are not gathered.
// CHECK-LABEL: func.func @capacity(
// CHECK:         moe.plan ins(%{{.*}}) weights(%[[W:.*]] : tensor<?x1xf32>) capacity(%{{.*}}) priority(choice_major) segment(64) outs(
// CHECK:         moe.gather_rows {{.*}} slots_per_token(1) weights(%[[W]] : tensor<?x1xf32>) outs(
// CHECK-NOT:     moe.gather_rows
func.func @capacity(%x: tensor<?x16xf32>, %z: tensor<?x3xf32>, %w: tensor<?x1xf32>, %e: tensor<?x1xi32>, %c: index) -> (tensor<?x16xf32>, tensor<9xi32>) {
  %r:2, %o, %s = moe.dispatch %x, %z to %e weights(%w : tensor<?x1xf32>) capacity(%c) priority(choice_major) segment(64) scale_rows : tensor<?x16xf32>, tensor<?x3xf32> to tensor<?x1xi32> -> tensor<?x16xf32>, tensor<?x3xf32> by tensor<9xi32>, tensor<?xi32>
  return %r#0, %o : tensor<?x16xf32>, tensor<9xi32>
}

// -----

// Without a static K the slots cannot be told apart: left alone, with a reason.
// CHECK-LABEL: func.func @dynamic_slots(
// CHECK:         moe.dispatch
func.func @dynamic_slots(%x: tensor<?x16xf32>, %e: tensor<?x?xi32>) -> tensor<?x16xf32> {
  // expected-remark @+1 {{the number of slots a token is not static}}
  %rows, %o, %s = moe.dispatch %x to %e : tensor<?x16xf32> to tensor<?x?xi32> -> tensor<?x16xf32> by tensor<9xi32>, tensor<?xi32>
  return %rows : tensor<?x16xf32>
}

// -----

// A sum of the rows themselves stays one: the weights only told T and K.
// CHECK-LABEL: func.func @unweighted(
// CHECK:         moe.combine_rows ins({{[^)]*}}) outs(
func.func @unweighted(%x: tensor<?x16xf32>, %w: tensor<?x2xf32>, %e: tensor<?x2xi32>) -> tensor<?x16xf32> {
  %rows, %o, %s = moe.dispatch %x to %e weights(%w : tensor<?x2xf32>) : tensor<?x16xf32> to tensor<?x2xi32> -> tensor<?x16xf32> by tensor<9xi32>, tensor<?xi32>
  %c = moe.combine %rows by %s weights(%w) unweighted : tensor<?x16xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x16xf32>
  return %c : tensor<?x16xf32>
}

// -----

// A sum for each slot needs a plan that lists the row of each slot; its offsets
// and slots are those of the tokens' plan.
// CHECK-LABEL: func.func @per_slot(
// CHECK-SAME:    %[[X:.*]]: tensor<?x16xf32>, %[[W:.*]]: tensor<?x2xf32>, %[[E:.*]]: tensor<?x2xi32>
// CHECK:         %[[P:.*]]:3 = moe.plan ins(%{{.*}} : tensor<?x1xi32>) weights(%{{.*}} : tensor<?x1xf32>) outs(
// CHECK:         moe.gather_rows ins(%[[X]], %[[P]]#1 : {{.*}} slots_per_token(2)
// CHECK:         moe.combine_rows ins(%{{.*}}, %[[P]]#1, %[[P]]#2 : {{.*}}, tensor<?x1xi32>)
func.func @per_slot(%x: tensor<?x16xf32>, %w: tensor<?x2xf32>, %e: tensor<?x2xi32>, %n: index) -> tensor<?x16xf32> {
  %rows, %o, %s = moe.dispatch %x to %e weights(%w : tensor<?x2xf32>) : tensor<?x16xf32> to tensor<?x2xi32> -> tensor<?x16xf32> by tensor<9xi32>, tensor<?xi32>
  %f = tensor.collapse_shape %w [[0, 1]] : tensor<?x2xf32> into tensor<?xf32>
  %u = tensor.expand_shape %f [[0, 1]] output_shape [%n, 1] : tensor<?xf32> into tensor<?x1xf32>
  %c = moe.combine %rows by %s weights(%u) unweighted : tensor<?x16xf32>, tensor<?xi32>, tensor<?x1xf32> -> tensor<?x16xf32>
  return %c : tensor<?x16xf32>
}

// -----

// Not known to be one token a slot: the sum stays as it is.
// CHECK-LABEL: func.func @other_tokens(
// CHECK:         moe.plan ins(%{{.*}} : tensor<?x2xi32>)
// CHECK:         moe.combine
// CHECK-NOT:     moe.combine_rows
func.func @other_tokens(%x: tensor<?x16xf32>, %w: tensor<?x2xf32>, %e: tensor<?x2xi32>, %u: tensor<?x1xf32>) -> tensor<?x16xf32> {
  %rows, %o, %s = moe.dispatch %x to %e weights(%w : tensor<?x2xf32>) : tensor<?x16xf32> to tensor<?x2xi32> -> tensor<?x16xf32> by tensor<9xi32>, tensor<?xi32>
  %c = moe.combine %rows by %s weights(%u) unweighted : tensor<?x16xf32>, tensor<?xi32>, tensor<?x1xf32> -> tensor<?x16xf32>
  return %c : tensor<?x16xf32>
}
