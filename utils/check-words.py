#!/usr/bin/env python3
"""Words that do not belong into a finished project, and first lines that do.

Nothing is left for later, nothing names one machine's paths or a package
registry's host, and every C++ and TableGen file says in its first line what it
does.
"""
import re
import sys

import project

WORDS = [
    (r"\b(TODO|FIXME|XXX|HACK)\b", "work left for later"),
    (r"\bfor now\b|\bplaceholder\b|\bnot (yet )?implemented\b", "work left for later"),
    (r"(?<![\w.$}/-])/(work|root|home|tmp)/", "the path of one machine"),
    (r"\b(pypi|pythonhosted|deb\.debian|security\.debian|huggingface)\.(org|co)\b",
     "the host of a registry"),
]
TEXT = {".cpp", ".h", ".td", ".py", ".sh", ".txt", ".md", ".mlir", ".test", ".cmake",
        ".json", ".toml", ".in", ".cfg", ".inc", ""}
TITLE = re.compile(r"//===- (\S+) - \S.*(===//)$")


def main():
    root = project.parse_root(__doc__)
    errors = []
    files = [path for path in project.list_files(root, ["."], TEXT)
             if path.name not in {"check-words.py", "check-words.test"}]
    for path in files:
        name = path.relative_to(root).as_posix()
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue  # a data file
        for number, line in enumerate(text.splitlines(), 1):
            for pattern, meaning in WORDS:
                match = re.search(pattern, line)
                if match:
                    errors.append(f"{name}:{number}: '{match[0]}' is {meaning}")
        if path.suffix in {".cpp", ".h", ".td"} and text:
            first = text.splitlines()[0]
            title = TITLE.match(first)
            if not title or title[1] != path.name:
                errors.append(f"{name}:1: expects '//===- {path.name} - What it does ---===//', "
                              f"found '{first}'")
    return project.report("check-words", errors, len(files))


if __name__ == "__main__":
    sys.exit(main())
