/* gc/object_format.h - layout of objects and of MethodTables (MT), written down once.
 * Other parties: the class library's IL (Internal.Runtime.MethodTable, RawArrayData, ObjectHeader),
 * the code corertc makes, and the collector. The library reads absolute 8-byte pointers in the
 * trailing fields because MethodTable.SupportsRelativePointers is replaced by false everywhere.
 * Header only and free of runtime state, so that the compiler can include it. */
#ifndef GC_OBJECT_FORMAT_H
#define GC_OBJECT_FORMAT_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- MethodTable ---- */

/* Fixed part. Followed by: vtable_slots code (or dictionary) pointers, interfaces MT pointers, then
 * the trailing pointers in the order of enum gc_mt_field, each present only if its rule says so. */
struct gc_mt {
    uint32_t flags;
    uint32_t base_size;          /* bytes; arity of a generic definition; 0 pointer, 1 byref */
    const struct gc_mt *related; /* base type, or element/pointee/return type */
    uint16_t vtable_slots;
    uint16_t interfaces;
    uint32_t hash;
};

static_assert(sizeof(struct gc_mt) == 24, "the class library asks for sizeof(MethodTable) == 24");
static_assert(offsetof(struct gc_mt, flags) == 0, "MT._uFlags");
static_assert(offsetof(struct gc_mt, base_size) == 4, "MT._uBaseSize");
static_assert(offsetof(struct gc_mt, related) == 8, "MT._relatedType");
static_assert(offsetof(struct gc_mt, vtable_slots) == 16, "MT._usNumVtableSlots");
static_assert(offsetof(struct gc_mt, interfaces) == 18, "MT._usNumInterfaces");
static_assert(offsetof(struct gc_mt, hash) == 20, "MT._uHashCode");

#define GC_MT_ALIGN         8u
#define GC_MT_VTABLE_OFFSET 24u

/* Bits of gc_mt.flags. The low 16 bits are the component size if HAS_COMPONENT_SIZE is set, else
 * the GC_MT_EXT_* bits. */
#define GC_MT_COMPONENT_SIZE_MASK     0x0000FFFFu
#define GC_MT_KIND_MASK               0x00030000u
#define GC_MT_KIND_CANONICAL          0x00000000u
#define GC_MT_KIND_FUNCTION_POINTER   0x00010000u
#define GC_MT_KIND_PARAMETERIZED      0x00020000u
#define GC_MT_KIND_GENERIC_DEFINITION 0x00030000u
#define GC_MT_HAS_DISPATCH_MAP        0x00040000u
#define GC_MT_IS_DYNAMIC              0x00080000u
#define GC_MT_HAS_FINALIZER           0x00100000u
#define GC_MT_HAS_SEALED_SLOTS        0x00400000u
#define GC_MT_GENERIC_VARIANCE        0x00800000u
#define GC_MT_HAS_POINTERS            0x01000000u
#define GC_MT_IS_GENERIC              0x02000000u
#define GC_MT_ELEMENT_TYPE_MASK       0x7C000000u
#define GC_MT_ELEMENT_TYPE_SHIFT      26
#define GC_MT_HAS_COMPONENT_SIZE      0x80000000u

/* Extended bits (only without HAS_COMPONENT_SIZE). */
#define GC_MT_EXT_EAGER_FINALIZER      0x0001u
#define GC_MT_EXT_CRITICAL_FINALIZER   0x0002u
#define GC_MT_EXT_DYNAMIC_CASTABLE     0x0008u
#define GC_MT_EXT_BYREF_LIKE           0x0010u
#define GC_MT_EXT_VALUE_PADDING_MASK   0x00E0u
#define GC_MT_EXT_VALUE_PADDING_SHIFT  5
#define GC_MT_EXT_NULLABLE_VALUE_MASK  0x0700u
#define GC_MT_EXT_NULLABLE_VALUE_SHIFT 8

/* base_size of a parameterized MT that is no array; everything from ARRAY_MIN on is an array. */
#define GC_MT_SHAPE_POINTER 0u
#define GC_MT_SHAPE_BYREF   1u

/* Variance bytes of a generic definition. */
#define GC_VARIANCE_NONE            0x00u
#define GC_VARIANCE_COVARIANT       0x01u
#define GC_VARIANCE_CONTRAVARIANT   0x02u
#define GC_VARIANCE_ARRAY_COVARIANT 0x20u

