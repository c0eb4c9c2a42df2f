#!/bin/sh
# tests/emit/build.sh CORERTC CLASSLIB SOURCE.cs FOLDER - makes FOLDER/NAME.dll and the executable
# FOLDER/NAME, and runs it: its Main must return 0.
set -u
name=$(basename "$3" .cs)
"$(dirname "$0")/../compile_cs.sh" "$2" "$4/$name.dll" "$3" || exit $?
rm -f "$4/$name"
"$1" --exe -O0 -o "$4/$name" "$4/$name.dll" || exit 1
"$4/$name"
