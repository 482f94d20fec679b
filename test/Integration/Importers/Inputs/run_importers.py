# ===- run_importers.py - Exported layers, as they are and optimized -------===#
"""usage: run_importers.py FOLDER; moe-opt and moe-run are found by PATH.

Runs each layer that export.py wrote to FOLDER without and with optimization,
compares with what PyTorch computed, and looks at the optimized program: one
route, grouped matmuls, nothing gathered for each token, no expert on every one.
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass

import numpy as np


@dataclass
class Expected:
    tokens: int
    experts: int
    k: int
    router: str  # of the moe.route
    assume_finite: bool = False
    shared: int = 0  # multiply-adds of a token that are not the experts'
    grouped: int = 2  # matmuls, at least


# The router of a group mask of zeros, and gates that scale the experts' rows,
# need finite math.
LAYERS = {
    "mixtral": Expected(8, 5, 2, "identity, top_k<2>, softmax"),
    "mixtral_one": Expected(6, 3, 1, "identity, top_k<1>"),
    "mixtral_token": Expected(1, 3, 1, "identity, top_k<1>"),
    # The second matmul is an outer product, which is not counted.
    "mixtral_narrow": Expected(3, 5, 2, "identity, top_k<2>, softmax", shared=-2 * 4, grouped=1),
    "olmoe": Expected(7, 9, 4, "softmax, top_k<4>"),
    "qwen3_moe": Expected(1, 8, 3, "identity, top_k<3>, softmax"),
    "qwen2_moe": Expected(6, 6, 2, "softmax, top_k<2>", shared=3 * 11 * 6 + 11),
    "gpt_oss": Expected(6, 5, 3, "identity, top_k<3>, softmax"),
    "llama4": Expected(6, 4, 1, "sigmoid, top_k<1>", True, shared=3 * 9 * 11),
    "llama4_token": Expected(1, 5, 2, "sigmoid, top_k<2>", True, shared=3 * 8 * 6),
    "granitemoe": Expected(4, 6, 2, "identity, top_k<2>, softmax"),
    "deepseek_v2_groups": Expected(
        4, 6, 2, "softmax, group_top_k<2, groups = 3, kept = 2, by = max>", True,
        shared=3 * 8 * 5),
    "deepseek_v3": Expected(
        5, 8, 3, "sigmoid, group_top_k<3, groups = 4, kept = 2, by = sum_of_two>, "
        "sum<9.9999999999999995E-21>, scale = 2.500000e+00", shared=3 * 8 * 5),
    "deepseek_v3_token": Expected(
        1, 8, 3, "sigmoid, group_top_k<3, groups = 2, kept = 1, by = sum_of_two>, "
        "sum<9.9999999999999995E-21>, scale = 2.500000e+00", shared=3 * 8 * 5),
    "glm4_moe": Expected(
        6, 6, 2, "sigmoid, top_k<2>, sum<9.9999999999999995E-21>", shared=3 * 8 * 5),
    "lfm2_moe": Expected(
        3, 6, 4, "sigmoid, top_k<4>, sum<9.9999999999999995E-7>, scale = 1.500000e+00"),
}
errors = []


def call(*arguments):
    return subprocess.run([str(a) for a in arguments], capture_output=True, text=True)


def run(name, source, arrays, folder, options):
    """The result of the layer and its counts; None where it does not run."""
    inputs = []
    for key in arrays.files:
        if key.startswith("arg"):
            np.save(folder / key, arrays[key])
            inputs += ["--input", f"{key}={folder / key}.npy"]
    done = call("moe-run", source, *options, *inputs, "--device=reference", "--stats",
                f"--json={folder / 'stats'}", f"--output=out0={folder / 'out0.npy'}")
    if done.returncode:
        errors.append(f"{name} {' '.join(options)}: {done.stderr.strip()}")
        return None
    expected = arrays["out0"]
    found = np.load(folder / "out0.npy").reshape(expected.shape)
    error = np.abs(found - expected).max() / np.abs(expected).max()
    if not error < 1e-5:
        errors.append(f"{name} {' '.join(options)}: differs from PyTorch by {error}")
    return json.loads((folder / "stats").read_text())["stats"]


def check_program(name, program, layer):
    for op, least, most in [("moe.route", 1, 1), ("moe.grouped_matmul", layer.grouped, 9),
                            ("moe.gate", 0, 0), ("tm_tensor.sort", 0, 0), ("tm_tensor.scatter", 0, 0),
                            ("tensor.extract", 0, 0), ("linalg.batch_matmul", 0, 0)]:
        count = len(re.findall(re.escape(op) + r'[ "]', program))
        if not least <= count <= most:
            errors.append(f"{name}: expects {least} to {most} of {op}, found {count}")
    router = re.search(r"moe\.route <(.*)> ins", program)
    if router and router[1] != layer.router:
        errors.append(f"{name}: expects router {layer.router}, found {router[1]}")
    # Three dimensions have the parameters of experts, and rows in two of tokens.
    for shape in set(re.findall(r"tensor<((?:[\d?]+x){3,})", program)):
        sizes = tuple(int(size) for size in shape.split("x")[:-1] if size != "?")
        if sizes[0] != layer.experts and sizes[0] * sizes[1] != layer.tokens:
            errors.append(f"{name}: a tensor of {shape} besides the parameters")


def check_counts(name, stats, layer, arrays):
    rows = layer.tokens * layer.k
    hidden = arrays["arg0"].shape[-1]
    sizes = [array.size for key, array in arrays.items()
             if key != "arg0" and array.ndim == 3 and array.shape[0] == layer.experts]
    macs = rows * sum(sizes) // layer.experts + layer.tokens * layer.shared
    macs_gate = layer.tokens * hidden * layer.experts
    found = stats["rows"], stats["macs"], stats["macs_gate"]
    if found != (rows, macs, macs_gate):
        errors.append(f"{name}: expects {(rows, macs, macs_gate)} rows, multiply-adds and those "
                      f"of the gate, found {found}")


def check(name, source, layer):
    arrays = np.load(source.with_suffix(".npz"))
    finite = ["--assume-finite"] if layer.assume_finite else []
    with tempfile.TemporaryDirectory() as folder:
        run(name, source, arrays, pathlib.Path(folder), [])
        stats = run(name, source, arrays, pathlib.Path(folder), ["--optimize", *finite])
    if stats:
        check_counts(name, stats, layer, arrays)
    option = f"--moe-optimize=assume-finite={str(layer.assume_finite).lower()}"
    done = call("moe-opt", "--allow-unregistered-dialect", option, source)
    if done.returncode:
        errors.append(f"{name}: {done.stderr.strip()}")
    check_program(name, done.stdout, layer)


folder = pathlib.Path(sys.argv[1])
if {path.stem for path in folder.glob("*.mlir")} != set(LAYERS):
    errors.append("expects every program of the folder in LAYERS, and no other")
for name, layer in LAYERS.items():
    check(name, folder / f"{name}.mlir", layer)
print("\n".join(errors) or f"{len(LAYERS)} layers as expected")
sys.exit(bool(errors))
