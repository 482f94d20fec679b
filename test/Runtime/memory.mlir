// A program that asks for more memory than there is gives up with a message.

// RUN: not moe-run %s --device=reference --input n=100000000000000 2>&1 | FileCheck %s --check-prefix=LARGE
// RUN: moe-run %s --device=reference --optimize --input n=1000 | FileCheck %s --check-prefix=SMALL
// RUN: moe-run %s --device=cpu --input n=1000 | FileCheck %s --check-prefix=SMALL
// LARGE: moe-run: expects at most {{[0-9]+}} bytes of memory for the program, found {{[0-9]+}} in use and {{[0-9]+}} more asked for
// SMALL: result out0 [] f32: norm 3, 3
func.func @large(%n: index {moe.name = "n"}) -> f32 {
  %c0 = arith.constant 0 : index
  %three = arith.constant 3.0 : f32
  %e = tensor.empty(%n) : tensor<?xf32>
  %f = linalg.fill ins(%three : f32) outs(%e : tensor<?xf32>) -> tensor<?xf32>
  %0 = tensor.extract %f[%c0] : tensor<?xf32>
  return %0 : f32
}
