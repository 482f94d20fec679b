#!/usr/bin/env python3
"""A folder includes only what its row of utils/layers.txt allows.

Looks at every `#include "moe/..."` of lib/ and include/moe, at the rows
`moe_library(<folder> DEPENDS ...)` of CMakeLists.txt, which must allow what is
included and nothing that the table does not, and at headers of MLIR and LLVM in
folders that have to do without.
"""
import re
import sys

import project

INCLUDE = re.compile(r'^\s*#\s*include\s*["<]([^">]+)[">]', re.MULTILINE)
LIBRARY = re.compile(r"^\s*moe_library\(([\w/]+)(?:\s+DEPENDS([^)]*))?\)", re.MULTILINE)


def read_layers(path):
    """{folder: folders it may include}, {prefix: folders without it}."""
    allowed, without = {}, {}
    for number, line in enumerate(path.read_text().splitlines(), 1):
        line = line.split("#")[0].strip()
        if not line:
            continue
        if ":" not in line:
            project.fail(f"{path}:{number}: expects 'folder: folders', found '{line}'")
        name, row = line.split(":", 1)
        if name.startswith("without "):
            without[name.removeprefix("without ")] = set(row.split())
        else:
            allowed[name] = set(row.split())
    for name, row in [*allowed.items(), *without.items()]:
        for other in row - allowed.keys():
            project.fail(f"{path}: '{name}' names '{other}', which has no row")
    return allowed, without


def find_layer(folder, layers):
    """The longest layer that `folder` (below lib or include/moe) lies in."""
    fitting = [name for name in layers if (folder + "/").startswith(name + "/")]
    return max(fitting, key=len, default=None)


def main():
    root = project.parse_root(__doc__)
    allowed, without = read_layers(root / "utils" / "layers.txt")
    errors = []

    linked = {}
    for match in LIBRARY.finditer((root / "CMakeLists.txt").read_text()):
        folder, row = match[1], set((match[2] or "").split())
        linked[folder] = row
        for other in sorted(row - allowed.get(folder, set())):
            errors.append(f"CMakeLists.txt: {folder} depends on {other}, "
                          "which utils/layers.txt does not allow")

    def reachable(folder):
        result, todo = set(), [folder]
        while todo:
            for other in linked.get(todo.pop(), set()) - result:
                result.add(other)
                todo.append(other)
        return result

    files = project.list_files(root, ["lib", "include/moe"], {".h", ".cpp", ".td"})
    for path in files:
        name = path.relative_to(root).as_posix()
        below = name.removeprefix("lib/").removeprefix("include/moe/")
        layer = find_layer(below.rpartition("/")[0], allowed)
        if layer is None:
            errors.append(f"{name}: its folder has no row in utils/layers.txt")
            continue
        if name.startswith("lib/") and path.suffix == ".cpp" and layer not in linked:
            errors.append(f"{name}: CMakeLists.txt has no moe_library({layer})")
        text = path.read_text()
        if path.suffix == ".td":
            text = re.sub(r"^\s*include ", "#include ", text, flags=re.MULTILINE)
        for match in INCLUDE.finditer(text):
            where = f"{name}:{text.count(chr(10), 0, match.start()) + 1}"
            header = match[1]
            if header.startswith("moe/"):
                target = find_layer(header[len("moe/"):].rpartition("/")[0], allowed)
                if target is None:
                    errors.append(f"{where}: {header} lies in no layer")
                elif target != layer and target not in allowed[layer]:
                    errors.append(f"{where}: {layer} may not include {header}")
                elif target != layer and layer in linked and target not in reachable(layer):
                    errors.append(f"{where}: {layer} includes {header}, but "
                                  f"CMakeLists.txt does not let it depend on {target}")
            else:
                prefix = header.split("/")[0]
                if layer in without.get(prefix, set()):
                    errors.append(f"{where}: {layer} does without {prefix}, found {header}")
    return project.report("check-layering", errors, len(files))


if __name__ == "__main__":
    sys.exit(main())
