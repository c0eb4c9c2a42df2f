/* engine/drop_in.h - modules that a program opens with dlopen and knows nothing about.
 * Other party: the stubs that compiler/emit/drop_in.c writes. The assembler includes this file too. */
#ifndef CORERT_ENGINE_DROP_IN_H
#define CORERT_ENGINE_DROP_IN_H

#ifndef __ASSEMBLER__

#include <stdbool.h>
#include <stdint.h>

#include "loader/module_format.h"

/* One a module, in its data. */
struct drop_in {
    _Atomic(uintptr_t) bound; /* not 0: the stubs go on without us */
    const struct corert_module_header *header;
    void *enter; /* corert_drop_in */
};

/* From a stub before the first call: r10 = the module's struct drop_in, r11 = the export's code, all
 * argument registers the caller's. Goes on at r11; returns zero if the engine cannot start. */
void corert_drop_in(void);
/* The C half. false: it has been said on standard error why. */
bool drop_in_bind(struct drop_in *module);

#endif
#endif
