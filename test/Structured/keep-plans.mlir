// RUN: moe-opt %s --convert-moe-to-linalg=keep-plans --canonicalize --cse --split-input-file | FileCheck %s

func.func private @moeRecordDispatch(i64, tensor<?xi32>)

// A plan stays, with its sizes checked and its offsets recorded around it.
// CHECK-LABEL: func @plan
// CHECK: cf.assert %{{.+}}, "expects weights to have as many tokens as experts"
// CHECK: cf.assert %{{.+}}, "expects fewer than 2^31 slots"
// CHECK: %[[P:.+]]:2 = moe.plan ins(%{{.+}} : tensor<?x2xi32>) weights(%{{.+}} : tensor<?x2xf32>) outs
// CHECK-NOT: moe.layer
// CHECK: tensor.extract %[[P]]#0[%c8]
// CHECK: cf.assert %{{.+}}, "expects slots that hold all live ones"
// CHECK: %[[OPEN:.+]] = tensor.cast %[[P]]#0
// CHECK: call @moeRecordDispatch(%c3_i64, %[[OPEN]])
func.func @plan(%e: tensor<?x2xi32>, %w: tensor<?x2xf32>, %o: tensor<9xi32>, %s: tensor<?xi32>) -> (tensor<9xi32>, tensor<?xi32>) {
  %0:2 = moe.plan ins(%e : tensor<?x2xi32>) weights(%w : tensor<?x2xf32>) outs(%o, %s : tensor<9xi32>, tensor<?xi32>)
      {moe.layer = 3 : i64} -> tensor<9xi32>, tensor<?xi32>
  return %0#0, %0#1 : tensor<9xi32>, tensor<?xi32>
}

// -----

// What a capacity drops chooses no expert; the plan that stays has neither capacity nor weights.
// CHECK-LABEL: func @capacity
// CHECK: %[[LIVE:.+]]:2 = scf.for
// CHECK: %[[SERVED:.+]] = linalg.generic {{.*}} ins(%{{.+}}, %[[LIVE]]#0
// CHECK: arith.select %{{.+}}, %{{.+}}, %c-1_i32
// CHECK: moe.plan ins(%[[SERVED]] : tensor<?x2xi32>) outs
func.func @capacity(%e: tensor<?x2xi32>, %w: tensor<?x2xf32>, %c: index, %o: tensor<9xi32>, %s: tensor<?xi32>)
    -> (tensor<9xi32>, tensor<?xi32>) {
  %0:2 = moe.plan ins(%e : tensor<?x2xi32>) weights(%w : tensor<?x2xf32>) capacity(%c) priority(choice_major) segment(64)
      outs(%o, %s : tensor<9xi32>, tensor<?xi32>) -> tensor<9xi32>, tensor<?xi32>
  return %0#0, %0#1 : tensor<9xi32>, tensor<?xi32>
}

// -----

// So does the plan of a route.
// CHECK-LABEL: func @route
// CHECK-NOT: moe.route
// CHECK: moe.plan
func.func @route(%x: tensor<?x16xf32>, %p: tensor<16x8xf32>, %w: tensor<?x2xf32>, %e: tensor<?x2xi32>,
                 %o: tensor<9xi32>, %s: tensor<?xi32>) -> (tensor<?x2xf32>, tensor<9xi32>) {
  %0:4 = moe.route <softmax, top_k<2>> ins(%x, %p : tensor<?x16xf32>, tensor<16x8xf32>)
      outs(%w, %e, %o, %s : tensor<?x2xf32>, tensor<?x2xi32>, tensor<9xi32>, tensor<?xi32>)
      -> tensor<?x2xf32>, tensor<?x2xi32>, tensor<9xi32>, tensor<?xi32>
  return %0#0, %0#2 : tensor<?x2xf32>, tensor<9xi32>
}

// -----

// And one in a loop, with the rows of tokens.
// CHECK-LABEL: func @loop
// CHECK: scf.for
// CHECK: cf.assert %{{.+}}, "expects the rows to have as many tokens as experts"
// CHECK: moe.plan {{.*}} -> tensor<9xi32>, tensor<?xi32>, tensor<?x2xi32>
// CHECK: cf.assert %{{.+}}, "expects slots that hold all live ones"
// CHECK: scf.yield
func.func @loop(%e: tensor<?x2xi32>, %n: index, %o: tensor<9xi32>, %s: tensor<?xi32>, %r: tensor<?x2xi32>) -> tensor<?x2xi32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %all = scf.for %i = %c0 to %n step %c1 iter_args(%rows = %r) -> tensor<?x2xi32> {
    %0:3 = moe.plan ins(%e : tensor<?x2xi32>) outs(%o, %s, %rows : tensor<9xi32>, tensor<?xi32>, tensor<?x2xi32>)
        -> tensor<9xi32>, tensor<?xi32>, tensor<?x2xi32>
    scf.yield %0#2 : tensor<?x2xi32>
  }
  return %all : tensor<?x2xi32>
}
