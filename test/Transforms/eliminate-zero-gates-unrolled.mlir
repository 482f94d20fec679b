// RUN: moe-opt %s --moe-eliminate-zero-gates=assume-finite --canonicalize --split-input-file --remarks-filter='moe.*' --remark-policy=all --verify-diagnostics | FileCheck %s

// Experts that are written one by one.

// Slices of stacked parameters and of the gate: what was sliced is used.
// CHECK-LABEL: func.func @slices(
// CHECK-SAME:    %[[X:.*]]: tensor<?x16xf32>, %[[G:.*]]: tensor<?x2xf32>, %[[W:.*]]: tensor<2x16x24xf32>)
// CHECK-NOT:     tensor.extract_slice %[[W]]
// CHECK:         %[[R:.*]], %[[O:.*]], %[[S:.*]] = moe.dispatch %[[X]] to %{{.*}} weights(
// CHECK:         moe.expert rows(%{{.*}} = %[[R]] : {{.*}}) offsets(%[[O]] : {{.*}}) params(%{{.*}} = %[[W]] : tensor<2x16x24xf32>)
// CHECK:           linalg.generic
// CHECK:         %[[Y:.*]] = moe.combine
// CHECK:         return %[[Y]]
func.func @slices(%x: tensor<?x16xf32>, %g: tensor<?x2xf32>, %w: tensor<2x16x24xf32>) -> tensor<?x24xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %t = tensor.dim %x, %c0 : tensor<?x16xf32>
  %i = tensor.empty(%t) : tensor<?x24xf32>
  %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x24xf32>) -> tensor<?x24xf32>
  %w0 = tensor.extract_slice %w[0, 0, 0] [1, 16, 24] [1, 1, 1] : tensor<2x16x24xf32> to tensor<16x24xf32>
  %g0 = tensor.extract_slice %g[0, 0] [%t, 1] [1, 1] : tensor<?x2xf32> to tensor<?xf32>
  %h0 = linalg.matmul ins(%x, %w0 : tensor<?x16xf32>, tensor<16x24xf32>) outs(%f : tensor<?x24xf32>) -> tensor<?x24xf32>
  %r0 = linalg.generic {indexing_maps = [affine_map<(t, n) -> (t, n)>, affine_map<(t, n) -> (t)>, affine_map<(t, n) -> (t, n)>], iterator_types = ["parallel", "parallel"]} ins(%h0, %g0 : tensor<?x24xf32>, tensor<?xf32>) outs(%i : tensor<?x24xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.mulf %a, %b : f32
    linalg.yield %m : f32
  } -> tensor<?x24xf32>
  %w1 = tensor.extract_slice %w[1, 0, 0] [1, 16, 24] [1, 1, 1] : tensor<2x16x24xf32> to tensor<16x24xf32>
  %g1 = tensor.extract_slice %g[0, 1] [%t, 1] [1, 1] : tensor<?x2xf32> to tensor<?xf32>
  %h1 = linalg.matmul ins(%x, %w1 : tensor<?x16xf32>, tensor<16x24xf32>) outs(%f : tensor<?x24xf32>) -> tensor<?x24xf32>
  %r1 = linalg.generic {indexing_maps = [affine_map<(t, n) -> (t, n)>, affine_map<(t, n) -> (t)>, affine_map<(t, n) -> (t, n)>], iterator_types = ["parallel", "parallel"]} ins(%h1, %g1 : tensor<?x24xf32>, tensor<?xf32>) outs(%i : tensor<?x24xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.mulf %a, %b : f32
    linalg.yield %m : f32
  } -> tensor<?x24xf32>
  // expected-remark @+1 {{experts=2, slots=2}}
  %y = linalg.add ins(%r0, %r1 : tensor<?x24xf32>, tensor<?x24xf32>) outs(%i : tensor<?x24xf32>) -> tensor<?x24xf32>
  return %y : tensor<?x24xf32>
}

