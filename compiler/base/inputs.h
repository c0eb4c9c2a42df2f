/* compiler/base/inputs.h - which files this run has read, for the depfile and for results that must
 * not take an input's place. One list a process, as for messages: every reader knows only its path.
 */
#ifndef COMPILER_BASE_INPUTS_H
#define COMPILER_BASE_INPUTS_H

#include <stddef.h>

/* `path` was read with success. Copied; a path that is known already counts once. Any thread. */
void inputs_note(const char *path);
size_t inputs_count(void);
const char *inputs_at(size_t i); /* in no order that holds from run to run */

#endif
