// RUN: moe-opt %s --moe-eliminate-zero-gates --canonicalize --split-input-file --remarks-filter='moe.*' --remark-policy=all --verify-diagnostics | FileCheck %s

// Skipping a term of a linalg program needs finite math: stated by flags on the
// sum, or by the user.

#etd = affine_map<(e, t, n, k) -> (e, t, k)>
#td = affine_map<(e, t, n, k) -> (t, k)>
#ekn = affine_map<(e, t, n, k) -> (e, k, n)>
#etn = affine_map<(e, t, n, k) -> (e, t, n)>
#id3 = affine_map<(e, t, n) -> (e, t, n)>
#en = affine_map<(e, t, n) -> (e, n)>
#terms = affine_map<(t, n, e) -> (e, t, n)>
#gates = affine_map<(t, n, e) -> (t, e)>
#sum = affine_map<(t, n, e) -> (t, n)>

// Nobody says that 0 * inf does not occur.
// CHECK-LABEL: func.func @unstated(
// CHECK-NOT:     moe.
// CHECK:         return
func.func @unstated(%x: tensor<?x16xf32>, %g: tensor<?x8xf32>, %w: tensor<8x16x24xf32>) -> tensor<?x24xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %t = tensor.dim %x, %c0 : tensor<?x16xf32>
  %i = tensor.empty(%t) : tensor<8x?x24xf32>
  %f = linalg.fill ins(%zero : f32) outs(%i : tensor<8x?x24xf32>) -> tensor<8x?x24xf32>
  %h = linalg.generic {indexing_maps = [#td, #ekn, #etn], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%x, %w : tensor<?x16xf32>, tensor<8x16x24xf32>) outs(%f : tensor<8x?x24xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.mulf %a, %b : f32
    %q = arith.addf %c, %p : f32
    linalg.yield %q : f32
  } -> tensor<8x?x24xf32>
  %yi = tensor.empty(%t) : tensor<?x24xf32>
  %yf = linalg.fill ins(%zero : f32) outs(%yi : tensor<?x24xf32>) -> tensor<?x24xf32>
  // expected-remark @+1 {{needs finite math}}
  %y = linalg.generic {indexing_maps = [#terms, #gates, #sum], iterator_types = ["parallel", "parallel", "reduction"]} ins(%h, %g : tensor<8x?x24xf32>, tensor<?x8xf32>) outs(%yf : tensor<?x24xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.mulf %a, %b : f32
    %q = arith.addf %c, %p : f32
    linalg.yield %q : f32
  } -> tensor<?x24xf32>
  return %y : tensor<?x24xf32>
}

// -----

#etd = affine_map<(e, t, n, k) -> (e, t, k)>
#td = affine_map<(e, t, n, k) -> (t, k)>
#ekn = affine_map<(e, t, n, k) -> (e, k, n)>
#etn = affine_map<(e, t, n, k) -> (e, t, n)>
#id3 = affine_map<(e, t, n) -> (e, t, n)>
#en = affine_map<(e, t, n) -> (e, n)>
#terms = affine_map<(t, n, e) -> (e, t, n)>
#gates = affine_map<(t, n, e) -> (t, e)>
#sum = affine_map<(t, n, e) -> (t, n)>

// The sum has the flags.
// CHECK-LABEL: func.func @flags(
// CHECK:         moe.dispatch
// CHECK:         moe.expert
// CHECK:         moe.combine
func.func @flags(%x: tensor<?x16xf32>, %g: tensor<?x8xf32>, %w: tensor<8x16x24xf32>) -> tensor<?x24xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %t = tensor.dim %x, %c0 : tensor<?x16xf32>
  %i = tensor.empty(%t) : tensor<8x?x24xf32>
  %f = linalg.fill ins(%zero : f32) outs(%i : tensor<8x?x24xf32>) -> tensor<8x?x24xf32>
  %h = linalg.generic {indexing_maps = [#td, #ekn, #etn], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%x, %w : tensor<?x16xf32>, tensor<8x16x24xf32>) outs(%f : tensor<8x?x24xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.mulf %a, %b : f32
    %q = arith.addf %c, %p : f32
    linalg.yield %q : f32
  } -> tensor<8x?x24xf32>
  %yi = tensor.empty(%t) : tensor<?x24xf32>
  %yf = linalg.fill ins(%zero : f32) outs(%yi : tensor<?x24xf32>) -> tensor<?x24xf32>
  // expected-remark @+1 {{experts=8, slots=8}}
  %y = linalg.generic {indexing_maps = [#terms, #gates, #sum], iterator_types = ["parallel", "parallel", "reduction"]} ins(%h, %g : tensor<8x?x24xf32>, tensor<?x8xf32>) outs(%yf : tensor<?x24xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.mulf %a, %b fastmath<nnan,ninf> : f32
    %q = arith.addf %c, %p fastmath<nnan,ninf> : f32
    linalg.yield %q : f32
  } -> tensor<?x24xf32>
  return %y : tensor<?x24xf32>
}

// -----

#etd = affine_map<(e, t, n, k) -> (e, t, k)>
#td = affine_map<(e, t, n, k) -> (t, k)>
#ekn = affine_map<(e, t, n, k) -> (e, k, n)>
#etn = affine_map<(e, t, n, k) -> (e, t, n)>
#id3 = affine_map<(e, t, n) -> (e, t, n)>
#en = affine_map<(e, t, n) -> (e, n)>
#terms = affine_map<(t, n, e) -> (e, t, n)>
#gates = affine_map<(t, n, e) -> (t, e)>
#sum = affine_map<(t, n, e) -> (t, n)>

// No NaN, but infinities: inf * 0 is NaN only by way of an infinity.
// CHECK-LABEL: func.func @half(
// CHECK-NOT:     moe.
// CHECK:         return
func.func @half(%x: tensor<?x16xf32>, %g: tensor<?x8xf32>, %w: tensor<8x16x24xf32>) -> tensor<?x24xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %t = tensor.dim %x, %c0 : tensor<?x16xf32>
  %i = tensor.empty(%t) : tensor<8x?x24xf32>
  %f = linalg.fill ins(%zero : f32) outs(%i : tensor<8x?x24xf32>) -> tensor<8x?x24xf32>
  %h = linalg.generic {indexing_maps = [#td, #ekn, #etn], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%x, %w : tensor<?x16xf32>, tensor<8x16x24xf32>) outs(%f : tensor<8x?x24xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.mulf %a, %b : f32
    %q = arith.addf %c, %p : f32
    linalg.yield %q : f32
  } -> tensor<8x?x24xf32>
  %yi = tensor.empty(%t) : tensor<?x24xf32>
  %yf = linalg.fill ins(%zero : f32) outs(%yi : tensor<?x24xf32>) -> tensor<?x24xf32>
  // expected-remark @+1 {{needs finite math}}
  %y = linalg.generic {indexing_maps = [#terms, #gates, #sum], iterator_types = ["parallel", "parallel", "reduction"]} ins(%h, %g : tensor<8x?x24xf32>, tensor<?x8xf32>) outs(%yf : tensor<?x24xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.mulf %a, %b fastmath<nnan> : f32
    %q = arith.addf %c, %p fastmath<nnan> : f32
    linalg.yield %q : f32
  } -> tensor<?x24xf32>
  return %y : tensor<?x24xf32>
}

// -----

#etd = affine_map<(e, t, n, k) -> (e, t, k)>
#td = affine_map<(e, t, n, k) -> (t, k)>
#ekn = affine_map<(e, t, n, k) -> (e, k, n)>
#etn = affine_map<(e, t, n, k) -> (e, t, n)>
#id3 = affine_map<(e, t, n) -> (e, t, n)>
#en = affine_map<(e, t, n) -> (e, n)>
#terms = affine_map<(t, n, e) -> (e, t, n)>
#gates = affine_map<(t, n, e) -> (t, e)>
#sum = affine_map<(t, n, e) -> (t, n)>

// Scaled tokens without flags.
// CHECK-LABEL: func.func @scaled(
// CHECK-NOT:     moe.
// CHECK:         return
func.func @scaled(%x: tensor<?x16xf32>, %g: tensor<?x8xf32>, %w: tensor<8x16x24xf32>) -> tensor<?x24xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %t = tensor.dim %x, %c0 : tensor<?x16xf32>
  %i = tensor.empty(%t) : tensor<8x?x24xf32>
  %f = linalg.fill ins(%zero : f32) outs(%i : tensor<8x?x24xf32>) -> tensor<8x?x24xf32>
  %si = tensor.empty(%t) : tensor<8x?x16xf32>
  %sx = linalg.generic {indexing_maps = [affine_map<(e, t, n) -> (t, n)>, affine_map<(e, t, n) -> (t, e)>, #id3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%x, %g : tensor<?x16xf32>, tensor<?x8xf32>) outs(%si : tensor<8x?x16xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.mulf %a, %b : f32
    linalg.yield %p : f32
  } -> tensor<8x?x16xf32>
  %h = linalg.generic {indexing_maps = [#etd, #ekn, #etn], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%sx, %w : tensor<8x?x16xf32>, tensor<8x16x24xf32>) outs(%f : tensor<8x?x24xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.mulf %a, %b : f32
    %q = arith.addf %c, %p : f32
    linalg.yield %q : f32
  } -> tensor<8x?x24xf32>
  %yi = tensor.empty(%t) : tensor<?x24xf32>
  %yf = linalg.fill ins(%zero : f32) outs(%yi : tensor<?x24xf32>) -> tensor<?x24xf32>
  // expected-remark @+1 {{needs finite math}}
  %y = linalg.generic {indexing_maps = [#terms, #sum], iterator_types = ["parallel", "parallel", "reduction"]} ins(%h : tensor<8x?x24xf32>) outs(%yf : tensor<?x24xf32>) {
  ^bb0(%a: f32, %c: f32):
    %q = arith.addf %c, %a : f32
    linalg.yield %q : f32
  } -> tensor<?x24xf32>
  return %y : tensor<?x24xf32>
}

// -----

#etd = affine_map<(e, t, n, k) -> (e, t, k)>
#td = affine_map<(e, t, n, k) -> (t, k)>
#ekn = affine_map<(e, t, n, k) -> (e, k, n)>
#etn = affine_map<(e, t, n, k) -> (e, t, n)>
#id3 = affine_map<(e, t, n) -> (e, t, n)>
#en = affine_map<(e, t, n) -> (e, n)>
#terms = affine_map<(t, n, e) -> (e, t, n)>
#gates = affine_map<(t, n, e) -> (t, e)>
#sum = affine_map<(t, n, e) -> (t, n)>

// Scaled tokens with flags.
// CHECK-LABEL: func.func @scaled_flags(
// CHECK:         moe.dispatch {{.*}} scale_rows
func.func @scaled_flags(%x: tensor<?x16xf32>, %g: tensor<?x8xf32>, %w: tensor<8x16x24xf32>) -> tensor<?x24xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %t = tensor.dim %x, %c0 : tensor<?x16xf32>
  %i = tensor.empty(%t) : tensor<8x?x24xf32>
  %f = linalg.fill ins(%zero : f32) outs(%i : tensor<8x?x24xf32>) -> tensor<8x?x24xf32>
  %si = tensor.empty(%t) : tensor<8x?x16xf32>
  %sx = linalg.generic {indexing_maps = [affine_map<(e, t, n) -> (t, n)>, affine_map<(e, t, n) -> (t, e)>, #id3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%x, %g : tensor<?x16xf32>, tensor<?x8xf32>) outs(%si : tensor<8x?x16xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.mulf %a, %b : f32
    linalg.yield %p : f32
  } -> tensor<8x?x16xf32>
  %h = linalg.generic {indexing_maps = [#etd, #ekn, #etn], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%sx, %w : tensor<8x?x16xf32>, tensor<8x16x24xf32>) outs(%f : tensor<8x?x24xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.mulf %a, %b : f32
    %q = arith.addf %c, %p : f32
    linalg.yield %q : f32
  } -> tensor<8x?x24xf32>
  %yi = tensor.empty(%t) : tensor<?x24xf32>
  %yf = linalg.fill ins(%zero : f32) outs(%yi : tensor<?x24xf32>) -> tensor<?x24xf32>
  // expected-remark @+1 {{experts=8, slots=8}}
  %y = linalg.generic {indexing_maps = [#terms, #sum], iterator_types = ["parallel", "parallel", "reduction"]} ins(%h : tensor<8x?x24xf32>) outs(%yf : tensor<?x24xf32>) {
  ^bb0(%a: f32, %c: f32):
    %q = arith.addf %c, %a fastmath<nnan,ninf> : f32
    linalg.yield %q : f32
  } -> tensor<?x24xf32>
  return %y : tensor<?x24xf32>
}

// -----

#etd = affine_map<(e, t, n, k) -> (e, t, k)>
#td = affine_map<(e, t, n, k) -> (t, k)>
#ekn = affine_map<(e, t, n, k) -> (e, k, n)>
#etn = affine_map<(e, t, n, k) -> (e, t, n)>
#id3 = affine_map<(e, t, n) -> (e, t, n)>
#en = affine_map<(e, t, n) -> (e, n)>
#terms = affine_map<(t, n, e) -> (e, t, n)>
#gates = affine_map<(t, n, e) -> (t, e)>
#sum = affine_map<(t, n, e) -> (t, n)>

// Finite, but a zero row gives the bias.
// CHECK-LABEL: func.func @scaled_bias(
// CHECK-NOT:     moe.
// CHECK:         return
func.func @scaled_bias(%x: tensor<?x16xf32>, %g: tensor<?x8xf32>, %w: tensor<8x16x24xf32>, %bias: tensor<8x24xf32>) -> tensor<?x24xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %t = tensor.dim %x, %c0 : tensor<?x16xf32>
  %i = tensor.empty(%t) : tensor<8x?x24xf32>
  %f = linalg.fill ins(%zero : f32) outs(%i : tensor<8x?x24xf32>) -> tensor<8x?x24xf32>
  %si = tensor.empty(%t) : tensor<8x?x16xf32>
  %sx = linalg.generic {indexing_maps = [affine_map<(e, t, n) -> (t, n)>, affine_map<(e, t, n) -> (t, e)>, #id3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%x, %g : tensor<?x16xf32>, tensor<?x8xf32>) outs(%si : tensor<8x?x16xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.mulf %a, %b : f32
    linalg.yield %p : f32
  } -> tensor<8x?x16xf32>
  %h = linalg.generic {indexing_maps = [#etd, #ekn, #etn], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%sx, %w : tensor<8x?x16xf32>, tensor<8x16x24xf32>) outs(%f : tensor<8x?x24xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.mulf %a, %b : f32
    %q = arith.addf %c, %p : f32
    linalg.yield %q : f32
  } -> tensor<8x?x24xf32>
  %hb = linalg.generic {indexing_maps = [#id3, #en, #id3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%h, %bias : tensor<8x?x24xf32>, tensor<8x24xf32>) outs(%i : tensor<8x?x24xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.addf %a, %b : f32
    linalg.yield %p : f32
  } -> tensor<8x?x24xf32>
  %yi = tensor.empty(%t) : tensor<?x24xf32>
  %yf = linalg.fill ins(%zero : f32) outs(%yi : tensor<?x24xf32>) -> tensor<?x24xf32>
  // expected-remark @+1 {{do not map a zero row to zero}}
  %y = linalg.generic {indexing_maps = [#terms, #sum], iterator_types = ["parallel", "parallel", "reduction"]} ins(%hb : tensor<8x?x24xf32>) outs(%yf : tensor<?x24xf32>) {
  ^bb0(%a: f32, %c: f32):
    %q = arith.addf %c, %a fastmath<nnan,ninf> : f32
    linalg.yield %q : f32
  } -> tensor<?x24xf32>
  return %y : tensor<?x24xf32>
}

// -----

// Term by term, and nobody says that 0 * inf does not occur.
// CHECK-LABEL: func.func @unrolled_unstated(
// CHECK-NOT:     moe.dispatch
// CHECK:         return
func.func @unrolled_unstated(%x: tensor<?x8xf32>, %g: tensor<?x3xf32>, %w0: tensor<8x8xf32> {moe.param}, %w1: tensor<8x8xf32> {moe.param}) -> tensor<?x8xf32> {
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
  // expected-remark @+1 {{needs finite math}}
  %y = arith.addf %r0, %r1 : tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// -----

// The sum of the terms has the flags.
// CHECK-LABEL: func.func @unrolled_flags(
// CHECK:         moe.dispatch
// CHECK:         moe.combine
func.func @unrolled_flags(%x: tensor<?x8xf32>, %g: tensor<?x3xf32>, %w0: tensor<8x8xf32> {moe.param}, %w1: tensor<8x8xf32> {moe.param}) -> tensor<?x8xf32> {
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
  // expected-remark @+1 {{experts=2, slots=2}}
  %y = arith.addf %r0, %r1 fastmath<nnan,ninf> : tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}
