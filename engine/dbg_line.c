/* engine/dbg_line.c - source lines of addresses, from .debug_line (DWARF 2 to 5, 32-bit form).
 * Runs every line program from the start of the section until one covers the address: slow next to
 * an index, quick next to whatever made somebody want a stack. A malformed program ends the
 * search. */
#include "engine/dbg.h"
#include "engine/eh_read.h"

#include <string.h>

enum { FORMATS_MAX = 8 };

enum content { CONTENT_PATH = 1, CONTENT_FOLDER = 2 };

enum form {
    FORM_BLOCK2 = 0x03,
    FORM_BLOCK4 = 0x04,
    FORM_DATA2 = 0x05,
    FORM_DATA4 = 0x06,
    FORM_DATA8 = 0x07,
    FORM_STRING = 0x08,
    FORM_BLOCK = 0x09,
    FORM_BLOCK1 = 0x0a,
    FORM_DATA1 = 0x0b,
    FORM_STRP = 0x0e,
    FORM_UDATA = 0x0f,
    FORM_DATA16 = 0x1e,
    FORM_LINE_STRP = 0x1f,
};

struct entry_format {
    uint8_t count;
    uint16_t content[FORMATS_MAX];
    uint16_t form[FORMATS_MAX];
};

struct program {
    const struct dbg_image *image;
    uint16_t version;
    uint8_t minimum_bytes; /* of an instruction */
    int8_t line_base;
    uint8_t line_range;
    uint8_t opcode_base;
    const uint8_t *operand_counts; /* opcode_base - 1 of them */
    struct eh_reader tables;       /* folders and files, not read yet */
    struct eh_reader code;
};

static const char *
string_read(struct eh_reader *r)
{
    const char *text = (const char *)r->at;
    const uint8_t *zero = r->at < r->end ? memchr(r->at, 0, (size_t)(r->end - r->at)) : NULL;

    if (!zero) {
        r->bad = true;
        return "";
    }
    r->at = zero + 1;
    return text;
}

static void
skip(struct eh_reader *r, uint64_t bytes)
{
    if (bytes > (uint64_t)(r->end - r->at))
        r->bad = true;
    else
        r->at += bytes;
}

static const char *
section_string(const struct dbg_image *image, const char *section, uint64_t offset)
{
    struct dbg_part part = dbg_section(image, section);

    if (!part.at || offset >= part.size || !memchr(part.at + offset, 0, part.size - offset))
        return "";
    return (const char *)part.at + offset;
}

/* ---- the header ---- */

/* Takes the unit at `r`; false at the end and for what we cannot read (then `r` is at the next). */
static bool
program_open(struct eh_reader *r, const struct dbg_image *image, struct program *p)
{
    uint64_t length = eh_read_bytes(r, 4), header;
    struct eh_reader unit;

    if (r->bad || length >= 0xfffffff0u || length > (uint64_t)(r->end - r->at)) {
        r->bad = true;
        return false;
    }
    unit = (struct eh_reader){r->at, r->at + length, false};
    r->at += length;
    *p = (struct program){.image = image, .version = (uint16_t)eh_read_bytes(&unit, 2)};
    if (p->version < 2 || p->version > 5)
        return false;
    if (p->version == 5)
        skip(&unit, 2); /* sizes of addresses and selectors */
    header = eh_read_bytes(&unit, 4);
    if (unit.bad || header > (uint64_t)(unit.end - unit.at))
        return false;
    p->code = (struct eh_reader){unit.at + header, unit.end, false};
    unit.end = unit.at + header;
    p->minimum_bytes = (uint8_t)eh_read_bytes(&unit, 1);
    if (p->version >= 4)
        skip(&unit, 1); /* operations of an instruction: 1 outside VLIW */
    skip(&unit, 1);     /* whether rows are statements at first */
    p->line_base = (int8_t)eh_read_bytes(&unit, 1);
    p->line_range = (uint8_t)eh_read_bytes(&unit, 1);
    p->opcode_base = (uint8_t)eh_read_bytes(&unit, 1);
    p->operand_counts = unit.at;
    if (p->opcode_base)
        skip(&unit, p->opcode_base - 1u);
    p->tables = unit;
    return !unit.bad && p->line_range && p->opcode_base;
}

