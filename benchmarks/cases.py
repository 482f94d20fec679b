# ===- cases.py - The work: layers, weights, inputs, routings ---------------=== #
"""What every contestant computes, from seeds: numpy alone, so that it runs in
each peer's environment, and every process makes the same numbers for itself.

A layer is a row of examples/generate.py. Weights are uniform with the variance
1/fan_in. bf16 is held as the upper half of f32, in uint16.
"""

import dataclasses
import functools
import hashlib
import math
import pathlib
import re
import subprocess
import sys
import zlib

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "examples"))
import generate  # noqa: E402

#: What tells one result from another.
KEY = ("kind", "layer", "experts", "hidden", "intermediate", "dtype", "tokens", "routing", "threads", "what",
       "peer")
#: Inputs and routings that calls take in turn.
TURNS = 8
TOKENS = (1, 4, 16, 64, 256, 1024, 4096)
#: Experts that are benchmarked, where a whole layer of f32 is more than 3 GB.
EXPERTS = {"mixtral-8x7b": 4, "deepseek-v3": 16, "llama4-scout": 4, "qwen3-30b-a3b": 64, "gpt-oss-20b": 16}
LAYERS = tuple(layer.name for layer in generate.LAYERS)
#: Layers of papers, timed whole and without peers: a row of examples/papers.py, and
#: sizes. The most experts of Shazeer et al. have bodies so small that the router is all.
PAPERS = {**{layer.name: (layer, {}) for layer in generate.papers.LAYERS},
          "shazeer-2017-flat-131072": (next(layer for layer in generate.papers.LAYERS
                                            if layer.name == "shazeer-2017-flat"),
                                       {"experts": 131072, "hidden": 8, "intermediate": 4})}


def get_layer(name, dtype="f32", experts_only=True, **sizes):
    """A row of generate.LAYERS, as it is benchmarked. What is given its routing
    has no capacity either: the choice is made."""
    layer = next(layer for layer in generate.LAYERS if layer.name == name)
    sizes = {"experts": EXPERTS.get(name, layer.experts), **sizes}
    if experts_only:
        sizes.update(experts_only=True, capacity=0)
    layer = dataclasses.replace(layer, dtype=dtype, **sizes)
    generate.validate(layer, {})
    return layer


def get_paper(name, dtype="f32", **sizes):
    """A row of PAPERS; `sizes` that it lacks do not count."""
    layer, own = PAPERS[name]
    sizes = {key: value for key, value in {**own, **sizes}.items() if hasattr(layer, key)}
    layer = dataclasses.replace(layer, dtype=dtype, **sizes)
    generate.validate(layer, {})
    return layer


def get(name, **sizes):
    """A layer of either kind. Raises ValueError where there is none of such sizes."""
    return get_paper(name, **sizes) if name in PAPERS else get_layer(name, **sizes)


def version(package):
    """Of this compiler: the source, and what was built of it, which may be older;
    `package` is the folder of the built Python package."""
    done = subprocess.run(["git", "-C", str(ROOT), "describe", "--always", "--dirty"], capture_output=True,
                          text=True)
    built = hashlib.sha256()
    for path in sorted([*package.glob("moe/*.py"), *package.glob("moe/_moe*.so")]):
        built.update(path.read_bytes())
    return f"{done.stdout.strip() or 'unknown'}, built {built.hexdigest()[:12]}"


def matrices(layer):
    """Name and shape [out, in] or [in, out] of an expert's matrices."""
    return [(name, shape[1:]) for name, shape, _ in generate.parameters(layer)
            if len(shape) == 3]


def macs_per_row(layer):
    return sum(math.prod(shape) for _, shape in matrices(layer))


def expert_bytes(layer):
    return macs_per_row(layer) * width(layer.dtype)


def last_cache():
    """Bytes of the last level of cache; 32 MiB where the system does not say."""
    sizes = []
    for path in pathlib.Path("/sys/devices/system/cpu/cpu0/cache").glob("index*/size"):
        found = re.fullmatch(r"(\d+)([KM]?)", path.read_text().strip())
        sizes.append(int(found[1]) << {"": 0, "K": 10, "M": 20}[found[2]])
    return max(sizes, default=32 << 20)


def copies(layer):
    """The layers with the same parameters, in memory of their own, that calls take
    in turn: where few tokens hit small experts, the call before has read those of
    another, as in a model, and three times as much as the last cache holds is read
    before anything is read again, or what all turns read. A power of two, so that a
    turn has one of them."""
    least = layer.k * expert_bytes(layer)
    count = 1
    while count < TURNS and count * least < 3 * last_cache():
        count *= 2
    return count


