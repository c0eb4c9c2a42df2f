/* pal/linux_priv.h - shared by the Linux files of pal/ only. */
#ifndef PAL_LINUX_PRIV_H
#define PAL_LINUX_PRIV_H

#include "pal/pal.h"

/* What an errno value means in our words. */
enum pal_status pal_status_of_errno(int error);
/* Reads a small file of /proc or /sys, NUL-terminated; false when it is missing or too long. */
bool pal_small_read(const char *path, char *text, size_t size);

/* The least limits of our control group and those around it; 0: none. */
struct pal_group {
    uint64_t memory_bytes;
    uint64_t cpus; /* rounded up */
};

/* `root`: "", or a folder that stands for the system's, for tests. */
void pal_group_limits(const char *root, struct pal_group *out);
/* The system's, read once. */
const struct pal_group *pal_group_own(void);

#endif
