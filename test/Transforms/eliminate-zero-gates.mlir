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
