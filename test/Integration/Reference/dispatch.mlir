// RUN: %run_reference | FileCheck %s
// Which slots live and where they go.

func.func private @printMemrefI32(tensor<*xi32>)
func.func private @printMemrefF32(tensor<*xf32>)

func.func @show(%o: tensor<?xi32>, %s: tensor<?xi32>) {
  %ou = tensor.cast %o : tensor<?xi32> to tensor<*xi32>
  %su = tensor.cast %s : tensor<?xi32> to tensor<*xi32>
  call @printMemrefI32(%ou) : (tensor<*xi32>) -> ()
  call @printMemrefI32(%su) : (tensor<*xi32>) -> ()
  return
}

// Within an expert slots ascend, whichever choice they are; an expert may be empty.
func.func @order() {
  %x = arith.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]> : tensor<3x3xf32>
  %e = arith.constant dense<[[3, 0], [0, 3], [0, 1]]> : tensor<3x2xi32>
  %xd = tensor.cast %x : tensor<3x3xf32> to tensor<?x3xf32>
  %ed = tensor.cast %e : tensor<3x2xi32> to tensor<?x2xi32>
  %r0, %o0, %s0 = moe.dispatch %xd to %ed : tensor<?x3xf32> to tensor<?x2xi32>
      -> tensor<?x3xf32> by tensor<5xi32>, tensor<?xi32>
  %od0 = tensor.cast %o0 : tensor<5xi32> to tensor<?xi32>
  %sd0 = tensor.cast %s0 : tensor<?xi32> to tensor<?xi32>
  call @show(%od0, %sd0) : (tensor<?xi32>, tensor<?xi32>) -> ()
  // CHECK: sizes = [5]
  // CHECK-NEXT: [0, 3, 4, 4, 6]
  // CHECK: sizes = [6]
  // CHECK-NEXT: [1, 2, 4, 5, 0, 3]
  %r = tensor.cast %r0 : tensor<?x3xf32> to tensor<*xf32>
  call @printMemrefF32(%r) : (tensor<*xf32>) -> ()
  // CHECK: sizes = [6, 3]
  // CHECK-NEXT: {{\[}}[1, 2, 3]
  // CHECK-NEXT: [4, 5, 6]
  // CHECK-NEXT: [7, 8, 9]
  // CHECK-NEXT: [7, 8, 9]
  // CHECK-NEXT: [1, 2, 3]
  // CHECK-NEXT: [4, 5, 6]]
  return
}

// A weight of 0 or -0 is dead, NaN and negative ones live; ids outside [0,E) are nothing.
func.func @live() {
  %x = arith.constant dense<0.0> : tensor<4x1xf64>
  %e = arith.constant dense<[[0, 1], [1, 0], [2, -1], [2147483647, 1]]> : tensor<4x2xi32>
  %w = arith.constant dense<[[0.0, -0.0], [0x7FC00000, -1.0], [1.0, 1.0], [1.0, 1.0e-45]]> : tensor<4x2xf32>
  %r0, %o0, %s0 = moe.dispatch %x to %e weights(%w : tensor<4x2xf32>) : tensor<4x1xf64> to tensor<4x2xi32>
      -> tensor<8x1xf64> by tensor<3xi32>, tensor<8xi32>
  %od0 = tensor.cast %o0 : tensor<3xi32> to tensor<?xi32>
  %sd0 = tensor.cast %s0 : tensor<8xi32> to tensor<?xi32>
  call @show(%od0, %sd0) : (tensor<?xi32>, tensor<?xi32>) -> ()
  // CHECK: sizes = [3]
  // CHECK-NEXT: [0, 1, 3]
  // CHECK: sizes = [8]
  // CHECK-NEXT: [3, 2, 7, -1, -1, -1, -1, -1]
  %r1, %o1, %s1 = moe.dispatch %x to %e : tensor<4x1xf64> to tensor<4x2xi32>
      -> tensor<8x1xf64> by tensor<3xi32>, tensor<8xi32>
  %od1 = tensor.cast %o1 : tensor<3xi32> to tensor<?xi32>
  %sd1 = tensor.cast %s1 : tensor<8xi32> to tensor<?xi32>
  call @show(%od1, %sd1) : (tensor<?xi32>, tensor<?xi32>) -> ()
  // CHECK: sizes = [3]
  // CHECK-NEXT: [0, 2, 5]
  // CHECK: sizes = [8]
  // CHECK-NEXT: [0, 3, 1, 2, 7, -1, -1, -1]
  return
}

