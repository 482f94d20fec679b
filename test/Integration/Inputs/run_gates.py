#===- run_gates.py - Gates on the CPU and on the reference -----------------===#
"""usage: run_gates.py FOLDER; moe-run is found by PATH.

Experts, offsets and slots are equal. Weights are equal bit for bit where their
score and normalization need no exponential, else within 1e-5, of denormals a few
of the least, and 0 for the same experts (an exponential of a vector is a
polynomial, and a softmax over all logits sums in another order). Weights of rows with NaN, +inf or nothing but -inf are unspecified.
"""

import pathlib
import subprocess
import sys

import numpy as np

SEED = 20
LEAST = np.float32(2.0**-149)
folder = pathlib.Path(sys.argv[1])


def gates(logits):
    """(router, operands, weights are exact, slots a token) for so many logits."""
    most, some = min(32, logits), min(8, logits)
    yield "identity, top_k<1>", "", True, 1
    yield f"identity, top_k<{most}>", "mask", True, most
    yield f"relu, top_k<{some}>, sum, scale = 2.5", "bias", True, some
    yield f"identity, top_k<{some}>, softmax", "noise", False, some
    yield f"softmax, top_k<{some}>", "", False, some
    yield f"sigmoid, top_k<{some}>, sum<1.0e-20>", "mask", False, some
    yield f"sqrt_softplus, top_k<{some}>, sum", "", False, some
    for groups, kept, by, score in ((2, 1, "max", "identity"), (4, 2, "sum_of_two", "relu"), (8, 4, "sum_of_two", "identity")):
        if logits % groups or logits // groups < 2:
            continue
        k = min(8, kept * logits // groups)
        yield f"{score}, group_top_k<{k}, groups = {groups}, kept = {kept}, by = {by}>, sum", "bias noise", True, k


OPERANDS = {"bias": "tensor<{0}xf32>", "noise": "tensor<?x{0}xf32>", "mask": "tensor<?xi1>"}


def program(logits):
    """One function with all gates, each planned for all but one logit."""
    row = f"tensor<?x{logits}xf32>"
    body, types, names = [], [], []
    for i, (router, operands, _, k) in enumerate(gates(logits)):
        extra = "".join(f" {name}(%{name} : {OPERANDS[name].format(logits)})" for name in operands.split())
        weights, experts = f"tensor<?x{k}xf32>", f"tensor<?x{k}xi32>"
        offsets = f"tensor<{max(logits - 1, 1) + 1}xi32>"
        body.append(f"""
  %w{i}, %e{i} = moe.gate %z <{router}>{extra} : {row} -> {weights}, {experts}
  %k{i} = arith.constant {k} : index
  %r{i} = arith.muli %t, %k{i} : index
  %oi{i} = tensor.empty() : {offsets}
  %si{i} = tensor.empty(%r{i}) : tensor<?xi32>
  %o{i}, %s{i} = moe.plan ins(%e{i} : {experts}) outs(%oi{i}, %si{i} : {offsets}, tensor<?xi32>) -> {offsets}, tensor<?xi32>""")
        names += [f"w{i}", f"e{i}", f"o{i}", f"s{i}"]
        types += [weights, experts, offsets, "tensor<?xi32>"]
    results = ", ".join(f'{kind} {{moe.name = "{name}"}}' for kind, name in zip(types, names))
    return f"""func.func @gates(%z: {row} {{moe.name = "z"}}, %bias: tensor<{logits}xf32> {{moe.name = "bias"}},
    %noise: {row} {{moe.name = "noise"}}, %mask: tensor<?xi1> {{moe.name = "mask"}}) -> ({results}) {{
  %c0 = arith.constant 0 : index
  %t = tensor.dim %z, %c0 : {row}{"".join(body)}
  return {", ".join("%" + name for name in names)} : {", ".join(types)}
}}
""", names


def draw(random, tokens, logits):
    """Logits and noise: rows of distinct numbers, of few numbers, of few numbers
    and special ones, and of numbers whose powers are about the least, with or
    without one that is not."""
    z = random.normal(size=(tokens, logits)).astype(np.float32)
    noise = random.normal(size=(tokens, logits)).astype(np.float32)
    values = np.array([-1, -0.0, 0.0, 1, 2], np.float32)
    special = np.array([np.nan, np.inf, -np.inf], np.float32)
    for t in range(tokens):
        if t % 4 == 0:
            continue
        if t % 4 == 3:
            z[t] = random.uniform(-104, -80, size=logits)
            if t % 8 == 3:
                z[t, random.integers(logits)] = 0
            continue
        z[t], noise[t] = random.choice(values, size=(2, logits))
        if t % 4 == 2:
            share = random.random(logits) < random.choice([0.1, 0.5, 1.0])
            z[t, share] = random.choice(special, size=logits)[share]
    return z, noise


def run(path, device, threads, inputs, names):
    out = path.parent / f"{device}{threads}"
    out.mkdir(exist_ok=True)
    command = ["moe-run", str(path), f"--device={device}", f"--threads={threads}"]
    for name, value in inputs.items():
        np.save(path.parent / f"{name}.npy", value)
        command += ["--input", f"{name}={path.parent / name}.npy"]
    for name in names:
        command += ["--output", f"{name}={out / name}.npy"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)}: {done.stderr}")
    return {name: np.load(out / f"{name}.npy") for name in names}


