// RUN: moe-opt %s --split-input-file | FileCheck %s

// Bodies that are proved to keep rows apart. invalid-rows.mlir has their
// negative twins.
// CHECK-COUNT-9: func.func @

// Matmuls with a parameter, fills and elementwise ops.
func.func @matmul(%r: tensor<?x4xf32>, %o: tensor<9xi32>, %p: tensor<8x4x4xf32>) {
  %y = moe.expert rows(%x = %r : tensor<?x4xf32>) offsets(%o : tensor<9xi32>) params(%w = %p : tensor<8x4x4xf32>) {
    %c0 = arith.constant 0 : index
    %n = tensor.dim %x, %c0 : tensor<?x4xf32>
    %zero = arith.constant 0.0 : f32
    %e = tensor.empty(%n) : tensor<?x4xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<?x4xf32>) -> tensor<?x4xf32>
    %m = linalg.matmul ins(%x, %w : tensor<?x4xf32>, tensor<4x4xf32>) outs(%f : tensor<?x4xf32>) -> tensor<?x4xf32>
    %s = arith.mulf %m, %x : tensor<?x4xf32>
    %t = math.tanh %s : tensor<?x4xf32>
    moe.yield %t : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  return
}

// -----

// A row is normalized by itself, scaled by a parameter, indexed by column.
func.func @norm(%r: tensor<?x4xf32>, %o: tensor<9xi32>, %p: tensor<8x4xf32>) {
  %y = moe.expert rows(%x = %r : tensor<?x4xf32>) offsets(%o : tensor<9xi32>) params(%w = %p : tensor<8x4xf32>) {
    %c0 = arith.constant 0 : index
    %n = tensor.dim %x, %c0 : tensor<?x4xf32>
    %zero = arith.constant 0.0 : f32
    %e = tensor.empty(%n) : tensor<?xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<?xf32>) -> tensor<?xf32>
    %sum = linalg.reduce ins(%x : tensor<?x4xf32>) outs(%f : tensor<?xf32>) dimensions = [1]
      (%in: f32, %acc: f32) { %a = arith.addf %in, %acc : f32 linalg.yield %a : f32 }
    %e2 = tensor.empty(%n) : tensor<?x4xf32>
    %b = linalg.broadcast ins(%sum : tensor<?xf32>) outs(%e2 : tensor<?x4xf32>) dimensions = [1]
    %q = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]}
        ins(%b, %w : tensor<?x4xf32>, tensor<4xf32>) outs(%e2 : tensor<?x4xf32>) {
    ^bb0(%u: f32, %v: f32, %z: f32):
      %j = linalg.index 1 : index
      %i = arith.index_cast %j : index to i32
      %k = arith.sitofp %i : i32 to f32
      %d = arith.divf %u, %v : f32
      %d2 = arith.mulf %d, %k : f32
      linalg.yield %d2 : f32
    } -> tensor<?x4xf32>
    %s = linalg.softmax dimension(1) ins(%q : tensor<?x4xf32>) outs(%e2 : tensor<?x4xf32>) -> tensor<?x4xf32>
    moe.yield %s : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  return
}

// -----