def least_workspace(layer, tokens):
    """The bytes that the experts need besides their arguments, where no row of an
    input is copied: the inner rows and the result in the layer's type, the sums in
    f32 where that is narrower, rows that are scaled first, and the plan (offsets of
    the experts, and a slot of each row)."""
    rows = tokens * layer.k
    least = width(layer.dtype) * (rows * layer.intermediate + tokens * layer.hidden)
    if layer.dtype != "f32":
        least += 4 * tokens * layer.hidden
    if layer.scale_input:
        least += width(layer.dtype) * rows * layer.hidden
    return least + 4 * (layer.experts + 1 + rows)


def width(dtype):
    return 2 if dtype == "bf16" else 4


# ===----------------------------------------------------------------------=== #
# Numbers
# ===----------------------------------------------------------------------=== #


def to_bf16(array):
    """f32 to bf16, toward zero; these are made numbers, any rounding will do."""
    return np.ascontiguousarray(array).view(np.uint16)[..., 1::2].copy()


def to_f32(array):
    """f32 of bf16, or f32 as it is."""
    return (array.astype(np.uint32) << 16).view(np.float32) if array.dtype == np.uint16 else array


def uniform(generator, shape, deviation, dtype):
    array = generator.random(shape, np.float32)
    array -= np.float32(0.5)
    array *= np.float32(deviation * math.sqrt(12))
    return to_bf16(array) if dtype == "bf16" else array


def draw(layer, index, expert):
    """The part of expert `expert` of parameter number `index`; None: all of it."""
    name, shape, init = generate.parameters(layer)[index]
    if init.startswith("fan_in"):
        deviation = 1 / math.sqrt(shape[1])
    else:
        deviation = 0.1 if init else 1 / math.sqrt(shape[-1])
    generator = np.random.Generator(np.random.SFC64(
        [zlib.crc32(name.encode()), 0 if expert is None else expert + 1]))
    dtype = "f32" if name == "selection_bias" else layer.dtype
    return name, uniform(generator, shape if expert is None else shape[1:], deviation, dtype)


def joined_weights(layer):
    """The parameters of a SwiGLU as most libraries take them: gate and up
    [experts, 2 * inner, hidden], down [experts, hidden, inner]; of gpt-oss with
    the biases of both, the rows interleaved as they are in the checkpoint; of two
    matrices, up and down."""
    result = {}
    for expert in range(layer.experts):
        w = expert_weights(layer, expert)
        if layer.body == "swiglu":
            parts = {"w13": np.concatenate([w["gate"], w["up"]]), "w2": w["down"]}
        elif layer.body == "joined_transposed":
            parts = {"w13": w["gate_up"].T, "w2": w["down"].T}
        elif layer.body == "relu":
            parts = {"w13": w["up"], "w2": w["down"]}
        else:
            parts = {"w13": w["gate_up"], "w2": w["down"]}
            if layer.body == "clamped":
                parts.update(b13=w["gate_up_bias"], b2=w["down_bias"])
        for name, part in parts.items():
            if not expert:
                result[name] = np.empty((layer.experts, *part.shape), part.dtype)
            result[name][expert] = part
    return result


def is_stacked(layer, index):
    name, shape, _ = generate.parameters(layer)[index]
    return shape[0] == layer.experts and not name.startswith(("router", "selection", "shared"))


def expert_weights(layer, expert):
    """The parameters of one expert, by name."""
    return dict(draw(layer, index, expert) for index in range(len(generate.parameters(layer)))
                if is_stacked(layer, index))


def weights(layer):
    """All parameters, by name."""
    result = {}
    for index, (name, shape, _) in enumerate(generate.parameters(layer)):
        if not is_stacked(layer, index):
            result[name] = draw(layer, index, None)[1]
            continue
        for expert in range(layer.experts):
            part = draw(layer, index, expert)[1]
            if not expert:
                result[name] = np.empty(shape, part.dtype)
            result[name][expert] = part
    return result


def inputs(layer, tokens):
    """x [tokens, hidden] of every turn: other rows of one array."""
    generator = np.random.Generator(np.random.SFC64([11, tokens]))
    step = 16
    rows = uniform(generator, (tokens + step * (TURNS - 1), layer.hidden), 1, layer.dtype)
    return [rows[step * turn:][:tokens] for turn in range(TURNS)]


# ===----------------------------------------------------------------------=== #
# Routings
# ===----------------------------------------------------------------------=== #

ROUTINGS = ("uniform", "zipf", "one-hot", "hot70")


