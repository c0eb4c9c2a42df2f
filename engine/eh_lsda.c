/* engine/eh_lsda.c - language tables of a method: which pad a call has and which clauses.
 * The layout is the Itanium one that LLVM writes for an unknown personality. Type entries are
 * pointers to struct eh_clause. */
#include "engine/eh_priv.h"
#include "engine/eh_read.h"

/* The tables carry their own sizes; a reader needs some end, and the mapped image has one. */
static struct eh_reader
reader_at(const uint8_t *at)
{
    return (struct eh_reader){at, (const uint8_t *)UINTPTR_MAX, false};
}

/* True if the chain has a cleanup entry (filter 0). */
static bool
chain_has_cleanup(const uint8_t *action)
{
    while (action) {
        struct eh_reader r = reader_at(action);
        int64_t filter = eh_read_sleb(&r);
        const uint8_t *link = r.at;
        int64_t next = eh_read_sleb(&r);

        if (filter == 0)
            return true;
        action = next ? link + next : NULL;
    }
    return false;
}

/* Finds the call site that covers `offset` (from the method's start). */
static bool
call_site_find(struct eh_reader *r, uint8_t encoding, uintptr_t offset, uintptr_t *pad,
               uint64_t *action)
{
    while (r->at < r->end) {
        uintptr_t start = (uintptr_t)eh_read_value(r, encoding);
        uintptr_t length = (uintptr_t)eh_read_value(r, encoding);

        *pad = (uintptr_t)eh_read_value(r, encoding);
        *action = eh_read_uleb(r);
        if (r->bad || offset < start)
            return false; /* the sites are sorted */
        if (offset < start + length)
            return true;
    }
    return false;
}

void
eh_lsda_fill(struct eh_row *row, const uint8_t *lsda)
{
    struct eh_reader r = reader_at(lsda);
    uintptr_t pad_base = row->start;
    uintptr_t pad = 0;
    uint64_t action = 0;
    uint64_t length;
    uint8_t encoding;

    encoding = (uint8_t)eh_read_bytes(&r, 1);
    if (encoding != EH_ENC_OMIT)
        pad_base = eh_read_pointer(&r, encoding);
    row->type_encoding = (uint8_t)eh_read_bytes(&r, 1);
    if (row->type_encoding != EH_ENC_OMIT) {
        uint64_t distance = eh_read_uleb(&r);

        row->type_table = r.at + distance;
    }
    encoding = (uint8_t)eh_read_bytes(&r, 1);
    length = eh_read_uleb(&r);
    r.end = r.at + length; /* the action table follows the call sites */
    if (!call_site_find(&r, encoding, row->pc - 1 - row->start, &pad, &action) || !pad)
        return;
    row->pad = pad_base + pad;
    if (action)
        row->action = r.end + (action - 1);
    if (!action || chain_has_cleanup(row->action))
        row->flags |= EH_ROW_CLEANUP;
}

struct eh_actions
eh_actions_of(const struct eh_row *row)
{
    return (struct eh_actions){row, row->action, 0, 0};
}

static const struct eh_clause *
type_entry(const struct eh_row *row, int64_t index)
{
    size_t size = eh_encoding_bytes(row->type_encoding);
    struct eh_reader r = reader_at(row->type_table - (size_t)index * size);

    return (const struct eh_clause *)eh_read_pointer(&r, row->type_encoding);
}

bool
eh_actions_next(struct eh_actions *actions, const struct eh_clause **clause)
{
    while (actions->at) {
        struct eh_reader r = reader_at(actions->at);
        int64_t filter = eh_read_sleb(&r);
        const uint8_t *link = r.at;
        int64_t next = eh_read_sleb(&r);

        actions->at = next ? link + next : NULL;
        if (filter > 0) { /* negative: exception specifications, which we never emit */
            actions->selector = filter;
            actions->given++;
            *clause = type_entry(actions->row, filter);
            return true;
        }
    }
    return false;
}
