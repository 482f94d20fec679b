// RUN: %run_reference | FileCheck %s
// What each selection of a router keeps.

func.func private @printMemrefI32(tensor<*xi32>)
func.func private @printMemrefF32(tensor<*xf32>)

// By the largest score, by the sum of two, ties to the lower group; what is left out
// counts as -inf, not as 0.
func.func @groups() {
  %z = arith.constant dense<[[5.0, 0.0, 3.0, 3.0, 4.0, 1.0],
                             [-5.0, -1.0, -2.0, -2.0, -3.0, -9.0],
                             [1.0, 2.0, 2.0, 1.0, 2.0, 1.0],
                             [0x7FC00000, 9.0, 0x7FC00000, 0x7FC00000, 1.0, 1.0]]> : tensor<4x6xf32>
  %w0, %e0 = moe.gate %z <identity, group_top_k<2, groups = 3, kept = 1, by = max>>
      : tensor<4x6xf32> -> tensor<4x2xf32>, tensor<4x2xi32>
  %e0u = tensor.cast %e0 : tensor<4x2xi32> to tensor<*xi32>
  call @printMemrefI32(%e0u) : (tensor<*xi32>) -> ()
  // CHECK: sizes = [4, 2]
  // CHECK-NEXT: {{\[}}[0, 1]
  // CHECK-NEXT: [1, 0]
  // CHECK-NEXT: [1, 0]
  // CHECK-NEXT: [1, 2]]
  %w1, %e1 = moe.gate %z <identity, group_top_k<2, groups = 3, kept = 1, by = sum_of_two>>
      : tensor<4x6xf32> -> tensor<4x2xf32>, tensor<4x2xi32>
  %e1u = tensor.cast %e1 : tensor<4x2xi32> to tensor<*xi32>
  call @printMemrefI32(%e1u) : (tensor<*xi32>) -> ()
  // CHECK: sizes = [4, 2]
  // CHECK-NEXT: {{\[}}[2, 3]
  // CHECK-NEXT: [2, 3]
  // CHECK-NEXT: [1, 0]
  // CHECK-NEXT: [4, 5]]
  %w2, %e2 = moe.gate %z <identity, group_top_k<3, groups = 3, kept = 2, by = sum_of_two>>
      : tensor<4x6xf32> -> tensor<4x3xf32>, tensor<4x3xi32>
  %e2u = tensor.cast %e2 : tensor<4x3xi32> to tensor<*xi32>
  call @printMemrefI32(%e2u) : (tensor<*xi32>) -> ()
  // CHECK: sizes = [4, 3]
  // CHECK-NEXT: {{\[}}[0, 2, 3]
  // CHECK-NEXT: [1, 2, 3]
  // CHECK-NEXT: [1, 2, 0]
  // CHECK-NEXT: [1, 4, 5]]
  return
}

// Two of three: the third of a group does not count.
func.func @large_groups() {
  %z = arith.constant dense<[[5.0, 0.0, 4.0, 3.0, 3.0, 4.0]]> : tensor<1x6xf32>
  %w0, %e0 = moe.gate %z <identity, group_top_k<2, groups = 2, kept = 1, by = sum_of_two>>
      : tensor<1x6xf32> -> tensor<1x2xf32>, tensor<1x2xi32>
  %e0u = tensor.cast %e0 : tensor<1x2xi32> to tensor<*xi32>
  call @printMemrefI32(%e0u) : (tensor<*xi32>) -> ()
  // CHECK: sizes = [1, 2]
  // CHECK-NEXT: {{\[}}[0, 2]]
  return
}

