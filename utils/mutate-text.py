#!/usr/bin/env python3
"""Breaks IR files in random ways; moe-opt must never crash on one of them.

usage: mutate-text.py --moe-opt=PATH [--count=N] [--seed=N] [--keep=FOLDER]
                      [--root=FOLDER] [--upstream=FILE]

Takes the programs of test/ and examples/, changes a few tokens or lines of each
copy, and runs moe-opt on them in batches, with and without passes. A mutant may
be accepted or rejected with a diagnostic. It may not crash the tool, hang it, or
be accepted and then not survive the round trip through text and bytecode.

Where a batch dies, its mutants are run one by one. A crash without our code near
the end of its stack is one of upstream: those are listed in --upstream, one
regular expression a line. One that is not listed is printed, and a failure where
--strict asks for it. Anything else fails. Both are written to --keep.
"""
import argparse
import pathlib
import random
import re
import subprocess
import sys

TOKEN = re.compile(r"[%@#!^]?[\w.$-]+|\"[^\"\n]*\"|->|\s+|.", re.DOTALL)
NUMBERS = ["0", "1", "-1", "2", "3", "7", "8", "64", "2147483647", "2147483648",
           "-9223372036854775808", "9223372036854775807", "99999999999999999999", "1.0",
           "0x7F800000", "?"]
TYPES = ["f32", "f64", "f16", "bf16", "i1", "i32", "i64", "index", "none", "tensor<?xf32>",
         "tensor<?x8xf32>", "tensor<*xf32>", "memref<?x8xf32>", "vector<4xf32>", "tensor<f32>",
         "tensor<0x0xf32>", "complex<f32>", "tuple<>"]
MARKS = list("()[]{}<>:,=") + ["->", "", " "]
SEPARATOR = "// -----\n"
BATCH = 40
PIPELINES = [
    [],
    ["--verify-roundtrip"],
    ["--canonicalize", "--cse"],
    ["--convert-moe-to-linalg"],
    ["--moe-reference=stop-after=structured"],
    ["--moe-fuse-gating", "--moe-plan-dispatch", "--moe-fuse-experts"],
    ["--one-shot-bufferize=bufferize-function-boundaries=1"],
    ["--loop-invariant-code-motion", "--inline"],
    ["--moe-eliminate-zero-gates=assume-finite", "--moe-simplify-routing"],
    ["--moe-flatten-time", "--moe-flatten-hierarchy"],
    ["--moe-optimize", "--moe-optimize=assume-finite"],
    ["--moe-promote-to-f64", "--moe-reference"],
    ["--moe-print-cost"],
    ["--moe-check-indices", "--moe-instrument", "--convert-moe-to-linalg",
     "--moe-count-contractions", "--moe-report-failures"],
]


def split_programs(text):
    """The programs of a file, without the comments that drive its test."""
    for program in re.split(r"^// -----.*$", text, flags=re.MULTILINE):
        lines = [line for line in program.splitlines() if not line.lstrip().startswith("//")]
        if any(line.strip() for line in lines):
            yield "\n".join(lines) + "\n"


def mutate_tokens(rng, text, words):
    tokens = TOKEN.findall(text)
    places = [i for i, token in enumerate(tokens) if not token.isspace()]
    if not places:
        return text
    place = rng.choice(places)
    kind = rng.randrange(6)
    if kind == 0:
        tokens[place] = ""
    elif kind == 1:
        tokens[place] += " " + tokens[place]
    elif kind == 2:
        other = rng.choice(places)
        tokens[place], tokens[other] = tokens[other], tokens[place]
    elif kind == 3:
        numbers = [i for i in places if re.match(r"-?\d", tokens[i])]
        place = rng.choice(numbers or places)
        # A dimension and its element type are one token: 8x16xf32.
        tokens[place] = re.sub(r"\d+", lambda _: rng.choice(NUMBERS), tokens[place], count=1)
    elif kind == 4:
        tokens[place] = rng.choice(TYPES if rng.random() < 0.5 else MARKS)
    else:
        tokens[place] = rng.choice(words)
    return "".join(tokens)


def mutate_everywhere(rng, text):
    """Changes one size, element type or flag wherever it stands: often still valid."""
    choices = sorted(set(re.findall(
        r"\b(?:f32|f64|f16|bf16|i32|i1|index)\b|(?<![\w.])\d+(?=x|>|\b)|\?(?=x)|"
        r"\b(?:softmax|sigmoid|identity|relu|sum|all|transposed|gather|accumulate|"
        r"unweighted|keep_zeros|scale_rows|cross_row|token_major|choice_major)\b", text)))
    if not choices:
        return text
    old = rng.choice(choices)
    if old.isdigit() or old == "?":
        new = rng.choice(NUMBERS[:8] + ["?"])
    elif old in TYPES:
        new = rng.choice(TYPES[:8])
    else:
        new = rng.choice(choices + ["relu", "sigmoid", "identity", "softmax", ""])
    return re.sub(rf"(?<![\w.]){re.escape(old)}(?=x|\b|[^\w])", lambda _: new, text)


def mutate_lines(rng, text):
    lines = text.splitlines()
    place = rng.randrange(len(lines))
    kind = rng.randrange(4)
    if kind == 0:
        del lines[place]
    elif kind == 1:
        lines.insert(place, lines[rng.randrange(len(lines))])
    elif kind == 2:
        other = rng.randrange(len(lines))
        lines[place], lines[other] = lines[other], lines[place]
    else:
        lines = lines[:place]
    return "\n".join(lines) + "\n"


