// Offsets and slots from outside: the run fails at the op that reads them, with
// --check and without.

// RUN: rm -rf %t && mkdir %t
// DEFINE: %{npy} = %python %moe_src/test/Tools/Inputs/write_npy.py
// RUN: %{npy} %t/good.npy '<i4' 4 0 2 2 5
// RUN: %{npy} %t/start.npy '<i4' 4 1 2 2 5
// RUN: %{npy} %t/fall.npy '<i4' 4 0 4 2 5
// RUN: %{npy} %t/end.npy '<i4' 4 0 2 2 7
// RUN: moe-run %s --entry=experts --device=reference --optimize --input offsets=%t/good.npy --check | FileCheck %s --check-prefix=GOOD
// RUN: moe-run %s --entry=experts --device=cpu --input offsets=%t/good.npy --check | FileCheck %s --check-prefix=GOOD
// RUN: not moe-run %s --entry=experts --device=reference --optimize --input offsets=%t/start.npy --check 2>&1 | FileCheck %s --check-prefix=START
// RUN: not moe-run %s --entry=experts --device=reference --optimize --input offsets=%t/start.npy 2>&1 | FileCheck %s --check-prefix=START
// RUN: not moe-run %s --entry=experts --device=cpu --input offsets=%t/start.npy --check 2>&1 | FileCheck %s --check-prefix=START
// RUN: not moe-run %s --entry=experts --device=cpu --input offsets=%t/start.npy 2>&1 | FileCheck %s --check-prefix=START
// RUN: not moe-run %s --entry=experts --device=reference --optimize --input offsets=%t/fall.npy --check --output out0=%t/y.npy 2>&1 | FileCheck %s --check-prefix=FALL
// RUN: not moe-run %s --entry=experts --device=reference --optimize --input offsets=%t/fall.npy --output out0=%t/y.npy 2>&1 | FileCheck %s --check-prefix=FALL
// RUN: not moe-run %s --entry=experts --device=cpu --input offsets=%t/fall.npy --check --output out0=%t/y.npy 2>&1 | FileCheck %s --check-prefix=FALL
// RUN: not moe-run %s --entry=experts --device=cpu --input offsets=%t/fall.npy --output out0=%t/y.npy 2>&1 | FileCheck %s --check-prefix=FALL
// RUN: not moe-run %s --entry=experts --device=reference --optimize --input offsets=%t/end.npy --check 2>&1 | FileCheck %s --check-prefix=END
// RUN: not moe-run %s --entry=experts --device=reference --optimize --input offsets=%t/end.npy 2>&1 | FileCheck %s --check-prefix=END
// RUN: not moe-run %s --entry=experts --device=cpu --input offsets=%t/end.npy --check 2>&1 | FileCheck %s --check-prefix=END
// RUN: not moe-run %s --entry=experts --device=cpu --input offsets=%t/end.npy 2>&1 | FileCheck %s --check-prefix=END
// RUN: not ls %t/y.npy
// RUN: moe-run %s --entry=experts --device=reference --optimize --input offsets=%t/good.npy --stats | FileCheck %s --check-prefix=STATS
// RUN: moe-run %s --entry=experts --device=cpu --input offsets=%t/good.npy --stats | FileCheck %s --check-prefix=STATS
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
// RUN: moe-run %s --entry=combine --device=reference --optimize --input slots=%t/slots.npy --check | FileCheck %s --check-prefix=SLOTS
// RUN: moe-run %s --entry=combine --device=cpu --input slots=%t/slots.npy --check | FileCheck %s --check-prefix=SLOTS
// RUN: not moe-run %s --entry=combine --device=reference --optimize --input slots=%t/above.npy --check 2>&1 | FileCheck %s --check-prefix=ABOVE
// RUN: not moe-run %s --entry=combine --device=reference --optimize --input slots=%t/above.npy 2>&1 | FileCheck %s --check-prefix=ABOVE
// RUN: not moe-run %s --entry=combine --device=cpu --input slots=%t/above.npy --check 2>&1 | FileCheck %s --check-prefix=ABOVE
// RUN: not moe-run %s --entry=combine --device=cpu --input slots=%t/above.npy 2>&1 | FileCheck %s --check-prefix=ABOVE
// RUN: not moe-run %s --entry=combine --device=reference --optimize --input slots=%t/below.npy --check 2>&1 | FileCheck %s --check-prefix=BELOW
// RUN: not moe-run %s --entry=combine --device=reference --optimize --input slots=%t/below.npy 2>&1 | FileCheck %s --check-prefix=BELOW
// RUN: not moe-run %s --entry=combine --device=cpu --input slots=%t/below.npy --check 2>&1 | FileCheck %s --check-prefix=BELOW
// RUN: not moe-run %s --entry=combine --device=cpu --input slots=%t/below.npy 2>&1 | FileCheck %s --check-prefix=BELOW
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
// RUN: moe-run %s --entry=matmul --device=reference --optimize --input offsets=%t/two.npy --input slots=%t/right.npy --check | FileCheck %s --check-prefix=RIGHT
// RUN: moe-run %s --entry=matmul --device=cpu --input offsets=%t/two.npy --input slots=%t/right.npy --check | FileCheck %s --check-prefix=RIGHT
// RUN: not moe-run %s --entry=matmul --device=reference --optimize --input offsets=%t/two.npy --input slots=%t/early.npy --check 2>&1 | FileCheck %s --check-prefix=EARLY
// RUN: not moe-run %s --entry=matmul --device=reference --optimize --input offsets=%t/two.npy --input slots=%t/early.npy 2>&1 | FileCheck %s --check-prefix=EARLY
// RUN: not moe-run %s --entry=matmul --device=cpu --input offsets=%t/two.npy --input slots=%t/early.npy --check 2>&1 | FileCheck %s --check-prefix=EARLY
// RUN: not moe-run %s --entry=matmul --device=cpu --input offsets=%t/two.npy --input slots=%t/early.npy 2>&1 | FileCheck %s --check-prefix=EARLY
// RUN: not moe-run %s --entry=matmul --device=reference --optimize --input offsets=%t/two.npy --input slots=%t/late.npy --check 2>&1 | FileCheck %s --check-prefix=LATE
// RUN: not moe-run %s --entry=matmul --device=reference --optimize --input offsets=%t/two.npy --input slots=%t/late.npy 2>&1 | FileCheck %s --check-prefix=LATE
// RUN: not moe-run %s --entry=matmul --device=cpu --input offsets=%t/two.npy --input slots=%t/late.npy --check 2>&1 | FileCheck %s --check-prefix=LATE
// RUN: not moe-run %s --entry=matmul --device=cpu --input offsets=%t/two.npy --input slots=%t/late.npy 2>&1 | FileCheck %s --check-prefix=LATE
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

