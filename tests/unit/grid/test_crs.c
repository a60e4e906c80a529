/* Coordinates of Gauss-Krueger zones against known values; spellings of one system; texts that are no system. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "grid/crs.h"
#include "grid/crs_wkt.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* CGCS2000 / 3-degree Gauss-Krueger CM 117E as GDAL writes it: no AXIS, so east comes first. */
static const char *const WKT1_4548 =
    "PROJCS[\"CGCS2000 / 3-degree Gauss-Kruger CM 117E\",GEOGCS[\"China Geodetic Coordinate System 2000\","
    "DATUM[\"China_2000\",SPHEROID[\"CGCS2000\",6378137,298.257222101]],PRIMEM[\"Greenwich\",0],"
    "UNIT[\"degree\",0.0174532925199433]],PROJECTION[\"Transverse_Mercator\"],PARAMETER[\"latitude_of_origin\",0],"
    "PARAMETER[\"central_meridian\",117],PARAMETER[\"scale_factor\",1],PARAMETER[\"false_easting\",500000],"
    "PARAMETER[\"false_northing\",0],UNIT[\"metre\",1]]";
/* The same as a shapefile's .prj says it. */
static const char *const ESRI_4548 =
    "PROJCS[\"CGCS2000_3_Degree_GK_CM_117E\",GEOGCS[\"GCS_China_Geodetic_Coordinate_System_2000\",DATUM[\"D_China_2000\","
    "SPHEROID[\"CGCS2000\",6378137.0,298.257222101]],PRIMEM[\"Greenwich\",0.0],UNIT[\"Degree\",0.0174532925199433]],"
    "PROJECTION[\"Gauss_Kruger\"],PARAMETER[\"False_Easting\",500000.0],PARAMETER[\"False_Northing\",0.0],"
    "PARAMETER[\"Central_Meridian\",117.0],PARAMETER[\"Scale_Factor\",1.0],PARAMETER[\"Latitude_Of_Origin\",0.0],"
    "UNIT[\"Meter\",1.0]]";
static const char *const LOCAL = "LOCAL_CS[\"pit grid\",UNIT[\"metre\",1],AXIS[\"x\",EAST],AXIS[\"y\",NORTH]]";

static void expect(const char *from, const char *to, double lon, double lat, double e, double n)
{
    msc_crs *crs;
    msc_error err;
    assert_int_equal(msc_crs_open(from, to, &crs, &err), MSC_OK);
    double xy[2] = { lon, lat };
    msc_crs_forward(crs, &xy[0], &xy[1], 1, 2);
    if (fabs(xy[0] - e) > 6e-4 || fabs(xy[1] - n) > 6e-4) fail_msg("%s to %s: %.4f, %.4f", from, to, xy[0], xy[1]);
    msc_crs_close(&crs);
    assert_null(crs);
}

static void knows_gauss_krueger(void **state)
{
    (void)state;
    expect("EPSG:4490", "EPSG:4548", 116.0, 40.0, 414605.380, 4430008.068);
    expect("EPSG:4490", "EPSG:4527", 116.0, 40.0, 39414605.380, 4430008.068);
    expect("EPSG:4490", WKT1_4548, 116.0, 40.0, 414605.380, 4430008.068);
    expect("EPSG:4490", ESRI_4548, 116.0, 40.0, 414605.380, 4430008.068);
    expect(WKT1_4548, "lonlat", 414605.380, 4430008.068, 116.0, 40.0);
    expect("EPSG:4548", "lonlat", 414605.380, 4430008.068, 116.0, 40.0);
    expect("EPSG:4490", "EPSG:4490", 116.0, 40.0, 116.0, 40.0);
}

