#!/usr/bin/env bash
# Runs every check of this folder on the project.
set -u
cd "$(dirname "$0")/.."
status=0
for check in utils/check-*.py; do
  /usr/bin/python3 "$check" || status=1
done
exit "$status"
