#!/usr/bin/env bash
# Installs the Debian packages that building and testing need. Does nothing
# where all of them are there. LLVM 22 is in Debian 12's own security archive.
set -euo pipefail

packages=(
  # The build: compilers, LLVM and MLIR. libmlir-22-dev does not depend on the
  # packages whose files its CMake configuration names, so they are listed.
  cmake ninja-build g++ clang-22 lld-22 llvm-22-dev libmlir-22-dev mlir-22-tools
  # Python package and numpy reference.
  python3 python3-dev python3-numpy python3-pip python3-venv pybind11-dev
  # Tests: unit tests, Python tests, sanitizers, the format check.
  libgtest-dev python3-pytest python3-psutil libclang-rt-22-dev clang-format-22
)

missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$status" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "setup: expects root or sudo to install: ${missing[*]}" >&2
    exit 1
  fi
  root=(sudo)
fi
echo "setup: installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
"${root[@]}" apt-get update -qq
if ! "${root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}"; then
  echo "setup: could not install the packages above; Debian 12 with its" \
    "security archive has all of them" >&2
  exit 1
fi
