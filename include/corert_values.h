/**
 * @file corert_values.h - managed values in a host's hands. corert.h includes it.
 *
 * A host holds managed objects through handles. A handle is the number that GCHandle.ToIntPtr
 * gives in C#, so exports pass them as nint in both directions; 0 is the null reference. Unless a
 * comment says otherwise these functions may be called on any thread (which they attach), return
 * CORERT_E_MISUSE for NULL pointers, for a handle that is not in use, without a loaded module or
 * from managed code that is not in a P/Invoke, CORERT_E_NOMEM without memory, and CORERT_E_TYPE for
 * an object of the wrong type; outputs are 0 on failure.
 */
#ifndef CORERT_VALUES_H
#define CORERT_VALUES_H

#include "corert.h"

#ifdef __cplusplus
extern "C" {
#endif

/** A GC handle, 0: the null reference. Ends with corert_handle_free() or with its scope. */
typedef intptr_t corert_handle;

/** Kinds of objects, array elements and boxed values. */
typedef enum corert_kind {
    CORERT_KIND_NULL = 0,
    CORERT_KIND_OTHER = 1,
    CORERT_KIND_STRING = 2,
    CORERT_KIND_DELEGATE = 3,
    CORERT_KIND_EXCEPTION = 4,
    CORERT_KIND_ARRAY = 5,
    /** System.Object itself. */
    CORERT_KIND_OBJECT = 6,
    /** From here on primitive types: one byte, 0 or 1. */
    CORERT_KIND_BOOL = 16,
    /** uint16_t, a UTF-16 unit. */
    CORERT_KIND_CHAR = 17,
    CORERT_KIND_INT8 = 18,
    CORERT_KIND_UINT8 = 19,
    CORERT_KIND_INT16 = 20,
    CORERT_KIND_UINT16 = 21,
    CORERT_KIND_INT32 = 22,
    CORERT_KIND_UINT32 = 23,
    CORERT_KIND_INT64 = 24,
    CORERT_KIND_UINT64 = 25,
    CORERT_KIND_FLOAT = 26,
    CORERT_KIND_DOUBLE = 27,
    /** intptr_t. */
    CORERT_KIND_INTPTR = 28,
    /** uintptr_t. */
    CORERT_KIND_UINTPTR = 29
} corert_kind;

/** What a handle does to its object. */
typedef enum corert_handle_kind {
    /** Reads as 0 when the object is collected. */
    CORERT_HANDLE_WEAK = 0,
    /** As WEAK, but stays while a finalizer may bring the object back. */
    CORERT_HANDLE_WEAK_LONG = 1,
    /** Keeps it alive. */
    CORERT_HANDLE_STRONG = 2
} corert_handle_kind;

/**
 * Makes another handle to the object of `handle`.
 *
 * @param handle  The object.
 * @param kind    What the new handle does to it.
 * @param out     Receives it; 0 if the object is null or, weak, was collected.
 * @return CORERT_OK or as said above. Since 0.2.
 */
CORERT_API CORERT_NODISCARD corert_status corert_handle_new(corert_handle handle,
                                                            corert_handle_kind kind,
                                                            corert_handle *out);

/**
 * Ends a handle; accepts 0.
 *
 * @return CORERT_OK; CORERT_E_MISUSE: it is not in use, for example freed before, and nothing was
 *         done. A value that was freed and given out again cannot be told from the new handle.
 * Since 0.2.
 */
CORERT_API corert_status corert_handle_free(corert_handle handle);

/** Whether both name the same object (or both null): *same is 1 or 0.
 *  @return CORERT_OK; CORERT_E_MISUSE. Since 0.2. */
CORERT_API corert_status corert_handle_same(corert_handle a, corert_handle b, int *same);

/**
 * What kind of object a handle names.
 *
 * @param handle   The object.
 * @param kind     A boxed primitive or enum tells its primitive kind; CORERT_KIND_NULL also for a
 *                 weak handle whose object was collected.
 * @param element  NULL, or receives the kind of an array's elements, CORERT_KIND_NULL for others.
 * @return CORERT_OK; CORERT_E_MISUSE. Since 0.2.
 */
CORERT_API corert_status corert_handle_kind_of(corert_handle handle, corert_kind *kind,
                                               corert_kind *element);

/**
 * Pins an object whose content holds no references, so that C code can use it in place: an array, a
 * string (UTF-16 units and a zero unit; to be read only) or a boxed primitive or enum.
 *
 * @param handle  The object.
 * @param pin     Receives a handle; until it is freed `*data` is valid and the object alive.
 * @param data    Receives the address of the content.
 * @param bytes   NULL, or receives its size in bytes, a string's zero unit not counted.
 * @return CORERT_OK; CORERT_E_TYPE: another kind of object, or null. Since 0.2.
 */
CORERT_API CORERT_NODISCARD corert_status corert_handle_pin(corert_handle handle, corert_handle *pin,
                                                            void **data, size_t *bytes);

/** A scope on the C stack; its fields are private. Belongs to the thread that opened it. One that is
 *  open when its thread detaches, or at corert_shutdown(), is closed then. */
typedef struct corert_scope {
    struct corert_scope *outer; /**< private */
    size_t first;               /**< private */
    size_t reserved[2];         /**< private */
} corert_scope;

/**
 * From here on every handle that these functions give to the calling thread belongs to `scope`,
 * and corert_scope_close() frees it. Scopes nest.
 *
 * @return CORERT_OK; CORERT_E_MISUSE (NULL, or engine not started); CORERT_E_NOMEM. Since 0.2.
 */
CORERT_API CORERT_NODISCARD corert_status corert_scope_open(corert_scope *scope);

/** Takes a handle out of the innermost scope that holds it, so that it lives on.
 *  @return CORERT_OK; CORERT_E_NOT_FOUND: it is in no scope of this thread. Since 0.2. */
CORERT_API corert_status corert_scope_keep(corert_handle handle);

/** Frees the scope's handles. @return CORERT_OK; CORERT_E_MISUSE: not this thread's innermost
 *  scope, nothing was done. Since 0.2. */
CORERT_API corert_status corert_scope_close(corert_scope *scope);

/**
 * Makes a string.
 *
 * @param text   UTF-8; bad sequences become U+FFFD. NULL only with 0 bytes.
 * @param bytes  Its length without a terminator; SIZE_MAX: up to the terminator.
 * @param out    Receives the string.
 * @return CORERT_OK or as said above. Since 0.2.
 */
CORERT_API CORERT_NODISCARD corert_status corert_string_from_utf8(const char *text, size_t bytes,
                                                                  corert_handle *out);

/**
 * As corert_string_from_utf8() with UTF-16 units of the machine's byte order.
 *
 * @param text   The units; NULL only with 0.
 * @param units  How many; SIZE_MAX: up to a zero unit.
 * @param out    Receives the string.
 * @return CORERT_OK or as said above. Since 0.2.
 */
CORERT_API CORERT_NODISCARD corert_status corert_string_from_utf16(const uint16_t *text,
                                                                   size_t units,
                                                                   corert_handle *out);

/**
 * Copies a string out as UTF-8, terminated; unpaired surrogates become U+FFFD.
 *
 * @param string  The string.
 * @param buffer  Room for `size` bytes; NULL only with 0.
 * @param size    Bytes of it.
 * @param needed  NULL, or receives the bytes of the whole text without the terminator.
 * @return CORERT_OK; CORERT_E_RANGE: the text was cut after a whole character to fit.
 * Since 0.2.
 */
CORERT_API corert_status corert_string_to_utf8(corert_handle string, char *buffer, size_t size,
                                               size_t *needed);

/**
 * As corert_string_to_utf8(), in UTF-16 units and without any change.
 *
 * @param string  The string.
 * @param buffer  Room for `size` units; NULL only with 0.
 * @param size    Units of it.
 * @param needed  NULL, or receives the units of the whole text without the terminator.
 * @return CORERT_OK; CORERT_E_RANGE: cut, not inside a surrogate pair. Since 0.2.
 */
CORERT_API corert_status corert_string_to_utf16(corert_handle string, uint16_t *buffer, size_t size,
                                                size_t *needed);

/**
 * Boxes a primitive value.
 *
 * @param kind   A primitive kind.
 * @param value  Points to a value of it.
 * @param out    Receives the box.
 * @return CORERT_OK; CORERT_E_MISUSE also for a kind that is no primitive. Since 0.2.
 */
CORERT_API CORERT_NODISCARD corert_status corert_box(corert_kind kind, const void *value,
                                                     corert_handle *out);

/**
 * Copies a boxed primitive or enum out.
 *
 * @param box    The boxed value.
 * @param kind   Exactly its kind.
 * @param value  Room for a value of that kind.
 * @return CORERT_OK or as said above. Since 0.2.
 */
CORERT_API CORERT_NODISCARD corert_status corert_unbox(corert_handle box, corert_kind kind,
                                                       void *value);

/**
 * Makes a one-dimensional array, zeroed.
 *
 * @param element  A primitive kind, CORERT_KIND_STRING or CORERT_KIND_OBJECT.
 * @param length   In elements.
 * @param out      Receives the array.
 * @return CORERT_OK; CORERT_E_MISUSE also for another kind. Since 0.2.
 */
CORERT_API CORERT_NODISCARD corert_status corert_array_new(corert_kind element, size_t length,
                                                           corert_handle *out);

/**
 * Tells an array's length.
 *
 * @param array   The array.
 * @param length  Receives the elements of all dimensions.
 * @return CORERT_OK or as said above. Since 0.2.
 */
CORERT_API CORERT_NODISCARD corert_status corert_array_length(corert_handle array, size_t *length);

/**
 * Pins an array whose elements hold no references, so that C code can use them in place.
 *
 * @param array  The array.
 * @param pin    Receives a handle; until it is freed `*data` is valid and the array alive.
 * @param data   Receives the first element's address.
 * @param bytes  NULL, or receives the elements' bytes.
 * @return CORERT_OK; CORERT_E_TYPE also for an array of references. Since 0.2.
 */
CORERT_API CORERT_NODISCARD corert_status corert_array_pin(corert_handle array, corert_handle *pin,
                                                           void **data, size_t *bytes);

/**
 * Copies elements without references out of an array.
 *
 * @param array   The array.
 * @param start   First element.
 * @param count   Elements.
 * @param memory  Room for `count` elements.
 * @return CORERT_OK; CORERT_E_RANGE: they pass the end, nothing was copied. Since 0.2.
 */
CORERT_API CORERT_NODISCARD corert_status corert_array_read(corert_handle array, size_t start,
                                                            size_t count, void *memory);

/**
 * Copies elements without references into an array.
 *
 * @param array   The array.
 * @param start   First element.
 * @param count   Elements.
 * @param memory  `count` elements.
 * @return CORERT_OK; CORERT_E_RANGE: they pass the end, nothing was copied. Since 0.2.
 */
CORERT_API CORERT_NODISCARD corert_status corert_array_write(corert_handle array, size_t start,
                                                             size_t count, const void *memory);

/**
 * Reads an element of an array of references.
 *
 * @param array  The array.
 * @param index  Of the element.
 * @param out    Receives a new handle; 0 for a null element.
 * @return CORERT_OK; CORERT_E_RANGE. Since 0.2.
 */
CORERT_API CORERT_NODISCARD corert_status corert_array_get(corert_handle array, size_t index,
                                                           corert_handle *out);

/**
 * Stores a reference into an array of references.
 *
 * @param array    The array.
 * @param index    Of the element.
 * @param element  The object; 0 stores null.
 * @return CORERT_OK; CORERT_E_TYPE: the element type does not fit; CORERT_E_RANGE. Since 0.2.
 */
CORERT_API CORERT_NODISCARD corert_status corert_array_set(corert_handle array, size_t index,
                                                           corert_handle element);

/**
 * The C function pointer that calls a delegate, as Marshal.GetFunctionPointerForDelegate.
 *
 * @param delegate  The delegate.
 * @param out       Valid while the delegate is alive: keep a handle to it as long as C code may call.
 * @return Also CORERT_E_EXCEPTION: its signature cannot be marshalled. Since 0.2.
 */
CORERT_API CORERT_NODISCARD corert_status corert_delegate_pointer(corert_handle delegate,
                                                                  void **out);

/**
 * Writes the calling thread's stack as text, host functions and managed methods in one list.
 *
 * One line a frame, innermost first, beginning with the caller of this function:
 * `#2 Game.Ai.Think(System.Int32)+0x1f in Ai.cs:12 (ai.so)`. Names come from the symbol tables of
 * the files that are mapped (`?` and an address where there is none), lines from their .debug_line
 * (`corertc -g`, `cc -g`). Where host code has no unwind data a line says that there is a gap, and
 * the list goes on with the next managed method below. At most 512 frames are listed.
 * @param buffer  Receives the text, cut to fit and always terminated. NULL is allowed if `size`
 *                is 0.
 * @param size    Bytes in `buffer`.
 * @param needed  NULL, or receives the bytes the whole text needs with its terminator; 0 on failure.
 * @return CORERT_OK, also when the text was cut; CORERT_E_MISUSE (buffer NULL, size not 0).
 * Threads: any, concurrently; also threads that never ran managed code, and without a running
 * engine: then host functions only. From managed code and in a signal handler too, unless the
 * handler interrupted corert_init(), corert_module_load() or corert_shutdown(); the engine must
 * have been started then, and 32 KiB of stack are needed. Opens and reads files, after asking the
 * host where corert_config.files is set; takes no lock of the engine, allocates no memory and changes no managed state. Since 0.1.
 */
CORERT_API corert_status corert_stack_text(char *buffer, size_t size, size_t *needed);

#ifdef __cplusplus
}
#endif

#endif
