# ===- test_layers.py - Whole compiled layers -------------------------------=== #
# REQUIRES: python
# RUN: %python -m pytest -q -p no:cacheprovider %s
"""gate, dispatch, expert, combine in one program: exact integers against
numpy, poison, and relations between runs."""

import draws
import numpy as np
import programs
import pytest

from moe import formats, reference
from moe.routers import All, Router, TopK

KINDS = {"f32": np.float32, "f64": np.float64, "bf16": np.dtype("V2"), "f16": np.float16}


def exact_logits(rng, tokens, total, dtype=np.float32):
    """Powers of two, which are the weights too under an identity score."""
    return rng.choice(np.array([-1, 0.25, 0.5, 1, 2, 4, 0], dtype), (tokens, total))


def integers(rng, shape, dtype="f32", low=-3, high=4):
    return formats.narrow(rng.integers(low, high, shape).astype(np.float32), KINDS[dtype])


def layer_in_numpy(logits, x, w, router, experts, relu=True, scale_rows=False, gate_values=None,
                   **planning):
    weights, ids = reference.gate(logits, router, **(gate_values or {}))
    (rows,), offsets, slots = reference.dispatch([x], ids, experts, weights=weights,
                                                 scale_rows=scale_rows, **planning)

    def body(rows, w):
        y = formats.widen(rows) @ formats.widen(w)
        return (formats.narrow(np.maximum(y, 0) if relu else y, x.dtype),)

    (h,) = reference.expert(body, [rows], offsets, [w])
    return reference.combine(h, slots, weights, unweighted=scale_rows)


@pytest.mark.parametrize("dtype", KINDS)
@pytest.mark.parametrize("experts, k", [(1, 1), (2, 1), (8, 2), (8, 8), (64, 6), (128, 3)])
def test_exact_integers(compiled, rng, dtype, experts, k):
    """Every sum is exact, so any order gives the bits of numpy."""
    router = Router("identity", TopK(k))
    layer = compiled(programs.layer(router, experts, experts, 7, 5, dtype))
    for tokens in draws.TOKENS[:5]:
        z = exact_logits(rng, tokens, experts, np.float64 if dtype == "f64" else np.float32)
        x, w = integers(rng, (tokens, 7), dtype), integers(rng, (experts, 7, 5), dtype)
        y = layer(z, x, w)["y"]
        assert y.tobytes() == layer_in_numpy(z, x, w, router, experts).tobytes(), tokens


WIDTHS = [1, 3, 176, 704, 1856, 2880]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("inner", WIDTHS)
def test_widths(compiled, rng, width, inner):
    router = Router("identity", TopK(1))
    layer = compiled(programs.layer(router, 2, 2, width, inner))
    w = integers(rng, (2, width, inner), low=-1, high=2)
    for tokens in (0, 1, 2):
        z, x = exact_logits(rng, tokens, 2), integers(rng, (tokens, width), low=-1, high=2)
        y = layer(z, x, w)["y"]
        assert y.tobytes() == layer_in_numpy(z, x, w, router, 2).tobytes(), tokens


def test_many_tokens(compiled, rng):
    """513 tokens; all of them to one expert, and spread."""
    router = Router("identity", TopK(2))
    layer = compiled(programs.layer(router, 8, 8, 7, 5))
    x, w = integers(rng, (513, 7)), integers(rng, (8, 7, 5))
    for z in (exact_logits(rng, 513, 8), np.tile(np.float32([0, 0, 4, 0, 0, 0, 0, 0]), (513, 1))):
        y = layer(z, x, w)["y"]
        assert y.tobytes() == layer_in_numpy(z, x, w, router, 8).tobytes()


@pytest.mark.parametrize("priority", ["token_major", "choice_major"])
@pytest.mark.parametrize("scale_rows", [False, True])
def test_capacity_layer(compiled, cases, rng, priority, scale_rows):
    """Switch and GShard: what overflows adds nothing."""
    router = Router("identity", TopK(2))
    layer = compiled(programs.layer(router, 4, 4, 5, 3, capacity=True, priority=priority, segment=4,
                                    scale_rows=scale_rows))
    for case in cases:
        tokens, capacity = int(rng.choice([1, 7, 16])), int(rng.integers(0, 5))
        z, x, w = exact_logits(rng, tokens, 4), integers(rng, (tokens, 5)), integers(rng, (4, 5, 3))
        y = layer(z, x, w, capacity)["y"]
        expected = layer_in_numpy(z, x, w, router, 4, scale_rows=scale_rows, capacity=capacity,
                                  priority=priority, segment=4)
        assert y.tobytes() == expected.tobytes(), case


