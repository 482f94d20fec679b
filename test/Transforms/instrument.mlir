// RUN: moe-opt %s --split-input-file --moe-instrument | FileCheck %s

// One layer: the gate and its projection, the dispatch, and the experts with
// their contraction. The gate's keys are its logits.
// CHECK-DAG: func.func private @moeRecordGate(i64, tensor<?x?xf64>, tensor<?x?xi32>) attributes {llvm.emit_c_interface}
// CHECK-DAG: func.func private @moeRecordKeys(i64, tensor<?x?xf64>) attributes {llvm.emit_c_interface}
// CHECK-DAG: func.func private @moeRecordDispatch(i64, tensor<?xi32>) attributes {llvm.emit_c_interface}
// CHECK-LABEL: func.func @layer(
// CHECK: linalg.matmul {moe.gate_projection, moe.layer = 0 : i64}
// CHECK: call @moeRecordKeys
// CHECK: moe.gate {{.*}} {moe.layer = 0 : i64}
// CHECK: moe.dispatch {{.*}} {moe.layer = 0 : i64}
// CHECK: moe.expert
// CHECK: linalg.matmul {moe.layer = 0 : i64}
func.func @layer(%x: tensor<?x8xf32>, %router: tensor<8x4xf32>, %w: tensor<4x8x8xf32>,
                 %zeros: tensor<?x4xf32>, %bias: tensor<4xf32>) -> tensor<?x8xf32> {
  %xg = linalg.matmul ins(%x, %router : tensor<?x8xf32>, tensor<8x4xf32>)
      outs(%zeros : tensor<?x4xf32>) -> tensor<?x4xf32>
  %b = linalg.broadcast ins(%bias : tensor<4xf32>) outs(%zeros : tensor<?x4xf32>) dimensions = [0]
  %logits = arith.addf %xg, %b : tensor<?x4xf32>
  %weights, %experts = moe.gate %logits <softmax, top_k<2>>
      : tensor<?x4xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %rows, %offsets, %slots = moe.dispatch %x to %experts weights(%weights : tensor<?x2xf32>)
      : tensor<?x8xf32> to tensor<?x2xi32> -> tensor<?x8xf32> by tensor<5xi32>, tensor<?xi32>
  %out = moe.expert rows(%xe = %rows : tensor<?x8xf32>) offsets(%offsets : tensor<5xi32>)
      params(%we = %w : tensor<4x8x8xf32>) {
    %zero = arith.constant 0.0 : f32
    %c0 = arith.constant 0 : index
    %m = tensor.dim %xe, %c0 : tensor<?x8xf32>
    %e = tensor.empty(%m) : tensor<?x8xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<?x8xf32>) -> tensor<?x8xf32>
    %r = linalg.matmul ins(%xe, %we : tensor<?x8xf32>, tensor<8x8xf32>)
        outs(%f : tensor<?x8xf32>) -> tensor<?x8xf32>
    moe.yield %r : tensor<?x8xf32>
  } -> tensor<?x8xf32>
  return %out : tensor<?x8xf32>
}

// -----

// With a selection bias the keys are score plus bias, so the score is built.
// CHECK-LABEL: func.func @biased(
// CHECK: math.exp
// CHECK: call @moeRecordKeys
// CHECK: moe.gate {{.*}} {moe.layer = 0 : i64}
func.func @biased(%logits: tensor<?x4xf32>, %bias: tensor<4xf32>) -> tensor<?x2xf32> {
  %weights, %experts = moe.gate %logits <sigmoid, top_k<2>, sum> bias(%bias : tensor<4xf32>)
      : tensor<?x4xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  return %weights : tensor<?x2xf32>
}

// -----

// Where the experts are constant, the gate of the weights is that of the layer.
// CHECK-LABEL: func.func @constant_experts(
// CHECK: moe.gate {{.*}} {moe.layer = 0 : i64}
// CHECK: moe.dispatch {{.*}} {moe.layer = 0 : i64}
func.func @constant_experts(%x: tensor<4x8xf32>, %logits: tensor<4x1xf32>) -> tensor<4xi32> {
  %ids = arith.constant dense<0> : tensor<4x1xi32>
  %weights, %experts = moe.gate %logits <sigmoid, top_k<1>> : tensor<4x1xf32> -> tensor<4x1xf32>, tensor<4x1xi32>
  %rows, %offsets, %slots = moe.dispatch %x to %ids weights(%weights : tensor<4x1xf32>) scale_rows
      : tensor<4x8xf32> to tensor<4x1xi32> -> tensor<4x8xf32> by tensor<2xi32>, tensor<4xi32>
  return %slots : tensor<4xi32>
}

// -----

// Experts whose offsets are an argument are a layer of their own; the offsets
// are recorded here, since no dispatch does it.
// CHECK-LABEL: func.func @own(
// CHECK: call @moeRecordDispatch
// CHECK: moe.expert
// CHECK: {moe.layer = 0 : i64}
func.func @own(%rows: tensor<?x8xf32>, %offsets: tensor<5xi32>) -> tensor<?x8xf32> {
  %0 = moe.expert rows(%xe = %rows : tensor<?x8xf32>) offsets(%offsets : tensor<5xi32>) {
    moe.yield %xe : tensor<?x8xf32>
  } -> tensor<?x8xf32>
  return %0 : tensor<?x8xf32>
}
