// An optimizer merges, drops and raises gates: the check compares those that
// both runs have, by their places, and the results in any case.

// Two gates that are one, and one that nobody uses.
// RUN: moe-run %s --entry=merged --device=reference --optimize --dim T=9 --check | FileCheck %s --check-prefix=MERGED
// RUN: moe-run %s --entry=merged --device=cpu --dim T=9 --check | FileCheck %s --check-prefix=MERGED
// MERGED: check: passed, error {{.*}}, 9 rows compared, 0 ids differ
// MERGED-NEXT: gates that one run has alone were not compared: 2
func.func @merged(%x: tensor<?x4xf32> {moe.name = "x", moe.dims = ["T"]},
                  %z: tensor<?x4xf32> {moe.name = "z", moe.dims = ["T"]}) -> tensor<?x4xf32> {
  %w, %e = moe.gate %z <softmax, top_k<2>> : tensor<?x4xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %again, %e2 = moe.gate %z <softmax, top_k<2>> : tensor<?x4xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %unused, %e3 = moe.gate %x <sigmoid, top_k<1>> : tensor<?x4xf32> -> tensor<?x1xf32>, tensor<?x1xi32>
  %r, %o, %s = moe.dispatch %x to %e weights(%w : tensor<?x2xf32>)
      : tensor<?x4xf32> to tensor<?x2xi32> -> tensor<?x4xf32> by tensor<5xi32>, tensor<?xi32>
  %p = moe.expert rows(%a = %r : tensor<?x4xf32>) offsets(%o : tensor<5xi32>) {
    %q = arith.addf %a, %a : tensor<?x4xf32>
    moe.yield %q : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  %y = moe.combine %p by %s weights(%again)
      : tensor<?x4xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// A gate that only the optimized program has: the two best of each row, which
// is a sort in the program as it is written.
// RUN: moe-opt %s --allow-unregistered-dialect --moe-optimize=assume-finite | FileCheck %s --check-prefix=RAISED-IR
// RUN: moe-run %s --entry=raised --device=reference --optimize --dim T=9 --assume-finite --check | FileCheck %s --check-prefix=RAISED
// RUN: moe-run %s --entry=raised --device=cpu --dim T=9 --assume-finite --check | FileCheck %s --check-prefix=RAISED
// RAISED-IR-LABEL: func.func @raised
// RAISED-IR: moe.{{gate|route}}
// RAISED: check: passed, error {{.*}}, 18 rows compared, 0 ids differ
// RAISED-NEXT: gates that one run has alone were not compared: 1
func.func @raised(%z: tensor<?x8xf32> {moe.name = "z", moe.dims = ["T"]})
    -> (tensor<?x2xf32>, tensor<?x2xi64>) {
  %c0 = arith.constant 0 : index
  %t = tensor.dim %z, %c0 : tensor<?x8xf32>
  %e = tensor.empty(%t) : tensor<?x8xi64>
  %ids = linalg.generic {indexing_maps = [affine_map<(t, e) -> (t, e)>], iterator_types = ["parallel", "parallel"]}
      outs(%e : tensor<?x8xi64>) {
  ^bb0(%o: i64):
    %i = linalg.index 1 : index
    %n = arith.index_cast %i : index to i64
    linalg.yield %n : i64
  } -> tensor<?x8xi64>
  %sorted:2 = "tm_tensor.sort"(%z, %ids) <{dimension = 1 : i64, operandSegmentSizes = array<i32: 0, 2>}> ({
  ^bb0(%a: f32, %b: f32, %i: i64, %j: i64):
    %larger = arith.cmpf oge, %a, %b : f32
    "tm_tensor.yield"(%larger) : (i1) -> ()
  }) : (tensor<?x8xf32>, tensor<?x8xi64>) -> (tensor<?x8xf32>, tensor<?x8xi64>)
  %w = tensor.extract_slice %sorted#0[0, 0] [%t, 2] [1, 1] : tensor<?x8xf32> to tensor<?x2xf32>
  %k = tensor.extract_slice %sorted#1[0, 0] [%t, 2] [1, 1] : tensor<?x8xi64> to tensor<?x2xi64>
  return %w, %k : tensor<?x2xf32>, tensor<?x2xi64>
}

// Every expert on every token, in linalg: zero gates are skipped.
// RUN: moe-run %s --entry=dense --device=reference --optimize --dim T=33 --assume-finite --check | FileCheck %s --check-prefix=DENSE
// RUN: moe-run %s --entry=dense --device=cpu --dim T=33 --assume-finite --check | FileCheck %s --check-prefix=DENSE
// DENSE: check: passed, error {{.*}}, 33 rows compared, 0 ids differ
func.func @dense(%x: tensor<?x4xf32> {moe.name = "x", moe.dims = ["T"]},
                 %z: tensor<?x3xf32> {moe.name = "z", moe.dims = ["T"]},
                 %w: tensor<3x4x5xf32> {moe.name = "w"}) -> tensor<?x5xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %t = tensor.dim %x, %c0 : tensor<?x4xf32>
  %g, %e = moe.gate %z <relu, all> : tensor<?x3xf32> -> tensor<?x3xf32>, tensor<?x3xi32>
  %e0 = tensor.empty(%t) : tensor<3x?x5xf32>
  %f0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<3x?x5xf32>) -> tensor<3x?x5xf32>
  %h = linalg.generic {indexing_maps = [affine_map<(e, t, n, k) -> (t, k)>, affine_map<(e, t, n, k) -> (e, k, n)>,
                                        affine_map<(e, t, n, k) -> (e, t, n)>],
                       iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
      ins(%x, %w : tensor<?x4xf32>, tensor<3x4x5xf32>) outs(%f0 : tensor<3x?x5xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.mulf %a, %b : f32
    %q = arith.addf %c, %p : f32
    linalg.yield %q : f32
  } -> tensor<3x?x5xf32>
  %e1 = tensor.empty(%t) : tensor<?x5xf32>
  %f1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<?x5xf32>) -> tensor<?x5xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(t, n, e) -> (e, t, n)>, affine_map<(t, n, e) -> (t, e)>,
                                        affine_map<(t, n, e) -> (t, n)>],
                       iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%h, %g : tensor<3x?x5xf32>, tensor<?x3xf32>) outs(%f1 : tensor<?x5xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.mulf %a, %b : f32
    %q = arith.addf %c, %p : f32
    linalg.yield %q : f32
  } -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

