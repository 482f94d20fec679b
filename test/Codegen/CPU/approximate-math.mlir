// RUN: moe-opt %s --moe-approximate-math | FileCheck %s

// CHECK-LABEL: func @vector
// CHECK-NOT: math.exp
// CHECK: math.fma
func.func @vector(%x: vector<16xf32>) -> vector<16xf32> {
  %y = math.exp %x : vector<16xf32>
  return %y : vector<16xf32>
}

// The polynomial is one of f32.
// CHECK-LABEL: func @wide
// CHECK: math.exp
func.func @wide(%x: vector<8xf64>) -> vector<8xf64> {
  %y = math.exp %x : vector<8xf64>
  return %y : vector<8xf64>
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

// In a loop of scalars they would keep LLVM from making vectors; within a loop of that loop they stay.
// CHECK-LABEL: func @loop
// CHECK: scf.parallel
// CHECK-NOT: math.exp
// CHECK: scf.for
// CHECK: math.exp
func.func @loop(%m: memref<64xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  scf.parallel (%i) = (%c0) to (%c64) step (%c1) {
    %x = memref.load %m[%i] : memref<64xf32>
    %y = math.exp %x : f32
    memref.store %y, %m[%i] : memref<64xf32>
    scf.for %j = %c0 to %c64 step %c1 {
      %z = math.exp %y : f32
      memref.store %z, %m[%j] : memref<64xf32>
    }
  }
  return
}

// Functions whose polynomial is wrong somewhere are calls.
// CHECK-LABEL: func @range
// CHECK: math.sin
// CHECK: math.log
func.func @range(%x: vector<16xf32>) -> vector<16xf32> {
  %y = math.sin %x : vector<16xf32>
  %z = math.log %y : vector<16xf32>
  return %z : vector<16xf32>
}
