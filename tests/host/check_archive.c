/* tests/host/check_archive.c - files that only the host has (corert_files.h): the module itself, what
 * managed code reads, and every answer a host can give. */
#include "tests/host/check_host.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NOT_FOUND = -1, NO_FOLDER = -2, DENIED = -3, FAILED = -4, SECONDS_2001 = 1000000000 };

#define TEXT "Grüße aus dem Archiv\nzweite Zeile\n"

/* Opened and given back; nothing may stay behind. */
static atomic_int given, taken, asked[5];
static char folder[] = "/tmp/corert-archive-XXXXXX";
static uint8_t *module;
static size_t module_bytes;
static uint8_t table[100000];

static corert_file_answer
give(corert_file *out, const void *bytes, size_t size)
{
    atomic_fetch_add(&given, 1);
    out->bytes = bytes;
    out->size = size;
    out->modified_ns = INT64_C(1000000000) * SECONDS_2001;
    out->host = &given;
    return CORERT_FILE_BYTES;
}

/* "/pak" is the archive; the rest is the system's. */
static corert_file_answer
archive_open(void *context, const char *path, corert_file_use use, corert_file *out)
{
    ck_assert_ptr_eq(context, &given);
    ck_assert_uint_eq(out->struct_size, sizeof *out);
    ck_assert_int_eq(out->descriptor, -1);
    ck_assert_uint_lt((unsigned)use, 5);
    atomic_fetch_add(&asked[use], 1);
    if (strcmp(path, "pak:guest") == 0)
        return give(out, module, module_bytes);
    if (strcmp(path, "pak:descriptor") == 0) {
        out->descriptor = open(GUEST_MODULE, O_RDONLY);
        return CORERT_FILE_DESCRIPTOR;
    }
    if (strcmp(path, "pak:denied") == 0)
        return CORERT_FILE_DENIED;
    if (strcmp(path, "pak:folder") == 0 || strcmp(path, "/pak") == 0)
        return CORERT_FILE_FOLDER;
    if (strncmp(path, "/pak/", 5) != 0)
        return CORERT_FILE_NOT_MINE;
    path += 5;
    if (strcmp(path, "text") == 0)
        return give(out, use == CORERT_FILE_USE_STAT ? NULL : TEXT, strlen(TEXT));
    if (strcmp(path, "table") == 0)
        return give(out, table, sizeof table);
    if (strcmp(path, "empty") == 0)
        return give(out, NULL, 0);
    if (strcmp(path, "lies") == 0) /* bytes without bytes */
        return give(out, NULL, 5);
    if (strcmp(path, "descriptor") == 0) {
        out->descriptor = open(__FILE__, O_RDONLY);
        return CORERT_FILE_DESCRIPTOR;
    }
    if (strcmp(path, "closed") == 0)
        return CORERT_FILE_DESCRIPTOR;
    if (strcmp(path, "denied") == 0)
        return CORERT_FILE_DENIED;
    if (strcmp(path, "failed") == 0)
        return CORERT_FILE_FAILED;
    if (strcmp(path, "unknown") == 0)
        return (corert_file_answer)99;
    return CORERT_FILE_MISSING;
}

static void
archive_release(void *context, corert_file *file)
{
    ck_assert_ptr_eq(context, &given);
    ck_assert_ptr_eq(file->host, &given);
    atomic_fetch_add(&taken, 1);
    errno = EBUSY; /* the engine's errno must survive this */
}

