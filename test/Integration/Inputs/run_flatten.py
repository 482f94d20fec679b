#===- run_flatten.py - Flattened programs say the same ---------------------===#
"""usage: run_flatten.py INPUTS WORK; moe-opt and moe-run are found by PATH.

Small integers: every order of summation is exact, so programs are compared bit
by bit, before and after each pass, optimized, not and on kernels, and with numpy.
"""

import json
import pathlib
import subprocess
import sys

import numpy as np

INPUTS, WORK = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
RNG = np.random.default_rng(4)
REFERENCE = ["--device=reference"]
OPTIMIZED = [*REFERENCE, "--optimize"]
CPU = ["--device=cpu"]


def fail(text):
    sys.exit(f"run_flatten: {text}")


def flatten(name, option, count):
    """The program after a pass, which has to rewrite `count` places."""
    result = WORK / f"flat-{name}"
    remarks = subprocess.run(
        ["moe-opt", INPUTS / name, option, "-o", result, "--remarks-filter=moe.*",
         "--remark-policy=all"], check=True, capture_output=True, text=True).stderr
    if remarks.count("[Passed]") != count or "[Missed]" in remarks:
        fail(f"{name}: {remarks}")
    return result


def run(file, entry, arrays, results, dims, flags):
    command = ["moe-run", file, f"--entry={entry}", "--check", "--stats",
               f"--json={WORK / 'report.json'}", *flags]
    command += [f"--dim={dim}" for dim in dims]
    for name, array in arrays.items():
        np.save(WORK / f"{name}.npy", array.astype(np.float32))
        command.append(f"--input={name}={WORK / name}.npy")
    command += [f"--output={name}={WORK / name}.out.npy" for name in results]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        fail(f"{file} {entry} {flags}: {done.stdout}{done.stderr}")
    return ([np.load(WORK / f"{name}.out.npy") for name in results],
            json.loads((WORK / "report.json").read_text())["stats"])


def compare(what, found, expected):
    for mine, theirs in zip(found, expected):
        if not np.array_equal(mine, theirs):
            fail(f"{what}: expects {theirs}, found {mine}")


def integers(*shape):
    return RNG.integers(-3, 4, shape)


def choose(logits, k=2):
    """The k largest, ties to the lower index, and their logits."""
    ids = np.argsort(-logits, axis=-1, kind="stable")[:, :k]
    return ids, np.take_along_axis(logits, ids, axis=-1)


def hierarchy(x, wg, wg2, w):
    """Shazeer et al. 2017, eq. 12, as a double sum; rows of groups and experts."""
    y, groups, experts = np.zeros_like(x), 0, 0
    for t, (ids, gates) in enumerate(zip(*choose(x @ wg))):
        for group, gate in zip(ids, gates):
            if gate == 0:
                continue
            groups += 1
            for expert, inner in zip(*(a[0] for a in choose(x[t:t + 1] @ wg2[group]))):
                if inner == 0 or expert >= w.shape[1]:
                    continue
                experts += 1
                y[t] += gate * inner * (x[t] @ w[group, expert])
    return y, groups, experts


def mixture(x, wg, w):
    y, rows = np.zeros_like(x), 0
    for t, (ids, gates) in enumerate(zip(*choose(x @ wg))):
        for expert, gate in zip(ids, gates):
            rows += gate != 0
            y[t] += gate * (x[t] @ w[expert])
    return y, rows


def check_hierarchy(tokens):
    arrays = {"x": integers(tokens, 4), "wg": integers(4, 3), "wg2": integers(3, 4, 6),
              "w": integers(3, 5, 4, 4)}
    y, groups, experts = hierarchy(*arrays.values())
    counts = (groups + experts, 16 * experts, 12 * tokens + 24 * groups)
    flat = flatten("hierarchy.mlir", "--moe-flatten-hierarchy", 1)
    for file, flags in [(INPUTS / "hierarchy.mlir", REFERENCE), (flat, REFERENCE), (flat, OPTIMIZED),
                        (INPUTS / "hierarchy.mlir", OPTIMIZED), (INPUTS / "hierarchy.mlir", CPU)]:
        results, stats = run(file, "layer", arrays, ["y"], [f"T={tokens}"], flags)
        compare(f"hierarchy {file} {flags}", results, [y])
        if (stats["rows"], stats["macs"], stats["macs_gate"]) != counts:
            fail(f"hierarchy {file} {flags}: expects {counts}, found {stats}")
        if flags is not REFERENCE and len(stats["layers"][1]["tokens_per_expert"]) != 15:
            fail(f"hierarchy {flags}: expects one dispatch over 15 experts")


def check_steps(entry, steps, batch):
    arrays = {"x": integers(steps, batch, 3), "wg": integers(3, 4), "w": integers(4, 3, 3)}
    x, wg, w = arrays.values()
    y, rows = mixture(x.reshape(-1, 3), wg, w)
    expected, dims, results = y.reshape(x.shape), [f"T={steps}", f"B={batch}"], ["y"]
    count = steps * batch
    if entry == "batch_major":
        arrays["x"], expected = x.swapaxes(0, 1), expected.swapaxes(0, 1)
    expected = [expected]
    if entry == "behind":
        h = [integers(batch, 3)]
        arrays = {"x": x, "h0": h[0], "wg": wg, "w": w}
        for t in range(1, steps - 1):
            h.append(x[t] - h[-1])
        y, rows = mixture(np.concatenate(h[1:]), wg, w)
        whole = x.copy()
        whole[1:-1] = y.reshape(whole[1:-1].shape)
        expected, dims, results = [whole, h[-1]], [], ["y", "h"]
        count = (steps - 2) * batch
    counts = (rows, 9 * rows, 12 * count)
    flat = WORK / "flat-steps.mlir"
    for file, flags in [(INPUTS / "steps.mlir", REFERENCE), (flat, REFERENCE), (INPUTS / "steps.mlir", OPTIMIZED),
                        (INPUTS / "steps.mlir", CPU)]:
        found, stats = run(file, entry, arrays, results, dims, flags)
        compare(f"{entry} {file} {flags}", found, expected)
        if (stats["rows"], stats["macs"], stats["macs_gate"]) != counts:
            fail(f"{entry} {file} {flags}: expects {counts}, found {stats}")


check_hierarchy(9)
check_hierarchy(1)
flatten("steps.mlir", "--moe-flatten-time", 3)
check_steps("steps", 3, 4)
check_steps("steps", 1, 7)
check_steps("batch_major", 4, 3)
check_steps("behind", 6, 5)
