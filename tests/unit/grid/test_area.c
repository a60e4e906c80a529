/* Ellipsoidal areas against the closed formula's values for 1:10 000 map sheets, and blocks against their outline. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "grid/area.h"
#include "grid/crs.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static double sheet(double lat, double lon, double d_lat, double d_lon)
{
    const double ring[] = { lon, lat, lon + d_lon, lat, lon + d_lon, lat + d_lat, lon, lat + d_lat, lon, lat };
    double m2;
    msc_error err;
    assert_int_equal(msc_area_ring("EPSG:4490", ring, 5, &m2, &err), MSC_OK);
    return m2;
}

/* Rows "sheet LAT LON HEIGHT WIDTH m2 tolerance" and "point LON LAT CRS EAST NORTH tolerance". */
static void knows_published_geometry(void **state)
{
    (void)state;
    char line[256], crs[32];
    double v[6];
    int n = 0;
    FILE *file = fopen(ORACLES "/geometry.txt", "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        if (sscanf(line, "sheet %lf %lf %lf %lf %lf %lf", &v[0], &v[1], &v[2], &v[3], &v[4], &v[5]) == 6) {
            assert_true(fabs(sheet(v[0], v[1], v[2] / 3600, v[3] / 3600) - v[4]) <= v[5]);
            n++;
        } else if (sscanf(line, "point %lf %lf %31s %lf %lf %lf", &v[0], &v[1], crs, &v[2], &v[3], &v[4]) == 6) {
            msc_crs *way = NULL;
            msc_error err;
            assert_int_equal(msc_crs_open("EPSG:4490", crs, &way, &err), MSC_OK);
            msc_crs_forward(way, &v[0], &v[1], 1, 1);
            msc_crs_close(&way);
            assert_true(fabs(v[0] - v[2]) <= v[4] && (v[3] == 0 || fabs(v[1] - v[3]) <= v[4]));
            n++;
        }
    }
    fclose(file);
    assert_int_equal(n, 7);
}

static void a_ring_has_a_sign(void **state)
{
    (void)state;
    const double back[] = { 116, 40, 116, 41, 117, 41, 117, 40 };
    double m2;
    msc_error err;
    assert_int_equal(msc_area_ring("EPSG:4490", back, 4, &m2, &err), MSC_OK);
    assert_true(m2 < -9e9);
    assert_int_equal(msc_area_ring("EPSG:4490", back, 2, &m2, &err), MSC_OK);
    assert_true(m2 == 0.0);
    assert_int_equal(msc_area_ring("", back, 4, &m2, &err), MSC_ECRS);
}

static double sum_m2(const msc_grid *g, const msc_area *a)
{
    double units = 0.0;
    for (int32_t y = 0; y < g->height_px; y++)
        for (int32_t x = 0; x < g->width_px; x++)
            units += (double)a->px_area[(y / MSC_AREA_BLOCK) * a->n_across + x / MSC_AREA_BLOCK];
    return units * MSC_AREA_UNIT_M2;
}

static void expect_outline(const char *crs, double e0, double n0, double pixel, int32_t w, int32_t h, double tolerance)
{
    msc_grid g = { w, h, e0, n0, pixel, pixel, "" };
    strcpy(g.crs, crs);
    const double e1 = msc_grid_e(&g, w), n1 = msc_grid_n(&g, h);
    const double ring[] = { e0, n0, e0, n1, e1, n1, e1, n0 };
    msc_area area;
    msc_error err;
    double m2;
    assert_int_equal(msc_area_init(&g, 2, &area, &err), MSC_OK);
    assert_int_equal(msc_area_ring(crs, ring, 4, &m2, &err), MSC_OK);
    const double off = sum_m2(&g, &area) / m2 - 1.0;
    if (!(fabs(off) < tolerance)) fail_msg("%s pixel %g: relative %g", crs, pixel, off);
    msc_area_clear(&area);
    assert_null(area.px_area);
}

static void blocks_sum_to_the_outline(void **state)
{
    (void)state;
    expect_outline("EPSG:4548", 414000.0, 4430000.0, 2.0, 1000, 700, 2e-8);
    expect_outline("EPSG:4548", 314000.0, 4430000.0, 30.0, 1000, 700, 2e-8);
    expect_outline("EPSG:4490", 116.0, 40.0, 2e-5, 500, 300, 1e-7);
    expect_outline("EPSG:4490", 110.0, 40.0, 0.01, 500, 300, 1e-6);
}

