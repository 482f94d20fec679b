// RUN: moe-opt %s --convert-gate-to-vector --split-input-file | FileCheck %s

// Blocks of tokens are tasks. Keys are the logits themselves: one walk, whose state is the list; the few keys of a vector that
// come before the last of the list are inserted. Exponentials are of the selected alone.
// CHECK-LABEL: func @selected
// CHECK: %[[B:.+]] = bufferization.to_buffer %{{.+}} read_only : tensor<?x64xf32>
// CHECK: scf.parallel (%{{.+}}) = (%c0{{.*}}) to (%{{.+}}) step (%c128
// CHECK: scf.for %[[T:.+]] =
// CHECK: scf.for %{{.+}} = %{{.+}} to %{{.+}} step %c16{{.*}} iter_args({{.+}}) -> (vector<4xi64>)
// CHECK-NOT: maskedload
// CHECK: vector.load %[[B]][%[[T]], %{{.+}}] : memref<?x64xf32>, vector<16xf32>
// CHECK: scf.while {{.+}} : (i16, vector<4xi64>)
// CHECK: vector.shuffle
// CHECK: arith.minsi
// CHECK: arith.maxsi
// CHECK-NOT: math.exp %{{.+}} : vector<16xf32>
// CHECK-COUNT-4: memref.load %[[B]]
// CHECK: math.exp %{{.+}} : vector<4xf32>
// CHECK: vector.reduction <add>
// CHECK: vector.store %{{.+}}, %[[W:.+]][%[[T]], %{{.+}}] : memref<?x4xf32>, vector<4xf32>
// CHECK: vector.store %{{.+}}, %[[E:.+]][%[[T]], %{{.+}}] : memref<?x4xi32>, vector<4xi32>
// CHECK-DAG: bufferization.to_tensor %[[W]] restrict writable
// CHECK-DAG: bufferization.to_tensor %[[E]] restrict writable
func.func @selected(%z: tensor<?x64xf32>) -> (tensor<?x4xf32>, tensor<?x4xi32>) {
  %w, %e = moe.gate %z <identity, top_k<4>, softmax> : tensor<?x64xf32> -> tensor<?x4xf32>, tensor<?x4xi32>
  return %w, %e : tensor<?x4xf32>, tensor<?x4xi32>
}

// -----

// A softmax over all logits: the largest is the first key, so only the sum is another walk.
// CHECK-LABEL: func @softmax
// CHECK: scf.for {{.+}} -> (vector<2xi64>)
// CHECK: scf.for {{.+}} -> (vector<16xf32>)
// CHECK: math.exp %{{.+}} : vector<16xf32>
// CHECK-NOT: scf.for
func.func @softmax(%z: tensor<8x32xf32>) -> (tensor<8x2xf32>, tensor<8x2xi32>) {
  %w, %e = moe.gate %z <softmax, top_k<2>> : tensor<8x32xf32> -> tensor<8x2xf32>, tensor<8x2xi32>
  return %w, %e : tensor<8x2xf32>, tensor<8x2xi32>
}

// -----

// With a bias its scores are keys: largest and sum come before. bf16 logits are widened; lanes past the last logit are masked.
// CHECK-LABEL: func @biased
// CHECK: scf.for {{.+}} -> (vector<16xf32>)
// CHECK: arith.maximumf
// CHECK: scf.for {{.+}} -> (vector<16xf32>)
// CHECK: math.exp %{{.+}} : vector<16xf32>
// CHECK: scf.for {{.+}} -> (vector<2xi64>)
// CHECK: vector.maskedload %{{.+}} : memref<8x20xbf16>
// CHECK: arith.divf %{{.+}} : vector<16xf32>
// CHECK: vector.maskedload %{{.+}} : memref<20xf32>
func.func @biased(%z: tensor<8x20xbf16>, %b: tensor<20xf32>) -> (tensor<8x2xf32>, tensor<8x2xi32>) {
  %w, %e = moe.gate %z <softmax, top_k<2>> bias(%b : tensor<20xf32>) : tensor<8x20xbf16> -> tensor<8x2xf32>, tensor<8x2xi32>
  return %w, %e : tensor<8x2xf32>, tensor<8x2xi32>
}

// -----

// Groups: a list of two keys for each, a list of groups, and a walk that computes the keys of the kept ones.
// CHECK-LABEL: func @groups
// CHECK: scf.for {{.+}} -> (vector<4xi64>)
// CHECK: scf.for {{.+}} -> (vector<2xi64>)
// CHECK: vector.reduction <or>, %{{.+}} : vector<4xi64> into i64
// CHECK: scf.for {{.+}} -> (vector<8xi64>)
// CHECK: scf.for {{.+}} -> (vector<8xi64>)
// CHECK: scf.if %{{.+}} -> (vector<16xi32>)
func.func @groups(%z: tensor<?x256xf32>, %b: tensor<256xf32>) -> (tensor<?x8xf32>, tensor<?x8xi32>) {
  %w, %e = moe.gate %z <sigmoid, group_top_k<8, groups = 8, kept = 4, by = sum_of_two>, sum> bias(%b : tensor<256xf32>)
      : tensor<?x256xf32> -> tensor<?x8xf32>, tensor<?x8xi32>
  return %w, %e : tensor<?x8xf32>, tensor<?x8xi32>
}

// -----

// More slots than fit, sums in f64, a score of one's own, and a choice that compares tokens stay.
// CHECK-LABEL: func @others
// CHECK-COUNT-4: moe.gate
func.func @others(%z: tensor<?x64xf32>, %d: tensor<?x64xf64>, %c: index)
    -> (tensor<?x33xf32>, tensor<?x2xf64>, tensor<?x2xf32>, tensor<?x64xf32>) {
  %w0, %e0 = moe.gate %z <softmax, top_k<33>> : tensor<?x64xf32> -> tensor<?x33xf32>, tensor<?x33xi32>
  %w1, %e1 = moe.gate %d <softmax, top_k<2>> : tensor<?x64xf64> -> tensor<?x2xf64>, tensor<?x2xi32>
  %w2, %e2 = moe.gate %z <region, top_k<2>> score {
  ^bb0(%s: f32):
    %r = math.tanh %s : f32
    moe.yield %r : f32
  } : tensor<?x64xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %w3, %e3 = moe.gate %z <softmax, expert_choice> capacity(%c) : tensor<?x64xf32> -> tensor<?x64xf32>, tensor<?x64xi32>
  return %w0, %w1, %w2, %w3 : tensor<?x33xf32>, tensor<?x2xf64>, tensor<?x2xf32>, tensor<?x64xf32>
}
