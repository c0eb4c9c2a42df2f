/* engine/dbg_text.c - stacks in words: `#2 Guest.Add(System.Int32)+0x1f in Guest.cs:12 (guest.so)`.
 * Written without stdio, which a signal handler may not use. */
#include "corert.h"

#include "engine/dbg.h"

#include <string.h>

enum { LINE_BYTES = 1024, FRAMES_SHOWN = 512 };

/* Text of bounded length; what does not fit is cut, the end is always there. */
struct text {
    char *at;
    size_t size; /* with the terminator */
    size_t used; /* without; may pass size */
};

static void
put_char(struct text *t, char c)
{
    if (t->used + 1 < t->size)
        t->at[t->used] = c;
    t->used++;
}

static void
put(struct text *t, const char *s)
{
    while (*s)
        put_char(t, *s++);
}

static void
put_number(struct text *t, uint64_t x, unsigned base)
{
    char digits[24];
    unsigned n = 0;

    do {
        digits[n++] = "0123456789abcdef"[x % base];
        x /= base;
    } while (x);
    while (n)
        put_char(t, digits[--n]);
}

static void
text_end(struct text *t)
{
    if (t->size)
        t->at[t->used < t->size ? t->used : t->size - 1] = 0;
}

/* ---- names ---- */

/* `[guest]` before a name: the assembly, which the reader can do without. Array brackets stay. */
static const char *
assembly_skip(const char *s)
{
    const char *end = s + 1;

    if (*s != '[' || *end == ']' || *end == ',' || *end == '*')
        return s;
    while (*end && *end != ']')
        end++;
    return *end ? end + 1 : s;
}

/* Where the parameter list at the end of `s` begins, or its end. */
static const char *
parameters_of(const char *s)
{
    const char *at = s + strlen(s);
    int depth = 0;

    if (at == s || at[-1] != ')')
        return at;
    while (at > s) {
        at--;
        depth += (*at == ')') - (*at == '(');
        if (depth == 0)
            return at;
    }
    return s + strlen(s);
}

/* `[a]B::C(D)` is B.C(D). */
static void
put_managed(struct text *t, const char *s)
{
    static const char native[] = "::native:";
    const char *inner = strstr(s, native), *end = s + strlen(s);

    if (inner) { /* the entry of a method that native code calls: its own parameters follow */
        end = parameters_of(s);
        s = inner + sizeof native - 1;
        if (end < s)
            end = s + strlen(s);
        put(t, "(from native) ");
    }
    while (s < end) {
        const char *next = assembly_skip(s);

        if (next != s) {
            s = next;
        } else if (s[0] == ':' && s[1] == ':') {
            s += 2;
            put_char(t, '.');
        } else {
            put_char(t, *s++);
        }
    }
}

static const char *
file_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

static void
put_place(struct text *t, const struct dbg_place *place, uintptr_t pc, bool managed)
{
    if (!place->image) {
        put(t, "0x");
        put_number(t, pc, 16);
        return;
    }
    if (!place->symbol)
        put(t, "?");
    else if (managed)
        put_managed(t, place->symbol);
    else
        put(t, place->symbol);
    put(t, place->symbol ? "+0x" : " at 0x");
    put_number(t, place->symbol ? place->offset : place->address, 16);
    if (place->file) {
        put(t, " in ");
        if (place->folder && place->file[0] != '/') {
            put(t, place->folder);
            put_char(t, '/');
        }
        put(t, place->file);
        put_char(t, ':');
        put_number(t, place->line, 10);
    }
    put(t, " (");
    put(t, file_name(place->image));
    put_char(t, ')');
}

static void
frame_line(struct dbg_images *images, unsigned number, uintptr_t pc, bool managed, struct text *t)
{
    struct dbg_place place;

    dbg_place_find(images, pc, &place);
    put_char(t, '#');
    put_number(t, number, 10);
    put_char(t, ' ');
    put_place(t, &place, pc, managed);
    text_end(t);
}

void
dbg_pc_line(struct dbg_images *images, unsigned number, uintptr_t return_address, char *line,
            size_t bytes)
{
    struct text t = {line, bytes, 0};

    frame_line(images, number, return_address - 1, eh_module_find(return_address - 1) != NULL, &t);
}

/* ---- stacks ---- */

struct listing {
    struct dbg_images images;
    dbg_line_fn *line;
    void *context;
    uintptr_t above; /* frames below are left out */
    unsigned number;
    unsigned shown;
};

static bool
list_frame(const struct dbg_frame *frame, void *context)
{
    struct listing *l = context;
    char line[LINE_BYTES];
    struct text t = {line, sizeof line, 0};

    if (frame->pc && frame->rsp < l->above)
        return true;
    l->above = 0;
    if (l->shown++ == FRAMES_SHOWN) {
        l->line(l->context, "   (and more)");
        return false;
    }
    if (frame->pc) {
        frame_line(&l->images, l->number++, frame->pc, frame->managed, &t);
        l->line(l->context, line);
    } else {
        l->line(l->context, "   (a gap: no unwind data here)");
    }
    return true;
}

void
dbg_stack_lines(const struct dbg_regs *start, uintptr_t above, unsigned number, dbg_line_fn *line,
                void *context)
{
    struct listing l = {.line = line, .context = context, .above = above, .number = number};

    dbg_walk(start, list_frame, &l);
    dbg_images_close(&l.images);
}

struct whole {
    struct text text;
};

static void
whole_line(void *context, const char *line)
{
    struct whole *w = context;

    put(&w->text, line);
    put_char(&w->text, '\n');
}

corert_status
corert_stack_text(char *buffer, size_t size, size_t *needed)
{
    struct whole w = {.text = {buffer, size, 0}};
    struct dbg_regs at = {.exact = false};

    if (needed)
        *needed = 0;
    if (!buffer && size)
        return CORERT_E_MISUSE;
    if (size)
        buffer[0] = 0;
    dbg_capture(&at.regs);
    (void)dbg_host_step(&at); /* our own frame goes */
    dbg_stack_lines(&at, 0, 0, whole_line, &w);
    text_end(&w.text);
    if (needed)
        *needed = w.text.used + 1;
    return CORERT_OK;
}
