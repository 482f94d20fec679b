// RUN: %run_reference | FileCheck %s
// The sum of each token's live rows.

func.func private @printMemrefF32(tensor<*xf32>)

// Token 1 has no live row, its weight and the row past the end are NaN and are
// not read. Sums are kept in f32 in ascending row order and rounded once:
// 256 + 1 + 1 is 258 in bf16, but 256 if each sum were rounded.
func.func @sums() {
  %rows = arith.constant dense<[[256.0, 1.0], [1.0, 2.0], [1.0, 3.0], [4.0, 4.0], [0x7FC0, 0x7FC0], [0x7FC0, 0x7FC0]]> : tensor<6x2xbf16>
  %slots = arith.constant dense<[1, 4, 0, 5, -1, -1]> : tensor<6xi32>
  %slots1 = arith.constant dense<[5, 1, 0, 4, -1, -1]> : tensor<6xi32>
  %w = arith.constant dense<[[1.0, 1.0], [0x7FC00000, 0x7FC00000], [2.0, -0.5]]> : tensor<3x2xf32>
  %rd = tensor.cast %rows : tensor<6x2xbf16> to tensor<?x2xbf16>
  %sd = tensor.cast %slots : tensor<6xi32> to tensor<?xi32>
  %wd = tensor.cast %w : tensor<3x2xf32> to tensor<?x2xf32>
  %y = moe.combine %rd by %sd weights(%wd)
      : tensor<?x2xbf16>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x2xf32>
  %u = tensor.cast %y : tensor<?x2xf32> to tensor<*xf32>
  call @printMemrefF32(%u) : (tensor<*xf32>) -> ()
  // CHECK: sizes = [3, 2]
  // CHECK-NEXT: {{\[}}[257, 4]
  // CHECK-NEXT: [0, 0]
  // CHECK-NEXT: [0, 2]]
  %z = moe.combine %rows by %slots1 weights(%w) unweighted
      : tensor<6x2xbf16>, tensor<6xi32>, tensor<3x2xf32> -> tensor<3x2xf32>
  %v = tensor.cast %z : tensor<3x2xf32> to tensor<*xf32>
  call @printMemrefF32(%v) : (tensor<*xf32>) -> ()
  // CHECK: sizes = [3, 2]
  // CHECK-NEXT: {{\[}}[2, 5]
  // CHECK-NEXT: [0, 0]
  // CHECK-NEXT: [260, 5]]
  return
}

func.func @rounded_once() {
  %rows = arith.constant dense<[[256.0], [1.0], [1.0]]> : tensor<3x1xbf16>
  %slots = arith.constant dense<[2, 0, 1]> : tensor<3xi32>
  %w = arith.constant dense<[[1.0, 1.0, 1.0]]> : tensor<1x3xf32>
  %y = moe.combine %rows by %slots weights(%w)
      : tensor<3x1xbf16>, tensor<3xi32>, tensor<1x3xf32> -> tensor<1x1xbf16>
  %c0 = arith.constant 0 : index
  %0 = tensor.extract %y[%c0, %c0] : tensor<1x1xbf16>
  %1 = arith.extf %0 : bf16 to f32
  %2 = tensor.from_elements %1 : tensor<1xf32>
  %u = tensor.cast %2 : tensor<1xf32> to tensor<*xf32>
  call @printMemrefF32(%u) : (tensor<*xf32>) -> ()
  // CHECK: sizes = [1]
  // CHECK-NEXT: [258]
  return
}

// The order of the sum is that of the rows: (2^24 + 1) + 1 loses both ones,
// (1 + 1) + 2^24 keeps them.
func.func @order() {
  %rows = arith.constant dense<[[16777216.0], [1.0], [1.0], [1.0], [1.0], [16777216.0]]> : tensor<6x1xf32>
  %slots = arith.constant dense<[0, 1, 2, 5, 4, 3]> : tensor<6xi32>
  %w = arith.constant dense<[[1.0, 1.0, 1.0], [1.0, 1.0, 1.0]]> : tensor<2x3xf32>
  %y = moe.combine %rows by %slots weights(%w)
      : tensor<6x1xf32>, tensor<6xi32>, tensor<2x3xf32> -> tensor<2x1xf32>
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %big = arith.constant 16777216.0 : f32
  %0 = tensor.extract %y[%c0, %c0] : tensor<2x1xf32>
  %1 = tensor.extract %y[%c1, %c0] : tensor<2x1xf32>
  %2 = arith.subf %0, %big : f32
  %3 = arith.subf %1, %big : f32
  %4 = tensor.from_elements %2, %3 : tensor<2xf32>
  %u = tensor.cast %4 : tensor<2xf32> to tensor<*xf32>
  call @printMemrefF32(%u) : (tensor<*xf32>) -> ()
  // CHECK: sizes = [2]
  // CHECK-NEXT: [0, 2]
  return
}

// A row of infinities that is not live adds nothing, and a sum of -0 alone is
// +0, as it starts there.
func.func @zeros() {
  %rows = arith.constant dense<[[-0.0], [0x7F800000]]> : tensor<2x1xf32>
  %slots = arith.constant dense<[1, -1]> : tensor<2xi32>
  %w = arith.constant dense<[[0.0], [1.0]]> : tensor<2x1xf32>
  %y = moe.combine %rows by %slots weights(%w)
      : tensor<2x1xf32>, tensor<2xi32>, tensor<2x1xf32> -> tensor<2x1xf32>
  %u = tensor.cast %y : tensor<2x1xf32> to tensor<*xf32>
  call @printMemrefF32(%u) : (tensor<*xf32>) -> ()
  // CHECK: sizes = [2, 1]
  // CHECK-NEXT: {{\[}}[0]
  // CHECK-NEXT: [0]]
  return
}

func.func @main() {
  call @sums() : () -> ()
  call @rounded_once() : () -> ()
  call @order() : () -> ()
  call @zeros() : () -> ()
  return
}
