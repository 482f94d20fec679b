// What --check accepts and what it does not.

// RUN: rm -rf %t && mkdir %t

// A sum that f32 loses: the check fails, and no result is written.
// RUN: not moe-run %s --entry=lost --device=reference --optimize --dim T=5 --check --json=%t/lost.json --output out0=%t/y.npy > %t/lost 2>&1
// RUN: FileCheck %s --check-prefix=LOST < %t/lost
// RUN: FileCheck %s --check-prefix=LOST-JSON < %t/lost.json
// RUN: not ls %t/y.npy
// LOST-DAG: check: FAILED, error {{[0-9.e+-]+}}, tolerance 1e-05, 5 rows compared, 0 ids differ
// LOST-DAG: result 'out0' is off by {{[0-9.e+-]+}}, tolerance 1e-05, in row {{[0-4]$}}
// LOST-DAG: moe-run: the check failed; no --output is written
// LOST-JSON: "passed": false
func.func @lost(%x: tensor<?x4xf32> {moe.name = "x", moe.dims = ["T"]}) -> tensor<?x4xf32> {
  %c0 = arith.constant 0 : index
  %t = tensor.dim %x, %c0 : tensor<?x4xf32>
  %big = arith.constant 1.0e8 : f32
  %e = tensor.empty(%t) : tensor<?x4xf32>
  %y = linalg.map ins(%x : tensor<?x4xf32>) outs(%e : tensor<?x4xf32>) (%v: f32, %o: f32) {
    %0 = arith.addf %v, %big : f32
    %1 = arith.subf %0, %big : f32
    linalg.yield %1 : f32
  }
  return %y : tensor<?x4xf32>
}

// Logits that are equal in f32 and not in f64: the ids differ by less than the
// keys have moved, which is legal; those tokens are left out.
// RUN: moe-run %s --entry=close --device=reference --optimize --dim T=256 --check --json=%t/close.json | FileCheck %s --check-prefix=CLOSE
// RUN: FileCheck %s --check-prefix=CLOSE-JSON < %t/close.json
// CLOSE: check: passed, error 0, tolerance 1e-05, [[COMPARED:[0-9]+]] rows compared, [[IDS:[1-9][0-9]*]] ids differ
// CLOSE-NEXT: [[IDS]] ids differ by a margin of 0.0{{[0-9]+}}, within the rounding of what the gates select on; [[LEFT:[1-9][0-9]*]] rows left out
// CLOSE-JSON: "margin": 0.0
func.func @close(%x: tensor<?x8xf32> {moe.name = "x", moe.dims = ["T"]}) -> tensor<?x2xi32> {
  %c0 = arith.constant 0 : index
  %t = tensor.dim %x, %c0 : tensor<?x8xf32>
  %big = arith.constant 1.0e6 : f32
  %e = tensor.empty(%t) : tensor<?x8xf32>
  %logits = linalg.map ins(%x : tensor<?x8xf32>) outs(%e : tensor<?x8xf32>) (%v: f32, %o: f32) {
    %0 = arith.addf %v, %big : f32
    linalg.yield %0 : f32
  }
  %weights, %experts = moe.gate %logits <softmax, top_k<2>>
      : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  return %experts : tensor<?x2xi32>
}

// As many rows as there are tokens, which are not tokens: what a function passes
// on is compared whole, and only the ids leave out rows, as many as above.
// RUN: (moe-run %s --entry=close --device=reference --optimize --dim T=256 --check && moe-run %s --entry=as_many --device=reference --optimize --dim T=256 --check) | FileCheck %s --check-prefix=MANY
// MANY: select on; [[LEFT:[1-9][0-9]*]] rows left out
// MANY: select on; [[LEFT]] rows left out
func.func @as_many(%x: tensor<?x8xf32> {moe.name = "x", moe.dims = ["T"]}, %p: tensor<256x3x4xf32>)
    -> (tensor<?x2xi32>, tensor<256x3x4xf32>) {
  %ids = call @close(%x) : (tensor<?x8xf32>) -> tensor<?x2xi32>
  %q = arith.negf %p : tensor<256x3x4xf32>
  return %ids, %q : tensor<?x2xi32>, tensor<256x3x4xf32>
}