def routing(kind, layer, tokens, turn):
    """Weights f32 and experts i32 [tokens, k]; the experts of a token differ, its
    weights sum to 1, or are one from 0.5 to 1.

    uniform: any k experts. zipf: expert of rank r with a probability like 1/r,
    the ranks being another order each turn. one-hot: all tokens take the same k,
    others each turn. hot70: one expert, another each turn, is among those of 70 %
    of the tokens.
    """
    count, k = layer.experts, layer.k
    generator = np.random.Generator(np.random.SFC64([13, ROUTINGS.index(kind), tokens, turn]))
    if kind == "one-hot":
        chosen = np.tile((turn * k + np.arange(k)) % count, (tokens, 1))
    else:
        # The k largest of log p + Gumbel noise are k draws without replacement.
        keys = -np.log(-np.log(generator.random((tokens, count)) + 1e-12))
        if kind == "zipf":
            keys -= np.log(1 + generator.permutation(count))
        if kind == "hot70":
            hot = turn % count
            keys[:, hot] = -np.inf if count > k else keys[:, hot]
            keys[generator.permutation(tokens)[:round(0.7 * tokens)], hot] = np.inf
        chosen = np.argsort(-keys, axis=1)[:, :k]
    weight = generator.random((tokens, k), np.float32)
    if k == 1:
        weight = (1 + weight) / 2
    else:
        weight += np.float32(0.1)
        weight /= weight.sum(axis=1, keepdims=True)
    return weight, np.ascontiguousarray(chosen, np.int32)


def work(layer, kind, tokens):
    """Multiply-adds and bytes of the experts that have rows, the mean of a call."""
    hit = [len(np.unique(routing(kind, layer, tokens, turn)[1])) for turn in range(TURNS)]
    return tokens * layer.k * macs_per_row(layer), sum(hit) / TURNS * expert_bytes(layer)


def seconds_in_turn(layer, kind, tokens, rates):
    """What the experts take one after the other, each at its own roof, the mean of a
    call: each the longer of its arithmetic and of reading its weights. The roof of
    the call is lower, since one may be read while another is computed. `rates` has
    operations a second of the layer's type and bytes a second, "read"."""
    arithmetic = 2 * macs_per_row(layer) / rates[layer.dtype]
    reading = expert_bytes(layer) / rates["read"]
    rows = [np.unique(routing(kind, layer, tokens, turn)[1], return_counts=True)[1] for turn in range(TURNS)]
    return float(np.maximum(np.concatenate(rows) * arithmetic, reading).sum()) / TURNS


# ===----------------------------------------------------------------------=== #
# The reference: some tokens in f64
# ===----------------------------------------------------------------------=== #


def sampled(tokens):
    """The tokens that are checked."""
    return sorted({0, tokens // 2, tokens - 1})


def silu(x):
    return x / (1 + np.exp(-x))


def apply_expert(layer, x, w):
    """One row through one expert; all f64."""
    if layer.body == "relu":
        return w["down"] @ np.maximum(w["up"] @ x, 0)
    if layer.body == "swiglu":
        return w["down"] @ (silu(w["gate"] @ x) * (w["up"] @ x))
    if layer.body == "joined":
        gate, up = np.split(w["gate_up"] @ x, 2)
        return w["down"] @ (silu(gate) * up)
    if layer.body == "joined_transposed":
        gate, up = np.split(x @ w["gate_up"], 2)
        return (silu(gate) * up) @ w["down"]
    both = w["gate_up"] @ x + w["gate_up_bias"]
    gate, up = np.minimum(both[::2], 7), np.clip(both[1::2], -7, 7)
    return w["down"] @ ((up + 1) * gate / (1 + np.exp(-1.702 * gate))) + w["down_bias"]


@functools.lru_cache(maxsize=64)
def reference(layer, kind, tokens, turn=0):
    """Rows of y for the sampled tokens [n, hidden] in f64, the choice given."""
    x = inputs(layer, tokens)[turn]
    weight, chosen = routing(kind, layer, tokens, turn)
    rows = {token: np.zeros(layer.hidden) for token in sampled(tokens)}
    for expert in np.unique(chosen[list(rows)]):
        w = {name: to_f32(part).astype(float) for name, part in expert_weights(layer, expert).items()}
        for token, row in rows.items():
            for slot in np.flatnonzero(chosen[token] == expert):
                scale, own = float(weight[token, slot]), to_f32(x[token]).astype(float)
                row += (apply_expert(layer, own * scale, w) if layer.scale_input
                        else scale * apply_expert(layer, own, w))
    return np.stack(list(rows.values()))


#: Largest error of y against its largest number.
TOLERANCE = {"f32": 2e-5, "bf16": 2e-2}


def error(found, expected):
    """The largest difference relative to the largest number of `expected`."""
    if found.shape != expected.shape:
        return float("inf")
    difference = np.abs(found - expected).max() / np.abs(expected).max()
    return float(difference) if np.isfinite(difference) else float("inf")
