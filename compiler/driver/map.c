/* compiler/driver/map.c - --map: everything in the image with its bytes, and what keeps it.
 * Invariant: the items of a section add up to its size. An item is what lies from one symbol of the
 * linked file to the next; what no symbol covers is an item of its own. Each item of ours leads to a
 * node: the ref that stands for it, whose `from` is what led there first, up to a root. */
#include <stdlib.h>
#include <string.h>

#include "compiler/base/arena.h"
#include "compiler/base/diag.h"
#include "compiler/driver/drv.h"
#include "compiler/emit/elf_view.h"
#include "loader/module_format.h"
#include "pal/pal.h"

enum { TEXT_SHOWN = 40, IMAGE_MAX = 1 << 30 };

struct item {
    const char *symbol, *name, *kind, *assembly, *ns;
    uint64_t address, bytes, stated; /* stated: the symbol's own size, 0: unknown */
    uint32_t section;
    const struct ref *ref; /* NULL: not ours */
};

struct map {
    struct drv *d;
    struct arena *a;
    struct elf_view v;
    struct str_map refs;   /* symbol -> const struct ref */
    struct ptr_vec items;  /* of struct item */
    struct ptr_map nodes;  /* const struct ref -> index + 1 */
    struct ptr_vec node_list; /* of const struct ref */
    struct byte_vec out;
};

/* ---- text -------------------------------------------------------------------------------------- */

static void
put(struct map *m, const char *text)
{
    byte_vec_put(&m->out, text, strlen(text));
}

static void
put_number(struct map *m, const char *key, uint64_t v)
{
    put(m, arena_printf(m->a, "\"%s\":%llu", key, (unsigned long long)v));
}

static void
put_string(struct map *m, const char *key, const char *text)
{
    put(m, arena_printf(m->a, "\"%s\":\"", key));
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;

        if (c == '"' || c == '\\')
            byte_vec_u8(&m->out, '\\');
        if (c < 0x20)
            put(m, arena_printf(m->a, "\\u%04x", c));
        else
            byte_vec_u8(&m->out, c);
    }
    put(m, "\"");
}

/* ---- what a symbol stands for ---------------------------------------------------------------------- */

static const struct {
    const char *prefix, *kind;
} prefixes[] = {
    {"mt", "type"},
    {"map", "dispatch map"},
    {"sealed", "dispatch map"},
    {"writable", "type data"},
    {"tdict", "dictionary"},
    {"dict", "dictionary"},
    {"gcstatics", "statics"},
    {"statics", "statics"},
    {"threadstatics", "statics"},
    {"threadmt", "statics"},
    {"cell", "dispatch cell"},
    {"gvm", "generic virtual table"},
    {"str", "string"},
    {"bytes", "bytes"},
    {"rva", "initial data"},
    {"fieldhandle", "handle"},
    {"methodhandle", "handle"},
    {"pinvoke", "P/Invoke cell"},
    {"pinvokemodule", "P/Invoke cell"},
    {"fat", "function pointer"},
    {"slot", "slot"},
    {"slot-8", "slot"},
    {"jump", "import stub"},
    {"importname", "text"},
    {"exportname", "text"},
    {"typename", "text"},
    {"knob", "text"},
    {"text", "text"},
};

/* The rank among refs that share a symbol: the one that says most wins. 0: has no symbol of its own. */
static int
rank_of(enum ref_kind kind)
{
    switch ((int)kind) {
    case REF_METHOD:
    case REF_TYPE_NEW:
        return 4;
    case REF_TYPE_CONTEXT:
        return 3;
    case REF_TYPE:
    case REF_NONGC_STATICS:
        return 2;
    case REF_METHOD_PTR:
    case REF_METHOD_DICT:
    case REF_GC_STATICS:
    case REF_CCTOR:
    case REF_THREAD_STATICS:
    case REF_CELL:
    case REF_GVM:
    case REF_STRING:
    case REF_BYTES:
    case REF_RVA:
    case REF_FIELD_HANDLE:
    case REF_METHOD_HANDLE:
    case REF_NATIVE:
    case REF_PINVOKE_CELL:
        return 1;
    default:
        return 0;
    }
}