// The lowest slots stay, or all first choices before any second choice; dead slots take
// no place.
func.func @capacity() {
  %x = arith.constant dense<0.0> : tensor<5x1xf32>
  %e = arith.constant dense<[[1, 0], [1, 0], [0, 1], [0, 1], [0, 1]]> : tensor<5x2xi32>
  %w = arith.constant dense<[[1.0, 1.0], [1.0, 1.0], [0.0, 1.0], [1.0, 1.0], [1.0, 1.0]]> : tensor<5x2xf32>
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  %c9 = arith.constant 9 : index
  %r0, %o0, %s0 = moe.dispatch %x to %e weights(%w : tensor<5x2xf32>) capacity(%c2)
      : tensor<5x1xf32> to tensor<5x2xi32> -> tensor<10x1xf32> by tensor<3xi32>, tensor<10xi32>
  %od0 = tensor.cast %o0 : tensor<3xi32> to tensor<?xi32>
  %sd0 = tensor.cast %s0 : tensor<10xi32> to tensor<?xi32>
  call @show(%od0, %sd0) : (tensor<?xi32>, tensor<?xi32>) -> ()
  // CHECK: sizes = [3]
  // CHECK-NEXT: [0, 2, 4]
  // CHECK: sizes = [10]
  // CHECK-NEXT: [1, 3, 0, 2, -1, -1, -1, -1, -1, -1]
  %r1, %o1, %s1 = moe.dispatch %x to %e weights(%w : tensor<5x2xf32>) capacity(%c2) priority(token_major)
      : tensor<5x1xf32> to tensor<5x2xi32> -> tensor<10x1xf32> by tensor<3xi32>, tensor<10xi32>
  %od1 = tensor.cast %o1 : tensor<3xi32> to tensor<?xi32>
  %sd1 = tensor.cast %s1 : tensor<10xi32> to tensor<?xi32>
  call @show(%od1, %sd1) : (tensor<?xi32>, tensor<?xi32>) -> ()
  // CHECK: sizes = [3]
  // CHECK-NEXT: [0, 2, 4]
  // CHECK: sizes = [10]
  // CHECK-NEXT: [1, 3, 0, 2, -1, -1, -1, -1, -1, -1]
  %r2, %o2, %s2 = moe.dispatch %x to %e weights(%w : tensor<5x2xf32>) capacity(%c2) priority(choice_major)
      : tensor<5x1xf32> to tensor<5x2xi32> -> tensor<10x1xf32> by tensor<3xi32>, tensor<10xi32>
  %od2 = tensor.cast %o2 : tensor<3xi32> to tensor<?xi32>
  %sd2 = tensor.cast %s2 : tensor<10xi32> to tensor<?xi32>
  call @show(%od2, %sd2) : (tensor<?xi32>, tensor<?xi32>) -> ()
  // CHECK: sizes = [3]
  // CHECK-NEXT: [0, 2, 4]
  // CHECK: sizes = [10]
  // CHECK-NEXT: [6, 8, 0, 2, -1, -1, -1, -1, -1, -1]
  %r3, %o3, %s3 = moe.dispatch %x to %e weights(%w : tensor<5x2xf32>) capacity(%c0) priority(choice_major)
      : tensor<5x1xf32> to tensor<5x2xi32> -> tensor<10x1xf32> by tensor<3xi32>, tensor<10xi32>
  %od3 = tensor.cast %o3 : tensor<3xi32> to tensor<?xi32>
  %sd3 = tensor.cast %s3 : tensor<10xi32> to tensor<?xi32>
  call @show(%od3, %sd3) : (tensor<?xi32>, tensor<?xi32>) -> ()
  // CHECK: sizes = [3]
  // CHECK-NEXT: [0, 0, 0]
  // CHECK: sizes = [10]
  // CHECK-NEXT: [-1, -1, -1, -1, -1, -1, -1, -1, -1, -1]
  %r4, %o4, %s4 = moe.dispatch %x to %e weights(%w : tensor<5x2xf32>) capacity(%c9) priority(choice_major)
      : tensor<5x1xf32> to tensor<5x2xi32> -> tensor<10x1xf32> by tensor<3xi32>, tensor<10xi32>
  %od4 = tensor.cast %o4 : tensor<3xi32> to tensor<?xi32>
  %sd4 = tensor.cast %s4 : tensor<10xi32> to tensor<?xi32>
  call @show(%od4, %sd4) : (tensor<?xi32>, tensor<?xi32>) -> ()
  // CHECK: sizes = [3]
  // CHECK-NEXT: [0, 4, 9]
  // CHECK: sizes = [10]
  // CHECK-NEXT: [1, 3, 6, 8, 0, 2, 5, 7, 9, -1]
  return
}

