// REQUIRES: plugin
// Sizes of results as new IR:
// RUN: moe-opt %s --split-input-file --allow-unregistered-dialect \
// RUN:   --resolve-ranked-shaped-type-result-dims | FileCheck %s --check-prefix=DIM
// and as constraints, through the test pass of the stock mlir-opt:
// RUN: mlir-opt %s --split-input-file --verify-diagnostics --load-dialect-plugin=%moe_plugin \
// RUN:   --pass-pipeline='builtin.module(func.func(test-affine-reify-value-bounds))' | FileCheck %s --check-prefix=BOUND

// and in the bounds of tiles:
// RUN: moe-opt %s --split-input-file --allow-unregistered-dialect \
// RUN:   --pass-pipeline='builtin.module(func.func(affine-simplify-min-max))' | FileCheck %s --check-prefix=MIN

// Weights and ids have T rows; K is static.
// DIM-LABEL: func.func @gate(
// DIM-SAME:    %[[Z:[a-z0-9]+]]: tensor<?x8xf32>)
// DIM:         %[[T0:.*]] = tensor.dim %[[Z]], %{{.*}}
// DIM:         %[[T1:.*]] = tensor.dim %[[Z]], %{{.*}}
// DIM:         "test.some_use"(%[[T0]], %[[T1]],
// BOUND-LABEL: func.func @gate(
// BOUND-SAME:    %[[Z:[a-z0-9]+]]: tensor<?x8xf32>)
// BOUND:         %[[T:.*]] = tensor.dim %[[Z]], %{{.*}}
// BOUND:         %[[K:.*]] = arith.constant 2 : index
// BOUND:         "test.some_use"(%{{.*}}, %{{.*}}, %[[T]], %[[K]])
func.func @gate(%z: tensor<?x8xf32>) {
  %c0 = arith.constant 0 : index
  %w, %e = moe.gate %z <softmax, top_k<2>> : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %0 = tensor.dim %w, %c0 : tensor<?x2xf32>
  %1 = tensor.dim %e, %c0 : tensor<?x2xi32>
  %2 = "test.reify_bound"(%w) {dim = 0 : i64} : (tensor<?x2xf32>) -> index
  %3 = "test.reify_bound"(%e) {dim = 1 : i64} : (tensor<?x2xi32>) -> index
  "test.some_use"(%0, %1, %2, %3) : (index, index, index, index) -> ()
  return
}

// -----

// A dense selection has K = L, which may be dynamic.
// DIM-LABEL: func.func @dense_gate(
// DIM-SAME:    %[[Z:[a-z0-9]+]]: tensor<?x?xf32>)
// DIM:         %[[L:.*]] = tensor.dim %[[Z]], %c1
// DIM:         "test.some_use"(%[[L]],
// BOUND-LABEL: func.func @dense_gate(
// BOUND-SAME:    %[[Z:[a-z0-9]+]]: tensor<?x?xf32>)
// BOUND:         %[[L:.*]] = tensor.dim %[[Z]], %c1
// BOUND:         "test.some_use"(%{{.*}}, %[[L]])
func.func @dense_gate(%z: tensor<?x?xf32>) {
  %c1 = arith.constant 1 : index
  %w, %e = moe.gate %z <sigmoid, all> : tensor<?x?xf32> -> tensor<?x?xf32>, tensor<?x?xi32>
  %0 = tensor.dim %w, %c1 : tensor<?x?xf32>
  %1 = "test.reify_bound"(%e) {dim = 1 : i64} : (tensor<?x?xi32>) -> index
  "test.some_use"(%0, %1) : (index, index) -> ()
  return
}

// -----