// -----

// Parameters of their own are copied into one tensor.
// CHECK-LABEL: func.func @own_parameters(
// CHECK:         %[[W0:.*]] = tensor.insert_slice %{{.*}} into %{{.*}}[0, 0, 0] [1, 8, 8] [1, 1, 1]
// CHECK:         %[[W1:.*]] = tensor.insert_slice %{{.*}} into %[[W0]][1, 0, 0]
// CHECK:         %[[W2:.*]] = tensor.insert_slice %{{.*}} into %[[W1]][2, 0, 0]
// CHECK:         moe.expert {{.*}} params(%{{.*}} = %[[W2]] : tensor<3x8x8xf32>)
// CHECK:           math.tanh
// CHECK:         moe.combine
func.func @own_parameters(%x: tensor<?x8xf32>, %g: tensor<?x3xf32>, %w0: tensor<8x8xf32>, %w1: tensor<8x8xf32>, %w2: tensor<8x8xf32>) -> tensor<?x8xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %t = tensor.dim %x, %c0 : tensor<?x8xf32>
  %i = tensor.empty(%t) : tensor<?x8xf32>
  %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x8xf32>) -> tensor<?x8xf32>
  %h0 = linalg.matmul ins(%x, %w0 : tensor<?x8xf32>, tensor<8x8xf32>) outs(%f : tensor<?x8xf32>) -> tensor<?x8xf32>
  %a0 = math.tanh %h0 : tensor<?x8xf32>
  %g0 = tensor.extract_slice %g[0, 0] [%t, 1] [1, 1] : tensor<?x3xf32> to tensor<?xf32>
  %b0 = linalg.broadcast ins(%g0 : tensor<?xf32>) outs(%i : tensor<?x8xf32>) dimensions = [1]
  %r0 = arith.mulf %b0, %a0 : tensor<?x8xf32>
  %h1 = linalg.matmul ins(%x, %w1 : tensor<?x8xf32>, tensor<8x8xf32>) outs(%f : tensor<?x8xf32>) -> tensor<?x8xf32>
  %a1 = math.tanh %h1 : tensor<?x8xf32>
  %g1 = tensor.extract_slice %g[0, 1] [%t, 1] [1, 1] : tensor<?x3xf32> to tensor<?xf32>
  %b1 = linalg.broadcast ins(%g1 : tensor<?xf32>) outs(%i : tensor<?x8xf32>) dimensions = [1]
  %r1 = arith.mulf %b1, %a1 : tensor<?x8xf32>
  %h2 = linalg.matmul ins(%x, %w2 : tensor<?x8xf32>, tensor<8x8xf32>) outs(%f : tensor<?x8xf32>) -> tensor<?x8xf32>
  %a2 = math.tanh %h2 : tensor<?x8xf32>
  %g2 = tensor.extract_slice %g[0, 2] [%t, 1] [1, 1] : tensor<?x3xf32> to tensor<?xf32>
  %b2 = linalg.broadcast ins(%g2 : tensor<?xf32>) outs(%i : tensor<?x8xf32>) dimensions = [1]
  %r2 = arith.mulf %b2, %a2 : tensor<?x8xf32>
  %s = arith.addf %r0, %r1 : tensor<?x8xf32>
  // expected-remark @+2 {{experts=3, slots=3}}
  // expected-remark @+1 {{StackParams | Category:moe | Reason="each call copies the experts' parameters, unless they are prepared", bytes=768}}
  %y = arith.addf %s, %r2 : tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// -----