// Each segment of tokens has its own places; the last segment may be short.
func.func @segments() {
  %x = arith.constant dense<0.0> : tensor<5x1xf32>
  %e = arith.constant dense<[[1, 0], [0, 1], [0, 1], [0, 1], [0, 1]]> : tensor<5x2xi32>
  %c1 = arith.constant 1 : index
  %r0, %o0, %s0 = moe.dispatch %x to %e capacity(%c1) priority(token_major) segment(2)
      : tensor<5x1xf32> to tensor<5x2xi32> -> tensor<10x1xf32> by tensor<3xi32>, tensor<10xi32>
  %od0 = tensor.cast %o0 : tensor<3xi32> to tensor<?xi32>
  %sd0 = tensor.cast %s0 : tensor<10xi32> to tensor<?xi32>
  call @show(%od0, %sd0) : (tensor<?xi32>, tensor<?xi32>) -> ()
  // CHECK: sizes = [3]
  // CHECK-NEXT: [0, 3, 6]
  // CHECK: sizes = [10]
  // CHECK-NEXT: [1, 4, 8, 0, 5, 9, -1, -1, -1, -1]
  %r1, %o1, %s1 = moe.dispatch %x to %e capacity(%c1) priority(choice_major) segment(2)
      : tensor<5x1xf32> to tensor<5x2xi32> -> tensor<10x1xf32> by tensor<3xi32>, tensor<10xi32>
  %od1 = tensor.cast %o1 : tensor<3xi32> to tensor<?xi32>
  %sd1 = tensor.cast %s1 : tensor<10xi32> to tensor<?xi32>
  call @show(%od1, %sd1) : (tensor<?xi32>, tensor<?xi32>) -> ()
  // CHECK: sizes = [3]
  // CHECK-NEXT: [0, 3, 6]
  // CHECK: sizes = [10]
  // CHECK-NEXT: [2, 4, 8, 0, 5, 9, -1, -1, -1, -1]
  %r2, %o2, %s2 = moe.dispatch %x to %e capacity(%c1) priority(token_major) segment(1)
      : tensor<5x1xf32> to tensor<5x2xi32> -> tensor<10x1xf32> by tensor<3xi32>, tensor<10xi32>
  %od2 = tensor.cast %o2 : tensor<3xi32> to tensor<?xi32>
  %sd2 = tensor.cast %s2 : tensor<10xi32> to tensor<?xi32>
  call @show(%od2, %sd2) : (tensor<?xi32>, tensor<?xi32>) -> ()
  // CHECK: sizes = [3]
  // CHECK-NEXT: [0, 5, 10]
  // CHECK: sizes = [10]
  // CHECK-NEXT: [1, 2, 4, 6, 8, 0, 3, 5, 7, 9]
  %r3, %o3, %s3 = moe.dispatch %x to %e capacity(%c1) priority(choice_major) segment(100)
      : tensor<5x1xf32> to tensor<5x2xi32> -> tensor<10x1xf32> by tensor<3xi32>, tensor<10xi32>
  %od3 = tensor.cast %o3 : tensor<3xi32> to tensor<?xi32>
  %sd3 = tensor.cast %s3 : tensor<10xi32> to tensor<?xi32>
  call @show(%od3, %sd3) : (tensor<?xi32>, tensor<?xi32>) -> ()
  // CHECK: sizes = [3]
  // CHECK-NEXT: [0, 1, 2]
  // CHECK: sizes = [10]
  // CHECK-NEXT: [2, 0, -1, -1, -1, -1, -1, -1, -1, -1]
  return
}

