#!/usr/bin/env python3
# ===- huge_pages.py - What huge pages bring --------------------------------=== #
"""Times experts whose parameters lie in huge pages, as the runtime asks for them,
against the same in a process to which the system gives none, in turns.

    huge_pages.py --package build/release/python [--layers LAYER...] [--tokens N...]

Linux alone, where /sys/kernel/mm/transparent_hugepage/enabled is not `never`.
"""

import argparse
import os
import pathlib
import sys

import cases
import paired
from duel import Failure, Worker, duel


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--package", type=pathlib.Path, default=cases.ROOT / "build" / "release" / "python",
                        help="the folder of the built Python package")
    parser.add_argument("--layers", nargs="+", choices=cases.LAYERS, metavar="LAYER",
                        default=["granite-3.1-1b-a400m", "olmoe-1b-7b"])
    parser.add_argument("--dtypes", nargs="+", choices=["f32", "bf16"], default=["f32", "bf16"])
    parser.add_argument("--tokens", nargs="+", type=int, default=[1, 64])
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--seconds", type=float, default=2.0, help="of the calls of one point")
    for size in ("experts", "hidden", "intermediate"):
        parser.add_argument(f"--{size}", type=int, help="instead of that of every layer")
    options = parser.parse_args()
    options.log, options.timeout, options.environments = os.devnull, 180, None
    options.package = options.package.resolve()
    sizes = {name: getattr(options, name) for name in ("experts", "hidden", "intermediate")
             if getattr(options, name)}
    for layer in options.layers:
        for dtype in options.dtypes:
            workers = [Worker("ours", options.threads, options) for _ in range(2)]
            try:
                workers[1].ask("refuse_huge_pages")
                for worker in workers:
                    worker.load(layer=layer, dtype=dtype, what="experts", threads=options.threads, sizes=sizes)
                huge, none = (worker.ask("huge_pages")["bytes"] for worker in workers)
                for tokens in options.tokens:
                    rounds, _ = duel([(worker, tokens, "uniform") for worker in workers], options.seconds)
                    result = paired.compare(*rounds)
                    low, high = result["quartiles"]
                    print(f"{layer} {dtype} T={tokens} {options.threads} threads: "
                          f"{1e3 * paired.summarize(rounds[0])['seconds']:.3f} ms with {huge >> 20} MiB in huge pages; "
                          f"with {none >> 20} MiB {result['ratio']:.3f} times that ({low:.3f} to {high:.3f})", flush=True)
            except Failure as failure:
                print(f"{layer} {dtype}: {failure}")
                return 1
            finally:
                for worker in workers:
                    worker.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
