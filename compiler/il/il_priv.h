/* compiler/il/il_priv.h - shared by the files of compiler/il only.
 *
 * An import of a body runs twice over its reachable blocks. The *survey* (im->quiet) finds which
 * blocks are reachable and what the stack holds at the start of each, folding constants; it records
 * and emits nothing. The *pass* then goes through the same blocks once, in IL order, telling reach
 * what is needed and building code (im->fn, NULL while scanning). Everything a handler of an
 * instruction decides must therefore follow from the stack, the body and the type system alone.
 *
 * Rules for code that expands instructions or calls:
 * - never call reach_* directly: il_need, il_ref, il_virtual respect the survey;
 * - cg values are NULL while im->fn is NULL: never decide by them;
 * - a value may be a fact without code (constant, type handle, method pointer): il_use makes the
 *   code when it is wanted, so what is folded away is never referred to;
 * - on a NULL from ty_*: il_fail(im) and return. */
#ifndef COMPILER_IL_IL_PRIV_H
#define COMPILER_IL_IL_PRIV_H

#include "compiler/base/diag.h"
#include "compiler/base/map.h"
#include "compiler/base/vec.h"
#include "compiler/il/il.h"

struct il_special; /* intrinsics, substitutions, replacements: il_special.h and its files */

/* ---- the context of a run ----------------------------------------------------------------------- */

/* Runtime helpers of the class library, compiler/il/helpers.def. */
enum il_helper {
#define IL_HELPER(id, type, name, params) IL_HELPER_##id,
#include "compiler/il/helpers.def"
#undef IL_HELPER
    IL_HELPER_COUNT
};

struct il_context {
    struct ty_context *ty; /* borrowed */
    struct arena *arena;   /* borrowed: lives as long as the run */
    struct ty_method *helpers[IL_HELPER_COUNT]; /* cached, NULL until asked for */
    struct str_map exports; /* [RuntimeExport] name -> struct ty_method of the core library */
    struct ptr_map pdbs;    /* ty_assembly -> md_image of its portable PDB */
    struct ptr_map native_sigs; /* ty_sig -> cg_sig */
    struct il_special *special; /* owned by special.c */
    const char *const *direct; /* borrowed: P/Invokes that the linker binds */
    size_t direct_count;
    bool debug, guard_entries;
};

/* Cached facts about a canonical method (ty_method.il). */
struct il_method_info {
    struct ptr_vec callees; /* of struct ty_method: canonical, called directly */
    const struct cg_sig *sig;
    uint32_t code_size;
    bool scanned, failed, has_loop, has_clauses, has_filters;
    struct ty_failure failure; /* failed: why, for the emission */
    /* special.c: cached answer of il_constant_body */
    uint8_t constant_state; /* 0 not asked, 1 busy, 2 no, 3 yes */
    int64_t constant;
};

struct il_method_info *il_info(struct il_context *il, struct ty_method *canon);
/* A method of the class library by names; `type` as in ty_def.full_name, params -1 = any. Fatal when the core
 * library lacks it: that is a wrong class library, not bad input. */
struct ty_method *il_core_method(struct il_context *il, const char *type, const char *name, int params);
struct ty_method *il_helper(struct il_context *il, enum il_helper h);
struct ty_type *il_core_type(struct il_context *il, const char *full_name);

/* ---- bodies --------------------------------------------------------------------------------------- */

/* What a token of a synthesised body means: its row number is the index in il_body.tokens. */
enum il_token_kind {
    IL_TOKEN_TYPE,       /* type */
    IL_TOKEN_METHOD,     /* method */
    IL_TOKEN_FIELD,      /* field */
    IL_TOKEN_SIG,        /* sig: calli */
    IL_TOKEN_STRING,     /* data, size: UTF-16 bytes */
    IL_TOKEN_RAW_METHOD, /* call: `method` with its hidden context as an ordinary argument (native int) right after `this` */
    IL_TOKEN_ENGINE,     /* call: engine function `name` with `sig`, in managed state, no transition */
    IL_TOKEN_NATIVE,     /* call: symbol `name` of a linked native library with `sig`, with transition; ldftn: its address */
    IL_TOKEN_REF,        /* ldtoken: pushes the address of `ref` (open form) as native int */
};

