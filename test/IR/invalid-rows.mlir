// RUN: moe-opt %s --split-input-file --verify-diagnostics

// expert_c8: what mixes rows without saying cross_row.

// The number of rows reaches a value.
func.func @count(%r: tensor<?x4xf32>, %o: tensor<9xi32>) {
  // expected-error @+1 {{expects each result row to depend on its own row only (or cross_row), found arith.index_cast, which computes with the number of rows}}
  %y = moe.expert rows(%x = %r : tensor<?x4xf32>) offsets(%o : tensor<9xi32>)  {
    %c0 = arith.constant 0 : index
    %n = tensor.dim %x, %c0 : tensor<?x4xf32>
    // expected-note @+1 {{rows are mixed here}}
    %i = arith.index_cast %n : index to i32
    %k = arith.sitofp %i : i32 to f32
    %e = tensor.empty(%n) : tensor<?x4xf32>
    %f = linalg.fill ins(%k : f32) outs(%e : tensor<?x4xf32>) -> tensor<?x4xf32>
    moe.yield %f : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  return
}

// -----

// The place of the row reaches a value.
func.func @index(%r: tensor<?x4xf32>, %o: tensor<9xi32>) {
  // expected-error @+1 {{expects each result row to depend on its own row only (or cross_row), found linalg.generic, which computes with the index of the row}}
  %y = moe.expert rows(%x = %r : tensor<?x4xf32>) offsets(%o : tensor<9xi32>)  {
    // expected-note @+1 {{rows are mixed here}}
    %q = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]} outs(%x : tensor<?x4xf32>) {
    ^bb0(%z: f32):
      %j = linalg.index 0 : index
      %i = arith.index_cast %j : index to i32
      %k = arith.sitofp %i : i32 to f32
      linalg.yield %k : f32
    } -> tensor<?x4xf32>
    moe.yield %q : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  return
}

// -----

// A shared tensor is read at the place of the row.
func.func @position(%r: tensor<?x4xf32>, %o: tensor<9xi32>, %f: tensor<?xf32>) {
  // expected-error @+1 {{expects each result row to depend on its own row only (or cross_row), found linalg.generic, which reads a tensor at the index of the row}}
  %y = moe.expert rows(%x = %r : tensor<?x4xf32>) offsets(%o : tensor<9xi32>) shared(%g = %f : tensor<?xf32>) {
    // expected-note @+1 {{rows are mixed here}}
    %q = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]}
        ins(%g : tensor<?xf32>) outs(%x : tensor<?x4xf32>) {
    ^bb0(%u: f32, %z: f32):
      %k = arith.addf %u, %z : f32
      linalg.yield %k : f32
    } -> tensor<?x4xf32>
    moe.yield %q : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  return
}

// -----

