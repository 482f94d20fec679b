// RUN: moe-opt %s --moe-expand-functions | FileCheck %s

// A power in f64, whatever the exponent's width.
// CHECK-LABEL: func @powers
// CHECK: %[[X:.+]] = arith.extf %{{.+}} : vector<4xf32> to vector<4xf64>
// CHECK: %[[N:.+]] = arith.sitofp %{{.+}} : vector<4xi64> to vector<4xf64>
// CHECK: %[[P:.+]] = math.powf %[[X]], %[[N]] fastmath<nnan> : vector<4xf64>
// CHECK: arith.truncf %[[P]] : vector<4xf64> to vector<4xf32>
// CHECK: %[[M:.+]] = arith.sitofp %{{.+}} : i8 to f64
// CHECK: math.powf %arg2, %[[M]] : f64
func.func @powers(%x: vector<4xf32>, %n: vector<4xi64>, %y: f64, %m: i8) -> (vector<4xf32>, f64) {
  %0 = math.fpowi %x, %n fastmath<nnan> : vector<4xf32>, vector<4xi64>
  %1 = math.fpowi %y, %m : f64, i8
  return %0, %1 : vector<4xf32>, f64
}

// LLVM multiplies where the exponent is known; wider numbers have no such function.
// CHECK-LABEL: func @stay
// CHECK-COUNT-2: math.fpowi
func.func @stay(%x: f32, %y: f128, %n: i32) -> (f32, f128) {
  %three = arith.constant 3 : i32
  %0 = math.fpowi %x, %three : f32, i32
  %1 = math.fpowi %y, %n : f128, i32
  return %0, %1 : f32, f128
}

// CHECK-LABEL: func @kinds
// CHECK: %[[INF:.+]] = arith.constant 0x7C00 : f16
// CHECK: %[[A:.+]] = math.absf %arg0
// CHECK: arith.cmpf oeq, %[[A]], %[[INF]] : f16
// CHECK: %[[B:.+]] = math.absf %arg1
// CHECK: %[[LEAST:.+]] = arith.constant dense<1.17549435E-38> : vector<2xf32>
// CHECK: %[[INFS:.+]] = arith.constant dense<0x7F800000> : vector<2xf32>
// CHECK: %[[GE:.+]] = arith.cmpf oge, %[[B]], %[[LEAST]]
// CHECK: %[[LT:.+]] = arith.cmpf olt, %[[B]], %[[INFS]]
// CHECK: arith.andi %[[GE]], %[[LT]] : vector<2xi1>
func.func @kinds(%x: f16, %y: vector<2xf32>) -> (i1, vector<2xi1>) {
  %0 = math.isinf %x : f16
  %1 = math.isnormal %y : vector<2xf32>
  return %0, %1 : i1, vector<2xi1>
}