struct il_token {
    enum il_token_kind kind;
    struct ty_type *type;
    struct ty_method *method;
    struct ty_field *field;
    struct ty_sig *sig;
    const char *name;
    const void *data;
    uint32_t size;
    bool no_transition; /* NATIVE: SuppressGCTransition */
    bool is_external;   /* NATIVE: may lie in another ELF image */
    struct ref ref;
};

enum il_clause_kind {
    IL_CLAUSE_CATCH,
    IL_CLAUSE_FILTER,
    IL_CLAUSE_FINALLY,
    IL_CLAUSE_FAULT,
    IL_CLAUSE_SYNC, /* made for synchronized methods: leaves the monitor */
};

struct il_clause {
    enum il_clause_kind kind;
    uint32_t try_start, try_end, handler_start, handler_end, filter_start;
    struct ty_type *type; /* CATCH: open form */
    bool is_boundary;     /* CATCH around an export: catches a thread's end too (engine/eh_format.h) */
};

struct il_body {
    struct ty_method *method; /* whose body: canonical */
    struct ty_assembly *assembly; /* whose tokens; NULL for synthesised bodies */
    const struct il_token *tokens; /* synthesised: token -> meaning by row number; else NULL */
    uint32_t token_count;
    const uint8_t *code;
    uint32_t size, max_stack;
    struct ty_type **locals; /* open form */
    bool *pinned;
    uint32_t local_count;
    bool init_locals;
    bool is_native;          /* called by C: CG_FN_NATIVE */
    const char *export_name; /* also the symbol, exported; or NULL */
    const char *warning;     /* NULL, or why calls of it always throw */
    struct il_clause *clauses; /* innermost first */
    uint32_t clause_count;
};

/* Fills *out from metadata or through il_special_body. false: ctx->failure tells why. */
bool il_body_get(struct il_context *il, struct ty_method *canon, struct arena *a, struct il_body *out);
/* The plain metadata body of a definition, whatever replaces it. */
bool il_body_metadata(struct il_context *il, struct ty_method *canon, struct arena *a, struct il_body *out);

/* Operand forms of instructions, compiler/il/opcodes.def. */
enum il_operand {
    IL_OP_NONE,
    IL_OP_I1,
    IL_OP_U1,
    IL_OP_U2,
    IL_OP_I4,
    IL_OP_I8,
    IL_OP_R4,
    IL_OP_R8,
    IL_OP_TOKEN,
    IL_OP_BRANCH1,
    IL_OP_BRANCH4,
    IL_OP_SWITCH,
};

enum il_opcode {
#define IL_OPCODE(id, code, operand) IL_##id = (code),
#include "compiler/il/opcodes.def"
#undef IL_OPCODE
};

/* One decoded instruction; two-byte opcodes are 0xFE00 | second byte. */
struct il_insn {
    uint32_t offset, next; /* next: offset after it */
    uint32_t op;
    enum il_operand form;
    int64_t i;       /* integers; index; branches: target offset; tokens */
    double r;
    uint32_t count;  /* switch: number of targets */
    uint32_t targets_at; /* switch: offset of the first 4-byte delta, relative to `next` */
};

/* false: not an opcode, or the code ends inside it. */
bool il_decode(const uint8_t *code, uint32_t size, uint32_t offset, struct il_insn *out);
uint32_t il_switch_target(const uint8_t *code, const struct il_insn *in, uint32_t index);

/* ---- values ---------------------------------------------------------------------------------------- */

enum il_kind { /* stack kinds; the cg type each has */
    IL_I4,     /* CG_I32 */
    IL_I8,     /* CG_I64 */
    IL_I,      /* CG_I64: native int */
    IL_F4,     /* CG_F32 */
    IL_F8,     /* CG_F64 */
    IL_REF,    /* CG_PTR: object reference */
    IL_BYREF,  /* CG_PTR */
    IL_PTR,    /* CG_PTR: unmanaged pointer, function pointer */
    IL_STRUCT, /* address of a copy that nobody changes */
    IL_VOID,
};

