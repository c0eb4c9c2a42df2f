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
    IL_MARSHAL_PINNED,       /* reference to something blittable */
    IL_MARSHAL_STRING_NARROW, /* UTF-8 block of CoTaskMem */
    IL_MARSHAL_STRING_WIDE,  /* pinned characters; results: a block */
    IL_MARSHAL_BUILDER_NARROW,
    IL_MARSHAL_BUILDER_WIDE,
    IL_MARSHAL_ARRAY,        /* pinned first element, NULL when empty */
    IL_MARSHAL_SAFE_HANDLE,
    IL_MARSHAL_DELEGATE,
    IL_MARSHAL_BY_REFERENCE, /* ref or out of one of the first scalar kinds or of a narrow string: through a local */
    IL_MARSHAL_UNSUPPORTED,
};

struct il_marshal {
    enum il_marshal_kind kind, inner; /* inner: BY_REFERENCE */
    struct ty_type *managed, *native;
    uint32_t arg;          /* argument of the stub */
    uint32_t local, extra; /* of the stub */
    bool in, out;
};

/* How the method's ImplMap row and the assembly want it. */
struct il_pinvoke {
    struct ty_method *method;
    struct ty_assembly *assembly;
    const char *entry, *module;
    uint32_t flags; /* MD_PINVOKE_* */
    bool preserve_sig, runtime_marshalling, set_last_error;
    bool is_engine, is_linked; /* else bound at the first call */
    struct il_marshal *params, ret; /* arena */
    struct ty_sig *native;          /* NULL: something is not supported */
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

#endif
