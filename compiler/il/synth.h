/* compiler/il/synth.h - writing CIL by hand: bodies that the compiler makes itself.
 * A builder collects instructions, a private token table, locals and clauses; il_builder_finish turns
 * them into a struct il_body that the importer reads like one from metadata. Branches are four bytes
 * long. Tokens are in open form with respect to the method whose body it becomes. */
#ifndef COMPILER_IL_SYNTH_H
#define COMPILER_IL_SYNTH_H

#include "compiler/il/il_priv.h"

struct il_builder {
    struct il_context *il; /* borrowed */
    struct arena *arena;   /* borrowed: of the body */
    struct byte_vec code;  /* owned until il_builder_finish */
    struct il_token *tokens; /* arena; index = row */
    uint32_t token_count, token_capacity;
    struct ty_type **locals; /* arena */
    bool *pinned;            /* arena */
    uint32_t local_count, local_capacity;
    uint32_t *labels;        /* arena; code offset, UINT32_MAX before it is known */
    uint32_t label_count, label_capacity;
    struct il_label_use { /* arena */
        uint32_t at, base, label;
    } *uses;
    uint32_t use_count, use_capacity;
    struct il_clause *clauses; /* arena */
    uint32_t clause_count, clause_capacity;
    bool failed; /* a ty_* call gave NULL: ty->failure tells why */
};

/* The recipe of a synthesised method (ty_method_def.synth). */
struct il_synth {
    bool (*build)(struct il_builder *b, struct ty_method *self, const struct il_synth *synth);
    struct ty_method *target; /* what it wraps, or NULL */
    struct ty_type *type;
    uint32_t number;
    bool is_native; /* called by C: the native convention */
};

/* The body of a method with def->synth. false: ty->failure tells why. */
bool il_synth_body(struct il_context *il, struct ty_method *m, struct arena *a, struct il_body *out);
/* Makes a synthesised method; `name` and the owner must be unique together. */
struct ty_method *il_synth_method(struct il_context *il, struct ty_type *owner, const char *name, struct ty_sig *sig,
                                  const struct il_synth *recipe);
struct ty_sig *il_synth_sig(struct il_context *il, struct ty_type *ret, bool has_this, struct ty_type *const *params,
                            uint32_t count);

void il_builder_begin(struct il_builder *b, struct il_context *il, struct arena *a);
bool il_builder_finish(struct il_builder *b, struct il_body *out); /* also frees; false when it had failed */

void il_put(struct il_builder *b, enum il_opcode op);
void il_put_u16(struct il_builder *b, enum il_opcode op, uint32_t operand);
void il_put_i4(struct il_builder *b, int32_t v); /* ldc.i4 */
void il_put_i8(struct il_builder *b, int64_t v); /* ldc.i8 */
void il_put_type(struct il_builder *b, enum il_opcode op, struct ty_type *type);
void il_put_method(struct il_builder *b, enum il_opcode op, struct ty_method *m);
void il_put_field(struct il_builder *b, enum il_opcode op, struct ty_field *f);
void il_put_calli(struct il_builder *b, struct ty_sig *sig);
void il_put_string(struct il_builder *b, const void *utf16, uint32_t bytes);
void il_put_raw_call(struct il_builder *b, struct ty_method *m);
void il_put_engine_call(struct il_builder *b, const char *name, struct ty_sig *sig);
void il_put_native_call(struct il_builder *b, const char *name, struct ty_sig *sig, bool no_transition, bool is_external);
void il_put_ref(struct il_builder *b, const struct ref *ref); /* pushes its address */
void il_put_type_ref(struct il_builder *b, enum ref_kind kind, struct ty_type *type);
void il_put_args(struct il_builder *b, uint32_t first, uint32_t count);
/* Class library members by name; fatal when it lacks them. */
void il_put_core_call(struct il_builder *b, const char *type, const char *method, int params);
void il_put_core_field(struct il_builder *b, enum il_opcode op, const char *type, const char *field);
/* A call of a helper that throws; what follows is not reached. */
void il_put_throw_call(struct il_builder *b, const char *helper);

uint32_t il_builder_local(struct il_builder *b, struct ty_type *type, bool pinned);
uint32_t il_builder_label(struct il_builder *b);
void il_put_label(struct il_builder *b, uint32_t label); /* the label is here */
void il_put_branch(struct il_builder *b, enum il_opcode op, uint32_t label);
void il_put_switch(struct il_builder *b, const uint32_t *labels, uint32_t count);
void il_builder_finally(struct il_builder *b, uint32_t try_start, uint32_t handler_start, uint32_t handler_end);
/* Of an export: catches every exception, and gives null when the thread has to end. */
void il_builder_boundary(struct il_builder *b, uint32_t try_start, uint32_t handler_start, uint32_t handler_end);
void il_builder_catch(struct il_builder *b, struct ty_type *type, uint32_t try_start, uint32_t handler_start,
                      uint32_t handler_end);
uint32_t il_builder_here(const struct il_builder *b);

#endif