// Dynamic sizes are the operands, in order.
// DIM-LABEL: func.func @random(
// DIM-SAME:    %[[T:[a-z0-9]+]]: index, %[[L:[a-z0-9]+]]: index
// DIM:         "test.some_use"(%[[T]], %[[L]],
// BOUND-LABEL: func.func @random(
// BOUND-SAME:    %[[T:[a-z0-9]+]]: index, %[[L:[a-z0-9]+]]: index
// BOUND:         "test.some_use"(%{{.*}}, %{{.*}}, %[[T]], %[[L]])
func.func @random(%t: index, %l: index, %seed: i64) {
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  %n = moe.random_normal seed(%seed) step(%seed) sizes(%t, %l) : tensor<?x4x?xf32>
  %0 = tensor.dim %n, %c0 : tensor<?x4x?xf32>
  %1 = tensor.dim %n, %c2 : tensor<?x4x?xf32>
  %2 = "test.reify_bound"(%n) {dim = 0 : i64} : (tensor<?x4x?xf32>) -> index
  %3 = "test.reify_bound"(%n) {dim = 2 : i64} : (tensor<?x4x?xf32>) -> index
  "test.some_use"(%0, %1, %2, %3) : (index, index, index, index) -> ()
  return
}

// -----

// Rows and slots are T*K; the width is the input's.
// DIM-LABEL: func.func @dispatch(
// DIM-SAME:    %[[X:[a-z0-9]+]]: tensor<?x?xf32>, %[[E:[a-z0-9]+]]: tensor<?x8xi32>)
// DIM:         %[[T:.*]] = tensor.dim %[[E]], %c0
// DIM:         %[[R:.*]] = arith.muli %[[T]], %c8
// DIM:         %[[D:.*]] = tensor.dim %[[X]], %c1
// DIM:         "test.some_use"(%[[R]], %[[D]],
// BOUND-DAG:   #[[$MAP:.*]] = affine_map<()[s0] -> (s0 * 8)>
// BOUND-LABEL: func.func @dispatch(
// BOUND-SAME:    %[[X:[a-z0-9]+]]: tensor<?x?xf32>, %[[E:[a-z0-9]+]]: tensor<?x8xi32>)
// BOUND:         %[[T:.*]] = tensor.dim %[[E]], %{{.*}}
// BOUND:         %[[R:.*]] = affine.apply #[[$MAP]]()[%[[T]]]
// BOUND:         %[[D:.*]] = tensor.dim %[[X]], %c1
// BOUND:         "test.some_use"(%{{.*}}, %{{.*}}, %[[R]], %[[D]])
func.func @dispatch(%x: tensor<?x?xf32>, %e: tensor<?x8xi32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %rows, %o, %s = moe.dispatch %x to %e
      : tensor<?x?xf32> to tensor<?x8xi32> -> tensor<?x?xf32> by tensor<65xi32>, tensor<?xi32>
  %0 = tensor.dim %rows, %c0 : tensor<?x?xf32>
  %1 = tensor.dim %rows, %c1 : tensor<?x?xf32>
  %2 = "test.reify_bound"(%rows) {dim = 0 : i64} : (tensor<?x?xf32>) -> index
  %3 = "test.reify_bound"(%rows) {dim = 1 : i64} : (tensor<?x?xf32>) -> index
  %4 = tensor.dim %s, %c0 : tensor<?xi32>
  "test.some_use"(%0, %1, %2, %3) : (index, index, index, index) -> ()
  // Rows and slots are equally many.
  // expected-remark @below {{true}}
  "test.compare"(%0, %4) {cmp = "EQ"} : (index, index) -> ()
  return
}

// -----

// A layer gives as many tokens as it takes.
// DIM-LABEL: func.func @layer(
// DIM-SAME:    %[[X:[a-z0-9]+]]: tensor<?x16xf32>, %{{.*}}: {{.*}}, %[[W:[a-z0-9]+]]: tensor<?x8xf32>
// DIM:         %[[T:.*]] = tensor.dim %[[W]], %c0
// DIM:         "test.some_use"(%[[T]],
// BOUND-LABEL: func.func @layer(
func.func @layer(%x: tensor<?x16xf32>, %e: tensor<?x8xi32>, %w: tensor<?x8xf32>) {
  %c0 = arith.constant 0 : index
  %rows, %o, %s = moe.dispatch %x to %e
      : tensor<?x16xf32> to tensor<?x8xi32> -> tensor<?x16xf32> by tensor<65xi32>, tensor<?xi32>
  %h = moe.expert rows(%xe = %rows : tensor<?x16xf32>) offsets(%o : tensor<65xi32>) {
    moe.yield %xe : tensor<?x16xf32>
  } -> tensor<?x16xf32>
  %y = moe.combine %h by %s weights(%w)
      : tensor<?x16xf32>, tensor<?xi32>, tensor<?x8xf32> -> tensor<?x16xf32>
  %0 = tensor.dim %y, %c0 : tensor<?x16xf32>
  %1 = tensor.dim %h, %c0 : tensor<?x16xf32>
  "test.some_use"(%0, %1) : (index, index) -> ()
  return
}

