// RUN: moe-opt %s --split-input-file --verify-diagnostics --transform-interpreter --canonicalize --cse | FileCheck %s

// A tile of rows and columns is the same op: its slots and the epilogue
// operands over r and n are sliced, gathered rows, offsets of each expert and
// the operands over s stay whole; the offsets are those within the tile.
// CHECK-DAG:   #[[$ROWS:.*]] = affine_map<(d0)[s0] -> (-d0 + s0, 4)>
// CHECK-DAG:   #[[$COLUMNS:.*]] = affine_map<(d0) -> (-d0 + 30, 16)>
// CHECK-DAG:   #[[$EN:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d2)>
// CHECK-DAG:   #[[$RN:.*]] = affine_map<(d0, d1, d2, d3) -> (d1, d2)>
// CHECK-DAG:   #[[$S:.*]] = affine_map<(d0, d1, d2, d3) -> (d3)>
// CHECK-LABEL: func.func @rows_and_columns(
// CHECK-SAME:    %[[X:[a-z0-9]+]]: tensor<?x16xf32>, %[[O:[a-z0-9]+]]: tensor<9xi32>, %[[W:[a-z0-9]+]]: tensor<8x16x30xf32>,
// CHECK-SAME:    %[[S:[a-z0-9]+]]: tensor<?xi32>, %[[BIAS:[a-z0-9]+]]: tensor<8x30xf32>, %[[RES:[a-z0-9]+]]: tensor<?x30xf32>,
// CHECK-SAME:    %[[SW:[a-z0-9]+]]: tensor<?xf32>, %[[INIT:[a-z0-9]+]]: tensor<?x30xf32>)
// CHECK-DAG:     %[[ZERO:.*]] = arith.constant 0 : i32
// CHECK:         %[[R:[a-z0-9_]+]] = tensor.dim %[[S]], %c0
// CHECK:         scf.for %[[I:[a-z0-9_]+]] = %c0 to %[[R]] step %c4 iter_args(%[[ACC0:.*]] = %[[INIT]])
// CHECK:           scf.for %[[J:[a-z0-9_]+]] = %c0 to %c30 step %c16 iter_args(%[[ACC:.*]] = %[[ACC0]])
// CHECK:             %[[SI:[a-z0-9_]+]] = affine.min #[[$ROWS]](%[[I]])[%[[R]]]
// CHECK:             %[[SJ:[a-z0-9_]+]] = affine.min #[[$COLUMNS]](%[[J]])
// CHECK:             %[[TW:.*]] = tensor.extract_slice %[[W]][0, 0, %[[J]]] [8, 16, %[[SJ]]]
// CHECK:             %[[TS:.*]] = tensor.extract_slice %[[S]][%[[I]]] [%[[SI]]]
// CHECK:             %[[TB:.*]] = tensor.extract_slice %[[BIAS]][0, %[[J]]] [8, %[[SJ]]]
// CHECK:             %[[TR:.*]] = tensor.extract_slice %[[RES]][%[[I]], %[[J]]] [%[[SI]], %[[SJ]]]
// CHECK:             %[[OUT:.*]] = tensor.extract_slice %[[ACC]][%[[I]], %[[J]]] [%[[SI]], %[[SJ]]]
// CHECK:             %[[FIRST:.*]] = arith.index_cast %[[I]] : index to i32
// CHECK:             %[[SIZE:.*]] = arith.index_cast %[[SI]] : index to i32
// CHECK:             %[[TO:.*]] = linalg.generic {{.*}} ins(%[[O]] : tensor<9xi32>)
// CHECK:               %[[D:.*]] = arith.subi %{{.*}}, %[[FIRST]]
// CHECK:               %[[L:.*]] = arith.maxsi %[[D]], %[[ZERO]]
// CHECK:               arith.minsi %[[L]], %[[SIZE]]
// CHECK:             %[[H:.*]] = moe.grouped_matmul ins(%[[X]] : tensor<?x16xf32>) offsets(%[[TO]] : tensor<9xi32>)
// CHECK-SAME:          weights(%[[TW]], %[[TW]] : {{.*}}) slots(%[[TS]] : tensor<?xi32>) slots_per_token(2) gather
// CHECK-SAME:          operands(%[[TB]], %[[TR]], %[[SW]] : {{.*}}) maps [#[[$EN]], #[[$RN]], #[[$S]]]
// CHECK-SAME:          outs(%[[OUT]] : tensor<?x?xf32>) schedule(#moe.cpu_schedule<rows = 6, columns = 64>) epilogue
// CHECK:             tensor.insert_slice %[[H]] into %[[ACC]][%[[I]], %[[J]]] [%[[SI]], %[[SJ]]]
func.func @rows_and_columns(%x: tensor<?x16xf32>, %o: tensor<9xi32>, %w: tensor<8x16x30xf32>, %s: tensor<?xi32>,
                            %bias: tensor<8x30xf32>, %res: tensor<?x30xf32>, %sw: tensor<?xf32>,
                            %init: tensor<?x30xf32>) -> tensor<?x30xf32> {
  %h = moe.grouped_matmul ins(%x : tensor<?x16xf32>) offsets(%o : tensor<9xi32>)
      weights(%w, %w : tensor<8x16x30xf32>, tensor<8x16x30xf32>)
      slots(%s : tensor<?xi32>) slots_per_token(2) gather
      operands(%bias, %res, %sw : tensor<8x30xf32>, tensor<?x30xf32>, tensor<?xf32>)
      maps [affine_map<(e, r, n, s) -> (e, n)>, affine_map<(e, r, n, s) -> (r, n)>, affine_map<(e, r, n, s) -> (s)>]
      outs(%init : tensor<?x30xf32>) schedule(#moe.cpu_schedule<rows = 6, columns = 64>) epilogue {
  ^bb0(%g: f32, %u: f32, %be: f32, %re: f32, %se: f32):
    %q = arith.mulf %g, %u : f32
    %q2 = arith.addf %q, %be : f32
    %q3 = arith.addf %q2, %re : f32
    %q4 = arith.mulf %q3, %se : f32
    moe.yield %q4 : f32
  } -> tensor<?x30xf32>
  return %h : tensor<?x30xf32>
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%m: !transform.any_op {transform.readonly}) {
    %0 = transform.structured.match ops{["moe.grouped_matmul"]} in %m : (!transform.any_op) -> !transform.any_op
    %t, %l:2 = transform.structured.tile_using_for %0 tile_sizes [4, 16] : (!transform.any_op) -> (!transform.any_op, !transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// A tile of columns alone leaves rows and offsets as they are; transposed
// weights are sliced along their second dimension.
// CHECK-LABEL: func.func @columns(
// CHECK-SAME:    %[[X:[a-z0-9]+]]: tensor<?x16xf32>, %[[O:[a-z0-9]+]]: tensor<9xi32>, %[[W:[a-z0-9]+]]: tensor<8x32x16xf32>, %[[INIT:[a-z0-9]+]]:
// CHECK:         scf.for %[[J:[a-z0-9_]+]] = %c0 to %c32 step %c16
// CHECK:           %[[TW:.*]] = tensor.extract_slice %[[W]][0, %[[J]], 0] [8, 16, 16]
// CHECK-NOT:       linalg.generic
// CHECK:           moe.grouped_matmul ins(%[[X]] : tensor<?x16xf32>) offsets(%[[O]] : tensor<9xi32>)
// CHECK-SAME:        weights(%[[TW]] : tensor<8x16x16xf32>) transposed outs(%{{.*}} : tensor<?x16xf32>)
func.func @columns(%x: tensor<?x16xf32>, %o: tensor<9xi32>, %w: tensor<8x32x16xf32>, %init: tensor<?x32xf32>) -> tensor<?x32xf32> {
  %h = moe.grouped_matmul ins(%x : tensor<?x16xf32>) offsets(%o : tensor<9xi32>)
      weights(%w : tensor<8x32x16xf32>) transposed outs(%init : tensor<?x32xf32>) -> tensor<?x32xf32>
  return %h : tensor<?x32xf32>
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%m: !transform.any_op {transform.readonly}) {
    %0 = transform.structured.match ops{["moe.grouped_matmul"]} in %m : (!transform.any_op) -> !transform.any_op
    %t, %l = transform.structured.tile_using_for %0 tile_sizes [0, 16] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// Where it accumulates, rows are a reduction: ascending tiles of rows add to
// all tokens.
// CHECK-LABEL: func.func @accumulate(
// CHECK-SAME:    %[[H:[a-z0-9]+]]: tensor<?x30xf32>, %[[O:[a-z0-9]+]]: tensor<9xi32>, %[[W:[a-z0-9]+]]: {{.*}}, %[[S:[a-z0-9]+]]: tensor<?xi32>, %[[INIT:[a-z0-9]+]]: tensor<?x16xf32>)
// CHECK:         %[[R:[a-z0-9_]+]] = tensor.dim %[[H]], %c0
// CHECK:         scf.for %[[I:[a-z0-9_]+]] = %c0 to %[[R]] step %c4 iter_args(%[[ACC:.*]] = %[[INIT]])
// CHECK:           %[[TH:.*]] = tensor.extract_slice %[[H]][%[[I]], 0] [%[[SI:[a-z0-9_]+]], 30]
// CHECK:           %[[TS:.*]] = tensor.extract_slice %[[S]][%[[I]]] [%[[SI]]]
// CHECK:           linalg.generic {{.*}} ins(%[[O]] : tensor<9xi32>)
// CHECK:           moe.grouped_matmul ins(%[[TH]] : tensor<?x30xf32>)
// CHECK-SAME:        slots(%[[TS]] : tensor<?xi32>) slots_per_token(2) accumulate outs(%[[ACC]] : tensor<?x16xf32>)
func.func @accumulate(%h: tensor<?x30xf32>, %o: tensor<9xi32>, %w: tensor<8x30x16xf32>, %s: tensor<?xi32>,
                      %init: tensor<?x16xf32>) -> tensor<?x16xf32> {
  %y = moe.grouped_matmul ins(%h : tensor<?x30xf32>) offsets(%o : tensor<9xi32>)
      weights(%w : tensor<8x30x16xf32>) slots(%s : tensor<?xi32>) slots_per_token(2) accumulate
      outs(%init : tensor<?x16xf32>) -> tensor<?x16xf32>
  return %y : tensor<?x16xf32>
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%m: !transform.any_op {transform.readonly}) {
    %0 = transform.structured.match ops{["moe.grouped_matmul"]} in %m : (!transform.any_op) -> !transform.any_op
    %t, %l = transform.structured.tile_using_for %0 tile_sizes [4] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// The twin: rows that add up are no parallel axis.
// CHECK-LABEL: func.func @accumulate_in_parallel(
func.func @accumulate_in_parallel(%h: tensor<?x30xf32>, %o: tensor<9xi32>, %w: tensor<8x30x16xf32>, %s: tensor<?xi32>,
                                  %init: tensor<?x16xf32>) -> tensor<?x16xf32> {
  // expected-warning @below {{tiling is not thread safe at axis #0}}
  %y = moe.grouped_matmul ins(%h : tensor<?x30xf32>) offsets(%o : tensor<9xi32>)
      weights(%w : tensor<8x30x16xf32>) slots(%s : tensor<?xi32>) slots_per_token(2) accumulate
      outs(%init : tensor<?x16xf32>) -> tensor<?x16xf32>
  return %y : tensor<?x16xf32>
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%m: !transform.any_op {transform.readonly}) {
    %0 = transform.structured.match ops{["moe.grouped_matmul"]} in %m : (!transform.any_op) -> !transform.any_op
    %t, %l = transform.structured.tile_using_forall %0 tile_sizes [4] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// Rows and columns of a gather; weights are indexed by slot and stay whole.
// CHECK-LABEL: func.func @gather(
// CHECK-SAME:    %[[X:[a-z0-9]+]]: tensor<?x30xf32>, %[[S:[a-z0-9]+]]: tensor<?xi32>, %[[W:[a-z0-9]+]]: tensor<?x2xf32>, %[[INIT:[a-z0-9]+]]:
// CHECK:         scf.forall (%[[A:.*]], %[[B:.*]]) in
// CHECK-SAME:      shared_outs(%[[ACC:.*]] = %[[INIT]])
// CHECK:           %[[TX:.*]] = tensor.extract_slice %[[X]][0, %[[J:[a-z0-9_]+]]] [%{{.*}}, %[[SJ:[a-z0-9_]+]]]
// CHECK:           %[[TS:.*]] = tensor.extract_slice %[[S]][%[[I:[a-z0-9_]+]]] [%[[SI:[a-z0-9_]+]]]
// CHECK:           %[[OUT:.*]] = tensor.extract_slice %[[ACC]][%[[I]], %[[J]]] [%[[SI]], %[[SJ]]]
// CHECK:           %[[T:.*]] = moe.gather_rows ins(%[[TX]], %[[TS]] : {{.*}}) slots_per_token(2) weights(%[[W]] : tensor<?x2xf32>) outs(%[[OUT]] :
// CHECK:           tensor.parallel_insert_slice %[[T]] into %[[ACC]][%[[I]], %[[J]]] [%[[SI]], %[[SJ]]]
func.func @gather(%x: tensor<?x30xf32>, %s: tensor<?xi32>, %w: tensor<?x2xf32>, %init: tensor<?x30xf32>) -> tensor<?x30xf32> {
  %r = moe.gather_rows ins(%x, %s : tensor<?x30xf32>, tensor<?xi32>) slots_per_token(2) weights(%w : tensor<?x2xf32>)
      outs(%init : tensor<?x30xf32>) -> tensor<?x30xf32>
  return %r : tensor<?x30xf32>
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%m: !transform.any_op {transform.readonly}) {
    %0 = transform.structured.match ops{["moe.gather_rows"]} in %m : (!transform.any_op) -> !transform.any_op
    %t, %l = transform.structured.tile_using_forall %0 tile_sizes [4, 16] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// Tokens and columns of a sum; the tokens of a tile need the weights of all.
// CHECK-LABEL: func.func @combine(
// CHECK-SAME:    %[[H:[a-z0-9]+]]: tensor<14x30xf32>, %[[S:[a-z0-9]+]]: tensor<14xi32>, %[[T:[a-z0-9]+]]: tensor<7x2xi32>, %[[W:[a-z0-9]+]]: tensor<7x2xf32>, %[[INIT:[a-z0-9]+]]:
// CHECK:         scf.for %[[I:[a-z0-9_]+]] = %c0 to %c7 step %c4
// CHECK:           scf.for %[[J:[a-z0-9_]+]] = %c0 to %c30 step %c16
// CHECK:             %[[TH:.*]] = tensor.extract_slice %[[H]][0, %[[J]]] [14, %[[SJ:[a-z0-9_]+]]]
// CHECK:             %[[TT:.*]] = tensor.extract_slice %[[T]][%[[I]], 0] [%[[SI:[a-z0-9_]+]], 2]
// CHECK:             moe.combine_rows ins(%[[TH]], %[[S]], %[[TT]] : tensor<14x?xf32>, tensor<14xi32>, tensor<?x2xi32>)
// CHECK-SAME:          weights(%[[W]] : tensor<7x2xf32>) outs(%{{.*}} : tensor<?x?xf32>)
func.func @combine(%h: tensor<14x30xf32>, %s: tensor<14xi32>, %t: tensor<7x2xi32>, %w: tensor<7x2xf32>,
                   %init: tensor<7x30xf32>) -> tensor<7x30xf32> {
  %y = moe.combine_rows ins(%h, %s, %t : tensor<14x30xf32>, tensor<14xi32>, tensor<7x2xi32>)
      weights(%w : tensor<7x2xf32>) outs(%init : tensor<7x30xf32>) -> tensor<7x30xf32>
  return %y : tensor<7x30xf32>
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%m: !transform.any_op {transform.readonly}) {
    %0 = transform.structured.match ops{["moe.combine_rows"]} in %m : (!transform.any_op) -> !transform.any_op
    %t, %l:2 = transform.structured.tile_using_for %0 tile_sizes [4, 16] : (!transform.any_op) -> (!transform.any_op, !transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// A gate that looks at one token at a time, with noise and a mask.
// CHECK-LABEL: func.func @gate(
// CHECK-SAME:    %[[X:[a-z0-9]+]]: tensor<?x16xf32>, %[[P:[a-z0-9]+]]: tensor<8x16xf32>, %[[N:[a-z0-9]+]]: tensor<?x8xf32>, %[[M:[a-z0-9]+]]: tensor<?xi1>,
// CHECK:         scf.for %[[I:[a-z0-9_]+]] = %c0 to %{{.*}} step %c4 iter_args(%[[ACCW:.*]] = %{{.*}}, %[[ACCE:.*]] = %{{.*}})
// CHECK:           %[[TX:.*]] = tensor.extract_slice %[[X]][%[[I]], 0] [%[[SI:[a-z0-9_]+]], 16]
// CHECK:           %[[TN:.*]] = tensor.extract_slice %[[N]][%[[I]], 0] [%[[SI]], 8]
// CHECK:           %[[TM:.*]] = tensor.extract_slice %[[M]][%[[I]]] [%[[SI]]]
// CHECK:           %[[OW:.*]] = tensor.extract_slice %[[ACCW]][%[[I]], 0] [%[[SI]], 2]
// CHECK:           %[[OE:.*]] = tensor.extract_slice %[[ACCE]][%[[I]], 0] [%[[SI]], 2]
// CHECK:           moe.route <region, top_k<2>> ins(%[[TX]], %[[P]] : tensor<?x16xf32>, tensor<8x16xf32>) transposed
// CHECK-SAME:        noise(%[[TN]] : tensor<?x8xf32>) mask(%[[TM]] : tensor<?xi1>) outs(%[[OW]], %[[OE]] : {{.*}}) score {
// CHECK-NEXT:      ^bb0(%[[Z:.*]]: f32):
// CHECK-NEXT:        math.tanh %[[Z]]
func.func @gate(%x: tensor<?x16xf32>, %p: tensor<8x16xf32>, %n: tensor<?x8xf32>, %m: tensor<?xi1>,
                %w0: tensor<?x2xf32>, %e0: tensor<?x2xi32>) -> (tensor<?x2xf32>, tensor<?x2xi32>) {
  %w, %e = moe.route <region, top_k<2>> ins(%x, %p : tensor<?x16xf32>, tensor<8x16xf32>) transposed
      noise(%n : tensor<?x8xf32>) mask(%m : tensor<?xi1>)
      outs(%w0, %e0 : tensor<?x2xf32>, tensor<?x2xi32>) score {
  ^bb0(%z: f32):
    %s = math.tanh %z : f32
    moe.yield %s : f32
  } -> tensor<?x2xf32>, tensor<?x2xi32>
  return %w, %e : tensor<?x2xf32>, tensor<?x2xi32>
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%m: !transform.any_op {transform.readonly}) {
    %0 = transform.structured.match ops{["moe.route"]} in %m : (!transform.any_op) -> !transform.any_op
    %t, %l = transform.structured.tile_using_for %0 tile_sizes [4] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// The twin that plans: counting and scanning have no tiles.
func.func @route(%x: tensor<?x16xf32>, %p: tensor<8x16xf32>, %w0: tensor<?x2xf32>, %e0: tensor<?x2xi32>,
                 %o0: tensor<9xi32>, %s0: tensor<?xi32>) -> tensor<?x2xf32> {
  // expected-note @below {{target op}}
  %w, %e, %o, %s = moe.route <softmax, top_k<2>> ins(%x, %p : tensor<?x16xf32>, tensor<8x16xf32>) transposed
      outs(%w0, %e0, %o0, %s0 : tensor<?x2xf32>, tensor<?x2xi32>, tensor<9xi32>, tensor<?xi32>)
      -> tensor<?x2xf32>, tensor<?x2xi32>, tensor<9xi32>, tensor<?xi32>
  return %w : tensor<?x2xf32>
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%m: !transform.any_op {transform.readonly}) {
    %0 = transform.structured.match ops{["moe.route"]} in %m : (!transform.any_op) -> !transform.any_op
    // expected-error @below {{too many tiles provided, expected at most 0 found 1}}
    %t, %l = transform.structured.tile_using_for %0 tile_sizes [4] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// The twin whose experts choose: every token is compared with all others.
func.func @expert_choice(%x: tensor<?x16xf32>, %p: tensor<8x16xf32>, %c: index, %w0: tensor<?x8xf32>, %e0: tensor<?x8xi32>) -> tensor<?x8xf32> {
  // expected-note @below {{target op}}
  %w, %e = moe.route <softmax, expert_choice> ins(%x, %p : tensor<?x16xf32>, tensor<8x16xf32>) transposed
      gate_capacity(%c) outs(%w0, %e0 : tensor<?x8xf32>, tensor<?x8xi32>) -> tensor<?x8xf32>, tensor<?x8xi32>
  return %w : tensor<?x8xf32>
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%m: !transform.any_op {transform.readonly}) {
    %0 = transform.structured.match ops{["moe.route"]} in %m : (!transform.any_op) -> !transform.any_op
    // expected-error @below {{too many tiles provided, expected at most 0 found 1}}
    %t, %l = transform.structured.tile_using_for %0 tile_sizes [4] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// A plan is one step.
func.func @plan(%e: tensor<?x2xi32>, %o: tensor<9xi32>, %s: tensor<?xi32>) -> tensor<9xi32> {
  // expected-note @below {{target op}}
  %p:2 = moe.plan ins(%e : tensor<?x2xi32>) outs(%o, %s : tensor<9xi32>, tensor<?xi32>)
      -> tensor<9xi32>, tensor<?xi32>
  return %p#0 : tensor<9xi32>
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%m: !transform.any_op {transform.readonly}) {
    %0 = transform.structured.match ops{["moe.plan"]} in %m : (!transform.any_op) -> !transform.any_op
    // expected-error @below {{only ops implementing TilingInterface are supported}}
    %t, %l = transform.structured.tile_using_for %0 tile_sizes [4] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// What a tile needs of an operand read at n floordiv 2 is no slice.
func.func @mixed(%x: tensor<?x16xf32>, %o: tensor<9xi32>, %w: tensor<8x16x30xf32>, %a: tensor<15xf32>, %init: tensor<?x30xf32>) -> tensor<?x30xf32> {
  // expected-error @below {{to tile operation}}
  // expected-error @below {{failed to generate tiling loops}}
  %h = moe.grouped_matmul ins(%x : tensor<?x16xf32>) offsets(%o : tensor<9xi32>) weights(%w : tensor<8x16x30xf32>)
      operands(%a : tensor<15xf32>) maps [affine_map<(e, r, n, s) -> (n floordiv 2)>]
      outs(%init : tensor<?x30xf32>) epilogue {
  ^bb0(%g: f32, %u: f32):
    %q = arith.mulf %g, %u : f32
    moe.yield %q : f32
  } -> tensor<?x30xf32>
  return %h : tensor<?x30xf32>
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%m: !transform.any_op {transform.readonly}) {
    %0 = transform.structured.match ops{["moe.grouped_matmul"]} in %m : (!transform.any_op) -> !transform.any_op
    %t, %l = transform.structured.tile_using_for %0 tile_sizes [4] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// Buffers are tiled along columns in place;
// CHECK-LABEL: func.func @buffers(
// CHECK:         scf.for %[[J:[a-z0-9_]+]] = %c0 to %c32 step %c16
// CHECK:           memref.subview %{{.*}}[0, 0, %[[J]]] [8, 16, 16]
// CHECK:           memref.subview %{{.*}}[0, %[[J]]] [%{{.*}}, 16]
// CHECK:           moe.grouped_matmul {{.*}} outs(%{{.*}} : memref<?x16xf32, strided<[32, 1], offset: ?>>)
func.func @buffers(%x: memref<?x16xf32>, %o: memref<9xi32>, %w: memref<8x16x32xf32>, %out: memref<?x32xf32>) {
  moe.grouped_matmul ins(%x : memref<?x16xf32>) offsets(%o : memref<9xi32>)
      weights(%w : memref<8x16x32xf32>) outs(%out : memref<?x32xf32>)
  return
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%m: !transform.any_op {transform.readonly}) {
    %0 = transform.structured.match ops{["moe.grouped_matmul"]} in %m : (!transform.any_op) -> !transform.any_op
    %t, %l = transform.structured.tile_using_for %0 tile_sizes [0, 16] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// along rows they would need new offsets.
func.func @rows_of_buffers(%x: memref<?x16xf32>, %o: memref<9xi32>, %w: memref<8x16x32xf32>, %out: memref<?x32xf32>) {
  // expected-error @below {{to tile operation}}
  // expected-error @below {{failed to generate tiling loops}}
  moe.grouped_matmul ins(%x : memref<?x16xf32>) offsets(%o : memref<9xi32>)
      weights(%w : memref<8x16x32xf32>) outs(%out : memref<?x32xf32>)
  return
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%m: !transform.any_op {transform.readonly}) {
    %0 = transform.structured.match ops{["moe.grouped_matmul"]} in %m : (!transform.any_op) -> !transform.any_op
    %t, %l = transform.structured.tile_using_for %0 tile_sizes [4] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}
