#!/bin/sh
# tests/gc/lost_roots.sh CORERTC CLASSLIB GENERATOR WORK SEED COUNT - compiles what lost_roots.c
# writes with -O2 and runs it, also with a collection that moves everything at each allocation. At the
# end the same program shows what a bad setting is answered with.
set -eu
corertc=$1
classlib=$2
generator=$3
work=$4
seed=$5
count=$6
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$work"
stem=$work/lost_$seed
"$generator" "$seed" "$count" >"$stem.cs"
code=0
"$here/../compile_cs.sh" "$classlib" "$stem.dll" "$stem.cs" || code=$?
[ "$code" -eq 0 ] || exit "$code"
"$corertc" --exe -O2 -o "$stem" "$stem.dll"
"$stem"
CORERT_GCSTRESS=1 CORERT_GCSTRESS_EVACUATE=1 "$stem"
CORERT_GCSTRESS=7 CORERT_GCSTRESS_EVACUATE=1 CORERT_VERIFYHEAP=1 "$stem"

# refused SETTING: exit code 1 and a sentence that begins with it.
refused()
{
    code=0
    said=$(env "$1" "$stem" 2>&1) || code=$?
    case $code-$said in
    "1-$1: must be "*) ;;
    *) echo "$1: exit code $code, '$said'"; exit 1 ;;
    esac
}
refused CORERT_GCSTRESS=often
refused CORERT_GCSTRESS=-1
refused CORERT_GCSTRESS=4294967296
refused CORERT_GCSTRESS_EVACUATE=2
refused CORERT_VERIFYHEAP=yes
refused CORERT_GCLOG=0x1
refused DOTNET_GCHeapHardLimit=64M
CORERT_GCLOG=1 CORERT_GCSTRESS=5000 "$stem" 2>&1 | grep -q '^gc 1: stress, [0-9.]* ms (stop ' || { echo "no log lines"; exit 1; }