static void knows_zone_38(void **state)
{
    (void)state;
    msc_crs *crs;
    msc_error err;
    double e[3] = { 115.42, 115.42, 1e9 }, n[3] = { 39.7, 39.7, 1e9 };
    assert_int_equal(msc_crs_open("EPSG:4490", "EPSG:4526", &crs, &err), MSC_OK);
    msc_crs_forward(crs, e, n, 3, 1);
    assert_true(fabs(e[0] - 38621790.583) < 6e-4 && e[1] == e[0] && n[1] == n[0]);
    assert_true(e[2] == HUGE_VAL && n[2] == HUGE_VAL);
    e[0] = 115.42;
    n[0] = 39.7;
    msc_crs_forward(crs, e, n, 1, 1);            /* still good after a failure */
    assert_true(e[0] == e[1] && n[0] == n[1]);
    msc_crs_close(&crs);
}

static void spellings_are_the_same(void **state)
{
    (void)state;
    char wkt2[MSC_CRS_MAX];
    msc_error err;
    assert_int_equal(msc_crs_wkt("EPSG:4548", wkt2, &err), MSC_OK);
    const char *const one[] = { "EPSG:4548", WKT1_4548, ESRI_4548, wkt2 };
    for (int i = 0; i < 4; i++)
        for (int k = 0; k < 4; k++)
            if (!msc_crs_same(one[i], one[k])) fail_msg("%d and %d differ", i, k);
    assert_true(msc_crs_same("", ""));
    assert_true(msc_crs_same("EPSG:4326", "OGC:CRS84"));
    assert_true(msc_crs_same(LOCAL, LOCAL));
    assert_false(msc_crs_same("", "EPSG:4548"));
    assert_false(msc_crs_same("EPSG:4548", "EPSG:4547"));
    assert_false(msc_crs_same("EPSG:4548", "EPSG:4527"));
    assert_false(msc_crs_same("EPSG:4548", "EPSG:2436"));   /* Beijing 1954 */
    assert_false(msc_crs_same("EPSG:4548", LOCAL));
    assert_false(msc_crs_same("EPSG:4548", "nonsense"));
}

static void tells_kind_unit_and_name(void **state)
{
    (void)state;
    char name[64];
    assert_true(msc_crs_is_geographic("EPSG:4490"));
    assert_true(msc_crs_is_geographic("EPSG:4979"));
    assert_false(msc_crs_is_geographic(WKT1_4548));
    assert_false(msc_crs_is_geographic(""));
    assert_true(msc_crs_metres_per_unit("EPSG:4548") == 1.0);
    assert_true(msc_crs_metres_per_unit("EPSG:4490") == 1.0);
    assert_true(msc_crs_metres_per_unit("") == 1.0);
    assert_true(fabs(msc_crs_metres_per_unit("EPSG:2272") - 1200.0 / 3937.0) < 1e-12);
    msc_crs_name("EPSG:4548", name, sizeof name);
    assert_string_equal(name, "EPSG:4548");
    msc_crs_name(LOCAL, name, sizeof name);
    assert_string_equal(name, "pit grid");
    msc_crs_name("", name, sizeof name);
    assert_string_equal(name, "");
    msc_crs_name("EPSG:4548", name, 5);
    assert_string_equal(name, "EPSG");
    double a, f;
    assert_true(msc_crs_ellipsoid("EPSG:4548", &a, &f));
    assert_true(a == 6378137.0 && fabs(1.0 / f - 298.257222101) < 1e-8);
    assert_false(msc_crs_ellipsoid(LOCAL, &a, &f));
}

