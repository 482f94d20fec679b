#!/bin/sh
# usage: has-op.sh OP MOE_OPT LOG PROGRAM
# Exits with 1 where PROGRAM has OP; notes in LOG that it is not valid IR.
"$2" "$4" -o /dev/null || echo "not valid: $4" >> "$3"
grep -q -F "$1" "$4" && exit 1
exit 0
