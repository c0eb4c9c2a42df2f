/* compiler/codegen/llvm/cg_priv.h - what the files of this folder share.
 * Invariants: a cg_fn owns two builders, `b` at the end of the current block and `entry` at the end
 * of the entry block, which holds nothing but allocas and argument copies until cg_fn_end branches
 * to the first body block. `closed` is true exactly while the current block has a terminator. */
#ifndef COMPILER_CODEGEN_LLVM_CG_PRIV_H
#define COMPILER_CODEGEN_LLVM_CG_PRIV_H

#include <llvm-c/Core.h>
#include <llvm-c/DebugInfo.h>
#include <llvm-c/TargetMachine.h>

#include "compiler/base/arena.h"
#include "compiler/base/map.h"
#include "compiler/base/vec.h"
#include "compiler/codegen/cg.h"

/* ---- signatures lowered to the SysV convention (abi.c) ------------------------------------------ */

enum abi_kind {
    ABI_SCALAR,
    ABI_PARTS,  /* struct in registers: up to two pieces */
    ABI_MEMORY, /* struct by value on the stack, or the return buffer */
    ABI_IGNORE, /* void, or a struct without any content */
};

struct abi_part {
    LLVMTypeRef type;   /* as passed */
    LLVMTypeRef memory; /* as loaded and stored; an integer when it differs from type */
    uint32_t offset;
};

struct abi_value {
    enum abi_kind kind;
    uint32_t index; /* first LLVM parameter */
    uint32_t part_count;
    struct abi_part parts[2];
};

struct abi_sig {
    LLVMTypeRef type;
    struct abi_value ret;
    struct abi_value *args; /* arena; cg_sig.count */
    LLVMTypeRef *params;    /* arena */
    uint32_t param_count;
    int32_t sret_index; /* -1: none */
    int32_t nest_index; /* -1: none; always the last parameter */
};

/* ---- units ----------------------------------------------------------------------------------------- */

enum sym_kind {
    SYM_DATA,
    SYM_CODE_ADDRESS, /* a function of which only the address was asked for: type not known yet */
    SYM_CODE,
};

struct cg_sym {
    LLVMValueRef value;
    LLVMTypeRef type; /* of the function; NULL for data */
    enum sym_kind kind;
    bool defined;
};

/* Values that were handed out for a symbol before its real declaration was known. */
struct cg_stale {
    LLVMValueRef old;
    struct cg_sym *symbol;
};

enum cg_intrinsic {
    INTR_TRAP, INTR_DEBUGTRAP, INTR_TYPEID, INTR_READ_REGISTER,
    INTR_SADD_O, INTR_SSUB_O, INTR_SMUL_O, INTR_UADD_O, INTR_USUB_O, INTR_UMUL_O,
    INTR_FPTOSI_SAT, INTR_FPTOUI_SAT,
    INTR_SQRT, INTR_FABS, INTR_FLOOR, INTR_CEIL, INTR_TRUNC, INTR_ROUNDEVEN,
    INTR_CTPOP, INTR_CTLZ, INTR_CTTZ, INTR_BSWAP, INTR_FMA, INTR_COPYSIGN, INTR_FSHL,
    INTR_COUNT
};

struct cg_attrs {
    LLVMAttributeRef uwtable, noinline_, optnone, inlinehint, cold, zeroext, signext, nest, nounwind;
    LLVMAttributeRef willreturn, memory_none, noalias, nonnull, dereferenceable, object_align, nobuiltin, optsize;
    LLVMAttributeRef frame_pointer_all, no_tail_calls, probe_stack, stack_check, checked, library, native;
    unsigned byval_kind, sret_kind, align_kind;
};

