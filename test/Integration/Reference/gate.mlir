// RUN: %run_reference | FileCheck %s
// Scores, weights, bias, noise and mask of a gate, small and exact.

func.func private @printMemrefI32(tensor<*xi32>)
func.func private @printMemrefF32(tensor<*xf32>)
func.func private @printMemrefF64(tensor<*xf64>)

func.func @show(%w: tensor<?x?xf32>, %e: tensor<?x?xi32>) {
  %we = tensor.cast %w : tensor<?x?xf32> to tensor<*xf32>
  %ee = tensor.cast %e : tensor<?x?xi32> to tensor<*xi32>
  call @printMemrefF32(%we) : (tensor<*xf32>) -> ()
  call @printMemrefI32(%ee) : (tensor<*xi32>) -> ()
  return
}

// Ties go to the lower index, -0 ties with 0, NaN comes last, below -inf, and
// the ids of a token are distinct whatever the logits are.
func.func @order() {
  %z = arith.constant dense<[[1.0, 3.0, 0.0, 3.0], [2.0, 2.0, 2.0, 2.0], [0.0, -0.0, 0.0, -0.0],
                             [0x7FC00000, 0xFF800000, 0x7F800000, 0.0],
                             [0x7FC00000, 0x7FC00000, 0x7FC00000, 1.0],
                             [0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000]]> : tensor<6x4xf32>
  %zd = tensor.cast %z : tensor<6x4xf32> to tensor<?x4xf32>
  %w, %e = moe.gate %zd <identity, top_k<3>>
      : tensor<?x4xf32> -> tensor<?x3xf32>, tensor<?x3xi32>
  %w0 = tensor.cast %w : tensor<?x3xf32> to tensor<?x?xf32>
  %e0 = tensor.cast %e : tensor<?x3xi32> to tensor<?x?xi32>
  call @show(%w0, %e0) : (tensor<?x?xf32>, tensor<?x?xi32>) -> ()
  // CHECK: sizes = [6, 3]
  // CHECK-NEXT: {{\[}}[3, 3, 1]
  // CHECK-NEXT: [2, 2, 2]
  // CHECK-NEXT: [0, -0, 0]
  // CHECK-NEXT: [inf, 0, -inf]
  // CHECK-NEXT: [1, nan, nan]
  // CHECK-NEXT: [nan, nan, nan]]
  // CHECK: sizes = [6, 3]
  // CHECK-NEXT: {{\[}}[1, 3, 0]
  // CHECK-NEXT: [0, 1, 2]
  // CHECK-NEXT: [0, 1, 2]
  // CHECK-NEXT: [2, 3, 1]
  // CHECK-NEXT: [3, 0, 1]
  // CHECK-NEXT: [0, 1, 2]]
  return
}

// Saturated scores: the key is the logit, unless a bias makes it the score. The
// bias chooses, but is not in the weight.
func.func @keys() {
  %z = arith.constant dense<[[100.0, 200.0, 300.0]]> : tensor<1x3xf32>
  %w, %e = moe.gate %z <sigmoid, top_k<2>> : tensor<1x3xf32> -> tensor<1x2xf32>, tensor<1x2xi32>
  %w0 = tensor.cast %w : tensor<1x2xf32> to tensor<?x?xf32>
  %e0 = tensor.cast %e : tensor<1x2xi32> to tensor<?x?xi32>
  call @show(%w0, %e0) : (tensor<?x?xf32>, tensor<?x?xi32>) -> ()
  // CHECK: sizes = [1, 2]
  // CHECK-NEXT: {{\[}}[1, 1]]
  // CHECK: sizes = [1, 2]
  // CHECK-NEXT: {{\[}}[2, 1]]
  %zero = arith.constant dense<0.0> : tensor<3xbf16>
  %w1, %e1 = moe.gate %z <sigmoid, top_k<2>> bias(%zero : tensor<3xbf16>)
      : tensor<1x3xf32> -> tensor<1x2xf32>, tensor<1x2xi32>
  %w2 = tensor.cast %w1 : tensor<1x2xf32> to tensor<?x?xf32>
  %e2 = tensor.cast %e1 : tensor<1x2xi32> to tensor<?x?xi32>
  call @show(%w2, %e2) : (tensor<?x?xf32>, tensor<?x?xi32>) -> ()
  // CHECK: sizes = [1, 2]
  // CHECK-NEXT: {{\[}}[1, 1]]
  // CHECK: sizes = [1, 2]
  // CHECK-NEXT: {{\[}}[0, 1]]
  %n = arith.constant dense<[[1.0, 100.0, 0.0]]> : tensor<1x3xf16>
  %b = arith.constant dense<[0.0, -8.0, 8.0]> : tensor<3xf32>
  %w3, %e3 = moe.gate %z <identity, top_k<2>, scale = 0.5> bias(%b : tensor<3xf32>)
      noise(%n : tensor<1x3xf16>) : tensor<1x3xf32> -> tensor<1x2xf32>, tensor<1x2xi32>
  %w4 = tensor.cast %w3 : tensor<1x2xf32> to tensor<?x?xf32>
  %e4 = tensor.cast %e3 : tensor<1x2xi32> to tensor<?x?xi32>
  call @show(%w4, %e4) : (tensor<?x?xf32>, tensor<?x?xi32>) -> ()
  // CHECK: sizes = [1, 2]
  // CHECK-NEXT: {{\[}}[150, 150]]
  // CHECK: sizes = [1, 2]
  // CHECK-NEXT: {{\[}}[2, 1]]
  return
}

