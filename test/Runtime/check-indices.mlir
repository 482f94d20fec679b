// Offsets and slots from outside, under --check: the run fails at the op that
// reads them.

// RUN: rm -rf %t && mkdir %t
// DEFINE: %{npy} = %python %moe_src/test/Tools/Inputs/write_npy.py
// RUN: %{npy} %t/good.npy '<i4' 4 0 2 2 5
// RUN: %{npy} %t/start.npy '<i4' 4 1 2 2 5
// RUN: %{npy} %t/fall.npy '<i4' 4 0 4 2 5
// RUN: %{npy} %t/end.npy '<i4' 4 0 2 2 7
// RUN: moe-run %s --entry=experts --input offsets=%t/good.npy --check | FileCheck %s --check-prefix=GOOD
// RUN: not moe-run %s --entry=experts --input offsets=%t/start.npy --check 2>&1 | FileCheck %s --check-prefix=START
// RUN: not moe-run %s --entry=experts --input offsets=%t/fall.npy --check --output out0=%t/y.npy 2>&1 | FileCheck %s --check-prefix=FALL
// RUN: not moe-run %s --entry=experts --input offsets=%t/end.npy --check 2>&1 | FileCheck %s --check-prefix=END
// RUN: not ls %t/y.npy
// RUN: moe-run %s --entry=experts --input offsets=%t/good.npy --stats | FileCheck %s --check-prefix=STATS
// GOOD: check: passed
// STATS: 5 rows
// STATS: tokens per expert: 2 0 3
// START: check-indices.mlir:[[# @LINE + 5]]:8: error: expects offsets[0] to be 0, found 1
// FALL: check-indices.mlir:[[# @LINE + 4]]:8: error: expects offsets that never fall, found offsets[2] = 2 after 4
// END: check-indices.mlir:[[# @LINE + 3]]:8: error: expects offsets[E] of at most the number of rows 6, found 7
func.func @experts(%rows: tensor<6x4xf32>, %offsets: tensor<4xi32> {moe.name = "offsets"})
    -> tensor<4xf32> {
  %0 = moe.expert rows(%xe = %rows : tensor<6x4xf32>) offsets(%offsets : tensor<4xi32>) {
    %1 = arith.addf %xe, %xe : tensor<?x4xf32>
    moe.yield %1 : tensor<?x4xf32>
  } -> tensor<6x4xf32>
  %first = tensor.extract_slice %0[0, 0] [1, 4] [1, 1] : tensor<6x4xf32> to tensor<4xf32>
  return %first : tensor<4xf32>
}

// Slots are below T*K, and -1 is no row.
// RUN: %{npy} %t/slots.npy '<i4' 3 0 3 -1
// RUN: %{npy} %t/above.npy '<i4' 3 0 4 -1
// RUN: %{npy} %t/below.npy '<i4' 3 0 3 -2
// RUN: moe-run %s --entry=combine --input slots=%t/slots.npy --check | FileCheck %s --check-prefix=SLOTS
// RUN: not moe-run %s --entry=combine --input slots=%t/above.npy --check 2>&1 | FileCheck %s --check-prefix=ABOVE
// RUN: not moe-run %s --entry=combine --input slots=%t/below.npy --check 2>&1 | FileCheck %s --check-prefix=BELOW
// SLOTS: check: passed
// ABOVE: check-indices.mlir:[[# @LINE + 4]]:8: error: expects slots below T*K = 4, found slots[1] = 4
// BELOW: check-indices.mlir:[[# @LINE + 3]]:8: error: expects a slot or -1, found slots[2] = -2
func.func @combine(%rows: tensor<3x4xf32>, %slots: tensor<3xi32> {moe.name = "slots"},
                   %w: tensor<2x2xf32>) -> tensor<2x4xf32> {
  %0 = moe.combine %rows by %slots weights(%w)
      : tensor<3x4xf32>, tensor<3xi32>, tensor<2x2xf32> -> tensor<2x4xf32>
  return %0 : tensor<2x4xf32>
}

// Where the offsets are known, slots before offsets[E] are rows and those past it are not.
// RUN: %{npy} %t/two.npy '<i4' 3 0 1 2
// RUN: %{npy} %t/early.npy '<i4' 3 0 -1 -1
// RUN: %{npy} %t/late.npy '<i4' 3 0 1 2
// RUN: %{npy} %t/right.npy '<i4' 3 0 1 -1
// RUN: moe-run %s --entry=matmul --input offsets=%t/two.npy --input slots=%t/right.npy --check | FileCheck %s --check-prefix=RIGHT
// RUN: not moe-run %s --entry=matmul --input offsets=%t/two.npy --input slots=%t/early.npy --check 2>&1 | FileCheck %s --check-prefix=EARLY
// RUN: not moe-run %s --entry=matmul --input offsets=%t/two.npy --input slots=%t/late.npy --check 2>&1 | FileCheck %s --check-prefix=LATE
// RIGHT: check: passed
// EARLY: check-indices.mlir:[[# @LINE + 5]]:8: error: expects a slot before offsets[E], found slots[1] = -1
// LATE: check-indices.mlir:[[# @LINE + 4]]:8: error: expects -1 past offsets[E], found slots[2] = 2
func.func @matmul(%x: tensor<4x4xf32>, %offsets: tensor<3xi32> {moe.name = "offsets"},
                  %slots: tensor<3xi32> {moe.name = "slots"}, %w: tensor<2x4x4xf32>,
                  %o: tensor<3x4xf32>) -> tensor<3x4xf32> {
  %0 = moe.grouped_matmul ins(%x : tensor<4x4xf32>) offsets(%offsets : tensor<3xi32>)
      weights(%w : tensor<2x4x4xf32>) slots(%slots : tensor<3xi32>) slots_per_token(1) gather
      outs(%o : tensor<3x4xf32>) -> tensor<3x4xf32>
  return %0 : tensor<3x4xf32>
}