struct cg_unit {
    struct arena *arena; /* owned */
    const char *name;    /* arena */
    struct cg_options options;
    const char *cpu, *dump_folder; /* arena; dump_folder may be NULL */
    LLVMContextRef context;         /* owned */
    LLVMModuleRef module;           /* owned */
    LLVMTargetMachineRef machine;   /* owned; NULL when the target could not be set up */
    LLVMTargetDataRef layout;       /* owned */
    LLVMBuilderRef pad_builder;     /* owned; heads of landing pads */
    char *error;                    /* malloc'ed; first thing that went wrong, or NULL */
    LLVMTypeRef types[CG_STRUCT];   /* by enum cg_type; I1 is i1 */
    LLVMTypeRef thread_ptr;         /* pointer in %fs's address space */
    LLVMTypeRef pad_type;           /* { ptr, i32 } */
    struct cg_attrs attrs;
    LLVMValueRef intrinsic[INTR_COUNT]; /* those without type parameters */
    unsigned intrinsic_id[INTR_COUNT];
    unsigned md_prof, md_invariant;
    LLVMMetadataRef empty_node;
    LLVMValueRef likely, unlikely; /* branch weights */
    struct str_map symbols;        /* of struct cg_sym */
    struct ptr_vec stale;          /* of struct cg_stale */
    struct ptr_vec imports;        /* of const char (arena): names without the prefix */
    LLVMValueRef personality;
    uint32_t clause_count;
    /* debug information; di NULL when off */
    LLVMDIBuilderRef di; /* owned */
    LLVMMetadataRef di_unit, di_routine;
    struct str_map di_files;
    struct ptr_map di_nodes; /* cg_debug_keep */
    struct str_map di_names; /* cg_debug_keep_named */
    struct ptr_vec di_statics; /* of struct debug_static (arena): attached when symbols are final */
    bool di_done;
    bool optimized; /* the pipeline has run: no more building, only our passes */
    bool finished;
};

struct cg_fn {
    struct cg_unit *unit; /* borrowed (outlives the function) */
    const char *symbol;   /* arena */
    LLVMValueRef f;
    LLVMBuilderRef b, entry; /* owned until cg_fn_end */
    LLVMBasicBlockRef entry_block, body_block;
    struct cg_param ret;
    uint32_t arg_count;
    enum cg_type ret_type;
    struct abi_sig abi;
    LLVMValueRef *args; /* arena; scalars, or addresses of structs */
    cg_block pad;
    LLVMMetadataRef scope; /* subprogram or NULL */
    LLVMMetadataRef block; /* innermost scope of the lines at hand */
    LLVMMetadataRef di_file;
    LLVMMetadataRef first_place; /* of the definition */
    struct ptr_vec variables; /* of struct debug_variable (arena): declared in cg_fn_end */
    struct ptr_map pads; /* block (LLVMBasicBlockRef) that ends in a protected region -> its pad */
    unsigned flags;
    bool closed, has_tail;
};

struct cg_block_opaque {
    LLVMBasicBlockRef bb;
    LLVMValueRef record, selector; /* landing pads */
};

struct cg_clause_opaque {
    LLVMValueRef global;
};

static inline LLVMValueRef
cg_v(cg_value v)
{
    return (LLVMValueRef)(void *)v;
}

static inline cg_value
cg_w(LLVMValueRef v)
{
    return (cg_value)(void *)v;
}