// Every slot is there once.
// RUN: %{npy} %t/twice.npy '<i4' 3 2 0 2
// RUN: not moe-run %s --entry=combine --device=reference --optimize --input slots=%t/twice.npy --check 2>&1 | FileCheck %s --check-prefix=TWICE
// RUN: not moe-run %s --entry=combine --device=reference --optimize --input slots=%t/twice.npy 2>&1 | FileCheck %s --check-prefix=TWICE
// RUN: not moe-run %s --entry=combine --device=cpu --input slots=%t/twice.npy --check 2>&1 | FileCheck %s --check-prefix=TWICE
// RUN: not moe-run %s --entry=combine --device=cpu --input slots=%t/twice.npy 2>&1 | FileCheck %s --check-prefix=TWICE
// TWICE: error: expects every slot once, found slot 2 twice

// The rows of a token are those of its slots. What follows a -1 does not matter.
// RUN: %{npy} %t/slots4.npy '<i4' 4 0 2 3 -1
// RUN: %{npy} %t/rows.npy '<i4' 2x2 0 -1 1 2
// RUN: %{npy} %t/tail.npy '<i4' 3x2 0 -1 1 2 -1 9
// RUN: %{npy} %t/range.npy '<i4' 2x2 0 -1 1 4
// RUN: %{npy} %t/under.npy '<i4' 2x2 -2 -1 1 2
// RUN: %{npy} %t/order.npy '<i4' 2x2 0 -1 2 1
// RUN: %{npy} %t/empty.npy '<i4' 2x2 0 3 1 2
// RUN: %{npy} %t/other.npy '<i4' 2x2 1 -1 0 2
// RUN: %{npy} %t/lost.npy '<i4' 2x2 0 -1 1 -1
// DEFINE: %{rows} = moe-run %s --entry=rows --input slots=%t/slots4.npy --check
// RUN: %{rows} --device=reference --optimize --input token_rows=%t/rows.npy | FileCheck %s --check-prefix=SLOTS
// RUN: %{rows} --device=cpu --input token_rows=%t/rows.npy | FileCheck %s --check-prefix=SLOTS
// RUN: moe-run %s --entry=rows --device=reference --optimize --input slots=%t/slots4.npy --check --input token_rows=%t/tail.npy | FileCheck %s --check-prefix=SLOTS
// RUN: moe-run %s --entry=rows --device=cpu --input slots=%t/slots4.npy --check --input token_rows=%t/tail.npy | FileCheck %s --check-prefix=SLOTS
// RUN: not %{rows} --device=reference --optimize --input token_rows=%t/range.npy 2>&1 | FileCheck %s --check-prefix=RANGE
// RUN: not %{rows} --device=cpu --input token_rows=%t/range.npy 2>&1 | FileCheck %s --check-prefix=RANGE
// RUN: not %{rows} --device=reference --optimize --input token_rows=%t/under.npy 2>&1 | FileCheck %s --check-prefix=UNDER
// RUN: not %{rows} --device=cpu --input token_rows=%t/under.npy 2>&1 | FileCheck %s --check-prefix=UNDER
// RUN: not %{rows} --device=reference --optimize --input token_rows=%t/order.npy 2>&1 | FileCheck %s --check-prefix=ORDER
// RUN: not %{rows} --device=cpu --input token_rows=%t/order.npy 2>&1 | FileCheck %s --check-prefix=ORDER
// RUN: not %{rows} --device=reference --optimize --input token_rows=%t/empty.npy 2>&1 | FileCheck %s --check-prefix=EMPTY
// RUN: not %{rows} --device=cpu --input token_rows=%t/empty.npy 2>&1 | FileCheck %s --check-prefix=EMPTY
// RUN: not %{rows} --device=reference --optimize --input token_rows=%t/other.npy 2>&1 | FileCheck %s --check-prefix=OTHER
// RUN: not %{rows} --device=cpu --input token_rows=%t/other.npy 2>&1 | FileCheck %s --check-prefix=OTHER
// RUN: not %{rows} --device=reference --optimize --input token_rows=%t/lost.npy 2>&1 | FileCheck %s --check-prefix=LOST
// RUN: not %{rows} --device=cpu --input token_rows=%t/lost.npy 2>&1 | FileCheck %s --check-prefix=LOST
// RANGE: check-indices.mlir:[[# @LINE + 9]]:8: error: expects a row or -1, found token_rows[1, 1] = 4
// UNDER: error: expects a row or -1, found token_rows[0, 0] = -2
// ORDER: error: expects the rows of a token to ascend, found token_rows[1, 1] = 1
// EMPTY: error: expects rows that have a slot, found token_rows[0, 1] = 3
// OTHER: error: expects the rows of a token to have its slots, found token_rows[0, 0] = 1
// LOST: error: expects token rows for all 3 rows that have a slot, found 2
func.func @rows(%rows: tensor<4x4xf32>, %slots: tensor<4xi32> {moe.name = "slots"},
                %t: tensor<?x2xi32> {moe.name = "token_rows", moe.dims = ["T"]},
                %w: tensor<?x2xf32> {moe.dims = ["T"]}, %o: tensor<?x4xf32> {moe.dims = ["T"]}) -> tensor<?x4xf32> {
  %0 = moe.combine_rows ins(%rows, %slots, %t : tensor<4x4xf32>, tensor<4xi32>, tensor<?x2xi32>)
      weights(%w : tensor<?x2xf32>) outs(%o : tensor<?x4xf32>) -> tensor<?x4xf32>
  return %0 : tensor<?x4xf32>
}

