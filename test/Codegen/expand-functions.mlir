// RUN: moe-opt %s --moe-expand-functions | FileCheck %s

// A power in f64.
// CHECK-LABEL: func @powers
// CHECK: %[[X:.+]] = arith.extf %{{.+}} : vector<4xf32> to vector<4xf64>
// CHECK: %[[N:.+]] = arith.sitofp %{{.+}} : vector<4xi32> to vector<4xf64>
// CHECK: %[[P:.+]] = math.powf %[[X]], %[[N]] fastmath<nnan> : vector<4xf64>
// CHECK: arith.truncf %[[P]] : vector<4xf64> to vector<4xf32>
// CHECK: %[[M:.+]] = arith.sitofp %{{.+}} : i8 to f64
// CHECK: math.powf %arg2, %[[M]] : f64
func.func @powers(%x: vector<4xf32>, %n: vector<4xi32>, %y: f64, %m: i8) -> (vector<4xf32>, f64) {
  %0 = math.fpowi %x, %n fastmath<nnan> : vector<4xf32>, vector<4xi32>
  %1 = math.fpowi %y, %m : f64, i8
  return %0, %1 : vector<4xf32>, f64
}

// f64 does not hold all exponents: whether it is odd is bit 0 of it. bf16 by way of f32.
// CHECK-LABEL: func @wide
// CHECK: arith.extf %arg0 : bf16 to f32
// CHECK: %[[X:.+]] = arith.extf %{{.+}} : f32 to f64
// CHECK: %[[I:.+]] = arith.index_cast %arg1 : index to i64
// CHECK: %[[N:.+]] = arith.sitofp %[[I]] : i64 to f64
// CHECK: %[[A:.+]] = math.absf %[[X]]
// CHECK: %[[P:.+]] = math.powf %[[A]], %[[N]]
// CHECK: %[[ODD:.+]] = arith.trunci %[[I]] : i64 to i1
// CHECK: %[[S:.+]] = math.copysign %[[P]], %[[X]]
// CHECK: %[[R:.+]] = arith.select %[[ODD]], %[[S]], %[[P]]
// CHECK: %[[F:.+]] = arith.truncf %[[R]] : f64 to f32
// CHECK: arith.truncf %[[F]] : f32 to bf16
func.func @wide(%x: bf16, %n: index) -> bf16 {
  %0 = math.fpowi %x, %n : bf16, index
  return %0 : bf16
}

// LLVM multiplies where the exponent of a number is known, and is i32; of vectors it has no form.
// CHECK-LABEL: func @known
// CHECK: math.fpowi %arg0, %{{.+}} : f32, i32
// CHECK: %[[N:.+]] = arith.constant -2 : i32
// CHECK: math.fpowi %arg0, %[[N]] : f32, i32
// CHECK-COUNT-2: math.powf
func.func @known(%x: f32, %y: vector<2xf64>) -> (f32, f32, f32, vector<2xf64>) {
  %three = arith.constant 3 : i32
  %minus_two = arith.constant -2 : i64
  %large = arith.constant 4294967298 : i64
  %threes = arith.constant dense<3> : vector<2xi32>
  %0 = math.fpowi %x, %three : f32, i32
  %1 = math.fpowi %x, %minus_two : f32, i64
  %2 = math.fpowi %x, %large : f32, i64
  %3 = math.fpowi %y, %threes : vector<2xf64>, vector<2xi32>
  return %0, %1, %2, %3 : f32, f32, f32, vector<2xf64>
}

// CHECK-LABEL: func @stay
// CHECK: math.fpowi
// CHECK: math.isinf %arg2 : f8E4M3FN
// CHECK: math.isnormal %arg3 : tensor<?xf32>
func.func @stay(%y: f128, %n: i32, %z: f8E4M3FN, %t: tensor<?xf32>) -> (f128, i1, tensor<?xi1>) {
  %0 = math.fpowi %y, %n : f128, i32
  %1 = math.isinf %z : f8E4M3FN
  %2 = math.isnormal %t : tensor<?xf32>
  return %0, %1, %2 : f128, i1, tensor<?xi1>
}

// CHECK-LABEL: func @kinds
// CHECK: %[[INF:.+]] = arith.constant 0x7C00 : f16
// CHECK: %[[P:.+]] = arith.cmpf oeq, %arg0, %[[INF]] : f16
// CHECK: %[[MINUS:.+]] = arith.constant 0xFC00 : f16
// CHECK: %[[M:.+]] = arith.cmpf oeq, %arg0, %[[MINUS]] : f16
// CHECK: arith.ori %[[P]], %[[M]] : i1
// CHECK: %[[B:.+]] = math.absf %arg1
// CHECK: %[[LEAST:.+]] = arith.constant dense<1.17549435E-38> : vector<2xf32>
// CHECK: %[[GE:.+]] = arith.cmpf oge, %[[B]], %[[LEAST]]
// CHECK: %[[INFS:.+]] = arith.constant dense<0x7F800000> : vector<2xf32>
// CHECK: %[[LT:.+]] = arith.cmpf olt, %[[B]], %[[INFS]]
// CHECK: arith.andi %[[GE]], %[[LT]] : vector<2xi1>
func.func @kinds(%x: f16, %y: vector<2xf32>) -> (i1, vector<2xi1>) {
  %0 = math.isinf %x : f16
  %1 = math.isnormal %y : vector<2xf32>
  return %0, %1 : i1, vector<2xi1>
}
