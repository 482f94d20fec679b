#!/usr/bin/env python3
#===- run.py - Compiles, runs and checks one example -----------------------===#
"""Compiles an example layer for this CPU, runs it, and checks its numbers twice.

    run.py olmoe-1b-7b                          at its real sizes, 32 tokens
    run.py deepseek-v3 --experts 64 --tokens 8  fewer experts
    run.py mixtral-8x7b --dtype bf16

The first check is moe-run's own, against the reference route; the second is
numpy in f64 on the same inputs, one expert at a time. Exit status 1 where one
of them fails.
"""

import argparse
import json
import math
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "examples"), str(ROOT / "python")]
import generate  # noqa: E402
from moe import check, formats  # noqa: E402

TYPES = {"f64": np.float64, "f32": np.float32, "f16": np.float16, "bf16": formats.BF16}
CHUNK = 1 << 20  # numbers drawn at a time


def arguments(text):
    """Name, shape (None: dynamic), type and standard deviation of every
    argument of the first function of an example."""
    signature = text[text.index("func.func @"):text.index("\n    -> (")]
    for name, type_text, attributes in re.findall(r"%(\w+): tensor<([\w?]+)> \{(.*)\}", signature):
        *sizes, dtype = type_text.split("x")
        shape = tuple(None if size == "?" else int(size) for size in sizes)
        init = re.search(r"#moe\.init<(\w+)<([\d.]+)>>", attributes)
        fan_in = shape[-1] if "moe.param" in attributes else 1
        if init and init[1] == "normal":
            deviation = float(init[2])
        else:
            deviation = 1 / math.sqrt(shape[int(init[2])] if init else fan_in)
        yield name, shape, dtype, deviation


def draw(text, tokens, seed, folder):
    """Random inputs by name, each a .npy file in `folder` that is mapped."""
    inputs = {}
    for number, (name, shape, dtype, deviation) in enumerate(arguments(text)):
        shape = tuple(tokens if size is None else size for size in shape)
        generator = np.random.Generator(np.random.SFC64([seed, number]))
        array = np.lib.format.open_memmap(folder / f"{name}.npy", "w+", TYPES[dtype], shape)
        flat = array.reshape(-1)
        for start in range(0, flat.size, CHUNK):
            part = flat[start:start + CHUNK]
            drawn = generator.standard_normal(part.size, np.float32) * np.float32(deviation)
            part[:] = formats.narrow(drawn, array.dtype)
        array.flush()
        inputs[name] = array
    return inputs


def count_bytes(text, tokens):
    """The size of all inputs, which lie in files and in memory."""
    return sum(math.prod(tokens if size is None else size for size in shape) * np.dtype(TYPES[dtype]).itemsize
               for _, shape, dtype, _ in arguments(text))


def find_tool(name):
    """The tool of the newest build, or the one on the path."""
    built = sorted(ROOT.glob(f"build/*/bin/{name}"), key=lambda path: path.stat().st_mtime)
    found = shutil.which(name) or (str(built[-1]) if built else None)
    if not found:
        sys.exit(f"run: expects {name} on the path or in build/*/bin; utils/demo.sh builds it")
    return found


def read_array(path):
    array = np.load(path)
    return array.view(formats.BF16) if formats.is_bf16(array) else array


def run_compiled(file, inputs, results, tokens, folder, extra):
    """Runs moe-run, which prints for itself; its results and its JSON report."""
    command = [find_tool("moe-run"), str(file), "--dim", f"T={tokens}", "--check", "--stats",
               f"--json={folder / 'report.json'}", f"--dump-stages={folder / 'stages'}", *extra]
    for name in inputs:
        command += ["--input", f"{name}={folder / name}.npy"]
    for name in results:
        command += [f"--output={name}={folder / name}.npy"]
    done = subprocess.run(command)
    if done.returncode:
        sys.exit(f"run: moe-run failed with exit status {done.returncode}")
    report = json.loads((folder / "report.json").read_text())
    report["stages"] = sorted(path.name for path in (folder / "stages").iterdir())
    return {name: read_array(folder / f"{name}.npy") for name in results}, report