static void
index_refs(struct map *m)
{
    const struct ptr_vec *refs = reach_refs_found(m->d->reach);

    for (size_t i = 0; i < refs->count; i++) {
        const struct ref *ref = refs->at[i], *known;
        const char *symbol;

        if (!rank_of(ref->kind))
            continue;
        symbol = reach_target_direct(m->d->reach, ref).symbol;
        known = symbol ? str_map_get(&m->refs, symbol) : NULL;
        if (symbol && (!known || rank_of(known->kind) < rank_of(ref->kind)))
            str_map_put(&m->refs, symbol, (void *)(uintptr_t)ref);
    }
}

static const char *
string_text(struct map *m, const struct ref *ref)
{
    const uint8_t *units = ref->data;
    char text[TEXT_SHOWN + 1];
    uint32_t n = ref->size / 2;

    for (uint32_t i = 0; i < n && i < TEXT_SHOWN; i++) {
        uint16_t c = (uint16_t)(units[2 * i] | units[2 * i + 1] << 8);

        text[i] = c >= 0x20 && c < 0x7F ? (char)c : '?';
    }
    text[n < TEXT_SHOWN ? n : TEXT_SHOWN] = '\0';
    return arena_printf(m->a, "'%s'%s", text, n > TEXT_SHOWN ? "..." : "");
}

static const char *
ref_name(struct map *m, const struct ref *ref)
{
    struct ty_context *ty = m->d->ty;

    if (ref->kind == REF_STRING)
        return string_text(m, ref);
    if (ref->method)
        return ty_method_name(ty, ref->method);
    if (ref->field)
        return arena_printf(m->a, "%s.%s", ty_name(ty, ref->field->owner), ref->field->def->name);
    if (ref->type)
        return ty_name(ty, ref->type);
    return ref->name ? ref->name : "";
}

static const struct ty_def *
type_def(const struct ty_type *t)
{
    while (t && !t->def && t->param)
        t = t->param;
    return t ? t->def : NULL;
}

/* Literals belong to the assembly whose code mentions them first. */
static void
place_of(const struct ref *ref, struct item *it)
{
    for (; ref; ref = reach_reason(ref)) {
        const struct ty_def *def = NULL;

        if (ref->method)
            def = ref->method->def->owner ? ref->method->def->owner : type_def(ref->method->owner);
        else if (ref->field)
            def = ref->field->def->owner;
        else if (ref->type)
            def = type_def(ref->type);
        if (!def)
            continue;
        for (it->ns = def->ns; def->enclosing; def = def->enclosing)
            it->ns = def->enclosing->ns;
        it->assembly = def->assembly->name;
        return;
    }
}

static void
identify(struct map *m, struct item *it, bool is_code)
{
    const char *colon = strchr(it->symbol, ':');
    size_t n = colon && colon[1] != ':' ? (size_t)(colon - it->symbol) : 0;

    it->name = it->symbol;
    it->kind = is_code ? "native code" : "native data";
    it->assembly = "(native)";
    it->ns = "";
    it->ref = str_map_get(&m->refs, it->symbol);
    for (size_t i = 0; n && i < sizeof prefixes / sizeof *prefixes; i++)
        if (strlen(prefixes[i].prefix) == n && memcmp(prefixes[i].prefix, it->symbol, n) == 0) {
            it->kind = prefixes[i].kind;
            it->assembly = "(image)";
            if (!it->ref)
                it->ref = str_map_get(&m->refs, arena_printf(m->a, "mt:%s", colon + 1));
            if (!it->ref)
                it->ref = str_map_get(&m->refs, colon + 1);
        }
    if (strncmp(it->symbol, "corert_import.", 14) == 0)
        it->kind = "import slot";
    else if (strncmp(it->symbol, "corert_", 7) == 0 && !is_code)
        it->kind = "table";
    if (it->kind[0] == 'i' || it->kind[0] == 't')
        it->assembly = "(image)";
    if (!it->ref)
        return;
    if (it->ref->kind == REF_METHOD)
        it->kind = n ? it->kind : "method";
    if (it->ref->kind != REF_NATIVE)
        place_of(it->ref, it);
    it->name = ref_name(m, it->ref);
    if (!it->name[0])
        it->name = it->symbol;
}

