#===- parse_examples.py - Example files through moe-opt --------------------===#
"""usage: parse_examples.py EXAMPLES; moe-opt is found by PATH."""

import pathlib
import subprocess
import sys

folder = pathlib.Path(sys.argv[1])
sys.path.insert(0, str(folder))
import generate  # noqa: E402


def moe_opt(source, *flags):
    done = subprocess.run(["moe-opt", *flags], input=source, capture_output=True)
    if done.returncode:
        sys.exit(f"moe-opt {' '.join(flags)}: {done.stderr.decode()}")
    return done.stdout


def check(name, source):
    text = moe_opt(source)
    for what, again in {
        "text": moe_opt(text),
        "generic text": moe_opt(moe_opt(source, "--mlir-print-op-generic")),
        "bytecode": moe_opt(moe_opt(source, "--emit-bytecode")),
    }.items():
        if again != text:
            sys.exit(f"{name}: another program after a round trip through {what}")
    moe_opt(moe_opt(source, "--canonicalize", "--cse"))


for name in generate.names():
    committed = (folder / f"{name}.mlir").read_text()
    if committed != generate.build(name):
        sys.exit(f"{name}.mlir is not what generate.py --all writes")
    check(name, committed.encode())
    if name == "routers":
        continue
    for dtype in ("bf16", "f16", "f64"):
        moe_opt(generate.build(name, dtype=dtype).encode(), "--canonicalize")
    moe_opt(generate.build(name, tokens=6).encode(), "--canonicalize")

# Sizes that make no layer are refused, those at the edge are not.
SMALL = {"hidden": 8, "intermediate": 4}
for name, sizes, text in [
        ("deepseek-v3", {"experts": 12}, "experts in 8 equal groups of at least 2, found 12"),
        ("deepseek-v3", {"experts": 8}, "experts in 8 equal groups of at least 2, found 8"),
        ("deepseek-v3", {"experts": 16, "k": 9}, "k of at most the 8 experts of 4 groups, found k = 9"),
        ("olmoe-1b-7b", {"experts": 4}, "k of at most the 4 experts, found k = 8"),
        ("olmoe-1b-7b", {"hidden": -8}, "hidden of at least 1, found -8"),
        ("olmoe-1b-7b", {"tokens": -1}, "tokens of at least 0, found -1"),
        ("jacobs-1991", {"experts": 0}, "experts of at least 1, found 0"),
        ("mixtral-8x7b", {"capacity": 4}, "a segment with a capacity, found none"),
        ("mixtral-8x7b", {"segment": 4}, "a capacity with a segment, found none"),
        ("shazeer-2017-hierarchical", {"groups": 3}, "experts in 3 equal groups, found 256"),
        ("shazeer-2017-hierarchical", {"k": 17}, "k of at most the 16 groups, found k = 17"),
        ("shazeer-2017-hierarchical", {"experts": 16}, "k of at most the 1 experts of a group, found k = 2"),
        ("routers", {"experts": 4}, "routers has no experts")]:
    try:
        generate.build(name, **sizes)
        sys.exit(f"{name} {sizes}: expects an error, found a layer")
    except ValueError as error:
        if text not in str(error):
            sys.exit(f"{name} {sizes}: expects '{text}', found '{error}'")
for name, sizes in [("deepseek-v3", {"experts": 16, "k": 8, "shared": 0}), ("olmoe-1b-7b", {"experts": 8}),
                    ("mixtral-8x7b", {"experts": 1, "k": 1, "capacity": 1, "segment": 1}),
                    ("shazeer-2017-hierarchical", {"experts": 32}), ("jacobs-1991", {"experts": 1})]:
    small = {} if name == "jacobs-1991" else SMALL
    moe_opt(generate.build(name, **small, **sizes).encode())

document = (folder.parent / "docs" / "Examples.md").read_text()
if generate.table() not in document:
    sys.exit("the table of docs/Examples.md is not generate.table()")
stray = {path.stem for path in folder.glob("*.mlir")} - set(generate.names())
if stray:
    sys.exit(f"no generator for {', '.join(sorted(stray))}")
