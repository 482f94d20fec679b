# ===- test_prepare.py - Parameters given ahead of the calls ----------------=== #
# REQUIRES: python
# RUN: %python -m pytest -q -p no:cacheprovider %s
"""Function.prepare, threads and times of compiling, on the CPU."""

import pathlib
import sys

import numpy as np
import pytest

import moe
from moe import formats

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "examples"))
import generate  # noqa: E402

TEXT = generate.build("olmoe-1b-7b", hidden=16, intermediate=24, experts=8, k=2)
PARAMETERS = ("router", "gate", "up", "down")
DYNAMIC = """func.func @f(%x: tensor<?x4xf32> {moe.name = "x", moe.dims = ["T"]},
    %w: tensor<?x4xf32> {moe.name = "w", moe.param, moe.dims = ["T"]}) -> tensor<?x4xf32> {
  %0 = linalg.add ins(%x, %w : tensor<?x4xf32>, tensor<?x4xf32>) outs(%x : tensor<?x4xf32>)
      -> tensor<?x4xf32>
  return %0 : tensor<?x4xf32>
}
"""


@pytest.fixture(scope="module")
def layer():
    return moe.compile(TEXT, device="cpu", threads=2)


@pytest.fixture(scope="module")
def inputs(layer):
    return layer.draw(seed=3, dims={"T": 9})


@pytest.fixture
def prepared(layer, inputs):
    return layer.prepare(**{name: inputs[name] for name in PARAMETERS})


def test_same_bits_as_a_call(layer, inputs, prepared):
    whole = layer(**inputs)
    for tokens in (9, 1, 0):
        part = prepared(inputs["x"][:tokens])
        for name, array in part.items():
            assert array.tobytes() == whole[name][:tokens].tobytes(), name
    assert prepared(x=inputs["x"])["y"].tobytes() == prepared(arg0=inputs["x"])["y"].tobytes()


def test_near_the_reference(inputs, prepared):
    expected = moe.compile(TEXT, device="reference")(**inputs)["y"]
    assert np.abs(expected).max() > 0.01
    np.testing.assert_allclose(prepared(inputs["x"])["y"], expected, rtol=0, atol=1e-5)


def test_a_copy_of_its_own(layer, inputs):
    """What was packed is not read again; what was not (the router) is."""
    mine = {name: inputs[name].copy() for name in PARAMETERS}
    prepared = layer.prepare(**mine)
    before = prepared(inputs["x"])["y"].tobytes()
    mine["down"][:] = 0
    assert prepared(inputs["x"])["y"].tobytes() == before


def test_where_nothing_is_packed(inputs):
    """The reference route has nothing to do ahead."""
    layer = moe.compile(TEXT, device="reference")
    prepared = layer.prepare(**{name: inputs[name] for name in PARAMETERS})
    assert prepared.bytes == 0
    assert prepared(inputs["x"])["y"].tobytes() == layer(**inputs)["y"].tobytes()


def test_sizes_and_times(layer, inputs, prepared):
    assert prepared.seconds > 0
    # All three weights, whose columns are rounded up to panels.
    assert prepared.bytes >= sum(inputs[name].nbytes for name in ("gate", "up", "down"))
    few, many = prepared.workspace(inputs["x"][:1]), prepared.workspace(inputs["x"])
    assert 0 < few < many
    assert many >= inputs["x"].nbytes  # of y
    seconds = layer.seconds
    assert list(seconds) == ["parse", *layer.stages, "code"]
    assert all(time > 0 for time in seconds.values())


def test_threads(inputs, prepared):
    for threads in (0, 1, 3):
        other = moe.compile(TEXT, device="cpu", threads=threads)
        assert other(**inputs)["y"].tobytes() == prepared(inputs["x"])["y"].tobytes()


@pytest.mark.parametrize("threads", [-1, 2**31])
def test_no_such_number_of_threads(threads):
    with pytest.raises(ValueError, match=f"expects threads in .* found {threads}"):
        moe.compile(TEXT, threads=threads)


@pytest.mark.parametrize("threads", [True, 1.0, None])
def test_not_a_number_of_threads(threads):
    with pytest.raises(TypeError, match=f"expects threads to be an int, found {threads}"):
        moe.compile(TEXT, threads=threads)


def test_what_prepare_refuses(layer, inputs):
    given = {name: inputs[name] for name in PARAMETERS}
    with pytest.raises(moe.RunError, match="expects parameters, found an array for the argument 'x'"):
        layer.prepare(**inputs)
    with pytest.raises(moe.RunError, match="found none for router, down"):
        layer.prepare(gate=given["gate"], up=given["up"])
    with pytest.raises(moe.RunError, match="expects one of the arguments .* found weights"):
        layer.prepare(weights=given["gate"])
    with pytest.raises(moe.RunError, match="expects one array for gate, found two"):
        layer.prepare(**given, arg2=given["gate"])
    with pytest.raises(moe.RunError, match=r"expects shape \[8, 24, 16\] of f32 for 'gate', found \[7, 24, 16\]"):
        layer.prepare(**{**given, "gate": given["gate"][:7]})


