/* embed-examples/arena/check_picture.c - is it the picture that 600 frames give?
 * usage: check_picture PICTURE.png */
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    int x, y;
    unsigned char rgb[3];
} known[] = {
    {428, 0, {0x30, 0x60, 0xD0}},   /* a drifter */
    {403, 162, {0xE0, 0x30, 0x30}}, /* a hunter */
    {528, 320, {0x40, 0xC0, 0x40}}, /* a grazer */
    {320, 240, {24, 24, 24}},       /* nobody */
};

int
main(int argc, char **argv)
{
    png_image png;
    unsigned char *pixels;
    int failures = 0;

    memset(&png, 0, sizeof png);
    png.version = PNG_IMAGE_VERSION;
    if (argc != 2 || !png_image_begin_read_from_file(&png, argv[1])) {
        fprintf(stderr, "no picture: %s\n", png.message);
        return 1;
    }
    png.format = PNG_FORMAT_RGB;
    pixels = malloc(PNG_IMAGE_SIZE(png));
    if (!pixels || !png_image_finish_read(&png, NULL, pixels, 0, NULL) || png.width != 640 ||
        png.height != 480) {
        fprintf(stderr, "%s: %u x %u\n", argv[1], png.width, png.height);
        return 1;
    }
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const unsigned char *p = pixels + (known[i].y * 640 + known[i].x) * 3;

        if (memcmp(p, known[i].rgb, 3) != 0) {
            fprintf(stderr, "pixel %d, %d is %d %d %d\n", known[i].x, known[i].y, p[0], p[1], p[2]);
            failures++;
        }
    }
    free(pixels);
    return failures != 0;
}
