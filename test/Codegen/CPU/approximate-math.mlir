// RUN: moe-opt %s --moe-approximate-math | FileCheck %s

// CHECK-LABEL: func @vector
// CHECK-NOT: math.exp
// CHECK: math.fma
func.func @vector(%x: vector<16xf32>) -> vector<16xf32> {
  %y = math.exp %x : vector<16xf32>
  return %y : vector<16xf32>
}

// Scalars are left to the C library, but what loses small numbers there.
// CHECK-LABEL: func @scalar
// CHECK: math.exp
// CHECK-NOT: math.log1p
func.func @scalar(%x: f32) -> f32 {
  %y = math.exp %x : f32
  %z = math.log1p %y : f32
  return %z : f32
}

// So are functions whose polynomial is wrong somewhere.
// CHECK-LABEL: func @range
// CHECK: math.sin
// CHECK: math.log
func.func @range(%x: vector<16xf32>) -> vector<16xf32> {
  %y = math.sin %x : vector<16xf32>
  %z = math.log %y : vector<16xf32>
  return %z : vector<16xf32>
}
