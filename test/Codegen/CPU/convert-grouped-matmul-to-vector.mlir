// RUN: moe-opt %s --convert-grouped-matmul-to-vector --split-input-file --verify-diagnostics | FileCheck %s

// A tile is a function for each number of rows: here one of one row, and one of two. Its accumulators are carried by the loop
// over the contraction and stored for the epilogue.
// CHECK-LABEL: func private @moe_tile_2x32
// CHECK-SAME: (%[[X:[^:]+]]: memref<?x?xf32, strided<[?, 1], offset: ?>>, %[[SOURCES:[^:]+]]: memref<?xindex>,
// CHECK-SAME: %[[PART:[^:]+]]: memref<?x?xf32, strided<[?, 1], offset: ?>>,
// CHECK: %[[FIRST:.+]] = memref.load %[[SOURCES]]
// CHECK: %[[SECOND:.+]] = memref.load %[[SOURCES]]
// CHECK: scf.for {{.+}} iter_args({{.+}}) -> (vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>)
// CHECK-COUNT-2: vector.load %[[PART]]
// CHECK: memref.load %[[X]][%[[FIRST]],
// CHECK: vector.broadcast
// CHECK-COUNT-2: vector.fma
// CHECK: memref.load %[[X]][%[[SECOND]],
// CHECK: vector.broadcast
// CHECK-COUNT-2: vector.fma
// CHECK-COUNT-4: vector.store {{.+}} : memref<?xf32>, vector<16xf32>
// CHECK-LABEL: func private @moe_tile_1x32
// CHECK: scf.for {{.+}} iter_args({{.+}}) -> (vector<16xf32>, vector<16xf32>)
// A function that takes the rows too calls the one that has so many.
// CHECK-LABEL: func private @moe_tiles_2x32
// CHECK-SAME: %[[COUNT:[^: ]+]]: index) {
// CHECK: scf.index_switch %[[COUNT]]
// CHECK: case 1
// CHECK: func.call @moe_tile_1x32(
// CHECK: default
// CHECK: func.call @moe_tile_2x32(
// Experts with rows are listed; tasks are panels of them. The epilogue takes the accumulators where they wait, and reads its bias
// as a vector.
// CHECK-LABEL: func @f32
// CHECK: scf.parallel
// CHECK: %[[SUMS:.+]] = memref.alloca() {alignment = 64 : i64} : memref<64xf32>
// CHECK: %[[PANEL:.+]] = memref.subview {{.+}} : memref<4x2x5x32xf32> to memref<?x32xf32,
// CHECK: %[[CAST:.+]] = memref.cast %[[PANEL]]
// The last two tiles of several share the rows that are left.
// CHECK: %[[TILES:.+]] = arith.ceildivui %[[ROWS:.+]], %c2
// CHECK: %[[REST:.+]] = arith.subi %[[ROWS]]
// CHECK: %[[HALF:.+]] = arith.ceildivui %[[REST]], %c2
// CHECK: %[[OWN:.+]] = arith.select %false{{.*}}, %{{.+}}, %[[HALF]]
// CHECK: %[[ALONE:.+]] = arith.cmpi ult, %[[TILES]], %c2
// CHECK: %[[SHARE:.+]] = arith.select %[[ALONE]], %c2{{.*}}, %[[OWN]]
// CHECK: %[[END:.+]] = arith.addi %{{.+}}, %[[TILES]]
// CHECK: scf.for %{{.+}} = %{{.+}} to %[[END]] step %c1
// CHECK: arith.select %{{.+}}, %[[SHARE]], %c2
// CHECK: func.call @moe_tiles_2x32({{.+}}, {{.+}}, %[[CAST]],
// CHECK: vector.load %[[SUMS]]
// CHECK: vector.load %{{.+}} : memref<4x64xf32>, vector<16xf32>
// CHECK: arith.addf %{{.+}}, %{{.+}} : vector<16xf32>
// CHECK: vector.store %{{.+}} : memref<?x64xf32>, vector<16xf32>
// CHECK-NOT: moe.
func.func @f32(%x: memref<?x5xf32>, %o: memref<5xi32>, %w: memref<4x2x5x32xf32>, %b: memref<4x64xf32>, %d: memref<?x64xf32>) {
  moe.grouped_matmul ins(%x : memref<?x5xf32>) offsets(%o : memref<5xi32>) weights(%w : memref<4x2x5x32xf32>)
      packed(<columns = 32>) operands(%b : memref<4x64xf32>) maps [affine_map<(e, r, n, s) -> (e, n)>]
      outs(%d : memref<?x64xf32>) schedule(#moe.cpu_schedule<rows = 2, columns = 32, lanes = 16>) epilogue {
  ^bb0(%a: f32, %bias: f32):
    %0 = arith.addf %a, %bias : f32
    moe.yield %0 : f32
  }
  return
}

// -----