// Several row operands; the weight is multiplied onto the rows and rounded once.
func.func @several() {
  %x = arith.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %y = arith.constant dense<[[1.0], [129.0]]> : tensor<2x1xbf16>
  %e = arith.constant dense<[[1], [0]]> : tensor<2x1xi32>
  %w = arith.constant dense<[[2.0], [1.5]]> : tensor<2x1xf32>
  %r0:2, %o0, %s0 = moe.dispatch %x, %y to %e weights(%w : tensor<2x1xf32>) scale_rows
      : tensor<2x2xf32>, tensor<2x1xbf16> to tensor<2x1xi32>
      -> tensor<2x2xf32>, tensor<2x1xbf16> by tensor<3xi32>, tensor<2xi32>
  %od0 = tensor.cast %o0 : tensor<3xi32> to tensor<?xi32>
  %sd0 = tensor.cast %s0 : tensor<2xi32> to tensor<?xi32>
  call @show(%od0, %sd0) : (tensor<?xi32>, tensor<?xi32>) -> ()
  // CHECK: sizes = [3]
  // CHECK-NEXT: [0, 1, 2]
  // CHECK: sizes = [2]
  // CHECK-NEXT: [1, 0]
  %r = tensor.cast %r0#0 : tensor<2x2xf32> to tensor<*xf32>
  call @printMemrefF32(%r) : (tensor<*xf32>) -> ()
  // CHECK: sizes = [2, 2]
  // CHECK-NEXT: {{\[}}[4.5, 6]
  // CHECK-NEXT: [2, 4]]
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %y0 = tensor.extract %r0#1[%c0, %c0] : tensor<2x1xbf16>
  %y1 = tensor.extract %r0#1[%c1, %c0] : tensor<2x1xbf16>
  %z0 = arith.extf %y0 : bf16 to f32
  %z1 = arith.extf %y1 : bf16 to f32
  %wide = tensor.from_elements %z0, %z1 : tensor<2xf32>
  %q = tensor.cast %wide : tensor<2xf32> to tensor<*xf32>
  call @printMemrefF32(%q) : (tensor<*xf32>) -> ()
  // CHECK: sizes = [2]
  // CHECK-NEXT: [194, 2]
  return
}

// No tokens: all offsets are 0, and there is no slot.
func.func @empty() {
  %x = tensor.empty() : tensor<0x3xf16>
  %e = tensor.empty() : tensor<0x2xi32>
  %ed = tensor.cast %e : tensor<0x2xi32> to tensor<?x2xi32>
  %c1 = arith.constant 1 : index
  %r0, %o0, %s0 = moe.dispatch %x to %ed capacity(%c1) : tensor<0x3xf16> to tensor<?x2xi32>
      -> tensor<?x3xf16> by tensor<3xi32>, tensor<?xi32>
  %c0 = arith.constant 0 : index
  %d = tensor.dim %s0, %c0 : tensor<?xi32>
  %di = arith.index_cast %d : index to i32
  %dt = tensor.from_elements %di : tensor<1xi32>
  %dd = tensor.cast %dt : tensor<1xi32> to tensor<?xi32>
  %od = tensor.cast %o0 : tensor<3xi32> to tensor<?xi32>
  call @show(%od, %dd) : (tensor<?xi32>, tensor<?xi32>) -> ()
  // CHECK: sizes = [3]
  // CHECK-NEXT: [0, 0, 0]
  // CHECK: sizes = [1]
  // CHECK-NEXT: [0]
  return
}

func.func @main() {
  call @order() : () -> ()
  call @live() : () -> ()
  call @capacity() : () -> ()
  call @segments() : () -> ()
  call @several() : () -> ()
  call @empty() : () -> ()
  return
}
