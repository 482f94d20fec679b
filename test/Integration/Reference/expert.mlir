// RUN: %run_reference | FileCheck %s
// An expert's region, on its rows and its slices of the parameters.

func.func private @printMemrefF32(tensor<*xf32>)
func.func private @printMemrefF64(tensor<*xf64>)

// Expert 1 has no rows; odd widths; the parameters are a matrix, a vector and a
// scalar an expert, the shared operands a scalar and a vector.
func.func @operands() {
  %rows = arith.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]> : tensor<3x3xf32>
  %offsets = arith.constant dense<[0, 1, 1, 3]> : tensor<4xi32>
  %w = arith.constant dense<[[[1.0], [0.0], [0.0]], [[9.0], [9.0], [9.0]], [[0.0], [1.0], [1.0]]]> : tensor<3x3x1xf32>
  %b = arith.constant dense<[[10.0], [20.0], [30.0]]> : tensor<3x1xf32>
  %s = arith.constant dense<[0.5, 0.0, 0.25]> : tensor<3xf32>
  %k = arith.constant 2.0 : f32
  %v = arith.constant dense<[100.0]> : tensor<1xf32>
  %rd = tensor.cast %rows : tensor<3x3xf32> to tensor<?x3xf32>
  %y = moe.expert rows(%xe = %rd : tensor<?x3xf32>) offsets(%offsets : tensor<4xi32>)
      params(%we = %w : tensor<3x3x1xf32>, %be = %b : tensor<3x1xf32>, %se = %s : tensor<3xf32>)
      shared(%ke = %k : f32, %ve = %v : tensor<1xf32>) {
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %m = tensor.dim %xe, %c0 : tensor<?x3xf32>
    %i = tensor.empty(%m) : tensor<?x1xf32>
    %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x1xf32>) -> tensor<?x1xf32>
    %p = linalg.matmul ins(%xe, %we : tensor<?x3xf32>, tensor<3x1xf32>)
                       outs(%f : tensor<?x1xf32>) -> tensor<?x1xf32>
    %r = linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (n)>,
                                          affine_map<(m, n) -> ()>, affine_map<(m, n) -> (n)>,
                                          affine_map<(m, n) -> (m, n)>],
                         iterator_types = ["parallel", "parallel"]}
        ins(%p, %be, %se, %ve : tensor<?x1xf32>, tensor<1xf32>, tensor<f32>, tensor<1xf32>)
        outs(%i : tensor<?x1xf32>) {
    ^bb0(%pe: f32, %bb: f32, %ss: f32, %vv: f32, %o: f32):
      %0 = arith.mulf %pe, %ke : f32
      %1 = arith.addf %0, %bb : f32
      %2 = arith.addf %1, %ss : f32
      %3 = arith.addf %2, %vv : f32
      linalg.yield %3 : f32
    } -> tensor<?x1xf32>
    moe.yield %r : tensor<?x1xf32>
  } -> tensor<?x1xf32>
  %u = tensor.cast %y : tensor<?x1xf32> to tensor<*xf32>
  call @printMemrefF32(%u) : (tensor<*xf32>) -> ()
  // 1*2 + 10 + 0.5 + 100, (5+6)*2 + 30 + 0.25 + 100, (8+9)*2 + 30 + 0.25 + 100
  // CHECK: sizes = [3, 1]
  // CHECK-NEXT: {{\[}}[112.5]
  // CHECK-NEXT: [152.25]
  // CHECK-NEXT: [164.25]]
  return
}

