#!/bin/sh
# tests/emit/mt_compare.sh MT_COMPARE IMAGE ASSEMBLY.dll PACKAGE MINIMUM - compiles the assembly with
# the package's own compiler and compares its MethodTables with those of IMAGE (made by corertc from
# the same assembly). Skipped (77) where the package's compiler is missing.
set -u
compare=$1
image=$2
assembly=$3
package=$4
minimum=$5
[ -e "$package/tools/ilc" ] || exit 77
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
# Not every unpacker keeps the executable bit.
if [ ! -x "$package/tools/ilc" ]; then
    cp "$package"/tools/* "$dir/" && chmod +x "$dir/ilc" || exit 1
    ilc=$dir/ilc
else
    ilc=$package/tools/ilc
fi
"$ilc" "$assembly" -o:"$dir/theirs.o" --targetos:linux --targetarch:x64 \
    -r:"$package/sdk/*.dll" -r:"$package/framework/*.dll" --directpinvoke:libSystem.Native \
    --initassembly:System.Private.CoreLib --initassembly:System.Private.StackTraceMetadata \
    --initassembly:System.Private.TypeLoader --initassembly:System.Private.DisabledReflection \
    --generateunmanagedentrypoints:System.Private.CoreLib --reflectiondata:none --resilient \
    --feature:System.Globalization.Invariant=true --feature:System.Reflection=false \
    --feature:System.Collections.Generic.DefaultComparers=false \
    --feature:System.Resources.UseSystemResourceKeys=true \
    --feature:System.Diagnostics.Tracing.EventSource.IsSupported=false \
    --feature:System.Reflection.IsReflectionExecutionAvailable=false >"$dir/log" 2>&1 || {
    cat "$dir/log"
    exit 1
}
exec_status=0
"$compare" "$image" "$dir/theirs.o" "$minimum" || exec_status=$?
exit "$exec_status"