// The bias of a group counts, and is not in the weight.
func.func @biased_groups() {
  %z = arith.constant dense<[[5.0, 0.0, 3.0, 3.0, 4.0, 1.0],
                             [-5.0, -1.0, -2.0, -2.0, -3.0, -9.0],
                             [1.0, 2.0, 2.0, 1.0, 2.0, 1.0],
                             [0x7FC00000, 9.0, 0x7FC00000, 0x7FC00000, 1.0, 1.0]]> : tensor<4x6xf32>
  %b = arith.constant dense<[0.0, 0.0, 0.0, 0.0, 100.0, 0.0]> : tensor<6xf32>
  %w0, %e0 = moe.gate %z <identity, group_top_k<2, groups = 3, kept = 1, by = sum_of_two>, scale = 2.5> bias(%b : tensor<6xf32>)
      : tensor<4x6xf32> -> tensor<4x2xf32>, tensor<4x2xi32>
  %w0u = tensor.cast %w0 : tensor<4x2xf32> to tensor<*xf32>
  call @printMemrefF32(%w0u) : (tensor<*xf32>) -> ()
  // CHECK: sizes = [4, 2]
  // CHECK-NEXT: {{\[}}[10, 2.5]
  // CHECK-NEXT: [-7.5, -22.5]
  // CHECK-NEXT: [5, 2.5]
  // CHECK-NEXT: [2.5, 2.5]]
  %e0u = tensor.cast %e0 : tensor<4x2xi32> to tensor<*xi32>
  call @printMemrefI32(%e0u) : (tensor<*xi32>) -> ()
  // CHECK: sizes = [4, 2]
  // CHECK-NEXT: {{\[}}[4, 5]
  // CHECK-NEXT: [4, 5]
  // CHECK-NEXT: [4, 5]
  // CHECK-NEXT: [4, 5]]
  return
}

// Every expert, in the order of the experts.
func.func @all() {
  %z = arith.constant dense<[[1.0, -2.0, 3.0], [-1.0, -2.0, -3.0]]> : tensor<2x3xf32>
  %zd = tensor.cast %z : tensor<2x3xf32> to tensor<?x?xf32>
  %w, %e = moe.gate %zd <relu, all, sum> : tensor<?x?xf32> -> tensor<?x?xf32>, tensor<?x?xi32>
  %w0 = tensor.cast %w : tensor<?x?xf32> to tensor<2x3xf32>
  %e0 = tensor.cast %e : tensor<?x?xi32> to tensor<2x3xi32>
  %w0u = tensor.cast %w0 : tensor<2x3xf32> to tensor<*xf32>
  call @printMemrefF32(%w0u) : (tensor<*xf32>) -> ()
  // CHECK: sizes = [2, 3]
  // CHECK-NEXT: {{\[}}[0.25, 0, 0.75]
  // CHECK-NEXT: [0, 0, 0]]
  %e0u = tensor.cast %e0 : tensor<2x3xi32> to tensor<*xi32>
  call @printMemrefI32(%e0u) : (tensor<*xi32>) -> ()
  // CHECK: sizes = [2, 3]
  // CHECK-NEXT: {{\[}}[0, 1, 2]
  // CHECK-NEXT: [0, 1, 2]]
  return
}

// Strictly above the threshold; a token that keeps nothing gets nothing.
func.func @threshold() {
  %z = arith.constant dense<[[0.5, 0.25, 1.0], [0.5, 0.0, 0.75], [0x7FC00000, 1.0, 0.0]]> : tensor<3x3xf32>
  %t = arith.constant dense<[0.5, 0.0, 0.75]> : tensor<3xf16>
  %w0, %e0 = moe.gate %z <identity, threshold, sum> thresholds(%t : tensor<3xf16>)
      : tensor<3x3xf32> -> tensor<3x3xf32>, tensor<3x3xi32>
  %w0u = tensor.cast %w0 : tensor<3x3xf32> to tensor<*xf32>
  call @printMemrefF32(%w0u) : (tensor<*xf32>) -> ()
  // CHECK: sizes = [3, 3]
  // CHECK-NEXT: {{\[}}[0, 0.2, 0.8]
  // CHECK-NEXT: [0, 0, 0]
  // CHECK-NEXT: [0, 1, 0]]
  %e0u = tensor.cast %e0 : tensor<3x3xi32> to tensor<*xi32>
  call @printMemrefI32(%e0u) : (tensor<*xi32>) -> ()
  // CHECK: sizes = [3, 3]
  // CHECK-NEXT: {{\[}}[0, 1, 2]
  // CHECK-NEXT: [0, 1, 2]
  // CHECK-NEXT: [0, 1, 2]]
  %w1, %e1 = moe.gate %z <identity, threshold, softmax, scale = -1.0> thresholds(%t : tensor<3xf16>)
      : tensor<3x3xf32> -> tensor<3x3xf32>, tensor<3x3xi32>
  %w1u = tensor.cast %w1 : tensor<3x3xf32> to tensor<*xf32>
  call @printMemrefF32(%w1u) : (tensor<*xf32>) -> ()
  // CHECK: sizes = [3, 3]
  // CHECK-NEXT: {{\[}}[0, -0.320821, -0.679179]
  // CHECK-NEXT: [0, 0, 0]
  // CHECK-NEXT: [0, -1, 0]]
  return
}