// -----

// Inside an expert, its rows are at most a static R: the tile is never cut at
// 96, and may be at 95.
// MIN-DAG:     #[[$CUT:.*]] = affine_map<()[s0] -> (95, s0)>
// MIN-LABEL:   func.func @expert_rows(
// MIN:           %[[M:.*]] = tensor.dim
// MIN-NEXT:      %[[N:.*]] = affine.min #[[$CUT]]()[%[[M]]]
// MIN-NEXT:      tensor.extract_slice %{{.*}}[0, 0] [%[[M]], 16]
// MIN-NEXT:      tensor.extract_slice %{{.*}}[0, 0] [%[[N]], 16]
// DIM-LABEL:   func.func @expert_rows(
// BOUND-LABEL: func.func @expert_rows(
func.func @expert_rows(%rows: tensor<96x16xf32>, %o: tensor<65xi32>) -> (tensor<96x16xf32>, tensor<96x16xf32>) {
  %h:2 = moe.expert rows(%xe = %rows : tensor<96x16xf32>) offsets(%o : tensor<65xi32>) cross_row {
    %c0 = arith.constant 0 : index
    %m = tensor.dim %xe, %c0 : tensor<?x16xf32>
    %a = affine.min affine_map<()[m] -> (m, 96)>()[%m]
    %b = affine.min affine_map<()[m] -> (m, 95)>()[%m]
    %s = tensor.extract_slice %xe[0, 0] [%a, 16] [1, 1] : tensor<?x16xf32> to tensor<?x16xf32>
    %t = tensor.extract_slice %xe[0, 0] [%b, 16] [1, 1] : tensor<?x16xf32> to tensor<?x16xf32>
    moe.yield %s, %t : tensor<?x16xf32>, tensor<?x16xf32>
  } -> tensor<96x16xf32>, tensor<96x16xf32>
  return %h#0, %h#1 : tensor<96x16xf32>, tensor<96x16xf32>
}

// -----

// A result of level 2 has the sizes of its destination.
// DIM-LABEL: func.func @destination(
// DIM-SAME:    %[[INIT:[a-z0-9]+]]: tensor<?x?xf32>)
// DIM:         %[[R:.*]] = tensor.dim %[[INIT]], %c0
// DIM:         %[[N:.*]] = tensor.dim %[[INIT]], %c1
// DIM:         "test.some_use"(%[[R]], %[[N]],
// BOUND-LABEL: func.func @destination(
// BOUND-SAME:    %[[INIT:[a-z0-9]+]]: tensor<?x?xf32>)
// BOUND:         %[[R:.*]] = tensor.dim %[[INIT]], %c0
// BOUND:         %[[N:.*]] = tensor.dim %[[INIT]], %c1
// BOUND:         "test.some_use"(%{{.*}}, %{{.*}}, %[[R]], %[[N]])
func.func @destination(%x: tensor<?x?xf32>, %s: tensor<?xi32>, %init: tensor<?x?xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r = moe.gather_rows ins(%x, %s : tensor<?x?xf32>, tensor<?xi32>) slots_per_token(2)
      outs(%init : tensor<?x?xf32>) -> tensor<?x?xf32>
  %0 = tensor.dim %r, %c0 : tensor<?x?xf32>
  %1 = tensor.dim %r, %c1 : tensor<?x?xf32>
  %2 = "test.reify_bound"(%r) {dim = 0 : i64} : (tensor<?x?xf32>) -> index
  %3 = "test.reify_bound"(%r) {dim = 1 : i64} : (tensor<?x?xf32>) -> index
  "test.some_use"(%0, %1, %2, %3) : (index, index, index, index) -> ()
  return
}
