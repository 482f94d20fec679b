// Every type that can be passed and returned.

// RUN: rm -rf %t && mkdir %t
// DEFINE: %{npy} = %python %moe_src/test/Tools/Inputs/write_npy.py

// One scalar comes back by value.
// RUN: moe-run %s --entry=scalar --device=reference --optimize --input a=1.5 --input b=2 | FileCheck %s --check-prefix=SCALAR
// RUN: moe-run %s --entry=scalar --device=cpu --input a=1.5 --input b=2 | FileCheck %s --check-prefix=SCALAR
// SCALAR: result out0 [] f64: norm 3, 3
func.func @scalar(%a: f64 {moe.name = "a"}, %b: i32 {moe.name = "b"}) -> f64 {
  %0 = arith.sitofp %b : i32 to f64
  %1 = arith.mulf %a, %0 : f64
  return %1 : f64
}

// An integer is exact, also where no double is.
// RUN: %{npy} %t/exact.npy '<i8' scalar 9007199254740993
// RUN: moe-run %s --entry=whole --device=reference --optimize --input n=9007199254740993 --output out0=%t/exact.out.npy
// RUN: cmp %t/exact.npy %t/exact.out.npy
func.func @whole(%n: i64 {moe.name = "n"}) -> i64 {
  return %n : i64
}

// Results of different widths lie where the compiler puts them; integers of
// every width go in and out.
// RUN: %{npy} %t/bits.npy '|b1' 3 1 0 1
// RUN: %{npy} %t/bytes.npy '|i1' 3 -1 2 3
// RUN: %{npy} %t/ints.npy '<i4' 3 -4 5 6
// RUN: %{npy} %t/longs.npy '<i8' 3 -7 8 9
// RUN: moe-run %s --entry=mixed --device=reference --optimize --input bits=%t/bits.npy --input bytes=%t/bytes.npy \
// RUN:   --input ints=%t/ints.npy --input longs=%t/longs.npy --input n=70000 --output out4=%t/longs.out.npy \
// RUN:   | FileCheck %s --check-prefix=MIXED
// RUN: cmp %t/longs.npy %t/longs.out.npy
// MIXED: result out0 [] i1: 1
// MIXED-NEXT: result out1 [3] i1: 1 0 1
// MIXED-NEXT: result out2 [] i8: 112
// MIXED-NEXT: result out3 [3] i8: -1 2 3
// MIXED-NEXT: result out4 [3] i64: -7 8 9
// MIXED-NEXT: result out5 [] f32: norm 70000, 70000
// MIXED-NEXT: result out6 [3] i32: -4 5 6
func.func @mixed(%bits: tensor<3xi1> {moe.name = "bits"}, %bytes: tensor<3xi8> {moe.name = "bytes"},
                 %ints: tensor<3xi32> {moe.name = "ints"}, %longs: tensor<3xi64> {moe.name = "longs"},
                 %n: index {moe.name = "n"})
    -> (i1, tensor<3xi1>, i8, tensor<3xi8>, tensor<3xi64>, f32, tensor<3xi32>) {
  %i = arith.index_cast %n : index to i64
  %small = arith.trunci %i : i64 to i8
  %f = arith.sitofp %i : i64 to f32
  %true = arith.constant true
  return %true, %bits, %small, %bytes, %longs, %f, %ints
      : i1, tensor<3xi1>, i8, tensor<3xi8>, tensor<3xi64>, f32, tensor<3xi32>
}

// An argument, a constant, and one tensor twice: the caller owns all results,
// and the argument is not written by what changes it afterwards.
// RUN: %{npy} %t/x.npy '<f4' 2x2 1 2 3 4
// RUN: moe-run %s --entry=shared --device=reference --optimize --input x=%t/x.npy | FileCheck %s --check-prefix=SHARED
// RUN: moe-run %s --entry=shared --device=cpu --input x=%t/x.npy | FileCheck %s --check-prefix=SHARED
// SHARED: result out0 [2, 2] f32: norm 5.47723, 1 2 3 4
// SHARED-NEXT: result out1 [2, 2] f32: norm 4, 2 2 2 2
// SHARED-NEXT: result out2 [2, 2] f32: norm 10.4881, 9 2 3 4
// SHARED-NEXT: result out3 [2, 2] f32: norm 10.4881, 9 2 3 4
func.func @shared(%x: tensor<2x2xf32> {moe.name = "x"})
    -> (tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x2xf32>) {
  %c = arith.constant dense<2.0> : tensor<2x2xf32>
  %nine = arith.constant 9.0 : f32
  %c0 = arith.constant 0 : index
  %y = tensor.insert %nine into %x[%c0, %c0] : tensor<2x2xf32>
  return %x, %c, %y, %y : tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x2xf32>
}

// Small floats are computed in f32 and rounded at each op: 1 + 2^-9 is 1 in bf16.
// RUN: %{npy} %t/brain.npy '<V2' 2 16256 15104
// RUN: %{npy} %t/half.npy '<f2' 2 1 0.001953125
// RUN: moe-run %s --entry=small --device=reference --optimize --input a=%t/brain.npy --input b=%t/half.npy \
// RUN:   --output out0=%t/brain.out.npy | FileCheck %s --check-prefix=SMALL
// RUN: moe-run %s --entry=small --device=reference --optimize --input a=%t/brain.out.npy --input b=%t/half.npy | FileCheck %s --check-prefix=AGAIN
// SMALL: result out0 [2] bf16: norm {{.*}}, 1 0.00390625
// SMALL-NEXT: result out1 [2] f16: norm {{.*}}, 1.00195 0.00390625
// AGAIN: result out0 [2] bf16: norm {{.*}}, 1 0.00585938
func.func @small(%a: tensor<2xbf16> {moe.name = "a"}, %b: tensor<2xf16> {moe.name = "b"})
    -> (tensor<2xbf16>, tensor<2xf16>) {
  %d = arith.constant dense<0.001953125> : tensor<2xbf16>
  %e = arith.constant dense<0.001953125> : tensor<2xf16>
  %0 = arith.addf %a, %d : tensor<2xbf16>
  %1 = arith.addf %b, %e : tensor<2xf16>
  return %0, %1 : tensor<2xbf16>, tensor<2xf16>
}