// Where no token chose alike there is nothing to compare: the check fails.
// RUN: not moe-run %s --entry=close --device=reference --optimize --dim T=4 --input 'x=normal(0.001)' --check 2>&1 | FileCheck %s --check-prefix=ALL
// ALL: check: FAILED, 0 rows compared, {{[1-9][0-9]*}} ids differ
// ALL: 4 rows left out
// ALL: expects a row to compare, found all 4 left out

// Where no result has a row there is nothing to be wrong.
// RUN: moe-run %s --entry=lost --device=reference --optimize --dim T=0 --check | FileCheck %s --check-prefix=EMPTY
// EMPTY: check: passed, 0 rows compared, 0 ids differ
// EMPTY-NEXT: no result has a row
// EMPTY: result out0 [0, 4] f32: norm 0,

// The second of three rows overflows in f32 and not in f64; the third does in both.
// RUN: %python %moe_src/test/Tools/Inputs/write_npy.py %t/x.npy '<f4' 3x2 1 2 100 -1 1000 1
// RUN: not moe-run %s --entry=infinite --device=reference --optimize --input x=%t/x.npy --check --json=%t/infinite.json 2>&1 | FileCheck %s --check-prefix=INFINITE
// RUN: FileCheck %s --check-prefix=INFINITE-JSON < %t/infinite.json
// RUN: not moe-run %s --entry=one_infinite --device=reference --optimize --input x=%t/x.npy --check 2>&1 | FileCheck %s --check-prefixes=INFINITE,ONE
// INFINITE: check: FAILED, an infinity or a NaN of one run alone in 1 of {{3|6}} rows compared, 0 ids differ
// ONE-NEXT: result 'y' has an infinity or a NaN of one run alone in rows: 1, the first is row 1
// INFINITE: result y [3, 2] f32: 2 of 6 elements not finite, 2.71828 7.38906 inf 0.367879 ...
// INFINITE-JSON: "error": null
// INFINITE-JSON: "rows_compared": 3
// INFINITE-JSON: "rows_not_finite": 1
// INFINITE-JSON: "rows_not_finite_alone": 1
func.func @infinite(%x: tensor<?x2xf32> {moe.name = "x", moe.dims = ["T"]}) -> (tensor<?x2xf32> {moe.name = "y"}) {
  %y = math.exp %x : tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}
func.func @one_infinite(%x: tensor<?x2xf32> {moe.name = "x", moe.dims = ["T"]})
    -> (tensor<?x2xf32> {moe.name = "y"}, tensor<?x2xf32>) {
  %y = math.exp %x : tensor<?x2xf32>
  return %y, %x : tensor<?x2xf32>, tensor<?x2xf32>
}

// Logits that f32 has lost: they have moved far, and a choice between keys that
// are far apart is wrong however far they moved.
// RUN: not moe-run %s --entry=lost_logits --device=reference --optimize --dim T=256 --check 2>&1 | FileCheck %s --check-prefix=LOGITS
// LOGITS: check: FAILED
// LOGITS: ids differ by a margin of {{[0-9.]+}}, more than rounding explains
func.func @lost_logits(%x: tensor<?x8xf32> {moe.name = "x", moe.dims = ["T"]}) -> tensor<?x2xi32> {
  %logits = call @lost8(%x) : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %weights, %experts = moe.gate %logits <softmax, top_k<2>>
      : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  return %experts : tensor<?x2xi32>
}
func.func private @lost8(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %c0 = arith.constant 0 : index
  %t = tensor.dim %x, %c0 : tensor<?x8xf32>
  %big = arith.constant 1.0e8 : f32
  %e = tensor.empty(%t) : tensor<?x8xf32>
  %y = linalg.map ins(%x : tensor<?x8xf32>) outs(%e : tensor<?x8xf32>) (%v: f32, %o: f32) {
    %0 = arith.addf %v, %big : f32
    %1 = arith.subf %0, %big : f32
    linalg.yield %1 : f32
  }
  return %y : tensor<?x8xf32>
}

