/* compiler/il/intrinsics.h - handlers of intrinsics.def. A handler either pops the arguments and pushes
 * the result, or returns false and has touched nothing. */
#ifndef COMPILER_IL_INTRINSICS_H
#define COMPILER_IL_INTRINSICS_H

#include "compiler/il/special.h"

struct il_expansion {
    struct ty_method *open, *closed;
    int argument; /* of the row */
};

typedef bool il_expand(struct il_import *im, const struct il_expansion *x);

#define INTRINSIC(type, method, params, handler, argument, must) il_expand il_expand_##handler;
#include "compiler/il/intrinsics.def"
#undef INTRINSIC

#endif
