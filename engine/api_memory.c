/* engine/api_memory.c - the host's memory instead of the system's: corert_config.memory. */
#include "engine/engine.h"

static struct {
    corert_memory_hooks hooks;
    void *context;
} host;

static void *
host_reserve(void *context, size_t bytes, size_t alignment)
{
    (void)context;
    return host.hooks.reserve(host.context, bytes, alignment);
}

static bool
host_commit(void *context, void *at, size_t bytes)
{
    (void)context;
    return host.hooks.commit(host.context, at, bytes) != 0;
}

static bool
host_decommit(void *context, void *at, size_t bytes)
{
    (void)context;
    return host.hooks.decommit(host.context, at, bytes) != 0;
}

static void
host_release(void *context, void *at, size_t bytes)
{
    (void)context;
    host.hooks.release(host.context, at, bytes);
}

bool
engine_memory_set(const corert_memory_hooks *hooks, void *context)
{
    static const struct pal_mem_hooks ours = {host_reserve, host_commit, host_decommit,
                                              host_release, NULL};

    if (!hooks) {
        pal_mem_hooks_set(NULL);
        return true;
    }
    if (!hooks->reserve || !hooks->commit || !hooks->decommit || !hooks->release)
        return false;
    host.hooks = *hooks;
    host.context = context;
    pal_mem_hooks_set(&ours);
    return true;
}
