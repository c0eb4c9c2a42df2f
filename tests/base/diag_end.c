/* tests/base/diag_end.c - ends by the way its argument names; diag_end.sh looks at the result. */
#include "compiler/base/arena.h"
#include "compiler/base/diag.h"
#include "pal/pal.h"

#include <stdio.h>
#include <string.h>

int
main(int argc, char **argv)
{
    const char *way = argc == 3 ? argv[1] : "";

    if (!way[0])
        return 2;
    diag_temporary(argv[2]);
    printf("before\n");
    diag_warning("one %d", 1);
    if (strcmp(way, "fatal") == 0)
        diag_fatal("x.dll: method %08x: line\nbreak", 0x06000012u);
    if (strcmp(way, "bug") == 0)
        CC_ASSERT(argc == 0);
    if (strcmp(way, "memory") == 0)
        arena_array(arena_new(), SIZE_MAX / 2, 4);
    diag_temporaries_remove();
    return diag_warning_count() == 1 ? 0 : 3;
}
