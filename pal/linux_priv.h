/* pal/linux_priv.h - shared by the Linux files of pal/ only. */
#ifndef PAL_LINUX_PRIV_H
#define PAL_LINUX_PRIV_H

#include "pal/pal.h"

/* What an errno value means in our words. */
enum pal_status pal_status_of_errno(int error);
/* Reads a small file of /proc or /sys, NUL-terminated; false when it is missing or too long. */
bool pal_small_read(const char *path, char *text, size_t size);

#endif
