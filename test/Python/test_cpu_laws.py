# ===- test_cpu_laws.py - Relations between runs of CPU code ----------------=== #
# REQUIRES: python
# RUN: %python -m pytest -q -p no:cacheprovider %s
"""Layers on the kernels of the CPU, on numbers that are rounded: what is not
read may be NaN, and the bits of a token depend on no other token, no order and
no number of threads."""

import functools
import re
import zlib

import draws
import expert_programs
import machine_programs
import numpy as np
import pytest
from kernel_programs import poison, schedule_of
from programs import wide, with_parameters
from test_cpu_exact import KINDS, assert_bits, draw_layer, integers
from test_optimize import explained

import moe
from moe import formats, reference
from moe import routers as r

BODIES = [expert_programs.relu_mlp, expert_programs.swiglu, expert_programs.merged, expert_programs.norm_inside,
          expert_programs.lora, expert_programs.two_results, expert_programs.residual]
WIDTHS, TOKENS = [1, 3, 17, 33, 65, 129], [1, 2, 7, 33, 130]
PER_TOKEN = ("x", "logits", *draws.PER_TOKEN)


class Layer:
    """A random layer whose router looks at one token at a time."""

    def __init__(self, seed, case):
        self.rng = rng = np.random.default_rng([seed, case, 20])
        self.dtype = str(rng.choice(["f32", "bf16", "bf16", "f16", "f64"]))
        self.logits, body = int(rng.choice([4, 8, 32])), rng.choice(BODIES)
        self.experts = self.logits - int(rng.integers(3) == 0)  # with a null expert
        routers = draws.token_choice_routers(self.logits)
        del routers["region"]
        name = str(rng.choice(list(routers)))
        self.router, self.options = routers[name], draws.options_of(routers[name], name)
        if rng.integers(2):
            self.options.append("mask")
        sizes = [int(n) for n in rng.choice(WIDTHS, 3)]
        self.scale_rows, is_param = bool(rng.integers(5) == 0), bool(rng.integers(3))
        self.text, _ = expert_programs.layer(rng, body, self.experts, self.logits, self.router, *sizes, self.dtype,
                                             options=self.options, scale_rows=self.scale_rows)
        self.all_slots = not self.scale_rows and rng.integers(4) == 0  # are rows, those of zero gates too
        if self.all_slots:
            self.text = re.sub(r"(moe.dispatch %x to %experts) weights\(.*?\)", r"\1", self.text)
        if is_param:
            self.text = with_parameters(self.text, "p")
        self.label = (f"seed {seed} case {case}: {body.__name__} {self.dtype} {name} {self.options} E={self.experts}"
                      f" {sizes} scale_rows={self.scale_rows} all_slots={self.all_slots} param={is_param}")

    @functools.lru_cache(maxsize=None)
    def compile(self, threads):
        with explained(self.label, self.text):
            return moe.compile(self.text, device="cpu", threads=threads)

    def run(self, inputs, threads=0):
        return self.compile(threads or int(self.rng.integers(1, 4))).run(**inputs)

    def draw(self, tokens):
        real, rng = np.float64 if self.dtype == "f64" else np.float32, self.rng
        arrays = draws.operands(rng, self.options, tokens, self.logits, real)
        for info in self.compile(1).arguments:
            shape = tuple(tokens if isinstance(n, str) else n for n in info.shape)
            if info.name == "logits":
                make = draws.tied_logits if rng.integers(3) == 0 else draws.distinct_logits
                arrays["logits"] = make(rng, tokens, self.logits, dtype=real)
                if rng.integers(3) == 0:  # most of them to one expert
                    arrays["logits"][:, rng.integers(self.logits)] += 3
            elif info.name not in arrays:
                arrays[info.name] = formats.narrow(rng.standard_normal(shape), KINDS[self.dtype])
        return arrays


@functools.lru_cache(maxsize=None)
def layer_of(seed, case):
    return Layer(seed, case)


@pytest.fixture
def layers(request, cases):
    """Ten, where the random cases of a law are sixty; numbers of this test alone."""
    seed, name = request.config.getoption("seed"), zlib.crc32(request.node.name.encode())
    print(f"seed {seed} (pytest --seed={seed})")
    found = [layer_of(seed, case) for case in cases[::6]]
    for number, layer in enumerate(found):
        layer.rng = np.random.default_rng([seed, number, name])
    return found