/* "/pak" has a folder, which has another; "/pak/many" so much that memory has to grow. */
static corert_file_answer
archive_list(void *context, const char *path, corert_file_add_fn *add, void *list)
{
    char name[300];

    ck_assert_ptr_eq(context, &given);
    add(list, "not listed", 0);
    if (strncmp(path, "/pak", 4) != 0)
        return CORERT_FILE_NOT_MINE;
    if (strcmp(path, "/pak/denied") == 0)
        return CORERT_FILE_DENIED;
    if (strcmp(path, "/pak/failed") == 0)
        return CORERT_FILE_FAILED;
    if (strcmp(path, "/pak/text") == 0)
        return CORERT_FILE_BYTES;
    if (strcmp(path, "/pak/many") == 0) {
        for (int i = 0; i < 1000; i++) {
            snprintf(name, sizeof name, "%0200d", i);
            add(list, name, 0);
        }
        return CORERT_FILE_FOLDER;
    }
    if (strcmp(path, "/pak") != 0 && strcmp(path, "/pak/inner") != 0)
        return CORERT_FILE_MISSING;
    memset(name, 'x', sizeof name);
    name[sizeof name - 1] = 0;
    add(list, name, 0);
    add(list, NULL, 0);
    add(list, "", 0);
    add(list, ".", 1);
    add(list, "..", 1);
    add(list, "a/b", 0);
    add(list, "Stück", 0);
    if (strcmp(path, "/pak") == 0)
        add(list, "inner", 1);
    return CORERT_FILE_FOLDER;
}

static corert_module *
archive_start(const char *path)
{
    corert_file_hooks hooks = {sizeof hooks, archive_open, archive_release, archive_list};
    corert_config config = {.struct_size = sizeof config, .context = &given, .files = &hooks};
    corert_module *m = NULL;
    char text[512];

    for (size_t i = 0; i < sizeof table; i++)
        table[i] = (uint8_t)(i * 7 + i / 256);
    module = file_bytes(GUEST_MODULE, &module_bytes);
    given = taken = 0;
    memset(asked, 0, sizeof asked);
    ck_assert_int_eq(corert_init(&config), CORERT_OK);
    memset(&hooks, 0, sizeof hooks); /* it was copied */
    if (path)
        ck_assert_msg(corert_module_load(path, &m, text, sizeof text) == CORERT_OK, "%s", text);
    return m;
}

static void
archive_stop(void)
{
    ck_assert_int_eq(corert_shutdown(), CORERT_OK);
    ck_assert_int_eq(given, taken);
    free(module);
}

static int64_t
ask(const corert_module *m, const char *what, const char *path)
{
    int64_t (*run)(const char *);

    BIND(m, what, run);
    return run(path);
}

static int
open_files(void)
{
    int count = 0;

    for (int fd = 0; fd < 256; fd++)
        count += fcntl(fd, F_GETFD) != -1;
    return count;
}

START_TEST(a_module_comes_from_the_archive_alone)
{
    static const char *const path[] = {"pak:guest", "pak:descriptor", GUEST_MODULE};
    int (*add)(int, int);
    corert_module *m = archive_start(path[_i]);

    ck_assert_int_eq(given, _i == 0);
    ck_assert_int_eq(taken, given);
    ck_assert_int_eq(asked[CORERT_FILE_USE_MODULE], 1);
    BIND(m, "guest_add", add);
    ck_assert_int_eq(add(40, 2), 42);
    archive_stop();
}
END_TEST

START_TEST(a_refused_module_names_the_host)
{
    static const struct {
        const char *path;
        corert_status status;
        const char *words;
    } row[] = {{"/pak/nothing", CORERT_E_NOT_FOUND, "no such file"},
               {"pak:denied", CORERT_E_IO, "denies"},
               {"pak:folder", CORERT_E_IO, "folder"},
               {"/pak/failed", CORERT_E_IO, "could not"},
               {"/pak/unknown", CORERT_E_IO, "could not"},
               {"/pak/lies", CORERT_E_IO, "could not"},
               {"/pak/closed", CORERT_E_IO, "descriptor"},
               {"/pak/text", CORERT_E_FORMAT, ""},
               {"/pak/empty", CORERT_E_FORMAT, ""},
               {"/pak/descriptor", CORERT_E_FORMAT, ""},
               {"/no/such/file", CORERT_E_NOT_FOUND, ""}};
    corert_module *m = (corert_module *)(void *)table;
    int before;
    char text[512];

    archive_start(NULL);
    before = open_files();
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        corert_status status = corert_module_load(row[i].path, &m, text, sizeof text);

        ck_assert_msg(status == row[i].status, "%s: %d %s", row[i].path, (int)status, text);
        ck_assert_ptr_null(m);
        ck_assert_msg(strstr(text, row[i].path) && strstr(text, row[i].words), "%s", text);
    }
    ck_assert_int_eq(open_files(), before);
    ck_assert_int_eq(corert_module_load("pak:guest", &m, text, sizeof text), CORERT_OK);
    archive_stop();
}
END_TEST

