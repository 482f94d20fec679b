// RUN: moe-opt %s --moe-pack-weights --moe-hoist-prepare --split-input-file --remarks-filter='moe.*' --remark-policy=all --verify-diagnostics

#schedule = #moe.cpu_schedule<rows = 6, columns = 4, lanes = 4, depth = 64, tiles = 8>

// Parameters are packed ahead, and nothing is said of them but that.
// expected-remark @+1 {{packed=1, parameters=1}}
func.func @parameter(%x: tensor<?x2xf32>, %o: tensor<2xi32>, %d: tensor<?x3xf32>, %w: tensor<1x2x3xf32> {moe.param}) -> tensor<?x3xf32> {
  %y = moe.grouped_matmul ins(%x : tensor<?x2xf32>) offsets(%o : tensor<2xi32>) weights(%w : tensor<1x2x3xf32>)
      outs(%d : tensor<?x3xf32>) schedule(#schedule) -> tensor<?x3xf32>
  return %y : tensor<?x3xf32>
}

// -----

#schedule = #moe.cpu_schedule<rows = 6, columns = 4, lanes = 4, depth = 64, tiles = 8>

func.func @argument(%x: tensor<?x2xf32>, %o: tensor<2xi32>, %d: tensor<?x3xf32>, %w: tensor<1x2x3xf32>) -> tensor<?x3xf32> {
  // expected-remark @+1 {{the weights are an argument without moe.param}}
  %y = moe.grouped_matmul ins(%x : tensor<?x2xf32>) offsets(%o : tensor<2xi32>) weights(%w : tensor<1x2x3xf32>)
      outs(%d : tensor<?x3xf32>) schedule(#schedule) -> tensor<?x3xf32>
  return %y : tensor<?x3xf32>
}

// -----

#schedule = #moe.cpu_schedule<rows = 6, columns = 4, lanes = 4>

func.func private @callee(%x: tensor<?x2xf32>, %o: tensor<2xi32>, %d: tensor<?x3xf32>, %w: tensor<1x2x3xf32> {moe.param}) -> tensor<?x3xf32> {
  // expected-remark @+1 {{the function is private, or the module refers to it", packed=true, weight=0}}
  %y = moe.grouped_matmul ins(%x : tensor<?x2xf32>) offsets(%o : tensor<2xi32>) weights(%w : tensor<1x2x3xf32>)
      outs(%d : tensor<?x3xf32>) schedule(#schedule) -> tensor<?x3xf32>
  return %y : tensor<?x3xf32>
}

// -----

#schedule = #moe.cpu_schedule<rows = 6, columns = 4, lanes = 4, depth = 64, tiles = 8>

func.func @computed(%x: tensor<?x2xf32>, %o: tensor<2xi32>, %d: tensor<?x3xf32>, %s: tensor<1x2x3xf32>) -> tensor<?x3xf32> {
  %c = arith.constant dense<[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]> : tensor<1x2x3xf32>
  %e = tensor.empty() : tensor<1x2x3xf32>
  %v = linalg.exp ins(%c : tensor<1x2x3xf32>) outs(%e : tensor<1x2x3xf32>) -> tensor<1x2x3xf32>
  %w = linalg.add ins(%v, %s : tensor<1x2x3xf32>, tensor<1x2x3xf32>) outs(%e : tensor<1x2x3xf32>) -> tensor<1x2x3xf32>
  // expected-remark @+2 {{each call computes the weights from constants}}
  // expected-remark @+1 {{the weights depend on what is no parameter}}
  %y = moe.grouped_matmul ins(%x : tensor<?x2xf32>) offsets(%o : tensor<2xi32>) weights(%v, %w : tensor<1x2x3xf32>, tensor<1x2x3xf32>)
      outs(%d : tensor<?x3xf32>) schedule(#schedule) epilogue {
  ^bb0(%p: f32, %q: f32):
    %r = arith.mulf %p, %q : f32
    moe.yield %r : f32
  } -> tensor<?x3xf32>
  return %y : tensor<?x3xf32>
}
