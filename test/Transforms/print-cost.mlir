// RUN: moe-opt %s --moe-print-cost -o /dev/null 2>&1 | FileCheck %s
// RUN: moe-opt %s --moe-optimize --moe-print-cost -o /dev/null 2>&1 | FileCheck %s --check-prefix=LEVEL2

// A gate of 16 x 8 and two of eight experts of 16 x 24, in both levels.
// CHECK:      @layer
// CHECK:      gate{{ +}}128{{ +}}128{{ +}}512
// CHECK-NEXT: experts{{ +}}768{{ +}}3,072{{ +}}12,288{{ +}}9.6
// CHECK-NEXT: total{{ +}}896{{ +}}3,200{{ +}}12,800
// LEVEL2:      @layer
// LEVEL2:      gate{{ +}}128{{ +}}128{{ +}}512
// LEVEL2:      experts{{ +}}768{{ +}}3,072{{ +}}12,288
// LEVEL2:      total{{ +}}896{{ +}}3,200{{ +}}12,800
func.func @layer(%x: tensor<?x16xf32>, %wg: tensor<16x8xf32>, %w: tensor<8x16x24xf32>) -> tensor<?x24xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %t = tensor.dim %x, %c0 : tensor<?x16xf32>
  %i = tensor.empty(%t) : tensor<?x8xf32>
  %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x8xf32>) -> tensor<?x8xf32>
  %z = linalg.matmul ins(%x, %wg : tensor<?x16xf32>, tensor<16x8xf32>) outs(%f : tensor<?x8xf32>) -> tensor<?x8xf32>
  %weights, %experts = moe.gate %z <softmax, top_k<2>> : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %rows, %o, %s = moe.dispatch %x to %experts weights(%weights : tensor<?x2xf32>) : tensor<?x16xf32> to tensor<?x2xi32> -> tensor<?x16xf32> by tensor<9xi32>, tensor<?xi32>
  %y = moe.expert rows(%xe = %rows : tensor<?x16xf32>) offsets(%o : tensor<9xi32>) params(%we = %w : tensor<8x16x24xf32>) {
    %d0 = arith.constant 0 : index
    %z0 = arith.constant 0.0 : f32
    %m = tensor.dim %xe, %d0 : tensor<?x16xf32>
    %e = tensor.empty(%m) : tensor<?x24xf32>
    %g = linalg.fill ins(%z0 : f32) outs(%e : tensor<?x24xf32>) -> tensor<?x24xf32>
    %p = linalg.matmul ins(%xe, %we : tensor<?x16xf32>, tensor<16x24xf32>) outs(%g : tensor<?x24xf32>) -> tensor<?x24xf32>
    moe.yield %p : tensor<?x24xf32>
  } -> tensor<?x24xf32>
  %r = moe.combine %y by %s weights(%weights) : tensor<?x24xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x24xf32>
  return %r : tensor<?x24xf32>
}