// Each expert's best tokens, ties to the lower token, NaN last; all tokens at most.
func.func @expert_choice() {
  %z = arith.constant dense<[[1.0, 5.0], [3.0, 0x7FC00000], [3.0, 0xFF800000], [3.0, 4.0]]> : tensor<4x2xf32>
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %c9 = arith.constant 9 : index
  %w0, %e0 = moe.gate %z <identity, expert_choice> capacity(%c2)
      : tensor<4x2xf32> -> tensor<4x2xf32>, tensor<4x2xi32>
  %w0u = tensor.cast %w0 : tensor<4x2xf32> to tensor<*xf32>
  call @printMemrefF32(%w0u) : (tensor<*xf32>) -> ()
  // CHECK: sizes = [4, 2]
  // CHECK-NEXT: {{\[}}[0, 5]
  // CHECK-NEXT: [3, 0]
  // CHECK-NEXT: [3, 0]
  // CHECK-NEXT: [0, 4]]
  %w1, %e1 = moe.gate %z <identity, expert_choice> capacity(%c3)
      : tensor<4x2xf32> -> tensor<4x2xf32>, tensor<4x2xi32>
  %w1u = tensor.cast %w1 : tensor<4x2xf32> to tensor<*xf32>
  call @printMemrefF32(%w1u) : (tensor<*xf32>) -> ()
  // CHECK: sizes = [4, 2]
  // CHECK-NEXT: {{\[}}[0, 5]
  // CHECK-NEXT: [3, 0]
  // CHECK-NEXT: [3, -inf]
  // CHECK-NEXT: [3, 4]]
  %w2, %e2 = moe.gate %z <identity, expert_choice> capacity(%c9)
      : tensor<4x2xf32> -> tensor<4x2xf32>, tensor<4x2xi32>
  %w2u = tensor.cast %w2 : tensor<4x2xf32> to tensor<*xf32>
  call @printMemrefF32(%w2u) : (tensor<*xf32>) -> ()
  // CHECK: sizes = [4, 2]
  // CHECK-NEXT: {{\[}}[1, 5]
  // CHECK-NEXT: [3, nan]
  // CHECK-NEXT: [3, -inf]
  // CHECK-NEXT: [3, 4]]
  %w3, %e3 = moe.gate %z <identity, expert_choice> capacity(%c0)
      : tensor<4x2xf32> -> tensor<4x2xf32>, tensor<4x2xi32>
  %w3u = tensor.cast %w3 : tensor<4x2xf32> to tensor<*xf32>
  call @printMemrefF32(%w3u) : (tensor<*xf32>) -> ()
  // CHECK: sizes = [4, 2]
  // CHECK-NEXT: {{\[}}[0, 0]
  // CHECK-NEXT: [0, 0]
  // CHECK-NEXT: [0, 0]
  // CHECK-NEXT: [0, 0]]
  return
}

