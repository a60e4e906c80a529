/* test_majority_map.c - whole maps through the majority command: any tile and threads, what is refused. */
#include "../io/raster_made.h"

enum { W = 300, H = 200 };

static double speckled(int x, int y, int b)
{
    (void)b;
    const unsigned h = (unsigned)x * 73856093u ^ (unsigned)y * 19349663u;
    return (x / 40 + y / 30) % 5 == 4 ? 0 : (h >> 7) % 3 == 0 ? 1 + (int)((h >> 11) % 4) : 1 + (x / 25 + y / 25) % 4;
}

static msc_status majority(const char *in, const char *out, int32_t window_px, int tile_px, int n_threads, msc_error *err)
{
    msc_settings settings;
    msc_majority_options o;
    msc_settings_defaults(&settings);
    msc_majority_defaults(&o);
    settings.overwrite = 1;
    settings.tile_px = tile_px;
    settings.n_threads = n_threads;
    settings.memory_bytes = (int64_t)1 << 30;
    o.in = in;
    o.out = out;
    o.window_px = window_px;
    return msc_majority(&settings, &o, err);
}

static void read_back(const char *path, made_all *all)
{
    msc_error err;
    const msc_raster_spec spec = { .image = { .paths = &path, .n_paths = 1 }, .n_workers = 1, .is_class_map = 1 };
    assert_int_equal(made_read_all(&spec, 0, 1, 0, all, &err), MSC_OK);
}

static double want_of(int x, int y, int r)
{
    int votes[5] = { 0 }, most = 0;
    for (int v = y - r; v <= y + r; v++)
        for (int u = x - r; u <= x + r; u++)
            if (u >= 0 && v >= 0 && u < W && v < H) votes[(int)speckled(u, v, 0)]++;
    const int own = (int)speckled(x, y, 0);
    votes[0] = 0;
    for (int c = 1; c < 5; c++)
        if (votes[c] > votes[most]) most = c;
    return own == 0 || votes[own] == votes[most] ? own : most;
}

static void any_threads_and_tiles(void **state)
{
    (void)state;
    const made_spec spec = { .name = "s.tif", .w = W, .h = H, .bands = 1, .type = GDT_Byte, .e0 = 500000, .n0 = 4000000,
                             .pixel = 10, .epsg = 32650, .has_nodata = 1, .nodata = 0, .value = speckled };
    const char *in = made_file(&spec), *out = made_path("o.tif");
    msc_error err = { 0 };
    for (int32_t window = 5; window <= 17; window += 12)
        for (int tile = 32; tile <= 256; tile *= 2) {
            made_all got;
            assert_int_equal(majority(in, out, window, tile, 1 + tile % 3, &err), MSC_OK);
            read_back(out, &got);
            for (int y = 0; y < H; y++)
                for (int x = 0; x < W; x++) {
                    assert_true(made_at(&got, 0, x, y) == want_of(x, y, window / 2));
                    assert_int_equal(got.valid[y * W + x], speckled(x, y, 0) != 0);
                }
            made_clear(&got);
        }
}

static void what_cannot_be_filtered(void **state)
{
    (void)state;
    msc_error err = { 0 };
    assert_int_equal(majority(made_path("absent.tif"), made_path("n.tif"), 5, 0, 1, &err), MSC_ENOFILE);
    for (int32_t bad = 1; bad < 66; bad += bad == 1 ? 3 : 61)      /* 1, 4, 65 */
        assert_int_equal(majority(made_path("absent.tif"), made_path("n.tif"), bad, 0, 1, &err), MSC_EVALUE);
    assert_int_equal(majority(NULL, made_path("n.tif"), 5, 0, 1, &err), MSC_EUSAGE);
    const made_spec two = { .name = "b.tif", .w = 50, .h = 50, .bands = 2, .type = GDT_Byte, .pixel = 1, .n0 = 50 };
    assert_int_equal(majority(made_file(&two), made_path("n.tif"), 5, 0, 1, &err), MSC_EBAND);
    assert_int_not_equal(access(made_path("n.tif"), F_OK), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(any_threads_and_tiles), cmocka_unit_test(what_cannot_be_filtered) };
    return cmocka_run_group_tests(tests, made_setup, made_teardown);
}
