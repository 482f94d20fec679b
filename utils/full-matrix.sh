#!/usr/bin/env bash
# All tests in every build: clang release, assertions, sanitizers, g++.
# The last line adds them up.
set -euo pipefail
cd "$(dirname "$0")/.."

status=0
results=()
for preset in release dev asan gcc; do
  echo "== $preset"
  utils/test.sh --preset="$preset" || status=$?
  results+=("build/$preset/results.json")
done
/usr/bin/python3 utils/count-tests.py "${results[@]}" || status=1
exit "$status"
