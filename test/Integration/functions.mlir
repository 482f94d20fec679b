// Functions of small and large numbers are right on every route: to 1e-5 in rows of nothing else.

// RUN: moe-run %s --entry=small --device=reference --check --input "x=normal(1.0e-3)" | FileCheck %s
// RUN: moe-run %s --entry=small --device=cpu --check --input "x=normal(1.0e-3)" | FileCheck %s
// RUN: moe-run %s --entry=large --device=cpu --check --input "x=normal(1.0e+6)" | FileCheck %s
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
