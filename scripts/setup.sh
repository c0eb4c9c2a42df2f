#!/bin/sh
# scripts/setup.sh - everything a build needs, on Debian 12 with the .NET SDK. Safe to run again:
# each step looks first whether its result is there. Needs root only if packages are missing.
# Results: system packages, and third_party/{mimalloc,libunwind,nuget}.
set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
cache=$top/third_party

say() { printf 'setup: %s\n' "$*"; }
die() { printf 'setup: error: %s\n' "$*" >&2; exit 1; }

# The value of set(NAME "value") in cmake/versions.cmake.
version() {
    sed -n "s/^set($1 \"\\([^\"]*\\)\").*/\\1/p" "$top/cmake/versions.cmake" | grep . ||
        die "no $1 in cmake/versions.cmake"
}

packages='llvm-19-dev lld-19 clang-19 libclang-rt-19-dev cmake ninja-build gcc g++ make pkg-config
    dpkg-dev check libffi-dev zlib1g-dev libpng-dev sqlite3 gdb git ca-certificates file binutils'

install_packages() {
    missing=
    for p in $packages; do
        dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing="$missing $p"
    done
    [ -n "$missing" ] || return 0
    say "installing:$missing"
    [ "$(id -u)" = 0 ] || die "not root; install these packages first:$missing"
    apt-get update -qq || die "apt-get update failed"
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null ||
        die "apt-get could not install:$missing"
}

# Unpacks Debian source package $1 at version $2 below $work, without touching the system's lists.
fetch_source() {
    parts=$work/apt/parts
    mkdir -p "$parts" "$work/apt/lists/partial"
    if [ -e /etc/apt/sources.list.d/debian.sources ]; then
        sed 's/^Types:.*/Types: deb-src/' /etc/apt/sources.list.d/debian.sources >"$parts/src.sources"
    else
        sed -n -e '/cdrom:/d' -e 's/^deb /deb-src /p' /etc/apt/sources.list >"$parts/src.list"
    fi
    opts="-qq -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts=$parts
        -o Dir::State::lists=$work/apt/lists -o APT::Sandbox::User=root"
    # shellcheck disable=SC2086
    (cd "$work" && apt-get $opts update && apt-get $opts source --only-source "$1=$2" >/dev/null) ||
        die "cannot fetch the source of $1 $2"
}

# Static and hidden: cmake/libcorert.cmake makes what is left of its names local. Small rather than fast:
# the engine takes native memory only at starts and loads, and walks host frames only for reports.
build_mimalloc() {
    v=$(version CORERT_MIMALLOC_SOURCE)
    out=$cache/mimalloc
    [ -e "$out/version-$v-small" ] && return 0
    say "building mimalloc $v"
    work=$(mktemp -d)
    fetch_source mimalloc "$v"
    src=$(echo "$work"/mimalloc-*/)
    {
        cmake -S "$src" -B "$work/build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DMI_OVERRIDE=OFF \
            -DMI_BUILD_SHARED=OFF -DMI_BUILD_OBJECT=OFF -DMI_BUILD_TESTS=OFF \
            -DCMAKE_POSITION_INDEPENDENT_CODE=ON "-DCMAKE_C_FLAGS=-fvisibility=hidden -ffunction-sections -fdata-sections" \
            "-DCMAKE_C_FLAGS_RELEASE=-Os -DNDEBUG"
        cmake --build "$work/build"
    } >"$work/log" 2>&1 || { tail -n 30 "$work/log" >&2; die "mimalloc did not build"; }
    rm -rf "$out"
    mkdir -p "$out/include" "$out/lib"
    cp "$work/build/libmimalloc.a" "$out/lib/"
    cp "$src"include/mimalloc*.h "$out/include/"
    cp "$src"LICENSE "$out/" 2>/dev/null || true
    touch "$out/version-$v-small"
    rm -rf "$work"
}

build_libunwind() {
    v=$(version CORERT_LIBUNWIND_SOURCE)
    out=$cache/libunwind
    [ -e "$out/version-$v-small" ] && return 0
    say "building libunwind $v"
    work=$(mktemp -d)
    fetch_source libunwind "$v"
    src=$(echo "$work"/libunwind-*/)
    mkdir "$work/build"
    (
        cd "$work/build"
        CFLAGS="-Os -DNDEBUG -fPIC -fvisibility=hidden -ffunction-sections -fdata-sections" "$src/configure" --prefix="$work/out" --disable-shared \
            --enable-static --with-pic --disable-cxx-exceptions --disable-coredump --disable-ptrace \
            --disable-setjmp --disable-documentation --disable-tests --disable-minidebuginfo
        make -j"$(nproc)"
        make install
    ) >"$work/log" 2>&1 || { tail -n 30 "$work/log" >&2; die "libunwind did not build"; }
    rm -rf "$out"
    mkdir -p "$out/include" "$out/lib"
    # Two archives, one for each half of the local unwinder, become one.
    printf 'create %s\naddlib %s\naddlib %s\nsave\nend\n' "$out/lib/libunwind.a" \
        "$work/out/lib/libunwind.a" "$work/out/lib/libunwind-x86_64.a" | ar -M
    cp "$work"/out/include/libunwind*.h "$out/include/" # not unwind.h: the compiler has its own
    cp "$src/COPYING" "$out/"
    touch "$out/version-$v-small"
    rm -rf "$work"
}

# The packages of cmake/classlib/classlib.csproj. NuGet writes .nupkg.metadata last, so a package that
# has one is whole.
fetch_classlib() {
    v=$(version CORERT_CLASSLIB_VERSION)
    i=$(version CORERT_ILASM_VERSION)
    out=$cache/nuget
    ilasm=runtime.linux-x64.microsoft.netcore.ilasm/$i
    missing=
    for p in "runtime.linux-x64.microsoft.dotnet.ilcompiler/$v" "microsoft.netcore.app.ref/$v" "$ilasm"; do
        [ -e "$out/$p/.nupkg.metadata" ] || missing=yes
    done
    if [ -n "$missing" ]; then
        command -v dotnet >/dev/null || die "the .NET SDK (dotnet) is not in PATH"
        say "fetching the class library $v"
        "$top/scripts/dotnet.sh" restore "$top/cmake/classlib/classlib.csproj" \
            --packages "$out" -p:ClasslibVersion="$v" -p:IlasmVersion="$i" \
            -p:BaseIntermediateOutputPath="$cache/obj/" -p:NuGetAudit=false -nodeReuse:false -v quiet >"$cache/obj/restore.log" 2>&1 ||
            { cat "$cache/obj/restore.log" >&2; die "dotnet restore failed"; }
    fi
    [ -e "$out/runtime.linux-x64.microsoft.dotnet.ilcompiler/$v/sdk/System.Private.CoreLib.dll" ] ||
        die "the package of the class library has no System.Private.CoreLib"
    # NuGet keeps no executable bit.
    ilasm=$out/$ilasm/runtimes/linux-x64/native/ilasm
    [ -e "$ilasm" ] || die "the package of ilasm has no $ilasm"
    [ -x "$ilasm" ] || chmod +x "$ilasm"
}

mkdir -p "$cache/obj"
install_packages
build_mimalloc
build_libunwind
fetch_classlib
say "ready"
