/* tests/host/check_files.c - files that are no modules, or damaged ones. The engine stays
 * usable. */
#include "tests/host/check_host.h"

#include <elf.h>
#include <fcntl.h>
#include <stdbool.h>
#include <unistd.h>

/* What strip may change is not covered by the digest: the words about the section table in the
 * header, and the sections that are not mapped, which lie at the end. */
enum { DAMAGES = 40, SECTION_TABLE = 0x28, PROGRAM_HEADERS = 0x40 };

static uint8_t *image;
static size_t image_bytes;  /* of the file */
static size_t mapped_bytes; /* of these: up to the end of the last segment */

static void
mapped_read(void)
{
    Elf64_Ehdr h;
    Elf64_Phdr p;

    memcpy(&h, image, sizeof h);
    mapped_bytes = 0;
    for (unsigned i = 0; i < h.e_phnum; i++) {
        memcpy(&p, image + h.e_phoff + i * sizeof p, sizeof p);
        if (p.p_type == PT_LOAD && p.p_offset + p.p_filesz > mapped_bytes)
            mapped_bytes = p.p_offset + p.p_filesz;
    }
    ck_assert_uint_gt(mapped_bytes, 0);
    ck_assert_uint_le(mapped_bytes, image_bytes);
}

static void
image_read(void)
{
    image = file_bytes(GUEST_MODULE, &image_bytes);
    mapped_read();
}

/* Loads a file with these bytes; the status. */
static corert_status
load_bytes(const void *bytes, size_t count, char *text, size_t text_bytes)
{
    char path[] = "/tmp/corert-file-XXXXXX";
    int fd = mkstemp(path);
    corert_module *m = (corert_module *)(void *)&fd;
    corert_status status;

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, bytes, count), (ssize_t)count);
    close(fd);
    status = corert_module_load(path, &m, text, text_bytes);
    ck_assert((status == CORERT_OK) == (m != NULL));
    if (status != CORERT_OK)
        ck_assert_msg(strstr(text, path) && strlen(text) > strlen(path) + 2, "%s", text);
    unlink(path);
    return status;
}

/* `count` bytes of the image, from memory. */
static corert_status
load_memory(const char *name, size_t count, corert_module **out, char *text, size_t text_bytes)
{
    corert_load_options options = {.struct_size = sizeof options, .bytes = image, .size = count};

    return corert_module_load_with(name, &options, out, text, text_bytes);
}

static bool
is_file_status(corert_status s)
{
    return s == CORERT_E_FORMAT || s == CORERT_E_VERSION || s == CORERT_E_IO;
}

START_TEST(files_that_are_no_modules_are_refused)
{
    static const struct {
        const char *path;
        corert_status status;
    } row[] = {{"/no/such/file.so", CORERT_E_NOT_FOUND},
               {"", CORERT_E_NOT_FOUND},
               {"/", CORERT_E_FORMAT},
               {"/dev/null", CORERT_E_FORMAT},
               {__FILE__, CORERT_E_FORMAT},
               {"/proc/self/exe", CORERT_E_FORMAT}};
    corert_module *m;
    char text[512];

    ck_assert_int_eq(corert_init(NULL), CORERT_OK);
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        corert_status status = corert_module_load(row[i].path, &m, text, sizeof text);

        ck_assert_ptr_null(m);
        ck_assert_str_ne(text, "");
        if (row[i].status == CORERT_E_NOT_FOUND)
            ck_assert_int_eq(status, CORERT_E_NOT_FOUND);
        else
            ck_assert_msg(is_file_status(status), "%s: %d", row[i].path, (int)status);
    }
    guest_load();
    guest_stop();
}
END_TEST

START_TEST(truncated_modules_are_refused)
{
    char text[512];

    image_read();
    ck_assert_int_eq(corert_init(NULL), CORERT_OK);
    for (unsigned i = 0; i < DAMAGES; i++) {
        size_t count = i < 8 ? i * 16 : mapped_bytes * i / DAMAGES;

        ck_assert_msg(is_file_status(load_bytes(image, count, text, sizeof text)), "%zu bytes: %s",
                      count, text);
    }
    ck_assert(is_file_status(load_bytes(image, mapped_bytes - 1, text, sizeof text)));
    guest_load();
    guest_stop();
    free(image);
}
END_TEST

START_TEST(a_changed_byte_is_noticed)
{
    unsigned seed = 12345;
    char text[512];

    image_read();
    ck_assert_int_eq(corert_init(NULL), CORERT_OK);
    for (unsigned i = 0; i < DAMAGES; i++) {
        size_t at;

        seed = seed * 1103515245u + 12345u;
        at = i < 5 ? i * 8 : seed % mapped_bytes;
        if (at >= SECTION_TABLE && at < PROGRAM_HEADERS)
            continue;
        image[at] ^= (uint8_t)(1u << i % 8);
        ck_assert_msg(is_file_status(load_bytes(image, image_bytes, text, sizeof text)), "byte %zu",
                      at);
        image[at] ^= (uint8_t)(1u << i % 8);
    }
    ck_assert_int_eq(load_bytes(image, image_bytes, text, sizeof text), CORERT_OK);
    guest_stop();
    free(image);
}
END_TEST

/* From memory the same checks are made, and two rounds get two images. */
START_TEST(modules_come_from_memory)
{
    corert_load_options options = {.struct_size = sizeof options + 1};
    corert_module *m;
    char text[512];
    int round, (*add)(int, int);

    image_read();
    for (round = 0; round < 2; round++) {
        ck_assert_int_eq(corert_init(NULL), CORERT_OK);
        ck_assert(is_file_status(load_memory("half", mapped_bytes / 2, &m, text, sizeof text)));
        ck_assert_ptr_null(m);
        ck_assert(is_file_status(load_memory("empty", 0, &m, text, sizeof text)));
        ck_assert(strncmp(text, "empty: ", 7) == 0);
        image[mapped_bytes / 2] ^= 1;
        ck_assert_int_eq(load_memory("bad", image_bytes, &m, text, sizeof text), CORERT_E_FORMAT);
        image[mapped_bytes / 2] ^= 1;
        ck_assert_int_eq(load_memory("pak:guest", image_bytes, &m, text, sizeof text), CORERT_OK);
        BIND(m, "guest_add", add);
        ck_assert_int_eq(add(40, 2), 42);
        ck_assert_int_eq(load_memory("again", image_bytes, &m, text, sizeof text),
                         CORERT_E_UNSUPPORTED);
        ck_assert(strstr(text, "pak:guest") != NULL);
        ck_assert_int_eq(corert_module_load_with("x", &options, &m, text, sizeof text),
                         CORERT_E_MISUSE);
        ck_assert_int_eq(corert_shutdown(), CORERT_OK);
    }
    free(image);
}
END_TEST

TCase *
case_files(void)
{
    TCase *c = tcase_create("files");

    tcase_set_timeout(c, 60);
    tcase_add_test(c, files_that_are_no_modules_are_refused);
    tcase_add_test(c, truncated_modules_are_refused);
    tcase_add_test(c, a_changed_byte_is_noticed);
    tcase_add_test(c, modules_come_from_memory);
    return c;
}
