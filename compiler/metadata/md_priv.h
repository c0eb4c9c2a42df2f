/* compiler/metadata/md_priv.h - what an image is made of; used inside this folder only.
 * Invariant after opening: every cell of every table has passed md_check.c. */
#ifndef COMPILER_METADATA_MD_PRIV_H
#define COMPILER_METADATA_MD_PRIV_H

#include "compiler/metadata/md.h"

enum md_kind {
    MD_KIND_U1,
    MD_KIND_U2,
    MD_KIND_U4,
    MD_KIND_STR,
    MD_KIND_BLOB,
    MD_KIND_GUID,
    MD_KIND_ROW,
    MD_KIND_REF,
    MD_KIND_LIST,
    MD_KIND_CODED,
    MD_KIND_CODED_REF,
};

/* Coded indexes, II.24.2.6 */
enum md_coded {
    MD_CODED_TYPEDEFORREF,
    MD_CODED_HASCONSTANT,
    MD_CODED_HASCUSTOMATTRIBUTE,
    MD_CODED_HASFIELDMARSHAL,
    MD_CODED_HASDECLSECURITY,
    MD_CODED_MEMBERREFPARENT,
    MD_CODED_HASSEMANTICS,
    MD_CODED_METHODDEFORREF,
    MD_CODED_MEMBERFORWARDED,
    MD_CODED_IMPLEMENTATION,
    MD_CODED_CUSTOMATTRIBUTETYPE,
    MD_CODED_RESOLUTIONSCOPE,
    MD_CODED_TYPEORMETHODDEF,
    MD_CODED_HASCUSTOMDEBUGINFORMATION,
    MD_CODED_COUNT
};

enum { MD_COLUMNS_MAX = 9, MD_CODED_NONE = 0xFF };

struct md_coded_info {
    uint8_t bits;
    uint8_t count;      /* tags in use */
    uint8_t tables[27]; /* by tag; MD_CODED_NONE: no table */
};

struct md_column_info {
    const char *name;
    uint8_t kind;     /* enum md_kind */
    uint8_t argument; /* table or enum md_coded */
};

struct md_table_info {
    const char *name; /* NULL: no such table */
    uint8_t columns;
    int8_t key; /* column or MD_NO_KEY */
    const struct md_column_info *column;
};

extern const struct md_table_info md_table_infos[MD_TABLE_COUNT];
extern const struct md_coded_info md_coded_infos[MD_CODED_COUNT];

struct md_section {
    uint32_t rva, raw_at, raw_size;
};

struct md_heap {
    const uint8_t *at; /* borrowed; never NULL */
    uint32_t size;
};

struct md_rows {
    const uint8_t *at; /* borrowed; `count` rows of `row_size` bytes are present */
    uint32_t count;
    uint32_t row_size;
    uint8_t offset[MD_COLUMNS_MAX];
    uint8_t width[MD_COLUMNS_MAX]; /* 2 or 4 bytes */
};

/* Open-addressed hash of rows; 0 = free; at most half full. */
struct md_name_index {
    uint32_t *slots; /* arena; NULL when empty */
    uint32_t mask;
};

struct md_image {
    struct arena *arena;
    const char *path;     /* arena */
    const uint8_t *bytes; /* borrowed */
    size_t size;
    struct md_section *sections; /* arena */
    uint32_t section_count;
    struct md_heap strings; /* ends with its last NUL */
    struct md_heap user_strings, blobs, guids;
    struct md_rows tables[MD_TABLE_COUNT];
    uint32_t external[MD_TABLE_COUNT]; /* PDB: rows of the assembly's tables */
    struct md_heap resources;
    struct md_heap debug; /* the debug directory; size 0: none */
    uint32_t entry_point;
    const uint8_t *pdb_id; /* NULL for an assembly */
    uint32_t *enclosing;   /* arena; by TypeDef row; 0 = not nested */
    struct md_name_index types, exported;
};

/* Rows a token of this table may name: for a PDB those of its assembly. */
static inline uint32_t
md_rows_known(const struct md_image *img, unsigned table)
{
    return img->tables[table].count ? img->tables[table].count : img->external[table];
}

/* The cell as it is stored. The row must exist. */
static inline uint32_t
md_raw(const struct md_rows *t, uint32_t row, unsigned column)
{
    const uint8_t *p = t->at + (size_t)(row - 1) * t->row_size + t->offset[column];
    uint32_t x = (uint32_t)p[0] | (uint32_t)p[1] << 8;

    return t->width[column] == 2 ? x : x | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* md_root.c: reads root, streams and table layout from metadata bytes. */
bool md_root_read(struct md_image *img, const uint8_t *bytes, size_t size, struct md_error *err);
/* md_check.c: checks every cell, builds `enclosing`. */
bool md_check(struct md_image *img, struct md_error *err);
/* md_names.c: builds the two name indexes. */
void md_names_index(struct md_image *img);
/* md_read.c */
bool md_utf8_valid(const uint8_t *at, size_t size);
/* II.23.2: length of a compressed unsigned number at p[0..left), or 0 if malformed. */
unsigned md_uint_decode(const uint8_t *p, size_t left, uint32_t *out);
uint32_t md_coded_decode(unsigned coded, uint32_t raw);
/* False when the table has no tag in this coded index. */
bool md_coded_encode(unsigned coded, uint32_t token, uint32_t *raw);
/* md_sha1.c */
void md_sha1(const uint8_t *bytes, size_t size, uint8_t out[20]);
/* md_names.c: the token of a key blob (a full key is hashed, a token is copied). */
bool md_key_token(struct md_blob key, bool is_full_key, uint8_t out[8]);

/* ---- md_xml.c: a pull reader for the small XML files inside assemblies --------------------- */

enum md_xml_event { MD_XML_START, MD_XML_END, MD_XML_EOF, MD_XML_BAD };
enum { MD_XML_ATTRIBUTES_MAX = 16, MD_XML_DEPTH_MAX = 32 };

struct md_xml_attribute {
    struct md_text name; /* borrowed from the document */
    const char *value;   /* arena; entities resolved */
};

struct md_xml {
    struct cursor cursor;
    struct arena *arena;
    struct md_text name; /* of the element that starts or ends */
    struct md_xml_attribute attributes[MD_XML_ATTRIBUTES_MAX];
    unsigned attribute_count;
    struct md_text open[MD_XML_DEPTH_MAX]; /* names of the open elements */
    unsigned depth;
    bool end_pending; /* the last start was <x/> */
    bool seen_root;
    const char *fact; /* after MD_XML_BAD: what is wrong */
};

void md_xml_begin(struct md_xml *x, const uint8_t *bytes, size_t size, struct arena *a);
enum md_xml_event md_xml_next(struct md_xml *x);
/* NULL when the started element has no such attribute. */
const char *md_xml_attribute(const struct md_xml *x, const char *name);
bool md_text_is(struct md_text text, const char *expected);

#endif
