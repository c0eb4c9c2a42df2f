/* compiler/codegen/cg.h - the code generator as the rest of the compiler sees it.
 *
 * A cg_unit is one partition: it becomes one object file. Units are independent (own LLVM context),
 * so different threads may fill and finish different units at the same time.
 * Functions are built block by block. **Every building function accepts fn == NULL and then does
 * nothing and returns NULL**: the importer runs once without code generation to find what a body
 * reaches and once to emit it.
 *
 * Values are scalars. Structs are always handled by address: an argument of type CG_STRUCT is the
 * address of the value, a struct result is stored to call->ret_address. */
#ifndef COMPILER_CODEGEN_CG_H
#define COMPILER_CODEGEN_CG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cg_unit;
struct cg_fn;
typedef struct cg_value_opaque *cg_value;
typedef struct cg_block_opaque *cg_block;
typedef struct cg_clause_opaque *cg_clause;

enum cg_type { CG_VOID, CG_I1, CG_I8, CG_I16, CG_I32, CG_I64, CG_F32, CG_F64, CG_PTR, CG_STRUCT };

struct cg_options {
    int opt_level;      /* 0..3 */
    bool optimize_size; /* -Os */
    bool debug;         /* DWARF */
    const char *cpu;    /* "x86-64-v2", "native", ... */
    const char *dump_folder; /* NULL, or where --dump=llvm writes the IR of each unit */
    bool stack_check;   /* the one check: prologues of functions flagged CG_FN_STACK_CHECK, loops */
    bool engine_linked; /* into the same executable: the linker knows where the thread block is */
};

/* ---- signatures ----------------------------------------------------------------------------- */

enum cg_abi_class { CG_ABI_NONE, CG_ABI_INTEGER, CG_ABI_SSE }; /* same numbers as ty_abi_class */

struct cg_param {
    enum cg_type type;
    bool is_signed;       /* I8, I16: how the callee may assume it extended */
    uint32_t size, align; /* STRUCT */
    bool memory;          /* STRUCT: SysV class MEMORY */
    uint8_t abi[2];       /* STRUCT not in memory: class of each eightbyte */
};

struct cg_sig {
    struct cg_param ret;
    struct cg_param *params; /* in ABI order: this, generic context, arguments; without the return buffer */
    uint32_t count;
    /* Where the hidden return-buffer pointer goes among the arguments when ret is STRUCT in memory:
     * 0, or 1 after `this`. */
    uint32_t ret_buffer_at;
    bool variadic;
};

/* ---- units ------------------------------------------------------------------------------------ */

struct cg_unit *cg_unit_new(const char *name, const struct cg_options *options);
/* Verifies, optimises and emits. On success *object (malloc'ed, owned by the caller) holds an ELF
 * relocatable. On failure returns false and *message (malloc'ed) says why. Frees nothing. */
bool cg_unit_finish(struct cg_unit *u, uint8_t **object, size_t *size, char **message);
/* A stable 64-bit-pair hash of everything that determines the object (IR before optimisation and
 * options), for the object cache. After the last function, before cg_unit_finish. */
void cg_unit_hash(struct cg_unit *u, uint8_t out[16]);
void cg_unit_free(struct cg_unit *u);

/* Slots named CG_IMPORT_PREFIX + name hold an address or number of the engine (provider 0). Calls
 * back once for each one the unit refers to so far, without the prefix, in order of first use. */
#define CG_IMPORT_PREFIX "corert_import."
void cg_unit_imports(struct cg_unit *u, void (*each)(void *context, const char *name), void *context);

/* ---- functions ---------------------------------------------------------------------------------- */

enum cg_fn_flags {
    CG_FN_EXPORTED = 1,    /* default visibility; else hidden */
    CG_FN_COPY = 2,        /* available_externally: a body for the inliner, owned by another unit */
    CG_FN_NOINLINE = 4,
    CG_FN_ALWAYSINLINE = 8, /* [AggressiveInlining]: a strong hint (inlinehint), not LLVM's attribute */
    CG_FN_OPTNONE = 16,
    CG_FN_COLD = 32,
    CG_FN_NATIVE = 64,     /* called by C: same register use, sret pointer returned in rax */
    CG_FN_STACK_CHECK = 128, /* its prologue gets the one check if it can take part in a call cycle */
    CG_FN_LIBRARY = 256,     /* of the core library: checks stop the thread, but do not end it */
};

