// The stock mlir-opt runs our dialect and passes. A plugin that does not load
// leaves its exit status at 0, so the output is what counts.
// REQUIRES: plugin
// RUN: mlir-opt %s --load-dialect-plugin=%moe_plugin --load-pass-plugin=%moe_plugin \
// RUN:   --pass-pipeline='builtin.module(convert-moe-to-linalg)' 2>&1 | FileCheck %s

// CHECK-NOT: Failed to load
// CHECK-LABEL: func.func @route
func.func @route(%z: tensor<?x8xf32>) -> tensor<?x2xf32> {
  // CHECK-NOT: moe.gate
  // CHECK: math.exp
  %weights, %experts = moe.gate %z <softmax, top_k<2>>
      : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  return %weights : tensor<?x2xf32>
}
