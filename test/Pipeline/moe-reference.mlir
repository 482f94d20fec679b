// The reference route and where it can stop.

// RUN: moe-opt %s --moe-reference=stop-after=moe | FileCheck %s --check-prefix=MOE
// RUN: moe-opt %s --moe-reference=stop-after=structured | FileCheck %s --check-prefix=STRUCTURED
// RUN: moe-opt %s --moe-reference | FileCheck %s --check-prefix=LLVM --implicit-check-not=fastcc
// RUN: not moe-opt %s --moe-reference=stop-after=buffers 2>&1 | FileCheck %s --check-prefix=BAD

// MOE: moe.gate
// STRUCTURED-NOT: moe.gate
// STRUCTURED: tensor<?x4xf32>
// LLVM-NOT: builtin.unrealized_conversion_cast
// LLVM: llvm.func @_mlir_ciface_gate(
// BAD: for the --stop-after option: expects one of moe, structured, llvm, found 'buffers'

func.func @gate(%logits: tensor<?x4xf32> {moe.name = "logits"}) -> (tensor<?x2xf32>, tensor<?x2xi32>) {
  %w, %e = moe.gate %logits <softmax, top_k<2>, sum>
      : tensor<?x4xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  return %w, %e : tensor<?x2xf32>, tensor<?x2xi32>
}

// bf16 is rounded in f32 arithmetic: no call to a rounding function is left to the back end.
// LLVM-LABEL: llvm.func @brain(
// LLVM-NOT: llvm.fptrunc {{.*}} to bf16
// LLVM: llvm.store {{.*}} : i16, !llvm.ptr
func.func @brain(%x: tensor<4xbf16>, %y: tensor<4xbf16>) -> tensor<4xbf16> {
  %0 = arith.mulf %x, %y : tensor<4xbf16>
  %1 = math.exp %0 : tensor<4xbf16>
  return %1 : tensor<4xbf16>
}

// Calls are plain, so that the route is as simple as it can be.
func.func private @inner(%x: tensor<?x4xf32>) -> f32 {
  %c0 = arith.constant 0 : index
  %y = tensor.extract %x[%c0, %c0] : tensor<?x4xf32>
  return %y : f32
}
func.func @outer(%x: tensor<?x4xf32>) -> f32 {
  %y = call @inner(%x) : (tensor<?x4xf32>) -> f32
  return %y : f32
}