struct cg_fn *cg_fn_begin(struct cg_unit *u, const char *symbol, const struct cg_sig *sig, unsigned flags);
void cg_fn_end(struct cg_fn *fn); /* checks that every block is terminated */
/* Debug information: human name and source position of the definition; file NULL when unknown. */
void cg_fn_debug(struct cg_fn *fn, const char *name, const char *file, uint32_t line);
void cg_line(struct cg_fn *fn, uint32_t line); /* following instructions; 0 = compiler-made */
void cg_place(struct cg_fn *fn, uint32_t line, uint32_t column); /* the same, exactly */
/* Between true and false: stores of arguments to their homes. They belong to no line of their own, so that
 * debuggers, which stop at the second one, find the arguments there. No calls in between. */
void cg_prologue(struct cg_fn *fn, bool inside);

/* ---- debug information of units with options.debug (without: nothing is made, NULL is returned) ---- */

/* A type, namespace, block or function as the debugger knows it; NULL: void, or the unit. */
typedef struct cg_dnode_opaque *cg_dnode;

enum cg_dbase { CG_D_BOOL, CG_D_CHAR, CG_D_SIGNED, CG_D_UNSIGNED, CG_D_FLOAT };

struct cg_dfield {
    const char *name; /* NULL: the base class */
    cg_dnode type;
    uint32_t offset, size; /* bytes */
};

struct cg_denumerator {
    const char *name;
    int64_t value;
};

/* The unit's own table of what was made: (key, what) -> node, what < 8. */
cg_dnode cg_debug_find(struct cg_unit *u, const void *key, unsigned what);
cg_dnode cg_debug_keep(struct cg_unit *u, const void *key, unsigned what, cg_dnode node); /* gives `node` */
cg_dnode cg_debug_find_named(struct cg_unit *u, const char *name); /* another table, by text */
cg_dnode cg_debug_keep_named(struct cg_unit *u, const char *name, cg_dnode node);
bool cg_debug_wanted(const struct cg_unit *u);
cg_dnode cg_debug_namespace(struct cg_unit *u, cg_dnode parent, const char *name);
cg_dnode cg_debug_base(struct cg_unit *u, const char *name, enum cg_dbase kind, uint32_t bytes);
cg_dnode cg_debug_pointer(struct cg_unit *u, cg_dnode to);
cg_dnode cg_debug_reference(struct cg_unit *u, cg_dnode to); /* shown as what it refers to; `to` not NULL */
cg_dnode cg_debug_array(struct cg_unit *u, cg_dnode element, uint32_t bytes, uint32_t count); /* count 0: not known */
cg_dnode cg_debug_enum(struct cg_unit *u, cg_dnode scope, const char *name, cg_dnode base, uint32_t bytes,
                       const struct cg_denumerator *values, uint32_t count);
cg_dnode cg_debug_declared(struct cg_unit *u, cg_dnode scope, const char *name); /* a struct without contents */
/* A struct in two steps, so that its fields may refer to it: what `open` gave may be used until `close`,
 * which puts the finished node in its place. */
cg_dnode cg_debug_struct_open(struct cg_unit *u, cg_dnode scope, const char *name);
cg_dnode cg_debug_struct_close(struct cg_unit *u, cg_dnode open, cg_dnode scope, const char *name, uint32_t bytes,
                               const struct cg_dfield *fields, uint32_t count);

struct cg_dfunction {
    const char *name;      /* without owner */
    cg_dnode owner;        /* struct it is a member of, or NULL */
    const cg_dnode *types; /* result, then parameters */
    uint32_t type_count;
    bool has_this;         /* types[1] is `this` */
    const char *file;
    uint32_t line;
};
/* Instead of cg_fn_debug: with types, and as a member. */
void cg_fn_debug_member(struct cg_fn *fn, const struct cg_dfunction *f);
cg_dnode cg_debug_block(struct cg_fn *fn, cg_dnode parent, uint32_t line); /* parent NULL: the function */
void cg_debug_scope(struct cg_fn *fn, cg_dnode block); /* of following cg_line calls; NULL: the function */

struct cg_dvariable {
    const char *name;
    cg_dnode type, scope;    /* scope NULL: the function */
    cg_value at;             /* an alloca or a struct argument */
    uint32_t offset;         /* from `at` */
    uint32_t argument;       /* 1, 2, ...; 0: a local */
    bool is_this;
    uint32_t line;
};
void cg_debug_variable(struct cg_fn *fn, const struct cg_dvariable *v);
/* A variable of `type` at a data symbol that the unit refers to, as a static member of `owner`. Once a symbol. */
void cg_debug_static(struct cg_unit *u, cg_dnode owner, const char *name, cg_dnode type, const char *symbol,
                     int64_t addend);