// Nothing is copied in every call where the parameters never change.
// CHECK-LABEL: func.func @model_parameters(
// CHECK:         moe.expert
// CHECK:         moe.combine
func.func @model_parameters(%x: tensor<?x8xf32>, %g: tensor<?x3xf32>, %w0: tensor<8x8xf32> {moe.param}, %w1: tensor<8x8xf32> {moe.param}, %w2: tensor<8x8xf32> {moe.param}) -> tensor<?x8xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %t = tensor.dim %x, %c0 : tensor<?x8xf32>
  %i = tensor.empty(%t) : tensor<?x8xf32>
  %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x8xf32>) -> tensor<?x8xf32>
  %h0 = linalg.matmul ins(%x, %w0 : tensor<?x8xf32>, tensor<8x8xf32>) outs(%f : tensor<?x8xf32>) -> tensor<?x8xf32>
  %a0 = math.tanh %h0 : tensor<?x8xf32>
  %g0 = tensor.extract_slice %g[0, 0] [%t, 1] [1, 1] : tensor<?x3xf32> to tensor<?xf32>
  %b0 = linalg.broadcast ins(%g0 : tensor<?xf32>) outs(%i : tensor<?x8xf32>) dimensions = [1]
  %r0 = arith.mulf %b0, %a0 : tensor<?x8xf32>
  %h1 = linalg.matmul ins(%x, %w1 : tensor<?x8xf32>, tensor<8x8xf32>) outs(%f : tensor<?x8xf32>) -> tensor<?x8xf32>
  %a1 = math.tanh %h1 : tensor<?x8xf32>
  %g1 = tensor.extract_slice %g[0, 1] [%t, 1] [1, 1] : tensor<?x3xf32> to tensor<?xf32>
  %b1 = linalg.broadcast ins(%g1 : tensor<?xf32>) outs(%i : tensor<?x8xf32>) dimensions = [1]
  %r1 = arith.mulf %b1, %a1 : tensor<?x8xf32>
  %h2 = linalg.matmul ins(%x, %w2 : tensor<?x8xf32>, tensor<8x8xf32>) outs(%f : tensor<?x8xf32>) -> tensor<?x8xf32>
  %a2 = math.tanh %h2 : tensor<?x8xf32>
  %g2 = tensor.extract_slice %g[0, 2] [%t, 1] [1, 1] : tensor<?x3xf32> to tensor<?xf32>
  %b2 = linalg.broadcast ins(%g2 : tensor<?xf32>) outs(%i : tensor<?x8xf32>) dimensions = [1]
  %r2 = arith.mulf %b2, %a2 : tensor<?x8xf32>
  %s = arith.addf %r0, %r1 : tensor<?x8xf32>
  // expected-remark @+1 {{experts=3, slots=3}}
  %y = arith.addf %s, %r2 : tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// -----

