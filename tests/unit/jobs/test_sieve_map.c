/* test_sieve_map.c - whole maps through the sieve command, a real speckled one when it is there. */
#include "../io/raster_made.h"

static double speckled(int x, int y, int b)
{
    (void)b;
    const unsigned h = (unsigned)x * 73856093u ^ (unsigned)y * 19349663u;
    return (x / 40 + y / 30) % 5 == 4 ? 0 : (h >> 7) % 6 == 0 ? 1 + (int)((h >> 11) % 4) : 1 + (x / 25 + y / 25) % 4;
}

static msc_status sieve(const char *in, const char *out, int64_t mmu_px, int tile_px, int n_threads, msc_sieve_counts *counts, msc_error *err)
{
    msc_settings settings;
    msc_sieve_options o;
    msc_settings_defaults(&settings);
    msc_sieve_defaults(&o);
    settings.overwrite = 1;
    settings.tile_px = tile_px;
    settings.n_threads = n_threads;
    settings.memory_bytes = (int64_t)1 << 30;
    o.in = in;
    o.out = out;
    o.mmu_px = mmu_px;
    return msc_sieve(&settings, &o, counts, err);
}

static void read_back(const char *path, made_all *all)
{
    msc_error err;
    const msc_raster_spec spec = { .image = { .paths = &path, .n_paths = 1 }, .n_workers = 1, .is_class_map = 1 };
    assert_int_equal(made_read_all(&spec, 0, 1, 0, all, &err), MSC_OK);
}

static void same_file_for_any_threads_and_tiles(void **state)
{
    (void)state;
    const made_spec spec = { .name = "s.tif", .w = 700, .h = 500, .bands = 1, .type = GDT_Byte, .e0 = 500000, .n0 = 4000000,
                             .pixel = 10, .epsg = 32650, .has_nodata = 1, .nodata = 0, .value = speckled };
    const char *in = made_file(&spec), *out = made_path("o.tif"), *again = made_path("p.tif");
    msc_sieve_counts a, b;
    msc_error err = { 0 };
    made_all before, first, other;
    assert_int_equal(sieve(in, out, 30, 256, 1, &a, &err), MSC_OK);
    read_back(in, &before);
    read_back(out, &first);
    for (size_t i = 0; i < 700u * 500u; i++) assert_int_equal(before.valid[i], first.valid[i]);
    for (int tile = 16; tile <= 512; tile *= 4) {
        assert_int_equal(sieve(in, again, 30, tile, 3, &b, &err), MSC_OK);
        assert_memory_equal(&a, &b, sizeof a);
        read_back(again, &other);
        assert_memory_equal(first.value, other.value, 700u * 500u * sizeof(double));
        made_clear(&other);
    }
    made_clear(&before);
    made_clear(&first);
    assert_int_equal(sieve(out, again, 30, 0, 2, &b, &err), MSC_OK);
    assert_int_equal(b.n_px_changed, 0);
    assert_int_equal(b.n_merged, 0);
}

/* A new site of four values, each under the unit, beside a hole in the observation and a lone speck. */
static double site(int x, int y, int b)
{
    (void)b;
    if (x >= 10 && x < 20 && y >= 10 && y < 20) return 6 * 256 + 1 + (x >= 16) + 2 * (y >= 16);
    return x == 40 && y == 40 ? 6 * 256 + 1 : 65535;
}
static double is_seen(int x, int y, int b)
{
    (void)b;
    return x < 9 && y < 15 ? 255 : 0;
}

