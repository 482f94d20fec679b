// A row whose weight is exactly zero adds nothing to the sum of its token, though
// the dispatch kept it and an infinity or a NaN stands in it, on every route.
// Weights are 1 0 / -0 2 / 0 0 / NaN 1; the second expert's rows are infinite.

// RUN: rm -rf %t && mkdir %t
// DEFINE: %{npy} = %python %moe_src/test/Tools/Inputs/write_npy.py
// RUN: %{npy} %t/w.npy '<f4' 4x2 1 0 -0.0 2 0 0 nan 1
// RUN: %{npy} %t/p.npy '<f4' 2x1x1 3 inf
// DEFINE: %{run} = moe-run %s --input x=5 --input w=%t/w.npy --input p=%t/p.npy --dim T=4 --check

// RUN: %{run} --entry=fused --device=reference --optimize | FileCheck %s
// RUN: %{run} --entry=fused --device=cpu | FileCheck %s
// RUN: %{run} --entry=fused --device=reference | FileCheck %s
// RUN: %{run} --entry=planned --device=reference --optimize | FileCheck %s
// RUN: %{run} --entry=planned --device=cpu | FileCheck %s
// RUN: %{run} --entry=planned --device=reference | FileCheck %s
// RUN: %{run} --entry=inlined --device=reference --optimize | FileCheck %s
// RUN: %{run} --entry=inlined --device=cpu | FileCheck %s
// RUN: %{run} --entry=inlined --device=reference | FileCheck %s
// CHECK: check: passed
// CHECK: result out0 {{.*}} 15 inf 0 nan
// RUN: %{run} --entry=kept --device=reference --optimize | FileCheck %s --check-prefix=KEPT
// RUN: %{run} --entry=kept --device=cpu | FileCheck %s --check-prefix=KEPT
// RUN: %{run} --entry=kept --device=reference | FileCheck %s --check-prefix=KEPT
// RUN: %{run} --entry=kept_rows --device=reference --optimize | FileCheck %s --check-prefix=KEPT
// RUN: %{run} --entry=kept_rows --device=cpu | FileCheck %s --check-prefix=KEPT
// KEPT: check: passed
// KEPT: result out0 {{.*}} {{-?}}nan inf {{-?}}nan {{-?}}nan

// The sum becomes part of the matmul.
func.func @fused(%x: tensor<?x1xf32> {moe.name = "x", moe.dims = ["T"]},
                 %w: tensor<?x2xf32> {moe.name = "w", moe.dims = ["T"]},
                 %p: tensor<2x1x1xf32> {moe.name = "p"}) -> tensor<?x1xf32> {
  %z, %e = moe.gate %w <identity, all> : tensor<?x2xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %r, %o, %s = moe.dispatch %x to %e : tensor<?x1xf32> to tensor<?x2xi32> -> tensor<?x1xf32> by tensor<3xi32>, tensor<?xi32>
  %h = moe.expert rows(%a = %r : tensor<?x1xf32>) offsets(%o : tensor<3xi32>) params(%b = %p : tensor<2x1x1xf32>) {
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %m = tensor.dim %a, %c0 : tensor<?x1xf32>
    %i = tensor.empty(%m) : tensor<?x1xf32>
    %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x1xf32>) -> tensor<?x1xf32>
    %q = linalg.matmul ins(%a, %b : tensor<?x1xf32>, tensor<1x1xf32>) outs(%f : tensor<?x1xf32>) -> tensor<?x1xf32>
    moe.yield %q : tensor<?x1xf32>
  } -> tensor<?x1xf32>
  %y = moe.combine %h by %s weights(%z) : tensor<?x1xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x1xf32>
  return %y : tensor<?x1xf32>
}

// It becomes an op of its own.
func.func @planned(%x: tensor<?x1xf32> {moe.name = "x", moe.dims = ["T"]},
                   %w: tensor<?x2xf32> {moe.name = "w", moe.dims = ["T"]},
                   %p: tensor<2x1x1xf32> {moe.name = "p"}) -> tensor<?x1xf32> {
  %z, %e = moe.gate %w <identity, all> : tensor<?x2xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %r, %o, %s = moe.dispatch %x to %e : tensor<?x1xf32> to tensor<?x2xi32> -> tensor<?x1xf32> by tensor<3xi32>, tensor<?xi32>
  %h = moe.expert rows(%a = %r : tensor<?x1xf32>) offsets(%o : tensor<3xi32>) params(%b = %p : tensor<2x1x1xf32>) {
    %c = linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (n, n)>, affine_map<(m, n) -> (m, n)>],
                         iterator_types = ["parallel", "parallel"]}
        ins(%a, %b : tensor<?x1xf32>, tensor<1x1xf32>) outs(%a : tensor<?x1xf32>) {
    ^bb0(%u: f32, %v: f32, %d: f32):
      %q = arith.mulf %u, %v : f32
      linalg.yield %q : f32
    } -> tensor<?x1xf32>
    moe.yield %c : tensor<?x1xf32>
  } -> tensor<?x1xf32>
  %y = moe.combine %h by %s weights(%z) : tensor<?x1xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x1xf32>
  return %y : tensor<?x1xf32>
}

