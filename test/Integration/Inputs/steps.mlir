// A mixture of four experts in a loop over time steps. @steps: [T,B,D];
// @batch_major: [B,T,D]; @behind: a recurrent layer in front of the mixture.
#rows = affine_map<(m, n) -> (m, n)>

func.func @steps(%x: tensor<?x?x3xf32> {moe.name = "x", moe.dims = ["T", "B"]},
    %wg: tensor<3x4xf32> {moe.name = "wg", moe.param}, %w: tensor<4x3x3xf32> {moe.name = "w", moe.param})
    -> (tensor<?x?x3xf32> {moe.name = "y"}) {
  %zero = arith.constant 0.0 : f32
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = tensor.dim %x, %c0 : tensor<?x?x3xf32>
  %b = tensor.dim %x, %c1 : tensor<?x?x3xf32>
  %init = tensor.empty(%n, %b) : tensor<?x?x3xf32>
  %y = scf.for %t = %c0 to %n step %c1 iter_args(%acc = %init) -> (tensor<?x?x3xf32>) {
    %xt = tensor.extract_slice %x[%t, 0, 0] [1, %b, 3] [1, 1, 1] : tensor<?x?x3xf32> to tensor<?x3xf32>
    %gi = tensor.empty(%b) : tensor<?x4xf32>
    %gf = linalg.fill ins(%zero : f32) outs(%gi : tensor<?x4xf32>) -> tensor<?x4xf32>
    %z = linalg.matmul ins(%xt, %wg : tensor<?x3xf32>, tensor<3x4xf32>) outs(%gf : tensor<?x4xf32>) -> tensor<?x4xf32>
    %g, %e = moe.gate %z <identity, top_k<2>> : tensor<?x4xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
    %rows, %o, %s = moe.dispatch %xt to %e weights(%g : tensor<?x2xf32>) : tensor<?x3xf32> to tensor<?x2xi32> -> tensor<?x3xf32> by tensor<5xi32>, tensor<?xi32>
    %out = moe.expert rows(%xe = %rows : tensor<?x3xf32>) offsets(%o : tensor<5xi32>) params(%we = %w : tensor<4x3x3xf32>) {
      %zero2 = arith.constant 0.0 : f32
      %k0 = arith.constant 0 : index
      %m = tensor.dim %xe, %k0 : tensor<?x3xf32>
      %i = tensor.empty(%m) : tensor<?x3xf32>
      %f = linalg.fill ins(%zero2 : f32) outs(%i : tensor<?x3xf32>) -> tensor<?x3xf32>
      %h = linalg.matmul ins(%xe, %we : tensor<?x3xf32>, tensor<3x3xf32>) outs(%f : tensor<?x3xf32>) -> tensor<?x3xf32>
      moe.yield %h : tensor<?x3xf32>
    } -> tensor<?x3xf32>
    %yt = moe.combine %out by %s weights(%g) : tensor<?x3xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x3xf32>
    %next = tensor.insert_slice %yt into %acc[%t, 0, 0] [1, %b, 3] [1, 1, 1] : tensor<?x3xf32> into tensor<?x?x3xf32>
    scf.yield %next : tensor<?x?x3xf32>
  }
  return %y : tensor<?x?x3xf32>
}

func.func @batch_major(%x: tensor<?x?x3xf32> {moe.name = "x", moe.dims = ["B", "T"]},
    %wg: tensor<3x4xf32> {moe.name = "wg", moe.param}, %w: tensor<4x3x3xf32> {moe.name = "w", moe.param})
    -> (tensor<?x?x3xf32> {moe.name = "y"}) {
  %zero = arith.constant 0.0 : f32
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %b = tensor.dim %x, %c0 : tensor<?x?x3xf32>
  %n = tensor.dim %x, %c1 : tensor<?x?x3xf32>
  %init = tensor.empty(%b, %n) : tensor<?x?x3xf32>
  %y = scf.for %t = %c0 to %n step %c1 iter_args(%acc = %init) -> (tensor<?x?x3xf32>) {
    %xt = tensor.extract_slice %x[0, %t, 0] [%b, 1, 3] [1, 1, 1] : tensor<?x?x3xf32> to tensor<?x3xf32>
    %gi = tensor.empty(%b) : tensor<?x4xf32>
    %gf = linalg.fill ins(%zero : f32) outs(%gi : tensor<?x4xf32>) -> tensor<?x4xf32>
    %z = linalg.matmul ins(%xt, %wg : tensor<?x3xf32>, tensor<3x4xf32>) outs(%gf : tensor<?x4xf32>) -> tensor<?x4xf32>
    %g, %e = moe.gate %z <identity, top_k<2>> : tensor<?x4xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
    %rows, %o, %s = moe.dispatch %xt to %e weights(%g : tensor<?x2xf32>) : tensor<?x3xf32> to tensor<?x2xi32> -> tensor<?x3xf32> by tensor<5xi32>, tensor<?xi32>
    %out = moe.expert rows(%xe = %rows : tensor<?x3xf32>) offsets(%o : tensor<5xi32>) params(%we = %w : tensor<4x3x3xf32>) {
      %zero2 = arith.constant 0.0 : f32
      %k0 = arith.constant 0 : index
      %m = tensor.dim %xe, %k0 : tensor<?x3xf32>
      %i = tensor.empty(%m) : tensor<?x3xf32>
      %f = linalg.fill ins(%zero2 : f32) outs(%i : tensor<?x3xf32>) -> tensor<?x3xf32>
      %h = linalg.matmul ins(%xe, %we : tensor<?x3xf32>, tensor<3x3xf32>) outs(%f : tensor<?x3xf32>) -> tensor<?x3xf32>
      moe.yield %h : tensor<?x3xf32>
    } -> tensor<?x3xf32>
    %yt = moe.combine %out by %s weights(%g) : tensor<?x3xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x3xf32>
    %next = tensor.insert_slice %yt into %acc[0, %t, 0] [%b, 1, 3] [1, 1, 1] : tensor<?x3xf32> into tensor<?x?x3xf32>
    scf.yield %next : tensor<?x?x3xf32>
  }
  return %y : tensor<?x?x3xf32>
}