cg_value cg_arg(struct cg_fn *fn, uint32_t index);         /* scalar parameter (I8/I16/I1 as I32, extended) */
cg_value cg_arg_address(struct cg_fn *fn, uint32_t index); /* STRUCT parameter: address of the callee's own copy */
void cg_ret(struct cg_fn *fn, cg_value v);                 /* v NULL for void; I8/I16 from I32 */
void cg_ret_struct(struct cg_fn *fn, cg_value address);    /* copies to registers or the return buffer */
/* Address of the caller's return buffer when the result is a STRUCT in memory; else NULL. */
cg_value cg_ret_buffer(struct cg_fn *fn);

/* ---- blocks ------------------------------------------------------------------------------------- */

cg_block cg_block_new(struct cg_fn *fn, const char *name);
void cg_block_set(struct cg_fn *fn, cg_block b); /* following instructions go to its end */
bool cg_block_open(struct cg_fn *fn); /* the current block lacks a terminator; true when fn == NULL */
void cg_br(struct cg_fn *fn, cg_block target);
enum cg_weight { CG_EVEN, CG_LIKELY, CG_UNLIKELY }; /* of the `then` edge */
void cg_cond_br(struct cg_fn *fn, cg_value condition /* I1 */, cg_block then, cg_block otherwise, enum cg_weight w);
void cg_switch(struct cg_fn *fn, cg_value v, cg_block otherwise, uint32_t count, const int64_t *keys,
               const cg_block *targets);
void cg_unreachable(struct cg_fn *fn); /* a trap, so that a return address before it stays inside the function */

/* ---- constants and addresses ----------------------------------------------------------------------- */

cg_value cg_int(struct cg_fn *fn, enum cg_type t, int64_t v);
cg_value cg_f64(struct cg_fn *fn, double v);
cg_value cg_f32(struct cg_fn *fn, float v);
cg_value cg_null(struct cg_fn *fn); /* PTR */
/* Address of a symbol of this image (hidden). `code` tells functions from data. */
cg_value cg_symbol(struct cg_fn *fn, const char *symbol, bool code, int64_t addend);
/* Contents of an 8-byte slot of this image that the loader fills before any code runs. */
cg_value cg_slot(struct cg_fn *fn, const char *slot_symbol);

/* ---- memory ------------------------------------------------------------------------------------------ */

enum cg_mem {
    CG_MEM_PLAIN = 0,
    CG_MEM_UNALIGNED = 1,  /* alignment 1 */
    CG_MEM_VOLATILE = 2,   /* CLI volatile: acquire load, release store */
    CG_MEM_INVARIANT = 4,  /* load: the memory never changes once readable */
    CG_MEM_UNORDERED = 8,  /* must not be split or reloaded (naturally aligned) */
    CG_MEM_CXX_VOLATILE = 16, /* may not be removed: pinned slots */
};

cg_value cg_alloca(struct cg_fn *fn, uint32_t size, uint32_t align); /* in the entry block; not zeroed */
cg_value cg_alloca_dynamic(struct cg_fn *fn, cg_value size /* I64 */); /* localloc, 16-aligned */
cg_value cg_load(struct cg_fn *fn, enum cg_type t, cg_value address, unsigned mem);
void cg_store(struct cg_fn *fn, enum cg_type t, cg_value address, cg_value v, unsigned mem); /* I8/I16/I1 from wider ints: truncates */
void cg_copy(struct cg_fn *fn, cg_value to, cg_value from, uint32_t size, uint32_t align); /* may be the same address, not overlap partly */
void cg_zero(struct cg_fn *fn, cg_value to, uint32_t size, uint32_t align);
void cg_copy_dynamic(struct cg_fn *fn, cg_value to, cg_value from, cg_value size /* I64 */, bool may_overlap);
void cg_fill_dynamic(struct cg_fn *fn, cg_value to, cg_value byte /* I8..I32 */, cg_value size /* I64 */);
cg_value cg_offset(struct cg_fn *fn, cg_value p, int64_t bytes);
cg_value cg_index(struct cg_fn *fn, cg_value p, cg_value index /* I64 */, uint32_t scale); /* p + index * scale */
/* The same for a place inside the object that p points to: not null when p is not. */
cg_value cg_offset_inside(struct cg_fn *fn, cg_value p, int64_t bytes);
cg_value cg_index_inside(struct cg_fn *fn, cg_value p, cg_value index /* I64 */, uint32_t scale);
/* The funnel for references: object is the containing object or NULL when not known (byref). */
void cg_store_ref(struct cg_fn *fn, cg_value object, cg_value slot, cg_value v, unsigned mem);
/* Copies a struct that holds references at ref_offsets to memory that may be in the heap. */
void cg_copy_refs(struct cg_fn *fn, cg_value object, cg_value to, cg_value from, uint32_t size, uint32_t align,
                  const uint32_t *ref_offsets, uint32_t ref_count);