def pick(inputs, picked):
    return {name: value[picked] if name in PER_TOKEN else value for name, value in inputs.items()}


def assert_same(expected, found, where, picked=slice(None)):
    for name, array in expected.items():
        assert_bits(array[picked], found[name], f"{where} {name}")


def test_poison(layers):
    """NaN and infinities in tokens and parameters that no gate asks for; the
    token's result is +0."""
    dead_tokens = empty_experts = 0
    for layer in layers:
        for tokens in TOKENS:
            inputs, rng = layer.draw(tokens), layer.rng
            clean = layer.run(inputs)
            offsets, _, rows = reference.plan(clean["experts"], layer.experts, weights=clean["weights"])
            dead, empty = rows[:, 0] < 0, np.diff(offsets) == 0
            poisoned = {name: value.copy() for name, value in inputs.items()}
            bad = rng.choice([np.nan, np.inf, -np.inf])
            poisoned["x"][dead] = formats.narrow(np.float32(bad), inputs["x"].dtype)
            if "mask" in inputs:
                poisoned["logits"][~inputs["mask"]] = np.nan
            for name in inputs:
                if name[0] == "p":
                    poisoned[name][empty] = formats.narrow(np.float32(bad), inputs[name].dtype)
            found = layer.run(poisoned)
            assert_same(clean, found, f"{layer.label} T={tokens}")
            for name in found.keys() - {"weights", "experts"}:
                assert np.isfinite(found[name]).all(), (layer.label, name)
                assert found[name][dead].tobytes() == bytes(found[name][dead].nbytes), (layer.label, name)
            dead_tokens, empty_experts = dead_tokens + dead.sum(), empty_experts + empty.sum()
    assert len(layers) < 10 or (dead_tokens > 0 and empty_experts > 0)


def test_number_of_threads(layers):
    for layer in layers:
        for tokens in TOKENS:
            inputs = layer.draw(tokens)
            one = layer.run(inputs, 1)
            for threads in (2, 3):
                assert_same(one, layer.run(inputs, threads), f"{layer.label} T={tokens} {threads} threads")


def test_split_batch(layers):
    for layer in layers:
        for tokens in TOKENS:
            inputs, at = layer.draw(tokens), int(layer.rng.integers(0, tokens + 1))
            whole = layer.run(inputs)
            for part in (slice(at), slice(at, tokens)):
                assert_same(whole, layer.run(pick(inputs, part)), f"{layer.label} T={tokens} {part}", part)


def test_company(layers):
    """Other tokens of the batch may be anything, NaN and infinities too."""
    for layer in layers:
        for tokens in TOKENS:
            rng, inputs, others = layer.rng, layer.draw(tokens), layer.draw(tokens)
            mine = rng.random(tokens) < 0.5
            poison(others["x"], rng.random(others["x"].shape) < 0.1)
            others["logits"][rng.random(tokens) < 0.2] = rng.choice([np.nan, np.inf, -np.inf])
            mixed = dict(inputs)
            for name in PER_TOKEN:
                if name in inputs:
                    mixed[name] = np.where(mine.reshape(-1, *[1] * (inputs[name].ndim - 1)), inputs[name], others[name])
            found = {name: array[mine] for name, array in layer.run(mixed).items()}
            assert_same(layer.run(inputs), found, f"{layer.label} T={tokens}", mine)


def test_permuted_tokens(layers):
    for layer in layers:
        for tokens in TOKENS:
            inputs, order = layer.draw(tokens), layer.rng.permutation(tokens)
            assert_same(layer.run(inputs), layer.run(pick(inputs, order)), f"{layer.label} T={tokens}", order)


