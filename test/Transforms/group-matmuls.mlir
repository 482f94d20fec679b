// RUN: moe-opt %s --moe-group-matmuls | FileCheck %s

// A matmul from zeros is a grouped matmul of one expert, which has all rows.
// CHECK-LABEL: func @matmul
// CHECK-SAME: (%[[X:.+]]: tensor<?x8xf32>, %[[W:.+]]: tensor<8x6xf32>)
// CHECK: %[[LAST:.+]] = arith.index_cast %{{.+}} : index to i32
// CHECK: %[[OFFSETS:.+]] = tensor.from_elements %{{.+}}, %[[LAST]] : tensor<2xi32>
// CHECK: %[[ONE:.+]] = tensor.expand_shape %[[W]] {{.+}} into tensor<1x8x6xf32>
// CHECK: moe.grouped_matmul ins(%[[X]] : tensor<?x8xf32>) offsets(%[[OFFSETS]] : tensor<2xi32>) weights(%[[ONE]] : tensor<1x8x6xf32>) outs
// CHECK-NOT: linalg.matmul
func.func @matmul(%x: tensor<?x8xf32>, %w: tensor<8x6xf32>) -> tensor<?x6xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %n = tensor.dim %x, %c0 : tensor<?x8xf32>
  %e = tensor.empty(%n) : tensor<?x6xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<?x6xf32>) -> tensor<?x6xf32>
  %y = linalg.matmul ins(%x, %w : tensor<?x8xf32>, tensor<8x6xf32>) outs(%f : tensor<?x6xf32>) -> tensor<?x6xf32>
  return %y : tensor<?x6xf32>
}

// The same by a generic op, with the weight in the other orientation.
// CHECK-LABEL: func @transposed
// CHECK: moe.grouped_matmul {{.+}} weights(%{{.+}} : tensor<1x6x8xbf16>) transposed outs
func.func @transposed(%x: tensor<?x8xbf16>, %w: tensor<6x8xbf16>) -> tensor<?x6xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %n = tensor.dim %x, %c0 : tensor<?x8xbf16>
  %e = tensor.empty(%n) : tensor<?x6xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<?x6xf32>) -> tensor<?x6xf32>
  %y = linalg.generic {
      indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %w : tensor<?x8xbf16>, tensor<6x8xbf16>) outs(%f : tensor<?x6xf32>) {
  ^bb0(%a: bf16, %b: bf16, %c: f32):
    %0 = arith.extf %a : bf16 to f32
    %1 = arith.extf %b : bf16 to f32
    %2 = arith.mulf %0, %1 : f32
    %3 = arith.addf %c, %2 : f32
    linalg.yield %3 : f32
  } -> tensor<?x6xf32>
  return %y : tensor<?x6xf32>
}

// Not from zeros, and integers: left alone.
// CHECK-LABEL: func @others
// CHECK-COUNT-2: linalg.matmul
// CHECK-NOT: moe.grouped_matmul
func.func @others(%x: tensor<4x8xf32>, %w: tensor<8x6xf32>, %d: tensor<4x6xf32>, %i: tensor<4x8xi32>, %j: tensor<8x6xi32>)
    -> (tensor<4x6xf32>, tensor<4x6xi32>) {
  %zero = arith.constant 0 : i32
  %e = tensor.empty() : tensor<4x6xi32>
  %f = linalg.fill ins(%zero : i32) outs(%e : tensor<4x6xi32>) -> tensor<4x6xi32>
  %y = linalg.matmul ins(%x, %w : tensor<4x8xf32>, tensor<8x6xf32>) outs(%d : tensor<4x6xf32>) -> tensor<4x6xf32>
  %z = linalg.matmul ins(%i, %j : tensor<4x8xi32>, tensor<8x6xi32>) outs(%f : tensor<4x6xi32>) -> tensor<4x6xi32>
  return %y, %z : tensor<4x6xf32>, tensor<4x6xi32>
}