enum gc_element_type {
    GC_ET_UNKNOWN = 0,
    GC_ET_VOID = 1,
    GC_ET_BOOLEAN = 2,
    GC_ET_CHAR = 3,
    GC_ET_SBYTE = 4,
    GC_ET_BYTE = 5,
    GC_ET_INT16 = 6,
    GC_ET_UINT16 = 7,
    GC_ET_INT32 = 8,
    GC_ET_UINT32 = 9,
    GC_ET_INT64 = 10,
    GC_ET_UINT64 = 11,
    GC_ET_INTPTR = 12,
    GC_ET_UINTPTR = 13,
    GC_ET_SINGLE = 14,
    GC_ET_DOUBLE = 15,
    GC_ET_VALUE_TYPE = 16,
    GC_ET_NULLABLE = 18,
    GC_ET_CLASS = 20,
    GC_ET_INTERFACE = 21,
    GC_ET_SYSTEM_ARRAY = 22,
    GC_ET_ARRAY = 23,
    GC_ET_SZARRAY = 24,
    GC_ET_BYREF = 25,
    GC_ET_POINTER = 26,
    GC_ET_FUNCTION_POINTER = 27
};

/* Trailing fields, in file order; 8-byte absolute pointers each. */
enum gc_mt_field {
    GC_MT_FIELD_TYPE_MANAGER,       /* always: address of the module's ldr_type_manager_slot */
    GC_MT_FIELD_WRITABLE_DATA,      /* always: 8 zero bytes that cache the RuntimeType object */
    GC_MT_FIELD_DISPATCH_MAP,       /* GC_MT_HAS_DISPATCH_MAP */
    GC_MT_FIELD_FINALIZER,          /* GC_MT_HAS_FINALIZER: code address */
    GC_MT_FIELD_SEALED_SLOTS,       /* GC_MT_HAS_SEALED_SLOTS: table of code addresses */
    GC_MT_FIELD_GENERIC_DEFINITION, /* GC_MT_IS_GENERIC */
    GC_MT_FIELD_GENERIC_ARGUMENTS,  /* GC_MT_IS_GENERIC: the argument's MT if there is one, else a
                                       table of MTs; definition with variance: its variance bytes */
    GC_MT_FIELD_FUNCTION_PARAMETERS /* kind FUNCTION_POINTER: base_size & 0x7FFFFFFF MTs, inline */
};

static inline bool
gc_mt_has_component_size(const struct gc_mt *mt)
{
    return (mt->flags & GC_MT_HAS_COMPONENT_SIZE) != 0;
}

static inline uint32_t
gc_mt_component_size(const struct gc_mt *mt)
{
    return gc_mt_has_component_size(mt) ? mt->flags & GC_MT_COMPONENT_SIZE_MASK : 0;
}

static inline uint32_t
gc_mt_ext_flags(const struct gc_mt *mt)
{
    return gc_mt_has_component_size(mt) ? 0 : mt->flags & GC_MT_COMPONENT_SIZE_MASK;
}

static inline uint32_t
gc_mt_kind(const struct gc_mt *mt)
{
    return mt->flags & GC_MT_KIND_MASK;
}

static inline uint32_t
gc_mt_element_type(const struct gc_mt *mt)
{
    return (mt->flags & GC_MT_ELEMENT_TYPE_MASK) >> GC_MT_ELEMENT_TYPE_SHIFT;
}

static inline bool
gc_mt_has_pointers(const struct gc_mt *mt)
{
    return (mt->flags & GC_MT_HAS_POINTERS) != 0;
}

static inline bool
gc_mt_has_finalizer(const struct gc_mt *mt)
{
    return (mt->flags & GC_MT_HAS_FINALIZER) != 0;
}

static inline bool
gc_mt_has_field(const struct gc_mt *mt, enum gc_mt_field field)
{
    uint32_t kind = gc_mt_kind(mt);

    switch (field) {
    case GC_MT_FIELD_TYPE_MANAGER:
    case GC_MT_FIELD_WRITABLE_DATA:
        return true;
    case GC_MT_FIELD_DISPATCH_MAP:
        return (mt->flags & GC_MT_HAS_DISPATCH_MAP) != 0;
    case GC_MT_FIELD_FINALIZER:
        return (mt->flags & GC_MT_HAS_FINALIZER) != 0;
    case GC_MT_FIELD_SEALED_SLOTS:
        return (mt->flags & GC_MT_HAS_SEALED_SLOTS) != 0;
    case GC_MT_FIELD_GENERIC_DEFINITION:
        return (mt->flags & GC_MT_IS_GENERIC) != 0;
    case GC_MT_FIELD_GENERIC_ARGUMENTS:
        return (mt->flags & GC_MT_IS_GENERIC) != 0 ||
               (kind == GC_MT_KIND_GENERIC_DEFINITION && (mt->flags & GC_MT_GENERIC_VARIANCE) != 0);
    case GC_MT_FIELD_FUNCTION_PARAMETERS:
        return kind == GC_MT_KIND_FUNCTION_POINTER;
    }
    return false;
}

