/* compiler/il/marshal_priv.h - shared by marshal*.c only: what metadata says about a value, values in locals,
 * native forms of structs. */
#ifndef COMPILER_IL_MARSHAL_PRIV_H
#define COMPILER_IL_MARSHAL_PRIV_H

#include "compiler/il/marshal.h"
#include "compiler/il/special.h"

#define INTEROP "Internal.Runtime.CompilerHelpers.InteropHelpers"
#define MARSHAL "System.Runtime.InteropServices.Marshal"
#define SAFE_HANDLE "System.Runtime.InteropServices.SafeHandle"
#define CRITICAL_HANDLE "System.Runtime.InteropServices.CriticalHandle"

enum il_native_type { /* II.23.4 and the values only Windows documents name */
    NATIVE_NONE = 0,
    NATIVE_BOOLEAN = 0x02,
    NATIVE_I1 = 0x03,
    NATIVE_U1 = 0x04,
    NATIVE_I2 = 0x05,
    NATIVE_U2 = 0x06,
    NATIVE_I4 = 0x07,
    NATIVE_U4 = 0x08,
    NATIVE_I8 = 0x09,
    NATIVE_U8 = 0x0a,
    NATIVE_R4 = 0x0b,
    NATIVE_R8 = 0x0c,
    NATIVE_CURRENCY = 0x0f,
    NATIVE_BSTR = 0x13,
    NATIVE_LPSTR = 0x14,
    NATIVE_LPWSTR = 0x15,
    NATIVE_LPTSTR = 0x16,
    NATIVE_FIXEDSYSSTRING = 0x17,
    NATIVE_STRUCT = 0x1b,
    NATIVE_SAFEARRAY = 0x1d,
    NATIVE_FIXEDARRAY = 0x1e,
    NATIVE_INT = 0x1f,
    NATIVE_UINT = 0x20,
    NATIVE_ANSIBSTR = 0x23,
    NATIVE_TBSTR = 0x24,
    NATIVE_FUNC = 0x26,
    NATIVE_ASANY = 0x28,
    NATIVE_LPARRAY = 0x2a,
    NATIVE_LPSTRUCT = 0x2b,
    NATIVE_CUSTOM = 0x2c,
    NATIVE_ERROR = 0x2d,
    NATIVE_LPUTF8STR = 0x30,
    NATIVE_MAX = 0x50, /* no element type stated */
};

/* A MarshalAs attribute. */
struct il_marshal_as {
    enum il_native_type type, element;
    uint32_t count;  /* SizeConst */
    bool has_count;
    int32_t param;   /* SizeParamIndex, -1 */
    const char *custom, *cookie; /* arena */
};

/* marshal_as.c: of a Param or Field token; all zero (param -1) without one. */
void il_marshal_as(struct il_context *il, const struct md_image *img, uint32_t token, struct il_marshal_as *out);
/* GetInstance(string) of the type that MarshalTypeRef names; NULL when there is none. */
struct ty_method *il_custom_marshaler(struct il_context *il, struct ty_assembly *as, const char *name);

enum il_shape_place { IL_PLACE_PARAM, IL_PLACE_RESULT, IL_PLACE_FIELD, IL_PLACE_ELEMENT };

struct il_shape_query {
    struct ty_type *type;
    struct ty_assembly *assembly; /* whose MarshalAs it is */
    struct il_marshal_as as;
    enum il_shape_place place;
    bool wide; /* CharSet */
};

/* marshal_shape.c: false: *problem says why not. */
bool il_shape_of(struct il_context *il, const struct il_shape_query *q, struct il_shape *out, const char **problem);
uint32_t il_shape_size(struct il_context *il, const struct il_shape *s, uint32_t *align);
bool il_is_handle_type(struct il_context *il, struct ty_type *t, bool critical);

