# ===- test_benchmark_report.py - Tables, limits and plots of results --------=== #
# REQUIRES: python
# RUN: %python -m pytest -q -p no:cacheprovider %s
"""What benchmarks/report.py makes of records."""

import json
import math
import pathlib
import sys
import xml.dom.minidom

import numpy as np
import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "benchmarks"))
import cases  # noqa: E402
import limits  # noqa: E402
import plot  # noqa: E402
import report  # noqa: E402


def make_record(**values):
    record = {"kind": "pair", "layer": "olmoe-1b-7b", "experts": 64, "hidden": 2048, "intermediate": 1024,
              "dtype": "f32", "tokens": 16, "bytes": 64 * 3 * 2048 * 1024 * 4,
              "routing": "uniform", "threads": 2, "what": "experts", "peer": None, "bound": "memory",
              "ours": {"seconds": 0.002}, "share": 0.75, "workspace": 1 << 10, "version": "v",
              "processor": "P", "system": "S",
              "date": "2000-01-01", "peer_version": "1", "other": {"seconds": 0.003},
              "facts": {"parameter_bytes": 1 << 20, "prepared_bytes": 2 << 20, "prepare_seconds": 0.5}}
    dtype = values.get("dtype", record["dtype"])
    record.update(roof={dtype: 4e11, "read": 5e10}, roof_best={dtype: 4.2e11, "read": 6.25e10})
    if "ratio" in values and "other_share" not in values:
        values["other_share"] = values.get("share", record["share"]) / values["ratio"]
    return {**record, **values}


def test_tables_are_of_one_version(tmp_path):
    """The last one's: also where an older one was measured again in between."""
    path = tmp_path / "results.jsonl"
    lines = [make_record(tokens=1, version="old"), make_record(tokens=4, version="old"),
             make_record(tokens=4), make_record(tokens=16, version="old"), make_record(tokens=64, processor="Q"),
             make_record(tokens=4, version="old"), make_record(tokens=4096)]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    records, left_out = report.read(path)
    assert [(record["tokens"], record["version"]) for record in records] == [(4, "v"), (4096, "v")]
    assert left_out == 2
    text = report.report(records, left_out)
    assert "version v." in text and "Points left out, since only older versions were measured there: 2." in text
    assert "left out" not in report.report(records)


def test_report():
    pair = {"peer": "zentorch", "ratio": 1.25, "peer_version": "zentorch 1"}
    records = [make_record(workspace=1 << 20), make_record(**pair),
               make_record(peer="ggml", ratio=2.5, peer_version="ggml 1"),
               make_record(peer="vllm", failure="wrong", why="an error of 1"),
               make_record(kind="skew", routing="hot70", ratio=1.05)]
    text = report.report(records)
    assert ("quartiles: f32 400 to 400 GFLOP/s, read 50 to 50 GB/s. The best window of a point is 5.0 to 5.0 % above the "
            "median of all, of reading 25.0 to 25.0 %.") in text
    assert "| olmoe-1b-7b, 64 experts, f32, uniform | 2 | 16 | 2 | 2 ms | 75 % | 60 % | memory | 1 MiB |" in text
    assert "| experts only | threads | tokens | zentorch | vllm | ggml | best peer |" in text
    assert "| 2 | 16 | 1.25 | wrong | 2.50 | **1.25** |" in text
    assert "olmoe-1b-7b f32, 16 tokens, vllm: an error of 1" in text
    assert "| 2 | 16 | 1.050 | 0.99 |" in text  # 54.4 experts have rows, not 54.8
    document = f"a\n{report.BEGIN}old\n{report.END}b\n"
    assert report.update(document, "new\n") == f"a\n{report.BEGIN}\nnew\n\n{report.END}b\n"
    with pytest.raises(SystemExit, match="expects the lines"):
        report.update("a\n", "new\n")


