/* compiler/emit/link.c - runs ld.lld on the objects of an image (design section 4, pass 7). */
#include <string.h>

#include "compiler/base/arena.h"
#include "compiler/emit/emit.h"
#include "pal/pal.h"

/* Where Debian and other distributions keep the C library's link-time files. */
static const char *const library_folders[] = {"/usr/lib/x86_64-linux-gnu", "/lib/x86_64-linux-gnu", "/usr/lib64", "/lib64", "/usr/lib"};

enum { FOLDER_COUNT = sizeof library_folders / sizeof *library_folders };

struct command {
    struct ptr_vec words; /* of const char * */
    struct arena *arena;
};

static void
word(struct command *c, const char *text)
{
    ptr_vec_push(&c->words, (void *)(uintptr_t)text);
}

static const char *
start_file(struct command *c, const char *name)
{
    for (int i = 0; i < FOLDER_COUNT; i++) {
        const char *path = arena_printf(c->arena, "%s/%s", library_folders[i], name);

        if (pal_file_exists(path))
            return path;
    }
    return NULL;
}

static void
common_words(struct command *c, const struct emit_link *link)
{
    static const char *const flags[] = {"-m", "elf_x86_64", "--eh-frame-hdr", "--gc-sections", "-z", "pack-relative-relocs", "--hash-style=gnu",
                                        "--build-id=none", "--icf=none", "-z", "relro", "-z", "now", "-z", "noexecstack", "--as-needed"};

    word(c, link->linker);
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        word(c, flags[i]);
    if (link->strip_debug)
        word(c, "--strip-debug"); /* the native shims bring their own */
    word(c, "-o");
    word(c, link->output);
    for (int i = 0; i < FOLDER_COUNT; i++)
        if (pal_dir_exists(library_folders[i]))
            word(c, arena_printf(c->arena, "-L%s", library_folders[i]));
}

static void
input_words(struct command *c, const struct emit_link *link)
{
    static const char *const libraries[] = {"-lm", "-lpthread", "-ldl", "-lrt", "-lc"};

    for (size_t i = 0; i < link->object_count; i++)
        word(c, link->objects[i]);
    word(c, "--start-group");
    for (size_t i = 0; i < link->archive_count; i++)
        word(c, link->archives[i]);
    word(c, "--end-group");
    for (size_t i = 0; i < sizeof libraries / sizeof *libraries; i++)
        word(c, libraries[i]);
}

bool
emit_link(const struct emit_link *link, const char **message)
{
    struct command c = {.arena = link->arena};
    const char *crt1, *crti, *crtn;
    enum pal_status st;
    int code = 0;

    common_words(&c, link);
    if (link->executable) {
        crt1 = start_file(&c, "Scrt1.o");
        crti = start_file(&c, "crti.o");
        crtn = start_file(&c, "crtn.o");
        if (!crt1 || !crti || !crtn) {
            *message = "the C library's start files (Scrt1.o, crti.o, crtn.o) are missing: install libc6-dev";
            return false;
        }
        word(&c, "-pie");
        word(&c, "-dynamic-linker");
        word(&c, "/lib64/ld-linux-x86-64.so.2");
        word(&c, crt1);
        word(&c, crti);
        input_words(&c, link);
        word(&c, crtn);
    } else {
        word(&c, "-shared");
        word(&c, "-Bsymbolic");
        word(&c, "--exclude-libs=ALL"); /* the class library's C shims are nobody else's */
        word(&c, "-z");
        word(&c, link->open_ended ? "undefs" : "defs");
        if (link->library_folder) {
            word(&c, "-rpath");
            word(&c, link->library_folder);
        }
        input_words(&c, link);
    }
    word(&c, NULL);
    st = pal_process_run((const char *const *)c.words.at, &code);
    ptr_vec_free(&c.words);
    if (st != PAL_OK) {
        *message = arena_printf(link->arena, "the linker %s cannot be run: %s", link->linker, pal_status_text(st));
        return false;
    }
    if (code == 0 && pal_file_exists(link->output))
        return true;
    *message = code ? arena_printf(link->arena, "the linker %s failed with exit code %d", link->linker, code)
                    : arena_printf(link->arena, "the linker %s made nothing: it is no ld.lld", link->linker);
    return false;
}