/* ---- items ------------------------------------------------------------------------------------------- */

static struct item *
add_item(struct map *m, const char *symbol, uint32_t section, uint64_t address)
{
    struct item *it = arena_alloc(m->a, sizeof *it);

    it->symbol = it->name = symbol;
    it->section = section;
    it->address = address;
    it->assembly = "(image)";
    it->ns = "";
    ptr_vec_push(&m->items, it);
    return it;
}

/* By section and address; at one address the one that takes the bytes comes last. */
static int
by_address(const void *a, const void *b)
{
    const struct item *x = *(struct item *const *)a, *y = *(struct item *const *)b;

    if (x->section != y->section)
        return x->section < y->section ? -1 : 1;
    if (x->address != y->address)
        return x->address < y->address ? -1 : 1;
    if (!x->ref != !y->ref)
        return x->ref ? 1 : -1;
    if (x->stated != y->stated)
        return x->stated < y->stated ? -1 : 1;
    return strcmp(x->symbol, y->symbol);
}

static bool
is_mapped(const Elf64_Shdr *s)
{
    return (s->sh_flags & SHF_ALLOC) && s->sh_size;
}

static void
collect_symbols(struct map *m)
{
    for (size_t i = 1; i < m->v.symbol_count; i++) {
        const Elf64_Sym *s = &m->v.symbols[i];
        uint32_t section = elf_view_symbol_section(&m->v, s);
        unsigned type = ELF64_ST_TYPE(s->st_info);
        const Elf64_Shdr *h = &m->v.sections[section];
        struct item *it;

        if (!section || !is_mapped(h) || (h->sh_flags & SHF_TLS) || type == STT_SECTION || type == STT_FILE || type == STT_TLS)
            continue;
        if (s->st_value < h->sh_addr || s->st_value > h->sh_addr + h->sh_size || !elf_view_symbol_name(&m->v, s)[0])
            continue;
        it = add_item(m, elf_view_symbol_name(&m->v, s), section, s->st_value);
        it->stated = s->st_size;
        identify(m, it, (h->sh_flags & SHF_EXECINSTR) != 0);
    }
    if (m->items.count)
        qsort(m->items.at, m->items.count, sizeof *m->items.at, by_address);
}

static void
add_rest(struct map *m, uint32_t section, const char *name, const char *kind, uint64_t bytes)
{
    struct item *it;

    if (!bytes)
        return;
    it = add_item(m, "", section, UINT64_MAX);
    it->name = name;
    it->kind = kind;
    it->bytes = bytes;
}

/* Shares out the bytes of one section among its items [first, end). */
static void
measure_section(struct map *m, uint32_t section, size_t first, size_t end)
{
    const Elf64_Shdr *h = &m->v.sections[section];
    uint64_t limit = h->sh_addr + h->sh_size, padding = 0, from = limit;
    const char *name = elf_view_section_name(&m->v, section);

    if (first < end)
        from = ((struct item *)m->items.at[first])->address;
    for (size_t i = first; i < end; i++) {
        struct item *it = m->items.at[i];
        uint64_t next = i + 1 < end ? ((struct item *)m->items.at[i + 1])->address : limit;

        it->bytes = next - it->address;
        if (it->stated && it->stated < it->bytes) {
            padding += it->bytes - it->stated;
            it->bytes = it->stated;
        }
    }
    add_rest(m, section, arena_printf(m->a, "%s without a symbol", name), "section", from - h->sh_addr);
    add_rest(m, section, arena_printf(m->a, "alignment in %s", name), "padding", padding);
}

/* Methods that live on only inside their callers. */
static void
add_inlined(struct map *m)
{
    const struct ptr_vec *methods = reach_methods_found(m->d->reach);
    struct str_map present = {0};

    for (size_t i = 0; i < m->items.count; i++)
        str_map_put(&present, ((struct item *)m->items.at[i])->symbol, m);
    for (size_t i = 0; i < methods->count; i++) {
        const struct reach_method *r = methods->at[i];
        const char *symbol = ty_method_symbol(m->d->ty, r->method);
        struct item *it;

        if (!r->body || str_map_get(&present, symbol))
            continue;
        it = add_item(m, symbol, 0, 0);
        identify(m, it, true);
        it->kind = "inlined method";
    }
    str_map_free(&present);
}