// The same, elementwise.
func.func @elementwise_shared(%r: tensor<?x4xf32>, %o: tensor<9xi32>, %f: tensor<?x4xf32>) {
  // expected-error @+1 {{expects each result row to depend on its own row only (or cross_row), found arith.addf, which reads a tensor at the index of the row}}
  %y = moe.expert rows(%x = %r : tensor<?x4xf32>) offsets(%o : tensor<9xi32>) shared(%g = %f : tensor<?x4xf32>) {
    // expected-note @+1 {{rows are mixed here}}
    %q = arith.addf %x, %g : tensor<?x4xf32>
    moe.yield %q : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  return
}

// -----

// Each row meets all rows.
func.func @attention(%r: tensor<?x4xf32>, %o: tensor<9xi32>, %f: tensor<?x?xf32>) {
  // expected-error @+1 {{expects each result row to depend on its own row only (or cross_row), found linalg.matmul, which pairs different rows}}
  %y = moe.expert rows(%x = %r : tensor<?x4xf32>) offsets(%o : tensor<9xi32>) shared(%g = %f : tensor<?x?xf32>) {
    %c0 = arith.constant 0 : index
    %n = tensor.dim %x, %c0 : tensor<?x4xf32>
    %zero = arith.constant 0.0 : f32
    %te = tensor.empty(%n) : tensor<4x?xf32>
    %t = linalg.transpose ins(%x : tensor<?x4xf32>) outs(%te : tensor<4x?xf32>) permutation = [1, 0]
    %e = arith.constant dense<0.0> : tensor<4x4xf32>
    // expected-note @+1 {{rows are mixed here}}
    %s = linalg.matmul ins(%x, %t : tensor<?x4xf32>, tensor<4x?xf32>) outs(%g : tensor<?x?xf32>) -> tensor<?x?xf32>
    %cast = tensor.cast %s : tensor<?x?xf32> to tensor<?x4xf32>
    moe.yield %cast : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  return
}

// -----

// Rows are contracted.
func.func @gram(%r: tensor<?x4xf32>, %o: tensor<9xi32>) {
  // expected-error @+1 {{expects each result row to depend on its own row only (or cross_row), found linalg.matmul, which reduces over rows}}
  %y = moe.expert rows(%x = %r : tensor<?x4xf32>) offsets(%o : tensor<9xi32>)  {
    %c0 = arith.constant 0 : index
    %n = tensor.dim %x, %c0 : tensor<?x4xf32>
    %te = tensor.empty(%n) : tensor<4x?xf32>
    %t = linalg.transpose ins(%x : tensor<?x4xf32>) outs(%te : tensor<4x?xf32>) permutation = [1, 0]
    %e = arith.constant dense<0.0> : tensor<4x4xf32>
    // expected-note @+1 {{rows are mixed here}}
    %s = linalg.matmul ins(%t, %x : tensor<4x?xf32>, tensor<?x4xf32>) outs(%e : tensor<4x4xf32>) -> tensor<4x4xf32>
    %q = linalg.matmul ins(%x, %s : tensor<?x4xf32>, tensor<4x4xf32>) outs(%x : tensor<?x4xf32>) -> tensor<?x4xf32>
    moe.yield %q : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  return
}

// -----

// A softmax over the rows.
func.func @softmax(%r: tensor<?x4xf32>, %o: tensor<9xi32>) {
  // expected-error @+1 {{expects each result row to depend on its own row only (or cross_row), found linalg.softmax, which reduces over rows}}
  %y = moe.expert rows(%x = %r : tensor<?x4xf32>) offsets(%o : tensor<9xi32>)  {
    // expected-note @+1 {{rows are mixed here}}
    %s = linalg.softmax dimension(0) ins(%x : tensor<?x4xf32>) outs(%x : tensor<?x4xf32>) -> tensor<?x4xf32>
    moe.yield %s : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  return
}

// -----

// A structured op whose body reads another row.
func.func @body(%r: tensor<?x4xf32>, %o: tensor<9xi32>) {
  // expected-error @+1 {{expects each result row to depend on its own row only (or cross_row), found linalg.generic, which reads rows inside of its body}}
  %y = moe.expert rows(%x = %r : tensor<?x4xf32>) offsets(%o : tensor<9xi32>)  {
    %c0 = arith.constant 0 : index
    // expected-note @+1 {{rows are mixed here}}
    %q = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]} outs(%x : tensor<?x4xf32>) {
    ^bb0(%z: f32):
      %j = linalg.index 1 : index
      %k = tensor.extract %x[%c0, %j] : tensor<?x4xf32>
      linalg.yield %k : f32
    } -> tensor<?x4xf32>
    moe.yield %q : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  return
}

// -----

// All rows but one.
func.func @shift(%r: tensor<?x4xf32>, %o: tensor<9xi32>) {
  // expected-error @+1 {{expects each result row to depend on its own row only (or cross_row), found arith.subi, which computes with the number of rows}}
  %y = moe.expert rows(%x = %r : tensor<?x4xf32>) offsets(%o : tensor<9xi32>)  {
    %c0 = arith.constant 0 : index
    %n = tensor.dim %x, %c0 : tensor<?x4xf32>
    %c1 = arith.constant 1 : index
    // expected-note @+1 {{rows are mixed here}}
    %m = arith.subi %n, %c1 : index
    %a = tensor.extract_slice %x[1, 0] [%m, 4] [1, 1] : tensor<?x4xf32> to tensor<?x4xf32>
    %i = tensor.insert_slice %a into %x[0, 0] [%m, 4] [1, 1] : tensor<?x4xf32> into tensor<?x4xf32>
    moe.yield %i : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  return
}

// -----

// One row.
func.func @one(%r: tensor<?x4xf32>, %o: tensor<9xi32>) {
  // expected-error @+1 {{expects each result row to depend on its own row only (or cross_row), found tensor.extract_slice, which takes some of the rows}}
  %y = moe.expert rows(%x = %r : tensor<?x4xf32>) offsets(%o : tensor<9xi32>)  {
    %c0 = arith.constant 0 : index
    %n = tensor.dim %x, %c0 : tensor<?x4xf32>
    // expected-note @+1 {{rows are mixed here}}
    %a = tensor.extract_slice %x[0, 0] [1, 4] [1, 1] : tensor<?x4xf32> to tensor<4xf32>
    %e = tensor.empty(%n) : tensor<?x4xf32>
    %b = linalg.broadcast ins(%a : tensor<4xf32>) outs(%e : tensor<?x4xf32>) dimensions = [0]
    moe.yield %b : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  return
}

// -----

// One row is overwritten.
func.func @write_one(%r: tensor<?x4xf32>, %o: tensor<9xi32>, %f: tensor<4xf32>) {
  // expected-error @+1 {{expects each result row to depend on its own row only (or cross_row), found tensor.insert_slice, which writes some of the rows}}
  %y = moe.expert rows(%x = %r : tensor<?x4xf32>) offsets(%o : tensor<9xi32>) shared(%g = %f : tensor<4xf32>) {
    // expected-note @+1 {{rows are mixed here}}
    %i = tensor.insert_slice %g into %x[0, 0] [1, 4] [1, 1] : tensor<4xf32> into tensor<?x4xf32>
    moe.yield %i : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  return
}

// -----

// Rows become part of another dimension.
func.func @reshape(%r: tensor<?x4xf32>, %o: tensor<9xi32>) {
  // expected-error @+1 {{expects each result row to depend on its own row only (or cross_row), found tensor.collapse_shape, which reshapes rows together with another dimension}}
  %y = moe.expert rows(%x = %r : tensor<?x4xf32>) offsets(%o : tensor<9xi32>)  {
    %c0 = arith.constant 0 : index
    %n = tensor.dim %x, %c0 : tensor<?x4xf32>
    // expected-note @+1 {{rows are mixed here}}
    %a = tensor.collapse_shape %x [[0, 1]] : tensor<?x4xf32> into tensor<?xf32>
    %b = tensor.expand_shape %a [[0, 1]] output_shape [%n, 4] : tensor<?xf32> into tensor<?x4xf32>
    moe.yield %b : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  return
}

// -----

// Rows behind rows.
func.func @concat(%r: tensor<?x4xf32>, %o: tensor<9xi32>) {
  // expected-error @+1 {{expects each result row to depend on its own row only (or cross_row), found tensor.concat, which puts rows behind each other}}
  %y = moe.expert rows(%x = %r : tensor<?x4xf32>) offsets(%o : tensor<9xi32>)  {
    // expected-note @+1 {{rows are mixed here}}
    %a = tensor.concat dim(0) %x, %x : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
    moe.yield %a : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  return
}

// -----

// A loop over the rows.
func.func @loop(%r: tensor<?x4xf32>, %o: tensor<9xi32>) {
  // expected-error @+1 {{expects each result row to depend on its own row only (or cross_row), found scf.for, which loops over rows}}
  %y = moe.expert rows(%x = %r : tensor<?x4xf32>) offsets(%o : tensor<9xi32>)  {
    %c0 = arith.constant 0 : index
    %n = tensor.dim %x, %c0 : tensor<?x4xf32>
    %c1 = arith.constant 1 : index
    // expected-note @+1 {{rows are mixed here}}
    %l = scf.for %i = %c0 to %n step %c1 iter_args(%acc = %x) -> (tensor<?x4xf32>) {
      %t = arith.addf %acc, %x : tensor<?x4xf32>
      scf.yield %t : tensor<?x4xf32>
    }
    moe.yield %l : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  return
}

// -----

// A branch whose sides differ.
func.func @branch(%r: tensor<?x4xf32>, %o: tensor<9xi32>, %f: i1, %t: tensor<?x4xf32>) {
  // expected-error @+1 {{expects each result row to depend on its own row only (or cross_row), found scf.if, which gives different rows in its branches}}
  %y = moe.expert rows(%x = %r : tensor<?x4xf32>) offsets(%o : tensor<9xi32>) shared(%g = %f : i1, %h = %t : tensor<?x4xf32>) {
    // expected-note @+1 {{rows are mixed here}}
    %b = scf.if %g -> (tensor<?x4xf32>) {
      scf.yield %x : tensor<?x4xf32>
    } else {
      scf.yield %h : tensor<?x4xf32>
    }
    moe.yield %b : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  return
}

// -----

// An op that is not understood.
func.func @unknown(%r: tensor<?x4xf32>, %o: tensor<9xi32>, %f: tensor<?x1xi32>) {
  // expected-error @+1 {{expects each result row to depend on its own row only (or cross_row), found tensor.gather, which is not known to keep rows apart}}
  %y = moe.expert rows(%x = %r : tensor<?x4xf32>) offsets(%o : tensor<9xi32>) shared(%g = %f : tensor<?x1xi32>) {
    // expected-note @+1 {{rows are mixed here}}
    %b = tensor.gather %x[%g] gather_dims([0]) : (tensor<?x4xf32>, tensor<?x1xi32>) -> tensor<?x4xf32>
    moe.yield %b : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  return
}

// -----

// A shared tensor is no row.
func.func @shared(%r: tensor<?x4xf32>, %o: tensor<9xi32>, %f: tensor<?x4xf32>) {
  // expected-error @+1 {{expects each result row to depend on its own row only (or cross_row), found moe.yield, which yields something else than the rows in their order}}
  %y = moe.expert rows(%x = %r : tensor<?x4xf32>) offsets(%o : tensor<9xi32>) shared(%g = %f : tensor<?x4xf32>) {
    // expected-note @+1 {{rows are mixed here}}
    moe.yield %g : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  return
}

// -----

// Numbers by the place of the row.
func.func @random(%r: tensor<?x4xf32>, %o: tensor<9xi32>) {
  // expected-error @+1 {{expects each result row to depend on its own row only (or cross_row), found moe.random_normal, which is not known to keep rows apart}}
  %y = moe.expert rows(%x = %r : tensor<?x4xf32>) offsets(%o : tensor<9xi32>)  {
    %c0 = arith.constant 0 : index
    %n = tensor.dim %x, %c0 : tensor<?x4xf32>
    %seed = arith.constant 7 : i64
    // expected-note @+1 {{rows are mixed here}}
    %b = moe.random_normal seed(%seed) step(%seed) sizes(%n) : tensor<?x4xf32>
    moe.yield %b : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  return
}
