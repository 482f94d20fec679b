// RUN: moe-opt %s --split-input-file --moe-assert-sizes | FileCheck %s

// Loops that walk several dimensions: each is compared with the first.
// CHECK-LABEL: func.func @matmul(
// CHECK-DAG: %[[KB:.*]] = tensor.dim %arg1, %c0
// CHECK-DAG: %[[KA:.*]] = tensor.dim %arg0, %c1
// CHECK: cf.assert %{{.*}}, "expects dimension 0 of operand 1 to be dimension 1 of operand 0"
// CHECK: cf.assert %{{.*}}, "expects dimension 0 of operand 2 to be dimension 0 of operand 0"
// CHECK: cf.assert %{{.*}}, "expects dimension 1 of operand 2 to be dimension 1 of operand 1"
// CHECK: linalg.matmul
func.func @matmul(%a: tensor<?x?xf32>, %b: tensor<?x?xf32>, %c: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %0 = linalg.matmul ins(%a, %b : tensor<?x?xf32>, tensor<?x?xf32>) outs(%c : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// -----

// What the program makes of the right size needs nothing, also where a loop carries it.
// CHECK-LABEL: func.func @proved(
// CHECK-NOT: cf.assert
// CHECK: return
func.func @proved(%a: tensor<?x4xf32>, %b: tensor<4x8xf32>, %n: index) -> tensor<?x8xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %f = arith.constant 0.0 : f32
  %m = tensor.dim %a, %c0 : tensor<?x4xf32>
  %0 = tensor.empty(%m) : tensor<?x8xf32>
  %1 = linalg.fill ins(%f : f32) outs(%0 : tensor<?x8xf32>) -> tensor<?x8xf32>
  %2 = scf.for %i = %c0 to %n step %c1 iter_args(%s = %1) -> tensor<?x8xf32> {
    %x = tensor.extract_slice %s[0, 0] [%m, 8] [1, 1] : tensor<?x8xf32> to tensor<?x8xf32>
    %y = linalg.matmul ins(%a, %b : tensor<?x4xf32>, tensor<4x8xf32>) outs(%x : tensor<?x8xf32>) -> tensor<?x8xf32>
    %z = tensor.insert_slice %y into %s[0, 0] [%m, 8] [1, 1] : tensor<?x8xf32> into tensor<?x8xf32>
    scf.yield %z : tensor<?x8xf32>
  }
  %3 = arith.addf %2, %1 : tensor<?x8xf32>
  return %3 : tensor<?x8xf32>
}

// -----

// A loop that carries tensors of several sizes proves nothing.
// CHECK-LABEL: func.func @grows(
// CHECK: scf.for
// CHECK: cf.assert
// CHECK: arith.addf
func.func @grows(%a: tensor<?xf32>, %n: index) -> tensor<?xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %f = arith.constant 0.0 : f32
  %0 = scf.for %i = %c0 to %n step %c1 iter_args(%s = %a) -> tensor<?xf32> {
    %x = tensor.splat %f[%i] : tensor<?xf32>
    scf.yield %x : tensor<?xf32>
  }
  %1 = arith.addf %0, %a : tensor<?xf32>
  return %1 : tensor<?xf32>
}

// -----

// Said once: the second op has nothing new to say, the one after the branch has.
// CHECK-LABEL: func.func @once(
// CHECK: scf.if
// CHECK-COUNT-1: cf.assert
// CHECK-NOT: cf.assert
// CHECK: scf.yield
// CHECK: cf.assert
// CHECK: arith.divf
func.func @once(%a: tensor<?xf32>, %b: tensor<?xf32>, %p: i1) -> (tensor<?xf32>, tensor<?xf32>) {
  %0 = scf.if %p -> tensor<?xf32> {
    %1 = arith.addf %a, %b : tensor<?xf32>
    %2 = arith.mulf %b, %a : tensor<?xf32>
    %3 = arith.subf %1, %2 : tensor<?xf32>
    scf.yield %3 : tensor<?xf32>
  } else {
    scf.yield %a : tensor<?xf32>
  }
  %4 = arith.divf %a, %b : tensor<?xf32>
  return %0, %4 : tensor<?xf32>, tensor<?xf32>
}

// -----

// A window walks over more than the result has: the last place it reads is there, where it reads at all.
// CHECK-LABEL: func.func @window(
// CHECK-DAG: %[[OUT:.*]] = arith.select %{{.*}}, %{{.*}}, %{{.*}} : index
// CHECK-DAG: %[[IN:.*]] = tensor.dim %arg0, %c0
// CHECK: %[[HOLDS:.*]] = arith.cmpi sge, %[[IN]], %[[OUT]] : index
// CHECK: cf.assert %[[HOLDS]], "expects enough of dimension 0 of operand 0"
// CHECK: linalg.conv_1d
func.func @window(%x: tensor<?xf32>, %k: tensor<?xf32>, %y: tensor<?xf32>) -> tensor<?xf32> {
  %0 = linalg.conv_1d ins(%x, %k : tensor<?xf32>, tensor<?xf32>) outs(%y : tensor<?xf32>) -> tensor<?xf32>
  return %0 : tensor<?xf32>
}

// -----

// A cast to a static size, the parts of a concatenation, what a size is split into.
// CHECK-LABEL: func.func @shapes(
// CHECK: cf.assert %{{.*}}, "expects dimension 0 of operand 0 to be what the cast says"
// CHECK: tensor.cast
// CHECK: cf.assert %{{.*}}, "expects dimension 1 of operand 1 to be dimension 1 of operand 0"
// CHECK: tensor.concat
// CHECK: cf.assert %{{.*}}, "expects dimension 0 of operand 0 to be what it is expanded to"
// CHECK: tensor.expand_shape
func.func @shapes(%a: tensor<?x?xf32>, %b: tensor<?x?xf32>, %n: index)
    -> (tensor<4x?xf32>, tensor<?x?xf32>, tensor<?x2x?xf32>) {
  %c1 = arith.constant 1 : index
  %m = tensor.dim %a, %c1 : tensor<?x?xf32>
  %0 = tensor.cast %a : tensor<?x?xf32> to tensor<4x?xf32>
  %1 = tensor.concat dim(0) %a, %b : (tensor<?x?xf32>, tensor<?x?xf32>) -> tensor<?x?xf32>
  %2 = tensor.expand_shape %a [[0, 1], [2]] output_shape [%n, 2, %m] : tensor<?x?xf32> into tensor<?x2x?xf32>
  return %0, %1, %2 : tensor<4x?xf32>, tensor<?x?xf32>, tensor<?x2x?xf32>
}

// -----

// A region of a moe op admits no assertion.
// CHECK-LABEL: func.func @region(
// CHECK-NOT: cf.assert
func.func @region(%r: tensor<?x4xf32>, %o: tensor<3xi32>, %p: tensor<2x?x4xf32>) -> tensor<?x4xf32> {
  %h = moe.expert rows(%a = %r : tensor<?x4xf32>) offsets(%o : tensor<3xi32>) params(%q = %p : tensor<2x?x4xf32>) cross_row {
    %s = arith.addf %a, %q : tensor<?x4xf32>
    moe.yield %s : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  return %h : tensor<?x4xf32>
}