enum il_struct_stub { /* marshal_struct.c */
    IL_STRUCT_TO_NATIVE,  /* void (ref T | T, void *native) */
    IL_STRUCT_TO_MANAGED, /* void (void *native, ref T | T) */
    IL_STRUCT_CLEANUP,    /* void (void *native) */
    IL_STRUCT_NEW,        /* T (void *native): a new one, whose constructor does not run */
    IL_STRUCT_READ_OBJECT, /* object (void *native): boxed; null for null */
    IL_STRUCT_READ,       /* T (void *native): for PtrToStructure, after the constructor without parameters */
    /* Handle fields, which the others refuse: kept open by the stub of a call from HOLD to RELEASE. */
    IL_STRUCT_TO_NATIVE_HELD,
    IL_STRUCT_TO_MANAGED_HELD, /* native code may not have changed them */
    IL_STRUCT_HOLD,            /* void (ref T | T, ref int held): counts what it opened */
    IL_STRUCT_RELEASE,         /* void (ref T | T, ref int held): counts down */
    IL_STRUCT_STUB_COUNT
};

/* The native form of a struct or class with layout. */
struct il_native_field {
    struct ty_field *field; /* on its exact owner */
    struct il_shape shape;
    uint32_t offset, size;
};

struct il_native_struct {
    struct ty_type *managed, *native; /* native: the managed type where is_same */
    struct il_native_field *fields;   /* arena; base classes' first */
    uint32_t count, size, align;
    bool is_same;        /* bit for bit the managed fields */
    bool is_generic;
    bool has_layout;     /* else: automatic layout, or no fields of its own to lay out */
    bool needs_cleanup;
    bool has_handles;    /* SafeHandle or CriticalHandle fields, in structs and classes inside too */
    const char *problem; /* NULL: can be marshalled; else names the field */
    struct ty_method *stubs[IL_STRUCT_STUB_COUNT]; /* made on demand */
};

/* marshal_layout.c. Never NULL. */
struct il_native_struct *il_native_struct_of(struct il_context *il, struct ty_type *t);

struct ty_method *il_struct_stub(struct il_context *il, const struct il_native_struct *s, enum il_struct_stub which);

/* marshal_value.c: between a local of shape->managed and one of shape->native. */
void il_value_to_native(struct il_builder *b, const struct il_shape *s, uint32_t managed, uint32_t native);
/* length: local with the element count of an ARRAY_COPY that native code made; else ignored. */
void il_value_to_managed(struct il_builder *b, const struct il_shape *s, uint32_t native, uint32_t managed, uint32_t length);
void il_value_cleanup(struct il_builder *b, const struct il_shape *s, uint32_t native, uint32_t length);
bool il_value_has_cleanup(const struct il_shape *s);
void il_put_message_throw(struct il_builder *b, const char *exception, const char *text);

/* marshal_custom.c: the same for ICustomMarshaler */
void il_custom_to_native(struct il_builder *b, const struct il_shape *s, uint32_t managed, uint32_t native);
void il_custom_to_managed(struct il_builder *b, const struct il_shape *s, uint32_t native, uint32_t managed);
void il_custom_cleanup(struct il_builder *b, const struct il_shape *s, uint32_t native);

/* marshal_handle.c: SafeHandle, CriticalHandle and HandleRef parameters and results */
void il_handle_before(struct il_builder *b, struct il_marshal *m);
void il_handle_push(struct il_builder *b, const struct il_marshal *m);
void il_handle_after(struct il_builder *b, const struct il_marshal *m);
void il_handle_cleanup(struct il_builder *b, const struct il_marshal *m);
bool il_handle_has_cleanup(const struct il_marshal *m);
void il_handle_result_before(struct il_builder *b, struct il_marshal *m);
void il_handle_result(struct il_builder *b, const struct il_marshal *m); /* pushes the handle */

/* marshal_array.c: elements between an array (local) and native memory (local pointer), `count` in a local. */
void il_elements_to_native(struct il_builder *b, const struct il_shape *element, uint32_t array, uint32_t memory, uint32_t count);
void il_elements_to_managed(struct il_builder *b, const struct il_shape *element, uint32_t memory, uint32_t array, uint32_t count);
void il_elements_cleanup(struct il_builder *b, const struct il_shape *element, uint32_t memory, uint32_t count);
/* A zeroed block for `count` elements. */
void il_put_array_block(struct il_builder *b, const struct il_shape *element, uint32_t count);

#endif
