// RUN: moe-opt %s --moe-assign-schedule --split-input-file | FileCheck %s

// Of an architecture its registers are known, if nothing else is.
// CHECK-LABEL: arch = "znver4"
// CHECK: lanes = 16
module attributes {moe.target = #moe.target<cpu, arch = "znver4">} {
  func.func @f(%x: tensor<?x8xf32>, %o: tensor<9xi32>, %w: tensor<8x8x128xf32>, %d: tensor<?x128xf32>) -> tensor<?x128xf32> {
    %y = moe.grouped_matmul ins(%x : tensor<?x8xf32>) offsets(%o : tensor<9xi32>) weights(%w : tensor<8x8x128xf32>)
        outs(%d : tensor<?x128xf32>) -> tensor<?x128xf32>
    return %y : tensor<?x128xf32>
  }
}

// -----

// What is said counts.
// CHECK-LABEL: arch = "znver4"
// CHECK: lanes = 8
module attributes {moe.target = #moe.target<cpu, arch = "znver4", vector_bits = 256>} {
  func.func @f(%x: tensor<?x8xf32>, %o: tensor<9xi32>, %w: tensor<8x8x128xf32>, %d: tensor<?x128xf32>) -> tensor<?x128xf32> {
    %y = moe.grouped_matmul ins(%x : tensor<?x8xf32>) offsets(%o : tensor<9xi32>) weights(%w : tensor<8x8x128xf32>)
        outs(%d : tensor<?x128xf32>) -> tensor<?x128xf32>
    return %y : tensor<?x128xf32>
  }
}

// -----

// Of an architecture that nobody knows, no more than x86-64 has.
// CHECK-LABEL: arch = "znver99"
// CHECK: lanes = 4
module attributes {moe.target = #moe.target<cpu, arch = "znver99">} {
  func.func @f(%x: tensor<?x8xf32>, %o: tensor<9xi32>, %w: tensor<8x8x128xf32>, %d: tensor<?x128xf32>) -> tensor<?x128xf32> {
    %y = moe.grouped_matmul ins(%x : tensor<?x8xf32>) offsets(%o : tensor<9xi32>) weights(%w : tensor<8x8x128xf32>)
        outs(%d : tensor<?x128xf32>) -> tensor<?x128xf32>
    return %y : tensor<?x128xf32>
  }
}
