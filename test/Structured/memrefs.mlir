// RUN: moe-opt %s --split-input-file --convert-moe-to-linalg --verify-diagnostics

// The meaning is in values: memrefs are refused, at the op.
func.func @gather(%x: memref<?x4xf32>, %s: memref<?xi32>, %out: memref<?x4xf32>) {
  // expected-error @below {{'moe.gather_rows' op expects tensors, found memrefs}}
  moe.gather_rows ins(%x, %s : memref<?x4xf32>, memref<?xi32>) slots_per_token(2) outs(%out : memref<?x4xf32>)
  return
}

// -----

func.func @matmul(%x: memref<?x4xf32>, %o: memref<3xi32>, %w: memref<2x4x3xf32>, %out: memref<?x3xf32>) {
  // expected-error @below {{'moe.grouped_matmul' op expects tensors, found memrefs}}
  moe.grouped_matmul ins(%x : memref<?x4xf32>) offsets(%o : memref<3xi32>) weights(%w : memref<2x4x3xf32>) outs(%out : memref<?x3xf32>)
  return
}
