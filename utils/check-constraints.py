#!/usr/bin/env python3
"""Constraints are the same in the document, the verifiers and the tests.

Every <name>_cN of docs/Semantics.md is cited by a check in lib/IR and broken by
a test in test/IR/invalid*.mlir; neither cites one that the document has not.
Constraints and rules (<name>_rN) are numbered from 1, without gaps.
"""
import re
import sys

import project

TAG = re.compile(r"\b([a-z][a-z_]*?)_([cr])(\d+)\b")


def cited(root, folder, name):
    """Every constraint in these files, and the first file that has it."""
    found = {}
    for path in project.list_files(root, [folder]):
        if path.match(name):
            for match in TAG.finditer(path.read_text()):
                if match[2] == "c":
                    found.setdefault(match[0], path.relative_to(root).as_posix())
    return found


def main():
    root = project.parse_root(__doc__)
    text = (root / "docs/Semantics.md").read_text()
    defined = re.findall(r"^- \*\*(\w+_[cr]\d+)\*\*", text, re.MULTILINE)
    errors = []
    numbers = {}
    for tag in defined:
        name, kind, number = TAG.fullmatch(tag).groups()
        numbers.setdefault(f"{name}_{kind}", []).append(int(number))
    for name, found in numbers.items():
        if found != list(range(1, len(found) + 1)):
            errors.append(f"{name}: expects numbers from 1 to {len(found)}, found {found}")

    constraints = {tag for tag in defined if TAG.fullmatch(tag)[2] == "c"}
    for place, found in (("lib/IR", cited(root, "lib/IR", "*.*")),
                         ("test/IR", cited(root, "test/IR", "invalid*.mlir"))):
        errors += [f"{tag}: is not in {place}" for tag in sorted(constraints - found.keys())]
        errors += [f"{found[tag]}: {tag} is not in docs/Semantics.md"
                   for tag in sorted(found.keys() - constraints)]
    mentioned = {match[0] for match in TAG.finditer(text)}
    errors += [f"{tag}: is mentioned but not defined"
               for tag in sorted(mentioned - set(defined))]
    return project.report("check-constraints", errors, len(constraints))


if __name__ == "__main__":
    sys.exit(main())
