/* engine/rh_events.c - event tracing, which this engine does not have: events are dropped and
 * sessions cannot be opened. All names of the contract lead to these two (engine/rh_exports.def);
 * their arguments are in registers or on the caller's stack, so ignoring them is safe. */
#include "engine/rh.h"

void
rh_event_ignored(void)
{
}

uint64_t
rh_event_none(void)
{
    return 0;
}