static void
measure(struct map *m)
{
    size_t at = 0, named = m->items.count;

    for (uint32_t s = 1; s < m->v.section_count; s++) {
        size_t first = at;

        while (at < named && ((struct item *)m->items.at[at])->section == s)
            at++;
        if (is_mapped(&m->v.sections[s]))
            measure_section(m, s, first, at);
    }
}

/* ---- chains -------------------------------------------------------------------------------------------- */

/* Numbers a ref and all that led to it. */
static uint64_t
node_of(struct map *m, const struct ref *ref)
{
    uint64_t first = (uint64_t)(uintptr_t)ptr_map_get(&m->nodes, ref);

    if (first)
        return first - 1;
    first = m->node_list.count;
    for (; ref && !ptr_map_has(&m->nodes, ref); ref = reach_reason(ref)) {
        ptr_vec_push(&m->node_list, (void *)(uintptr_t)ref);
        ptr_map_put(&m->nodes, ref, (void *)(uintptr_t)m->node_list.count);
    }
    return first;
}

static const char *
node_kind(enum ref_kind kind)
{
    switch ((int)kind) {
    case REF_METHOD: return "method";
    case REF_METHOD_PTR: return "function pointer";
    case REF_METHOD_BOXED: return "virtual method";
    case REF_METHOD_DICT: return "dictionary of method";
    case REF_METHOD_NATIVE: return "C entry";
    case REF_METHOD_CONSTRAINED: return "constrained call";
    case REF_DEFAULT_CTOR: return "default constructor";
    case REF_TYPE: return "type";
    case REF_TYPE_CONTEXT: return "generic context";
    case REF_TYPE_NEW: return "instances of type";
    case REF_GC_STATICS:
    case REF_NONGC_STATICS:
    case REF_CCTOR:
    case REF_THREAD_STATICS: return "statics of type";
    case REF_CELL: return "interface call";
    case REF_GVM: return "generic virtual call";
    case REF_STRING: return "string";
    case REF_NATIVE: return "native function";
    default: return "data";
    }
}

static const char *
root_text(const struct map *m, const struct ref *ref)
{
    const struct ptr_vec *exports = &m->d->emit.exports;

    for (size_t i = 0; i < exports->count; i++)
        if (ref->method == exports->at[i])
            return arena_printf(m->a, "export %s", ref->method->def->export_name);
    if (ref->method && ref->method == m->d->emit.main)
        return "Main";
    for (int i = 0; i < LDR_CLASSLIB_COUNT; i++)
        if (ref->method && ref->method == m->d->emit.classlib[i])
            return "the engine calls it";
    return "the engine needs it";
}

static void
write_node(struct map *m, const struct ref *ref)
{
    const struct ref *from = reach_reason(ref);

    put_string(m, "kind", node_kind(ref->kind));
    put(m, ",");
    put_string(m, "name", ref_name(m, ref));
    put(m, ",");
    if (from)
        put_number(m, "from", (uint64_t)(uintptr_t)ptr_map_get(&m->nodes, from) - 1);
    else
        put_string(m, "root", root_text(m, ref));
}

/* ---- totals -------------------------------------------------------------------------------------------- */

struct total {
    const char *name;
    uint64_t bytes, items;
};

static int
by_bytes(const void *a, const void *b)
{
    const struct total *x = *(struct total *const *)a, *y = *(struct total *const *)b;

    if (x->bytes != y->bytes)
        return x->bytes > y->bytes ? -1 : 1;
    return strcmp(x->name, y->name);
}

static const char *
total_key(const struct item *it, int which)
{
    return which == 0 ? it->assembly : which == 1 ? it->ns : it->kind;
}

