// RUN: moe-opt %s --convert-moe-to-linalg --canonicalize --cse | FileCheck %s

// The row-major position, plus the offset, is the counter; ten rounds of two
// products, less the two that only words 2 and 3 of the output need.
// CHECK-LABEL: func.func @uniform(
// CHECK-SAME: %{{.*}}: i64, %{{.*}}: i64, %[[OFFSET:.*]]: i64, %[[N:.*]]: index
// CHECK: %[[I:.*]] = linalg.index 0
// CHECK: %[[P:.*]] = arith.muli %[[I]], %[[N]] : index
// CHECK: %[[J:.*]] = linalg.index 1
// CHECK: %[[Q:.*]] = arith.addi %[[P]], %[[J]] : index
// CHECK: arith.index_cast %[[Q]] : index to i64
// CHECK: arith.addi %{{.*}}, %[[OFFSET]] : i64
// CHECK-COUNT-18: arith.mului_extended
// CHECK-NOT: arith.mului_extended
// CHECK: %[[U:.*]] = arith.uitofp %{{.*}} : i32 to f32
// CHECK: arith.mulf %[[U]], %{{.*}} : f32
func.func @uniform(%seed: i64, %step: i64, %offset: i64, %n: index) -> tensor<4x?xf32> {
  %0 = moe.random_uniform seed(%seed) step(%step) offset(%offset) sizes(%n) : tensor<4x?xf32>
  return %0 : tensor<4x?xf32>
}

// Box-Muller in the type of the result.
// CHECK-LABEL: func.func @normal(
// CHECK: math.log %{{.*}} : f64
// CHECK: math.sqrt %{{.*}} : f64
// CHECK: math.cos %{{.*}} : f64
func.func @normal(%seed: i64, %step: i64) -> tensor<f64> {
  %0 = moe.random_normal seed(%seed) step(%step) sizes() : tensor<f64>
  return %0 : tensor<f64>
}
