#!/usr/bin/env python3
"""Files stay readable: up to 400 lines, lib/Pipeline/Stages.cpp up to 150.

Prints which pass files leave the 40 to 250 lines of docs/Style.md, and the size
of the whole; these do not fail.
"""
import sys

import project

LIMIT = 400
LIMITS = {"lib/Pipeline/Stages.cpp": 150}
SUFFIXES = {".cpp", ".h", ".td", ".py", ".sh", ".cmake"}


def main():
    root = project.parse_root(__doc__)
    errors = []
    files = project.list_files(
        root, ["lib", "include", "tools", "python", "utils", "cmake", "test", "examples",
               "benchmarks"], SUFFIXES)
    total = 0
    for path in files:
        name = path.relative_to(root).as_posix()
        text = path.read_text()
        lines = text.count("\n")
        limit = LIMITS.get(name, LIMIT)
        if lines > limit:
            errors.append(f"{name}: expects at most {limit} lines, found {lines}")
        if name.startswith(("lib/", "include/", "tools/")):
            total += lines
        if path.suffix == ".cpp" and "#define GEN_PASS_DEF_" in text and not 40 <= lines <= 250:
            print(f"note: {name}: a pass file of {lines} lines (40 to 250 read best)")
    print(f"lib, include and tools: {total} lines")
    return project.report("check-sizes", errors, len(files))


if __name__ == "__main__":
    sys.exit(main())
