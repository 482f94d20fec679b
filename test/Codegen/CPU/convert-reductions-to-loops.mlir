// RUN: moe-opt %s --convert-reductions-to-loops --split-input-file | FileCheck %s

#xyk = affine_map<(i, j, k) -> (i, j + k)>
#ij = affine_map<(i, j, k) -> (j, i)>
#none = affine_map<(i, j, k) -> ()>

// A sum starts with what is there, is carried through its loop, and is stored once. Scalars, positions and sums of indices.
// CHECK-LABEL: func @sum
// CHECK-SAME: %[[X:.+]]: memref<?x9xf32>, %[[F:.+]]: f32, %[[Y:.+]]: memref<4x?xf32>
// CHECK: scf.parallel (%[[I:.+]], %[[J:.+]]) = (%{{.+}}, %{{.+}}) to (%{{.+}}, %c4) step
// CHECK: %[[START:.+]] = memref.load %[[Y]][%[[J]], %[[I]]]
// CHECK: %[[SUM:.+]] = scf.for %[[K:.+]] = %{{.+}} to %c6{{.*}} iter_args(%[[S:.+]] = %[[START]]) -> (f32)
// CHECK: %[[AT:.+]] = affine.apply {{.*}}(%[[J]], %[[K]])
// CHECK: %[[V:.+]] = memref.load %[[X]][%[[I]], %[[AT]]]
// CHECK: %[[P:.+]] = arith.mulf %[[V]], %[[F]]
// CHECK: arith.index_cast %[[K]]
// CHECK: %[[NEXT:.+]] = arith.addf %[[S]], %
// CHECK: scf.yield %[[NEXT]]
// CHECK-NOT: memref.store
// CHECK: }
// CHECK: memref.store %[[SUM]], %[[Y]][%[[J]], %[[I]]]
// CHECK-NOT: linalg
func.func @sum(%x: memref<?x9xf32>, %f: f32, %y: memref<4x?xf32>, %k: memref<6xf32>) {
  linalg.generic {indexing_maps = [#xyk, #none, affine_map<(i, j, k) -> (k)>, #ij], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %f, %k : memref<?x9xf32>, f32, memref<6xf32>) outs(%y : memref<4x?xf32>) {
  ^bb0(%v: f32, %g: f32, %w: f32, %s: f32):
    %p = arith.mulf %v, %g : f32
    %n = linalg.index 2 : index
    %m = arith.index_cast %n : index to i32
    %q = arith.sitofp %m : i32 to f32
    %r = arith.addf %p, %q : f32
    %t = arith.addf %s, %r : f32
    linalg.yield %t : f32
  }
  return
}

// -----

// Two reductions, one in the other, of two results.
// CHECK-LABEL: func @two
// CHECK: scf.parallel
// CHECK-COUNT-2: memref.load
// CHECK: %[[OUTER:.+]]:2 = scf.for
// CHECK: %[[INNER:.+]]:2 = scf.for
// CHECK: scf.yield %[[INNER]]#0, %[[INNER]]#1
// CHECK: memref.store %[[OUTER]]#0
// CHECK: memref.store %[[OUTER]]#1
func.func @two(%x: memref<3x4x5xf32>, %sum: memref<3xf32>, %most: memref<3xf32>) {
  linalg.generic {indexing_maps = [affine_map<(i, j, k) -> (i, j, k)>, affine_map<(i, j, k) -> (i)>, affine_map<(i, j, k) -> (i)>],
                  iterator_types = ["parallel", "reduction", "reduction"]}
      ins(%x : memref<3x4x5xf32>) outs(%sum, %most : memref<3xf32>, memref<3xf32>) {
  ^bb0(%v: f32, %s: f32, %m: f32):
    %t = arith.addf %s, %v : f32
    %n = arith.maximumf %m, %v : f32
    linalg.yield %t, %n : f32, f32
  }
  return
}

// -----

// Left alone: nothing is parallel, nothing is reduced, parallel loops lie within, tensors, a sum that parallel iterations share.
// CHECK-LABEL: func @left
// CHECK-COUNT-5: linalg.generic
// CHECK-NOT: scf
func.func @left(%shared: memref<3x4x5xf32>, %rows: memref<3xf32>, %x: memref<3x4xf32>, %all: memref<f32>, %same: memref<3x4xf32>, %columns: memref<4xf32>, %t: tensor<3x4xf32>, %r: tensor<3xf32>) -> tensor<3xf32> {
  linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> ()>], iterator_types = ["reduction", "reduction"]}
      ins(%x : memref<3x4xf32>) outs(%all : memref<f32>) {
  ^bb0(%v: f32, %s: f32):
    %n = arith.addf %s, %v : f32
    linalg.yield %n : f32
  }
  linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]}
      ins(%x : memref<3x4xf32>) outs(%same : memref<3x4xf32>) {
  ^bb0(%v: f32, %s: f32):
    linalg.yield %v : f32
  }
  linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>], iterator_types = ["reduction", "parallel"]}
      ins(%x : memref<3x4xf32>) outs(%columns : memref<4xf32>) {
  ^bb0(%v: f32, %s: f32):
    %n = arith.addf %s, %v : f32
    linalg.yield %n : f32
  }
  %y = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>], iterator_types = ["parallel", "reduction"]}
      ins(%t : tensor<3x4xf32>) outs(%r : tensor<3xf32>) {
  ^bb0(%v: f32, %s: f32):
    %n = arith.addf %s, %v : f32
    linalg.yield %n : f32
  } -> tensor<3xf32>
  linalg.generic {indexing_maps = [affine_map<(i, j, k) -> (i, j, k)>, affine_map<(i, j, k) -> (i)>], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%shared : memref<3x4x5xf32>) outs(%rows : memref<3xf32>) {
  ^bb0(%v: f32, %s: f32):
    %n = arith.addf %s, %v : f32
    linalg.yield %n : f32
  }
  return %y : tensor<3xf32>
}