// Rows of a dispatch end at offsets[E], here after the one row that fits; this
// is known of what the function returns, whatever it did with the rows. Slots
// are defined to their end, and as many rows of something else are all compared:
// 1 + 1 + 14 + 14.
// RUN: moe-run %s --entry=rows --device=reference --optimize --dim T=7 --dim R=14 --check | FileCheck %s --check-prefix=ROWS
// ROWS: check: passed, error {{.*}}, 30 rows compared, 0 ids differ
func.func @rows(%x: tensor<?x8xf32> {moe.name = "x", moe.dims = ["T"]},
                %other: tensor<?x8xf32> {moe.name = "other", moe.dims = ["R"]})
    -> (tensor<?x8xf32>, tensor<?x8x1xf32>, tensor<?xi32>, tensor<?x8xf32>) {
  %c1 = arith.constant 1 : index
  %c0 = arith.constant 0 : index
  %t = tensor.dim %x, %c0 : tensor<?x8xf32>
  %zero = arith.constant 0 : i32
  %e = tensor.empty(%t) : tensor<?x2xi32>
  %ids = linalg.fill ins(%zero : i32) outs(%e : tensor<?x2xi32>) -> tensor<?x2xi32>
  %rows, %offsets, %slots = moe.dispatch %x to %ids capacity(%c1)
      : tensor<?x8xf32> to tensor<?x2xi32> -> tensor<?x8xf32> by tensor<2xi32>, tensor<?xi32>
  %twice = arith.addf %rows, %rows : tensor<?x8xf32>
  %made = moe.expert rows(%a = %rows : tensor<?x8xf32>) offsets(%offsets : tensor<2xi32>) {
    moe.yield %a : tensor<?x8xf32>
  } -> tensor<?x8xf32>
  %negated = call @negate(%made) : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %m = tensor.dim %negated, %c0 : tensor<?x8xf32>
  %wide = tensor.expand_shape %negated [[0], [1, 2]] output_shape [%m, 8, 1] : tensor<?x8xf32> into tensor<?x8x1xf32>
  return %twice, %wide, %slots, %other : tensor<?x8xf32>, tensor<?x8x1xf32>, tensor<?xi32>, tensor<?x8xf32>
}
func.func private @negate(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %c0 = arith.constant 0 : index
  %t = tensor.dim %x, %c0 : tensor<?x8xf32>
  %e = tensor.empty(%t) : tensor<?x8xf32>
  %y = linalg.map ins(%x : tensor<?x8xf32>) outs(%e : tensor<?x8xf32>) (%v: f32, %o: f32) {
    %0 = arith.negf %v : f32
    linalg.yield %0 : f32
  }
  return %y : tensor<?x8xf32>
}

// Logits that overflow in f32: the choice there is not one that rounding explains.
// RUN: not moe-run %s --entry=overflow --device=reference --optimize --dim T=32 --check 2>&1 | FileCheck %s --check-prefix=OVERFLOW
// OVERFLOW: check: FAILED
// OVERFLOW: ids differ by a margin of {{.*}}, more than rounding explains
func.func @overflow(%x: tensor<?x8xf32> {moe.name = "x", moe.dims = ["T"]}) -> tensor<?x2xi32> {
  %c0 = arith.constant 0 : index
  %t = tensor.dim %x, %c0 : tensor<?x8xf32>
  %big = arith.constant 95.0 : f32
  %e = tensor.empty(%t) : tensor<?x8xf32>
  %logits = linalg.map ins(%x : tensor<?x8xf32>) outs(%e : tensor<?x8xf32>) (%v: f32, %o: f32) {
    %0 = arith.addf %v, %big : f32
    %1 = math.exp %0 : f32
    linalg.yield %1 : f32
  }
  %weights, %experts = moe.gate %logits <identity, top_k<2>>
      : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  return %experts : tensor<?x2xi32>
}

// bf16 has its own tolerance; weights are extended for the oracle.
// RUN: moe-run %s --entry=brain --device=reference --optimize --dim T=9 --check | FileCheck %s --check-prefix=BRAIN
// BRAIN: check: passed, error {{.*}}, tolerance 0.01, 9 rows compared, 0 ids differ
func.func @brain(%x: tensor<?x16xbf16> {moe.name = "x", moe.dims = ["T"]},
                 %w: tensor<16x8xbf16> {moe.name = "w", moe.param}) -> tensor<?x8xbf16> {
  %c0 = arith.constant 0 : index
  %t = tensor.dim %x, %c0 : tensor<?x16xbf16>
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty(%t) : tensor<?x8xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<?x8xf32>) -> tensor<?x8xf32>
  %m = linalg.matmul ins(%x, %w : tensor<?x16xbf16>, tensor<16x8xbf16>)
      outs(%f : tensor<?x8xf32>) -> tensor<?x8xf32>
  %y = arith.truncf %m : tensor<?x8xf32> to tensor<?x8xbf16>
  return %y : tensor<?x8xbf16>
}

