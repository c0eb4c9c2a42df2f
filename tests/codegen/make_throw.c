/* tests/codegen/make_throw.c - functions with exception regions for check_throw.c, one object a level.
 * usage: make_throw LEVEL OUTPUT.o   Symbols begin with "o<LEVEL>_"; throw_begin and throw_end are
 * the first and the last function, so the object's code lies between them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/codegen/cg.h"
#include "engine/eh_format.h"
#include "engine/thread_block.h"

static int level;
static struct cg_unit *unit;
static struct cg_param p_ptr = {.type = CG_PTR}, pair[2] = {{.type = CG_PTR}, {.type = CG_PTR}};

static struct cg_sig
sig(enum cg_type ret, struct cg_param *params, uint32_t count)
{
    return (struct cg_sig){.ret = {.type = ret}, .params = params, .count = count};
}

static const char *
symbol_of(const char *name)
{
    static char text[4][64];
    static int at;
    char *s = text[at++ % 4];

    snprintf(s, sizeof text[0], "o%d_%s", level, name);
    return s;
}

/* With debug information: inlining must keep it consistent, or LLVM's verifier objects. */
static struct cg_fn *
begin(const char *name, const struct cg_sig *s, unsigned flags)
{
    static uint32_t line = 10;
    struct cg_fn *fn = cg_fn_begin(unit, symbol_of(name), s, flags);

    cg_fn_debug(fn, name, "make_throw.cs", line);
    cg_line(fn, line + 1);
    line += 10;
    return fn;
}

static cg_value
call(struct cg_fn *fn, enum cg_type ret, const char *symbol, cg_value target, cg_value arg,
     unsigned flags)
{
    struct cg_sig s = sig(ret, &p_ptr, 1);
    struct cg_call c = {
        .sig = &s, .symbol = symbol, .target = target, .args = &arg, .flags = flags};

    return cg_call(fn, &c);
}

static void
log_event(struct cg_fn *fn, int64_t event)
{
    call(fn, CG_VOID, "test_log", NULL, cg_int(fn, CG_PTR, event), 0);
}

static void
make_marker(const char *name)
{
    struct cg_sig s = sig(CG_VOID, NULL, 0);
    struct cg_fn *fn = begin(name, &s, CG_FN_NATIVE);

    cg_ret(fn, NULL);
    cg_fn_end(fn);
}

/* int64 enter(f, o): from native code */
static void
make_enter(void)
{
    struct cg_sig s = sig(CG_I64, pair, 2);
    struct cg_fn *fn = begin("enter", &s, CG_FN_NATIVE);
    cg_value frame = cg_alloca(fn, REVERSE_FRAME_SIZE, 8), r;

    call(fn, CG_VOID, "RhpReversePInvoke", NULL, frame, CG_CALL_NOUNWIND);
    r = call(fn, CG_I64, NULL, cg_arg(fn, 0), cg_arg(fn, 1), 0);
    call(fn, CG_VOID, "RhpReversePInvokeReturn", NULL, frame, CG_CALL_NOUNWIND);
    cg_ret(fn, r);
    cg_fn_end(fn);
}

static void
make_thrower(void)
{
    struct cg_sig s = sig(CG_I64, &p_ptr, 1);
    struct cg_fn *fn = begin("thrower", &s, CG_FN_NOINLINE);

    call(fn, CG_VOID, "RhpThrowEx", NULL, cg_arg(fn, 0), CG_CALL_NORETURN);
    cg_fn_end(fn);
}

/* int64 middle(o) { try { return thrower(o); } finally { log(1); } }: inlined when optimised */
static void
make_middle(void)
{
    struct cg_sig s = sig(CG_I64, &p_ptr, 1);
    struct cg_fn *fn = begin("middle", &s, CG_FN_ALWAYSINLINE);
    cg_block pad = cg_pad_new(fn, NULL, 0, true);
    cg_value r;

    cg_pad_set(fn, pad);
    r = call(fn, CG_I64, symbol_of("thrower"), NULL, cg_arg(fn, 0), 0);
    cg_pad_set(fn, NULL);
    log_event(fn, 2);
    cg_ret(fn, r);
    cg_block_set(fn, pad);
    log_event(fn, 1);
    cg_resume(fn, cg_pad_record(fn, pad), cg_pad_selector(fn, pad));
    cg_fn_end(fn);
}

/* int64 outer(o) { try { try { return middle(o); } catch (Other) { return 5; } }
 *                  catch (Base e) { log(3); return e == o ? 100 : 101; } } */
static void
make_outer(void)
{
    struct cg_sig s = sig(CG_I64, &p_ptr, 1);
    struct cg_fn *fn = begin("outer", &s, 0);
    cg_clause clauses[2] = {cg_clause_new(fn, CG_CLAUSE_TYPE, "test_other"),
                            cg_clause_new(fn, CG_CLAUSE_TYPE, "test_base")};
    cg_block pad = cg_pad_new(fn, clauses, 2, false), match[2], next;
    cg_value r, e;
    int i;

    cg_pad_set(fn, pad);
    r = call(fn, CG_I64, symbol_of("middle"), NULL, cg_arg(fn, 0), 0);
    cg_pad_set(fn, NULL);
    cg_ret(fn, r);
    cg_block_set(fn, pad);
    for (i = 0; i < 2; i++) {
        match[i] = cg_block_new(fn, "match");
        next = cg_block_new(fn, "next");
        cg_cond_br(fn, cg_compare(fn, CG_EQ, cg_pad_selector(fn, pad), cg_clause_id(fn, clauses[i])),
                   match[i], next, CG_EVEN);
        cg_block_set(fn, next);
    }
    cg_resume(fn, cg_pad_record(fn, pad), cg_pad_selector(fn, pad));
    cg_block_set(fn, match[0]);
    call(fn, CG_PTR, "corert_eh_begin_catch", NULL, cg_pad_record(fn, pad), CG_CALL_NOUNWIND);
    cg_ret(fn, cg_int(fn, CG_I64, 5));
    cg_block_set(fn, match[1]);
    e = call(fn, CG_PTR, "corert_eh_begin_catch", NULL, cg_pad_record(fn, pad), CG_CALL_NOUNWIND);
    log_event(fn, 3);
    cg_ret(fn, cg_select(fn, cg_compare(fn, CG_EQ, e, cg_arg(fn, 0)), cg_int(fn, CG_I64, 100),
                         cg_int(fn, CG_I64, 101)));
    cg_fn_end(fn);
}