// Rows may be columns for a while.
func.func @transposed(%r: tensor<?x4xf32>, %o: tensor<9xi32>) {
  %y = moe.expert rows(%x = %r : tensor<?x4xf32>) offsets(%o : tensor<9xi32>)  {
    %c0 = arith.constant 0 : index
    %n = tensor.dim %x, %c0 : tensor<?x4xf32>
    %e = tensor.empty(%n) : tensor<4x?xf32>
    %t = linalg.transpose ins(%x : tensor<?x4xf32>) outs(%e : tensor<4x?xf32>) permutation = [1, 0]
    %c1 = arith.constant 1 : index
    %m = tensor.dim %t, %c1 : tensor<4x?xf32>
    %e2 = tensor.empty(%m) : tensor<?x4xf32>
    %u = linalg.transpose ins(%t : tensor<4x?xf32>) outs(%e2 : tensor<?x4xf32>) permutation = [1, 0]
    moe.yield %u : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  return
}

// -----

// Columns are cut, put back, joined and padded.
func.func @slices(%r: tensor<?x4xf32>, %o: tensor<9xi32>) {
  %y = moe.expert rows(%x = %r : tensor<?x4xf32>) offsets(%o : tensor<9xi32>)  {
    %c0 = arith.constant 0 : index
    %n = tensor.dim %x, %c0 : tensor<?x4xf32>
    %a = tensor.extract_slice %x[0, 2] [%n, 2] [1, 1] : tensor<?x4xf32> to tensor<?x2xf32>
    %b = tensor.extract_slice %x[0, 0] [%n, 1] [1, 1] : tensor<?x4xf32> to tensor<?xf32>
    %i = tensor.insert_slice %a into %x[0, 0] [%n, 2] [1, 1] : tensor<?x2xf32> into tensor<?x4xf32>
    %j = tensor.insert_slice %b into %i[0, 3] [%n, 1] [1, 1] : tensor<?xf32> into tensor<?x4xf32>
    %c = tensor.extract_slice %j[0, 0] [%n, 2] [1, 1] : tensor<?x4xf32> to tensor<?x2xf32>
    %d = tensor.concat dim(1) %c, %a : (tensor<?x2xf32>, tensor<?x2xf32>) -> tensor<?x4xf32>
    %zero = arith.constant 0.0 : f32
    %e = tensor.pad %a low[0, 1] high[0, 1] {
    ^bb0(%r0: index, %r1: index):
      tensor.yield %zero : f32
    } : tensor<?x2xf32> to tensor<?x4xf32>
    %s = arith.addf %d, %e : tensor<?x4xf32>
    moe.yield %s : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  return
}

// -----

// Reshapes that leave the row dimension alone.
func.func @reshapes(%r: tensor<?x4xf32>, %o: tensor<9xi32>) {
  %y = moe.expert rows(%x = %r : tensor<?x4xf32>) offsets(%o : tensor<9xi32>)  {
    %c0 = arith.constant 0 : index
    %n = tensor.dim %x, %c0 : tensor<?x4xf32>
    %a = tensor.expand_shape %x [[0, 1], [2, 3]] output_shape [%n, 1, 2, 2] : tensor<?x4xf32> into tensor<?x1x2x2xf32>
    %b = tensor.collapse_shape %a [[0, 1], [2, 3]] : tensor<?x1x2x2xf32> into tensor<?x4xf32>
    moe.yield %b : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  return
}

// -----

// A loop over columns, a branch on a shared flag.
func.func @control(%r: tensor<?x4xf32>, %o: tensor<9xi32>, %f: i1) {
  %y = moe.expert rows(%x = %r : tensor<?x4xf32>) offsets(%o : tensor<9xi32>) shared(%g = %f : i1) {
    %c0 = arith.constant 0 : index
    %n = tensor.dim %x, %c0 : tensor<?x4xf32>
    %c1 = arith.constant 1 : index
    %c4 = arith.constant 4 : index
    %l = scf.for %i = %c0 to %c4 step %c1 iter_args(%acc = %x) -> (tensor<?x4xf32>) {
      %s = tensor.extract_slice %x[0, %i] [%n, 1] [1, 1] : tensor<?x4xf32> to tensor<?x1xf32>
      %t = tensor.insert_slice %s into %acc[0, %i] [%n, 1] [1, 1] : tensor<?x1xf32> into tensor<?x4xf32>
      scf.yield %t : tensor<?x4xf32>
    }
    %b = scf.if %g -> (tensor<?x4xf32>) {
      scf.yield %l : tensor<?x4xf32>
    } else {
      %t = arith.negf %x : tensor<?x4xf32>
      scf.yield %t : tensor<?x4xf32>
    }
    moe.yield %b : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  return
}

// -----

// What does not reach a result does not mix it.
func.func @dead(%r: tensor<?x4xf32>, %o: tensor<9xi32>) {
  %y = moe.expert rows(%x = %r : tensor<?x4xf32>) offsets(%o : tensor<9xi32>)  {
    %c0 = arith.constant 0 : index
    %n = tensor.dim %x, %c0 : tensor<?x4xf32>
    %two = arith.constant 2 : index
    %half = arith.divui %n, %two : index
    %y0 = tensor.extract_slice %x[0, 0] [%half, 4] [1, 1] : tensor<?x4xf32> to tensor<?x4xf32>
    moe.yield %x : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  return
}

// -----

// A mixture of experts inside of an expert, with token choice and no drops.
func.func @nested(%r: tensor<?x4xf32>, %o: tensor<9xi32>, %p: tensor<8x4x4xf32>) {
  %y = moe.expert rows(%x = %r : tensor<?x4xf32>) offsets(%o : tensor<9xi32>) params(%w = %p : tensor<8x4x4xf32>) {
    %w0, %e0 = moe.gate %x <softmax, top_k<2>> : tensor<?x4xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
    %r0, %o0, %s0 = moe.dispatch %x to %e0 weights(%w0 : tensor<?x2xf32>)
      : tensor<?x4xf32> to tensor<?x2xi32> -> tensor<?x4xf32> by tensor<5xi32>, tensor<?xi32>
    %h = moe.expert rows(%xe = %r0 : tensor<?x4xf32>) offsets(%o0 : tensor<5xi32>) params(%we = %w : tensor<4x4xf32>) {
      %m = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]}
          ins(%xe, %we : tensor<?x4xf32>, tensor<4xf32>) outs(%xe : tensor<?x4xf32>) {
      ^bb0(%u: f32, %v: f32, %z: f32):
        %p = arith.mulf %u, %v : f32
        linalg.yield %p : f32
      } -> tensor<?x4xf32>
      moe.yield %m : tensor<?x4xf32>
    } -> tensor<?x4xf32>
    %y0 = moe.combine %h by %s0 weights(%w0) : tensor<?x4xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x4xf32>
    moe.yield %y0 : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  return
}

// -----

// Ops between the nested experts and their combine act on the nested rows.
func.func @nested_between(%r: tensor<?x4xf32>, %o: tensor<9xi32>, %p: tensor<8x4x4xf32>) {
  %y = moe.expert rows(%x = %r : tensor<?x4xf32>) offsets(%o : tensor<9xi32>) params(%w = %p : tensor<8x4x4xf32>) {
    %w0, %e0 = moe.gate %x <softmax, top_k<2>> : tensor<?x4xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
    %r0, %o0, %s0 = moe.dispatch %x to %e0 weights(%w0 : tensor<?x2xf32>)
      : tensor<?x4xf32> to tensor<?x2xi32> -> tensor<?x4xf32> by tensor<5xi32>, tensor<?xi32>
    %h = moe.expert rows(%xe = %r0 : tensor<?x4xf32>) offsets(%o0 : tensor<5xi32>) params(%we = %w : tensor<4x4xf32>) {
      %m = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]}
          ins(%xe, %we : tensor<?x4xf32>, tensor<4xf32>) outs(%xe : tensor<?x4xf32>) {
      ^bb0(%u: f32, %v: f32, %z: f32):
        %p = arith.mulf %u, %v : f32
        linalg.yield %p : f32
      } -> tensor<?x4xf32>
      moe.yield %m : tensor<?x4xf32>
    } -> tensor<?x4xf32>
    %g = arith.negf %h : tensor<?x4xf32>
    %y0 = moe.combine %g by %s0 weights(%w0) : tensor<?x4xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x4xf32>
    moe.yield %y0 : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  return
}
