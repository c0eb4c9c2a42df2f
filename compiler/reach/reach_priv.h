/* compiler/reach/reach_priv.h - shared by the files of compiler/reach only. */
#ifndef COMPILER_REACH_REACH_PRIV_H
#define COMPILER_REACH_REACH_PRIV_H

#include "compiler/base/map.h"
#include "compiler/base/vec.h"
#include "compiler/il/il.h"
#include "compiler/reach/reach.h"

/* A needed ref (closed) or a dictionary slot's ref (open), interned. */
struct ref_node {
    struct ref ref;
    uint32_t index; /* in order of discovery: names the anonymous symbols */
    const char *symbol; /* cached */
    const char *slot_symbol;
    struct ty_method *because; /* the body whose scan led here first; NULL: a root */
    const struct ref_node *from; /* what led here first: a ref being followed, or the REF_METHOD whose body was scanned; NULL: a root */
};

/* Dictionary of a canonical type or method: which open refs its shared bodies read. */
struct dictionary_layout {
    const void *owner;         /* canonical struct ty_type or ty_method */
    struct ptr_vec entries;    /* of struct ref_node (open) */
    struct ptr_map index_of;   /* ref_node -> index + 1 */
    struct ptr_vec instances;  /* of struct dictionary_instance */
};

struct dictionary_instance {
    struct dictionary_layout *layout;
    struct ty_type *type; /* the exact type, or */
    struct ty_method *method; /* the exact generic method */
    struct ptr_vec *entries; /* of struct ref (or NULL: cannot be made) */
};

/* A virtual or interface method declaration, by its key (virtuals.c). */
struct virtual_use {
    const void *key;
    struct ptr_vec owners; /* of struct ty_type: owners of the declarations called; empty: unused */
    struct ptr_vec types; /* of struct virtual_candidate: constructed types that run something for it */
};

struct virtual_candidate {
    struct ty_type *type;
    struct ty_method *decl; /* exact */
    int slot;               /* class: vtable slot; -1: interface method */
    bool ran;
};

struct work {
    struct ref_node *node; /* process this ref, or */
    struct ty_method *scan; /* scan this body, which `node` names */
};


enum { GROWTH_LEVELS = 8 }; /* instances that grow by themselves go no deeper (growth.c) */

struct alive { /* what exists of a class: itself or derived */
    uint32_t count;
    struct ty_type *types[REACH_SUBTYPES_MAX]; /* the first of them */
};

struct reach {
    struct ty_context *ty; /* borrowed */
    struct arena *arena;
    struct il_context *il;
    struct reach_options options;
    bool scanning;
    bool every_struct; /* some body looks structs up by a type or object it is given */
    struct ty_method_def *struct_reader; /* that body's method */
    bool every_delegate;            /* some code marshals delegates of a type it does not know */
    struct ty_method *because; /* what is being followed */
    const struct ref_node *from; /* likewise, exactly */
    struct intern_set closed, open; /* of struct ref_node */
    struct ptr_vec refs;            /* of struct ref: view of `closed` */
    struct queue {
        struct ptr_vec work; /* of struct work */
        size_t head;
    } queues[GROWTH_LEVELS + 1]; /* by the level of growth: lower ones first */
    struct ptr_vec types, methods, gvms, slots;
    struct ptr_map type_nodes, method_nodes; /* ty_type -> reach_type, ty_method -> reach_method */
    struct ptr_map layouts;                  /* canonical type/method -> dictionary_layout */
    struct ptr_map virtuals;                 /* key -> virtual_use */
    struct ptr_vec constructed;              /* of struct ty_type */
    struct ptr_map alive;                    /* ty_type -> struct alive: has instances, or a subtype has */
    struct ptr_map assemblies;               /* whose code is in the image */
    struct ptr_map by_def;                   /* ty_def -> def_uses: who runs its generic virtual methods */
    struct growth *growth;                   /* growth.c; NULL: no mention of a generic yet */
    struct str_map warned;
};

/* ref.c */
struct ref_node *ref_intern(struct reach *r, struct intern_set *set, const struct ref *ref, bool *is_new);
struct ref_node *ref_find(struct intern_set *set, const struct ref *ref);
/* Closed refs are normalised: methods redirected, entries of methods made canonical. false: nothing to need. */
void ref_normalise(struct reach *r, struct ref *ref);
bool ref_subst(struct reach *r, const struct ref *open, const struct ty_env *env, struct ref *out);

static inline struct ref
ref_of_type(enum ref_kind kind, struct ty_type *type)
{
    struct ref ref = {.kind = kind, .type = type};

    return ref;
}

static inline struct ref
ref_of_method(enum ref_kind kind, struct ty_method *method)
{
    struct ref ref = {.kind = kind, .method = method};

    return ref;
}

/* reach.c */
struct reach_type *reach_type_node(struct reach *r, struct ty_type *t);
struct reach_method *reach_method_node(struct reach *r, struct ty_method *m);
void reach_need_type(struct reach *r, enum ref_kind kind, struct ty_type *t);
void reach_need_method(struct reach *r, enum ref_kind kind, struct ty_method *m);
/* The definition's method on a type. A signature that cannot be read ends the run: it is malformed metadata. */
struct ty_method *reach_method_on(struct reach *r, struct ty_type *t, struct ty_method_def *def);
void reach_enqueue_scan(struct reach *r, struct ty_method *canon);

/* process.c */
void reach_process(struct reach *r, struct ref_node *node);

/* dictionary.c */
void dictionary_add_type(struct reach *r, struct reach_type *t);
void dictionary_add_method(struct reach *r, struct reach_method *m);

/* virtuals.c */
void virtuals_type_constructed(struct reach *r, struct ty_type *t);
void virtuals_gvm_added(struct reach *r, struct reach_gvm *g);
struct ty_method *gvm_target(struct reach *r, struct ty_type *t, struct ty_method *decl);

/* growth.c. An instance (type, or method) has this entry in its dictionary; false + ctx->failure: growth is cut there. */
bool growth_dictionary(struct reach *r, const struct ty_type *type, const struct ty_method *method, const struct ref *open,
                       const struct ref *closed);

/* How deep in growth the instance of a closed ref is; 0: it does not grow. */
uint32_t growth_level(struct reach *r, const struct ref *ref);

/* warn.c: names of grown instances may have kilobytes. */
const char *reach_short_name(struct reach *r, const char *name);
void reach_warn_growth(struct reach *r, const char *text); /* about what is being followed */

/* symbols.c */
const char *ref_symbol(struct reach *r, struct ref_node *node);

#endif
