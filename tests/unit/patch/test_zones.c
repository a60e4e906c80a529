/* test_zones.c - patches inside, across, and outside zones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include "patch/zones.h"

static const char layer[] =
    "{\"type\":\"FeatureCollection\",\"features\":["
    "{\"type\":\"Feature\",\"properties\":{\"NAME\":\"west\"},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":"
    "[[[0,0],[10,0],[10,20],[0,20],[0,0]]]}},"
    "{\"type\":\"Feature\",\"properties\":{\"NAME\":\"bow\"},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":"
    "[[[30,0],[40,10],[40,0],[30,10],[30,0]]]}},"
    "{\"type\":\"Feature\",\"properties\":{\"NAME\":\"东区\"},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":"
    "[[[10,0],[20,0],[20,20],[10,20],[10,0]],[[14,4],[14,8],[18,8],[18,4],[14,4]]]}}]}";

static int n_warnings;
static void count_warning(void *self, const msc_error *what)
{
    (void)self;
    assert_int_equal(what->status, MSC_WREPAIRED);
    n_warnings++;
}

static const char *zone_of(msc_zones *zones, double west, double south, double east, double north)
{
    const double xy[] = {west, south, west, north, east, north, east, south, west, south};
    const size_t start[] = {0, 5};
    const uint8_t outer[] = {1};
    const msc_shape shape = {.n_rings = 1, .ring_start = start, .is_outer = outer, .xy = xy};
    const char *name = NULL;
    msc_error err = {0};
    assert_int_equal(msc_zones_find(zones, &shape, &name, &err), MSC_OK);
    return name;
}

static void largest_share_wins(void **state)
{
    (void)state;
    char path[64];
    msc_settings settings;
    msc_error err = {0};
    msc_zones *zones = NULL;
    snprintf(path, sizeof path, "/tmp/minescar-zones-%d.geojson", (int)getpid());
    FILE *f = fopen(path, "w");
    fputs(layer, f);
    fclose(f);
    msc_settings_defaults(&settings);
    settings.warn = count_warning;
    const msc_zone zone = {"district", path, "NAME"};
    assert_int_equal(msc_zones_open(&settings, &zone, "", &zones, &err), MSC_OK);
    assert_int_equal(n_warnings, 1);
    assert_string_equal(zone_of(zones, 1, 1, 9, 9), "west");
    assert_string_equal(zone_of(zones, 0, 0, 10, 20), "west");
    assert_string_equal(zone_of(zones, 8, 1, 11, 3), "west");
    assert_string_equal(zone_of(zones, 9, 1, 12, 3), "东区");
    assert_string_equal(zone_of(zones, 9, 1, 11, 3), "west");       /* a tie: the first in the file */
    assert_string_equal(zone_of(zones, 15, 5, 17, 7), "");          /* in the hole */
    assert_string_equal(zone_of(zones, 13, 3, 19, 9), "东区");
    assert_string_equal(zone_of(zones, 100, 100, 101, 101), "");
    assert_string_equal(zone_of(zones, 20, 0, 22, 2), "");          /* touches at an edge */
    assert_string_equal(zone_of(zones, 37, 4, 39.5, 6), "bow");
    msc_zones_close(&zones);
    const msc_zone wrong = {"district", path, "NOSUCH"};
    assert_int_equal(msc_zones_open(&settings, &wrong, "", &zones, &err), MSC_EFIELD);
    assert_null(zones);
    unlink(path);
    assert_int_equal(msc_zones_open(&settings, &zone, "", &zones, &err), MSC_ENOFILE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(largest_share_wins)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
