# ===- test_dispatch.py - Compiled dispatch and combine against numpy -------=== #
# REQUIRES: python
# RUN: %python -m pytest -q -p no:cacheprovider %s
"""Bit for bit: both move values, or sum exact ones in a stated order."""

import itertools

import draws
import numpy as np
import programs
import pytest

from moe import formats, reference

K_AND_EXPERTS = [(1, 1), (2, 2), (1, 8), (8, 8), (3, 64), (64, 64), (1, 128), (128, 128)]


@pytest.mark.parametrize("k, experts", K_AND_EXPERTS)
@pytest.mark.parametrize("weighted", [True, False])
def test_dispatch(compiled, rng, k, experts, weighted):
    """Every number of tokens; null experts, empty experts, dead and NaN weights."""
    dispatch = compiled(programs.dispatch(k, experts, 3, weights=weighted))
    for tokens, _ in itertools.product(draws.TOKENS, range(2)):
        x = rng.standard_normal((tokens, 3)).astype(np.float32)
        ids = draws.ids(rng, tokens, k, experts)
        ids[rng.random(ids.shape) < 0.02] = -1
        weights = draws.gate_weights(rng, tokens, k) if weighted else None
        out = dispatch(*([x, ids] + ([weights] if weighted else [])))
        rows, offsets, slots = reference.dispatch([x], ids, experts, weights=weights)
        np.testing.assert_array_equal(out["offsets"], offsets)
        np.testing.assert_array_equal(out["slots"], slots)
        np.testing.assert_array_equal(out["rows"][:offsets[-1]], rows[0][:offsets[-1]])


@pytest.mark.parametrize("dtype", ["f16", "bf16", "f32", "f64"])
def test_scaled_rows(compiled, cases, rng, dtype):
    """The weight on the input, rounded once to the row type."""
    dispatch = compiled(programs.dispatch(2, 8, 5, dtype, scale_rows=True))
    kind = "V2" if dtype == "bf16" else dtype.replace("f", "float")
    for case in list(cases)[:20]:
        x = formats.narrow(rng.standard_normal((7, 5)), kind)
        ids = draws.ids(rng, 7, 2, 8)
        weights = rng.standard_normal((7, 2)).astype(np.float64 if dtype == "f64" else np.float32)
        out = dispatch(x, ids, weights)
        rows, offsets, _ = reference.dispatch([x], ids, 8, weights=weights, scale_rows=True)
        assert out["rows"][:offsets[-1]].tobytes() == rows[0][:offsets[-1]].tobytes(), case


WIDTHS = [1, 3, 176, 704, 1856, 2880]
TYPES = [("f32", "f32", "f32"), ("bf16", "f32", "f32"), ("bf16", "bf16", "f32"), ("f16", "f16", "f32"),
         ("f64", "f64", "f64"), ("f32", "bf16", "f32"), ("f32", "f32", "f64"), ("f64", "f32", "f32")]


def draw_rows(rng, tokens, k, experts, width, dtype, weight_type):
    kind = {"bf16": "V2"}.get(dtype, dtype.replace("f", "float"))
    ids = draws.ids(rng, tokens, k, experts)
    weights = rng.standard_normal((tokens, k)).astype(weight_type.replace("f", "float"))
    weights[rng.random(weights.shape) < 0.2] = 0
    _, slots, _ = reference.plan(ids, experts, weights=weights)
    return formats.narrow(rng.standard_normal((tokens * k, width)), kind), slots, weights


@pytest.mark.parametrize("rows_type, result, weight_type", TYPES)
@pytest.mark.parametrize("unweighted", [False, True])
def test_combine(compiled, cases, rng, rows_type, result, weight_type, unweighted):
    """Product, then sum in ascending row order, rounded once: the same bits."""
    combine = compiled(programs.combine(3, 6, rows_type, result, weight_type, unweighted))
    kind = "V2" if result == "bf16" else result.replace("f", "float")
    for case in list(cases)[:20]:
        tokens = int(rng.choice(draws.TOKENS[:5]))
        rows, slots, weights = draw_rows(rng, tokens, 3, 8, 6, rows_type, weight_type)
        expected = reference.combine(rows, slots, weights, unweighted=unweighted, dtype=kind)
        assert combine(rows, slots, weights).tobytes() == expected.tobytes(), case


@pytest.mark.parametrize("width", WIDTHS)
def test_combine_widths(compiled, rng, width):
    combine = compiled(programs.combine(2, width))
    for tokens in (0, 1, 7):
        rows, slots, weights = draw_rows(rng, tokens, 2, 4, width, "f32", "f32")
        expected = reference.combine(rows, slots, weights)
        assert combine(rows, slots, weights).tobytes() == expected.tobytes()


def test_combine_poison(compiled, cases, rng):
    """Rows past the live ones are never read."""
    combine = compiled(programs.combine(3, 6))
    for case in list(cases)[:20]:
        rows, slots, weights = draw_rows(rng, 7, 3, 8, 6, "f32", "f32")
        poisoned = rows.copy()
        poisoned[slots < 0] = np.nan
        y = combine(poisoned, slots, weights)
        assert y.tobytes() == combine(rows, slots, weights).tobytes(), case
        assert np.isfinite(y).all(), case