/* Seams between bands of rows, and blocks whose sides are split, in any order of work. */
static void threads_say_nothing(void **state)
{
    (void)state;
    static const msc_grid grids[] = { { 1000, 9000, 414000.0, 4430000.0, 2.0, 2.0, "EPSG:4548" }, { 3000, 2100, 95.0, 50.0, 0.0025, 0.0025, "EPSG:4490" } };
    for (int i = 0; i < 2; i++) {
        msc_area one, three;
        msc_error err;
        assert_int_equal(msc_area_init(&grids[i], 1, &one, &err), MSC_OK);
        assert_int_equal(msc_area_init(&grids[i], 3, &three, &err), MSC_OK);
        assert_memory_equal(one.px_area, three.px_area, (size_t)one.n_across * (size_t)one.n_down * sizeof *one.px_area);
        for (int k = 0; k < one.n_across * one.n_down; k++) assert_true(one.px_area[k] > 0);
        msc_area_clear(&one);
        msc_area_clear(&three);
    }
}

static void without_a_system_pixels_are_flat(void **state)
{
    (void)state;
    msc_grid g = { 100, 65, 10.0, 20.0, 2.0, 0.5, "" };
    msc_area area;
    msc_error err;
    assert_int_equal(msc_area_init(&g, 2, &area, &err), MSC_OK);
    assert_int_equal(area.n_across * area.n_down, 4);
    assert_int_equal(area.px_area[3], 1 << 24);
    msc_area_clear(&area);
    assert_true(msc_area_pixel_m2(&g) == 1.0);
    strcpy(g.crs, "LOCAL_CS[\"pit grid\",UNIT[\"metre\",1],AXIS[\"x\",EAST],AXIS[\"y\",NORTH]]");
    assert_int_equal(msc_area_init(&g, 2, &area, &err), MSC_OK);
    assert_int_equal(area.px_area[0], 1 << 24);
    msc_area_clear(&area);
}

static void one_pixel_in_projected_m2(void **state)
{
    (void)state;
    msc_grid g = { 100, 100, 414000.0, 4430000.0, 2.0, 2.0, "EPSG:4548" };
    assert_true(msc_area_pixel_m2(&g) == 4.0);
    g = (msc_grid){ 2, 2, 116.0, 40.0 + 2.5 / 60.0, 3.75 / 60.0, 2.5 / 60.0, "EPSG:4490" };
    assert_true(fabs(msc_area_pixel_m2(&g) / sheet(40.0 - 2.5 / 60.0, 116.0, 2.5 / 60.0, 3.75 / 60.0) - 1.0) < 1e-7);
}

/* 549 755.8 km2 are 2^63 units. */
static void more_than_sums_can_hold_is_refused(void **state)
{
    (void)state;
    msc_grid g = { 74145, 74145, 0.0, 0.0, 10.0, 10.0, "" };
    msc_area area;
    msc_error err;
    assert_int_equal(msc_area_init(&g, 2, &area, &err), MSC_OK);      /* 549 748 km2 */
    msc_area_clear(&area);
    g.width_px++;
    g.height_px++;
    assert_int_equal(msc_area_init(&g, 2, &area, &err), MSC_EGRID);   /* 549 763 km2 */
    assert_non_null(strstr(err.detail, "549763 km2"));
    assert_null(area.px_area);
    g = (msc_grid){ 700, 700, 110.0, 40.0, 0.012, 0.012, "EPSG:4490" };
    assert_int_equal(msc_area_init(&g, 2, &area, &err), MSC_EGRID);   /* 8.4 x 8.4 degrees */
    g.pixel_e = 0.006;
    assert_int_equal(msc_area_init(&g, 2, &area, &err), MSC_OK);
    msc_area_clear(&area);
    g = (msc_grid){ 10, 10, 0.0, 0.0, 1e9, 1e9, "" };
    assert_int_equal(msc_area_init(&g, 2, &area, &err), MSC_EGRID);
}

static void outside_of_the_domain_is_an_error(void **state)
{
    (void)state;
    msc_grid g = { 100, 100, 1e12, 1e12, 2.0, 2.0, "EPSG:4548" };
    msc_area area;
    msc_error err;
    assert_int_equal(msc_area_init(&g, 2, &area, &err), MSC_ECRS);
    assert_null(area.px_area);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_published_geometry),
        cmocka_unit_test(a_ring_has_a_sign),
        cmocka_unit_test(blocks_sum_to_the_outline),
        cmocka_unit_test(threads_say_nothing),
        cmocka_unit_test(without_a_system_pixels_are_flat),
        cmocka_unit_test(one_pixel_in_projected_m2),
        cmocka_unit_test(more_than_sums_can_hold_is_refused),
        cmocka_unit_test(outside_of_the_domain_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
