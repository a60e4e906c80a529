/* test_evidence.c - a tile's bytes are those of pixels scored one by one; holes, padding, all types of planes. */
#include "made_tile.h"
#include "ops/evidence.h"

enum { BANDS = 2 };

static void bytes_are_those_of_single_pixels(void **state)
{
    (void)state;
    static const msc_type types[2 * BANDS + 1] = { MSC_U8, MSC_U16, MSC_F32, MSC_U16, MSC_U8 }, byte = MSC_U8;
    const msc_irmad_limit limit[2 * BANDS] = { { 0, 255 }, { 0, 65535 }, { 100, 1200 }, { 0, 65535 } };
    msc_variates v = { .n_before = BANDS, .n_after = BANDS, .n = BANDS, .is_used = { 1, 1, 1, 1 } };
    float value[2 * BANDS][MADE_W * MADE_H];
    msc_irmad_sums sums;
    const float *plane[2 * BANDS];
    static double weight[MADE_W * MADE_H];
    for (int32_t y = 0; y < MADE_H; y++)
        for (int32_t x = 0; x < MADE_W; x++)
            for (int b = 0; b < 2 * BANDS; b++) {
                const float one = (float)made_value(types[b], x, y, b);
                msc_irmad_load(MSC_F32, &one, 1, &limit[b], &value[b][y * MADE_W + x]);
                weight[y * MADE_W + x] = made_seen(x, y);
                plane[b] = value[b];
            }
    msc_irmad_sums_begin(&sums, 2 * BANDS, (const double[2 * BANDS]){ 100, 30000, 600, 30000 });
    msc_irmad_sums_add(&sums, plane, weight, MADE_W * MADE_H);
    assert_int_equal(msc_irmad_choose(&sums, BANDS, BANDS, &v, NULL), MSC_OK);
    assert_int_equal(msc_irmad_solve(&sums, &v, NULL), MSC_OK);
    const msc_evidence self = { .irmad = &v, .limit = limit };
    msc_op op;
    msc_evidence_op(&self, &op);
    assert_int_equal(op.halo_px, 0);
    static const msc_rect cores[] = { { 0, 0, MADE_W, MADE_H }, { 64, 32, 64, 58 }, { 7, 11, 1, 1 } };
    int n_of[256] = { 0 };
    for (int c = 0; c < 3; c++) {
        msc_tile in = made_tile(cores[c], 2, 2 * BANDS + 1, types), out = made_tile(cores[c], 2, 1, &byte);
        op.tile(op.self, &in, &out, NULL);
        for (int32_t y = -2; y < cores[c].h + 2; y++)
            for (int32_t x = -2; x < cores[c].w + 2; x++) {
                const int32_t u = cores[c].x + x, w = cores[c].y + y;
                const int got = msc_row_u8(&out, 0, y)[x];
                assert_int_equal(msc_row_valid(&out, y)[x], made_seen(u, w));
                if (!made_seen(u, w)) {
                    assert_int_equal(got, MSC_EVIDENCE_NODATA);
                    continue;
                }
                double z = 0;
                for (int i = 0; i < v.n; i++) {
                    double d = -v.offset[i];
                    for (int b = 0; b < 2 * BANDS; b++) d += v.row[i][b] * (double)value[b][w * MADE_W + u];
                    z += d * d;
                }
                assert_int_equal(got, (int)(254 * msc_irmad_no_change(&v, z) + 0.5));
                assert_true(fabs(got - 254 * msc_chi2_above(z, v.n)) < 0.5003);
                n_of[got]++;
            }
        made_tile_clear(&in);
        made_tile_clear(&out);
    }
    int n_values = 0;
    for (int i = 0; i < 255; i++) n_values += n_of[i] > 0;
    assert_true(n_values > 200 && n_of[255] == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(bytes_are_those_of_single_pixels) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
