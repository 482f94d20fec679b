#!/usr/bin/env python3
"""Names tell where things are.

A pass `moe-foo-bar` of include/moe/<folder>/*Passes.td is `FooBarPass`, lies in
lib/<folder>/FooBar.cpp, and test/<folder>/foo-bar.mlir names it. Every folder of
test/ mirrors one of lib/, or is one of those listed here.
"""
import re
import sys

import project

PASS = re.compile(r'^def\s+(\w+)\s*:\s*(?:Interface)?Pass<\s*"([^"]+)"', re.MULTILINE)
OWN_FOLDERS = {
    "Docs": "the pages of docs/",
    "Integration": "runs programs",
    "Mutation": "broken inputs, broken code",
    "Packaging": "outside projects",
    "Python": "the package",
    "Tools": "main programs",
    "Unit": "pure libraries",
    "Utils": "the checks themselves",
}

# What is only seen through programs, and the folder whose tests run them.
THROUGH_PROGRAMS = {"Execution": "Tools", "Runtime": "Tools"}


def main():
    root = project.parse_root(__doc__)
    errors = []
    passes = 0
    for table in project.list_files(root, ["include/moe"], {".td"}):
        if not table.name.endswith("Passes.td"):
            continue
        folder = table.parent.relative_to(root / "include/moe").as_posix()
        for name, argument in PASS.findall(table.read_text()):
            passes += 1
            where = f"{table.relative_to(root).as_posix()}: {argument}"
            words = argument.removeprefix("moe-")
            if words == argument and not argument.startswith("convert-"):
                errors.append(f"{where}: expects a name that starts with moe- or convert-")
            camel = "".join(word.capitalize() for word in words.split("-"))
            if name.lower() != camel.lower() + "pass":
                errors.append(f"{where}: expects class {camel}Pass, found {name}")
            source = root / "lib" / folder / f"{name.removesuffix('Pass')}.cpp"
            if not source.exists():
                errors.append(f"{where}: expects {source.relative_to(root).as_posix()}")
            test = root / "test" / folder / f"{words}.mlir"
            if not test.exists():
                errors.append(f"{where}: expects {test.relative_to(root).as_posix()}")
            elif not re.search(rf"(?<!\w)(?<!\w-){re.escape(argument)}(?![\w-])", test.read_text()):
                errors.append(f"{where}: {test.relative_to(root).as_posix()} does not run it")
    for folder in sorted(path for path in (root / "test").iterdir() if path.is_dir()):
        if not (folder.name in OWN_FOLDERS or (root / "lib" / folder.name).is_dir()
                or folder.name in project.SKIPPED):
            errors.append(f"test/{folder.name}: mirrors no folder of lib/")
    for folder in sorted(path for path in (root / "lib").iterdir() if path.is_dir()):
        mirror = THROUGH_PROGRAMS.get(folder.name, folder.name)
        tests = project.list_files(root, [f"test/{mirror}"], {".mlir", ".test", ".py"})
        units = [path for path in project.list_files(root, ["test/Unit"], {".cpp"})
                 if f"moe/{folder.name}/" in path.read_text()]
        if any(folder.glob("*.cpp")) and not tests and not units:
            errors.append(f"lib/{folder.name}: has no test in test/{folder.name} or test/Unit")
    return project.report("check-mirror", errors, passes)


if __name__ == "__main__":
    sys.exit(main())
