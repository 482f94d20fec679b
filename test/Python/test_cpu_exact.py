# ===- test_cpu_exact.py - Code of the CPU on exact integers ----------------=== #
# REQUIRES: python
# RUN: %python -m pytest -q -p no:cacheprovider %s
"""Sums that are exact in any order: numpy, the reference and the kernels of the
CPU give the same bits, with any schedule and any number of threads."""

import expert_programs
import kernel_programs
import numpy as np
from kernel_programs import poison
from programs import wide, with_parameters
from test_layers import KINDS, integers
from test_optimize import explained, live_slots

import moe
from moe import formats


def assert_bits(expected, found, where):
    assert found.dtype == expected.dtype and found.shape == expected.shape, where
    if found.tobytes() != expected.tobytes():
        at = np.argwhere(found.view(f"V{found.itemsize}") != expected.view(f"V{found.itemsize}"))
        raise AssertionError(f"{where}: {len(at)} elements differ, first at {at[0]}")


def run_kernel(seed, case):
    rng = np.random.default_rng([seed, case, 10])
    kernel = kernel_programs.Kernel(rng)
    label = f"seed {seed} case {case}: {kernel.label}"
    with explained(label, kernel.text):
        routes = {"reference": moe.compile(kernel.text, device="reference")}
        for threads in (1, int(rng.integers(2, 4))):
            routes[f"{threads} threads"] = moe.compile(kernel.text, device="cpu", threads=threads)
    for tokens in kernel_programs.TOKENS:
        inputs, expected = kernel.draw(tokens)
        for route, program in routes.items():
            assert_bits(expected, program(**inputs), f"{label} T={tokens} {route}")


def test_random_kernels(request, cases):
    """Grouped matmuls of every form; what is not read is NaN."""
    seed = request.config.getoption("seed")
    print(f"seed {seed}")
    for case in cases:
        run_kernel(seed, case)


WIDTHS, EXPERTS, TOKENS = [1, 3, 5, 17, 33, 65, 129], [1, 2, 5, 8, 33], [0, 1, 2, 7, 33, 100]


def sparse(rng, shape, dtype):
    """About three ones a row and a column, so that what is rounded to bf16
    between two matmuls has few bits."""
    ones = rng.choice([-1, 1], shape) * (rng.random(shape) < 3 / max(shape[-2:]))
    return formats.narrow(ones.astype(np.float32), KINDS[dtype])


def draw_layer(rng, function, options, tokens, logits, dtype):
    """Values for all arguments of a layer."""
    real = np.float64 if dtype == "f64" else np.float32
    arrays = {}
    for info in function.arguments:
        shape = tuple(tokens if isinstance(n, str) else n for n in info.shape)
        if info.name == "logits":
            arrays["logits"] = rng.choice(np.array([-1, 0, 0.25, 0.5, 1, 2], real), shape)
        elif info.name == "capacity":
            arrays["capacity"] = int(rng.integers(0, 5))
        elif info.name == "x" or info.name == "router_bias":
            arrays[info.name] = integers(rng, shape, dtype, -1, 2)
        elif info.name == "router" or info.name[0] == "p" and len(shape) == 3:
            arrays[info.name] = sparse(rng, shape, dtype)
        elif info.name[0] in "ps" and info.name[1:].isdigit():
            arrays[info.name] = integers(rng, shape, dtype, -1, 3)
    operands = expert_programs.gate_operands(rng, options, tokens, logits, real)
    arrays.update({"chosen" if key == "capacity" else key: value for key, value in operands.items()})
    return arrays


def widened(value):
    if not isinstance(value, np.ndarray) or value.dtype == bool:
        return value
    return formats.widen(value).astype(np.float64)


def run_layer(seed, case):
    rng = np.random.default_rng([seed, case, 11])
    dtype = str(rng.choice(["f32", "bf16", "bf16", "f16", "f64"]))
    # Of long chains test_optimize.py has enough; lora in a narrow type is not the program that it is in f64.
    left_out = [expert_programs.shared_steps] + [expert_programs.lora] * (dtype != wide(dtype))
    body = rng.choice([body for body in expert_programs.EXACT if body not in left_out])
    experts, width, inner, columns = (int(rng.choice(n)) for n in (EXPERTS, WIDTHS, WIDTHS, WIDTHS))
    logits = experts + int(rng.integers(3)) * int(rng.integers(4) == 0)
    router, options = expert_programs.random_router(rng, min(logits, 8) if logits > 8 else logits)
    planning = {"capacity": bool(rng.integers(4) == 0), "priority": None, "segment": None}
    scale_rows, projected, is_param = rng.integers(6) == 0, rng.integers(3) == 0, rng.integers(3) > 0

    def write(dtype):
        text, _ = expert_programs.layer(np.random.default_rng([seed, case, 12]), body, experts, logits, router, width,
                                        inner, columns, dtype, options=options, scale_rows=scale_rows,
                                        projected=projected, **planning)
        return with_parameters(text, "p") if is_param else text

    text = write(dtype)
    label = (f"seed {seed} case {case}: {body.__name__} {dtype} {router} E={experts} {width}x{inner}x{columns}"
             f" capacity={planning['capacity']} scale_rows={scale_rows} projected={projected} param={is_param}")
    with explained(label, text):
        exact = moe.compile(write("f64"), device="reference")
        reference = moe.compile(text, device="reference")
        machines = [moe.compile(text, device="cpu", threads=n) for n in (1, int(rng.integers(2, 4)))]
    for tokens in rng.choice(TOKENS, 3, replace=False):
        tokens = int(tokens)
        inputs = draw_layer(rng, reference, options, tokens, logits, dtype)
        expected = reference.run(**inputs)
        twin = exact.run(**{name: widened(value) for name, value in inputs.items()})
        where = f"{label} T={tokens}"
        for name, array in expected.items():  # nothing was rounded
            assert np.array_equal(widened(array), widened(twin[name])), (where, name)
        for threads, machine in enumerate(machines):
            for name, array in machine.run(**inputs).items():
                assert_bits(expected[name], array, f"{where} {name}")


def test_random_layers(request, cases):
    """Layers of random experts, all of whose numbers have few bits."""
    seed = request.config.getoption("seed")
    print(f"seed {seed}")
    for case in cases[::3]:  # four programs each
        run_layer(seed, case)
