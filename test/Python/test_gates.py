# ===- test_gates.py - Compiled gates against numpy -------------------------=== #
# REQUIRES: python
# RUN: %python -m pytest -q -p no:cacheprovider %s
"""Every field of the router, over shapes and logits that bite.

Identity and relu scores of small integers are exact, so they are compared bit
for bit, ties included. Other scores differ in the last bits of exp; there, ids
are compared where no key is near another.
"""

import draws
import numpy as np
import programs
import pytest

from moe import formats, layers, reference
from moe.routers import (All, Batchwise, ExpertChoice, GroupTopK, Router, Sample,
                         Threshold, TopK)

LIMITS = {np.float32: 2e-6, np.float64: 1e-14}


def check_exact(out, expected, case):
    for key, value in zip(("experts", "weights"), (expected[1], expected[0])):
        np.testing.assert_array_equal(out[key], value, err_msg=f"{case} {key}")


def check_close(out, expected, case, rows=slice(None), rtol=2e-6):
    weights, experts = expected
    np.testing.assert_array_equal(out["experts"][rows], experts[rows], err_msg=f"{case}")
    np.testing.assert_allclose(out["weights"][rows], weights[rows], rtol=rtol * 10, atol=1e-37,
                               err_msg=f"{case}")


@pytest.mark.parametrize("experts, k", [(e, k) for e in draws.EXPERTS for k in draws.slots_for(e)])
def test_top_k(compiled, rng, experts, k):
    """top_k over every number of tokens and kind of logits, ties and saturation
    included: where the score is monotone the logit itself is the key."""
    for router in (Router("identity", TopK(k)), Router("softmax", TopK(k), "sum")):
        gate = compiled(programs.gate(router, experts))
        check = check_exact if router.score == "identity" else check_close
        for tokens in draws.TOKENS:
            for _ in range(3 if tokens < 100 else 1):
                z = draws.spread_logits(rng, tokens, experts)
                check(gate(z), reference.gate(z, router), (tokens, router))


EXACT = {
    "top_k": (Router("relu", TopK(3), "sum", 0.5, 2.0), ["mask", "noise"]),
    "top_k_biased": (Router("identity", TopK(3)), ["bias"]),
    "groups_max": (Router("identity", GroupTopK(3, 4, 2, "max")), ["bias"]),
    "groups_sum": (Router("relu", GroupTopK(3, 4, 2, "sum_of_two"), "sum"), ["bias"]),
    "groups_unbiased": (Router("relu", GroupTopK(2, 2, 1, "sum_of_two"), scale=-0.5), []),
    "all": (Router("relu", All(), "sum"), ["mask"]),
    "threshold": (Router("identity", Threshold(), "sum"), ["thresholds"]),
    "threshold_plain": (Router("relu", Threshold(), scale=4.0), ["thresholds", "mask"]),
    "expert_choice": (Router("identity", ExpertChoice()), ["capacity"]),
    "expert_choice_sum": (Router("relu", ExpertChoice(), "sum", 1.0), ["capacity"]),
    "batchwise": (Router("identity", Batchwise(3)), []),
    "batchwise_sum": (Router("relu", Batchwise(2), "sum"), []),
    "sample": (Router("relu", Sample(), "sum"), ["uniform"]),
}


def integer_operands(rng, options, tokens, total, dtype):
    values = draws.operands(rng, options, tokens, total, dtype)
    for key in ("bias", "noise", "thresholds"):
        if key in values:
            values[key] = rng.integers(-2, 3, values[key].shape).astype(dtype)
    if "uniform" in values:  # some that no prefix sum exceeds
        values["uniform"] = rng.integers(0, 20, tokens).astype(dtype)
    return values


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", EXACT)
def test_exact(compiled, cases, rng, name, dtype):
    """Small integers: the same bits as numpy, ties included."""
    router, options = EXACT[name]
    total = 8
    gate = compiled(programs.gate(router, total, "f64" if dtype == np.float64 else "f32", options))
    for case in cases:
        tokens = int(rng.choice(draws.TOKENS[:5]))
        z = draws.tied_logits(rng, tokens, total, dtype=dtype)
        values = integer_operands(rng, options, tokens, total, dtype)
        check_exact(gate(z, **values), reference.gate(z, router, **values), (case, tokens))


SCORES = ["softmax", "sigmoid", "sqrt_softplus", "relu", "identity", "region"]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("score", SCORES)
@pytest.mark.parametrize("normalize", ["none", "sum", "softmax"])
def test_scores(compiled, cases, rng, score, normalize, dtype):
    """Every score with every normalization, over clear logits."""
    router = Router(score, TopK(3), normalize, 1e-3 if normalize == "sum" else None, 1.5)
    gate = compiled(programs.gate(router, 8, "f64" if dtype == np.float64 else "f32"))
    region = np.tanh if score == "region" else None
    for case in list(cases)[:20]:
        tokens = int(rng.choice(draws.TOKENS[:5]))
        z = draws.distinct_logits(rng, tokens, 8, dtype)
        check_close(gate(z), reference.gate(z, router, score=region), case, rtol=LIMITS[dtype])


