#!/bin/sh
# tests/install/project.sh PROJECT PREFIX WORK - builds a copy of the sample project against the installed tree:
# its programs run; nothing is made again without a change; a changed source makes its module again.
set -eu
project=$1 prefix=$2 work=$3
rm -rf "$work"
work="$work/c++ (1)" # a path that is no word and no regular expression
mkdir -p "$work"
cp -R "$project" "$work/source"

step() { # NAME COMMAND...
    name=$1
    shift
    "$@" >"$work/log" 2>&1 || {
        echo "FAILED $name"
        tail -n 40 "$work/log"
        exit 1
    }
}

prints() { # PROGRAM TEXT
    printed=$("$work/build/$1") || { echo "FAILED: $1 ends with $?"; exit 1; }
    [ "$printed" = "$2" ] || { echo "FAILED: $1 prints '$printed', expected '$2'"; exit 1; }
}

step configure cmake -S "$work/source" -B "$work/build" -G Ninja -DCMAKE_PREFIX_PATH="$prefix"
step build cmake --build "$work/build"
prints host_c "area 9"
prints host_cpp "one
two
three"
step nothing_to_do cmake --build "$work/build"
grep -q "no work to do" "$work/log" || { echo "FAILED: built again without a change"; cat "$work/log"; exit 1; }
sed -i 's/3\.0f/3.5f/; s/s\.Size \* s\.Size :/2 * s.Size * s.Size :/' "$work/source/Areas.cs"
sed -i "s/Split(' ')/Split('e')/" "$work/source/plugin/Words.cs"
# A new source beside the project is seen as dotnet build sees it; and a module of an assembly that exists.
echo "class Another { }" >"$work/source/plugin/Another.cs"
step with_assembly cmake -S "$work/source" -B "$work/build" -DASSEMBLY="$work/build/shapes.dotnet/out/shapes.dll"
step build_again cmake --build "$work/build"
prints host_c "area 18"
prints host_cpp "on
 two thr"
grep -q Another.cs "$work/build/build.ninja" || { echo "FAILED: a new source is not seen"; exit 1; }
[ -e "$work/build/modules/ready.so" ] && [ -e "$work/build/ready.h" ] || { echo "FAILED: no module of the assembly"; exit 1; }
# dotnet put nothing into the sources.
[ ! -e "$work/source/plugin/obj" ] && [ ! -e "$work/source/plugin/bin" ] || { echo "FAILED: the sources were built in place"; exit 1; }
# The same host with pkg-config.
command -v pkg-config >/dev/null || exit 0
PKG_CONFIG_PATH=$prefix/lib/pkgconfig
export PKG_CONFIG_PATH
# shellcheck disable=SC2046
step pkg_config cc -std=c11 -DSHAPES_MODULE="\"$work/build/shapes.so\"" -I"$work/build" -o "$work/build/host_pc" "$work/source/host.c" \
    $(pkg-config --cflags --libs corert) -Wl,-rpath,"$(pkg-config --variable=libdir corert)"
prints host_pc "area 18"
echo "built, run, changed, built again"