def test_null_experts(compiled, cases, rng):
    """Ids of E and above contribute nothing."""
    router = Router("identity", TopK(3))
    layer = compiled(programs.layer(router, 8, 5, 4, 3))
    for case in cases:
        z, x, w = exact_logits(rng, 7, 8), integers(rng, (7, 4)), integers(rng, (5, 4, 3))
        assert layer(z, x, w)["y"].tobytes() == layer_in_numpy(z, x, w, router, 5).tobytes(), case


@pytest.mark.parametrize("select", [TopK(2), All()])
def test_poison(compiled, cases, rng, select):
    """NaN in the parameters of experts nobody hit, and in tokens whose gates are
    all zero, changes nothing; such a token gets +0."""
    layer = compiled(programs.layer(Router("relu", select), 8, 8, 4, 3))
    for case in cases:
        z = np.maximum(exact_logits(rng, 7, 8), 0)
        unused = rng.random(8) < 0.5
        z[:, unused] = 0
        dead = rng.random(7) < 0.3
        z[dead] = 0
        x, w = integers(rng, (7, 4)), integers(rng, (8, 4, 3))
        clean = layer(z, x, w)["y"]
        x[dead], w[unused] = np.nan, rng.choice([np.nan, np.inf])
        poisoned = layer(z, x, w)["y"]
        assert clean.tobytes() == poisoned.tobytes(), case
        assert poisoned[dead].tobytes() == np.zeros((dead.sum(), 3), np.float32).tobytes(), case


def test_permuted_experts(compiled, cases, rng):
    """Renaming the experts changes ids and, sums being exact, nothing else."""
    layer = compiled(programs.layer(Router("identity", TopK(2)), 8, 8, 4, 3))
    for case in cases:
        z = np.argsort(rng.random((7, 8)), axis=1).astype(np.float32)  # no ties
        x, w, order = integers(rng, (7, 4)), integers(rng, (8, 4, 3)), rng.permutation(8)
        before, after = layer(z, x, w), layer(z[:, order], x, w[order])
        assert before["y"].tobytes() == after["y"].tobytes(), case
        assert (order[after["experts"]] == before["experts"]).all(), case


def test_split_expert(compiled, cases, rng):
    """An expert in two copies that share its tokens does what one did."""
    router = Router("identity", TopK(2))
    one = compiled(programs.layer(router, 8, 8, 4, 3))
    two = compiled(programs.layer(router, 9, 9, 4, 3))
    for case in cases:
        z = np.argsort(rng.random((7, 8)), axis=1).astype(np.float32)
        x, w, e = integers(rng, (7, 4)), integers(rng, (8, 4, 3)), int(rng.integers(8))
        split = np.concatenate([z, np.full((7, 1), -1, np.float32)], axis=1)
        moved = rng.random(7) < 0.5
        split[moved, 8], split[moved, e] = z[moved, e], -1
        y = two(split, x, np.concatenate([w, w[e:e + 1]]))["y"]
        assert one(z, x, w)["y"].tobytes() == y.tobytes(), case


def test_power_of_two_scale(compiled, cases, rng):
    """Doubling x doubles the result of a ReLU layer, bit for bit."""
    layer = compiled(programs.layer(Router("softmax", TopK(2), "sum"), 8, 8, 4, 3))
    for case in cases:
        z = draws.distinct_logits(rng, 7, 8)
        x, w = (rng.standard_normal(s).astype(np.float32) for s in ((7, 4), (8, 4, 3)))
        assert (layer(z, x, w)["y"] * 2).tobytes() == layer(z, x * 2, w)["y"].tobytes(), case


def test_dense_is_the_sum(compiled, cases, rng):
    """A dense mixture is the sum over all experts of gate times output."""
    router = Router("softmax", All())
    layer = compiled(programs.layer(router, 8, 8, 4, 3))
    for case in list(cases)[:20]:
        z, x = draws.distinct_logits(rng, 7, 8), rng.standard_normal((7, 4)).astype(np.float32)
        w = rng.standard_normal((8, 4, 3)).astype(np.float32)
        gates = reference.gate(z.astype(float), router)[0]
        expected = np.einsum("te,etn->tn", gates, np.maximum(np.einsum("td,edn->etn", x, w), 0))
        np.testing.assert_allclose(layer(z, x, w)["y"], expected, rtol=1e-4, atol=1e-5, err_msg=f"{case}")


def test_same_bits_again(compiled, rng):
    layer = compiled(programs.layer(Router("softmax", TopK(2)), 8, 8, 40, 30))
    z, x = draws.distinct_logits(rng, 64, 8), rng.standard_normal((64, 40)).astype(np.float32)
    w = rng.standard_normal((8, 40, 30)).astype(np.float32)
    runs = {layer(z, x, w)["y"].tobytes() for _ in range(5)}
    assert len(runs) == 1
