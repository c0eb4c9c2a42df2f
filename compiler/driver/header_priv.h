/* compiler/driver/header_priv.h - shared by header.c (the file) and header_types.c (its types). */
#ifndef COMPILER_DRIVER_HEADER_PRIV_H
#define COMPILER_DRIVER_HEADER_PRIV_H

#include "compiler/driver/drv.h"

enum hdr_use { HDR_POINTED, HDR_STORED, HDR_PASSED }; /* each needs more of a type than the one before */

struct hdr_type { /* an enum or struct that exports mention */
    struct ty_type *type;
    const char *name;  /* in C */
    const char *where; /* the member that first used it so: for messages */
    enum hdr_use use;
    bool opaque, written;
};

struct hdr {
    struct drv *d;
    struct arena *a;
    struct byte_vec out;
    struct ptr_vec types;   /* of struct hdr_type, in order of first mention */
    struct ptr_map by_type; /* struct ty_type -> struct hdr_type */
    struct str_map taken;   /* global identifiers of the header */
    const char *where;      /* "Class.Method, parameter x": what is being looked at */
};

void hdr_printf(struct hdr *h, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A C and C++ identifier made of any text: other characters become '_', keywords get one more. */
const char *hdr_identifier(struct hdr *h, const char *text);
/* hdr_identifier that is not yet in `set` nor the name of a type, and now is in the set. */
const char *hdr_unique(struct hdr *h, struct str_map *set, const char *text);
/* Any text from metadata, made safe inside a comment, or inside a string literal. */
const char *hdr_comment(struct hdr *h, const char *text);
const char *hdr_literal(struct hdr *h, const char *text);
bool hdr_is_identifier(const char *text); /* and no keyword */

/* First pass: notes the named types behind `t`. Ends the run when C cannot see it. */
void hdr_collect(struct hdr *h, struct ty_type *t, enum hdr_use use);
void hdr_name_types(struct hdr *h);
void hdr_write_types(struct hdr *h);
/* "int32_t *x": the declaration of `declarator` with type `t`. */
const char *hdr_declare(struct hdr *h, struct ty_type *t, const char *declarator);

/* header_doc.c: the XML documentation beside the assembly, if there is one. */
struct hdr_docs;
struct hdr_docs *hdr_docs_open(struct hdr *h);
/* A comment before the prototype of `m`; nothing when it is not documented. */
void hdr_docs_write(struct hdr *h, const struct hdr_docs *docs, const struct ty_method *m, const char *indent);

#endif
