/* tests/gc/check_find.c - from any word of an object to the object, in blocks that a thread opens step
 * by step. Sizes and the order of the questions are random; the first question about a step decides
 * what is walked. */
#include <check.h>
#include <stdlib.h>

#include "gc/gc_priv.h"
#include "tests/gc/gc_types.h"

enum { OBJECTS = 600, ROUNDS = 400 };

static struct gc_buffer buffer, other;

static void
run_native(void (*function)(void *context), void *context)
{
    function(context);
}

static void
nothing(void)
{
}

static void
each_buffer(void (*visit)(void *context, struct gc_buffer *b, bool torn), void *context)
{
    visit(context, &buffer, false);
    visit(context, &other, false);
}

static const struct gc_world world = {
    .run_native = run_native, .stop = nothing, .each_buffer = each_buffer, .resume = nothing};

static uint32_t
number(void)
{
    static uint32_t state = 12345;

    state = state * 1664525 + 1013904223;
    return state >> 8;
}

/* Mostly small ones, so that many lie on the border of a step. */
static struct gc_object *
object_new(struct gc_buffer *b)
{
    uint32_t kind = number() % 16;
    size_t length = kind < 12 ? number() % 64 : kind < 15 ? number() % 900 : number() % 8000;
    struct gc_object *o = gc_alloc(b, NULL, &test_bytes, 24 + length, 0);

    ck_assert_ptr_nonnull(o);
    ((struct gc_array *)(void *)o)->length = (uint32_t)length;
    return o;
}

static void
ask(struct gc_object *o)
{
    size_t bytes = gc_heap_bytes(o), at = number() % (bytes - 8 + 1);

    if (number() % 4 == 0)
        at = 0;
    if (number() % 4 == 0)
        at = bytes - 8;
    ck_assert_ptr_eq(gc_find_object((uintptr_t)o + at), o);
}

START_TEST(every_word_leads_to_its_object)
{
    struct gc_config config = {.cap_bytes = 32 << 20, .world = &world};
    static struct gc_object *object[OBJECTS];
    unsigned round, i;
    char text[256];

    ck_assert(gc_start(&config));
    for (round = 0; round < ROUNDS; round++) {
        for (i = 0; i < OBJECTS; i++) {
            object[i] = object_new(number() % 3 ? &buffer : &other);
            if (number() % 256 == 0)
                gc_buffer_retire(&other); /* the next thread goes on with the rest of it */
        }
        for (i = 0; i < 2 * OBJECTS; i++)
            ask(object[number() % OBJECTS]);
        ck_assert_msg(gc_verify(text, sizeof text), "%s", text);
        gc_collect(GC_REASON_INDUCED, 0);
    }
    gc_stop();
}
END_TEST

int
main(void)
{
    Suite *s = suite_create("find");
    TCase *all = tcase_create("find");
    SRunner *runner = srunner_create(s);
    int failed;

    tcase_add_test(all, every_word_leads_to_its_object);
    suite_add_tcase(s, all);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
