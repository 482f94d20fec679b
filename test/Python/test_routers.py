# ===- test_routers.py - The reference against published routers ------------=== #
# REQUIRES: python
# RUN: %python -m pytest -q -p no:cacheprovider %s
"""Vectors of Hugging Face transformers' routers (make_router_vectors.py)."""

import os

import numpy as np
import programs
import pytest

from moe import reference, routers

VECTORS = np.load(os.path.join(os.path.dirname(__file__), "Inputs", "routers.npz"))
ROUTERS = {
    "mixtral": routers.mixtral(),
    "qwen3": routers.mixtral(8),
    "olmoe": routers.olmoe(),
    "granite": routers.gpt_oss(8),
    "gpt_oss": routers.gpt_oss(),
    "deepseek_v2": routers.deepseek_v2(),
    "deepseek_v3": routers.deepseek_v3(),
    "llama4": routers.llama4(),
    "switch": routers.switch(),
}


def vectors(name):
    keys = [key for key in VECTORS.files if key.startswith(name + ".")]
    return {key.split(".")[1]: VECTORS[key] for key in keys}


def check(name, weights, experts):
    """Equal ids, weights within a few roundings; slots in ascending id order."""
    expected = vectors(name)
    order = np.argsort(experts, axis=1)
    np.testing.assert_array_equal(np.take_along_axis(experts, order, 1), expected["experts"])
    np.testing.assert_allclose(np.take_along_axis(weights, order, 1), expected["weights"],
                               rtol=1e-5, atol=0)


@pytest.mark.parametrize("name", ROUTERS)
def test_reference(name):
    case = vectors(name)
    weights, experts = reference.gate(case["logits"], ROUTERS[name], bias=case.get("bias"))
    check(name, weights, experts)


def test_reference_capacity():
    """Switch drops what exceeds the capacity of a sequence."""
    case = vectors("switch")
    weights, experts = reference.gate(case["logits"], routers.switch())
    _, slots, _ = reference.plan(experts, 8, weights=weights, capacity=int(case["capacity"]),
                                 segment=int(case["segment"]))
    np.testing.assert_array_equal(np.sort(slots[slots >= 0]), np.flatnonzero(case["kept"]))


@pytest.mark.parametrize("name", ROUTERS)
def test_compiled(compiled, name):
    case, router = vectors(name), ROUTERS[name]
    options = ["bias"] if "bias" in case else []
    gate = compiled(programs.gate(router, case["logits"].shape[1], options=options))
    out = gate(case["logits"], **{option: case[option] for option in options})
    check(name, out["weights"], out["experts"])


def test_compiled_capacity(compiled):
    case = vectors("switch")
    dispatch = compiled(programs.dispatch(1, 8, 1, capacity=True, segment=int(case["segment"])))
    out = dispatch(np.zeros((len(case["logits"]), 1), np.float32), case["experts"], case["weights"],
                   int(case["capacity"]))
    np.testing.assert_array_equal(np.sort(out["slots"][:out["offsets"][-1]]), np.flatnonzero(case["kept"]))
