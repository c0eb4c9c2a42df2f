/* compiler/types/ty.h - the type system: definitions, instantiations, layouts, virtual methods.
 *
 * Everything here is interned: equal types, methods, fields and signatures are equal pointers that
 * live as long as the context. Ids grow in order of interning, so iteration by id is deterministic.
 * Nothing is thread-safe: the compiler interns under one lock (compiler/driver).
 *
 * Failure: a function that can fail on bad input returns NULL (or false) and leaves one sentence in
 * ctx->failure; the caller turns it into a fatal message or into a method body that throws. */
#ifndef COMPILER_TYPES_TY_H
#define COMPILER_TYPES_TY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "compiler/base/arena.h"
#include "compiler/base/map.h"
#include "compiler/base/vec.h"
#include "compiler/metadata/md.h"

struct ty_context;
struct ty_type;
struct ty_method;
struct ty_field;
struct ty_sig;
struct il_synth; /* compiler/il: how the body of a synthesised method is made */

/* What the CLI throws when a reached body mentions something that cannot be resolved. */
enum ty_failure_kind {
    TY_FAIL_NONE,
    TY_FAIL_TYPE_LOAD,       /* TypeLoadException */
    TY_FAIL_MISSING_METHOD,  /* MissingMethodException */
    TY_FAIL_MISSING_FIELD,   /* MissingFieldException */
    TY_FAIL_FILE_NOT_FOUND,  /* FileNotFoundException: assembly */
    TY_FAIL_BAD_IMAGE,       /* BadImageFormatException: malformed signature or row */
    TY_FAIL_INVALID_PROGRAM, /* InvalidProgramException */
};

struct ty_failure {
    enum ty_failure_kind kind;
    const char *text;    /* arena; "System.Foo, X.dll token 02000012: fact" */
    const char *message; /* arena; what the exception says, in the CLR's words; NULL: something made of `text` */
};

/* ---- assemblies ---------------------------------------------------------------------------- */

struct ty_assembly {
    struct md_image *image; /* owned by the context's arena */
    const char *name;       /* simple name */
    const char *path;
    uint32_t id;
    bool is_core;                     /* System.Private.CoreLib */
    bool disable_runtime_marshalling; /* [assembly: DisableRuntimeMarshalling] */
    bool opens_resources;             /* compiler/il: a body of it that is in the image asks for manifest resources */
    struct ty_def **typedefs;         /* [row - 1], made lazily */
    struct ty_method_def **methoddefs;
    struct ty_field_def **fielddefs;
    struct ty_assembly **refs; /* [AssemblyRef row - 1], resolved lazily */
    /* private to compiler/types below: what tokens resolved to, [row - 1] */
    struct ty_def **typerefs;
    struct ty_type **typespecs;
    struct ty_method **memberrefs, **methodspecs;
    struct ty_field **fieldrefs; /* MemberRef rows that name fields */
    uint8_t *bytes;              /* owned: ty_context_free */
};

/* ---- definitions (open, uninstantiated: one a metadata row) ---------------------------------- */

/* Numbers of MethodTable element types (contract/compiler.md 1.5). */
enum ty_element {
    TY_EL_UNKNOWN = 0,
    TY_EL_VOID = 1,
    TY_EL_BOOL = 2,
    TY_EL_CHAR = 3,
    TY_EL_I1 = 4,
    TY_EL_U1 = 5,
    TY_EL_I2 = 6,
    TY_EL_U2 = 7,
    TY_EL_I4 = 8,
    TY_EL_U4 = 9,
    TY_EL_I8 = 10,
    TY_EL_U8 = 11,
    TY_EL_I = 12,
    TY_EL_U = 13,
    TY_EL_R4 = 14,
    TY_EL_R8 = 15,
    TY_EL_VALUETYPE = 16,
    TY_EL_NULLABLE = 18,
    TY_EL_CLASS = 20,
    TY_EL_INTERFACE = 21,
    TY_EL_SYSTEM_ARRAY = 22,
    TY_EL_ARRAY = 23,
    TY_EL_SZARRAY = 24,
    TY_EL_BYREF = 25,
    TY_EL_POINTER = 26,
    TY_EL_FNPTR = 27,
};