/* int32 filter(frame, e): log(4), answers what the frame's word says */
static void
make_filter(void)
{
    struct cg_sig s = sig(CG_I32, pair, 2);
    struct cg_fn *fn = begin("filter", &s, 0);

    log_event(fn, 4);
    cg_ret(fn, cg_load(fn, CG_I32, cg_arg(fn, 0), 0));
    cg_fn_end(fn);
}

/* int64 filtered(o) { int yes = ANSWER; try { return middle(o); } catch when (filter) { return 7; } } */
static void
make_filtered(const char *name, int answer)
{
    struct cg_sig s = sig(CG_I64, &p_ptr, 1);
    struct cg_fn *fn = begin(name, &s, CG_FN_NOINLINE);
    cg_clause clause = cg_clause_new(fn, CG_CLAUSE_FILTER, symbol_of("filter"));
    cg_block pad = cg_pad_new(fn, &clause, 1, false), yes = cg_block_new(fn, "yes");
    cg_block no = cg_block_new(fn, "no");
    cg_value local = cg_alloca(fn, 4, 4), record = cg_alloca(fn, 24, 8), prev, r;

    cg_store(fn, CG_I32, local, cg_int(fn, CG_I32, answer), 0);
    prev = cg_thread_load(fn, CG_PTR, THREAD_FILTER_HEAD);
    cg_store(fn, CG_PTR, record, prev, 0);
    cg_store(fn, CG_PTR, cg_offset(fn, record, 8), cg_clause_address(fn, clause), 0);
    cg_store(fn, CG_PTR, cg_offset(fn, record, 16), local, 0);
    cg_thread_store(fn, CG_PTR, THREAD_FILTER_HEAD, record);
    cg_pad_set(fn, pad);
    r = call(fn, CG_I64, symbol_of("middle"), NULL, cg_arg(fn, 0), 0);
    cg_pad_set(fn, NULL);
    cg_thread_store(fn, CG_PTR, THREAD_FILTER_HEAD, prev);
    cg_ret(fn, r);
    cg_block_set(fn, pad);
    cg_thread_store(fn, CG_PTR, THREAD_FILTER_HEAD, prev);
    cg_cond_br(fn, cg_compare(fn, CG_EQ, cg_pad_selector(fn, pad), cg_clause_id(fn, clause)), yes, no,
               CG_EVEN);
    cg_block_set(fn, yes);
    call(fn, CG_PTR, "corert_eh_begin_catch", NULL, cg_pad_record(fn, pad), CG_CALL_NOUNWIND);
    cg_ret(fn, cg_int(fn, CG_I64, 7));
    cg_block_set(fn, no);
    cg_resume(fn, cg_pad_record(fn, pad), cg_pad_selector(fn, pad));
    cg_fn_end(fn);
}

/* int64 refused(o) { try { return filtered_no(o); } catch { return 9; } } */
static void
make_refused(void)
{
    struct cg_sig s = sig(CG_I64, &p_ptr, 1);
    struct cg_fn *fn = begin("refused", &s, 0);
    cg_clause clause = cg_clause_new(fn, CG_CLAUSE_ALL, NULL);
    cg_block pad = cg_pad_new(fn, &clause, 1, false);
    cg_value r;

    cg_pad_set(fn, pad);
    r = call(fn, CG_I64, symbol_of("filtered_no"), NULL, cg_arg(fn, 0), 0);
    cg_pad_set(fn, NULL);
    cg_ret(fn, r);
    cg_block_set(fn, pad);
    call(fn, CG_PTR, "corert_eh_begin_catch", NULL, cg_pad_record(fn, pad), CG_CALL_NOUNWIND);
    cg_ret(fn, cg_int(fn, CG_I64, 9));
    cg_fn_end(fn);
}

int
main(int argc, char **argv)
{
    struct cg_options options = {.cpu = "x86-64-v2", .debug = true};
    uint8_t *object;
    size_t size;
    char *message;
    FILE *f;

    if (argc < 3)
        return 2;
    level = atoi(argv[1]);
    options.opt_level = level;
    options.dump_folder = argc > 3 ? argv[3] : NULL;
    unit = cg_unit_new("make_throw", &options);
    make_marker("throw_begin");
    make_enter();
    make_thrower();
    make_middle();
    make_outer();
    make_filter();
    make_filtered("filtered_yes", 1);
    make_filtered("filtered_no", 0);
    make_refused();
    make_marker("throw_end");
    if (!cg_unit_finish(unit, &object, &size, &message)) {
        fprintf(stderr, "make_throw: %s\n", message);
        return 1;
    }
    cg_unit_free(unit);
    f = fopen(argv[2], "wb");
    if (!f || fwrite(object, 1, size, f) != size || fclose(f) != 0)
        return 1;
    free(object);
    return 0;
}
