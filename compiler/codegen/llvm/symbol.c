/* compiler/codegen/llvm/symbol.c - symbols of the image and the slots that hold engine addresses.
 * One table per unit. A symbol whose address is asked for before its type is known gets a
 * placeholder; the value stays valid for its holders and is replaced before verification. */
#include "compiler/codegen/llvm/cg_priv.h"

#include <string.h>

static void
symbol_import_note(struct cg_unit *u, const char *symbol)
{
    const size_t prefix = sizeof CG_IMPORT_PREFIX - 1;

    if (strncmp(symbol, CG_IMPORT_PREFIX, prefix) == 0)
        ptr_vec_push(&u->imports, arena_strdup(u->arena, symbol + prefix));
}

/* `type`: of the function, or of the data. Data of unknown size is an empty array, so that LLVM draws
 * no conclusion from its extent. */
static struct cg_sym *
symbol_add(struct cg_unit *u, const char *symbol, enum sym_kind kind, LLVMTypeRef type)
{
    struct cg_sym *s = arena_alloc(u->arena, sizeof *s);

    s->kind = kind;
    s->type = kind == SYM_DATA ? NULL : type;
    if (kind == SYM_DATA) {
        s->value = u->optimized ? LLVMGetNamedGlobal(u->module, symbol) : NULL;
        if (!s->value)
            s->value = LLVMAddGlobal(u->module, type, symbol);
        if (!u->optimized)
            symbol_import_note(u, symbol);
    } else {
        s->value = LLVMAddFunction(u->module, symbol, type);
    }
    LLVMSetVisibility(s->value, LLVMHiddenVisibility);
    str_map_put(&u->symbols, symbol, s);
    return s;
}

LLVMValueRef
cg_sym_data(struct cg_unit *u, const char *symbol, bool slot)
{
    struct cg_sym *s = str_map_get(&u->symbols, symbol);

    if (!s) {
        s = symbol_add(u, symbol, SYM_DATA,
                       slot ? u->types[CG_I64] : LLVMArrayType2(u->types[CG_I8], 0));
        LLVMSetAlignment(s->value, slot ? 8 : 1);
    }
    return s->value;
}

LLVMValueRef
cg_sym_code(struct cg_unit *u, const char *symbol)
{
    struct cg_sym *s = str_map_get(&u->symbols, symbol);

    if (!s)
        s = symbol_add(u, symbol, SYM_CODE_ADDRESS,
                       LLVMFunctionType(u->types[CG_VOID], NULL, 0, 0));
    return s->value;
}

/* The placeholder gives its name to a function of the right type and waits for its replacement. */
static void
symbol_retype(struct cg_unit *u, struct cg_sym *s, const char *symbol, LLVMTypeRef type)
{
    struct cg_stale *stale = arena_alloc(u->arena, sizeof *stale);

    LLVMSetValueName2(s->value, "", 0);
    stale->old = s->value;
    stale->symbol = s;
    ptr_vec_push(&u->stale, stale);
    s->value = LLVMAddFunction(u->module, symbol, type);
    LLVMSetVisibility(s->value, LLVMHiddenVisibility);
    s->type = type;
    s->kind = SYM_CODE;
}

LLVMValueRef
cg_sym_function(struct cg_unit *u, const char *symbol, LLVMTypeRef type, bool define, bool *is_new)
{
    struct cg_sym *s = str_map_get(&u->symbols, symbol);

    *is_new = true;
    if (!s) {
        s = symbol_add(u, symbol, SYM_CODE, type);
    } else if (define && s->defined) {
        return NULL;
    } else if (s->kind != SYM_CODE || (define && s->type != type)) {
        symbol_retype(u, s, symbol, type);
    } else {
        *is_new = false;
    }
    s->defined |= define;
    return s->value;
}

LLVMValueRef
cg_import_load(struct cg_unit *u, LLVMBuilderRef b, const char *name, LLVMTypeRef type)
{
    char symbol[128];
    LLVMValueRef load;

    symbol[0] = '\0';
    strncat(symbol, CG_IMPORT_PREFIX, sizeof symbol - 1);
    strncat(symbol, name, sizeof symbol - 1 - strlen(symbol));
    load = LLVMBuildLoad2(b, type, cg_sym_data(u, symbol, true), "");
    LLVMSetAlignment(load, 8);
    LLVMSetMetadata(load, u->md_invariant, LLVMMetadataAsValue(u->context, u->empty_node));
    return load;
}

void
cg_symbols_forget(struct cg_unit *u)
{
    str_map_free(&u->symbols);
    memset(&u->symbols, 0, sizeof u->symbols);
    memset(u->intrinsic, 0, sizeof u->intrinsic);
    u->optimized = true;
}

void
cg_symbols_resolve(struct cg_unit *u)
{
    size_t i;

    for (i = 0; i < u->stale.count; i++) {
        struct cg_stale *stale = u->stale.at[i];

        LLVMReplaceAllUsesWith(stale->old, stale->symbol->value);
        if (LLVMIsAFunction(stale->old))
            LLVMDeleteFunction(stale->old);
        else
            LLVMDeleteGlobal(stale->old);
    }
    u->stale.count = 0;
}

cg_value
cg_symbol(struct cg_fn *fn, const char *symbol, bool code, int64_t addend)
{
    struct cg_unit *u;
    LLVMValueRef v, index;

    if (!fn)
        return NULL;
    u = fn->unit;
    v = code ? cg_sym_code(u, symbol) : cg_sym_data(u, symbol, false);
    if (addend == 0)
        return cg_w(v);
    index = LLVMConstInt(u->types[CG_I64], (unsigned long long)addend, 1);
    return cg_w(LLVMConstGEP2(u->types[CG_I8], v, &index, 1));
}

cg_value
cg_slot(struct cg_fn *fn, const char *slot_symbol)
{
    struct cg_unit *u;
    LLVMValueRef load;

    if (!cg_ready(fn))
        return NULL;
    u = fn->unit;
    load = LLVMBuildLoad2(fn->b, u->types[CG_PTR], cg_sym_data(u, slot_symbol, true), "");
    LLVMSetAlignment(load, 8);
    LLVMSetMetadata(load, u->md_invariant, LLVMMetadataAsValue(u->context, u->empty_node));
    return cg_w(load);
}
