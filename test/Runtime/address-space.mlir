// A process that may have fewer addresses than there is memory: a program gets what is left of them.

// UNSUPPORTED: sanitized
// RUN: not bash -c "ulimit -v 2000000 && exec moe-run %s --device=reference --input n=1000000000" 2>&1 | FileCheck %s
// CHECK: moe-run: expects at most {{1?[0-9]{9} }}bytes of memory for the program, found 0 in use and 4000000064 more asked for
func.func @large(%n: index {moe.name = "n"}) -> f32 {
  %c0 = arith.constant 0 : index
  %three = arith.constant 3.0 : f32
  %e = tensor.empty(%n) : tensor<?xf32>
  %f = linalg.fill ins(%three : f32) outs(%e : tensor<?xf32>) -> tensor<?xf32>
  %0 = tensor.extract %f[%c0] : tensor<?xf32>
  return %0 : f32
}
