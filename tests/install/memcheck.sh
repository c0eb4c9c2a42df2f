#!/bin/sh
# tests/install/memcheck.sh PREFIX CLASSLIB CALCULATOR WORK CC - hosts under valgrind's memcheck with the installed
# suppressions: quiet while threads run and collections scan stacks, and still told of a fault of their own.
# CALCULATOR: the built embed-examples/calculator.
set -eu
command -v valgrind >/dev/null || exit 77
prefix=$1 classlib=$2 calculator=$3 work=$4 cc=$5
rm -rf "$work"
mkdir -p "$work"

memcheck() { # COMMAND...
    valgrind -q --error-exitcode=99 --fair-sched=yes --suppressions="$prefix/share/corert/valgrind.supp" "$@"
}

for host in host-dynamic host-static; do
    memcheck "$calculator/$host" "$calculator/calculator.so" >"$work/printed" 2>"$work/log" || { echo "FAILED $host: $?"; head -n 40 "$work/log"; exit 1; }
    [ ! -s "$work/log" ] && grep -q 42 "$work/printed" || { echo "FAILED $host:"; cat "$work/printed" "$work/log"; exit 1; }
done

cat >"$work/work.cs" <<'END'
using System;
using System.Linq;
using System.Runtime.InteropServices;
using System.Threading.Tasks;
public static class Work
{
    sealed class Node { public Node Left, Right; ~Node() { } }
    static Node Tree(int depth) => depth == 0 ? null : new Node { Left = Tree(depth - 1), Right = Tree(depth - 1) };
    static int Count(Node n) => n == null ? 0 : 1 + Count(n.Left) + Count(n.Right);
    [UnmanagedCallersOnly(EntryPoint = "work")]
    public static int Run(int depth)
    {
        int sum = 0;
        for (int i = 0; i < 5; i++)
        {
            var trees = Enumerable.Range(0, 4).Select(_ => Task.Run(() => Tree(depth))).ToArray();
            Task.WaitAll(trees);
            GC.Collect();
            sum += trees.Sum(t => Count(t.Result));
            try { throw new InvalidOperationException(string.Join(",", Enumerable.Range(0, depth))); }
            catch (InvalidOperationException e) { sum += e.Message.Length > 0 ? 0 : 1; }
        }
        return sum;
    }
}
END
"$(dirname "$0")/../compile_cs.sh" "$classlib" "$work/work.dll" -target:library "$work/work.cs" || exit $?
"$prefix/bin/corertc" --self-contained --quiet -O1 --cache "$work/cache" --header "$work/work.h" -o "$work/work.so" "$work/work.dll"
cat >"$work/host.c" <<'END'
#include <stdio.h>
#include <stdlib.h>
#include "work.h"
int
main(int argc, char **argv)
{
    corert_module *module;
    struct work w;
    int *own = malloc(sizeof *own);

    if (argc < 2 || corert_init(NULL) != CORERT_OK || corert_module_load(argv[1], &module, NULL, 0) != CORERT_OK || work_bind(module, &w) != CORERT_OK)
        return 1;
    printf("%d\n", w.work(8));
    if (argc == 3 && *own == 12345) /* never written: the host's own fault */
        puts("by chance");
    free(own);
    return corert_shutdown() != CORERT_OK;
}
END
"$cc" -std=c11 -g -O0 -w -I"$prefix/include" -I"$work" -o "$work/host" "$work/host.c" -L"$prefix/lib" -lcorert -Wl,-rpath,"$prefix/lib"
memcheck "$work/host" "$work/work.so" >"$work/printed" 2>"$work/log" || { echo "FAILED: $?"; head -n 60 "$work/log"; exit 1; }
[ "$(cat "$work/printed")" = 5100 ] && [ ! -s "$work/log" ] || { echo "FAILED: not quiet"; cat "$work/printed" "$work/log"; exit 1; }
code=0
memcheck "$work/host" "$work/work.so" fault >"$work/printed" 2>"$work/log" || code=$?
[ "$code" -eq 99 ] && grep -q "main (host.c" "$work/log" || { echo "FAILED: a fault of the host is not told: $code"; cat "$work/log"; exit 1; }
# Without the suppressions a collection is not quiet: else they would be for nothing.
if valgrind -q --error-exitcode=99 --fair-sched=yes "$work/host" "$work/work.so" >"$work/printed" 2>"$work/log"; then
    echo "quiet without suppressions too"
fi
echo "quiet"
