/* test_differences.c - what PDYJ says of the images of two years, against the same sums over the pixels of the patch. */
#include "../io/raster_made.h"
#include "io/layer.h"

enum { W = 120, H = 100, BLOCK = 30 };

/* Four patches side by side; the last one is no change, and so is the first row. */
static double changes(int x, int y, int b) { (void)b; return y < 1 ? 0 : x < BLOCK ? 0x0501 : x < 2 * BLOCK ? 0x0105 : x < 3 * BLOCK ? 0x0102 : 0; }
/* red, nir, green; nodata 0 in every fifth pixel of one year, every seventh of the other */
static double early(int x, int y, int b) { return (x + y) % 5 == 0 ? 0 : b == 1 ? 900 - 5 * x : 200 + 3 * y + b; }
static double late(int x, int y, int b)
{
    return (x + y) % 7 == 0 ? 0 : x >= 2 * BLOCK ? early(x, y + 5 - (x + y) % 5 + 1, b) : b == 1 ? 300 + x : 400 + 2 * y + b;
}
static double ground(int x, int y, int b) { (void)b; return 100 + 0.25 * x + 0.5 * (y % 3); }
static double dug(int x, int y, int b) { return ground(x, y, b) + (x < BLOCK ? -12.4 : x < 2 * BLOCK ? 3.3 : 0.2); }

static const msc_class classes[] = { { .code = 1, .name = "quarry", .label = "采场", .is_damage = 1 },
                                     { .code = 2, .name = "heap", .label = "排土场", .is_damage = 1 },
                                     { .code = 5, .name = "vegetation", .label = "植被" } };

/* The file's path, which the caller frees. */
static char *made(const char *name, int bands, GDALDataType type, double (*value)(int, int, int))
{
    return strdup(made_file(&(made_spec){ .name = name, .w = W, .h = H, .bands = bands, .type = type, .e0 = 500000, .n0 = 4000000, .pixel = 10,
                                          .epsg = 32650, .has_nodata = bands > 1, .value = value }));
}

/* The words for the patch of columns x0.. by a second way: doubles, and printf. */
static void words_of(int x0, int has_nir, int has_dem, char *to, size_t size)
{
    double ndvi = 0, bright = 0, height = 0;
    int n = 0, at = 0;
    for (int y = 1; y < H; y++)
        for (int x = x0; x < x0 + BLOCK; x++) {
            if ((x + y) % 5 == 0 || (x + y) % 7 == 0) continue;
            double v[2][3];
            for (int b = 0; b < 3; b++) {
                v[0][b] = early(x, y, b);
                v[1][b] = late(x, y, b);
            }
            const double dark = v[0][0] + v[0][2], light = v[1][0] + v[1][2];
            ndvi += (v[1][1] - v[1][0]) / (v[1][1] + v[1][0]) - (v[0][1] - v[0][0]) / (v[0][1] + v[0][0]);
            bright += (light - dark) / (light + dark);
            height += dug(x, y, 0) - ground(x, y, 0);
            n++;
        }
    const double c = bright / n, percent = round(100 * ((1 + c) / (1 - c) - 1)), metres = round(height / n);
    to[0] = 0;
    if (percent != 0) at += snprintf(to + at, size - (size_t)at, ", 亮度 %+.0f%%", percent);
    if (has_nir && round(100 * ndvi / n) != 0) at += snprintf(to + at, size - (size_t)at, ", NDVI %+.2f", ndvi / n);
    if (has_dem && metres != 0) snprintf(to + at, size - (size_t)at, ", 高程 %+.0f m", metres);
}

static void read_reasons(const msc_image *before, const msc_image *after, int32_t tile_px, int threads, char reason[3][100])
{
    static const char *const fields[] = { "BSM", "PDYJ" };
    const char *out = made_path("d.gpkg");
    msc_settings settings;
    msc_vectorize_options o;
    msc_vectorize_counts counts;
    msc_features_in in;
    msc_error err = { 0 };
    msc_settings_defaults(&settings);
    settings.overwrite = 1;
    settings.tile_px = tile_px;
    settings.n_threads = threads;
    msc_vectorize_defaults(&o);
    o.raster = made_path("c.tif");
    o.patches = &out; o.n_patches = 1;
    o.classes = classes; o.n_classes = 3;
    o.image_before = before; o.image_after = after;
    if (msc_vectorize(&settings, &o, &counts, &err) != MSC_OK) fail_msg("%s: %s", err.subject, err.detail);
    assert_int_equal(msc_layer_read(out, NULL, NULL, NULL, fields, 2, &in, &err), MSC_OK);
    assert_int_equal(in.n, 3);
    for (size_t i = 0; i < 3; i++) snprintf(reason[in.value[2 * i].integer - 1], 100, "%s", in.value[2 * i + 1].text);
    msc_features_in_clear(&in);
}

static void the_reason_says_what_the_images_show(void **state)
{
    (void)state;
    static const char *const labels[] = { "植被→采场", "采场→植被", "采场→排土场" };
    static const char *const bands[] = { "red:1,nir:2,green:3", "red:1,odd:2,green:3" };
    free(made("c.tif", 1, GDT_UInt16, changes));
    char *paths[] = { made("b.tif", 3, GDT_UInt16, early), made("a.tif", 3, GDT_UInt16, late) };
    char *dems[] = { made("h0.tif", 1, GDT_Float32, ground), made("h1.tif", 1, GDT_Float32, dug) };
    for (int way = 0; way < 8; way++) {
        const int has_nir = way % 2 == 0, has_dem = way / 2 % 2 == 0, is_same_dem = way >= 6;
        const char *const path[] = { paths[0], paths[1] };
        const msc_image before = { .paths = &path[0], .n_paths = 1, .bands = bands[!has_nir], .dem = has_dem || is_same_dem ? dems[0] : NULL };
        const msc_image after = { .paths = &path[1], .n_paths = 1, .bands = bands[0], .dem = has_dem ? dems[1] : is_same_dem ? dems[0] : NULL };
        char reason[3][100];
        read_reasons(&before, &after, way < 4 ? 0 : 16 + 3 * way, 1 + way % 3, reason);
        for (int p = 0; p < 3; p++) {
            char said[100], wanted[140];
            words_of(p * BLOCK, has_nir, has_dem, said, sizeof said);
            snprintf(wanted, sizeof wanted, "%s%s", labels[p], said);
            assert_string_equal(reason[p], wanted);
        }
        assert_true(strlen(reason[0]) > strlen(labels[0]));
    }
    for (int i = 0; i < 2; i++) {
        free(paths[i]);
        free(dems[i]);
    }
}

/* Images that share no band of a known name say nothing, and need not be observed. */
static void nothing_in_common(void **state)
{
    (void)state;
    const char *path = made_path("b.tif");
    const msc_image before = { .paths = &path, .n_paths = 1, .bands = "red:1" }, after = { .paths = &path, .n_paths = 1, .bands = "green:1" };
    char reason[3][100];
    read_reasons(&before, &after, 0, 1, reason);
    assert_string_equal(reason[2], "采场→排土场");
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(the_reason_says_what_the_images_show), cmocka_unit_test(nothing_in_common) };
    return cmocka_run_group_tests(tests, made_setup, made_teardown);
}
