/* compiler/driver/results.c - the files a run makes: they appear together or not at all.
 * Each is finished in the run's temporary folder, then brought beside its target under a name of
 * its own, where room and permission show; when all of them are there they change names with what
 * was there before. A change that fails is taken back, so older results stay a set. Streams
 * (devices, pipes, /dev/stdout) cannot be taken back: they are written when all files are beside
 * their targets. The names beside are temporaries of the run (diag.h): an error or a signal removes
 * them. */
#include <string.h>

#include "compiler/base/arena.h"
#include "compiler/base/diag.h"
#include "compiler/base/inputs.h"
#include "compiler/driver/drv.h"
#include "pal/pal.h"

struct result {
    const char *target;
    const char *staged; /* beside the target; of a stream in the temporary folder */
    bool stream, fresh; /* fresh: nothing was there */
};

static noreturn void
refuse(const char *target, const char *fact)
{
    diag_fatal("%s: cannot be written: %s", target, fact);
}

static const char *
folder_of(struct arena *a, const char *path)
{
    const char *slash = strrchr(path, '/');

    return !slash ? "." : slash == path ? "/" : arena_strndup(a, path, (size_t)(slash - path));
}

static bool
is_same_file(const char *a, const char *b)
{
    char *real_a = pal_path_real(a), *real_b = pal_path_real(b);
    bool same = strcmp(a, b) == 0 || (real_a && real_b && strcmp(real_a, real_b) == 0);

    pal_free(real_a);
    pal_free(real_b);
    return same;
}

/* A run may take long: say at once when a result has nowhere to go. */
static void
check_target(struct drv *d, const char *target)
{
    if (!pal_dir_exists(folder_of(d->arena, target)))
        refuse(target, "no such folder");
    if (pal_dir_exists(target))
        refuse(target, "it is a folder");
    if (is_same_file(target, d->options.input))
        refuse(target, "it is the input");
}

void
drv_results_check(struct drv *d)
{
    const struct drv_options *o = &d->options;
    const char *const targets[] = {o->output, o->header, o->map, o->depfile};

    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        if (!targets[i])
            continue;
        check_target(d, targets[i]);
        for (size_t j = 0; j < i; j++) /* a stream may take both, one behind the other */
            if (targets[j] && is_same_file(targets[i], targets[j]) &&
                !pal_file_is_stream(targets[i]))
                refuse(targets[i], "it is to hold two results (-o, --header, --map, --depfile)");
    }
}

/* The name is registered before a signal can end the run. */
static const char *
stage(struct drv *d, const char *from, const char *target, bool executable)
{
    char *name = NULL;
    const char *copy = NULL;
    enum pal_status st;

    diag_hold();
    st = pal_file_reserve(target, executable, &name);
    if (st == PAL_OK) {
        copy = arena_strdup(d->arena, name);
        diag_temporary(name);
    }
    diag_release();
    pal_free(name);
    if (st == PAL_OK)
        st = pal_file_move(from, copy);
    if (st != PAL_OK)
        refuse(target, pal_status_text(st));
    return copy;
}

void
drv_result(struct drv *d, const char *from, const char *target, bool executable)
{
    struct result *r = arena_alloc(d->arena, sizeof *r);

    for (size_t i = 0; i < inputs_count(); i++)
        if (is_same_file(target, inputs_at(i)))
            refuse(target, "this run has read it");
    r->target = target;
    r->stream = pal_file_is_stream(target);
    r->staged = r->stream ? from : stage(d, from, target, executable);
    ptr_vec_push(&d->results, r);
}

/* The old file, if any, is then under the staged name and goes with the temporaries. */
static enum pal_status
exchange(struct result *r)
{
    enum pal_status st =
        pal_dir_exists(r->target) ? PAL_E_KIND : pal_file_swap(r->staged, r->target);

    if (st == PAL_OK || st == PAL_E_KIND) /* a folder made meanwhile would become a temporary */
        return st;
    r->fresh = st == PAL_E_NOT_FOUND;
    return pal_file_move(r->staged, r->target); /* also where the file system cannot exchange */
}

static void
take_back(struct result *r)
{
    if (r->fresh)
        pal_file_delete(r->target);
    else
        (void)pal_file_swap(r->staged, r->target);
}

void
drv_results_publish(struct drv *d)
{
    enum pal_status st = PAL_OK;
    size_t n = 0;

    for (size_t i = 0; i < d->results.count; i++) {
        struct result *r = d->results.at[i];

        if (r->stream && (st = pal_file_move(r->staged, r->target)) != PAL_OK)
            refuse(r->target, pal_status_text(st));
    }
    diag_hold();
    for (; n < d->results.count; n++) {
        struct result *r = d->results.at[n];

        if (!r->stream && (st = exchange(r)) != PAL_OK)
            break;
    }
    for (size_t i = n; st != PAL_OK && i-- > 0;)
        if (!((struct result *)d->results.at[i])->stream)
            take_back(d->results.at[i]);
    diag_release();
    if (st != PAL_OK)
        refuse(((struct result *)d->results.at[n])->target, pal_status_text(st));
}
