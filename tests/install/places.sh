#!/bin/sh
# tests/install/places.sh CMAKE BUILD SOURCE WORK CC - an installation by DESTDIR, below a prefix with a blank, which
# then moves: find_package and pkg-config find all of it there. With it static/ as a program of every kind:
# with a dynamic linker, -static, -static-pie.
set -eu
cmake=$1 build=$2 source=$3 work=$4 cc=$5
rm -rf "$work"
mkdir -p "$work"

step() { # NAME COMMAND...
    name=$1
    shift
    "$@" >"$work/log" 2>&1 || {
        echo "FAILED $name"
        tail -n 40 "$work/log"
        exit 1
    }
}

inside() { # PROGRAM FILE
    printed=$("$1" "$2") || { echo "FAILED: $1 ends with $?: $printed"; exit 1; }
    [ "$printed" = "all inside" ] || { echo "FAILED: $1 prints '$printed'"; exit 1; }
}

step stage env "DESTDIR=$work/stage of (1)" "$cmake" --install "$build" --prefix "/opt/co re"
staged="$work/stage of (1)/opt/co re"
[ "$(ls "$work/stage of (1)")" = opt ] && [ "$(ls "$work/stage of (1)/opt")" = "co re" ] || { echo "FAILED: DESTDIR holds $(find "$work/stage of (1)" -maxdepth 3)"; exit 1; }
if grep -rlE "stage of|opt/co re" "$staged/lib/cmake" "$staged/lib/pkgconfig" "$staged/include"; then
    echo "FAILED: these name the place of the installation"
    exit 1
fi
prefix="$work/moved to"
mv "$staged" "$prefix"

mkdir "$work/a program"
cp "$source"/* "$work/a program"
step configure "$cmake" -S "$work/a program" -B "$work/a build" -G Ninja "-DCMAKE_PREFIX_PATH=$prefix"
step build "$cmake" --build "$work/a build"
for kind in dynamic static static-pie; do
    inside "$work/a build/host_$kind" "$work/a build/file.so"
done
if command -v readelf >/dev/null; then
    for kind in static static-pie; do
        if readelf -lW "$work/a build/host_$kind" | grep -q INTERP; then
            echo "FAILED: host_$kind is not static"
            exit 1
        fi
    done
fi
step nothing_to_do "$cmake" --build "$work/a build"
grep -q "no work to do" "$work/log" || { echo "FAILED: built again without a change"; cat "$work/log"; exit 1; }

# A program whose link forgot the table is told, not crashed.
cd "$work/a program"
step no_table "$cc" -static -std=c11 -DINSIDE_STATIC -DIS_STATIC=1 -I"$prefix/include" -I"$work/a build" -o "$work/no table" host.c "$work/a build/inside.o" "$prefix/lib/libcorert.a" -lpthread -ldl -lm -Wl,--no-eh-frame-hdr
if "$work/no table" x.so >"$work/printed"; then
    echo "FAILED: no_table ends well"
    exit 1
elif ! grep -q "has no unwind table (link with --eh-frame-hdr)" "$work/printed"; then
    echo "FAILED: no_table: $(cat "$work/printed")"
    exit 1
fi

command -v pkg-config >/dev/null || { echo "all inside, without pkg-config"; exit 0; }
PKG_CONFIG_PATH="$prefix/lib/pkgconfig"
export PKG_CONFIG_PATH
for kind in -no-pie -static -static-pie; do
    pie=
    [ "$kind" != -static-pie ] || pie=-fPIE
    static=1
    [ "$kind" != -no-pie ] || static=0
    # pkg-config writes for a shell: blanks have a backslash.
    eval "step pkg_config$kind $cc -std=c11 $kind $pie -DINSIDE_STATIC -DIS_STATIC=$static '-I$work/a build' -o '$work/host$kind' host.c '$work/a build/inside.o' $(pkg-config --cflags --libs corert-static)"
    inside "$work/host$kind" "$work/a build/file.so"
done
printf '#include "corert.h"\nint main(void) { return corert_init(NULL) != CORERT_OK || corert_shutdown() != CORERT_OK; }\n' >"$work/least.c"
eval "step pkg_config_shared $cc -std=c11 -o '$work/least' '$work/least.c' $(pkg-config --cflags --libs corert) '-Wl,-rpath,$prefix/lib'"
"$work/least" || { echo "FAILED: with libcorert.so: $?"; exit 1; }
echo "all inside"
