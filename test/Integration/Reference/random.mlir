// RUN: %run_reference | FileCheck %s
// Philox4x32-10 against its published known answers, and positions.

func.func private @printMemrefF32(tensor<*xf32>)
func.func private @printMemrefI32(tensor<*xi32>)

// The upper 24 bits of the first word of the three known answers: 6627e8d5,
// 408f276d, d16cfe09.
func.func @known() {
  %zero = arith.constant 0 : i64
  %ones = arith.constant -1 : i64
  %key = arith.constant 0x299f31d0a4093822 : i64
  %low = arith.constant 0x85a308d3243f6a88 : i64
  %high = arith.constant 0x0370734413198a2e : i64
  %a = moe.random_uniform seed(%zero) step(%zero) sizes() : tensor<1xf32>
  %b = moe.random_uniform seed(%ones) step(%ones) offset(%ones) sizes() : tensor<1xf32>
  %c = moe.random_uniform seed(%key) step(%high) offset(%low) sizes() : tensor<1xf64>
  %c0 = arith.constant 0 : index
  %scale = arith.constant 16777216.0 : f32
  %0 = tensor.extract %a[%c0] : tensor<1xf32>
  %1 = tensor.extract %b[%c0] : tensor<1xf32>
  %2 = tensor.extract %c[%c0] : tensor<1xf64>
  %3 = arith.truncf %2 : f64 to f32
  %4 = arith.mulf %0, %scale : f32
  %5 = arith.mulf %1, %scale : f32
  %6 = arith.mulf %3, %scale : f32
  %7 = arith.fptosi %4 : f32 to i32
  %8 = arith.fptosi %5 : f32 to i32
  %9 = arith.fptosi %6 : f32 to i32
  %10 = tensor.from_elements %7, %8, %9 : tensor<3xi32>
  %u = tensor.cast %10 : tensor<3xi32> to tensor<*xi32>
  call @printMemrefI32(%u) : (tensor<*xi32>) -> ()
  // CHECK: sizes = [3]
  // CHECK-NEXT: [6694888, 4230951, 13724926]
  return
}

// The number at a position does not depend on the shape around it: element
// [1,2] of a 2x3 tensor is element 5 of a vector, and element 0 from offset 5.
func.func @positions(%columns: index) {
  %seed = arith.constant 7 : i64
  %step = arith.constant 3 : i64
  %five = arith.constant 5 : i64
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c5 = arith.constant 5 : index
  %a = moe.random_normal seed(%seed) step(%step) sizes(%columns) : tensor<2x?xf32>
  %b = moe.random_normal seed(%seed) step(%step) sizes() : tensor<6xf32>
  %c = moe.random_normal seed(%seed) step(%step) offset(%five) sizes() : tensor<1x1x1xf32>
  %0 = tensor.extract %a[%c1, %c2] : tensor<2x?xf32>
  %1 = tensor.extract %b[%c5] : tensor<6xf32>
  %2 = tensor.extract %c[%c0, %c0, %c0] : tensor<1x1x1xf32>
  %3 = arith.subf %0, %1 : f32
  %4 = arith.subf %0, %2 : f32
  %5 = tensor.extract %b[%c1] : tensor<6xf32>
  %6 = arith.subf %0, %5 : f32
  %zero = arith.constant 0.0 : f32
  %same = arith.cmpf oeq, %6, %zero : f32
  %differs = arith.select %same, %zero, %0 : f32
  %7 = arith.cmpf one, %differs, %zero : f32
  %8 = arith.uitofp %7 : i1 to f32
  %9 = tensor.from_elements %3, %4, %8 : tensor<3xf32>
  %u = tensor.cast %9 : tensor<3xf32> to tensor<*xf32>
  call @printMemrefF32(%u) : (tensor<*xf32>) -> ()
  // CHECK: sizes = [3]
  // CHECK-NEXT: [0, 0, 1]
  return
}

// Box-Muller on the words of the first known answer: u1 = (6627e8 + 1) / 2^24,
// u2 = e169c5 / 2^24.
func.func @normal() {
  %zero = arith.constant 0 : i64
  %c0 = arith.constant 0 : index
  %a = moe.random_normal seed(%zero) step(%zero) sizes() : tensor<1xf64>
  %0 = tensor.extract %a[%c0] : tensor<1xf64>
  %expected = arith.constant 0.9911374751458971 : f64
  %tolerance = arith.constant 1.0e-14 : f64
  %1 = arith.subf %0, %expected : f64
  %2 = math.absf %1 : f64
  %3 = arith.cmpf olt, %2, %tolerance : f64
  %4 = arith.extui %3 : i1 to i32
  %5 = tensor.from_elements %4 : tensor<1xi32>
  %u = tensor.cast %5 : tensor<1xi32> to tensor<*xi32>
  call @printMemrefI32(%u) : (tensor<*xi32>) -> ()
  // CHECK: sizes = [1] {{.*}} data
  // CHECK-NEXT: [1]
  return
}

func.func @main() {
  %c3 = arith.constant 3 : index
  call @known() : () -> ()
  call @positions(%c3) : (index) -> ()
  call @normal() : () -> ()
  return
}