/* unit.c */
/* Remembers the first fault of the unit; cg_unit_finish reports it. fn may be NULL. */
void cg_fault(struct cg_unit *u, const struct cg_fn *fn, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* target.c */
void cg_target_setup(struct cg_unit *u); /* machine, layout; faults when LLVM refuses the CPU */

/* types.c */
void cg_types_setup(struct cg_unit *u);
LLVMValueRef cg_intrinsic_get(struct cg_unit *u, enum cg_intrinsic which, LLVMTypeRef *types,
                              unsigned count, LLVMTypeRef *fn_type);
LLVMValueRef cg_intrinsic_call(struct cg_fn *fn, enum cg_intrinsic which, LLVMTypeRef *types,
                               unsigned type_count, LLVMValueRef *args, unsigned count);
void cg_attr_fn(LLVMValueRef f, LLVMAttributeRef a);

/* symbol.c */
/* slot: 8 aligned bytes; else data of unknown size and alignment */
LLVMValueRef cg_sym_data(struct cg_unit *u, const char *symbol, bool slot);
LLVMValueRef cg_sym_code(struct cg_unit *u, const char *symbol);
/* A function of this type, declared hidden when new. `define`: for a body (NULL: it has one already). */
LLVMValueRef cg_sym_function(struct cg_unit *u, const char *symbol, LLVMTypeRef type, bool define,
                             bool *is_new);
LLVMValueRef cg_import_load(struct cg_unit *u, LLVMBuilderRef b, const char *name, LLVMTypeRef type);
void cg_symbols_resolve(struct cg_unit *u); /* before verification */
/* The pipeline deletes declarations nobody uses: afterwards symbols are looked up by name. */
void cg_symbols_forget(struct cg_unit *u);

/* abi.c */
void abi_lower(struct cg_unit *u, const struct cg_sig *sig, bool nest, struct abi_sig *out);
/* Puts byval, sret, nest and extension attributes on a function (is_call false) or call site. */
void abi_attributes(struct cg_unit *u, const struct cg_sig *sig, const struct abi_sig *abi,
                    LLVMValueRef target, bool is_call);
LLVMValueRef abi_part_load(struct cg_unit *u, LLVMBuilderRef b, const struct abi_part *part,
                           LLVMValueRef address, uint32_t align);
void abi_part_store(struct cg_unit *u, LLVMBuilderRef b, const struct abi_part *part,
                    LLVMValueRef v, LLVMValueRef address, uint32_t align);

/* fn.c */
bool cg_ready(struct cg_fn *fn); /* false when fn is NULL; opens a dead block after a terminator */
LLVMBasicBlockRef cg_block_after(struct cg_fn *fn, const char *name); /* right after the current one */
LLVMValueRef cg_entry_alloca(struct cg_fn *fn, uint32_t size, uint32_t align);
/* v as type `to`: integers change width, pointers and integers convert, floats change width. */
LLVMValueRef cg_coerce(struct cg_fn *fn, LLVMValueRef v, LLVMTypeRef to, bool sign_extend);
LLVMTypeRef cg_llvm_type(struct cg_unit *u, enum cg_type t); /* I1 is i1; STRUCT not allowed */

/* call.c: a call, or an invoke when a pad is set and the callee can raise. */
LLVMValueRef cg_call_emit(struct cg_fn *fn, LLVMTypeRef type, LLVMValueRef callee,
                          LLVMValueRef *args, unsigned count, bool nounwind);

/* debug.c */
void cg_debug_setup(struct cg_unit *u);
void cg_debug_finish(struct cg_unit *u); /* no function may be built afterwards */
void cg_debug_declare(struct cg_fn *fn, LLVMValueRef before); /* the variables, before an instruction */

/* pipeline.c */
bool cg_pipeline_run(struct cg_unit *u); /* false: u->error is set */

/* pass_resume.c, pass_check.c, pass_poll.c, pass_barrier.c: run after the pipeline, in this order */
void cg_pass_resume(struct cg_unit *u);
void cg_pass_check(struct cg_unit *u);
void cg_pass_poll(struct cg_unit *u);
void cg_pass_barrier(struct cg_unit *u);

/* pass_inline.c: before the pipeline */
void cg_pass_inline(struct cg_unit *u);

/* pass_poll.c: at the end of a function's building; clears fn->pads. */
void cg_pass_guarded_polls(struct cg_fn *fn);

/* pass_check.c: the pieces of a check, built at the builder's position. `need`: bytes (I64) that
 * must be free below the stack pointer, or NULL for none in particular. */
LLVMValueRef cg_check_low(struct cg_unit *u, LLVMBuilderRef b, LLVMValueRef need); /* I1 */
void cg_call_is_new(struct cg_unit *u, LLVMValueRef call); /* object.c: CG_CALL_NEW */
LLVMValueRef cg_thread_address(struct cg_unit *u, LLVMBuilderRef b, uint32_t offset); /* mem.c: of a word of the thread block */
/* A word of the thread block that other threads write, as `type` of at most its size. */
LLVMValueRef cg_thread_word(struct cg_unit *u, LLVMBuilderRef b, uint32_t offset, LLVMTypeRef type);
void cg_check_branch(struct cg_unit *u, LLVMBuilderRef b, LLVMValueRef low, LLVMBasicBlockRef slow,
                     LLVMBasicBlockRef go_on);
bool cg_is_library(LLVMValueRef f); /* CG_FN_LIBRARY */
const char *cg_check_slow_name(LLVMValueRef f); /* the engine function behind its checks */
void cg_check_call(struct cg_unit *u, LLVMBuilderRef b, LLVMValueRef need);
/* While building: throws if `need` bytes (I64) do not fit. The builder goes on behind it. */
void cg_check_room(struct cg_fn *fn, LLVMValueRef need);
LLVMTypeRef cg_check_slow_type(struct cg_unit *u, bool has_need);
bool cg_has_attr(LLVMValueRef f, const char *name);
bool cg_is_intrinsic(LLVMValueRef call);
bool cg_does_not_return(LLVMValueRef call); /* followed by nothing: a throw helper */
bool cg_is_checked(LLVMValueRef f); /* a function of the unit whose prologue checks */
/* Name of the engine function a call goes to through its import slot, or NULL. */
const char *cg_imported_callee(LLVMValueRef call);

#endif