/* Definitions the compiler treats by name; compiler/types/well_known.def gives namespace + name. */
enum ty_well_known {
#define WK(id, ns, name) WK_##id,
#include "compiler/types/well_known.def"
#undef WK
    WK_COUNT
};

struct ty_def {
    struct ty_assembly *assembly;
    uint32_t row; /* TypeDef row */
    uint32_t flags; /* TypeAttributes */
    const char *ns, *name;
    const char *full_name;     /* "Namespace.Name" or "Namespace.Outer/Inner" */
    struct ty_def *enclosing;  /* or NULL */
    uint16_t generic_count;    /* all parameters, enclosing ones included (as in metadata) */
    int well_known;            /* enum ty_well_known or -1 */
    enum ty_element element;   /* of the definition: VALUETYPE, CLASS, INTERFACE, I4, NULLABLE, ...; enums: underlying */
    bool is_value_type, is_enum, is_interface, is_delegate, is_abstract, is_sealed;
    bool is_byref_like, is_inline_array, is_before_field_init, is_global /* <Module> */;
    bool is_explicit_layout, is_sequential_layout;
    uint32_t inline_array_length;
    uint32_t pack, class_size; /* ClassLayout, 0 = none */
    struct ty_method_def **methods;
    uint32_t method_count;
    struct ty_field_def **fields;
    uint32_t field_count;
    struct ty_method_def *cctor; /* .cctor or NULL */
    struct ty_method_def *finalizer; /* own override of Object.Finalize or NULL */
    uint8_t *variance; /* [generic_count] 0 none, 1 out, 2 in */
    bool has_variance;
    /* private to compiler/types below */
    struct ty_type *open;       /* the definition with its own variables as arguments */
    struct ty_type *definition; /* as typeof(List<>) sees it; == the plain type when not generic */
    uint32_t extends;           /* token, 0 = none */
    uint32_t hash;              /* of the name, contract/compiler.md 1.10 */
    uint8_t base_state;         /* 0 not looked up, 1 being looked up, 2 known */
    uint8_t eager_state;        /* 0 not looked up, 1 no, 2 [EagerStaticClassConstruction] */
    bool members_loaded, interfaces_loaded, impls_loaded, virtuals_busy;
    struct ty_type *base_open;        /* in terms of the definition's own variables */
    struct ty_type **interfaces_open; /* as declared, without their bases */
    uint32_t interface_count;
    struct ty_impl *impls; /* MethodImpl rows */
    uint32_t impl_count;
    struct ty_virtuals *virtuals; /* slots in terms of the definition's own variables */
};

enum { /* ty_method_def.pseudo: methods that have no metadata row */
    TY_PSEUDO_NONE,
    TY_PSEUDO_ARRAY_GET, /* multi-dimensional array methods, by name on the array type */
    TY_PSEUDO_ARRAY_SET,
    TY_PSEUDO_ARRAY_ADDRESS,
    TY_PSEUDO_ARRAY_CTOR,
    TY_PSEUDO_SYNTH, /* body made by compiler/il (stubs, thunks) */
};

struct ty_method_def {
    struct ty_assembly *assembly; /* for synthesised: the assembly it acts for */
    struct ty_def *owner;         /* NULL for array methods */
    uint32_t row;                 /* MethodDef row, 0 for pseudo methods */
    uint16_t flags, impl_flags;   /* MethodAttributes, MethodImplAttributes */
    const char *name;
    uint16_t generic_count;
    uint8_t pseudo;
    bool is_static, is_virtual, is_abstract, is_final, is_newslot, is_ctor, is_cctor;
    bool has_body;       /* RVA != 0 */
    bool is_pinvoke, is_internal_call, is_runtime_impl, is_synchronized;
    bool no_inlining, no_optimization, aggressive_inlining;
    bool is_intrinsic;              /* [Intrinsic] */
    const char *runtime_import;     /* [RuntimeImport] entry name or NULL */
    const char *runtime_export;     /* [RuntimeExport] entry name or NULL */
    bool is_unmanaged_callers_only; /* UnmanagedCallersOnly or NativeCallable */
    const char *export_name;        /* its EntryPoint or NULL */
    bool suppress_gc_transition;
    bool attributes_loaded;
    struct il_synth *synth; /* TY_PSEUDO_SYNTH only */
    struct ty_sig *open_sig; /* cache of ty_method_def_sig */
    struct ty_method *open;      /* cache of ty_method_open */
    struct ty_method *slot_decl; /* private: root of the override chain, open form */
    int intrinsic;           /* cached by compiler/il; 0 = not looked up */
};

