// RUN: moe-opt %s --allow-unregistered-dialect --moe-eliminate-zero-gates --canonicalize --split-input-file --remarks-filter='moe.*' --remark-policy=all --verify-diagnostics | FileCheck %s
// The gates alone, in a program that knows nothing of the dialect.
// RUN: moe-opt %s --allow-unregistered-dialect --split-input-file --moe-fuse-gating | FileCheck %s --check-prefix=GATES
// GATES: moe.gate

#id = affine_map<(t, e) -> (t, e)>
#expert = affine_map<(t, e) -> (e)>
#id3 = affine_map<(t, g, s) -> (t, g, s)>
#group = affine_map<(t, g, s) -> (t, g)>
#u = affine_map<(u) -> (u)>

// A bias selects, and the weights are read without it.
// CHECK-LABEL: func.func @biased(
// CHECK-SAME:    %[[Z:[^:]*]]: tensor<4x6xf32>, %[[B:[^:]*]]: tensor<6xf32>
// CHECK:         moe.gate %[[Z]] <sigmoid, top_k<2>> bias(%[[B]] : tensor<6xf32>)
// CHECK-NOT:     tensor.extract
func.func @biased(%z: tensor<4x6xf32>, %bias: tensor<6xf32>, %other: tensor<4x6xf32>) -> (tensor<4x2xf32>, tensor<4x2xi64>) {
  %one = arith.constant 1.0 : f32
  %zero = arith.constant 0.0 : f32
  %minf = arith.constant 0xFF800000 : f32
  %init = tensor.empty() : tensor<4x6xf32>
  %score = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%z : tensor<4x6xf32>) outs(%init : tensor<4x6xf32>) {
  ^bb0(%a: f32, %o: f32):
    %n = arith.negf %a : f32
    %x = math.exp %n : f32
    %d = arith.addf %x, %one : f32
    %s = arith.divf %one, %d : f32
    linalg.yield %s : f32
  } -> tensor<4x6xf32>
  %key = linalg.generic {indexing_maps = [#id, #expert, #id], iterator_types = ["parallel", "parallel"]}
      ins(%score, %bias : tensor<4x6xf32>, tensor<6xf32>) outs(%init : tensor<4x6xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %s = arith.addf %a, %b : f32
    linalg.yield %s : f32
  } -> tensor<4x6xf32>
  %top_init = tensor.empty() : tensor<4x6xi64>
  %top_index = linalg.generic {indexing_maps = [#id], iterator_types = ["parallel", "parallel"]}
      outs(%top_init : tensor<4x6xi64>) {
  ^bb0(%o: i64):
    %i = linalg.index 1 : index
    %c = arith.index_cast %i : index to i64
    linalg.yield %c : i64
  } -> tensor<4x6xi64>
  // expected-remark@below {{RaiseGating | Category:moe | k=2}}
  %top:2 = "tm_tensor.sort"(%key, %top_index) <{dimension = 1 : i64}> ({
  ^bb0(%a: f32, %b: f32, %i: i64, %j: i64):
    %c = arith.cmpf oge, %a, %b : f32
    "tm_tensor.yield"(%c) : (i1) -> ()
  }) : (tensor<4x6xf32>, tensor<4x6xi64>) -> (tensor<4x6xf32>, tensor<4x6xi64>)
  %ids = tensor.extract_slice %top#1[0, 0] [4, 2] [1, 1] : tensor<4x6xi64> to tensor<4x2xi64>
  %w_init = tensor.empty() : tensor<4x2xf32>
  %w = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%ids : tensor<4x2xi64>) outs(%w_init : tensor<4x2xf32>) {
  ^bb0(%id: i64, %o: f32):
    %t = linalg.index 0 : index
    %e = arith.index_cast %id : i64 to index
    %v = tensor.extract %score[%t, %e] : tensor<4x6xf32>
    linalg.yield %v : f32
  } -> tensor<4x2xf32>
  return %w, %ids : tensor<4x2xf32>, tensor<4x2xi64>
}

// -----

#id = affine_map<(t, e) -> (t, e)>
#expert = affine_map<(t, e) -> (e)>
#id3 = affine_map<(t, g, s) -> (t, g, s)>
#group = affine_map<(t, g, s) -> (t, g)>
#u = affine_map<(u) -> (u)>

// The weights have the bias too: the keys are taken as they are.
// CHECK-LABEL: func.func @weights_with_bias(
// CHECK:         moe.gate %{{[0-9]+}} <identity, top_k<2>>
// CHECK-NOT:     tensor.extract
func.func @weights_with_bias(%z: tensor<4x6xf32>, %bias: tensor<6xf32>, %other: tensor<4x6xf32>) -> (tensor<4x2xf32>, tensor<4x2xi64>) {
  %one = arith.constant 1.0 : f32
  %zero = arith.constant 0.0 : f32
  %minf = arith.constant 0xFF800000 : f32
  %init = tensor.empty() : tensor<4x6xf32>
  %score = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%z : tensor<4x6xf32>) outs(%init : tensor<4x6xf32>) {
  ^bb0(%a: f32, %o: f32):
    %n = arith.negf %a : f32
    %x = math.exp %n : f32
    %d = arith.addf %x, %one : f32
    %s = arith.divf %one, %d : f32
    linalg.yield %s : f32
  } -> tensor<4x6xf32>
  %key = linalg.generic {indexing_maps = [#id, #expert, #id], iterator_types = ["parallel", "parallel"]}
      ins(%score, %bias : tensor<4x6xf32>, tensor<6xf32>) outs(%init : tensor<4x6xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %s = arith.addf %a, %b : f32
    linalg.yield %s : f32
  } -> tensor<4x6xf32>
  %top_init = tensor.empty() : tensor<4x6xi64>
  %top_index = linalg.generic {indexing_maps = [#id], iterator_types = ["parallel", "parallel"]}
      outs(%top_init : tensor<4x6xi64>) {
  ^bb0(%o: i64):
    %i = linalg.index 1 : index
    %c = arith.index_cast %i : index to i64
    linalg.yield %c : i64
  } -> tensor<4x6xi64>
  // expected-remark@below {{RaiseGating | Category:moe | k=2}}
  %top:2 = "tm_tensor.sort"(%key, %top_index) <{dimension = 1 : i64}> ({
  ^bb0(%a: f32, %b: f32, %i: i64, %j: i64):
    %c = arith.cmpf oge, %a, %b : f32
    "tm_tensor.yield"(%c) : (i1) -> ()
  }) : (tensor<4x6xf32>, tensor<4x6xi64>) -> (tensor<4x6xf32>, tensor<4x6xi64>)
  %ids = tensor.extract_slice %top#1[0, 0] [4, 2] [1, 1] : tensor<4x6xi64> to tensor<4x2xi64>
  %w_init = tensor.empty() : tensor<4x2xf32>
  %w = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%ids : tensor<4x2xi64>) outs(%w_init : tensor<4x2xf32>) {
  ^bb0(%id: i64, %o: f32):
    %t = linalg.index 0 : index
    %e = arith.index_cast %id : i64 to index
    %v = tensor.extract %key[%t, %e] : tensor<4x6xf32>
    linalg.yield %v : f32
  } -> tensor<4x2xf32>
  return %w, %ids : tensor<4x2xf32>, tensor<4x2xi64>
}

// -----

#id = affine_map<(t, e) -> (t, e)>
#expert = affine_map<(t, e) -> (e)>
#id3 = affine_map<(t, g, s) -> (t, g, s)>
#group = affine_map<(t, g, s) -> (t, g)>
#u = affine_map<(u) -> (u)>

// The weights are read from other numbers: these reads stay.
// CHECK-LABEL: func.func @other_scores(
// CHECK:         moe.gate %{{[0-9]+}} <identity, top_k<2>>
// CHECK:         tensor.extract
func.func @other_scores(%z: tensor<4x6xf32>, %bias: tensor<6xf32>, %other: tensor<4x6xf32>) -> (tensor<4x2xf32>, tensor<4x2xi64>) {
  %one = arith.constant 1.0 : f32
  %zero = arith.constant 0.0 : f32
  %minf = arith.constant 0xFF800000 : f32
  %init = tensor.empty() : tensor<4x6xf32>
  %score = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%z : tensor<4x6xf32>) outs(%init : tensor<4x6xf32>) {
  ^bb0(%a: f32, %o: f32):
    %n = arith.negf %a : f32
    %x = math.exp %n : f32
    %d = arith.addf %x, %one : f32
    %s = arith.divf %one, %d : f32
    linalg.yield %s : f32
  } -> tensor<4x6xf32>
  %key = linalg.generic {indexing_maps = [#id, #expert, #id], iterator_types = ["parallel", "parallel"]}
      ins(%score, %bias : tensor<4x6xf32>, tensor<6xf32>) outs(%init : tensor<4x6xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %s = arith.addf %a, %b : f32
    linalg.yield %s : f32
  } -> tensor<4x6xf32>
  %top_init = tensor.empty() : tensor<4x6xi64>
  %top_index = linalg.generic {indexing_maps = [#id], iterator_types = ["parallel", "parallel"]}
      outs(%top_init : tensor<4x6xi64>) {
  ^bb0(%o: i64):
    %i = linalg.index 1 : index
    %c = arith.index_cast %i : index to i64
    linalg.yield %c : i64
  } -> tensor<4x6xi64>
  // expected-remark@below {{RaiseGating | Category:moe | k=2}}
  %top:2 = "tm_tensor.sort"(%key, %top_index) <{dimension = 1 : i64}> ({
  ^bb0(%a: f32, %b: f32, %i: i64, %j: i64):
    %c = arith.cmpf oge, %a, %b : f32
    "tm_tensor.yield"(%c) : (i1) -> ()
  }) : (tensor<4x6xf32>, tensor<4x6xi64>) -> (tensor<4x6xf32>, tensor<4x6xi64>)
  %ids = tensor.extract_slice %top#1[0, 0] [4, 2] [1, 1] : tensor<4x6xi64> to tensor<4x2xi64>
  %w_init = tensor.empty() : tensor<4x2xf32>
  %w = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%ids : tensor<4x2xi64>) outs(%w_init : tensor<4x2xf32>) {
  ^bb0(%id: i64, %o: f32):
    %t = linalg.index 0 : index
    %e = arith.index_cast %id : i64 to index
    %v = tensor.extract %other[%t, %e] : tensor<4x6xf32>
    linalg.yield %v : f32
  } -> tensor<4x2xf32>
  return %w, %ids : tensor<4x2xf32>, tensor<4x2xi64>
}

// -----

#id = affine_map<(t, e) -> (t, e)>
#expert = affine_map<(t, e) -> (e)>
#id3 = affine_map<(t, g, s) -> (t, g, s)>
#group = affine_map<(t, g, s) -> (t, g)>
#u = affine_map<(u) -> (u)>

// The weights are those of the first token for all.
// CHECK-LABEL: func.func @other_token(
// CHECK:         moe.gate %{{[0-9]+}} <identity, top_k<2>>
// CHECK:         tensor.extract
func.func @other_token(%z: tensor<4x6xf32>, %bias: tensor<6xf32>, %other: tensor<4x6xf32>) -> (tensor<4x2xf32>, tensor<4x2xi64>) {
  %one = arith.constant 1.0 : f32
  %zero = arith.constant 0.0 : f32
  %minf = arith.constant 0xFF800000 : f32
  %init = tensor.empty() : tensor<4x6xf32>
  %score = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%z : tensor<4x6xf32>) outs(%init : tensor<4x6xf32>) {
  ^bb0(%a: f32, %o: f32):
    %n = arith.negf %a : f32
    %x = math.exp %n : f32
    %d = arith.addf %x, %one : f32
    %s = arith.divf %one, %d : f32
    linalg.yield %s : f32
  } -> tensor<4x6xf32>
  %key = linalg.generic {indexing_maps = [#id, #expert, #id], iterator_types = ["parallel", "parallel"]}
      ins(%score, %bias : tensor<4x6xf32>, tensor<6xf32>) outs(%init : tensor<4x6xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %s = arith.addf %a, %b : f32
    linalg.yield %s : f32
  } -> tensor<4x6xf32>
  %top_init = tensor.empty() : tensor<4x6xi64>
  %top_index = linalg.generic {indexing_maps = [#id], iterator_types = ["parallel", "parallel"]}
      outs(%top_init : tensor<4x6xi64>) {
  ^bb0(%o: i64):
    %i = linalg.index 1 : index
    %c = arith.index_cast %i : index to i64
    linalg.yield %c : i64
  } -> tensor<4x6xi64>
  // expected-remark@below {{RaiseGating | Category:moe | k=2}}
  %top:2 = "tm_tensor.sort"(%key, %top_index) <{dimension = 1 : i64}> ({
  ^bb0(%a: f32, %b: f32, %i: i64, %j: i64):
    %c = arith.cmpf oge, %a, %b : f32
    "tm_tensor.yield"(%c) : (i1) -> ()
  }) : (tensor<4x6xf32>, tensor<4x6xi64>) -> (tensor<4x6xf32>, tensor<4x6xi64>)
  %ids = tensor.extract_slice %top#1[0, 0] [4, 2] [1, 1] : tensor<4x6xi64> to tensor<4x2xi64>
  %w_init = tensor.empty() : tensor<4x2xf32>
  %w = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%ids : tensor<4x2xi64>) outs(%w_init : tensor<4x2xf32>) {
  ^bb0(%id: i64, %o: f32):
    %first = arith.constant 0 : index
    %e = arith.index_cast %id : i64 to index
    %v = tensor.extract %score[%first, %e] : tensor<4x6xf32>
    linalg.yield %v : f32
  } -> tensor<4x2xf32>
  return %w, %ids : tensor<4x2xf32>, tensor<4x2xi64>
}

// -----

#id = affine_map<(t, e) -> (t, e)>
#expert = affine_map<(t, e) -> (e)>
#id3 = affine_map<(t, g, s) -> (t, g, s)>
#group = affine_map<(t, g, s) -> (t, g)>
#u = affine_map<(u) -> (u)>

// The smallest keys are selected.
// CHECK-LABEL: func.func @ascending(
// CHECK-NOT:     moe.
// CHECK:         return
func.func @ascending(%z: tensor<4x6xf32>, %bias: tensor<6xf32>, %other: tensor<4x6xf32>) -> (tensor<4x2xf32>, tensor<4x2xi64>) {
  %one = arith.constant 1.0 : f32
  %zero = arith.constant 0.0 : f32
  %minf = arith.constant 0xFF800000 : f32
  %init = tensor.empty() : tensor<4x6xf32>
  %score = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%z : tensor<4x6xf32>) outs(%init : tensor<4x6xf32>) {
  ^bb0(%a: f32, %o: f32):
    %n = arith.negf %a : f32
    %x = math.exp %n : f32
    %d = arith.addf %x, %one : f32
    %s = arith.divf %one, %d : f32
    linalg.yield %s : f32
  } -> tensor<4x6xf32>
  %key = linalg.generic {indexing_maps = [#id, #expert, #id], iterator_types = ["parallel", "parallel"]}
      ins(%score, %bias : tensor<4x6xf32>, tensor<6xf32>) outs(%init : tensor<4x6xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %s = arith.addf %a, %b : f32
    linalg.yield %s : f32
  } -> tensor<4x6xf32>
  %top_init = tensor.empty() : tensor<4x6xi64>
  %top_index = linalg.generic {indexing_maps = [#id], iterator_types = ["parallel", "parallel"]}
      outs(%top_init : tensor<4x6xi64>) {
  ^bb0(%o: i64):
    %i = linalg.index 1 : index
    %c = arith.index_cast %i : index to i64
    linalg.yield %c : i64
  } -> tensor<4x6xi64>
  // expected-remark@below {{RaiseGating | Category:moe | Reason="the sort is not descending"}}
  %top:2 = "tm_tensor.sort"(%key, %top_index) <{dimension = 1 : i64}> ({
  ^bb0(%a: f32, %b: f32, %i: i64, %j: i64):
    %c = arith.cmpf ole, %a, %b : f32
    "tm_tensor.yield"(%c) : (i1) -> ()
  }) : (tensor<4x6xf32>, tensor<4x6xi64>) -> (tensor<4x6xf32>, tensor<4x6xi64>)
  %ids = tensor.extract_slice %top#1[0, 0] [4, 2] [1, 1] : tensor<4x6xi64> to tensor<4x2xi64>
  %w_init = tensor.empty() : tensor<4x2xf32>
  %w = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%ids : tensor<4x2xi64>) outs(%w_init : tensor<4x2xf32>) {
  ^bb0(%id: i64, %o: f32):
    %t = linalg.index 0 : index
    %e = arith.index_cast %id : i64 to index
    %v = tensor.extract %score[%t, %e] : tensor<4x6xf32>
    linalg.yield %v : f32
  } -> tensor<4x2xf32>
  return %w, %ids : tensor<4x2xf32>, tensor<4x2xi64>
}

// -----

#id = affine_map<(t, e) -> (t, e)>
#expert = affine_map<(t, e) -> (e)>
#id3 = affine_map<(t, g, s) -> (t, g, s)>
#group = affine_map<(t, g, s) -> (t, g)>
#u = affine_map<(u) -> (u)>

// The order of all keys is read.
// CHECK-LABEL: func.func @all_keys(
// CHECK-NOT:     moe.
// CHECK:         return
func.func @all_keys(%z: tensor<4x6xf32>, %bias: tensor<6xf32>, %other: tensor<4x6xf32>) -> (tensor<4x2xf32>, tensor<4x2xi64>, tensor<4x6xi64>) {
  %one = arith.constant 1.0 : f32
  %zero = arith.constant 0.0 : f32
  %minf = arith.constant 0xFF800000 : f32
  %init = tensor.empty() : tensor<4x6xf32>
  %score = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%z : tensor<4x6xf32>) outs(%init : tensor<4x6xf32>) {
  ^bb0(%a: f32, %o: f32):
    %n = arith.negf %a : f32
    %x = math.exp %n : f32
    %d = arith.addf %x, %one : f32
    %s = arith.divf %one, %d : f32
    linalg.yield %s : f32
  } -> tensor<4x6xf32>
  %key = linalg.generic {indexing_maps = [#id, #expert, #id], iterator_types = ["parallel", "parallel"]}
      ins(%score, %bias : tensor<4x6xf32>, tensor<6xf32>) outs(%init : tensor<4x6xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %s = arith.addf %a, %b : f32
    linalg.yield %s : f32
  } -> tensor<4x6xf32>
  %top_init = tensor.empty() : tensor<4x6xi64>
  %top_index = linalg.generic {indexing_maps = [#id], iterator_types = ["parallel", "parallel"]}
      outs(%top_init : tensor<4x6xi64>) {
  ^bb0(%o: i64):
    %i = linalg.index 1 : index
    %c = arith.index_cast %i : index to i64
    linalg.yield %c : i64
  } -> tensor<4x6xi64>
  // expected-remark@below {{RaiseGating | Category:moe | Reason="the sorted values are used beyond their first k"}}
  %top:2 = "tm_tensor.sort"(%key, %top_index) <{dimension = 1 : i64}> ({
  ^bb0(%a: f32, %b: f32, %i: i64, %j: i64):
    %c = arith.cmpf oge, %a, %b : f32
    "tm_tensor.yield"(%c) : (i1) -> ()
  }) : (tensor<4x6xf32>, tensor<4x6xi64>) -> (tensor<4x6xf32>, tensor<4x6xi64>)
  %ids = tensor.extract_slice %top#1[0, 0] [4, 2] [1, 1] : tensor<4x6xi64> to tensor<4x2xi64>
  %w_init = tensor.empty() : tensor<4x2xf32>
  %w = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%ids : tensor<4x2xi64>) outs(%w_init : tensor<4x2xf32>) {
  ^bb0(%id: i64, %o: f32):
    %t = linalg.index 0 : index
    %e = arith.index_cast %id : i64 to index
    %v = tensor.extract %score[%t, %e] : tensor<4x6xf32>
    linalg.yield %v : f32
  } -> tensor<4x2xf32>
  return %w, %ids, %top#1 : tensor<4x2xf32>, tensor<4x2xi64>, tensor<4x6xi64>
}

// -----

#id = affine_map<(t, e) -> (t, e)>
#expert = affine_map<(t, e) -> (e)>
#id3 = affine_map<(t, g, s) -> (t, g, s)>
#group = affine_map<(t, g, s) -> (t, g)>
#u = affine_map<(u) -> (u)>

// What is sorted along counts tokens, not experts.
// CHECK-LABEL: func.func @not_indices(
// CHECK-NOT:     moe.
// CHECK:         return
func.func @not_indices(%z: tensor<4x6xf32>, %bias: tensor<6xf32>, %other: tensor<4x6xf32>) -> (tensor<4x2xf32>, tensor<4x2xi64>) {
  %one = arith.constant 1.0 : f32
  %zero = arith.constant 0.0 : f32
  %minf = arith.constant 0xFF800000 : f32
  %init = tensor.empty() : tensor<4x6xf32>
  %score = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%z : tensor<4x6xf32>) outs(%init : tensor<4x6xf32>) {
  ^bb0(%a: f32, %o: f32):
    %n = arith.negf %a : f32
    %x = math.exp %n : f32
    %d = arith.addf %x, %one : f32
    %s = arith.divf %one, %d : f32
    linalg.yield %s : f32
  } -> tensor<4x6xf32>
  %key = linalg.generic {indexing_maps = [#id, #expert, #id], iterator_types = ["parallel", "parallel"]}
      ins(%score, %bias : tensor<4x6xf32>, tensor<6xf32>) outs(%init : tensor<4x6xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %s = arith.addf %a, %b : f32
    linalg.yield %s : f32
  } -> tensor<4x6xf32>
  %top_init = tensor.empty() : tensor<4x6xi64>
  %top_index = linalg.generic {indexing_maps = [#id], iterator_types = ["parallel", "parallel"]}
      outs(%top_init : tensor<4x6xi64>) {
  ^bb0(%o: i64):
    %i = linalg.index 0 : index
    %c = arith.index_cast %i : index to i64
    linalg.yield %c : i64
  } -> tensor<4x6xi64>
  // expected-remark@below {{RaiseGating | Category:moe | Reason="the sorted values are not the indices"}}
  %top:2 = "tm_tensor.sort"(%key, %top_index) <{dimension = 1 : i64}> ({
  ^bb0(%a: f32, %b: f32, %i: i64, %j: i64):
    %c = arith.cmpf oge, %a, %b : f32
    "tm_tensor.yield"(%c) : (i1) -> ()
  }) : (tensor<4x6xf32>, tensor<4x6xi64>) -> (tensor<4x6xf32>, tensor<4x6xi64>)
  %ids = tensor.extract_slice %top#1[0, 0] [4, 2] [1, 1] : tensor<4x6xi64> to tensor<4x2xi64>
  %w_init = tensor.empty() : tensor<4x2xf32>
  %w = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%ids : tensor<4x2xi64>) outs(%w_init : tensor<4x2xf32>) {
  ^bb0(%id: i64, %o: f32):
    %t = linalg.index 0 : index
    %e = arith.index_cast %id : i64 to index
    %v = tensor.extract %score[%t, %e] : tensor<4x6xf32>
    linalg.yield %v : f32
  } -> tensor<4x2xf32>
  return %w, %ids : tensor<4x2xf32>, tensor<4x2xi64>
}

// -----

#id = affine_map<(t, e) -> (t, e)>
#expert = affine_map<(t, e) -> (e)>
#id3 = affine_map<(t, g, s) -> (t, g, s)>
#group = affine_map<(t, g, s) -> (t, g)>
#u = affine_map<(u) -> (u)>

// Keys outside the two groups with the largest keys count as -inf.
// CHECK-LABEL: func.func @groups(
// CHECK:         moe.gate %{{.*}} <sigmoid, group_top_k<2, groups = 3, kept = 2, by = max>> bias(
// CHECK-NOT:     tm_tensor
func.func @groups(%z: tensor<4x6xf32>, %bias: tensor<6xf32>, %other: tensor<4x6xf32>) -> (tensor<4x2xf32>, tensor<4x2xi64>) {
  %one = arith.constant 1.0 : f32
  %zero = arith.constant 0.0 : f32
  %minf = arith.constant 0xFF800000 : f32
  %init = tensor.empty() : tensor<4x6xf32>
  %score = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%z : tensor<4x6xf32>) outs(%init : tensor<4x6xf32>) {
  ^bb0(%a: f32, %o: f32):
    %n = arith.negf %a : f32
    %x = math.exp %n : f32
    %d = arith.addf %x, %one : f32
    %s = arith.divf %one, %d : f32
    linalg.yield %s : f32
  } -> tensor<4x6xf32>
  %key = linalg.generic {indexing_maps = [#id, #expert, #id], iterator_types = ["parallel", "parallel"]}
      ins(%score, %bias : tensor<4x6xf32>, tensor<6xf32>) outs(%init : tensor<4x6xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %s = arith.addf %a, %b : f32
    linalg.yield %s : f32
  } -> tensor<4x6xf32>
  %split = tensor.expand_shape %key [[0], [1, 2]] output_shape [4, 3, 2] : tensor<4x6xf32> into tensor<4x3x2xf32>
  %gv_init = tensor.empty() : tensor<4x3xf32>
  %gv_fill = linalg.fill ins(%minf : f32) outs(%gv_init : tensor<4x3xf32>) -> tensor<4x3xf32>
  %value = linalg.generic {indexing_maps = [#id3, #group], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%split : tensor<4x3x2xf32>) outs(%gv_fill : tensor<4x3xf32>) {
  ^bb0(%a: f32, %o: f32):
    %m = arith.maximumf %a, %o : f32
    linalg.yield %m : f32
  } -> tensor<4x3xf32>
  %best_init = tensor.empty() : tensor<4x3xi64>
  %best_index = linalg.generic {indexing_maps = [#id], iterator_types = ["parallel", "parallel"]}
      outs(%best_init : tensor<4x3xi64>) {
  ^bb0(%o: i64):
    %i = linalg.index 1 : index
    %c = arith.index_cast %i : index to i64
    linalg.yield %c : i64
  } -> tensor<4x3xi64>
  %best:2 = "tm_tensor.sort"(%value, %best_index) <{dimension = 1 : i64}> ({
  ^bb0(%a: f32, %b: f32, %i: i64, %j: i64):
    %c = arith.cmpf oge, %a, %b : f32
    "tm_tensor.yield"(%c) : (i1) -> ()
  }) : (tensor<4x3xf32>, tensor<4x3xi64>) -> (tensor<4x3xf32>, tensor<4x3xi64>)
  %groups = tensor.extract_slice %best#1[0, 0] [4, 2] [1, 1] : tensor<4x3xi64> to tensor<4x2xi64>
  %u_init = tensor.empty() : tensor<8xf32>
  %i_init = tensor.empty() : tensor<8x1xi64>
  %updates:3 = linalg.generic {indexing_maps = [affine_map<(u) -> (u, 0)>, affine_map<(u) -> (u, 0)>, #u], iterator_types = ["parallel"]}
      outs(%i_init, %i_init, %u_init : tensor<8x1xi64>, tensor<8x1xi64>, tensor<8xf32>) {
  ^bb0(%o0: i64, %o1: i64, %o2: f32):
    %c2 = arith.constant 2 : index
    %u = linalg.index 0 : index
    %t = arith.divsi %u, %c2 : index
    %j = arith.remsi %u, %c2 : index
    %g = tensor.extract %groups[%t, %j] : tensor<4x2xi64>
    %row = arith.index_cast %t : index to i64
    linalg.yield %row, %g, %one : i64, i64, f32
  } -> (tensor<8x1xi64>, tensor<8x1xi64>, tensor<8xf32>)
  %at = tensor.empty() : tensor<8x2xi64>
  %at0 = tensor.insert_slice %updates#0 into %at[0, 0] [8, 1] [1, 1] : tensor<8x1xi64> into tensor<8x2xi64>
  %at1 = tensor.insert_slice %updates#1 into %at0[0, 1] [8, 1] [1, 1] : tensor<8x1xi64> into tensor<8x2xi64>
  %none = arith.constant dense<0.0> : tensor<4x3xf32>
  %mask = "tm_tensor.scatter"(%updates#2, %at1, %none) <{dimension_map = array<i64: 0, 1>}> ({
  ^bb0(%a: f32, %b: f32):
    "tm_tensor.yield"(%a) : (f32) -> ()
  }) : (tensor<8xf32>, tensor<8x2xi64>, tensor<4x3xf32>) -> tensor<4x3xf32>
  %wide_init = tensor.empty() : tensor<4x3x2xf32>
  %wide = linalg.generic {indexing_maps = [#group, #id3], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%mask : tensor<4x3xf32>) outs(%wide_init : tensor<4x3x2xf32>) {
  ^bb0(%a: f32, %o: f32):
    linalg.yield %a : f32
  } -> tensor<4x3x2xf32>
  %flags = tensor.collapse_shape %wide [[0], [1, 2]] : tensor<4x3x2xf32> into tensor<4x6xf32>
  %masked = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%flags, %key : tensor<4x6xf32>, tensor<4x6xf32>) outs(%init : tensor<4x6xf32>) {
  ^bb0(%f: f32, %a: f32, %o: f32):
    %in = arith.cmpf une, %f, %zero : f32
    %r = arith.select %in, %a, %minf : f32
    linalg.yield %r : f32
  } -> tensor<4x6xf32>
  %top_init = tensor.empty() : tensor<4x6xi64>
  %top_index = linalg.generic {indexing_maps = [#id], iterator_types = ["parallel", "parallel"]}
      outs(%top_init : tensor<4x6xi64>) {
  ^bb0(%o: i64):
    %i = linalg.index 1 : index
    %c = arith.index_cast %i : index to i64
    linalg.yield %c : i64
  } -> tensor<4x6xi64>
  // expected-remark@below {{RaiseGating | Category:moe | k=2}}
  %top:2 = "tm_tensor.sort"(%masked, %top_index) <{dimension = 1 : i64}> ({
  ^bb0(%a: f32, %b: f32, %i: i64, %j: i64):
    %c = arith.cmpf oge, %a, %b : f32
    "tm_tensor.yield"(%c) : (i1) -> ()
  }) : (tensor<4x6xf32>, tensor<4x6xi64>) -> (tensor<4x6xf32>, tensor<4x6xi64>)
  %ids = tensor.extract_slice %top#1[0, 0] [4, 2] [1, 1] : tensor<4x6xi64> to tensor<4x2xi64>
  %w_init = tensor.empty() : tensor<4x2xf32>
  %w = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%ids : tensor<4x2xi64>) outs(%w_init : tensor<4x2xf32>) {
  ^bb0(%id: i64, %o: f32):
    %t = linalg.index 0 : index
    %e = arith.index_cast %id : i64 to index
    %v = tensor.extract %score[%t, %e] : tensor<4x6xf32>
    linalg.yield %v : f32
  } -> tensor<4x2xf32>
  return %w, %ids : tensor<4x2xf32>, tensor<4x2xi64>
}

// -----

#id = affine_map<(t, e) -> (t, e)>
#expert = affine_map<(t, e) -> (e)>
#id3 = affine_map<(t, g, s) -> (t, g, s)>
#group = affine_map<(t, g, s) -> (t, g)>
#u = affine_map<(u) -> (u)>

// A masked key of 0 may be larger than a key with its bias.
// CHECK-LABEL: func.func @masked_by_zero(
// CHECK:         "tm_tensor.scatter"
// CHECK:         moe.gate %{{[0-9]+}} <identity, top_k<2>>
func.func @masked_by_zero(%z: tensor<4x6xf32>, %bias: tensor<6xf32>, %other: tensor<4x6xf32>) -> (tensor<4x2xf32>, tensor<4x2xi64>) {
  %one = arith.constant 1.0 : f32
  %zero = arith.constant 0.0 : f32
  %minf = arith.constant 0xFF800000 : f32
  %init = tensor.empty() : tensor<4x6xf32>
  %score = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%z : tensor<4x6xf32>) outs(%init : tensor<4x6xf32>) {
  ^bb0(%a: f32, %o: f32):
    %n = arith.negf %a : f32
    %x = math.exp %n : f32
    %d = arith.addf %x, %one : f32
    %s = arith.divf %one, %d : f32
    linalg.yield %s : f32
  } -> tensor<4x6xf32>
  %key = linalg.generic {indexing_maps = [#id, #expert, #id], iterator_types = ["parallel", "parallel"]}
      ins(%score, %bias : tensor<4x6xf32>, tensor<6xf32>) outs(%init : tensor<4x6xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %s = arith.addf %a, %b : f32
    linalg.yield %s : f32
  } -> tensor<4x6xf32>
  %split = tensor.expand_shape %key [[0], [1, 2]] output_shape [4, 3, 2] : tensor<4x6xf32> into tensor<4x3x2xf32>
  %gv_init = tensor.empty() : tensor<4x3xf32>
  %gv_fill = linalg.fill ins(%minf : f32) outs(%gv_init : tensor<4x3xf32>) -> tensor<4x3xf32>
  %value = linalg.generic {indexing_maps = [#id3, #group], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%split : tensor<4x3x2xf32>) outs(%gv_fill : tensor<4x3xf32>) {
  ^bb0(%a: f32, %o: f32):
    %m = arith.maximumf %a, %o : f32
    linalg.yield %m : f32
  } -> tensor<4x3xf32>
  %best_init = tensor.empty() : tensor<4x3xi64>
  %best_index = linalg.generic {indexing_maps = [#id], iterator_types = ["parallel", "parallel"]}
      outs(%best_init : tensor<4x3xi64>) {
  ^bb0(%o: i64):
    %i = linalg.index 1 : index
    %c = arith.index_cast %i : index to i64
    linalg.yield %c : i64
  } -> tensor<4x3xi64>
  // expected-remark@below {{RaiseGating | Category:moe | k=2}}
  %best:2 = "tm_tensor.sort"(%value, %best_index) <{dimension = 1 : i64}> ({
  ^bb0(%a: f32, %b: f32, %i: i64, %j: i64):
    %c = arith.cmpf oge, %a, %b : f32
    "tm_tensor.yield"(%c) : (i1) -> ()
  }) : (tensor<4x3xf32>, tensor<4x3xi64>) -> (tensor<4x3xf32>, tensor<4x3xi64>)
  %groups = tensor.extract_slice %best#1[0, 0] [4, 2] [1, 1] : tensor<4x3xi64> to tensor<4x2xi64>
  %u_init = tensor.empty() : tensor<8xf32>
  %i_init = tensor.empty() : tensor<8x1xi64>
  %updates:3 = linalg.generic {indexing_maps = [affine_map<(u) -> (u, 0)>, affine_map<(u) -> (u, 0)>, #u], iterator_types = ["parallel"]}
      outs(%i_init, %i_init, %u_init : tensor<8x1xi64>, tensor<8x1xi64>, tensor<8xf32>) {
  ^bb0(%o0: i64, %o1: i64, %o2: f32):
    %c2 = arith.constant 2 : index
    %u = linalg.index 0 : index
    %t = arith.divsi %u, %c2 : index
    %j = arith.remsi %u, %c2 : index
    %g = tensor.extract %groups[%t, %j] : tensor<4x2xi64>
    %row = arith.index_cast %t : index to i64
    linalg.yield %row, %g, %one : i64, i64, f32
  } -> (tensor<8x1xi64>, tensor<8x1xi64>, tensor<8xf32>)
  %at = tensor.empty() : tensor<8x2xi64>
  %at0 = tensor.insert_slice %updates#0 into %at[0, 0] [8, 1] [1, 1] : tensor<8x1xi64> into tensor<8x2xi64>
  %at1 = tensor.insert_slice %updates#1 into %at0[0, 1] [8, 1] [1, 1] : tensor<8x1xi64> into tensor<8x2xi64>
  %none = arith.constant dense<0.0> : tensor<4x3xf32>
  %mask = "tm_tensor.scatter"(%updates#2, %at1, %none) <{dimension_map = array<i64: 0, 1>}> ({
  ^bb0(%a: f32, %b: f32):
    "tm_tensor.yield"(%a) : (f32) -> ()
  }) : (tensor<8xf32>, tensor<8x2xi64>, tensor<4x3xf32>) -> tensor<4x3xf32>
  %wide_init = tensor.empty() : tensor<4x3x2xf32>
  %wide = linalg.generic {indexing_maps = [#group, #id3], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%mask : tensor<4x3xf32>) outs(%wide_init : tensor<4x3x2xf32>) {
  ^bb0(%a: f32, %o: f32):
    linalg.yield %a : f32
  } -> tensor<4x3x2xf32>
  %flags = tensor.collapse_shape %wide [[0], [1, 2]] : tensor<4x3x2xf32> into tensor<4x6xf32>
  %masked = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%flags, %key : tensor<4x6xf32>, tensor<4x6xf32>) outs(%init : tensor<4x6xf32>) {
  ^bb0(%f: f32, %a: f32, %o: f32):
    %in = arith.cmpf une, %f, %zero : f32
    %r = arith.select %in, %a, %zero : f32
    linalg.yield %r : f32
  } -> tensor<4x6xf32>
  %top_init = tensor.empty() : tensor<4x6xi64>
  %top_index = linalg.generic {indexing_maps = [#id], iterator_types = ["parallel", "parallel"]}
      outs(%top_init : tensor<4x6xi64>) {
  ^bb0(%o: i64):
    %i = linalg.index 1 : index
    %c = arith.index_cast %i : index to i64
    linalg.yield %c : i64
  } -> tensor<4x6xi64>
  // expected-remark@below {{RaiseGating | Category:moe | k=2}}
  // expected-remark@below {{RaiseGating | Category:moe | Reason="masked keys are not provably the smallest (-inf, or 0 below softmax or sigmoid with assume-finite)"}}
  %top:2 = "tm_tensor.sort"(%masked, %top_index) <{dimension = 1 : i64}> ({
  ^bb0(%a: f32, %b: f32, %i: i64, %j: i64):
    %c = arith.cmpf oge, %a, %b : f32
    "tm_tensor.yield"(%c) : (i1) -> ()
  }) : (tensor<4x6xf32>, tensor<4x6xi64>) -> (tensor<4x6xf32>, tensor<4x6xi64>)
  %ids = tensor.extract_slice %top#1[0, 0] [4, 2] [1, 1] : tensor<4x6xi64> to tensor<4x2xi64>
  %w_init = tensor.empty() : tensor<4x2xf32>
  %w = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%ids : tensor<4x2xi64>) outs(%w_init : tensor<4x2xf32>) {
  ^bb0(%id: i64, %o: f32):
    %t = linalg.index 0 : index
    %e = arith.index_cast %id : i64 to index
    %v = tensor.extract %score[%t, %e] : tensor<4x6xf32>
    linalg.yield %v : f32
  } -> tensor<4x2xf32>
  return %w, %ids : tensor<4x2xf32>, tensor<4x2xi64>
}

// -----

#id = affine_map<(t, e) -> (t, e)>
#expert = affine_map<(t, e) -> (e)>
#id3 = affine_map<(t, g, s) -> (t, g, s)>
#group = affine_map<(t, g, s) -> (t, g)>
#u = affine_map<(u) -> (u)>

// The groups are those of other keys.
// CHECK-LABEL: func.func @other_groups(
// CHECK:         "tm_tensor.scatter"
// CHECK:         moe.gate %{{[0-9]+}} <identity, top_k<2>>
func.func @other_groups(%z: tensor<4x6xf32>, %bias: tensor<6xf32>, %other: tensor<4x6xf32>) -> (tensor<4x2xf32>, tensor<4x2xi64>) {
  %one = arith.constant 1.0 : f32
  %zero = arith.constant 0.0 : f32
  %minf = arith.constant 0xFF800000 : f32
  %init = tensor.empty() : tensor<4x6xf32>
  %score = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%z : tensor<4x6xf32>) outs(%init : tensor<4x6xf32>) {
  ^bb0(%a: f32, %o: f32):
    %n = arith.negf %a : f32
    %x = math.exp %n : f32
    %d = arith.addf %x, %one : f32
    %s = arith.divf %one, %d : f32
    linalg.yield %s : f32
  } -> tensor<4x6xf32>
  %key = linalg.generic {indexing_maps = [#id, #expert, #id], iterator_types = ["parallel", "parallel"]}
      ins(%score, %bias : tensor<4x6xf32>, tensor<6xf32>) outs(%init : tensor<4x6xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %s = arith.addf %a, %b : f32
    linalg.yield %s : f32
  } -> tensor<4x6xf32>
  %split = tensor.expand_shape %other [[0], [1, 2]] output_shape [4, 3, 2] : tensor<4x6xf32> into tensor<4x3x2xf32>
  %gv_init = tensor.empty() : tensor<4x3xf32>
  %gv_fill = linalg.fill ins(%minf : f32) outs(%gv_init : tensor<4x3xf32>) -> tensor<4x3xf32>
  %value = linalg.generic {indexing_maps = [#id3, #group], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%split : tensor<4x3x2xf32>) outs(%gv_fill : tensor<4x3xf32>) {
  ^bb0(%a: f32, %o: f32):
    %m = arith.maximumf %a, %o : f32
    linalg.yield %m : f32
  } -> tensor<4x3xf32>
  %best_init = tensor.empty() : tensor<4x3xi64>
  %best_index = linalg.generic {indexing_maps = [#id], iterator_types = ["parallel", "parallel"]}
      outs(%best_init : tensor<4x3xi64>) {
  ^bb0(%o: i64):
    %i = linalg.index 1 : index
    %c = arith.index_cast %i : index to i64
    linalg.yield %c : i64
  } -> tensor<4x3xi64>
  // expected-remark@below {{RaiseGating | Category:moe | k=2}}
  %best:2 = "tm_tensor.sort"(%value, %best_index) <{dimension = 1 : i64}> ({
  ^bb0(%a: f32, %b: f32, %i: i64, %j: i64):
    %c = arith.cmpf oge, %a, %b : f32
    "tm_tensor.yield"(%c) : (i1) -> ()
  }) : (tensor<4x3xf32>, tensor<4x3xi64>) -> (tensor<4x3xf32>, tensor<4x3xi64>)
  %groups = tensor.extract_slice %best#1[0, 0] [4, 2] [1, 1] : tensor<4x3xi64> to tensor<4x2xi64>
  %u_init = tensor.empty() : tensor<8xf32>
  %i_init = tensor.empty() : tensor<8x1xi64>
  %updates:3 = linalg.generic {indexing_maps = [affine_map<(u) -> (u, 0)>, affine_map<(u) -> (u, 0)>, #u], iterator_types = ["parallel"]}
      outs(%i_init, %i_init, %u_init : tensor<8x1xi64>, tensor<8x1xi64>, tensor<8xf32>) {
  ^bb0(%o0: i64, %o1: i64, %o2: f32):
    %c2 = arith.constant 2 : index
    %u = linalg.index 0 : index
    %t = arith.divsi %u, %c2 : index
    %j = arith.remsi %u, %c2 : index
    %g = tensor.extract %groups[%t, %j] : tensor<4x2xi64>
    %row = arith.index_cast %t : index to i64
    linalg.yield %row, %g, %one : i64, i64, f32
  } -> (tensor<8x1xi64>, tensor<8x1xi64>, tensor<8xf32>)
  %at = tensor.empty() : tensor<8x2xi64>
  %at0 = tensor.insert_slice %updates#0 into %at[0, 0] [8, 1] [1, 1] : tensor<8x1xi64> into tensor<8x2xi64>
  %at1 = tensor.insert_slice %updates#1 into %at0[0, 1] [8, 1] [1, 1] : tensor<8x1xi64> into tensor<8x2xi64>
  %none = arith.constant dense<0.0> : tensor<4x3xf32>
  %mask = "tm_tensor.scatter"(%updates#2, %at1, %none) <{dimension_map = array<i64: 0, 1>}> ({
  ^bb0(%a: f32, %b: f32):
    "tm_tensor.yield"(%a) : (f32) -> ()
  }) : (tensor<8xf32>, tensor<8x2xi64>, tensor<4x3xf32>) -> tensor<4x3xf32>
  %wide_init = tensor.empty() : tensor<4x3x2xf32>
  %wide = linalg.generic {indexing_maps = [#group, #id3], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%mask : tensor<4x3xf32>) outs(%wide_init : tensor<4x3x2xf32>) {
  ^bb0(%a: f32, %o: f32):
    linalg.yield %a : f32
  } -> tensor<4x3x2xf32>
  %flags = tensor.collapse_shape %wide [[0], [1, 2]] : tensor<4x3x2xf32> into tensor<4x6xf32>
  %masked = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%flags, %key : tensor<4x6xf32>, tensor<4x6xf32>) outs(%init : tensor<4x6xf32>) {
  ^bb0(%f: f32, %a: f32, %o: f32):
    %in = arith.cmpf une, %f, %zero : f32
    %r = arith.select %in, %a, %minf : f32
    linalg.yield %r : f32
  } -> tensor<4x6xf32>
  %top_init = tensor.empty() : tensor<4x6xi64>
  %top_index = linalg.generic {indexing_maps = [#id], iterator_types = ["parallel", "parallel"]}
      outs(%top_init : tensor<4x6xi64>) {
  ^bb0(%o: i64):
    %i = linalg.index 1 : index
    %c = arith.index_cast %i : index to i64
    linalg.yield %c : i64
  } -> tensor<4x6xi64>
  // expected-remark@below {{RaiseGating | Category:moe | k=2}}
  // expected-remark@below {{RaiseGating | Category:moe | Reason="the value of a group is not made of its experts' keys"}}
  %top:2 = "tm_tensor.sort"(%masked, %top_index) <{dimension = 1 : i64}> ({
  ^bb0(%a: f32, %b: f32, %i: i64, %j: i64):
    %c = arith.cmpf oge, %a, %b : f32
    "tm_tensor.yield"(%c) : (i1) -> ()
  }) : (tensor<4x6xf32>, tensor<4x6xi64>) -> (tensor<4x6xf32>, tensor<4x6xi64>)
  %ids = tensor.extract_slice %top#1[0, 0] [4, 2] [1, 1] : tensor<4x6xi64> to tensor<4x2xi64>
  %w_init = tensor.empty() : tensor<4x2xf32>
  %w = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%ids : tensor<4x2xi64>) outs(%w_init : tensor<4x2xf32>) {
  ^bb0(%id: i64, %o: f32):
    %t = linalg.index 0 : index
    %e = arith.index_cast %id : i64 to index
    %v = tensor.extract %score[%t, %e] : tensor<4x6xf32>
    linalg.yield %v : f32
  } -> tensor<4x2xf32>
  return %w, %ids : tensor<4x2xf32>, tensor<4x2xi64>
}

// -----

#id = affine_map<(t, e) -> (t, e)>
#expert = affine_map<(t, e) -> (e)>
#id3 = affine_map<(t, g, s) -> (t, g, s)>
#group = affine_map<(t, g, s) -> (t, g)>
#u = affine_map<(u) -> (u)>

// The groups with the smallest keys are kept.
// CHECK-LABEL: func.func @smallest_groups(
// CHECK:         "tm_tensor.scatter"
// CHECK:         moe.gate %{{[0-9]+}} <identity, top_k<2>>
func.func @smallest_groups(%z: tensor<4x6xf32>, %bias: tensor<6xf32>, %other: tensor<4x6xf32>) -> (tensor<4x2xf32>, tensor<4x2xi64>) {
  %one = arith.constant 1.0 : f32
  %zero = arith.constant 0.0 : f32
  %minf = arith.constant 0xFF800000 : f32
  %init = tensor.empty() : tensor<4x6xf32>
  %score = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%z : tensor<4x6xf32>) outs(%init : tensor<4x6xf32>) {
  ^bb0(%a: f32, %o: f32):
    %n = arith.negf %a : f32
    %x = math.exp %n : f32
    %d = arith.addf %x, %one : f32
    %s = arith.divf %one, %d : f32
    linalg.yield %s : f32
  } -> tensor<4x6xf32>
  %key = linalg.generic {indexing_maps = [#id, #expert, #id], iterator_types = ["parallel", "parallel"]}
      ins(%score, %bias : tensor<4x6xf32>, tensor<6xf32>) outs(%init : tensor<4x6xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %s = arith.addf %a, %b : f32
    linalg.yield %s : f32
  } -> tensor<4x6xf32>
  %split = tensor.expand_shape %key [[0], [1, 2]] output_shape [4, 3, 2] : tensor<4x6xf32> into tensor<4x3x2xf32>
  %gv_init = tensor.empty() : tensor<4x3xf32>
  %gv_fill = linalg.fill ins(%minf : f32) outs(%gv_init : tensor<4x3xf32>) -> tensor<4x3xf32>
  %value = linalg.generic {indexing_maps = [#id3, #group], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%split : tensor<4x3x2xf32>) outs(%gv_fill : tensor<4x3xf32>) {
  ^bb0(%a: f32, %o: f32):
    %m = arith.maximumf %a, %o : f32
    linalg.yield %m : f32
  } -> tensor<4x3xf32>
  %best_init = tensor.empty() : tensor<4x3xi64>
  %best_index = linalg.generic {indexing_maps = [#id], iterator_types = ["parallel", "parallel"]}
      outs(%best_init : tensor<4x3xi64>) {
  ^bb0(%o: i64):
    %i = linalg.index 1 : index
    %c = arith.index_cast %i : index to i64
    linalg.yield %c : i64
  } -> tensor<4x3xi64>
  // expected-remark@below {{Reason="the sort is not descending"}}
  %best:2 = "tm_tensor.sort"(%value, %best_index) <{dimension = 1 : i64}> ({
  ^bb0(%a: f32, %b: f32, %i: i64, %j: i64):
    %c = arith.cmpf ole, %a, %b : f32
    "tm_tensor.yield"(%c) : (i1) -> ()
  }) : (tensor<4x3xf32>, tensor<4x3xi64>) -> (tensor<4x3xf32>, tensor<4x3xi64>)
  %groups = tensor.extract_slice %best#1[0, 0] [4, 2] [1, 1] : tensor<4x3xi64> to tensor<4x2xi64>
  %u_init = tensor.empty() : tensor<8xf32>
  %i_init = tensor.empty() : tensor<8x1xi64>
  %updates:3 = linalg.generic {indexing_maps = [affine_map<(u) -> (u, 0)>, affine_map<(u) -> (u, 0)>, #u], iterator_types = ["parallel"]}
      outs(%i_init, %i_init, %u_init : tensor<8x1xi64>, tensor<8x1xi64>, tensor<8xf32>) {
  ^bb0(%o0: i64, %o1: i64, %o2: f32):
    %c2 = arith.constant 2 : index
    %u = linalg.index 0 : index
    %t = arith.divsi %u, %c2 : index
    %j = arith.remsi %u, %c2 : index
    %g = tensor.extract %groups[%t, %j] : tensor<4x2xi64>
    %row = arith.index_cast %t : index to i64
    linalg.yield %row, %g, %one : i64, i64, f32
  } -> (tensor<8x1xi64>, tensor<8x1xi64>, tensor<8xf32>)
  %at = tensor.empty() : tensor<8x2xi64>
  %at0 = tensor.insert_slice %updates#0 into %at[0, 0] [8, 1] [1, 1] : tensor<8x1xi64> into tensor<8x2xi64>
  %at1 = tensor.insert_slice %updates#1 into %at0[0, 1] [8, 1] [1, 1] : tensor<8x1xi64> into tensor<8x2xi64>
  %none = arith.constant dense<0.0> : tensor<4x3xf32>
  %mask = "tm_tensor.scatter"(%updates#2, %at1, %none) <{dimension_map = array<i64: 0, 1>}> ({
  ^bb0(%a: f32, %b: f32):
    "tm_tensor.yield"(%a) : (f32) -> ()
  }) : (tensor<8xf32>, tensor<8x2xi64>, tensor<4x3xf32>) -> tensor<4x3xf32>
  %wide_init = tensor.empty() : tensor<4x3x2xf32>
  %wide = linalg.generic {indexing_maps = [#group, #id3], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%mask : tensor<4x3xf32>) outs(%wide_init : tensor<4x3x2xf32>) {
  ^bb0(%a: f32, %o: f32):
    linalg.yield %a : f32
  } -> tensor<4x3x2xf32>
  %flags = tensor.collapse_shape %wide [[0], [1, 2]] : tensor<4x3x2xf32> into tensor<4x6xf32>
  %masked = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%flags, %key : tensor<4x6xf32>, tensor<4x6xf32>) outs(%init : tensor<4x6xf32>) {
  ^bb0(%f: f32, %a: f32, %o: f32):
    %in = arith.cmpf une, %f, %zero : f32
    %r = arith.select %in, %a, %minf : f32
    linalg.yield %r : f32
  } -> tensor<4x6xf32>
  %top_init = tensor.empty() : tensor<4x6xi64>
  %top_index = linalg.generic {indexing_maps = [#id], iterator_types = ["parallel", "parallel"]}
      outs(%top_init : tensor<4x6xi64>) {
  ^bb0(%o: i64):
    %i = linalg.index 1 : index
    %c = arith.index_cast %i : index to i64
    linalg.yield %c : i64
  } -> tensor<4x6xi64>
  // expected-remark@below {{RaiseGating | Category:moe | k=2}}
  // expected-remark@below {{RaiseGating | Category:moe | Reason="the kept groups are not those with the largest values"}}
  %top:2 = "tm_tensor.sort"(%masked, %top_index) <{dimension = 1 : i64}> ({
  ^bb0(%a: f32, %b: f32, %i: i64, %j: i64):
    %c = arith.cmpf oge, %a, %b : f32
    "tm_tensor.yield"(%c) : (i1) -> ()
  }) : (tensor<4x6xf32>, tensor<4x6xi64>) -> (tensor<4x6xf32>, tensor<4x6xi64>)
  %ids = tensor.extract_slice %top#1[0, 0] [4, 2] [1, 1] : tensor<4x6xi64> to tensor<4x2xi64>
  %w_init = tensor.empty() : tensor<4x2xf32>
  %w = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%ids : tensor<4x2xi64>) outs(%w_init : tensor<4x2xf32>) {
  ^bb0(%id: i64, %o: f32):
    %t = linalg.index 0 : index
    %e = arith.index_cast %id : i64 to index
    %v = tensor.extract %score[%t, %e] : tensor<4x6xf32>
    linalg.yield %v : f32
  } -> tensor<4x2xf32>
  return %w, %ids : tensor<4x2xf32>, tensor<4x2xi64>
}

// -----

#id = affine_map<(t, e) -> (t, e)>
#expert = affine_map<(t, e) -> (e)>
#id3 = affine_map<(t, g, s) -> (t, g, s)>
#group = affine_map<(t, g, s) -> (t, g)>
#u = affine_map<(u) -> (u)>

// All flags are one: nothing is masked, which is another program.
// CHECK-LABEL: func.func @no_mask(
// CHECK:         "tm_tensor.scatter"
// CHECK:         moe.gate %{{[0-9]+}} <identity, top_k<2>>
func.func @no_mask(%z: tensor<4x6xf32>, %bias: tensor<6xf32>, %other: tensor<4x6xf32>) -> (tensor<4x2xf32>, tensor<4x2xi64>) {
  %one = arith.constant 1.0 : f32
  %zero = arith.constant 0.0 : f32
  %minf = arith.constant 0xFF800000 : f32
  %init = tensor.empty() : tensor<4x6xf32>
  %score = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%z : tensor<4x6xf32>) outs(%init : tensor<4x6xf32>) {
  ^bb0(%a: f32, %o: f32):
    %n = arith.negf %a : f32
    %x = math.exp %n : f32
    %d = arith.addf %x, %one : f32
    %s = arith.divf %one, %d : f32
    linalg.yield %s : f32
  } -> tensor<4x6xf32>
  %key = linalg.generic {indexing_maps = [#id, #expert, #id], iterator_types = ["parallel", "parallel"]}
      ins(%score, %bias : tensor<4x6xf32>, tensor<6xf32>) outs(%init : tensor<4x6xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %s = arith.addf %a, %b : f32
    linalg.yield %s : f32
  } -> tensor<4x6xf32>
  %split = tensor.expand_shape %key [[0], [1, 2]] output_shape [4, 3, 2] : tensor<4x6xf32> into tensor<4x3x2xf32>
  %gv_init = tensor.empty() : tensor<4x3xf32>
  %gv_fill = linalg.fill ins(%minf : f32) outs(%gv_init : tensor<4x3xf32>) -> tensor<4x3xf32>
  %value = linalg.generic {indexing_maps = [#id3, #group], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%split : tensor<4x3x2xf32>) outs(%gv_fill : tensor<4x3xf32>) {
  ^bb0(%a: f32, %o: f32):
    %m = arith.maximumf %a, %o : f32
    linalg.yield %m : f32
  } -> tensor<4x3xf32>
  %best_init = tensor.empty() : tensor<4x3xi64>
  %best_index = linalg.generic {indexing_maps = [#id], iterator_types = ["parallel", "parallel"]}
      outs(%best_init : tensor<4x3xi64>) {
  ^bb0(%o: i64):
    %i = linalg.index 1 : index
    %c = arith.index_cast %i : index to i64
    linalg.yield %c : i64
  } -> tensor<4x3xi64>
  // expected-remark@below {{RaiseGating | Category:moe | k=2}}
  %best:2 = "tm_tensor.sort"(%value, %best_index) <{dimension = 1 : i64}> ({
  ^bb0(%a: f32, %b: f32, %i: i64, %j: i64):
    %c = arith.cmpf oge, %a, %b : f32
    "tm_tensor.yield"(%c) : (i1) -> ()
  }) : (tensor<4x3xf32>, tensor<4x3xi64>) -> (tensor<4x3xf32>, tensor<4x3xi64>)
  %groups = tensor.extract_slice %best#1[0, 0] [4, 2] [1, 1] : tensor<4x3xi64> to tensor<4x2xi64>
  %u_init = tensor.empty() : tensor<8xf32>
  %i_init = tensor.empty() : tensor<8x1xi64>
  %updates:3 = linalg.generic {indexing_maps = [affine_map<(u) -> (u, 0)>, affine_map<(u) -> (u, 0)>, #u], iterator_types = ["parallel"]}
      outs(%i_init, %i_init, %u_init : tensor<8x1xi64>, tensor<8x1xi64>, tensor<8xf32>) {
  ^bb0(%o0: i64, %o1: i64, %o2: f32):
    %c2 = arith.constant 2 : index
    %u = linalg.index 0 : index
    %t = arith.divsi %u, %c2 : index
    %j = arith.remsi %u, %c2 : index
    %g = tensor.extract %groups[%t, %j] : tensor<4x2xi64>
    %row = arith.index_cast %t : index to i64
    linalg.yield %row, %g, %one : i64, i64, f32
  } -> (tensor<8x1xi64>, tensor<8x1xi64>, tensor<8xf32>)
  %at = tensor.empty() : tensor<8x2xi64>
  %at0 = tensor.insert_slice %updates#0 into %at[0, 0] [8, 1] [1, 1] : tensor<8x1xi64> into tensor<8x2xi64>
  %at1 = tensor.insert_slice %updates#1 into %at0[0, 1] [8, 1] [1, 1] : tensor<8x1xi64> into tensor<8x2xi64>
  %none = arith.constant dense<2.0> : tensor<4x3xf32>
  %mask = "tm_tensor.scatter"(%updates#2, %at1, %none) <{dimension_map = array<i64: 0, 1>}> ({
  ^bb0(%a: f32, %b: f32):
    "tm_tensor.yield"(%a) : (f32) -> ()
  }) : (tensor<8xf32>, tensor<8x2xi64>, tensor<4x3xf32>) -> tensor<4x3xf32>
  %wide_init = tensor.empty() : tensor<4x3x2xf32>
  %wide = linalg.generic {indexing_maps = [#group, #id3], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%mask : tensor<4x3xf32>) outs(%wide_init : tensor<4x3x2xf32>) {
  ^bb0(%a: f32, %o: f32):
    linalg.yield %a : f32
  } -> tensor<4x3x2xf32>
  %flags = tensor.collapse_shape %wide [[0], [1, 2]] : tensor<4x3x2xf32> into tensor<4x6xf32>
  %masked = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%flags, %key : tensor<4x6xf32>, tensor<4x6xf32>) outs(%init : tensor<4x6xf32>) {
  ^bb0(%f: f32, %a: f32, %o: f32):
    %in = arith.cmpf une, %f, %zero : f32
    %r = arith.select %in, %a, %minf : f32
    linalg.yield %r : f32
  } -> tensor<4x6xf32>
  %top_init = tensor.empty() : tensor<4x6xi64>
  %top_index = linalg.generic {indexing_maps = [#id], iterator_types = ["parallel", "parallel"]}
      outs(%top_init : tensor<4x6xi64>) {
  ^bb0(%o: i64):
    %i = linalg.index 1 : index
    %c = arith.index_cast %i : index to i64
    linalg.yield %c : i64
  } -> tensor<4x6xi64>
  // expected-remark@below {{RaiseGating | Category:moe | k=2}}
  // expected-remark@below {{RaiseGating | Category:moe | Reason="the mask of groups has an unknown form"}}
  %top:2 = "tm_tensor.sort"(%masked, %top_index) <{dimension = 1 : i64}> ({
  ^bb0(%a: f32, %b: f32, %i: i64, %j: i64):
    %c = arith.cmpf oge, %a, %b : f32
    "tm_tensor.yield"(%c) : (i1) -> ()
  }) : (tensor<4x6xf32>, tensor<4x6xi64>) -> (tensor<4x6xf32>, tensor<4x6xi64>)
  %ids = tensor.extract_slice %top#1[0, 0] [4, 2] [1, 1] : tensor<4x6xi64> to tensor<4x2xi64>
  %w_init = tensor.empty() : tensor<4x2xf32>
  %w = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%ids : tensor<4x2xi64>) outs(%w_init : tensor<4x2xf32>) {
  ^bb0(%id: i64, %o: f32):
    %t = linalg.index 0 : index
    %e = arith.index_cast %id : i64 to index
    %v = tensor.extract %score[%t, %e] : tensor<4x6xf32>
    linalg.yield %v : f32
  } -> tensor<4x2xf32>
  return %w, %ids : tensor<4x2xf32>, tensor<4x2xi64>
}

// -----

#id = affine_map<(t, e) -> (t, e)>
#expert = affine_map<(t, e) -> (e)>
#id3 = affine_map<(t, g, s) -> (t, g, s)>
#group = affine_map<(t, g, s) -> (t, g)>
#u = affine_map<(u) -> (u)>

// Five experts of two groups of two: some are masked ones.
// CHECK-LABEL: func.func @few_experts(
// CHECK:         "tm_tensor.scatter"
// CHECK:         moe.gate %{{[0-9]+}} <identity, top_k<5>>
func.func @few_experts(%z: tensor<4x6xf32>, %bias: tensor<6xf32>, %other: tensor<4x6xf32>) -> (tensor<4x5xf32>, tensor<4x5xi64>) {
  %one = arith.constant 1.0 : f32
  %zero = arith.constant 0.0 : f32
  %minf = arith.constant 0xFF800000 : f32
  %init = tensor.empty() : tensor<4x6xf32>
  %score = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%z : tensor<4x6xf32>) outs(%init : tensor<4x6xf32>) {
  ^bb0(%a: f32, %o: f32):
    %n = arith.negf %a : f32
    %x = math.exp %n : f32
    %d = arith.addf %x, %one : f32
    %s = arith.divf %one, %d : f32
    linalg.yield %s : f32
  } -> tensor<4x6xf32>
  %key = linalg.generic {indexing_maps = [#id, #expert, #id], iterator_types = ["parallel", "parallel"]}
      ins(%score, %bias : tensor<4x6xf32>, tensor<6xf32>) outs(%init : tensor<4x6xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %s = arith.addf %a, %b : f32
    linalg.yield %s : f32
  } -> tensor<4x6xf32>
  %split = tensor.expand_shape %key [[0], [1, 2]] output_shape [4, 3, 2] : tensor<4x6xf32> into tensor<4x3x2xf32>
  %gv_init = tensor.empty() : tensor<4x3xf32>
  %gv_fill = linalg.fill ins(%minf : f32) outs(%gv_init : tensor<4x3xf32>) -> tensor<4x3xf32>
  %value = linalg.generic {indexing_maps = [#id3, #group], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%split : tensor<4x3x2xf32>) outs(%gv_fill : tensor<4x3xf32>) {
  ^bb0(%a: f32, %o: f32):
    %m = arith.maximumf %a, %o : f32
    linalg.yield %m : f32
  } -> tensor<4x3xf32>
  %best_init = tensor.empty() : tensor<4x3xi64>
  %best_index = linalg.generic {indexing_maps = [#id], iterator_types = ["parallel", "parallel"]}
      outs(%best_init : tensor<4x3xi64>) {
  ^bb0(%o: i64):
    %i = linalg.index 1 : index
    %c = arith.index_cast %i : index to i64
    linalg.yield %c : i64
  } -> tensor<4x3xi64>
  // expected-remark@below {{RaiseGating | Category:moe | k=2}}
  %best:2 = "tm_tensor.sort"(%value, %best_index) <{dimension = 1 : i64}> ({
  ^bb0(%a: f32, %b: f32, %i: i64, %j: i64):
    %c = arith.cmpf oge, %a, %b : f32
    "tm_tensor.yield"(%c) : (i1) -> ()
  }) : (tensor<4x3xf32>, tensor<4x3xi64>) -> (tensor<4x3xf32>, tensor<4x3xi64>)
  %groups = tensor.extract_slice %best#1[0, 0] [4, 2] [1, 1] : tensor<4x3xi64> to tensor<4x2xi64>
  %u_init = tensor.empty() : tensor<8xf32>
  %i_init = tensor.empty() : tensor<8x1xi64>
  %updates:3 = linalg.generic {indexing_maps = [affine_map<(u) -> (u, 0)>, affine_map<(u) -> (u, 0)>, #u], iterator_types = ["parallel"]}
      outs(%i_init, %i_init, %u_init : tensor<8x1xi64>, tensor<8x1xi64>, tensor<8xf32>) {
  ^bb0(%o0: i64, %o1: i64, %o2: f32):
    %c2 = arith.constant 2 : index
    %u = linalg.index 0 : index
    %t = arith.divsi %u, %c2 : index
    %j = arith.remsi %u, %c2 : index
    %g = tensor.extract %groups[%t, %j] : tensor<4x2xi64>
    %row = arith.index_cast %t : index to i64
    linalg.yield %row, %g, %one : i64, i64, f32
  } -> (tensor<8x1xi64>, tensor<8x1xi64>, tensor<8xf32>)
  %at = tensor.empty() : tensor<8x2xi64>
  %at0 = tensor.insert_slice %updates#0 into %at[0, 0] [8, 1] [1, 1] : tensor<8x1xi64> into tensor<8x2xi64>
  %at1 = tensor.insert_slice %updates#1 into %at0[0, 1] [8, 1] [1, 1] : tensor<8x1xi64> into tensor<8x2xi64>
  %none = arith.constant dense<0.0> : tensor<4x3xf32>
  %mask = "tm_tensor.scatter"(%updates#2, %at1, %none) <{dimension_map = array<i64: 0, 1>}> ({
  ^bb0(%a: f32, %b: f32):
    "tm_tensor.yield"(%a) : (f32) -> ()
  }) : (tensor<8xf32>, tensor<8x2xi64>, tensor<4x3xf32>) -> tensor<4x3xf32>
  %wide_init = tensor.empty() : tensor<4x3x2xf32>
  %wide = linalg.generic {indexing_maps = [#group, #id3], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%mask : tensor<4x3xf32>) outs(%wide_init : tensor<4x3x2xf32>) {
  ^bb0(%a: f32, %o: f32):
    linalg.yield %a : f32
  } -> tensor<4x3x2xf32>
  %flags = tensor.collapse_shape %wide [[0], [1, 2]] : tensor<4x3x2xf32> into tensor<4x6xf32>
  %masked = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%flags, %key : tensor<4x6xf32>, tensor<4x6xf32>) outs(%init : tensor<4x6xf32>) {
  ^bb0(%f: f32, %a: f32, %o: f32):
    %in = arith.cmpf une, %f, %zero : f32
    %r = arith.select %in, %a, %minf : f32
    linalg.yield %r : f32
  } -> tensor<4x6xf32>
  %top_init = tensor.empty() : tensor<4x6xi64>
  %top_index = linalg.generic {indexing_maps = [#id], iterator_types = ["parallel", "parallel"]}
      outs(%top_init : tensor<4x6xi64>) {
  ^bb0(%o: i64):
    %i = linalg.index 1 : index
    %c = arith.index_cast %i : index to i64
    linalg.yield %c : i64
  } -> tensor<4x6xi64>
  // expected-remark@below {{RaiseGating | Category:moe | k=5}}
  // expected-remark@below {{RaiseGating | Category:moe | Reason="the kept groups have fewer than k experts"}}
  %top:2 = "tm_tensor.sort"(%masked, %top_index) <{dimension = 1 : i64}> ({
  ^bb0(%a: f32, %b: f32, %i: i64, %j: i64):
    %c = arith.cmpf oge, %a, %b : f32
    "tm_tensor.yield"(%c) : (i1) -> ()
  }) : (tensor<4x6xf32>, tensor<4x6xi64>) -> (tensor<4x6xf32>, tensor<4x6xi64>)
  %ids = tensor.extract_slice %top#1[0, 0] [4, 5] [1, 1] : tensor<4x6xi64> to tensor<4x5xi64>
  %w_init = tensor.empty() : tensor<4x5xf32>
  %w = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%ids : tensor<4x5xi64>) outs(%w_init : tensor<4x5xf32>) {
  ^bb0(%id: i64, %o: f32):
    %t = linalg.index 0 : index
    %e = arith.index_cast %id : i64 to index
    %v = tensor.extract %score[%t, %e] : tensor<4x6xf32>
    linalg.yield %v : f32
  } -> tensor<4x5xf32>
  return %w, %ids : tensor<4x5xf32>, tensor<4x5xi64>
}