static void
write_totals(struct map *m, const char *title, int which)
{
    struct str_map by_name = {0};
    struct ptr_vec list = {0};

    for (size_t i = 0; i < m->items.count; i++) {
        const struct item *it = m->items.at[i];
        struct total *t = str_map_get(&by_name, total_key(it, which));

        if (!t) {
            t = arena_alloc(m->a, sizeof *t);
            t->name = total_key(it, which);
            str_map_put(&by_name, t->name, t);
            ptr_vec_push(&list, t);
        }
        t->bytes += it->bytes;
        t->items++;
    }
    if (list.count)
        qsort(list.at, list.count, sizeof *list.at, by_bytes);
    put(m, arena_printf(m->a, "\"%s\":[", title));
    for (size_t i = 0; i < list.count; i++) {
        const struct total *t = list.at[i];

        put(m, i ? ",\n{" : "\n{");
        put_string(m, "name", t->name);
        put(m, ",");
        put_number(m, "bytes", t->bytes);
        put(m, ",");
        put_number(m, "items", t->items);
        put(m, "}");
    }
    put(m, "]");
    ptr_vec_free(&list);
    str_map_free(&by_name);
}

/* ---- the file ------------------------------------------------------------------------------------------ */

static void
write_item(struct map *m, const struct item *it)
{
    put_string(m, "kind", it->kind);
    put(m, ",");
    put_string(m, "name", it->name);
    put(m, ",");
    if (it->symbol[0]) {
        put_string(m, "symbol", it->symbol);
        put(m, ",");
    }
    put_string(m, "assembly", it->assembly);
    put(m, ",");
    put_string(m, "namespace", it->ns);
    put(m, ",");
    put_string(m, "section", it->section ? elf_view_section_name(&m->v, it->section) : "");
    put(m, ",");
    put_number(m, "bytes", it->bytes);
    if (it->ref) {
        put(m, ",");
        put_number(m, "node", node_of(m, it->ref));
    }
}

static void
write_map(struct map *m)
{
    const char *separator = "\n{";

    put(m, "{\"corertc_map\":1,\n");
    put_string(m, "module", m->d->module_name);
    put(m, ",\n\"sections\":[");
    for (uint32_t i = 1; i < m->v.section_count; i++)
        if (is_mapped(&m->v.sections[i])) {
            put(m, separator);
            put_string(m, "name", elf_view_section_name(&m->v, i));
            put(m, ",");
            put_number(m, "bytes", m->v.sections[i].sh_size);
            put(m, "}");
            separator = ",\n{";
        }
    put(m, "],\n\"totals\":{");
    write_totals(m, "assembly", 0);
    put(m, ",\n");
    write_totals(m, "namespace", 1);
    put(m, ",\n");
    write_totals(m, "kind", 2);
    put(m, "},\n\"items\":[");
    for (size_t i = 0; i < m->items.count; i++) {
        put(m, i ? ",\n{" : "\n{");
        write_item(m, m->items.at[i]);
        put(m, "}");
    }
    put(m, "],\n\"nodes\":[");
    for (size_t i = 0; i < m->node_list.count; i++) {
        put(m, i ? ",\n{" : "\n{");
        write_node(m, m->node_list.at[i]);
        put(m, "}");
    }
    put(m, "]}\n");
}

const char *
drv_map(struct drv *d, const char *path)
{
    struct map m = {.d = d, .a = d->arena};
    struct pal_file file;
    enum pal_status st = pal_file_read(path, IMAGE_MAX, &file);

    if (st != PAL_OK)
        diag_fatal("%s: cannot be read back: %s", path, pal_status_text(st));
    if (!elf_view_open(&m.v, file.bytes, file.size))
        diag_bug(__FILE__, __LINE__, "the linked image is not an ELF file as expected");
    index_refs(&m);
    collect_symbols(&m);
    measure(&m);
    add_inlined(&m);
    write_map(&m);
    path = drv_object_write(d, "map", m.out.at, m.out.count);
    pal_file_free(&file);
    byte_vec_free(&m.out);
    ptr_vec_free(&m.items);
    ptr_vec_free(&m.node_list);
    ptr_map_free(&m.nodes);
    str_map_free(&m.refs);
    return path;
}