static void change_joins_change_before_all_else(void **state)
{
    (void)state;
    const made_spec spec = { .name = "c.tif", .w = 64, .h = 64, .bands = 1, .type = GDT_UInt16, .pixel = 2, .n0 = 64, .has_nodata = 1, .nodata = 65535, .value = site };
    const made_spec grades = { .name = "g.tif", .w = 64, .h = 64, .bands = 1, .type = GDT_Byte, .pixel = 2, .n0 = 64, .has_nodata = 1, .nodata = 255, .value = is_seen };
    const char *in = made_file(&spec), *seen = made_file(&grades), *joined = made_path("j.tif"), *out = made_path("k.tif");
    msc_settings settings;
    msc_sieve_options o;
    msc_error err = { 0 };
    made_all all;
    msc_settings_defaults(&settings);
    settings.overwrite = 1;
    msc_sieve_defaults(&o);
    o.in = in, o.out = joined, o.mmu_px = 50;
    assert_int_equal(msc_sieve(&settings, &o, NULL, &err), MSC_OK);
    o.in = joined, o.out = out, o.observed = seen;
    assert_int_equal(msc_sieve(&settings, &o, NULL, &err), MSC_OK);
    const msc_raster_spec as = { .image = { .paths = &out, .n_paths = 1 }, .n_workers = 1, .is_coded = 1 };
    assert_int_equal(made_read_all(&as, 0, 1, 0, &all, &err), MSC_OK);
    int n_change = 0;
    for (int y = 0; y < 64; y++)
        for (int x = 0; x < 64; x++) {
            const int is_site = x >= 10 && x < 20 && y >= 10 && y < 20;
            assert_int_equal(all.valid[y * 64 + x], is_seen(x, y, 0) == 0);
            if (!all.valid[y * 64 + x]) continue;
            n_change += made_at(&all, 0, x, y) != 0;
            assert_int_equal(made_at(&all, 0, x, y) != 0, is_site);   /* whole, while the speck is gone */
        }
    assert_int_equal(n_change, 100);
    made_clear(&all);
}

/* No class has such a code. */
static double halves(int x, int y, int b)
{
    (void)x, (void)b;
    return 1 + 0.5 * y;
}

static void bad_options(void **state)
{
    (void)state;
    msc_settings settings;
    msc_sieve_options o;
    msc_error err = { 0 };
    msc_settings_defaults(&settings);
    msc_sieve_defaults(&o);
    o.in = made_path("absent.tif");
    o.out = made_path("n.tif");
    assert_int_equal(msc_sieve(&settings, &o, NULL, &err), MSC_ENOFILE);
    o.mmu_px = 5;
    o.mmu_m2 = 5;
    assert_int_equal(msc_sieve(&settings, &o, NULL, &err), MSC_EUSAGE);
    o.mmu_m2 = 0;
    o.connectivity = 6;
    assert_int_equal(msc_sieve(&settings, &o, NULL, &err), MSC_EVALUE);
    const made_spec spec = { .name = "f.tif", .w = 50, .h = 50, .bands = 1, .type = GDT_Float32, .pixel = 1, .n0 = 50, .value = halves };
    o.connectivity = 4;
    o.in = made_file(&spec);
    assert_int_equal(msc_sieve(&settings, &o, NULL, &err), MSC_EFORMAT);
    const made_spec big = { .name = "b.tif", .w = 600, .h = 600, .bands = 1, .type = GDT_Byte, .pixel = 1, .n0 = 600 };
    o.in = made_file(&big);
    settings.memory_bytes = (int64_t)12 << 20;
    settings.n_threads = 1;
    assert_int_equal(msc_sieve(&settings, &o, NULL, &err), MSC_EMEMCAP);
    assert_false(msc_file_exists(o.out));
}

static void a_real_map(void **state)
{
    (void)state;
    char in[512];
    const char *data = getenv("MINESCAR_DATA");
    snprintf(in, sizeof in, "%s/fiji/ce_lulc_2023.tif", data ? data : "../../shared/data");
    if (!msc_file_exists(in)) {
        print_message("no %s\n", in);
        skip();
    }
    msc_sieve_counts c;
    msc_error err = { 0 };
    const msc_status status = sieve(in, made_path("fiji.tif"), 40, 0, 2, &c, &err);
    if (status != MSC_OK) print_message("%s: %s\n", err.subject, err.detail);
    assert_int_equal(status, MSC_OK);
    assert_true(c.n_merged > 0);
    print_message("%lld merges, %lld alone\n", (long long)c.n_merged, (long long)c.n_kept_alone);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(change_joins_change_before_all_else),
                                        cmocka_unit_test(same_file_for_any_threads_and_tiles), cmocka_unit_test(bad_options), cmocka_unit_test(a_real_map),
    };
    return cmocka_run_group_tests(tests, made_setup, made_teardown);
}