// The combine adds in the order of the gate's columns.
// CHECK-LABEL: func.func @descending(
// CHECK-SAME:    %{{.*}}: tensor<?x3xf32>, %[[A:.*]]: tensor<8x8xf32> {moe.param}, %{{.*}}: tensor<8x8xf32> {moe.param}, %[[C:.*]]: tensor<8x8xf32> {moe.param})
// CHECK:         tensor.insert_slice %[[A]] into %{{.*}}[0, 0, 0]
// CHECK:         tensor.insert_slice %[[C]] into %{{.*}}[2, 0, 0]
// CHECK:         moe.combine
func.func @descending(%x: tensor<?x8xf32>, %g: tensor<?x3xf32>, %w0: tensor<8x8xf32> {moe.param}, %w1: tensor<8x8xf32> {moe.param}, %w2: tensor<8x8xf32> {moe.param}) -> tensor<?x8xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %t = tensor.dim %x, %c0 : tensor<?x8xf32>
  %i = tensor.empty(%t) : tensor<?x8xf32>
  %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x8xf32>) -> tensor<?x8xf32>
  %h0 = linalg.matmul ins(%x, %w0 : tensor<?x8xf32>, tensor<8x8xf32>) outs(%f : tensor<?x8xf32>) -> tensor<?x8xf32>
  %a0 = math.tanh %h0 : tensor<?x8xf32>
  %g0 = tensor.extract_slice %g[0, 0] [%t, 1] [1, 1] : tensor<?x3xf32> to tensor<?xf32>
  %b0 = linalg.broadcast ins(%g0 : tensor<?xf32>) outs(%i : tensor<?x8xf32>) dimensions = [1]
  %r0 = arith.mulf %b0, %a0 : tensor<?x8xf32>
  %h1 = linalg.matmul ins(%x, %w1 : tensor<?x8xf32>, tensor<8x8xf32>) outs(%f : tensor<?x8xf32>) -> tensor<?x8xf32>
  %a1 = math.tanh %h1 : tensor<?x8xf32>
  %g1 = tensor.extract_slice %g[0, 1] [%t, 1] [1, 1] : tensor<?x3xf32> to tensor<?xf32>
  %b1 = linalg.broadcast ins(%g1 : tensor<?xf32>) outs(%i : tensor<?x8xf32>) dimensions = [1]
  %r1 = arith.mulf %b1, %a1 : tensor<?x8xf32>
  %h2 = linalg.matmul ins(%x, %w2 : tensor<?x8xf32>, tensor<8x8xf32>) outs(%f : tensor<?x8xf32>) -> tensor<?x8xf32>
  %a2 = math.tanh %h2 : tensor<?x8xf32>
  %g2 = tensor.extract_slice %g[0, 2] [%t, 1] [1, 1] : tensor<?x3xf32> to tensor<?xf32>
  %b2 = linalg.broadcast ins(%g2 : tensor<?xf32>) outs(%i : tensor<?x8xf32>) dimensions = [1]
  %r2 = arith.mulf %b2, %a2 : tensor<?x8xf32>
  %s = arith.addf %r2, %r1 : tensor<?x8xf32>
  // expected-remark @+2 {{ReorderSum}}
  // expected-remark @+1 {{experts=3, slots=3}}
  %y = arith.addf %s, %r0 : tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// -----

// What is no term is added to the sum.
// CHECK-LABEL: func.func @tree_and_residual(
// CHECK-SAME:    %[[X:.*]]: tensor<?x8xf32>, %{{.*}}: tensor<?x3xf32>
// CHECK:         %[[Y:.*]] = moe.combine
// CHECK:         linalg.generic {{.*}} ins(%[[X]], %[[Y]] :
func.func @tree_and_residual(%x: tensor<?x8xf32>, %g: tensor<?x3xf32>, %w0: tensor<8x8xf32> {moe.param}, %w1: tensor<8x8xf32> {moe.param}, %w2: tensor<8x8xf32> {moe.param}) -> tensor<?x8xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %t = tensor.dim %x, %c0 : tensor<?x8xf32>
  %i = tensor.empty(%t) : tensor<?x8xf32>
  %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x8xf32>) -> tensor<?x8xf32>
  %h0 = linalg.matmul ins(%x, %w0 : tensor<?x8xf32>, tensor<8x8xf32>) outs(%f : tensor<?x8xf32>) -> tensor<?x8xf32>
  %a0 = math.tanh %h0 : tensor<?x8xf32>
  %g0 = tensor.extract_slice %g[0, 0] [%t, 1] [1, 1] : tensor<?x3xf32> to tensor<?xf32>
  %b0 = linalg.broadcast ins(%g0 : tensor<?xf32>) outs(%i : tensor<?x8xf32>) dimensions = [1]
  %r0 = arith.mulf %b0, %a0 : tensor<?x8xf32>
  %h1 = linalg.matmul ins(%x, %w1 : tensor<?x8xf32>, tensor<8x8xf32>) outs(%f : tensor<?x8xf32>) -> tensor<?x8xf32>
  %a1 = math.tanh %h1 : tensor<?x8xf32>
  %g1 = tensor.extract_slice %g[0, 1] [%t, 1] [1, 1] : tensor<?x3xf32> to tensor<?xf32>
  %b1 = linalg.broadcast ins(%g1 : tensor<?xf32>) outs(%i : tensor<?x8xf32>) dimensions = [1]
  %r1 = arith.mulf %b1, %a1 : tensor<?x8xf32>
  %h2 = linalg.matmul ins(%x, %w2 : tensor<?x8xf32>, tensor<8x8xf32>) outs(%f : tensor<?x8xf32>) -> tensor<?x8xf32>
  %a2 = math.tanh %h2 : tensor<?x8xf32>
  %g2 = tensor.extract_slice %g[0, 2] [%t, 1] [1, 1] : tensor<?x3xf32> to tensor<?xf32>
  %b2 = linalg.broadcast ins(%g2 : tensor<?xf32>) outs(%i : tensor<?x8xf32>) dimensions = [1]
  %r2 = arith.mulf %b2, %a2 : tensor<?x8xf32>
  %s = arith.addf %x, %r0 : tensor<?x8xf32>
  %u = arith.addf %r1, %r2 : tensor<?x8xf32>
  // expected-remark @+2 {{ReorderSum}}
  // expected-remark @+1 {{experts=3, slots=3}}
  %y = arith.addf %s, %u : tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// -----

