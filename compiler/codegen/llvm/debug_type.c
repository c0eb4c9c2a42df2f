/* compiler/codegen/llvm/debug_type.c - the types that DWARF tells about. The importer decides which
 * and how much of each; here they become LLVM's nodes. */
#include "compiler/codegen/llvm/cg_priv.h"

#include <llvm-c/DebugInfo.h>
#include <string.h>

enum {
    POINTER_BITS = 64,
    TAG_STRUCT = 0x13,
    TAG_REFERENCE = 0x10,
    ATE_BOOLEAN = 0x02,
    ATE_FLOAT = 0x04,
    ATE_SIGNED = 0x05,
    ATE_UNSIGNED = 0x07,
    ATE_UTF = 0x10
};

static LLVMMetadataRef
node(cg_dnode n)
{
    return (LLVMMetadataRef)(void *)n;
}

static cg_dnode
wrap(LLVMMetadataRef n)
{
    return (cg_dnode)(void *)n;
}

bool
cg_debug_wanted(const struct cg_unit *u)
{
    return u && u->di;
}

/* Keys are aligned, so that `what` fits below them. */
static const void *
node_key(const void *key, unsigned what)
{
    return (const char *)key + what;
}

cg_dnode
cg_debug_find(struct cg_unit *u, const void *key, unsigned what)
{
    return u ? ptr_map_get(&u->di_nodes, node_key(key, what)) : NULL;
}

cg_dnode
cg_debug_keep(struct cg_unit *u, const void *key, unsigned what, cg_dnode n)
{
    if (u && n)
        ptr_map_put(&u->di_nodes, node_key(key, what), n);
    return n;
}

cg_dnode
cg_debug_find_named(struct cg_unit *u, const char *name)
{
    return u ? str_map_get(&u->di_names, name) : NULL;
}

cg_dnode
cg_debug_keep_named(struct cg_unit *u, const char *name, cg_dnode n)
{
    if (u && n)
        str_map_put(&u->di_names, name, n);
    return n;
}

cg_dnode
cg_debug_namespace(struct cg_unit *u, cg_dnode parent, const char *name)
{
    if (!cg_debug_wanted(u))
        return NULL;
    return wrap(LLVMDIBuilderCreateNameSpace(u->di, parent ? node(parent) : u->di_unit, name,
                                             strlen(name), 0));
}

cg_dnode
cg_debug_base(struct cg_unit *u, const char *name, enum cg_dbase kind, uint32_t bytes)
{
    static const unsigned encodings[] = {[CG_D_BOOL] = ATE_BOOLEAN,
                                         [CG_D_CHAR] = ATE_UTF,
                                         [CG_D_SIGNED] = ATE_SIGNED,
                                         [CG_D_UNSIGNED] = ATE_UNSIGNED,
                                         [CG_D_FLOAT] = ATE_FLOAT};

    if (!cg_debug_wanted(u))
        return NULL;
    return wrap(LLVMDIBuilderCreateBasicType(u->di, name, strlen(name), bytes * 8ull,
                                             encodings[kind], LLVMDIFlagZero));
}

cg_dnode
cg_debug_pointer(struct cg_unit *u, cg_dnode to)
{
    if (!cg_debug_wanted(u))
        return NULL;
    return wrap(LLVMDIBuilderCreatePointerType(u->di, node(to), POINTER_BITS, 0, 0, "", 0));
}

cg_dnode
cg_debug_reference(struct cg_unit *u, cg_dnode to)
{
    if (!cg_debug_wanted(u))
        return NULL;
    return wrap(LLVMDIBuilderCreateReferenceType(u->di, TAG_REFERENCE, node(to)));
}

cg_dnode
cg_debug_array(struct cg_unit *u, cg_dnode element, uint32_t bytes, uint32_t count)
{
    LLVMMetadataRef range;

    if (!cg_debug_wanted(u) || !element)
        return NULL;
    range = LLVMDIBuilderGetOrCreateSubrange(u->di, 0, count ? (int64_t)count : -1);
    return wrap(LLVMDIBuilderCreateArrayType(u->di, 8ull * bytes * count, 0, node(element),
                                             &range, 1));
}

cg_dnode
cg_debug_enum(struct cg_unit *u, cg_dnode scope, const char *name, cg_dnode base, uint32_t bytes,
              const struct cg_denumerator *values, uint32_t count)
{
    LLVMMetadataRef *list;

    if (!cg_debug_wanted(u))
        return NULL;
    list = arena_array(u->arena, count + 1u, sizeof *list);
    for (uint32_t i = 0; i < count; i++)
        list[i] = LLVMDIBuilderCreateEnumerator(u->di, values[i].name, strlen(values[i].name),
                                                values[i].value, 0);
    return wrap(LLVMDIBuilderCreateEnumerationType(u->di, scope ? node(scope) : u->di_unit, name,
                                                   strlen(name), NULL, 0, bytes * 8ull, 0, list,
                                                   count, node(base)));
}

cg_dnode
cg_debug_declared(struct cg_unit *u, cg_dnode scope, const char *name)
{
    if (!cg_debug_wanted(u))
        return NULL;
    return wrap(LLVMDIBuilderCreateForwardDecl(u->di, TAG_STRUCT, name, strlen(name),
                                               scope ? node(scope) : u->di_unit, NULL, 0, 0, 0, 0,
                                               "", 0));
}

cg_dnode
cg_debug_struct_open(struct cg_unit *u, cg_dnode scope, const char *name)
{
    if (!cg_debug_wanted(u))
        return NULL;
    return wrap(LLVMDIBuilderCreateReplaceableCompositeType(
        u->di, TAG_STRUCT, name, strlen(name), scope ? node(scope) : u->di_unit, NULL, 0, 0, 0, 0,
        LLVMDIFlagFwdDecl, "", 0));
}

static LLVMMetadataRef
member(struct cg_unit *u, LLVMMetadataRef owner, const struct cg_dfield *f)
{
    if (!f->name)
        return LLVMDIBuilderCreateInheritance(u->di, owner, node(f->type), f->offset * 8ull, 0,
                                              LLVMDIFlagZero);
    return LLVMDIBuilderCreateMemberType(u->di, owner, f->name, strlen(f->name), NULL, 0,
                                         f->size * 8ull, 0, f->offset * 8ull, LLVMDIFlagZero,
                                         node(f->type));
}

cg_dnode
cg_debug_struct_close(struct cg_unit *u, cg_dnode open, cg_dnode scope, const char *name,
                      uint32_t bytes, const struct cg_dfield *fields, uint32_t count)
{
    LLVMMetadataRef *list, done;

    if (!cg_debug_wanted(u))
        return NULL;
    list = arena_array(u->arena, count + 1u, sizeof *list);
    for (uint32_t i = 0; i < count; i++)
        list[i] = member(u, node(open), &fields[i]);
    done = LLVMDIBuilderCreateStructType(u->di, scope ? node(scope) : u->di_unit, name,
                                         strlen(name), NULL, 0, bytes * 8ull, 0, LLVMDIFlagZero,
                                         NULL, list, count, 0, NULL, "", 0);
    LLVMMetadataReplaceAllUsesWith(node(open), done);
    return wrap(done);
}
