// RUN: moe-opt %s --convert-rows-to-vector --canonicalize --cse --split-input-file | FileCheck %s

// Blocks of 16384 elements are tasks: tokens of 2048 columns and 4 rows, two of them. A sum is in registers over the rows of its
// token, of which there are as many as come before the first -1; a weight of zero is not multiplied.
// CHECK-LABEL: func @combine
// CHECK: scf.parallel (%{{.+}}) = (%c0) to (%{{.+}}) step (%c2)
// CHECK: scf.for %[[T:.+]] =
// CHECK: %[[N:.+]]:2 = scf.for {{.+}} = %c0 to %c4 step %c1 iter_args(%{{.+}} = %c0, %{{.+}} = %true)
// CHECK: scf.for %[[D:.+]] = %c0 to %c2048 step %c64
// CHECK: %[[SUM:.+]] = scf.for %{{.+}} = %c0 to %[[N]]#0 step %c1 iter_args(%{{.+}} = %{{.+}}) -> (vector<64xf32>)
// CHECK: %[[WEIGHED:.+]] = arith.cmpf une
// CHECK: scf.if %[[WEIGHED]]
// CHECK: vector.load %{{.+}}[%{{.+}}, %[[D]]] : memref<?x2048xbf16>, vector<64xbf16>
// CHECK: arith.extf
// CHECK: arith.mulf
// CHECK: arith.addf
// CHECK: %[[Y:.+]] = arith.truncf %[[SUM]] : vector<64xf32> to vector<64xbf16>
// CHECK: vector.store %[[Y]], %{{.+}}[%[[T]], %[[D]]]
// CHECK-NOT: memref.store
// CHECK: grain = 1 : index
func.func @combine(%rows: memref<?x2048xbf16>, %s: memref<?xi32>, %tr: memref<?x4xi32>, %w: memref<?x4xf32>, %out: memref<?x2048xbf16>) {
  moe.combine_rows ins(%rows, %s, %tr : memref<?x2048xbf16>, memref<?xi32>, memref<?x4xi32>) weights(%w : memref<?x4xf32>)
      outs(%out : memref<?x2048xbf16>)
  return
}

// -----

// Zeros that count are multiplied, and without weights nothing is.
// CHECK-LABEL: func @keep_zeros
// CHECK-NOT: arith.cmpf
// CHECK: arith.mulf
func.func @keep_zeros(%rows: memref<?x64xf32>, %s: memref<?xi32>, %tr: memref<?x4xi32>, %w: memref<?x4xf32>, %out: memref<?x64xf32>) {
  moe.combine_rows ins(%rows, %s, %tr : memref<?x64xf32>, memref<?xi32>, memref<?x4xi32>) weights(%w : memref<?x4xf32>) keep_zeros
      outs(%out : memref<?x64xf32>)
  return
}
// CHECK-LABEL: func @unweighted
// CHECK-NOT: arith.mulf
// CHECK: arith.addf %{{.+}} : vector<64xf64>
func.func @unweighted(%rows: memref<?x64xf64>, %s: memref<?xi32>, %tr: memref<?x4xi32>, %out: memref<?x64xf64>) {
  moe.combine_rows ins(%rows, %s, %tr : memref<?x64xf64>, memref<?xi32>, memref<?x4xi32>) outs(%out : memref<?x64xf64>)
  return
}

// -----

// Columns that fill no 64 go by 16, and then one by one.
// CHECK-LABEL: func @gather
// CHECK: scf.parallel (%{{.+}}) = (%c0) to (%{{.+}}) step (%c202)
// CHECK: arith.cmpi sge
// CHECK: scf.if
// CHECK: %[[TOKEN:.+]] = arith.divui %{{.+}}, %c2
// CHECK: vector.load %{{.+}}[%[[TOKEN]], %c0] : memref<?x81xf32>, vector<64xf32>
// CHECK: vector.load %{{.+}}[%[[TOKEN]], %c64] : memref<?x81xf32>, vector<16xf32>
// CHECK: memref.load %{{.+}}[%[[TOKEN]], %c80] : memref<?x81xf32>
func.func @gather(%x: memref<?x81xf32>, %s: memref<?xi32>, %out: memref<?x81xf32>) {
  moe.gather_rows ins(%x, %s : memref<?x81xf32>, memref<?xi32>) slots_per_token(2) outs(%out : memref<?x81xf32>)
  return
}

// -----

// No vector lies in columns that are apart.
// CHECK-LABEL: func @apart
// CHECK-NOT: vector
// CHECK: memref.load
// CHECK-NOT: vector
// CHECK: return
func.func @apart(%x: memref<?x64xf16, strided<[128, 2]>>, %s: memref<?xi32>, %w: memref<?x2xf32>, %out: memref<?x64xf16>) {
  moe.gather_rows ins(%x, %s : memref<?x64xf16, strided<[128, 2]>>, memref<?xi32>) slots_per_token(2) weights(%w : memref<?x2xf32>)
      outs(%out : memref<?x64xf16>)
  return
}

// -----

// Tensors are left alone.
// CHECK-LABEL: func @tensors
// CHECK: moe.gather_rows
func.func @tensors(%x: tensor<?x64xf32>, %s: tensor<?xi32>, %out: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %r = moe.gather_rows ins(%x, %s : tensor<?x64xf32>, tensor<?xi32>) slots_per_token(2) outs(%out : tensor<?x64xf32>) -> tensor<?x64xf32>
  return %r : tensor<?x64xf32>
}
