/* tests/fuzz/fuzz_documents.c - any bytes as ILLink.Substitutions.xml and as a .resources file. */
#include "tests/fuzz/fuzz.h"

#include "compiler/metadata/md.h"
#include "tests/metadata/recipe.h"

#include <string.h>

static const char *const pairs[][2] = {{"Greeting", "Hello"}, {"Bye", "Bye"}, {"Empty", ""}};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new();
    struct md_blob blob = {data, (uint32_t)size};
    struct md_substitution *rows;
    struct md_resource_set set;
    struct md_text text;
    struct md_error err;
    uint32_t count;

    md_substitutions_parse("fuzz", data, size, a, &rows, &count, &err);
    if (md_resource_set_open(blob, "fuzz", &set, &err))
        for (unsigned i = 0; i < 3; i++)
            md_resource_set_find(&set, pairs[i][0], &text);
    arena_free(a);
    return 0;
}

bool
fuzz_seed(unsigned n, struct byte_vec *out)
{
    if (n == 0)
        byte_vec_put(out, recipe_substitutions, strlen(recipe_substitutions));
    else if (n == 1)
        *out = recipe_resources_file(pairs, 3);
    return n < 2;
}
