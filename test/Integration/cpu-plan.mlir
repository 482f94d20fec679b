// Parts of a plan give what one walk gives: 27000 slots are four parts, also where tokens choose nobody, and with a capacity.
// RUN: moe-run %s --entry=free --dim T=9000 --seed=3 --threads=2 --check | FileCheck %s
// RUN: moe-run %s --entry=limited --dim T=9000 --seed=4 --threads=2 --check | FileCheck %s
// CHECK: passed

func.func @free(%z: tensor<?x20xf32> {moe.name = "z", moe.dims = ["T"]})
    -> (tensor<19xi32> {moe.name = "offsets"}, tensor<?xi32> {moe.name = "slots"}, tensor<?x3xi32> {moe.name = "rows"}) {
  %w, %e = moe.gate %z <sigmoid, top_k<3>> : tensor<?x20xf32> -> tensor<?x3xf32>, tensor<?x3xi32>
  %c0 = arith.constant 0 : index
  %c3 = arith.constant 3 : index
  %t = tensor.dim %e, %c0 : tensor<?x3xi32>
  %n = arith.muli %t, %c3 : index
  %o0 = tensor.empty() : tensor<19xi32>
  %s0 = tensor.empty(%n) : tensor<?xi32>
  %r0 = tensor.empty(%t) : tensor<?x3xi32>
  // Two of twenty ids name no expert.
  %o, %s, %r = moe.plan ins(%e : tensor<?x3xi32>) weights(%w : tensor<?x3xf32>)
      outs(%o0, %s0, %r0 : tensor<19xi32>, tensor<?xi32>, tensor<?x3xi32>) -> tensor<19xi32>, tensor<?xi32>, tensor<?x3xi32>
  return %o, %s, %r : tensor<19xi32>, tensor<?xi32>, tensor<?x3xi32>
}

func.func @limited(%z: tensor<?x20xf32> {moe.name = "z", moe.dims = ["T"]})
    -> (tensor<21xi32> {moe.name = "offsets"}, tensor<?xi32> {moe.name = "slots"}, tensor<?x3xi32> {moe.name = "rows"}) {
  %w, %e = moe.gate %z <sigmoid, top_k<3>> : tensor<?x20xf32> -> tensor<?x3xf32>, tensor<?x3xi32>
  %c0 = arith.constant 0 : index
  %c3 = arith.constant 3 : index
  %t = tensor.dim %e, %c0 : tensor<?x3xi32>
  %n = arith.muli %t, %c3 : index
  %o0 = tensor.empty() : tensor<21xi32>
  %s0 = tensor.empty(%n) : tensor<?xi32>
  %r0 = tensor.empty(%t) : tensor<?x3xi32>
  %places = arith.constant 130 : index
  %o, %s, %r = moe.plan ins(%e : tensor<?x3xi32>) weights(%w : tensor<?x3xf32>) capacity(%places) priority(choice_major) segment(1000)
      outs(%o0, %s0, %r0 : tensor<21xi32>, tensor<?xi32>, tensor<?x3xi32>) -> tensor<21xi32>, tensor<?xi32>, tensor<?x3xi32>
  return %o, %s, %r : tensor<21xi32>, tensor<?xi32>, tensor<?x3xi32>
}
