/* engine/gc_world.h - the engine's side of collections and of finalization.
 * gcw_: what a collection asks for and what follows it. fin_: who runs finalizers. */
#ifndef CORERT_ENGINE_GC_WORLD_H
#define CORERT_ENGINE_GC_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "corert.h"
#include "gc/gc.h"

/* ---- gc_world.c ---- */

/* The table for gc_start. Static. */
const struct gc_world *gcw_table(void);

/* What was true right after the latest collection; all 0 before the first. */
struct gcw_snapshot {
    struct gc_collection collection;
    struct gc_counters counters;
    uint64_t pending_finalizers;
    uint64_t total_pause_ns;
    uint64_t end_ns; /* of the collection, monotonic clock */
};

/* contract: any | locks: GC_SNAPSHOT */
void gcw_snapshot_get(struct gcw_snapshot *out);
/* Forgets the snapshot and notes when the engine started. */
void gcw_reset(void);
uint64_t gcw_start_ns(void);

/* Functions that managed code registered for collections (RhRegisterGcCallout). */
enum gcw_callout { GCW_CALLOUT_START, GCW_CALLOUT_END, GCW_CALLOUT_AFTER_MARK, GCW_CALLOUTS };
typedef void gcw_callout_fn(int32_t generation);
bool gcw_callout_add(enum gcw_callout kind, gcw_callout_fn *function);
void gcw_callout_remove(enum gcw_callout kind, gcw_callout_fn *function);

/* Asks whether the object of a reference-counted handle is kept alive from outside. */
typedef bool gcw_counted_fn(void *object);
bool gcw_counted_add(gcw_counted_fn *function, const struct gc_mt *type);
void gcw_counted_remove(gcw_counted_fn *function, const struct gc_mt *type);

/* ---- what allocations have to look at when they leave the fast path ---- */
enum gcw_watch {
    GCW_WATCH_REGION = 1,  /* the callback of a region without collections is due at some amount */
    GCW_WATCH_APPROACH = 2 /* somebody waits for the next collection to come near */
};
extern uint32_t gcw_watched; /* atomic; bits of gcw_watch; nearly always 0 */
void gcw_watch_set(enum gcw_watch what, bool on);
/* contract: coop */
void gcw_watch_poll(void);

/* ---- gc_regions.c: GC.TryStartNoGCRegion and its callback ---- */
void gcw_region_poll(void); /* native state */
/* A collection was made; a region that was active ended with it. */
void gcw_region_broken(enum gc_reason reason);
bool gcw_region_active(void);
void gcw_region_reset(void);

/* ---- gc_notify.c: GC.RegisterForFullGCNotification ---- */
void gcw_notify_poll(void); /* native state */
void gcw_notify_complete(void);
void gcw_notify_reset(void);

/* ---- fin.c ---- */

void fin_start(corert_finalizers who);
/* No finalizer is begun any more, and waits for them end. contract: any | locks: FINALIZER */
void fin_quit(void);
/* The same, waits for the thread if there is one, and makes ready for a new start.
 * contract: preempt | locks: FINALIZER */
void fin_stop(void);
/* There are ready objects or work: wakes the thread, which is started the first time.
 * contract: preempt | locks: FINALIZER */
void fin_wake(void);
/* Runs ready finalizers on the calling thread until `deadline_ns` (0: none). Nothing when it is
 * running one already. contract: preempt, may-gc */
void fin_run(uint64_t deadline_ns);
/* Until all that is ready now has run. contract: preempt, may-gc | locks: FINALIZER */
void fin_wait(void);
bool fin_is_inside(void); /* the calling thread is running a finalizer */
/* The class library's own loop, if somebody runs it. */
void fin_request_wait(void);
void fin_pass_done(void);

/* Native work for the thread that runs finalizers; the library's NoGCRegionCallback item. */
struct fin_work {
    struct fin_work *next;
    void (*callback)(struct fin_work *work); /* frees it */
    uint8_t scheduled;
    uint8_t abandoned;
};
/* contract: any | locks: FINALIZER */
void fin_work_add(struct fin_work *work);

#endif
