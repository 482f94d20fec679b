// RUN: moe-opt %s --moe-eliminate-zero-gates=assume-finite --canonicalize --split-input-file --remarks-filter='moe.*' --remark-policy=all --verify-diagnostics | FileCheck %s

// Rows are moved to places of experts by a product with a mask [T,E,C] and back
// by a product with weights.

#te = affine_map<(t, e) -> (t, e)>
#t = affine_map<(t, e) -> (t)>
#se = affine_map<(t, e, s) -> (s, e)>
#tes = affine_map<(t, e, s) -> (t, e)>
#tec = affine_map<(t, e, c) -> (t, e, c)>
#tec_te = affine_map<(t, e, c) -> (t, e)>
#gather_m = affine_map<(e, c, d, t) -> (t, e, c)>
#gather_x = affine_map<(e, c, d, t) -> (t, d)>
#gather_r = affine_map<(e, c, d, t) -> (e, c, d)>
#mm_h = affine_map<(e, c, n, d) -> (e, c, d)>
#mm_w = affine_map<(e, c, n, d) -> (e, d, n)>
#mm_y = affine_map<(e, c, n, d) -> (e, c, n)>
#sum_m = affine_map<(t, n, e, c) -> (t, e, c)>
#sum_y = affine_map<(t, n, e, c) -> (e, c, n)>
#sum_o = affine_map<(t, n, e, c) -> (t, n)>