static int64_t
sum_of(const void *bytes, size_t size)
{
    int64_t sum = (int64_t)size * 1000;

    for (size_t i = 0; i < size; i++)
        sum += ((const uint8_t *)bytes)[i];
    return sum;
}

START_TEST(managed_code_reads_files_of_the_archive)
{
    corert_module *m = archive_start("pak:guest");
    int64_t (*text)(const char *, char *, int);
    int64_t (*many)(const char *, int);
    int64_t all = sum_of(table, sizeof table);
    char buffer[200] = "";
    int before;

    BIND(m, "guest_file_text", text);
    BIND(m, "guest_file_async", many);
    (void)many("/pak/text", 1);
    before = open_files();
    ck_assert_int_eq(text("/pak/text", buffer, (int)sizeof buffer), (int64_t)strlen(TEXT));
    ck_assert_int_eq(memcmp(buffer, TEXT, strlen(TEXT)), 0);
    ck_assert_int_eq(text("/pak/../pak/./text", buffer, (int)sizeof buffer), (int64_t)strlen(TEXT));
    ck_assert_int_eq(text("/pak/empty", buffer, (int)sizeof buffer), 0);
    ck_assert_int_eq(ask(m, "guest_file_bytes", "/pak/table"), all);
    ck_assert_int_eq(ask(m, "guest_file_stream", "/pak/table"), all);
    ck_assert_int_eq(ask(m, "guest_file_map", "/pak/table"), all);
    ck_assert_int_eq(ask(m, "guest_file_lines", "/pak/text"), 2);
    ck_assert_int_eq(many("/pak/table", 8), 8 * all);
    ck_assert_int_eq(open_files(), before);
    ck_assert_int_gt(asked[CORERT_FILE_USE_READ], 10);
    archive_stop();
}
END_TEST

START_TEST(managed_code_asks_about_files_of_the_archive)
{
    corert_module *m = archive_start("pak:guest");

    ck_assert_int_eq(ask(m, "guest_file_kind", "/pak/text"), 1 + 4 * (int64_t)strlen(TEXT));
    ck_assert_int_eq(ask(m, "guest_file_kind", "/pak/table"), 1 + 4 * (int64_t)sizeof table);
    ck_assert_int_eq(ask(m, "guest_file_kind", "/pak"), 2);
    ck_assert_int_eq(ask(m, "guest_file_kind", "/pak/nothing"), 0);
    ck_assert_int_eq(ask(m, "guest_file_kind", "/pak/denied"), 0);
    ck_assert_int_eq(ask(m, "guest_file_year", "/pak/text"), 2001);
    ck_assert_int_eq(ask(m, "guest_file_kind", "/pak/descriptor") % 4, 1);
    ck_assert_int_eq(ask(m, "guest_file_kind", "/tmp"), 2);
    ck_assert_int_gt(asked[CORERT_FILE_USE_STAT], 5);
    ck_assert_int_eq(asked[CORERT_FILE_USE_READ], 0);
    archive_stop();
}
END_TEST

