// RUN: moe-opt %s --split-input-file --verify-diagnostics --moe-promote-to-f64 | FileCheck %s

// Arguments keep their types and are extended once; casts between floats go.
// CHECK-LABEL: func.func @casts(
// CHECK-SAME: %[[X:.*]]: tensor<4xbf16>) -> tensor<4xf64>
// CHECK-NEXT: %[[WIDE:.*]] = arith.extf %[[X]] : tensor<4xbf16> to tensor<4xf64>
// CHECK-NEXT: %[[C:.*]] = arith.constant dense<1.500000e+00> : tensor<4xf64>
// CHECK-NEXT: %[[S:.*]] = arith.addf %[[WIDE]], %[[C]] : tensor<4xf64>
// CHECK-NEXT: return %[[S]]
func.func @casts(%x: tensor<4xbf16>) -> tensor<4xbf16> {
  %0 = arith.extf %x : tensor<4xbf16> to tensor<4xf32>
  %c = arith.constant dense<1.5> : tensor<4xf32>
  %1 = arith.addf %0, %c : tensor<4xf32>
  %2 = arith.truncf %1 : tensor<4xf32> to tensor<4xbf16>
  return %2 : tensor<4xbf16>
}

// Integers stay, f64 stays.
// CHECK-LABEL: func.func @others(%{{.*}}: tensor<4xi32>, %{{.*}}: f64) -> (tensor<4xi32>, f64)
// CHECK-NEXT: return
func.func @others(%i: tensor<4xi32>, %d: f64) -> (tensor<4xi32>, f64) {
  return %i, %d : tensor<4xi32>, f64
}

// -----

// A stacked parameter is extended one expert at a time, in the region.
// CHECK-LABEL: func.func @expert(
// CHECK-SAME: %[[X:.*]]: tensor<?x8xf32>, %{{.*}}: tensor<3xi32>, %[[W:.*]]: tensor<2x8xf32>)
// CHECK-NOT: arith.extf %[[W]]
// CHECK: moe.expert rows(%{{.*}} = %{{.*}} : tensor<?x8xf64>)
// CHECK-SAME: params(%[[P:.*]] = %[[W]] : tensor<2x8xf32>)
// CHECK-NEXT: arith.extf %[[P]] : tensor<8xf32> to tensor<8xf64>
func.func @expert(%x: tensor<?x8xf32>, %offsets: tensor<3xi32>, %w: tensor<2x8xf32>) -> tensor<?x8xf32> {
  %0 = moe.expert rows(%xe = %x : tensor<?x8xf32>) offsets(%offsets : tensor<3xi32>)
      params(%we = %w : tensor<2x8xf32>) {
    %c0 = arith.constant 0 : index
    %m = tensor.dim %xe, %c0 : tensor<?x8xf32>
    %e = tensor.empty(%m) : tensor<?x8xf32>
    %b = linalg.broadcast ins(%we : tensor<8xf32>) outs(%e : tensor<?x8xf32>) dimensions = [0]
    %r = linalg.add ins(%xe, %b : tensor<?x8xf32>, tensor<?x8xf32>)
        outs(%e : tensor<?x8xf32>) -> tensor<?x8xf32>
    moe.yield %r : tensor<?x8xf32>
  } -> tensor<?x8xf32>
  return %0 : tensor<?x8xf32>
}

// -----

// The bits of a float have no meaning in another type.
func.func @bits(%x: f32) -> i32 {
  // expected-error @+1 {{expects no op that reads the bits of a float where the program is promoted to f64, found 'arith.bitcast'}}
  %0 = arith.bitcast %x : f32 to i32
  return %0 : i32
}
