// RUN: moe-opt %s --moe-outline-parallel | FileCheck %s

// CHECK: func.func private @moeParallelFor(index, index, index, !llvm.ptr, !llvm.ptr)

// What the loop reads travels in a struct; the iterations of the first loop are tasks.
// CHECK-LABEL: func.func private @scale_tasks_0
// CHECK-SAME: (%[[CONTEXT:.+]]: !llvm.ptr, %[[FIRST:.+]]: index, %[[LAST:.+]]: index)
// CHECK: llvm.load %[[CONTEXT]]
// CHECK: scf.for %{{.+}} = %[[FIRST]] to %[[LAST]]
// CHECK: scf.for
// CHECK: memref.store
// CHECK-LABEL: func.func @scale
// CHECK: llvm.alloca
// CHECK: llvm.store
// CHECK: call @moeParallelFor
// CHECK-NOT: scf.parallel
func.func @scale(%m: memref<?x?xf32>, %f: f32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r = memref.dim %m, %c0 : memref<?x?xf32>
  %c = memref.dim %m, %c1 : memref<?x?xf32>
  scf.parallel (%i, %j) = (%c0, %c0) to (%r, %c) step (%c1, %c1) {
    %v = memref.load %m[%i, %j] : memref<?x?xf32>
    %s = arith.mulf %v, %f : f32
    memref.store %s, %m[%i, %j] : memref<?x?xf32>
  }
  return
}

// A loop that allocates, calls or asserts stays on one thread.
// CHECK-LABEL: func.func @calls
// CHECK-NOT: moeParallelFor
// CHECK: scf.for
// CHECK: call @other
func.func private @other(index)
func.func @calls(%n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.parallel (%i) = (%c0) to (%n) step (%c1) {
    func.call @other(%i) : (index) -> ()
  }
  return
}

// It may call functions that assert nothing, and have nothing to share, nor have those that they call.
// CHECK-LABEL: func.func @calls_tile
// CHECK: call @moeParallelFor
// CHECK-LABEL: func.func @calls_deep
// CHECK: call @moeParallelFor
// CHECK-LABEL: func.func @calls_deep_failing
// CHECK-NOT: moeParallelFor
// CHECK: call @deep_failing
// CHECK-LABEL: func.func @calls_sharing
// CHECK-NOT: moeParallelFor
// CHECK: call @sharing
// CHECK-LABEL: func.func @calls_failing
// CHECK-NOT: moeParallelFor
// CHECK: call @failing
func.func private @tile(%m: memref<?xf32>, %i: index) {
  %f = memref.load %m[%i] : memref<?xf32>
  memref.store %f, %m[%i] : memref<?xf32>
  return
}
func.func private @deep(%m: memref<?xf32>, %i: index) {
  func.call @tile(%m, %i) : (memref<?xf32>, index) -> ()
  return
}
func.func private @sharing(%m: memref<?xf32>, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.parallel (%i) = (%c0) to (%n) step (%c1) {
    %f = memref.load %m[%i] : memref<?xf32>
    memref.store %f, %m[%i] : memref<?xf32>
  }
  return
}
func.func private @failing(%m: memref<?xf32>, %n: index) {
  %c0 = arith.constant 0 : index
  %ok = arith.cmpi ugt, %n, %c0 : index
  cf.assert %ok, "expects more"
  return
}
func.func @calls_tile(%m: memref<?xf32>, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.parallel (%i) = (%c0) to (%n) step (%c1) {
    func.call @tile(%m, %i) : (memref<?xf32>, index) -> ()
  }
  return
}
func.func @calls_deep(%m: memref<?xf32>, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.parallel (%i) = (%c0) to (%n) step (%c1) {
    func.call @deep(%m, %i) : (memref<?xf32>, index) -> ()
  }
  return
}
func.func private @deep_failing(%m: memref<?xf32>, %i: index) {
  func.call @deep(%m, %i) : (memref<?xf32>, index) -> ()
  func.call @failing(%m, %i) : (memref<?xf32>, index) -> ()
  return
}
func.func @calls_deep_failing(%m: memref<?xf32>, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.parallel (%i) = (%c0) to (%n) step (%c1) {
    func.call @deep_failing(%m, %i) : (memref<?xf32>, index) -> ()
  }
  return
}
func.func @calls_sharing(%m: memref<?xf32>, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.parallel (%i) = (%c0) to (%n) step (%c1) {
    func.call @sharing(%m, %i) : (memref<?xf32>, index) -> ()
  }
  return
}
func.func @calls_failing(%m: memref<?xf32>, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.parallel (%i) = (%c0) to (%n) step (%c1) {
    func.call @failing(%m, %i) : (memref<?xf32>, index) -> ()
  }
  return
}

// Tasks that whoever made the loop has cut are handed out as that says: two threads share two panels.
// CHECK-LABEL: func.func @panels
// CHECK: constant @panels_tasks
// CHECK: %[[GRAIN:.+]] = arith.constant 1 : index
// CHECK: call @moeParallelFor(%{{.+}}, %[[GRAIN]], %
// CHECK-NOT: scf.parallel
func.func @panels(%m: memref<2x?xf32>, %f: f32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c = memref.dim %m, %c1 : memref<2x?xf32>
  scf.parallel (%i) = (%c0) to (%c2) step (%c1) {
    scf.for %j = %c0 to %c step %c1 {
      memref.store %f, %m[%i, %j] : memref<2x?xf32>
    }
  } {grain = 1 : index}
  return
}