START_TEST(every_answer_is_an_exception_of_its_own)
{
    static const struct {
        const char *path;
        int64_t read, write;
    } row[] = {{"/pak/nothing", NOT_FOUND, 0},
               {"/pak/nowhere/nothing", NO_FOLDER, NO_FOLDER},
               {"/pak/denied", DENIED, DENIED},
               {"/pak", DENIED, DENIED},
               {"/pak/failed", FAILED, FAILED},
               {"/pak/unknown", FAILED, FAILED},
               {"/pak/lies", FAILED, FAILED},
               {"/pak/closed", FAILED, FAILED},
               {"/pak/text", 0, FAILED}};
    corert_module *m = archive_start("pak:guest");
    int before;

    (void)ask(m, "guest_file_bytes", "/pak/text");
    before = open_files();
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        if (row[i].read)
            ck_assert_msg(ask(m, "guest_file_bytes", row[i].path) == row[i].read, "%s: %d",
                          row[i].path, (int)ask(m, "guest_file_bytes", row[i].path));
        ck_assert_msg(ask(m, "guest_file_write", row[i].path) < 0, "%s", row[i].path);
        if (row[i].write)
            ck_assert_msg(ask(m, "guest_file_write", row[i].path) == row[i].write, "%s: %d",
                          row[i].path, (int)ask(m, "guest_file_write", row[i].path));
    }
    ck_assert_int_eq(open_files(), before);
    archive_stop();
}
END_TEST

START_TEST(what_is_not_the_hosts_is_the_systems)
{
    corert_module *m = archive_start("pak:guest");
    int64_t (*copy)(const char *, const char *), (*text)(const char *, char *, int);
    char path[64], buffer[200] = "";

    ck_assert_ptr_nonnull(mkdtemp(folder));
    BIND(m, "guest_file_copy", copy);
    BIND(m, "guest_file_text", text);
    snprintf(path, sizeof path, "%s/a", folder);
    ck_assert_int_eq(ask(m, "guest_file_bytes", path), NOT_FOUND);
    ck_assert_int_eq(ask(m, "guest_file_write", path), 0);
    ck_assert_int_eq(text(path, buffer, (int)sizeof buffer), 7);
    ck_assert_int_eq(memcmp(buffer, "written", 7), 0);
    ck_assert_int_eq(ask(m, "guest_file_kind", path), 1 + 4 * 7);
    unlink(path);
    ck_assert_int_eq(copy("/pak/text", path), 0); /* out of the archive */
    ck_assert_int_eq(text(path, buffer, (int)sizeof buffer), (int64_t)strlen(TEXT));
    ck_assert_int_eq(copy("/pak/text", path), FAILED); /* it exists */
    unlink(path);
    rmdir(folder);
    memcpy(folder + strlen(folder) - 6, "XXXXXX", 6);
    archive_stop();
}
END_TEST

START_TEST(folders_of_the_archive_are_listed)
{
    corert_module *m = archive_start("pak:guest");
    int64_t (*list)(const char *, char *, int, int), count;
    static char buffer[300000];
    int before;
    char path[64];

    BIND(m, "guest_file_list", list);
    count = list("/pak", buffer, (int)sizeof buffer, 0);
    before = open_files();
    ck_assert_int_gt(count, 0);
    buffer[count] = 0;
    ck_assert_str_eq(buffer, "/Stück /inner/ /not listed");
    count = list("/pak", buffer, (int)sizeof buffer, 1);
    ck_assert_int_gt(count, 0);
    buffer[count] = 0;
    ck_assert_str_eq(buffer, "/Stück /inner/ /inner/Stück /inner/not listed /not listed");
    ck_assert_int_eq(list("/pak/many", buffer, (int)sizeof buffer, 0), 1000 * 202 + 11);
    ck_assert_int_eq(list("/pak/nothing", buffer, (int)sizeof buffer, 0), NO_FOLDER);
    ck_assert_int_eq(list("/pak/denied", buffer, (int)sizeof buffer, 0), DENIED);
    ck_assert_int_eq(list("/pak/failed", buffer, (int)sizeof buffer, 0), FAILED);
    ck_assert_int_eq(list("/pak/text", buffer, (int)sizeof buffer, 0), FAILED);
    ck_assert_ptr_nonnull(mkdtemp(folder)); /* and the system's */
    ck_assert_int_eq(list(folder, buffer, (int)sizeof buffer, 1), 0);
    snprintf(path, sizeof path, "%s/name", folder);
    ck_assert_int_eq(mkdir(path, 0777), 0);
    count = list(folder, buffer, (int)sizeof buffer, 1);
    buffer[count > 0 ? count : 0] = 0;
    ck_assert_str_eq(buffer, "/name/");
    rmdir(path);
    rmdir(folder);
    ck_assert_int_eq(list(folder, buffer, (int)sizeof buffer, 0), NO_FOLDER);
    memcpy(folder + strlen(folder) - 6, "XXXXXX", 6);
    ck_assert_int_eq(open_files(), before);
    archive_stop();
}
END_TEST

