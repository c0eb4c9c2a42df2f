#!/bin/sh
# tests/install/tree.sh CMAKE BUILD PREFIX - cmake --install into one folder, which then moves to PREFIX: no file may
# hold the old path where it matters.
set -eu
cmake=$1 build=$2 prefix=$3
rm -rf "$prefix" "$prefix.first"
"$cmake" --install "$build" --prefix "$prefix.first" >/dev/null
mv "$prefix.first" "$prefix"
for file in bin/corertc include/corert.h include/corert_files.h include/corert_info.h include/corert_values.h lib/libcorert.so lib/libcorert.a lib/pkgconfig/corert.pc lib/pkgconfig/corert-static.pc lib/corert/liboldlibc.a share/corert/valgrind.supp lib/cmake/corert/corert-inputs.cmake lib/cmake/corert/corert-inputs.targets lib/cmake/corert/corert-config.cmake \
    lib/cmake/corert/corert-config-version.cmake lib/corert/classlib/CoreRT.Companion.dll lib/corert/classlib/sdk/System.Private.CoreLib.dll; do
    [ -e "$prefix/$file" ] || { echo "FAILED: $file is not installed"; exit 1; }
done
if grep -rlE "$build|$prefix.first" "$prefix/lib/cmake" "$prefix/lib/pkgconfig" "$prefix/include" "$prefix/share"; then
    echo "FAILED: these name the build folder"
    exit 1
fi
"$prefix/bin/corertc" --version
