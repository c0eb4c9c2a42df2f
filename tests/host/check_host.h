/* tests/host/check_host.h - the life-cycle suite and that of hard times: one file a subject. Each test starts and stops
 * the engine itself, so that it also passes when all run in one process (CK_FORK=no). */
#ifndef TESTS_HOST_CHECK_HOST_H
#define TESTS_HOST_CHECK_HOST_H

#include "corert.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Messages of the unhandled callback. */
struct host_reports {
    unsigned count;
    char last[2048];
};

/* What the engine said since the last said_load(): its log, a line a message, and its reports of
 * unhandled exceptions. */
extern struct host_said {
    struct host_reports unhandled;
    char log[8192];
} said;

/* A configuration that fills `said`; shutdown_ms is 20000. */
corert_config said_config(void);
/* Empties `said`, starts the engine, loads the module. */
corert_module *said_load(const corert_config *config, const char *path);

/* Finds export `name` and stores its address in function pointer `pointer`. */
#define BIND(module, name, pointer) bind_export((module), (name), &(pointer), sizeof(pointer))

void bind_export(const corert_module *module, const char *name, void *pointer, size_t bytes);

/* Starts the engine and loads the guest. `reports` may be NULL; heap_cap_bytes 0 is the default. */
corert_module *guest_start(struct host_reports *reports, uint64_t heap_cap_bytes);
corert_module *guest_load(void);
void guest_stop(void);

/* From here on the streams 1 and 2 go to a temporary file; the end gives back what was written. */
void capture_begin(void);
char *capture_end(void); /* owned by the caller */

size_t resident_kib(void);
unsigned task_count(void); /* threads of this process */
unsigned entries(const char *folder); /* names in it that begin with no dot */
uint8_t *file_bytes(const char *path, size_t *size); /* owned by the caller */

TCase *case_archive(void);
TCase *case_info(void);
TCase *case_misuse(void);
TCase *case_files(void);
TCase *case_cycles(void);
TCase *case_threads(void);
TCase *case_exceptions(void);
TCase *case_gc(void);
TCase *case_callbacks(void);
TCase *case_memory(void);
TCase *case_process(void);
TCase *case_ends(void);
TCase *case_overflow(void);
TCase *case_stack(void);
TCase *case_values(void);

/* check_odd.c */
TCase *case_frames(void);
TCase *case_fibers(void);
TCase *case_small(void);

/* check_hard.c */
TCase *case_arguments(void);
TCase *case_starve(void);
TCase *case_signals(void);
TCase *case_late(void);
TCase *case_lives(void);

#endif