enum il_fact { /* what is known about a value without running code */
    IL_FACT_NONE,
    IL_FACT_INT,          /* i; kinds I4, I8, I, PTR, BYREF */
    IL_FACT_NULL,         /* the null reference */
    IL_FACT_TYPE_HANDLE,  /* open: RuntimeTypeHandle (STRUCT) or MethodTable * (PTR) of that type */
    IL_FACT_RUNTIME_TYPE, /* open: System.Type object of that type */
    IL_FACT_METHOD,       /* method: result of ldftn / ldvirtftn (is_virtual; `object` is the instance) */
    IL_FACT_FIELD_HANDLE, /* field: ldtoken */
    IL_FACT_METHOD_HANDLE,/* method: ldtoken */
    IL_FACT_LOCAL,        /* i: address of that local; args are -1 - index. `v` is valid */
    IL_FACT_COMPARER,     /* method: what gives this default comparer; not called until it is needed */
};

struct il_value {
    enum il_kind kind;
    enum il_fact fact;
    struct ty_type *type; /* closed (canonical) type; BYREF, PTR: the pointer type itself, or NULL; NULL when unknown */
    cg_value v;           /* not valid for the facts INT .. METHOD_HANDLE: read through il_use */
    bool exact;    /* REF: `type` is the object's own class */
    bool nonnull;  /* REF, BYREF */
    bool is_this;  /* the unmodified `this` argument */
    bool is_virtual;      /* METHOD */
    bool readonly;        /* BYREF from readonly. ldelema */
    uint16_t alias;       /* STRUCT: the address is that of local alias - 1 (args after locals) */
    int64_t i;
    struct ty_type *open; /* TYPE_HANDLE, RUNTIME_TYPE; METHOD: the constrained type or NULL */
    struct ty_method *method; /* open form */
    struct ty_field *field;   /* open form */
    cg_value object;      /* METHOD, virtual: the instance */
};

/* ---- blocks and regions ------------------------------------------------------------------------------ */

struct il_block {
    uint32_t start, end;
    bool reachable, queued;
    bool entry_known;
    bool is_handler; /* first block of a handler or filter: the stack holds the exception, or nothing */
    struct il_value *entry; /* entry stack, merged */
    cg_value *homes;        /* temps of entry values without a fact */
    uint32_t depth;
    cg_block code;
};

/* Where a finally goes on after it ran for a `leave`. */
struct il_continuation {
    uint32_t target; /* IL offset of the leave */
    cg_block code;
};

struct il_region {
    struct il_clause *clause;
    uint32_t index;
    int outer; /* index of the next clause that an exception leaving this try meets, -1 = none */
    struct il_block *handler;
    cg_clause code;      /* CATCH, FILTER */
    cg_block pad;        /* landing pad when this is the innermost clause */
    cg_block dispatch;   /* "is it this clause?", entered from the pad or an inner region */
    cg_block finish;     /* FINALLY, FAULT: what endfinally goes to */
    cg_value exception;  /* CATCH, FILTER: alloca of the caught object */
    cg_value record, selector, resume_at; /* FINALLY, FAULT: allocas; resume_at 0 = exceptional */
    cg_value filter_record; /* alloca of struct eh_filter_record */
    struct il_continuation *continuations;
    uint32_t continuation_count, continuation_capacity;
    bool pad_done, dispatch_done, used, is_filtered;
};

enum il_throw {
    IL_THROW_OVERFLOW,
    IL_THROW_DIVIDE,
    IL_THROW_NULL,
    IL_THROW_RANGE,
    IL_THROW_ARRAY_TYPE,
    IL_THROW_COUNT
};

struct il_prefixes {
    bool is_volatile, is_readonly, is_tail, no_check;
    uint32_t unaligned; /* 0 = none */
    struct ty_type *constrained; /* open form */
};

/* A local or argument. */
struct il_home {
    struct ty_type *type; /* closed */
    enum il_kind kind;
    enum cg_type cg;
    cg_value at;
    bool pinned, address_taken, written;
    uint32_t frame_offset; /* in the frame shared with filters */
    struct il_value fact;  /* what the block at hand stored; fact NONE = nothing known */
};

