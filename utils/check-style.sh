#!/usr/bin/env bash
# Runs the checks of this folder that need nothing but the source.
set -u
cd "$(dirname "$0")/.."
status=0
for check in constraints format layering mirror sizes words; do
  /usr/bin/python3 "utils/check-$check.py" || status=1
done
exit "$status"