/* Byte offset of the first trailing field. */
static inline size_t
gc_mt_trailing_offset(const struct gc_mt *mt)
{
    return GC_MT_VTABLE_OFFSET + 8u * ((size_t)mt->vtable_slots + mt->interfaces);
}

/* Byte offset of `field` if gc_mt_has_field() holds for it. */
static inline size_t
gc_mt_field_offset(const struct gc_mt *mt, enum gc_mt_field field)
{
    size_t at = gc_mt_trailing_offset(mt);
    int f;

    for (f = 0; f < (int)field; f++)
        if (gc_mt_has_field(mt, (enum gc_mt_field)f))
            at += 8;
    return at;
}

/* The trailing pointer itself, or NULL where the MT has no such field. Not for
 * FUNCTION_PARAMETERS, which is an inline table. */
static inline const void *
gc_mt_field(const struct gc_mt *mt, enum gc_mt_field field)
{
    if (!gc_mt_has_field(mt, field))
        return NULL;
    return *(const void *const *)((const char *)mt + gc_mt_field_offset(mt, field));
}

static inline const void *const *
gc_mt_vtable(const struct gc_mt *mt)
{
    return (const void *const *)((const char *)mt + GC_MT_VTABLE_OFFSET);
}

static inline const struct gc_mt *const *
gc_mt_interfaces(const struct gc_mt *mt)
{
    return (const struct gc_mt *const *)(gc_mt_vtable(mt) + mt->vtable_slots);
}

/* ---- GC descriptor: in front of the MT, only with GC_MT_HAS_POINTERS ----
 * The signed word at MT-8 counts entries. n > 0: n series of 16 bytes growing down from MT-24,
 * {int64 bytes - base_size; uint64 first offset}, lowest offset nearest to the MT.
 * n < 0: arrays of structs: uint64 first offset at MT-16, then -n items of 8 bytes growing down
 * from MT-24, {uint32 reference count; uint32 bytes to skip}, which repeat for every element. */
struct gc_desc_series {
    int64_t bytes_less_base; /* length of the run of references minus base_size */
    uint64_t offset;         /* from the object's address */
};

struct gc_desc_item {
    uint32_t references;
    uint32_t skip_bytes;
};

static_assert(sizeof(struct gc_desc_series) == 16, "GC descriptor series");
static_assert(sizeof(struct gc_desc_item) == 8, "GC descriptor item");

static inline int64_t
gc_mt_desc_count(const struct gc_mt *mt)
{
    return gc_mt_has_pointers(mt) ? ((const int64_t *)(const void *)mt)[-1] : 0;
}

/* Bytes in front of the MT which its GC descriptor takes. */
static inline size_t
gc_mt_desc_bytes(const struct gc_mt *mt)
{
    int64_t n = gc_mt_desc_count(mt);

    if (!gc_mt_has_pointers(mt))
        return 0;
    if (n >= 0)
        return 8u + (size_t)n * sizeof(struct gc_desc_series);
    return 16u + (size_t)-n * sizeof(struct gc_desc_item);
}

/* ---- Objects ----
 * A reference is the address of the MT word. The 8 bytes in front belong to the object: 4 bytes
 * of padding at -8 and the sync word at -4. Sizes (base_size) count them. */
#define GC_OBJECT_ALIGN        8u
#define GC_OBJECT_HEADER_BYTES 8u
#define GC_OBJECT_MIN_BYTES    24u
#define GC_OBJECT_DATA_OFFSET  8u /* first field; the value of a boxed value type */
#define GC_SYNC_WORD_OFFSET    (-4)