struct il_import {
    struct il_context *il;
    struct ty_context *ty;
    struct reach *reach;
    struct cg_unit *unit;
    struct cg_fn *fn;   /* NULL: survey or scan */
    bool quiet;         /* survey: reach must not hear of anything */
    bool failed;        /* sticky */
    bool cut;           /* failed, and reach has warned: one of instances that grow for ever */
    struct arena *arena; /* of this import */
    struct ty_method *method; /* canonical */
    struct ty_env env;        /* closes open forms */
    enum ty_generic_context context;
    cg_value context_value;   /* MT, METHOD: the hidden argument (loaded from its home) */
    cg_value context_home;
    struct il_method_info *info;
    struct il_body body;
    struct il_home *locals, *args; /* args: `this` first */
    uint32_t local_count, arg_count;
    bool has_this, this_written; /* this_written: starg 0 or ldarga 0 */
    struct ty_type *ret;  /* closed */
    struct il_value *stack;
    uint32_t depth, capacity;
    struct il_block **block_at; /* by IL offset, NULL between leaders */
    struct il_block *block;
    struct ptr_vec blocks; /* in IL order */
    struct ptr_vec queue;
    struct il_region *regions;
    uint32_t region_count;
    struct il_insn insn;
    struct il_prefixes prefix;
    struct il_insn literal; /* the last ldstr, whose text is: */
    const void *literal_data; /* UTF-16 */
    uint32_t literal_size;
    bool ended; /* the block at hand has its terminator */
    cg_value eh_record, eh_selector; /* allocas between pad and dispatch */
    cg_block throw_blocks[IL_THROW_COUNT]; /* shared in the block at hand's region */
    int throw_region;
    cg_value transition;   /* alloca for P/Invoke records */
    cg_value entry_frame;  /* alloca: native entries only */
    cg_value filter_entry_head; /* alloca: filter_head at entry; NULL when no record is made */
    bool has_records;
    cg_value frame;        /* methods with filters: the one alloca of args and locals */
    uint32_t frame_size;
    bool in_filter;        /* this import makes a filter function */
    uint32_t range_start, range_end; /* IL range of this function */
    uint32_t lines_at, line_count;
    const struct md_point *points;
    struct md_scopes scopes;      /* of the locals' names */
    cg_dnode *scope_blocks;       /* parallel to scopes; NULL: the function itself */
    cg_value sync_taken;   /* synchronized: alloca of the lock-taken flag */
    cg_value sync_object;  /* what MonitorEnter got */
    bool makes_calls;
    struct ptr_vec cctors_done; /* of struct ty_type: checked earlier in this block */
};



/* ---- stack (stack.c) -------------------------------------------------------------------------------------- */

void il_push(struct il_import *im, const struct il_value *v);
struct il_value il_pop(struct il_import *im); /* underflow: fails the import and gives a zero I4 */
struct il_value *il_peek(struct il_import *im, uint32_t depth); /* 0 = top; NULL when there is none */
void il_push_i4(struct il_import *im, cg_value v);
void il_push_kind(struct il_import *im, enum il_kind kind, cg_value v); /* I8, I, F4, F8, PTR without a type */
void il_push_const(struct il_import *im, enum il_kind kind, int64_t i);
void il_push_bool(struct il_import *im, cg_value i1); /* I1 -> I4 */
void il_push_null(struct il_import *im);
/* A value of a closed type: scalars as il_use gives them (small ints already I32), structs by address of a private copy. */
void il_push_typed(struct il_import *im, struct ty_type *type, cg_value v);
void il_push_type_handle(struct il_import *im, enum il_fact fact, struct ty_type *open);
bool il_is_const(const struct il_value *v, int64_t *i); /* INT and NULL (0) */
/* The scalar (or struct address) of a value; makes code for facts. */
cg_value il_use(struct il_import *im, const struct il_value *v);
/* The same, converted to what an operation of that cg type wants: I32 <-> I64 (sign-extends), PTR <-> I64, F32 <-> F64. */
cg_value il_use_as(struct il_import *im, const struct il_value *v, enum cg_type t);
/* Ready to be stored in or passed as a location of closed type `to` (implicit conversions); structs: address. */
cg_value il_coerce(struct il_import *im, const struct il_value *v, struct ty_type *to);
enum cg_type il_kind_cg(enum il_kind kind);

