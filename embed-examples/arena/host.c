/* embed-examples/arena/host.c - a game loop in C whose entities think in C#.
 * usage: host MODULE.so PICTURE.png [FRAMES] [ENTITIES]
 * The world is the host's memory. A frame calls the plugin once and then draws; at the end the
 * times of all frames, what the collector did, and the last picture are given out. */
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "arena.h"
#include "corert.h"

enum { WIDTH = 640, HEIGHT = 480, ENTITIES = 4000, FRAMES = 600, BACKGROUND = 24 };

typedef int32_t start_fn(struct entity *entities, int32_t count, int32_t entity_bytes, float width,
                         float height);
typedef void frame_fn(struct entity *entities, int32_t count, float step,
                      struct frame_report *report);
typedef void rank_fn(void);

static uint32_t random_state = 12345;

/* ---- functions for the plugin ---- */

static uint32_t
arena_random(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return random_state;
}

static void
arena_log(const char *text)
{
    printf("plugin: %s\n", text);
}

static const corert_host_function offered[] = {
    {"arena_random", (corert_function *)arena_random},
    {"arena_log", (corert_function *)arena_log},
};

/* The plugin needs no library but us. */
static int
allow_none(void *context, const char *library)
{
    (void)context;
    fprintf(stderr, "the plugin asked for library %s\n", library);
    return 0;
}

/* ---- the world ---- */

static struct entity *
world_make(int count)
{
    struct entity *e = calloc((size_t)count, sizeof *e);

    for (int i = 0; e && i < count; i++) {
        e[i].id = i;
        e[i].x = (float)(arena_random() % WIDTH);
        e[i].y = (float)(arena_random() % HEIGHT);
        e[i].vx = (float)(arena_random() % 41) - 20;
        e[i].vy = (float)(arena_random() % 41) - 20;
        e[i].energy = 5 + (float)(arena_random() % 10);
        e[i].kind = i % 10 == 0 ? ENTITY_HUNTER : i % 3 == 0 ? ENTITY_DRIFTER : ENTITY_GRAZER;
    }
    return e;
}

static void
draw(uint8_t *picture, const struct entity *entities, int count)
{
    for (int i = 0; i < WIDTH * HEIGHT * 3; i++) /* what was there fades */
        picture[i] = (uint8_t)(BACKGROUND + (picture[i] - BACKGROUND) * 9 / 10);
    for (int i = 0; i < count; i++) {
        const struct entity *e = &entities[i];
        uint8_t *at = picture + ((int)e->y * WIDTH + (int)e->x) * 3;

        if (e->energy <= 0)
            continue;
        at[0] = (uint8_t)(e->rgb >> 16);
        at[1] = (uint8_t)(e->rgb >> 8);
        at[2] = (uint8_t)e->rgb;
    }
}

static int
picture_write(const uint8_t *picture, const char *path)
{
    png_image png;

    memset(&png, 0, sizeof png);
    png.version = PNG_IMAGE_VERSION;
    png.width = WIDTH;
    png.height = HEIGHT;
    png.format = PNG_FORMAT_RGB;
    if (png_image_write_to_file(&png, path, 0, picture, 0, NULL))
        return 1;
    fprintf(stderr, "%s: %s\n", path, png.message);
    return 0;
}

/* ---- times ---- */

