/* compiler/emit/emit.h - the data of an image, its two marker objects, and the link.
 * Runs after every code unit has been filled: the set of imports and slots is complete then. */
#ifndef COMPILER_EMIT_EMIT_H
#define COMPILER_EMIT_EMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "compiler/base/map.h"
#include "compiler/base/vec.h"
#include "compiler/il/il.h"
#include "compiler/reach/reach.h"
#include "loader/module_format.h"

struct emit_knob {
    const char *key, *value;
};

struct emit_input {
    struct reach *reach;
    struct il_context *il;
    struct ty_context *ty;
    struct arena *arena;
    struct str_map *imports;      /* engine names that code units read slots of -> any non-NULL value */
    struct ptr_vec exports;       /* of struct ty_method: exported methods */
    struct ty_method *main;       /* managed wrapper of Main, or NULL */
    const struct ty_assembly *entry; /* the assembly of Main, or NULL */
    struct ty_method *classlib[LDR_CLASSLIB_COUNT]; /* in the order of loader/classlib_functions.def */
    const struct emit_knob *knobs;
    size_t knob_count;
    bool executable;
    bool drop_in; /* exports are ELF symbols that start the engine */
};

/* The data object (ELF relocatable); pal_free. */
void emit_data(const struct emit_input *in, uint8_t **object, size_t *size);
/* Objects that go before and after all code: they hold its bounds. */
void emit_code_begin(uint8_t **object, size_t *size);
void emit_code_end(uint8_t **object, size_t *size);

struct emit_link {
    const char *linker;        /* path of ld.lld */
    const char *output;        /* temporary name; the driver renames it */
    const char *const *objects; /* in link order */
    size_t object_count;
    const char *const *archives; /* native shims and libcorert.a, in link order */
    size_t archive_count;
    bool executable;
    bool strip_debug; /* symbols stay */
    bool open_ended;  /* a later link brings what is missing */
    const char *library_folder; /* where the dynamic linker finds libcorert.so; NULL: not needed */
    struct arena *arena;
};

/* false: *message (arena) says what the linker said. */
bool emit_link(const struct emit_link *link, const char **message);

struct emit_name {
    const char *symbol; /* in our objects */
    const char *name;   /* its global name in C */
};

struct emit_static {
    const char *linker, *output, *temporary; /* `temporary`: a folder */
    const char *image;                       /* the same objects and archives, linked as a module */
    const char *const *objects, *const *archives;
    size_t object_count, archive_count;
    const struct emit_name *names; /* all that stays global */
    size_t name_count;
    bool strip_debug;
    struct arena *arena;
};

/* The module as one relocatable object for a host's own link. false: *message (arena). */
bool emit_static_object(const struct emit_static *in, const char **message);
struct elf_view;
/* localise.c: pal-allocated *bytes (byte_vec); `v` is changed. */
bool emit_localise(struct elf_view *v, const struct emit_name *names, size_t count, struct arena *arena, uint8_t **bytes, size_t *size,
                   const char **message);

#endif
