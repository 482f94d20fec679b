# ===- test_reference.py - The numpy reference itself -----------------------=== #
# REQUIRES: python
# RUN: %python -m pytest -q -p no:cacheprovider %s
"""Known answers, and plain loops that say the same in another way."""

import itertools

import draws
import numpy as np
import pytest
from test_routing_laws import overflow

from moe import formats, layers, reference, routers


@pytest.mark.parametrize("counter, key, words", [
    ([0] * 4, [0] * 2, [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]),
    ([2**32 - 1] * 4, [2**32 - 1] * 2, [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD]),
    ([0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344], [0xA4093822, 0x299F31D0],
     [0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1])])
def test_philox_known_answers(counter, key, words):
    """The vectors that Salmon et al. published with Philox4x32-10."""
    assert [int(word) for word in reference.philox(counter, key)] == words


def test_random_moments():
    n = reference.random_normal((200000,), 7, 3)
    assert abs(n.mean()) < 0.01 and abs(n.std() - 1) < 0.01 and abs((n**4).mean() - 3) < 0.1
    u = reference.random_uniform((200000,), 7, 3)
    assert 0 <= u.min() and u.max() < 1 and abs(u.mean() - 0.5) < 0.005


def test_bf16_round_trip():
    """Every bf16 survives; rounding takes the nearer neighbour, ties to even."""
    every = np.arange(2**16, dtype=np.uint16).view(formats.BF16)
    wide = formats.from_bf16(every)
    numbers = ~np.isnan(wide)
    assert formats.to_bf16(wide[numbers]).tobytes() == every[numbers].tobytes()
    assert np.isnan(formats.from_bf16(formats.to_bf16(wide[~numbers]))).all()
    low = wide[0x3F80:0x4000].astype(np.float64)  # neighbours in [1, 2)
    step = low[1] - low[0]
    nearer = formats.from_bf16(formats.to_bf16(low[:-1] + step * 0.49))
    assert (nearer == low[:-1]).all()
    tie = formats.from_bf16(formats.to_bf16(low[:-1] + step / 2))
    assert (tie == np.where(np.arange(127) % 2 == 0, low[:-1], low[1:])).all()


def test_bf16_rounds_f64_once():
    """Just above a tie goes up, though f32 cannot see it."""
    above = np.float64(1 + 2**-8) + 2**-40
    assert formats.from_bf16(formats.to_bf16(np.array([above, 1 + 2**-8]))).tolist() == [1 + 2**-7, 1.0]


@pytest.mark.parametrize("priority, segment", itertools.product(["token_major", "choice_major"], [None, 3]))
def test_plan_is_the_loop(cases, rng, priority, segment):
    for case in cases:
        tokens, capacity = int(rng.choice([0, 1, 7, 20])), int(rng.integers(0, 4))
        ids, weights = draws.ids(rng, tokens, 3, 5), draws.gate_weights(rng, tokens, 3)
        offsets, slots, rows = reference.plan(ids, 5, weights=weights, capacity=capacity,
                                              priority=priority, segment=segment)
        kept = overflow(ids, weights, 5, capacity, priority, segment)
        assert list(slots[:offsets[-1]]) == sorted(kept, key=lambda s: (ids.ravel()[s], s)), case
        for token in range(tokens):
            own = [r for r in range(offsets[-1]) if slots[r] // 3 == token]
            assert list(rows[token]) == own + [-1] * (3 - len(own)), case


def test_combine_order():
    """Ascending rows from +0 in f32: 2^25 + 1 - 2^25 is 0, not 1."""
    rows = np.float32([[2**25], [1], [-2**25]])
    weights = np.ones((1, 3), np.float32)
    assert reference.combine(rows, np.int32([0, 1, 2]), weights).tolist() == [[0.0]]
    assert reference.combine(rows, np.int32([2, 1, 0]), weights).tolist() == [[0.0]]
    assert reference.combine(rows[[0, 2, 1]], np.int32([0, 2, 1]), weights).tolist() == [[1.0]]
    assert not np.signbit(reference.combine(np.float32([[-0.0]]), np.int32([0]), weights[:, :1])[0, 0])


def test_layer_is_the_ops(rng):
    """A streamed layer equals dispatch, expert, combine."""
    E, D, H = 16, 8, 4
    a = {"x": rng.standard_normal((9, D)), "router": rng.standard_normal((E, D)),
         "gate": rng.standard_normal((E, H, D)), "up": rng.standard_normal((E, H, D)),
         "down": rng.standard_normal((E, D, H))}
    out, _ = layers.evaluate("olmoe-1b-7b", a, k=3)
    weights, experts = reference.gate(a["x"] @ a["router"].T, routers.olmoe(3))
    (rows,), offsets, slots = reference.dispatch([a["x"]], experts, E, weights=weights)

    def body(x, gate, up, down):
        return ((reference.silu(x @ gate.T) * (x @ up.T)) @ down.T,)

    (h,) = reference.expert(body, [rows], offsets, [a["gate"], a["up"], a["down"]])
    np.testing.assert_allclose(reference.combine(h, slots, weights), out["y"], rtol=1e-12)


def test_gap_is_the_distance_to_another_choice(rng):
    """Moving keys by less than the gap does not change the chosen set."""
    for router in (routers.olmoe(3), routers.deepseek_v3(3, 4, 2)):
        bias = None if router.score == "softmax" else rng.standard_normal(16) * 0.1
        z = rng.standard_normal((200, 16))
        near = layers.gap(z, router, bias=bias)
        moved = z + rng.uniform(-0.49, 0.49, z.shape) * near[:, None]
        before, after = (np.sort(reference.gate(v, router, bias=bias)[1], axis=1) for v in (z, moved))
        assert (before == after).all()
