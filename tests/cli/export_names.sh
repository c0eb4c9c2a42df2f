#!/bin/sh
# tests/cli/export_names.sh CORERTC CLASSLIB INCLUDE LIB CC - exports with names that others have: main, functions of the
# engine, keywords of C and C++, functions of the C library. A file module keeps them all; --static leaves those
# out that no program could link, with a warning, and finds them by name; --drop-in refuses what it cannot be.
set -u
corertc=$1 classlib=$2 include=$3 lib=$4 cc=$5
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failures=0

fail() {
    echo "FAILED $*"
    [ ! -s "$dir/err" ] || cat "$dir/err"
    failures=$((failures + 1))
}

cat >"$dir/names.cs" <<'END'
using System.Runtime.InteropServices;
public static class Names
{
#if ONLY
    [UnmanagedCallersOnly(EntryPoint = ONLY_NAME)] public static int Only(int x) => x;
#else
    [UnmanagedCallersOnly(EntryPoint = "main")] public static int Main1(int x) => x + 1;
    [UnmanagedCallersOnly(EntryPoint = "corert_init")] public static int Init(int x) => x + 2;
    [UnmanagedCallersOnly(EntryPoint = "RhpThrow")] public static int Throw(int x) => x + 3;
    [UnmanagedCallersOnly(EntryPoint = "_start")] public static int Start(int x) => x + 4;
    [UnmanagedCallersOnly(EntryPoint = "int")] public static int Int(int x) => x + 5;
    [UnmanagedCallersOnly(EntryPoint = "class")] public static int Class(int x) => x + 6;
    [UnmanagedCallersOnly(EntryPoint = "Rhythm")] public static int Rhythm(int x) => x + 7;
#endif
}
END
"$(dirname "$0")/../compile_cs.sh" "$classlib" "$dir/names.dll" -target:library "$dir/names.cs" || exit $?
options="--self-contained -O0 --cache $dir/cache"
# shellcheck disable=SC2086
"$corertc" --shared $options --header "$dir/names.h" -o "$dir/names.so" "$dir/names.dll" 2>"$dir/err" || fail shared
[ "$(grep -c '^corertc: warning: --header: .* cannot be the name of a C function: only names_bind gives it' "$dir/err")" -eq 6 ] && [ "$(wc -l <"$dir/err")" -eq 6 ] || fail "warnings of the header"
# shellcheck disable=SC2086
"$corertc" --static $options -o "$dir/names.o" "$dir/names.dll" 2>"$dir/err" || fail static
[ "$(grep -c '^corertc: warning: .*: the export [A-Za-z_]* is no symbol of the object: [a-z ]* has that name; corert_module_export() finds it$' "$dir/err")" -eq 4 ] && [ "$(wc -l <"$dir/err")" -eq 4 ] || fail "warnings of the object"
symbols=$(nm -g --defined-only "$dir/names.o" | awk '{ print $3 }' | LC_ALL=C sort | tr '\n' ' ')
[ "$symbols" = "Rhythm class corert_module_header_names int " ] || fail "symbols of the object: $symbols"
cat >"$dir/host.c" <<'END'
#include <stdio.h>
#ifdef NAMES_STATIC
#include "names.h"
#define START names_attach(&module, message, sizeof message)
#else
#include "names.h"
#define START corert_module_load(argv[1], &module, message, sizeof message)
#endif

int
main(int argc, char **argv)
{
    corert_module *module;
    struct names n;
    char message[256] = "";

    if (argc != 2 || corert_init(NULL) != CORERT_OK || START != CORERT_OK || names_bind(module, &n) != CORERT_OK) {
        puts(message);
        return 1;
    }
    printf("%s %d %d %d %d %d %d %d\n", argv[0] ? "ok" : "", n.main_(0), n.corert_init_(0), n.RhpThrow(0), n._start(0), n.int_(0), n.class_(0), n.Rhythm(0));
    return corert_shutdown() != CORERT_OK;
}
END
sed -n '/(\*/s/.*(\*\([A-Za-z_0-9]*\)).*/\1/p' "$dir/names.h" >"$dir/members"
sed -i "s/n\._start/n.$(grep start "$dir/members")/" "$dir/host.c"
"$cc" -std=c11 -Wall -Wextra -Werror -I"$include" -I"$dir" -o "$dir/loaded" "$dir/host.c" -L"$lib" -lcorert -Wl,-rpath,"$lib" 2>"$dir/err" && [ "$("$dir/loaded" "$dir/names.so")" = "ok 1 2 3 4 5 6 7" ] || fail loaded
"$cc" -std=c11 -Wall -Wextra -Werror -DNAMES_STATIC -I"$include" -I"$dir" -o "$dir/linked" "$dir/host.c" "$dir/names.o" "$lib/libcorert.a" -lpthread -ldl -lm 2>"$dir/err" && [ "$("$dir/linked" x)" = "ok 1 2 3 4 5 6 7" ] || fail linked

# refuse KIND NAME WORDS
refuse() {
    "$(dirname "$0")/../compile_cs.sh" "$classlib" "$dir/only.dll" -target:library -define:ONLY "$dir/only.cs" || exit $?
    # shellcheck disable=SC2086
    "$corertc" "$1" $options -o "$dir/only" "$dir/only.dll" 2>"$dir/err"
    [ $? -eq 1 ] && tail -n 1 "$dir/err" | grep -q "^corertc: error: .*$3" && [ ! -e "$dir/only" ] || fail "refuse $1 $2"
}
for name in main corert_init RhNewObject malloc cos; do
    sed "s/ONLY_NAME/\"$name\"/" "$dir/names.cs" >"$dir/only.cs"
    refuse --drop-in "$name" "Names.Only: --drop-in: the export $name has a name of .*: give it another EntryPoint"
done
sed 's/ONLY_NAME/"malloc"/' "$dir/names.cs" >"$dir/only.cs"
refuse --static malloc "the export malloc has the name of a C function that the module itself calls"
sed 's/ONLY_NAME/""/' "$dir/names.cs" >"$dir/only.cs"
refuse --shared '""' "Names.Only: its EntryPoint is empty"
[ "$failures" -eq 0 ] && echo "all cases pass"
exit "$failures"