// A nested gate that keeps all of its logits: the optimized program has them by
// expert, and nothing says what it selected on.
// RUN: moe-run %s --entry=nested --device=reference --optimize --dim T=5 --check | FileCheck %s --check-prefix=NESTED
// RUN: moe-run %s --entry=nested --device=cpu --dim T=5 --check | FileCheck %s --check-prefix=NESTED
// NESTED: check: passed, error {{.*}}, 10 rows compared, 0 ids differ
func.func @nested(%x: tensor<?x4xf32> {moe.name = "x", moe.dims = ["T"]},
                  %z: tensor<?x2xf32> {moe.name = "z", moe.dims = ["T"]},
                  %g: tensor<2x4x2xf32> {moe.name = "g", moe.param}) -> (tensor<?x4xf32>, tensor<?x1xi32>) {
  %w, %e = moe.gate %z <softmax, top_k<1>> : tensor<?x2xf32> -> tensor<?x1xf32>, tensor<?x1xi32>
  %r, %o, %s = moe.dispatch %x to %e weights(%w : tensor<?x1xf32>)
      : tensor<?x4xf32> to tensor<?x1xi32> -> tensor<?x4xf32> by tensor<3xi32>, tensor<?xi32>
  %p = moe.expert rows(%a = %r : tensor<?x4xf32>) offsets(%o : tensor<3xi32>) params(%ge = %g : tensor<2x4x2xf32>) {
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %m = tensor.dim %a, %c0 : tensor<?x4xf32>
    %i = tensor.empty(%m) : tensor<?x2xf32>
    %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x2xf32>) -> tensor<?x2xf32>
    %l = linalg.matmul ins(%a, %ge : tensor<?x4xf32>, tensor<4x2xf32>) outs(%f : tensor<?x2xf32>) -> tensor<?x2xf32>
    %v, %d = moe.gate %l <softmax, top_k<2>> : tensor<?x2xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
    %q, %n, %t = moe.dispatch %a to %d weights(%v : tensor<?x2xf32>)
        : tensor<?x4xf32> to tensor<?x2xi32> -> tensor<?x4xf32> by tensor<3xi32>, tensor<?xi32>
    %h = moe.expert rows(%b = %q : tensor<?x4xf32>) offsets(%n : tensor<3xi32>) {
      %k = arith.mulf %b, %b : tensor<?x4xf32>
      moe.yield %k : tensor<?x4xf32>
    } -> tensor<?x4xf32>
    %u = moe.combine %h by %t weights(%v) : tensor<?x4xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x4xf32>
    %y = arith.addf %u, %a : tensor<?x4xf32>
    moe.yield %y : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  %y = moe.combine %p by %s weights(%w) : tensor<?x4xf32>, tensor<?xi32>, tensor<?x1xf32> -> tensor<?x4xf32>
  return %y, %e : tensor<?x4xf32>, tensor<?x1xi32>
}

