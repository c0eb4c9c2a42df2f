#!/bin/sh
# embed-examples/sqlite/check.sh WORK [stress] - the stock shell loads the extension and answers the
# queries; an error of the extension is an error of the query. With `stress` the collector runs at every
# 97th allocation meanwhile, moves what it can and checks the heap.
set -eu
work=$1
here=$(dirname "$0")

command -v sqlite3 >/dev/null || { echo "no sqlite3: skipped"; exit 77; }
if [ "${2:-}" = stress ]; then
    export CORERT_GCSTRESS=97 CORERT_GCSTRESS_EVACUATE=1 CORERT_VERIFYHEAP=1
    # What is set is used: a bad value is refused in words.
    CORERT_GCSTRESS=often sqlite3 -cmd ".load $work/sqlite" :memory: "SELECT 1" 2>&1 | grep -q CORERT_GCSTRESS
fi
sqlite3 -cmd ".load $work/sqlite" :memory: <"$here/queries.sql" >"$work/printed"
diff "$here/expected.txt" "$work/printed"
if sqlite3 -cmd ".load $work/sqlite" :memory: "SELECT 'a' REGEXP '('" 2>"$work/error"; then
    echo "a bad pattern is no error"
    exit 1
fi
grep -q 'regexp: Invalid pattern' "$work/error"
echo "the stock shell runs C#"