/* ---- types (stack.c, body.c) ---------------------------------------------------------------------------------- */

enum il_kind il_kind_of(const struct ty_type *closed);     /* stack kind */
enum cg_type il_storage(const struct ty_type *closed);     /* as field or element */
bool il_is_signed(const struct ty_type *closed);
uint32_t il_size_of(struct il_import *im, struct ty_type *closed); /* value size; fails the import */
uint32_t il_align_of(struct il_import *im, struct ty_type *closed);
/* A temp for a struct (entry-block alloca). */
cg_value il_temp(struct il_import *im, struct ty_type *closed);
struct ty_type *il_close(struct il_import *im, struct ty_type *open); /* NULL: import failed */
struct ty_method *il_close_method(struct il_import *im, struct ty_method *open);
struct ty_field *il_close_field(struct il_import *im, struct ty_field *open);
struct ty_sig *il_close_sig(struct il_import *im, struct ty_sig *open);
/* Tokens of the body, open form. NULL: import failed. */
struct ty_type *il_token_type(struct il_import *im, uint32_t token); /* never a generic definition */
struct ty_type *il_token_any_type(struct il_import *im, uint32_t token); /* ldtoken */
struct ty_method *il_token_method(struct il_import *im, uint32_t token);
struct ty_field *il_token_field(struct il_import *im, uint32_t token);
struct ty_sig *il_token_sig(struct il_import *im, uint32_t token);
const struct il_token *il_token_special(struct il_import *im, uint32_t token); /* synthesised bodies, else NULL */
/* The exact type when `closed` is an instance of known class with no shared part. */
bool il_is_exact_type(const struct ty_type *closed);

/* ---- failure (throwing.c) ------------------------------------------------------------------------------------ */

void il_fail(struct il_import *im); /* ty->failure tells why */
void il_invalid(struct il_import *im, const char *fact); /* InvalidProgramException */
void il_fail_with(struct il_import *im, enum ty_failure_kind kind, const char *fact);
void il_fail_grown(struct il_import *im); /* ty->failure tells what grows; emission fails alike */
/* The whole body becomes a throw of what ty_failure says. */
void il_failure_body(struct il_import *im);
/* Goes on in a new block when the I1 condition is false; throws otherwise. */
void il_throw_if(struct il_import *im, cg_value condition, enum il_throw what);
void il_throw_if_gap(struct il_import *im, cg_value entry); /* a dictionary entry that may be missing: TypeLoadException */
void il_throw_now(struct il_import *im, enum il_throw what); /* ends the block */
/* NullReferenceException unless known to be non-null; gives the pointer. */
cg_value il_null_check(struct il_import *im, const struct il_value *v);
/* A call that never returns was made: nothing after it in this block is reached. */
void il_end_unreachable(struct il_import *im);
/* A block of its own in the middle of an instruction. */
cg_block il_new_block(struct il_import *im, const char *name);

/* ---- refs and lookups (lookup.c) ---------------------------------------------------------------------------- */

void il_need(struct il_import *im, const struct ref *closed);
/* The one way from code to an entity: `open` in open form. A direct address, a slot, or a load from
 * the body's dictionary. Never for REF_METHOD (calls): see il_call. */
cg_value il_ref(struct il_import *im, const struct ref *open);
cg_value il_type_ref(struct il_import *im, enum ref_kind kind, struct ty_type *open);
cg_value il_method_ref(struct il_import *im, enum ref_kind kind, struct ty_method *open);
void il_virtual(struct il_import *im, struct ty_method *decl); /* closed */
/* Would il_ref read a dictionary for this type? */
bool il_is_shared(struct il_import *im, struct ty_type *open);
/* MethodTable of an object (load of its first word). */
cg_value il_load_mt(struct il_import *im, cg_value object);
cg_value il_string_utf8(struct il_import *im, const char *text); /* a frozen String */

/* ---- memory (ops_load_store.c) ------------------------------------------------------------------------------- */

