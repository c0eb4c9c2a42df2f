/* compiler/reach/reach.h - what the program needs, and how code and data refer to it.
 *
 * Everything a body or a data structure may mention is a `struct ref`. The analysis starts from
 * roots and follows refs: scanning a body (compiler/il without code generation) yields refs, a ref
 * that mentions a constructed type yields the virtual methods it runs, and so on, until nothing new
 * appears. The same refs then name symbols when bodies and data are emitted, and dictionary slots
 * of shared code are refs in open form (mentioning !n, !!n) that are substituted for every exact
 * instance. **This is the only way to refer to a type, method, static, literal or dictionary.**
 *
 * Reference kinds of design section 4: in a self-contained image every ref is direct; with
 * --all-slots code reads every one from an 8-byte slot. */
#ifndef COMPILER_REACH_REACH_H
#define COMPILER_REACH_REACH_H

#include <stdbool.h>
#include <stdint.h>

#include "compiler/types/ty.h"

enum ref_kind {
    /* MethodTable addresses (type). Each includes the ones before it. */
    REF_TYPE,         /* compared, cast to, typeof */
    REF_TYPE_CONTEXT, /* passed as generic context: its dictionary is needed */
    REF_TYPE_NEW,     /* instances may exist: virtual methods, GC descriptor */
    REF_TYPE_UNWRAPPED, /* (type) MT of T when type is Nullable<T>, else of the type itself */
    REF_TYPE_COMPARER,  /* (type T, number: 0 EqualityComparer, 1 Comparer) MT of the default comparer class for T; constructed */
    REF_TYPE_ARRAY_NEW, /* (type T) MT of T[], constructed */
    REF_TYPE_DELEGATE,  /* (type) MT of a delegate type, with its entry in DelegateMarshallingStubMap; type NULL: all of them */
    REF_TYPE_STRUCT,    /* (type) MT of a type, with its entry in StructMarshallingStubMap */
    /* Methods. `method` is exact or open; the code is that of its canonical form. */
    REF_METHOD,        /* entry for direct calls; the caller passes `this` by reference for value types and the hidden context */
    REF_METHOD_PTR,    /* managed function pointer (ldftn): a fat pointer (+2) when a hidden context is needed */
    REF_METHOD_BOXED,  /* entry that takes a boxed `this`: unboxing (and instantiating) stub for value types, the plain entry otherwise */
    REF_METHOD_DICT,   /* dictionary of a generic method instance */
    REF_METHOD_NATIVE, /* address for unmanaged callers: UnmanagedCallersOnly */
    REF_METHOD_CONSTRAINED,     /* (type T, method: static or instance interface method) as REF_METHOD_PTR of what T runs */
    REF_DEFAULT_CTOR,  /* (type T) Activator.DefaultConstructorOf<T> */
    REF_ALLOCATOR,     /* (type T) Activator.AllocatorOf<T>: engine's RhpNewFast or RhpNewFinalizable */
    /* Statics of (type). */
    REF_GC_STATICS,     /* address of the area with reference fields */
    REF_NONGC_STATICS,  /* address of the area with other fields */
    REF_CCTOR,          /* address of its StaticClassConstructionContext: 8 bytes before the non-GC area */
    REF_THREAD_STATICS, /* address of {TypeManagerSlot *, int64 index} */
    /* Dispatch. */
    REF_CELL, /* (method: interface method; number: call-site id, 0 = any) dispatch cell, docs/abi.md */
    REF_GVM,  /* (method: generic virtual method instance) lookup table for corert_gvm_lookup */
    /* Data. */
    REF_STRING,       /* (data, size: UTF-16 code units * 2) frozen String */
    REF_BYTES,        /* (data, size) read-only bytes, 8-aligned, e.g. NUL-terminated UTF-8 names */
    REF_RVA,          /* (field) its initial data */
    REF_FIELD_HANDLE, /* (field) ldtoken */
    REF_METHOD_HANDLE,
    /* The outside. */
    REF_ENGINE,       /* (name) engine function or value, through its import slot */
    REF_NATIVE,       /* (name) symbol of a native library linked into the image (the class library's shims) */
    REF_PINVOKE_CELL, /* (method) MethodFixupCell of a lazily bound P/Invoke */
    REF_MODULE_SLOT,  /* the image's TypeManagerSlot */
    REF_KIND_COUNT
};

struct ref {
    enum ref_kind kind;
    struct ty_type *type;
    struct ty_method *method;
    struct ty_field *field;
    const void *data; /* STRING, BYTES: arena */
    uint32_t size;
    uint32_t number;
    const char *name; /* ENGINE, NATIVE: arena or static */
};

/* Where a ref without variables and without __Canon leads. */
struct ref_target {
    const char *symbol;
    int64_t addend;
    bool is_code;
    bool through_slot; /* `symbol` is an 8-byte slot that holds the address: cg_slot */
};

struct reach_options {
    bool all_slots;
    bool executable; /* Main is a root */
    bool strict;
    void (*progress)(size_t done, size_t known); /* NULL, or told now and then while reach_run works */
};

struct reach;

struct il_context;

struct reach *reach_new(struct ty_context *ty, struct arena *a, const struct reach_options *options);
void reach_attach(struct reach *r, struct il_context *il); /* before the first root */

/* ---- for compiler/il --------------------------------------------------------------------------- */

/* While scanning: the body being scanned needs this ref (no variables; __Canon allowed only where
 * the kind is about code: REF_METHOD of a canonical method). */
void reach_need(struct reach *r, const struct ref *ref);
/* Virtual use: callvirt or ldvirtftn of a class or interface method (not generic ones: REF_GVM).
 * `decl` may be canonical. */
