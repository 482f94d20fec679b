// RUN: moe-opt %s --moe-inline-parameters --split-input-file | FileCheck %s

// A parameter, what is computed from one, and a constant; through a function between, and in a loop.
// CHECK-LABEL: func @passed
// CHECK-NOT: call
// CHECK: moe.grouped_matmul
// CHECK-NOT: call
// CHECK: return
func.func @passed(%x: tensor<?x4xf32>, %o: tensor<2xi32>, %w: tensor<4x4xf32> {moe.param}, %n: index) -> tensor<?x4xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %one = arith.constant dense<1.0> : tensor<1x4x4xf32>
  %e = tensor.expand_shape %w [[0, 1], [2]] output_shape [1, 4, 4] : tensor<4x4xf32> into tensor<1x4x4xf32>
  %a = func.call @between(%x, %o, %e) : (tensor<?x4xf32>, tensor<2xi32>, tensor<1x4x4xf32>) -> tensor<?x4xf32>
  %b = scf.for %i = %c0 to %n step %c1 iter_args(%h = %a) -> tensor<?x4xf32> {
    %y = func.call @linear(%h, %o, %one) : (tensor<?x4xf32>, tensor<2xi32>, tensor<1x4x4xf32>) -> tensor<?x4xf32>
    scf.yield %y : tensor<?x4xf32>
  }
  return %b : tensor<?x4xf32>
}
func.func private @between(%x: tensor<?x4xf32>, %o: tensor<2xi32>, %w: tensor<1x4x4xf32>) -> tensor<?x4xf32> {
  %y = call @linear(%x, %o, %w) : (tensor<?x4xf32>, tensor<2xi32>, tensor<1x4x4xf32>) -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}
func.func private @linear(%x: tensor<?x4xf32>, %o: tensor<2xi32>, %w: tensor<1x4x4xf32>) -> tensor<?x4xf32> {
  %c0 = arith.constant 0 : index
  %t = tensor.dim %x, %c0 : tensor<?x4xf32>
  %e = tensor.empty(%t) : tensor<?x4xf32>
  %y = moe.grouped_matmul ins(%x : tensor<?x4xf32>) offsets(%o : tensor<2xi32>) weights(%w : tensor<1x4x4xf32>)
      outs(%e : tensor<?x4xf32>) -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// -----

// What is no parameter, and a parameter of a function that the module calls itself, which others give it.
// CHECK-LABEL: func @other
// CHECK-COUNT-2: call @square
// CHECK-LABEL: func @called
// CHECK: call @square
// CHECK-LABEL: func @caller
// CHECK: call @called
func.func private @square(%x: tensor<4xf32>) -> tensor<4xf32> {
  %y = arith.mulf %x, %x : tensor<4xf32>
  return %y : tensor<4xf32>
}
func.func @other(%x: tensor<4xf32>, %w: tensor<4xf32> {moe.param}) -> tensor<4xf32> {
  %a = call @square(%x) : (tensor<4xf32>) -> tensor<4xf32>
  %b = arith.addf %a, %w : tensor<4xf32>
  %c = call @square(%b) : (tensor<4xf32>) -> tensor<4xf32>
  return %c : tensor<4xf32>
}
func.func @called(%w: tensor<4xf32> {moe.param}) -> tensor<4xf32> {
  %a = call @square(%w) : (tensor<4xf32>) -> tensor<4xf32>
  return %a : tensor<4xf32>
}
func.func @caller(%x: tensor<4xf32>) -> tensor<4xf32> {
  %a = call @called(%x) : (tensor<4xf32>) -> tensor<4xf32>
  return %a : tensor<4xf32>
}