// Pairs of bf16, gathered, and summed into tokens: tasks are panels with all experts inside. An odd contraction ends with half
// a pair, and columns that fill no vector are masked, and only these.
// CHECK-LABEL: func private @moe_tile_1x16
// CHECK: x86vector.avx512.dot
// CHECK: scf.if
// CHECK: vector.from_elements
// CHECK-LABEL: func @bf16
// CHECK: scf.parallel (%[[P:.+]]) =
// CHECK: scf.for
// CHECK: arith.divui
// CHECK: func.call @moe_tile_1x16
// CHECK: vector.create_mask
// CHECK: %[[WHOLE:.+]] = arith.cmpi uge, %{{.+}}, %c16
// CHECK: scf.if %[[WHOLE]]
// CHECK-NEXT: vector.load
// CHECK: else
// CHECK: vector.maskedload
// CHECK: scf.if %[[WHOLE]]
// CHECK-NEXT: vector.store
// CHECK-NEXT: else
// CHECK-NEXT: vector.maskedstore
func.func @bf16(%x: memref<?x5xbf16>, %o: memref<5xi32>, %w: memref<4x2x3x32xbf16>, %s: memref<?xi32>, %d: memref<?x20xf32>) {
  moe.grouped_matmul ins(%x : memref<?x5xbf16>) offsets(%o : memref<5xi32>) weights(%w : memref<4x2x3x32xbf16>)
      packed(<columns = 16, group = 2>) slots(%s : memref<?xi32>) slots_per_token(2) gather accumulate
      outs(%d : memref<?x20xf32>) schedule(#moe.cpu_schedule<rows = 1, columns = 16, lanes = 16, group = 2, dot = true>)
  return
}

// -----

// Rows of one slot a token are added in any order, as if they were stored: tasks are blocks of rows by panels.
// CHECK-LABEL: func @unordered
// CHECK: scf.parallel (%[[BLOCK:.+]], %[[TASK:.+]]) =
func.func @unordered(%x: memref<?x5xf32>, %o: memref<5xi32>, %w: memref<4x2x5x16xf32>, %s: memref<?xi32>, %d: memref<?x32xf32>) {
  moe.grouped_matmul ins(%x : memref<?x5xf32>) offsets(%o : memref<5xi32>) weights(%w : memref<4x2x5x16xf32>)
      packed(<columns = 16>) slots(%s : memref<?xi32>) slots_per_token(1) accumulate
      outs(%d : memref<?x32xf32>) schedule(#moe.cpu_schedule<rows = 2, columns = 16, lanes = 16>)
  return
}

// -----

// Blocks of four points: accumulators wait in memory from block to block. The first tiles ask for the lines of the next block.
// CHECK-LABEL: func private @moe_tile_2x32
// CHECK: scf.if
// CHECK: vector.load %{{.+}} : memref<?xf32>, vector<16xf32>
// CHECK: memref.prefetch %{{.+}}, read, locality<3>, data : memref<?x?xf32, strided<[?, 1], offset: ?>>
// CHECK-LABEL: func @blocked
// CHECK: scf.parallel
// CHECK: memref.alloca() {alignment = 64 : i64} : memref<128xf32>
// CHECK: scf.for %[[BLOCK:.+]] = %[[ZERO:.+]] to %{{.+}} step %c4
// CHECK: %[[RESUMES:.+]] = arith.cmpi ult, %[[ZERO]], %[[BLOCK]]
// CHECK: func.call @moe_tiles_2x32({{.+}}, %[[RESUMES]], {{.+}})
func.func @blocked(%x: memref<?x9xf32>, %o: memref<5xi32>, %w: memref<4x2x9x32xf32>, %d: memref<?x64xf32>) {
  moe.grouped_matmul ins(%x : memref<?x9xf32>) offsets(%o : memref<5xi32>) weights(%w : memref<4x2x9x32xf32>)
      packed(<columns = 32>) outs(%d : memref<?x64xf32>)
      schedule(#moe.cpu_schedule<rows = 2, columns = 32, lanes = 16, depth = 4, tiles = 2, prefetch = true>)
  return
}

// -----

// Weights as they are: a task copies a block of its panel, here column by column, and reads the copy.
// CHECK-LABEL: func @copied
// CHECK: scf.parallel
// CHECK: %[[COPY:.+]] = memref.alloca() {alignment = 64 : i64} : memref<4x48xf32>
// CHECK: arith.minui
// CHECK: memref.load %{{.+}} : memref<4x64x9xf32>
// CHECK: memref.store %{{.+}}, %[[COPY]]
// CHECK: %[[PART:.+]] = memref.cast %[[COPY]]
// CHECK: func.call @moe_tiles_2x32({{.+}}, {{.+}}, %[[PART]],
func.func @copied(%x: memref<?x9xf32>, %o: memref<5xi32>, %w: memref<4x64x9xf32>, %d: memref<?x64xf32>) {
  moe.grouped_matmul ins(%x : memref<?x9xf32>) offsets(%o : memref<5xi32>) weights(%w : memref<4x64x9xf32>) transposed
      outs(%d : memref<?x64xf32>) schedule(#moe.cpu_schedule<rows = 2, columns = 32, lanes = 16, depth = 4, tiles = 2>)
  return
}

// -----

// Rows of the weights, the last register masked. A panel that is whole needs no mask.
// CHECK-LABEL: func @copied_rows
// CHECK: arith.cmpi ule
// CHECK-NEXT: scf.if
// CHECK: vector.load %{{.+}} : memref<4x9x20xf32>, vector<16xf32>
// CHECK: } else {
// CHECK: vector.create_mask
// CHECK: vector.maskedload %{{.+}} : memref<4x9x20xf32>
func.func @copied_rows(%x: memref<?x9xf32>, %o: memref<5xi32>, %w: memref<4x9x20xf32>, %d: memref<?x20xf32>) {
  moe.grouped_matmul ins(%x : memref<?x9xf32>) offsets(%o : memref<5xi32>) weights(%w : memref<4x9x20xf32>)
      outs(%d : memref<?x20xf32>) schedule(#moe.cpu_schedule<rows = 2, columns = 32, lanes = 16, depth = 4, tiles = 2>)
  return
}

// -----

// Pairs of an odd number of points: the last one is read again in place of what does not exist, and multiplied by nobody.
// CHECK-LABEL: func @copied_pairs
// CHECK: vector.load %{{.+}} : memref<4x5x20xbf16>, vector<8xbf16>
// CHECK: %[[POINT:.+]] = arith.minui
// CHECK: vector.load %{{.+}}[%{{.+}}, %[[POINT]], %{{.+}}] : memref<4x5x20xbf16>, vector<8xbf16>
// CHECK: vector.interleave %{{.+}}, %{{.+}} : vector<8xi16> -> vector<16xi16>
// CHECK: } else {
// CHECK: vector.maskedload
// CHECK: %[[LAST:.+]] = arith.minui
// CHECK: vector.maskedload %{{.+}}[%{{.+}}, %[[LAST]], %{{.+}}], %{{.+}}, %{{.+}} : memref<4x5x20xbf16>
func.func @copied_pairs(%x: memref<?x5xf32>, %o: memref<5xi32>, %w: memref<4x5x20xbf16>, %d: memref<?x20xf32>) {
  moe.grouped_matmul ins(%x : memref<?x5xf32>) offsets(%o : memref<5xi32>) weights(%w : memref<4x5x20xbf16>)
      outs(%d : memref<?x20xf32>) schedule(#moe.cpu_schedule<rows = 2, columns = 16, lanes = 8, group = 2, depth = 4, tiles = 2>)
  return
}

// -----

// Two panels of two lines a step are four shares of one line, 16 elements, each; of half a line each of eight where there are as many
// full tiles. Share i is part i / 2 or i / 4; within it the shares lie behind each other, a stride for each step.
// All tiles are not the full ones.
// CHECK-LABEL: func @spread
// CHECK: %[[FEW:.+]] = arith.cmpi ult, %[[FULL:.+]], %c8{{[_0-9]*}} : index
// CHECK: %[[HALVINGS:.+]] = arith.select %[[FEW]], %c0{{[_0-9]*}}, %c1{{[_0-9]*}}
// CHECK: %[[SHARES:.+]] = arith.shli %c4{{[_0-9]*}}, %[[HALVINGS]]
// CHECK: arith.cmpi ult, %[[NUMBER:.+]], %[[SHARES]]
// CHECK-NOT: arith.cmpi ult, %c1{{[_0-9]*}}, %[[FULL]] : index
// CHECK: %[[SHARE:.+]] = arith.select %{{.+}}, %[[NUMBER]], %c0{{[_0-9]*}}
// CHECK: %[[LINE:.+]] = arith.shrui %[[SHARE]], %[[HALVINGS]]
// CHECK: %[[PART:.+]] = arith.divui %[[LINE]], %c2{{[_0-9]*}}
// CHECK: %[[BEFORE:.+]] = arith.muli %[[PART]], %c2{{[_0-9]*}}
// CHECK: %[[SHARED:.+]] = arith.shli %[[BEFORE]], %[[HALVINGS]]
// CHECK: %[[OF_PART:.+]] = arith.subi %[[SHARE]], %[[SHARED]]
// CHECK: %[[STRIDE:.+]] = arith.shrui %c16{{[_0-9]*}}, %[[HALVINGS]]
// CHECK: %[[STEPS_BEFORE:.+]] = arith.muli %[[OF_PART]], %{{.+}}
// CHECK: arith.muli %[[STEPS_BEFORE]], %[[STRIDE]]
func.func @spread(%x: memref<?x8xf32>, %o: memref<5xi32>, %w: memref<4x2x8x32xf32>, %d: memref<?x64xf32>) {
  moe.grouped_matmul ins(%x : memref<?x8xf32>) offsets(%o : memref<5xi32>) weights(%w : memref<4x2x8x32xf32>)
      packed(<columns = 32>)
      outs(%d : memref<?x64xf32>) schedule(#moe.cpu_schedule<rows = 2, columns = 32, lanes = 8, joined = 2, tiles = 4, panel = 2, prefetch = true, spread = 2>)
  return
}

// -----

// Steps of less than a line: each asks for what it is, 8 of 16 elements.
// CHECK-LABEL: func @short_steps
// CHECK: arith.shrui %c8{{[_0-9]*}}, %c0{{[_0-9]*}}
func.func @short_steps(%x: memref<?x8xf32>, %o: memref<5xi32>, %w: memref<4x2x8x8xf32>, %d: memref<?x16xf32>) {
  moe.grouped_matmul ins(%x : memref<?x8xf32>) offsets(%o : memref<5xi32>) weights(%w : memref<4x2x8x8xf32>)
      packed(<columns = 8>)
      outs(%d : memref<?x16xf32>) schedule(#moe.cpu_schedule<rows = 2, columns = 8, lanes = 8, tiles = 4, prefetch = true>)
  return
}

// -----

// Blocks of experts with eight rows or more are listed from the first place on, others from the last one backwards. Seven panels,
// joined by two, are four groups, of which two tasks have as many.
// CHECK-LABEL: func @shared
// CHECK-COUNT-3: memref.alloc(
// CHECK: %[[LAST:.+]] = arith.subi %{{.+}}, %c1
// CHECK: %[[LISTED:.+]]:2 = scf.for
// CHECK: scf.for {{.+}} iter_args(%[[NUM_MANY:.+]] = %{{.+}}, %[[NUM_FEW:.+]] = %{{.+}})
// CHECK: %[[FEW:.+]] = arith.cmpi ult, %{{.+}}, %c8
// CHECK: %[[BACK:.+]] = arith.subi %[[LAST]], %[[NUM_FEW]] : index
// CHECK: arith.select %[[FEW]], %[[BACK]], %[[NUM_MANY]] : index
// CHECK: arith.select %[[FEW]], %c0{{.*}}, %c1
// CHECK: arith.select %[[FEW]], %c1{{.*}}, %c0
// CHECK: scf.parallel (%[[NUMBER:.+]], %[[TASK:.+]]) =
// CHECK: %[[TASKS:.+]] = arith.ceildivui %{{.+}}, %c4
// CHECK: %[[GROUPS:.+]] = arith.ceildivui %{{.+}}, %c2
// CHECK: %[[BEFORE:.+]] = arith.muli %[[TASK]], %[[GROUPS]]
// CHECK: arith.divui %[[BEFORE]], %[[TASKS]]
// CHECK: arith.subi %[[NUMBER]], %[[LISTED]]#0
// CHECK: arith.cmpi ult, %[[NUMBER]], %[[LISTED]]#0
func.func @shared(%x: memref<?x9xf32>, %o: memref<5xi32>, %w: memref<4x7x9x16xf32>, %d: memref<?x100xf32>) {
  moe.grouped_matmul ins(%x : memref<?x9xf32>) offsets(%o : memref<5xi32>) weights(%w : memref<4x7x9x16xf32>)
      packed(<columns = 16>) outs(%d : memref<?x100xf32>)
      schedule(#moe.cpu_schedule<rows = 2, columns = 16, lanes = 16, joined = 2, tall = 4, few = 8, tiles = 4, panel = 4>)
  return
}

// -----

func.func @no_schedule(%x: memref<?x5xf32>, %o: memref<5xi32>, %w: memref<4x2x5x32xf32>, %d: memref<?x64xf32>) {
  // expected-error @+1 {{expects a #moe.cpu_schedule, found none}}
  moe.grouped_matmul ins(%x : memref<?x5xf32>) offsets(%o : memref<5xi32>) weights(%w : memref<4x2x5x32xf32>)
      packed(<columns = 32>) outs(%d : memref<?x64xf32>)
  return
}

// -----

func.func @gpu_schedule(%x: memref<?x5xf32>, %o: memref<5xi32>, %w: memref<4x5x64xf32>, %d: memref<?x64xf32>) {
  // expected-error @+1 {{expects a #moe.cpu_schedule, found #moe.gpu_schedule<}}
  moe.grouped_matmul ins(%x : memref<?x5xf32>) offsets(%o : memref<5xi32>) weights(%w : memref<4x5x64xf32>)
      outs(%d : memref<?x64xf32>) schedule(#moe.gpu_schedule<rows = 128, columns = 256, depth = 64, stages = 4, warps = 8>)
  return
}

// -----

func.func @frame(%x: memref<?x5xf32>, %o: memref<5xi32>, %w: memref<4x5x64xf32>, %d: memref<?x64xf32>) {
  // expected-error @+1 {{expects a depth, tiles and few whose copies and accumulators take at most 1 MiB of a thread's stack, found 12588288 bytes}}
  moe.grouped_matmul ins(%x : memref<?x5xf32>) offsets(%o : memref<5xi32>) weights(%w : memref<4x5x64xf32>)
      outs(%d : memref<?x64xf32>)
      schedule(#moe.cpu_schedule<rows = 6, columns = 32, lanes = 16, depth = 65536, tiles = 7>)
  return
}

// -----

// A copied step has a line more than its columns: 65536 * (1 + 16) of four bytes.
func.func @narrow_frame(%x: memref<?x5xf32>, %o: memref<5xi32>, %w: memref<4x5x64xf32>, %d: memref<?x64xf32>) {
  // expected-error @+1 {{at most 1 MiB of a thread's stack, found 4456452 bytes}}
  moe.grouped_matmul ins(%x : memref<?x5xf32>) offsets(%o : memref<5xi32>) weights(%w : memref<4x5x64xf32>)
      outs(%d : memref<?x64xf32>)
      schedule(#moe.cpu_schedule<rows = 1, columns = 1, lanes = 1, depth = 65536, tiles = 1>)
  return
}

// -----

func.func @lanes(%x: memref<?x5xf32>, %o: memref<5xi32>, %w: memref<4x1x5x4096xf32>, %d: memref<?x64xf32>) {
  // expected-error @+1 {{expects registers of at most 2048 bits, found 131072}}
  moe.grouped_matmul ins(%x : memref<?x5xf32>) offsets(%o : memref<5xi32>) weights(%w : memref<4x1x5x4096xf32>)
      packed(<columns = 4096>) outs(%d : memref<?x64xf32>) schedule(#moe.cpu_schedule<rows = 2, columns = 4096, lanes = 4096>)
  return
}

// -----

func.func @registers(%x: memref<?x5xf32>, %o: memref<5xi32>, %w: memref<4x2x5x32xf32>, %d: memref<?x64xf32>) {
  // expected-error @+1 {{expects tiles of at most 64 accumulators, found 160}}
  moe.grouped_matmul ins(%x : memref<?x5xf32>) offsets(%o : memref<5xi32>) weights(%w : memref<4x2x5x32xf32>)
      packed(<columns = 32>) outs(%d : memref<?x64xf32>)
      schedule(#moe.cpu_schedule<rows = 80, columns = 32, lanes = 16>)
  return
}

// -----

// CHECK-LABEL: func @threads
// CHECK: {grain = 1 : index, max_threads = 2 : index}
func.func @threads(%x: memref<?x5xf32>, %o: memref<5xi32>, %w: memref<4x2x5x32xf32>, %d: memref<?x64xf32>) {
  moe.grouped_matmul ins(%x : memref<?x5xf32>) offsets(%o : memref<5xi32>) weights(%w : memref<4x2x5x32xf32>)
      packed(<columns = 32>) outs(%d : memref<?x64xf32>)
      schedule(#moe.cpu_schedule<rows = 1, columns = 32, lanes = 16, threads = 2>)
  return
}

// -----

func.func @not_packed(%x: memref<?x5xf32>, %o: memref<5xi32>, %w: memref<4x5x64xf32>, %d: memref<?x64xf32>) {
  // expected-error @+1 {{expects a depth, and nothing prefetched, where weights are not packed, found depth = 0, prefetch = false}}
  moe.grouped_matmul ins(%x : memref<?x5xf32>) offsets(%o : memref<5xi32>) weights(%w : memref<4x5x64xf32>)
      outs(%d : memref<?x64xf32>) schedule(#moe.cpu_schedule<rows = 1, columns = 16, lanes = 16>)
  return
}

// -----

func.func @prefetched(%x: memref<?x5xf32>, %o: memref<5xi32>, %w: memref<4x5x64xf32>, %d: memref<?x64xf32>) {
  // expected-error @+1 {{where weights are not packed, found depth = 4, prefetch = true}}
  moe.grouped_matmul ins(%x : memref<?x5xf32>) offsets(%o : memref<5xi32>) weights(%w : memref<4x5x64xf32>)
      outs(%d : memref<?x64xf32>)
      schedule(#moe.cpu_schedule<rows = 1, columns = 16, lanes = 16, depth = 4, tiles = 2, prefetch = true>)
  return
}

// -----

func.func @packed_otherwise(%x: memref<?x5xf32>, %o: memref<5xi32>, %w: memref<4x2x5x32xf32>, %d: memref<?x64xf32>) {
  // expected-error @+1 {{expects weights packed as they are scheduled, in 16 columns and groups of 1, found 32 columns and groups of 1}}
  moe.grouped_matmul ins(%x : memref<?x5xf32>) offsets(%o : memref<5xi32>) weights(%w : memref<4x2x5x32xf32>)
      packed(<columns = 32>) outs(%d : memref<?x64xf32>) schedule(#moe.cpu_schedule<rows = 1, columns = 16, lanes = 16>)
  return
}

// -----

func.func @tensors(%x: tensor<?x5xf32>, %o: tensor<5xi32>, %w: tensor<4x2x5x32xf32>, %d: tensor<?x64xf32>) -> tensor<?x64xf32> {
  // expected-error @+1 {{expects memrefs, found tensors}}
  %0 = moe.grouped_matmul ins(%x : tensor<?x5xf32>) offsets(%o : tensor<5xi32>) weights(%w : tensor<4x2x5x32xf32>)
      packed(<columns = 32>) outs(%d : tensor<?x64xf32>)
      schedule(#moe.cpu_schedule<rows = 1, columns = 32, lanes = 16>) -> tensor<?x64xf32>
  return %0 : tensor<?x64xf32>
}

// -----

func.func @groups(%x: memref<?x5xf32>, %o: memref<5xi32>, %w: memref<4x2x3x64xf32>, %d: memref<?x64xf32>) {
  // expected-error @+1 {{expects groups of one, or of two bf16 that are added in f32, found groups of 2 of f32 in f32}}
  moe.grouped_matmul ins(%x : memref<?x5xf32>) offsets(%o : memref<5xi32>) weights(%w : memref<4x2x3x64xf32>)
      packed(<columns = 32, group = 2>) outs(%d : memref<?x64xf32>)
      schedule(#moe.cpu_schedule<rows = 1, columns = 32, lanes = 16, group = 2>)
  return
}

// -----

func.func @dot(%x: memref<?x6xf32>, %o: memref<5xi32>, %w: memref<4x2x3x64xbf16>, %d: memref<?x64xf32>) {
  // expected-error @+1 {{expects a dot of bf16 and bf16 in 4, 8 or 16 lanes, found f32 and bf16 in 16}}
  moe.grouped_matmul ins(%x : memref<?x6xf32>) offsets(%o : memref<5xi32>) weights(%w : memref<4x2x3x64xbf16>)
      packed(<columns = 32, group = 2>) outs(%d : memref<?x64xf32>)
      schedule(#moe.cpu_schedule<rows = 1, columns = 32, lanes = 16, group = 2, dot = true>)
  return
}

// -----

// The last tile but one asks for what it writes, and for lines of the weights of one type: bf16 here, which is the first one's.
// The result is bf16 where bf16 is multiplied by a dot: one instruction rounds it.
// CHECK-LABEL: func private @moe_tile_2x32
// CHECK-SAME: %[[NEXT:[^:]+]]: memref<?x?xbf16, strided<[?, 1], offset: ?>>, %{{[^:]+}}: index, %{{[^:]+}}: index) {
// CHECK: memref.prefetch %[[NEXT]]
// CHECK-LABEL: func @mixed
// CHECK: memref.prefetch %{{.+}}[%{{.+}}, %{{.+}}], read, locality<3>, data : memref<?x8xbf16>
// CHECK: memref.prefetch %{{.+}}[%{{.+}}, %{{.+}}], write, locality<3>, data : memref<?x32xf32>
func.func @mixed(%x: memref<?x8xbf16>, %o: memref<5xi32>, %v: memref<4x2x8x16xbf16>, %w: memref<4x2x8x16xf32>, %d: memref<?x32xf32>) {
  moe.grouped_matmul ins(%x : memref<?x8xbf16>) offsets(%o : memref<5xi32>)
      weights(%v, %w : memref<4x2x8x16xbf16>, memref<4x2x8x16xf32>) packed(<columns = 16>)
      outs(%d : memref<?x32xf32>) schedule(#moe.cpu_schedule<rows = 2, columns = 16, lanes = 16, tiles = 4, prefetch = true>) epilogue {
  ^bb0(%a: f32, %b: f32):
    %0 = arith.mulf %a, %b : f32
    moe.yield %0 : f32
  }
  return
}

// -----

// Weights of one element type and several layouts are read, and asked for, as one type.
// CHECK-LABEL: func @slice
// CHECK: memref.subview {{.+}} : memref<4x2x8x16xf32> to memref<?x16xf32, strided<[16, 1], offset: ?>>
// CHECK: memref.cast {{.+}} to memref<?x?xf32, strided<[?, 1], offset: ?>>
// CHECK: memref.subview {{.+}} : memref<4x2x8x16xf32, strided<[512, 128, 16, 1], offset: ?>>
// CHECK: arith.select {{.+}} : memref<?x?xf32, strided<[?, 1], offset: ?>>
func.func @slice(%x: memref<?x8xf32>, %o: memref<5xi32>, %v: memref<4x2x8x16xf32>,
    %w: memref<4x2x8x16xf32, strided<[512, 128, 16, 1], offset: ?>>, %d: memref<?x32xf32>) {
  moe.grouped_matmul ins(%x : memref<?x8xf32>) offsets(%o : memref<5xi32>)
      weights(%v, %w : memref<4x2x8x16xf32>, memref<4x2x8x16xf32, strided<[512, 128, 16, 1], offset: ?>>) packed(<columns = 16>)
      outs(%d : memref<?x32xf32>) schedule(#moe.cpu_schedule<rows = 2, columns = 16, lanes = 16, tiles = 4, prefetch = true>) epilogue {
  ^bb0(%a: f32, %b: f32):
    %0 = arith.mulf %a, %b : f32
    moe.yield %0 : f32
  }
  return
}

// -----

// Pairs that are taken apart: a bf16 is the upper half of an f32. Of half a pair the first point alone is loaded.
// CHECK-LABEL: func private @moe_tile_1x8
// CHECK: scf.for
// CHECK: %[[PAIR:.+]] = vector.load %{{.+}} : memref<?x?xbf16, strided<[?, 1], offset: ?>>, vector<2xbf16>
// CHECK: vector.bitcast %{{.+}} : vector<16xbf16> to vector<16xi16>
// CHECK: vector.shuffle %{{.+}} [0, 16, 0, 18, 0, 20, 0, 22, 0, 24, 0, 26, 0, 28, 0, 30] : vector<16xi16>, vector<16xi16>
// CHECK: vector.shuffle %{{.+}} [0, 17, 0, 19, 0, 21, 0, 23, 0, 25, 0, 27, 0, 29, 0, 31] : vector<16xi16>, vector<16xi16>
// CHECK-COUNT-2: vector.fma
// CHECK: scf.if
// CHECK: memref.load %{{.+}} : memref<?x?xbf16, strided<[?, 1], offset: ?>>
// CHECK: vector.fma
// CHECK-NOT: vector.fma
// CHECK-LABEL: func @apart
// CHECK-NOT: avx512
func.func @apart(%x: memref<?x5xbf16>, %o: memref<5xi32>, %w: memref<4x4x3x16xbf16>, %d: memref<?x32xbf16>) {
  moe.grouped_matmul ins(%x : memref<?x5xbf16>) offsets(%o : memref<5xi32>) weights(%w : memref<4x4x3x16xbf16>)
      packed(<columns = 8, group = 2>)
      outs(%d : memref<?x32xbf16>) schedule(#moe.cpu_schedule<rows = 1, columns = 8, lanes = 8, group = 2>)
  return
}

// -----

// Rows of f32 are points already, and pairs of bf16 that do not lie side by side are made of two.
// CHECK-LABEL: func private @moe_tile_1x8
// CHECK: scf.for
// CHECK-COUNT-2: memref.load %{{.+}} : memref<?x?xf32,
// CHECK-NOT: memref.load
// CHECK-COUNT-2: vector.fma
// CHECK-LABEL: func @points
func.func @points(%x: memref<?x6xf32>, %o: memref<5xi32>, %w: memref<4x4x3x16xbf16>, %d: memref<?x32xf32>) {
  moe.grouped_matmul ins(%x : memref<?x6xf32>) offsets(%o : memref<5xi32>) weights(%w : memref<4x4x3x16xbf16>)
      packed(<columns = 8, group = 2>)
      outs(%d : memref<?x32xf32>) schedule(#moe.cpu_schedule<rows = 1, columns = 8, lanes = 8, group = 2>)
  return
}

// -----

// CHECK-LABEL: func private @moe_tile_1x8
// CHECK: vector.from_elements %{{.+}}, %{{.+}} : vector<2xbf16>
// CHECK-LABEL: func @strided_pairs
func.func @strided_pairs(%x: memref<?x6xbf16, strided<[12, 2]>>, %o: memref<5xi32>, %w: memref<4x4x3x16xbf16>, %d: memref<?x32xf32>) {
  moe.grouped_matmul ins(%x : memref<?x6xbf16, strided<[12, 2]>>) offsets(%o : memref<5xi32>) weights(%w : memref<4x4x3x16xbf16>)
      packed(<columns = 8, group = 2>)
      outs(%d : memref<?x32xf32>) schedule(#moe.cpu_schedule<rows = 1, columns = 8, lanes = 8, group = 2>)
  return
}

// -----

func.func @types(%x: memref<?x6xbf16>, %o: memref<5xi32>, %v: memref<4x2x3x64xbf16>, %w: memref<4x2x3x64xf32>, %d: memref<?x64xf32>) {
  // expected-error @+1 {{expects groups of one, or of two bf16 that are added in f32, found groups of 2 of f32 in f32}}
  moe.grouped_matmul ins(%x : memref<?x6xbf16>) offsets(%o : memref<5xi32>)
      weights(%v, %w : memref<4x2x3x64xbf16>, memref<4x2x3x64xf32>) packed(<columns = 32, group = 2>) outs(%d : memref<?x64xf32>)
      schedule(#moe.cpu_schedule<rows = 1, columns = 32, lanes = 16, group = 2>) epilogue {
  ^bb0(%a: f32, %b: f32):
    %0 = arith.mulf %a, %b : f32
    moe.yield %0 : f32
  }
  return
}

// -----

// Half a pair: zeros in place of the second point, whatever is stored there. One instruction rounds the result.
// CHECK-LABEL: func private @moe_tile_1x16
// CHECK: x86vector.avx512.dot
// CHECK: arith.andi %{{.+}}, %{{.+}} : vector<16xi32>
// CHECK: x86vector.avx512.dot
// CHECK-LABEL: func @half
// CHECK: x86vector.avx512.cvt.packed.f32_to_bf16
func.func @half(%x: memref<?x5xbf16>, %o: memref<5xi32>, %w: memref<4x2x3x32xbf16>, %d: memref<?x32xbf16>) {
  moe.grouped_matmul ins(%x : memref<?x5xbf16>) offsets(%o : memref<5xi32>) weights(%w : memref<4x2x3x32xbf16>)
      packed(<columns = 16, group = 2>)
      outs(%d : memref<?x32xbf16>) schedule(#moe.cpu_schedule<rows = 1, columns = 16, lanes = 16, group = 2, dot = true>)
  return
}

// -----

func.func @apart(%x: memref<?x8xf32>, %o: memref<5xi32>, %w: memref<4x2x8x16xf32, strided<[512, 256, 16, 2]>>, %d: memref<?x32xf32>) {
  // expected-error @+1 {{op expects packed weights whose steps lie side by side, found memref<4x2x8x16xf32, strided<[512, 256, 16, 2]>>}}
  moe.grouped_matmul ins(%x : memref<?x8xf32>) offsets(%o : memref<5xi32>) weights(%w : memref<4x2x8x16xf32, strided<[512, 256, 16, 2]>>)
      packed(<columns = 16>) outs(%d : memref<?x32xf32>) schedule(#moe.cpu_schedule<rows = 1, columns = 16, lanes = 16>)
  return
}

// -----

// Many rows: wide tiles, of two panels at once; of several the last two share, so that none has one row. Few rows, or a
// panel without a neighbour: tall tiles of one panel, whose epilogue comes with the last panel. They ask for all lines of the
// next panel where they are alone.
// CHECK-LABEL: func private @moe_tile_3x64
// CHECK-LABEL: func private @moe_tile_2x64
// CHECK-LABEL: func private @moe_tiles_3x64
// CHECK-NOT: case 1
// CHECK: func.call @moe_tile_2x64
// CHECK: func.call @moe_tile_3x64
// CHECK-LABEL: func private @moe_tile_4x32
// CHECK: scf.for
// CHECK: memref.prefetch %[[NEXT:arg[0-9]+]][
// CHECK: scf.if
// CHECK: memref.prefetch %[[NEXT]][
// CHECK-LABEL: func @forms
// CHECK: memref.alloca() {alignment = 64 : i64} : memref<448xf32>
// CHECK: scf.for %{{.+}} = %{{.+}} to %{{.+}} step %c2
// CHECK: %[[TALL:.+]] = arith.ori
// CHECK: %[[ROUNDS:.+]] = arith.select %[[TALL]], %{{.+}}, %c1
// CHECK: scf.for %[[ROUND:.+]] = %{{.+}} to %{{.+}} step %c1
// CHECK: %[[AFTER:.+]] = arith.addi %[[ROUND]], %c1
// CHECK: %[[LAST:.+]] = arith.cmpi eq, %[[AFTER]], %[[ROUNDS]]
// CHECK: scf.if %[[TALL]] {
// CHECK: func.call @moe_tiles_4x32
// CHECK: } else {
// CHECK: func.call @moe_tiles_3x64
// CHECK: scf.if %[[LAST]]
// CHECK: vector.store %{{.+}} : memref<?x96xf32>, vector<16xf32>
func.func @forms(%x: memref<?x8xf32>, %o: memref<5xi32>, %w: memref<4x3x8x32xf32>, %d: memref<?x96xf32>) {
  moe.grouped_matmul ins(%x : memref<?x8xf32>) offsets(%o : memref<5xi32>) weights(%w : memref<4x3x8x32xf32>)
      packed(<columns = 32>) outs(%d : memref<?x96xf32>)
      schedule(#moe.cpu_schedule<rows = 3, columns = 32, lanes = 16, joined = 2, tall = 4, few = 8, panel = 4, prefetch = true>)
  return
}

// -----

// Kernels share the functions, whatever their sizes: two of two forms, and one of another type.
// CHECK-LABEL: func private @moe_tile_1x16_0(
// CHECK-SAME: memref<?x?xbf16
// CHECK-LABEL: func private @moe_tile_1x16(
// CHECK-NOT: func private
// CHECK: func @shared
// CHECK: func.call @moe_tile_1x16(
// CHECK: func.call @moe_tile_1x16(
// CHECK: func.call @moe_tile_1x16_0(
func.func @shared(%x: memref<?x8xf32>, %o: memref<5xi32>, %v: memref<4x2x8x16xf32>, %w: memref<4x1x8x16xf32>,
    %b: memref<4x1x8x16xbf16>, %d: memref<?x32xf32>, %e: memref<?x16xf32>) {
  moe.grouped_matmul ins(%x : memref<?x8xf32>) offsets(%o : memref<5xi32>) weights(%v : memref<4x2x8x16xf32>)
      packed(<columns = 16>) outs(%d : memref<?x32xf32>) schedule(#moe.cpu_schedule<rows = 1, columns = 16, lanes = 16>)
  moe.grouped_matmul ins(%x : memref<?x8xf32>) offsets(%o : memref<5xi32>) weights(%w : memref<4x1x8x16xf32>)
      packed(<columns = 16>) outs(%e : memref<?x16xf32>) schedule(#moe.cpu_schedule<rows = 1, columns = 16, lanes = 16>)
  moe.grouped_matmul ins(%x : memref<?x8xf32>) offsets(%o : memref<5xi32>) weights(%b : memref<4x1x8x16xbf16>)
      packed(<columns = 16>) outs(%e : memref<?x16xf32>) schedule(#moe.cpu_schedule<rows = 1, columns = 16, lanes = 16>)
  return
}

// -----

func.func @joined_weights(%x: memref<?x8xf32>, %o: memref<5xi32>, %v: memref<4x2x8x16xf32>, %d: memref<?x32xf32>) {
  // expected-error @+1 {{expects at most two panels of one weight joined, found joined = 2 for 2 weights}}
  moe.grouped_matmul ins(%x : memref<?x8xf32>) offsets(%o : memref<5xi32>)
      weights(%v, %v : memref<4x2x8x16xf32>, memref<4x2x8x16xf32>) packed(<columns = 16>)
      outs(%d : memref<?x32xf32>) schedule(#moe.cpu_schedule<rows = 2, columns = 16, lanes = 16, joined = 2>) epilogue {
  ^bb0(%a: f32, %b: f32):
    moe.yield %a : f32
  }
  return
}

// -----

func.func @tall_types(%x: memref<?x8xf32>, %o: memref<5xi32>, %v: memref<4x2x8x16xf32>, %w: memref<4x2x8x16xbf16>, %d: memref<?x32xf32>) {
  // expected-error @+1 {{expects packed weights of one element type for tall tiles and joined panels, found tall = 4, joined = 1}}
  moe.grouped_matmul ins(%x : memref<?x8xf32>) offsets(%o : memref<5xi32>)
      weights(%v, %w : memref<4x2x8x16xf32>, memref<4x2x8x16xbf16>) packed(<columns = 16>)
      outs(%d : memref<?x32xf32>) schedule(#moe.cpu_schedule<rows = 2, columns = 16, lanes = 16, tall = 4, few = 8>) epilogue {
  ^bb0(%a: f32, %b: f32):
    moe.yield %a : f32
  }
  return
}

// -----

func.func @tall_copies(%x: memref<?x9xf32>, %o: memref<5xi32>, %w: memref<4x9x20xf32>, %d: memref<?x20xf32>) {
  // expected-error @+1 {{expects packed weights of one element type for tall tiles and joined panels, found tall = 4, joined = 1}}
  moe.grouped_matmul ins(%x : memref<?x9xf32>) offsets(%o : memref<5xi32>) weights(%w : memref<4x9x20xf32>)
      outs(%d : memref<?x20xf32>)
      schedule(#moe.cpu_schedule<rows = 2, columns = 16, lanes = 16, tall = 4, few = 8, depth = 4, tiles = 2>)
  return
}

// -----

func.func @tall_registers(%x: memref<?x5xf32>, %o: memref<5xi32>, %w: memref<4x2x5x32xf32>, %d: memref<?x64xf32>) {
  // expected-error @+1 {{expects tiles of at most 64 accumulators, found 80}}
  moe.grouped_matmul ins(%x : memref<?x5xf32>) offsets(%o : memref<5xi32>) weights(%w : memref<4x2x5x32xf32>)
      packed(<columns = 32>) outs(%d : memref<?x64xf32>)
      schedule(#moe.cpu_schedule<rows = 2, columns = 32, lanes = 16, tall = 40, few = 80>)
  return
}

// -----

// Two could be left of three, whose accumulators would wait for all rows.
func.func @joined_three(%x: memref<?x8xf32>, %o: memref<5xi32>, %w: memref<4x2x8x16xf32>, %d: memref<?x32xf32>) {
  // expected-error @+1 {{expects at most two panels of one weight joined, found joined = 3 for 1 weights}}
  moe.grouped_matmul ins(%x : memref<?x8xf32>) offsets(%o : memref<5xi32>) weights(%w : memref<4x2x8x16xf32>)
      packed(<columns = 16>) outs(%d : memref<?x32xf32>)
      schedule(#moe.cpu_schedule<rows = 2, columns = 16, lanes = 16, joined = 3, panel = 3>)
  return
}

// -----

func.func @huge_few(%x: memref<?x8xf32>, %o: memref<5xi32>, %w: memref<4x2x8x16xf32>, %d: memref<?x32xf32>) {
  // expected-error @+1 {{expects a depth, tiles and few whose copies and accumulators take at most 1 MiB of a thread's stack, found 6399936 bytes}}
  moe.grouped_matmul ins(%x : memref<?x8xf32>) offsets(%o : memref<5xi32>) weights(%w : memref<4x2x8x16xf32>)
      packed(<columns = 16>) outs(%d : memref<?x32xf32>)
      schedule(#moe.cpu_schedule<rows = 2, columns = 16, lanes = 16, tall = 4, few = 100000>)
  return
}

// -----

func.func @space(%x: memref<?x8xf32, 1>, %o: memref<5xi32>, %w: memref<4x2x8x16xf32>, %d: memref<?x32xf32>) {
  // expected-error @+1 {{expects strided memrefs in the default memory space, found memref<?x8xf32, 1>}}
  moe.grouped_matmul ins(%x : memref<?x8xf32, 1>) offsets(%o : memref<5xi32>) weights(%w : memref<4x2x8x16xf32>)
      packed(<columns = 16>) outs(%d : memref<?x32xf32>) schedule(#moe.cpu_schedule<rows = 2, columns = 16, lanes = 16>)
  return
}

// -----

// More than eight rows: the last two tiles share evenly, and an odd row is computed twice, into a spare place. A function of
// that name is there already. Rows whose only elements lie apart are not read as vectors.
// CHECK-LABEL: func private @moe_tile_9x16_0(
// CHECK-SAME: memref<?x?xf32, strided<[?, ?], offset: ?>>
// CHECK-LABEL: func private @moe_tile_8x16(
// CHECK-NOT: func private @moe_tile_7x16
// CHECK-LABEL: func @even
// CHECK: memref.alloca() {alignment = 64 : i64} : memref<160xf32>
// CHECK: memref.alloca() : memref<9xindex>
// CHECK: arith.ceildivui %{{.+}}, %c4
// CHECK-COUNT-2: arith.minui %{{.+}}, %c9
// CHECK: scf.for
// CHECK-NEXT: arith.addi
// CHECK-NEXT: %[[SOURCE:.+]] = arith.minui
// CHECK-NEXT: memref.store %[[SOURCE]], %{{.+}} : memref<9xindex>
func.func private @moe_tile_9x16()
func.func @even(%x: memref<?x1xf32, strided<[6, 3]>>, %o: memref<5xi32>, %w: memref<4x2x1x16xf32>, %d: memref<?x32xf32>) {
  moe.grouped_matmul ins(%x : memref<?x1xf32, strided<[6, 3]>>) offsets(%o : memref<5xi32>) weights(%w : memref<4x2x1x16xf32>)
      packed(<columns = 16>) outs(%d : memref<?x32xf32>) schedule(#moe.cpu_schedule<rows = 9, columns = 16, lanes = 16>)
  return
}

// -----

// Rows of f16 are converted before a tile multiplies them, vector by vector, then what is left of them; the tile reads f32, from the
// first point of the block on. A row of the buffer is an odd number of cache lines.
// CHECK-LABEL: func private @moe_tile_2x16
// CHECK-SAME: (%{{[^:]+}}: memref<?x?xf32, strided<[?, 1], offset: ?>>, %{{[^:]+}}: memref<?xindex>, %{{[^:]+}}: memref<?x?xf16,
// CHECK-LABEL: func @narrow
// CHECK: %[[WIDE:.+]] = memref.alloca() {alignment = 64 : i64} : memref<2x16xf32>
// CHECK: scf.for %[[FIRST:.+]] = %{{.+}} to %{{.+}} step %c10
// CHECK: arith.remui %[[POINTS:.+]], %c8
// CHECK: scf.for %[[ROW:.+]] = %c0
// CHECK: scf.for %[[POINT:.+]] = %c0{{.*}} to %[[WHOLE:.+]] step %c8
// CHECK-NEXT: %[[COLUMN:.+]] = arith.addi %[[FIRST]], %[[POINT]]
// CHECK-NEXT: %[[LOADED:.+]] = vector.load %{{.+}}[%{{.+}}, %[[COLUMN]]] : memref<?x20xf16>, vector<8xf16>
// CHECK-NEXT: %[[WIDENED:.+]] = arith.extf %[[LOADED]]
// CHECK-NEXT: vector.store %[[WIDENED]], %[[WIDE]][%[[ROW]], %[[POINT]]]
// CHECK: scf.for %{{.+}} = %[[WHOLE]] to %[[POINTS]] step %c1
// CHECK: memref.store %{{.+}}, %[[WIDE]]
// CHECK: %[[ROWS:.+]] = memref.cast %[[WIDE]]
// CHECK: func.call @moe_tiles_2x16(%[[ROWS]], %{{.+}}, %{{.+}}, %c0{{[^,]*}}, %[[STEPS:.+]], %[[STEPS]],
func.func @narrow(%x: memref<?x20xf16>, %o: memref<5xi32>, %w: memref<4x2x20x16xf16>, %d: memref<?x32xf32>) {
  moe.grouped_matmul ins(%x : memref<?x20xf16>) offsets(%o : memref<5xi32>) weights(%w : memref<4x2x20x16xf16>)
      packed(<columns = 16>)
      outs(%d : memref<?x32xf32>) schedule(#moe.cpu_schedule<rows = 2, columns = 16, lanes = 8, depth = 10, tiles = 1>)
  return
}

// -----

// Two lines would be two sets for all rows. Points that do not lie side by side are converted one by one. Tall tiles convert rows
// again only where there are more tiles than one.
// CHECK-LABEL: func @strided
// CHECK: memref.alloca() {alignment = 64 : i64} : memref<3x48xf32>
// CHECK-NOT: vector.load %{{.+}} : memref<?x32xbf16
// CHECK: arith.cmpi ult, %{{arg[0-9]+}}, %c1
// CHECK-NEXT: %[[MANY:.+]] = arith.cmpi ult, %c1
// CHECK-NEXT: %[[NEW:.+]] = arith.ori %{{.+}}, %[[MANY]]
// CHECK-NEXT: scf.if %[[NEW]] {
// CHECK: memref.load %{{.+}} : memref<?x32xbf16, strided<[64, 2]>>
func.func @strided(%x: memref<?x32xbf16, strided<[64, 2]>>, %o: memref<5xi32>, %w: memref<4x2x32x16xf32>, %d: memref<?x32xf32>) {
  moe.grouped_matmul ins(%x : memref<?x32xbf16, strided<[64, 2]>>) offsets(%o : memref<5xi32>) weights(%w : memref<4x2x32x16xf32>)
      packed(<columns = 16>)
      outs(%d : memref<?x32xf32>) schedule(#moe.cpu_schedule<rows = 2, columns = 16, lanes = 8, tall = 3, few = 4>)
  return
}

// -----

// Rows whose length nobody knows, and such as would take more of the stack than there is, are multiplied as they are.
// CHECK-LABEL: func private @moe_tile_1x16
// CHECK-SAME: (%{{[^:]+}}: memref<?x?xf16
// CHECK: arith.extf %{{.+}} : f16 to f32
// CHECK-LABEL: func @unknown
// CHECK-NOT: memref.alloca(){{.*}}memref<1x{{[0-9]}}
// CHECK-LABEL: func @long
// CHECK-NOT: memref.alloca(){{.*}}memref<1x{{[0-9]}}
func.func @unknown(%x: memref<?x?xf16>, %o: memref<5xi32>, %w: memref<4x2x?x16xf16>, %d: memref<?x32xf32>) {
  moe.grouped_matmul ins(%x : memref<?x?xf16>) offsets(%o : memref<5xi32>) weights(%w : memref<4x2x?x16xf16>)
      packed(<columns = 16>) outs(%d : memref<?x32xf32>) schedule(#moe.cpu_schedule<rows = 1, columns = 16, lanes = 8>)
  return
}
func.func @long(%x: memref<?x300000xf16>, %o: memref<5xi32>, %w: memref<4x2x300000x16xf16>, %d: memref<?x32xf32>) {
  moe.grouped_matmul ins(%x : memref<?x300000xf16>) offsets(%o : memref<5xi32>) weights(%w : memref<4x2x300000x16xf16>)
      packed(<columns = 16>) outs(%d : memref<?x32xf32>) schedule(#moe.cpu_schedule<rows = 1, columns = 16, lanes = 8>)
  return
}