struct ty_field_def {
    struct ty_def *owner;
    uint32_t row;
    uint16_t flags; /* FieldAttributes */
    const char *name;
    bool is_static, is_literal, is_init_only, has_rva, is_thread_static;
    struct ty_type *open_type; /* cache of ty_field_def_type, which also fills is_volatile */
    bool is_volatile;          /* modreq(IsVolatile) */
};

/* ---- types ------------------------------------------------------------------------------------ */

enum ty_form {
    TY_FORM_DEF,       /* class, struct, enum, interface, delegate; instance when args != NULL */
    TY_FORM_OPEN_DEF,  /* generic definition itself: typeof(List<>) */
    TY_FORM_SZARRAY,
    TY_FORM_MDARRAY,
    TY_FORM_POINTER,
    TY_FORM_BYREF,
    TY_FORM_FNPTR,
    TY_FORM_TYPE_VAR,   /* !n */
    TY_FORM_METHOD_VAR, /* !!n */
};

struct ty_type {
    uint32_t id;
    enum ty_form form;
    enum ty_element element; /* enums: their underlying element */
    struct ty_def *def;      /* DEF, OPEN_DEF */
    struct ty_type **args;   /* DEF with generic_count > 0 */
    uint16_t arg_count;
    struct ty_type *param;   /* element, pointee */
    uint32_t rank;           /* MDARRAY */
    uint32_t var_index;      /* TYPE_VAR, METHOD_VAR */
    struct ty_sig *fnptr;    /* FNPTR */
    bool is_value_type;      /* structs, enums, primitives; not pointers */
    bool loads;              /* ty_loads has said so */
    bool has_vars;           /* mentions !n or !!n */
    bool is_canon;           /* mentions System.__Canon: shared form, or __Canon itself */
    uint32_t hash;           /* MethodTable hash code (contract/compiler.md 1.10) */
    /* lazily made, see functions */
    struct ty_layout *layout;
    struct ty_vtable *vtable;
    struct ty_interfaces *interfaces;
    struct ty_type *canon;
    struct ty_type *base_cache;
    bool base_known;
    bool layout_busy;
    void *reach; /* compiler/reach: node of this type */
    const char *name_cache, *symbol_cache;
};

/* Arguments that replace variables. Either may be NULL when nothing is generic. */
struct ty_env {
    struct ty_type **type_args;
    struct ty_type **method_args;
    uint16_t type_arg_count, method_arg_count;
};

enum ty_call_conv { /* low nibble of the signature's first byte, ECMA-335 II.23.2.1 */
    TY_CC_DEFAULT = 0,
    TY_CC_C = 1,
    TY_CC_STDCALL = 2,
    TY_CC_THISCALL = 3,
    TY_CC_FASTCALL = 4,
    TY_CC_VARARG = 5,
    TY_CC_UNMANAGED = 9,
};

struct ty_sig {
    enum ty_call_conv conv;
    bool has_this, explicit_this;
    bool suppress_gc_transition; /* modopt(CallConvSuppressGCTransition) on a function pointer */
    uint16_t generic_count;
    uint32_t param_count; /* without `this` */
    struct ty_type *ret;
    struct ty_type **params;
    bool has_vars;
    uint32_t id;
};

/* ---- methods and fields of (possibly instantiated) types ----------------------------------------- */

struct ty_method {
    uint32_t id;
    struct ty_type *owner; /* exact, canonical or open; NULL only for global synthesised stubs */
    struct ty_method_def *def;
    struct ty_type **args; /* method's own arguments, [def->generic_count] */
    struct ty_sig *sig;    /* substituted with owner's and own arguments */
    bool has_vars, is_canon;
    struct ty_method *canon; /* cached */
    void *reach;             /* compiler/reach: node */
    void *il;                /* compiler/il: cached facts (IL size, constant result, ...) */
    const char *name_cache, *symbol_cache;
};

