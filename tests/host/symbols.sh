#!/bin/sh
# tests/host/symbols.sh LIBCORERT.so LIBCORERT.a MODULE.so... - who shows which names to whom.
# The library: corert_* and Rh*. A module: its header, and it wants nothing but the C library.
set -u
library=$1
archive=$2
shift 2
bad=0

complain() # FILE MESSAGE NAMES
{
    [ -n "$3" ] || return 0
    echo "$1: $2:" $3
    bad=1
}

public='^(corert_[a-z0-9_]+|Rh[A-Za-z0-9_]+)$'
complain "$library" "exports names that are not its own" \
    "$(nm -D --defined-only "$library" | awk '{print $NF}' | sed 's/@.*//' | grep -Ev "$public")"
complain "$archive" "has global names that are not its own" \
    "$(nm -g --defined-only "$archive" | awk 'NF == 3 {print $3}' | grep -Ev "$public|^main$")"
for module; do
    complain "$module" "exports more than its header" \
        "$(nm -D --defined-only "$module" | awk '{print $NF}' | grep -v '^corert_module_header$')"
    nm -D --defined-only "$module" | grep -q ' corert_module_header$' ||
        complain "$module" "does not export" corert_module_header
    complain "$module" "needs names from others than the C library" \
        "$(nm -D --undefined-only "$module" | awk '$1 == "U" && $2 !~ /@GLIBC_/ {print $2}')"
    complain "$module" "needs other libraries than the C library" \
        "$(readelf -d "$module" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' |
            grep -Ev '^(libc|libm|libpthread|libdl|ld-linux-x86-64)\.so\.[0-9]+$')"
done
exit $bad
