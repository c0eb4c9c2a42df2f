/* tests/loader/seal.c - writes the digest into a hand-made module, as the compiler would. */
#include "loader/module_format.h"

#include <stdio.h>

#include "pal/pal.h"

int
main(int argc, char **argv)
{
    struct pal_file file;
    const char *why;

    if (argc != 2 || pal_file_read(argv[1], (size_t)1 << 28, &file) != PAL_OK)
        return 2;
    if (!ldr_digest_seal(file.bytes, file.size, &why)) {
        fprintf(stderr, "%s: %s\n", argv[1], why);
        return 1;
    }
    if (pal_file_write(argv[1], file.bytes, file.size, true) != PAL_OK)
        return 2;
    pal_file_free(&file);
    return 0;
}