// f64 to bf16 and f16 is rounded once: 1 + 2^-8 + 2^-40 is above the tie in
// bf16, and 1 + 2^-11 + 2^-40 in f16; rounding to f32 first would lose that.
// RUN: moe-run %s --entry=once --device=reference --optimize | FileCheck %s --check-prefix=ONCE
// RUN: moe-run %s --entry=once --device=cpu | FileCheck %s --check-prefix=ONCE
// ONCE: result out0 [] bf16: norm 1.00781, 1.00781
// ONCE-NEXT: result out1 [] f16: norm 1.00098, 1.00098
// ONCE-NEXT: result out2 [] bf16: norm 1, 1
func.func @once() -> (bf16, f16, bf16) {
  %x = call @opaque() : () -> f64
  %a = arith.constant 0.0039062500009094947 : f64
  %b = arith.constant 0.00048828125090949470 : f64
  %tie = arith.constant 0.00390625 : f64
  %xa = arith.addf %x, %a : f64
  %xb = arith.addf %x, %b : f64
  %xt = arith.addf %x, %tie : f64
  %0 = arith.truncf %xa : f64 to bf16
  %1 = arith.truncf %xb : f64 to f16
  %2 = arith.truncf %xt : f64 to bf16
  return %0, %1, %2 : bf16, f16, bf16
}
func.func private @opaque() -> f64 attributes {no_inline} {
  %one = arith.constant 1.0 : f64
  return %one : f64
}

// Nothing in, nothing out, and no elements at all.
// RUN: moe-run %s --entry=nothing --device=reference --optimize | FileCheck %s --check-prefix=NOTHING
// RUN: moe-run %s --entry=nothing --device=cpu | FileCheck %s --check-prefix=NOTHING
// RUN: moe-run %s --entry=empty --device=reference --optimize --dim arg0.0=0 | FileCheck %s --check-prefix=EMPTY
// RUN: moe-run %s --entry=empty --device=cpu --dim arg0.0=0 | FileCheck %s --check-prefix=EMPTY
// NOTHING: compiled 'nothing'
// EMPTY: result out0 [0, 3] f32: norm 0,
func.func @nothing() {
  return
}
func.func @empty(%x: tensor<?x3xf32>) -> tensor<?x3xf32> {
  %0 = arith.addf %x, %x : tensor<?x3xf32>
  return %0 : tensor<?x3xf32>
}

// Dimensions of one name have one size, of results too.
// RUN: moe-run %s --entry=second --device=reference --optimize --dim T=2 --dim U=2 | FileCheck %s --check-prefix=SECOND
// RUN: moe-run %s --entry=second --device=cpu --dim T=2 --dim U=2 | FileCheck %s --check-prefix=SECOND
// RUN: not moe-run %s --entry=second --device=reference --optimize --dim T=2 --dim U=3 2>&1 | FileCheck %s --check-prefix=DIMS
// RUN: not moe-run %s --entry=second --device=cpu --dim T=2 --dim U=3 2>&1 | FileCheck %s --check-prefix=DIMS
// SECOND: result out0 [2] f32
// DIMS: moe-run: expects dimension 'T' to have one size, found 2 and 3 in 'out0'
func.func @second(%x: tensor<?xf32> {moe.dims = ["T"]}, %y: tensor<?xf32> {moe.dims = ["U"]})
    -> (tensor<?xf32> {moe.dims = ["T"]}) {
  return %y : tensor<?xf32>
}

// Integers are drawn where they are zeros.
// RUN: moe-run %s --entry=zeros --device=reference --optimize | FileCheck %s --check-prefix=ZEROS
// RUN: moe-run %s --entry=zeros --device=cpu | FileCheck %s --check-prefix=ZEROS
// RUN: moe-run %s --entry=zeros --device=reference --optimize --input z=7 | FileCheck %s --check-prefix=SEVENS
// RUN: moe-run %s --entry=zeros --device=cpu --input z=7 | FileCheck %s --check-prefix=SEVENS
// ZEROS: result out0 [3] i32: 0 0 0
// SEVENS: result out0 [3] i32: 7 7 7
func.func @zeros(%z: tensor<3xi32> {moe.name = "z", moe.init = #moe.init<zeros>}) -> tensor<3xi32> {
  return %z : tensor<3xi32>
}

// Arrays whose first index runs fastest.
// RUN: %python %moe_src/test/Tools/Inputs/write_npy.py %t.npy '^<i4' 2x1x3 0 3 1 4 2 5
// RUN: moe-run %s --entry=columns --device=reference --optimize --input x=%t.npy --output out0=%t.out.npy | FileCheck %s --check-prefix=COLUMNS
// RUN: moe-run %s --entry=columns --device=reference --optimize --input x=%t.out.npy | FileCheck %s --check-prefix=COLUMNS
// COLUMNS: result out0 [2, 1, 3] i32: 0 1 2 3 ...
func.func @columns(%x: tensor<2x1x3xi32> {moe.name = "x"}) -> tensor<2x1x3xi32> {
  return %x : tensor<2x1x3xi32>
}
