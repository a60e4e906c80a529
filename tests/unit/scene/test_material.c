/* test_material.c - every material has a look, spectra have the shapes that remote sensing knows, classes are in order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "scene/material.h"

static void test_looks(void **state)
{
    (void)state;
    for (int m = 0; m < MSC_N_MATERIALS; m++)
        for (int b = 0; b < MSC_SCENE_BANDS; b++) {
            assert_true(msc_looks[m].summer[b] >= 50 && msc_looks[m].summer[b] < 9000);
            assert_true(msc_looks[m].autumn[b] >= 50 && msc_looks[m].autumn[b] < 9000);
        }
    /* Vegetation is brighter in near infrared than in red, water darker. */
    for (int m = MSC_M_BROADLEAF; m <= MSC_M_VEGETABLES; m++)
        assert_true(msc_looks[m].summer[3] > 2 * msc_looks[m].summer[2]);
    for (int m = MSC_M_RIVER; m <= MSC_M_DIRTY_WATER; m++)
        assert_true(msc_looks[m].summer[3] < msc_looks[m].summer[2]);
}

static void test_classes(void **state)
{
    (void)state;
    for (int i = 0; i < MSC_N_SCENE_CLASSES - 1; i++) {
        assert_int_equal(msc_scene_classes[i].code, i + 1);
        assert_int_equal(msc_scene_classes[i].is_damage, i + 1 <= MSC_C_ROCK);
        assert_int_equal(msc_scene_classes[i].is_masked, i + 1 >= MSC_C_CLOUD);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_looks), cmocka_unit_test(test_classes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
