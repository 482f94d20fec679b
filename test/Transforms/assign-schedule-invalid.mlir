// RUN: moe-opt %s --moe-attach-target=target=znver4 --moe-assign-schedule | FileCheck %s
// RUN: moe-opt %s --moe-attach-target=target=x86-64-v4 --moe-assign-schedule --verify-diagnostics

// Only matmuls have code that obeys one.
func.func @other(%x: tensor<?x8xf32>, %s: tensor<?xi32>, %d: tensor<?x8xf32>) -> tensor<?x8xf32> {
  // expected-warning @+1 {{'moe.gather_rows' op has a schedule that nothing obeys: on a CPU only that of moe.grouped_matmul is}}
  %y = moe.gather_rows ins(%x, %s : tensor<?x8xf32>, tensor<?xi32>) slots_per_token(2)
      outs(%d : tensor<?x8xf32>) schedule(#moe.cpu_schedule<rows = 2, columns = 16>) -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// A dot needs the instruction; pairs that are taken apart need none.
// CHECK: schedule(#moe.cpu_schedule<rows = 2, columns = 16, lanes = 16, group = 2, dot = true, depth = 64, tiles = 4>)
func.func @pairs(%x: tensor<?x8xbf16>, %o: tensor<9xi32>, %w: tensor<8x8x128xbf16>, %d: tensor<?x128xf32>) -> tensor<?x128xf32> {
  // expected-error @+1 {{'moe.grouped_matmul' op expects no dot where the processor has no avx512bf16, found one for x86-64-v4}}
  %y = moe.grouped_matmul ins(%x : tensor<?x8xbf16>) offsets(%o : tensor<9xi32>) weights(%w : tensor<8x8x128xbf16>)
      outs(%d : tensor<?x128xf32>) schedule(#moe.cpu_schedule<rows = 2, columns = 16, lanes = 16, group = 2, dot = true, depth = 64, tiles = 4>) -> tensor<?x128xf32>
  return %y : tensor<?x128xf32>
}