static void *
reads_in_a_loop(void *argument)
{
    const corert_module *m = argument;
    int64_t all = sum_of(table, sizeof table);

    for (int i = 0; i < 20; i++)
        if (ask(m, "guest_file_bytes", "/pak/table") != all)
            return argument;
    return NULL;
}

START_TEST(several_threads_read_while_memory_is_collected)
{
    corert_module *m = archive_start("pak:guest");
    pthread_t thread[4];
    void *bad;

    for (size_t i = 0; i < 4; i++)
        ck_assert_int_eq(pthread_create(&thread[i], NULL, reads_in_a_loop, m), 0);
    for (int i = 0; i < 10; i++)
        ck_assert_int_eq(corert_gc_collect(CORERT_GC_COMPACT), CORERT_OK);
    for (size_t i = 0; i < 4; i++) {
        ck_assert_int_eq(pthread_join(thread[i], &bad), 0);
        ck_assert_ptr_null(bad);
    }
    archive_stop();
}
END_TEST

START_TEST(stack_texts_ask_for_symbols)
{
    char text[4096];

    archive_start("pak:guest");
    ck_assert_int_eq(corert_stack_text(text, sizeof text, NULL), CORERT_OK);
    ck_assert_int_gt(asked[CORERT_FILE_USE_SYMBOLS], 0);
    ck_assert_msg(strstr(text, "stack_texts_ask_for_symbols") != NULL, "%s", text);
    archive_stop();
}
END_TEST

START_TEST(hooks_are_checked)
{
    corert_file_hooks hooks = {sizeof hooks, NULL, NULL, NULL};
    corert_config config = {.struct_size = sizeof config, .files = &hooks};

    ck_assert_int_eq(corert_init(&config), CORERT_E_MISUSE);
    hooks = (corert_file_hooks){0, archive_open, NULL, NULL};
    ck_assert_int_eq(corert_init(&config), CORERT_E_MISUSE);
    hooks.struct_size = sizeof hooks + 8;
    ck_assert_int_eq(corert_init(&config), CORERT_E_MISUSE);
    hooks.struct_size = offsetof(corert_file_hooks, release) + 4; /* inside a pointer */
    ck_assert_int_eq(corert_init(&config), CORERT_E_MISUSE);
    hooks.struct_size = offsetof(corert_file_hooks, release);
    config.struct_size = offsetof(corert_config, no_threads) - 4;
    ck_assert_int_eq(corert_init(&config), CORERT_E_MISUSE);
    config.struct_size = sizeof config;
    config.context = &given;
    ck_assert_int_eq(corert_init(&config), CORERT_OK);
    ck_assert_int_eq(corert_shutdown(), CORERT_OK);
    ck_assert_int_eq(corert_init(NULL), CORERT_OK); /* and forgotten */
    guest_load();
    guest_stop();
}
END_TEST

TCase *
case_archive(void)
{
    TCase *c = tcase_create("archive");

    tcase_set_timeout(c, 60);
    tcase_add_loop_test(c, a_module_comes_from_the_archive_alone, 0, 3);
    tcase_add_test(c, a_refused_module_names_the_host);
    tcase_add_test(c, managed_code_reads_files_of_the_archive);
    tcase_add_test(c, managed_code_asks_about_files_of_the_archive);
    tcase_add_test(c, every_answer_is_an_exception_of_its_own);
    tcase_add_test(c, what_is_not_the_hosts_is_the_systems);
    tcase_add_test(c, folders_of_the_archive_are_listed);
    tcase_add_test(c, several_threads_read_while_memory_is_collected);
    tcase_add_test(c, stack_texts_ask_for_symbols);
    tcase_add_test(c, hooks_are_checked);
    return c;
}
