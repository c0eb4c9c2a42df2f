/* tests/codegen/loops.c - reads `objdump -d --no-show-raw-insn` of an image made by corertc and looks
 * for natural loops of the machine code that come neither to a call nor to the one check and have no
 * constant end: such a loop could never be stopped. Only a loop without loops inside that is the short twin of
 * another (pass_version.c) may be so: it is entered behind a compare that says the way is at most 1,023 steps, or
 * what its header leaves for is a loop that can be stopped.
 *   loops [WORD] < listing     only functions with WORD in their name: "::" is managed code
 * Exit code 1 when there is one. Jumps through tables have no known targets: such functions count as
 * not looked at. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum kind { OTHER, JUMP, BRANCH, END, TABLE };

struct insn {
    uint64_t at, target;
    enum kind kind;
    bool stops;    /* a call, or the compare of a check */
    bool constant; /* a compare with a constant, which may end a loop */
    bool few;      /* such a constant as a short loop's way is compared with */
};

struct block {
    uint32_t first, last; /* instructions */
    uint32_t succ[2], succ_count;
    uint32_t idom, order; /* order: place in reverse post-order, NONE: not reached */
};

#define NONE UINT32_MAX

static struct insn *insns;
static struct block *blocks;
static uint32_t *sequence, *stack;
static uint32_t count, room, block_count, reached;
static unsigned functions, skipped, loops, twins, bad;
static char name[2048];

static void *
grow(void *p, size_t bytes)
{
    p = realloc(p, bytes ? bytes : 1);
    if (!p)
        abort();
    return p;
}

/* ---- reading --------------------------------------------------------------------------------- */

