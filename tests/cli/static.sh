#!/bin/sh
# tests/cli/static.sh CORERTC CLASSLIB INCLUDE LIB CC - two modules of --static in one program: their names do not meet;
# the first attaches and works, exceptions included, the second is refused (one class library a
# process); after a shutdown the first is refused too. The objects show their
# exports only. A P/Invoke bound by the host's link.
set -u
corertc=$1 classlib=$2 include=$3 lib=$4 cc=$5
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failures=0

fail() {
    echo "FAILED $*"
    failures=$((failures + 1))
}

module() { # NAME
    cat >"$dir/$1.cs" <<END
using System;
using System.Runtime.InteropServices;
public static class Module
{
    static int calls;
    [DllImport("the-host")] static extern int host_number(int x);
    [UnmanagedCallersOnly(EntryPoint = "$1_host")] public static int Host(int x) => host_number(x) + 1;
    [UnmanagedCallersOnly(EntryPoint = "$1_calls")] public static int Calls() => ++calls;
    [UnmanagedCallersOnly(EntryPoint = "$1_parse")] public static int Parse(int digits)
    {
        try { return int.Parse(new string('x', digits)); }
        catch (FormatException e) when (e.Message.Length > 0) { return -2; }
        finally { calls += 10; }
    }
    [UnmanagedCallersOnly(EntryPoint = "$1_fails")] public static int Fails() => throw new InvalidOperationException("$1");
}
END
    "$(dirname "$0")/../compile_cs.sh" "$classlib" "$dir/$1.dll" -target:library "$dir/$1.cs" || exit $?
    "$corertc" --static --self-contained -O0 --direct-pinvoke the-host --cache "$dir/cache" --header "$dir/$1.h" -o "$dir/$1.o" "$dir/$1.dll" || exit 1
    names=$(nm -g --defined-only "$dir/$1.o" | awk '{ print $3 }' | sort | tr '\n' ' ')
    [ "$names" = "corert_module_header_$1 $1_calls $1_fails $1_host $1_parse " ] || fail "global names of $1.o: $names"
    # Nothing but the C library is asked for.
    nm -u "$dir/$1.o" | awk '{ print $2 }' | grep -E '^(corert_|Rh|SystemNative|.*[^A-Za-z0-9_])' && fail "$1.o needs more than the C library"
}
module one
module two
cat >"$dir/host.c" <<'END'
#include <stdio.h>
#include <string.h>
#define ONE_STATIC
#define TWO_STATIC
#include "one.h"
#include "two.h"

int host_number(int x);

int
host_number(int x)
{
    return 2 * x;
}

int
main(void)
{
    corert_module *a, *b;
    char message[256];

    if (corert_init(NULL) != CORERT_OK || one_attach(&a, message, sizeof message) != CORERT_OK) {
        puts(message);
        return 1;
    }
    printf("%d", one_calls());
    printf(" %d", one_parse(3));
    printf(" %d", one_calls());
    printf(" %d\n", one_host(20));
    printf("%d", one_fails());
    printf(" %d\n", (int)corert_pending_status() == (int)CORERT_E_EXCEPTION);
    printf("%d ", two_attach(&b, message, sizeof message) == CORERT_E_UNSUPPORTED);
    printf("%s\n", strstr(message, "one self-contained") ? "told" : message);
    if (corert_module_attach(NULL, "x", &b, message, sizeof message) != CORERT_E_MISUSE || b)
        return 2;
    if (corert_shutdown() != CORERT_OK || corert_init(NULL) != CORERT_OK)
        return 3;
    printf("%d\n", one_attach(&a, message, sizeof message) == CORERT_E_UNSUPPORTED);
    return corert_shutdown() != CORERT_OK;
}
END
"$cc" -std=c11 -Wall -Wextra -Werror -I"$include" -I"$dir" -o "$dir/host" "$dir/host.c" "$dir/one.o" "$dir/two.o" "$lib/libcorert.a" -lpthread -ldl -lm || exit 1
"$dir/host" >"$dir/printed" || fail "exit code $?"
printf '1 -2 12 41\n0 1\n1 told\n1\n' | diff - "$dir/printed" || fail output
# The same bytes again.
"$corertc" --static --self-contained -O0 --direct-pinvoke the-host --jobs 1 --cache "$dir/cache" -o "$dir/again.o" "$dir/one.dll" && cmp "$dir/one.o" "$dir/again.o" || fail determinism
[ "$failures" -eq 0 ] && echo "all cases pass"
exit "$failures"
