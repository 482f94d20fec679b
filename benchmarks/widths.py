#!/usr/bin/env python3
# ===- widths.py - Widths that nobody planned for ---------------------------=== #
"""Times experts of odd widths against those of the next larger multiple of 64,
in turns. There is less to do: more than --most times as long is a cliff.

    widths.py --package build/release/python [--widths N...] [--tokens N...]

A width is that of the rows (hidden) or that between the matrices of an expert
(intermediate); the other one is 512. Experts, choices and bodies are those of a
layer of examples/. A point above --most is measured once more, four times as
long. Exit status 1 where it is above yet, 2 where something cannot be measured.
"""

import argparse
import os
import pathlib
import sys

import cases
import paired
from duel import Failure, Worker, duel
from subsets import duration, positive

OTHER = 512


def next_multiple(width):
    return (width // 64 + 1) * 64


def compare(options, dtype, side, width):
    """For each number of tokens: how many times as long as the next multiple of 64 it takes."""
    workers = []
    try:
        for size in (width, next_multiple(width)):
            workers.append(Worker("ours", options.threads, options))
            sizes = {"hidden": OTHER, "intermediate": OTHER, side: size}
            workers[-1].load(layer=options.layer, dtype=dtype, what="experts", threads=options.threads, sizes=sizes)
        for tokens in options.tokens:
            for seconds in (options.seconds, 4 * options.seconds):
                rounds, _ = duel([(worker, tokens, "uniform") for worker in workers], seconds)
                ratio = paired.compare(*reversed(rounds))["ratio"]
                if ratio <= options.most:  # else longer: others use the machine too
                    break
            yield ratio
    finally:
        for worker in workers:
            worker.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--package", type=pathlib.Path, default=cases.ROOT / "build" / "release" / "python",
                        help="the folder of the built Python package")
    parser.add_argument("--layer", choices=cases.LAYERS, metavar="LAYER", default="granite-3.1-1b-a400m")
    parser.add_argument("--widths", nargs="+", type=positive, metavar="N",
                        default=[1, 3, 17, 65, 176, 704, 1023, 1024, 1025, 1856, 2048, 2880, 4096])
    parser.add_argument("--sides", nargs="+", choices=["hidden", "intermediate"],
                        default=["hidden", "intermediate"])
    parser.add_argument("--dtypes", nargs="+", choices=["f32", "bf16"], default=["f32", "bf16"])
    parser.add_argument("--tokens", nargs="+", type=positive, default=[1, 64, 512])
    parser.add_argument("--threads", type=positive, default=os.cpu_count())
    parser.add_argument("--seconds", type=duration, default=1.0, help="of the calls of one point")
    parser.add_argument("--most", type=duration, default=1.1, help="times as long that are no cliff")
    options = parser.parse_args()
    if not list(options.package.glob("moe/_moe*.so")):
        parser.error(f"expects the built Python package in {options.package}; --package says where it is")
    options.log, options.timeout, options.environments = os.devnull, 180, None
    options.package = options.package.resolve()
    print(f"{options.layer}, experts only, {options.threads} threads: times as long as the next multiple of 64\n")
    print("| side | width | type | " + " | ".join(f"{tokens} tokens" for tokens in options.tokens) + " |")
    print("|---|--:|---|" + "--:|" * len(options.tokens))
    cliffs = 0
    try:
        for side in options.sides:
            for width in options.widths:
                for dtype in options.dtypes:
                    ratios = list(compare(options, dtype, side, width))
                    cliffs += sum(ratio > options.most for ratio in ratios)
                    print(f"| {side} | {width} | {dtype} | " + " | ".join(f"{r:.2f}" for r in ratios) + " |", flush=True)
    except Failure as failure:
        print(failure, file=sys.stderr)
        return 2
    return 1 if cliffs else 0


if __name__ == "__main__":
    sys.exit(main())
