/* compiler/metadata/md.h - reader of .NET assemblies (ECMA-335 partition II) and portable PDBs.
 * The one door of the folder. Everything is checked once, in md_open: heap offsets, row ids, coded
 * tags, list order, sort order, nesting cycles. Later reads therefore cannot fail, except where a
 * function says so (blobs' contents, method bodies and tokens inside IL are read on demand).
 * An image is never written after md_open, so any number of threads may read it. */
#ifndef COMPILER_METADATA_MD_H
#define COMPILER_METADATA_MD_H

#include "compiler/base/arena.h"
#include "compiler/metadata/md_flags.h"
#include "pal/cursor.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* ---- errors ------------------------------------------------------------------------------- */

/* One line "FILE: PLACE: FACT", no line feed. Defined whenever a function with an `err` fails. */
struct md_error {
    char text[512];
};

/* ---- tables (md_tables.def) --------------------------------------------------------------- */

enum { MD_NO_KEY = -1 };

enum md_table {
#define MD_TABLE(id, number, name, key, clause) MD_##id = number,
#define MD_COL(table, id, kind, argument)
#define MD_END(table)
#include "compiler/metadata/md_tables.def"
#undef MD_TABLE
#undef MD_COL
#undef MD_END
    MD_TABLE_COUNT = 0x38,
    MD_USERSTRING = 0x70, /* not a table: the kind byte of ldstr tokens */
};

/* Columns: MD_<TABLE>_<COLUMN>, numbered from 0 within their table. */
#define MD_TABLE(id, number, name, key, clause) enum {
#define MD_COL(table, id, kind, argument)       MD_##table##_##id,
#define MD_END(table)                                                                              \
    MD_##table##_COLUMNS                                                                           \
    }                                                                                              \
    ;
#include "compiler/metadata/md_tables.def"
#undef MD_TABLE
#undef MD_COL
#undef MD_END

/* Tokens: table << 24 | row. Row 0 = nil, whatever the table. */
static inline uint32_t
md_token(enum md_table table, uint32_t row)
{
    return (uint32_t)table << 24 | row;
}

static inline enum md_table
md_token_table(uint32_t token)
{
    return (enum md_table)(token >> 24);
}

static inline uint32_t
md_token_row(uint32_t token)
{
    return token & 0xFFFFFFu;
}

/* ---- images ------------------------------------------------------------------------------- */

struct md_image;

/* Opens an assembly. `path` is copied and used in messages only. `bytes` are borrowed and must
 * outlive the image, which lives in `a`. On failure NULL, and *err tells why. No bytes crash it. */
struct md_image *md_open(struct arena *a, const char *path, const uint8_t *bytes, size_t size,
                         struct md_error *err);
/* The same for a standalone portable PDB. */
struct md_image *md_pdb_open(struct arena *a, const char *path, const uint8_t *bytes, size_t size,
                             struct md_error *err);

const char *md_path(const struct md_image *img);
/* Token of the entry point: MethodDef or File; 0 for a library. Valid. */
uint32_t md_entry_point(const struct md_image *img);
/* The table's name ("TypeDef"), or NULL for a number that is no table. */
const char *md_table_name(unsigned table);
void md_dump_counts(const struct md_image *img, FILE *out);