// One choice; its place is the number of tokens in front of it.
// CHECK-LABEL: func.func @one_choice(
// CHECK-NOT:     4x5x
// CHECK-DAG:     %[[CAPACITY:.*]] = arith.constant 5 : index
// CHECK:         moe.dispatch %arg0 to %{{.*}} capacity(%[[CAPACITY]]) : tensor<?x6xf32> to tensor<?x1xi32>
// CHECK:         moe.expert
// CHECK:         moe.combine
// CHECK-NOT:     4x5x
func.func @one_choice(%x: tensor<?x6xf32>, %ids: tensor<?xi64>, %g: tensor<?x4xf32>, %param: tensor<4x6x8xf32>) -> tensor<?x8xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %none = arith.constant 0 : i64
  %unit = arith.constant 1 : i64
  %t = tensor.dim %x, %c0 : tensor<?x6xf32>
  %te_i = tensor.empty(%t) : tensor<?x4xi64>
  %te_f = linalg.fill ins(%none : i64) outs(%te_i : tensor<?x4xi64>) -> tensor<?x4xi64>
  %tec_e = tensor.empty(%t) : tensor<?x4x5xf32>
  %m = linalg.generic {indexing_maps = [#t, #te], iterator_types = ["parallel", "parallel"]} ins(%ids : tensor<?xi64>) outs(%te_i : tensor<?x4xi64>) {
  ^bb0(%a: i64, %o: i64):
    %i = linalg.index 1 : index
    %j = arith.index_cast %i : index to i64
    %h = arith.cmpi eq, %a, %j : i64
    %r = arith.extui %h : i1 to i64
    linalg.yield %r : i64
  } -> tensor<?x4xi64>
  %n = linalg.generic {indexing_maps = [#se, #tes], iterator_types = ["parallel", "parallel", "reduction"]} ins(%m : tensor<?x4xi64>) outs(%te_f : tensor<?x4xi64>) {
  ^bb0(%a: i64, %o: i64):
    %i = linalg.index 0 : index
    %j = linalg.index 2 : index
    %h = arith.cmpi sle, %j, %i : index
    %s = arith.select %h, %a, %none : i64
    %r = arith.addi %o, %s : i64
    linalg.yield %r : i64
  } -> tensor<?x4xi64>
  %mask = linalg.generic {indexing_maps = [#tec_te, #tec_te, #tec], iterator_types = ["parallel", "parallel", "parallel"]} ins(%m, %n : tensor<?x4xi64>, tensor<?x4xi64>) outs(%tec_e : tensor<?x4x5xf32>) {
  ^bb0(%a: i64, %b: i64, %o: f32):
    %i = linalg.index 2 : index
    %j = arith.index_cast %i : index to i64
    %p = arith.subi %b, %unit : i64
    %h = arith.cmpi eq, %p, %j : i64
    %k = arith.sitofp %a : i64 to f32
    %r = arith.select %h, %k, %zero : f32
    linalg.yield %r : f32
  } -> tensor<?x4x5xf32>
  %w = linalg.generic {indexing_maps = [#tec, #tec_te, #tec], iterator_types = ["parallel", "parallel", "parallel"]} ins(%mask, %g : tensor<?x4x5xf32>, tensor<?x4xf32>) outs(%tec_e : tensor<?x4x5xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.mulf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<?x4x5xf32>
  %re = tensor.empty() : tensor<4x5x6xf32>
  %rf = linalg.fill ins(%zero : f32) outs(%re : tensor<4x5x6xf32>) -> tensor<4x5x6xf32>
  %rows = linalg.generic {indexing_maps = [#gather_m, #gather_x, #gather_r], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%mask, %x : tensor<?x4x5xf32>, tensor<?x6xf32>) outs(%rf : tensor<4x5x6xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %q = arith.mulf %a, %b : f32
    %r = arith.addf %o, %q : f32
    linalg.yield %r : f32
  } -> tensor<4x5x6xf32>
  %he = tensor.empty() : tensor<4x5x8xf32>
  %hf = linalg.fill ins(%zero : f32) outs(%he : tensor<4x5x8xf32>) -> tensor<4x5x8xf32>
  %y = linalg.batch_matmul ins(%rows, %param : tensor<4x5x6xf32>, tensor<4x6x8xf32>) outs(%hf : tensor<4x5x8xf32>) -> tensor<4x5x8xf32>
  %se = tensor.empty(%t) : tensor<?x8xf32>
  %sf = linalg.fill ins(%zero : f32) outs(%se : tensor<?x8xf32>) -> tensor<?x8xf32>
  // expected-remark @+1 {{RaiseEinsums}}
  %sum = linalg.generic {indexing_maps = [#sum_m, #sum_y, #sum_o], iterator_types = ["parallel", "parallel", "reduction", "reduction"]} ins(%w, %y : tensor<?x4x5xf32>, tensor<4x5x8xf32>) outs(%sf : tensor<?x8xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %q = arith.mulf %a, %b : f32
    %r = arith.addf %o, %q : f32
    linalg.yield %r : f32
  } -> tensor<?x8xf32>
  return %sum : tensor<?x8xf32>
}

// -----

#te = affine_map<(t, e) -> (t, e)>
#t = affine_map<(t, e) -> (t)>
#se = affine_map<(t, e, s) -> (s, e)>
#tes = affine_map<(t, e, s) -> (t, e)>
#tec = affine_map<(t, e, c) -> (t, e, c)>
#tec_te = affine_map<(t, e, c) -> (t, e)>
#gather_m = affine_map<(e, c, d, t) -> (t, e, c)>
#gather_x = affine_map<(e, c, d, t) -> (t, d)>
#gather_r = affine_map<(e, c, d, t) -> (e, c, d)>
#mm_h = affine_map<(e, c, n, d) -> (e, c, d)>
#mm_w = affine_map<(e, c, n, d) -> (e, d, n)>
#mm_y = affine_map<(e, c, n, d) -> (e, c, n)>
#sum_m = affine_map<(t, n, e, c) -> (t, e, c)>
#sum_y = affine_map<(t, n, e, c) -> (e, c, n)>
#sum_o = affine_map<(t, n, e, c) -> (t, n)>

// Second choices come after all first choices.
// CHECK-LABEL: func.func @two_choices(
// CHECK-NOT:     4x5x
// CHECK-DAG:     %[[CAPACITY:.*]] = arith.constant 5 : index
// CHECK:         moe.dispatch %arg0 to %{{.*}} capacity(%[[CAPACITY]]) priority(choice_major) : tensor<?x6xf32> to tensor<?x2xi32>
// CHECK:         moe.expert
// CHECK:         moe.combine
// CHECK-NOT:     4x5x
func.func @two_choices(%x: tensor<?x6xf32>, %ids: tensor<?xi64>, %second: tensor<?xi64>, %g: tensor<?x4xf32>, %param: tensor<4x6x8xf32>) -> tensor<?x8xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %none = arith.constant 0 : i64
  %unit = arith.constant 1 : i64
  %t = tensor.dim %x, %c0 : tensor<?x6xf32>
  %te_i = tensor.empty(%t) : tensor<?x4xi64>
  %te_f = linalg.fill ins(%none : i64) outs(%te_i : tensor<?x4xi64>) -> tensor<?x4xi64>
  %tec_e = tensor.empty(%t) : tensor<?x4x5xf32>
  %m = linalg.generic {indexing_maps = [#t, #te], iterator_types = ["parallel", "parallel"]} ins(%ids : tensor<?xi64>) outs(%te_i : tensor<?x4xi64>) {
  ^bb0(%a: i64, %o: i64):
    %i = linalg.index 1 : index
    %j = arith.index_cast %i : index to i64
    %h = arith.cmpi eq, %a, %j : i64
    %r = arith.extui %h : i1 to i64
    linalg.yield %r : i64
  } -> tensor<?x4xi64>
  %n = linalg.generic {indexing_maps = [#se, #tes], iterator_types = ["parallel", "parallel", "reduction"]} ins(%m : tensor<?x4xi64>) outs(%te_f : tensor<?x4xi64>) {
  ^bb0(%a: i64, %o: i64):
    %i = linalg.index 0 : index
    %j = linalg.index 2 : index
    %h = arith.cmpi sle, %j, %i : index
    %s = arith.select %h, %a, %none : i64
    %r = arith.addi %o, %s : i64
    linalg.yield %r : i64
  } -> tensor<?x4xi64>
  %mask = linalg.generic {indexing_maps = [#tec_te, #tec_te, #tec], iterator_types = ["parallel", "parallel", "parallel"]} ins(%m, %n : tensor<?x4xi64>, tensor<?x4xi64>) outs(%tec_e : tensor<?x4x5xf32>) {
  ^bb0(%a: i64, %b: i64, %o: f32):
    %i = linalg.index 2 : index
    %j = arith.index_cast %i : index to i64
    %p = arith.subi %b, %unit : i64
    %h = arith.cmpi eq, %p, %j : i64
    %k = arith.sitofp %a : i64 to f32
    %r = arith.select %h, %k, %zero : f32
    linalg.yield %r : f32
  } -> tensor<?x4x5xf32>
  %m2 = linalg.generic {indexing_maps = [#t, #te], iterator_types = ["parallel", "parallel"]} ins(%second : tensor<?xi64>) outs(%te_i : tensor<?x4xi64>) {
  ^bb0(%a: i64, %o: i64):
    %i = linalg.index 1 : index
    %j = arith.index_cast %i : index to i64
    %h = arith.cmpi eq, %a, %j : i64
    %r = arith.extui %h : i1 to i64
    linalg.yield %r : i64
  } -> tensor<?x4xi64>
  %n0 = linalg.generic {indexing_maps = [#se, #tes], iterator_types = ["parallel", "parallel", "reduction"]} ins(%m2 : tensor<?x4xi64>) outs(%te_f : tensor<?x4xi64>) {
  ^bb0(%a: i64, %o: i64):
    %i = linalg.index 0 : index
    %j = linalg.index 2 : index
    %h = arith.cmpi sle, %j, %i : index
    %s = arith.select %h, %a, %none : i64
    %r = arith.addi %o, %s : i64
    linalg.yield %r : i64
  } -> tensor<?x4xi64>
  %ce = tensor.empty() : tensor<4xi64>
  %cf = linalg.fill ins(%none : i64) outs(%ce : tensor<4xi64>) -> tensor<4xi64>
  %all = linalg.reduce ins(%m : tensor<?x4xi64>) outs(%cf : tensor<4xi64>) dimensions = [0] (%a: i64, %o: i64) {
    %r = arith.addi %o, %a : i64
    linalg.yield %r : i64
  }
  %n2 = linalg.generic {indexing_maps = [#te, affine_map<(t, e) -> (e)>, #te], iterator_types = ["parallel", "parallel"]} ins(%n0, %all : tensor<?x4xi64>, tensor<4xi64>) outs(%te_i : tensor<?x4xi64>) {
  ^bb0(%a: i64, %b: i64, %o: i64):
    %r = arith.addi %a, %b : i64
    linalg.yield %r : i64
  } -> tensor<?x4xi64>
  %mask2 = linalg.generic {indexing_maps = [#tec_te, #tec_te, #tec], iterator_types = ["parallel", "parallel", "parallel"]} ins(%m2, %n2 : tensor<?x4xi64>, tensor<?x4xi64>) outs(%tec_e : tensor<?x4x5xf32>) {
  ^bb0(%a: i64, %b: i64, %o: f32):
    %i = linalg.index 2 : index
    %j = arith.index_cast %i : index to i64
    %p = arith.subi %b, %unit : i64
    %h = arith.cmpi eq, %p, %j : i64
    %k = arith.sitofp %a : i64 to f32
    %r = arith.select %h, %k, %zero : f32
    linalg.yield %r : f32
  } -> tensor<?x4x5xf32>
  %both = linalg.generic {indexing_maps = [#tec, #tec, #tec], iterator_types = ["parallel", "parallel", "parallel"]} ins(%mask, %mask2 : tensor<?x4x5xf32>, tensor<?x4x5xf32>) outs(%tec_e : tensor<?x4x5xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.addf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<?x4x5xf32>
  %w1 = linalg.generic {indexing_maps = [#tec, #tec_te, #tec], iterator_types = ["parallel", "parallel", "parallel"]} ins(%mask, %g : tensor<?x4x5xf32>, tensor<?x4xf32>) outs(%tec_e : tensor<?x4x5xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.mulf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<?x4x5xf32>
  %w2 = linalg.generic {indexing_maps = [#tec, #tec_te, #tec], iterator_types = ["parallel", "parallel", "parallel"]} ins(%mask2, %g : tensor<?x4x5xf32>, tensor<?x4xf32>) outs(%tec_e : tensor<?x4x5xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.mulf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<?x4x5xf32>
  %w = linalg.generic {indexing_maps = [#tec, #tec, #tec], iterator_types = ["parallel", "parallel", "parallel"]} ins(%w1, %w2 : tensor<?x4x5xf32>, tensor<?x4x5xf32>) outs(%tec_e : tensor<?x4x5xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.addf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<?x4x5xf32>
  %re = tensor.empty() : tensor<4x5x6xf32>
  %rf = linalg.fill ins(%zero : f32) outs(%re : tensor<4x5x6xf32>) -> tensor<4x5x6xf32>
  %rows = linalg.generic {indexing_maps = [#gather_m, #gather_x, #gather_r], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%both, %x : tensor<?x4x5xf32>, tensor<?x6xf32>) outs(%rf : tensor<4x5x6xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %q = arith.mulf %a, %b : f32
    %r = arith.addf %o, %q : f32
    linalg.yield %r : f32
  } -> tensor<4x5x6xf32>
  %he = tensor.empty() : tensor<4x5x8xf32>
  %hf = linalg.fill ins(%zero : f32) outs(%he : tensor<4x5x8xf32>) -> tensor<4x5x8xf32>
  %y = linalg.batch_matmul ins(%rows, %param : tensor<4x5x6xf32>, tensor<4x6x8xf32>) outs(%hf : tensor<4x5x8xf32>) -> tensor<4x5x8xf32>
  %se = tensor.empty(%t) : tensor<?x8xf32>
  %sf = linalg.fill ins(%zero : f32) outs(%se : tensor<?x8xf32>) -> tensor<?x8xf32>
  // expected-remark @+1 {{RaiseEinsums}}
  %sum = linalg.generic {indexing_maps = [#sum_m, #sum_y, #sum_o], iterator_types = ["parallel", "parallel", "reduction", "reduction"]} ins(%w, %y : tensor<?x4x5xf32>, tensor<4x5x8xf32>) outs(%sf : tensor<?x8xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %q = arith.mulf %a, %b : f32
    %r = arith.addf %o, %q : f32
    linalg.yield %r : f32
  } -> tensor<?x8xf32>
  return %sum : tensor<?x8xf32>
}

// -----

#te = affine_map<(t, e) -> (t, e)>
#t = affine_map<(t, e) -> (t)>
#se = affine_map<(t, e, s) -> (s, e)>
#tes = affine_map<(t, e, s) -> (t, e)>
#tec = affine_map<(t, e, c) -> (t, e, c)>
#tec_te = affine_map<(t, e, c) -> (t, e)>
#gather_m = affine_map<(e, c, d, t) -> (t, e, c)>
#gather_x = affine_map<(e, c, d, t) -> (t, d)>
#gather_r = affine_map<(e, c, d, t) -> (e, c, d)>
#mm_h = affine_map<(e, c, n, d) -> (e, c, d)>
#mm_w = affine_map<(e, c, n, d) -> (e, d, n)>
#mm_y = affine_map<(e, c, n, d) -> (e, c, n)>
#sum_m = affine_map<(t, n, e, c) -> (t, e, c)>
#sum_y = affine_map<(t, n, e, c) -> (e, c, n)>
#sum_o = affine_map<(t, n, e, c) -> (t, n)>

// The twin: second choices take places of first choices.
// CHECK-LABEL: func.func @same_places(
// CHECK-NOT:     moe.
// CHECK:         return
func.func @same_places(%x: tensor<?x6xf32>, %ids: tensor<?xi64>, %second: tensor<?xi64>, %g: tensor<?x4xf32>, %param: tensor<4x6x8xf32>) -> tensor<?x8xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %none = arith.constant 0 : i64
  %unit = arith.constant 1 : i64
  %t = tensor.dim %x, %c0 : tensor<?x6xf32>
  %te_i = tensor.empty(%t) : tensor<?x4xi64>
  %te_f = linalg.fill ins(%none : i64) outs(%te_i : tensor<?x4xi64>) -> tensor<?x4xi64>
  %tec_e = tensor.empty(%t) : tensor<?x4x5xf32>
  %m = linalg.generic {indexing_maps = [#t, #te], iterator_types = ["parallel", "parallel"]} ins(%ids : tensor<?xi64>) outs(%te_i : tensor<?x4xi64>) {
  ^bb0(%a: i64, %o: i64):
    %i = linalg.index 1 : index
    %j = arith.index_cast %i : index to i64
    %h = arith.cmpi eq, %a, %j : i64
    %r = arith.extui %h : i1 to i64
    linalg.yield %r : i64
  } -> tensor<?x4xi64>
  %n = linalg.generic {indexing_maps = [#se, #tes], iterator_types = ["parallel", "parallel", "reduction"]} ins(%m : tensor<?x4xi64>) outs(%te_f : tensor<?x4xi64>) {
  ^bb0(%a: i64, %o: i64):
    %i = linalg.index 0 : index
    %j = linalg.index 2 : index
    %h = arith.cmpi sle, %j, %i : index
    %s = arith.select %h, %a, %none : i64
    %r = arith.addi %o, %s : i64
    linalg.yield %r : i64
  } -> tensor<?x4xi64>
  %mask = linalg.generic {indexing_maps = [#tec_te, #tec_te, #tec], iterator_types = ["parallel", "parallel", "parallel"]} ins(%m, %n : tensor<?x4xi64>, tensor<?x4xi64>) outs(%tec_e : tensor<?x4x5xf32>) {
  ^bb0(%a: i64, %b: i64, %o: f32):
    %i = linalg.index 2 : index
    %j = arith.index_cast %i : index to i64
    %p = arith.subi %b, %unit : i64
    %h = arith.cmpi eq, %p, %j : i64
    %k = arith.sitofp %a : i64 to f32
    %r = arith.select %h, %k, %zero : f32
    linalg.yield %r : f32
  } -> tensor<?x4x5xf32>
  %m2 = linalg.generic {indexing_maps = [#t, #te], iterator_types = ["parallel", "parallel"]} ins(%second : tensor<?xi64>) outs(%te_i : tensor<?x4xi64>) {
  ^bb0(%a: i64, %o: i64):
    %i = linalg.index 1 : index
    %j = arith.index_cast %i : index to i64
    %h = arith.cmpi eq, %a, %j : i64
    %r = arith.extui %h : i1 to i64
    linalg.yield %r : i64
  } -> tensor<?x4xi64>
  %n0 = linalg.generic {indexing_maps = [#se, #tes], iterator_types = ["parallel", "parallel", "reduction"]} ins(%m2 : tensor<?x4xi64>) outs(%te_f : tensor<?x4xi64>) {
  ^bb0(%a: i64, %o: i64):
    %i = linalg.index 0 : index
    %j = linalg.index 2 : index
    %h = arith.cmpi sle, %j, %i : index
    %s = arith.select %h, %a, %none : i64
    %r = arith.addi %o, %s : i64
    linalg.yield %r : i64
  } -> tensor<?x4xi64>
  %ce = tensor.empty() : tensor<4xi64>
  %cf = linalg.fill ins(%none : i64) outs(%ce : tensor<4xi64>) -> tensor<4xi64>
  %zeros = linalg.fill ins(%none : i64) outs(%ce : tensor<4xi64>) -> tensor<4xi64>
  %all = linalg.reduce ins(%m : tensor<?x4xi64>) outs(%cf : tensor<4xi64>) dimensions = [0] (%a: i64, %o: i64) {
    %r = arith.addi %o, %a : i64
    linalg.yield %r : i64
  }
  %n2 = linalg.generic {indexing_maps = [#te, affine_map<(t, e) -> (e)>, #te], iterator_types = ["parallel", "parallel"]} ins(%n0, %zeros : tensor<?x4xi64>, tensor<4xi64>) outs(%te_i : tensor<?x4xi64>) {
  ^bb0(%a: i64, %b: i64, %o: i64):
    %r = arith.addi %a, %b : i64
    linalg.yield %r : i64
  } -> tensor<?x4xi64>
  %mask2 = linalg.generic {indexing_maps = [#tec_te, #tec_te, #tec], iterator_types = ["parallel", "parallel", "parallel"]} ins(%m2, %n2 : tensor<?x4xi64>, tensor<?x4xi64>) outs(%tec_e : tensor<?x4x5xf32>) {
  ^bb0(%a: i64, %b: i64, %o: f32):
    %i = linalg.index 2 : index
    %j = arith.index_cast %i : index to i64
    %p = arith.subi %b, %unit : i64
    %h = arith.cmpi eq, %p, %j : i64
    %k = arith.sitofp %a : i64 to f32
    %r = arith.select %h, %k, %zero : f32
    linalg.yield %r : f32
  } -> tensor<?x4x5xf32>
  %both = linalg.generic {indexing_maps = [#tec, #tec, #tec], iterator_types = ["parallel", "parallel", "parallel"]} ins(%mask, %mask2 : tensor<?x4x5xf32>, tensor<?x4x5xf32>) outs(%tec_e : tensor<?x4x5xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.addf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<?x4x5xf32>
  %w1 = linalg.generic {indexing_maps = [#tec, #tec_te, #tec], iterator_types = ["parallel", "parallel", "parallel"]} ins(%mask, %g : tensor<?x4x5xf32>, tensor<?x4xf32>) outs(%tec_e : tensor<?x4x5xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.mulf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<?x4x5xf32>
  %w2 = linalg.generic {indexing_maps = [#tec, #tec_te, #tec], iterator_types = ["parallel", "parallel", "parallel"]} ins(%mask2, %g : tensor<?x4x5xf32>, tensor<?x4xf32>) outs(%tec_e : tensor<?x4x5xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.mulf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<?x4x5xf32>
  %w = linalg.generic {indexing_maps = [#tec, #tec, #tec], iterator_types = ["parallel", "parallel", "parallel"]} ins(%w1, %w2 : tensor<?x4x5xf32>, tensor<?x4x5xf32>) outs(%tec_e : tensor<?x4x5xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.addf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<?x4x5xf32>
  %re = tensor.empty() : tensor<4x5x6xf32>
  %rf = linalg.fill ins(%zero : f32) outs(%re : tensor<4x5x6xf32>) -> tensor<4x5x6xf32>
  %rows = linalg.generic {indexing_maps = [#gather_m, #gather_x, #gather_r], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%both, %x : tensor<?x4x5xf32>, tensor<?x6xf32>) outs(%rf : tensor<4x5x6xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %q = arith.mulf %a, %b : f32
    %r = arith.addf %o, %q : f32
    linalg.yield %r : f32
  } -> tensor<4x5x6xf32>
  %he = tensor.empty() : tensor<4x5x8xf32>
  %hf = linalg.fill ins(%zero : f32) outs(%he : tensor<4x5x8xf32>) -> tensor<4x5x8xf32>
  %y = linalg.batch_matmul ins(%rows, %param : tensor<4x5x6xf32>, tensor<4x6x8xf32>) outs(%hf : tensor<4x5x8xf32>) -> tensor<4x5x8xf32>
  %se = tensor.empty(%t) : tensor<?x8xf32>
  %sf = linalg.fill ins(%zero : f32) outs(%se : tensor<?x8xf32>) -> tensor<?x8xf32>
  // expected-remark @+1 {{positions of two choices are not provably distinct}}
  %sum = linalg.generic {indexing_maps = [#sum_m, #sum_y, #sum_o], iterator_types = ["parallel", "parallel", "reduction", "reduction"]} ins(%w, %y : tensor<?x4x5xf32>, tensor<4x5x8xf32>) outs(%sf : tensor<?x8xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %q = arith.mulf %a, %b : f32
    %r = arith.addf %o, %q : f32
    linalg.yield %r : f32
  } -> tensor<?x8xf32>
  return %sum : tensor<?x8xf32>
}

// -----

#te = affine_map<(t, e) -> (t, e)>
#t = affine_map<(t, e) -> (t)>
#se = affine_map<(t, e, s) -> (s, e)>
#tes = affine_map<(t, e, s) -> (t, e)>
#tec = affine_map<(t, e, c) -> (t, e, c)>
#tec_te = affine_map<(t, e, c) -> (t, e)>
#gather_m = affine_map<(e, c, d, t) -> (t, e, c)>
#gather_x = affine_map<(e, c, d, t) -> (t, d)>
#gather_r = affine_map<(e, c, d, t) -> (e, c, d)>
#mm_h = affine_map<(e, c, n, d) -> (e, c, d)>
#mm_w = affine_map<(e, c, n, d) -> (e, d, n)>
#mm_y = affine_map<(e, c, n, d) -> (e, c, n)>
#sum_m = affine_map<(t, n, e, c) -> (t, e, c)>
#sum_y = affine_map<(t, n, e, c) -> (e, c, n)>
#sum_o = affine_map<(t, n, e, c) -> (t, n)>

// The twin that counts the tokens behind.
// CHECK-LABEL: func.func @from_behind(
// CHECK-NOT:     moe.
// CHECK:         return
func.func @from_behind(%x: tensor<?x6xf32>, %ids: tensor<?xi64>, %g: tensor<?x4xf32>, %param: tensor<4x6x8xf32>) -> tensor<?x8xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %none = arith.constant 0 : i64
  %unit = arith.constant 1 : i64
  %t = tensor.dim %x, %c0 : tensor<?x6xf32>
  %te_i = tensor.empty(%t) : tensor<?x4xi64>
  %te_f = linalg.fill ins(%none : i64) outs(%te_i : tensor<?x4xi64>) -> tensor<?x4xi64>
  %tec_e = tensor.empty(%t) : tensor<?x4x5xf32>
  %m = linalg.generic {indexing_maps = [#t, #te], iterator_types = ["parallel", "parallel"]} ins(%ids : tensor<?xi64>) outs(%te_i : tensor<?x4xi64>) {
  ^bb0(%a: i64, %o: i64):
    %i = linalg.index 1 : index
    %j = arith.index_cast %i : index to i64
    %h = arith.cmpi eq, %a, %j : i64
    %r = arith.extui %h : i1 to i64
    linalg.yield %r : i64
  } -> tensor<?x4xi64>
  %n = linalg.generic {indexing_maps = [#se, #tes], iterator_types = ["parallel", "parallel", "reduction"]} ins(%m : tensor<?x4xi64>) outs(%te_f : tensor<?x4xi64>) {
  ^bb0(%a: i64, %o: i64):
    %i = linalg.index 0 : index
    %j = linalg.index 2 : index
    %h = arith.cmpi sge, %j, %i : index
    %s = arith.select %h, %a, %none : i64
    %r = arith.addi %o, %s : i64
    linalg.yield %r : i64
  } -> tensor<?x4xi64>
  %mask = linalg.generic {indexing_maps = [#tec_te, #tec_te, #tec], iterator_types = ["parallel", "parallel", "parallel"]} ins(%m, %n : tensor<?x4xi64>, tensor<?x4xi64>) outs(%tec_e : tensor<?x4x5xf32>) {
  ^bb0(%a: i64, %b: i64, %o: f32):
    %i = linalg.index 2 : index
    %j = arith.index_cast %i : index to i64
    %p = arith.subi %b, %unit : i64
    %h = arith.cmpi eq, %p, %j : i64
    %k = arith.sitofp %a : i64 to f32
    %r = arith.select %h, %k, %zero : f32
    linalg.yield %r : f32
  } -> tensor<?x4x5xf32>
  %w = linalg.generic {indexing_maps = [#tec, #tec_te, #tec], iterator_types = ["parallel", "parallel", "parallel"]} ins(%mask, %g : tensor<?x4x5xf32>, tensor<?x4xf32>) outs(%tec_e : tensor<?x4x5xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.mulf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<?x4x5xf32>
  %re = tensor.empty() : tensor<4x5x6xf32>
  %rf = linalg.fill ins(%zero : f32) outs(%re : tensor<4x5x6xf32>) -> tensor<4x5x6xf32>
  %rows = linalg.generic {indexing_maps = [#gather_m, #gather_x, #gather_r], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%mask, %x : tensor<?x4x5xf32>, tensor<?x6xf32>) outs(%rf : tensor<4x5x6xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %q = arith.mulf %a, %b : f32
    %r = arith.addf %o, %q : f32
    linalg.yield %r : f32
  } -> tensor<4x5x6xf32>
  %he = tensor.empty() : tensor<4x5x8xf32>
  %hf = linalg.fill ins(%zero : f32) outs(%he : tensor<4x5x8xf32>) -> tensor<4x5x8xf32>
  %y = linalg.batch_matmul ins(%rows, %param : tensor<4x5x6xf32>, tensor<4x6x8xf32>) outs(%hf : tensor<4x5x8xf32>) -> tensor<4x5x8xf32>
  %se = tensor.empty(%t) : tensor<?x8xf32>
  %sf = linalg.fill ins(%zero : f32) outs(%se : tensor<?x8xf32>) -> tensor<?x8xf32>
  // expected-remark @+1 {{not counted by a prefix sum}}
  %sum = linalg.generic {indexing_maps = [#sum_m, #sum_y, #sum_o], iterator_types = ["parallel", "parallel", "reduction", "reduction"]} ins(%w, %y : tensor<?x4x5xf32>, tensor<4x5x8xf32>) outs(%sf : tensor<?x8xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %q = arith.mulf %a, %b : f32
    %r = arith.addf %o, %q : f32
    linalg.yield %r : f32
  } -> tensor<?x8xf32>
  return %sum : tensor<?x8xf32>
}

// -----

#te = affine_map<(t, e) -> (t, e)>
#t = affine_map<(t, e) -> (t)>
#se = affine_map<(t, e, s) -> (s, e)>
#tes = affine_map<(t, e, s) -> (t, e)>
#tec = affine_map<(t, e, c) -> (t, e, c)>
#tec_te = affine_map<(t, e, c) -> (t, e)>
#gather_m = affine_map<(e, c, d, t) -> (t, e, c)>
#gather_x = affine_map<(e, c, d, t) -> (t, d)>
#gather_r = affine_map<(e, c, d, t) -> (e, c, d)>
#mm_h = affine_map<(e, c, n, d) -> (e, c, d)>
#mm_w = affine_map<(e, c, n, d) -> (e, d, n)>
#mm_y = affine_map<(e, c, n, d) -> (e, c, n)>
#sum_m = affine_map<(t, n, e, c) -> (t, e, c)>
#sum_y = affine_map<(t, n, e, c) -> (e, c, n)>
#sum_o = affine_map<(t, n, e, c) -> (t, n)>

// The twin whose tokens all stand at the same place.
// CHECK-LABEL: func.func @one_place(
// CHECK-NOT:     moe.
// CHECK:         return
func.func @one_place(%x: tensor<?x6xf32>, %ids: tensor<?xi64>, %g: tensor<?x4xf32>, %param: tensor<4x6x8xf32>) -> tensor<?x8xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %none = arith.constant 0 : i64
  %unit = arith.constant 1 : i64
  %t = tensor.dim %x, %c0 : tensor<?x6xf32>
  %te_i = tensor.empty(%t) : tensor<?x4xi64>
  %te_f = linalg.fill ins(%none : i64) outs(%te_i : tensor<?x4xi64>) -> tensor<?x4xi64>
  %tec_e = tensor.empty(%t) : tensor<?x4x5xf32>
  %m = linalg.generic {indexing_maps = [#t, #te], iterator_types = ["parallel", "parallel"]} ins(%ids : tensor<?xi64>) outs(%te_i : tensor<?x4xi64>) {
  ^bb0(%a: i64, %o: i64):
    %i = linalg.index 1 : index
    %j = arith.index_cast %i : index to i64
    %h = arith.cmpi eq, %a, %j : i64
    %r = arith.extui %h : i1 to i64
    linalg.yield %r : i64
  } -> tensor<?x4xi64>
  %mask = linalg.generic {indexing_maps = [#tec_te, #tec_te, #tec], iterator_types = ["parallel", "parallel", "parallel"]} ins(%m, %m : tensor<?x4xi64>, tensor<?x4xi64>) outs(%tec_e : tensor<?x4x5xf32>) {
  ^bb0(%a: i64, %b: i64, %o: f32):
    %i = linalg.index 2 : index
    %j = arith.index_cast %i : index to i64
    %p = arith.subi %b, %unit : i64
    %h = arith.cmpi eq, %p, %j : i64
    %k = arith.sitofp %a : i64 to f32
    %r = arith.select %h, %k, %zero : f32
    linalg.yield %r : f32
  } -> tensor<?x4x5xf32>
  %w = linalg.generic {indexing_maps = [#tec, #tec_te, #tec], iterator_types = ["parallel", "parallel", "parallel"]} ins(%mask, %g : tensor<?x4x5xf32>, tensor<?x4xf32>) outs(%tec_e : tensor<?x4x5xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.mulf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<?x4x5xf32>
  %re = tensor.empty() : tensor<4x5x6xf32>
  %rf = linalg.fill ins(%zero : f32) outs(%re : tensor<4x5x6xf32>) -> tensor<4x5x6xf32>
  %rows = linalg.generic {indexing_maps = [#gather_m, #gather_x, #gather_r], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%mask, %x : tensor<?x4x5xf32>, tensor<?x6xf32>) outs(%rf : tensor<4x5x6xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %q = arith.mulf %a, %b : f32
    %r = arith.addf %o, %q : f32
    linalg.yield %r : f32
  } -> tensor<4x5x6xf32>
  %he = tensor.empty() : tensor<4x5x8xf32>
  %hf = linalg.fill ins(%zero : f32) outs(%he : tensor<4x5x8xf32>) -> tensor<4x5x8xf32>
  %y = linalg.batch_matmul ins(%rows, %param : tensor<4x5x6xf32>, tensor<4x6x8xf32>) outs(%hf : tensor<4x5x8xf32>) -> tensor<4x5x8xf32>
  %se = tensor.empty(%t) : tensor<?x8xf32>
  %sf = linalg.fill ins(%zero : f32) outs(%se : tensor<?x8xf32>) -> tensor<?x8xf32>
  // expected-remark @+1 {{positions of two choices are not provably distinct}}
  %sum = linalg.generic {indexing_maps = [#sum_m, #sum_y, #sum_o], iterator_types = ["parallel", "parallel", "reduction", "reduction"]} ins(%w, %y : tensor<?x4x5xf32>, tensor<4x5x8xf32>) outs(%sf : tensor<?x8xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %q = arith.mulf %a, %b : f32
    %r = arith.addf %o, %q : f32
    linalg.yield %r : f32
  } -> tensor<?x8xf32>
  return %sum : tensor<?x8xf32>
}

// -----

#te = affine_map<(t, e) -> (t, e)>
#t = affine_map<(t, e) -> (t)>
#se = affine_map<(t, e, s) -> (s, e)>
#tes = affine_map<(t, e, s) -> (t, e)>
#tec = affine_map<(t, e, c) -> (t, e, c)>
#tec_te = affine_map<(t, e, c) -> (t, e)>
#gather_m = affine_map<(e, c, d, t) -> (t, e, c)>
#gather_x = affine_map<(e, c, d, t) -> (t, d)>
#gather_r = affine_map<(e, c, d, t) -> (e, c, d)>
#mm_h = affine_map<(e, c, n, d) -> (e, c, d)>
#mm_w = affine_map<(e, c, n, d) -> (e, d, n)>
#mm_y = affine_map<(e, c, n, d) -> (e, c, n)>
#sum_m = affine_map<(t, n, e, c) -> (t, e, c)>
#sum_y = affine_map<(t, n, e, c) -> (e, c, n)>
#sum_o = affine_map<(t, n, e, c) -> (t, n)>

// The twin that counts choices of other experts.
// CHECK-LABEL: func.func @other_choices(
// CHECK-NOT:     moe.
// CHECK:         return
func.func @other_choices(%x: tensor<?x6xf32>, %ids: tensor<?xi64>, %second: tensor<?xi64>, %g: tensor<?x4xf32>, %param: tensor<4x6x8xf32>) -> tensor<?x8xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %none = arith.constant 0 : i64
  %unit = arith.constant 1 : i64
  %t = tensor.dim %x, %c0 : tensor<?x6xf32>
  %te_i = tensor.empty(%t) : tensor<?x4xi64>
  %te_f = linalg.fill ins(%none : i64) outs(%te_i : tensor<?x4xi64>) -> tensor<?x4xi64>
  %tec_e = tensor.empty(%t) : tensor<?x4x5xf32>
  %m = linalg.generic {indexing_maps = [#t, #te], iterator_types = ["parallel", "parallel"]} ins(%ids : tensor<?xi64>) outs(%te_i : tensor<?x4xi64>) {
  ^bb0(%a: i64, %o: i64):
    %i = linalg.index 1 : index
    %j = arith.index_cast %i : index to i64
    %h = arith.cmpi eq, %a, %j : i64
    %r = arith.extui %h : i1 to i64
    linalg.yield %r : i64
  } -> tensor<?x4xi64>
  %m2 = linalg.generic {indexing_maps = [#t, #te], iterator_types = ["parallel", "parallel"]} ins(%second : tensor<?xi64>) outs(%te_i : tensor<?x4xi64>) {
  ^bb0(%a: i64, %o: i64):
    %i = linalg.index 1 : index
    %j = arith.index_cast %i : index to i64
    %h = arith.cmpi eq, %a, %j : i64
    %r = arith.extui %h : i1 to i64
    linalg.yield %r : i64
  } -> tensor<?x4xi64>
  %n = linalg.generic {indexing_maps = [#se, #tes], iterator_types = ["parallel", "parallel", "reduction"]} ins(%m2 : tensor<?x4xi64>) outs(%te_f : tensor<?x4xi64>) {
  ^bb0(%a: i64, %o: i64):
    %i = linalg.index 0 : index
    %j = linalg.index 2 : index
    %h = arith.cmpi sle, %j, %i : index
    %s = arith.select %h, %a, %none : i64
    %r = arith.addi %o, %s : i64
    linalg.yield %r : i64
  } -> tensor<?x4xi64>
  %mask = linalg.generic {indexing_maps = [#tec_te, #tec_te, #tec], iterator_types = ["parallel", "parallel", "parallel"]} ins(%m, %n : tensor<?x4xi64>, tensor<?x4xi64>) outs(%tec_e : tensor<?x4x5xf32>) {
  ^bb0(%a: i64, %b: i64, %o: f32):
    %i = linalg.index 2 : index
    %j = arith.index_cast %i : index to i64
    %p = arith.subi %b, %unit : i64
    %h = arith.cmpi eq, %p, %j : i64
    %k = arith.sitofp %a : i64 to f32
    %r = arith.select %h, %k, %zero : f32
    linalg.yield %r : f32
  } -> tensor<?x4x5xf32>
  %w = linalg.generic {indexing_maps = [#tec, #tec_te, #tec], iterator_types = ["parallel", "parallel", "parallel"]} ins(%mask, %g : tensor<?x4x5xf32>, tensor<?x4xf32>) outs(%tec_e : tensor<?x4x5xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.mulf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<?x4x5xf32>
  %re = tensor.empty() : tensor<4x5x6xf32>
  %rf = linalg.fill ins(%zero : f32) outs(%re : tensor<4x5x6xf32>) -> tensor<4x5x6xf32>
  %rows = linalg.generic {indexing_maps = [#gather_m, #gather_x, #gather_r], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%mask, %x : tensor<?x4x5xf32>, tensor<?x6xf32>) outs(%rf : tensor<4x5x6xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %q = arith.mulf %a, %b : f32
    %r = arith.addf %o, %q : f32
    linalg.yield %r : f32
  } -> tensor<4x5x6xf32>
  %he = tensor.empty() : tensor<4x5x8xf32>
  %hf = linalg.fill ins(%zero : f32) outs(%he : tensor<4x5x8xf32>) -> tensor<4x5x8xf32>
  %y = linalg.batch_matmul ins(%rows, %param : tensor<4x5x6xf32>, tensor<4x6x8xf32>) outs(%hf : tensor<4x5x8xf32>) -> tensor<4x5x8xf32>
  %se = tensor.empty(%t) : tensor<?x8xf32>
  %sf = linalg.fill ins(%zero : f32) outs(%se : tensor<?x8xf32>) -> tensor<?x8xf32>
  // expected-remark @+1 {{positions of two choices are not provably distinct}}
  %sum = linalg.generic {indexing_maps = [#sum_m, #sum_y, #sum_o], iterator_types = ["parallel", "parallel", "reduction", "reduction"]} ins(%w, %y : tensor<?x4x5xf32>, tensor<4x5x8xf32>) outs(%sf : tensor<?x8xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %q = arith.mulf %a, %b : f32
    %r = arith.addf %o, %q : f32
    linalg.yield %r : f32
  } -> tensor<?x8xf32>
  return %sum : tensor<?x8xf32>
}

// -----

#te = affine_map<(t, e) -> (t, e)>
#t = affine_map<(t, e) -> (t)>
#se = affine_map<(t, e, s) -> (s, e)>
#tes = affine_map<(t, e, s) -> (t, e)>
#tec = affine_map<(t, e, c) -> (t, e, c)>
#tec_te = affine_map<(t, e, c) -> (t, e)>
#gather_m = affine_map<(e, c, d, t) -> (t, e, c)>
#gather_x = affine_map<(e, c, d, t) -> (t, d)>
#gather_r = affine_map<(e, c, d, t) -> (e, c, d)>
#mm_h = affine_map<(e, c, n, d) -> (e, c, d)>
#mm_w = affine_map<(e, c, n, d) -> (e, d, n)>
#mm_y = affine_map<(e, c, n, d) -> (e, c, n)>
#sum_m = affine_map<(t, n, e, c) -> (t, e, c)>
#sum_y = affine_map<(t, n, e, c) -> (e, c, n)>
#sum_o = affine_map<(t, n, e, c) -> (t, n)>

// The twin whose results go to other tokens than the rows come from.
// CHECK-LABEL: func.func @other_tokens(
// CHECK-NOT:     moe.
// CHECK:         return
func.func @other_tokens(%x: tensor<?x6xf32>, %ids: tensor<?xi64>, %second: tensor<?xi64>, %g: tensor<?x4xf32>, %param: tensor<4x6x8xf32>) -> tensor<?x8xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %none = arith.constant 0 : i64
  %unit = arith.constant 1 : i64
  %t = tensor.dim %x, %c0 : tensor<?x6xf32>
  %te_i = tensor.empty(%t) : tensor<?x4xi64>
  %te_f = linalg.fill ins(%none : i64) outs(%te_i : tensor<?x4xi64>) -> tensor<?x4xi64>
  %tec_e = tensor.empty(%t) : tensor<?x4x5xf32>
  %m = linalg.generic {indexing_maps = [#t, #te], iterator_types = ["parallel", "parallel"]} ins(%ids : tensor<?xi64>) outs(%te_i : tensor<?x4xi64>) {
  ^bb0(%a: i64, %o: i64):
    %i = linalg.index 1 : index
    %j = arith.index_cast %i : index to i64
    %h = arith.cmpi eq, %a, %j : i64
    %r = arith.extui %h : i1 to i64
    linalg.yield %r : i64
  } -> tensor<?x4xi64>
  %n = linalg.generic {indexing_maps = [#se, #tes], iterator_types = ["parallel", "parallel", "reduction"]} ins(%m : tensor<?x4xi64>) outs(%te_f : tensor<?x4xi64>) {
  ^bb0(%a: i64, %o: i64):
    %i = linalg.index 0 : index
    %j = linalg.index 2 : index
    %h = arith.cmpi sle, %j, %i : index
    %s = arith.select %h, %a, %none : i64
    %r = arith.addi %o, %s : i64
    linalg.yield %r : i64
  } -> tensor<?x4xi64>
  %mask = linalg.generic {indexing_maps = [#tec_te, #tec_te, #tec], iterator_types = ["parallel", "parallel", "parallel"]} ins(%m, %n : tensor<?x4xi64>, tensor<?x4xi64>) outs(%tec_e : tensor<?x4x5xf32>) {
  ^bb0(%a: i64, %b: i64, %o: f32):
    %i = linalg.index 2 : index
    %j = arith.index_cast %i : index to i64
    %p = arith.subi %b, %unit : i64
    %h = arith.cmpi eq, %p, %j : i64
    %k = arith.sitofp %a : i64 to f32
    %r = arith.select %h, %k, %zero : f32
    linalg.yield %r : f32
  } -> tensor<?x4x5xf32>
  %m2 = linalg.generic {indexing_maps = [#t, #te], iterator_types = ["parallel", "parallel"]} ins(%second : tensor<?xi64>) outs(%te_i : tensor<?x4xi64>) {
  ^bb0(%a: i64, %o: i64):
    %i = linalg.index 1 : index
    %j = arith.index_cast %i : index to i64
    %h = arith.cmpi eq, %a, %j : i64
    %r = arith.extui %h : i1 to i64
    linalg.yield %r : i64
  } -> tensor<?x4xi64>
  %n2 = linalg.generic {indexing_maps = [#se, #tes], iterator_types = ["parallel", "parallel", "reduction"]} ins(%m2 : tensor<?x4xi64>) outs(%te_f : tensor<?x4xi64>) {
  ^bb0(%a: i64, %o: i64):
    %i = linalg.index 0 : index
    %j = linalg.index 2 : index
    %h = arith.cmpi sle, %j, %i : index
    %s = arith.select %h, %a, %none : i64
    %r = arith.addi %o, %s : i64
    linalg.yield %r : i64
  } -> tensor<?x4xi64>
  %mask2 = linalg.generic {indexing_maps = [#tec_te, #tec_te, #tec], iterator_types = ["parallel", "parallel", "parallel"]} ins(%m2, %n2 : tensor<?x4xi64>, tensor<?x4xi64>) outs(%tec_e : tensor<?x4x5xf32>) {
  ^bb0(%a: i64, %b: i64, %o: f32):
    %i = linalg.index 2 : index
    %j = arith.index_cast %i : index to i64
    %p = arith.subi %b, %unit : i64
    %h = arith.cmpi eq, %p, %j : i64
    %k = arith.sitofp %a : i64 to f32
    %r = arith.select %h, %k, %zero : f32
    linalg.yield %r : f32
  } -> tensor<?x4x5xf32>
  %w = linalg.generic {indexing_maps = [#tec, #tec_te, #tec], iterator_types = ["parallel", "parallel", "parallel"]} ins(%mask2, %g : tensor<?x4x5xf32>, tensor<?x4xf32>) outs(%tec_e : tensor<?x4x5xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.mulf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<?x4x5xf32>
  %re = tensor.empty() : tensor<4x5x6xf32>
  %rf = linalg.fill ins(%zero : f32) outs(%re : tensor<4x5x6xf32>) -> tensor<4x5x6xf32>
  %rows = linalg.generic {indexing_maps = [#gather_m, #gather_x, #gather_r], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%mask, %x : tensor<?x4x5xf32>, tensor<?x6xf32>) outs(%rf : tensor<4x5x6xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %q = arith.mulf %a, %b : f32
    %r = arith.addf %o, %q : f32
    linalg.yield %r : f32
  } -> tensor<4x5x6xf32>
  %he = tensor.empty() : tensor<4x5x8xf32>
  %hf = linalg.fill ins(%zero : f32) outs(%he : tensor<4x5x8xf32>) -> tensor<4x5x8xf32>
  %y = linalg.batch_matmul ins(%rows, %param : tensor<4x5x6xf32>, tensor<4x6x8xf32>) outs(%hf : tensor<4x5x8xf32>) -> tensor<4x5x8xf32>
  %se = tensor.empty(%t) : tensor<?x8xf32>
  %sf = linalg.fill ins(%zero : f32) outs(%se : tensor<?x8xf32>) -> tensor<?x8xf32>
  // expected-remark @+1 {{the weights are not zero where the mask is}}
  %sum = linalg.generic {indexing_maps = [#sum_m, #sum_y, #sum_o], iterator_types = ["parallel", "parallel", "reduction", "reduction"]} ins(%w, %y : tensor<?x4x5xf32>, tensor<4x5x8xf32>) outs(%sf : tensor<?x8xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %q = arith.mulf %a, %b : f32
    %r = arith.addf %o, %q : f32
    linalg.yield %r : f32
  } -> tensor<?x8xf32>
  return %sum : tensor<?x8xf32>
}

// -----

#te = affine_map<(t, e) -> (t, e)>
#t = affine_map<(t, e) -> (t)>
#se = affine_map<(t, e, s) -> (s, e)>
#tes = affine_map<(t, e, s) -> (t, e)>
#tec = affine_map<(t, e, c) -> (t, e, c)>
#tec_te = affine_map<(t, e, c) -> (t, e)>
#gather_m = affine_map<(e, c, d, t) -> (t, e, c)>
#gather_x = affine_map<(e, c, d, t) -> (t, d)>
#gather_r = affine_map<(e, c, d, t) -> (e, c, d)>
#mm_h = affine_map<(e, c, n, d) -> (e, c, d)>
#mm_w = affine_map<(e, c, n, d) -> (e, d, n)>
#mm_y = affine_map<(e, c, n, d) -> (e, c, n)>
#sum_m = affine_map<(t, n, e, c) -> (t, e, c)>
#sum_y = affine_map<(t, n, e, c) -> (e, c, n)>
#sum_o = affine_map<(t, n, e, c) -> (t, n)>

// The twin whose counts wrap around after 255 tokens.
// CHECK-LABEL: func.func @wraps(
// CHECK-NOT:     moe.
// CHECK:         return
func.func @wraps(%x: tensor<?x6xf32>, %ids: tensor<?xi64>, %g: tensor<?x4xf32>, %param: tensor<4x6x8xf32>) -> tensor<?x8xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %none = arith.constant 0 : i64
  %unit = arith.constant 1 : i64
  %t = tensor.dim %x, %c0 : tensor<?x6xf32>
  %te_i = tensor.empty(%t) : tensor<?x4xi64>
  %te_f = linalg.fill ins(%none : i64) outs(%te_i : tensor<?x4xi64>) -> tensor<?x4xi64>
  %tec_e = tensor.empty(%t) : tensor<?x4x5xf32>
  %none8 = arith.constant 0 : i8
  %te8 = tensor.empty(%t) : tensor<?x4xi8>
  %tf8 = linalg.fill ins(%none8 : i8) outs(%te8 : tensor<?x4xi8>) -> tensor<?x4xi8>
  %m = linalg.generic {indexing_maps = [#t, #te], iterator_types = ["parallel", "parallel"]} ins(%ids : tensor<?xi64>) outs(%te8 : tensor<?x4xi8>) {
  ^bb0(%a: i64, %o: i8):
    %i = linalg.index 1 : index
    %j = arith.index_cast %i : index to i64
    %h = arith.cmpi eq, %a, %j : i64
    %r = arith.extui %h : i1 to i8
    linalg.yield %r : i8
  } -> tensor<?x4xi8>
  %n = linalg.generic {indexing_maps = [#se, #tes], iterator_types = ["parallel", "parallel", "reduction"]} ins(%m : tensor<?x4xi8>) outs(%tf8 : tensor<?x4xi8>) {
  ^bb0(%a: i8, %o: i8):
    %i = linalg.index 0 : index
    %j = linalg.index 2 : index
    %h = arith.cmpi sle, %j, %i : index
    %s = arith.select %h, %a, %none8 : i8
    %r = arith.addi %o, %s : i8
    linalg.yield %r : i8
  } -> tensor<?x4xi8>
  %mask = linalg.generic {indexing_maps = [#tec_te, #tec_te, #tec], iterator_types = ["parallel", "parallel", "parallel"]} ins(%m, %n : tensor<?x4xi8>, tensor<?x4xi8>) outs(%tec_e : tensor<?x4x5xf32>) {
  ^bb0(%a: i8, %b: i8, %o: f32):
    %i = linalg.index 2 : index
    %j = arith.index_cast %i : index to i64
    %w = arith.extui %b : i8 to i64
    %p = arith.subi %w, %unit : i64
    %h = arith.cmpi eq, %p, %j : i64
    %k = arith.uitofp %a : i8 to f32
    %r = arith.select %h, %k, %zero : f32
    linalg.yield %r : f32
  } -> tensor<?x4x5xf32>
  %w = linalg.generic {indexing_maps = [#tec, #tec_te, #tec], iterator_types = ["parallel", "parallel", "parallel"]} ins(%mask, %g : tensor<?x4x5xf32>, tensor<?x4xf32>) outs(%tec_e : tensor<?x4x5xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.mulf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<?x4x5xf32>
  %re = tensor.empty() : tensor<4x5x6xf32>
  %rf = linalg.fill ins(%zero : f32) outs(%re : tensor<4x5x6xf32>) -> tensor<4x5x6xf32>
  %rows = linalg.generic {indexing_maps = [#gather_m, #gather_x, #gather_r], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%mask, %x : tensor<?x4x5xf32>, tensor<?x6xf32>) outs(%rf : tensor<4x5x6xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %q = arith.mulf %a, %b : f32
    %r = arith.addf %o, %q : f32
    linalg.yield %r : f32
  } -> tensor<4x5x6xf32>
  %he = tensor.empty() : tensor<4x5x8xf32>
  %hf = linalg.fill ins(%zero : f32) outs(%he : tensor<4x5x8xf32>) -> tensor<4x5x8xf32>
  %y = linalg.batch_matmul ins(%rows, %param : tensor<4x5x6xf32>, tensor<4x6x8xf32>) outs(%hf : tensor<4x5x8xf32>) -> tensor<4x5x8xf32>
  %se = tensor.empty(%t) : tensor<?x8xf32>
  %sf = linalg.fill ins(%zero : f32) outs(%se : tensor<?x8xf32>) -> tensor<?x8xf32>
  // expected-remark @+1 {{positions are counted in a type that rounds them}}
  %sum = linalg.generic {indexing_maps = [#sum_m, #sum_y, #sum_o], iterator_types = ["parallel", "parallel", "reduction", "reduction"]} ins(%w, %y : tensor<?x4x5xf32>, tensor<4x5x8xf32>) outs(%sf : tensor<?x8xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %q = arith.mulf %a, %b : f32
    %r = arith.addf %o, %q : f32
    linalg.yield %r : f32
  } -> tensor<?x8xf32>
  return %sum : tensor<?x8xf32>
}

// -----

#te = affine_map<(t, e) -> (t, e)>
#t = affine_map<(t, e) -> (t)>
#se = affine_map<(t, e, s) -> (s, e)>
#tes = affine_map<(t, e, s) -> (t, e)>
#tec = affine_map<(t, e, c) -> (t, e, c)>
#tec_te = affine_map<(t, e, c) -> (t, e)>
#gather_m = affine_map<(e, c, d, t) -> (t, e, c)>
#gather_x = affine_map<(e, c, d, t) -> (t, d)>
#gather_r = affine_map<(e, c, d, t) -> (e, c, d)>
#mm_h = affine_map<(e, c, n, d) -> (e, c, d)>
#mm_w = affine_map<(e, c, n, d) -> (e, d, n)>
#mm_y = affine_map<(e, c, n, d) -> (e, c, n)>
#sum_m = affine_map<(t, n, e, c) -> (t, e, c)>
#sum_y = affine_map<(t, n, e, c) -> (e, c, n)>
#sum_o = affine_map<(t, n, e, c) -> (t, n)>

// The twin that reads empty places.
// CHECK-LABEL: func.func @weights_everywhere(
// CHECK-NOT:     moe.
// CHECK:         return
func.func @weights_everywhere(%x: tensor<?x6xf32>, %ids: tensor<?xi64>, %g: tensor<?x4xf32>, %param: tensor<4x6x8xf32>) -> tensor<?x8xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %none = arith.constant 0 : i64
  %unit = arith.constant 1 : i64
  %t = tensor.dim %x, %c0 : tensor<?x6xf32>
  %te_i = tensor.empty(%t) : tensor<?x4xi64>
  %te_f = linalg.fill ins(%none : i64) outs(%te_i : tensor<?x4xi64>) -> tensor<?x4xi64>
  %tec_e = tensor.empty(%t) : tensor<?x4x5xf32>
  %m = linalg.generic {indexing_maps = [#t, #te], iterator_types = ["parallel", "parallel"]} ins(%ids : tensor<?xi64>) outs(%te_i : tensor<?x4xi64>) {
  ^bb0(%a: i64, %o: i64):
    %i = linalg.index 1 : index
    %j = arith.index_cast %i : index to i64
    %h = arith.cmpi eq, %a, %j : i64
    %r = arith.extui %h : i1 to i64
    linalg.yield %r : i64
  } -> tensor<?x4xi64>
  %n = linalg.generic {indexing_maps = [#se, #tes], iterator_types = ["parallel", "parallel", "reduction"]} ins(%m : tensor<?x4xi64>) outs(%te_f : tensor<?x4xi64>) {
  ^bb0(%a: i64, %o: i64):
    %i = linalg.index 0 : index
    %j = linalg.index 2 : index
    %h = arith.cmpi sle, %j, %i : index
    %s = arith.select %h, %a, %none : i64
    %r = arith.addi %o, %s : i64
    linalg.yield %r : i64
  } -> tensor<?x4xi64>
  %mask = linalg.generic {indexing_maps = [#tec_te, #tec_te, #tec], iterator_types = ["parallel", "parallel", "parallel"]} ins(%m, %n : tensor<?x4xi64>, tensor<?x4xi64>) outs(%tec_e : tensor<?x4x5xf32>) {
  ^bb0(%a: i64, %b: i64, %o: f32):
    %i = linalg.index 2 : index
    %j = arith.index_cast %i : index to i64
    %p = arith.subi %b, %unit : i64
    %h = arith.cmpi eq, %p, %j : i64
    %k = arith.sitofp %a : i64 to f32
    %r = arith.select %h, %k, %zero : f32
    linalg.yield %r : f32
  } -> tensor<?x4x5xf32>
  %w = linalg.generic {indexing_maps = [#tec, #tec_te, #tec], iterator_types = ["parallel", "parallel", "parallel"]} ins(%mask, %g : tensor<?x4x5xf32>, tensor<?x4xf32>) outs(%tec_e : tensor<?x4x5xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.addf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<?x4x5xf32>
  %re = tensor.empty() : tensor<4x5x6xf32>
  %rf = linalg.fill ins(%zero : f32) outs(%re : tensor<4x5x6xf32>) -> tensor<4x5x6xf32>
  %rows = linalg.generic {indexing_maps = [#gather_m, #gather_x, #gather_r], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%mask, %x : tensor<?x4x5xf32>, tensor<?x6xf32>) outs(%rf : tensor<4x5x6xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %q = arith.mulf %a, %b : f32
    %r = arith.addf %o, %q : f32
    linalg.yield %r : f32
  } -> tensor<4x5x6xf32>
  %he = tensor.empty() : tensor<4x5x8xf32>
  %hf = linalg.fill ins(%zero : f32) outs(%he : tensor<4x5x8xf32>) -> tensor<4x5x8xf32>
  %y = linalg.batch_matmul ins(%rows, %param : tensor<4x5x6xf32>, tensor<4x6x8xf32>) outs(%hf : tensor<4x5x8xf32>) -> tensor<4x5x8xf32>
  %se = tensor.empty(%t) : tensor<?x8xf32>
  %sf = linalg.fill ins(%zero : f32) outs(%se : tensor<?x8xf32>) -> tensor<?x8xf32>
  // expected-remark @+1 {{the place of a choice is not compared with a position}}
  %sum = linalg.generic {indexing_maps = [#sum_m, #sum_y, #sum_o], iterator_types = ["parallel", "parallel", "reduction", "reduction"]} ins(%w, %y : tensor<?x4x5xf32>, tensor<4x5x8xf32>) outs(%sf : tensor<?x8xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %q = arith.mulf %a, %b : f32
    %r = arith.addf %o, %q : f32
    linalg.yield %r : f32
  } -> tensor<?x8xf32>
  return %sum : tensor<?x8xf32>
}

// -----

#te = affine_map<(t, e) -> (t, e)>
#t = affine_map<(t, e) -> (t)>
#td = affine_map<(e, t, d) -> (t, d)>
#m = affine_map<(e, t, d) -> (t, e)>
#etd = affine_map<(e, t, d) -> (e, t, d)>
#sum_m = affine_map<(t, n, e) -> (t, e)>
#sum_y = affine_map<(t, n, e) -> (e, t, n)>
#sum_o = affine_map<(t, n, e) -> (t, n)>

// Masks [T,E], without places: the mask on the rows is one where the gate is not
// zero, and one slot a token is left.
// CHECK-LABEL: func.func @rows_of_all_tokens(
// CHECK:         moe.dispatch %arg0 to %{{.*}} weights(%{{.*}} : tensor<?x1xf32>)
// CHECK-NOT:     scale_rows
// CHECK:         moe.expert
// CHECK:         moe.combine
func.func @rows_of_all_tokens(%x: tensor<?x6xf32>, %ids: tensor<?xi32>, %g: tensor<?x4xf32>, %param: tensor<4x6x8xf32>) -> tensor<?x8xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %t = tensor.dim %x, %c0 : tensor<?x6xf32>
  %te_e = tensor.empty(%t) : tensor<?x4xf32>
  %mask = linalg.generic {indexing_maps = [#t, #te], iterator_types = ["parallel", "parallel"]} ins(%ids : tensor<?xi32>) outs(%te_e : tensor<?x4xf32>) {
  ^bb0(%a: i32, %o: f32):
    %i = linalg.index 1 : index
    %j = arith.index_cast %i : index to i32
    %h = arith.cmpi eq, %a, %j : i32
    %r = arith.uitofp %h : i1 to f32
    linalg.yield %r : f32
  } -> tensor<?x4xf32>
  %w = linalg.mul ins(%g, %mask : tensor<?x4xf32>, tensor<?x4xf32>) outs(%te_e : tensor<?x4xf32>) -> tensor<?x4xf32>
  %re = tensor.empty(%t) : tensor<4x?x6xf32>
  %rows = linalg.generic {indexing_maps = [#m, #td, #etd], iterator_types = ["parallel", "parallel", "parallel"]} ins(%mask, %x : tensor<?x4xf32>, tensor<?x6xf32>) outs(%re : tensor<4x?x6xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.mulf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<4x?x6xf32>
  %he = tensor.empty(%t) : tensor<4x?x8xf32>
  %hf = linalg.fill ins(%zero : f32) outs(%he : tensor<4x?x8xf32>) -> tensor<4x?x8xf32>
  %y = linalg.batch_matmul ins(%rows, %param : tensor<4x?x6xf32>, tensor<4x6x8xf32>) outs(%hf : tensor<4x?x8xf32>) -> tensor<4x?x8xf32>
  %se = tensor.empty(%t) : tensor<?x8xf32>
  %sf = linalg.fill ins(%zero : f32) outs(%se : tensor<?x8xf32>) -> tensor<?x8xf32>
  // expected-remark @+1 {{RaiseExperts}}
  %sum = linalg.generic {indexing_maps = [#sum_m, #sum_y, #sum_o], iterator_types = ["parallel", "parallel", "reduction"]} ins(%w, %y : tensor<?x4xf32>, tensor<4x?x8xf32>) outs(%sf : tensor<?x8xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %q = arith.mulf %a, %b : f32
    %r = arith.addf %o, %q : f32
    linalg.yield %r : f32
  } -> tensor<?x8xf32>
  return %sum : tensor<?x8xf32>
}

// -----

#te = affine_map<(t, e) -> (t, e)>
#t = affine_map<(t, e) -> (t)>
#td = affine_map<(e, t, d) -> (t, d)>
#m = affine_map<(e, t, d) -> (t, e)>
#etd = affine_map<(e, t, d) -> (e, t, d)>
#sum_m = affine_map<(t, n, e) -> (t, e)>
#sum_y = affine_map<(t, n, e) -> (e, t, n)>
#sum_o = affine_map<(t, n, e) -> (t, n)>

// The twin whose gate is not zero where the mask on the rows is.
// CHECK-LABEL: func.func @rows_of_other_tokens(
// CHECK-NOT:     moe.
// CHECK:         return
func.func @rows_of_other_tokens(%x: tensor<?x6xf32>, %ids: tensor<?xi32>, %other: tensor<?xi32>, %g: tensor<?x4xf32>, %param: tensor<4x6x8xf32>) -> tensor<?x8xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %t = tensor.dim %x, %c0 : tensor<?x6xf32>
  %te_e = tensor.empty(%t) : tensor<?x4xf32>
  %mask = linalg.generic {indexing_maps = [#t, #te], iterator_types = ["parallel", "parallel"]} ins(%ids : tensor<?xi32>) outs(%te_e : tensor<?x4xf32>) {
  ^bb0(%a: i32, %o: f32):
    %i = linalg.index 1 : index
    %j = arith.index_cast %i : index to i32
    %h = arith.cmpi eq, %a, %j : i32
    %r = arith.uitofp %h : i1 to f32
    linalg.yield %r : f32
  } -> tensor<?x4xf32>
  %mask2 = linalg.generic {indexing_maps = [#t, #te], iterator_types = ["parallel", "parallel"]} ins(%other : tensor<?xi32>) outs(%te_e : tensor<?x4xf32>) {
  ^bb0(%a: i32, %o: f32):
    %i = linalg.index 1 : index
    %j = arith.index_cast %i : index to i32
    %h = arith.cmpi eq, %a, %j : i32
    %r = arith.uitofp %h : i1 to f32
    linalg.yield %r : f32
  } -> tensor<?x4xf32>
  %w = linalg.mul ins(%g, %mask2 : tensor<?x4xf32>, tensor<?x4xf32>) outs(%te_e : tensor<?x4xf32>) -> tensor<?x4xf32>
  %re = tensor.empty(%t) : tensor<4x?x6xf32>
  %rows = linalg.generic {indexing_maps = [#m, #td, #etd], iterator_types = ["parallel", "parallel", "parallel"]} ins(%mask, %x : tensor<?x4xf32>, tensor<?x6xf32>) outs(%re : tensor<4x?x6xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.mulf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<4x?x6xf32>
  %he = tensor.empty(%t) : tensor<4x?x8xf32>
  %hf = linalg.fill ins(%zero : f32) outs(%he : tensor<4x?x8xf32>) -> tensor<4x?x8xf32>
  %y = linalg.batch_matmul ins(%rows, %param : tensor<4x?x6xf32>, tensor<4x6x8xf32>) outs(%hf : tensor<4x?x8xf32>) -> tensor<4x?x8xf32>
  %se = tensor.empty(%t) : tensor<?x8xf32>
  %sf = linalg.fill ins(%zero : f32) outs(%se : tensor<?x8xf32>) -> tensor<?x8xf32>
  // expected-remark @+1 {{both the input and the output of the experts are scaled}}
  %sum = linalg.generic {indexing_maps = [#sum_m, #sum_y, #sum_o], iterator_types = ["parallel", "parallel", "reduction"]} ins(%w, %y : tensor<?x4xf32>, tensor<4x?x8xf32>) outs(%sf : tensor<?x8xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %q = arith.mulf %a, %b : f32
    %r = arith.addf %o, %q : f32
    linalg.yield %r : f32
  } -> tensor<?x8xf32>
  return %sum : tensor<?x8xf32>
}