// Logits with NaN or +inf, or of nothing but -inf, leave the weights open: those
// three tokens are left out and counted, in each of two results.
// RUN: %python %moe_src/test/Tools/Inputs/write_npy.py %t.npy '<f4' 5x3 1 2 3 nan 1 2 0 inf 0 -inf -inf -inf -inf 0 1
// RUN: moe-run %s --entry=open --device=reference --optimize --input z=%t.npy --check --json=%t.json | FileCheck %s --check-prefix=OPEN
// RUN: moe-run %s --entry=open --device=cpu --input z=%t.npy --check --json=%t.json | FileCheck %s --check-prefix=OPEN
// RUN: FileCheck %s --check-prefix=OPEN-JSON < %t.json
// OPEN: check: passed, error {{.*}}, 4 rows compared, 0 ids differ
// OPEN: tokens left out, whose logits hold NaN or +inf or only -inf: 3
// OPEN-JSON: "tokens_unspecified": 3
//
// Where it is all tokens, nothing is left to compare: the error says so.
// RUN: %python %moe_src/test/Tools/Inputs/write_npy.py %t.npy '<f4' 2x3 nan 2 3 nan 1 2
// RUN: not moe-run %s --entry=open --device=cpu --input z=%t.npy --check 2>&1 >/dev/null | FileCheck %s --check-prefix=NONE
// NONE: moe-run: the check failed; it expects a row to compare, found all 4 left out: the logits of 2 tokens hold NaN or +inf or only -inf
func.func @open(%x: tensor<?x4xf32> {moe.name = "x", moe.dims = ["T"]},
                %z: tensor<?x3xf32> {moe.name = "z", moe.dims = ["T"]}) -> (tensor<?x4xf32>, tensor<?x2xf32>) {
  %w, %e = moe.gate %z <softmax, top_k<2>, sum> : tensor<?x3xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %r, %o, %s = moe.dispatch %x to %e weights(%w : tensor<?x2xf32>)
      : tensor<?x4xf32> to tensor<?x2xi32> -> tensor<?x4xf32> by tensor<4xi32>, tensor<?xi32>
  %p = moe.expert rows(%a = %r : tensor<?x4xf32>) offsets(%o : tensor<4xi32>) {
    %q = arith.addf %a, %a : tensor<?x4xf32>
    moe.yield %q : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  %y = moe.combine %p by %s weights(%w) : tensor<?x4xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x4xf32>
  return %y, %w : tensor<?x4xf32>, tensor<?x2xf32>
}
