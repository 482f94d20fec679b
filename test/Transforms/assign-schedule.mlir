// RUN: moe-opt %s --moe-attach-target=target=znver4 --moe-assign-schedule | FileCheck %s --check-prefixes=CHECK,WIDE
// RUN: moe-opt %s --moe-attach-target=target=x86-64-v3 --moe-assign-schedule | FileCheck %s --check-prefixes=CHECK,NARROW
// RUN: moe-opt %s --moe-attach-target=target=sandybridge --moe-assign-schedule | FileCheck %s --check-prefix=UNFUSED
// RUN: moe-opt %s --moe-attach-target=target=sm_90a --moe-assign-schedule | FileCheck %s --check-prefix=GPU

// 24 accumulators, four weights' vectors and one input in 32 registers; 12, two and one in 16. The weights are no parameters:
// kernels copy them block by block. 16 panels are too few tasks for 96 cores, so rows are tasks, too.
// CHECK-LABEL: func @one
// WIDE: schedule(#moe.cpu_schedule<rows = 6, columns = 64, lanes = 16, depth = 256, tiles = 4>)
// NARROW: schedule(#moe.cpu_schedule<rows = 6, columns = 16, lanes = 8, depth = 256, tiles = 42>)
// GPU-LABEL: func @one
// GPU-NOT: schedule(
func.func @one(%x: tensor<?x8xf32>, %o: tensor<9xi32>, %w: tensor<8x8x128xf32>, %d: tensor<?x128xf32>) -> tensor<?x128xf32> {
  %y = moe.grouped_matmul ins(%x : tensor<?x8xf32>) offsets(%o : tensor<9xi32>) weights(%w : tensor<8x8x128xf32>)
      outs(%d : tensor<?x128xf32>) -> tensor<?x128xf32>
  return %y : tensor<?x128xf32>
}

// Gate and up share the registers. Pairs of bf16, which the one target multiplies and the other one takes apart: of 16 registers seven are no sums then, else three.
// CHECK-LABEL: func @two
// WIDE: schedule(#moe.cpu_schedule<rows = 6, columns = 32, lanes = 16, group = 2, dot = true, depth = 256, tiles = 4>)
// NARROW: schedule(#moe.cpu_schedule<rows = 4, columns = 8, lanes = 8, group = 2, depth = 256, tiles = 63>)
func.func @two(%x: tensor<?x8xbf16>, %o: tensor<9xi32>, %w: tensor<8x8x128xbf16>, %d: tensor<?x128xbf16>) -> tensor<?x128xbf16> {
  %y = moe.grouped_matmul ins(%x : tensor<?x8xbf16>) offsets(%o : tensor<9xi32>)
      weights(%w, %w : tensor<8x8x128xbf16>, tensor<8x8x128xbf16>) outs(%d : tensor<?x128xbf16>) epilogue {
  ^bb0(%g: f32, %u: f32):
    %p = arith.mulf %g, %u : f32
    moe.yield %p : f32
  } -> tensor<?x128xbf16>
  return %y : tensor<?x128xbf16>
}

// Few columns need few vectors; f64 has half the lanes.
// CHECK-LABEL: func @few
// WIDE: schedule(#moe.cpu_schedule<rows = 6, columns = 8, lanes = 8, depth = 256, tiles = 4>)
// NARROW: schedule(#moe.cpu_schedule<rows = 6, columns = 4, lanes = 4, depth = 256, tiles = 4>)
func.func @few(%x: tensor<?x8xf64>, %o: tensor<9xi32>, %w: tensor<8x8x3xf64>, %d: tensor<?x3xf64>) -> tensor<?x3xf64> {
  %y = moe.grouped_matmul ins(%x : tensor<?x8xf64>) offsets(%o : tensor<9xi32>) weights(%w : tensor<8x8x3xf64>)
      outs(%d : tensor<?x3xf64>) -> tensor<?x3xf64>
  return %y : tensor<?x3xf64>
}