// Sum with and without epsilon, 0/0 is 0, softmax over the selected; a masked
// token gets nothing, NaN or not.
func.func @normalize() {
  %z = arith.constant dense<[[3.0, 0.0, 1.0], [0.0, 0.0, 0.0], [7.0, 7.0, -1.0],
                             [0x7FC00000, 0x7FC00000, 5.0]]> : tensor<4x3xf32>
  %mask = arith.constant dense<[true, true, true, false]> : tensor<4xi1>
  %w, %e = moe.gate %z <relu, top_k<2>, sum> mask(%mask : tensor<4xi1>)
      : tensor<4x3xf32> -> tensor<4x2xf32>, tensor<4x2xi32>
  %w0 = tensor.cast %w : tensor<4x2xf32> to tensor<?x?xf32>
  %e0 = tensor.cast %e : tensor<4x2xi32> to tensor<?x?xi32>
  call @show(%w0, %e0) : (tensor<?x?xf32>, tensor<?x?xi32>) -> ()
  // CHECK: sizes = [4, 2]
  // CHECK-NEXT: {{\[}}[0.75, 0.25]
  // CHECK-NEXT: [0, 0]
  // CHECK-NEXT: [0.5, 0.5]
  // CHECK-NEXT: [0, 0]]
  // CHECK: sizes = [4, 2]
  // CHECK-NEXT: {{\[}}[0, 2]
  // CHECK-NEXT: [0, 1]
  // CHECK-NEXT: [0, 1]
  // CHECK-NEXT: [0, 1]]
  %w1, %e1 = moe.gate %z <relu, top_k<2>, sum<4.0>, scale = 2.0> mask(%mask : tensor<4xi1>)
      : tensor<4x3xf32> -> tensor<4x2xf32>, tensor<4x2xi32>
  %w2 = tensor.cast %w1 : tensor<4x2xf32> to tensor<?x?xf32>
  %e2 = tensor.cast %e1 : tensor<4x2xi32> to tensor<?x?xi32>
  call @show(%w2, %e2) : (tensor<?x?xf32>, tensor<?x?xi32>) -> ()
  // CHECK: sizes = [4, 2]
  // CHECK-NEXT: {{\[}}[0.75, 0.25]
  // CHECK-NEXT: [0, 0]
  // CHECK-NEXT: [0.777778, 0.777778]
  // CHECK-NEXT: [0, 0]]
  // CHECK: sizes = [4, 2]
  // CHECK-NEXT: {{\[}}[0, 2]
  // CHECK-NEXT: [0, 1]
  // CHECK-NEXT: [0, 1]
  // CHECK-NEXT: [0, 1]]
  %w3, %e3 = moe.gate %z <identity, top_k<2>, softmax> mask(%mask : tensor<4xi1>)
      : tensor<4x3xf32> -> tensor<4x2xf32>, tensor<4x2xi32>
  %w4 = tensor.cast %w3 : tensor<4x2xf32> to tensor<?x?xf32>
  %e4 = tensor.cast %e3 : tensor<4x2xi32> to tensor<?x?xi32>
  call @show(%w4, %e4) : (tensor<?x?xf32>, tensor<?x?xi32>) -> ()
  // CHECK: sizes = [4, 2]
  // CHECK-NEXT: {{\[}}[0.880797, 0.119203]
  // CHECK-NEXT: [0.5, 0.5]
  // CHECK-NEXT: [0.5, 0.5]
  // CHECK-NEXT: [0, 0]]
  // CHECK: sizes = [4, 2]
  // CHECK-NEXT: {{\[}}[0, 2]
  // CHECK-NEXT: [0, 1]
  // CHECK-NEXT: [0, 1]
  // CHECK-NEXT: [0, 1]]
  return
}

