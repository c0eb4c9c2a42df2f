/* compiler/il/il.h - from CIL to cg_* calls.
 *
 * A body is imported twice: by il_scan without code generation, which reports every ref to
 * compiler/reach, and by il_emit, which must take the same decisions. Decisions may therefore depend
 * on nothing but the body, the type system and (only when they can merely drop code) facts that
 * reach knows after its run.
 *
 * Bodies come from metadata, from the compiler itself (synthesised: struct il_synth makes IL with
 * a private token table) or from replacement rows (compiler/il/replacements.def, feature
 * substitutions). An invalid body or one that mentions something missing becomes a body that throws
 * what the CLI says, with a warning. */
#ifndef COMPILER_IL_IL_H
#define COMPILER_IL_IL_H

#include <stdbool.h>
#include <stdint.h>

#include "compiler/codegen/cg.h"
#include "compiler/reach/reach.h"
#include "compiler/types/ty.h"

/* Once a run, after ty_core_load: reads replacement rows, substitutions of every assembly as they
 * open, resource strings. `features` are NAME=VALUE pairs, later ones win. */
struct il_context;
struct il_context *il_context_new(struct ty_context *ty, struct arena *a, const char *const *features,
                                  size_t feature_count);
/* P/Invokes that are bound when the image is linked: LIBRARY or LIBRARY!FUNCTION. Borrowed; before the first scan. */
void il_context_direct_pinvokes(struct il_context *il, const char *const *names, size_t count);
/* Source lines for the debugger: before the first emission. */
void il_context_debug(struct il_context *il, bool debug);
/* An exception ends at the C entry of a method, which tells the engine and returns zero: for modules. In
 * executables it is unhandled where it was thrown, before any finally runs. */
void il_context_guard_entries(struct il_context *il, bool guard);

/* canon: canonical method whose body is wanted (synthesised ones included). */
void il_scan(struct il_context *il, struct reach *r, struct ty_method *canon);
/* Emits the body into the unit under ty_method_symbol(). copy: available_externally. */
void il_emit(struct il_context *il, struct reach *r, struct ty_method *canon, struct cg_unit *u, bool copy);
/* Should a unit that calls `canon` also get a copy of its body for the inliner? (size, flags, loops) */
bool il_is_inline_candidate(struct il_context *il, struct ty_method *canon);
/* Canonical methods that `canon` calls directly, in order, found by il_scan. */
const struct ptr_vec *il_direct_callees(struct il_context *il, struct ty_method *canon);

/* The method that really runs when `m` is named: replacement rows and RuntimeImport of a managed
 * RuntimeExport redirect it. Never NULL. */
struct ty_method *il_redirect(struct il_context *il, struct ty_method *m);
/* What shared code calls where its dictionary has a gap: it throws TypeLoadException. */
struct ty_method *il_gap_helper(struct il_context *il);
/* The managed ABI of a canonical method: this, [return buffer], generic context, arguments. */
const struct cg_sig *il_managed_sig(struct il_context *il, struct ty_method *canon);
/* SysV signature of an unmanaged call. */
const struct cg_sig *il_native_sig(struct il_context *il, struct ty_sig *sig);

/* ---- synthesised methods (compiler/il/synth_*.c); all cached, so calling twice gives one method ---- */

/* Boxed entry of a value type's instance method (`exact`): adds 8 to `this`, passes the MT of the box as hidden context when needed.
 * Takes and returns exact methods; also default interface methods of shared generic interfaces on `type` (instantiating stub). */
struct ty_method *il_unboxing_stub(struct il_context *il, struct ty_method *exact);
struct ty_method *il_default_method_stub(struct il_context *il, struct ty_type *type, struct ty_method *exact_impl);
/* nint GetThunk(int) override of a delegate type and ValueType.__GetFieldHelper of a struct: what the vtable gets instead of the base's. NULL when the
 * base's is right. reach asks for every constructed delegate / value type when the slot is used. */
struct ty_method *il_get_thunk_override(struct il_context *il, struct ty_type *delegate_type);
struct ty_method *il_field_helper_override(struct il_context *il, struct ty_type *value_type);
/* C entry of an UnmanagedCallersOnly/NativeCallable method, with transitions. */
struct ty_method *il_native_entry(struct il_context *il, struct ty_method *m);
/* Interop of a delegate type (marshal_delegate.c); NULL: its signature is not supported in that direction. What native
 * code calls (through REF_METHOD_NATIVE, behind a thunk), and Delegate (nint) that makes one from a native function. */
struct ty_method *il_delegate_callback(struct il_context *il, struct ty_type *delegate_type, bool open_static);
struct ty_method *il_delegate_creation(struct il_context *il, struct ty_type *delegate_type);
/* A method of Marshal that converts delegates of its type argument: gives that, or NULL for Delegate itself. */
bool il_marshals_delegate(struct il_context *il, const struct ty_method *exact, struct ty_type **type);
/* ILLink.Substitutions.xml leaves an embedded resource in the image. */
bool il_keeps_resource(struct il_context *il, struct ty_assembly *as, const char *name);
/* What StructMarshallingStubMap says about a type (marshal_map.c). No methods: the managed bytes are the native ones. */
struct il_struct_map {
    bool is_invalid; /* it has no native form */
    uint32_t size, field_count;
    struct il_struct_map_field {
        const char *name;
        uint32_t offset;
    } *fields; /* arena */
    struct ty_method *to_native, *to_managed, *cleanup;
};
void il_struct_map(struct il_context *il, struct ty_type *t, struct il_struct_map *out);
struct ty_method *il_struct_reader(struct il_context *il); /* the class library's method that reads it */
/* A type that user code may give Marshal as an object or a Type, so that nothing shows that it does. */
bool il_wants_struct_map(struct il_context *il, struct ty_type *t);
bool il_marshals_struct(const struct ty_method *exact); /* a generic method of Marshal that looks its type argument up */
bool il_can_have_struct_map(struct il_context *il, struct ty_type *t); /* one that Marshal is seen to be given */
/* int Main(string[]) wrapper around the user's entry point, whatever its signature. */
struct ty_method *il_main_wrapper(struct il_context *il, struct ty_method *main);
/* What EqualityComparer<T>.Default / Comparer<T>.Default is for exact T (contract/compiler.md 7.3). */
struct ty_type *il_default_comparer(struct il_context *il, struct ty_type *exact, bool ordering);
/* Activator.DefaultConstructorOf<T>: T's public parameterless constructor or MissingConstructorMethod. */
struct ty_method *il_default_ctor(struct il_context *il, struct ty_type *exact);

/* Feature switches in effect, in order of first mention: what AppContext sees at run time. */
const struct ptr_vec *il_feature_names(struct il_context *il); /* of const char * */
const char *il_feature(struct il_context *il, const char *name); /* NULL: not set */

#endif