// Parameters are packed ahead, and asked for ahead: panels of 32 columns, two at once for many rows. A quarter of the second cache,
// 256 KiB on Zen 4, holds 1024 points of 64 columns; tasks of several panels where there are many.
// CHECK-LABEL: func @long
// WIDE: schedule(#moe.cpu_schedule<rows = 6, columns = 32, lanes = 16, joined = 2, tall = 12, few = 24, depth = 1024, tiles = 42, panel = 2, prefetch = true>)
// NARROW: schedule(#moe.cpu_schedule<rows = 3, columns = 16, lanes = 8, joined = 2, depth = 512, tiles = 84, panel = 2, prefetch = true, spread = 8>)
// A product that is added by an instruction of its own takes a register.
// UNFUSED-LABEL: func @long
// UNFUSED: schedule(#moe.cpu_schedule<rows = 6, columns = 16, lanes = 8,
func.func @long(%x: tensor<?x4096xf32>, %o: tensor<9xi32>, %w: tensor<8x4096x4096xf32> {moe.param}, %d: tensor<?x4096xf32>) -> tensor<?x4096xf32> {
  %y = moe.grouped_matmul ins(%x : tensor<?x4096xf32>) offsets(%o : tensor<9xi32>) weights(%w : tensor<8x4096x4096xf32>)
      outs(%d : tensor<?x4096xf32>) -> tensor<?x4096xf32>
  return %y : tensor<?x4096xf32>
}

// The contraction fits: it is not blocked.
// CHECK-LABEL: func @short
// WIDE: schedule(#moe.cpu_schedule<rows = 6, columns = 32, lanes = 16, joined = 2, tall = 12, few = 24, tiles = 4, panel = 2, prefetch = true>)
func.func @short(%x: tensor<?x1024xf32>, %o: tensor<9xi32>, %w: tensor<8x1024x128xf32> {moe.param}, %d: tensor<?x128xf32>) -> tensor<?x128xf32> {
  %y = moe.grouped_matmul ins(%x : tensor<?x1024xf32>) offsets(%o : tensor<9xi32>) weights(%w : tensor<8x1024x128xf32>)
      outs(%d : tensor<?x128xf32>) -> tensor<?x128xf32>
  return %y : tensor<?x128xf32>
}

// Pairs that are taken apart need registers for both points of rows and columns, and for zeros. Other weights of bf16 than such
// in pairs are widened one by one: with rows of f16, which would be converted point by point, and by registers of 512 bits.
// CHECK-LABEL: func @pairs
// WIDE: schedule(#moe.cpu_schedule<rows = 6, columns = 32, lanes = 16, group = 2, dot = true, joined = 2,
// WIDE: schedule(#moe.cpu_schedule<rows = 6, columns = 32, lanes = 16, joined = 2,
// WIDE: schedule(#moe.cpu_schedule<rows = 6, columns = 32, lanes = 16, joined = 2,
// NARROW: schedule(#moe.cpu_schedule<rows = 2, columns = 16, lanes = 8, group = 2, joined = 2, depth = 1024, tiles = 126, panel = 2, prefetch = true, spread = 8>)
// NARROW: schedule(#moe.cpu_schedule<rows = 2, columns = 16, lanes = 8, group = 2, joined = 2, depth = 1024, tiles = 126, panel = 2, prefetch = true, spread = 8>)
// NARROW: schedule(#moe.cpu_schedule<rows = 3, columns = 16, lanes = 8, joined = 2,
func.func @pairs(%x: tensor<?x4096xbf16>, %f: tensor<?x4096xf32>, %h: tensor<?x4096xf16>, %o: tensor<9xi32>, %w: tensor<8x4096x4096xbf16> {moe.param},
    %d: tensor<?x4096xf32>) -> (tensor<?x4096xf32>, tensor<?x4096xf32>, tensor<?x4096xf32>) {
  %0 = moe.grouped_matmul ins(%x : tensor<?x4096xbf16>) offsets(%o : tensor<9xi32>) weights(%w : tensor<8x4096x4096xbf16>)
      outs(%d : tensor<?x4096xf32>) -> tensor<?x4096xf32>
  %1 = moe.grouped_matmul ins(%f : tensor<?x4096xf32>) offsets(%o : tensor<9xi32>) weights(%w : tensor<8x4096x4096xbf16>)
      outs(%d : tensor<?x4096xf32>) -> tensor<?x4096xf32>
  %2 = moe.grouped_matmul ins(%h : tensor<?x4096xf16>) offsets(%o : tensor<9xi32>) weights(%w : tensor<8x4096x4096xbf16>)
      outs(%d : tensor<?x4096xf32>) -> tensor<?x4096xf32>
  return %0, %1, %2 : tensor<?x4096xf32>, tensor<?x4096xf32>, tensor<?x4096xf32>
}

