// Functions of small and large numbers are right on every route: to 1e-5 in rows of nothing else.

// RUN: moe-run %s --entry=small --device=reference --check --input "x=normal(1.0e-3)" | FileCheck %s
// RUN: moe-run %s --entry=small --device=cpu --check --input "x=normal(1.0e-3)" | FileCheck %s
// RUN: moe-run %s --entry=large --device=cpu --check --input "x=normal(1.0e+6)" | FileCheck %s
// RUN: moe-run %s --entry=wide --device=cpu --check --input "x=normal(1.0e-9)" | FileCheck %s
// RUN: moe-run %s --entry=powers --device=cpu --check | FileCheck %s
// RUN: moe-run %s --entry=powers --device=reference --check | FileCheck %s
// RUN: moe-run %s --entry=reshaped --device=cpu --check --dim B=2 --dim S=3 | FileCheck %s
// RUN: moe-run %s --entry=reshaped --device=reference --check --dim B=2 --dim S=0 | FileCheck %s
// RUN: moe-run %s --entry=clamped --device=reference --check | FileCheck %s
// RUN: moe-run %s --entry=clamped --device=cpu --check | FileCheck %s
// CHECK: check: passed

// One expert's matmul by one, with the function in its epilogue.
func.func @small(%x: tensor<40x1xf32> {moe.name = "x"}) -> (tensor<40x1xf32>, tensor<40x1xf32>) {
  %o = arith.constant dense<[0, 40]> : tensor<2xi32>
  %w = arith.constant dense<1.0> : tensor<1x1x1xf32>
  %e = tensor.empty() : tensor<40x1xf32>
  %a = moe.grouped_matmul ins(%x : tensor<40x1xf32>) offsets(%o : tensor<2xi32>) weights(%w : tensor<1x1x1xf32>)
      outs(%e : tensor<40x1xf32>) epilogue {
  ^bb0(%v: f32):
    %f = math.expm1 %v : f32
    moe.yield %f : f32
  } -> tensor<40x1xf32>
  %b = moe.grouped_matmul ins(%x : tensor<40x1xf32>) offsets(%o : tensor<2xi32>) weights(%w : tensor<1x1x1xf32>)
      outs(%e : tensor<40x1xf32>) epilogue {
  ^bb0(%v: f32):
    %f = math.log1p %v : f32
    moe.yield %f : f32
  } -> tensor<40x1xf32>
  return %a, %b : tensor<40x1xf32>, tensor<40x1xf32>
}

func.func @large(%x: tensor<40x1xf32> {moe.name = "x"}) -> tensor<40x1xf32> {
  %o = arith.constant dense<[0, 40]> : tensor<2xi32>
  %w = arith.constant dense<1.0> : tensor<1x1x1xf32>
  %e = tensor.empty() : tensor<40x1xf32>
  %a = moe.grouped_matmul ins(%x : tensor<40x1xf32>) offsets(%o : tensor<2xi32>) weights(%w : tensor<1x1x1xf32>)
      outs(%e : tensor<40x1xf32>) epilogue {
  ^bb0(%v: f32):
    %f = math.sin %v : f32
    moe.yield %f : f32
  } -> tensor<40x1xf32>
  return %a : tensor<40x1xf32>
}

func.func @clamped(%x: tensor<40x4xf32>) -> tensor<40x4xf32> {
  %e = tensor.empty() : tensor<40x4xf32>
  %low = arith.constant -0.5 : f32
  %high = arith.constant 0.5 : f32
  %a = linalg.generic {
      indexing_maps = [affine_map<(a, b) -> (a, b)>, affine_map<(a, b) -> (a, b)>], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<40x4xf32>) outs(%e : tensor<40x4xf32>) {
  ^bb0(%v: f32, %old: f32):
    %c = math.clampf %v to [%low, %high] : f32
    %f = math.rsqrt %high : f32
    %r = arith.mulf %c, %f : f32
    linalg.yield %r : f32
  } -> tensor<40x4xf32>
  return %a : tensor<40x4xf32>
}

// In f64, on vectors and on single numbers.
func.func @wide(%x: tensor<40x1xf64> {moe.name = "x"}) -> (tensor<40x1xf64>, tensor<40x1xf64>) {
  %o = arith.constant dense<[0, 40]> : tensor<2xi32>
  %w = arith.constant dense<1.0> : tensor<1x1x1xf64>
  %e = tensor.empty() : tensor<40x1xf64>
  %a = moe.grouped_matmul ins(%x : tensor<40x1xf64>) offsets(%o : tensor<2xi32>) weights(%w : tensor<1x1x1xf64>)
      outs(%e : tensor<40x1xf64>) epilogue {
  ^bb0(%v: f64):
    %f = math.log1p %v : f64
    moe.yield %f : f64
  } -> tensor<40x1xf64>
  %b = linalg.map { math.expm1 } ins(%x : tensor<40x1xf64>) outs(%e : tensor<40x1xf64>)
  return %a, %b : tensor<40x1xf64>, tensor<40x1xf64>
}

// Powers of integers of any width that are no constants, and kinds of numbers.
func.func @powers(%x: tensor<40xf32>) -> (tensor<40xf32>, tensor<40xf32>, tensor<40xi1>) {
  %e = tensor.empty() : tensor<40xf32>
  %k = tensor.empty() : tensor<40xi1>
  %a, %b, %c = linalg.generic {
      indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>, affine_map<(i) -> (i)>, affine_map<(i) -> (i)>],
      iterator_types = ["parallel"]} ins(%x : tensor<40xf32>) outs(%e, %e, %k : tensor<40xf32>, tensor<40xf32>, tensor<40xi1>) {
  ^bb0(%v: f32, %old: f32, %older: f32, %was: i1):
    %i = linalg.index 0 : index
    %twenty = arith.constant 20 : index
    %n = arith.subi %i, %twenty : index
    %wide = arith.index_cast %n : index to i64
    %narrow = arith.index_cast %n : index to i32
    %p = math.fpowi %v, %wide : f32, i64
    %q = math.fpowi %v, %narrow : f32, i32
    %zero = arith.constant 0.0 : f32
    %r = arith.divf %v, %zero : f32
    %is = math.isinf %r : f32
    linalg.yield %p, %q, %is : f32, f32, i1
  } -> (tensor<40xf32>, tensor<40xf32>, tensor<40xi1>)
  return %a, %b, %c : tensor<40xf32>, tensor<40xf32>, tensor<40xi1>
}

// Tokens of several sequences, as layers take them and give them back.
func.func @reshaped(%x: tensor<?x?x4xf32> {moe.dims = ["B", "S"]}) -> tensor<?x?x4xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %b = tensor.dim %x, %c0 : tensor<?x?x4xf32>
  %s = tensor.dim %x, %c1 : tensor<?x?x4xf32>
  %rows = tensor.collapse_shape %x [[0, 1], [2]] : tensor<?x?x4xf32> into tensor<?x4xf32>
  %t = tensor.dim %rows, %c0 : tensor<?x4xf32>
  %e = tensor.empty(%t) : tensor<?x4xf32>
  %y = linalg.map { math.exp } ins(%rows : tensor<?x4xf32>) outs(%e : tensor<?x4xf32>)
  %z = tensor.expand_shape %y [[0, 1], [2]] output_shape [%b, %s, 4] : tensor<?x4xf32> into tensor<?x?x4xf32>
  return %z : tensor<?x?x4xf32>
}
