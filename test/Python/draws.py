# ===- draws.py - Random inputs of the Python tests -------------------------=== #

import numpy as np

from moe import routers as r

TOKENS = [0, 1, 2, 7, 64, 513]
EXPERTS = [1, 2, 8, 64, 128]


def slots_for(experts):
    """k from 1 to E: the ends, and some between."""
    return sorted({1, min(2, experts), max(1, experts // 2), experts})


def distinct_logits(rng, tokens, total, dtype=np.float32):
    """Rows of distinct values at least 1/32 apart, a spread that models have."""
    steps = np.argsort(rng.random((tokens, total)), axis=1) - total / 2
    return (steps / 16 + rng.uniform(-1, 1, (tokens, total)) / 64).astype(dtype)


def tied_logits(rng, tokens, total, low=-2, high=3, dtype=np.float32):
    """Few small integers: many ties, and sums that are exact."""
    return rng.integers(low, high, (tokens, total)).astype(dtype)


def spread_logits(rng, tokens, total):
    """One of the kinds of logits that routers meet, finite."""
    kind = rng.integers(6)
    if kind == 0:  # saturated
        return rng.choice(np.float32([-1e30, -104, -90, -20, 20, 90, 104, 1e30]), (tokens, total))
    if kind == 1:  # all equal
        return np.full((tokens, total), rng.standard_normal(), np.float32)
    if kind == 2:  # zeros of both signs
        return rng.choice(np.float32([0.0, -0.0]), (tokens, total))
    if kind == 3:
        return tied_logits(rng, tokens, total)
    if kind == 4:  # all tokens to one expert
        z = distinct_logits(rng, tokens, total)
        z[:, rng.integers(total)] += np.float32(total)
        return z
    return distinct_logits(rng, tokens, total)


def ids(rng, tokens, k, experts):
    """Expert ids [T,k], distinct within a token; null experts among them."""
    total = max(experts + int(rng.integers(3)), k)
    kind = rng.integers(3)
    if kind == 0:  # all to the same ones
        row = rng.permutation(total)[:k]
        return np.tile(row, (tokens, 1)).astype(np.int32)
    score = rng.random((tokens, total))
    if kind == 1:  # most experts empty
        score[:, : max(1, total - k - 1)] += 1
    return np.argsort(score, axis=1)[:, :k].astype(np.int32)


def gate_weights(rng, tokens, k, dtype=np.float32):
    """Weights [T,k], powers of two, with zeros of both signs, negative ones and
    now and then a NaN."""
    w = rng.choice(np.array([0.25, 0.5, 1, 2, -1, 0.0, -0.0], dtype), (tokens, k))
    if rng.integers(4) == 0:
        w[rng.random((tokens, k)) < 0.05] = np.nan
    return w


def token_choice_routers(total):
    """Routers whose tokens do not look at each other, for `total` >= 4 logits."""
    k = min(3, total)
    return {
        "mixtral": r.mixtral(2), "olmoe": r.olmoe(k), "gpt_oss": r.gpt_oss(k),
        "deepseek_v3": r.deepseek_v3(2, total // 4, max(1, total // 8)),
        "deepseek_v2": r.deepseek_v2(2, total // 2, 2), "llama4": r.llama4(), "switch": r.switch(),
        "shazeer": r.shazeer(2), "dense": r.Router("softmax", r.All()),
        "relu": r.Router("relu", r.All()), "threshold": r.Router("softmax", r.Threshold(), "sum"),
        "sample": r.Router("softmax", r.Sample()), "region": r.Router("region", r.TopK(k)),
        "softplus": r.Router("sqrt_softplus", r.TopK(k), "sum", 1e-6, 1.5),
    }


def options_of(router, name):
    """The operands a router of token_choice_routers needs or likes."""
    options = []
    if name == "deepseek_v3":
        options.append("bias")
    if name == "shazeer":
        options.append("noise")
    if isinstance(router.select, r.Threshold):
        options.append("thresholds")
    if isinstance(router.select, r.Sample):
        options.append("uniform")
    return options


def operands(rng, options, tokens, total, dtype=np.float32):
    """Values for the optional operands of a gate."""
    values = {
        "bias": lambda: rng.standard_normal(total).astype(dtype),
        "noise": lambda: rng.standard_normal((tokens, total)).astype(dtype),
        "mask": lambda: rng.random(tokens) < 0.7,
        "thresholds": lambda: rng.uniform(0, 2 / total, total).astype(dtype),
        "uniform": lambda: rng.random(tokens).astype(dtype),
        "capacity": lambda: int(rng.integers(0, tokens + 2)),
    }
    return {option: values[option]() for option in options}


PER_TOKEN = ("noise", "mask", "uniform")


def pick_tokens(values, picked):
    """The operands of a gate for the tokens `picked`."""
    return {key: value[picked] if key in PER_TOKEN else value for key, value in values.items()}
