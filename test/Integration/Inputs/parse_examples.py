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

document = (folder.parent / "docs" / "Examples.md").read_text()
if generate.table() not in document:
    sys.exit("the table of docs/Examples.md is not generate.table()")
stray = {path.stem for path in folder.glob("*.mlir")} - set(generate.names())
if stray:
    sys.exit(f"no generator for {', '.join(sorted(stray))}")
