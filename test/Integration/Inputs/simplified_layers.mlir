// One layer for each rule of moe-simplify-routing; the bodies are x * p + 1.

#id = affine_map<(t, n) -> (t, n)>
#column = affine_map<(t, n) -> (n)>

func.func @layers(%x: tensor<?x4xf32> {moe.name = "x", moe.dims = ["T"]},
                  %z: tensor<?x6xf32> {moe.name = "z", moe.dims = ["T"]},
                  %one: tensor<?x1xf32> {moe.name = "one", moe.dims = ["T"]},
                  %p: tensor<6x4xf32> {moe.name = "p", moe.param},
                  %q: tensor<1x4xf32> {moe.name = "q", moe.param})
    -> (tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x4xf32>) {
  // Softmax, top-k, divided by the sum; scaled by a constant.
  %w0, %e0 = moe.gate %z <softmax, top_k<2>, sum, scale = 2.5> : tensor<?x6xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %r0, %o0, %s0 = moe.dispatch %x to %e0 weights(%w0 : tensor<?x2xf32>) : tensor<?x4xf32> to tensor<?x2xi32> -> tensor<?x4xf32> by tensor<7xi32>, tensor<?xi32>
  %h0 = moe.expert rows(%a = %r0 : tensor<?x4xf32>) offsets(%o0 : tensor<7xi32>) params(%b = %p : tensor<6x4xf32>) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1.0 : f32
    %m = tensor.dim %a, %c0 : tensor<?x4xf32>
    %i = tensor.empty(%m) : tensor<?x4xf32>
    %r = linalg.generic {indexing_maps = [#id, #column, #id], iterator_types = ["parallel", "parallel"]} ins(%a, %b : tensor<?x4xf32>, tensor<4xf32>) outs(%i : tensor<?x4xf32>) {
    ^bb0(%u: f32, %v: f32, %o: f32):
      %k = arith.mulf %u, %v : f32
      %l = arith.addf %k, %c1 : f32
      linalg.yield %l : f32
    } -> tensor<?x4xf32>
    moe.yield %r : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  %y0 = moe.combine %h0 by %s0 weights(%w0) : tensor<?x4xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x4xf32>

  // All logits are selected; relu leaves some of them dead.
  %w1, %e1 = moe.gate %z <relu, top_k<6>> : tensor<?x6xf32> -> tensor<?x6xf32>, tensor<?x6xi32>
  %r1, %o1, %s1 = moe.dispatch %x to %e1 weights(%w1 : tensor<?x6xf32>) : tensor<?x4xf32> to tensor<?x6xi32> -> tensor<?x4xf32> by tensor<7xi32>, tensor<?xi32>
  %h1 = moe.expert rows(%a = %r1 : tensor<?x4xf32>) offsets(%o1 : tensor<7xi32>) params(%b = %p : tensor<6x4xf32>) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1.0 : f32
    %m = tensor.dim %a, %c0 : tensor<?x4xf32>
    %i = tensor.empty(%m) : tensor<?x4xf32>
    %r = linalg.generic {indexing_maps = [#id, #column, #id], iterator_types = ["parallel", "parallel"]} ins(%a, %b : tensor<?x4xf32>, tensor<4xf32>) outs(%i : tensor<?x4xf32>) {
    ^bb0(%u: f32, %v: f32, %o: f32):
      %k = arith.mulf %u, %v : f32
      %l = arith.addf %k, %c1 : f32
      linalg.yield %l : f32
    } -> tensor<?x4xf32>
    moe.yield %r : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  %y1 = moe.combine %h1 by %s1 weights(%w1) : tensor<?x4xf32>, tensor<?xi32>, tensor<?x6xf32> -> tensor<?x4xf32>

  // The only weight, divided by itself.
  %w2, %e2 = moe.gate %z <softmax, top_k<1>, sum> : tensor<?x6xf32> -> tensor<?x1xf32>, tensor<?x1xi32>
  %r2, %o2, %s2 = moe.dispatch %x to %e2 weights(%w2 : tensor<?x1xf32>) : tensor<?x4xf32> to tensor<?x1xi32> -> tensor<?x4xf32> by tensor<7xi32>, tensor<?xi32>
  %h2 = moe.expert rows(%a = %r2 : tensor<?x4xf32>) offsets(%o2 : tensor<7xi32>) params(%b = %p : tensor<6x4xf32>) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1.0 : f32
    %m = tensor.dim %a, %c0 : tensor<?x4xf32>
    %i = tensor.empty(%m) : tensor<?x4xf32>
    %r = linalg.generic {indexing_maps = [#id, #column, #id], iterator_types = ["parallel", "parallel"]} ins(%a, %b : tensor<?x4xf32>, tensor<4xf32>) outs(%i : tensor<?x4xf32>) {
    ^bb0(%u: f32, %v: f32, %o: f32):
      %k = arith.mulf %u, %v : f32
      %l = arith.addf %k, %c1 : f32
      linalg.yield %l : f32
    } -> tensor<?x4xf32>
    moe.yield %r : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  %y2 = moe.combine %h2 by %s2 weights(%w2) : tensor<?x4xf32>, tensor<?xi32>, tensor<?x1xf32> -> tensor<?x4xf32>

  // The same logits for every token, one of them dead.
  %c = arith.constant 0 : index
  %t = tensor.dim %x, %c : tensor<?x4xf32>
  %init = tensor.empty(%t) : tensor<?x6xf32>
  %row = arith.constant dense<[-1.0, 0.5, -3.0, -2.0, 0.25, -4.0]> : tensor<6xf32>
  %zc = linalg.broadcast ins(%row : tensor<6xf32>) outs(%init : tensor<?x6xf32>) dimensions = [0]
  %w3, %e3 = moe.gate %zc <relu, top_k<3>, sum> : tensor<?x6xf32> -> tensor<?x3xf32>, tensor<?x3xi32>
  %r3, %o3, %s3 = moe.dispatch %x to %e3 weights(%w3 : tensor<?x3xf32>) : tensor<?x4xf32> to tensor<?x3xi32> -> tensor<?x4xf32> by tensor<7xi32>, tensor<?xi32>
  %h3 = moe.expert rows(%a = %r3 : tensor<?x4xf32>) offsets(%o3 : tensor<7xi32>) params(%b = %p : tensor<6x4xf32>) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1.0 : f32
    %m = tensor.dim %a, %c0 : tensor<?x4xf32>
    %i = tensor.empty(%m) : tensor<?x4xf32>
    %r = linalg.generic {indexing_maps = [#id, #column, #id], iterator_types = ["parallel", "parallel"]} ins(%a, %b : tensor<?x4xf32>, tensor<4xf32>) outs(%i : tensor<?x4xf32>) {
    ^bb0(%u: f32, %v: f32, %o: f32):
      %k = arith.mulf %u, %v : f32
      %l = arith.addf %k, %c1 : f32
      linalg.yield %l : f32
    } -> tensor<?x4xf32>
    moe.yield %r : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  %y3 = moe.combine %h3 by %s3 weights(%w3) : tensor<?x4xf32>, tensor<?xi32>, tensor<?x3xf32> -> tensor<?x4xf32>

  // One expert: a plain layer, weighted by a sigmoid.
  %w4, %e4 = moe.gate %one <sigmoid, top_k<1>> : tensor<?x1xf32> -> tensor<?x1xf32>, tensor<?x1xi32>
  %r4, %o4, %s4 = moe.dispatch %x to %e4 : tensor<?x4xf32> to tensor<?x1xi32> -> tensor<?x4xf32> by tensor<2xi32>, tensor<?xi32>
  %h4 = moe.expert rows(%a = %r4 : tensor<?x4xf32>) offsets(%o4 : tensor<2xi32>) params(%b = %q : tensor<1x4xf32>) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1.0 : f32
    %m = tensor.dim %a, %c0 : tensor<?x4xf32>
    %i = tensor.empty(%m) : tensor<?x4xf32>
    %r = linalg.generic {indexing_maps = [#id, #column, #id], iterator_types = ["parallel", "parallel"]} ins(%a, %b : tensor<?x4xf32>, tensor<4xf32>) outs(%i : tensor<?x4xf32>) {
    ^bb0(%u: f32, %v: f32, %o: f32):
      %k = arith.mulf %u, %v : f32
      %l = arith.addf %k, %c1 : f32
      linalg.yield %l : f32
    } -> tensor<?x4xf32>
    moe.yield %r : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  %y4 = moe.combine %h4 by %s4 weights(%w4) : tensor<?x4xf32>, tensor<?xi32>, tensor<?x1xf32> -> tensor<?x4xf32>
  return %y0, %y1, %y2, %y3, %y4 : tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x4xf32>
}
