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

// -----

#te = affine_map<(t, e) -> (t, e)>
#t = affine_map<(t, e) -> (t)>
#se = affine_map<(t, e, s) -> (s, e)>
#tes = affine_map<(t, e, s) -> (t, e)>
#tec = affine_map<(t, e, c) -> (t, e, c)>
#tec_te = affine_map<(t, e, c) -> (t, e)>
#gather_m = affine_map<(e, c, d, t) -> (t, e, c)>
#gather_x = affine_map<(e, c, d, t) -> (t, d)>
#gather_r = affine_map<(e, c, d, t) -> (e, c, d)>
#mm_h = affine_map<(e, c, n, d) -> (e, c, d)>
#mm_w = affine_map<(e, c, n, d) -> (e, d, n)>
#mm_y = affine_map<(e, c, n, d) -> (e, c, n)>
#sum_m = affine_map<(t, n, e, c) -> (t, e, c)>
#sum_y = affine_map<(t, n, e, c) -> (e, c, n)>
#sum_o = affine_map<(t, n, e, c) -> (t, n)>

// Places of experts: no token may be there, and what is computed then is not
// said to be finite.
// CHECK-LABEL: func.func @unstated_places(
// CHECK-NOT:     moe.
// CHECK:         return
func.func @unstated_places(%x: tensor<?x6xf32>, %ids: tensor<?xi64>, %g: tensor<?x4xf32>, %param: tensor<4x6x8xf32>) -> tensor<?x8xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %none = arith.constant 0 : i64
  %unit = arith.constant 1 : i64
  %t = tensor.dim %x, %c0 : tensor<?x6xf32>
  %te_i = tensor.empty(%t) : tensor<?x4xi64>
  %te_f = linalg.fill ins(%none : i64) outs(%te_i : tensor<?x4xi64>) -> tensor<?x4xi64>
  %tec_e = tensor.empty(%t) : tensor<?x4x5xf32>
  %m = linalg.generic {indexing_maps = [#t, #te], iterator_types = ["parallel", "parallel"]} ins(%ids : tensor<?xi64>) outs(%te_i : tensor<?x4xi64>) {
  ^bb0(%a: i64, %o: i64):
    %i = linalg.index 1 : index
    %j = arith.index_cast %i : index to i64
    %h = arith.cmpi eq, %a, %j : i64
    %r = arith.extui %h : i1 to i64
    linalg.yield %r : i64
  } -> tensor<?x4xi64>
  %n = linalg.generic {indexing_maps = [#se, #tes], iterator_types = ["parallel", "parallel", "reduction"]} ins(%m : tensor<?x4xi64>) outs(%te_f : tensor<?x4xi64>) {
  ^bb0(%a: i64, %o: i64):
    %i = linalg.index 0 : index
    %j = linalg.index 2 : index
    %h = arith.cmpi sle, %j, %i : index
    %s = arith.select %h, %a, %none : i64
    %r = arith.addi %o, %s : i64
    linalg.yield %r : i64
  } -> tensor<?x4xi64>
  %mask = linalg.generic {indexing_maps = [#tec_te, #tec_te, #tec], iterator_types = ["parallel", "parallel", "parallel"]} ins(%m, %n : tensor<?x4xi64>, tensor<?x4xi64>) outs(%tec_e : tensor<?x4x5xf32>) {
  ^bb0(%a: i64, %b: i64, %o: f32):
    %i = linalg.index 2 : index
    %j = arith.index_cast %i : index to i64
    %p = arith.subi %b, %unit : i64
    %h = arith.cmpi eq, %p, %j : i64
    %k = arith.sitofp %a : i64 to f32
    %r = arith.select %h, %k, %zero : f32
    linalg.yield %r : f32
  } -> tensor<?x4x5xf32>
  %w = linalg.generic {indexing_maps = [#tec, #tec_te, #tec], iterator_types = ["parallel", "parallel", "parallel"]} ins(%mask, %g : tensor<?x4x5xf32>, tensor<?x4xf32>) outs(%tec_e : tensor<?x4x5xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.mulf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<?x4x5xf32>
  %re = tensor.empty() : tensor<4x5x6xf32>
  %rf = linalg.fill ins(%zero : f32) outs(%re : tensor<4x5x6xf32>) -> tensor<4x5x6xf32>
  %rows = linalg.generic {indexing_maps = [#gather_m, #gather_x, #gather_r], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%mask, %x : tensor<?x4x5xf32>, tensor<?x6xf32>) outs(%rf : tensor<4x5x6xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %q = arith.mulf %a, %b : f32
    %r = arith.addf %o, %q : f32
    linalg.yield %r : f32
  } -> tensor<4x5x6xf32>
  %he = tensor.empty() : tensor<4x5x8xf32>
  %hf = linalg.fill ins(%zero : f32) outs(%he : tensor<4x5x8xf32>) -> tensor<4x5x8xf32>
  %y = linalg.batch_matmul ins(%rows, %param : tensor<4x5x6xf32>, tensor<4x6x8xf32>) outs(%hf : tensor<4x5x8xf32>) -> tensor<4x5x8xf32>
  %se = tensor.empty(%t) : tensor<?x8xf32>
  %sf = linalg.fill ins(%zero : f32) outs(%se : tensor<?x8xf32>) -> tensor<?x8xf32>
  // expected-remark @+1 {{needs finite math}}
  %sum = linalg.generic {indexing_maps = [#sum_m, #sum_y, #sum_o], iterator_types = ["parallel", "parallel", "reduction", "reduction"]} ins(%w, %y : tensor<?x4x5xf32>, tensor<4x5x8xf32>) outs(%sf : tensor<?x8xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %q = arith.mulf %a, %b : f32
    %r = arith.addf %o, %q : f32
    linalg.yield %r : f32
  } -> tensor<?x8xf32>
  return %sum : tensor<?x8xf32>
}