static bool
starts(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* The limit and, in loops that look for zeros, the word `wanted` behind it: at constant distances from a register with
 * the place of the thread block, in executables at constant addresses that the first check tells. */
static bool
is_thread_word(const char *operands)
{
    static const uint64_t limit = 0x10, wanted = 0x68; /* engine/thread_block.h */
    static uint64_t limit_at;
    const char *p = strstr(operands, "%fs:0x");
    char *end;
    uint64_t at;

    if (!p)
        return false;
    at = strtoull(p + 4, &end, 16);
    if (*end == '(')
        return at == limit || at == wanted;
    if (!limit_at && strncmp(end, ",%rsp", 5) == 0)
        limit_at = at;
    return limit_at && (at == limit_at || at == limit_at + (wanted - limit));
}

static void
read_insn(const char *line)
{
    char *rest;
    struct insn i = {.at = strtoull(line, &rest, 16)};

    if (*rest != ':')
        return;
    rest++;
    rest += strspn(rest, " \t");
    if (starts(rest, "bnd ") || starts(rest, "notrack "))
        rest = strchr(rest, ' ') + 1;
    if (*rest == 'j') {
        const char *operand = rest + strcspn(rest, " \t");

        i.kind = starts(rest, "jmp") ? JUMP : BRANCH;
        operand += strspn(operand, " \t");
        if (*operand == '*')
            i.kind = TABLE;
        else
            i.target = strtoull(operand, NULL, 16);
    } else if (starts(rest, "ret") || starts(rest, "ud2") || starts(rest, "int3")) {
        i.kind = END;
    } else if (starts(rest, "call")) {
        i.stops = true;
    } else if (starts(rest, "cmp")) {
        const char *value = strchr(rest, '$');
        uint64_t n = value ? strtoull(value + 1, NULL, 16) : 0;

        i.constant = value != NULL;
        i.few = n >= 1023 && n <= 1023u * 65536 && n % 1023 <= 1; /* so many steps: above, or not below one more */
    } else if (starts(rest, "test")) {
        const char *value = strchr(rest, '$');
        uint64_t n = value ? strtoull(value + 1, NULL, 16) : 0;

        n = ~(n | (n >> 31 ? ~(uint64_t)UINT32_MAX : 0)); /* the bits of at most 1,023 steps by a power of two */
        i.few = value && n && n / (n & (~n + 1)) == 1023;
    } else if (starts(rest, "shr")) {
        const char *value = strchr(rest, '$');
        uint64_t n = value ? strtoull(value + 1, NULL, 16) : 0;

        i.few = n >= 10 && n <= 26; /* the same where the lower bits are known to be zero */
    } else if (starts(rest, "sub") && strstr(rest, "$0x1000,%rsp")) {
        i.constant = true; /* probes of a stackalloc: as many as the stack has pages */
    }
    /* The limit may be loaded before it is compared. */
    i.stops |= is_thread_word(rest);
    if (count == room)
        insns = grow(insns, (room = room ? room * 2 : 4096) * sizeof *insns);
    insns[count++] = i;
}

/* ---- the graph ------------------------------------------------------------------------------- */

static uint32_t
insn_at(uint64_t at)
{
    uint32_t low = 0, high = count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (insns[middle].at < at)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && insns[low].at == at ? low : NONE;
}

static uint32_t
block_of(uint32_t insn)
{
    uint32_t low = 0, high = block_count;

    while (low + 1 < high) {
        uint32_t middle = low + (high - low) / 2;

        if (blocks[middle].first <= insn)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static void
make_blocks(void)
{
    bool *leader = calloc(count + 1, 1);
    uint32_t i, b;

    leader[0] = true;
    for (i = 0; i < count; i++) {
        uint32_t to = insns[i].kind == JUMP || insns[i].kind == BRANCH ? insn_at(insns[i].target) : NONE;

        if (to != NONE)
            leader[to] = true;
        if (insns[i].kind != OTHER)
            leader[i + 1] = true;
    }
    block_count = 0;
    for (i = 0; i < count; i++)
        block_count += leader[i];
    blocks = grow(blocks, block_count * sizeof *blocks);
    for (i = 0, b = 0; i < count; i++) {
        if (leader[i])
            blocks[b++] = (struct block){.first = i, .idom = NONE, .order = NONE};
        blocks[b - 1].last = i;
    }
    free(leader);
    for (b = 0; b < block_count; b++) {
        const struct insn *last = &insns[blocks[b].last];
        uint32_t to = last->kind == JUMP || last->kind == BRANCH ? insn_at(last->target) : NONE;

        if (to != NONE)
            blocks[b].succ[blocks[b].succ_count++] = block_of(to);
        if ((last->kind == OTHER || last->kind == BRANCH) && b + 1 < block_count)
            blocks[b].succ[blocks[b].succ_count++] = b + 1;
    }
}

/* Landing pads are entered by no jump: every block nobody reached is a root of its own. */
static void
number_from(uint32_t root, uint32_t *post)
{
    uint32_t depth = 1;

    stack[0] = root;
    blocks[root].order = 0;
    while (depth) {
        struct block *b = &blocks[stack[depth - 1]];

        if (b->order < b->succ_count) { /* while open: the next successor */
            uint32_t s = b->succ[b->order++];

            if (blocks[s].order == NONE) {
                blocks[s].order = 0;
                stack[depth++] = s;
            }
        } else {
            post[reached++] = stack[--depth];
        }
    }
}

static uint32_t
meet(uint32_t a, uint32_t b)
{
    while (a != b) {
        if (a > b)
            a = blocks[sequence[a]].idom;
        else
            b = blocks[sequence[b]].idom;
    }
    return a;
}

/* Numbers in `sequence` from 1; 0 is a root above all roots. idom: such a number. */
static void
dominate(void)
{
    uint32_t *post = grow(NULL, block_count * sizeof *post), i, k;
    bool changed = true;

    sequence = grow(sequence, (block_count + 1) * sizeof *sequence);
    stack = grow(stack, block_count * sizeof *stack);
    reached = 0;
    for (i = 0; i < block_count; i++) {
        if (blocks[i].order == NONE)
            number_from(i, post);
    }
    for (i = 0; i < reached; i++) {
        sequence[reached - i] = post[i];
        blocks[post[i]].order = reached - i;
    }
    free(post);
    for (i = 0; i < block_count; i++)
        blocks[i].idom = NONE;
    while (changed) {
        changed = false;
        for (i = 1; i <= reached; i++) {
            uint32_t b = sequence[i], idom = NONE, p;
            bool has_pred = false;

            for (p = 0; p < block_count; p++) {
                for (k = 0; k < blocks[p].succ_count; k++) {
                    if (blocks[p].succ[k] != b)
                        continue;
                    has_pred |= blocks[p].order < i;
                    if (blocks[p].idom != NONE)
                        idom = idom == NONE ? blocks[p].order : meet(idom, blocks[p].order);
                }
            }
            if (!has_pred || i == 1)
                idom = 0;
            if (idom != blocks[b].idom) {
                blocks[b].idom = idom;
                changed = true;
            }
        }
    }
}

static bool
dominates(uint32_t a, uint32_t b)
{
    while (b > a)
        b = blocks[sequence[b]].idom;
    return a == b;
}

/* ---- the loops ------------------------------------------------------------------------------- */

static bool
block_stops(uint32_t b)
{
    uint32_t i;

    for (i = blocks[b].first; i <= blocks[b].last; i++) {
        if (insns[i].stops)
            return true;
    }
    return false;
}

static bool
block_has_constant(uint32_t b)
{
    uint32_t i;

    for (i = blocks[b].first; i <= blocks[b].last; i++) {
        if (insns[i].constant)
            return true;
    }
    return false;
}

static bool
leads_back(uint32_t b, uint32_t header)
{
    uint32_t k;

    for (k = 0; k < blocks[b].succ_count; k++) {
        if (blocks[b].succ[k] == header)
            return dominates(blocks[header].order, blocks[b].order);
    }
    return false;
}

/* The natural loop of all edges back to `header`; gives how many there are. */
static uint32_t
loop_blocks(uint32_t header, bool *inside)
{
    uint32_t depth = 0, latches = 0, p, k, b;

    inside[header] = true;
    for (b = 0; b < block_count; b++) {
        if (!leads_back(b, header))
            continue;
        latches++;
        if (!inside[b])
            stack[depth++] = b;
        inside[b] = true;
    }
    while (depth) {
        b = stack[--depth];
        for (p = 0; p < block_count; p++) {
            for (k = 0; k < blocks[p].succ_count; k++) {
                if (blocks[p].succ[k] == b && !inside[p]) {
                    inside[p] = true;
                    stack[depth++] = p;
                }
            }
        }
    }
    return latches;
}

/* The only block that leads to `b`, or NONE. */
static uint32_t
only_before(uint32_t b)
{
    uint32_t found = NONE, p, k;

    for (p = 0; p < block_count; p++) {
        for (k = 0; k < blocks[p].succ_count; k++) {
            if (blocks[p].succ[k] == b && found != NONE && found != p)
                return NONE;
            if (blocks[p].succ[k] == b)
                found = p;
        }
    }
    return found;
}

/* The block ends with a branch on how long the way is, or has come straight from one. */
static bool
knows_few(uint32_t b)
{
    uint32_t i;

    while (b != NONE && insns[blocks[b].last].kind != BRANCH)
        b = only_before(b);
    for (i = b == NONE ? 0 : blocks[b].last; b != NONE && i > blocks[b].first; i--) {
        if (insns[i - 1].few)
            return true;
        if (insns[i - 1].constant)
            return false;
    }
    return false;
}

static bool
is_entered_for_few(uint32_t header, const bool *inside)
{
    uint32_t p, k, ways = 0;

    for (p = 0; p < block_count; p++) {
        for (k = 0; !inside[p] && k < blocks[p].succ_count; k++) {
            if (blocks[p].succ[k] != header)
                continue;
            ways++;
            if (!knows_few(p))
                return false;
        }
    }
    return ways != 0;
}

/* Every way to `b` from outside `own` comes from the loop with `inside`, on a straight line. */
static bool
is_entered_from(uint32_t b, const bool *own, const bool *inside, unsigned depth)
{
    uint32_t p, k, ways = 0;

    for (p = 0; p < block_count; p++) {
        for (k = 0; k < blocks[p].succ_count; k++) {
            if (blocks[p].succ[k] != b || (own && own[p]))
                continue;
            ways++;
            if (inside[p])
                continue;
            if (!depth || blocks[p].succ_count != 1 || !is_entered_from(p, NULL, inside, depth - 1))
                return false;
        }
    }
    return ways != 0;
}

/* One way out of the header leads to a loop that can be stopped (`stops`, by header) and is entered from here only;
 * another one, of any block, leads elsewhere: two loops one after the other are no twins. */
static bool
leaves_for_stop(uint32_t header, const bool *inside, const bool *stops)
{
    bool elsewhere = false, *own = calloc(block_count, 1);
    uint32_t k, b, to = NONE, first = NONE;

    for (k = 0; k < blocks[header].succ_count; k++) {
        unsigned steps = 0;

        for (b = blocks[header].succ[k]; !inside[b] && !stops[b] && blocks[b].succ_count == 1 && steps < 8; steps++)
            b = blocks[b].succ[0];
        if (!inside[b] && stops[b]) {
            to = b;
            first = blocks[header].succ[k];
        }
    }
    for (b = 0; b < block_count; b++) {
        for (k = 0; inside[b] && k < blocks[b].succ_count; k++)
            elsewhere |= !inside[blocks[b].succ[k]] && blocks[b].succ[k] != first;
    }
    if (to != NONE)
        loop_blocks(to, own);
    elsewhere = elsewhere && to != NONE && is_entered_from(to, own, inside, 8);
    free(own);
    return elsewhere;
}

static bool
is_twin(uint32_t header, const bool *inside, const bool *is_header, const bool *stops)
{
    uint32_t b;

    for (b = 0; b < block_count; b++) {
        if (inside[b] && b != header && is_header[b])
            return false;
    }
    return is_entered_for_few(header, inside) || leaves_for_stop(header, inside, stops);
}

static void
look_at_loops(void)
{
    bool *inside = grow(NULL, block_count), *stops = calloc(block_count, 1), *is_header = calloc(block_count, 1);
    bool *open = calloc(block_count, 1);
    uint32_t header, b;

    for (header = 0; header < block_count; header++) {
        bool constant = false;

        memset(inside, 0, block_count);
        is_header[header] = loop_blocks(header, inside) != 0;
        for (b = 0; is_header[header] && b < block_count; b++) {
            stops[header] |= inside[b] && block_stops(b);
            constant |= inside[b] && block_has_constant(b);
        }
        loops += is_header[header];
        open[header] = is_header[header] && !stops[header] && !constant;
    }
    for (header = 0; header < block_count; header++) {
        if (!open[header])
            continue;
        memset(inside, 0, block_count);
        loop_blocks(header, inside);
        if (is_twin(header, inside, is_header, stops)) {
            twins++;
            continue;
        }
        bad++;
        printf("%s: the loop at %llx cannot be stopped\n", name,
               (unsigned long long)insns[blocks[header].first].at);
    }
    free(inside);
    free(stops);
    free(is_header);
    free(open);
}

static void
function_end(const char *word)
{
    uint32_t i;

    if (count && strstr(name, word)) {
        for (i = 0; i < count && insns[i].kind != TABLE; i++)
            ;
        functions++;
        skipped += i < count;
        if (i == count) {
            make_blocks();
            dominate();
            look_at_loops();
        }
    }
    count = 0;
}

int
main(int argc, char **argv)
{
    static char line[8192];
    const char *word = argc > 1 ? argv[1] : "";

    while (fgets(line, sizeof line, stdin)) {
        char *open = strchr(line, '<'), *close = strrchr(line, '>');

        if (line[0] != ' ' && open && close && strcmp(close, ">:\n") == 0) {
            function_end(word);
            *close = 0;
            snprintf(name, sizeof name, "%s", open + 1);
        } else if (line[0] == ' ') {
            read_insn(line);
        }
    }
    function_end(word);
    printf("%u functions (%u with jump tables), %u loops (%u short twins), %u that cannot be stopped\n", functions,
           skipped, loops, twins, bad);
    free(insns);
    free(blocks);
    free(sequence);
    free(stack);
    return bad != 0 || loops == 0;
}
