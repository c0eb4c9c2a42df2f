#!/bin/sh
# scripts/reference.sh - the API reference as web pages, from include/corert.h. Needs doxygen.
set -eu
cd "$(dirname "$0")/.."
command -v doxygen >/dev/null || { echo "doxygen is missing: apt-get install doxygen" >&2; exit 77; }
mkdir -p build
doxygen docs/Doxyfile
echo "build/reference/html/index.html"
