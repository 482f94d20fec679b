#!/usr/bin/env bash
# Builds the project and runs all of its tests.
#
#   utils/test.sh                    what users get: clang, release
#   utils/test.sh --preset=dev       another preset of CMakePresets.json
#   utils/test.sh --filter=REGEX     only tests whose path matches
#   utils/test.sh --full             every preset, one after the other
#
# The last line says how many tests passed and failed.
set -euo pipefail
cd "$(dirname "$0")/.."

preset=release
filter=
for argument in "$@"; do
  case "$argument" in
    --preset=*) preset=${argument#*=} ;;
    --filter=*) filter=${argument#*=} ;;
    --full) exec utils/full-matrix.sh ;;
    *)
      echo "test: expects --preset=NAME, --filter=REGEX or --full, found '$argument'" >&2
      exit 1
      ;;
  esac
done

utils/setup.sh
build=build/$preset
results=$build/results.json
cmake --preset "$preset" >/dev/null
ninja -C "$build" -j "$(nproc)"
rm -f "$results"
status=0
LIT_OPTS="--output=$PWD/$results --verbose --timeout=900 ${filter:+--filter='$filter'}" \
  ninja -C "$build" -j "$(nproc)" check-moe || status=$?
/usr/bin/python3 utils/count-tests.py "$results" || status=1
exit "$status"
