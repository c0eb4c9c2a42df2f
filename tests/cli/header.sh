#!/bin/sh
# tests/cli/header.sh CORERTC CLASSLIB INCLUDE LIB CC CXX [ILASM] - corertc --header: the header of header.cs is clean C11
# and C++17 for two compilers, describes the compiler's layouts, and calls work: through a loaded
# module and linked statically. What C cannot see is refused with the member's name.
set -u
corertc=$1 classlib=$2 include=$3 lib=$4 cc=$5 cxx=$6 ilasm=${7:-}
here=$(dirname "$0")
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failures=0

fail() {
    echo "FAILED $*"
    failures=$((failures + 1))
}

"$here/../compile_cs.sh" "$classlib" "$dir/exports.dll" -target:library -doc:"$dir/exports.xml" "$here/header.cs" || exit $?
"$corertc" --self-contained -O0 --cache "$dir/cache" --header "$dir/exports.h" -o "$dir/exports.so" "$dir/exports.dll" 2>"$dir/err" || { cat "$dir/err"; exit 1; }
# The three names that no C function can have are told.
[ "$(grep -c 'cannot be the name of a C function' "$dir/err")" -eq 3 ] && [ "$(wc -l <"$dir/err")" -eq 3 ] || { fail warnings; cat "$dir/err"; }
"$corertc" --static --self-contained -O0 --cache "$dir/cache" --header "$dir/again.h" -o "$dir/exports.o" "$dir/exports.dll" 2>/dev/null || fail static_object
grep -v again.h "$dir/again.h" >"$dir/a"
grep -v exports.h: "$dir/exports.h" >"$dir/b"
cmp "$dir/a" "$dir/b" || fail "the header depends on the kind of module"
grep -q 'Adds two numbers, see Scale; a<b is allowed.' "$dir/exports.h" || fail documentation
grep -q '@return Their sum.' "$dir/exports.h" || fail documentation_of_result

flags="-Wall -Wextra -Werror -pedantic -I$include -I$dir"
for compiler in "$cc" gcc clang-19; do
    command -v "$compiler" >/dev/null || continue
    # shellcheck disable=SC2086
    "$compiler" -std=c11 $flags -Wshadow -Wconversion -fsyntax-only "$here/header_host.c" || fail "C11 with $compiler"
    # shellcheck disable=SC2086
    "$compiler" -std=c11 $flags -DEXPORTS_STATIC -fsyntax-only "$here/header_host.c" || fail "C11 with $compiler, linked"
done
for compiler in "$cxx" g++ clang++-19; do
    command -v "$compiler" >/dev/null || continue
    for define in -DNOTHING -DEXPORTS_STATIC; do
        # shellcheck disable=SC2086
        "$compiler" -x c++ -std=c++17 $flags $define -fsyntax-only "$here/header_host.c" || fail "C++17 with $compiler $define"
    done
done
# shellcheck disable=SC2086
"$cc" -std=c11 $flags -o "$dir/loaded" "$here/header_host.c" -L"$lib" -lcorert -Wl,-rpath,"$lib" && "$dir/loaded" "$dir/exports.so" || fail run_loaded
# shellcheck disable=SC2086
"$cc" -std=c11 $flags -DEXPORTS_STATIC -o "$dir/linked" "$here/header_host.c" "$dir/exports.o" "$lib/libcorert.a" -lpthread -ldl -lm && "$dir/linked" || fail run_linked

"$here/../compile_cs.sh" "$classlib" "$dir/gap.dll" -target:library -define:PASS_GAP "$here/header.cs" || exit $?
"$corertc" --self-contained -O0 --header "$dir/gap.h" -o "$dir/gap.so" "$dir/gap.dll" 2>&1 >/dev/null |
    grep -q "^corertc: error: --header: Exports.Refused, parameter 1 g: FloatGap: has padding" || fail pass_gap

# refuse WORDS SIGNATURE: one export with that signature, in IL because C# would not compile most.
refuse() {
    cat >"$dir/bad.il" <<END
.assembly extern System.Private.CoreLib { }
.assembly bad { }
.class public abstract sealed Bad extends [System.Private.CoreLib]System.Object
{
  .method public static $2 cil managed
  {
    .custom instance void [System.Private.CoreLib]System.Runtime.InteropServices.UnmanagedCallersOnlyAttribute::.ctor()
      = { field string EntryPoint = string('bad') }
    .maxstack 1
    ldnull
    throw
  }
}
END
    "$ilasm" -quiet -dll "$dir/bad.il" "-output=$dir/bad.dll" >"$dir/log" 2>&1 || { cat "$dir/log"; fail "ilasm: $2"; return; }
    rm -f "$dir/bad.h"
    "$corertc" --self-contained -O0 --header "$dir/bad.h" -o "$dir/bad.so" "$dir/bad.dll" >/dev/null 2>"$dir/err"
    # Some are refused when the C entry is made, others by the header.
    if [ $? -ne 1 ] || ! tail -n 1 "$dir/err" | grep -q "^corertc: error: .*Bad.Function.*\($1\|plain data\)" || [ -e "$dir/bad.h" ]; then
        fail "refuse: $2"
        cat "$dir/err"
    fi
}
if [ -n "$ilasm" ]; then
    refuse "parameter 1 s:.*managed object" "void Function(string s)"
    refuse "result:.*managed object" "object Function()"
    refuse "parameter 2 r:.*managed reference" "void Function(int32 i, int32& r)"
    refuse "parameter 1 s:.*ref struct" "void Function(valuetype [System.Private.CoreLib]System.Span\`1<int32> s)"
    refuse "parameter 1 f:.*managed function pointer" "void Function(method int32 *(int32) f)"
    refuse "parameter 1 h:.*holds references" "void Function(valuetype [System.Private.CoreLib]System.ArraySegment\`1<int32> h)"
fi
[ "$failures" -eq 0 ] && echo "all cases pass"
exit "$failures"