// A sum of other products.
// CHECK-LABEL: func @negated
// CHECK: linalg.generic
// CHECK-NOT: moe.grouped_matmul
func.func @negated(%x: tensor<4x8xf32>, %w: tensor<8x6xf32>) -> tensor<4x6xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4x6xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<4x6xf32>) -> tensor<4x6xf32>
  %y = linalg.generic {
      indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %w : tensor<4x8xf32>, tensor<8x6xf32>) outs(%f : tensor<4x6xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %0 = arith.negf %a : f32
    %1 = arith.mulf %0, %b : f32
    %2 = arith.addf %c, %1 : f32
    linalg.yield %2 : f32
  } -> tensor<4x6xf32>
  return %y : tensor<4x6xf32>
}

// The gate and up projections of a shared expert: one matmul by both weights,
// with what is made of the products as its epilogue, in f32.
// CHECK-LABEL: func @joined
// CHECK-SAME: (%[[X:.+]]: tensor<?x8xbf16>, %[[G:.+]]: tensor<6x8xbf16>, %[[U:.+]]: tensor<6x8xbf16>)
// CHECK-DAG: %[[GS:.+]] = tensor.expand_shape %[[G]]
// CHECK-DAG: %[[US:.+]] = tensor.expand_shape %[[U]]
// CHECK: moe.grouped_matmul ins(%[[X]] : {{.+}} weights(%[[GS]], %[[US]] : tensor<1x6x8xbf16>, tensor<1x6x8xbf16>) transposed
// CHECK-NEXT: ^bb0(%[[A:.+]]: f32, %[[B:.+]]: f32):
// CHECK-NEXT: %[[C:.+]] = arith.constant 1.000000e+00 : bf16
// CHECK-NEXT: %[[ONE:.+]] = arith.extf %[[C]] : bf16 to f32
// CHECK-NEXT: %[[P:.+]] = arith.addf %[[A]], %[[ONE]] : f32
// CHECK-NEXT: %[[Q:.+]] = arith.mulf %[[P]], %[[B]] : f32
// CHECK-NEXT: moe.yield %[[Q]] : f32
// CHECK-NOT: moe.grouped_matmul
// CHECK-NOT: linalg.map
#x = affine_map<(m, n, k) -> (m, k)>
#w = affine_map<(m, n, k) -> (n, k)>
#y = affine_map<(m, n, k) -> (m, n)>
func.func @joined(%x: tensor<?x8xbf16>, %g: tensor<6x8xbf16>, %u: tensor<6x8xbf16>) -> tensor<?x6xbf16> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : bf16
  %one = arith.constant 1.0 : bf16
  %n = tensor.dim %x, %c0 : tensor<?x8xbf16>
  %e = tensor.empty(%n) : tensor<?x6xbf16>
  %f = linalg.fill ins(%zero : bf16) outs(%e : tensor<?x6xbf16>) -> tensor<?x6xbf16>
  %xu = linalg.matmul indexing_maps = [#x, #w, #y] ins(%x, %u : tensor<?x8xbf16>, tensor<6x8xbf16>)
      outs(%f : tensor<?x6xbf16>) -> tensor<?x6xbf16>
  %xg = linalg.matmul indexing_maps = [#x, #w, #y] ins(%x, %g : tensor<?x8xbf16>, tensor<6x8xbf16>)
      outs(%f : tensor<?x6xbf16>) -> tensor<?x6xbf16>
  %h = linalg.map ins(%xg, %xu : tensor<?x6xbf16>, tensor<?x6xbf16>) outs(%e : tensor<?x6xbf16>)
    (%a: bf16, %b: bf16, %o: bf16) {
      %p = arith.addf %a, %one : bf16
      %q = arith.mulf %p, %b : bf16
      linalg.yield %q : bf16
    }
  return %h : tensor<?x6xbf16>
}

// Not so: a product that something else reads, ...
// CHECK-LABEL: func @read_twice
// CHECK-COUNT-2: weights(%{{[^,]+}} : tensor<1x8x6xf32>)
// CHECK: linalg.map
func.func @read_twice(%x: tensor<4x8xf32>, %v: tensor<8x6xf32>, %w: tensor<8x6xf32>) -> (tensor<4x6xf32>, tensor<4x6xf32>) {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4x6xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<4x6xf32>) -> tensor<4x6xf32>
  %a = linalg.matmul ins(%x, %v : tensor<4x8xf32>, tensor<8x6xf32>) outs(%f : tensor<4x6xf32>) -> tensor<4x6xf32>
  %b = linalg.matmul ins(%x, %w : tensor<4x8xf32>, tensor<8x6xf32>) outs(%f : tensor<4x6xf32>) -> tensor<4x6xf32>
  %h = linalg.map { arith.mulf } ins(%a, %b : tensor<4x6xf32>, tensor<4x6xf32>) outs(%e : tensor<4x6xf32>)
  return %h, %a : tensor<4x6xf32>, tensor<4x6xf32>
}

