#!/usr/bin/env bash
# All tests in every build: clang release, assertions, sanitizers, g++, with 500
# random cases of each law. The last line adds the tests up.
set -euo pipefail
cd "$(dirname "$0")/.."

export PYTEST_ADDOPTS="--cases=500"
status=0
results=()
for preset in release dev asan gcc; do
  echo "== $preset"
  utils/test.sh --preset="$preset" || status=$?
  results+=("build/$preset/results.json")
done
/usr/bin/python3 utils/count-tests.py "${results[@]}" || status=1
exit "$status"
