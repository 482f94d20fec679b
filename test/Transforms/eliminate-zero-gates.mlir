// RUN: moe-opt %s --moe-eliminate-zero-gates=assume-finite --canonicalize --split-input-file --remarks-filter='moe.*' --remark-policy=all --verify-diagnostics | FileCheck %s

#etd = affine_map<(e, t, n, k) -> (e, t, k)>
#td = affine_map<(e, t, n, k) -> (t, k)>
#ekn = affine_map<(e, t, n, k) -> (e, k, n)>
#etn = affine_map<(e, t, n, k) -> (e, t, n)>
#id3 = affine_map<(e, t, n) -> (e, t, n)>
#terms = affine_map<(t, n, e) -> (e, t, n)>
#gates = affine_map<(t, n, e) -> (t, e)>
#sum = affine_map<(t, n, e) -> (t, n)>

// Every expert on every token, times a gate: the gate says what is computed.
// CHECK-LABEL: func.func @dense(
// CHECK-SAME:    %[[X:.*]]: tensor<?x16xf32>, %[[G:.*]]: tensor<?x8xf32>, %[[W:.*]]: tensor<8x16x24xf32>)
// CHECK:         %[[IDS:.*]] = linalg.generic
// CHECK:         %[[R:.*]], %[[O:.*]], %[[S:.*]] = moe.dispatch %[[X]] to %{{.*}} weights(%[[G]] : tensor<?x8xf32>)
// CHECK:         %[[Y:.*]] = moe.expert rows(%{{.*}} = %[[R]] : {{.*}}) offsets(%[[O]] : {{.*}}) params(%{{.*}} = %[[W]] :
// CHECK:         moe.combine %[[Y]] by %[[S]] weights(%[[G]])
func.func @dense(%x: tensor<?x16xf32>, %g: tensor<?x8xf32>, %w: tensor<8x16x24xf32>) -> tensor<?x24xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %t = tensor.dim %x, %c0 : tensor<?x16xf32>
  %i = tensor.empty(%t) : tensor<8x?x24xf32>
  %f = linalg.fill ins(%zero : f32) outs(%i : tensor<8x?x24xf32>) -> tensor<8x?x24xf32>
  %h = linalg.generic {indexing_maps = [#td, #ekn, #etn], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%x, %w : tensor<?x16xf32>, tensor<8x16x24xf32>) outs(%f : tensor<8x?x24xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.mulf %a, %b : f32
    %q = arith.addf %c, %p : f32
    linalg.yield %q : f32
  } -> tensor<8x?x24xf32>
  %r = linalg.generic {indexing_maps = [#id3, #id3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%h : tensor<8x?x24xf32>) outs(%i : tensor<8x?x24xf32>) {
  ^bb0(%a: f32, %c: f32):
    %m = arith.maximumf %a, %zero : f32
    linalg.yield %m : f32
  } -> tensor<8x?x24xf32>
  %yi = tensor.empty(%t) : tensor<?x24xf32>
  %yf = linalg.fill ins(%zero : f32) outs(%yi : tensor<?x24xf32>) -> tensor<?x24xf32>
  // expected-remark @+1 {{RaiseExperts}}
  %y = linalg.generic {indexing_maps = [#terms, #gates, #sum], iterator_types = ["parallel", "parallel", "reduction"]} ins(%r, %g : tensor<8x?x24xf32>, tensor<?x8xf32>) outs(%yf : tensor<?x24xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.mulf %a, %b : f32
    %q = arith.addf %c, %p : f32
    linalg.yield %q : f32
  } -> tensor<?x24xf32>
  return %y : tensor<?x24xf32>
}

// -----

#etd = affine_map<(e, t, n, k) -> (e, t, k)>
#td = affine_map<(e, t, n, k) -> (t, k)>
#ekn = affine_map<(e, t, n, k) -> (e, k, n)>
#etn = affine_map<(e, t, n, k) -> (e, t, n)>
#id3 = affine_map<(e, t, n) -> (e, t, n)>
#en = affine_map<(e, t, n) -> (e, n)>
#terms = affine_map<(t, n, e) -> (e, t, n)>
#gates = affine_map<(t, n, e) -> (t, e)>
#sum = affine_map<(t, n, e) -> (t, n)>

// A gate that is the sum of one-hot rows: only the selected experts are slots.
// CHECK-LABEL: func.func @one_hot(
// CHECK:         %[[W:.*]], %[[IDS:.*]] = moe.gate
// CHECK:         moe.dispatch %{{.*}} to %[[IDS]] weights(%[[W]] : tensor<?x2xf32>)
// CHECK:         moe.expert
// CHECK:         moe.combine %{{.*}} weights(%[[W]])
func.func @one_hot(%x: tensor<?x16xf32>, %g: tensor<?x8xf32>, %w: tensor<8x16x24xf32>) -> tensor<?x24xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %t = tensor.dim %x, %c0 : tensor<?x16xf32>
  %i = tensor.empty(%t) : tensor<8x?x24xf32>
  %f = linalg.fill ins(%zero : f32) outs(%i : tensor<8x?x24xf32>) -> tensor<8x?x24xf32>
  %gw, %ids = moe.gate %g <softmax, top_k<2>> : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %gi = tensor.empty(%t) : tensor<?x8xf32>
  %gf = linalg.fill ins(%zero : f32) outs(%gi : tensor<?x8xf32>) -> tensor<?x8xf32>
  %dense = linalg.generic {indexing_maps = [affine_map<(t, e, j) -> (t, j)>, affine_map<(t, e, j) -> (t, j)>, affine_map<(t, e, j) -> (t, e)>], iterator_types = ["parallel", "parallel", "reduction"]} ins(%gw, %ids : tensor<?x2xf32>, tensor<?x2xi32>) outs(%gf : tensor<?x8xf32>) {
  ^bb0(%a: f32, %b: i32, %c: f32):
    %n = linalg.index 1 : index
    %m = arith.index_cast %n : index to i32
    %q = arith.cmpi eq, %b, %m : i32
    %r = arith.select %q, %a, %zero : f32
    %s = arith.addf %c, %r : f32
    linalg.yield %s : f32
  } -> tensor<?x8xf32>
  %h = linalg.generic {indexing_maps = [#td, #ekn, #etn], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%x, %w : tensor<?x16xf32>, tensor<8x16x24xf32>) outs(%f : tensor<8x?x24xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.mulf %a, %b : f32
    %q = arith.addf %c, %p : f32
    linalg.yield %q : f32
  } -> tensor<8x?x24xf32>
  %yi = tensor.empty(%t) : tensor<?x24xf32>
  %yf = linalg.fill ins(%zero : f32) outs(%yi : tensor<?x24xf32>) -> tensor<?x24xf32>
  // expected-remark @+1 {{experts=8, slots=2}}
  %y = linalg.generic {indexing_maps = [#terms, #gates, #sum], iterator_types = ["parallel", "parallel", "reduction"]} ins(%h, %dense : tensor<8x?x24xf32>, tensor<?x8xf32>) outs(%yf : tensor<?x24xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.mulf %a, %b : f32
    %q = arith.addf %c, %p : f32
    linalg.yield %q : f32
  } -> tensor<?x24xf32>
  return %y : tensor<?x24xf32>
}

// -----

#etd = affine_map<(e, t, n, k) -> (e, t, k)>
#td = affine_map<(e, t, n, k) -> (t, k)>
#ekn = affine_map<(e, t, n, k) -> (e, k, n)>
#etn = affine_map<(e, t, n, k) -> (e, t, n)>
#id3 = affine_map<(e, t, n) -> (e, t, n)>
#en = affine_map<(e, t, n) -> (e, n)>
#terms = affine_map<(t, n, e) -> (e, t, n)>
#gates = affine_map<(t, n, e) -> (t, e)>
#sum = affine_map<(t, n, e) -> (t, n)>

// The dense gate is a result too: it stays, and is not what is dispatched.
// CHECK-LABEL: func.func @one_hot_used(
// CHECK:         %[[W:.*]], %[[IDS:.*]] = moe.gate
// CHECK:         %[[G:.*]] = linalg.generic
// CHECK:         moe.dispatch %{{.*}} to %[[IDS]] weights(%[[W]] : tensor<?x2xf32>)
// CHECK:         return %{{.*}}, %[[G]]
func.func @one_hot_used(%x: tensor<?x16xf32>, %g: tensor<?x8xf32>, %w: tensor<8x16x24xf32>) -> (tensor<?x24xf32>, tensor<?x8xf32>) {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %t = tensor.dim %x, %c0 : tensor<?x16xf32>
  %i = tensor.empty(%t) : tensor<8x?x24xf32>
  %f = linalg.fill ins(%zero : f32) outs(%i : tensor<8x?x24xf32>) -> tensor<8x?x24xf32>
  %gw, %ids = moe.gate %g <softmax, top_k<2>> : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %gi = tensor.empty(%t) : tensor<?x8xf32>
  %gf = linalg.fill ins(%zero : f32) outs(%gi : tensor<?x8xf32>) -> tensor<?x8xf32>
  %dense = linalg.generic {indexing_maps = [affine_map<(t, e, j) -> (t, j)>, affine_map<(t, e, j) -> (t, j)>, affine_map<(t, e, j) -> (t, e)>], iterator_types = ["parallel", "parallel", "reduction"]} ins(%gw, %ids : tensor<?x2xf32>, tensor<?x2xi32>) outs(%gf : tensor<?x8xf32>) {
  ^bb0(%a: f32, %b: i32, %c: f32):
    %n = linalg.index 1 : index
    %m = arith.index_cast %n : index to i32
    %q = arith.cmpi eq, %b, %m : i32
    %r = arith.select %q, %a, %zero : f32
    %s = arith.addf %c, %r : f32
    linalg.yield %s : f32
  } -> tensor<?x8xf32>
  %h = linalg.generic {indexing_maps = [#td, #ekn, #etn], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%x, %w : tensor<?x16xf32>, tensor<8x16x24xf32>) outs(%f : tensor<8x?x24xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.mulf %a, %b : f32
    %q = arith.addf %c, %p : f32
    linalg.yield %q : f32
  } -> tensor<8x?x24xf32>
  %yi = tensor.empty(%t) : tensor<?x24xf32>
  %yf = linalg.fill ins(%zero : f32) outs(%yi : tensor<?x24xf32>) -> tensor<?x24xf32>
  // expected-remark @+1 {{experts=8, slots=2}}
  %y = linalg.generic {indexing_maps = [#terms, #gates, #sum], iterator_types = ["parallel", "parallel", "reduction"]} ins(%h, %dense : tensor<8x?x24xf32>, tensor<?x8xf32>) outs(%yf : tensor<?x24xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.mulf %a, %b : f32
    %q = arith.addf %c, %p : f32
    linalg.yield %q : f32
  } -> tensor<?x24xf32>
  return %y, %dense : tensor<?x24xf32>, tensor<?x8xf32>
}

// -----

#etd = affine_map<(e, t, n, k) -> (e, t, k)>
#td = affine_map<(e, t, n, k) -> (t, k)>
#ekn = affine_map<(e, t, n, k) -> (e, k, n)>
#etn = affine_map<(e, t, n, k) -> (e, t, n)>
#id3 = affine_map<(e, t, n) -> (e, t, n)>
#en = affine_map<(e, t, n) -> (e, n)>
#terms = affine_map<(t, n, e) -> (e, t, n)>
#gates = affine_map<(t, n, e) -> (t, e)>
#sum = affine_map<(t, n, e) -> (t, n)>

// What is not selected has a gate of one: every expert is a slot.
// CHECK-LABEL: func.func @mask_not_zero(
// CHECK:         %[[G:.*]] = linalg.generic {{.*}} outs(%{{.*}} : tensor<?x8xf32>)
// CHECK:         moe.dispatch %{{.*}} weights(%[[G]] : tensor<?x8xf32>)
func.func @mask_not_zero(%x: tensor<?x16xf32>, %g: tensor<?x8xf32>, %w: tensor<8x16x24xf32>) -> tensor<?x24xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %t = tensor.dim %x, %c0 : tensor<?x16xf32>
  %i = tensor.empty(%t) : tensor<8x?x24xf32>
  %f = linalg.fill ins(%zero : f32) outs(%i : tensor<8x?x24xf32>) -> tensor<8x?x24xf32>
  %gw, %ids = moe.gate %g <softmax, top_k<2>> : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %gi = tensor.empty(%t) : tensor<?x8xf32>
  %gf = linalg.fill ins(%zero : f32) outs(%gi : tensor<?x8xf32>) -> tensor<?x8xf32>
  %dense = linalg.generic {indexing_maps = [affine_map<(t, e, j) -> (t, j)>, affine_map<(t, e, j) -> (t, j)>, affine_map<(t, e, j) -> (t, e)>], iterator_types = ["parallel", "parallel", "reduction"]} ins(%gw, %ids : tensor<?x2xf32>, tensor<?x2xi32>) outs(%gf : tensor<?x8xf32>) {
  ^bb0(%a: f32, %b: i32, %c: f32):
    %n = linalg.index 1 : index
    %m = arith.index_cast %n : index to i32
    %q = arith.cmpi eq, %b, %m : i32
    %r = arith.select %q, %a, %one : f32
    %s = arith.addf %c, %r : f32
    linalg.yield %s : f32
  } -> tensor<?x8xf32>
  %h = linalg.generic {indexing_maps = [#td, #ekn, #etn], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%x, %w : tensor<?x16xf32>, tensor<8x16x24xf32>) outs(%f : tensor<8x?x24xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.mulf %a, %b : f32
    %q = arith.addf %c, %p : f32
    linalg.yield %q : f32
  } -> tensor<8x?x24xf32>
  %yi = tensor.empty(%t) : tensor<?x24xf32>
  %yf = linalg.fill ins(%zero : f32) outs(%yi : tensor<?x24xf32>) -> tensor<?x24xf32>
  // expected-remark @+2 {{are not provably zero}}
  // expected-remark @+1 {{experts=8, slots=8}}
  %y = linalg.generic {indexing_maps = [#terms, #gates, #sum], iterator_types = ["parallel", "parallel", "reduction"]} ins(%h, %dense : tensor<8x?x24xf32>, tensor<?x8xf32>) outs(%yf : tensor<?x24xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.mulf %a, %b : f32
    %q = arith.addf %c, %p : f32
    linalg.yield %q : f32
  } -> tensor<?x24xf32>
  return %y : tensor<?x24xf32>
}

// -----

#etd = affine_map<(e, t, n, k) -> (e, t, k)>
#td = affine_map<(e, t, n, k) -> (t, k)>
#ekn = affine_map<(e, t, n, k) -> (e, k, n)>
#etn = affine_map<(e, t, n, k) -> (e, t, n)>
#id3 = affine_map<(e, t, n) -> (e, t, n)>
#en = affine_map<(e, t, n) -> (e, n)>
#terms = affine_map<(t, n, e) -> (e, t, n)>
#gates = affine_map<(t, n, e) -> (t, e)>
#sum = affine_map<(t, n, e) -> (t, n)>

// Ids from outside may repeat, and their gates add up: every expert is a slot.
// CHECK-LABEL: func.func @repeated_ids(
// CHECK:         moe.dispatch %{{.*}} weights(%{{.*}} : tensor<?x8xf32>)
func.func @repeated_ids(%x: tensor<?x16xf32>, %g: tensor<?x8xf32>, %w: tensor<8x16x24xf32>, %gw: tensor<?x2xf32>, %ids: tensor<?x2xi32>) -> tensor<?x24xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %t = tensor.dim %x, %c0 : tensor<?x16xf32>
  %i = tensor.empty(%t) : tensor<8x?x24xf32>
  %f = linalg.fill ins(%zero : f32) outs(%i : tensor<8x?x24xf32>) -> tensor<8x?x24xf32>
  %gi = tensor.empty(%t) : tensor<?x8xf32>
  %gf = linalg.fill ins(%zero : f32) outs(%gi : tensor<?x8xf32>) -> tensor<?x8xf32>
  %dense = linalg.generic {indexing_maps = [affine_map<(t, e, j) -> (t, j)>, affine_map<(t, e, j) -> (t, j)>, affine_map<(t, e, j) -> (t, e)>], iterator_types = ["parallel", "parallel", "reduction"]} ins(%gw, %ids : tensor<?x2xf32>, tensor<?x2xi32>) outs(%gf : tensor<?x8xf32>) {
  ^bb0(%a: f32, %b: i32, %c: f32):
    %n = linalg.index 1 : index
    %m = arith.index_cast %n : index to i32
    %q = arith.cmpi eq, %b, %m : i32
    %r = arith.select %q, %a, %zero : f32
    %s = arith.addf %c, %r : f32
    linalg.yield %s : f32
  } -> tensor<?x8xf32>
  %h = linalg.generic {indexing_maps = [#td, #ekn, #etn], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%x, %w : tensor<?x16xf32>, tensor<8x16x24xf32>) outs(%f : tensor<8x?x24xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.mulf %a, %b : f32
    %q = arith.addf %c, %p : f32
    linalg.yield %q : f32
  } -> tensor<8x?x24xf32>
  %yi = tensor.empty(%t) : tensor<?x24xf32>
  %yf = linalg.fill ins(%zero : f32) outs(%yi : tensor<?x24xf32>) -> tensor<?x24xf32>
  // expected-remark @+2 {{experts are not provably distinct}}
  // expected-remark @+1 {{experts=8, slots=8}}
  %y = linalg.generic {indexing_maps = [#terms, #gates, #sum], iterator_types = ["parallel", "parallel", "reduction"]} ins(%h, %dense : tensor<8x?x24xf32>, tensor<?x8xf32>) outs(%yf : tensor<?x24xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.mulf %a, %b : f32
    %q = arith.addf %c, %p : f32
    linalg.yield %q : f32
  } -> tensor<?x24xf32>
  return %y : tensor<?x24xf32>
}

// -----

#etd = affine_map<(e, t, n, k) -> (e, t, k)>
#td = affine_map<(e, t, n, k) -> (t, k)>
#ekn = affine_map<(e, t, n, k) -> (e, k, n)>
#etn = affine_map<(e, t, n, k) -> (e, t, n)>
#id3 = affine_map<(e, t, n) -> (e, t, n)>
#en = affine_map<(e, t, n) -> (e, n)>
#terms = affine_map<(t, n, e) -> (e, t, n)>
#gates = affine_map<(t, n, e) -> (t, e)>
#sum = affine_map<(t, n, e) -> (t, n)>

// The sum starts at one.
// CHECK-LABEL: func.func @start(
// CHECK-NOT:     moe.
// CHECK:         return
func.func @start(%x: tensor<?x16xf32>, %g: tensor<?x8xf32>, %w: tensor<8x16x24xf32>) -> tensor<?x24xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %t = tensor.dim %x, %c0 : tensor<?x16xf32>
  %i = tensor.empty(%t) : tensor<8x?x24xf32>
  %f = linalg.fill ins(%zero : f32) outs(%i : tensor<8x?x24xf32>) -> tensor<8x?x24xf32>
  %h = linalg.generic {indexing_maps = [#td, #ekn, #etn], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%x, %w : tensor<?x16xf32>, tensor<8x16x24xf32>) outs(%f : tensor<8x?x24xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.mulf %a, %b : f32
    %q = arith.addf %c, %p : f32
    linalg.yield %q : f32
  } -> tensor<8x?x24xf32>
  %yi = tensor.empty(%t) : tensor<?x24xf32>
  %yf = linalg.fill ins(%one : f32) outs(%yi : tensor<?x24xf32>) -> tensor<?x24xf32>
  // expected-remark @+1 {{the sum does not start at zero}}
  %y = linalg.generic {indexing_maps = [#terms, #gates, #sum], iterator_types = ["parallel", "parallel", "reduction"]} ins(%h, %g : tensor<8x?x24xf32>, tensor<?x8xf32>) outs(%yf : tensor<?x24xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.mulf %a, %b : f32
    %q = arith.addf %c, %p : f32
    linalg.yield %q : f32
  } -> tensor<?x24xf32>
  return %y : tensor<?x24xf32>
}

// -----

#etd = affine_map<(e, t, n, k) -> (e, t, k)>
#td = affine_map<(e, t, n, k) -> (t, k)>
#ekn = affine_map<(e, t, n, k) -> (e, k, n)>
#etn = affine_map<(e, t, n, k) -> (e, t, n)>
#id3 = affine_map<(e, t, n) -> (e, t, n)>
#en = affine_map<(e, t, n) -> (e, n)>
#terms = affine_map<(t, n, e) -> (e, t, n)>
#gates = affine_map<(t, n, e) -> (t, e)>
#sum = affine_map<(t, n, e) -> (t, n)>

// The gate is an integer.
// CHECK-LABEL: func.func @integer_gate(
// CHECK-NOT:     moe.
// CHECK:         return
func.func @integer_gate(%x: tensor<?x16xf32>, %g: tensor<?x8xi32>, %w: tensor<8x16x24xf32>) -> tensor<?x24xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %t = tensor.dim %x, %c0 : tensor<?x16xf32>
  %i = tensor.empty(%t) : tensor<8x?x24xf32>
  %f = linalg.fill ins(%zero : f32) outs(%i : tensor<8x?x24xf32>) -> tensor<8x?x24xf32>
  %h = linalg.generic {indexing_maps = [#td, #ekn, #etn], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%x, %w : tensor<?x16xf32>, tensor<8x16x24xf32>) outs(%f : tensor<8x?x24xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.mulf %a, %b : f32
    %q = arith.addf %c, %p : f32
    linalg.yield %q : f32
  } -> tensor<8x?x24xf32>
  %yi = tensor.empty(%t) : tensor<?x24xf32>
  %yf = linalg.fill ins(%zero : f32) outs(%yi : tensor<?x24xf32>) -> tensor<?x24xf32>
  // expected-remark @+1 {{the gate is not a float}}
  %y = linalg.generic {indexing_maps = [#terms, #gates, #sum], iterator_types = ["parallel", "parallel", "reduction"]} ins(%h, %g : tensor<8x?x24xf32>, tensor<?x8xi32>) outs(%yf : tensor<?x24xf32>) {
  ^bb0(%a: f32, %b: i32, %c: f32):
    %u = arith.sitofp %b : i32 to f32
    %p = arith.mulf %a, %u : f32
    %q = arith.addf %c, %p : f32
    linalg.yield %q : f32
  } -> tensor<?x24xf32>
  return %y : tensor<?x24xf32>
}

// -----

#etd = affine_map<(e, t, n, k) -> (e, t, k)>
#td = affine_map<(e, t, n, k) -> (t, k)>
#ekn = affine_map<(e, t, n, k) -> (e, k, n)>
#etn = affine_map<(e, t, n, k) -> (e, t, n)>
#id3 = affine_map<(e, t, n) -> (e, t, n)>
#en = affine_map<(e, t, n) -> (e, n)>
#terms = affine_map<(t, n, e) -> (e, t, n)>
#gates = affine_map<(t, n, e) -> (t, e)>
#sum = affine_map<(t, n, e) -> (t, n)>

// Experts on scaled tokens: their rows carry the gate.
// CHECK-LABEL: func.func @scaled(
// CHECK:         moe.dispatch %{{.*}} weights(%{{.*}} : tensor<?x8xf32>) scale_rows
// CHECK:         moe.combine {{.*}} unweighted
func.func @scaled(%x: tensor<?x16xf32>, %g: tensor<?x8xf32>, %w: tensor<8x16x24xf32>) -> tensor<?x24xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %t = tensor.dim %x, %c0 : tensor<?x16xf32>
  %i = tensor.empty(%t) : tensor<8x?x24xf32>
  %f = linalg.fill ins(%zero : f32) outs(%i : tensor<8x?x24xf32>) -> tensor<8x?x24xf32>
  %si = tensor.empty(%t) : tensor<8x?x16xf32>
  %sx = linalg.generic {indexing_maps = [affine_map<(e, t, n) -> (t, n)>, affine_map<(e, t, n) -> (t, e)>, #id3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%x, %g : tensor<?x16xf32>, tensor<?x8xf32>) outs(%si : tensor<8x?x16xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.mulf %a, %b : f32
    linalg.yield %p : f32
  } -> tensor<8x?x16xf32>
  %h = linalg.generic {indexing_maps = [#etd, #ekn, #etn], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%sx, %w : tensor<8x?x16xf32>, tensor<8x16x24xf32>) outs(%f : tensor<8x?x24xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.mulf %a, %b : f32
    %q = arith.addf %c, %p : f32
    linalg.yield %q : f32
  } -> tensor<8x?x24xf32>
  %yi = tensor.empty(%t) : tensor<?x24xf32>
  %yf = linalg.fill ins(%zero : f32) outs(%yi : tensor<?x24xf32>) -> tensor<?x24xf32>
  // expected-remark @+1 {{experts=8, slots=8}}
  %y = linalg.generic {indexing_maps = [#terms, #sum], iterator_types = ["parallel", "parallel", "reduction"]} ins(%h : tensor<8x?x24xf32>) outs(%yf : tensor<?x24xf32>) {
  ^bb0(%a: f32, %c: f32):
    %q = arith.addf %c, %a : f32
    linalg.yield %q : f32
  } -> tensor<?x24xf32>
  return %y : tensor<?x24xf32>
}

// -----

#etd = affine_map<(e, t, n, k) -> (e, t, k)>
#td = affine_map<(e, t, n, k) -> (t, k)>
#ekn = affine_map<(e, t, n, k) -> (e, k, n)>
#etn = affine_map<(e, t, n, k) -> (e, t, n)>
#id3 = affine_map<(e, t, n) -> (e, t, n)>
#en = affine_map<(e, t, n) -> (e, n)>
#terms = affine_map<(t, n, e) -> (e, t, n)>
#gates = affine_map<(t, n, e) -> (t, e)>
#sum = affine_map<(t, n, e) -> (t, n)>

// A zero row gives the bias: such experts may not be skipped.
// CHECK-LABEL: func.func @scaled_bias(
// CHECK-NOT:     moe.
// CHECK:         return
func.func @scaled_bias(%x: tensor<?x16xf32>, %g: tensor<?x8xf32>, %w: tensor<8x16x24xf32>, %bias: tensor<8x24xf32>) -> tensor<?x24xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %t = tensor.dim %x, %c0 : tensor<?x16xf32>
  %i = tensor.empty(%t) : tensor<8x?x24xf32>
  %f = linalg.fill ins(%zero : f32) outs(%i : tensor<8x?x24xf32>) -> tensor<8x?x24xf32>
  %si = tensor.empty(%t) : tensor<8x?x16xf32>
  %sx = linalg.generic {indexing_maps = [affine_map<(e, t, n) -> (t, n)>, affine_map<(e, t, n) -> (t, e)>, #id3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%x, %g : tensor<?x16xf32>, tensor<?x8xf32>) outs(%si : tensor<8x?x16xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.mulf %a, %b : f32
    linalg.yield %p : f32
  } -> tensor<8x?x16xf32>
  %h = linalg.generic {indexing_maps = [#etd, #ekn, #etn], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%sx, %w : tensor<8x?x16xf32>, tensor<8x16x24xf32>) outs(%f : tensor<8x?x24xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.mulf %a, %b : f32
    %q = arith.addf %c, %p : f32
    linalg.yield %q : f32
  } -> tensor<8x?x24xf32>
  %hb = linalg.generic {indexing_maps = [#id3, #en, #id3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%h, %bias : tensor<8x?x24xf32>, tensor<8x24xf32>) outs(%i : tensor<8x?x24xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.addf %a, %b : f32
    linalg.yield %p : f32
  } -> tensor<8x?x24xf32>
  %yi = tensor.empty(%t) : tensor<?x24xf32>
  %yf = linalg.fill ins(%zero : f32) outs(%yi : tensor<?x24xf32>) -> tensor<?x24xf32>
  // expected-remark @+1 {{do not map a zero row to zero}}
  %y = linalg.generic {indexing_maps = [#terms, #sum], iterator_types = ["parallel", "parallel", "reduction"]} ins(%hb : tensor<8x?x24xf32>) outs(%yf : tensor<?x24xf32>) {
  ^bb0(%a: f32, %c: f32):
    %q = arith.addf %c, %a : f32
    linalg.yield %q : f32
  } -> tensor<?x24xf32>
  return %y : tensor<?x24xf32>
}

// -----

// A sum over the tokens mixes them.
// CHECK-LABEL: func.func @over_tokens(
// CHECK-NOT:     moe.
// CHECK:         return
func.func @over_tokens(%x: tensor<32x16xf32>, %g: tensor<32x8xf32>, %w: tensor<8x16x24xf32>) -> tensor<8x24xf32> {
  %zero = arith.constant 0.0 : f32
  %i = tensor.empty() : tensor<8x32x24xf32>
  %f = linalg.fill ins(%zero : f32) outs(%i : tensor<8x32x24xf32>) -> tensor<8x32x24xf32>
  %h = linalg.generic {indexing_maps = [affine_map<(e, t, n, k) -> (t, k)>, affine_map<(e, t, n, k) -> (e, k, n)>, affine_map<(e, t, n, k) -> (e, t, n)>], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%x, %w : tensor<32x16xf32>, tensor<8x16x24xf32>) outs(%f : tensor<8x32x24xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.mulf %a, %b : f32
    %q = arith.addf %c, %p : f32
    linalg.yield %q : f32
  } -> tensor<8x32x24xf32>
  %yi = tensor.empty() : tensor<8x24xf32>
  %yf = linalg.fill ins(%zero : f32) outs(%yi : tensor<8x24xf32>) -> tensor<8x24xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(e, n, t) -> (e, t, n)>, affine_map<(e, n, t) -> (t, e)>, affine_map<(e, n, t) -> (e, n)>], iterator_types = ["parallel", "parallel", "reduction"]} ins(%h, %g : tensor<8x32x24xf32>, tensor<32x8xf32>) outs(%yf : tensor<8x24xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.mulf %a, %b : f32
    %q = arith.addf %c, %p : f32
    linalg.yield %q : f32
  } -> tensor<8x24xf32>
  return %y : tensor<8x24xf32>
}

// -----

#tk = affine_map<(t, j, n, k) -> (t, j)>
#tjnk = affine_map<(t, j, n, k) -> (t, j, n, k)>
#td = affine_map<(t, j, n, k) -> (t, k)>
#tjn = affine_map<(t, j, n, k) -> (t, j, n)>

// Weights and biases gathered for each slot: the parameters themselves are the
// expert's, and nothing is gathered.
// CHECK-LABEL: func.func @gathered(
// CHECK-SAME:    %[[W:[^:]*]]: tensor<8x24x16xf32>, %[[B:[^:]*]]: tensor<8x24xf32>
// CHECK:         %[[G:.*]], %[[IDS:.*]] = moe.gate
// CHECK-NOT:     tensor.extract
// CHECK:         moe.dispatch %{{.*}} to %[[IDS]] weights(%[[G]]
// CHECK:         moe.expert {{.*}} params(%{{.*}} = %[[W]] : {{.*}}, %{{.*}} = %[[B]] :
// CHECK-NOT:     tensor.extract
// CHECK:         moe.combine
func.func @gathered(%x: tensor<?x16xf32>, %z: tensor<?x8xf32>, %w: tensor<8x24x16xf32>, %b: tensor<8x24xf32>, %others: tensor<?x2xi32>) -> tensor<?x24xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %t = tensor.dim %x, %c0 : tensor<?x16xf32>
  %g, %ids = moe.gate %z <softmax, top_k<2>, sum> : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %li = tensor.empty(%t) : tensor<?x2x24x16xf32>
  %lw = linalg.generic {indexing_maps = [#tk, #tjnk], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%ids : tensor<?x2xi32>) outs(%li : tensor<?x2x24x16xf32>) {
  ^bb0(%a: i32, %c: f32):
    %id = arith.index_cast %a : i32 to index
    %n = linalg.index 2 : index
    %k = linalg.index 3 : index
    %v = tensor.extract %w[%id, %n, %k] : tensor<8x24x16xf32>
    linalg.yield %v : f32
  } -> tensor<?x2x24x16xf32>
  %bi = tensor.empty(%t) : tensor<?x2x24xf32>
  %lb = linalg.generic {indexing_maps = [affine_map<(t, j, n) -> (t, j)>, affine_map<(t, j, n) -> (t, j, n)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%ids : tensor<?x2xi32>) outs(%bi : tensor<?x2x24xf32>) {
  ^bb0(%a: i32, %c: f32):
    %id = arith.index_cast %a : i32 to index
    %n = linalg.index 2 : index
    %v = tensor.extract %b[%id, %n] : tensor<8x24xf32>
    linalg.yield %v : f32
  } -> tensor<?x2x24xf32>
  %f = linalg.fill ins(%zero : f32) outs(%bi : tensor<?x2x24xf32>) -> tensor<?x2x24xf32>
  %h = linalg.generic {indexing_maps = [#td, #tjnk, #tjn], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%x, %lw : tensor<?x16xf32>, tensor<?x2x24x16xf32>) outs(%f : tensor<?x2x24xf32>) {
  ^bb0(%a: f32, %bb: f32, %c: f32):
    %p = arith.mulf %a, %bb : f32
    %q = arith.addf %c, %p : f32
    linalg.yield %q : f32
  } -> tensor<?x2x24xf32>
  %hb = linalg.add ins(%h, %lb : tensor<?x2x24xf32>, tensor<?x2x24xf32>) outs(%bi : tensor<?x2x24xf32>) -> tensor<?x2x24xf32>
  %yi = tensor.empty(%t) : tensor<?x24xf32>
  %yf = linalg.fill ins(%zero : f32) outs(%yi : tensor<?x24xf32>) -> tensor<?x24xf32>
  // expected-remark @+2 {{experts=8, slots=2}}
  // expected-remark @+1 {{the sum over a token's slots is in expert order}}
  %y = linalg.generic {indexing_maps = [affine_map<(t, n, j) -> (t, j, n)>, affine_map<(t, n, j) -> (t, j)>, affine_map<(t, n, j) -> (t, n)>], iterator_types = ["parallel", "parallel", "reduction"]} ins(%hb, %g : tensor<?x2x24xf32>, tensor<?x2xf32>) outs(%yf : tensor<?x24xf32>) {
  ^bb0(%a: f32, %bb: f32, %c: f32):
    %p = arith.mulf %a, %bb : f32
    %q = arith.addf %c, %p : f32
    linalg.yield %q : f32
  } -> tensor<?x24xf32>
  return %y : tensor<?x24xf32>
}

// -----

#tk = affine_map<(t, j, n, k) -> (t, j)>
#tjnk = affine_map<(t, j, n, k) -> (t, j, n, k)>
#td = affine_map<(t, j, n, k) -> (t, k)>
#tjn = affine_map<(t, j, n, k) -> (t, j, n)>

// Weights and biases of different experts.
// CHECK-LABEL: func.func @two_ids(
// CHECK-NOT:     moe.dispatch
// CHECK:         return
func.func @two_ids(%x: tensor<?x16xf32>, %z: tensor<?x8xf32>, %w: tensor<8x24x16xf32>, %b: tensor<8x24xf32>, %others: tensor<?x2xi32>) -> tensor<?x24xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %t = tensor.dim %x, %c0 : tensor<?x16xf32>
  %g, %ids = moe.gate %z <softmax, top_k<2>, sum> : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %li = tensor.empty(%t) : tensor<?x2x24x16xf32>
  %lw = linalg.generic {indexing_maps = [#tk, #tjnk], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%ids : tensor<?x2xi32>) outs(%li : tensor<?x2x24x16xf32>) {
  ^bb0(%a: i32, %c: f32):
    %id = arith.index_cast %a : i32 to index
    %n = linalg.index 2 : index
    %k = linalg.index 3 : index
    %v = tensor.extract %w[%id, %n, %k] : tensor<8x24x16xf32>
    linalg.yield %v : f32
  } -> tensor<?x2x24x16xf32>
  %bi = tensor.empty(%t) : tensor<?x2x24xf32>
  %lb = linalg.generic {indexing_maps = [affine_map<(t, j, n) -> (t, j)>, affine_map<(t, j, n) -> (t, j, n)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%others : tensor<?x2xi32>) outs(%bi : tensor<?x2x24xf32>) {
  ^bb0(%a: i32, %c: f32):
    %id = arith.index_cast %a : i32 to index
    %n = linalg.index 2 : index
    %v = tensor.extract %b[%id, %n] : tensor<8x24xf32>
    linalg.yield %v : f32
  } -> tensor<?x2x24xf32>
  %f = linalg.fill ins(%zero : f32) outs(%bi : tensor<?x2x24xf32>) -> tensor<?x2x24xf32>
  %h = linalg.generic {indexing_maps = [#td, #tjnk, #tjn], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%x, %lw : tensor<?x16xf32>, tensor<?x2x24x16xf32>) outs(%f : tensor<?x2x24xf32>) {
  ^bb0(%a: f32, %bb: f32, %c: f32):
    %p = arith.mulf %a, %bb : f32
    %q = arith.addf %c, %p : f32
    linalg.yield %q : f32
  } -> tensor<?x2x24xf32>
  %hb = linalg.add ins(%h, %lb : tensor<?x2x24xf32>, tensor<?x2x24xf32>) outs(%bi : tensor<?x2x24xf32>) -> tensor<?x2x24xf32>
  %yi = tensor.empty(%t) : tensor<?x24xf32>
  %yf = linalg.fill ins(%zero : f32) outs(%yi : tensor<?x24xf32>) -> tensor<?x24xf32>
  // expected-remark @+1 {{parameters are looked up by different ids}}
  %y = linalg.generic {indexing_maps = [affine_map<(t, n, j) -> (t, j, n)>, affine_map<(t, n, j) -> (t, j)>, affine_map<(t, n, j) -> (t, n)>], iterator_types = ["parallel", "parallel", "reduction"]} ins(%hb, %g : tensor<?x2x24xf32>, tensor<?x2xf32>) outs(%yf : tensor<?x24xf32>) {
  ^bb0(%a: f32, %bb: f32, %c: f32):
    %p = arith.mulf %a, %bb : f32
    %q = arith.addf %c, %p : f32
    linalg.yield %q : f32
  } -> tensor<?x24xf32>
  return %y : tensor<?x24xf32>
}