// What an argument is that no result needs says nothing of the results, and each
// has its own tolerance: f32 may not lose three digits where another is in bf16.
// RUN: not moe-run %s --entry=unused --device=reference --optimize --dim T=9 --check 2>&1 | FileCheck %s --check-prefix=UNUSED
// UNUSED: check: FAILED, error 0.0{{.*}}, tolerance 1e-05, 18 rows compared
// UNUSED-NEXT: result 'out1' is off by 0.0{{.*}}, tolerance 1e-05
func.func @unused(%x: tensor<?x4xf32> {moe.name = "x", moe.dims = ["T"]}, %u: tensor<1xbf16>)
    -> (tensor<?x4xbf16>, tensor<?x4xf32>) {
  %c0 = arith.constant 0 : index
  %t = tensor.dim %x, %c0 : tensor<?x4xf32>
  %big = arith.constant 5.0e4 : f32
  %n = arith.truncf %x : tensor<?x4xf32> to tensor<?x4xbf16>
  %e = tensor.empty(%t) : tensor<?x4xf32>
  %y = linalg.map ins(%x : tensor<?x4xf32>) outs(%e : tensor<?x4xf32>) (%v: f32, %o: f32) {
    %0 = arith.addf %v, %big : f32
    %1 = arith.subf %0, %big : f32
    linalg.yield %1 : f32
  }
  return %n, %y : tensor<?x4xbf16>, tensor<?x4xf32>
}

// What a function is given is exact: weights of bf16 make nothing less so that is computed in f32.
// RUN: moe-run %s --entry=given --dim T=9 --check | FileCheck %s --check-prefix=GIVEN
// GIVEN: check: passed, error {{.*}}, tolerance 1e-05, 9 rows compared
func.func @given(%x: tensor<?x16xf32> {moe.name = "x", moe.dims = ["T"]},
                 %w: tensor<16x8xbf16> {moe.name = "w", moe.param}) -> tensor<?x8xf32> {
  %c0 = arith.constant 0 : index
  %t = tensor.dim %x, %c0 : tensor<?x16xf32>
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty(%t) : tensor<?x8xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<?x8xf32>) -> tensor<?x8xf32>
  %m = linalg.matmul ins(%x, %w : tensor<?x16xf32>, tensor<16x8xbf16>)
      outs(%f : tensor<?x8xf32>) -> tensor<?x8xf32>
  return %m : tensor<?x8xf32>
}

// bf16 between an argument and a result in f32, in a function that is called.
// RUN: moe-run %s --entry=inside --device=reference --optimize --dim T=9 --check | FileCheck %s --check-prefix=INSIDE
// INSIDE: check: passed, error 0.00{{.*}}, tolerance 0.01, 9 rows compared
func.func @inside(%x: tensor<?x4xf32> {moe.name = "x", moe.dims = ["T"]}) -> tensor<?x4xf32> {
  %y = call @round(%x) : (tensor<?x4xf32>) -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}
func.func private @round(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %0 = arith.truncf %x : tensor<?x4xf32> to tensor<?x4xbf16>
  %1 = arith.extf %0 : tensor<?x4xbf16> to tensor<?x4xf32>
  return %1 : tensor<?x4xf32>
}

// A program that reads the bits of a float has no meaning in f64: that is said.
// RUN: not moe-run %s --entry=bits --device=reference --optimize --input arg0=1 --check 2>&1 | FileCheck %s --check-prefix=BITS
// BITS: check.mlir:[[#]]:[[#]]: error: expects no op that reads the bits of a float
func.func @bits(%x: f32) -> i32 {
  %0 = arith.bitcast %x : f32 to i32
  return %0 : i32
}
