# ===- check.py - A program against its numpy layer -------------------------=== #
"""Holds an example against its layer in numpy, in f64.

    python -m moe.check examples/olmoe-1b-7b.mlir --dim T=16
"""

import argparse
import pathlib
import sys

import numpy as np

from . import layers
from .formats import is_bf16

#: |a-b|/|b| of a row in the 2-norm, by the coarsest type among the arguments.
TOLERANCE = {"f64": 1e-12, "f32": 1e-5, "f16": 2e-3, "bf16": 1e-2}
#: How far two keys may be apart and still be chosen in either order.
NEAR_TIE = {"f64": 1e-12, "f32": 1e-4, "f16": 2e-2, "bf16": 1e-1}


def type_name(array):
    return "bf16" if is_bf16(array) else f"f{array.dtype.itemsize * 8}"


def coarsest(arrays):
    names = [type_name(a) for a in arrays if is_bf16(a) or a.dtype.kind == "f"]
    return max(names, key=list(TOLERANCE).index)


def row_errors(a, b):
    """|a-b|/|b| of each row; 0 where both are zero."""
    a, b = (np.reshape(v, (-1, v.shape[-1])) for v in (a, b))
    difference, size = np.linalg.norm(a - b, axis=1), np.linalg.norm(b, axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(difference == 0, 0, difference / size)


class Comparison:
    """error: the largest over all rows and float results; differ: tokens whose
    experts are not those of the reference; illegal: those among them that were
    no near tie."""

    def __init__(self, name, inputs, outputs, **sizes):
        if "jacobs" not in name:
            sizes.setdefault("k", outputs["experts"].shape[1])
        kind = coarsest(inputs.values())
        self.tolerance = TOLERANCE[kind]
        expected, routing = layers.evaluate(name, inputs, [outputs["experts"]], **sizes)
        self.differ = sum(int(d.sum()) for d in routing.differ)
        self.illegal = sum(int((d & (g > NEAR_TIE[kind])).sum())
                           for d, g in zip(routing.differ, routing.gaps))
        self.errors = {}
        for key, value in outputs.items():
            if key in expected and (is_bf16(value) or value.dtype.kind == "f"):
                self.errors[key] = float(row_errors(layers.f64(value), expected[key]).max(initial=0))
        self.error = max(self.errors.values())
        self.passed = self.illegal == 0 and self.error <= self.tolerance  # false for NaN


def parse_size(text):
    name, _, size = text.partition("=")
    if not size.isdigit():
        raise argparse.ArgumentTypeError(f"expects NAME=SIZE, found {text}")
    return name, int(size)


def main(arguments=None):
    from . import compiler

    parser = argparse.ArgumentParser(prog="python -m moe.check", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file")
    parser.add_argument("--layer", help=f"one of {', '.join(layers.LAYERS)} (default: the file's name)")
    parser.add_argument("--dim", type=parse_size, action="append", default=[], metavar="NAME=SIZE")
    parser.add_argument("--size", type=parse_size, action="append", default=[], metavar="NAME=SIZE",
                        help="k, capacity or segment, where it is not the published one")
    parser.add_argument("--entry", default="layer", help="the function (layer)")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    name = options.layer or pathlib.Path(options.file).stem
    if name not in layers.LAYERS:
        parser.error(f"expects one of the layers {', '.join(layers.LAYERS)}, found {name}")
    try:
        function = compiler.compile(pathlib.Path(options.file), entry=options.entry)
        inputs = function.draw(options.seed, dict(options.dim))
        outputs = function.run(**inputs)
    except (compiler.CompileError, compiler.RunError) as error:
        print(error, file=sys.stderr)
        return 1
    try:
        result = Comparison(name, inputs, outputs, **dict(options.size))
    except (KeyError, TypeError, ValueError) as error:
        print(f"{options.file}: expects the arguments, results and sizes of {name}, found others ({error!r})",
              file=sys.stderr)
        return 1
    verdict = "passed" if result.passed else "FAILED"
    print(f"{name} against numpy in f64, {len(inputs['x'])} tokens: {verdict}")
    for key, error in result.errors.items():
        print(f"  {key}: largest |a-b|/|b| of a row {error:.2e} (tolerance {result.tolerance:.0e})")
    print(f"  experts: {result.differ} tokens chose others, {result.illegal} of them not a near tie")
    return 0 if result.passed else 1


if __name__ == "__main__":
    sys.exit(main())
