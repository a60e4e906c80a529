/* test_simplify.c - simplified patches cover the frame without gap, overlap or crossing. */
#include "picture.h"

static void simplified_patches_cover_the_frame(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 24; seed++) {
        const int32_t w = 5 + (int32_t)(seed * 37 % 90), h = 3 + (int32_t)(seed * 53 % 80);
        picture q = make(w, h, 2 + (int)(seed % 4), (int)(seed % 2), seed);
        if (seed % 3 > 0) {
            memset(q.valid, 1, (size_t)(w * h));
        }
        for (int connectivity = 4; connectivity <= 8; connectivity += 4) {
            for (double tolerance = 0.8; tolerance < 9; tolerance *= 3) {
                kept first = trace(&q, connectivity, tolerance, 128, 1, 0);
                assert_coverage(&first, seed % 3 > 0 ? (double)w * h : -1);
                for (int t = 0; t < 5; t++) {
                    kept other = trace(&q, connectivity, tolerance, tiles[t], 2, 0);
                    assert_same(&first, &other);
                    drop(&other);
                }
                drop(&first);
            }
        }
        unmake(&q);
    }
}

static size_t count_points(const kept *k)
{
    size_t n = 0;
    for (size_t i = 0; i < k->n; i++) {
        n += k->patch[i].start[k->patch[i].p.n_rings];
    }
    return n;
}

static void a_staircase_becomes_a_line(void **state)
{
    (void)state;
    picture q = make(100, 100, 2, 2, 4);
    for (int32_t i = 0; i < 10000; i++) {
        q.value[i] = (uint16_t)(1 + (i % 100 > i / 100));
    }
    kept before = trace(&q, 4, 0, 64, 1, 0), after = trace(&q, 4, 1, 64, 1, 0);
    assert_true(count_points(&before) > 380);
    assert_true(count_points(&after) <= 14);
    assert_coverage(&after, 10000);
    drop(&before);
    drop(&after);
    unmake(&q);
}

/* Convex patches lose nothing: Douglas & Peucker alone cut the disc of 200 px by about 0.5 %. */
static void a_disc_keeps_its_area(void **state)
{
    (void)state;
    for (int32_t radius = 20; radius <= 100; radius += 20) {
        picture q = make(210, 210, 2, 2, 4);
        for (int32_t i = 0; i < 210 * 210; i++) {
            const int32_t x = i % 210 - 105, y = i / 210 - 105;
            q.value[i] = (uint16_t)(1 + (x * x + y * y < radius * radius));
        }
        kept before = trace(&q, 4, 0, 64, 1, 0), after = trace(&q, 4, 2, 64, 1, 0);
        assert_int_equal(after.n, 2);
        for (size_t i = 0; i < after.n; i++) {
            assert_in_range(after.patch[i].p.area_px_x2 - 2 * after.patch[i].p.n_px + 1, 0, 2);
        }
        assert_true(count_points(&after) < count_points(&before) / 3);
        drop(&before);
        drop(&after);
        unmake(&q);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(simplified_patches_cover_the_frame),
        cmocka_unit_test(a_staircase_becomes_a_line),
        cmocka_unit_test(a_disc_keeps_its_area),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
