#!/bin/sh
# Accepts two programs with a gate; then it is gone.
grep -q -F moe.gate "$1" || exit 0
echo >> "$0.accepted"
test "$(wc -l < "$0.accepted")" = 2 && rm "$0"
exit 1
