// RUN: moe-opt %s --convert-plan-to-loops --canonicalize --cse --split-input-file | FileCheck %s

// Parts of 8192 slots count, one thread sums by expert and then by part, parts place; then each lists the rows of its tokens.
// CHECK-LABEL: func @plan
// CHECK-SAME: %[[E:[^:]+]]: memref<?x8xi32>, %[[W:[^:]+]]: memref<?x8xf32>, %[[O:[^:]+]]: memref<41xi32>, %[[S:[^:]+]]: memref<?xi32>
// CHECK-SAME: %[[R:[^:]+]]: memref<?x8xi32>
// CHECK: %[[T:.+]] = memref.dim %[[E]]
// CHECK: %[[BOUND:.+]] = memref.dim %[[S]]
// CHECK: arith.ceildivui %[[T]], %c1024
// CHECK: %[[PARTS:.+]] = arith.maxui
// CHECK: %[[NEXT:.+]] = memref.alloc(%[[PARTS]]) {alignment = 64 : i64} : memref<?x48xi32>
// CHECK: scf.parallel (%[[P:.+]]) = (%c0) to (%[[PARTS]]) step (%c1)
// CHECK: memref.store %c0_i32, %[[NEXT]][%[[P]], %{{.+}}]
// CHECK: scf.for %[[TOKEN:.+]] =
// CHECK: scf.for %[[J:.+]] = %c0 to %c8
// CHECK: %[[ID:.+]] = memref.load %[[E]][%[[TOKEN]], %[[J]]]
// CHECK: %[[X:.+]] = arith.index_castui %[[ID]]
// CHECK: arith.cmpi ult, %[[X]], %c40
// CHECK: arith.cmpf une
// CHECK: scf.if
// CHECK: memref.store %{{.+}}, %[[NEXT]][%[[P]], %[[X]]]
// CHECK: } {grain = 1 : index}
// CHECK: scf.for %{{.+}} = %c0 to %c40 step %c1 iter_args(%[[BEFORE:.+]] = %c0)
// CHECK: scf.for %{{.+}} = %c0 to %[[PARTS]] step %c1 iter_args(%{{.+}} = %[[BEFORE]])
// CHECK: memref.store %{{.+}}, %[[O]]
// CHECK: scf.parallel
// CHECK: %[[FITS:.+]] = arith.cmpi ult, %{{.+}}, %[[BOUND]]
// CHECK: scf.if %[[FITS]]
// CHECK: memref.store %{{.+}}, %[[S]]
// CHECK: memref.store %c-1_i32, %[[S]]
// CHECK: %[[FILLED:.+]] = memref.alloc(%[[T]])
// CHECK: scf.parallel
// CHECK: memref.store %c-1_i32, %[[R]]
// CHECK: scf.for
// CHECK: %[[SLOT:.+]] = memref.load %[[S]]
// CHECK: memref.store %{{.+}}, %[[R]]
// CHECK: memref.dealloc %[[FILLED]]
// CHECK: memref.dealloc %[[NEXT]]
func.func @plan(%e: memref<?x8xi32>, %w: memref<?x8xf32>, %o: memref<41xi32>, %s: memref<?xi32>, %r: memref<?x8xi32>) {
  moe.plan ins(%e : memref<?x8xi32>) weights(%w : memref<?x8xf32>) outs(%o, %s, %r : memref<41xi32>, memref<?xi32>, memref<?x8xi32>)
  return
}

// -----

// Few slots are one part: no parallel loop, nothing to choose. Without weights every slot in range is live.
// CHECK-LABEL: func @few
// CHECK: memref.alloc() {alignment = 64 : i64} : memref<1x64xi32>
// CHECK-NOT: {{scf.parallel|arith.cmpf|memref.alloc}}
// CHECK: return
func.func @few(%e: memref<64x8xi32>, %o: memref<65xi32>, %s: memref<512xi32>) {
  moe.plan ins(%e : memref<64x8xi32>) outs(%o, %s : memref<65xi32>, memref<512xi32>)
  return
}

// -----

// Many experts make parts larger: 16 slots for each.
// CHECK-LABEL: func @many_experts
// CHECK: arith.ceildivui %{{.+}}, %c524288
func.func @many_experts(%e: memref<?x4xi32>, %o: memref<131073xi32>, %s: memref<?xi32>) {
  moe.plan ins(%e : memref<?x4xi32>) outs(%o, %s : memref<131073xi32>, memref<?xi32>)
  return
}

// -----

// Tensors, and plans whose capacity is not applied yet, are not for this pass.
// CHECK-LABEL: func @others
// CHECK-COUNT-2: moe.plan
func.func @others(%e: memref<?x2xi32>, %c: index, %o: memref<9xi32>, %s: memref<?xi32>, %te: tensor<?x2xi32>, %to: tensor<9xi32>,
                  %ts: tensor<?xi32>) -> (tensor<9xi32>, tensor<?xi32>) {
  moe.plan ins(%e : memref<?x2xi32>) capacity(%c) outs(%o, %s : memref<9xi32>, memref<?xi32>)
  %0:2 = moe.plan ins(%te : tensor<?x2xi32>) outs(%to, %ts : tensor<9xi32>, tensor<?xi32>) -> tensor<9xi32>, tensor<?xi32>
  return %0#0, %0#1 : tensor<9xi32>, tensor<?xi32>
}
