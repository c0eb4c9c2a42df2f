/* tests/pal/check_group.c - limits of control groups, read from made-up folder trees. */
#define _GNU_SOURCE
#include "tests/pal/suites.h"

#include "pal/linux_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char root[64];

static void
tree_begin(void)
{
    strcpy(root, "/tmp/corert-group-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(root));
}

/* A file below the root, with its folders. */
static void
put(const char *path, const char *text)
{
    char full[512];
    FILE *file;

    snprintf(full, sizeof full, "%s%s", root, path);
    for (char *at = full + strlen(root) + 1; (at = strchr(at, '/')); at++) {
        *at = 0;
        mkdir(full, 0700);
        *at = '/';
    }
    file = fopen(full, "w");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
}

/* Reads the limits and removes the tree. */
static void
expect(uint64_t memory_bytes, uint64_t cpus)
{
    char command[128];
    struct pal_group group;

    pal_group_limits(root, &group);
    snprintf(command, sizeof command, "rm -r %s", root);
    ck_assert_int_eq(system(command), 0);
    ck_assert_uint_eq(group.memory_bytes, memory_bytes);
    ck_assert_uint_eq(group.cpus, cpus);
}

#define V2_MOUNT "22 1 8:1 / / rw shared:1 - ext4 /dev/sda1 rw\n31 22 0:27 %s /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n"

static void
v2(const char *part, const char *group)
{
    char text[512];

    snprintf(text, sizeof text, V2_MOUNT, part);
    put("/proc/self/mountinfo", text);
    snprintf(text, sizeof text, "0::%s\n", group);
    put("/proc/self/cgroup", text);
}

START_TEST(the_least_of_all_groups_around_counts)
{
    tree_begin();
    v2("/", "/user.slice/app/job");
    put("/sys/fs/cgroup/user.slice/memory.max", "900000000\n");
    put("/sys/fs/cgroup/user.slice/app/memory.max", "500000000\n");
    put("/sys/fs/cgroup/user.slice/app/job/memory.max", "max\n");
    put("/sys/fs/cgroup/user.slice/cpu.max", "250000 100000\n");
    put("/sys/fs/cgroup/user.slice/app/cpu.max", "max 100000\n");
    put("/sys/fs/cgroup/user.slice/app/job/cpu.max", "400000 100000\n");
    put("/sys/fs/cgroup/user.slice/other/memory.max", "1000\n");
    expect(500000000, 3);
}
END_TEST

START_TEST(without_limits_there_are_none)
{
    tree_begin();
    v2("/", "/a");
    put("/sys/fs/cgroup/a/memory.max", "max\n");
    put("/sys/fs/cgroup/a/cpu.max", "max 100000\n");
    expect(0, 0);
}
END_TEST

/* In a namespace of its own the group is the root; without one the mount's part is the group's beginning. */
START_TEST(a_container_sees_its_part)
{
    static const char *const seen[][2] = {
        {"/", "/"}, {"/docker/abc", "/docker/abc"}, {"/docker/abc", "/elsewhere"}, {"/../..", "/"}, {"/", "/../other"}};

    for (size_t i = 0; i < sizeof seen / sizeof *seen; i++) {
        tree_begin();
        v2(seen[i][0], seen[i][1]);
        put("/sys/fs/cgroup/memory.max", "300000000\n");
        put("/sys/fs/cgroup/cpu.max", "50000 100000\n");
        expect(300000000, 1);
    }
    tree_begin();
    v2("/docker/abc", "/docker/abc/inner");
    put("/sys/fs/cgroup/memory.max", "300000000\n");
    put("/sys/fs/cgroup/inner/memory.max", "200000000\n");
    expect(200000000, 0);
    tree_begin();
    v2("/docker/abc", "/docker/abcdef");
    put("/sys/fs/cgroup/memory.max", "300000000\n");
    put("/sys/fs/cgroup/def/memory.max", "200000000\n");
    expect(300000000, 0);
}
END_TEST

START_TEST(hierarchies_of_version_1_are_read_each_on_its_own)
{
    tree_begin();
    put("/proc/self/mountinfo",
        "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755\n"
        "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
        "33 31 0:30 /box /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
        "34 31 0:31 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw");
    put("/proc/self/cgroup", "5:memory:/box/one/two\n4:cpu,cpuacct:/a/b\n2:name=systemd:/\n0::/\n");
    put("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
    put("/sys/fs/cgroup/memory/one/memory.limit_in_bytes", "70000000\n");
    put("/sys/fs/cgroup/memory/one/two/memory.limit_in_bytes", "80000000\n");
    put("/sys/fs/cgroup/memory/box/memory.limit_in_bytes", "5\n");
    put("/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us", "150000\n");
    put("/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us", "100000\n");
    put("/sys/fs/cgroup/cpu,cpuacct/a/b/cpu.cfs_quota_us", "-1\n");
    put("/sys/fs/cgroup/cpu,cpuacct/a/b/cpu.cfs_period_us", "100000\n");
    put("/sys/fs/cgroup/unified/memory.max", "60000000\n");
    expect(60000000, 2);
}
END_TEST

START_TEST(without_proc_the_usual_places_are_looked_at)
{
    tree_begin();
    put("/sys/fs/cgroup/memory.max", "90000000\n");
    put("/sys/fs/cgroup/cpu.max", "100000 100000\n");
    expect(90000000, 1);
    tree_begin();
    put("/sys/fs/cgroup/memory/memory.limit_in_bytes", "80000000\n");
    put("/proc/self/mountinfo", "");
    expect(80000000, 0);
    tree_begin();
    expect(0, 0);
}
END_TEST

/* Cut anywhere, and with lines that are too long: some answer, no crash. */
START_TEST(damaged_files_are_borne)
{
    char mounts[3000], groups[3000];
    struct pal_group group;
    int n;

    n = snprintf(mounts, sizeof mounts, V2_MOUNT, "/");
    tree_begin();
    for (int cut = 0; cut < n; cut++) {
        char text[512];

        memcpy(text, mounts, (size_t)cut);
        text[cut] = 0;
        put("/proc/self/mountinfo", text);
        put("/proc/self/cgroup", cut % 3 == 0 ? "0::" : cut % 3 == 1 ? ":\n\n:" : "0");
        pal_group_limits(root, &group);
    }
    memset(groups, 'x', sizeof groups);
    memcpy(groups, "0::/", 4);
    groups[sizeof groups - 1] = 0;
    snprintf(mounts, sizeof mounts, "1 2 3 / %.2500s - cgroup2 none rw\n", groups + 3);
    put("/proc/self/mountinfo", mounts);
    put("/proc/self/cgroup", groups);
    pal_group_limits(root, &group);
    v2("/", "");
    put("/sys/fs/cgroup/memory.max", "700000000000000000000000000\n");
    put("/sys/fs/cgroup/cpu.max", "9223372036854775807 1\n");
    pal_group_limits(root, &group);
    ck_assert_uint_eq(group.memory_bytes, INT64_MAX);
    v2("/", "/a");
    put("/sys/fs/cgroup/memory.max", "40000000");
    put("/sys/fs/cgroup/cpu.max", "40000000 0");
    expect(40000000, 0);
}
END_TEST

TCase *
group_cases(void)
{
    TCase *cases = tcase_create("group");

    tcase_set_timeout(cases, 60);
    tcase_add_test(cases, the_least_of_all_groups_around_counts);
    tcase_add_test(cases, without_limits_there_are_none);
    tcase_add_test(cases, a_container_sees_its_part);
    tcase_add_test(cases, hierarchies_of_version_1_are_read_each_on_its_own);
    tcase_add_test(cases, without_proc_the_usual_places_are_looked_at);
    tcase_add_test(cases, damaged_files_are_borne);
    return cases;
}
