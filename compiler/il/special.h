/* compiler/il/special.h - what replaces or answers for metadata: feature switches, substitutions,
 * replacement rows, intrinsics, constants. Shared by the files that implement the second half of
 * il_priv.h. */
#ifndef COMPILER_IL_SPECIAL_H
#define COMPILER_IL_SPECIAL_H

#include "compiler/il/synth.h"

struct il_replacement; /* replacements.c: a row of replacements.def */

/* What ILLink.Substitutions.xml and [FeatureSwitchDefinition] say about one assembly. */
struct il_substitutions {
    struct ptr_map methods;  /* ty_method_def -> md_substitution */
    struct ptr_map fields;   /* ty_field_def -> md_substitution */
    struct ptr_map switches; /* ty_method_def of a getter -> const char * feature name */
    struct str_map removed;  /* names of resources that are not kept */
};

struct il_special {
    struct str_map features;     /* name -> const char * value */
    struct ptr_vec feature_names; /* of const char *, in order of first mention */
    struct ptr_map assemblies;   /* ty_assembly -> struct il_substitutions */
    struct str_map replacements; /* "Type::Method" -> struct il_replacement, first of its name */
    struct str_map intrinsics;   /* the same -> rows of intrinsics.def */
    struct ptr_map redirects;    /* ty_method -> ty_method */
    struct ptr_map unboxing, default_stubs, get_thunk, field_helpers, native_entries, main_wrappers;
    struct ptr_map native_structs; /* ty_type -> il_native_struct (marshal_layout.c) */
    struct ptr_map comparers[2]; /* exact T -> comparer type */
    struct ptr_map default_ctors;
    struct str_map thunks; /* delegate thunks by name */
};

/* features.c / substitutions_apply.c */
void il_features_init(struct il_context *il, const char *const *features, size_t count);
const char *il_feature_value(struct il_context *il, const char *name); /* NULL: not set */
bool il_feature_is(struct il_context *il, const char *name, bool when_unset);
const struct md_substitution *il_substitution_of(struct il_context *il, struct ty_method_def *def);
bool il_substitution_value(const struct md_substitution *s, int64_t *value);
/* A getter whose value substitutions, switches or the instruction set fix. */
bool il_fixed_value(struct il_context *il, struct ty_method *m, int64_t *value);
/* sr_strings.c: the text of SR.get_X, NULL when `def` is none */
const char *il_resource_text(struct il_context *il, struct ty_method_def *def, uint32_t *size);
uint16_t *il_utf16(struct arena *a, const char *utf8, size_t size, uint32_t *bytes);
/* replacements.c */
void il_replacements_init(struct il_context *il);
const struct il_replacement *il_replacement_of(struct il_context *il, struct ty_method_def *def);
bool il_replacement_constant(const struct il_replacement *r, int64_t *value);
bool il_replacement_body(struct il_context *il, const struct il_replacement *r, struct ty_method *m, struct arena *a,
                         struct il_body *out);
/* intrinsics.c */
void il_intrinsics_init(struct il_context *il);
bool il_intrinsic_must_expand(struct il_context *il, struct ty_method_def *def);

/* fold.c: 1 yes, 0 no, -1 not known before run time */
int il_type_equal(struct ty_context *ty, struct ty_type *a, struct ty_type *b);
enum il_type_fact {
    IL_TYPE_IS_VALUE_TYPE,
    IL_TYPE_IS_ENUM,
    IL_TYPE_IS_PRIMITIVE,
    IL_TYPE_IS_INTERFACE,
    IL_TYPE_IS_ARRAY,
    IL_TYPE_IS_GENERIC,
    IL_TYPE_IS_POINTER,
    IL_TYPE_IS_BYREF,
};
int il_type_is(struct ty_type *closed, enum il_type_fact fact);
int il_type_code(struct ty_context *ty, struct ty_type *closed); /* System.TypeCode or -1 */
/* Answers of methods without arguments that only look at their type arguments. */
bool il_type_query(struct il_context *il, struct ty_method *closed, int64_t *value);
/* The body always gives this integer and does nothing else. */
bool il_constant_body(struct il_context *il, struct ty_method *closed, int64_t *value);

/* context.c: the core library or the engine's companion, which know the contract with the engine. */
/* "Type::Method" of the companion assembly; NULL: it has none. */
struct ty_method *il_companion_method(struct il_context *il, const char *name, int params);
bool il_knows_engine(const struct ty_assembly *as);

/* synth_native.c: T has a public constructor without parameters that Activator may run */
bool il_has_default_ctor(struct il_context *il, struct ty_type *t);

/* bodies; each false on failure (ty->failure) */
bool il_delegate_body(struct il_context *il, struct ty_method *m, struct arena *a, struct il_body *out);
bool il_array_body(struct il_context *il, struct ty_method *m, struct arena *a, struct il_body *out);
bool il_pinvoke_body(struct il_context *il, struct ty_method *m, struct arena *a, struct il_body *out);

/* synth_accessor.c */
bool il_is_accessor(const struct ty_method_def *def); /* has [UnsafeAccessor] */
bool il_accessor_body(struct il_context *il, struct ty_method *m, struct arena *a, struct il_body *out);
/* A P/Invoke that needs no stub: linked into the image, all parameters blittable, nothing to do around the call. */
bool il_pinvoke_direct(struct il_context *il, struct ty_method *m, struct il_token *out);
/* Invoke of a delegate: replaces the delegate on the stack by its first parameter and calls. */
void il_delegate_invoke(struct il_import *im, struct ty_method *open, struct ty_method *closed);

#endif
