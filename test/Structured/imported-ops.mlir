// RUN: moe-opt %s --allow-unregistered-dialect --convert-moe-to-linalg | FileCheck %s
// RUN: moe-run %s --entry=top_two --device=reference --optimize --input keys=%S/Inputs/keys.npy --output out0=%t.v.npy --output out1=%t.i.npy
// RUN: %python -c "import numpy as np; print(np.load('%t.v.npy').tolist(), np.load('%t.i.npy').tolist())" | FileCheck %s --check-prefix=SORT
// RUN: moe-run %s --entry=spread --device=reference --optimize --output out0=%t.s.npy
// RUN: %python -c "import numpy as np; print(np.load('%t.s.npy').tolist())" | FileCheck %s --check-prefix=SCATTER
// RUN: moe-run %s --entry=count --device=reference --optimize --output out0=%t.p.npy --output out1=%t.q.npy --output out2=%t.r.npy
// RUN: %python -c "import numpy as np; print(*(np.load('%t.' + n + '.npy').tolist() for n in 'pqr'))" | FileCheck %s --check-prefix=SCAN

// torch-mlir's sort, scatter and scan are unregistered ops that this route knows.
// CHECK-NOT: tm_tensor
// SORT: {{\[\[}}5.0, 3.0, 3.0, -1.0], [2.0, 2.0, 2.0, 2.0]] {{\[\[}}1, 0, 3, 2], [0, 1, 2, 3]]
func.func @top_two(%keys: tensor<2x4xf32> {moe.name = "keys"}) -> (tensor<2x4xf32>, tensor<2x4xi32>) {
  %e = tensor.empty() : tensor<2x4xi32>
  %ids = linalg.generic {indexing_maps = [affine_map<(t, l) -> (t, l)>], iterator_types = ["parallel", "parallel"]} outs(%e : tensor<2x4xi32>) {
  ^bb0(%o: i32):
    %i = linalg.index 1 : index
    %n = arith.index_cast %i : index to i32
    linalg.yield %n : i32
  } -> tensor<2x4xi32>
  %0:2 = "tm_tensor.sort"(%keys, %ids) <{dimension = 1 : i64}> ({
  ^bb0(%a: f32, %b: f32, %c: i32, %d: i32):
    %g = arith.cmpf oge, %a, %b : f32
    "tm_tensor.yield"(%g) : (i1) -> ()
  }) : (tensor<2x4xf32>, tensor<2x4xi32>) -> (tensor<2x4xf32>, tensor<2x4xi32>)
  return %0#0, %0#1 : tensor<2x4xf32>, tensor<2x4xi32>
}

// SCATTER: {{\[\[}}0.0, 10.0, 0.0], [20.0, 0.0, 0.0]]
func.func @spread() -> tensor<2x3xf32> {
  %updates = arith.constant dense<[10.0, 20.0]> : tensor<2xf32>
  %places = arith.constant dense<[[0, 1], [1, 0]]> : tensor<2x2xi32>
  %zero = arith.constant dense<0.0> : tensor<2x3xf32>
  %0 = "tm_tensor.scatter"(%updates, %places, %zero) <{dimension_map = array<i64: 0, 1>, unique_indices = false}> ({
  ^bb0(%new: f32, %old: f32):
    "tm_tensor.yield"(%new) : (f32) -> ()
  }) : (tensor<2xf32>, tensor<2x2xi32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// Prefix sums along each dimension; the exclusive one starts with its third operand.
// SCAN: {{\[\[}}1, 2, 3], [5, 7, 9]] {{\[\[}}10, 11, 13], [20, 24, 29]] [13, 29]
func.func @count() -> (tensor<2x3xi64>, tensor<2x3xi64>, tensor<2xi64>) {
  %in = arith.constant dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi64>
  %out = tensor.empty() : tensor<2x3xi64>
  %columns = tensor.empty() : tensor<3xi64>
  %rows = arith.constant dense<[10, 20]> : tensor<2xi64>
  %0:2 = "tm_tensor.scan"(%in, %out, %columns) <{dimension = 0 : i64, inclusive = true, operandSegmentSizes = array<i32: 1, 2>}> ({
  ^bb0(%a: i64, %b: i64):
    %s = arith.addi %a, %b : i64
    "tm_tensor.yield"(%s) : (i64) -> ()
  }) : (tensor<2x3xi64>, tensor<2x3xi64>, tensor<3xi64>) -> (tensor<2x3xi64>, tensor<3xi64>)
  %1:2 = "tm_tensor.scan"(%in, %out, %rows) <{dimension = 1 : i64, inclusive = false, operandSegmentSizes = array<i32: 1, 2>}> ({
  ^bb0(%a: i64, %b: i64):
    %s = arith.addi %a, %b : i64
    "tm_tensor.yield"(%s) : (i64) -> ()
  }) : (tensor<2x3xi64>, tensor<2x3xi64>, tensor<2xi64>) -> (tensor<2x3xi64>, tensor<2xi64>)
  return %0#0, %1#0, %1#1 : tensor<2x3xi64>, tensor<2x3xi64>, tensor<2xi64>
}
