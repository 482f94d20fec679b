// RUN: moe-opt %s --convert-moe-to-linalg=keep-rows --canonicalize --cse --split-input-file | FileCheck %s

// The rows of each token are listed from the slots, ascending, and -1 behind them; what a slot says that is no slot has no place.
// CHECK-LABEL: func.func @combine(
// CHECK-SAME: %[[R:.*]]: tensor<?x4xbf16>, %[[S:.*]]: tensor<?xi32>, %[[W:.*]]: tensor<?x2xf32>
// CHECK-DAG: %[[NONE:.+]] = linalg.fill ins(%c-1_i32{{.*}} -> tensor<?x2xi32>
// CHECK-DAG: %[[ZERO:.+]] = linalg.fill ins(%c0{{.*}} -> tensor<?xindex>
// CHECK: %[[LISTS:.+]]:2 = scf.for %[[I:.+]] = {{.*}} iter_args(%[[C:.+]] = %[[ZERO]], %[[L:.+]] = %[[NONE]])
// CHECK: tensor.extract %[[S]][%[[I]]]
// CHECK: arith.cmpi ult
// CHECK: %[[T:.+]] = arith.divui %{{.+}}, %c2
// CHECK: %[[N:.+]] = tensor.extract %{{.+}}[%[[T]]]
// CHECK: arith.cmpi ult, %[[N]], %c2
// CHECK: tensor.insert %{{.+}} into %{{.+}}[%[[T]]]
// CHECK: tensor.insert %{{.+}} into %{{.+}}[%[[T]], %[[N]]]
// CHECK: moe.combine_rows ins(%[[R]], %[[S]], %[[LISTS]]#1 : {{.*}}) weights(%[[W]] : tensor<?x2xf32>) keep_zeros outs(%{{.+}} : tensor<?x4xf32>)
func.func @combine(%r: tensor<?x4xbf16>, %s: tensor<?xi32>, %w: tensor<?x2xf32>) -> tensor<?x4xf32> {
  %y = moe.combine %r by %s weights(%w) keep_zeros
      : tensor<?x4xbf16>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// -----

// Without weights they are not handed on.
// CHECK-LABEL: func.func @unweighted(
// CHECK: moe.combine_rows ins(
// CHECK-NOT: weights
// CHECK-SAME: outs(
func.func @unweighted(%r: tensor<?x4xf64>, %s: tensor<?xi32>, %w: tensor<?x2xf32>) -> tensor<?x4xf64> {
  %y = moe.combine %r by %s weights(%w) unweighted
      : tensor<?x4xf64>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x4xf64>
  return %y : tensor<?x4xf64>
}

// -----

// Ops of level 2 stay, with their sizes asserted.
// CHECK-LABEL: func.func @stay(
// CHECK: cf.assert
// CHECK: moe.gather_rows
// CHECK: moe.combine_rows
func.func @stay(%x: tensor<?x4xf32>, %s: tensor<?xi32>, %tr: tensor<?x2xi32>, %d: tensor<?x4xf32>, %y: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r = moe.gather_rows ins(%x, %s : tensor<?x4xf32>, tensor<?xi32>) slots_per_token(2) outs(%d : tensor<?x4xf32>) -> tensor<?x4xf32>
  %z = moe.combine_rows ins(%r, %s, %tr : tensor<?x4xf32>, tensor<?xi32>, tensor<?x2xi32>) outs(%y : tensor<?x4xf32>) -> tensor<?x4xf32>
  return %z : tensor<?x4xf32>
}
