/* compiler/il/debug.h - shared by the debug*.c files of compiler/il. */
#ifndef COMPILER_IL_DEBUG_H
#define COMPILER_IL_DEBUG_H

#include "compiler/il/il_priv.h"

/* Where nodes are made: one unit, one import. */
struct il_debug {
    struct il_context *il;
    struct ty_context *ty;
    struct cg_unit *unit;
    struct arena *arena; /* for texts; of the import */
};

#define IL_DEBUG_NAME_ONLY 100u /* a depth at which library classes are only named */

/* debug.c: the assembly's PDB was found. */
bool il_debug_has_source(struct il_context *il, struct ty_assembly *as);

/* debug_types.c: never fail; what cannot be told is a void pointer. NULL: void. */
cg_dnode il_debug_type(struct il_debug *d, struct ty_type *closed);
cg_dnode il_debug_owner(struct il_debug *d, struct ty_type *t); /* the struct that a method is a member of, or NULL */
/* The static fields of one kind, in the area that holds them. */
cg_dnode il_debug_statics_type(struct il_debug *d, struct ty_type *t, enum ty_static_kind kind, const char *name);
cg_dnode il_debug_this(struct il_debug *d, struct ty_type *owner);
const char *il_debug_method_name(struct il_debug *d, const struct ty_method *m);
const char *il_debug_identifier(struct arena *a, const char *name);

/* debug_vars.c. The block of the scope that holds this IL offset; NULL: the function. */
cg_dnode il_debug_block_at(struct il_import *im, uint32_t offset);

#endif