/* Sync word. Managed code owns all bits but the GC_SYNC_GC_* ones, which it preserves. */
#define GC_SYNC_HASH_OR_INDEX    0x08000000u
#define GC_SYNC_IS_HASH          0x04000000u
#define GC_SYNC_GC_RESERVED      0x20000000u
#define GC_SYNC_GC_FINALIZER_RUN 0x40000000u /* finalizer ran, or was suppressed */
#define GC_SYNC_GC_UNUSED        0x80000000u

struct gc_object {
    const struct gc_mt *mt;
};

struct gc_string {
    const struct gc_mt *mt;
    int32_t length;   /* UTF-16 units, without the terminator */
    uint16_t chars[]; /* length units and a zero unit */
};

struct gc_array {
    const struct gc_mt *mt;
    uint32_t length;  /* elements of all dimensions */
    uint32_t padding; /* always 0 */
    /* vectors: elements; others: int32 lengths[rank], int32 lower_bounds[rank], elements */
};

#define GC_STRING_LENGTH_OFFSET     8u
#define GC_STRING_CHARS_OFFSET      12u
#define GC_STRING_BASE_SIZE         22u
#define GC_STRING_COMPONENT_SIZE    2u
#define GC_STRING_MAX_LENGTH        0x3FFFFFDF
#define GC_ARRAY_LENGTH_OFFSET      8u
#define GC_ARRAY_DATA_OFFSET        16u
#define GC_ARRAY_BASE_SIZE          24u /* exactly this marks a vector (SZ array) */
#define GC_ARRAY_MAX_LENGTH         0x7FFFFFFF
#define GC_VECTOR_MAX_LENGTH        0x7FFFFFC7 /* Array.MaxLength */
#define GC_MDARRAY_BASE_SIZE(rank)  (24u + 8u * (uint32_t)(rank))
#define GC_MDARRAY_LENGTHS_OFFSET   16u
#define GC_MDARRAY_BOUNDS_OFFSET(r) (16u + 4u * (uint32_t)(r))
#define GC_MDARRAY_DATA_OFFSET(r)   (16u + 8u * (uint32_t)(r))

static_assert(sizeof(struct gc_object) == 8, "Object.m_pEEType");
static_assert(offsetof(struct gc_string, length) == GC_STRING_LENGTH_OFFSET,
              "String._stringLength");
static_assert(offsetof(struct gc_string, chars) == GC_STRING_CHARS_OFFSET, "String._firstChar");
static_assert(offsetof(struct gc_array, length) == GC_ARRAY_LENGTH_OFFSET, "RawArrayData.Length");
static_assert(sizeof(struct gc_array) == GC_ARRAY_DATA_OFFSET, "RawArrayData.Data");

/* Delegates: compiled code reads these two. */
#define GC_DELEGATE_FIRST_PARAMETER_OFFSET  8u
#define GC_DELEGATE_HELPER_OBJECT_OFFSET    16u
#define GC_DELEGATE_EXTRA_FUNCTION_OFFSET   24u
#define GC_DELEGATE_FUNCTION_POINTER_OFFSET 32u
#define GC_DELEGATE_BASE_SIZE               48u

/* RuntimeType: no references inside, so it can be frozen. */
#define GC_RUNTIME_TYPE_MT_OFFSET     8u
#define GC_RUNTIME_TYPE_HANDLE_OFFSET 16u
#define GC_RUNTIME_TYPE_BASE_SIZE     32u

/* A managed function pointer with this bit set is the address, plus 2, of {code, context}. */
#define GC_FAT_POINTER_OFFSET 2u

/* ---- Statics ----
 * A type with a lazy class constructor has its context in the 8 bytes in front of the non-GC static
 * base: the constructor's address, 0 once it has run. */
#define GC_CCTOR_CONTEXT_OFFSET (-8)

static inline size_t
gc_align8(size_t bytes)
{
    return (bytes + 7u) & ~(size_t)7u;
}

/* Bytes of the object at `o`, header included, rounded up to 8. */
static inline size_t
gc_object_bytes(const struct gc_object *o)
{
    const struct gc_mt *mt = o->mt;
    size_t bytes = mt->base_size;

    if (gc_mt_has_component_size(mt))
        bytes +=
            (size_t)((const struct gc_array *)(const void *)o)->length * gc_mt_component_size(mt);
    return gc_align8(bytes);
}

static inline uint32_t *
gc_object_sync_word(struct gc_object *o)
{
    return (uint32_t *)(void *)((char *)o + GC_SYNC_WORD_OFFSET);
}

#endif
