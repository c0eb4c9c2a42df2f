/* tests/metadata/md_counts.c - prints the row counts of assemblies, for srm_counts.sh.
 * Output: "== NAME" a file, then one line a table: number, name, rows. */
#include "compiler/metadata/md.h"
#include "pal/pal.h"

#include <stdlib.h>
#include <string.h>

static int
counts_print(const char *path)
{
    struct arena *a = arena_new();
    const char *slash = strrchr(path, '/');
    struct pal_file file = {NULL, 0};
    struct md_error err;
    struct md_image *img = NULL;

    if (pal_file_read(path, 256u << 20, &file) != PAL_OK)
        fprintf(stderr, "%s: cannot be read\n", path);
    else if (!(img = md_open(a, path, file.bytes, file.size, &err)))
        fprintf(stderr, "%s\n", err.text);
    if (img) {
        printf("== %s\n", slash ? slash + 1 : path);
        md_dump_counts(img, stdout);
    }
    arena_free(a);
    pal_file_free(&file);
    return img ? EXIT_SUCCESS : EXIT_FAILURE;
}

int
main(int argc, char **argv)
{
    int result = EXIT_SUCCESS;

    for (int i = 1; i < argc; i++)
        if (counts_print(argv[i]) != EXIT_SUCCESS)
            result = EXIT_FAILURE;
    return result;
}