// Tasks that add into tokens have all rows: there are four for each core, of one
// panel or more. 171 of them keep 96 cores busier than 128 do.
// CHECK-LABEL: func @sum
// WIDE: schedule(#moe.cpu_schedule<rows = 6, columns = 48, lanes = 16, depth = 256, tiles = 42>)
// NARROW: schedule(#moe.cpu_schedule<rows = 6, columns = 16, lanes = 8, depth = 256, tiles = 42, panel = 8>)
func.func @sum(%x: tensor<?x8xf32>, %o: tensor<9xi32>, %s: tensor<?xi32>, %w: tensor<8x8x8192xf32>, %d: tensor<?x8192xf32>) -> tensor<?x8192xf32> {
  %y = moe.grouped_matmul ins(%x : tensor<?x8xf32>) offsets(%o : tensor<9xi32>) weights(%w : tensor<8x8x8192xf32>)
      slots(%s : tensor<?xi32>) slots_per_token(2) accumulate outs(%d : tensor<?x8192xf32>) -> tensor<?x8192xf32>
  return %y : tensor<?x8192xf32>
}

// With one slot a token no two rows are added to one element: any task may have any rows.
// CHECK-LABEL: func @unordered
// WIDE: schedule(#moe.cpu_schedule<rows = 6, columns = 64, lanes = 16, depth = 256, tiles = 42>)
// NARROW: schedule(#moe.cpu_schedule<rows = 6, columns = 16, lanes = 8, depth = 256, tiles = 42, panel = 4>)
func.func @unordered(%x: tensor<?x8xf32>, %o: tensor<9xi32>, %s: tensor<?xi32>, %w: tensor<8x8x8192xf32>, %d: tensor<?x8192xf32>) -> tensor<?x8192xf32> {
  %y = moe.grouped_matmul ins(%x : tensor<?x8xf32>) offsets(%o : tensor<9xi32>) weights(%w : tensor<8x8x8192xf32>)
      slots(%s : tensor<?xi32>) slots_per_token(1) accumulate outs(%d : tensor<?x8192xf32>) -> tensor<?x8192xf32>
  return %y : tensor<?x8192xf32>
}

// 50 tasks of two panels would be four for some of 16 cores, and three for others.
// CHECK-LABEL: func @uneven
// NARROW: schedule(#moe.cpu_schedule<rows = 6, columns = 16, lanes = 8, depth = 256, tiles = 42>)
func.func @uneven(%x: tensor<?x8xf32>, %o: tensor<9xi32>, %s: tensor<?xi32>, %w: tensor<8x8x1600xf32>, %d: tensor<?x1600xf32>) -> tensor<?x1600xf32> {
  %y = moe.grouped_matmul ins(%x : tensor<?x8xf32>) offsets(%o : tensor<9xi32>) weights(%w : tensor<8x8x1600xf32>)
      slots(%s : tensor<?xi32>) slots_per_token(2) accumulate outs(%d : tensor<?x1600xf32>) -> tensor<?x1600xf32>
  return %y : tensor<?x1600xf32>
}

// 96 cores have more to do the narrower the panels are; three vectors of columns are one panel.
// CHECK-LABEL: func @narrow
// WIDE: schedule(#moe.cpu_schedule<rows = 12, columns = 32, lanes = 16, tiles = 21, prefetch = true>)
// WIDE: schedule(#moe.cpu_schedule<rows = 6, columns = 48, lanes = 16, tiles = 4, prefetch = true>)
func.func @narrow(%x: tensor<?x8xf32>, %o: tensor<9xi32>, %s: tensor<?xi32>, %w: tensor<8x8x4096xf32> {moe.param},
    %v: tensor<8x8x40xf32> {moe.param}, %d: tensor<?x4096xf32>, %e: tensor<?x40xf32>) -> (tensor<?x4096xf32>, tensor<?x40xf32>) {
  %y = moe.grouped_matmul ins(%x : tensor<?x8xf32>) offsets(%o : tensor<9xi32>) weights(%w : tensor<8x8x4096xf32>)
      slots(%s : tensor<?xi32>) slots_per_token(2) accumulate outs(%d : tensor<?x4096xf32>) -> tensor<?x4096xf32>
  %z = moe.grouped_matmul ins(%x : tensor<?x8xf32>) offsets(%o : tensor<9xi32>) weights(%v : tensor<8x8x40xf32>)
      outs(%e : tensor<?x40xf32>) -> tensor<?x40xf32>
  return %y, %z : tensor<?x4096xf32>, tensor<?x40xf32>
}

