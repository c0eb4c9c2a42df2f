#!/bin/sh
# tests/arrows/arrows.sh TREE - who may include whom.
#   include <- engine -> gc, loader -> pal
#   compiler -> pal, gc/object_format.h, loader/module_format.h, engine/thread_block.h, and no more
# Also: _GNU_SOURCE only in pal/, LLVM only in compiler/codegen/llvm, no file over 800 lines.
# Prints each fault as file:line and ends with 1 if there was any.
set -u
tree=$1
cd "$tree" || exit 2
faults=0

fault() {
    printf '%s\n' "$1"
    faults=$((faults + 1))
}

sources() {
    for d in "$@"; do
        [ -d "$d" ] && find "$d" -name '*.[chS]' -o -name '*.def'
    done | sort
}

# includes FOLDER: lines "file:line path" for each quoted include below FOLDER.
includes() {
    sources "$1" | while read -r f; do
        sed -n 's/^[ \t]*#[ \t]*include[ \t]*"\([^"]*\)".*/\1/;T;=;p' "$f" |
            paste - - | sed "s|^\\([0-9]*\\)\\t|$f:\\1 |"
    done
}

# allow FOLDER REGEX: each quoted include below FOLDER must match REGEX.
allow() {
    bad=$(includes "$1" | grep -Ev " ($2)\$")
    [ -z "$bad" ] && return 0
    while IFS= read -r line; do
        fault "$line: $1/ may not include this"
    done <<EOF
$bad
EOF
}

public='corert[a-z_]*\.(h|hpp)'
formats='gc/object_format\.h|loader/module_format\.h|engine/thread_block\.h'

allow include "$public"
allow pal 'pal/.*'
allow gc "gc/.*|pal/.*|$public"
allow loader "loader/.*|gc/object_format\.h|pal/.*|$public"
allow engine "engine/.*|gc/.*|loader/.*|pal/.*|$public"
allow compiler "compiler/.*|pal/.*|$formats"

# A private header stays in its folder.
for f in $(sources pal gc loader engine compiler); do
    folder=$(dirname "$f")
    bad=$(grep -n '^[ \t]*#[ \t]*include[ \t]*"[^"]*_priv\.h"' "$f" | grep -v "\"$folder/[^/]*\"" | head -n 1)
    [ -z "$bad" ] || fault "$f:${bad%%:*}: includes another folder's private header"
done

for f in $(sources gc loader engine compiler include); do
    n=$(grep -n '^[ \t]*#[ \t]*define[ \t]*_GNU_SOURCE' "$f" | head -n 1)
    [ -z "$n" ] || fault "$f:${n%%:*}: _GNU_SOURCE belongs to pal/ only"
    case $f in
    compiler/codegen/llvm/*) ;;
    *)
        n=$(grep -n '^[ \t]*#[ \t]*include[ \t]*[<"]llvm' "$f" | head -n 1)
        [ -z "$n" ] || fault "$f:${n%%:*}: LLVM belongs to compiler/codegen/llvm only"
        ;;
    esac
done

for f in $(sources pal gc loader engine compiler include); do
    case $f in *.def) continue ;; esac
    n=$(wc -l <"$f")
    [ "$n" -le 800 ] || fault "$f: $n lines, 800 is the limit"
done

if [ "$faults" -gt 0 ]; then
    echo "$faults fault(s)"
    exit 1
fi
echo "all arrows point the right way"
