/* tests/metadata/recipe.h - builds assemblies and portable PDBs from rows, strings and blobs, so
 * that no test needs an opaque file. All heaps stay below 64 KiB: every index takes two bytes. */
#ifndef TESTS_METADATA_RECIPE_H
#define TESTS_METADATA_RECIPE_H

#include "compiler/base/vec.h"
#include "compiler/metadata/md.h"

struct recipe {
    struct byte_vec strings, user_strings, blobs, guids; /* owned */
    struct byte_vec rows[MD_TABLE_COUNT];                /* owned */
    uint32_t counts[MD_TABLE_COUNT];
    struct byte_vec data, resources; /* owned; mapped data, then the resources' directory */
    uint32_t entry_point;
    uint32_t pdb_methods;      /* PDB: rows of MethodDef in its assembly */
    const char *tables_stream; /* borrowed; "#~" */
};

void recipe_begin(struct recipe *r);
void recipe_free(struct recipe *r);

uint32_t recipe_string(struct recipe *r, const char *text);
uint32_t recipe_blob(struct recipe *r, const void *bytes, size_t size);
uint32_t recipe_user_string(struct recipe *r, const char *ascii);           /* the ldstr token */
uint32_t recipe_data(struct recipe *r, const void *bytes, size_t size);     /* its RVA */
uint32_t recipe_resource(struct recipe *r, const void *bytes, size_t size); /* its offset */
/* Appends a row; cells are stored as they are (coded ones already encoded). Gives its number. */
uint32_t recipe_row(struct recipe *r, enum md_table table, const uint32_t *cells);
/* Overwrites one cell. */
void recipe_patch(struct recipe *r, enum md_table table, uint32_t row, unsigned column,
                  uint32_t value);

#define RECIPE_ROW(r, table, ...) recipe_row(r, table, (const uint32_t[]){__VA_ARGS__})
#define RECIPE_BLOB(r, ...)                                                                        \
    recipe_blob(r, (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))
#define RECIPE_DATA(r, ...)                                                                        \
    recipe_data(r, (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

/* The file, in a vector the caller frees. */
struct byte_vec recipe_image(const struct recipe *r);
struct byte_vec recipe_pdb(const struct recipe *r);

/* A .resources file, version 2, of string pairs sorted by the caller's order of hashes. */
struct byte_vec recipe_resources_file(const char *const (*pairs)[2], unsigned count);

/* The assembly "Recipe" that most tests read; see recipe_library.c for its contents. */
enum {
    LIB_OUTER = 2, /* TypeDef rows */
    LIB_INNER = 3,
    LIB_ATTRIBUTE = 4,
    LIB_ENUM = 5,
    LIB_METHOD_TINY = 1, /* MethodDef rows */
    LIB_METHOD_FAT = 2,
    LIB_METHOD_ABSTRACT = 3,
    LIB_METHOD_ATTRIBUTE_CTOR = 4,
};
void recipe_library(struct recipe *r);
/* A PDB with one document and one method. */
void recipe_library_pdb(struct recipe *r);

extern const char recipe_substitutions[];

#endif
