/* embed-examples/static/host.c - engine, module and host in one executable: corertc --static makes
 * counter.o and counter.h, the program links counter.o with libcorert.a. */
#include <stdio.h>

#define COUNTER_STATIC /* the functions of counter.h by their names */
#include "counter.h"

static void
print_square(int32_t square, void *context)
{
    *(int32_t *)context += square;
    printf(" %d", square);
}

int
main(void)
{
    corert_config config = {.struct_size = sizeof config};
    corert_module *module;
    char message[256];
    uint8_t text[] = "a rose is a rose is a rose", number[] = "42";
    int32_t sum = 0;
    WordCount count;
    corert_status st = corert_init(&config);

    if (st != CORERT_OK) {
        fprintf(stderr, "corert_init: %s\n", corert_status_text(st));
        return 1;
    }
    if (counter_attach(&module, message, sizeof message) != CORERT_OK) {
        fprintf(stderr, "%s\n", message);
        return 1;
    }
    count = counter_words(text);
    printf("%d words, %d different\nsquares:", count.Words, count.Different);
    counter_each(5, print_square, &sum);
    printf(", together %d\n", sum);
    printf("%d %d\n", counter_number(number), counter_number(text));
    return corert_shutdown() != CORERT_OK;
}
