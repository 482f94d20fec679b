#!/usr/bin/env python3
# ===- widths.py - Widths that nobody planned for ---------------------------=== #
"""Times experts of odd widths against those of the next larger multiple of 64,
in turns: more than 1 times as long, although there is less to do, is a cliff.

    widths.py --package build/release/python [--widths N...] [--tokens N...]

A width is that of the rows (hidden) or that between the matrices of an expert
(intermediate); the other one is 512. Experts, choices and bodies are those of a
layer of examples/. Exit status 1 where a point takes more than --most times.
"""

import argparse
import os
import pathlib
import sys

import cases
import paired
from duel import Failure, Worker, duel

OTHER = 512


def next_multiple(width):
    return (width // 64 + 1) * 64


def compare(options, dtype, side, width):
    """By tokens: how many times as long as the next multiple of 64 takes."""
    workers = []
    try:
        for size in (width, next_multiple(width)):
            workers.append(Worker("ours", options.threads, options))
            sizes = {"hidden": OTHER, "intermediate": OTHER, side: size}
            workers[-1].load(layer=options.layer, dtype=dtype, what="experts", threads=options.threads, sizes=sizes)
        for tokens in options.tokens:
            rounds, _ = duel([(worker, tokens, "uniform") for worker in workers], options.seconds)
            yield tokens, paired.compare(*reversed(rounds))
    finally:
        for worker in workers:
            worker.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--package", type=pathlib.Path, default=cases.ROOT / "build" / "release" / "python",
                        help="the folder of the built Python package")
    parser.add_argument("--layer", choices=cases.LAYERS, metavar="LAYER", default="granite-3.1-1b-a400m")
    parser.add_argument("--widths", nargs="+", type=int, metavar="N",
                        default=[1, 3, 17, 65, 176, 704, 1023, 1024, 1025, 1856, 2048, 2880, 4096])
    parser.add_argument("--sides", nargs="+", choices=["hidden", "intermediate"],
                        default=["hidden", "intermediate"])
    parser.add_argument("--dtypes", nargs="+", choices=["f32", "bf16"], default=["f32", "bf16"])
    parser.add_argument("--tokens", nargs="+", type=int, default=[1, 64, 512])
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--seconds", type=float, default=1.0, help="of the calls of one point")
    parser.add_argument("--most", type=float, default=1.1, help="times as long that are no cliff")
    options = parser.parse_args()
    if min(options.widths + options.tokens) < 1:
        parser.error("expects widths and tokens of at least 1")
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
                    ratios = [result["ratio"] for _, result in compare(options, dtype, side, width)]
                    cliffs += sum(ratio > options.most for ratio in ratios)
                    print(f"| {side} | {width} | {dtype} | " + " | ".join(f"{r:.2f}" for r in ratios) + " |", flush=True)
    except Failure as failure:
        print(failure, file=sys.stderr)
        return 2
    return 1 if cliffs else 0


if __name__ == "__main__":
    sys.exit(main())