// Two experts are another program than the third.
// CHECK-LABEL: func.func @other_program(
// CHECK:         math.exp
// CHECK:         moe.expert {{.*}} params(%{{.*}} = %{{.*}} : tensor<2x8x8xf32>)
func.func @other_program(%x: tensor<?x8xf32>, %g: tensor<?x3xf32>, %w0: tensor<8x8xf32> {moe.param}, %w1: tensor<8x8xf32> {moe.param}, %w2: tensor<8x8xf32> {moe.param}) -> tensor<?x8xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %t = tensor.dim %x, %c0 : tensor<?x8xf32>
  %i = tensor.empty(%t) : tensor<?x8xf32>
  %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x8xf32>) -> tensor<?x8xf32>
  %h0 = linalg.matmul ins(%x, %w0 : tensor<?x8xf32>, tensor<8x8xf32>) outs(%f : tensor<?x8xf32>) -> tensor<?x8xf32>
  %a0 = math.tanh %h0 : tensor<?x8xf32>
  %g0 = tensor.extract_slice %g[0, 0] [%t, 1] [1, 1] : tensor<?x3xf32> to tensor<?xf32>
  %b0 = linalg.broadcast ins(%g0 : tensor<?xf32>) outs(%i : tensor<?x8xf32>) dimensions = [1]
  %r0 = arith.mulf %b0, %a0 : tensor<?x8xf32>
  %h1 = linalg.matmul ins(%x, %w1 : tensor<?x8xf32>, tensor<8x8xf32>) outs(%f : tensor<?x8xf32>) -> tensor<?x8xf32>
  %a1 = math.tanh %h1 : tensor<?x8xf32>
  %g1 = tensor.extract_slice %g[0, 1] [%t, 1] [1, 1] : tensor<?x3xf32> to tensor<?xf32>
  %b1 = linalg.broadcast ins(%g1 : tensor<?xf32>) outs(%i : tensor<?x8xf32>) dimensions = [1]
  %r1 = arith.mulf %b1, %a1 : tensor<?x8xf32>
  %h2 = linalg.matmul ins(%x, %w2 : tensor<?x8xf32>, tensor<8x8xf32>) outs(%f : tensor<?x8xf32>) -> tensor<?x8xf32>
  %a2 = math.exp %h2 : tensor<?x8xf32>
  %g2 = tensor.extract_slice %g[0, 2] [%t, 1] [1, 1] : tensor<?x3xf32> to tensor<?xf32>
  %b2 = linalg.broadcast ins(%g2 : tensor<?xf32>) outs(%i : tensor<?x8xf32>) dimensions = [1]
  %r2 = arith.mulf %b2, %a2 : tensor<?x8xf32>
  %s = arith.addf %r0, %r1 : tensor<?x8xf32>
  // expected-remark @+1 {{experts=2, slots=2}}
  %y = arith.addf %s, %r2 : tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// -----

