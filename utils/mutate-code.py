#!/usr/bin/env python3
"""Breaks our own code on purpose; some test must notice.

usage: mutate-code.py --build=FOLDER [--sample=N] [--seed=N] [--only=NAME]
                      [--list=FILE] [--root=FOLDER]

Each mutation of --list (test/Mutation/code-mutations.json) replaces a piece of
text, which stands exactly once in its file. The changed file is compiled with
the command that --build was built with, linked in front of the unchanged
libraries into a copy of the tools, and the mutation's tests are run with these.
Nothing in the source folder or in --build changes.

A mutation that no test notices is a failure; so are one that no longer applies,
whether it is in the sample or not, and tests that already fail without it.
"""
import argparse
import json
import os
import pathlib
import random
import shlex
import shutil
import subprocess
import sys
import tempfile


class Failed(Exception):
    """A mutation that could not be tried."""


def run(command, folder):
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise Failed(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
    return done.stdout


class Build:
    """A build folder, and how it compiles and links."""

    def __init__(self, folder):
        self.folder = folder
        with open(folder / "compile_commands.json") as file:
            self.commands = {entry["file"]: entry for entry in json.load(file)}

    def compile(self, original, changed, result):
        entry = self.commands.get(str(original))
        if not entry:
            raise Failed(f"{original}: not part of the build")
        words = shlex.split(entry["command"])
        words[words.index("-o") + 1] = str(result)
        # Headers beside the file are found from its old place.
        words = [f"-I{original.parent}" if word == str(original) else word for word in words]
        words[words.index("-c") + 1:] = []
        run([*words, f"-I{original.parent}", "-c", str(changed)], entry["directory"])

    def link(self, tool, changed, result):
        lines = run(["ninja", "-t", "commands", f"bin/{tool}"], self.folder).splitlines()
        words = shlex.split(lines[-1])
        # CMake wraps the command: `: && c++ ... && :`.
        words = [word for word in words if word not in (":", "&&")]
        words[words.index("-o") + 1] = str(result)
        first_archive = next(i for i, word in enumerate(words) if word.endswith(".a"))
        words.insert(first_archive, str(changed))
        run(words, self.folder)


def run_tests(build, tests, scratch, tools=None):
    """The names of the tests that fail."""
    results = scratch / "results.json"
    parameters = [f"-Dmoe_exec_root={scratch / 'test'}"]
    if tools:
        parameters.append(f"-Dmoe_tools={tools}")
    subprocess.run(
        [sys.executable, "/usr/bin/lit-22", "-q", *parameters, "--output", str(results),
         *(str(build.folder / "test" / test) for test in tests)],
        capture_output=True, text=True)
    if not results.exists():
        raise Failed(f"lit ran nothing of {' '.join(tests)}")
    with open(results) as file:
        outcome = json.load(file)["tests"]
    results.unlink()
    if len(outcome) < len(tests):
        raise Failed(f"lit found {len(outcome)} tests, expected {' '.join(tests)}")
    return [test["name"] for test in outcome if test["code"] not in ("PASS", "UNSUPPORTED")]


def why_not(mutation, root):
    """Why a mutation does not apply; empty: it does."""
    try:
        found = (root / mutation["file"]).read_text().count(mutation["find"])
    except OSError as error:
        return str(error)
    return "" if found == 1 else f"expects its text once in {mutation['file']}, found it {found} times"


def apply(mutation, root, scratch):
    """The file, and a changed copy of it."""
    original = root / mutation["file"]
    changed = scratch / original.name
    changed.write_text(original.read_text().replace(mutation["find"], mutation["replace"]))
    return original, changed


def try_mutation(mutation, root, build, scratch):
    """The tests that notice."""
    original, changed = apply(mutation, root, scratch)
    already = run_tests(build, mutation["tests"], scratch)
    if already:
        raise Failed(f"fails without the mutation: {' '.join(already)}")
    compiled = scratch / "changed.o"
    build.compile(original, changed, compiled)
    tools = scratch / "bin"
    shutil.rmtree(tools, ignore_errors=True)
    tools.mkdir()
    for tool in mutation.get("tools", ["moe-opt"]):
        build.link(tool, compiled, tools / tool)
    return run_tests(build, mutation["tests"], scratch, tools)


def main():
    here = pathlib.Path(__file__).resolve().parent.parent
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--root", type=pathlib.Path, default=here)
    parser.add_argument("--list", type=pathlib.Path,
                        default=here / "test/Mutation/code-mutations.json")
    parser.add_argument("--sample", type=int)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    parser.add_argument("--only")
    options = parser.parse_args()

    mutations = json.loads(options.list.read_text())
    if options.only:
        mutations = [m for m in mutations if m["name"] == options.only]
    unnoticed = 0
    for mutation in list(mutations):
        if reason := why_not(mutation, options.root):
            print(f"NOT TRIED {mutation['name']}: {reason}", flush=True)
            mutations.remove(mutation)
            unnoticed += 1
    if options.sample is not None:
        print(f"seed: {options.seed}")
        mutations = random.Random(options.seed).sample(
            mutations, min(options.sample, len(mutations)))
    build = Build(options.build.resolve())
    number = len(mutations) + unnoticed
    with tempfile.TemporaryDirectory(prefix="moe-mutants-") as folder:
        for mutation in mutations:
            try:
                noticed = try_mutation(mutation, options.root, build, pathlib.Path(folder))
            except Failed as failure:
                print(f"NOT TRIED {mutation['name']}: {failure}", flush=True)
                unnoticed += 1
                continue
            if noticed:
                print(f"noticed {mutation['name']}: {', '.join(noticed)}", flush=True)
            else:
                print(f"NOT NOTICED {mutation['name']}: {mutation['file']}", flush=True)
                unnoticed += 1
    print(f"{number} mutations, {unnoticed} not noticed")
    return 0 if number and not unnoticed else 1


if __name__ == "__main__":
    sys.exit(main())
