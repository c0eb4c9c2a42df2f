/* tests/host/check_parts.c - what the host suites share: the guest, the standard streams, memory. */
#include "tests/host/check_host.h"

#include <fcntl.h>
#include <unistd.h>

void
bind_export(const corert_module *module, const char *name, void *pointer, size_t bytes)
{
    void *address;

    ck_assert_msg(corert_module_export(module, name, &address) == CORERT_OK, "no export %s", name);
    memcpy(pointer, &address, bytes);
}

static void
report(void *context, const char *message)
{
    struct host_reports *r = context;

    if (!r)
        return;
    r->count++;
    snprintf(r->last, sizeof r->last, "%s", message);
}

corert_module *
guest_load(void)
{
    corert_module *m;
    char text[512];
    corert_status status = corert_module_load(GUEST_MODULE, &m, text, sizeof text);

    ck_assert_msg(status == CORERT_OK, "%s", text);
    ck_assert_str_eq(text, "");
    return m;
}

corert_module *
guest_start(struct host_reports *reports, uint64_t heap_cap_bytes)
{
    corert_config config = {.struct_size = sizeof config,
                            .heap_cap_bytes = heap_cap_bytes,
                            .unhandled = report,
                            .context = reports};

    if (reports)
        memset(reports, 0, sizeof *reports);
    ck_assert_int_eq(corert_init(&config), CORERT_OK);
    return guest_load();
}

void
guest_stop(void)
{
    ck_assert_int_eq(corert_shutdown(), CORERT_OK);
}

/* ---- what is written to the standard streams ---- */

static int saved_out, saved_err, capture_fd;

void
capture_begin(void)
{
    char path[] = "/tmp/corert-host-XXXXXX";

    fflush(NULL);
    capture_fd = mkstemp(path);
    ck_assert_int_ge(capture_fd, 0);
    unlink(path);
    saved_out = dup(1);
    saved_err = dup(2);
    ck_assert(saved_out >= 0 && saved_err >= 0);
    ck_assert(dup2(capture_fd, 1) == 1 && dup2(capture_fd, 2) == 2);
}

char *
capture_end(void)
{
    off_t bytes;
    char *text;

    fflush(NULL);
    dup2(saved_out, 1);
    dup2(saved_err, 2);
    close(saved_out);
    close(saved_err);
    bytes = lseek(capture_fd, 0, SEEK_END);
    ck_assert(bytes >= 0);
    text = malloc((size_t)bytes + 1);
    ck_assert_ptr_nonnull(text);
    ck_assert_int_eq(pread(capture_fd, text, (size_t)bytes, 0), bytes);
    text[bytes] = 0;
    close(capture_fd);
    return text;
}

size_t
resident_kib(void)
{
    FILE *f = fopen("/proc/self/statm", "r");
    unsigned long all = 0, resident = 0;

    ck_assert_ptr_nonnull(f);
    ck_assert_int_eq(fscanf(f, "%lu %lu", &all, &resident), 2);
    fclose(f);
    return resident * ((size_t)sysconf(_SC_PAGESIZE) / 1024);
}