struct ty_field {
    uint32_t id;
    struct ty_type *owner;
    struct ty_field_def *def;
    struct ty_type *type; /* substituted */
};

/* How a canonical (shared) body receives its exact arguments (contract/compiler.md 5.1). */
enum ty_generic_context {
    TY_CTX_NONE,
    TY_CTX_THIS,   /* dictionary of the declaring class, found through this->MethodTable's vtable */
    TY_CTX_MT,     /* hidden argument: exact owning MethodTable */
    TY_CTX_METHOD, /* hidden argument: method dictionary */
};

/* ---- layout ----------------------------------------------------------------------------------------- */

/* SysV classes of an eightbyte of a struct passed by value. */
enum ty_abi_class { TY_ABI_NONE, TY_ABI_INTEGER, TY_ABI_SSE };

struct ty_layout {
    /* The value as stored in a field or local. For reference types: 8/8. */
    uint32_t size, align;
    /* Reference types and boxed values: bytes of the instance after the MethodTable word, unpadded
     * (classes: fields of base classes included; arrays and String: fixed part). */
    uint32_t instance_bytes;
    bool has_refs;           /* the value (struct) or the instance (class) holds references or byrefs */
    uint32_t *ref_offsets;   /* struct: offsets in the value; class: offsets from the object address */
    uint32_t ref_count;
    bool is_blittable;       /* usable by unmanaged code bit for bit */
    bool bitwise_comparable; /* ValueType.Equals may compare bytes */
    /* SysV: by-value passing of a struct. memory = on the stack / hidden return pointer. */
    bool abi_memory;
    enum ty_abi_class abi[2];
    /* Instance fields: offset from value start (struct) or from the object address (class; first
     * own field of a direct subclass of Object is at 8). Index as in def->fields. */
    uint32_t *field_offsets;
    /* Statics of this exact type. Offsets are within the area of the field's kind. */
    uint32_t gc_static_bytes, nongc_static_bytes, nongc_static_align, thread_static_bytes;
    uint32_t *gc_static_refs; /* offsets of reference slots in the GC static area */
    uint32_t gc_static_ref_count;
    uint32_t *thread_static_refs;
    uint32_t thread_static_ref_count;
    uint32_t nullable_value_offset; /* Nullable<T> */
    bool statics_done;
};

/* ---- virtual methods -------------------------------------------------------------------------------- */

struct ty_slot {
    struct ty_method *decl; /* the method that introduced the slot, on its exact owner; NULL: dictionary slot */
    struct ty_method *impl; /* what an instance of the type runs; abstract possible */
    struct ty_type *dictionary_of; /* dictionary slot: the generic base (or the type itself) it belongs to */
};

struct ty_vtable {
    struct ty_slot *slots;
    uint32_t count;
    /* Chains without a slot: generic virtual methods (open arguments) and Object.Finalize. */
    struct ty_slot *hidden;
    uint32_t hidden_count;
    struct ptr_map by_decl; /* private: decl -> index + 1 */
};

struct ty_interfaces {
    struct ty_type **at; /* flattened: base class's first, then own with their bases before them */
    uint32_t count;
};

enum ty_dispatch { /* how an interface method is satisfied */
    TY_DISPATCH_NONE,         /* the type does not implement the interface */
    TY_DISPATCH_CLASS,        /* a class method (instance or static) of the type or a base */
    TY_DISPATCH_DEFAULT,      /* a default implementation in an interface */
    TY_DISPATCH_DIAMOND,      /* AmbiguousImplementationException */
    TY_DISPATCH_REABSTRACTED, /* EntryPointNotFoundException */
};

/* ---- the context -------------------------------------------------------------------------------------- */

struct ty_context {
    struct arena *arena; /* owned by the run */
    struct ty_failure failure;
    struct ptr_vec assemblies;   /* of struct ty_assembly, in order of opening */
    struct ptr_vec search_paths; /* of const char *: folders and files */
    struct ty_assembly *core;
    struct ty_def *well_known[WK_COUNT]; /* NULL when the library lacks it */
    struct ptr_vec types, methods, fields; /* by id */
    struct ty_type *t_void, *t_bool, *t_char, *t_i1, *t_u1, *t_i2, *t_u2, *t_i4, *t_u4, *t_i8, *t_u8;
    struct ty_type *t_r4, *t_r8, *t_i, *t_u, *t_object, *t_string, *t_canon;
    struct ty_type *t_void_ptr, *t_object_array;
    struct ty_private *priv; /* interning tables, private to compiler/types */
};

