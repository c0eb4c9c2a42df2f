/* tests/host/check_parts.c - what the host suites share: the guest, what the engine said, the standard
 * streams, what a process has. */
#include "tests/host/check_host.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
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

/* ---- what the engine said ---- */

struct host_said said;

static void
log_line(void *context, corert_log_level level, const char *message)
{
    (void)context;
    (void)level;
    if (strlen(said.log) + strlen(message) + 2 < sizeof said.log)
        strcat(strcat(said.log, message), "\n");
}

static void
tell(void *context, const char *message)
{
    (void)context; /* the test's */
    report(&said.unhandled, message);
}

corert_config
said_config(void)
{
    return (corert_config){.struct_size = sizeof(corert_config),
                           .log = log_line,
                           .unhandled = tell,
                           .shutdown_ms = 20000};
}

corert_module *
said_load(const corert_config *config, const char *path)
{
    corert_module *m;
    char text[512];

    memset(&said, 0, sizeof said);
    ck_assert_int_eq(corert_init(config), CORERT_OK);
    ck_assert_msg(corert_module_load(path, &m, text, sizeof text) == CORERT_OK, "%s", text);
    return m;
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

/* ---- what a process has ---- */

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

unsigned
task_count(void)
{
    return entries("/proc/self/task");
}

unsigned
entries(const char *folder)
{
    DIR *d = opendir(folder);
    const struct dirent *e;
    unsigned count = 0;

    ck_assert_ptr_nonnull(d);
    while ((e = readdir(d)))
        count += e->d_name[0] != '.';
    closedir(d);
    return count;
}

uint8_t *
file_bytes(const char *path, size_t *size)
{
    struct stat st;
    int fd = open(path, O_RDONLY);
    uint8_t *bytes;

    ck_assert(fd >= 0 && fstat(fd, &st) == 0);
    *size = (size_t)st.st_size;
    bytes = malloc(*size);
    ck_assert_ptr_nonnull(bytes);
    ck_assert_int_eq(read(fd, bytes, *size), st.st_size);
    close(fd);
    return bytes;
}
