// RUN: moe-opt %s --split-input-file --convert-moe-to-linalg | FileCheck %s

// Sizes that two types name are compared where one of them is dynamic: what was found, then what it should be.
// CHECK-LABEL: func.func @mask(
// CHECK: %[[TOKENS:.*]] = tensor.dim %arg0
// CHECK: %[[MASKED:.*]] = tensor.dim %arg1
// CHECK: %[[SAME:.*]] = arith.cmpi eq, %[[MASKED]], %[[TOKENS]] : index
// CHECK: cf.assert %[[SAME]], "expects mask to have as many tokens as logits"
// CHECK-NOT: cf.assert
func.func @mask(%z: tensor<?x4xf32>, %m: tensor<?xi1>) -> tensor<?x2xf32> {
  %w, %e = moe.gate %z <softmax, top_k<2>> mask(%m : tensor<?xi1>)
      : tensor<?x4xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  return %w : tensor<?x2xf32>
}

// -----

// What a selection needs of the logits.
// CHECK-LABEL: func.func @groups(
// CHECK: %[[LOGITS:.*]] = tensor.dim %arg0, %c1
// CHECK: %[[LEAST:.*]] = arith.constant 8 : index
// CHECK: %[[ENOUGH:.*]] = arith.cmpi sge, %[[LOGITS]], %[[LEAST]] : index
// CHECK: cf.assert %[[ENOUGH]], "expects enough logits for group_top_k<3, groups = 4, kept = 2, by = sum_of_two>"
// CHECK: cf.assert %{{.*}}, "expects logits that 4 groups divide"
func.func @groups(%z: tensor<?x?xf32>) -> tensor<?x3xf32> {
  %w, %e = moe.gate %z <softmax, group_top_k<3, groups = 4, kept = 2, by = sum_of_two>>
      : tensor<?x?xf32> -> tensor<?x3xf32>, tensor<?x3xi32>
  return %w : tensor<?x3xf32>
}

// -----

// Nothing is compared that the types tell.
// CHECK-LABEL: func.func @static(
// CHECK-NOT: cf.assert
func.func @static(%x: tensor<3x8xf32>, %z: tensor<3x4xf32>, %p: tensor<4x8x8xf32>) -> tensor<3x8xf32> {
  %w, %e = moe.gate %z <softmax, top_k<2>> : tensor<3x4xf32> -> tensor<3x2xf32>, tensor<3x2xi32>
  %r, %o, %s = moe.dispatch %x to %e weights(%w : tensor<3x2xf32>)
      : tensor<3x8xf32> to tensor<3x2xi32> -> tensor<6x8xf32> by tensor<5xi32>, tensor<6xi32>
  %h = moe.grouped_matmul ins(%r : tensor<6x8xf32>) offsets(%o : tensor<5xi32>)
      weights(%p : tensor<4x8x8xf32>) outs(%r : tensor<6x8xf32>) -> tensor<6x8xf32>
  %y = moe.combine %h by %s weights(%w)
      : tensor<6x8xf32>, tensor<6xi32>, tensor<3x2xf32> -> tensor<3x8xf32>
  return %y : tensor<3x8xf32>
}

// -----

// A static R that is less than T*K is compared with the live slots, before they are written.
// CHECK-LABEL: func.func @bound(
// CHECK: cf.assert %{{.*}}, "expects slots that hold all live ones"
// CHECK-NOT: cf.assert
func.func @bound(%x: tensor<3x8xf32>, %e: tensor<3x2xi32>) -> tensor<5x8xf32> {
  %r, %o, %s = moe.dispatch %x to %e
      : tensor<3x8xf32> to tensor<3x2xi32> -> tensor<5x8xf32> by tensor<5xi32>, tensor<5xi32>
  return %r : tensor<5x8xf32>
}

// -----

// Constants of a map lie inside of a dynamic operand, and its dimensions have its sizes.
// CHECK-LABEL: func.func @maps(
// CHECK: cf.assert %{{.*}}, "expects epilogue operand to have as many rows as rows"
// CHECK: cf.assert %{{.*}}, "expects a map inside of its epilogue operand"
// CHECK-NOT: cf.assert
func.func @maps(%x: tensor<6x8xf32>, %o: tensor<3xi32>, %w: tensor<2x8x8xf32>, %i: tensor<6x8xf32>,
                %b: tensor<?x?xf32>) -> tensor<6x8xf32> {
  %r = moe.grouped_matmul ins(%x : tensor<6x8xf32>) offsets(%o : tensor<3xi32>)
      weights(%w : tensor<2x8x8xf32>) operands(%b : tensor<?x?xf32>)
      maps [affine_map<(e, r, n, s) -> (r, 3)>] outs(%i : tensor<6x8xf32>) epilogue {
  ^bb0(%a: f32, %c: f32):
    %q = arith.addf %a, %c : f32
    moe.yield %q : f32
  } -> tensor<6x8xf32>
  return %r : tensor<6x8xf32>
}

// -----

// The token of a slot is one of the rows' tokens, which have two slots each.
// CHECK-LABEL: func.func @tokens(
// CHECK-DAG: %[[TOKENS:.*]] = tensor.dim %arg0, %c0
// CHECK-DAG: %[[FOUND:.*]] = tensor.dim %arg4, %c0
// CHECK: %[[SAME:.*]] = arith.cmpi eq, %[[FOUND]], %[[TOKENS]] : index
// CHECK: cf.assert %[[SAME]], "expects epilogue operand to have as many tokens as rows"
// CHECK: cf.assert %{{.*}}, "expects epilogue operand to have as many slots as the tokens have"
// CHECK-NOT: cf.assert
func.func @tokens(%x: tensor<?x8xf32>, %o: tensor<3xi32>, %s: tensor<6xi32>, %w: tensor<2x8x8xf32>,
                  %b: tensor<?x2xf32>, %c: tensor<?xf32>, %i: tensor<6x8xf32>) -> tensor<6x8xf32> {
  %r = moe.grouped_matmul ins(%x : tensor<?x8xf32>) offsets(%o : tensor<3xi32>)
      weights(%w : tensor<2x8x8xf32>) slots(%s : tensor<6xi32>) slots_per_token(2) gather
      operands(%b, %c : tensor<?x2xf32>, tensor<?xf32>)
      maps [affine_map<(e, r, n, s) -> (s floordiv 2, s mod 2)>, affine_map<(e, r, n, s) -> (s)>]
      outs(%i : tensor<6x8xf32>) epilogue {
  ^bb0(%a: f32, %d: f32, %f: f32):
    %q = arith.addf %a, %d : f32
    %u = arith.addf %q, %f : f32
    moe.yield %u : f32
  } -> tensor<6x8xf32>
  return %r : tensor<6x8xf32>
}
