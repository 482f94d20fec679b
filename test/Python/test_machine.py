# ===- test_machine.py - Compiled level-2 ops against numpy -----------------=== #
# REQUIRES: python
# RUN: %python -m pytest -q -p no:cacheprovider %s
"""Plan, route, grouped matmul, gather and combine of rows, on small integers,
whose sums are exact: the same bits as numpy."""

import draws
import machine_programs as programs
import numpy as np
import pytest
from test_layers import exact_logits, integers

import moe
from moe import formats, reference
from moe.routers import Router, TopK


def draw_plan(rng, tokens, k, experts):
    ids, weights = draws.ids(rng, tokens, k, experts), draws.gate_weights(rng, tokens, k)
    return ids, weights, *reference.plan(ids, experts, weights=weights)


def some(tokens, k):
    """Destinations full of something that must not stay."""
    return np.full(tokens * k, 7, np.int32), np.full((tokens, k), 7, np.int32)


@pytest.mark.parametrize("k, experts", [(1, 1), (2, 8), (8, 8), (3, 64), (128, 128)])
@pytest.mark.parametrize("options", [{}, {"weights": False}, {"capacity": True},
                                     {"capacity": True, "priority": "choice_major", "segment": 3}])
def test_plan(compiled, rng, k, experts, options):
    program = compiled(programs.plan(k, experts, **options))
    for tokens in draws.TOKENS[:5]:
        ids, weights = draws.ids(rng, tokens, k, experts), draws.gate_weights(rng, tokens, k)
        given, planning = {"experts": ids}, {"segment": options.get("segment")}
        if options.get("weights", True):
            given["weights"] = planning["weights"] = weights
        if "capacity" in options:
            given["capacity"] = planning["capacity"] = int(rng.integers(0, 4))
        planning["priority"] = options.get("priority", "token_major")
        slots, rows = some(tokens, k)
        out = program(**given, offsets0=np.full(experts + 1, 7, np.int32), slots0=slots, rows0=rows)
        for key, value in zip(("offsets", "slots", "rows"), reference.plan(ids, experts, **planning)):
            np.testing.assert_array_equal(out[key], value, err_msg=f"{tokens} {key}")


PARTED = [(1, 3, 30001), (3, 64, 9000), (8, 40, 5000), (2, 700, 13000), (600, 600, 40), (2, 5, 4097)]


@pytest.mark.parametrize("k, experts, most", PARTED)
@pytest.mark.parametrize("options", [{}, {"weights": False}, {"capacity": True},
                                     {"capacity": True, "priority": "choice_major", "segment": 3000}])
