// RUN: moe-opt %s --convert-moe-to-linalg | FileCheck %s
// RUN: moe-run %s --entry=plain --device=reference --optimize --dim T=3 --check | FileCheck %s --check-prefix=RUNS
// RUN: moe-run %s --entry=plain --device=cpu --dim T=3 --check | FileCheck %s --check-prefix=RUNS
// RUN: moe-run %s --entry=expert --device=reference --optimize --dim T=3 --check | FileCheck %s --check-prefix=RUNS
// RUN: moe-run %s --entry=expert --device=cpu --dim T=3 --check | FileCheck %s --check-prefix=RUNS
// RUN: moe-run %s --entry=expert --dim T=3 --device=reference --check | FileCheck %s --check-prefix=RUNS
// RUN: moe-run %s --entry=plain --device=reference --optimize --input x=1 --dim T=2 | FileCheck %s --check-prefix=VALUES
// RUN: moe-run %s --entry=plain --device=cpu --input x=1 --dim T=2 | FileCheck %s --check-prefix=VALUES
// RUN: not moe-run %s --entry=sizes --device=reference --optimize --dim T=2 --dim U=3 2>&1 | FileCheck %s --check-prefix=SIZES
// RUN: not moe-run %s --entry=sizes --device=cpu --dim T=2 --dim U=3 2>&1 | FileCheck %s --check-prefix=SIZES
// RUN: moe-run %s --entry=sizes --device=reference --optimize --dim T=2 --dim U=2 --check | FileCheck %s --check-prefix=RUNS
// RUN: moe-run %s --entry=sizes --device=cpu --dim T=2 --dim U=2 --check | FileCheck %s --check-prefix=RUNS

// A softmax is several ops that loops are made of.
// CHECK-LABEL: func.func @plain(
// CHECK-NOT: linalg.softmax
// CHECK: math.exp
// CHECK-NOT: linalg.softmax
// RUNS: check: passed
// VALUES: result out0 [2, 4] f32: norm {{.*}}, 0.25 0.25 0.25 0.25
func.func @plain(%x: tensor<?x4xf32> {moe.name = "x", moe.dims = ["T"]}) -> tensor<?x4xf32> {
  %c0 = arith.constant 0 : index
  %t = tensor.dim %x, %c0 : tensor<?x4xf32>
  %0 = tensor.empty(%t) : tensor<?x4xf32>
  %1 = linalg.softmax dimension(1) ins(%x : tensor<?x4xf32>) outs(%0 : tensor<?x4xf32>) -> tensor<?x4xf32>
  return %1 : tensor<?x4xf32>
}

// Within an expert too.
// CHECK-LABEL: func.func @expert(
// CHECK-NOT: linalg.softmax
// CHECK: return
func.func @expert(%x: tensor<?x4xf32> {moe.dims = ["T"]}, %z: tensor<?x2xf32> {moe.dims = ["T"]}) -> tensor<?x4xf32> {
  %w, %e = moe.gate %z <softmax, top_k<1>> : tensor<?x2xf32> -> tensor<?x1xf32>, tensor<?x1xi32>
  %r, %o, %s = moe.dispatch %x to %e : tensor<?x4xf32> to tensor<?x1xi32> -> tensor<?x4xf32> by tensor<3xi32>, tensor<?xi32>
  %h = moe.expert rows(%a = %r : tensor<?x4xf32>) offsets(%o : tensor<3xi32>) {
    %c0 = arith.constant 0 : index
    %n = tensor.dim %a, %c0 : tensor<?x4xf32>
    %i = tensor.empty(%n) : tensor<?x4xf32>
    %q = linalg.softmax dimension(1) ins(%a : tensor<?x4xf32>) outs(%i : tensor<?x4xf32>) -> tensor<?x4xf32>
    moe.yield %q : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  %y = moe.combine %h by %s weights(%w) : tensor<?x4xf32>, tensor<?xi32>, tensor<?x1xf32> -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// A result of another size.
// SIZES: softmax-to-linalg.mlir:[[# @LINE + 2]]:8: error: expects dimension 0 of operand 2 to be dimension 0 of operand 0, found 3 instead of 2
func.func @sizes(%x: tensor<?x4xf32> {moe.dims = ["T"]}, %y: tensor<?x4xf32> {moe.dims = ["U"]}) -> tensor<?x4xf32> {
  %0 = linalg.softmax dimension(1) ins(%x : tensor<?x4xf32>) outs(%y : tensor<?x4xf32>) -> tensor<?x4xf32>
  return %0 : tensor<?x4xf32>
}
