// Level 2 gives what level 1 gives, bit for bit: small integers make every sum
// exact. One program of level 1 and two of level 2 (gathered on load and added
// into the tokens; separate rows, transposed weights and a sum) on many
// batches. The sizes are substituted: E, E+1, K, D, H, row type, sum type.
//
// DEFINE: %{sizes} =
// DEFINE: %{pack} =
// DEFINE: %{run} = sed -e '/^[/][/]/d' %{sizes} %s | moe-opt %{pack} --convert-moe-to-linalg --canonicalize \
// DEFINE:   --empty-tensor-to-alloc-tensor --one-shot-bufferize="bufferize-function-boundaries function-boundary-type-conversion=identity-layout-map" \
// DEFINE:   --buffer-deallocation-pipeline --convert-linalg-to-loops --math-extend-to-supported-types \
// DEFINE:   --arith-emulate-unsupported-floats="source-types=bf16 target-type=f32" --arith-expand="include-bf16=true" \
// DEFINE:   --memref-expand --expand-strided-metadata --lower-affine --convert-vector-to-llvm --convert-scf-to-cf \
// DEFINE:   --finalize-memref-to-llvm --convert-to-llvm --reconcile-unrealized-casts \
// DEFINE:   | mlir-runner -O1 -e main -entry-point-result=void \
// DEFINE:     --shared-libs=%mlir_lib_dir/libmlir_runner_utils.so,%mlir_lib_dir/libmlir_c_runner_utils.so | FileCheck %s
// REDEFINE: %{sizes} = -e 's/EE1/6/g; s/EE/5/g; s/KK/3/g; s/DD/3/g; s/HH/4/g; s/FF/f32/g; s/AA/f32/g; s/NARROW/arith.maximumf %q, %q : f32/'
// RUN: %{run}
// REDEFINE: %{sizes} = -e 's/EE1/6/g; s/EE/5/g; s/KK/3/g; s/DD/3/g; s/HH/4/g; s/FF/bf16/g; s/AA/f32/g; s/NARROW/arith.truncf %q : f32 to bf16/'
// RUN: %{run}
// REDEFINE: %{sizes} = -e 's/EE1/2/g; s/EE/1/g; s/KK/1/g; s/DD/1/g; s/HH/3/g; s/FF/f16/g; s/AA/f32/g; s/NARROW/arith.truncf %q : f32 to f16/'
// RUN: %{run}
// REDEFINE: %{sizes} = -e 's/EE1/65/g; s/EE/64/g; s/KK/8/g; s/DD/17/g; s/HH/33/g; s/FF/f64/g; s/AA/f64/g; s/NARROW/arith.maximumf %q, %q : f64/'
// RUN: %{run}

// The same with packed weights: the last panels and groups are not full.
// REDEFINE: %{pack} = --moe-assign-schedule --moe-pack-weights --convert-pack-to-linalg
// REDEFINE: %{sizes} = -e 's/EE1/65/g; s/EE/64/g; s/KK/8/g; s/DD/17/g; s/HH/33/g; s/FF/f32/g; s/AA/f32/g; s/NARROW/arith.maximumf %q, %q : f32/'
// RUN: %{run}
// REDEFINE: %{sizes} = -e 's/EE1/6/g; s/EE/5/g; s/KK/3/g; s/DD/3/g; s/HH/4/g; s/FF/bf16/g; s/AA/f32/g; s/NARROW/arith.truncf %q : f32 to bf16/'
// RUN: %{run}

// Batches of 0, 1, 2, 7 and 64 tokens, each routed in four ways. Nothing
// differs, and most of it is not zero.
// CHECK-COUNT-20: {{^}}0 differ
// CHECK-NOT: differ
// CHECK: {{[1-9][0-9][0-9]+}} nonzero

#rows = affine_map<(m, n, k) -> (m, k)>
#columns = affine_map<(m, n, k) -> (n, k)>
#out = affine_map<(m, n, k) -> (m, n)>
#id = affine_map<(m, n) -> (m, n)>
#n = affine_map<(m, n) -> (n)>
#bias = affine_map<(e, r, n, s) -> (e, n)>
#weight = affine_map<(e, r, n, s) -> (s floordiv KK, s mod KK)>

