/* compiler/codegen/llvm/types.c - the unit's cached types, attributes, metadata and intrinsics. */
#include "compiler/codegen/llvm/cg_priv.h"

#include <string.h>

/* Names of enum cg_intrinsic; `typed` ones are overloaded. */
static const struct {
    const char *name;
    bool typed;
} intrinsics[INTR_COUNT] = {
    [INTR_TRAP] = {"llvm.trap", false},
    [INTR_DEBUGTRAP] = {"llvm.debugtrap", false},
    [INTR_TYPEID] = {"llvm.eh.typeid.for", true},
    [INTR_READ_REGISTER] = {"llvm.read_register", true},
    [INTR_SADD_O] = {"llvm.sadd.with.overflow", true},
    [INTR_SSUB_O] = {"llvm.ssub.with.overflow", true},
    [INTR_SMUL_O] = {"llvm.smul.with.overflow", true},
    [INTR_UADD_O] = {"llvm.uadd.with.overflow", true},
    [INTR_USUB_O] = {"llvm.usub.with.overflow", true},
    [INTR_UMUL_O] = {"llvm.umul.with.overflow", true},
    [INTR_FPTOSI_SAT] = {"llvm.fptosi.sat", true},
    [INTR_FPTOUI_SAT] = {"llvm.fptoui.sat", true},
    [INTR_SQRT] = {"llvm.sqrt", true},
    [INTR_FABS] = {"llvm.fabs", true},
    [INTR_FLOOR] = {"llvm.floor", true},
    [INTR_CEIL] = {"llvm.ceil", true},
    [INTR_TRUNC] = {"llvm.trunc", true},
    [INTR_ROUNDEVEN] = {"llvm.roundeven", true},
    [INTR_CTPOP] = {"llvm.ctpop", true},
    [INTR_CTLZ] = {"llvm.ctlz", true},
    [INTR_CTTZ] = {"llvm.cttz", true},
    [INTR_BSWAP] = {"llvm.bswap", true},
    [INTR_FMA] = {"llvm.fma", true},
    [INTR_COPYSIGN] = {"llvm.copysign", true},
    [INTR_FSHL] = {"llvm.fshl", true},
};

static unsigned
types_kind(const char *name)
{
    return LLVMGetEnumAttributeKindForName(name, strlen(name));
}

static LLVMAttributeRef
types_enum(struct cg_unit *u, const char *name, uint64_t value)
{
    return LLVMCreateEnumAttribute(u->context, types_kind(name), value);
}

static LLVMAttributeRef
types_string(struct cg_unit *u, const char *key, const char *value)
{
    return LLVMCreateStringAttribute(u->context, key, (unsigned)strlen(key), value,
                                     (unsigned)strlen(value));
}

enum { LEAST_OBJECT_BYTES = 16 }; /* MethodTable and one word, which may be the length */

static void
types_attributes(struct cg_unit *u)
{
    struct cg_attrs *a = &u->attrs;

    a->uwtable = types_enum(u, "uwtable", 2); /* 2: right at every instruction */
    a->noinline_ = types_enum(u, "noinline", 0);
    a->optnone = types_enum(u, "optnone", 0);
    a->inlinehint = types_enum(u, "inlinehint", 0);
    a->cold = types_enum(u, "cold", 0);
    a->zeroext = types_enum(u, "zeroext", 0);
    a->signext = types_enum(u, "signext", 0);
    a->nest = types_enum(u, "nest", 0);
    a->nounwind = types_enum(u, "nounwind", 0);
    a->willreturn = types_enum(u, "willreturn", 0);
    a->memory_none = types_enum(u, "memory", 0);
    a->noalias = types_enum(u, "noalias", 0);
    a->nonnull = types_enum(u, "nonnull", 0);
    a->dereferenceable = types_enum(u, "dereferenceable", LEAST_OBJECT_BYTES);
    a->object_align = types_enum(u, "align", 8);
    a->nobuiltin = types_enum(u, "nobuiltin", 0);
    a->optsize = types_enum(u, "optsize", 0);
    a->frame_pointer_all = types_string(u, "frame-pointer", "all");
    a->no_tail_calls = types_string(u, "disable-tail-calls", "true");
    /* Frames larger than a page touch every page, so none can jump over the guard. */
    a->probe_stack = types_string(u, "probe-stack", "inline-asm");
    a->stack_check = types_string(u, "corert-stack-check", "true");
    a->checked = types_string(u, "corert-checked", "true");
    a->native = types_string(u, "corert-native", "true");
    a->library = types_string(u, "corert-library", "true");
    a->byval_kind = types_kind("byval");
    a->sret_kind = types_kind("sret");
    a->align_kind = types_kind("align");
}