/* Fills *err with "path: place: fact". Returns false, so that readers can return the call. */
bool md_fail(struct md_error *err, const char *path, const char *place, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

uint32_t md_row_count(const struct md_image *img, enum md_table table);
/* One cell; rows count from 1. Heap columns give the heap offset (GUID: the 1-based index), ROW and
 * LIST columns the row id, coded columns a full token, 0 for nil. A row that does not exist reads
 * as 0. Generic parameters of one owner are consecutive rows numbered 0, 1, 2 ... */
uint32_t md_cell(const struct md_image *img, enum md_table table, uint32_t row, unsigned column);
/* True if the token names an existing row of any table. For tokens found in IL and in blobs. */
bool md_token_exists(const struct md_image *img, uint32_t token);

/* Rows [*first, *end) owned by `row` through a LIST column; empty for a missing row. */
void md_list(const struct md_image *img, enum md_table table, uint32_t row, unsigned column,
             uint32_t *first, uint32_t *end);
/* The row of `table` whose LIST column owns `member`, or 0. */
uint32_t md_list_owner(const struct md_image *img, enum md_table table, unsigned column,
                       uint32_t member);
/* Rows [*first, *end) whose `column` equals `key` (a row id, or a token for coded columns). By
 * binary search when `column` is the table's sort key (see md_tables.def), else the first run found
 * by a linear search. False and an empty range when there is none. */
bool md_find_rows(const struct md_image *img, enum md_table table, unsigned column, uint32_t key,
                  uint32_t *first, uint32_t *end);
/* The first such row, or 0. */
uint32_t md_find_row(const struct md_image *img, enum md_table table, unsigned column,
                     uint32_t key);

/* ---- heaps -------------------------------------------------------------------------------- */

struct md_blob {
    const uint8_t *at; /* borrowed from the image; never NULL */
    uint32_t size;
};

/* UTF-8 bytes, not terminated. */
struct md_text {
    const char *at; /* borrowed from the image; NULL for a null string */
    uint32_t size;
};

/* UTF-16LE code units at any alignment: memcpy them out, or use md_utf16_unit. */
struct md_utf16 {
    const uint8_t *at; /* borrowed from the image */
    uint32_t count;    /* code units */
};

static inline uint16_t
md_utf16_unit(struct md_utf16 text, uint32_t index)
{
    return (uint16_t)(text.at[2 * index] | text.at[2 * index + 1] << 8);
}

/* NUL-terminated UTF-8; "" for an offset outside the heap. */
const char *md_string(const struct md_image *img, uint32_t offset);
/* Empty for an offset outside the heap. */
struct md_blob md_blob(const struct md_image *img, uint32_t offset);
/* `token` is an ldstr operand (0x70 << 24 | offset); the plain offset works as well. */
bool md_user_string(const struct md_image *img, uint32_t token, struct md_utf16 *out);
/* 16 bytes, or NULL for index 0. */
const uint8_t *md_guid(const struct md_image *img, uint32_t index);

/* Short forms: the STR or BLOB cell, looked up. */
const char *md_cell_string(const struct md_image *img, enum md_table table, uint32_t row,
                           unsigned column);
struct md_blob md_cell_blob(const struct md_image *img, enum md_table table, uint32_t row,
                            unsigned column);

/* ---- mapped data and resources ------------------------------------------------------------ */

/* The bytes at an RVA and how many follow in its section's file data; NULL and 0 if none. */
const uint8_t *md_rva(const struct md_image *img, uint32_t rva, uint32_t *available);

/* An embedded resource; false when missing, linked from another file, or outside the image. */
bool md_resource(const struct md_image *img, const char *name, struct md_blob *out);
bool md_resource_row(const struct md_image *img, uint32_t row, struct md_blob *out);

/* ---- method bodies (II.25.4) -------------------------------------------------------------- */

enum md_clause_kind {
    MD_CLAUSE_CATCH = 0,
    MD_CLAUSE_FILTER = 1,
    MD_CLAUSE_FINALLY = 2,
    MD_CLAUSE_FAULT = 4,
};

/* All ranges lie inside the code. */
struct md_clause {
    enum md_clause_kind kind;
    uint32_t try_offset, try_length;
    uint32_t handler_offset, handler_length;
    uint32_t class_token;   /* catch: an existing TypeDef, TypeRef or TypeSpec; else 0 */
    uint32_t filter_offset; /* filter only */
};

struct md_body {
    const uint8_t *code; /* borrowed from the image; NULL: the method has no IL */
    uint32_t code_size;
    uint32_t max_stack;
    uint32_t local_sig_token; /* an existing StandAloneSig, or 0 */
    bool init_locals;
    struct md_clause *clauses; /* arena; in file order (innermost first) */
    uint32_t clause_count;
};

/* A method without IL (abstract, extern, runtime) gives true and code == NULL. */
bool md_body_read(const struct md_image *img, uint32_t method_row, struct md_body *out,
                  struct arena *a, struct md_error *err);

/* ---- signatures (II.23.2) ----------------------------------------------------------------- */

/* A reader over one blob. A bad read returns 0 and sets cursor.failed for good. */
struct md_sig {
    struct cursor cursor;
    const struct md_image *image; /* borrowed; md_sig_token checks rows against it */
};

struct md_sig md_sig_over(const struct md_image *img, struct md_blob blob);
uint8_t md_sig_u8(struct md_sig *s);
uint8_t md_sig_peek(const struct md_sig *s); /* the next byte, 0 at the end; does not advance */
uint32_t md_sig_uint(struct md_sig *s);      /* compressed unsigned, at most 0x1FFFFFFF */
int32_t md_sig_int(struct md_sig *s);        /* compressed signed */
uint32_t md_sig_token(struct md_sig *s);     /* TypeDefOrRef coded; an existing row, or failure */
static inline bool
md_sig_failed(const struct md_sig *s)
{
    return s->cursor.failed;
}
static inline bool
md_sig_at_end(const struct md_sig *s)
{
    return s->cursor.failed || s->cursor.at == s->cursor.size;
}

/* ---- names -------------------------------------------------------------------------------- */

const char *md_typedef_name(const struct md_image *img, uint32_t typedef_row);
const char *md_typedef_namespace(const struct md_image *img, uint32_t typedef_row);
/* The enclosing TypeDef's row, or 0. Chains end: md_open refuses cycles. */
uint32_t md_typedef_enclosing(const struct md_image *img, uint32_t typedef_row);
/* "Namespace.Outer/Inner". */
char *md_typedef_full_name(const struct md_image *img, uint32_t typedef_row, struct arena *a);
/* The row of a type that is not nested, or 0. A hash lookup. */
uint32_t md_typedef_find(const struct md_image *img, const char *ns, const char *name);
/* The row of a type nested directly in `enclosing`, or 0. */
uint32_t md_typedef_find_nested(const struct md_image *img, uint32_t enclosing, const char *name);
/* Owners; 0 when the row is owned by no one. */
uint32_t md_method_owner(const struct md_image *img, uint32_t method_row);
uint32_t md_field_owner(const struct md_image *img, uint32_t field_row);
uint32_t md_param_owner(const struct md_image *img, uint32_t param_row);

struct md_version {
    uint16_t major, minor, build, revision;
};

/* Simple name; "" for a module without a manifest. */
const char *md_assembly_name(const struct md_image *img);
struct md_version md_assembly_version(const struct md_image *img);
const char *md_assemblyref_name(const struct md_image *img, uint32_t row);
struct md_version md_assemblyref_version(const struct md_image *img, uint32_t row);
/* The 8 bytes of the public key token; false if the assembly (reference) has no key. */
bool md_assembly_key_token(const struct md_image *img, uint8_t out[8]);
bool md_assemblyref_key_token(const struct md_image *img, uint32_t row, uint8_t out[8]);
/* The ExportedType row of a top-level forwarded type, or 0. A hash lookup. */
uint32_t md_exported_find(const struct md_image *img, const char *ns, const char *name);
/* The AssemblyRef row an ExportedType row (nested ones through their enclosing type) forwards to,
 * or 0 if it lives in a file of this assembly. */
uint32_t md_exported_assembly(const struct md_image *img, uint32_t row);

/* ---- custom attributes (II.23.3) ---------------------------------------------------------- */

/* Rows [*first, *end) of CustomAttribute for a token. */
bool md_attributes(const struct md_image *img, uint32_t parent_token, uint32_t *first,
                   uint32_t *end);
/* True if the attribute's class, by name, is ns.name (not nested). */
bool md_attribute_is(const struct md_image *img, uint32_t attr_row, const char *ns,
                     const char *name);
/* The attribute's class: a TypeDef, TypeRef or TypeSpec token. */
uint32_t md_attribute_class(const struct md_image *img, uint32_t attr_row);
/* The first attribute of that class on the token, or 0. */
uint32_t md_attribute_find(const struct md_image *img, uint32_t parent_token, const char *ns,
                           const char *name);

/* Text in attribute blobs is UTF-8 by the standard, but not checked. */
enum md_value_kind {
    MD_VALUE_NONE,
    MD_VALUE_BOOL,   /* integer */
    MD_VALUE_CHAR,   /* integer */
    MD_VALUE_INT,    /* integer: i1 u1 i2 u2 i4 u4 i8 u8, extended to 64 bits by its own sign */
    MD_VALUE_R4,     /* real */
    MD_VALUE_R8,     /* real */
    MD_VALUE_STRING, /* text; text.at == NULL is null */
    MD_VALUE_TYPE,   /* text: the assembly-qualified name */
    MD_VALUE_ENUM,   /* integer */
    MD_VALUE_ARRAY,  /* count elements, read with md_attr_element */
};

struct md_attr_type {
    uint8_t element;            /* MD_ELEMENT_BOOLEAN .. STRING, SZARRAY, or MD_SERIAL_* */
    uint8_t enum_element;       /* underlying primitive when element == MD_SERIAL_ENUM */
    uint8_t array_element;      /* element kind when element == MD_ELEMENT_SZARRAY */
    uint8_t array_enum_element; /* and its primitive if that is an enum */
};

struct md_attr_value {
    enum md_value_kind kind;
    struct md_attr_type type; /* the declared (or boxed) type */
    struct md_text name;      /* named arguments only */
    bool is_field;            /* named arguments only: field, else property */
    int64_t integer;
    double real;
    struct md_text text;
    uint32_t count;                      /* arrays; 0 and is_null for a null array */
    bool is_null;                        /* null array */
    struct cursor elements;              /* arrays: what md_attr_element reads */
    const struct md_attr_reader *reader; /* borrowed; md_attr_element asks it for enum widths */
};

/* Reads one attribute's value: fixed arguments first, then named ones.
 * The blob does not say how wide an enum is. A TypeDef of the same image is looked up; for others
 * the callback (may be NULL) is asked with a TypeRef token, or with 0 and the serialised name, and
 * answers an MD_ELEMENT_* primitive; without an answer int32 is taken, which is right for nearly
 * all (not for EventKeywords: int64). */
typedef uint8_t md_enum_width(void *context, const struct md_image *img, uint32_t type_token,
                              struct md_text name);

struct md_attr_reader {
    struct md_sig ctor;  /* the constructor's parameters still to come */
    struct md_sig value; /* the value blob */
    uint32_t fixed_left, named_left;
    bool named_open; /* named_left has been read */
    md_enum_width *enum_width;
    void *enum_context;
};

/* False if the constructor's signature or the prolog is malformed. */
bool md_attr_open(const struct md_image *img, uint32_t attr_row, md_enum_width *enum_width,
                  void *enum_context, struct md_attr_reader *out);
/* The next fixed / named argument; false at the end or when malformed (md_attr_failed). */
bool md_attr_fixed(struct md_attr_reader *r, struct md_attr_value *out);
bool md_attr_named(struct md_attr_reader *r, struct md_attr_value *out);
bool md_attr_element(struct md_attr_value *array, struct md_attr_value *out);
bool md_attr_failed(const struct md_attr_reader *r);

/* ---- sequence points of a portable PDB ---------------------------------------------------- */

struct md_point {
    uint32_t il_offset;
    uint32_t document; /* row of MD_DOCUMENT */
    bool hidden;       /* no source; lines and columns are 0 */
    uint32_t line, column, end_line, end_column;
};

/* All points of a method (MethodDef row), in IL order. No points: true and *count = 0. */
bool md_pdb_points(const struct md_image *pdb, uint32_t method_row, struct arena *a,
                   struct md_point **points, uint32_t *count, struct md_error *err);
/* Path of a document; "" if malformed. */
const char *md_pdb_document(const struct md_image *pdb, uint32_t document_row, struct arena *a);
/* The 20-byte id that the assembly's debug directory repeats. */
const uint8_t *md_pdb_id(const struct md_image *pdb);

/* A named local variable, and the part of the IL where the name holds. */
struct md_local {
    const char *name; /* borrowed from the image */
    uint32_t index;   /* of the local */
    uint32_t scope;   /* index in the scopes */
    bool hidden;      /* not for people */
};

/* Scopes come in the order of the table: outer before inner, then by start. */
struct md_scope {
    uint32_t start, end; /* IL range */
    uint32_t parent;     /* index, or MD_NO_SCOPE */
};

#define MD_NO_SCOPE UINT32_MAX

struct md_scopes {
    struct md_scope *scopes; /* arena */
    uint32_t scope_count;
    struct md_local *locals; /* arena */
    uint32_t local_count;
};

/* Scopes and locals of a method (MethodDef row). None: true and zero counts. */
bool md_pdb_scopes(const struct md_image *pdb, uint32_t method_row, struct arena *a,
                   struct md_scopes *out, struct md_error *err);

/* ---- the debug directory of an assembly --------------------------------------------------- */

/* The id its PDB must have; false when the assembly names none. */
bool md_debug_id(const struct md_image *img, uint8_t id[20]);
/* The portable PDB inside the assembly, inflated into the arena; NULL when there is none or it is
 * damaged. */
const uint8_t *md_debug_embedded(const struct md_image *img, struct arena *a, size_t *size);

/* ---- ILLink.Substitutions.xml ------------------------------------------------------------- */

enum md_substitution_kind {
    MD_SUBSTITUTE_STUB,   /* the method returns `value` (or default) at once */
    MD_SUBSTITUTE_REMOVE, /* the method throws */
    MD_SUBSTITUTE_FIELD,  /* the static field is the constant `value` */
    MD_SUBSTITUTE_RESOURCE_REMOVE,
};

/* Holds if the switch is set and reads `value` (case-insensitive), or is not set and is_default. */
struct md_condition {
    const char *feature; /* arena */
    const char *value;   /* arena */
    bool is_default;
};

enum { MD_CONDITIONS_MAX = 8 };

struct md_substitution {
    enum md_substitution_kind kind;
    /* all must hold; nested elements each add theirs, outermost first */
    struct md_condition conditions[MD_CONDITIONS_MAX];
    uint32_t condition_count;
    const char *assembly; /* arena; the element's fullname, NULL if none: this assembly */
    const char *type;     /* arena; full name, nested types with '/'; NULL for resources */
    const char *member;   /* arena; method signature "Ret Name(Args)" or field/resource name */
    const char *value;    /* arena; NULL: default(T) */
    bool initialize;      /* fields: also written to memory */
};

/* Rows in document order. False (and err) for malformed XML; an image without it gives 0 rows. */
bool md_substitutions_read(const struct md_image *img, struct arena *a,
                           struct md_substitution **rows, uint32_t *count, struct md_error *err);
/* The same over any bytes; `path` is for messages. */
bool md_substitutions_parse(const char *path, const uint8_t *bytes, size_t size, struct arena *a,
                            struct md_substitution **rows, uint32_t *count, struct md_error *err);

/* ---- .resources (ResourceManager format, versions 1 and 2) -------------------------------- */

struct md_resource_set {
    struct md_blob bytes;
    uint32_t count, version;
    uint32_t hashes_at, positions_at, names_at, data_at;
    bool v1_string[32]; /* version 1: type index -> is System.String */
};

bool md_resource_set_open(struct md_blob bytes, const char *path, struct md_resource_set *out,
                          struct md_error *err);
/* A string resource by its key (UTF-8); false when missing or no string. The text is UTF-8. */
bool md_resource_set_find(const struct md_resource_set *set, const char *key, struct md_text *out);
/* The text of SR.<key>: the same in the image's FxResources.<assembly>.SR.resources, or in
 * <assembly>.Strings.resources, the name that System.Private.CoreLib uses. */
bool md_resource_string(const struct md_image *img, const char *key, struct md_text *out);

#endif
