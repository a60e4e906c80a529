/* test_kinds_map.c - changes named by their sites from files: any tile and threads, speckle inside a site, what is refused. */
#include "../io/raster_made.h"
#include "jobs/kinds_map.h"

enum { W = 260, H = 180, GROUND = 6, PIT = 2, HEAP = 3 };
static const int damage[2] = { PIT, HEAP };

/* A new pit with a heap beside it; one pixel in five is read as the other kind, hardly surer than the right one. */
static int true_after(int x, int y) { return y < 40 || y > 140 || x < 30 ? GROUND : x < 150 ? PIT : x < 230 ? HEAP : GROUND; }
static int is_misread(int x, int y) { return (2 * x + y) % 5 == 0; }
static int read_as(int x, int y)
{
    const int code = true_after(x, y);
    return code == GROUND || !is_misread(x, y) ? code : PIT + HEAP - code;
}

static double after(int x, int y, int b)
{
    const int first = read_as(x, y), codes[3] = { first, first == PIT ? HEAP : PIT, first == GROUND ? HEAP : GROUND };
    return b % 2 == 0 ? codes[b / 2] : (double[]){ 111, 109, 35 }[b / 2];
}
static double before(int x, int y, int b) { return (void)x, (void)y, b == 0 ? GROUND : b == 1 ? 255 : 0; }
static double changes(int x, int y, int b) { return (void)b, read_as(x, y) == GROUND ? 65535 : GROUND * 256 + read_as(x, y); }

static const char *file(const char *name, int bands, GDALDataType type, double (*value)(int, int, int))
{
    return made_file(&(made_spec){ .name = name, .w = W, .h = H, .bands = bands, .type = type, .e0 = 500000, .n0 = 4000000, .pixel = 2,
                                   .epsg = 32650, .has_nodata = bands == 1, .nodata = 65535, .value = value });
}

static msc_status name_kinds(const msc_kinds_options *o, int tile_px, int n_threads, msc_error *err)
{
    msc_settings settings;
    msc_settings_defaults(&settings);
    settings.overwrite = 1;
    settings.tile_px = tile_px;
    settings.n_threads = n_threads;
    settings.memory_bytes = (int64_t)1 << 30;
    return msc_kinds_map(&settings, o, err);
}

static msc_kinds_options options(void)
{
    return (msc_kinds_options){ .change = file("c.tif", 1, GDT_UInt16, changes), .posterior_before = file("p0.tif", 6, GDT_Byte, before),
                                .posterior_after = file("p1.tif", 6, GDT_Byte, after), .out = made_path("o.tif"), .site_m = 50,
                                .damage = damage, .n_damage = 2 };
}

static void a_site_is_of_one_kind(void **state)
{
    (void)state;
    msc_error err = { 0 };
    const msc_kinds_options o = options();
    const msc_raster_spec back = { .image = { .paths = &o.out, .n_paths = 1 }, .n_workers = 1, .is_coded = 1 };
    double *first = NULL;
    for (int tile = 16; tile <= 256; tile *= 4) {
        made_all got;
        int n_wrong = 0;
        assert_int_equal(name_kinds(&o, tile, 1 + tile % 3, &err), MSC_OK);
        assert_int_equal(made_read_all(&back, 0, 1, 0, &got, &err), MSC_OK);
        for (int y = 0; y < H; y++)
            for (int x = 0; x < W; x++) {
                assert_int_equal(got.valid[y * W + x], true_after(x, y) != GROUND);
                if (!got.valid[y * W + x] || abs(x - 150) < 13) continue;      /* a square across the border knows both */
                n_wrong += made_at(&got, 0, x, y) != GROUND * 256 + true_after(x, y);
            }
        assert_int_equal(n_wrong, 0);
        if (first) assert_memory_equal(first, got.value, W * H * sizeof *first);
        else {
            first = malloc(W * H * sizeof *first);
            memcpy(first, got.value, W * H * sizeof *first);
        }
        made_clear(&got);
    }
    free(first);
}

static double classes(int x, int y, int b) { return (void)b, read_as(x, y); }

static void a_class_map_is_named_like_changes(void **state)
{
    (void)state;
    msc_error err = { 0 };
    msc_kinds_options o = options();
    o.change = made_file(&(made_spec){ .name = "m.tif", .w = W, .h = H, .bands = 1, .type = GDT_Byte, .e0 = 500000, .n0 = 4000000, .pixel = 2, .epsg = 32650,
                                       .has_nodata = 1, .nodata = 0, .value = classes });
    o.posterior_before = o.posterior_after;
    o.posterior_after = NULL;
    o.out = made_path("named.tif");
    const msc_raster_spec back = { .image = { .paths = &o.out, .n_paths = 1 }, .n_workers = 1, .is_coded = 1 };
    for (int tile = 16; tile <= 256; tile *= 4) {
        made_all got;
        assert_int_equal(name_kinds(&o, tile, 1 + tile % 3, &err), MSC_OK);
        assert_int_equal(made_read_all(&back, 0, 1, 0, &got, &err), MSC_OK);
        for (int y = 0; y < H; y++)
            for (int x = 0; x < W; x++)
                if (abs(x - 150) >= 13) assert_true(made_at(&got, 0, x, y) == true_after(x, y));
        made_clear(&got);
    }
}

static void what_cannot_be_named(void **state)
{
    (void)state;
    msc_error err = { 0 };
    msc_kinds_options o = options();
    assert_true(msc_kinds_can_differ(&o));
    o.n_damage = 1;
    assert_false(msc_kinds_can_differ(&o));
    o.n_damage = 2, o.site_m = 0;
    assert_false(msc_kinds_can_differ(&o));
    o = options();
    o.out = made_path("n.tif");
    o.change = o.posterior_after;
    assert_int_equal(name_kinds(&o, 0, 1, &err), MSC_EBAND);
    o = options();
    o.posterior_before = o.change;
    assert_int_equal(name_kinds(&o, 0, 1, &err), MSC_EBAND);
    o.posterior_before = made_path("absent.tif");
    assert_int_equal(name_kinds(&o, 0, 1, &err), MSC_ENOFILE);
    assert_int_not_equal(access(made_path("n.tif"), F_OK), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_site_is_of_one_kind), cmocka_unit_test(what_cannot_be_named),
                                        cmocka_unit_test(a_class_map_is_named_like_changes) };
    return cmocka_run_group_tests(tests, made_setup, made_teardown);
}
