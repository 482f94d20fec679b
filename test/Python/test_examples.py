# ===- test_examples.py - The example layers against numpy in f64 -----------=== #
# REQUIRES: python
# RUN: %python -m pytest -q -p no:cacheprovider %s
"""Every layer of examples/ at a reduced size, from the generator that writes
the files; and the check command, which does the same at any size."""

import importlib.util
import pathlib
import re
import subprocess
import sys

import numpy as np
import pytest

import moe
from moe import check, layers, reference, routers

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "examples"
SMALL = {"hidden": 48, "intermediate": 40}
SIZES = {
    "mixtral-8x7b": {**SMALL, "experts": 8}, "qwen3-30b-a3b": {**SMALL, "experts": 16},
    "olmoe-1b-7b": {**SMALL, "experts": 16}, "granite-3.1-1b-a400m": {**SMALL, "experts": 16},
    "gpt-oss-20b": {**SMALL, "experts": 8},
    "deepseek-v3": {**SMALL, "experts": 32, "shared": 24},
    "llama4-scout": {**SMALL, "experts": 4, "shared": 24},
    "switch-base-8": {**SMALL, "experts": 4, "capacity": 3, "segment": 16},
    "jacobs-1991": {"hidden": 12, "outputs": 5, "experts": 4},
    "shazeer-2017-flat": {**SMALL, "experts": 16},
    "shazeer-2017-hierarchical": {**SMALL, "experts": 16, "groups": 4},
}


@pytest.fixture(scope="module")
def generate():
    """examples/generate.py as a module; the files beside it are its own."""
    sys.path.insert(0, str(EXAMPLES))
    try:
        spec = importlib.util.spec_from_file_location("generate", EXAMPLES / "generate.py")
        module = importlib.util.module_from_spec(spec)
        sys.modules["generate"] = module  # dataclasses look it up
        spec.loader.exec_module(module)
        yield module
    finally:
        sys.path.remove(str(EXAMPLES))
        del sys.modules["generate"]


def planning(name):
    return {key: SIZES[name][key] for key in ("capacity", "segment") if key in SIZES[name]}


@pytest.mark.parametrize("dtype", ["f32", "bf16", "f64"])
@pytest.mark.parametrize("name", SIZES)
@pytest.mark.parametrize("device, optimize", [("reference", False), ("reference", True), ("cpu", True)])
def test_reduced(generate, device, optimize, name, dtype):
    """As the program says, optimized, and on kernels."""
    function = moe.compile(generate.build(name, dtype=dtype, **SIZES[name]), device, "layer", optimize)
    for tokens in (0, 1, 40):
        inputs = function.draw(seed=3, dims={"T": tokens})
        result = check.Comparison(name, inputs, function.run(**inputs), **planning(name))
        assert result.passed, (tokens, result.errors, result.differ, result.illegal)
        assert {"y", "weights"} <= result.errors.keys()


def test_every_example_is_checked(generate):
    assert set(generate.names()) - {"routers"} == set(SIZES)


def test_a_wrong_result_fails(generate):
    """One element off by a little, or an expert that is not the chosen one."""
    function = moe.compile(generate.build("olmoe-1b-7b", **SIZES["olmoe-1b-7b"]), entry="layer")
    inputs = function.draw(seed=3, dims={"T": 9})
    outputs = function.run(**inputs)
    off = {**outputs, "y": outputs["y"].copy()}
    off["y"][4] *= np.float32(1.0001)
    assert not check.Comparison("olmoe-1b-7b", inputs, off).passed
    off["y"][4] = np.nan
    assert not check.Comparison("olmoe-1b-7b", inputs, off).passed
    chosen = outputs["experts"].copy()
    chosen[2, 0] = next(e for e in range(16) if e not in chosen[2])
    result = check.Comparison("olmoe-1b-7b", inputs, {**outputs, "experts": chosen})
    assert result.differ == 1 and result.illegal == 1 and not result.passed


def test_command(generate, tmp_path, capsys):
    path = tmp_path / "olmoe-1b-7b.mlir"
    path.write_text(generate.build("olmoe-1b-7b", **SIZES["olmoe-1b-7b"]))
    assert check.main([str(path), "--dim", "T=9"]) == 0
    assert "9 tokens: passed" in capsys.readouterr().out
    assert check.main([str(path)]) == 1  # nobody says how many tokens
    assert "T" in capsys.readouterr().err
    other = tmp_path / "gate.mlir"
    other.write_text("func.func @layer(%x: tensor<2xf32>) -> tensor<2xf32> { return %x : tensor<2xf32> }")
    assert check.main([str(other), "--layer", "olmoe-1b-7b"]) == 1  # another program
    assert "expects the arguments, results and sizes of olmoe-1b-7b" in capsys.readouterr().err