/* Thread block (engine/thread_block.h) by offset. */
cg_value cg_thread_load(struct cg_fn *fn, enum cg_type t, uint32_t offset);
void cg_thread_store(struct cg_fn *fn, enum cg_type t, uint32_t offset, cg_value v);
/* Leaves managed state: fills and publishes a transition record (engine/thread_block.h) in front of a native call.
 * Nothing but that call may follow until cg_native_end. */
void cg_native_begin(struct cg_fn *fn, cg_value record);
/* Back in managed state, right behind the call. The I1 says that somebody waits for the thread: call RhpPInvokeReturn. */
cg_value cg_native_end(struct cg_fn *fn);
/* Enters managed state from native code: fills and publishes a reverse frame. The I1 says that nothing was done, because
 * the thread is not attached, or somebody waits: call the engine's function. is_export: what RhpExportEnter does. */
cg_value cg_entry_begin(struct cg_fn *fn, cg_value frame, bool is_export);
/* Leaves again. */
void cg_entry_end(struct cg_fn *fn, cg_value frame);
/* A new zeroed object of `bytes` (the rounded base size): inline bump allocation, slow path calls
 * the engine's RhpNewFast(mt). May raise OutOfMemoryException. */
cg_value cg_new_object(struct cg_fn *fn, cg_value mt, uint32_t bytes);
void cg_keep_alive(struct cg_fn *fn, cg_value p);

/* ---- arithmetic ----------------------------------------------------------------------------------------- */

enum cg_op {
    CG_ADD, CG_SUB, CG_MUL, CG_SDIV, CG_UDIV, CG_SREM, CG_UREM, /* division: operands already checked */
    CG_AND, CG_OR, CG_XOR, CG_SHL, CG_ASHR, CG_LSHR, /* shift counts already masked */
    CG_FADD, CG_FSUB, CG_FMUL, CG_FDIV, CG_FREM,
};
cg_value cg_bin(struct cg_fn *fn, enum cg_op op, cg_value a, cg_value b); /* same type; ADD/SUB also PTR with I64 */
enum cg_unop { CG_NEG, CG_NOT, CG_FNEG };
cg_value cg_un(struct cg_fn *fn, enum cg_unop op, cg_value a);
/* a op b with overflow test: *overflow (I1). op: ADD SUB MUL, signed or not. */
cg_value cg_bin_ovf(struct cg_fn *fn, enum cg_op op, bool is_signed, cg_value a, cg_value b, cg_value *overflow);
enum cg_cmp {
    CG_EQ, CG_NE, CG_SLT, CG_SLE, CG_SGT, CG_SGE, CG_ULT, CG_ULE, CG_UGT, CG_UGE,
    CG_FEQ, CG_FNE_UN, CG_FLT, CG_FLE, CG_FGT, CG_FGE, /* ordered; FNE_UN = unordered or not equal */
    CG_FLT_UN, CG_FLE_UN, CG_FGT_UN, CG_FGE_UN,        /* unordered or ... */
};
cg_value cg_compare(struct cg_fn *fn, enum cg_cmp c, cg_value a, cg_value b); /* I1 */
cg_value cg_select(struct cg_fn *fn, cg_value condition, cg_value a, cg_value b);
/* Integer width change (sign tells how to widen), I1 -> int zero-extends, PTR <-> I64. */
cg_value cg_int_cast(struct cg_fn *fn, cg_value v, enum cg_type to, bool sign_extend);
cg_value cg_ptr_to_int(struct cg_fn *fn, cg_value v);
cg_value cg_int_to_ptr(struct cg_fn *fn, cg_value v);
cg_value cg_float_cast(struct cg_fn *fn, cg_value v, enum cg_type to);
cg_value cg_int_to_float(struct cg_fn *fn, cg_value v, bool is_signed, enum cg_type to);
cg_value cg_float_to_int_sat(struct cg_fn *fn, cg_value v, bool is_signed, enum cg_type to); /* NaN -> 0 */
cg_value cg_bitcast(struct cg_fn *fn, cg_value v, enum cg_type to); /* int <-> float of one size */
enum cg_math1 {
    CG_SQRT, CG_FABS, CG_FLOOR, CG_CEIL, CG_TRUNC, CG_RINT /* to even */,
    CG_POPCNT, CG_CTLZ, CG_CTTZ, CG_BSWAP /* ints; clz/ctz of 0 = width */,
};
cg_value cg_math(struct cg_fn *fn, enum cg_math1 op, cg_value v);
cg_value cg_fma(struct cg_fn *fn, cg_value a, cg_value b, cg_value c);
cg_value cg_copysign(struct cg_fn *fn, cg_value magnitude, cg_value sign);
cg_value cg_rotl(struct cg_fn *fn, cg_value v, cg_value count);
/* High half of the 64x64-bit product. */
cg_value cg_mul_high(struct cg_fn *fn, cg_value a, cg_value b, bool is_signed);
enum cg_atomic { CG_ATOMIC_XCHG, CG_ATOMIC_ADD, CG_ATOMIC_AND, CG_ATOMIC_OR };
cg_value cg_atomic(struct cg_fn *fn, enum cg_atomic op, enum cg_type t, cg_value address, cg_value v); /* seq_cst; the old value (I8/I16 as I32) */
cg_value cg_cmpxchg(struct cg_fn *fn, enum cg_type t, cg_value address, cg_value expected, cg_value desired);
void cg_fence(struct cg_fn *fn, bool full); /* full: seq_cst; else acquire */
void cg_breakpoint(struct cg_fn *fn);

