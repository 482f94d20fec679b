"""What the checks of this folder share: the files of the project."""
import argparse
import pathlib
import sys

SKIPPED = {"build", ".git", "__pycache__", ".pytest_cache", ".cache"}


def parse_root(description):
    """The project's folder: this one, or what --root names."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--root", type=pathlib.Path,
                        default=pathlib.Path(__file__).resolve().parent.parent)
    return parser.parse_args().root


def list_files(root, folders, suffixes=None):
    """The files below `folders` of `root` with one of `suffixes`, sorted."""
    found = []
    for folder in folders:
        for path in (root / folder).rglob("*"):
            inside = path.relative_to(root).parts
            if path.is_file() and not SKIPPED.intersection(inside) and not any(
                    part.endswith(".egg-info") for part in inside):
                if suffixes is None or path.suffix in suffixes:
                    found.append(path)
    return sorted(set(found))


def report(name, errors, looked_at):
    """Prints the errors; the exit status of a check. Nothing to look at is one."""
    for error in errors:
        print(error)
    if not looked_at:
        print(f"{name}: found nothing to check")
        return 1
    print(f"{name}: {looked_at} checked, {len(errors)} wrong")
    return 1 if errors else 0


def fail(message):
    sys.exit(message)