// ... other rows, ...
// CHECK-LABEL: func @other_rows
// CHECK-COUNT-2: weights(%{{[^,]+}} : tensor<1x8x6xf32>)
// CHECK: linalg.map
func.func @other_rows(%x: tensor<4x8xf32>, %z: tensor<4x8xf32>, %v: tensor<8x6xf32>, %w: tensor<8x6xf32>) -> tensor<4x6xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4x6xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<4x6xf32>) -> tensor<4x6xf32>
  %a = linalg.matmul ins(%x, %v : tensor<4x8xf32>, tensor<8x6xf32>) outs(%f : tensor<4x6xf32>) -> tensor<4x6xf32>
  %b = linalg.matmul ins(%z, %w : tensor<4x8xf32>, tensor<8x6xf32>) outs(%f : tensor<4x6xf32>) -> tensor<4x6xf32>
  %h = linalg.map { arith.mulf } ins(%a, %b : tensor<4x6xf32>, tensor<4x6xf32>) outs(%e : tensor<4x6xf32>)
  return %h : tensor<4x6xf32>
}

// ... weights of two types, ...
// CHECK-LABEL: func @other_weights
// CHECK-DAG: weights(%{{[^,]+}} : tensor<1x8x6xf32>)
// CHECK-DAG: weights(%{{[^,]+}} : tensor<1x8x6xbf16>)
// CHECK: linalg.generic
#id = affine_map<(m, n) -> (m, n)>
func.func @other_weights(%x: tensor<4x8xf32>, %v: tensor<8x6xf32>, %w: tensor<8x6xbf16>) -> tensor<4x6xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4x6xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<4x6xf32>) -> tensor<4x6xf32>
  %a = linalg.matmul ins(%x, %v : tensor<4x8xf32>, tensor<8x6xf32>) outs(%f : tensor<4x6xf32>) -> tensor<4x6xf32>
  %b = linalg.matmul ins(%x, %w : tensor<4x8xf32>, tensor<8x6xbf16>) outs(%f : tensor<4x6xf32>) -> tensor<4x6xf32>
  %h = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%a, %b : tensor<4x6xf32>, tensor<4x6xf32>) outs(%e : tensor<4x6xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4x6xf32>
  return %h : tensor<4x6xf32>
}

// ... another operand, ...
// CHECK-LABEL: func @other_operand
// CHECK-COUNT-2: weights(%{{[^,]+}} : tensor<1x8x6xf32>)
// CHECK: linalg.map
func.func @other_operand(%x: tensor<4x8xf32>, %v: tensor<8x6xf32>, %w: tensor<8x6xf32>, %d: tensor<4x6xf32>) -> tensor<4x6xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4x6xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<4x6xf32>) -> tensor<4x6xf32>
  %a = linalg.matmul ins(%x, %v : tensor<4x8xf32>, tensor<8x6xf32>) outs(%f : tensor<4x6xf32>) -> tensor<4x6xf32>
  %b = linalg.matmul ins(%x, %w : tensor<4x8xf32>, tensor<8x6xf32>) outs(%f : tensor<4x6xf32>) -> tensor<4x6xf32>
  %h = linalg.map ins(%a, %b, %d : tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>) outs(%e : tensor<4x6xf32>)
    (%p: f32, %q: f32, %r: f32, %o: f32) {
      %s = arith.mulf %p, %q : f32
      %t = arith.addf %s, %r : f32
      linalg.yield %t : f32
    }
  return %h : tensor<4x6xf32>
}

