#!/usr/bin/env bash
# Builds the compiler, compiles a real layer (OLMoE-1B-7B at its true sizes) for
# this CPU, runs it, and checks its numbers against the reference route and numpy.
set -euo pipefail
cd "$(dirname "$0")/.."

utils/setup.sh
cmake --preset release >/dev/null
ninja -C build/release -j "$(nproc)"
PATH="$PWD/build/release/bin:$PATH" exec /usr/bin/python3 examples/run.py olmoe-1b-7b --threads "$(nproc)"
