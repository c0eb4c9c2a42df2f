/* compiler/il/marshal.h - one parameter or result of a P/Invoke between its two shapes.
 * Stubs go through the steps in order: plan (decides or refuses), before (managed to native, into
 * locals), push (the native argument), after (out values back), cleanup (in a finally). */
#ifndef COMPILER_IL_MARSHAL_H
#define COMPILER_IL_MARSHAL_H

#include "compiler/il/synth.h"

enum il_marshal_kind {
    IL_MARSHAL_PLAIN,        /* same bits on both sides */
    IL_MARSHAL_BOOL4,        /* int32 */
    IL_MARSHAL_BOOL1,        /* uint8 */
    IL_MARSHAL_CHAR1,        /* uint8 in the platform's encoding */
    IL_MARSHAL_PINNED,       /* parameter: reference to something blittable */
    IL_MARSHAL_STRING_NARROW, /* UTF-8 block of CoTaskMem */
    IL_MARSHAL_STRING_WIDE,  /* the same in UTF-16; a parameter by value: pinned characters */
    IL_MARSHAL_STRING_BSTR,
    IL_MARSHAL_STRING_ANSI_BSTR,
    IL_MARSHAL_BUILDER_NARROW,
    IL_MARSHAL_BUILDER_WIDE,
    IL_MARSHAL_ARRAY,        /* parameter: pinned elements */
    IL_MARSHAL_ARRAY_COPY,   /* block of CoTaskMem with converted elements */
    IL_MARSHAL_SAFE_HANDLE,
    IL_MARSHAL_CRITICAL_HANDLE,
    IL_MARSHAL_HANDLE_REF,
    IL_MARSHAL_DELEGATE,
    IL_MARSHAL_ANY_DELEGATE, /* System.Delegate itself: to native only */
    IL_MARSHAL_DATE,         /* double: days, as OLE counts them */
    IL_MARSHAL_CURRENCY,     /* int64: ten-thousandths */
    IL_MARSHAL_STRUCT,       /* a struct whose native form differs */
    IL_MARSHAL_CLASS,        /* class with layout: pointer to its native form */
    IL_MARSHAL_CLASS_PINNED, /* parameter: the same, where the fields are the native form */
    IL_MARSHAL_VALUE_POINTER, /* parameter: value type by value, native code gets its address */
    IL_MARSHAL_AS_ANY,       /* parameter: object whose type is seen at run time */
    IL_MARSHAL_CUSTOM,       /* ICustomMarshaler */
    IL_MARSHAL_FIELD_ARRAY,  /* fields: elements, characters or a class's native form inside the struct */
    IL_MARSHAL_FIELD_TEXT_NARROW,
    IL_MARSHAL_FIELD_TEXT_WIDE,
    IL_MARSHAL_FIELD_CLASS,
    IL_MARSHAL_BY_REFERENCE, /* parameter: ref or out of any value above that is not plain: through a local */
    IL_MARSHAL_UNSUPPORTED,
};

struct il_native_struct;

/* One value on both sides, wherever it lies. */
struct il_shape {
    enum il_marshal_kind kind;
    struct ty_type *managed, *native; /* native: NULL for the FIELD_ kinds */
    const struct il_native_struct *layout; /* STRUCT, CLASS, FIELD_CLASS */
    const struct il_shape *element;        /* ARRAY, ARRAY_COPY, FIELD_ARRAY */
    uint32_t count;                        /* FIELD_ARRAY, FIELD_TEXT: elements */
    struct ty_method *custom;              /* CUSTOM: GetInstance */
    const char *cookie;
    bool held;                             /* STRUCT, CLASS: the stub keeps its handle fields open */
};