@pytest.mark.parametrize("select", [GroupTopK(4, 8, 4, "sum_of_two"), GroupTopK(4, 8, 3, "max"), TopK(4)])
@pytest.mark.parametrize("score", ["softmax", "sigmoid", "sqrt_softplus"])
def test_biased(compiled, cases, rng, select, score):
    """A bias takes part in the choice and not in the weights."""
    router = Router(score, select, "sum", 1e-20, 2.5)
    gate = compiled(programs.gate(router, 64, options=["bias"]))
    for case in list(cases)[:20]:
        z = draws.distinct_logits(rng, 16, 64)
        bias = rng.standard_normal(64).astype(np.float32)
        clear = layers.gap(z, router, bias=bias) > 1e-5
        assert clear.sum() > 8
        check_close(gate(z, bias=bias), reference.gate(z, router, bias=bias), case, clear)


@pytest.mark.parametrize("select", [Threshold(), ExpertChoice(), Batchwise(2), Sample()])
def test_compared_scores(compiled, cases, rng, select):
    """Selections that compare softmax scores with each other or with numbers."""
    router = Router("softmax", select, "none" if isinstance(select, Sample) else "sum")
    options = {Threshold: ["thresholds"], ExpertChoice: ["capacity"], Sample: ["uniform"]}
    options = options.get(type(select), [])
    gate = compiled(programs.gate(router, 8, options=options))
    compared = 0
    for case in cases:
        tokens = int(rng.choice([0, 1, 2, 7, 64]))
        z = draws.distinct_logits(rng, tokens, 8)
        values = draws.operands(rng, options, tokens, 8)
        expected = reference.gate(z, router, **values)
        wide = reference.gate(z.astype(float), router, **values)
        if (expected[1] != wide[1]).any() or ((expected[0] == 0) != (wide[0] == 0)).any():
            continue  # rounding decides
        compared += 1
        check_close(gate(z, **values), expected, case)
    assert compared > len(cases) // 2


@pytest.mark.parametrize("score", ["softmax", "sigmoid", "identity"])
def test_minus_infinity(compiled, rng, score):
    """-inf comes last but before NaN, ties to the lower index."""
    router = Router(score, TopK(4))
    gate = compiled(programs.gate(router, 6))
    z = np.float32([[0, -np.inf, 1, -np.inf, -np.inf, -1], [-np.inf] * 5 + [0],
                    [-1, -2, -3, -4, -5, -np.inf]])
    out = gate(z)
    np.testing.assert_array_equal(out["experts"], [[2, 0, 5, 1], [5, 0, 1, 2], [0, 1, 2, 3]])
    if score != "identity":
        check_close(out, reference.gate(z, router), score)
    z = np.float32([[np.nan, -np.inf, 1, np.nan, -np.inf, 2]])
    np.testing.assert_array_equal(gate(z)["experts"], [[5, 2, 1, 4]])


@pytest.mark.parametrize("score", SCORES)
def test_saturated(compiled, score):
    """Where scores saturate or underflow, the logit still decides."""
    router = Router(score, TopK(2))
    gate = compiled(programs.gate(router, 4))
    z = np.float32([[200, 300, 250, 100], [-200, -300, -250, -400]])
    expected = [[1, 2], [0, 2]]
    if score == "region":  # tanh: ties of scores
        expected = [[0, 1], [0, 1]]
    out = gate(z)
    np.testing.assert_array_equal(out["experts"], expected)
    check_close(out, reference.gate(z, router, score=np.tanh if score == "region" else None), score)


@pytest.mark.parametrize("dtype", ["f16", "bf16"])
def test_narrow_logits(compiled, cases, rng, dtype):
    """Narrow logits are computed in f32."""
    gate = compiled(programs.gate(Router("softmax", TopK(3), "sum"), 16, dtype))
    for case in list(cases)[:20]:
        z = draws.spread_logits(rng, 7, 16)
        z = formats.to_bf16(z) if dtype == "bf16" else np.clip(z, -6e4, 6e4).astype(np.float16)
        check_close(gate(z), reference.gate(z, Router("softmax", TopK(3), "sum")), case)


def test_nothing_kept_gives_zero(compiled):
    """0/0 is 0: a token without an expert has weights 0."""
    for normalize in ("sum", "softmax"):
        router = Router("softmax", Threshold(), normalize)
        gate = compiled(programs.gate(router, 4, options=["thresholds"]))
        weights = gate(np.zeros((2, 4), np.float32), thresholds=np.float32([1, 1, 1, 1]))["weights"]
        assert weights.tobytes() == np.zeros((2, 4), np.float32).tobytes()
