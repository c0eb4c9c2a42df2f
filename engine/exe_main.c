/* engine/exe_main.c - main of compiled programs. An archive member of its own: a host with a main
 * of its own never pulls it in. */
#include "corert.h"

/* Emitted by corertc into every program (loader/module_format.h). */
extern const unsigned char corert_module_header[];

int main(int argc, char **argv);

int
main(int argc, char **argv)
{
    return corert_main(corert_module_header, argc, argv);
}
