# ===- test_benchmarks.py - The benchmark driver, without peers -------------=== #
# REQUIRES: python
# RUN: %python -m pytest -q -p no:cacheprovider %s
"""Statistics, routings, references and records of benchmarks/."""

import base64
import json
import pathlib
import subprocess
import sys
import time
import types

import numpy as np
import pytest

import moe

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "benchmarks"))
import cases  # noqa: E402
import duel  # noqa: E402
import paired  # noqa: E402
import subsets  # noqa: E402
import report  # noqa: E402
import run  # noqa: E402
from peers import ours  # noqa: E402

SMALL = {"hidden": 32, "intermediate": 48, "experts": 16}


# ===----------------------------------------------------------------------=== #
# Statistics
# ===----------------------------------------------------------------------=== #


def test_quantiles_are_those_of_numpy(rng):
    for count in (1, 2, 3, 8, 9):
        values = rng.standard_normal(count).tolist()
        for part in (0, 0.25, 0.5, 0.9, 1):
            assert paired.quantile(values, part) == pytest.approx(np.quantile(values, part), abs=1e-12)
    with pytest.raises(ValueError, match="found none"):
        paired.median([])


def test_ratio_is_of_rounds():
    """A machine that becomes twice as slow changes no ratio; one bad call neither."""
    first = [[1.0, 1.0, 1.0], [2.0, 2.0, 2.0], [4.0, 4.0, 400.0]]
    second = [[1.5, 1.5, 1.5], [3.0, 90.0, 3.0], [6.0, 6.0, 6.0]]
    assert paired.compare(first, second) == {"ratio": 1.5, "quartiles": [1.5, 1.5]}
    assert paired.compare(second, first)["ratio"] == pytest.approx(1 / 1.5)
    with pytest.raises(ValueError, match="found 3 and 2"):
        paired.compare(first, second[:2])


def test_share_of_the_roof_is_of_rounds():
    """Each round has its own roof: where both are slow, the share is the same."""
    rates = [[90.0, 100.0, 150.0], [50.0]]
    assert paired.share_of_roof([[2.0, 1.25, 0.5], [2.5]], rates, 100.0) == pytest.approx(0.8)
    with pytest.raises(ValueError, match="as many rounds"):
        paired.share_of_roof([[1.0]], rates, 100.0)


def test_summary():
    assert paired.summarize([[3.0, 1.0, 2.0], [5.0], [4.0, 4.0]]) == {
        "seconds": 4.0, "quartiles": [3.0, 4.5], "best": 1.0, "calls": 6, "rounds": 3}
    assert paired.geometric_mean([1.0, 4.0]) == pytest.approx(2)


def test_plan_keeps_to_the_budget():
    for seconds in ([1e-5, 2e-5], [1e-3, 1e-2], [0.1, 0.5], [3.0, 4.0], [0.0]):
        rounds, calls = paired.plan(seconds, 1.0)
        assert 3 <= rounds <= 8 and 1 <= calls <= 64
        assert rounds * calls * sum(seconds) <= max(2.0, 6.0, 3 * sum(seconds))
    assert paired.plan([0.01, 0.01], 1.6) == (8, 10)


# ===----------------------------------------------------------------------=== #
# The work
# ===----------------------------------------------------------------------=== #