// Scores of logits far from 0 neither overflow nor lose their value; a region
// is a score too. f64 logits give f64 weights.
func.func @scores() {
  %z = arith.constant dense<[[1000.0, 1000.0, -1000.0]]> : tensor<1x3xf64>
  %w, %e = moe.gate %z <softmax, all> : tensor<1x3xf64> -> tensor<1x3xf64>, tensor<1x3xi32>
  %w0 = tensor.cast %w : tensor<1x3xf64> to tensor<*xf64>
  call @printMemrefF64(%w0) : (tensor<*xf64>) -> ()
  // CHECK: sizes = [1, 3]
  // CHECK-NEXT: {{\[}}[0.5, 0.5, 0]]
  %w1, %e1 = moe.gate %z <sigmoid, all> : tensor<1x3xf64> -> tensor<1x3xf64>, tensor<1x3xi32>
  %w2 = tensor.cast %w1 : tensor<1x3xf64> to tensor<*xf64>
  call @printMemrefF64(%w2) : (tensor<*xf64>) -> ()
  // CHECK: sizes = [1, 3]
  // CHECK-NEXT: {{\[}}[1, 1, 0]]
  %w3, %e3 = moe.gate %z <sqrt_softplus, all> : tensor<1x3xf64> -> tensor<1x3xf64>, tensor<1x3xi32>
  %w4 = tensor.cast %w3 : tensor<1x3xf64> to tensor<*xf64>
  call @printMemrefF64(%w4) : (tensor<*xf64>) -> ()
  // CHECK: sizes = [1, 3]
  // CHECK-NEXT: {{\[}}[31.6228, 31.6228, 0]]
  %w5, %e5 = moe.gate %z <region, top_k<2>> score {
  ^bb0(%x: f64):
    %half = arith.constant -0.5 : f64
    %y = arith.mulf %x, %half : f64
    moe.yield %y : f64
  } : tensor<1x3xf64> -> tensor<1x2xf64>, tensor<1x2xi32>
  %w6 = tensor.cast %w5 : tensor<1x2xf64> to tensor<*xf64>
  %e6 = tensor.cast %e5 : tensor<1x2xi32> to tensor<*xi32>
  call @printMemrefF64(%w6) : (tensor<*xf64>) -> ()
  // CHECK: sizes = [1, 2]
  // CHECK-NEXT: {{\[}}[500, -500]]
  call @printMemrefI32(%e6) : (tensor<*xi32>) -> ()
  // CHECK: sizes = [1, 2]
  // CHECK-NEXT: {{\[}}[2, 0]]
  return
}

// No tokens, from a dynamic and from a static type.
func.func @empty() {
  %z = tensor.empty() : tensor<0x4xbf16>
  %zd = tensor.cast %z : tensor<0x4xbf16> to tensor<?x4xbf16>
  %w, %e = moe.gate %zd <softmax, group_top_k<1, groups = 2, kept = 1, by = sum_of_two>, sum>
      : tensor<?x4xbf16> -> tensor<?x1xf32>, tensor<?x1xi32>
  %w1, %e1 = moe.gate %z <softmax, batchwise<2>, softmax>
      : tensor<0x4xbf16> -> tensor<0x4xf32>, tensor<0x4xi32>
  %w2 = tensor.cast %w1 : tensor<0x4xf32> to tensor<?x4xf32>
  %c0 = arith.constant 0 : index
  %d0 = tensor.dim %w, %c0 : tensor<?x1xf32>
  %d1 = tensor.dim %w2, %c0 : tensor<?x4xf32>
  %i0 = arith.index_cast %d0 : index to i32
  %i1 = arith.index_cast %d1 : index to i32
  %d = tensor.from_elements %i0, %i1 : tensor<2xi32>
  %dd = tensor.cast %d : tensor<2xi32> to tensor<*xi32>
  call @printMemrefI32(%dd) : (tensor<*xi32>) -> ()
  // CHECK: sizes = [2]
  // CHECK-NEXT: [0, 0]
  return
}

func.func @main() {
  call @order() : () -> ()
  call @keys() : () -> ()
  call @normalize() : () -> ()
  call @scores() : () -> ()
  call @empty() : () -> ()
  return
}