// The steps of loops within count: a sum of 8 in each of 64 columns is 512 steps, of which 32 rows are 16384.
// CHECK-LABEL: func.func @sums
// CHECK: constant @sums_tasks
// CHECK: %[[GRAIN:.+]] = arith.constant 32 : index
// CHECK: call @moeParallelFor(%{{.+}}, %[[GRAIN]], %
func.func @sums(%x: memref<?x64x8xf32>, %y: memref<?x64xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  %c64 = arith.constant 64 : index
  %t = memref.dim %x, %c0 : memref<?x64x8xf32>
  scf.parallel (%i, %j) = (%c0, %c0) to (%t, %c64) step (%c1, %c1) {
    scf.for %k = %c0 to %c8 step %c1 {
      %v = memref.load %x[%i, %j, %k] : memref<?x64x8xf32>
      %o = memref.load %y[%i, %j] : memref<?x64xf32>
      %s = arith.addf %o, %v : f32
      memref.store %s, %y[%i, %j] : memref<?x64xf32>
    }
  }
  return
}

// Of the branches of a step the longest counts, 128 steps, and a loop whose end is not known has 64: of 8192 there are two.
// CHECK-LABEL: func.func @branches
// CHECK: constant @branches_tasks
// CHECK: %[[GRAIN:.+]] = arith.constant 2 : index
// CHECK: call @moeParallelFor(%{{.+}}, %[[GRAIN]], %
func.func @branches(%x: memref<?xf32>, %n: index, %f: f32, %b: i1) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c256 = arith.constant 256 : index
  scf.parallel (%i) = (%c0) to (%n) step (%c1) {
    scf.for %j = %c0 to %n step %c1 {
      scf.if %b {
        scf.for %k = %c0 to %c256 step %c2 {
          memref.store %f, %x[%i] : memref<?xf32>
        }
      } else {
        memref.store %f, %x[%j] : memref<?xf32>
      }
    }
  }
  return
}

// A loop that is known to be worth no fork stays where it is, once more in each iteration of the loop around; a longer one goes.
// CHECK-LABEL: func.func @short
// CHECK-NOT: moeParallelFor
// CHECK: return
// CHECK-LABEL: func.func @long
// CHECK: call @moeParallelFor
func.func @short(%x: memref<4x8192xf32>, %f: f32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %c8192 = arith.constant 8192 : index
  scf.for %i = %c0 to %c4 step %c1 {
    scf.parallel (%j) = (%c0) to (%c8192) step (%c1) {
      memref.store %f, %x[%i, %j] : memref<4x8192xf32>
    }
  }
  return
}
func.func @long(%x: memref<4x32768xf32>, %f: f32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %c32768 = arith.constant 32768 : index
  scf.for %i = %c0 to %c4 step %c1 {
    scf.parallel (%j) = (%c0) to (%c32768) step (%c1) {
      memref.store %f, %x[%i, %j] : memref<4x32768xf32>
    }
  }
  return
}

// A buffer of an inner task is one of the outer task's: threads share none. At most so many threads where the loop says so.
// CHECK-LABEL: func private @nested_tasks_{{[0-9]+}}
// CHECK: memref.alloca() : memref<1xf32>
// CHECK: scf.for
// CHECK-LABEL: func @nested
// CHECK-NOT: memref.alloca
// CHECK: %[[THREADS:.+]] = arith.constant 3 : index
// CHECK: call @moeParallelFor(%{{.+}}, %{{.+}}, %[[THREADS]], %
func.func @nested(%m: memref<8x8xf32>, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  scf.parallel (%i) = (%c0) to (%n) step (%c1) {
    scf.parallel (%j) = (%c0) to (%c8) step (%c1) {
      %a = memref.alloca() : memref<1xf32>
      %v = memref.load %m[%i, %j] : memref<8x8xf32>
      memref.store %v, %a[%c0] : memref<1xf32>
      %w = memref.load %a[%c0] : memref<1xf32>
      memref.store %w, %m[%i, %j] : memref<8x8xf32>
      scf.reduce
    }
    scf.reduce
  } {max_threads = 3 : index}
  return
}

// Two loops that end before they start have no tasks together, either.
// CHECK-LABEL: func.func @empty(
// CHECK: %[[I:.+]] = arith.subi %arg1, %{{.+}} : index
// CHECK: %[[NI:.+]] = arith.maxsi %[[I]], %{{.+}} : index
// CHECK: %[[TASKS:.+]] = arith.muli %{{.+}}, %[[NI]] : index
// CHECK: %[[J:.+]] = arith.subi %arg2, %{{.+}} : index
// CHECK: %[[MJ:.+]] = arith.maxsi %[[J]], %{{.+}} : index
// CHECK: %[[NJ:.+]] = arith.ceildivsi %[[MJ]], %{{.+}} : index
// CHECK: %[[ALL:.+]] = arith.muli %[[TASKS]], %[[NJ]] : index
// CHECK: call @moeParallelFor(%[[ALL]], %
func.func @empty(%m: memref<?x?xf32>, %a: index, %b: index, %f: f32) {
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  scf.parallel (%i, %j) = (%c2, %c2) to (%a, %b) step (%c1, %c2) {
    scf.for %k = %c1 to %c2 step %c1 {
      memref.store %f, %m[%i, %j] : memref<?x?xf32>
    }
  } {grain = 1 : index}
  return
}