// Several results, one of them a row operand as it came; a result may also be
// rows of the other operand. Rows past the last offset are nobody's.
func.func @several() {
  %x = arith.constant dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [7.0, 8.0]]> : tensor<4x2xf64>
  %y = arith.constant dense<[[10.0], [20.0], [30.0], [40.0]]> : tensor<4x1xf32>
  %offsets = arith.constant dense<[0, 0, 3]> : tensor<3xi32>
  %a:2 = moe.expert rows(%xe = %x : tensor<4x2xf64>, %ye = %y : tensor<4x1xf32>)
      offsets(%offsets : tensor<3xi32>) {
    moe.yield %ye, %xe : tensor<?x1xf32>, tensor<?x2xf64>
  } -> tensor<4x1xf32>, tensor<4x2xf64>
  %live0 = tensor.extract_slice %a#0[0, 0] [3, 1] [1, 1] : tensor<4x1xf32> to tensor<3x1xf32>
  %live1 = tensor.extract_slice %a#1[0, 0] [3, 2] [1, 1] : tensor<4x2xf64> to tensor<3x2xf64>
  %u = tensor.cast %live0 : tensor<3x1xf32> to tensor<*xf32>
  %v = tensor.cast %live1 : tensor<3x2xf64> to tensor<*xf64>
  call @printMemrefF32(%u) : (tensor<*xf32>) -> ()
  call @printMemrefF64(%v) : (tensor<*xf64>) -> ()
  // CHECK: sizes = [3, 1]
  // CHECK-NEXT: {{\[}}[10]
  // CHECK-NEXT: [20]
  // CHECK-NEXT: [30]]
  // CHECK: sizes = [3, 2]
  // CHECK-NEXT: {{\[}}[1, 2]
  // CHECK-NEXT: [3, 4]
  // CHECK-NEXT: [5, 6]]
  return
}

// Rows that look at each other: each row becomes the sum of its expert's rows.
func.func @cross_row() {
  %x = arith.constant dense<[[1.0], [2.0], [4.0]]> : tensor<3x1xf32>
  %offsets = arith.constant dense<[0, 2, 3]> : tensor<3xi32>
  %y = moe.expert rows(%xe = %x : tensor<3x1xf32>) offsets(%offsets : tensor<3xi32>) cross_row {
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %e = tensor.empty() : tensor<1xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<1xf32>) -> tensor<1xf32>
    %sum = linalg.reduce ins(%xe : tensor<?x1xf32>) outs(%f : tensor<1xf32>) dimensions = [0]
      (%in: f32, %acc: f32) {
        %0 = arith.addf %in, %acc : f32
        linalg.yield %0 : f32
      }
    %m = tensor.dim %xe, %c0 : tensor<?x1xf32>
    %i = tensor.empty(%m) : tensor<?x1xf32>
    %r = linalg.broadcast ins(%sum : tensor<1xf32>) outs(%i : tensor<?x1xf32>) dimensions = [0]
    moe.yield %r : tensor<?x1xf32>
  } -> tensor<3x1xf32>
  %u = tensor.cast %y : tensor<3x1xf32> to tensor<*xf32>
  call @printMemrefF32(%u) : (tensor<*xf32>) -> ()
  // CHECK: sizes = [3, 1]
  // CHECK-NEXT: {{\[}}[3]
  // CHECK-NEXT: [3]
  // CHECK-NEXT: [4]]
  return
}

// A width that only the region knows: twice that of the rows.
func.func @width(%x: tensor<?x?xf32>) {
  %offsets = arith.constant dense<[0, 1, 2]> : tensor<3xi32>
  %y = moe.expert rows(%xe = %x : tensor<?x?xf32>) offsets(%offsets : tensor<3xi32>) cross_row {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    %m = tensor.dim %xe, %c0 : tensor<?x?xf32>
    %n = tensor.dim %xe, %c1 : tensor<?x?xf32>
    %n2 = arith.muli %n, %c2 : index
    %i = tensor.empty(%m, %n2) : tensor<?x?xf32>
    %r = linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>], iterator_types = ["parallel", "parallel"]}
        outs(%i : tensor<?x?xf32>) {
    ^bb0(%o: f32):
      %j = linalg.index 0 : index
      %k = linalg.index 1 : index
      %l = arith.divui %k, %c2 : index
      %v = tensor.extract %xe[%j, %l] : tensor<?x?xf32>
      linalg.yield %v : f32
    } -> tensor<?x?xf32>
    moe.yield %r : tensor<?x?xf32>
  } -> tensor<?x?xf32>
  %u = tensor.cast %y : tensor<?x?xf32> to tensor<*xf32>
  call @printMemrefF32(%u) : (tensor<*xf32>) -> ()
  // CHECK: sizes = [2, 6]
  // CHECK-NEXT: {{\[}}[1, 1, 2, 2, 3, 3]
  // CHECK-NEXT: [4, 4, 5, 5, 6, 6]]
  return
}

func.func @main() {
  call @operands() : () -> ()
  call @several() : () -> ()
  call @cross_row() : () -> ()
  %x = arith.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>
  %xd = tensor.cast %x : tensor<2x3xf32> to tensor<?x?xf32>
  call @width(%xd) : (tensor<?x?xf32>) -> ()
  return
}
