#!/bin/sh
# tests/cli/direct_pinvoke.sh CORERTC CLASSLIB CC WORK - P/Invokes that the linker binds: from a static library, from the
# C library, of one function, and as names of the image itself; what is missing is an error of the link.
set -u
corertc=$1
classlib=$2
cc=$3
work=$4
here=$(cd "$(dirname "$0")" && pwd)
failures=0
rm -rf "$work"
mkdir -p "$work"
fail() { echo "FAILED $1"; failures=$((failures + 1)); }

printf 'int direct_add(int a, int b) { return a + b; }\nint direct_call(int (*f)(int, int)) { return f(6, 7); }\nint only_here(void) { return 5; }\n' >"$work/direct.c"
"$cc" -O1 -fPIC -c -o "$work/direct.o" "$work/direct.c" || exit 1
cat >"$work/direct.cs" <<'CS'
using System;
using System.Runtime.InteropServices;
static unsafe class Program
{
    [DllImport("direct")] static extern int direct_add(int a, int b);
    [DllImport("libdirect.so", SetLastError = true, EntryPoint = "direct_add")] static extern int Saved(int a, int b);
    [DllImport("direct")] static extern int direct_call(delegate* unmanaged<int, int, int> f);
    [DllImport("*")] static extern int only_here();
    [DllImport("__Internal", EntryPoint = "only_here")] static extern int Here();
    [DllImport("libc")] static extern int abs(int a);
    [DllImport("libc")] static extern long labs(long a);
    [UnmanagedCallersOnly] static int Mul(int a, int b) => a * b;
    static int Main()
    {
        Console.WriteLine(direct_add(1, 2) + " " + Saved(3, 4) + " " + direct_call(&Mul) + " " + only_here() + " " + Here() + " " + abs(-8) + " " + labs(-9));
        return 0;
    }
}
CS
"$here/../compile_cs.sh" "$classlib" "$work/direct.dll" "$work/direct.cs" || exit $?
"$corertc" --exe -O1 -o "$work/direct" --direct-pinvoke direct '--direct-pinvoke=libc!abs' --link "$work/direct.o" "$work/direct.dll" || fail compiles
[ "$("$work/direct")" = "3 7 42 5 5 8 9" ] || fail "prints: $("$work/direct" 2>&1 | head -3)"
nm -D --undefined-only "$work/direct" | grep -q ' abs' || fail abs_is_linked
if nm -D --undefined-only "$work/direct" | grep -q ' labs'; then fail labs_is_not_linked; fi
"$corertc" --exe -O1 -o "$work/none" --direct-pinvoke direct "$work/direct.dll" 2>"$work/err" && fail missing_function_is_an_error
grep -q 'direct_add' "$work/err" || fail error_names_the_function
"$corertc" --exe -o "$work/none" --link "$work/nothing.a" "$work/direct.dll" 2>"$work/err" && fail missing_file_is_an_error
grep -q 'nothing.a' "$work/err" || fail error_names_the_file
[ "$failures" -eq 0 ] && echo "all cases pass"
exit "$failures"