// Without weights nothing says how many slots there are; rows are looked at all the same.
// RUN: %{npy} %t/bad4.npy '<i4' 4 0 2 -7 -1
// RUN: %{npy} %t/shared.npy '<i4' 2x2 0 -1 0 -1
// RUN: moe-run %s --entry=sums --device=reference --optimize --input slots=%t/slots4.npy --input token_rows=%t/rows.npy --check | FileCheck %s --check-prefix=SLOTS
// RUN: moe-run %s --entry=sums --device=cpu --input slots=%t/slots4.npy --input token_rows=%t/rows.npy --check | FileCheck %s --check-prefix=SLOTS
// RUN: not moe-run %s --entry=sums --device=reference --optimize --input slots=%t/bad4.npy --input token_rows=%t/rows.npy --check 2>&1 | FileCheck %s --check-prefix=BAD4
// RUN: not moe-run %s --entry=sums --device=cpu --input slots=%t/bad4.npy --input token_rows=%t/rows.npy --check 2>&1 | FileCheck %s --check-prefix=BAD4
// RUN: not moe-run %s --entry=sums --device=reference --optimize --input slots=%t/slots4.npy --input token_rows=%t/shared.npy --check 2>&1 | FileCheck %s --check-prefix=SHARED
// RUN: not moe-run %s --entry=sums --device=cpu --input slots=%t/slots4.npy --input token_rows=%t/shared.npy --check 2>&1 | FileCheck %s --check-prefix=SHARED
// BAD4: error: expects a slot or -1, found slots[2] = -7
// SHARED: error: expects every row for one token, found row 0 for two
func.func @sums(%rows: tensor<4x4xf32>, %slots: tensor<4xi32> {moe.name = "slots"},
                %t: tensor<2x2xi32> {moe.name = "token_rows"}, %o: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %0 = moe.combine_rows ins(%rows, %slots, %t : tensor<4x4xf32>, tensor<4xi32>, tensor<2x2xi32>)
      outs(%o : tensor<2x4xf32>) -> tensor<2x4xf32>
  return %0 : tensor<2x4xf32>
}
