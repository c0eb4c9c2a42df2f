#!/bin/sh
# tests/cli/unmanaged_callers.sh CORERTC ILASM UNMANAGED_CALLERS.il - a method for unmanaged callers whose parameter is not
# plain data: one line that names method and parameter, exit code 1, no output; and one in a generic type.
set -u
corertc=$1
ilasm=$2
source=$3
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

"$ilasm" -dll -quiet "$source" "-output=$dir/unmanaged_callers.dll" >"$dir/log" 2>&1 || { cat "$dir/log"; exit 1; }
"$corertc" --self-contained -O0 -o "$dir/out.so" "$dir/unmanaged_callers.dll" >"$dir/stdout" 2>"$dir/err"
code=$?
if [ "$code" -ne 1 ] || [ -e "$dir/out.so" ] || [ -s "$dir/stdout" ] || [ "$(wc -l <"$dir/err")" -ne 1 ] ||
    ! grep -q "Exports.Length(.*parameter #2 'text' of type System.String" "$dir/err"; then
    echo "FAILED: exit code $code"
    cut -c 1-300 "$dir/err"
    exit 1
fi

# The address of one in a generic type, which C# refuses too.
cat >"$dir/generic.il" <<'IL'
.assembly extern System.Runtime { .publickeytoken = (B0 3F 5F 7F 11 D5 0A 3A) .ver 9:0:0:0 }
.assembly generic { .ver 1:0:0:0 }
.module generic.dll
.class public auto ansi Box`1<T> extends [System.Runtime]System.Object
{
  .method public hidebysig static int32 Answer() cil managed
  {
    .custom instance void [System.Runtime]System.Runtime.InteropServices.UnmanagedCallersOnlyAttribute::.ctor() = ( 01 00 00 00 )
    ldc.i4 42
    ret
  }
}
.class public abstract sealed auto ansi Program extends [System.Runtime]System.Object
{
  .method public hidebysig static int32 Main() cil managed
  {
    .entrypoint
    ldftn int32 class Box`1<int32>::Answer()
    conv.i4
    ret
  }
}
IL
"$ilasm" -exe -quiet "$dir/generic.il" "-output=$dir/generic.dll" >"$dir/log" 2>&1 || { cat "$dir/log"; exit 1; }
"$corertc" --exe -O0 -o "$dir/generic" "$dir/generic.dll" >"$dir/stdout" 2>"$dir/err"
code=$?
if [ "$code" -ne 1 ] || [ -e "$dir/generic" ] || ! grep -q "Answer.*cannot be generic or in a generic type" "$dir/err"; then
    echo "FAILED generic: exit code $code"
    cut -c 1-300 "$dir/err"
    exit 1
fi