// Each expert is a program of its own.
// CHECK-LABEL: func.func @no_like_programs(
// CHECK-NOT:     moe.dispatch
// CHECK:         return
func.func @no_like_programs(%x: tensor<?x8xf32>, %g: tensor<?x3xf32>, %w0: tensor<8x8xf32> {moe.param}, %w1: tensor<8x8xf32> {moe.param}, %w2: tensor<8x8xf32> {moe.param}) -> tensor<?x8xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %t = tensor.dim %x, %c0 : tensor<?x8xf32>
  %i = tensor.empty(%t) : tensor<?x8xf32>
  %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x8xf32>) -> tensor<?x8xf32>
  %h0 = linalg.matmul ins(%x, %w0 : tensor<?x8xf32>, tensor<8x8xf32>) outs(%f : tensor<?x8xf32>) -> tensor<?x8xf32>
  %a0 = math.tanh %h0 : tensor<?x8xf32>
  %g0 = tensor.extract_slice %g[0, 0] [%t, 1] [1, 1] : tensor<?x3xf32> to tensor<?xf32>
  %b0 = linalg.broadcast ins(%g0 : tensor<?xf32>) outs(%i : tensor<?x8xf32>) dimensions = [1]
  %r0 = arith.mulf %b0, %a0 : tensor<?x8xf32>
  %h1 = linalg.matmul ins(%x, %w1 : tensor<?x8xf32>, tensor<8x8xf32>) outs(%f : tensor<?x8xf32>) -> tensor<?x8xf32>
  %a1 = math.exp %h1 : tensor<?x8xf32>
  %g1 = tensor.extract_slice %g[0, 1] [%t, 1] [1, 1] : tensor<?x3xf32> to tensor<?xf32>
  %b1 = linalg.broadcast ins(%g1 : tensor<?xf32>) outs(%i : tensor<?x8xf32>) dimensions = [1]
  %r1 = arith.mulf %b1, %a1 : tensor<?x8xf32>
  // expected-remark @+1 {{the experts are not the same program: 'math.tanh' and 'math.exp'}}
  %y = arith.addf %r0, %r1 : tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// -----

// Somebody reads what an expert computes.
// CHECK-LABEL: func.func @used_elsewhere(
// CHECK-NOT:     moe.dispatch
// CHECK:         return
func.func @used_elsewhere(%x: tensor<?x8xf32>, %g: tensor<?x3xf32>, %w0: tensor<8x8xf32> {moe.param}, %w1: tensor<8x8xf32> {moe.param}, %w2: tensor<8x8xf32> {moe.param}) -> (tensor<?x8xf32>, tensor<?x8xf32>) {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %t = tensor.dim %x, %c0 : tensor<?x8xf32>
  %i = tensor.empty(%t) : tensor<?x8xf32>
  %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x8xf32>) -> tensor<?x8xf32>
  %h0 = linalg.matmul ins(%x, %w0 : tensor<?x8xf32>, tensor<8x8xf32>) outs(%f : tensor<?x8xf32>) -> tensor<?x8xf32>
  %a0 = math.tanh %h0 : tensor<?x8xf32>
  %g0 = tensor.extract_slice %g[0, 0] [%t, 1] [1, 1] : tensor<?x3xf32> to tensor<?xf32>
  %b0 = linalg.broadcast ins(%g0 : tensor<?xf32>) outs(%i : tensor<?x8xf32>) dimensions = [1]
  %r0 = arith.mulf %b0, %a0 : tensor<?x8xf32>
  %h1 = linalg.matmul ins(%x, %w1 : tensor<?x8xf32>, tensor<8x8xf32>) outs(%f : tensor<?x8xf32>) -> tensor<?x8xf32>
  %a1 = math.tanh %h1 : tensor<?x8xf32>
  %g1 = tensor.extract_slice %g[0, 1] [%t, 1] [1, 1] : tensor<?x3xf32> to tensor<?xf32>
  %b1 = linalg.broadcast ins(%g1 : tensor<?xf32>) outs(%i : tensor<?x8xf32>) dimensions = [1]
  %r1 = arith.mulf %b1, %a1 : tensor<?x8xf32>
  // expected-remark @+1 {{an expert's value is used elsewhere}}
  %y = arith.addf %r0, %r1 : tensor<?x8xf32>
  return %y, %h1 : tensor<?x8xf32>, tensor<?x8xf32>
}

