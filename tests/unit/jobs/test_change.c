/* Comparison of two class maps end to end: the definition, any tiling, a year against itself, refusals. */
#include "made_job.h"

static double before(int x, int y, int b)
{
    (void)b;
    return x < 10 ? 0 : made_class(x, y);
}
static double after(int x, int y, int b)
{
    (void)b;
    return y < 5 ? 0 : made_class_later(x - 1, y);       /* shifted by a pixel */
}
static double sure(int x, int y, int b)
{
    (void)b, (void)y;
    return x % 101;
}

static const char *map(const char *name, double (*value)(int, int, int), double e0)
{
    made_file(&(made_spec){ .name = name, .w = JOB_W, .h = JOB_H, .bands = 1, .type = GDT_Byte, .e0 = e0, .n0 = 2500000,
                            .pixel = 2, .epsg = 4548, .has_nodata = value != sure, .value = value });
    return job_path(name);
}

static made_all read_map(const char *path)
{
    made_all all;
    msc_error err;
    const msc_raster_spec spec = { .image = { .paths = &path, .n_paths = 1 } };
    assert_int_equal(made_read_all(&spec, 64, 1, 0, &all, &err), MSC_OK);
    return all;
}

static msc_change_options usual(const char *out)
{
    msc_change_options o;
    msc_change_defaults(&o);
    o.before = map("before.tif", before, 500000);
    o.after = map("after.tif", after, 500000);
    o.change = out;
    return o;
}

static int occurs(double (*value)(int, int, int), double (*other)(int, int, int), int code, int x, int y, int r)
{
    for (int v = y - r; v <= y + r; v++)
        for (int u = x - r; u <= x + r; u++)
            if (u >= 0 && v >= 0 && u < JOB_W && v < JOB_H && value(u, v, 0) == code && other(u, v, 0) > 0) return 1;
    return 0;
}

static int is_difference(int x, int y)
{
    if (x < 0 || y < 0 || x >= JOB_W || y >= JOB_H) return 0;
    const int a = (int)before(x, y, 0), b = (int)after(x, y, 0);
    return a && b && a != b;
}

/* Whether differences of one class, in the year of `value`, hold a square of `side` px round the pixel. */
static int in_square(double (*value)(int, int, int), int x, int y, int side)
{
    for (int v0 = y - side + 1; v0 <= y; v0++)
        for (int u0 = x - side + 1; u0 <= x; u0++) {
            int is_whole = 1;
            for (int i = 0; i < side * side && is_whole; i++) {
                const int u = u0 + i % side, v = v0 + i / side;
                is_whole = is_difference(u, v) && value(u, v, 0) == value(x, y, 0);
            }
            if (is_whole) return 1;
        }
    return 0;
}

static double wanted(int x, int y, int r, int min)
{
    const int a = (int)before(x, y, 0), b = (int)after(x, y, 0);
    if (!a || !b) return 65535;
    if (a == b || sure(x, y, 0) < min) return 0;
    const int is_near = r && occurs(before, after, b, x, y, r) && occurs(after, before, a, x, y, r);
    return is_near && !in_square(before, x, y, 2 * r + 1) && !in_square(after, x, y, 2 * r + 1) ? 0 : a * 256 + b;
}

static void codes_follow_the_definition_for_any_tiling(void **state)
{
    (void)state;
    static const int tiles[] = { 64, 256, 511, 1024 }, threads[] = { 1, 2, 4, 7 };
    msc_change_options o = usual(job_path("change.tif"));
    o.confidence_before = o.confidence_after = map("sure.tif", sure, 500000);
    for (int i = 0; i < 16; i++) {
        const msc_settings s = made_settings(tiles[i / 4], threads[i % 4]);
        msc_error err;
        o.edge_tolerance_px = i % 3;
        o.min_confidence = i % 2 * 50;
        assert_int_equal(msc_change(&s, &o, &err), MSC_OK);
        made_all got = read_map(o.change);
        for (int y = 0; y < JOB_H; y++)
            for (int x = 0; x < JOB_W; x++) {
                const double want = wanted(x, y, o.edge_tolerance_px, o.min_confidence);
                assert_int_equal(got.valid[y * JOB_W + x], want != 65535);
                if (want != 65535) assert_true(made_at(&got, 0, x, y) == want);
            }
        made_clear(&got);
    }
}

static void a_year_against_itself_has_no_change(void **state)
{
    (void)state;
    const msc_settings s = made_settings(0, 2);
    msc_change_options o = usual(job_path("self.tif"));
    msc_error err;
    o.after = o.before;
    for (o.edge_tolerance_px = 0; o.edge_tolerance_px < 3; o.edge_tolerance_px++) {
        assert_int_equal(msc_change(&s, &o, &err), MSC_OK);
        made_all got = read_map(o.change);
        for (int i = 0; i < JOB_W * JOB_H; i++) assert_true(got.valid[i] == (i % JOB_W >= 10) && (!got.valid[i] || got.value[i] == 0));
        made_clear(&got);
    }
}

static void refusals_leave_nothing_behind(void **state)
{
    (void)state;
    const msc_settings s = made_settings(0, 2);
    const msc_change_options good = usual(job_path("refused.tif"));
    msc_change_options o = good;
    msc_error err;
    o.after = map("moved.tif", after, 500001);
    assert_int_equal(msc_change(&s, &o, &err), MSC_EGRID);
    o = good;
    o.min_confidence = 50;
    assert_int_equal(msc_change(&s, &o, &err), MSC_EUSAGE);
    o = good;
    o.min_confidence = 101;
    assert_int_equal(msc_change(&s, &o, &err), MSC_EVALUE);
    o = good;
    o.edge_tolerance_px = -1;
    assert_int_equal(msc_change(&s, &o, &err), MSC_EVALUE);
    o = good;
    o.before = made_image("four.tif", 4, made_year_1);
    assert_int_equal(msc_change(&s, &o, &err), MSC_EBAND);
    o = good;
    o.after = job_path("absent.tif");
    assert_int_equal(msc_change(&s, &o, &err), MSC_ENOFILE);
    assert_int_equal(made_count_files("refused"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(codes_follow_the_definition_for_any_tiling),
                                        cmocka_unit_test(a_year_against_itself_has_no_change),
                                        cmocka_unit_test(refusals_leave_nothing_behind) };
    return cmocka_run_group_tests(tests, made_setup, made_teardown);
}
