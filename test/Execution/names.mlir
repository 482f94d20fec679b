// Functions may be called like those of libm, of the runtime and of what a program is lowered to.

// math.exp and math.erf become calls of libm, and do not call their caller.
// RUN: moe-run %s --entry=expf --device=reference --optimize --input x=0 --check | FileCheck %s --check-prefix=EXP
// RUN: moe-run %s --entry=expf --device=cpu --input x=0 --check | FileCheck %s --check-prefix=EXP
// RUN: moe-run %s --entry=erff --device=reference --optimize --input x=0 --check | FileCheck %s --check-prefix=ERF
// RUN: moe-run %s --entry=erff --device=cpu --input x=0 --check | FileCheck %s --check-prefix=ERF
// EXP: check: passed
// EXP: result out0 [2] f32: norm 1.41421, 1 1
// ERF: check: passed
// ERF: result out0 [2] f32: norm 0, 0 0
func.func @expf(%x: tensor<2xf32> {moe.name = "x"}) -> tensor<2xf32> {
  %0 = math.exp %x : tensor<2xf32>
  return %0 : tensor<2xf32>
}
func.func @erff(%x: tensor<2xf32> {moe.name = "x"}) -> tensor<2xf32> {
  %0 = math.erf %x : tensor<2xf32>
  return %0 : tensor<2xf32>
}

// A function of the program and the one of libm, both in one: in f32 and, under --check, in f64.
// RUN: moe-run %s --entry=main --device=reference --optimize --input x=3 --check | FileCheck %s --check-prefix=BOTH
// RUN: moe-run %s --entry=main --device=cpu --input x=3 --check | FileCheck %s --check-prefix=BOTH
// RUN: moe-run %s --entry=main --device=reference --input x=3 | FileCheck %s --check-prefix=BOTH
// BOTH: result out0 [] f32: norm 9, 9
// BOTH-NEXT: result out1 [] f32: norm 20.0855, 20.0855
func.func private @log1pf(%x: f32) -> f32 {
  %0 = arith.mulf %x, %x : f32
  return %0 : f32
}
func.func private @exp(%x: f32) -> f32 {
  %0 = math.exp %x : f32
  return %0 : f32
}
func.func @main(%x: f32 {moe.name = "x"}) -> (f32, f32) {
  %0 = func.call @log1pf(%x) : (f32) -> f32
  %1 = func.call @exp(%x) : (f32) -> f32
  %2 = math.log1p %x : f32
  %3 = arith.subf %0, %2 : f32
  %4 = arith.addf %3, %2 : f32
  return %4, %1 : f32, f32
}

// What lowering and recording call.
// RUN: moe-run %s --entry=memrefCopy --device=reference --optimize --input x=2 --check | FileCheck %s --check-prefix=COPY
// RUN: moe-run %s --entry=memrefCopy --device=cpu --input x=2 --check | FileCheck %s --check-prefix=COPY
// RUN: moe-run %s --entry=_mlir_memref_to_llvm_alloc --device=reference --optimize --input x=2 --check | FileCheck %s --check-prefix=COPY
// RUN: moe-run %s --entry=_mlir_memref_to_llvm_alloc --device=cpu --input x=2 --check | FileCheck %s --check-prefix=COPY
// RUN: moe-run %s --entry=moeRecordGate --device=reference --optimize --input x=2 --check | FileCheck %s --check-prefix=COPY
// RUN: moe-run %s --entry=moeRecordGate --device=cpu --input x=2 --check | FileCheck %s --check-prefix=COPY
// RUN: moe-run %s --entry=moeFail --device=reference --optimize --input x=2 --check | FileCheck %s --check-prefix=COPY
// RUN: moe-run %s --entry=moeFail --device=cpu --input x=2 --check | FileCheck %s --check-prefix=COPY
// COPY: check: passed
// COPY: result out0 [2] f32: norm {{.*}}, 5 2
func.func @memrefCopy(%x: tensor<2xf32> {moe.name = "x"}) -> tensor<2xf32> {
  %0 = func.call @malloc(%x) : (tensor<2xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}
func.func @_mlir_memref_to_llvm_alloc(%x: tensor<2xf32> {moe.name = "x"}) -> tensor<2xf32> {
  %0 = func.call @malloc(%x) : (tensor<2xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}
func.func @moeRecordGate(%x: tensor<2xf32> {moe.name = "x"}) -> tensor<2xf32> {
  %w, %e = call @_mlir_memref_to_llvm_free() : () -> (tensor<1x1xf32>, tensor<1x1xi32>)
  %0 = func.call @malloc(%x) : (tensor<2xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}
func.func @moeFail(%x: tensor<2xf32> {moe.name = "x"}) -> tensor<2xf32> {
  %true = arith.constant true
  cf.assert %true, "never"
  %0 = func.call @malloc(%x) : (tensor<2xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}
func.func private @malloc(%x: tensor<2xf32>) -> tensor<2xf32> {
  %c0 = arith.constant 0 : index
  %five = arith.constant 5.0 : f32
  %0 = tensor.insert %five into %x[%c0] : tensor<2xf32>
  return %0 : tensor<2xf32>
}
func.func private @_mlir_memref_to_llvm_free() -> (tensor<1x1xf32>, tensor<1x1xi32>) {
  %z = arith.constant dense<1.0> : tensor<1x2xf32>
  %w, %e = moe.gate %z <softmax, top_k<1>> : tensor<1x2xf32> -> tensor<1x1xf32>, tensor<1x1xi32>
  return %w, %e : tensor<1x1xf32>, tensor<1x1xi32>
}

// The texts of the stages keep the names, so that they are programs that can be run again; the last one does not, since
// it has the functions that are called too.
// RUN: rm -rf %t && moe-run %s --entry=erff --device=reference --optimize --input x=0 --dump-stages=%t
// RUN: moe-run %t/1-structured.mlir --entry=erff --device=reference --optimize --input x=0 | FileCheck %s --check-prefix=ERF-AGAIN
// RUN: moe-run %t/1-structured.mlir --entry=erff --device=cpu --input x=0 | FileCheck %s --check-prefix=ERF-AGAIN
// RUN: FileCheck %s --check-prefix=LLVM --input-file=%t/2-llvm.mlir
// ERF-AGAIN: result out0 [2] f32: norm 0, 0 0
// LLVM-DAG: llvm.func @erff(f32) -> f32
// LLVM-DAG: llvm.func @moe_program.erff(
