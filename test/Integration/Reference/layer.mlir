// RUN: %run_reference | FileCheck %s
// Whole layers: gate, dispatch, expert, combine.

func.func private @printMemrefF32(tensor<*xf32>)

// Expert e multiplies by 10^e. There are more logits than experts: a token
// that chooses logit 2 or 3 computes nothing there (null experts).
func.func @layer(%x: tensor<?x1xf32>, %z: tensor<?x4xf32>) -> tensor<?x1xf32> {
  %scale = arith.constant dense<[[1.0], [10.0]]> : tensor<2x1xf32>
  %w, %e = moe.gate %z <identity, top_k<2>> : tensor<?x4xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %rows, %offsets, %slots = moe.dispatch %x to %e weights(%w : tensor<?x2xf32>)
      : tensor<?x1xf32> to tensor<?x2xi32> -> tensor<?x1xf32> by tensor<3xi32>, tensor<?xi32>
  %h = moe.expert rows(%xe = %rows : tensor<?x1xf32>) offsets(%offsets : tensor<3xi32>)
      params(%se = %scale : tensor<2x1xf32>) {
    %c0 = arith.constant 0 : index
    %m = tensor.dim %xe, %c0 : tensor<?x1xf32>
    %i = tensor.empty(%m) : tensor<?x1xf32>
    %r = linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (n)>,
                                          affine_map<(m, n) -> (m, n)>],
                         iterator_types = ["parallel", "parallel"]}
        ins(%xe, %se : tensor<?x1xf32>, tensor<1xf32>) outs(%i : tensor<?x1xf32>) {
    ^bb0(%a: f32, %b: f32, %o: f32):
      %p = arith.mulf %a, %b : f32
      linalg.yield %p : f32
    } -> tensor<?x1xf32>
    moe.yield %r : tensor<?x1xf32>
  } -> tensor<?x1xf32>
  %y = moe.combine %h by %slots weights(%w)
      : tensor<?x1xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x1xf32>
  return %y : tensor<?x1xf32>
}

func.func @null_experts() {
  %x = arith.constant dense<[[1.0], [2.0], [3.0], [4.0]]> : tensor<4x1xf32>
  %z = arith.constant dense<[[1.0, 2.0, -1.0, -1.0], [4.0, 1.0, 8.0, 0.0], [0.0, 0.0, 8.0, 8.0],
                             [-9.0, 0.0, -9.0, -9.0]]> : tensor<4x4xf32>
  %xd = tensor.cast %x : tensor<4x1xf32> to tensor<?x1xf32>
  %zd = tensor.cast %z : tensor<4x4xf32> to tensor<?x4xf32>
  %y = call @layer(%xd, %zd) : (tensor<?x1xf32>, tensor<?x4xf32>) -> tensor<?x1xf32>
  %u = tensor.cast %y : tensor<?x1xf32> to tensor<*xf32>
  call @printMemrefF32(%u) : (tensor<*xf32>) -> ()
  // 1*1*1 + 2*10*1, 4*1*2, nothing, 0*10*4 (dead) - 9*1*4
  // CHECK: sizes = [4, 1]
  // CHECK-NEXT: {{\[}}[21]
  // CHECK-NEXT: [8]
  // CHECK-NEXT: [0]
  // CHECK-NEXT: [-36]]
  return
}

func.func @no_tokens() {
  %x = tensor.empty() : tensor<0x1xf32>
  %z = tensor.empty() : tensor<0x4xf32>
  %xd = tensor.cast %x : tensor<0x1xf32> to tensor<?x1xf32>
  %zd = tensor.cast %z : tensor<0x4xf32> to tensor<?x4xf32>
  %y = call @layer(%xd, %zd) : (tensor<?x1xf32>, tensor<?x4xf32>) -> tensor<?x1xf32>
  %c0 = arith.constant 0 : index
  %d = tensor.dim %y, %c0 : tensor<?x1xf32>
  %di = arith.index_cast %d : index to i32
  %df = arith.uitofp %di : i32 to f32
  %dt = tensor.from_elements %df : tensor<1xf32>
  %u = tensor.cast %dt : tensor<1xf32> to tensor<*xf32>
  call @printMemrefF32(%u) : (tensor<*xf32>) -> ()
  // CHECK: sizes = [1]
  // CHECK-NEXT: [0]
  return
}

