#!/usr/bin/env python3
# ===- compile_time.py - What the optimizing passes cost --------------------=== #
"""Times moe-optimize on a layer, on a model of 60 layers, and on layers that
differ only in their number of experts.

    compile_time.py --bin build/release/bin [--runs 10] [--json FILE]
    compile_time.py --packages OLD NEW [--runs 10]

The time is that of the passes alone, in process, as --mlir-timing reports it
without parsing and printing; the best of the runs. Exit status 1 where a bar is
missed: 30 ms for a layer, 1 s for 60 layers, and the same time for 128 and for
131,072 experts within a factor of two and 2 ms.

With --packages, layers are compiled whole by two built Python packages
(build/release/python): the best of as many processes of each in turn, which
compile each layer eight times.
"""

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "examples"))
import generate  # noqa: E402

NOT_PASSES = {"root", "Parser", "Output", "Rest", "Total"}


def seconds(tool, path, runs):
    best = float("inf")
    for _ in range(runs):
        done = subprocess.run(
            [tool, path, "--moe-optimize", "--mlir-timing", "--mlir-timing-display=list",
             "-o", "/dev/null"], capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"{path.name}: {done.stderr}")
        rows = re.findall(r"([\d.]+) \( *[\d.]+%\)  (.+)", done.stderr)
        best = min(best, sum(float(time) for time, name in rows
                             if name.strip() not in NOT_PASSES and not name.startswith("(A)")))
    return best


def model(name, layers):
    """`layers` copies of a layer, each a function of one module."""
    text = generate.build(name)
    return text + "".join(
        re.sub(r"^(#\w+ = .*|//.*)\n", "", text, flags=re.MULTILINE)
        .replace("@layer(", f"@layer{number}(") for number in range(1, layers))


#: Compiled whole by two packages: small and large ones, with a shared expert and without.
WHOLE = ["granite-3.1-1b-a400m", "gpt-oss-20b", "llama4-scout", "deepseek-v3"]
WORKER = """
import json, sys
import moe
texts = json.load(sys.stdin)
print(json.dumps({name: min((moe.compile(text, device="cpu").seconds for _ in range(8)),
                            key=lambda seconds: sum(seconds.values())) for name, text in texts.items()}))
"""


def compare(packages, runs):
    """The best times of both packages, and their ratio; each stage on a line."""
    texts = {f"{name} {dtype}": generate.build(name, dtype=dtype) for name in WHOLE for dtype in ("f32", "bf16")}
    best = {}
    for run in range(runs):
        for package in packages[:: 1 if run % 2 else -1]:
            done = subprocess.run([sys.executable, "-c", WORKER], input=json.dumps(texts), capture_output=True,
                                  text=True, env={**os.environ, "PYTHONPATH": str(package)})
            if done.returncode:
                sys.exit(f"{package}: {done.stderr}")
            for name, found in json.loads(done.stdout).items():
                known = best.setdefault((name, package), found)
                if sum(found.values()) < sum(known.values()):
                    best[name, package] = found
    for name in texts:
        old, new = (sum(best[name, package].values()) for package in packages)
        stages = ", ".join(f"{stage} {1e3 * time:.1f}" for stage, time in best[name, packages[1]].items())
        print(f"{name:28} {1e3 * old:6.0f} ms {1e3 * new:6.0f} ms {new / old:6.2f}   {stages}")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--bin", type=pathlib.Path, help="the folder of moe-opt")
    what.add_argument("--packages", nargs=2, type=pathlib.Path, metavar=("OLD", "NEW"))
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--json", type=pathlib.Path)
    options = parser.parse_args()
    if options.packages:
        compare([package.resolve() for package in options.packages], options.runs)
        return 0
    programs = {
        "mixtral-8x7b": generate.build("mixtral-8x7b"),
        "deepseek-v3": generate.build("deepseek-v3"),
        "60 layers of mixtral-8x7b": model("mixtral-8x7b", 60),
        "128 experts": generate.build("shazeer-2017-flat", experts=128),
        "131,072 experts": generate.build("shazeer-2017-flat", experts=131072),
    }
    times = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, text in programs.items():
            path = pathlib.Path(folder) / "program.mlir"
            path.write_text(text)
            times[name] = seconds(options.bin / "moe-opt", path, options.runs)
            print(f"{name:28} {1e3 * times[name]:8.1f} ms")
    if options.json:
        options.json.write_text(json.dumps(times, indent=2) + "\n")
    few, many = times["128 experts"], times["131,072 experts"]
    kept = [times["mixtral-8x7b"] < 0.03, times["deepseek-v3"] < 0.03,
            times["60 layers of mixtral-8x7b"] < 1, many < 2 * few + 0.002]
    print("all bars kept" if all(kept) else "a bar is missed")
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())
