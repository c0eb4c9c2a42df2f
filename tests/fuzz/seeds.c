/* tests/fuzz/seeds.c - seeds for libFuzzer: with CORERT_FUZZ_SEEDS=FOLDER a target writes them there
 * and ends. They come from text in the tree (fuzz_seed), so that no corpus of bytes is kept in it. */
#include <stdio.h>
#include <stdlib.h>

#include "pal/pal.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
    const char *folder = getenv("CORERT_FUZZ_SEEDS");
    struct byte_vec v = {0};

    (void)argc;
    (void)argv;
    if (!folder)
        return 0;
    for (unsigned n = 0; fuzz_seed(n, &v); n++) {
        char path[1024];

        snprintf(path, sizeof path, "%s/seed-%u", folder, n);
        if (pal_file_write(path, v.at, v.count, false) != PAL_OK) {
            fprintf(stderr, "%s: cannot be written\n", path);
            exit(EXIT_FAILURE);
        }
        byte_vec_free(&v);
    }
    exit(EXIT_SUCCESS);
}