static LLVMValueRef
types_weights(struct cg_unit *u, uint32_t then, uint32_t otherwise)
{
    LLVMMetadataRef node[3];

    node[0] = LLVMMDStringInContext2(u->context, "branch_weights", 14);
    node[1] = LLVMValueAsMetadata(LLVMConstInt(u->types[CG_I32], then, 0));
    node[2] = LLVMValueAsMetadata(LLVMConstInt(u->types[CG_I32], otherwise, 0));
    return LLVMMetadataAsValue(u->context, LLVMMDNodeInContext2(u->context, node, 3));
}

static void
types_module_flag(struct cg_unit *u, const char *name, LLVMModuleFlagBehavior rule, uint32_t value)
{
    LLVMAddModuleFlag(u->module, rule, name, strlen(name),
                      LLVMValueAsMetadata(LLVMConstInt(u->types[CG_I32], value, 0)));
}

void
cg_types_setup(struct cg_unit *u)
{
    LLVMTypeRef pad[2];
    int i;

    u->types[CG_VOID] = LLVMVoidTypeInContext(u->context);
    u->types[CG_I1] = LLVMInt1TypeInContext(u->context);
    u->types[CG_I8] = LLVMInt8TypeInContext(u->context);
    u->types[CG_I16] = LLVMInt16TypeInContext(u->context);
    u->types[CG_I32] = LLVMInt32TypeInContext(u->context);
    u->types[CG_I64] = LLVMInt64TypeInContext(u->context);
    u->types[CG_F32] = LLVMFloatTypeInContext(u->context);
    u->types[CG_F64] = LLVMDoubleTypeInContext(u->context);
    u->types[CG_PTR] = LLVMPointerTypeInContext(u->context, 0);
    u->thread_ptr = LLVMPointerTypeInContext(u->context, 257);
    pad[0] = u->types[CG_PTR];
    pad[1] = u->types[CG_I32];
    u->pad_type = LLVMStructTypeInContext(u->context, pad, 2, 0);
    types_attributes(u);
    u->md_prof = LLVMGetMDKindIDInContext(u->context, "prof", 4);
    u->md_invariant = LLVMGetMDKindIDInContext(u->context, "invariant.load", 14);
    u->empty_node = LLVMMDNodeInContext2(u->context, NULL, 0);
    u->likely = types_weights(u, 1000000, 1);
    u->unlikely = types_weights(u, 1, 1000000);
    for (i = 0; i < INTR_COUNT; i++)
        u->intrinsic_id[i] = LLVMLookupIntrinsicID(intrinsics[i].name, strlen(intrinsics[i].name));
    types_module_flag(u, "PIC Level", LLVMModuleFlagBehaviorOverride, 2);
    types_module_flag(u, "uwtable", LLVMModuleFlagBehaviorOverride, 2);
}

LLVMValueRef
cg_intrinsic_get(struct cg_unit *u, enum cg_intrinsic which, LLVMTypeRef *types, unsigned count,
                 LLVMTypeRef *fn_type)
{
    LLVMValueRef f;

    *fn_type = LLVMIntrinsicGetType(u->context, u->intrinsic_id[which], types, count);
    if (!intrinsics[which].typed && u->intrinsic[which])
        return u->intrinsic[which];
    f = LLVMGetIntrinsicDeclaration(u->module, u->intrinsic_id[which], types, count);
    u->intrinsic[which] = f;
    return f;
}

LLVMValueRef
cg_intrinsic_call(struct cg_fn *fn, enum cg_intrinsic which, LLVMTypeRef *types, unsigned type_count,
                  LLVMValueRef *args, unsigned count)
{
    LLVMTypeRef type;
    LLVMValueRef f = cg_intrinsic_get(fn->unit, which, types, type_count, &type);

    return LLVMBuildCall2(fn->b, type, f, args, count, "");
}

void
cg_attr_fn(LLVMValueRef f, LLVMAttributeRef a)
{
    LLVMAddAttributeAtIndex(f, (LLVMAttributeIndex)LLVMAttributeFunctionIndex, a);
}
