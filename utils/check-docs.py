#!/usr/bin/env python3
"""Runs the commands that docs quote and compares what they print.

A block of a page that follows a line `<!-- $ COMMAND -->` is what COMMAND
prints, run by bash in the root of the project with the built tools in PATH.
`--update` writes the blocks anew.
"""
import argparse
import difflib
import os
import pathlib
import re
import subprocess
import sys

root = pathlib.Path(__file__).resolve().parent.parent
block = re.compile(r"(<!-- \$ (?P<command>.+?) -->\n```\w*\n)(?P<text>.*?)(```\n)", re.S)


def run(command, bin_dir):
    env = dict(os.environ, PATH=f"{bin_dir}:{os.environ['PATH']}")
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], cwd=root, env=env,
                          capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"'{command}' failed:\n{done.stderr}")
    if not done.stdout.strip():
        sys.exit(f"'{command}' prints nothing")
    return done.stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", required=True, help="the folder of moe-opt")
    parser.add_argument("--update", action="store_true", help="write the blocks anew")
    parser.add_argument("pages", nargs="*", type=pathlib.Path)
    args = parser.parse_args()
    pages = args.pages or [root / "README.md", *sorted((root / "docs").glob("*.md"))]
    stale = commands = 0
    for page in pages:
        text = page.read_text()

        def fresh(match):
            nonlocal stale, commands
            commands += 1
            printed = run(match["command"], args.bin)
            if printed != match["text"]:
                stale += 1
                if not args.update:
                    print(f"{page.name}: '{match['command']}' prints something else:")
                    print("".join(difflib.unified_diff(
                        match["text"].splitlines(True), printed.splitlines(True),
                        "page", "printed")))
            return match[1] + printed + match[4]

        updated = block.sub(fresh, text)
        if args.update and updated != text:
            page.write_text(updated)
    print(f"{commands} quoted commands, {stale} stale")
    sys.exit(stale > 0 and not args.update)


if __name__ == "__main__":
    main()
