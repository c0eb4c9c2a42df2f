#!/bin/sh
# tests/host/size.sh LIMIT-KIB CC INCLUDE LIBCORERT.so LIBCORERT.a - the text of the engine, as size
# tells it: of the shared library, and of what a host takes out of the archive (less the same host
# without it).
set -eu
limit=$1 cc=$2 include=$3 shared=$4 archive=$5
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

text() # FILE
{
    size "$1" | awk 'NR == 2 { print $1 }'
}

cat >"$dir/host.c" <<END
#include "corert.h"
int main(int argc, char **argv)
{
    corert_module *m;
    void *f;

    (void)argc;
    return corert_init(0) != CORERT_OK || corert_module_load(argv[1], &m, 0, 0) != CORERT_OK ||
           corert_module_export(m, "f", &f) != CORERT_OK || corert_shutdown() != CORERT_OK;
}
END
echo 'int main(void) { return 0; }' >"$dir/none.c"
"$cc" -O2 -Wl,--gc-sections -I"$include" -o "$dir/host" "$dir/host.c" "$archive" -lpthread -ldl -lm
"$cc" -O2 -Wl,--gc-sections -o "$dir/none" "$dir/none.c"
bad=0
for row in "libcorert.so $(text "$shared")" "libcorert.a $(($(text "$dir/host") - $(text "$dir/none")))"; do
    # shellcheck disable=SC2086
    set -- $row
    echo "$1: text $2 bytes, $((($2 + 1023) / 1024)) KiB of at most $limit"
    [ "$2" -le $((limit * 1024)) ] || { echo "FAILED: $1 is too large"; bad=1; }
done
exit $bad
