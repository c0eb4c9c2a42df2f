/* compiler/types/ty_priv.h - what the files of this folder share.
 * Functions that can fail return NULL or false and leave ctx->failure, as in ty.h. */
#ifndef COMPILER_TYPES_TY_PRIV_H
#define COMPILER_TYPES_TY_PRIV_H

#include "compiler/types/ty.h"

#include "compiler/base/diag.h"

#include <string.h>

enum {
    TY_DEPTH_MAX = 300,            /* nesting of types, bases and fields in one question */
    TY_RANK_MAX = 32,              /* as in the CLI */
    TY_INSTANCE_MAX = 1 << 27,     /* bytes of a value or of an object without its elements */
    TY_INLINE_ARRAY_MAX = 1 << 20, /* bytes of an InlineArray type */
};

/* A MethodImpl row: both in terms of the variables of the type that carries it. */
struct ty_impl {
    struct ty_method *body, *decl;
};

enum ty_virtual_kind {
    TY_VIRTUAL_SLOT,
    TY_VIRTUAL_DICTIONARY, /* a slot only in instances that are shared */
    TY_VIRTUAL_HIDDEN,     /* generic methods and Object.Finalize: an override chain, no slot */
};

struct ty_virtual {
    enum ty_virtual_kind kind;
    struct ty_method *decl, *impl;
    struct ty_type *dictionary_of;
    int32_t follows; /* MethodImpl: index of the entry whose overrides this one takes; -1 */
    bool follows_always; /* covariant return: even if this entry itself is overridden */
};

struct ty_virtuals {
    struct ty_virtual *at;
    uint32_t count, capacity;
};

struct ty_private {
    struct intern_set types, sigs, methods, fields;
    struct str_map assemblies;       /* simple name -> ty_assembly */
    struct str_map well_known_names; /* "Namespace.Name" -> id + 1 */
    struct str_map array_methods;    /* "Get/2" -> ty_method_def */
    struct str_map symbols;          /* symbol -> the type or method that has it */
    unsigned depth;
};

/* loads.c: what the exception says, after ty_fail. */
void ty_say(struct ty_context *ctx, const char *format, ...) __attribute__((format(printf, 2, 3)));
void ty_say_type(struct ty_context *ctx, const struct ty_def *def, const char *why); /* why: "" or "the parent ..." */
void ty_say_method(struct ty_context *ctx, struct ty_type *owner, const char *name, const struct ty_sig *sig);
void ty_say_field(struct ty_context *ctx, struct ty_type *owner, const char *name);

/* One level of recursion over input; false + failure past TY_DEPTH_MAX. Pairs with ty_leave. */
bool ty_enter(struct ty_context *ctx, const char *what);
void ty_leave(struct ty_context *ctx);

/* signatures.c */
struct ty_sig *ty_sig_parse(struct ty_context *ctx, struct ty_assembly *as, struct md_blob blob,
                            const char *what);
struct ty_type *ty_type_parse(struct ty_context *ctx, struct ty_assembly *as, struct md_blob blob,
                              const char *what);
struct ty_type *ty_field_parse(struct ty_context *ctx, struct ty_assembly *as, struct md_blob blob,
                               const char *what, bool *is_volatile);
/* METHODSPEC blob; count is checked by the caller. */
struct ty_type **ty_arguments_parse(struct ty_context *ctx, struct ty_assembly *as,
                                    struct md_blob blob, uint32_t *count);

/* relations.c: whether a base or interface of `def` mentions only variables that it has; false + failure. */
bool ty_vars_within(struct ty_context *ctx, const struct ty_type *t, const struct ty_def *def);

/* tokens.c */
struct ty_def *ty_def_from_token(struct ty_context *ctx, struct ty_assembly *as, uint32_t token);
struct ty_def *ty_def_lookup(struct ty_context *ctx, struct ty_assembly *as, const char *ns,
                             const char *name, unsigned hops);
/* Simple names of the type a TypeDef or TypeRef token names; false for other tokens. */
bool ty_token_names(const struct ty_assembly *as, uint32_t token, const char **ns,
                    const char **name);

/* arrays.c */
struct ty_method_def *ty_array_method(struct ty_context *ctx, struct ty_type *array,
                                      const char *name, uint32_t param_count);

/* intern.c */
struct ty_type *ty_def_instance(struct ty_context *ctx, struct ty_def *def, struct ty_type **args);
bool ty_same_args(struct ty_type *const *a, struct ty_type *const *b, size_t count);

/* relations.c */
/* The base type; false + failure. *base is NULL when there is none. */
bool ty_base_find(struct ty_context *ctx, struct ty_type *t, struct ty_type **base);
/* The class whose virtual methods instances of `t` run: Array<T> for T[], else `t`. NULL for
 * pointers and the like. */
struct ty_type *ty_class_of(struct ty_context *ctx, struct ty_type *t);
/* Instances of one interface or delegate definition: `from` converts to `to` by variance. */
bool ty_variant(struct ty_context *ctx, struct ty_type *from, struct ty_type *to, bool of_array);

/* interfaces.c */
bool ty_interfaces_load(struct ty_context *ctx, struct ty_def *def);
bool ty_implements(struct ty_context *ctx, struct ty_type *t, struct ty_type *interface);

/* vtable.c */
const struct ty_virtuals *ty_virtuals_of(struct ty_context *ctx, struct ty_def *def);
bool ty_impls_load(struct ty_context *ctx, struct ty_def *def);

/* abi_class.c */
void ty_abi_classify(struct ty_context *ctx, struct ty_type *t, struct ty_layout *l);

/* hash.c */
uint32_t ty_hash_nested(uint32_t enclosing, const char *name);
uint32_t ty_hash_instance(uint32_t definition, struct ty_type *const *args, size_t count);
uint32_t ty_hash_array(uint32_t element);
uint32_t ty_hash_md_array(uint32_t element, uint32_t rank);
uint32_t ty_hash_pointer(uint32_t pointee);
uint32_t ty_hash_byref(uint32_t pointee);
uint32_t ty_hash_variable(bool of_method, uint32_t index);
uint32_t ty_hash_fnptr(const struct ty_sig *sig);

static inline bool
ty_is_def(const struct ty_type *t)
{
    return t->form == TY_FORM_DEF;
}

static inline bool
ty_is_wk(const struct ty_type *t, enum ty_well_known wk)
{
    return t->def && t->def->well_known == (int)wk;
}

#endif
