// Sums of two rows a token, times 3, whose slots are listed in reverse: y[t] = 3 * (2t + 1 + 2t + 2).
func.func @slots(%w: tensor<?x2xf32> {moe.name = "w", moe.dims = ["T"]}) -> tensor<?x8200xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %three = arith.constant 3.0 : f32
  %t = tensor.dim %w, %c0 : tensor<?x2xf32>
  %r = arith.muli %t, %c2 : index
  %last = arith.subi %r, %c1 : index
  %slots = tensor.generate %r {
  ^bb0(%i: index):
    %s = arith.subi %last, %i : index
    %n = arith.index_cast %s : index to i32
    tensor.yield %n : i32
  } : tensor<?xi32>
  %rows = tensor.generate %r {
  ^bb0(%i: index, %d: index):
    %s = arith.subi %r, %i : index
    %n = arith.index_cast %s : index to i32
    %f = arith.sitofp %n : i32 to f32
    tensor.yield %f : f32
  } : tensor<?x8200xf32>
  %threes = tensor.splat %three[%t] : tensor<?x2xf32>
  %y = moe.combine %rows by %slots weights(%threes) : tensor<?x8200xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x8200xf32>
  return %y : tensor<?x8200xf32>
}
