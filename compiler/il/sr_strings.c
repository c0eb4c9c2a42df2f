/* compiler/il/sr_strings.c - SR.get_X is the literal of the assembly's embedded resources: real
 * messages without the resource manager. With UseSystemResourceKeys it is the key itself. */
#include "compiler/il/special.h"

#include <string.h>

uint16_t *
il_utf16(struct arena *a, const char *utf8, size_t size, uint32_t *bytes)
{
    uint16_t *out = arena_array(a, size + 1, sizeof *out);
    uint32_t units = 0;

    for (size_t i = 0; i < size;) {
        uint8_t lead = (uint8_t)utf8[i++];
        unsigned more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : lead >= 0xc0 ? 1 : 0;
        uint32_t c = more == 3 ? lead & 7u : more == 2 ? lead & 15u : more == 1 ? lead & 31u : lead;

        for (; more && i < size && ((uint8_t)utf8[i] & 0xc0) == 0x80; more--)
            c = c << 6 | ((uint8_t)utf8[i++] & 63u);
        if (more || (lead >= 0x80 && lead < 0xc0) || c > 0x10ffff)
            c = 0xfffd;
        if (c > 0xffff) {
            out[units++] = (uint16_t)(0xd800 + ((c - 0x10000) >> 10));
            c = 0xdc00 + ((c - 0x10000) & 0x3ff);
        }
        out[units++] = (uint16_t)c;
    }
    *bytes = units * 2;
    return out;
}

const char *
il_resource_text(struct il_context *il, struct ty_method_def *def, uint32_t *size)
{
    struct md_text text;

    if (!def->owner || !def->is_static || def->generic_count || strncmp(def->name, "get_", 4) != 0 ||
        strcmp(def->owner->full_name, "System.SR") != 0)
        return NULL;
    if (!md_resource_string(def->assembly->image, def->name + 4, &text))
        return NULL;
    if (il_feature_is(il, "System.Resources.UseSystemResourceKeys", false)) {
        *size = (uint32_t)strlen(def->name + 4);
        return def->name + 4;
    }
    *size = text.size;
    return text.at;
}