// The body: relu(x Wg) + x Wu + b, then times Wd; rounded to the row type
// between the two.
func.func @level1(%x: tensor<?xDDxFF>, %w: tensor<?xKKxAA>, %e: tensor<?xKKxi32>, %wg: tensor<EExDDxHHxFF>, %wu: tensor<EExDDxHHxFF>,
                  %b: tensor<EExHHxAA>, %wd: tensor<EExDDxHHxFF>, %capacity: index) -> (tensor<?xDDxAA>, tensor<EE1xi32>, tensor<?xi32>) {
  %rows, %o, %s = moe.dispatch %x to %e weights(%w : tensor<?xKKxAA>) capacity(%capacity) priority(choice_major) segment(5)
      : tensor<?xDDxFF> to tensor<?xKKxi32> -> tensor<?xDDxFF> by tensor<EE1xi32>, tensor<?xi32>
  %y = moe.expert rows(%xe = %rows : tensor<?xDDxFF>) offsets(%o : tensor<EE1xi32>)
      params(%g = %wg : tensor<EExDDxHHxFF>, %u = %wu : tensor<EExDDxHHxFF>, %be = %b : tensor<EExHHxAA>, %d = %wd : tensor<EExDDxHHxFF>) {
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : AA
    %m = tensor.dim %xe, %c0 : tensor<?xDDxFF>
    %i = tensor.empty(%m) : tensor<?xHHxAA>
    %f = linalg.fill ins(%zero : AA) outs(%i : tensor<?xHHxAA>) -> tensor<?xHHxAA>
    %1 = linalg.matmul ins(%xe, %g : tensor<?xDDxFF>, tensor<DDxHHxFF>) outs(%f : tensor<?xHHxAA>) -> tensor<?xHHxAA>
    %2 = linalg.matmul ins(%xe, %u : tensor<?xDDxFF>, tensor<DDxHHxFF>) outs(%f : tensor<?xHHxAA>) -> tensor<?xHHxAA>
    %i3 = tensor.empty(%m) : tensor<?xHHxFF>
    %3 = linalg.generic {indexing_maps = [#id, #id, #n, #id], iterator_types = ["parallel", "parallel"]}
        ins(%1, %2, %be : tensor<?xHHxAA>, tensor<?xHHxAA>, tensor<HHxAA>) outs(%i3 : tensor<?xHHxFF>) {
    ^bb0(%a: AA, %c: AA, %bias: AA, %old: FF):
      %r = arith.maximumf %a, %zero : AA
      %p = arith.addf %r, %c : AA
      %q = arith.addf %p, %bias : AA
      %t = NARROW
      linalg.yield %t : FF
    } -> tensor<?xHHxFF>
    %i4 = tensor.empty(%m) : tensor<?xDDxAA>
    %f4 = linalg.fill ins(%zero : AA) outs(%i4 : tensor<?xDDxAA>) -> tensor<?xDDxAA>
    %4 = linalg.matmul indexing_maps = [#rows, #columns, #out] ins(%3, %d : tensor<?xHHxFF>, tensor<DDxHHxFF>) outs(%f4 : tensor<?xDDxAA>) -> tensor<?xDDxAA>
    moe.yield %4 : tensor<?xDDxAA>
  } -> tensor<?xDDxAA>
  %out = moe.combine %y by %s weights(%w) : tensor<?xDDxAA>, tensor<?xi32>, tensor<?xKKxAA> -> tensor<?xDDxAA>
  return %out, %o, %s : tensor<?xDDxAA>, tensor<EE1xi32>, tensor<?xi32>
}

// Gathered on load, added into the tokens by the second matmul's epilogue.
func.func @fused(%x: tensor<?xDDxFF>, %w: tensor<?xKKxAA>, %e: tensor<?xKKxi32>, %wg: tensor<EExDDxHHxFF>, %wu: tensor<EExDDxHHxFF>,
                 %b: tensor<EExHHxAA>, %wd: tensor<EExDDxHHxFF>, %o: tensor<EE1xi32>, %s: tensor<?xi32>) -> tensor<?xDDxAA> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : AA
  %t = tensor.dim %x, %c0 : tensor<?xDDxFF>
  %r = tensor.dim %s, %c0 : tensor<?xi32>
  %i = tensor.empty(%r) : tensor<?xHHxFF>
  %h = moe.grouped_matmul ins(%x : tensor<?xDDxFF>) offsets(%o : tensor<EE1xi32>)
      weights(%wg, %wu : tensor<EExDDxHHxFF>, tensor<EExDDxHHxFF>) slots(%s : tensor<?xi32>) slots_per_token(KK) gather
      operands(%b : tensor<EExHHxAA>) maps [#bias] outs(%i : tensor<?xHHxFF>) epilogue {
  ^bb0(%a: AA, %c: AA, %bias: AA):
    %z = arith.constant 0.0 : AA
    %0 = arith.maximumf %a, %z : AA
    %p = arith.addf %0, %c : AA
    %q = arith.addf %p, %bias : AA
    moe.yield %q : AA
  } -> tensor<?xHHxFF>
  %i2 = tensor.empty(%t) : tensor<?xDDxAA>
  %f = linalg.fill ins(%zero : AA) outs(%i2 : tensor<?xDDxAA>) -> tensor<?xDDxAA>
  %y = moe.grouped_matmul ins(%h : tensor<?xHHxFF>) offsets(%o : tensor<EE1xi32>)
      weights(%wd : tensor<EExDDxHHxFF>) transposed slots(%s : tensor<?xi32>) slots_per_token(KK) accumulate
      operands(%w : tensor<?xKKxAA>) maps [#weight] outs(%f : tensor<?xDDxAA>) epilogue {
  ^bb0(%a: AA, %weight: AA):
    %p = arith.mulf %weight, %a : AA
    moe.yield %p : AA
  } -> tensor<?xDDxAA>
  return %y : tensor<?xDDxAA>
}

// Rows and sum as ops of their own. Destinations hold 7 before: what is past
// the live rows keeps it, and the sum does not read it.
func.func @apart(%x: tensor<?xDDxFF>, %w: tensor<?xKKxAA>, %e: tensor<?xKKxi32>, %wg: tensor<EExDDxHHxFF>, %wu: tensor<EExDDxHHxFF>,
                 %b: tensor<EExHHxAA>, %wd: tensor<EExDDxHHxFF>, %o: tensor<EE1xi32>, %s: tensor<?xi32>, %tr: tensor<?xKKxi32>) -> (tensor<?xDDxAA>, index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %seven = arith.constant 7.0 : AA
  %sevenF = arith.constant 7.0 : FF
  %t = tensor.dim %x, %c0 : tensor<?xDDxFF>
  %r = tensor.dim %s, %c0 : tensor<?xi32>
  %i = tensor.empty(%r) : tensor<?xDDxFF>
  %f = linalg.fill ins(%sevenF : FF) outs(%i : tensor<?xDDxFF>) -> tensor<?xDDxFF>
  %rows = moe.gather_rows ins(%x, %s : tensor<?xDDxFF>, tensor<?xi32>) slots_per_token(KK) outs(%f : tensor<?xDDxFF>) -> tensor<?xDDxFF>
  %i2 = tensor.empty(%r) : tensor<?xHHxFF>
  %h = moe.grouped_matmul ins(%rows : tensor<?xDDxFF>) offsets(%o : tensor<EE1xi32>)
      weights(%wg, %wu : tensor<EExDDxHHxFF>, tensor<EExDDxHHxFF>)
      operands(%b : tensor<EExHHxAA>) maps [#bias] outs(%i2 : tensor<?xHHxFF>) epilogue {
  ^bb0(%a: AA, %c: AA, %bias: AA):
    %z = arith.constant 0.0 : AA
    %0 = arith.maximumf %a, %z : AA
    %p = arith.addf %0, %c : AA
    %q = arith.addf %p, %bias : AA
    moe.yield %q : AA
  } -> tensor<?xHHxFF>
  %i3 = tensor.empty(%r) : tensor<?xDDxAA>
  %f3 = linalg.fill ins(%seven : AA) outs(%i3 : tensor<?xDDxAA>) -> tensor<?xDDxAA>
  %d = moe.grouped_matmul ins(%h : tensor<?xHHxFF>) offsets(%o : tensor<EE1xi32>)
      weights(%wd : tensor<EExDDxHHxFF>) transposed outs(%f3 : tensor<?xDDxAA>) -> tensor<?xDDxAA>
  %i4 = tensor.empty(%t) : tensor<?xDDxAA>
  %f4 = linalg.fill ins(%seven : AA) outs(%i4 : tensor<?xDDxAA>) -> tensor<?xDDxAA>
  %y = moe.combine_rows ins(%d, %s, %tr : tensor<?xDDxAA>, tensor<?xi32>, tensor<?xKKxi32>)
      weights(%w : tensor<?xKKxAA>) outs(%f4 : tensor<?xDDxAA>) -> tensor<?xDDxAA>

  // Rows past offsets[E] that lost their 7.
  %cE = arith.constant EE : index
  %live32 = tensor.extract %o[%cE] : tensor<EE1xi32>
  %live = arith.index_cast %live32 : i32 to index
  %lost = scf.for %row = %live to %r step %c1 iter_args(%n = %c0) -> index {
    %v = tensor.extract %d[%row, %c0] : tensor<?xDDxAA>
    %isLost = arith.cmpf une, %v, %seven : AA
    %g = tensor.extract %rows[%row, %c0] : tensor<?xDDxFF>
    %isLostToo = arith.cmpf une, %g, %sevenF : FF
    %any = arith.ori %isLost, %isLostToo : i1
    %one = arith.select %any, %c1, %c0 : index
    %next = arith.addi %n, %one : index
    scf.yield %next : index
  }
  return %y, %lost : tensor<?xDDxAA>, index
}

// A number of [0, below) from three numbers.
func.func @hash(%i: index, %j: index, %salt: index, %below: index) -> index {
  %c31 = arith.constant 31 : index
  %c17 = arith.constant 17 : index
  %c7 = arith.constant 7 : index
  %0 = arith.muli %i, %c31 : index
  %1 = arith.muli %j, %c17 : index
  %2 = arith.muli %salt, %c7 : index
  %3 = arith.muli %i, %j : index
  %4 = arith.addi %0, %1 : index
  %5 = arith.addi %2, %3 : index
  %6 = arith.addi %4, %5 : index
  %7 = arith.divui %6, %c7 : index
  %8 = arith.addi %6, %7 : index
  %9 = arith.remui %8, %below : index
  return %9 : index
}

// -1, 0 or 1.
func.func @small(%i: index, %j: index, %salt: index) -> FF {
  %c3 = arith.constant 3 : index
  %c1 = arith.constant 1 : index
  %h = call @hash(%i, %j, %salt, %c3) : (index, index, index, index) -> index
  %0 = arith.subi %h, %c1 : index
  %1 = arith.index_cast %0 : index to i32
  %2 = arith.sitofp %1 : i32 to FF
  return %2 : FF
}

// Weights of experts; NaN for the experts that have no rows.
func.func @stacked(%o: tensor<EE1xi32>, %salt: index) -> tensor<EExDDxHHxFF> {
  %c1 = arith.constant 1 : index
  %nan = arith.constant 0.0 : FF
  %poison = arith.divf %nan, %nan : FF
  %w = tensor.generate {
  ^bb0(%e: index, %d: index, %h: index):
    %next = arith.addi %e, %c1 : index
    %begin = tensor.extract %o[%e] : tensor<EE1xi32>
    %end = tensor.extract %o[%next] : tensor<EE1xi32>
    %empty = arith.cmpi eq, %begin, %end : i32
    %i = arith.addi %e, %d : index
    %v = func.call @small(%i, %h, %salt) : (index, index, index) -> FF
    %x = arith.select %empty, %poison, %v : FF
    tensor.yield %x : FF
  } : tensor<EExDDxHHxFF>
  return %w : tensor<EExDDxHHxFF>
}

func.func @ids(%t: index, %mode: index) -> tensor<?xKKxi32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c4 = arith.constant 4 : index
  %cE = arith.constant EE : index
  %around = arith.addi %cE, %c2 : index
  %e = tensor.generate %t {
  ^bb0(%i: index, %j: index):
    // Spread, with ids out of range.
    %wide = func.call @hash(%i, %j, %mode, %around) : (index, index, index, index) -> index
    %spread = arith.subi %wide, %c1 : index
    // Three of four experts empty.
    %any = func.call @hash(%i, %j, %mode, %cE) : (index, index, index, index) -> index
    %quarter = arith.divui %any, %c4 : index
    %few = arith.muli %quarter, %c4 : index
    // All to one.
    %is1 = arith.cmpi eq, %mode, %c1 : index
    %is2 = arith.cmpi eq, %mode, %c2 : index
    %a = arith.select %is1, %c0, %spread : index
    %b = arith.select %is2, %few, %a : index
    %id = arith.index_cast %b : index to i32
    tensor.yield %id : i32
  } : tensor<?xKKxi32>
  return %e : tensor<?xKKxi32>
}

// -1, 0, 1 or 2, so that a quarter of the slots is dead.
func.func @weights(%t: index, %mode: index) -> tensor<?xKKxAA> {
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %w = tensor.generate %t {
  ^bb0(%i: index, %j: index):
    %h = func.call @hash(%j, %i, %mode, %c4) : (index, index, index, index) -> index
    %0 = arith.subi %h, %c1 : index
    %1 = arith.index_cast %0 : index to i32
    %2 = arith.sitofp %1 : i32 to AA
    tensor.yield %2 : AA
  } : tensor<?xKKxAA>
  return %w : tensor<?xKKxAA>
}

func.func @different(%a: tensor<?xDDxAA>, %b: tensor<?xDDxAA>) -> index {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %cD = arith.constant DD : index
  %t = tensor.dim %a, %c0 : tensor<?xDDxAA>
  %n = scf.for %i = %c0 to %t step %c1 iter_args(%n0 = %c0) -> index {
    %n1 = scf.for %j = %c0 to %cD step %c1 iter_args(%n2 = %n0) -> index {
      %0 = tensor.extract %a[%i, %j] : tensor<?xDDxAA>
      %1 = tensor.extract %b[%i, %j] : tensor<?xDDxAA>
      %differ = arith.cmpf une, %0, %1 : AA
      %one = arith.select %differ, %c1, %c0 : index
      %n3 = arith.addi %n2, %one : index
      scf.yield %n3 : index
    }
    scf.yield %n1 : index
  }
  return %n : index
}

// One batch: how many numbers differ, how many are not zero.
func.func @batch(%t: index, %mode: index) -> (index, index) {
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %c100 = arith.constant 100 : index
  %zero = arith.constant 0.0 : AA
  %is1 = arith.cmpi eq, %mode, %c1 : index
  %capacity = arith.select %is1, %c3, %c100 : index
  %e = call @ids(%t, %mode) : (index, index) -> tensor<?xKKxi32>
  %w = call @weights(%t, %mode) : (index, index) -> tensor<?xKKxAA>
  %x = tensor.generate %t {
  ^bb0(%i: index, %j: index):
    %v = func.call @small(%i, %j, %mode) : (index, index, index) -> FF
    tensor.yield %v : FF
  } : tensor<?xDDxFF>
  %b = tensor.generate {
  ^bb0(%i: index, %j: index):
    %h = func.call @hash(%i, %j, %c2, %c3) : (index, index, index, index) -> index
    %0 = arith.index_cast %h : index to i32
    %1 = arith.sitofp %0 : i32 to AA
    tensor.yield %1 : AA
  } : tensor<EExHHxAA>
  %cK = arith.constant KK : index
  %r = arith.muli %t, %cK : index
  %o0 = tensor.empty() : tensor<EE1xi32>
  %s0 = tensor.empty(%r) : tensor<?xi32>
  %r0 = tensor.empty(%t) : tensor<?xKKxi32>
  %o, %s, %tr = moe.plan ins(%e : tensor<?xKKxi32>) weights(%w : tensor<?xKKxAA>) capacity(%capacity) priority(choice_major) segment(5)
      outs(%o0, %s0, %r0 : tensor<EE1xi32>, tensor<?xi32>, tensor<?xKKxi32>) -> tensor<EE1xi32>, tensor<?xi32>, tensor<?xKKxi32>
  %wg = call @stacked(%o, %c1) : (tensor<EE1xi32>, index) -> tensor<EExDDxHHxFF>
  %wu = call @stacked(%o, %c2) : (tensor<EE1xi32>, index) -> tensor<EExDDxHHxFF>
  %wd = call @stacked(%o, %c3) : (tensor<EE1xi32>, index) -> tensor<EExDDxHHxFF>

  %y1, %o1, %s1 = call @level1(%x, %w, %e, %wg, %wu, %b, %wd, %capacity)
      : (tensor<?xDDxFF>, tensor<?xKKxAA>, tensor<?xKKxi32>, tensor<EExDDxHHxFF>, tensor<EExDDxHHxFF>, tensor<EExHHxAA>, tensor<EExDDxHHxFF>, index)
      -> (tensor<?xDDxAA>, tensor<EE1xi32>, tensor<?xi32>)
  %y2 = call @fused(%x, %w, %e, %wg, %wu, %b, %wd, %o, %s)
      : (tensor<?xDDxFF>, tensor<?xKKxAA>, tensor<?xKKxi32>, tensor<EExDDxHHxFF>, tensor<EExDDxHHxFF>, tensor<EExHHxAA>, tensor<EExDDxHHxFF>, tensor<EE1xi32>, tensor<?xi32>)
      -> tensor<?xDDxAA>
  %y3, %lost = call @apart(%x, %w, %e, %wg, %wu, %b, %wd, %o, %s, %tr)
      : (tensor<?xDDxFF>, tensor<?xKKxAA>, tensor<?xKKxi32>, tensor<EExDDxHHxFF>, tensor<EExDDxHHxFF>, tensor<EExHHxAA>, tensor<EExDDxHHxFF>, tensor<EE1xi32>, tensor<?xi32>, tensor<?xKKxi32>)
      -> (tensor<?xDDxAA>, index)
  %0 = call @different(%y1, %y2) : (tensor<?xDDxAA>, tensor<?xDDxAA>) -> index
  %1 = call @different(%y1, %y3) : (tensor<?xDDxAA>, tensor<?xDDxAA>) -> index
  %2 = arith.addi %0, %1 : index
  %3 = arith.addi %2, %lost : index
  %zi = tensor.empty(%t) : tensor<?xDDxAA>
  %zeros = linalg.fill ins(%zero : AA) outs(%zi : tensor<?xDDxAA>) -> tensor<?xDDxAA>
  %4 = call @different(%y1, %zeros) : (tensor<?xDDxAA>, tensor<?xDDxAA>) -> index
  return %3, %4 : index, index
}

func.func @main() {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %c5 = arith.constant 5 : index
  %sizes = arith.constant dense<[0, 1, 2, 7, 64]> : tensor<5xindex>
  %nonzero = scf.for %i = %c0 to %c5 step %c1 iter_args(%n0 = %c0) -> index {
    %t = tensor.extract %sizes[%i] : tensor<5xindex>
    %n1 = scf.for %mode = %c0 to %c4 step %c1 iter_args(%n2 = %n0) -> index {
      %differ, %some = func.call @batch(%t, %mode) : (index, index) -> (index, index)
      vector.print %differ : index punctuation <no_punctuation>
      vector.print str " differ\n"
      %n3 = arith.addi %n2, %some : index
      scf.yield %n3 : index
    }
    scf.yield %n1 : index
  }
  vector.print %nonzero : index punctuation <no_punctuation>
  vector.print str " nonzero\n"
  return
}