void reach_virtual(struct reach *r, struct ty_method *decl);
/* Slot of an open ref in the dictionary that `canon` (a shared body) reads: its own for generic methods, its owner's otherwise.
 * While scanning it is added, while emitting it must exist. */
uint32_t reach_dictionary_index(struct reach *r, struct ty_method *canon, const struct ref *open);
/* After reach_run: some instance has no entry there (recursion over generics that was cut off); it holds zero. */
bool reach_dictionary_has_gap(struct reach *r, struct ty_method *canon, uint32_t index);
/* Symbol of a needed ref, as code reaches it. */
struct ref_target reach_target(struct reach *r, const struct ref *ref);
/* The same for data, which always holds the final address: never through a slot, except kinds that
 * have no address in the image (REF_ENGINE). */
struct ref_target reach_target_direct(struct reach *r, const struct ref *ref);
/* After reach_run: no instance of the type (nor of a subtype) can exist. Always false while scanning. */
bool reach_never_constructed(struct reach *r, struct ty_type *exact);
/* After reach_run: how many constructed types are `type`, derive from it or list it among their interfaces
 * (through variance there may be more), and the first REACH_SUBTYPES_MAX of them. 0 while scanning. */
enum { REACH_SUBTYPES_MAX = 3 };
uint32_t reach_subtypes(struct reach *r, struct ty_type *type, struct ty_type *const **out);
/* While scanning: the body of `canon` mentions `open`, which closes to `closed`. false + ctx->failure: it belongs to
 * instances that grow for ever and are cut here (growth.c). */
bool reach_mention_type(struct reach *r, struct ty_method *canon, struct ty_type *open, struct ty_type *closed);
bool reach_mention_method(struct reach *r, struct ty_method *canon, struct ty_method *open, struct ty_method *closed);
/* A call of the generic method `decl` runs `impl`. */
void reach_override(struct reach *r, struct ty_method *decl, struct ty_method *impl);
/* A warning about a body, once per text: with the chain that leads there and what helps against ty->failure. */
void reach_warn(struct reach *r, struct ty_method *method, uint32_t il_offset, const char *text);
/* Ends the run with the line that reach_warn would write: for what concerns a whole file. */
_Noreturn void reach_refuse(struct reach *r, struct ty_method *method, uint32_t il_offset, const char *text);

struct ty_context *reach_types(struct reach *r);
bool reach_is_scanning(const struct reach *r);

/* ---- for the driver and compiler/emit ----------------------------------------------------------- */

void reach_root(struct reach *r, const struct ref *ref); /* before reach_run */
void reach_run(struct reach *r);

/* Results; vectors in deterministic order of discovery. */
struct reach_type { /* one MethodTable */
    struct ty_type *type;
    bool necessary; /* has a MethodTable at all (else only statics) */
    bool context;   /* its dictionary is needed */
    bool full;      /* vtable, interfaces and dispatch map: constructed, or base of such a type */
    bool constructed;
    bool statics_gc, statics_nongc, statics_thread, cctor;
    bool struct_stubs;   /* Marshal converts it */
    bool delegate_stubs; /* native code calls it, or is called through it */
    struct ptr_vec *dictionary; /* of struct ref: this exact type's entries, substituted; NULL without */
};

struct reach_method { /* one canonical body, or one exact generic method with a dictionary */
    struct ty_method *method;
    bool body;       /* compiled (method is canonical) */
    bool boxed;      /* its boxed entry is needed (method exact) */
    bool pointer;    /* its REF_METHOD_PTR is needed (method exact) */
    bool dictionary_needed;
    bool native;     /* REF_METHOD_NATIVE */
    struct ty_method *because; /* the body whose scan led here first; NULL: a root */
    struct ptr_vec *dictionary; /* of struct ref, substituted */
};

struct reach_gvm {
    struct ty_method *decl;
    struct ptr_vec types;   /* of struct ty_type: constructed */
    struct ptr_vec targets; /* of struct ref (REF_METHOD_PTR) */
};

const struct reach_type *reach_type_lookup(struct reach *r, struct ty_type *t); /* NULL: not reached */
const struct reach_method *reach_method_lookup(struct reach *r, struct ty_method *m);
const struct ptr_vec *reach_types_found(struct reach *r);   /* of struct reach_type */
const struct ptr_vec *reach_methods_found(struct reach *r); /* of struct reach_method */
const struct ptr_vec *reach_gvms_found(struct reach *r);    /* of struct reach_gvm */
const struct ptr_vec *reach_refs_found(struct reach *r);    /* of struct ref: every needed ref once */
bool reach_has(struct reach *r, const struct ref *ref);     /* needed, without adding */
/* What led to a ref of reach_refs_found() first: a ref that was followed, or the REF_METHOD whose body needs it. NULL: a root. */
const struct ref *reach_reason(const struct ref *found);
void reach_dump(struct reach *r, void *stdio_file);         /* --dump=reach: list of bodies and types */
/* --all-slots: slot symbols used by code, with their targets. */
struct reach_slot {
    const char *slot_symbol;
    struct ref_target target; /* direct */
};
const struct ptr_vec *reach_slots_found(struct reach *r); /* of struct reach_slot */
/* A virtual method declaration (class or interface, exact) that some reached body calls. */
bool reach_virtual_used(struct reach *r, struct ty_method *decl);
/* What instances of a constructed `type` run for slot `index` of its vtable: the class's method, or
 * the synthesised override (GetThunk, __GetFieldHelper). NULL for dictionary slots. */
struct ty_method *reach_slot_impl(struct reach *r, struct ty_type *type, uint32_t index);

#endif