@pytest.mark.parametrize("kind", cases.ROUTINGS)
@pytest.mark.parametrize("name", ["olmoe-1b-7b", "llama4-scout"])
def test_routings(kind, name):
    layer = cases.get_layer(name, **SMALL)
    seen = set()
    for turn in range(cases.TURNS):
        weights, experts = cases.routing(kind, layer, 100, turn)
        assert weights.dtype == np.float32 and experts.dtype == np.int32
        assert weights.shape == experts.shape == (100, layer.k)
        assert (weights > 0).all()
        if layer.k > 1:
            np.testing.assert_allclose(weights.sum(axis=1), 1, rtol=1e-5)
        else:
            assert weights.min() >= 0.5 and weights.max() < 1 and np.ptp(weights) > 0.4
        assert all(len(set(row)) == layer.k for row in experts.tolist())
        assert experts.min() >= 0 and experts.max() < layer.experts
        assert experts.tobytes() == cases.routing(kind, layer, 100, turn)[1].tobytes()
        seen.add(experts.tobytes())
        counts = np.bincount(experts.ravel(), minlength=layer.experts)
        if kind == "one-hot":
            assert sorted(counts)[-layer.k:] == [100] * layer.k and counts.sum() == 100 * layer.k
        if kind == "hot70":
            assert counts[turn] == 70
        if kind == "zipf":
            assert counts.max() > 2 * counts.min()
    assert len(seen) == (2 if kind == "one-hot" and layer.k == 8 else cases.TURNS)


def test_inputs_differ():
    layer = cases.get_layer("olmoe-1b-7b", **SMALL)
    for tokens in (1, 40):
        inputs = cases.inputs(layer, tokens)
        assert all(x.shape == (tokens, 32) and x.flags.c_contiguous for x in inputs)
        assert len({x.tobytes() for x in inputs}) == cases.TURNS


def test_work():
    layer = cases.get_layer("olmoe-1b-7b", **SMALL)
    macs, size = cases.work(layer, "one-hot", 10)
    assert macs == 10 * 8 * 3 * 32 * 48
    assert size == 8 * 3 * 32 * 48 * 4
    assert cases.work(cases.get_layer("olmoe-1b-7b", "bf16", **SMALL), "one-hot", 10)[1] == size / 2
    assert cases.macs_per_row(cases.get_layer("switch-base-8", **SMALL)) == 2 * 32 * 48
    assert cases.macs_per_row(cases.get_layer("gpt-oss-20b", **SMALL)) == 3 * 32 * 48


@pytest.mark.parametrize("dtype", ["f32", "bf16"])
@pytest.mark.parametrize("name", cases.LAYERS)
def test_reference_is_that_of_the_compiler(name, dtype):
    """numpy in f64 and the reference route agree on every body."""
    layer = cases.get_layer(name, dtype, **SMALL)
    function = moe.compile(ours.text_of(layer), device="reference")
    weights = {key: ours.take(array) for key, array in cases.weights(layer).items()}
    x = ours.take(cases.inputs(layer, 9)[0])
    y = function(x, *cases.routing("uniform", layer, 9, 0), *weights.values())
    rows = cases.to_f32(y.view(np.uint16) if dtype == "bf16" else y)[cases.sampled(9)]
    expected = cases.reference(layer, "uniform", 9)
    assert cases.error(rows, expected) < cases.TOLERANCE[dtype]
    assert cases.error(rows[::-1], expected) > cases.TOLERANCE[dtype]


@pytest.mark.parametrize("name", cases.LAYERS)
def test_joined_weights(name):
    """What peers are given says the same as what the program is given."""
    layer = cases.get_layer(name, **SMALL)
    joined = {key: array.astype(float) for key, array in cases.joined_weights(layer).items()}
    x = np.arange(32) / 32.0
    for expert in (0, 15):
        both = joined["w13"][expert] @ x
        if layer.body == "clamped":
            both += joined["b13"][expert]
            gate, up = np.minimum(both[::2], 7), np.clip(both[1::2], -7, 7)
            h = (up + 1) * gate / (1 + np.exp(-1.702 * gate))
        elif layer.body == "relu":
            h = np.maximum(both, 0)
        else:
            gate, up = both[:48], both[48:]
            h = gate / (1 + np.exp(-gate)) * up
        y = joined["w2"][expert] @ h + joined.get("b2", np.zeros(16))[expert]
        w = {key: part.astype(float) for key, part in cases.expert_weights(layer, expert).items()}
        np.testing.assert_allclose(y, cases.apply_expert(layer, x, w), rtol=1e-12)


