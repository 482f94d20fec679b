// What may be left after each stage.

// RUN: moe-opt %s --split-input-file --verify-diagnostics --allow-unregistered-dialect --pass-pipeline='builtin.module(moe-verify-stage{stage=structured})'
// RUN: moe-opt %s --split-input-file --allow-unregistered-dialect --pass-pipeline='builtin.module(moe-verify-stage{stage=moe})' -o /dev/null
// RUN: not moe-opt %s --split-input-file --allow-unregistered-dialect --pass-pipeline='builtin.module(moe-verify-stage{stage=llvm})' 2>&1 | FileCheck %s

// Upstream ops on tensors are what the structured stage is made of.
// CHECK: error: expects no 'func.func' after stage 'llvm'
func.func @upstream(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = arith.addf %x, %x : tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

// A moe op must be lowered.
func.func @moe(%z: tensor<?x4xf32>) -> tensor<?x2xf32> {
  // expected-error @+1 {{expects no 'moe.gate' after stage 'structured'}}
  %w, %e = moe.gate %z <softmax, top_k<2>> : tensor<?x4xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  return %w : tensor<?x2xf32>
}

// -----

// No stage knows an op of an unknown dialect.
func.func @unknown(%x: tensor<4xf32>) {
  // expected-error @+1 {{expects no 'own.op' after stage 'structured'}}
  "own.op"(%x) : (tensor<4xf32>) -> ()
  return
}

// -----

// Memory comes after the structured stage.
func.func @memory(%m: memref<4xf32>, %i: index) -> f32 {
  // expected-error @+1 {{expects no 'memref.load' after stage 'structured'}}
  %0 = memref.load %m[%i] : memref<4xf32>
  return %0 : f32
}

// -----

// Nor an op that cannot become one on memory.
func.func @gather(%x: tensor<8x4xf32>, %i: tensor<2x1xindex>) -> tensor<2x4xf32> {
  // expected-error @+1 {{expects no 'tensor.gather' after stage 'structured'}}
  %0 = tensor.gather %x[%i] gather_dims([0]) : (tensor<8x4xf32>, tensor<2x1xindex>) -> tensor<2x4xf32>
  return %0 : tensor<2x4xf32>
}

// -----

func.func @bits(%x: tensor<4xf32>) -> tensor<4xi32> {
  // expected-error @+1 {{expects no 'tensor.bitcast' after stage 'structured'}}
  %0 = tensor.bitcast %x : tensor<4xf32> to tensor<4xi32>
  return %0 : tensor<4xi32>
}

// -----

func.func @filter(%f: tensor<2x3x3x5xf32>, %o: tensor<6x6x5x2xf32>) -> tensor<6x6x5x2xf32> {
  // expected-error @+1 {{expects no 'linalg.winograd_filter_transform' after stage 'structured'}}
  %0 = linalg.winograd_filter_transform fmr(F_4_3) ins(%f : tensor<2x3x3x5xf32>) outs(%o : tensor<6x6x5x2xf32>) -> tensor<6x6x5x2xf32>
  return %0 : tensor<6x6x5x2xf32>
}
