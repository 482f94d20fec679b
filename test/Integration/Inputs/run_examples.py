#===- run_examples.py - Example layers at reduced sizes --------------------===#
"""usage: run_examples.py EXAMPLES; moe-run is found by PATH."""

import sys

sys.path.insert(0, sys.argv[1])
import generate  # noqa: E402
import run  # noqa: E402

SMALL = {"hidden": 40, "intermediate": 24}
LAYERS = {  # what is reduced; expert counts stay where they are small enough
    "mixtral-8x7b": SMALL,
    "qwen3-30b-a3b": SMALL,
    "olmoe-1b-7b": SMALL,
    "deepseek-v3": {**SMALL, "experts": 32, "shared": 17},
    "gpt-oss-20b": SMALL,
    "llama4-scout": {**SMALL, "shared": 56},
    "switch-base-8": SMALL,
    "granite-3.1-1b-a400m": SMALL,
    "jacobs-1991": {},
    "shazeer-2017-flat": {**SMALL, "experts": 32},
    "shazeer-2017-hierarchical": {**SMALL, "experts": 64},
}
MATRICES = {"jacobs-1991": 0, "switch-base-8": 2, "shazeer-2017-flat": 2,
            "shazeer-2017-hierarchical": 2}


def fail(text):
    sys.exit(f"run_examples: {text}")


def check(name, tokens, extra=(), **sizes):
    what = f"{name} T={tokens} {sizes} {' '.join(extra)}"
    print(what, flush=True)
    report, comparison = run.execute(name, tokens, extra=extra, **{**LAYERS[name], **sizes})
    if not report["check"]["passed"]:
        fail(f"{what}: differs from the reference route: {report['check']}")
    if not comparison.passed:
        fail(f"{what}: differs from numpy: {comparison.errors}, {comparison.illegal} wrong ids")
    return report


def check_counts(name, tokens, report):
    """Rows and multiply-adds are those of the live slots, no more."""
    layer = next(layer for layer in generate.LAYERS if layer.name == name)
    sizes = LAYERS[name]
    rows, h, i = tokens * layer.k, sizes["hidden"], sizes["intermediate"]
    macs = rows * h * i * MATRICES.get(name, 3) + 3 * tokens * h * sizes.get("shared", 0)
    stats = report["stats"]
    if stats["rows"] != rows or stats["macs"] != macs:
        fail(f"{name}: expects {rows} rows and {macs} multiply-adds, "
             f"found {stats['rows']} and {stats['macs']}")
    if stats["macs_gate"] != tokens * h * sizes.get("experts", layer.experts):
        fail(f"{name}: {stats['macs_gate']} multiply-adds of the gate")


if set(LAYERS) != set(generate.names()) - {"routers"}:
    fail("expects every example in LAYERS")
REFERENCE = ["--device=reference"]
for extra in (["--device=cpu"], [*REFERENCE, "--optimize"], REFERENCE):
    for name in LAYERS:
        report = check(name, 37, extra)
        if name in {layer.name for layer in generate.LAYERS}:
            check_counts(name, 37, report)
for dtype in ("bf16", "f16", "f64"):
    check("gpt-oss-20b", 16, dtype=dtype)
    check("gpt-oss-20b", 16, [*REFERENCE, "--optimize"], dtype=dtype)
check("olmoe-1b-7b", 0)

# 640 tokens on 8 experts: more than 64 of one sequence want the same expert.
rows = check("switch-base-8", 640)["stats"]["rows"]
if not 320 < rows < 640:
    fail(f"switch-base-8: expects some of 640 tokens to be dropped, found {rows} rows")
