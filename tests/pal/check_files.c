/* tests/pal/check_files.c - files, folders and processes, each test in a folder of its own. */
#define _GNU_SOURCE
#include "pal/pal.h"
#include "tests/pal/suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *folder; /* owned; the test's */

static void
folder_make(void)
{
    ck_assert_int_eq(pal_dir_temporary("corert-check", &folder), PAL_OK);
    ck_assert(pal_dir_exists(folder));
}

static void
folder_drop(void)
{
    ck_assert_int_eq(pal_dir_remove(folder), PAL_OK);
    ck_assert(!pal_dir_exists(folder));
    pal_free(folder);
    folder = NULL;
}

/* folder/name; valid until the second next call. */
static const char *
inside(const char *name)
{
    static char paths[2][1024];
    static unsigned turn;
    char *path = paths[turn++ & 1];

    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static void
count_entry(void *context, const char *name)
{
    char *all = context;

    strcat(all, name);
    strcat(all, " ");
}

START_TEST(file_written_is_read_back_and_ends_in_nul)
{
    struct pal_file file;
    char names[256] = "";

    ck_assert_int_eq(pal_file_write(inside("a"), "one\0two", 7, false), PAL_OK);
    ck_assert_int_eq(pal_file_write(inside("a"), "three", 5, false), PAL_OK);
    ck_assert_int_eq(pal_file_read(inside("a"), 5, &file), PAL_OK);
    ck_assert_uint_eq(file.size, 5);
    ck_assert_str_eq((const char *)file.bytes, "three");
    pal_file_free(&file);
    ck_assert_ptr_null(file.bytes);
    pal_file_free(&file);
    ck_assert_int_eq(pal_dir_list(folder, count_entry, names), PAL_OK);
    ck_assert_str_eq(names, "a "); /* no temporary file is left */
}
END_TEST

START_TEST(file_of_size_zero_has_bytes)
{
    struct pal_file file;

    ck_assert_int_eq(pal_file_write(inside("empty"), NULL, 0, false), PAL_OK);
    ck_assert_int_eq(pal_file_read(inside("empty"), 0, &file), PAL_OK);
    ck_assert_uint_eq(file.size, 0);
    ck_assert_ptr_nonnull(file.bytes);
    pal_file_free(&file);
}
END_TEST

START_TEST(file_without_a_known_size_is_read_to_its_end)
{
    struct pal_file file;

    ck_assert_int_eq(pal_file_read("/proc/self/maps", 1 << 24, &file), PAL_OK);
    ck_assert_uint_gt(file.size, 100);
    pal_file_free(&file);
    ck_assert_int_eq(pal_file_read("/proc/self/maps", 10, &file), PAL_E_TOO_BIG);
    ck_assert_ptr_null(file.bytes);
}
END_TEST

START_TEST(file_read_says_why_not)
{
    struct pal_file file;

    ck_assert_int_eq(pal_file_read(inside("missing"), 100, &file), PAL_E_NOT_FOUND);
    ck_assert_ptr_null(file.bytes);
    ck_assert_int_eq(pal_file_read(folder, 100, &file), PAL_E_KIND);
    ck_assert_int_eq(pal_file_write(inside("b"), "0123456789", 10, false), PAL_OK);
    ck_assert_int_eq(pal_file_read(inside("b"), 9, &file), PAL_E_TOO_BIG);
    ck_assert_int_eq(pal_file_read(inside("b"), 10, &file), PAL_OK);
    pal_file_free(&file);
    ck_assert_int_eq(pal_file_write(inside("no/such/x"), "", 0, false), PAL_E_NOT_FOUND);
    ck_assert_str_eq(pal_status_text(PAL_E_NOT_FOUND), "no such file");
}
END_TEST

/* Through a link, so that a fault costs only that. */
START_TEST(file_that_is_a_device_is_written_to)
{
    char full[1024], null[1024];
    struct stat info;

    snprintf(full, sizeof full, "%s", inside("full"));
    snprintf(null, sizeof null, "%s", inside("null"));
    ck_assert_int_eq(symlink("/dev/full", full), 0);
    ck_assert_int_eq(pal_file_write(full, "x", 1, false), PAL_E_FULL);
    ck_assert_int_eq(symlink("/dev/null", null), 0);
    ck_assert_int_eq(pal_file_write(null, "x", 1, false), PAL_OK);
    ck_assert_int_eq(pal_file_write(inside("from"), "new", 3, false), PAL_OK);
    ck_assert_int_eq(pal_file_move(inside("from"), null), PAL_OK);
    ck_assert(!pal_file_exists(inside("from")));
    ck_assert_int_eq(lstat(null, &info), 0);
    ck_assert(S_ISLNK(info.st_mode));
}
END_TEST

START_TEST(file_moves_over_another)
{
    struct pal_file file;

    ck_assert_int_eq(pal_file_write(inside("from"), "new", 3, false), PAL_OK);
    ck_assert_int_eq(pal_file_write(inside("to"), "old", 3, false), PAL_OK);
    ck_assert_int_eq(pal_file_move(inside("from"), inside("to")), PAL_OK);
    ck_assert(!pal_file_exists(inside("from")));
    ck_assert_int_eq(pal_file_read(inside("to"), 9, &file), PAL_OK);
    ck_assert_str_eq((const char *)file.bytes, "new");
    pal_file_free(&file);
    ck_assert_int_eq(pal_file_move(inside("from"), inside("to")), PAL_E_NOT_FOUND);
}
END_TEST

START_TEST(folders_nest_list_in_order_and_go_whole)
{
    char names[256] = "";

    ck_assert_int_eq(pal_dir_make(inside("x/y/z")), PAL_OK);
    ck_assert_int_eq(pal_dir_make(inside("x/y/z")), PAL_OK);
    ck_assert_int_eq(pal_file_write(inside("x/c"), "", 0, false), PAL_OK);
    ck_assert_int_eq(pal_file_write(inside("x/a"), "", 0, false), PAL_OK);
    ck_assert_int_eq(pal_dir_list(inside("x"), count_entry, names), PAL_OK);
    ck_assert_str_eq(names, "a c y ");
    ck_assert_int_eq(pal_dir_make(inside("x/a")), PAL_E_KIND);
    ck_assert_int_eq(pal_dir_list(inside("none"), count_entry, names), PAL_E_NOT_FOUND);
    ck_assert_int_eq(pal_dir_remove(inside("x")), PAL_OK);
    ck_assert_int_eq(pal_dir_remove(inside("x")), PAL_E_NOT_FOUND);
}
END_TEST

START_TEST(removal_takes_the_link_and_leaves_its_target)
{
    const char *link[] = {"ln", "-s", "..", NULL, NULL};
    int code;

    ck_assert_int_eq(pal_dir_make(inside("d")), PAL_OK);
    ck_assert_int_eq(pal_file_write(inside("kept"), "", 0, false), PAL_OK);
    link[3] = inside("d/up");
    ck_assert_int_eq(pal_process_run(link, &code), PAL_OK);
    ck_assert_int_eq(code, 0);
    ck_assert_int_eq(pal_dir_remove(inside("d")), PAL_OK);
    ck_assert(pal_file_exists(inside("kept")));
}
END_TEST

START_TEST(paths_become_real_and_the_program_knows_itself)
{
    char *self = pal_path_self(), *real;

    ck_assert_ptr_nonnull(self);
    ck_assert(pal_file_exists(self));
    real = pal_path_real(self);
    ck_assert_str_eq(real, self);
    ck_assert_ptr_null(pal_path_real(inside("missing")));
    pal_free(real);
    pal_free(self);
}
END_TEST

START_TEST(process_gives_its_code_or_its_signal)
{
    const char *const code_3[] = {"sh", "-c", "exit 3", NULL};
    const char *const killed[] = {"sh", "-c", "kill -9 $$", NULL};
    const char *const missing[] = {"no-such-program-here", NULL};
    const char *run[] = {NULL, NULL};
    char *found;
    int code;

    ck_assert_int_eq(pal_process_run(code_3, &code), PAL_OK);
    ck_assert_int_eq(code, 3);
    ck_assert_int_eq(pal_process_run(killed, &code), PAL_OK);
    ck_assert_int_eq(code, 128 + 9);
#ifndef CORERT_VALGRIND /* it makes a fork of vfork, and the child's error does not come back */
    ck_assert_int_eq(pal_process_run(missing, &code), PAL_E_NOT_FOUND);
    ck_assert_int_eq(code, -1);
#endif
    (void)missing;
    ck_assert_int_eq(pal_file_write(inside("run"), "#!/bin/sh\nexit 5\n", 17, true), PAL_OK);
    run[0] = inside("run");
    ck_assert_int_eq(pal_process_run(run, &code), PAL_OK);
    ck_assert_int_eq(code, 5);
    found = pal_process_find("sh");
    ck_assert_ptr_nonnull(found);
    pal_free(found);
    ck_assert_ptr_null(pal_process_find("no-such-program-here"));
}
END_TEST

TCase *
file_cases(void)
{
    TCase *cases = tcase_create("files");

    tcase_add_checked_fixture(cases, folder_make, folder_drop);
    tcase_add_test(cases, file_written_is_read_back_and_ends_in_nul);
    tcase_add_test(cases, file_of_size_zero_has_bytes);
    tcase_add_test(cases, file_without_a_known_size_is_read_to_its_end);
    tcase_add_test(cases, file_read_says_why_not);
    tcase_add_test(cases, file_moves_over_another);
    tcase_add_test(cases, file_that_is_a_device_is_written_to);
    tcase_add_test(cases, folders_nest_list_in_order_and_go_whole);
    tcase_add_test(cases, removal_takes_the_link_and_leaves_its_target);
    tcase_add_test(cases, paths_become_real_and_the_program_knows_itself);
    tcase_add_test(cases, process_gives_its_code_or_its_signal);
    return cases;
}
