/* compiler/driver/drv.h - corertc: options, and the order of the passes. */
#ifndef COMPILER_DRIVER_DRV_H
#define COMPILER_DRIVER_DRV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "compiler/base/map.h"
#include "compiler/base/vec.h"
#include "compiler/emit/emit.h"
#include "compiler/il/il.h"
#include "compiler/reach/reach.h"

struct drv_options {
    const char *input, *output;
    bool executable, shared, static_object, self_contained, drop_in;
    struct ptr_vec references; /* of const char *: -r */
    struct ptr_vec features;   /* of const char *: NAME=VALUE */
    struct ptr_vec direct_pinvokes; /* of const char *: LIBRARY or LIBRARY!FUNCTION */
    struct ptr_vec link_files; /* of const char *: native libraries for the link */
    struct ptr_vec dumps;      /* of const char *: pass names */
    int opt_level;
    bool optimize_size, debug, strict, all_slots, no_stack_check, time_report;
    bool quiet;
    const char *cpu, *linker, *cache;
    const char *name, *header, *map, *depfile, *why; /* NULL: not given */
    unsigned jobs;
};

/* options.c: exits by itself for --help, --version and wrong words. */
void drv_options_parse(struct drv_options *o, struct arena *a, int argc, char **argv);
bool drv_dumps(const struct drv_options *o, const char *pass);

/* One run. */
struct drv {
    struct drv_options options;
    struct arena *arena;
    struct ty_context *ty;
    struct il_context *il;
    struct reach *reach;
    struct ty_assembly *input;
    const char *root_folder; /* of the installed tree: has bin/ and lib/ */
    const char *temporary;   /* folder */
    const char *module_name; /* an identifier of C */
    struct emit_input emit;
    struct str_map imports;
    uint64_t cache_salt;    /* of this build of corertc */
    _Atomic bool cache_refused; /* one warning was given; workers share it */
    struct ptr_vec objects; /* of const char *: paths in link order */
    const char *header;     /* NULL, or the finished header in the temporary folder */
    struct ptr_vec results; /* of what results.c brings to its places */
};

/* references.c: the folders and files that assemblies are looked for in, in order. */
const char **drv_search(struct drv *d, size_t *count);
void drv_hidden_warn(struct drv *d); /* after reach: names files that another of the same name hides */
/* roots.c: Main, exports, the class library's entry points. */
void drv_roots(struct drv *d);
/* Who else has the name of an export as a symbol, where all are linked into one program; NULL: nobody that is known. */
const char *drv_export_clash(const char *name);
/* units.c: code of every reached body into objects; fills d->imports and d->objects. */
void drv_units(struct drv *d);
/* cache.c: object by content hash. NULL folder: no cache. */
void drv_cache_salt(struct drv *d); /* once, before any unit */
bool drv_cache_get(struct drv *d, const uint8_t hash[16], uint8_t **object, size_t *size);
void drv_cache_put(struct drv *d, const uint8_t hash[16], const uint8_t *object, size_t size);
/* Writes a file of this run; failure ends the run. */
const char *drv_object_write(struct drv *d, const char *name, const uint8_t *bytes, size_t size);

/* header.c: --header, after the roots are known: into the temporary folder. Gives the path there. */
const char *drv_header(struct drv *d);
/* --name or the assembly's, as an identifier of C and C++. */
const char *drv_module_name(struct drv *d, const char *given);
/* map.c: --map, for the linked image at `path`: into the temporary folder. Gives the path there. */
const char *drv_map(struct drv *d, const char *path);
/* depfile.c: --depfile, when all input was read: into the temporary folder. Gives the path there. */
const char *drv_depfile(struct drv *d);
/* results.c: failure ends the run and leaves no trace. */
void drv_results_check(struct drv *d); /* early: is there a place for each? */
/* Takes over the finished file `from`; drv_results_publish gives all their names at once. */
void drv_result(struct drv *d, const char *from, const char *target, bool executable);
void drv_results_publish(struct drv *d);
/* why.c: --why; the input is a map. */
void drv_why(const struct drv_options *o, struct arena *a);

/* report.c: --time-report, and the phases on a terminal. */
void drv_phase(struct drv *d, const char *name); /* a new phase begins */
void drv_phases_print(const struct drv *d);

#endif