def execute(name, tokens, seed=0, extra=(), numpy_sizes=None, **sizes):
    """Runs example `name`; its compiled report and its comparison with numpy."""
    start = time.monotonic()

    def say(text):
        print(f"[{time.monotonic() - start:6.1f} s] {text}", flush=True)

    text = generate.build(name, **sizes)
    results = re.findall(r'moe\.name = "(\w+)"', text[text.index("\n    -> ("):text.index(") {\n")])
    with tempfile.TemporaryDirectory(prefix="moe-") as directory:
        folder = pathlib.Path(directory)
        needed, free = count_bytes(text, tokens), shutil.disk_usage(folder).free
        if needed > free:
            raise ValueError(f"expects inputs of at most the {free} bytes that are free in {folder.parent}, "
                             f"found {needed}")
        file = ROOT / "examples" / f"{name}.mlir"
        if any(value is not None for value in sizes.values()):
            file = folder / f"{name}.mlir"
            file.write_text(text)
        say(f"drawing inputs of {file.name} for {tokens} tokens, seed {seed}")
        inputs = draw(text, tokens, seed, folder)
        size = sum(array.nbytes for array in inputs.values())
        say(f"{size / 2**30:.2f} GiB; compiling and running, checked against the reference route")
        outputs, report = run_compiled(file, inputs, results, tokens, folder, extra)
    say("the same in numpy, f64")
    comparison = check.Comparison(name, inputs, outputs, **(numpy_sizes or {}))
    say("done")
    return report, comparison


def summary(report, comparison):
    """What happened, on a few lines."""
    for layer in report["stats"]["layers"]:
        counts = layer["tokens_per_expert"]
        if counts:
            busy = sum(1 for count in counts if count)
            yield (f"routing: {layer['rows']} rows on {busy} of {len(counts)} experts, "
                   f"{min(counts)} to {max(counts)} each")
    stats, seconds = report["stats"], report["seconds"]
    if stats["macs_dense"]:
        yield (f"multiply-adds: {stats['macs']:,} of {stats['macs_dense']:,} "
               f"that every expert on every token would cost")
    yield (f"stages: {' '.join(report['stages'])}; compiled for {report['device']} in {seconds['compile']:.2f} s, "
           f"ran in {seconds['run_min']:.3f} s")
    own = report["check"]
    yield f"reference route: error {own['error']:.1e} (tolerance {own['tolerance']:.0e}), {own['ids_differ']} ids differ"
    for name, error in comparison.errors.items():
        yield f"numpy in f64, {name}: error {error:.1e} (tolerance {comparison.tolerance:.0e})"
    yield f"numpy in f64, experts: {comparison.differ} tokens differ, {comparison.illegal} of them without a near tie"
    yield "passed" if own["passed"] and comparison.passed else "FAILED"


def at_least(low):
    """Reads an integer that is not less."""
    def integer(text):
        if not re.fullmatch(r"\d+", text) or int(text) < low:
            raise argparse.ArgumentTypeError(f"expects an integer of at least {low}, found {text}")
        return int(text)
    return integer


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    layers = [name for name in generate.names() if name != "routers"]
    parser.add_argument("name", choices=layers)
    parser.add_argument("--tokens", type=at_least(0), default=32, help="number of tokens T (default: 32)")
    parser.add_argument("--seed", type=at_least(0), default=0)
    parser.add_argument("--threads", type=at_least(1), help="threads of moe-run")
    parser.add_argument("--device", choices=["cpu", "reference"], help="of moe-run (default: cpu)")
    for flag in ("hidden", "intermediate", "experts", "shared"):
        parser.add_argument(f"--{flag}", type=int, help="instead of the real size")
    parser.add_argument("--dtype", choices=list(TYPES))
    options = vars(parser.parse_args())
    threads = options.pop("threads")
    device = options.pop("device")
    extra = ["--threads", str(threads)] if threads else []
    extra += ["--device", device] if device else []
    try:
        report, comparison = execute(extra=extra, **options)
    except ValueError as error:
        parser.error(str(error))
    for line in summary(report, comparison):
        print(f"  {line}")
    return 0 if report["check"]["passed"] and comparison.passed else 1


if __name__ == "__main__":
    sys.exit(main())