// The experts of every token are known: no dispatch is left.
func.func @inlined(%x: tensor<?x1xf32> {moe.name = "x", moe.dims = ["T"]},
                   %w: tensor<?x2xf32> {moe.name = "w", moe.dims = ["T"]},
                   %p: tensor<2x1x1xf32> {moe.name = "p"}) -> tensor<?x1xf32> {
  %c0 = arith.constant 0 : index
  %t = tensor.dim %x, %c0 : tensor<?x1xf32>
  %empty = tensor.empty(%t) : tensor<?x2xi32>
  %e = linalg.generic {indexing_maps = [affine_map<(t, e) -> (t, e)>], iterator_types = ["parallel", "parallel"]}
      outs(%empty : tensor<?x2xi32>) {
  ^bb0(%o: i32):
    %i = linalg.index 1 : index
    %n = arith.index_cast %i : index to i32
    linalg.yield %n : i32
  } -> tensor<?x2xi32>
  %r, %o, %s = moe.dispatch %x to %e : tensor<?x1xf32> to tensor<?x2xi32> -> tensor<?x1xf32> by tensor<3xi32>, tensor<?xi32>
  %h = moe.expert rows(%a = %r : tensor<?x1xf32>) offsets(%o : tensor<3xi32>) params(%b = %p : tensor<2x1x1xf32>) {
    %zero = arith.constant 0.0 : f32
    %c = arith.constant 0 : index
    %m = tensor.dim %a, %c : tensor<?x1xf32>
    %i = tensor.empty(%m) : tensor<?x1xf32>
    %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x1xf32>) -> tensor<?x1xf32>
    %q = linalg.matmul ins(%a, %b : tensor<?x1xf32>, tensor<1x1xf32>) outs(%f : tensor<?x1xf32>) -> tensor<?x1xf32>
    moe.yield %q : tensor<?x1xf32>
  } -> tensor<?x1xf32>
  %y = moe.combine %h by %s weights(%w) : tensor<?x1xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x1xf32>
  return %y : tensor<?x1xf32>
}

// With keep_zeros they are multiplied.
func.func @kept(%x: tensor<?x1xf32> {moe.name = "x", moe.dims = ["T"]},
                %w: tensor<?x2xf32> {moe.name = "w", moe.dims = ["T"]},
                %p: tensor<2x1x1xf32> {moe.name = "p"}) -> tensor<?x1xf32> {
  %z, %e = moe.gate %w <identity, all> : tensor<?x2xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %r, %o, %s = moe.dispatch %x to %e : tensor<?x1xf32> to tensor<?x2xi32> -> tensor<?x1xf32> by tensor<3xi32>, tensor<?xi32>
  %h = moe.expert rows(%a = %r : tensor<?x1xf32>) offsets(%o : tensor<3xi32>) params(%b = %p : tensor<2x1x1xf32>) {
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %m = tensor.dim %a, %c0 : tensor<?x1xf32>
    %i = tensor.empty(%m) : tensor<?x1xf32>
    %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x1xf32>) -> tensor<?x1xf32>
    %q = linalg.matmul ins(%a, %b : tensor<?x1xf32>, tensor<1x1xf32>) outs(%f : tensor<?x1xf32>) -> tensor<?x1xf32>
    moe.yield %q : tensor<?x1xf32>
  } -> tensor<?x1xf32>
  %y = moe.combine %h by %s weights(%z) keep_zeros
      : tensor<?x1xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x1xf32>
  return %y : tensor<?x1xf32>
}
func.func @kept_rows(%x: tensor<?x1xf32> {moe.name = "x", moe.dims = ["T"]},
                     %w: tensor<?x2xf32> {moe.name = "w", moe.dims = ["T"]},
                     %p: tensor<2x1x1xf32> {moe.name = "p"}) -> tensor<?x1xf32> {
  %z, %e = moe.gate %w <identity, all> : tensor<?x2xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %r, %o, %s = moe.dispatch %x to %e : tensor<?x1xf32> to tensor<?x2xi32> -> tensor<?x1xf32> by tensor<3xi32>, tensor<?xi32>
  %h = moe.expert rows(%a = %r : tensor<?x1xf32>) offsets(%o : tensor<3xi32>) params(%b = %p : tensor<2x1x1xf32>) {
    %c = linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (n, n)>, affine_map<(m, n) -> (m, n)>],
                         iterator_types = ["parallel", "parallel"]}
        ins(%a, %b : tensor<?x1xf32>, tensor<1x1xf32>) outs(%a : tensor<?x1xf32>) {
    ^bb0(%u: f32, %v: f32, %d: f32):
      %q = arith.mulf %u, %v : f32
      linalg.yield %q : f32
    } -> tensor<?x1xf32>
    moe.yield %c : tensor<?x1xf32>
  } -> tensor<?x1xf32>
  %y = moe.combine %h by %s weights(%z) keep_zeros
      : tensor<?x1xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x1xf32>
  return %y : tensor<?x1xf32>
}