@pytest.mark.parametrize("script, arguments, message", [
    ("run.py", ["olmoe-1b-7b", "--tokens", "-1"], "--tokens: expects an integer of at least 0, found -1"),
    ("run.py", ["olmoe-1b-7b", "--threads", "0"], "--threads: expects an integer of at least 1, found 0"),
    ("run.py", ["olmoe-1b-7b", "--tokens", "99999999999"], "expects inputs of at most the .* bytes that are free"),
    ("generate.py", ["olmoe-1b-7b", "-o", "no/such/folder/x.mlir"], "x.mlir: No such file or directory")])
def test_bad_commands(script, arguments, message):
    """One line that says what was expected, and no traceback."""
    done = subprocess.run([sys.executable, EXAMPLES / script, *arguments], capture_output=True, text=True)
    assert done.returncode and re.search(message, done.stderr) and "Traceback" not in done.stderr


def test_jacobs_one_expert(generate):
    """The argmax and the sampled expert answer alone, as they answer in the blend."""
    text = generate.build("jacobs-1991", **SIZES["jacobs-1991"])
    router = routers.Router("softmax", routers.TopK(1))
    argmax, sampled = (moe.compile(text, entry=entry) for entry in ("argmax", "sample"))
    inputs = argmax.draw(seed=3, dims={"T": 200})
    blend, _ = layers.evaluate("jacobs-1991", inputs)
    logits = layers.f64(inputs["x"]) @ layers.f64(inputs["gate"]) + layers.f64(inputs["gate_bias"])
    tokens = np.arange(200)
    out = argmax(**inputs)
    np.testing.assert_array_equal(out["experts"], reference.gate(logits, router)[1])
    np.testing.assert_allclose(out["y"], blend["outputs"][out["experts"][:, 0], tokens], rtol=1e-5)
    out = sampled(**inputs, seed=7, step=2)
    uniform = reference.random_uniform((200,), 7, 2)
    expected = reference.gate(logits, routers.Router("softmax", routers.Sample()), uniform=uniform)[1]
    assert (out["experts"] != expected).sum() <= 1  # where rounding decides
    np.testing.assert_allclose(out["y"], blend["outputs"][out["experts"][:, 0], tokens], rtol=1e-5)


@pytest.mark.parametrize("name", ["shazeer-2017-flat", "shazeer-2017-hierarchical"])
def test_shazeer_seeded(generate, name):
    """The noise of a training step is random_normal of seed and step."""
    function = moe.compile(generate.build(name, **SIZES[name]), entry="seeded")
    inputs = function.draw(3, {"T": 40}, {"seed": 7, "step": 2})
    outputs = function.run(**inputs)
    groups = SIZES[name].get("groups", 0)
    inputs["noise"] = reference.random_normal((40, groups or 16), 7, 2)
    inputs["group_noise"] = reference.random_normal((40, 16), 7, 2, offset=2**40)
    result = check.Comparison(name, {k: v for k, v in inputs.items() if v.ndim}, outputs)
    assert result.passed, (result.errors, result.differ, result.illegal)


SCALED = {  # routers.mlir: entry -> router and the capacity for T tokens
    "deepseek_v2": (routers.deepseek_v2(), None),
    "sqrt_softplus": (routers.Router("sqrt_softplus", routers.TopK(6), "sum"), None),
    "expert_choice": (routers.Router("softmax", routers.ExpertChoice()), 64),
    "batchwise": (routers.strictly_balanced(4), None),
    "threshold": (routers.Router("softmax", routers.Threshold(), "sum"), None),
    "relu": (routers.Router("relu", routers.All()), None),
    "tanh_score": (routers.Router("region", routers.TopK(2)), None),
}


@pytest.mark.parametrize("entry", SCALED)
def test_router_examples(entry):
    router, experts = SCALED[entry]
    gate = moe.compile(EXAMPLES / "routers.mlir", entry=entry)
    for tokens in (1, 64, 200):
        inputs = gate.draw(seed=1, dims={"T": tokens})
        options = {key: value for key, value in inputs.items() if key != "logits"}
        if experts:
            options["capacity"] = -(-2 * tokens // experts)
        if entry == "tanh_score":
            options["score"] = np.tanh
        out = gate(**inputs)
        weights, ids = reference.gate(inputs["logits"], router, **options)
        np.testing.assert_array_equal(out["experts"], ids)
        np.testing.assert_allclose(out["weights"], weights, rtol=1e-4, atol=1e-30)
