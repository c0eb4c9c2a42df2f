#include <stdio.h>

#include "shapes.h"

int
main(void)
{
    struct shapes s;
    corert_module *module;
    char message[256];
    Shape square = {Kind_Square, 3};

    if (corert_init(NULL) != CORERT_OK)
        return 1;
    if (corert_module_load(SHAPES_MODULE, &module, message, sizeof message) != CORERT_OK) {
        fprintf(stderr, "%s\n", message);
        return 1;
    }
    if (shapes_bind(module, &s) != CORERT_OK)
        return 1;
    printf("area %g\n", (double)s.shapes_area(square));
    return corert_shutdown() != CORERT_OK;
}