TWO = """func.func @f(%x: tensor<?xf32> {moe.name = "x", moe.dims = ["N"]},
    %a: tensor<?xf32> {moe.name = "a", moe.param, moe.dims = ["N"]},
    %b: tensor<?xf32> {moe.name = "b", moe.param, moe.dims = ["N"]},
    %c: tensor<3xbf16> {moe.name = "c", moe.param}) -> tensor<?xf32> {
  %0 = linalg.add ins(%x, %a : tensor<?xf32>, tensor<?xf32>) outs(%x : tensor<?xf32>) -> tensor<?xf32>
  %1 = linalg.add ins(%0, %b : tensor<?xf32>, tensor<?xf32>) outs(%x : tensor<?xf32>) -> tensor<?xf32>
  return %1 : tensor<?xf32>
}
"""


@pytest.mark.parametrize("device", ["cpu", "reference"])
@pytest.mark.parametrize("name, array", [
    ("b", np.ones(4, "f4")), ("c", np.zeros(4, "V2")), ("c", np.ones(3, "f4")), ("a", np.ones((1, 3), "f4")),
    ("a", np.ones(3, "i4")), ("a", np.ones(3, "?"))])
def test_prepare_refuses_what_a_call_does(device, name, array):
    """In the same words, though nothing here is packed."""
    function = moe.compile(TWO, device=device)
    given = {"a": np.ones(3, "f4"), "b": np.ones(3, "f4"), "c": np.zeros(3, "V2"), name: array}
    with pytest.raises(moe.RunError) as in_call:
        function(x=np.ones(3, "f4"), **given)
    with pytest.raises(moe.RunError) as in_prepare:
        function.prepare(**given)
    assert str(in_prepare.value) == str(in_call.value)


def test_what_a_call_refuses(inputs, prepared):
    for name in ("router", "down"):  # one is packed, the other is not
        with pytest.raises(moe.RunError, match=f"no array for the parameter '{name}', which is prepared, found one"):
            prepared(inputs["x"], **{name: inputs[name]})
    with pytest.raises(moe.RunError, match="expects at most 1 arrays, found 2"):
        prepared(inputs["x"], inputs["router"])
    with pytest.raises(moe.RunError, match="found none for x$"):
        prepared()
    with pytest.raises(moe.RunError, match="expects shape"):
        prepared(inputs["x"][:, :8].copy())


@pytest.mark.parametrize("device", ["cpu", "reference"])
def test_prepared_by_another(device):
    """Of the same program, but not the same function."""
    one, two = (moe.compile(TEXT, device=device) for _ in range(2))
    inputs = one.draw(dims={"T": 1})
    prepared = one.prepare(**{name: inputs[name] for name in PARAMETERS})
    prepared.function = two
    with pytest.raises(moe.RunError, match="that this function has prepared, found those of another one"):
        prepared(inputs["x"])


def constant(dtype, array):
    return f"arith.constant dense<{array.tolist()}> : tensor<{'x'.join(map(str, array.shape))}x{dtype}>"


@pytest.mark.parametrize("dtype", ["f32", "bf16", "f16", "f64"])
@pytest.mark.parametrize("transposed", [False, True])
def test_constant_weights(dtype, transposed):
    """They are packed in the program itself: there is nothing to prepare, and the bits are those of numpy."""
    rng = np.random.default_rng(7)
    w = rng.integers(-4, 5, (2, 19, 21)).astype(np.float64)
    sizes, clause = ("2x19x21", " transposed") if transposed else ("2x21x19", "")
    given = w if transposed else w.transpose(0, 2, 1)
    text = f"""func.func @f(%x: tensor<5x21x{dtype}> {{moe.name = "x"}}) -> tensor<5x19x{dtype}> {{
      %o = arith.constant dense<[0, 2, 5]> : tensor<3xi32>
      %w = {constant(dtype, given)}
      %e = tensor.empty() : tensor<5x19x{dtype}>
      %y = moe.grouped_matmul ins(%x : tensor<5x21x{dtype}>) offsets(%o : tensor<3xi32>)
          weights(%w : tensor<{sizes}x{dtype}>){clause} outs(%e : tensor<5x19x{dtype}>) -> tensor<5x19x{dtype}>
      return %y : tensor<5x19x{dtype}>
    }}"""
    x = rng.integers(-1, 2, (5, 21)).astype(np.float64)
    kind = "V2" if dtype == "bf16" else dtype.replace("f", "float")
    expected = formats.narrow(np.concatenate([x[:2] @ w[0].T, x[2:] @ w[1].T]), kind)
    for device in ("cpu", "reference"):
        function = moe.compile(text, device=device)
        found = function(x=formats.narrow(x, kind))
        assert found.tobytes() == expected.tobytes(), device
        assert function.prepare().bytes == 0, device


def test_sizes_of_parameters_are_checked():
    """A parameter that calls still read has to fit them."""
    prepared = moe.compile(DYNAMIC, device="cpu").prepare(w=np.ones((3, 4), np.float32))
    assert prepared(np.ones((3, 4), np.float32)).tolist() == [[2.0] * 4] * 3
    with pytest.raises(moe.RunError, match="expects 'T' to be 3, as it was prepared, found 2"):
        prepared(np.ones((2, 4), np.float32))