/* ---- folders and files ---- */

static const char *
old_folder(struct eh_reader tables, uint64_t wanted)
{
    for (uint64_t i = 1; !tables.bad; i++) {
        const char *folder = string_read(&tables);

        if (!folder[0])
            return NULL;
        if (i == wanted)
            return folder;
    }
    return NULL;
}

static void
old_file(const struct program *p, uint64_t wanted, struct dbg_place *out)
{
    struct eh_reader r = p->tables;

    while (!r.bad && string_read(&r)[0])
        ;
    for (uint64_t i = 1; !r.bad; i++) {
        const char *name = string_read(&r);
        uint64_t folder;

        if (!name[0])
            return;
        folder = eh_read_uleb(&r);
        eh_read_uleb(&r); /* time */
        eh_read_uleb(&r); /* size */
        if (i == wanted && !r.bad) {
            out->file = name;
            out->folder = folder ? old_folder(p->tables, folder) : NULL;
            return;
        }
    }
}

static struct entry_format
format_read(struct eh_reader *r)
{
    struct entry_format f = {.count = (uint8_t)eh_read_bytes(r, 1)};

    if (f.count > FORMATS_MAX) {
        r->bad = true;
        f.count = 0;
    }
    for (unsigned i = 0; i < f.count; i++) {
        f.content[i] = (uint16_t)eh_read_uleb(r);
        f.form[i] = (uint16_t)eh_read_uleb(r);
    }
    return f;
}

/* A value of either kind: a text or a number. */
static uint64_t
form_read(const struct program *p, struct eh_reader *r, uint16_t form, const char **text)
{
    switch (form) {
    case FORM_STRING:
        *text = string_read(r);
        return 0;
    case FORM_STRP:
        *text = section_string(p->image, ".debug_str", eh_read_bytes(r, 4));
        return 0;
    case FORM_LINE_STRP:
        *text = section_string(p->image, ".debug_line_str", eh_read_bytes(r, 4));
        return 0;
    case FORM_UDATA:
        return eh_read_uleb(r);
    case FORM_DATA1:
        return eh_read_bytes(r, 1);
    case FORM_DATA2:
        return eh_read_bytes(r, 2);
    case FORM_DATA4:
        return eh_read_bytes(r, 4);
    case FORM_DATA8:
        return eh_read_bytes(r, 8);
    case FORM_DATA16:
        skip(r, 16);
        return 0;
    case FORM_BLOCK:
        skip(r, eh_read_uleb(r));
        return 0;
    case FORM_BLOCK1:
        skip(r, eh_read_bytes(r, 1));
        return 0;
    case FORM_BLOCK2:
        skip(r, eh_read_bytes(r, 2));
        return 0;
    case FORM_BLOCK4:
        skip(r, eh_read_bytes(r, 4));
        return 0;
    default:
        r->bad = true;
        return 0;
    }
}

/* Reads a list of DWARF 5 to its end; entry `wanted` goes to the two out-parameters. */
static void
list_read(const struct program *p, struct eh_reader *r, uint64_t wanted, const char **name,
          uint64_t *folder)
{
    struct entry_format f = format_read(r);
    uint64_t count = eh_read_uleb(r);

    for (uint64_t i = 0; i < count && !r->bad && f.count; i++) {
        for (unsigned k = 0; k < f.count; k++) {
            const char *text = NULL;
            uint64_t value = form_read(p, r, f.form[k], &text);

            if (i == wanted && f.content[k] == CONTENT_PATH)
                *name = text;
            if (i == wanted && f.content[k] == CONTENT_FOLDER)
                *folder = value;
        }
    }
}

