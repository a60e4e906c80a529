/* test_geos_shape.c - shapes with holes and parts keep their area. */
#include "patch/geos_shape.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void holes_and_parts(void **state)
{
    (void)state;
    /* 10 x 10 with a hole of 2 x 3, and a second part of 4 x 4. */
    static const double xy[] = { 0, 0, 0, 10, 10, 10, 10, 0, 0, 0, 2, 2, 4, 2, 4, 5, 2, 5, 2, 2, 20, 0, 20, 4, 24, 4, 24, 0, 20, 0 };
    static const size_t start[] = { 0, 5, 10, 15 };
    static const uint8_t outer[] = { 1, 0, 1 };
    const msc_shape shape = { 0, 3, start, outer, xy };
    GEOSContextHandle_t geos = GEOS_init_r();
    GEOSGeometry *made = msc_geos_shape(geos, &shape);
    double area;
    assert_non_null(made);
    assert_int_equal(GEOSArea_r(geos, made, &area), 1);
    assert_true(fabs(area - (100 - 6 + 16)) < 1e-12);
    assert_int_equal(GEOSGetNumGeometries_r(geos, made), 2);
    assert_int_equal(GEOSisValid_r(geos, made), 1);
    GEOSGeom_destroy_r(geos, made);
    const size_t short_ring[] = { 0, 2 };
    const msc_shape bad = { 0, 1, short_ring, outer, xy };
    assert_null(msc_geos_shape(geos, &bad));
    GEOS_finish_r(geos);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(holes_and_parts) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
