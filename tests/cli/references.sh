#!/bin/sh
# tests/cli/references.sh CORERTC CLASSLIB - a library and a program that uses it: found beside the input
# and through -r; missing (design 4.1: a missing assembly is one line and exit code 1); another version
# without the member (4.4: a warning and a body that throws, an error with --strict).
set -u
corertc=$1
classlib=$2
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failures=0
compile_cs=$(dirname "$0")/../compile_cs.sh

fail() {
    echo "FAILED $1: exit code $code"
    cut -c 1-300 "$dir/err"
    failures=$((failures + 1))
}

compile() { # options...
    rm -f "$dir/out"
    "$corertc" --exe -O0 --cache "$dir/cache" -o "$dir/out" "$@" >/dev/null 2>"$dir/err"
    code=$?
}

mkdir "$dir/app" "$dir/lib" "$dir/old"
cat >"$dir/lib.cs" <<'END'
public class Greeter { public static string Hello(string who) => "hello " + who;
#if NEW
    public static string Bye() => "bye";
    public int Field = 3;
#endif
}
END
cat >"$dir/app.cs" <<'END'
using System;
static class App
{
    static void UseNew() => Console.WriteLine(Greeter.Bye() + new Greeter().Field);
    static int Main()
    {
        Console.WriteLine(Greeter.Hello("you"));
        try { UseNew(); } catch (MissingMethodException e) { Console.WriteLine(e.Message.Length > 0 ? "missing" : "?"); }
        return 0;
    }
}
END
"$compile_cs" "$classlib" "$dir/lib/lib.dll" -target:library -define:NEW "$dir/lib.cs" || exit $?
"$compile_cs" "$classlib" "$dir/old/lib.dll" -target:library "$dir/lib.cs" || exit $?
"$compile_cs" "$classlib" "$dir/app/app.dll" -r:"$dir/lib/lib.dll" "$dir/app.cs" || exit $?

compile "$dir/app/app.dll"
if [ "$code" -ne 1 ] || [ "$(wc -l <"$dir/err")" -ne 1 ] || ! grep -q '^corertc: error: .*lib.*; fix: .*-r' "$dir/err" || [ -e "$dir/out" ]; then
    fail missing_assembly
fi
compile -r "$dir/lib" "$dir/app/app.dll"
[ "$code" -eq 0 ] && "$dir/out" | grep -q bye3 || fail reference_by_folder
compile -r "$dir/lib/lib.dll" "$dir/app/app.dll"
[ "$code" -eq 0 ] && "$dir/out" | grep -q bye3 || fail reference_by_file
cp "$dir/lib/lib.dll" "$dir/app/"
compile "$dir/app/app.dll"
[ "$code" -eq 0 ] && "$dir/out" | grep -q bye3 || fail beside_the_input
rm "$dir/app/lib.dll"

compile -r "$dir/old" "$dir/app/app.dll"
[ "$code" -eq 0 ] && grep -q '^corertc: warning: .*UseNew.*; needed by App.Main(.*; fix: .*-r' "$dir/err" && "$dir/out" >"$dir/run" && grep -q '^missing$' "$dir/run" || fail older_library
compile --strict -r "$dir/old" "$dir/app/app.dll"
[ "$code" -eq 1 ] && [ ! -e "$dir/out" ] && grep -q '^corertc: error: .*UseNew' "$dir/err" || fail older_library_strict
# A damaged reference is an error that names it.
head -c 1000 "$dir/lib/lib.dll" >"$dir/app/lib.dll"
compile "$dir/app/app.dll"
[ "$code" -eq 1 ] && [ ! -e "$dir/out" ] && grep -q '^corertc: error: .*lib' "$dir/err" || fail damaged_reference
# Two libraries of one simple name: the second is not used, which is said once; a copy of the first is nothing to say.
mkdir "$dir/one" "$dir/two" "$dir/both"
echo 'public static class One { public static int F(int x) { int y = x + 1; if (y < x) throw new System.Exception(); return y; } }' >"$dir/one.cs"
echo 'public static class Two { public static int F(int x) { int y = x + 2; if (y < x) throw new System.Exception(); return y; } }' >"$dir/two.cs"
echo 'public static class User { public static int F(int x) => Two.F(x); }' >"$dir/user.cs"
echo 'static class App { static int Main(string[] a) => One.F(a.Length) + (a.Length > 5 ? User.F(0) : 0) - 1; }' >"$dir/both.cs"
"$compile_cs" "$classlib" "$dir/one/same.dll" -target:library "$dir/one.cs" || exit $?
"$compile_cs" "$classlib" "$dir/two/same.dll" -target:library "$dir/two.cs" || exit $?
"$compile_cs" "$classlib" "$dir/two/user.dll" -target:library -r:"$dir/two/same.dll" "$dir/user.cs" || exit $?
"$compile_cs" "$classlib" "$dir/both/both.dll" -r:"$dir/one/same.dll" -r:"$dir/two/user.dll" "$dir/both.cs" || exit $?
compile -r "$dir/one" -r "$dir/two/same.dll" -r "$dir/two" "$dir/both/both.dll"
[ "$code" -eq 0 ] && "$dir/out" && [ "$(grep -c "^corertc: warning: .*two/same.dll: not used, .*one/same.dll is the assembly same here" "$dir/err")" -eq 1 ] || fail hidden_assembly
cp "$dir/one/same.dll" "$dir/both/"
compile -r "$dir/one" -r "$dir/two/user.dll" "$dir/both/both.dll"
[ "$code" -eq 0 ] && ! grep -q "not used" "$dir/err" || fail copy_of_an_assembly
[ "$failures" -eq 0 ] && echo "all cases pass"
exit "$failures"