static void
new_file(const struct program *p, uint64_t wanted, struct dbg_place *out)
{
    struct eh_reader r = p->tables;
    const char *name = NULL, *unused_name = NULL, *folder_name = NULL;
    uint64_t folder = 0, unused;

    list_read(p, &r, UINT64_MAX, &unused_name, &unused);
    list_read(p, &r, wanted, &name, &folder);
    if (r.bad || !name)
        return;
    r = p->tables;
    list_read(p, &r, folder, &folder_name, &unused);
    out->file = name;
    out->folder = folder_name;
}

/* ---- the program ---- */

struct row {
    uint64_t address;
    uint64_t file;
    int64_t line;
    bool valid; /* belongs to the sequence that runs */
};

/* What the next row ends. True: the row before it covers the address. */
static bool
row_emit(struct row *last, const struct row *now, uintptr_t address)
{
    if (last->valid && address >= last->address && address < now->address)
        return true;
    *last = *now;
    last->valid = true;
    return false;
}

/* Opcodes with a length. True: found. */
static bool
extended(struct program *p, struct row *now, struct row *last, uintptr_t address)
{
    static const struct row start = {.file = 1, .line = 1};
    uint64_t length = eh_read_uleb(&p->code);
    struct eh_reader body;

    if (p->code.bad || length == 0 || length > (uint64_t)(p->code.end - p->code.at)) {
        p->code.bad = true;
        return false;
    }
    body = (struct eh_reader){p->code.at, p->code.at + length, false};
    p->code.at += length;
    switch (eh_read_bytes(&body, 1)) {
    case 1: /* end of the sequence */
        if (row_emit(last, now, address))
            return true;
        last->valid = false;
        *now = start;
        return false;
    case 2: /* set address */
        now->address = eh_read_bytes(&body, length - 1 < 8 ? (size_t)length - 1 : 8);
        return false;
    default:
        return false;
    }
}

static void
standard(struct program *p, uint8_t op, struct row *now)
{
    switch (op) {
    case 2:
        now->address += eh_read_uleb(&p->code) * p->minimum_bytes;
        break;
    case 3:
        now->line += eh_read_sleb(&p->code);
        break;
    case 4:
        now->file = eh_read_uleb(&p->code);
        break;
    case 8: /* as the last special opcode, without a row */
        now->address += (uint64_t)((255 - p->opcode_base) / p->line_range) * p->minimum_bytes;
        break;
    case 9:
        now->address += eh_read_bytes(&p->code, 2);
        break;
    default:
        for (unsigned i = p->operand_counts[op - 1]; i > 0; i--)
            eh_read_uleb(&p->code);
        break;
    }
}

/* True: `last` is the row that covers the address. */
static bool
program_run(struct program *p, uintptr_t address, struct row *last)
{
    struct row now = {.file = 1, .line = 1};

    last->valid = false;
    while (p->code.at < p->code.end && !p->code.bad) {
        uint8_t op = (uint8_t)eh_read_bytes(&p->code, 1);

        if (op >= p->opcode_base) {
            unsigned special = op - p->opcode_base;

            now.address += (uint64_t)(special / p->line_range) * p->minimum_bytes;
            now.line += p->line_base + (int64_t)(special % p->line_range);
            if (row_emit(last, &now, address))
                return true;
        } else if (op == 0) {
            if (extended(p, &now, last, address))
                return true;
        } else if (op == 1) {
            if (row_emit(last, &now, address))
                return true;
        } else {
            standard(p, op, &now);
        }
    }
    return false;
}

void
dbg_line_find(const struct dbg_image *image, uintptr_t address, struct dbg_place *out)
{
    struct dbg_part part = dbg_section(image, ".debug_line");
    struct eh_reader r = {part.at, part.at + part.size, false};
    struct program p;
    struct row row = {.valid = false};

    while (part.at && !r.bad && r.at < r.end) {
        if (!program_open(&r, image, &p) || !program_run(&p, address, &row))
            continue;
        if (row.line <= 0 || row.line > INT32_MAX)
            return; /* code that belongs to no line */
        if (p.version < 5)
            old_file(&p, row.file, out);
        else
            new_file(&p, row.file, out);
        out->line = (uint32_t)row.line;
        return;
    }
}
