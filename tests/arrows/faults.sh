#!/bin/sh
# tests/arrows/faults.sh ARROWS - proves that the check finds each kind of fault.
set -u
arrows=$1
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
failed=0

# expect 0|1 FILE LINE: a tree with just this line in this file passes (0) or fails (1).
expect() {
    rm -rf "$work/t"
    mkdir -p "$work/t/$(dirname "$2")"
    printf '%s\n' "$3" >"$work/t/$2"
    sh "$arrows" "$work/t" >/dev/null
    got=$?
    if [ "$got" != "$1" ]; then
        echo "$2 with '$3': result $got, expected $1"
        failed=1
    fi
}

expect 0 engine/a.c '#include "gc/gc.h"'
expect 0 engine/a.c '#include "corert.h"'
expect 0 gc/a.c '#include "pal/pal.h"'
expect 0 compiler/emit/a.c '#include "gc/object_format.h"'
expect 0 compiler/emit/a.c '#include "loader/module_format.h"'
expect 0 compiler/codegen/llvm/a.c '#include <llvm-c/Core.h>'
expect 1 gc/a.c '#include "engine/engine.h"'
expect 1 gc/a.c '  #  include "loader/loader.h"'
expect 1 loader/a.c '#include "engine/thr.h"'
expect 1 loader/a.c '#include "gc/gc.h"'
expect 1 pal/a.c '#include "gc/gc.h"'
expect 1 compiler/emit/a.c '#include "gc/gc.h"'
expect 1 compiler/emit/a.c '#include "corert.h"'
expect 1 engine/a.c '#include "compiler/types/ty.h"'
expect 1 include/corert.h '#include "engine/engine.h"'
expect 1 engine/a.c '#include "gc/heap_priv.h"'
expect 1 compiler/il/a.c '#include <llvm-c/Core.h>'
expect 1 engine/a.c '#define _GNU_SOURCE'
expect 1 gc/a.c "$(yes '/* */' | head -n 801)"
[ "$failed" = 0 ] && echo "every fault was found"
exit "$failed"