// ... an op that a loop runs again and again, ...
// CHECK-LABEL: func @in_loop
// CHECK-COUNT-2: weights(%{{[^,]+}} : tensor<1x8x6xf32>)
// CHECK: scf.for
func.func @in_loop(%x: tensor<4x8xf32>, %v: tensor<8x6xf32>, %w: tensor<8x6xf32>, %n: index) -> tensor<4x6xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4x6xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<4x6xf32>) -> tensor<4x6xf32>
  %a = linalg.matmul ins(%x, %v : tensor<4x8xf32>, tensor<8x6xf32>) outs(%f : tensor<4x6xf32>) -> tensor<4x6xf32>
  %b = linalg.matmul ins(%x, %w : tensor<4x8xf32>, tensor<8x6xf32>) outs(%f : tensor<4x6xf32>) -> tensor<4x6xf32>
  %y = scf.for %i = %c0 to %n step %c1 iter_args(%sum = %f) -> tensor<4x6xf32> {
    %h = linalg.map { arith.mulf } ins(%a, %b : tensor<4x6xf32>, tensor<4x6xf32>) outs(%e : tensor<4x6xf32>)
    %s = linalg.map { arith.addf } ins(%sum, %h : tensor<4x6xf32>, tensor<4x6xf32>) outs(%e : tensor<4x6xf32>)
    scf.yield %s : tensor<4x6xf32>
  }
  return %y : tensor<4x6xf32>
}

// ... an op that knows where its values are, ...
// CHECK-LABEL: func @place
// CHECK-COUNT-2: weights(%{{[^,]+}} : tensor<1x8x6xf32>)
// CHECK: linalg.index
func.func @place(%x: tensor<4x8xf32>, %v: tensor<8x6xf32>, %w: tensor<8x6xf32>) -> tensor<4x6xf32> {
  %zero = arith.constant 0.0 : f32
  %c3 = arith.constant 3 : index
  %e = tensor.empty() : tensor<4x6xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<4x6xf32>) -> tensor<4x6xf32>
  %a = linalg.matmul ins(%x, %v : tensor<4x8xf32>, tensor<8x6xf32>) outs(%f : tensor<4x6xf32>) -> tensor<4x6xf32>
  %b = linalg.matmul ins(%x, %w : tensor<4x8xf32>, tensor<8x6xf32>) outs(%f : tensor<4x6xf32>) -> tensor<4x6xf32>
  %h = linalg.map ins(%a, %b : tensor<4x6xf32>, tensor<4x6xf32>) outs(%e : tensor<4x6xf32>)
    (%p: f32, %q: f32, %o: f32) {
      %i = linalg.index 1 : index
      %c = arith.cmpi ult, %i, %c3 : index
      %s = arith.select %c, %p, %q : f32
      linalg.yield %s : f32
    }
  return %h : tensor<4x6xf32>
}

// ... more than two: a tile would have few rows.
// CHECK-LABEL: func @three
// CHECK-COUNT-3: weights(%{{[^,]+}} : tensor<1x8x6xf32>)
// CHECK: linalg.map
func.func @three(%x: tensor<4x8xf32>, %u: tensor<8x6xf32>, %v: tensor<8x6xf32>, %w: tensor<8x6xf32>) -> tensor<4x6xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4x6xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<4x6xf32>) -> tensor<4x6xf32>
  %a = linalg.matmul ins(%x, %u : tensor<4x8xf32>, tensor<8x6xf32>) outs(%f : tensor<4x6xf32>) -> tensor<4x6xf32>
  %b = linalg.matmul ins(%x, %v : tensor<4x8xf32>, tensor<8x6xf32>) outs(%f : tensor<4x6xf32>) -> tensor<4x6xf32>
  %c = linalg.matmul ins(%x, %w : tensor<4x8xf32>, tensor<8x6xf32>) outs(%f : tensor<4x6xf32>) -> tensor<4x6xf32>
  %h = linalg.map ins(%a, %b, %c : tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>) outs(%e : tensor<4x6xf32>)
    (%p: f32, %q: f32, %r: f32, %o: f32) {
      %s = arith.mulf %p, %q : f32
      %t = arith.addf %s, %r : f32
      linalg.yield %t : f32
    }
  return %h : tensor<4x6xf32>
}
