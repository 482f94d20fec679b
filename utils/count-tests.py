#!/usr/bin/env python3
"""Adds up test results and prints them as one line.

usage: count-tests.py RESULTS.json...   (files that lit's --output wrote)

Prints "N passed, N failed, N skipped". The exit status is 1 where a test
failed, a file is missing, or no test ran at all.
"""
import json
import sys

PASSED = {"PASS", "FLAKYPASS", "XFAIL"}
SKIPPED = {"UNSUPPORTED", "EXCLUDED", "SKIPPED"}


def main(paths):
    passed = failed = skipped = 0
    for path in paths:
        try:
            with open(path) as file:
                tests = json.load(file)["tests"]
        except (OSError, ValueError, KeyError) as error:
            print(f"{path}: no results: {error}", file=sys.stderr)
            failed += 1
            continue
        for test in tests:
            if test["code"] in PASSED:
                passed += 1
            elif test["code"] in SKIPPED:
                skipped += 1
            else:
                failed += 1
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