@pytest.mark.parametrize("threads", [1, 2, 3])
def test_plan_of_many_slots(rng, k, experts, most, options, threads):
    """More slots than one thread is given; ends of parts anywhere, parts and experts without slots."""
    program = moe.compile(programs.plan(k, experts, **options), device="cpu", threads=threads)
    for tokens in [most, int(rng.integers(1, most)), 8192 // k, 8192 // k + 1, 16384 // k]:
        ids = rng.integers(-1, rng.integers(1, experts + 2), (tokens, k), dtype=np.int32)
        weights = draws.gate_weights(rng, tokens, k)
        if rng.random() < 0.5:  # nobody among some tokens in a row
            first = rng.integers(tokens)
            ids[first:first + tokens // 2] = rng.choice([-1, experts, 2**31 - 1])
        given, planning = {"experts": ids}, {"segment": options.get("segment")}
        if options.get("weights", True):
            given["weights"] = planning["weights"] = weights
        if "capacity" in options:
            given["capacity"] = planning["capacity"] = int(rng.integers(0, 2 * tokens * k // experts + 2))
        planning["priority"] = options.get("priority", "token_major")
        slots, rows = some(tokens, k)
        out = program(**given, offsets0=np.full(experts + 1, 7, np.int32), slots0=slots, rows0=rows)
        for key, value in zip(("offsets", "slots", "rows"), reference.plan(ids, experts, **planning)):
            np.testing.assert_array_equal(out[key], value, err_msg=f"{tokens} {key}")


def test_plan_without_places(rng):
    """Fewer places than live slots, among several parts: an error."""
    program = moe.compile(programs.plan(3, 8), device="cpu", threads=2)
    ids = rng.integers(0, 8, (9000, 3), dtype=np.int32)
    given = {"experts": ids, "weights": np.ones((9000, 3), np.float32), "offsets0": np.zeros(9, np.int32),
             "rows0": np.zeros((9000, 3), np.int32)}
    for places in (0, 1, 8191, 26999):
        with pytest.raises(moe.RunError, match=f"found 27000 instead of at most {places}"):
            program(**given, slots0=np.zeros(places, np.int32))
    assert program(**given, slots0=np.zeros(27000, np.int32))["offsets"][8] == 27000


ROUTE_OPTIONS = [[], ["projection_bias"], ["noise"], ["bias", "mask"]]


@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("planned", [False, True])
@pytest.mark.parametrize("options", ROUTE_OPTIONS)
def test_route(compiled, rng, transposed, planned, options):
    router = Router("identity", TopK(3))
    program = compiled(programs.route(router, 5, 8, 6, "f32", transposed, planned, options))
    for tokens in draws.TOKENS[:5]:
        x, w = integers(rng, (tokens, 5)), integers(rng, (8, 5) if transposed else (5, 8))
        values = {o: integers(rng, (tokens, 8) if o == "noise" else (8,)) for o in options if o != "mask"}
        if "mask" in options:
            values["mask"] = rng.random(tokens) < 0.7
        expected = reference.route(x, w, router, transposed=transposed,
                                   num_experts=6 if planned else None, **values)
        slots, rows = some(tokens, 3)
        into = {"weights": np.full((tokens, 3), 7, np.float32), "experts": rows}
        if planned:
            into.update(offsets=np.zeros(7, np.int32), slots=slots, rows=rows)
        out = program(x=x, projection=w, **values, **{key + "0": value for key, value in into.items()})
        for key, value in zip(into, expected):
            np.testing.assert_array_equal(out[key], value, err_msg=f"{tokens} {key}")


def test_route_noise_projection(compiled, cases, rng):
    """Shazeer 2017, eq. 4."""
    router = Router("identity", TopK(2), "softmax")
    program = compiled(programs.route(router, 5, 8, 8, planned=False, options=["noise_projection", "noise"]))
    for case in list(cases)[:20]:
        x, w, n = (rng.standard_normal(s).astype(np.float32) for s in ((9, 5), (5, 8), (5, 8)))
        noise = rng.standard_normal((9, 8)).astype(np.float32)
        values = {"noise_projection": n, "noise": noise}
        out = program(x=x, projection=w, **values, weights0=np.zeros((9, 2), np.float32),
                      experts0=np.zeros((9, 2), np.int32))
        weights, experts = reference.route(x.astype(float), w, router, **values)
        same = (out["experts"] == experts).all(1)
        assert same.sum() >= 8, case
        np.testing.assert_allclose(out["weights"][same], weights[same], rtol=1e-4, err_msg=f"{case}")


TWO = """  ^bb0(%a: f32, %b: f32):
      %p = arith.mulf %a, %b : f32
      moe.yield %p : f32"""
BIAS = """  ^bb0(%a: f32, %b: f32):
      %p = arith.addf %a, %b : f32
      moe.yield %p : f32"""
SCALE = """  ^bb0(%a: f32, %s: f32, %r: f32):
      %p = arith.mulf %a, %s : f32
      %q = arith.addf %p, %r : f32
      moe.yield %q : f32"""


def draw_matmul(rng, tokens, experts, width, inner, k=2, dtype="f32", transposed=False):
    ids, weights, offsets, slots, _ = draw_plan(rng, tokens, k, experts)
    w = integers(rng, (experts, inner, width) if transposed else (experts, width, inner), dtype)
    return offsets, slots, w


@pytest.mark.parametrize("dtype, result", [("f32", "f32"), ("bf16", "f32"), ("bf16", "bf16"),
                                           ("f16", "f16"), ("f64", "f64")])
@pytest.mark.parametrize("transposed", [False, True])
def test_grouped_matmul(compiled, rng, dtype, result, transposed):
    """Live rows are products, the others keep what was there."""
    program = compiled(programs.grouped_matmul(5, 4, 8, dtype, result, transposed=transposed))
    for tokens in draws.TOKENS[:5]:
        offsets, slots, w = draw_matmul(rng, tokens, 8, 5, 4, dtype=dtype, transposed=transposed)
        x, out = integers(rng, (tokens * 2, 5), dtype), integers(rng, (tokens * 2, 4), result)
        x[offsets[-1]:] = formats.narrow(np.float32(np.nan), x.dtype)  # poison
        expected = reference.grouped_matmul(x, offsets, [w], out, transposed=transposed)
        assert program(x=x, offsets=offsets, w0=w, out0=out).tobytes() == expected.tobytes(), tokens


def test_epilogues(compiled, rng):
    """Two weights; a bias by expert; a scale and a residual by row."""
    two = compiled(programs.grouped_matmul(5, 4, 8, weights=2, epilogue=TWO))
    bias = compiled(programs.grouped_matmul(5, 4, 8, epilogue=BIAS, operands=[
        ("shift", "tensor<8x4xf32>", "affine_map<(e, r, n, s) -> (e, n)>")]))
    scale = compiled(programs.grouped_matmul(5, 4, 8, epilogue=SCALE, operands=[
        ("scale", "tensor<?xf32>", "affine_map<(e, r, n, s) -> (r)>"),
        ("residual", "tensor<?x4xf32>", "affine_map<(e, r, n, s) -> (r, n)>")]))
    for tokens in (0, 1, 7, 64):
        offsets, _, w = draw_matmul(rng, tokens, 8, 5, 4)
        v, b = integers(rng, w.shape), integers(rng, (8, 4))
        x, out = integers(rng, (tokens * 2, 5)), integers(rng, (tokens * 2, 4))
        s, residual = integers(rng, (tokens * 2,)), integers(rng, (tokens * 2, 4))
        expected = reference.grouped_matmul(x, offsets, [w, v], out, epilogue=lambda a, b: a * b)
        np.testing.assert_array_equal(two(x=x, offsets=offsets, w0=w, w1=v, out0=out), expected)
        expected = reference.grouped_matmul(x, offsets, [w], out, operands=[b], epilogue=np.add,
                                            maps=[lambda e, r, n, s: (e, n)])
        np.testing.assert_array_equal(bias(x=x, offsets=offsets, w0=w, shift=b, out0=out), expected)
        expected = reference.grouped_matmul(
            x, offsets, [w], out, operands=[s, residual], epilogue=lambda a, s, r: a * s + r,
            maps=[lambda e, r, n, s: (r,), lambda e, r, n, s: (r, n)])
        np.testing.assert_array_equal(
            scale(x=x, offsets=offsets, w0=w, scale=s, residual=residual, out0=out), expected)


def test_gather_and_accumulate(compiled, rng):
    """Rows read through slots; rows added into tokens, ascending."""
    gather = compiled(programs.grouped_matmul(5, 4, 8, gather=2))
    accumulate = compiled(programs.grouped_matmul(5, 4, 8, accumulate=2))
    for tokens in (0, 1, 7, 64):
        offsets, slots, w = draw_matmul(rng, tokens, 8, 5, 4)
        x, out = integers(rng, (tokens, 5)), integers(rng, (tokens * 2, 4))
        expected = reference.grouped_matmul(x, offsets, [w], out, slots=slots, slots_per_token=2, gather=True)
        np.testing.assert_array_equal(gather(x=x, offsets=offsets, w0=w, slots=slots, out0=out), expected)
        rows, into = integers(rng, (tokens * 2, 5)), integers(rng, (tokens, 4))
        expected = reference.grouped_matmul(rows, offsets, [w], into, slots=slots, slots_per_token=2,
                                            accumulate=True)
        np.testing.assert_array_equal(accumulate(x=rows, offsets=offsets, w0=w, slots=slots, out0=into),
                                      expected)


@pytest.mark.parametrize("dtype", ["f32", "bf16", "f16", "f64"])
@pytest.mark.parametrize("weights", [False, True])
@pytest.mark.parametrize("width", [5, 85])
def test_gather_rows(compiled, rng, dtype, weights, width):
    program = compiled(programs.gather_rows(2, width, dtype, weights))
    for tokens in draws.TOKENS[:5]:
        ids, w, _, slots, _ = draw_plan(rng, tokens, 2, 8)
        w = np.nan_to_num(w).astype(np.float64 if dtype == "f64" else np.float32)
        x, out = integers(rng, (tokens, width), dtype), integers(rng, (tokens * 2, width), dtype)
        given = {"weights": w} if weights else {}
        expected = reference.gather_rows(x, slots, 2, out=out, **given)
        assert program(x=x, slots=slots, out0=out, **given).tobytes() == expected.tobytes(), tokens


@pytest.mark.parametrize("dtype, result", [("f32", "f32"), ("bf16", "bf16"), ("bf16", "f32"), ("f64", "f64")])
@pytest.mark.parametrize("weights", [False, True])
@pytest.mark.parametrize("width", [5, 85])
def test_combine_rows(compiled, rng, dtype, result, weights, width):
    """The sum of moe.combine; what was in the destination does not matter."""
    program = compiled(programs.combine_rows(3, width, dtype, weights, result))
    kind = "V2" if result == "bf16" else result.replace("f", "float")
    for tokens in draws.TOKENS[:5]:
        ids, w, _, slots, token_rows = draw_plan(rng, tokens, 3, 8)
        w = rng.standard_normal(w.shape).astype(np.float64 if dtype == "f64" else np.float32)
        rows = formats.narrow(rng.standard_normal((tokens * 3, width)), "V2" if dtype == "bf16"
                              else dtype.replace("f", "float"))
        given = {"weights": w} if weights else {}
        expected = reference.combine_rows(rows, slots, token_rows, dtype=kind, **given)
        out = formats.narrow(np.full((tokens, width), np.nan), kind)
        y = program(rows=rows, slots=slots, token_rows=token_rows, out0=out, **given)
        assert y.tobytes() == expected.tobytes(), tokens