@pytest.mark.parametrize("f32, read, least", [
    (1.0, 1e30, lambda rows, expert: rows.sum()),           # arithmetic alone, which is the same
    (1e30, 1.0, lambda rows, expert: (rows > 0).sum()),     # reading alone
    (4e11, 5e10, lambda rows, expert: sum(max(n * expert / 2e11, (n > 0) * 4 * expert / 5e10) for n in rows)),
])
def test_skew_in_turn(f32, read, least):
    """16 rows an expert of Llama 4, or 45 and about 6 of each other."""
    skew = make_record(kind="skew", routing="hot70", ratio=1.2, tokens=64, **SCOUT)
    pair = make_record(tokens=64, roof={"f32": f32, "read": read}, **SCOUT)
    layer = limits.layer_of(skew)
    sums = {kind: sum(least(np.bincount(cases.routing(kind, layer, 64, turn)[1].ravel(), minlength=4),
                            3 * 5120 * 8192) for turn in range(cases.TURNS)) for kind in ("hot70", "uniform")}
    found = report.skew_in_turn(skew, [pair, make_record(threads=1)])
    assert found == f"{sums['hot70'] / sums['uniform']:.2f}"
    assert report.skew_in_turn(skew, [make_record(threads=1)]) == "-"


def make_point(share, tokens, **values):
    """With `share` of the roof, which is arithmetic."""
    return make_record(tokens=tokens, bound="arithmetic", share=share, **values)


MIXTRAL = {"layer": "mixtral-8x7b", "experts": 4, "hidden": 4096, "intermediate": 14336,
           "bytes": 4 * 3 * 4096 * 14336 * 4}


SCOUT = {"layer": "llama4-scout", "experts": 4, "hidden": 5120, "intermediate": 8192,
         "bytes": 4 * 3 * 5120 * 8192 * 4}


def find_broken(*records):
    return [limit.words.partition(",")[0] if limit.unit != "%" else limit.words
            for limit in limits.evaluate(list(records)) if limit.kept is False]