def mutate(rng, text, words):
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        kind = rng.random()
        if kind < 0.4:
            text = mutate_everywhere(rng, text)
        elif kind < 0.5 and text.strip():
            text = mutate_lines(rng, text)
        else:
            text = mutate_tokens(rng, text, words)
    # The separator of programs would change what belongs to which mutant.
    return text.replace("// -----", "")


def is_ours(error):
    """Our code is close to where the stack of a crash ends. Further out it may
    only have called the parser, or a pass, that crashed by itself."""
    frames = [line for line in error.splitlines() if re.match(r"\s*#\d+ ", line)]
    support = r"/lib(LLVM|c|stdc\+\+|gcc_s|asan)\.so|llvm::sys::|/nptl/|/sysdeps/|/stdlib/|__asan"
    inner = [frame for frame in frames if not re.search(support, frame)][:5]
    return not inner or any("mlir::moe::" in frame for frame in inner)


class Runner:
    def __init__(self, tool, upstream):
        self.tool = tool
        self.upstream = upstream
        self.accepted = self.rejected = self.known = 0
        self.failures = []
        self.unlisted = []

    def run(self, programs, pipeline):
        """(exit status, output, errors) of one process; status None: it hung."""
        try:
            done = subprocess.run(
                [self.tool, "-", "--split-input-file", "--allow-unregistered-dialect",
                 *pipeline],
                input=("\n" + SEPARATOR).join(programs), text=True, capture_output=True,
                timeout=60 + 2 * len(programs))
        except subprocess.TimeoutExpired:
            return None, "", ""
        return done.returncode, done.stdout, done.stderr

    def run_batch(self, programs, pipeline):
        status, output, _ = self.run(programs, pipeline)
        if status in (0, 1):
            # What is rejected leaves nothing between two separators.
            accepted = sum(bool(part.strip()) for part in output.split(SEPARATOR))
            self.accepted += accepted
            self.rejected += len(programs) - accepted
            return
        if len(programs) > 1:
            for program in programs:
                self.run_batch([program], pipeline)
            return
        self.blame(programs[0], pipeline)

    def blame(self, program, pipeline):
        status, _, error = self.run([program], pipeline)
        if status in (0, 1):
            what = "crashed in company, not alone"
        elif status is None:
            what = "hung"
        else:
            if not is_ours(error):
                if any(re.search(pattern, error) for pattern in self.upstream):
                    self.known += 1
                else:
                    self.unlisted.append((program, pipeline, error))
                return
            what = "crashed in our code"
        self.failures.append((what, program, pipeline, error))


def main():
    here = pathlib.Path(__file__).resolve().parent.parent
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--moe-opt", required=True)
    parser.add_argument("--count", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    parser.add_argument("--strict", action="store_true")
    parser.add_argument("--keep", type=pathlib.Path)
    parser.add_argument("--root", type=pathlib.Path, default=here)
    parser.add_argument("--upstream", type=pathlib.Path,
                        default=here / "test/Mutation/upstream-crashes.txt")
    options = parser.parse_args()
    print(f"seed: {options.seed}")
    rng = random.Random(options.seed)

    programs = []
    for folder in ("test", "examples"):
        for path in sorted((options.root / folder).rglob("*.mlir")):
            programs += split_programs(path.read_text())
    if not programs:
        sys.exit("no programs to mutate")
    words = sorted({token for program in programs for token in TOKEN.findall(program)
                    if not token.isspace()})
    upstream = [line.strip() for line in options.upstream.read_text().splitlines()
                if line.strip() and not line.startswith("#")]

    runner = Runner(options.moe_opt, upstream)
    # Many test inputs are wrong on purpose; what is right is worth more.
    _, output, _ = runner.run(programs, [])
    parts = output.split(SEPARATOR)
    valid = [program for program, part in zip(programs, parts) if part.strip()] or programs
    left = options.count
    while left > 0:
        batch = [mutate(rng, rng.choice(valid if rng.random() < 0.8 else programs), words)
                 for _ in range(min(BATCH, left))]
        runner.run_batch(batch, rng.choice(PIPELINES))
        left -= len(batch)

    unlisted = [("crashed in upstream, and is not listed", *crash) for crash in runner.unlisted]
    for index, (what, program, pipeline, error) in enumerate(runner.failures + unlisted):
        print(f"{what}: moe-opt {' '.join(pipeline)}")
        print("\n".join(error.splitlines()[:40]) if "crashed" in what else "")
        if options.keep:
            options.keep.mkdir(parents=True, exist_ok=True)
            kept = options.keep / f"mutant-{options.seed}-{index}.mlir"
            kept.write_text(f"// {what}: moe-opt {' '.join(pipeline)}\n{program}")
            print(f"kept: {kept}")
        else:
            print(program)
    print(f"{options.count} mutants of {len(programs)} programs: "
          f"{runner.accepted} accepted, {runner.rejected} rejected, "
          f"{runner.known} known and {len(unlisted)} other crashes of upstream, "
          f"{len(runner.failures)} failures")
    return 1 if runner.failures or (options.strict and unlisted) else 0


if __name__ == "__main__":
    sys.exit(main())