/* Pushes the value of a closed type at an address (structs are copied). mem: enum cg_mem. */
void il_load_push(struct il_import *im, struct ty_type *closed, cg_value address, unsigned mem);
/* Stores; object: containing object or NULL; may_be_heap: references go through the funnel. */
void il_store(struct il_import *im, struct ty_type *closed, cg_value object, cg_value address, const struct il_value *v,
              unsigned mem, bool may_be_heap);

/* ---- calls (ops_call.c) ------------------------------------------------------------------------------------------ */

enum il_call_flags {
    IL_CALL_NO_INTRINSIC = 1,  /* do not ask il_intrinsic_call and il_constant_call */
    IL_CALL_NULL_CHECKED = 2,  /* `this` needs no null check (callvirt semantics wanted otherwise) */
    IL_CALL_VIRTUAL = 4,       /* callvirt */
};
/* Pops the arguments of `open` from the stack, calls it, pushes the result. */
void il_call(struct il_import *im, struct ty_method *open, unsigned flags);
/* Calls a non-generic method of the class library with ready scalars; returns the scalar result. */
cg_value il_call_helper(struct il_import *im, enum il_helper h, const cg_value *args);
cg_value il_call_core(struct il_import *im, struct ty_method *exact, const cg_value *args, unsigned cg_flags);
/* Engine function in managed state. */
cg_value il_call_engine(struct il_import *im, const char *name, enum cg_type ret, const enum cg_type *types,
                        const cg_value *args, uint32_t count, unsigned cg_flags);
/* Allocates a non-array instance of an open class type: gives the object. Value types: the box. */
cg_value il_new_object(struct il_import *im, struct ty_type *open);
/* System.Type object / typeof. */
cg_value il_runtime_type(struct il_import *im, struct ty_type *open);
/* Static constructor check of a closed/open type's statics (statics.c). */
void il_cctor_check(struct il_import *im, struct ty_type *open);
void il_cctor_run(struct il_import *im, struct ty_type *open); /* whatever the body is */
/* Address of a static field. */
cg_value il_static_address(struct il_import *im, struct ty_field *open);
/* Pops a value of a closed type and gives the boxed object (open: the type). */
cg_value il_box(struct il_import *im, struct ty_type *open, const struct il_value *v);
/* castclass / isinst of `object` to open type; statically decided: returns true and sets *always. */
bool il_cast_known(struct il_import *im, const struct il_value *v, struct ty_type *closed, bool *always);

/* cg signatures (signature.c) */
struct cg_param il_cg_param(struct il_context *il, struct ty_type *closed);
const struct cg_sig *il_sig_of_calli(struct il_context *il, struct ty_sig *closed, bool with_context);

/* ---- what special.c and its files give (intrinsics, substitutions, synthesised bodies) -------------------------- */

struct il_special *il_special_new(struct il_context *il, const char *const *features, size_t feature_count);
/* A body that is not the method's metadata: substitution stubs, replacement rows, P/Invoke stubs, delegate
 * members, array methods, synthesised methods. Returns false when the metadata body is right. On failure sets
 * *failed and ctx->failure. */
bool il_special_body(struct il_context *il, struct ty_method *canon, struct arena *a, struct il_body *out, bool *failed);
/* Expands a call: pops the arguments and pushes the result. false: nothing was touched. `closed` is `open`
 * closed by the import. May also set im->ended through il_throw_now. */
bool il_intrinsic_call(struct il_import *im, struct ty_method *open, struct ty_method *closed);
/* The call always gives this constant and has no other effect; arguments are just dropped. */
bool il_constant_call(struct il_import *im, struct ty_method *closed, struct il_value *out);
/* A static field that substitutions or the CLI make constant. */
bool il_constant_field(struct il_import *im, struct ty_field *closed, struct il_value *out);
/* newobj of a delegate: kinds of contract 7.4. Called with the object and the pointer popped. Pushes the delegate. */
void il_new_delegate(struct il_import *im, struct ty_type *open, struct ty_method *ctor, const struct il_value *object,
                     const struct il_value *pointer);

/* ---- the importer's own parts ---------------------------------------------------------------------------------- */