// A schedule that is there stays.
// CHECK-LABEL: func @chosen
// GPU-LABEL: func @chosen
// CHECK: schedule(#moe.cpu_schedule<rows = 2, columns = 16, lanes = 16>)
func.func @chosen(%x: tensor<?x8xf32>, %o: tensor<9xi32>, %w: tensor<8x8x128xf32>, %d: tensor<?x128xf32>) -> tensor<?x128xf32> {
  %y = moe.grouped_matmul ins(%x : tensor<?x8xf32>) offsets(%o : tensor<9xi32>) weights(%w : tensor<8x8x128xf32>)
      outs(%d : tensor<?x128xf32>) schedule(#moe.cpu_schedule<rows = 2, columns = 16, lanes = 16>) -> tensor<?x128xf32>
  return %y : tensor<?x128xf32>
}

// Gate and up are two parts; one that is narrow is one, whose tiles are as tall as those. Three weights, or weights of several
// types, are read at once.
// CHECK-LABEL: func @parts
// WIDE: schedule(#moe.cpu_schedule<rows = 6, columns = 32, lanes = 16, tall = 12, least = 4, few = 24, tiles = 4, prefetch = true>)
// NARROW: schedule(#moe.cpu_schedule<rows = 3, columns = 16, lanes = 8, depth = 512, tiles = 84, prefetch = true, spread = 8>)
// WIDE: schedule(#moe.cpu_schedule<rows = 12, columns = 32, lanes = 16, tiles = 2, prefetch = true>)
// WIDE: schedule(#moe.cpu_schedule<rows = 6, columns = 16, lanes = 16, tiles = 4, prefetch = true>)
// WIDE: schedule(#moe.cpu_schedule<rows = 6, columns = 32, lanes = 16, tiles = 4, prefetch = true>)
func.func @parts(%x: tensor<?x1024xf32>, %o: tensor<9xi32>, %w: tensor<8x1024x128xf32> {moe.param}, %v: tensor<8x1024x128xbf16> {moe.param},
    %n: tensor<8x1024x20xf32> {moe.param}, %d: tensor<?x128xf32>, %e: tensor<?x20xf32>)
    -> (tensor<?x128xf32>, tensor<?x20xf32>, tensor<?x128xf32>, tensor<?x128xf32>) {
  %a = moe.grouped_matmul ins(%x : tensor<?x1024xf32>) offsets(%o : tensor<9xi32>)
      weights(%w, %w : tensor<8x1024x128xf32>, tensor<8x1024x128xf32>) outs(%d : tensor<?x128xf32>) epilogue {
  ^bb0(%g: f32, %u: f32):
    %p = arith.mulf %g, %u : f32
    moe.yield %p : f32
  } -> tensor<?x128xf32>
  %b = moe.grouped_matmul ins(%x : tensor<?x1024xf32>) offsets(%o : tensor<9xi32>) weights(%n : tensor<8x1024x20xf32>)
      outs(%e : tensor<?x20xf32>) -> tensor<?x20xf32>
  %c = moe.grouped_matmul ins(%x : tensor<?x1024xf32>) offsets(%o : tensor<9xi32>)
      weights(%w, %w, %w : tensor<8x1024x128xf32>, tensor<8x1024x128xf32>, tensor<8x1024x128xf32>) outs(%d : tensor<?x128xf32>) epilogue {
  ^bb0(%g: f32, %u: f32, %t: f32):
    %p = arith.mulf %g, %u : f32
    %q = arith.addf %p, %t : f32
    moe.yield %q : f32
  } -> tensor<?x128xf32>
  %f = moe.grouped_matmul ins(%x : tensor<?x1024xf32>) offsets(%o : tensor<9xi32>)
      weights(%w, %v : tensor<8x1024x128xf32>, tensor<8x1024x128xbf16>) outs(%d : tensor<?x128xf32>) epilogue {
  ^bb0(%g: f32, %u: f32):
    %p = arith.mulf %g, %u : f32
    moe.yield %p : f32
  } -> tensor<?x128xf32>
  return %a, %b, %c, %f : tensor<?x128xf32>, tensor<?x20xf32>, tensor<?x128xf32>, tensor<?x128xf32>
}

// Panels of one register where those of two would be padded: 65 columns are computed as 80 and 100 as 112, but 96 as they are.
// One register of columns has twelve rows: six sums would wait for each other.
// CHECK-LABEL: func @padded
// WIDE: schedule(#moe.cpu_schedule<rows = 12, columns = 16, lanes = 16, joined = 2, tall = 12, few = 24, tiles = 2, panel = 2, prefetch = true>)
// NARROW: schedule(#moe.cpu_schedule<rows = 6, columns = 16, lanes = 8, tiles = 4, prefetch = true, spread = 8>)
// WIDE: schedule(#moe.cpu_schedule<rows = 6, columns = 32, lanes = 16, joined = 2, tall = 12, few = 24, tiles = 4, panel = 2, prefetch = true>)
// WIDE: schedule(#moe.cpu_schedule<rows = 12, columns = 16, lanes = 16, joined = 2, tall = 12, few = 24, tiles = 2, panel = 2, prefetch = true>)
// WIDE: schedule(#moe.cpu_schedule<rows = 12, columns = 16, lanes = 16, tiles = 2, prefetch = true>)
func.func @padded(%x: tensor<?x1024xf32>, %o: tensor<9xi32>, %a: tensor<8x1024x65xf32> {moe.param}, %b: tensor<8x1024x96xf32> {moe.param},
    %c: tensor<8x1024x100xf32> {moe.param}, %d: tensor<8x1024x9xf32> {moe.param}, %k: tensor<?x65xf32>, %l: tensor<?x96xf32>,
    %m: tensor<?x100xf32>, %n: tensor<?x9xf32>) -> (tensor<?x65xf32>, tensor<?x96xf32>, tensor<?x100xf32>, tensor<?x9xf32>) {
  %p = moe.grouped_matmul ins(%x : tensor<?x1024xf32>) offsets(%o : tensor<9xi32>) weights(%a : tensor<8x1024x65xf32>)
      outs(%k : tensor<?x65xf32>) -> tensor<?x65xf32>
  %q = moe.grouped_matmul ins(%x : tensor<?x1024xf32>) offsets(%o : tensor<9xi32>) weights(%b : tensor<8x1024x96xf32>)
      outs(%l : tensor<?x96xf32>) -> tensor<?x96xf32>
  %r = moe.grouped_matmul ins(%x : tensor<?x1024xf32>) offsets(%o : tensor<9xi32>) weights(%c : tensor<8x1024x100xf32>)
      outs(%m : tensor<?x100xf32>) -> tensor<?x100xf32>
  %s = moe.grouped_matmul ins(%x : tensor<?x1024xf32>) offsets(%o : tensor<9xi32>) weights(%d : tensor<8x1024x9xf32>)
      outs(%n : tensor<?x9xf32>) -> tensor<?x9xf32>
  return %p, %q, %r, %s : tensor<?x65xf32>, tensor<?x96xf32>, tensor<?x100xf32>, tensor<?x9xf32>
}

// Sizes that only calls know are taken to be those of a layer.
// CHECK-LABEL: func @unknown
// WIDE: schedule(#moe.cpu_schedule<rows = 6, columns = 32, lanes = 16, joined = 2, tall = 12, few = 24, depth = 1024, tiles = 42, panel = 2, prefetch = true>)
// NARROW: schedule(#moe.cpu_schedule<rows = 3, columns = 16, lanes = 8, joined = 2, depth = 512, tiles = 84, panel = 2, prefetch = true, spread = 8>)
func.func @unknown(%x: tensor<?x?xf32>, %o: tensor<9xi32>, %w: tensor<8x?x?xf32> {moe.param}, %d: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %y = moe.grouped_matmul ins(%x : tensor<?x?xf32>) offsets(%o : tensor<9xi32>) weights(%w : tensor<8x?x?xf32>)
      outs(%d : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}
