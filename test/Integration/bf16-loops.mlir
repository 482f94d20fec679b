// Numbers and vectors of bf16 that loops and branches carry, on both routes.
// RUN: moe-run %s --entry=numbers --seed=3 --check | FileCheck %s
// RUN: moe-run %s --entry=powers --dim N=37 --seed=4 --check | FileCheck %s
// RUN: moe-run %s --entry=powers --dim N=37 --seed=4 --device=reference | FileCheck %s --check-prefix=RUNS
// CHECK: passed
// RUNS: result y

func.func @numbers(%x: tensor<2xbf16> {moe.name = "x"}) -> tensor<2xbf16> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %most = arith.constant 64.0 : bf16
  %one = arith.constant 1.0 : bf16
  %a = tensor.extract %x[%c0] : tensor<2xbf16>
  %b = tensor.extract %x[%c1] : tensor<2xbf16>
  %r:2 = scf.while (%u = %a, %v = %b) : (bf16, bf16) -> (bf16, bf16) {
    %c = arith.cmpf olt, %u, %most : bf16
    scf.condition(%c) %u, %v : bf16, bf16
  } do {
  ^bb0(%u: bf16, %v: bf16):
    %up = arith.addf %u, %one : bf16
    %down = arith.subf %v, %one : bf16
    scf.yield %up, %down : bf16, bf16
  }
  %y = tensor.from_elements %r#0, %r#1 : tensor<2xbf16>
  return %y : tensor<2xbf16>
}

func.func @powers(%x: tensor<?xbf16> {moe.name = "x", moe.dims = ["N"]}) -> (tensor<?xbf16> {moe.name = "y"}) {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?xbf16>
  %e = tensor.empty(%n) : tensor<?xbf16>
  %y = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]}
      ins(%x : tensor<?xbf16>) outs(%e : tensor<?xbf16>) {
  ^bb0(%in: bf16, %out: bf16):
    %most = arith.constant 100.0 : bf16
    %half = arith.constant 0.5 : bf16
    %one = arith.constant 1.0 : bf16
    %start = math.absf %in : bf16
    %r:2 = scf.while (%u = %start, %v = %one) : (bf16, bf16) -> (bf16, bf16) {
      %c = arith.cmpf olt, %u, %most : bf16
      scf.condition(%c) %u, %v : bf16, bf16
    } do {
    ^bb0(%u: bf16, %v: bf16):
      %sum = arith.addf %u, %one : bf16
      %twice = arith.addf %sum, %u : bf16
      %less = arith.mulf %v, %half : bf16
      scf.yield %twice, %less : bf16, bf16
    }
    %isSmall = arith.cmpf olt, %r#1, %half : bf16
    %z = scf.if %isSmall -> bf16 {
      scf.yield %r#0 : bf16
    } else {
      %d = arith.divf %r#0, %r#1 : bf16
      scf.yield %d : bf16
    }
    linalg.yield %z : bf16
  } -> tensor<?xbf16>
  return %y : tensor<?xbf16>
}