struct il_marshal {
    enum il_marshal_kind kind, inner; /* inner: shape.kind, for BY_REFERENCE and PINNED */
    struct ty_type *managed, *native; /* native: of the argument slot */
    struct il_shape shape;            /* of the value; behind the reference for ref and out */
    uint32_t arg;          /* argument of the stub */
    uint32_t local, extra; /* of the stub */
    uint32_t held;         /* of the stub: how many handle fields are kept open */
    uint32_t value, spare, before; /* of the stub: the managed value; a handle object to fill; a handle before the call */
    bool in, out, is_ref;
    int32_t size_param;    /* arrays that native code gives: parameter with the length, -1 */
    uint32_t size_const;
    struct ty_type *size_type; /* of that parameter, or of what it refers to */
    uint32_t size_arg;         /* argument of the stub */
    bool size_is_ref;
    const char *problem;   /* UNSUPPORTED: why */
    bool problem_is_type;  /* the type itself cannot be laid out: TypeLoadException */
};

/* How the method's ImplMap row and the assembly want it. */
struct il_pinvoke {
    struct ty_method *method;
    struct ty_assembly *assembly;
    const char *entry, *module;
    uint32_t flags; /* MD_PINVOKE_* */
    bool preserve_sig, runtime_marshalling, set_last_error;
    bool is_engine, is_linked; /* else bound at the first call */
    bool is_external;          /* linked, and not of the class library: may be another ELF image's */
    bool is_delegate;          /* called through the native function that `this` wraps: arguments count from 1 */
    struct il_marshal *params, ret; /* arena */
    struct ty_sig *native;          /* NULL: something is not supported */
    const char *problem;            /* of the method as a whole, or NULL */
    bool needs_stub;
};

/* Parameter `sequence` (0 = result) of type t. */
void il_marshal_plan(struct il_context *il, const struct il_pinvoke *p, uint32_t sequence, struct ty_type *t,
                     struct il_marshal *out);
void il_marshal_before(struct il_builder *b, struct il_marshal *m);
void il_marshal_push(struct il_builder *b, const struct il_marshal *m);
void il_marshal_after(struct il_builder *b, const struct il_marshal *m);
void il_marshal_cleanup(struct il_builder *b, const struct il_marshal *m);
bool il_marshal_has_cleanup(const struct il_marshal *m);
/* Result: makes room before the call; then native value (in m->local) -> managed value on the stack. */
void il_marshal_result_before(struct il_builder *b, struct il_marshal *m);
void il_marshal_result(struct il_builder *b, const struct il_marshal *m);
void il_marshal_result_cleanup(struct il_builder *b, const struct il_marshal *m);
bool il_marshal_result_has_cleanup(const struct il_marshal *m);
/* Handles get their values right after the call, before anything can throw; il_marshal_after leaves them out. */
bool il_marshal_is_handle(const struct il_marshal *m);
void il_marshal_handle_after(struct il_builder *b, const struct il_marshal *m);

/* marshal_receive.c: native code calls managed code. Argument `arg` of the stub -> managed value, pushed later; what the
 * callee changed goes back; a managed result on the stack becomes the native one. */
bool il_marshal_can_receive(const struct il_marshal *m);
void il_marshal_receive(struct il_builder *b, struct il_marshal *m, uint32_t arg);
void il_marshal_receive_push(struct il_builder *b, const struct il_marshal *m, uint32_t arg);
void il_marshal_receive_after(struct il_builder *b, const struct il_marshal *m, uint32_t arg);
void il_marshal_receive_result(struct il_builder *b, const struct il_marshal *m);

/* synth_pinvoke.c: fills params, ret, native and needs_stub from the rest */
void il_pinvoke_plan(struct il_context *il, struct il_pinvoke *p);
void il_pinvoke_put(struct il_builder *b, struct il_pinvoke *p); /* the whole body, ret included */

/* marshal_delegate.c: a delegate of a closed type on the stack <-> its native function (native int) */
bool il_delegate_is_marshalled(struct il_context *il, struct ty_type *t); /* not generic, its own signature is supported */
void il_marshal_delegate_to_native(struct il_builder *b, struct ty_type *t);  /* null gives 0 */
void il_marshal_delegate_to_managed(struct il_builder *b, struct ty_type *t); /* 0 gives null */

#endif