def test_weights_do_not_depend_on_the_router():
    """The layer and its experts alone have the same experts."""
    alone = cases.weights(cases.get_layer("olmoe-1b-7b", **SMALL))
    whole = cases.weights(cases.get_layer("olmoe-1b-7b", experts_only=False, **SMALL))
    assert set(whole) - set(alone) == {"router"}
    assert all(alone[name].tobytes() == whole[name].tobytes() for name in alone)


# ===----------------------------------------------------------------------=== #
# Contestants and records
# ===----------------------------------------------------------------------=== #


class Contestant:
    """Answers as a worker does; `rows` are what it computes."""

    def __init__(self, rows=None, seconds=0.01):
        self.name, self.rows, self.seconds, self.turns, self.workspaces = "zentorch", rows, seconds, [], {}

    def ask(self, request, **values):
        if request == "point":
            return {"rows": base64.b64encode(self.rows.astype(np.float32).tobytes()).decode()}
        self.turns.append(values["turns"])
        return {"seconds": [self.seconds] * len(values["turns"])}


def test_wrong_numbers_are_a_failure():
    layer = cases.get_layer("olmoe-1b-7b", **SMALL)
    expected = cases.reference(layer, "uniform", 9)
    assert duel.check(Contestant(expected), layer, 9, "uniform", expected)[0] < 1e-6
    for wrong in (expected * 1.001, expected[:2], expected * np.nan):
        with pytest.raises(duel.Failure) as failure:
            duel.check(Contestant(wrong), layer, 9, "uniform", expected)
        assert failure.value.kind == "wrong" and str(failure.value).startswith("zentorch: an error of")


def test_contestants_alternate_on_the_same_turns():
    first, second = Contestant(), Contestant(seconds=0.03)
    seen = []
    rounds, roofs = duel.duel([(first, 4, "uniform"), (second, 4, "uniform")], 0.8,
                              lambda: seen.append((len(first.turns), len(second.turns))) or len(seen))
    assert roofs == list(range(1, len(rounds[0]) + 1))
    assert [one - two for one, two in seen] == [-1 if number % 2 else 1 for number in range(len(seen))]  # between both
    assert first.turns == second.turns and len(first.turns) > 3
    assert [len(part) for part in rounds[0]] == [len(turns) - 1 for turns in first.turns[1:]]
    assert paired.compare(*rounds)["ratio"] == pytest.approx(3)
    measured = [turn for turns in first.turns[1:] for turn in turns[1:]]
    assert measured == [turn % cases.TURNS for turn in range(len(measured))]


def test_long_calls_are_all_counted():
    first = Contestant(seconds=duel.LONG)
    (rounds,), roofs = duel.duel([(first, 4, "uniform")], 0.8)
    assert roofs == []
    assert [len(part) for part in rounds] == [len(turns) for turns in first.turns[1:]]


def test_version_is_that_of_the_built_module(tmp_path):
    """What is built may be older than the source, or another build of it."""
    (tmp_path / "moe").mkdir()
    module = tmp_path / "moe" / "_moe.cpython-311.so"
    module.write_bytes(b"one")
    one = cases.version(tmp_path)
    assert one == cases.version(tmp_path)
    module.write_bytes(b"two")
    two = cases.version(tmp_path)
    (tmp_path / "moe" / "compiler.py").write_text("three")
    assert len({one, two, cases.version(tmp_path)}) == 3
    assert ours.version() == cases.version(pathlib.Path(moe.__file__).parents[1])


