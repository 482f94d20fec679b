// RUN: moe-opt %s --moe-call-libm | FileCheck %s
// RUN: moe-opt %s --moe-call-libm=only-lossy | FileCheck %s --check-prefix=LOSSY

// CHECK-LABEL: func @known
// CHECK: call @expm1f(%{{.+}}) : (f32) -> f32
// CHECK: call @log1p(%{{.+}}) : (f64) -> f64
func.func @known(%x: f32, %y: f64) -> (f32, f64) {
  %0 = math.expm1 %x : f32
  %1 = math.log1p %y : f64
  return %0, %1 : f32, f64
}

// The C library's patterns know none of these, which is no error.
// CHECK-LABEL: func @others
// CHECK: math.copysign
// CHECK: math.fpowi
// CHECK: math.ctpop
func.func @others(%x: f32, %i: i32) -> (f32, f32, i32) {
  %0 = math.copysign %x, %x : f32
  %1 = math.fpowi %x, %i : f32, i32
  %2 = math.ctpop %i : i32
  return %0, %1, %2 : f32, f32, i32
}

// LLVM's forms of two functions lose small numbers, on vectors too.
// LOSSY-LABEL: func @on_vectors
// LOSSY-COUNT-2: call @log1p(%{{.+}}) : (f64) -> f64
// LOSSY: math.exp %{{.+}} : vector<2xf64>
// LOSSY: math.log1p %{{.+}} : vector<[2]xf64>
// LOSSY: math.expm1 %{{.+}} : f128
func.func @on_vectors(%x: vector<2xf64>, %s: vector<[2]xf64>, %w: f128) -> (vector<2xf64>, vector<2xf64>, vector<[2]xf64>, f128) {
  %0 = math.log1p %x : vector<2xf64>
  %1 = math.exp %x : vector<2xf64>
  %2 = math.log1p %s : vector<[2]xf64>
  %3 = math.expm1 %w : f128
  return %0, %1, %2, %3 : vector<2xf64>, vector<2xf64>, vector<[2]xf64>, f128
}
