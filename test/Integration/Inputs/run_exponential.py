#===- run_exponential.py - exp on the CPU against numpy's in f64 -----------===#
"""usage: run_exponential.py FOLDER; moe-run is found by PATH.

Every 1009th f32 by its bits, and all neighbors of the numbers where results
become denormal, 0 or infinite. A result is within an ulp of the exact value (of
a denormal: of the least one), and 0 or infinite where the exact one rounds to it.
"""

import pathlib
import subprocess
import sys

import numpy as np

LANES = 16
folder = pathlib.Path(sys.argv[1])
LEAST = 2.0**-149

# The epilogue of a matmul of zeros works on vectors.
PROGRAM = """
func.func @exponentials(%x: tensor<?x16xf32> {moe.name = "x"})
    -> (tensor<?x16xf32> {moe.name = "vectors"}, tensor<?x16xf32> {moe.name = "scalars"}) {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %weights = arith.constant dense<0.0> : tensor<1x1x16xf32>
  %n = tensor.dim %x, %c0 : tensor<?x16xf32>
  %last = arith.index_cast %n : index to i32
  %first = arith.constant 0 : i32
  %offsets = tensor.from_elements %first, %last : tensor<2xi32>
  %empty = tensor.empty(%n) : tensor<?x1xf32>
  %rows = linalg.fill ins(%zero : f32) outs(%empty : tensor<?x1xf32>) -> tensor<?x1xf32>
  %out = tensor.empty(%n) : tensor<?x16xf32>
  %vectors = moe.grouped_matmul ins(%rows : tensor<?x1xf32>) offsets(%offsets : tensor<2xi32>)
      weights(%weights : tensor<1x1x16xf32>) operands(%x : tensor<?x16xf32>)
      maps [affine_map<(e, r, n, s) -> (r, n)>] outs(%out : tensor<?x16xf32>) epilogue {
  ^bb0(%v: f32, %z: f32):
    %y = math.exp %z : f32
    moe.yield %y : f32
  } -> tensor<?x16xf32>
  %scalars = linalg.map { math.exp } ins(%x : tensor<?x16xf32>) outs(%out : tensor<?x16xf32>)
  return %vectors, %scalars : tensor<?x16xf32>, tensor<?x16xf32>
}
"""


def draw():
    bits = [np.arange(0, 2**32, 1009, dtype=np.uint32)]
    edges = [np.log(LEAST / 2), np.log(2.0**-126), np.log(2.0**128), -176, 89, -0.0, 0.0]
    for edge in np.array(edges, np.float32).view(np.uint32).astype(np.int64):
        bits.append((np.arange(-2000, 2000) + edge).astype(np.uint32))
    bits = np.concatenate(bits)
    x = np.concatenate([bits.view(np.float32), np.float32([np.inf, -np.inf, np.nan])])
    return np.append(x, np.zeros(-len(x) % LANES, np.float32)).reshape(-1, LANES)


def check(name, x, found):
    exact = np.exp(x.astype(np.float64))
    rounded = exact.astype(np.float32)
    wrong = np.isnan(found) != np.isnan(x)
    wrong |= (found == 0) != (rounded == 0)
    wrong |= (found == np.inf) != (rounded == np.inf)
    wrong |= np.signbit(found) & ~np.isnan(x)
    finite = np.isfinite(exact) & np.isfinite(rounded)
    _, exponent = np.frexp(np.where(finite, exact, 1.0))
    ulp = np.maximum(np.ldexp(1.0, exponent - 24), LEAST)
    wrong |= finite & ~(np.abs(found - np.where(finite, exact, 0.0)) < ulp)
    if wrong.any():
        at = tuple(np.argwhere(wrong)[0])
        sys.exit(f"{name}: expects exp({x[at]!r}) of {exact[at]!r}, found {found[at]!r}")
    print(x.size, "exponentials of", name, "are right")


def main():
    np.seterr(all="ignore")
    program, x = folder / "exponentials.mlir", draw()
    program.write_text(PROGRAM)
    np.save(folder / "x.npy", x)
    command = ["moe-run", str(program), "--device=cpu", "--input", f"x={folder / 'x.npy'}"]
    for name in ("vectors", "scalars"):
        command += ["--output", f"{name}={folder / name}.npy"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)}: {done.stderr}")
    for name in ("vectors", "scalars"):
        check(name, x, np.load(folder / f"{name}.npy"))


main()