def test_results_go_on(tmp_path):
    """What is in the file is not measured again, but what the end of a run cut off is."""
    path = tmp_path / "results.jsonl"
    results = run.Results(path, False, "v")
    record = {"kind": "pair", "layer": "a", "tokens": 1, "peer": "ggml"}
    assert not results.has(record)
    results.add(dict(record))
    results.add({**record, "tokens": 4, "failure": "error", "why": "?"})
    with open(path, "a") as file:
        file.write('{"kind": "pair", "layer": "a", "tok')
    later = run.Results(path, False, "v")
    assert later.has(record) and later.has({**record, "tokens": 4})
    other = run.Results(tmp_path / "other", False, "v")
    other.common["version"] = "another"
    other.add(record)
    other.common["processor"] = "another"
    other.add(record)
    assert not run.Results(other.path, False, "v").has(record)
    assert not later.has({**record, "tokens": 16}) and not later.has({**record, "peer": None})
    assert not run.Results(path, True, "v").has({**record, "tokens": 4})
    assert not run.Results(path, False, "w").has(record)
    assert len(report.read(path)[0]) == 2


def test_a_peer_that_ends(tmp_path):
    """Its environment is there, but not its library."""
    python = tmp_path / "onnxruntime" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f"#!/bin/sh\nexec {sys.executable} -I \"$@\"\n")
    python.chmod(0o755)
    options = types.SimpleNamespace(environments=tmp_path, package=tmp_path, timeout=60, log=tmp_path / "log")
    with pytest.raises(duel.Missing, match="install_peers.py onnxruntime"):
        duel.Worker("onnxruntime", 1, options)
    (python.parents[1] / "installed").touch()
    worker = duel.Worker("onnxruntime", 1, options)
    try:
        with pytest.raises(duel.Failure):
            worker.load(layer="olmoe-1b-7b", dtype="f32", what="experts", threads=1, sizes=SMALL)
    finally:
        worker.close()


STARTER = """
import os, pathlib, sys, types
sys.path.insert(0, sys.argv[1])
import duel
options = types.SimpleNamespace(environments=None, package=pathlib.Path(sys.argv[2]), timeout=60, log=os.devnull)
worker = duel.Worker("ours", 1, options)
worker.load(layer="olmoe-1b-7b", dtype="f32", what="experts", threads=1,
            sizes={"hidden": 8, "intermediate": 8, "experts": 8})
print(worker.process.pid, flush=True)
os.kill(os.getpid(), 9)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="workers ask Linux for it")
def test_workers_do_not_outlive_the_driver():
    benchmarks = pathlib.Path(duel.__file__).parent
    package = pathlib.Path(moe.__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", STARTER, benchmarks, package], capture_output=True, text=True)
    assert done.returncode == -9, done.stderr
    status = pathlib.Path(f"/proc/{int(done.stdout)}/status")
    for _ in range(100):
        if not status.exists() or "Z (zombie)" in status.read_text():
            return
        time.sleep(0.05)
    pytest.fail("the worker still runs")


def test_json_of_the_machine():
    assert json.loads(json.dumps([run.processor(), run.system()]))
    assert duel.last_level_cache() >= 1 << 20


def test_parts_of_a_subset(monkeypatch, tmp_path):
    """What is given counts for all parts; each says the rest itself."""
    (tmp_path / "moe").mkdir()
    (tmp_path / "moe" / "_moe.so").touch()
    command = ["run.py", "--tables", "--package", str(tmp_path), "--cc", sys.executable]
    monkeypatch.setattr(sys, "argv", command)
    options, parts = subsets.parse("")
    assert len(parts) == len(subsets.SUBSETS["tables"]) and options.minutes == 60
    assert parts[0].peers == subsets.PEERS and parts[0].whats == ["experts", "layer"]
    assert parts[1].peers == subsets.STRONGEST and parts[1].whats == parts[1].against == ["experts"]
    assert {layer for part in parts for layer in part.layers} == {*cases.LAYERS, *cases.PAPERS}
    monkeypatch.setattr(sys, "argv", [*command, "--threads", "1", "--peers", "--minutes", "5"])
    options, parts = subsets.parse("")
    assert options.minutes == 5
    assert all(part.threads == [1] and part.peers == [] for part in parts)
    for wrong in (["--threads", "0"], ["--seconds", "-1"], ["--seconds", "nan"]):
        monkeypatch.setattr(sys, "argv", [*command, *wrong])
        with pytest.raises(SystemExit):
            subsets.parse("")