@pytest.mark.parametrize("good, bad, words", [
    (make_point(0.95, 2048), make_point(0.949, 2048), "of the roof, 256 rows per expert and more"),
    (make_point(0.92, 1024), make_point(0.919, 1024), "of the roof, 128 rows per expert and more"),
    (make_point(0.88, 512), make_point(0.879, 512), "of the roof, 64 rows per expert and more"),
    # Half of the experts have rows: twice as many.
    (make_point(0.92, 512, bytes=32 * 3 * 2048 * 1024 * 4), make_point(0.9, 512, bytes=32 * 3 * 2048 * 1024 * 4),
     "of the roof, 128 rows per expert and more"),
    (make_point(0.92, 2048, hidden=4096, bytes=64 * 3 * 4096 * 1024 * 4),
     make_point(0.919, 2048, hidden=4096, bytes=64 * 3 * 4096 * 1024 * 4),
     "of the roof, f32 with a depth of 4096 and more, 128 rows per expert and more"),
    (make_point(0.88, 1024, **MIXTRAL), make_point(0.87, 1024, **MIXTRAL),
     "of the roof, f32 with a depth of 14336 and more, 64 rows per expert and more"),
    (make_point(0.96, 1024, **{**MIXTRAL, "dtype": "bf16", "bytes": MIXTRAL["bytes"] // 2}),
     make_point(0.94, 1024, **{**MIXTRAL, "dtype": "bf16", "bytes": MIXTRAL["bytes"] // 2}),
     "of the roof, 256 rows per expert and more"),
    (make_record(share=0.85), make_record(share=0.8),
     "of the roof, where memory is it or of one token"),
    (make_record(kind="share", tokens=64, ratio=1.03), make_record(kind="share", tokens=64, ratio=1.032),
     "routing and combining of the whole layer, 64 tokens and more, up to 128 experts"),
    (make_record(kind="share", tokens=16, ratio=1.5), make_record(kind="share", tokens=64, ratio=1.5),
     "routing and combining of the whole layer, 64 tokens and more, up to 128 experts"),
    (make_record(kind="skew", ratio=1.1), make_record(kind="skew", ratio=1.11), "70 % of the tokens on one expert"),
    (make_record(kind="compile", seconds={"moe": 0.01, "structured": 0.01, "buffers": 0.02, "code": 0.16}),
     make_record(kind="compile", seconds={"moe": 0.0, "structured": 0.0, "buffers": 0.0, "code": 0.21}), "compiling a layer"),
    (make_record(kind="compile", seconds={"moe": 0.01, "structured": 0.01, "buffers": 0.02, "code": 0.1}),
     make_record(kind="compile", seconds={"moe": 0.01, "structured": 0.01, "buffers": 0.021, "code": 0.1}),
     "passes up to the stage buffers"),
    (make_point(0.5, 512, peer="ggml", ratio=0.98), make_point(0.5, 512, peer="ggml", ratio=0.97),
     "time of the best peer by ours"),
    # One that is near the roof leaves no more to be had.
    (make_point(0.9, 16, peer="ggml", ratio=1.1), make_point(0.8, 16, peer="ggml", ratio=1.1), "the same"),
    (make_point(0.5, 128, peer="ggml", ratio=1.3), make_point(0.5, 128, peer="ggml", ratio=1.29), "the same"),
    (make_point(0.93, 1024, peer="ggml", ratio=1.0), make_point(0.9, 1024, peer="ggml", ratio=1.0), "the same"),
    # Inner rows, the result, offsets and slots; with bf16 half of the rows and sums; rows that are scaled.
    *[(make_point(0.9, 16, workspace=int(1.1 * least), **values),
       make_point(0.9, 16, workspace=int(1.1 * least) + 1, **values),
       "workspace of the experts by the least that they need")
      for least, values in [(4 * 16 * (8 * 1024 + 2048) + 4 * (65 + 128), {}),
                            (2 * 16 * (8 * 1024 + 2048) + 4 * 16 * 2048 + 4 * (65 + 128), {"dtype": "bf16"}),
                            (4 * 16 * (8192 + 5120 + 5120) + 4 * (5 + 16), SCOUT)]],
    (make_record(share=0.9, peer="ggml", ratio=1.1),
     make_record(failure="error", why="ours: the process ended with 1"), "points at which this compiler fails"),
])
def test_limits(good, bad, words, tmp_path, monkeypatch):
    """A result that just keeps a limit, and one that does not."""
    assert not find_broken(good)
    assert find_broken(good, {**bad, "threads": 4}) == [words]
    path = tmp_path / "results.jsonl"
    for records, status in (([good], 0), ([good, {**bad, "threads": 4}], 1)):
        path.write_text("".join(json.dumps(record) + "\n" for record in records))
        monkeypatch.setattr(sys, "argv", ["report.py", "--results", str(path)])
        assert report.main() == 0
        monkeypatch.setattr(sys, "argv", ["report.py", "--results", str(path), "--strict"])
        assert report.main() == status


def test_limits_are_of_the_best_peer():
    """A slow peer hides no fast one; what nothing was measured for is not kept either."""
    records = [make_point(0.5, 512, peer="ggml", ratio=3.0), make_point(0.5, 512, peer="sgl", ratio=0.9),
               make_point(0.5, 512, peer="vllm", failure="wrong", why="vllm: an error of 1")]
    assert find_broken(*records) == ["time of the best peer by ours"]
    text = report.limit_table(records)
    assert ("| time of the best peer by ours | at least 0.980 | 1 | 0.900 | olmoe-1b-7b, f32, experts, T=512, uniform, "
            "2 threads, sgl | **no** |") in text
    assert "| compiling a layer | at most 200.0 ms | 0 |  |  | not measured |" in text


def test_plot():
    records = [make_record(tokens=tokens, peer=peer, ratio=1.5)
               for tokens in (1, 16) for peer in (None, "ggml")]
    lines = plot.lines_of(records)
    assert lines["ours"] == {1: 0.75, 16: 0.75} and lines["ggml"][16] == pytest.approx(0.5)
    (name, svg), = plot.draw(records)
    assert name == "olmoe-1b-7b-uniform"
    root = xml.dom.minidom.parseString(svg)
    lines = root.getElementsByTagName("polyline")
    assert [len(line.getAttribute("points").split()) for line in lines] == [2, 2]
    assert all(math.isfinite(float(number)) for line in lines
               for point in line.getAttribute("points").split() for number in point.split(","))