/* PROJ is the judge of what is read out of a text: a space, which means nothing, sends the same text to it. */
static void text_says_what_proj_says(void **state)
{
    (void)state;
    static const int ranges[][2] = { { 4490, 4554 }, { 32648, 32652 }, { 2272, 2272 }, { 3857, 3857 }, { 4326, 4326 }, { 4979, 4979 },
                                     { 27700, 27700 }, { 26729, 26729 }, { 2193, 2193 }, { 7415, 7415 }, { 5819, 5819 } };
    int n_read = 0;
    for (size_t r = 0; r < sizeof ranges / sizeof *ranges; r++)
        for (int c = ranges[r][0]; c <= ranges[r][1]; c++) {
            char code[32], wkt[MSC_CRS_MAX], spaced[MSC_CRS_MAX + 1];
            double a[2], f[2];
            msc_error err;
            msc_crs_facts facts;
            snprintf(code, sizeof code, "EPSG:%d", c);
            if (msc_crs_wkt(code, wkt, &err) != MSC_OK) continue;
            const char *at = strstr(wkt, "ELLIPSOID[");
            if (!at) continue;
            const size_t head = (size_t)(at - wkt) + strlen("ELLIPSOID[");
            snprintf(spaced, sizeof spaced, "%.*s %s", (int)head, wkt, wkt + head);
            assert_false(msc_crs_wkt_facts(spaced, &facts));
            n_read += msc_crs_wkt_facts(wkt, &facts);
            assert_int_equal(msc_crs_ellipsoid(wkt, &a[0], &f[0]), msc_crs_ellipsoid(spaced, &a[1], &f[1]));
            if (a[0] != a[1] || f[0] != f[1]) fail_msg("ellipsoid of %s", code);
            if (msc_crs_is_geographic(spaced) != msc_crs_is_geographic(wkt)) fail_msg("kind of %s", code);
            if (msc_crs_metres_per_unit(spaced) != msc_crs_metres_per_unit(wkt)) fail_msg("unit of %s", code);
        }
    assert_true(n_read > 60);
}

static void text_alone_is_not_enough(void **state)
{
    (void)state;
    char wkt[MSC_CRS_MAX];
    msc_error err;
    msc_crs_facts facts;
    assert_int_equal(msc_crs_wkt("EPSG:4548", wkt, &err), MSC_OK);
    assert_true(msc_crs_wkt_facts(wkt, &facts) && facts.is_projected && facts.semi_major_m == 6378137.0);
    wkt[strlen(wkt) - 1] = '\0';                              /* cut off */
    assert_false(msc_crs_wkt_facts(wkt, &facts));
    assert_int_equal(msc_crs_wkt("EPSG:2272", wkt, &err), MSC_OK);  /* feet */
    assert_false(msc_crs_wkt_facts(wkt, &facts));
    assert_false(msc_crs_wkt_facts(WKT1_4548, &facts));
    assert_false(msc_crs_wkt_facts(LOCAL, &facts));
    assert_false(msc_crs_wkt_facts("EPSG:4548", &facts));
    /* A name that looks like a node says nothing. */
    assert_false(msc_crs_wkt_facts("PROJCRS[\"a ,ELLIPSOID[\",CS[Cartesian,2],LENGTHUNIT[\"metre\",1]]", &facts));
}

static void refuses_what_is_no_system(void **state)
{
    (void)state;
    msc_crs *crs;
    msc_error err;
    char wkt[MSC_CRS_MAX];
    assert_int_equal(msc_crs_open("", "lonlat", &crs, &err), MSC_ECRS);
    assert_int_equal(msc_crs_open("EPSG:4548", "", &crs, &err), MSC_ECRS);
    assert_int_equal(msc_crs_open(LOCAL, "lonlat", &crs, &err), MSC_ECRS);
    assert_int_equal(msc_crs_open(LOCAL, "EPSG:4548", &crs, &err), MSC_ECRS);
    assert_null(crs);
    assert_int_equal(msc_crs_wkt("EPSG:999999", wkt, &err), MSC_ECRS);
    assert_int_equal(msc_crs_wkt("nonsense", wkt, &err), MSC_ECRS);
    assert_int_equal(msc_crs_wkt("", wkt, &err), MSC_ECRS);
    assert_int_equal(msc_crs_wkt("+proj=utm +zone=50 +ellps=GRS80", wkt, &err), MSC_OK);
    assert_non_null(strstr(wkt, "PROJCRS"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_gauss_krueger),
        cmocka_unit_test(knows_zone_38),
        cmocka_unit_test(spellings_are_the_same),
        cmocka_unit_test(tells_kind_unit_and_name),
        cmocka_unit_test(text_says_what_proj_says),
        cmocka_unit_test(text_alone_is_not_enough),
        cmocka_unit_test(refuses_what_is_no_system),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
