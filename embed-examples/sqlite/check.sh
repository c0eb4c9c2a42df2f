#!/bin/sh
# embed-examples/sqlite/check.sh WORK - the stock shell loads the extension and answers the queries; an
# error of the extension is an error of the query.
set -eu
work=$1
here=$(dirname "$0")

command -v sqlite3 >/dev/null || { echo "no sqlite3: skipped"; exit 77; }
sqlite3 -cmd ".load $work/sqlite" :memory: <"$here/queries.sql" >"$work/printed"
diff "$here/expected.txt" "$work/printed"
if sqlite3 -cmd ".load $work/sqlite" :memory: "SELECT 'a' REGEXP '('" 2>"$work/error"; then
    echo "a bad pattern is no error"
    exit 1
fi
grep -q 'regexp: Invalid pattern' "$work/error"
echo "the stock shell runs C#"
