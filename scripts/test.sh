#!/bin/sh
# scripts/test.sh [PRESET [ctest options]] - set-up, build and all tests; PRESET is release unless
# named. Ends with ctest's summary and its exit code. CORERT_WERROR=ON makes warnings errors.
set -eu
cd "$(dirname "$0")/.."
preset=${1:-release}
[ $# -eq 0 ] || shift

scripts/setup.sh
cmake --preset "$preset" -DCORERT_WERROR="${CORERT_WERROR:-OFF}"
cmake --build --preset "$preset"
exec ctest --preset "$preset" --output-on-failure -j "$(nproc)" "$@"