// Steps 1 to 5 only: the others keep what the destination held.
func.func @behind(%x: tensor<6x5x3xf32> {moe.name = "x"}, %h0: tensor<5x3xf32> {moe.name = "h0"},
    %wg: tensor<3x4xf32> {moe.name = "wg", moe.param}, %w: tensor<4x3x3xf32> {moe.name = "w", moe.param})
    -> (tensor<6x5x3xf32> {moe.name = "y"}, tensor<5x3xf32> {moe.name = "h"}) {
  %zero = arith.constant 0.0 : f32
  %c1 = arith.constant 1 : index
  %c5 = arith.constant 5 : index
  %y, %last = scf.for %t = %c1 to %c5 step %c1 iter_args(%acc = %x, %h = %h0) -> (tensor<6x5x3xf32>, tensor<5x3xf32>) {
    %xt = tensor.extract_slice %x[%t, 0, 0] [1, 5, 3] [1, 1, 1] : tensor<6x5x3xf32> to tensor<5x3xf32>
    %hi = tensor.empty() : tensor<5x3xf32>
    %ht = linalg.generic {indexing_maps = [#rows, #rows, #rows], iterator_types = ["parallel", "parallel"]} ins(%xt, %h : tensor<5x3xf32>, tensor<5x3xf32>) outs(%hi : tensor<5x3xf32>) {
    ^bb0(%a: f32, %p: f32, %q: f32):
      %r = arith.subf %a, %p : f32
      linalg.yield %r : f32
    } -> tensor<5x3xf32>
    %gi = tensor.empty() : tensor<5x4xf32>
    %gf = linalg.fill ins(%zero : f32) outs(%gi : tensor<5x4xf32>) -> tensor<5x4xf32>
    %z = linalg.matmul ins(%ht, %wg : tensor<5x3xf32>, tensor<3x4xf32>) outs(%gf : tensor<5x4xf32>) -> tensor<5x4xf32>
    %g, %e = moe.gate %z <identity, top_k<2>> : tensor<5x4xf32> -> tensor<5x2xf32>, tensor<5x2xi32>
    %rows, %o, %s = moe.dispatch %ht to %e weights(%g : tensor<5x2xf32>) : tensor<5x3xf32> to tensor<5x2xi32> -> tensor<10x3xf32> by tensor<5xi32>, tensor<10xi32>
    %out = moe.expert rows(%xe = %rows : tensor<10x3xf32>) offsets(%o : tensor<5xi32>) params(%we = %w : tensor<4x3x3xf32>) {
      %zero2 = arith.constant 0.0 : f32
      %k0 = arith.constant 0 : index
      %m = tensor.dim %xe, %k0 : tensor<?x3xf32>
      %i = tensor.empty(%m) : tensor<?x3xf32>
      %f = linalg.fill ins(%zero2 : f32) outs(%i : tensor<?x3xf32>) -> tensor<?x3xf32>
      %h = linalg.matmul ins(%xe, %we : tensor<?x3xf32>, tensor<3x3xf32>) outs(%f : tensor<?x3xf32>) -> tensor<?x3xf32>
      moe.yield %h : tensor<?x3xf32>
    } -> tensor<10x3xf32>
    %yt = moe.combine %out by %s weights(%g) : tensor<10x3xf32>, tensor<10xi32>, tensor<5x2xf32> -> tensor<5x3xf32>
    %next = tensor.insert_slice %yt into %acc[%t, 0, 0] [1, 5, 3] [1, 1, 1] : tensor<5x3xf32> into tensor<6x5x3xf32>
    scf.yield %next, %ht : tensor<6x5x3xf32>, tensor<5x3xf32>
  }
  return %y, %last : tensor<6x5x3xf32>, tensor<5x3xf32>
}
