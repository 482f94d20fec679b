# ===- test_routing_laws.py - What holds for every routing ------------------=== #
# REQUIRES: python
# RUN: %python -m pytest -q -p no:cacheprovider %s
"""Properties of compiled gates, dispatches and combines, on random cases."""

import draws
import numpy as np
import programs
import pytest

from moe import reference, routers

SHAPES = [(1, 1), (1, 8), (2, 8), (8, 8), (6, 64), (128, 128)]


def draw_dispatch(rng, k, experts):
    tokens = int(rng.choice(draws.TOKENS[:5]))
    x = rng.standard_normal((tokens, 3)).astype(np.float32)
    return x, draws.ids(rng, tokens, k, experts), draws.gate_weights(rng, tokens, k)


def alive(ids, weights, experts):
    return ((ids >= 0) & (ids < experts) & (weights != 0)).ravel()


@pytest.mark.parametrize("k, experts", SHAPES)
def test_every_live_slot_once(compiled, cases, rng, k, experts):
    """Each live slot has one row, with its token's values; what is past the
    live rows is -1; offsets never fall; within an expert slots rise."""
    dispatch = compiled(programs.dispatch(k, experts, 3))
    for case in cases:
        x, ids, weights = draw_dispatch(rng, k, experts)
        out = dispatch(x, ids, weights)
        offsets, slots = out["offsets"], out["slots"]
        live = alive(ids, weights, experts)
        count = offsets[-1]
        assert offsets[0] == 0 and (np.diff(offsets) >= 0).all(), case
        assert (np.sort(slots[:count]) == np.flatnonzero(live)).all(), case
        assert (slots[count:] == -1).all() and len(slots) == ids.size, case
        for e in range(experts):
            own = slots[offsets[e]:offsets[e + 1]]
            assert (ids.ravel()[own] == e).all() and (np.diff(own) > 0).all(), case
        assert (out["rows"][:count] == x[slots[:count] // k]).all(), case


@pytest.mark.parametrize("experts", [1, 8, 64])
def test_combine_undoes_dispatch(compiled, cases, rng, experts):
    """With one choice a token, weight 1 and no null experts, x comes back."""
    dispatch = compiled(programs.dispatch(1, experts, 5))
    combine = compiled(programs.combine(1, 5))
    for case in cases:
        tokens = int(rng.choice(draws.TOKENS))
        x = rng.standard_normal((tokens, 5)).astype(np.float32)
        ids = rng.integers(0, experts, (tokens, 1)).astype(np.int32)
        ones = np.ones((tokens, 1), np.float32)
        out = dispatch(x, ids, ones)
        y = combine(out["rows"], out["slots"], ones)
        assert y.tobytes() == (x + 0).tobytes(), case


ROUTERS = draws.token_choice_routers(16)


@pytest.mark.parametrize("name", ROUTERS)
def test_permuted_tokens(compiled, cases, rng, name):
    """Permuting the tokens permutes weights and experts, bit for bit."""
    router, options = ROUTERS[name], draws.options_of(ROUTERS[name], name) + ["mask"]
    gate = compiled(programs.gate(router, 16, options=options))
    for case in cases:
        tokens = int(rng.choice(draws.TOKENS[:5]))
        z = draws.spread_logits(rng, tokens, 16)
        values = draws.operands(rng, options, tokens, 16)
        order = rng.permutation(tokens)
        before, after = gate(z, **values), gate(z[order], **draws.pick_tokens(values, order))
        for key in before:
            assert before[key][order].tobytes() == after[key].tobytes(), (case, key)


@pytest.mark.parametrize("name", ["mixtral", "deepseek_v3", "shazeer", "relu", "dense"])
def test_split_batch(compiled, cases, rng, name):
    """A layer gives every token the same bits, whatever batch it is in."""
    router = ROUTERS[name]
    options = [o for o in draws.options_of(router, name) if o in ("bias", "noise")]
    layer = compiled(programs.layer(router, 16, 16, 6, 5, gate_options=options))
    w = rng.standard_normal((16, 6, 5)).astype(np.float32)
    for case in cases:
        tokens = int(rng.choice([1, 2, 7, 33]))
        z = draws.spread_logits(rng, tokens, 16)
        x = rng.standard_normal((tokens, 6)).astype(np.float32)
        values = draws.operands(rng, options, tokens, 16)
        at = int(rng.integers(0, tokens + 1))
        whole = layer(z, x, w, **values)["y"]
        parts = [layer(z[part], x[part], w, **draws.pick_tokens(values, part))["y"]
                 for part in (slice(at), slice(at, tokens))]
        assert whole.tobytes() == np.concatenate(parts).tobytes(), case


@pytest.mark.parametrize("name", ["mixtral", "gpt_oss", "dense"])
def test_permuted_layer(compiled, cases, rng, name):
    """Permuting the tokens of a layer permutes its result, bit for bit."""
    layer = compiled(programs.layer(ROUTERS[name], 16, 16, 6, 5))
    w = rng.standard_normal((16, 6, 5)).astype(np.float32)
    for case in cases:
        tokens = int(rng.choice([1, 2, 7, 64]))
        z = draws.spread_logits(rng, tokens, 16)
        x = rng.standard_normal((tokens, 6)).astype(np.float32)
        order = rng.permutation(tokens)
        assert layer(z, x, w)["y"][order].tobytes() == layer(z[order], x[order], w)["y"].tobytes(), case


def overflow(ids, weights, experts, capacity, priority, segment):
    """The slots that survive, one at a time in the stated order."""
    tokens, k = ids.shape
    live = alive(ids, weights, experts).reshape(tokens, k)
    taken, kept = {}, []
    order = [(t, j) for t in range(tokens) for j in range(k)]
    if priority == "choice_major":
        order = [(t, j) for j in range(k) for t in range(tokens)]
    for t, j in order:
        place = (t // segment if segment else 0, ids[t, j])
        if live[t, j] and taken.get(place, 0) < capacity:
            taken[place] = taken.get(place, 0) + 1
            kept.append(t * k + j)
    return sorted(kept)


@pytest.mark.parametrize("priority", [None, "token_major", "choice_major"])
@pytest.mark.parametrize("segment", [None, 1, 5])
@pytest.mark.parametrize("k, experts", [(1, 4), (3, 8)])
def test_capacity_drops_overflow(compiled, cases, rng, priority, segment, k, experts):
    """Each expert keeps the first `capacity` slots of each segment, in the
    order of the priority, and exactly the others are dropped."""
    dispatch = compiled(programs.dispatch(k, experts, 3, capacity=True, priority=priority,
                                          segment=segment))
    for case in cases:
        x, ids, weights = draw_dispatch(rng, k, experts)
        capacity = int(rng.choice([0, 1, 2, 5, 1000]))
        out = dispatch(x, ids, weights, capacity)
        kept = overflow(ids, weights, experts, capacity, priority, segment)
        assert sorted(out["slots"][:out["offsets"][-1]]) == kept, case
        assert (out["slots"][len(kept):] == -1).all(), case


@pytest.mark.parametrize("name", ROUTERS)
def test_special_rows(compiled, cases, rng, name):
    """A row with a NaN or +inf has ids that are in range and distinct, and
    leaves the other rows alone."""
    router, options = ROUTERS[name], draws.options_of(ROUTERS[name], name)
    gate = compiled(programs.gate(router, 16, options=options))
    for case in cases:
        z = draws.spread_logits(rng, 9, 16)
        values = draws.operands(rng, options, 9, 16)
        bad = rng.random(9) < 0.5
        poisoned = z.copy()
        for t in np.flatnonzero(bad):
            poisoned[t, rng.random(16) < rng.choice([0.1, 0.5, 1])] = rng.choice([np.nan, np.inf])
        before, after = gate(z, **values), gate(poisoned, **values)
        for key in before:
            assert before[key][~bad].tobytes() == after[key][~bad].tobytes(), (case, key)
        for row in after["experts"]:
            assert len(set(row)) == len(row) and 0 <= min(row) and max(row) < 16, case


def test_masked_tokens(compiled, cases, rng):
    """Masked tokens, NaN or not, have weights 0 and experts 0 to K-1."""
    gate = compiled(programs.gate(routers.mixtral(3), 8, options=["mask"]))
    for case in cases:
        z = draws.spread_logits(rng, 9, 8)
        mask = rng.random(9) < 0.5
        z[~mask & (rng.random(9) < 0.5)] = np.nan
        out = gate(z, mask=mask)
        assert (out["weights"][~mask] == 0).all() and (out["experts"][~mask] == range(3)).all(), case
        assert np.isfinite(out["weights"][mask]).all(), case


def test_random_numbers_by_position(compiled, cases, rng):
    """A number depends on seed, step and position alone, not on the tensor
    around it; `offset` shifts the position."""
    for kind in ("normal", "uniform"):
        plain = compiled(programs.random(kind, (None, 3)))
        shifted = compiled(programs.random(kind, (None,), offset=True))
        for case in cases:
            seed, step = (int(v) for v in rng.integers(-2**63, 2**63 - 1, 2))
            rows, skip = int(rng.integers(1, 20)), int(rng.integers(0, 50))
            all_numbers = plain(seed, step, rows).ravel()
            skip = min(skip, len(all_numbers))
            part = shifted(seed, step, len(all_numbers) - skip, skip)
            assert all_numbers[skip:].tobytes() == part.tobytes(), (kind, case)
            expected = getattr(reference, f"random_{kind}")((rows, 3), seed, step).ravel()
            np.testing.assert_allclose(all_numbers, expected, rtol=1e-5, atol=4e-6)