// -----

// A sum of two projections is no mixture.
// CHECK-LABEL: func.func @no_gate(
// CHECK-NOT:     moe.dispatch
// CHECK:         return
func.func @no_gate(%x: tensor<?x8xf32>, %g: tensor<?x3xf32>, %w0: tensor<8x8xf32> {moe.param}, %w1: tensor<8x8xf32> {moe.param}, %w2: tensor<8x8xf32> {moe.param}) -> tensor<?x8xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %t = tensor.dim %x, %c0 : tensor<?x8xf32>
  %i = tensor.empty(%t) : tensor<?x8xf32>
  %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x8xf32>) -> tensor<?x8xf32>
  %h0 = linalg.matmul ins(%x, %w0 : tensor<?x8xf32>, tensor<8x8xf32>) outs(%f : tensor<?x8xf32>) -> tensor<?x8xf32>
  %a0 = math.tanh %h0 : tensor<?x8xf32>
  %h1 = linalg.matmul ins(%x, %w1 : tensor<?x8xf32>, tensor<8x8xf32>) outs(%f : tensor<?x8xf32>) -> tensor<?x8xf32>
  %a1 = math.tanh %h1 : tensor<?x8xf32>
  %y = arith.addf %a0, %a1 : tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// -----

// One gate for all is no choice among them.
// CHECK-LABEL: func.func @same_column(
// CHECK-NOT:     moe.dispatch
// CHECK:         return
func.func @same_column(%x: tensor<?x8xf32>, %g: tensor<?x3xf32>, %w0: tensor<8x8xf32> {moe.param}, %w1: tensor<8x8xf32> {moe.param}, %w2: tensor<8x8xf32> {moe.param}) -> tensor<?x8xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %t = tensor.dim %x, %c0 : tensor<?x8xf32>
  %i = tensor.empty(%t) : tensor<?x8xf32>
  %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x8xf32>) -> tensor<?x8xf32>
  %h0 = linalg.matmul ins(%x, %w0 : tensor<?x8xf32>, tensor<8x8xf32>) outs(%f : tensor<?x8xf32>) -> tensor<?x8xf32>
  %a0 = math.tanh %h0 : tensor<?x8xf32>
  %g0 = tensor.extract_slice %g[0, 1] [%t, 1] [1, 1] : tensor<?x3xf32> to tensor<?xf32>
  %b0 = linalg.broadcast ins(%g0 : tensor<?xf32>) outs(%i : tensor<?x8xf32>) dimensions = [1]
  %r0 = arith.mulf %b0, %a0 : tensor<?x8xf32>
  %h1 = linalg.matmul ins(%x, %w1 : tensor<?x8xf32>, tensor<8x8xf32>) outs(%f : tensor<?x8xf32>) -> tensor<?x8xf32>
  %a1 = math.tanh %h1 : tensor<?x8xf32>
  %g1 = tensor.extract_slice %g[0, 1] [%t, 1] [1, 1] : tensor<?x3xf32> to tensor<?xf32>
  %b1 = linalg.broadcast ins(%g1 : tensor<?xf32>) outs(%i : tensor<?x8xf32>) dimensions = [1]
  %r1 = arith.mulf %b1, %a1 : tensor<?x8xf32>
  %y = arith.addf %r0, %r1 : tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// -----