def run_permuted_experts(seed, case):
    rng = np.random.default_rng([seed, case, 21])
    dtype = str(rng.choice(["f32", "bf16", "f64"]))
    bodies = [expert_programs.relu_mlp, expert_programs.merged, expert_programs.scaled, expert_programs.three,
              expert_programs.two_results]
    body, experts = rng.choice(bodies), int(rng.choice([2, 8, 32]))
    sizes, projected, is_param = [int(n) for n in rng.choice(WIDTHS, 3)], rng.integers(2) > 0, rng.integers(2) > 0
    k = int(rng.integers(1, min(experts, 4) + 1))
    router = r.Router("relu", r.All()) if rng.integers(4) == 0 else r.Router("identity", r.TopK(k))
    text, _ = expert_programs.layer(rng, body, experts, experts, router, *sizes, dtype, projected=projected)
    if is_param:
        text = with_parameters(text, "p")
    label = (f"seed {seed} case {case}: {body.__name__} {dtype} {router} E={experts} {sizes} projected={projected}"
             f" param={is_param}")
    with explained(label, text):
        layer = moe.compile(text, device="cpu", threads=int(rng.integers(1, 4)))
    for tokens in TOKENS:
        inputs, order = draw_layer(rng, layer, [], tokens, experts, dtype), rng.permutation(experts)
        if projected:  # no ties
            inputs["router_bias"] = formats.narrow(rng.permutation(experts) / np.float64(64), KINDS[dtype])
        else:
            inputs["logits"] = np.argsort(rng.random((tokens, experts)), axis=1).astype(inputs["logits"].dtype)
        moved = dict(inputs)
        for name, array in inputs.items():
            if name == "router" and array.shape[0] != experts:
                moved[name] = np.ascontiguousarray(array[:, order])
            elif name == "logits":
                moved[name] = array[:, order]
            elif name[0] in "pr":  # parameters, and the router's rows and bias
                moved[name] = array[order]
        before, after = layer.run(**inputs), layer.run(**moved)
        where = f"{label} T={tokens}"
        for name in before.keys() - {"weights", "experts"}:
            assert_bits(before[name], after[name], f"{where} {name}")
        if not isinstance(router.select, r.All):
            assert (order[after["experts"]] == before["experts"]).all(), where
            assert_bits(before["weights"], after["weights"], where)


def test_permuted_experts(request, cases):
    """Renaming experts, with their parameters and what the router has of them,
    renames ids and, sums being exact, changes nothing else."""
    seed = request.config.getoption("seed")
    print(f"seed {seed}")
    for case in cases[::6]:
        run_permuted_experts(seed, case)


def run_powers_of_two(seed, case):
    rng = np.random.default_rng([seed, case, 22])
    dtype = str(rng.choice(["f32", "bf16", "f64"]))
    bodies = [expert_programs.plain, expert_programs.linear, expert_programs.three]
    body, experts, sizes = rng.choice(bodies), int(rng.choice([2, 8, 32])), [int(n) for n in rng.choice(WIDTHS, 3)]
    router = rng.choice([r.Router("identity", r.TopK(2)), r.Router("relu", r.All()), r.mixtral(2)])
    scale_rows, is_param = rng.integers(4) == 0, rng.integers(2) > 0
    text, _ = expert_programs.layer(rng, body, experts, experts, router, *sizes, dtype, scale_rows=scale_rows)
    if is_param:
        text = with_parameters(text, "p")
    label = (f"seed {seed} case {case}: {body.__name__} {dtype} {router} E={experts} {sizes} scale_rows={scale_rows}"
             f" param={is_param}")
    with explained(label, text):
        layer = moe.compile(text, device="cpu", threads=int(rng.integers(1, 4)))
    for tokens in TOKENS:
        inputs = {}
        for info in layer.arguments:
            kind = wide(dtype) if info.name == "logits" else dtype
            shape = tuple(tokens if isinstance(n, str) else n for n in info.shape)
            inputs[info.name] = formats.narrow(rng.standard_normal(shape), KINDS[kind])
        scalable = [name for name in inputs if name != "logits" or router.score != "softmax"]
        before = layer.run(**inputs)
        for chosen in [[name] for name in scalable] + [scalable]:
            scaled, power = dict(inputs), 0
            for name in chosen:
                own = int(rng.integers(-6, 7))
                scaled[name] = formats.narrow(np.ldexp(formats.widen(inputs[name]), own), inputs[name].dtype)
                power += own
            found = layer.run(**scaled)["y0"]
            assert_bits(np.ldexp(before["y0"], power), found, f"{label} T={tokens} {chosen}")