/* Opens nothing yet. `search` are files (X.dll) or folders, in order of preference. */
struct ty_context *ty_context_new(struct arena *a, const char *const *search, size_t search_count);
/* Gives back what does not live in the arena. Accepts NULL. */
void ty_context_free(struct ty_context *ctx);
/* Opens System.Private.CoreLib and fills the well-known members; false + failure. */
bool ty_core_load(struct ty_context *ctx);
struct ty_assembly *ty_assembly_open(struct ty_context *ctx, const char *path);
/* By simple name through the search paths; NULL + failure when missing. */
struct ty_assembly *ty_assembly_find(struct ty_context *ctx, const char *simple_name);
void ty_fail(struct ty_context *ctx, enum ty_failure_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Definitions. Names as in ty_def.full_name; follows type forwarders. NULL + failure. */
struct ty_def *ty_def_find(struct ty_context *ctx, struct ty_assembly *as, const char *full_name);
struct ty_def *ty_def_at(struct ty_context *ctx, struct ty_assembly *as, uint32_t typedef_row);
struct ty_method_def *ty_method_def_at(struct ty_context *ctx, struct ty_assembly *as, uint32_t row);
struct ty_field_def *ty_field_def_at(struct ty_context *ctx, struct ty_assembly *as, uint32_t row);
/* First method of that name with `param_count` parameters (-1: any). NULL when there is none. */
struct ty_method_def *ty_method_def_named(struct ty_context *ctx, struct ty_def *def, const char *name,
                                          int param_count);
struct ty_field_def *ty_field_def_named(struct ty_context *ctx, struct ty_def *def, const char *name);
/* The open signature / field type, parsed on first use; NULL + failure. */
struct ty_sig *ty_method_def_sig(struct ty_context *ctx, struct ty_method_def *def);
struct ty_type *ty_field_def_type(struct ty_context *ctx, struct ty_field_def *def);
/* Custom attribute row on a token of the assembly, 0 when missing. */
uint32_t ty_attribute_find(struct ty_assembly *as, uint32_t token, const char *ns, const char *name);
void ty_method_attributes_load(struct ty_context *ctx, struct ty_method_def *m); /* fills the attribute members; every ty_method's def has them */

/* Making types. */
struct ty_type *ty_type_of_def(struct ty_context *ctx, struct ty_def *def); /* non-generic, or OPEN_DEF */
struct ty_type *ty_type_open(struct ty_context *ctx, struct ty_def *def);   /* instance over its own variables */
struct ty_type *ty_instantiate(struct ty_context *ctx, struct ty_def *def, struct ty_type **args, uint16_t count);
struct ty_type *ty_array(struct ty_context *ctx, struct ty_type *element);
struct ty_type *ty_md_array(struct ty_context *ctx, struct ty_type *element, uint32_t rank);
struct ty_type *ty_pointer(struct ty_context *ctx, struct ty_type *pointee);
struct ty_type *ty_byref(struct ty_context *ctx, struct ty_type *pointee);
struct ty_type *ty_fnptr(struct ty_context *ctx, struct ty_sig *sig);
struct ty_type *ty_type_var(struct ty_context *ctx, uint32_t index);
struct ty_type *ty_method_var(struct ty_context *ctx, uint32_t index);
struct ty_type *ty_well_known_type(struct ty_context *ctx, enum ty_well_known wk); /* non-generic only */
struct ty_sig *ty_sig_make(struct ty_context *ctx, const struct ty_sig *probe); /* interns a copy */

/* A struct known by its layout alone: what a struct `like` this one is to native code. A new one each time. */
struct ty_type *ty_native_struct(struct ty_context *ctx, const struct ty_def *like, struct ty_layout *layout);

/* What Type.GetType finds by a text in code of `home`; NULL: nothing. *is_name: the text has the form of a name. No
 * failure (type_text.c). */
struct ty_type *ty_type_by_text(struct ty_context *ctx, struct ty_assembly *home, const char *text, bool *is_name);

/* Tokens of an assembly's metadata, in open form (variables stay variables). NULL + failure. */
struct ty_type *ty_type_from_token(struct ty_context *ctx, struct ty_assembly *as, uint32_t token);
struct ty_method *ty_method_from_token(struct ty_context *ctx, struct ty_assembly *as, uint32_t token);
struct ty_field *ty_field_from_token(struct ty_context *ctx, struct ty_assembly *as, uint32_t token);
struct ty_sig *ty_sig_from_standalone(struct ty_context *ctx, struct ty_assembly *as, uint32_t token);
/* Local variable signature; pinned[i] tells ELEMENT_TYPE_PINNED. false + failure. */
bool ty_locals_from_token(struct ty_context *ctx, struct ty_assembly *as, uint32_t token, struct ty_type ***types,
                          bool **pinned, uint32_t *count);

/* Substitution. The result of substituting without variables is the argument itself. */
struct ty_type *ty_subst(struct ty_context *ctx, struct ty_type *t, const struct ty_env *env);
struct ty_sig *ty_subst_sig(struct ty_context *ctx, struct ty_sig *s, const struct ty_env *env);
struct ty_method *ty_subst_method(struct ty_context *ctx, struct ty_method *m, const struct ty_env *env);
struct ty_field *ty_subst_field(struct ty_context *ctx, struct ty_field *f, const struct ty_env *env);
/* owner's arguments + the method's own. */
struct ty_env ty_env_of_method(const struct ty_method *m);
struct ty_env ty_env_of_type(const struct ty_type *t);

/* Methods and fields on types. */
/* `args` NULL on a generic method: its own variables. */
struct ty_method *ty_method_on(struct ty_context *ctx, struct ty_type *owner, struct ty_method_def *def,
                               struct ty_type **args);
/* The method with variables as its own arguments on the open owner ("typical" form). */
struct ty_method *ty_method_open(struct ty_context *ctx, struct ty_method_def *def);
struct ty_method *ty_method_named(struct ty_context *ctx, struct ty_type *owner, const char *name, int param_count);
struct ty_field *ty_field_on(struct ty_context *ctx, struct ty_type *owner, struct ty_field_def *def);
struct ty_field *ty_field_named(struct ty_context *ctx, struct ty_type *owner, const char *name);
/* A method without a metadata row whose body compiler/il makes; `name` becomes part of its symbol. Not interned: call once. */
struct ty_method *ty_method_synth(struct ty_context *ctx, struct ty_type *owner, const char *name, struct ty_sig *sig,
                                  struct il_synth *synth);

/* Sharing. */
struct ty_type *ty_canon_of(struct ty_context *ctx, struct ty_type *t); /* canonical form; itself when unshared */
struct ty_method *ty_method_canon(struct ty_context *ctx, struct ty_method *m);
enum ty_generic_context ty_method_context(struct ty_context *ctx, const struct ty_method *canon);
/* The type has a dictionary slot in its vtable slice (its canonical form is shared). */
bool ty_has_dictionary(struct ty_context *ctx, struct ty_type *t);

/* Shape. */
struct ty_type *ty_base(struct ty_context *ctx, struct ty_type *t); /* NULL for Object, interfaces, pointers */
const struct ty_interfaces *ty_interfaces_of(struct ty_context *ctx, struct ty_type *t);
const struct ty_layout *ty_layout_of(struct ty_context *ctx, struct ty_type *t); /* NULL + failure */
const struct ty_layout *ty_statics_of(struct ty_context *ctx, struct ty_type *t);
uint32_t ty_field_offset(struct ty_context *ctx, struct ty_field *f); /* instance or static, in its area */
enum ty_static_kind { TY_STATIC_NONGC, TY_STATIC_GC, TY_STATIC_THREAD, TY_STATIC_RVA, TY_STATIC_LITERAL };
enum ty_static_kind ty_field_static_kind(struct ty_context *ctx, struct ty_field *f);
uint32_t ty_base_size(struct ty_context *ctx, struct ty_type *t);      /* MethodTable._uBaseSize */
uint32_t ty_component_size(struct ty_context *ctx, struct ty_type *t); /* arrays, String; else 0 */
bool ty_is_ref(const struct ty_type *t); /* object reference: class, interface, array, string, delegate, __Canon */
struct ty_type *ty_enum_underlying(struct ty_context *ctx, struct ty_type *t);
/* The type used on the evaluation stack for storage of `t` (enums -> underlying primitive). */
struct ty_type *ty_reduced(struct ty_context *ctx, struct ty_type *t);
bool ty_is_nullable(const struct ty_type *t);
bool ty_is_delegate(const struct ty_type *t);
bool ty_has_lazy_cctor(struct ty_context *ctx, struct ty_type *t); /* .cctor that is not eager */
bool ty_has_eager_cctor(struct ty_context *ctx, struct ty_type *t);
bool ty_has_finalizer(struct ty_context *ctx, struct ty_type *t);
struct ty_method *ty_finalizer_of(struct ty_context *ctx, struct ty_type *t);

/* Virtual methods. */
const struct ty_vtable *ty_vtable_of(struct ty_context *ctx, struct ty_type *t); /* NULL + failure */
/* Slot index of the slot-defining declaration that `m` (virtual, class method) belongs to; -1 for
 * generic virtual methods and Object.Finalize. */
int ty_vtable_slot(struct ty_context *ctx, struct ty_method *m);
/* The newslot declaration at the root of m's override chain, on its exact owner. */
struct ty_method *ty_slot_decl(struct ty_context *ctx, struct ty_method *m);
/* Index of the dictionary slot of generic class `owner` inside any derived vtable. */
int ty_dictionary_slot(struct ty_context *ctx, struct ty_type *owner);
/* What `type` runs for a class virtual method (generic ones too: args of decl are kept). */
struct ty_method *ty_resolve_virtual(struct ty_context *ctx, struct ty_type *type, struct ty_method *decl);
/* What `type` runs for an interface method (instance or static virtual); *how tells the case. Tries exact, then
 * variant matches, class methods before default ones. */
struct ty_method *ty_resolve_interface(struct ty_context *ctx, struct ty_type *type, struct ty_method *decl,
                                       enum ty_dispatch *how);
/* Only the exact interface instance, without walking to base classes: for dispatch maps (contract 3.3). */
struct ty_method *ty_resolve_interface_here(struct ty_context *ctx, struct ty_type *type, struct ty_method *decl,
                                            enum ty_dispatch *how);
/* Number of a method among its interface's own virtual methods, + 1 when the interface is generic. */
int ty_interface_slot(struct ty_context *ctx, struct ty_method *decl);

/* The five generic interfaces that arrays implement (contract/compiler.md 1.6). */
bool ty_is_array_interface(const struct ty_def *def);

/* Relations. */
bool ty_is_assignable(struct ty_context *ctx, struct ty_type *from, struct ty_type *to);
bool ty_is_subclass(struct ty_context *ctx, struct ty_type *t, struct ty_type *base); /* or equal */

/* Whether instances may exist: false + failure for a class that lacks a method that it must have, or derives from a
 * sealed one (loads.c). The class library is not asked. */
bool ty_loads(struct ty_context *ctx, struct ty_type *t);
bool ty_is_library(const struct ty_context *ctx, const struct ty_assembly *as); /* a file of the class library */

/* Names. C#-like: "System.Collections.Generic.List<System.Int32>", "Ns.Type<A>.Method<B>(System.Int32, ...)". */
const char *ty_name(struct ty_context *ctx, struct ty_type *t);
const char *ty_method_name(struct ty_context *ctx, struct ty_method *m);
/* Unique over all assemblies: "[Assembly]" is put before names of definitions outside System.Private.CoreLib. */
const char *ty_symbol(struct ty_context *ctx, struct ty_type *t);
const char *ty_assembly_full_name(struct ty_context *ctx, const struct ty_assembly *as); /* as Assembly.FullName */
const char *ty_method_symbol(struct ty_context *ctx, struct ty_method *m);
uint32_t ty_name_hash(const char *utf8); /* contract/compiler.md 1.10, on UTF-16 units */

#endif