// The gate of each expert is the weight where the id is its own: the selected
// experts are the slots.
// CHECK-LABEL: func.func @masks(
// CHECK:         %[[W:.*]], %[[IDS:.*]] = moe.gate
// CHECK:         moe.dispatch %{{.*}} to %[[IDS]] weights(%[[W]] : tensor<?x1xf32>)
func.func @masks(%x: tensor<?x8xf32>, %g: tensor<?x2xf32>, %w: tensor<2x8x8xf32>) -> tensor<?x8xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %t = tensor.dim %x, %c0 : tensor<?x8xf32>
  %i = tensor.empty(%t) : tensor<?x8xf32>
  %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x8xf32>) -> tensor<?x8xf32>
  %gw, %ids = moe.gate %g <softmax, top_k<1>> : tensor<?x2xf32> -> tensor<?x1xf32>, tensor<?x1xi32>
  %gi = tensor.empty(%t) : tensor<?xf32>
  %gf = linalg.fill ins(%zero : f32) outs(%gi : tensor<?xf32>) -> tensor<?xf32>
  %c0_i32 = arith.constant 0 : i32
  %w0 = tensor.extract_slice %w[0, 0, 0] [1, 8, 8] [1, 1, 1] : tensor<2x8x8xf32> to tensor<8x8xf32>
  %g0 = linalg.generic {indexing_maps = [affine_map<(t, j) -> (t, j)>, affine_map<(t, j) -> (t, j)>, affine_map<(t, j) -> (t)>], iterator_types = ["parallel", "reduction"]} ins(%gw, %ids : tensor<?x1xf32>, tensor<?x1xi32>) outs(%gf : tensor<?xf32>) {
  ^bb0(%a: f32, %b: i32, %c: f32):
    %q = arith.cmpi eq, %b, %c0_i32 : i32
    %r = arith.select %q, %a, %zero : f32
    %s = arith.addf %c, %r : f32
    linalg.yield %s : f32
  } -> tensor<?xf32>
  %h0 = linalg.matmul ins(%x, %w0 : tensor<?x8xf32>, tensor<8x8xf32>) outs(%f : tensor<?x8xf32>) -> tensor<?x8xf32>
  %b0 = linalg.broadcast ins(%g0 : tensor<?xf32>) outs(%i : tensor<?x8xf32>) dimensions = [1]
  %r0 = arith.mulf %b0, %h0 : tensor<?x8xf32>
  %c1_i32 = arith.constant 1 : i32
  %w1 = tensor.extract_slice %w[1, 0, 0] [1, 8, 8] [1, 1, 1] : tensor<2x8x8xf32> to tensor<8x8xf32>
  %g1 = linalg.generic {indexing_maps = [affine_map<(t, j) -> (t, j)>, affine_map<(t, j) -> (t, j)>, affine_map<(t, j) -> (t)>], iterator_types = ["parallel", "reduction"]} ins(%gw, %ids : tensor<?x1xf32>, tensor<?x1xi32>) outs(%gf : tensor<?xf32>) {
  ^bb0(%a: f32, %b: i32, %c: f32):
    %q = arith.cmpi eq, %b, %c1_i32 : i32
    %r = arith.select %q, %a, %zero : f32
    %s = arith.addf %c, %r : f32
    linalg.yield %s : f32
  } -> tensor<?xf32>
  %h1 = linalg.matmul ins(%x, %w1 : tensor<?x8xf32>, tensor<8x8xf32>) outs(%f : tensor<?x8xf32>) -> tensor<?x8xf32>
  %b1 = linalg.broadcast ins(%g1 : tensor<?xf32>) outs(%i : tensor<?x8xf32>) dimensions = [1]
  %r1 = arith.mulf %b1, %h1 : tensor<?x8xf32>
  // expected-remark @+1 {{experts=2, slots=1}}
  %y = arith.addf %r0, %r1 : tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}
