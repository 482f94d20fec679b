// Sizes of zero that the types tell: no contraction point, no column, no token.

// RUN: moe-run %s --entry=depth --device=reference --optimize --check | FileCheck %s
// RUN: moe-run %s --entry=depth --device=cpu --check | FileCheck %s
// RUN: moe-run %s --entry=depth --device=reference --check | FileCheck %s
// RUN: moe-run %s --entry=width --device=reference --optimize --check | FileCheck %s --check-prefix=EMPTY
// RUN: moe-run %s --entry=width --device=cpu --check | FileCheck %s --check-prefix=EMPTY
// RUN: moe-run %s --entry=width --device=reference --check | FileCheck %s --check-prefix=EMPTY
// RUN: moe-run %s --entry=tokens --device=reference --optimize --check | FileCheck %s --check-prefix=EMPTY
// RUN: moe-run %s --entry=one_expert --device=reference --optimize --check | FileCheck %s --check-prefix=EMPTY
// RUN: moe-run %s --entry=tokens --device=cpu --check | FileCheck %s --check-prefix=EMPTY
// RUN: moe-run %s --entry=one_expert --device=cpu --check | FileCheck %s --check-prefix=EMPTY
// RUN: moe-run %s --entry=tokens --device=reference --check | FileCheck %s --check-prefix=EMPTY
// RUN: moe-run %s --entry=one_expert --device=reference --check | FileCheck %s --check-prefix=EMPTY
// CHECK: check: passed
// CHECK: result out0 [3, 4] f32: norm 0, 0 0 0 0
// EMPTY: check: passed
// EMPTY: result out0 [{{3, 0|0, [14]}}] f32: norm 0

func.func @depth(%x: tensor<3x0xf32>, %z: tensor<3x2xf32>, %p: tensor<2x0x4xf32>) -> tensor<3x4xf32> {
  %w, %e = moe.gate %z <softmax, top_k<1>> : tensor<3x2xf32> -> tensor<3x1xf32>, tensor<3x1xi32>
  %r, %o, %s = moe.dispatch %x to %e : tensor<3x0xf32> to tensor<3x1xi32> -> tensor<3x0xf32> by tensor<3xi32>, tensor<3xi32>
  %h = moe.expert rows(%a = %r : tensor<3x0xf32>) offsets(%o : tensor<3xi32>) params(%q = %p : tensor<2x0x4xf32>) {
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %n = tensor.dim %a, %c0 : tensor<?x0xf32>
    %i = tensor.empty(%n) : tensor<?x4xf32>
    %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x4xf32>) -> tensor<?x4xf32>
    %m = linalg.matmul ins(%a, %q : tensor<?x0xf32>, tensor<0x4xf32>) outs(%f : tensor<?x4xf32>) -> tensor<?x4xf32>
    moe.yield %m : tensor<?x4xf32>
  } -> tensor<3x4xf32>
  %y = moe.combine %h by %s weights(%w) : tensor<3x4xf32>, tensor<3xi32>, tensor<3x1xf32> -> tensor<3x4xf32>
  return %y : tensor<3x4xf32>
}

func.func @width(%x: tensor<3x4xf32>, %z: tensor<3x2xf32>, %p: tensor<2x4x0xf32>) -> tensor<3x0xf32> {
  %w, %e = moe.gate %z <softmax, top_k<1>> : tensor<3x2xf32> -> tensor<3x1xf32>, tensor<3x1xi32>
  %r, %o, %s = moe.dispatch %x to %e : tensor<3x4xf32> to tensor<3x1xi32> -> tensor<3x4xf32> by tensor<3xi32>, tensor<3xi32>
  %h = moe.expert rows(%a = %r : tensor<3x4xf32>) offsets(%o : tensor<3xi32>) params(%q = %p : tensor<2x4x0xf32>) {
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %n = tensor.dim %a, %c0 : tensor<?x4xf32>
    %i = tensor.empty(%n) : tensor<?x0xf32>
    %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x0xf32>) -> tensor<?x0xf32>
    %m = linalg.matmul ins(%a, %q : tensor<?x4xf32>, tensor<4x0xf32>) outs(%f : tensor<?x0xf32>) -> tensor<?x0xf32>
    moe.yield %m : tensor<?x0xf32>
  } -> tensor<3x0xf32>
  %y = moe.combine %h by %s weights(%w) : tensor<3x0xf32>, tensor<3xi32>, tensor<3x1xf32> -> tensor<3x0xf32>
  return %y : tensor<3x0xf32>
}

func.func @tokens(%x: tensor<0x4xf32>, %z: tensor<0x2xf32>, %p: tensor<2x4x4xf32>) -> tensor<0x4xf32> {
  %w, %e = moe.gate %z <softmax, top_k<1>> : tensor<0x2xf32> -> tensor<0x1xf32>, tensor<0x1xi32>
  %r, %o, %s = moe.dispatch %x to %e : tensor<0x4xf32> to tensor<0x1xi32> -> tensor<0x4xf32> by tensor<3xi32>, tensor<0xi32>
  %h = moe.expert rows(%a = %r : tensor<0x4xf32>) offsets(%o : tensor<3xi32>) params(%q = %p : tensor<2x4x4xf32>) {
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %n = tensor.dim %a, %c0 : tensor<?x4xf32>
    %i = tensor.empty(%n) : tensor<?x4xf32>
    %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x4xf32>) -> tensor<?x4xf32>
    %m = linalg.matmul ins(%a, %q : tensor<?x4xf32>, tensor<4x4xf32>) outs(%f : tensor<?x4xf32>) -> tensor<?x4xf32>
    moe.yield %m : tensor<?x4xf32>
  } -> tensor<0x4xf32>
  %y = moe.combine %h by %s weights(%w) : tensor<0x4xf32>, tensor<0xi32>, tensor<0x1xf32> -> tensor<0x4xf32>
  return %y : tensor<0x4xf32>
}

func.func @one_expert(%x: tensor<0x4xf32>, %z: tensor<0x1xf32>) -> tensor<0x1xf32> {
  %w, %e = moe.gate %z <identity, top_k<1>> : tensor<0x1xf32> -> tensor<0x1xf32>, tensor<0x1xi32>
  %r, %o, %s = moe.dispatch %x to %e : tensor<0x4xf32> to tensor<0x1xi32> -> tensor<?x4xf32> by tensor<2xi32>, tensor<?xi32>
  %h = moe.expert rows(%a = %r : tensor<?x4xf32>) offsets(%o : tensor<2xi32>) {
    %c0 = arith.constant 0 : index
    %n = tensor.dim %a, %c0 : tensor<?x4xf32>
    %i = tensor.empty(%n) : tensor<?x1xf32>
    moe.yield %i : tensor<?x1xf32>
  } -> tensor<?x1xf32>
  %y = moe.combine %h by %s weights(%w) : tensor<?x1xf32>, tensor<?xi32>, tensor<0x1xf32> -> tensor<0x1xf32>
  return %y : tensor<0x1xf32>
}
