#!/usr/bin/env python3
"""Every C++ file is as clang-format-22 writes it (.clang-format)."""
import shutil
import subprocess
import sys

import project


def main():
    root = project.parse_root(__doc__)
    if not shutil.which("clang-format-22"):
        project.fail("check-format: expects clang-format-22 (utils/setup.sh installs it)")
    files = project.list_files(
        root, ["include", "lib", "tools", "test", "python", "cmake"], {".cpp", ".h"})
    errors = []
    run = subprocess.run(
        ["clang-format-22", "--dry-run", *map(str, files)], capture_output=True, text=True)
    for line in run.stderr.splitlines():
        path = line.split(":")[0]
        if "[-Wclang-format-violations]" in line and path not in errors:
            errors.append(path)
    if run.returncode:
        errors.append(run.stderr)
    return project.report(
        "check-format", [f"{path}: clang-format-22 -i would change it" for path in errors],
        len(files))


if __name__ == "__main__":
    sys.exit(main())
