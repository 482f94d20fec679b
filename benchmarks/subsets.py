# ===- subsets.py - What run.py is asked to measure --------------------------=== #
"""Subsets of the points, and the options of run.py."""

import argparse
import math
import os
import pathlib
import shutil

import cases
from peers import NAMES

ROOT = cases.ROOT
PEERS = [name for name in NAMES if name != "ours"]
FIRST = ["granite-3.1-1b-a400m", "olmoe-1b-7b"]
OTHERS = [name for name in cases.LAYERS if name not in FIRST]
STRONGEST = ["zentorch", "vllm", "sgl", "ggml"]
EXPERTS = {"whats": ["experts"], "seconds": 0.7}
#: Of each subset the parts, one after the other; what is given counts for all of them.
SUBSETS = {
    "quick": [{"layers": FIRST[:1], "tokens": [1, 16, 1024], "routings": ["uniform"], "seconds": 0.5, "minutes": 3.5}],
    "default": [{"layers": FIRST, "tokens": [1, 16, 256, 1024], "routings": ["uniform"], "seconds": 0.7, "minutes": 13}],
    "tables": [
        {"layers": FIRST, "tokens": [1, 16, 256, 1024], "routings": ["uniform"], "seconds": 0.7, "minutes": 60},
        {**EXPERTS, "layers": OTHERS, "tokens": [1, 64, 256], "routings": ["uniform"], "peers": STRONGEST},
        {"layers": [*FIRST, *OTHERS], "tokens": [64], "routings": ["uniform"], "whats": ["layer"], "peers": [],
         "seconds": 0.7},
        {**EXPERTS, "layers": FIRST, "tokens": [4, 64, 4096], "routings": ["uniform"], "peers": STRONGEST},
        {**EXPERTS, "layers": FIRST, "tokens": [1, 16, 64, 256, 1024], "routings": ["zipf", "one-hot"], "peers": []},
        {**EXPERTS, "layers": FIRST, "tokens": [1, 64, 1024], "routings": ["uniform"], "threads": [1], "peers": []},
        {**EXPERTS, "layers": FIRST[:1], "tokens": [16, 256], "routings": ["zipf", "one-hot"], "peers": STRONGEST},
        {**EXPERTS, "layers": FIRST[:1], "tokens": [1, 64, 1024], "routings": ["uniform"], "threads": [1], "peers": STRONGEST},
        {**EXPERTS, "layers": ["switch-base-8", "qwen3-30b-a3b"], "tokens": [64], "routings": ["uniform"],
         "peers": [name for name in PEERS if name not in STRONGEST]},
        {"layers": list(cases.PAPERS), "tokens": [1, 16, 256, 1024], "routings": ["uniform"], "seconds": 0.7},
    ],
    "full": [{"layers": [*cases.LAYERS, *cases.PAPERS], "tokens": list(cases.TOKENS),
              "routings": ["uniform", "zipf", "one-hot"], "threads": sorted({1, os.cpu_count()}),
              "whats": ["experts", "layer"], "seconds": 2.0, "minutes": math.inf}],
}


def positive(text):
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"expects a number of at least 1, found {text}")
    return number


def duration(text):
    number = float(text)
    if not number > 0:
        raise argparse.ArgumentTypeError(f"expects more than 0, found {text}")
    return number


def given_sizes(options):
    """What is given instead of the sizes of every layer."""
    return {name: getattr(options, name) for name in ("experts", "hidden", "intermediate")
            if getattr(options, name)}


def parse(description):
    """What is asked for in all, and the options of each part of the subset."""
    parser = argparse.ArgumentParser(description=description,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    subsets = parser.add_mutually_exclusive_group()
    for subset in ("quick", "tables", "full"):
        subsets.add_argument(f"--{subset}", dest="subset", action="store_const", const=subset, default="default")
    parser.add_argument("--layers", nargs="+", choices=[*cases.LAYERS, *cases.PAPERS], metavar="LAYER")
    parser.add_argument("--dtypes", nargs="+", choices=["f32", "bf16"], default=["f32", "bf16"])
    parser.add_argument("--tokens", nargs="+", type=positive)
    parser.add_argument("--routings", nargs="+", choices=cases.ROUTINGS)
    parser.add_argument("--threads", nargs="+", type=positive, help="default: all cores")
    parser.add_argument("--whats", nargs="+", choices=["experts", "layer"],
                        help="the choice is given, or made too; default: both, the latter without peers")
    parser.add_argument("--peers", nargs="*", choices=PEERS, metavar="PEER",
                        help=f"of {', '.join(PEERS)}; default: all")
    for size in ("experts", "hidden", "intermediate"):
        parser.add_argument(f"--{size}", type=positive, help="instead of that of every layer")
    parser.add_argument("--seconds", type=duration, help="of the calls of one point")
    parser.add_argument("--minutes", type=duration, help="after these no point is begun")
    parser.add_argument("--timeout", type=duration, default=180, help="seconds for one answer")
    parser.add_argument("--again", action="store_true", help="try again what failed")
    parser.add_argument("--package", type=pathlib.Path, default=ROOT / "build" / "release" / "python",
                        help="the folder of the built Python package")
    parser.add_argument("--environments", type=pathlib.Path, default=ROOT / "build" / "peers",
                        help="where install_peers.py has put them")
    parser.add_argument("--results", type=pathlib.Path, default=ROOT / "build" / "benchmarks" / "results.jsonl")
    parser.add_argument("--cc", default="cc", help="the C compiler for the roof")
    options = parser.parse_args()
    options.package, options.environments, options.results = (
        path.resolve() for path in (options.package, options.environments, options.results))
    options.log = options.results.with_suffix(".log")
    options.minutes = options.minutes or SUBSETS[options.subset][0]["minutes"]
    parts = [fill(options, part) for part in SUBSETS[options.subset]]
    try:
        for name in {name for part in parts for name in part.layers}:
            cases.get(name, **given_sizes(options))
    except ValueError as error:
        parser.error(str(error))
    if not shutil.which(options.cc):
        parser.error(f"expects a C compiler, found no {options.cc}; --cc says which")
    if not list(options.package.glob("moe/_moe*.so")):
        parser.error(f"expects the built Python package in {options.package}; --package says where it is")
    return options, parts


def fill(options, part):
    """The options of a part of a subset: what is not given is as the part says."""
    filled = argparse.Namespace(**vars(options))
    for name, value in part.items():
        if getattr(filled, name) is None:
            setattr(filled, name, value)
    filled.peers = PEERS if filled.peers is None else filled.peers
    filled.against = filled.whats or ["experts"]
    filled.whats = filled.whats or ["experts", "layer"]
    filled.threads = filled.threads or [os.cpu_count()]
    return filled