def compare(reference, found, inputs, logits, where):
    z, noise = inputs["z"], inputs["noise"]
    for i, (router, operands, exact, _) in enumerate(gates(logits)):
        for name in "eos":
            if not np.array_equal(reference[f"{name}{i}"], found[f"{name}{i}"]):
                at = tuple(np.argwhere(reference[f"{name}{i}"] != found[f"{name}{i}"])[0])
                sys.exit(f"<{router}> {operands} {where}: expects {name}{at} of "
                         f"{reference[f'{name}{i}'][at]}, found {found[f'{name}{i}'][at]}")
        noisy = z + noise if "noise" in operands else z
        known = ~(np.isnan(noisy) | (noisy == np.inf)).any(1) & (noisy > -np.inf).any(1)
        a, b = reference[f"w{i}"][known], found[f"w{i}"][known]
        if exact:
            wrong = a.view(np.uint32) != b.view(np.uint32)
        else:
            relative = 1e-5
            if "softplus" in router:  # the root of a denormal is a normal number
                chosen = np.take_along_axis(z, reference[f"e{i}"], 1)[known].clip(-104)
                powers = np.exp(chosen.astype(np.float64))
                relative = 1e-5 + LEAST / powers + LEAST / powers.max(1, keepdims=True)
            wrong = ((a == 0) != (b == 0)) | ~(np.abs(a - b) <= np.maximum(relative * np.abs(a), 4 * LEAST))
        if wrong.any():
            t, j = np.argwhere(wrong)[0]
            sys.exit(f"<{router}> {operands} {where}: expects weight {a[t, j]!r}, found {b[t, j]!r}")


def main():
    random = np.random.default_rng(SEED)
    count = 0
    sizes = [(tokens, 8) for tokens in (0, 1, 2, 7, 513)]
    sizes += [(64, logits) for logits in (1, 2, 20, 64, 128, 1000)]
    for tokens, logits in sizes:
        text, names = program(logits)
        path = folder / f"gates{logits}.mlir"
        path.write_text(text)
        z, noise = draw(random, tokens, logits)
        inputs = {"z": z, "noise": noise, "mask": random.random(tokens) < 0.8,
                  "bias": random.choice(np.array([-1, 0, 0.5], np.float32), size=logits)}
        reference = run(path, "reference", 1, inputs, names)
        one = run(path, "cpu", 1, inputs, names)
        two = run(path, "cpu", 2, inputs, names)
        where = f"of {tokens} x {logits} logits, seed {SEED}"
        compare(reference, one, inputs, logits, where)
        for name in names:
            if one[name].tobytes() != two[name].tobytes():
                sys.exit(f"{name} {where}: expects equal bits on two threads")
        count += len(names) // 4
    print(count, "gates agree")


main()