def test_powers_of_two(request, cases):
    """Tokens, parameters and gates of a linear or ReLU layer times powers of two."""
    seed = request.config.getoption("seed")
    print(f"seed {seed}")
    for case in cases[::6]:
        run_powers_of_two(seed, case)


def test_pairs_are_points(rng):
    """Pairs that are taken apart are added in the order of single points: bit for bit, whatever the numbers."""
    for _ in range(12):
        K, N, E = (int(rng.choice(n)) for n in ([1, 2, 7, 64, 129], [1, 17, 64], [1, 3]))
        lanes, rows = int(rng.choice([1, 4, 8, 16])), int(rng.integers(1, 5))
        is_param, dtype = rng.integers(2) > 0, str(rng.choice(["bf16", "f32"]))
        depth = int(rng.choice([0, 6])) if is_param else 6
        x, w = (formats.narrow(rng.standard_normal(shape), KINDS[kind]) for shape, kind in [((50, K), dtype), ((E, K, N), "bf16")])
        offsets = np.sort(rng.integers(0, 50, E + 1)).astype(np.int32)
        offsets[0] = 0
        found = []
        for group in (1, 2):
            text = machine_programs.grouped_matmul(
                K, N, E, dtype, "f32", weight_types=["bf16"],
                schedule=f"#moe.cpu_schedule<rows = {rows}, columns = {2 * lanes}, lanes = {lanes}, group = {group},"
                         f" depth = {depth}, tiles = 2, prefetch = {str(is_param).lower()}>")
            program = moe.compile(with_parameters(text, "w") if is_param else text, device="cpu", threads=2)
            found.append(program(x=x, offsets=offsets, w0=w, out0=np.zeros((50, N), np.float32)))
        assert_bits(found[0], found[1], text)


@pytest.mark.parametrize("dtype, group, dot", [("f32", 1, "false"), ("f64", 1, "false"), ("f16", 1, "false"),
                                               ("bf16", 1, "false"), ("bf16", 2, "false"), ("bf16", 2, "true")])
def test_padding_of_packed_weights(rng, dtype, group, dot):
    """What lies beyond the columns of a panel, and beyond the contraction in its
    last pair, is NaN."""
    if dot == "true" and "dot = true" not in schedule_of(dtype):
        pytest.skip("this machine multiplies no pairs of bf16")
    for depth, prefetch, is_param in [(0, "true", True), (0, "false", False), (4, "true", False), (16, "false", True)]:
        steps = int(rng.choice([1, 3, 17, 33]))
        K, N, E = steps * group - int(rng.integers(group)), int(rng.choice([1, 3, 17, 63, 129])), int(rng.choice([1, 5]))
        lanes = int(rng.choice([4, 8, 16]))
        columns, rows = lanes * int(rng.integers(1, 4)), int(rng.integers(1, 7))
        text = machine_programs.grouped_matmul(
            K, N, E, dtype, wide(dtype), packing=(columns, group),
            schedule=f"#moe.cpu_schedule<rows = {rows}, columns = {columns}, lanes = {lanes}, group = {group},"
                     f" dot = {dot}, depth = {depth}, tiles = 2, prefetch = {prefetch}>")
        if is_param:
            text = with_parameters(text, "w")
        program = moe.compile(text, device="cpu", threads=2)
        w, panels = integers(rng, (E, K, N), dtype), -(-N // columns)
        padded = np.full((E, steps * group, panels * columns), np.nan, np.float64)
        padded[:, :K, :N] = formats.widen(w)
        packed = padded.reshape(E, steps, group, panels, columns).transpose(0, 3, 1, 4, 2)
        packed = formats.narrow(packed.reshape(E, panels, steps, columns * group), KINDS[dtype])
        offsets = np.sort(rng.integers(0, 60, E + 1)).astype(np.int32)
        offsets[0] = 0
        x = integers(rng, (60, K), dtype)
        out = np.full((60, N), 7, KINDS[wide(dtype)])
        found = program(x=x, offsets=offsets, w0=packed, out0=out)
        assert_bits(reference.grouped_matmul(x, offsets, [w], out), found, text)
