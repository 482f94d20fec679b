// A layer of 64 experts, 8 of them a token, as one writes it without thinking:
// all experts on all tokens, times a gate that is zero but for the selected.

// No value for each token, expert and column is left anywhere.
// RUN: moe-opt %s --moe-optimize=assume-finite | FileCheck %s --implicit-check-not='tensor<64x?x' --implicit-check-not='tensor<?x64x{{[0-9]+}}x'
// CHECK:     moe.gate
// CHECK:     moe.plan
// CHECK:     moe.grouped_matmul {{.*}} gather
// CHECK:     moe.grouped_matmul {{.*}} accumulate

// An eighth of the multiply-adds: 40 tokens, 8 rows each, 32*48 + 48*32 a row
// (and, before, 40*64*32 in the sum over experts).
// RUN: moe-run %s --dim T=40 --stats | FileCheck %s --check-prefix=DENSE
// RUN: moe-run %s --dim T=40 --optimize --assume-finite --stats | FileCheck %s --check-prefix=ROUTED
// RUN: moe-run %s --dim T=40 --optimize --assume-finite --check | FileCheck %s --check-prefix=CHECKED
// DENSE:  executed: {{.*}} 7946240 multiply-adds
// CHECKED: check: passed
// ROUTED: executed: 320 rows, 983040 multiply-adds in experts and other contractions (12.5 % of 7864320 dense)

func.func @naive(
    %x: tensor<?x32xf32> {moe.name = "x", moe.dims = ["T"]},
    %logits: tensor<?x64xf32> {moe.name = "logits", moe.dims = ["T"]},
    %up: tensor<64x32x48xf32> {moe.name = "up", moe.param},
    %down: tensor<64x48x32xf32> {moe.name = "down", moe.param}) -> tensor<?x32xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %t = tensor.dim %x, %c0 : tensor<?x32xf32>
  %w, %ids = moe.gate %logits <softmax, top_k<8>, sum> : tensor<?x64xf32> -> tensor<?x8xf32>, tensor<?x8xi32>
  %ge = tensor.empty(%t) : tensor<?x64xf32>
  %gf = linalg.fill ins(%zero : f32) outs(%ge : tensor<?x64xf32>) -> tensor<?x64xf32>
  %gates = linalg.generic {indexing_maps = [affine_map<(t, e, j) -> (t, j)>, affine_map<(t, e, j) -> (t, j)>, affine_map<(t, e, j) -> (t, e)>], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%w, %ids : tensor<?x8xf32>, tensor<?x8xi32>) outs(%gf : tensor<?x64xf32>) {
  ^bb0(%a: f32, %b: i32, %o: f32):
    %n = linalg.index 1 : index
    %e = arith.index_cast %n : index to i32
    %hit = arith.cmpi eq, %b, %e : i32
    %v = arith.select %hit, %a, %zero : f32
    %s = arith.addf %o, %v : f32
    linalg.yield %s : f32
  } -> tensor<?x64xf32>
  %he = tensor.empty(%t) : tensor<64x?x48xf32>
  %hf = linalg.fill ins(%zero : f32) outs(%he : tensor<64x?x48xf32>) -> tensor<64x?x48xf32>
  %h = linalg.generic {indexing_maps = [affine_map<(e, t, n, k) -> (t, k)>, affine_map<(e, t, n, k) -> (e, k, n)>, affine_map<(e, t, n, k) -> (e, t, n)>], iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
      ins(%x, %up : tensor<?x32xf32>, tensor<64x32x48xf32>) outs(%hf : tensor<64x?x48xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b : f32
    %s = arith.addf %o, %p : f32
    linalg.yield %s : f32
  } -> tensor<64x?x48xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(e, t, n) -> (e, t, n)>, affine_map<(e, t, n) -> (e, t, n)>], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%h : tensor<64x?x48xf32>) outs(%he : tensor<64x?x48xf32>) {
  ^bb0(%a: f32, %o: f32):
    %m = arith.maximumf %a, %zero : f32
    linalg.yield %m : f32
  } -> tensor<64x?x48xf32>
  %de = tensor.empty(%t) : tensor<64x?x32xf32>
  %df = linalg.fill ins(%zero : f32) outs(%de : tensor<64x?x32xf32>) -> tensor<64x?x32xf32>
  %d = linalg.batch_matmul ins(%r, %down : tensor<64x?x48xf32>, tensor<64x48x32xf32>) outs(%df : tensor<64x?x32xf32>) -> tensor<64x?x32xf32>
  %ye = tensor.empty(%t) : tensor<?x32xf32>
  %yf = linalg.fill ins(%zero : f32) outs(%ye : tensor<?x32xf32>) -> tensor<?x32xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(t, n, e) -> (e, t, n)>, affine_map<(t, n, e) -> (t, e)>, affine_map<(t, n, e) -> (t, n)>], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%d, %gates : tensor<64x?x32xf32>, tensor<?x64xf32>) outs(%yf : tensor<?x32xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b : f32
    %s = arith.addf %o, %p : f32
    linalg.yield %s : f32
  } -> tensor<?x32xf32>
  return %y : tensor<?x32xf32>
}