/* blocks.c */
bool il_blocks_make(struct il_import *im);
void il_branch_to(struct il_import *im, uint32_t offset); /* terminator; carries the stack */
void il_branch_cond(struct il_import *im, cg_value i1, uint32_t then, uint32_t otherwise);
bool il_branch_check(struct il_import *im, uint32_t to); /* false: failed */
struct il_block *il_block_get(struct il_import *im, uint32_t offset); /* NULL + failure: not a leader */
/* Survey: merges the stack into the block. Pass: stores it into the block's homes and gives its code. */
cg_block il_edge(struct il_import *im, uint32_t offset);
void il_block_enter(struct il_import *im, struct il_block *b); /* pass: sets stack, pad and code */
/* import.c */
void il_survey(struct il_import *im); /* blocks in im->queue and what they reach */
void il_pass(struct il_import *im, uint32_t entry); /* prologue and all reachable blocks */
/* homes.c */
bool il_homes_make(struct il_import *im);
void il_homes_emit(struct il_import *im);
void il_homes_forget(struct il_import *im);
/* regions.c */
bool il_regions_make(struct il_import *im);
void il_regions_emit(struct il_import *im); /* prologue: allocas, clauses, records */
int il_region_at(struct il_import *im, uint32_t offset); /* innermost clause whose try holds offset, -1 */
cg_block il_pad_at(struct il_import *im, uint32_t offset);
void il_region_handlers_reached(struct il_import *im, uint32_t offset); /* survey */
void il_regions_finish(struct il_import *im); /* pads, dispatch chains, ends of finallys */
void il_filter_head_store(struct il_import *im, uint32_t offset);
/* filter.c */
const char *il_filter_symbol(struct il_import *im, struct il_region *r);
void il_filters_import(struct il_import *im); /* each filter as a function of its own; in the survey: checks them */
const char *il_type_filter_symbol(struct il_import *im); /* catch of a type that only the dictionary knows */
/* ops_eh.c: monitor of synchronized methods; nothing for others */
void il_sync_enter(struct il_import *im);
void il_sync_exit(struct il_import *im);
/* instruction groups; each handles im->insn and returns true when the opcode is its own */
bool il_op_arith(struct il_import *im);
bool il_op_conv(struct il_import *im);
bool il_op_branch(struct il_import *im);
bool il_op_load_store(struct il_import *im);
bool il_op_object(struct il_import *im);
bool il_op_array(struct il_import *im);
bool il_op_call(struct il_import *im);
bool il_op_eh(struct il_import *im);
bool il_op_field(struct il_import *im);
/* ops_arith.c: 0 or 1 when the answer is known, else -1 and the I1 in *out */
int il_compare(struct il_import *im, enum cg_cmp c, const struct il_value *a, const struct il_value *b, cg_value *out);
/* call_virtual.c */
void il_call_virtual(struct il_import *im, struct ty_method *open, struct ty_method *closed);
void il_call_constrained(struct il_import *im, struct ty_method *open, struct ty_type *constrained);
struct ty_method *il_devirtualise(struct il_import *im, const struct il_value *self, struct ty_method *open);
cg_value il_virtual_pointer(struct il_import *im, struct ty_method *open, const struct il_value *self);
/* ops_call.c */
/* indirect: through target (a vtable or dispatch code), without hidden context */
void il_call_value(struct il_import *im, struct ty_method *open, struct ty_method *closed, cg_value target, cg_value nest,
                   bool indirect, bool null_check);
void il_call_pointer(struct il_import *im, struct ty_sig *closed, cg_value target); /* managed, maybe fat */
/* ldftn with a constrained prefix: the method a known type runs replaces the pair */
void il_resolve_constrained_pointer(struct il_import *im, struct il_value *pointer);
/* token: of a linked function, or NULL: through target */
void il_call_native(struct il_import *im, struct ty_sig *sig, cg_value target, const struct il_token *token, bool no_transition);
void il_new_instance(struct il_import *im, struct ty_method *ctor);
/* null_this.c: its body takes for granted that `this` is not null, and uses it */
bool il_counts_on_this(struct il_import *im, struct ty_method *closed);
/* debug.c */
void il_debug_begin(struct il_import *im);
void il_debug_line(struct il_import *im);
void il_debug_vars(struct il_import *im); /* once the homes are made */
void il_debug_statics(struct il_import *im, const struct ty_field *closed); /* the body uses a static field */

#endif
