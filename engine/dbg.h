/* engine/dbg.h - stacks as text: host and managed frames in one list.
 * For reports of what went wrong, so nothing here trusts what it reads: memory is looked at only
 * after asking the system, files only inside their bounds. No lock of the engine, no allocation
 * after dbg_start, no stdio: all of it may run in a signal handler. */
#ifndef CORERT_ENGINE_DBG_H
#define CORERT_ENGINE_DBG_H

#include "engine/eh_priv.h"
#include "engine/engine.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- walking (dbg_walk.c, dbg_unwind.c) ---- */

/* Where a thread is. `exact`: pc is the next instruction itself (a signal came there), not the
 * return address of a call. */
struct dbg_regs {
    struct eh_regs regs;
    bool exact;
};

struct dbg_frame {
    uintptr_t pc; /* inside the instruction that the frame is at; 0: a gap */
    uintptr_t rsp;
    bool managed;
};

/* Innermost first. Return false to stop. */
typedef bool dbg_visitor(const struct dbg_frame *frame, void *context);

/* The calling thread's stack from `start` outwards. Where host frames have no unwind data, or tell
 * nonsense, a gap is reported and the walk goes on at the next transition record, if there is one.
 * contract: any state, any thread | locks: none */
void dbg_walk(const struct dbg_regs *start, dbg_visitor *visit, void *context);

/* The registers of the caller, as they are when this returns (dbg_asm.S). */
void dbg_capture(struct eh_regs *regs);

enum dbg_step { DBG_STEP_DONE, DBG_STEP_OUTERMOST, DBG_STEP_UNKNOWN };

/* One host frame up, by libunwind. Without it nothing is known. */
enum dbg_step dbg_host_step(struct dbg_regs *at);
/* Makes what dbg_host_step needs; without it the first step does. Stays while the
 * process lives: a text may be asked for at any time. */
void dbg_start(void);

/* Copies from any address; false if it cannot be read. */
bool dbg_read(uintptr_t from, void *to, size_t bytes);

/* ---- names (dbg_elf.c, dbg_line.c) ---- */

/* The file of one mapped image. */
struct dbg_image {
    uintptr_t start; /* the mapped range; both 0: unused */
    uintptr_t end;
    uintptr_t bias;
    const char *name;     /* borrowed from the dynamic linker */
    struct engine_file file; /* its bytes NULL: no file, or not the one that is running */
};

enum { DBG_IMAGES = 4 };

/* A few images, opened as they are needed. Zero-initialise; dbg_images_close at the end. */
struct dbg_images {
    struct dbg_image image[DBG_IMAGES];
    unsigned next;
};

struct dbg_part {
    const uint8_t *at; /* NULL: no such part */
    size_t size;
};

/* What is known about an address. Texts are borrowed from the image. */
struct dbg_place {
    const char *image;  /* its path; NULL: in none */
    uintptr_t address;  /* in the image's file */
    const char *symbol; /* NULL: none covers the address */
    uintptr_t offset;   /* from the symbol */
    const char *folder; /* of the source file; NULL: unknown or part of `file` */
    const char *file;   /* NULL: no line table says */
    uint32_t line;
};

void dbg_place_find(struct dbg_images *images, uintptr_t pc, struct dbg_place *out);
void dbg_images_close(struct dbg_images *images);
struct dbg_part dbg_section(const struct dbg_image *image, const char *name);
/* Looks for the line of `address` (as in the file) in .debug_line, DWARF 2 to 5. */
void dbg_line_find(const struct dbg_image *image, uintptr_t address, struct dbg_place *out);

/* ---- texts (dbg_text.c) ---- */

/* The stack from `start` outwards, line by line without newlines, numbered from `number`. Frames
 * whose stack pointer is below `above` are left out.
 * contract: any state, any thread | locks: none */
typedef void dbg_line_fn(void *context, const char *line);
void dbg_stack_lines(const struct dbg_regs *start, uintptr_t above, unsigned number,
                     dbg_line_fn *line, void *context);
/* One line about a return address. */
void dbg_pc_line(struct dbg_images *images, unsigned number, uintptr_t return_address, char *line,
                 size_t bytes);
/* ---- reports (dbg_report.c) ---- */

/* An exception that nothing handles, in a program: the stack where it was thrown, to standard
 * error, if the program's user asked for it. contract: coop | locks: none */
void dbg_report_unhandled(struct thr_transition *at);
/* An exception that left an export: where it came from and who called the export, to the host's
 * log. contract: preempt, called by managed code | locks: none */
void dbg_report_trace(const uintptr_t *trace, uint32_t count);

/* Where a record left managed code. */
struct dbg_regs dbg_regs_of(const struct thr_transition *from);

#endif