static double
now_ms(void)
{
    struct timespec t;

    timespec_get(&t, TIME_UTC);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int
by_time(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static void
times_print(double *ms, int count)
{
    qsort(ms, (size_t)count, sizeof *ms, by_time);
    fprintf(stderr, "frame ms: p50 %.3f  p99 %.3f  p99.9 %.3f  worst %.3f\n", ms[count / 2],
            ms[(int)(count * 0.99)], ms[(int)(count * 0.999)], ms[count - 1]);
}

static void
collector_print(void)
{
    struct corert_gc_stats s = {.struct_size = sizeof s};

    if (corert_gc_stats(&s) == CORERT_OK)
        fprintf(stderr, "collector: %llu collections, %.3f ms in all, worst %.3f ms, %.1f MB live\n",
                (unsigned long long)s.collections, (double)s.total_pause_ns / 1e6,
                (double)s.max_pause_ns / 1e6, (double)s.live_bytes / 1e6);
}

/* ---- the engine ---- */

static int
bind(const corert_module *module, const char *name, void *function, size_t size)
{
    void *address;
    corert_status st = corert_module_export(module, name, &address);

    if (st != CORERT_OK) {
        fprintf(stderr, "%s: %s\n", name, corert_status_text(st));
        return 0;
    }
    memcpy(function, &address, size);
    return 1;
}

static corert_module *
plugin_load(const char *path)
{
    corert_config config = {.struct_size = sizeof config};
    corert_load_options options = {.struct_size = sizeof options,
                                   .functions = offered,
                                   .function_count = sizeof offered / sizeof offered[0],
                                   .allow = allow_none};
    corert_module *module = NULL;
    char message[512];
    corert_status st;

    config.heap_cap_bytes = UINT64_C(256) << 20;
    if (getenv("CORERT_ARENA_STRESS")) { /* how often the collector runs beyond need: a test */
        config.gc_stress_interval = (uint32_t)atoi(getenv("CORERT_ARENA_STRESS"));
        config.gc_stress_evacuate = 1;
        config.gc_verify = 1;
    }
    st = corert_init(&config);
    if (st != CORERT_OK)
        fprintf(stderr, "corert_init: %s\n", corert_status_text(st));
    else if (corert_module_load_with(path, &options, &module, message, sizeof message) != CORERT_OK)
        fprintf(stderr, "%s\n", message);
    return module;
}

static int
run(const corert_module *module, int frames, int count, uint8_t *picture)
{
    struct entity *entities = world_make(count);
    double *ms = malloc((size_t)frames * sizeof *ms), begin;
    struct frame_report report = {0, 0, 0, -1};
    int caught = 0, fainted = 0;
    start_fn *start;
    frame_fn *frame;
    rank_fn *rank;

    if (!entities || !ms || !bind(module, "arena_start", &start, sizeof start) ||
        !bind(module, "arena_frame", &frame, sizeof frame) ||
        !bind(module, "arena_rank", &rank, sizeof rank))
        return 0;
    if (start(entities, count, (int32_t)sizeof *entities, WIDTH, HEIGHT) != 0) {
        fprintf(stderr, "host and plugin were built with different entities\n");
        return 0;
    }
    for (int i = 0; i < frames; i++) {
        begin = now_ms();
        frame(entities, count, 1.0f / 60, &report);
        if (corert_pending_status() != CORERT_OK)
            return 0;
        ms[i] = now_ms() - begin;
        caught += report.caught;
        fainted += report.fainted;
        draw(picture, entities, count);
    }
    rank();
    printf("%d frames: %d alive, %d caught, %d fainted, best %d\n", frames, report.alive, caught,
           fainted, report.best);
    times_print(ms, frames);
    collector_print();
    free(ms);
    free(entities);
    return 1;
}

int
main(int argc, char **argv)
{
    int frames = argc > 3 ? atoi(argv[3]) : FRAMES, count = argc > 4 ? atoi(argv[4]) : ENTITIES;
    uint8_t *picture = malloc((size_t)WIDTH * HEIGHT * 3);
    corert_module *module;
    int well;

    if (argc < 3 || frames < 1 || count < 1 || !picture) {
        fprintf(stderr, "usage: host MODULE.so PICTURE.png [FRAMES] [ENTITIES]\n");
        return 2;
    }
    memset(picture, BACKGROUND, (size_t)WIDTH * HEIGHT * 3);
    module = plugin_load(argv[1]);
    well = module && run(module, frames, count, picture) && picture_write(picture, argv[2]);
    free(picture);
    if (corert_shutdown() != CORERT_OK)
        return 1;
    return well ? 0 : 1;
}
