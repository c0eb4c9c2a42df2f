#!/bin/sh
# tests/cli/depfile.sh CORERTC CLASSLIB - --depfile: a rule that make understands, with names that need escapes; it
# names the input, its PDB, its documentation, references, the class library; a changed one makes the output old, and
# one that is gone does not stop make.
set -u
corertc=$1
classlib=$2
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failures=0
compile_cs=$(dirname "$0")/../compile_cs.sh

fail() {
    echo "FAILED $*"
    failures=$((failures + 1))
}

work="$dir/a b\$c#d"
mkdir "$work" "$work/libs"
cat >"$dir/lib.cs" <<'END'
public static class Lib { public static int Twice(int x) { int y = x * 2; if (y < x) throw new System.ArgumentException(); return y; } }
END
cat >"$dir/app.cs" <<'END'
using System.Runtime.InteropServices;
public static class App { [UnmanagedCallersOnly(EntryPoint = "app")] public static int F(int x) { int y = Lib.Twice(x); return y + 1; } }
END
"$compile_cs" "$classlib" "$work/libs/lib.dll" -target:library "$dir/lib.cs" || exit $?
"$compile_cs" "$classlib" "$work/app.dll" -target:library -debug:portable -r:"$work/libs/lib.dll" "$dir/app.cs" || exit $?
echo '<doc/>' >"$work/app.xml"
[ -e "$work/app.pdb" ] || fail "no PDB to begin with"
cd "$work" || exit 1
"$corertc" --self-contained -O0 -g --cache "$dir/cache" -r libs --header app.h --depfile app.d -o "app one.so" app.dll || exit 1
for name in '^app\\ one\.so: ' '^  app\.dll ' '^  app\.pdb ' '^  app\.xml ' '^  libs/lib\.dll' '/System\.Private\.CoreLib\.dll ' '/libSystem\.Native\.a ' '^app\.dll:$'; do
    grep -q -- "$name" app.d || fail "no $name in: $(cat app.d)"
done
cp app.d first.d
"$corertc" --self-contained -O0 -g --cache "$dir/cache" -r libs --header app.h --depfile app.d -o "app one.so" app.dll && cmp app.d first.d || fail "another depfile for the same run"
"$corertc" --self-contained -O0 -g --cache "$dir/cache" -r "$work/libs" --depfile all.d -o "$work/app one.so" "$work/app.dll" || exit 1

# make finds the files behind the names.
command -v make >/dev/null || { echo "no make"; exit "$failures"; }
make_old() { # DEPFILE: exit code 0: nothing to do, 1: the target is older than something
    {
        printf 'include %s\n' "$1"
        sed -n '1s/:.*//;1s/^/stamp: /p' "$1"
        printf '\ttouch stamp\n'
        sed -n '1s/:.*/:/p' "$1"
        printf '\tfalse\n'
    } >makefile
    make -q stamp >"$dir/log" 2>&1
}
for depfile in app.d all.d; do
    touch "app one.so" stamp
    make_old "$depfile"
    [ $? -eq 0 ] || { fail "$depfile: old without a change"; cat "$dir/log"; }
    for input in app.dll app.pdb libs/lib.dll; do
        touch -d "1 hour" "$input" # later than the target, whatever the clock's steps
        make_old "$depfile"
        [ $? -eq 1 ] || { fail "$depfile: $input changed and nothing is old"; cat "$dir/log"; }
        touch -d "2 hours ago" "$input"
    done
done
mv libs/lib.dll libs/gone.dll
make_old app.d
[ $? -eq 1 ] || { fail "a file that is gone stops make"; cat "$dir/log"; }
"$corertc" --why F --depfile x.d app.json 2>&1 | grep -q "^corertc: error: --why reads a map" || fail "--why with --depfile"
[ "$failures" -eq 0 ] && echo "all cases pass"
exit "$failures"
