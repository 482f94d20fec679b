// REQUIRES: plugin
// RUN: mlir-opt %s --split-input-file --load-dialect-plugin=%moe_plugin --transform-interpreter --canonicalize --cse | FileCheck %s

// The gather moves into the tile of rows that reads it.
// CHECK-LABEL: func.func @producer(
// CHECK-SAME:    %[[X:[a-z0-9]+]]: tensor<?x16xf32>, %[[S:[a-z0-9]+]]: tensor<?xi32>,
// CHECK-NOT:     moe.
// CHECK:         scf.for %[[I:.*]] = %c0 to %{{.*}} step %c4
// CHECK:           %[[TS:.*]] = tensor.extract_slice %[[S]][%[[I]]] [%[[SI:[a-z0-9_]+]]]
// CHECK:           %[[G:.*]] = moe.gather_rows ins(%[[X]], %[[TS]] : {{.*}}) slots_per_token(2) outs(%{{.*}} : tensor<?x16xf32>)
// CHECK:           moe.grouped_matmul ins(%[[G]] : tensor<?x16xf32>)
// CHECK:         }
// CHECK-NOT:     moe.
// CHECK:         return
func.func @producer(%x: tensor<?x16xf32>, %s: tensor<?xi32>, %o: tensor<9xi32>, %w: tensor<8x16x32xf32>,
                    %g0: tensor<?x16xf32>, %h0: tensor<?x32xf32>) -> tensor<?x32xf32> {
  %g = moe.gather_rows ins(%x, %s : tensor<?x16xf32>, tensor<?xi32>) slots_per_token(2)
      outs(%g0 : tensor<?x16xf32>) -> tensor<?x16xf32>
  %h = moe.grouped_matmul ins(%g : tensor<?x16xf32>) offsets(%o : tensor<9xi32>)
      weights(%w : tensor<8x16x32xf32>) outs(%h0 : tensor<?x32xf32>) -> tensor<?x32xf32>
  return %h : tensor<?x32xf32>
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%m: !transform.any_op {transform.readonly}) {
    %0 = transform.structured.match ops{["moe.grouped_matmul"]} in %m : (!transform.any_op) -> !transform.any_op
    %t, %l = transform.structured.fuse %0 tile_sizes [4] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// A sum over tokens needs rows from anywhere: the matmul before it stays, cut
// along columns only.
// CHECK-LABEL: func.func @columns_of_producer(
// CHECK:         scf.for %[[J:.*]] = %c0 to %c32 step %c16
// CHECK:           %[[H:.*]] = moe.grouped_matmul ins(%{{.*}} : tensor<20x16xf32>) offsets(%{{.*}} : tensor<9xi32>)
// CHECK-SAME:        outs(%{{.*}} : tensor<20x16xf32>)
// CHECK:           moe.combine_rows ins(%[[H]],
func.func @columns_of_producer(%g: tensor<20x16xf32>, %o: tensor<9xi32>, %w: tensor<8x16x32xf32>, %s: tensor<20xi32>,
                               %t: tensor<10x2xi32>, %h0: tensor<20x32xf32>, %y0: tensor<10x32xf32>) -> tensor<10x32xf32> {
  %h = moe.grouped_matmul ins(%g : tensor<20x16xf32>) offsets(%o : tensor<9xi32>)
      weights(%w : tensor<8x16x32xf32>) outs(%h0 : tensor<20x32xf32>) -> tensor<20x32xf32>
  %y = moe.combine_rows ins(%h, %s, %t : tensor<20x32xf32>, tensor<20xi32>, tensor<10x2xi32>)
      outs(%y0 : tensor<10x32xf32>) -> tensor<10x32xf32>
  return %y : tensor<10x32xf32>
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%m: !transform.any_op {transform.readonly}) {
    %0 = transform.structured.match ops{["moe.combine_rows"]} in %m : (!transform.any_op) -> !transform.any_op
    %t, %l = transform.structured.fuse %0 tile_sizes [0, 16] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// The matmul moves to the tile of rows that a tiled gather makes.
// CHECK-LABEL: func.func @consumer(
// CHECK-NOT:     moe.
// CHECK:         scf.for %[[I:.*]] = %c0 to %{{.*}} step %c4
// CHECK:           %[[G:.*]] = moe.gather_rows
// CHECK:           linalg.generic {{.*}} ins(%{{.*}} : tensor<9xi32>)
// CHECK:           moe.grouped_matmul ins(%[[G]] : tensor<?x16xf32>)
// CHECK:         }
// CHECK-NOT:     moe.
// CHECK:         return
func.func @consumer(%x: tensor<?x16xf32>, %s: tensor<?xi32>, %o: tensor<9xi32>, %w: tensor<8x16x32xf32>,
                    %g0: tensor<?x16xf32>, %h0: tensor<?x32xf32>) -> tensor<?x32xf32> {
  %g = moe.gather_rows ins(%x, %s : tensor<?x16xf32>, tensor<?xi32>) slots_per_token(2)
      outs(%g0 : tensor<?x16xf32>) -> tensor<?x16xf32>
  %h = moe.grouped_matmul ins(%g : tensor<?x16xf32>) offsets(%o : tensor<9xi32>)
      weights(%w : tensor<8x16x32xf32>) outs(%h0 : tensor<?x32xf32>) -> tensor<?x32xf32>
  return %h : tensor<?x32xf32>
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%m: !transform.any_op {transform.readonly}) {
    %0 = transform.structured.match ops{["moe.gather_rows"]} in %m : (!transform.any_op) -> !transform.any_op
    %t, %l = transform.structured.tile_using_for %0 tile_sizes [4] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    %slice = transform.structured.match ops{["tensor.insert_slice"]} in %l : (!transform.any_op) -> !transform.any_op
    %a, %b = transform.test.fuse_consumer_using_slice %slice in (%l) : (!transform.any_op, !transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// A token's sum needs all rows: a tile of columns of what accumulates moves to
// its user,
// CHECK-LABEL: func.func @columns_of_sums(
// CHECK-NOT:     moe.grouped_matmul
// CHECK:         scf.for
// CHECK:           moe.grouped_matmul {{.*}} accumulate outs(%{{.*}} : tensor<?x16xf32>)
// CHECK:           linalg.exp
func.func @columns_of_sums(%h: tensor<?x30xf32>, %o: tensor<9xi32>, %w: tensor<8x30x32xf32>, %s: tensor<?xi32>,
                           %y0: tensor<?x32xf32>, %z0: tensor<?x32xf32>) -> tensor<?x32xf32> {
  %y = moe.grouped_matmul ins(%h : tensor<?x30xf32>) offsets(%o : tensor<9xi32>)
      weights(%w : tensor<8x30x32xf32>) slots(%s : tensor<?xi32>) slots_per_token(2) accumulate
      outs(%y0 : tensor<?x32xf32>) -> tensor<?x32xf32>
  %z = linalg.exp ins(%y : tensor<?x32xf32>) outs(%z0 : tensor<?x32xf32>) -> tensor<?x32xf32>
  return %z : tensor<?x32xf32>
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%m: !transform.any_op {transform.readonly}) {
    %0 = transform.structured.match ops{["linalg.exp"]} in %m : (!transform.any_op) -> !transform.any_op
    %t, %l = transform.structured.fuse %0 tile_sizes [0, 16] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// a tile of tokens does not.
// CHECK-LABEL: func.func @tokens_of_sums(
// CHECK:         moe.grouped_matmul {{.*}} accumulate
// CHECK:         scf.for
// CHECK-NOT:       moe.grouped_matmul
// CHECK:           linalg.exp
func.func @tokens_of_sums(%h: tensor<?x30xf32>, %o: tensor<9xi32>, %w: tensor<8x30x32xf32>, %s: tensor<?xi32>,
                          %y0: tensor<?x32xf32>, %z0: tensor<?x32xf32>) -> tensor<?x32xf32> {
  %y = moe.grouped_matmul ins(%h : tensor<?x30xf32>) offsets(%o : tensor<9xi32>)
      weights(%w : tensor<8x30x32xf32>) slots(%s : tensor<?xi32>) slots_per_token(2) accumulate
      outs(%y0 : tensor<?x32xf32>) -> tensor<?x32xf32>
  %z = linalg.exp ins(%y : tensor<?x32xf32>) outs(%z0 : tensor<?x32xf32>) -> tensor<?x32xf32>
  return %z : tensor<?x32xf32>
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%m: !transform.any_op {transform.readonly}) {
    %0 = transform.structured.match ops{["linalg.exp"]} in %m : (!transform.any_op) -> !transform.any_op
    %t, %l = transform.structured.fuse %0 tile_sizes [4] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}