// m = max(1, floor(k * T / L)).
func.func @batchwise() {
  %z = arith.constant dense<[[1.0, 5.0], [3.0, 0.0], [3.0, -1.0], [3.0, 4.0], [2.0, 2.0]]> : tensor<5x2xf32>
  %w0, %e0 = moe.gate %z <identity, batchwise<1>> : tensor<5x2xf32> -> tensor<5x2xf32>, tensor<5x2xi32>
  %w0u = tensor.cast %w0 : tensor<5x2xf32> to tensor<*xf32>
  call @printMemrefF32(%w0u) : (tensor<*xf32>) -> ()
  // CHECK: sizes = [5, 2]
  // CHECK-NEXT: {{\[}}[0, 5]
  // CHECK-NEXT: [3, 0]
  // CHECK-NEXT: [3, 0]
  // CHECK-NEXT: [0, 4]
  // CHECK-NEXT: [0, 0]]
  %e0u = tensor.cast %e0 : tensor<5x2xi32> to tensor<*xi32>
  call @printMemrefI32(%e0u) : (tensor<*xi32>) -> ()
  // CHECK: sizes = [5, 2]
  // CHECK-NEXT: {{\[}}[0, 1]
  // CHECK-NEXT: [0, 1]
  // CHECK-NEXT: [0, 1]
  // CHECK-NEXT: [0, 1]
  // CHECK-NEXT: [0, 1]]
  %one = arith.constant dense<[[1.0, 2.0, 3.0]]> : tensor<1x3xf32>
  %w1, %e1 = moe.gate %one <identity, batchwise<2>, sum> : tensor<1x3xf32> -> tensor<1x3xf32>, tensor<1x3xi32>
  %w1u = tensor.cast %w1 : tensor<1x3xf32> to tensor<*xf32>
  call @printMemrefF32(%w1u) : (tensor<*xf32>) -> ()
  // CHECK: sizes = [1, 3]
  // CHECK-NEXT: {{\[}}[0.166667, 0.333333, 0.5]]
  return
}

// The first expert whose prefix sum exceeds the number; where none does, the last one
// with a score above 0, else the last one.
func.func @sample() {
  %z = arith.constant dense<[[0.25, 0.5, 0.25], [0.25, 0.5, 0.25], [0.25, 0.5, 0.25], [0.25, 0.5, 0.25],
                             [0.25, 0.5, 0.0], [0.0, 0.0, 0.0]]> : tensor<6x3xf32>
  %u = arith.constant dense<[0.0, 0.25, 0.7499, 0.75, 0.9, 0.5]> : tensor<6xf32>
  %w0, %e0 = moe.gate %z <identity, sample> uniform(%u : tensor<6xf32>)
      : tensor<6x3xf32> -> tensor<6x1xf32>, tensor<6x1xi32>
  %w0u = tensor.cast %w0 : tensor<6x1xf32> to tensor<*xf32>
  call @printMemrefF32(%w0u) : (tensor<*xf32>) -> ()
  // CHECK: sizes = [6, 1]
  // CHECK-NEXT: {{\[}}[0.25]
  // CHECK-NEXT: [0.5]
  // CHECK-NEXT: [0.5]
  // CHECK-NEXT: [0.25]
  // CHECK-NEXT: [0.5]
  // CHECK-NEXT: [0]]
  %e0u = tensor.cast %e0 : tensor<6x1xi32> to tensor<*xi32>
  call @printMemrefI32(%e0u) : (tensor<*xi32>) -> ()
  // CHECK: sizes = [6, 1]
  // CHECK-NEXT: {{\[}}[0]
  // CHECK-NEXT: [1]
  // CHECK-NEXT: [1]
  // CHECK-NEXT: [2]
  // CHECK-NEXT: [1]
  // CHECK-NEXT: [2]]
  return
}

func.func @main() {
  call @groups() : () -> ()
  call @large_groups() : () -> ()
  call @biased_groups() : () -> ()
  call @all() : () -> ()
  call @threshold() : () -> ()
  call @expert_choice() : () -> ()
  call @batchwise() : () -> ()
  call @sample() : () -> ()
  return
}
