# ===- test_functions.py - Functions of numbers against numpy ---------------=== #
# REQUIRES: python
# RUN: %python -m pytest -q -p no:cacheprovider %s
"""Functions whose form the routes share, so that comparing the routes says nothing."""

import numpy as np
import pytest

import moe

DEVICES = ["cpu", "reference"]


def run(device, body, result, *inputs):
    """`body` on each element of `inputs`; the elements of its result are `result`."""
    types = ["f64" if array.dtype == np.float64 else "f32" if array.dtype == np.float32
             else "i64" if array.dtype == np.int64 else "i32" for array in inputs]
    size = len(inputs[0])
    arguments = ", ".join(f"%x{i}: tensor<{size}x{kind}>" for i, kind in enumerate(types))
    uses = ", ".join(f"%x{i}" for i in range(len(inputs)))
    tensors = ", ".join(f"tensor<{size}x{kind}>" for kind in types)
    maps = ", ".join(["affine_map<(i) -> (i)>"] * (len(inputs) + 1))
    block = ", ".join(f"%v{i}: {kind}" for i, kind in enumerate(types))
    text = f"""
func.func @f({arguments}) -> tensor<{size}x{result}> {{
  %e = tensor.empty() : tensor<{size}x{result}>
  %y = linalg.generic {{indexing_maps = [{maps}], iterator_types = ["parallel"]}}
      ins({uses} : {tensors}) outs(%e : tensor<{size}x{result}>) {{
  ^bb0({block}, %old: {result}):
    {body}
    linalg.yield %r : {result}
  }} -> tensor<{size}x{result}>
  return %y : tensor<{size}x{result}>
}}
"""
    return moe.compile(text, device=device)(*inputs)


BASES = [-2.5, -1.0, -0.0, 0.0, 0.5, 1.0, 3.0, -np.inf, np.nan, 1.5, -1.5]
EXPONENTS = [0, 1, -1, 2, 3, -3, 31, 2**24 + 1, -(2**31), 2**31 - 1]


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("kind", ["f32", "f64"])
@pytest.mark.parametrize("exponent", ["i32", "i64"])
def test_powers(device, kind, exponent):
    x, n = (array.ravel() for array in np.meshgrid(BASES, EXPONENTS))
    x, n = x.astype(kind.replace("f", "float")), n.astype(exponent.replace("i", "int"))
    found = run(device, f"%r = math.fpowi %v0, %v1 : {kind}, {exponent}", kind, x, n)
    with np.errstate(all="ignore"):
        expected = np.power(x.astype(np.float64), n.astype(np.float64)).astype(x.dtype)
    np.testing.assert_allclose(found, expected, rtol=3e-7 if kind == "f32" else 1e-14)
    assert (np.signbit(found) == np.signbit(expected))[~np.isnan(expected)].all()


@pytest.mark.parametrize("device", DEVICES)
def test_parity_beyond_f64(device):
    n = np.array([2**53 + 1, 2**53 + 2, -(2**53) - 1, 2**62, 2**62 + 1], np.int64)
    found = run(device, "%r = math.fpowi %v0, %v1 : f64, i64", "f64", np.full(len(n), -1.0), n)
    assert found.tolist() == [-1, 1, -1, 1, -1]


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("number, power", [(3, [8, 1 / 8]), (-2, [0.25, 4]), (4294967298, [np.inf, 0])])
def test_known_exponents(device, number, power):
    body = f"%n = arith.constant {number} : i64\n%r = math.fpowi %v0, %n : f32, i64"
    found = run(device, body, "f32", np.array([2, 0.5], np.float32))
    assert found.tolist() == power


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("kind", ["float32", "float64"])
def test_kinds(device, kind):
    least = np.finfo(kind).smallest_normal
    x = np.array([0, -0.0, 1, -1, np.inf, -np.inf, np.nan, least, -least, least / 2, np.finfo(kind).max], kind)
    short = {"float32": "f32", "float64": "f64"}[kind]
    infinite = run(device, f"%r = math.isinf %v0 : {short}", "i1", x)
    assert infinite.astype(bool).tolist() == np.isinf(x).tolist()
    normal = run(device, f"%r = math.isnormal %v0 : {short}", "i1", x)
    assert normal.astype(bool).tolist() == [False, False, True, True, False, False, False, True, True, False, True]


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("name", ["expm1", "log1p"])
def test_small_numbers(device, name):
    x = np.array([1e-17, -1e-12, 3e-9, 1e-300, -0.5, 0.75, 20.0])
    found = run(device, f"%r = math.{name} %v0 : f64", "f64", x)
    np.testing.assert_allclose(found, getattr(np, name)(x), rtol=1e-15)