// One expert of a mixture that is itself a mixture of two: outer expert e has
// inner experts 2e and 2e+1, chosen by the sign of the row, which add 1, 2, 3
// and 4 to it.
func.func @hierarchy() {
  %x = arith.constant dense<[[1.0], [-2.0], [-3.0], [4.0]]> : tensor<4x1xf32>
  %b = arith.constant dense<[[[1.0], [2.0]], [[3.0], [4.0]]]> : tensor<2x2x1xf32>
  %outer = arith.constant dense<[[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.5, 0.5]]> : tensor<4x2xf32>
  %w, %e = moe.gate %outer <identity, all> : tensor<4x2xf32> -> tensor<4x2xf32>, tensor<4x2xi32>
  %rows, %offsets, %slots = moe.dispatch %x to %e weights(%w : tensor<4x2xf32>)
      : tensor<4x1xf32> to tensor<4x2xi32> -> tensor<8x1xf32> by tensor<3xi32>, tensor<8xi32>
  %h = moe.expert rows(%xe = %rows : tensor<8x1xf32>) offsets(%offsets : tensor<3xi32>)
      params(%be = %b : tensor<2x2x1xf32>) {
    %c0 = arith.constant 0 : index
    %m = tensor.dim %xe, %c0 : tensor<?x1xf32>
    %i = tensor.empty(%m) : tensor<?x2xf32>
    %z = linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, 0)>, affine_map<(m, n) -> (m, n)>],
                         iterator_types = ["parallel", "parallel"]}
        ins(%xe : tensor<?x1xf32>) outs(%i : tensor<?x2xf32>) {
    ^bb0(%a: f32, %o: f32):
      %n = linalg.index 1 : index
      %one = arith.constant 0 : index
      %first = arith.cmpi eq, %n, %one : index
      %neg = arith.negf %a : f32
      %l = arith.select %first, %a, %neg : f32
      linalg.yield %l : f32
    } -> tensor<?x2xf32>
    %wi, %ei = moe.gate %z <identity, top_k<1>, softmax> : tensor<?x2xf32> -> tensor<?x1xf32>, tensor<?x1xi32>
    %ri, %oi, %si = moe.dispatch %xe to %ei weights(%wi : tensor<?x1xf32>)
        : tensor<?x1xf32> to tensor<?x1xi32> -> tensor<?x1xf32> by tensor<3xi32>, tensor<?xi32>
    %hi = moe.expert rows(%xi = %ri : tensor<?x1xf32>) offsets(%oi : tensor<3xi32>)
        params(%bi = %be : tensor<2x1xf32>) {
      %k0 = arith.constant 0 : index
      %mi = tensor.dim %xi, %k0 : tensor<?x1xf32>
      %ii = tensor.empty(%mi) : tensor<?x1xf32>
      %yi = linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (n)>,
                                             affine_map<(m, n) -> (m, n)>],
                            iterator_types = ["parallel", "parallel"]}
          ins(%xi, %bi : tensor<?x1xf32>, tensor<1xf32>) outs(%ii : tensor<?x1xf32>) {
      ^bb0(%a: f32, %c: f32, %o: f32):
        %p = arith.addf %a, %c : f32
        linalg.yield %p : f32
      } -> tensor<?x1xf32>
      moe.yield %yi : tensor<?x1xf32>
    } -> tensor<?x1xf32>
    %yo = moe.combine %hi by %si weights(%wi)
        : tensor<?x1xf32>, tensor<?xi32>, tensor<?x1xf32> -> tensor<?x1xf32>
    moe.yield %yo : tensor<?x1xf32>
  } -> tensor<8x1xf32>
  %y = moe.combine %h by %slots weights(%w)
      : tensor<8x1xf32>, tensor<8xi32>, tensor<4x2xf32> -> tensor<4x1xf32>
  %u = tensor.cast %y : tensor<4x1xf32> to tensor<*xf32>
  call @printMemrefF32(%u) : (tensor<*xf32>) -> ()
  // 1 + 1, -2 + 2, -3 + 4, (4 + 1) / 2 + (4 + 3) / 2
  // CHECK: sizes = [4, 1]
  // CHECK-NEXT: {{\[}}[2]
  // CHECK-NEXT: [0]
  // CHECK-NEXT: [1]
  // CHECK-NEXT: [6]]
  return
}

func.func @main() {
  call @null_experts() : () -> ()
  call @no_tokens() : () -> ()
  call @hierarchy() : () -> ()
  return
}