/* ---- calls -------------------------------------------------------------------------------------------- */

enum cg_call_flags {
    CG_CALL_NORETURN = 1, /* a trap follows the call; the block is closed */
    CG_CALL_NOUNWIND = 2, /* cannot raise: never an invoke */
    CG_CALL_COLD = 4,
    CG_CALL_TAIL = 8,     /* explicit tail. prefix: best effort */
    CG_CALL_PURE = 16,    /* reads no memory it could see changed; may be removed or merged */
    CG_CALL_EXTERNAL = 32, /* the symbol may live in another ELF image (default visibility) */
    CG_CALL_NEW = 64,      /* returns an object that nobody else knows */
};

struct cg_call {
    const struct cg_sig *sig;
    const char *symbol; /* direct call, or NULL */
    cg_value target;    /* indirect call */
    cg_value nest;      /* dispatch cell passed in r10, or NULL */
    cg_value *args;     /* sig->count; STRUCT: addresses; I8/I16/I1 params from I32 (I1: not 0) */
    cg_value ret_address; /* where a STRUCT result goes */
    unsigned flags;
};
/* The scalar result (I8/I16 extended to I32 as ret.is_signed says), or NULL. Becomes an invoke when a
 * pad is set. */
cg_value cg_call(struct cg_fn *fn, const struct cg_call *call);

/* ---- exceptions (docs/abi.md) ------------------------------------------------------------------------ */

enum cg_clause_kind { CG_CLAUSE_TYPE = 0, CG_CLAUSE_FILTER = 1, CG_CLAUSE_ALL = 2, CG_CLAUSE_BOUNDARY = 3 };
/* One clause constant {kind, MethodTable or filter function}; each call makes a new identity. */
cg_clause cg_clause_new(struct cg_fn *fn, enum cg_clause_kind kind, const char *symbol);
/* Makes a landing pad at the start of a new block: clauses innermost first; cleanup = some enclosing
 * region of this function has a finally or fault. */
cg_block cg_pad_new(struct cg_fn *fn, const cg_clause *clauses, uint32_t count, bool cleanup);
cg_value cg_pad_record(struct cg_fn *fn, cg_block pad);   /* PTR: engine's exception record */
cg_value cg_pad_selector(struct cg_fn *fn, cg_block pad); /* I32 */
cg_value cg_clause_id(struct cg_fn *fn, cg_clause clause); /* I32 to compare with the selector */
cg_value cg_clause_address(struct cg_fn *fn, cg_clause clause); /* PTR: for filter records */
cg_value cg_clause_address(struct cg_fn *fn, cg_clause clause); /* PTR, for filter records */
void cg_pad_set(struct cg_fn *fn, cg_block pad); /* unwind destination of following calls; NULL = none */
cg_block cg_pad_current(struct cg_fn *fn);
void cg_resume(struct cg_fn *fn, cg_value record, cg_value selector); /* terminator */
/* Address of a machine-register-saving landing: none. Filters are ordinary functions (docs/abi.md). */

#endif
