/* Graded changes against the definition written out pixel by pixel. */
#include "decide_made.h"

static int is_difference(const msc_tile *t, int32_t x, int32_t y)
{
    const uint8_t a = msc_row_u8(t, 0, y)[x], b = msc_row_u8(t, 1, y)[x];
    return msc_row_valid(t, y)[x] && a && b && a != b;
}

static int occurs(const msc_tile *t, int plane, uint8_t wanted, int32_t x, int32_t y, int32_t r)
{
    for (int32_t dy = -r; dy <= r; dy++)
        for (int32_t dx = -r; dx <= r; dx++)
            if (msc_row_u8(t, plane, y + dy)[x + dx] == wanted && msc_row_valid(t, y + dy)[x + dx]) return 1;
    return 0;
}

/* Whether a square of `side` px with the pixel in it lies in differences of the pixel's own code in that year. */
static int in_square(const msc_tile *t, int plane, int32_t x, int32_t y, int32_t side)
{
    const uint8_t wanted = msc_row_u8(t, plane, y)[x];
    for (int32_t y0 = y - side + 1; y0 <= y; y0++)
        for (int32_t x0 = x - side + 1; x0 <= x; x0++) {
            int is_whole = 1;
            for (int32_t dy = 0; dy < side && is_whole; dy++)
                for (int32_t dx = 0; dx < side && is_whole; dx++)
                    is_whole = is_difference(t, x0 + dx, y0 + dy) && msc_row_u8(t, plane, y0 + dy)[x0 + dx] == wanted;
            if (is_whole) return 1;
        }
    return 0;
}

static double share_of(const msc_tile *t, int32_t x, int32_t y, int year, int class)
{
    for (int i = 0; i < 3; i++)
        if (msc_row_u8(t, POSTERIOR + 6 * year + 2 * i, y)[x] == class) return fmax(1, msc_row_u8(t, POSTERIOR + 6 * year + 2 * i + 1, y)[x]) / 255;
    return 1 / 255.0;
}

static double odds_of(const msc_tile *t, int32_t x, int32_t y)
{
    double change = 0, same = 0;
    if (!msc_row_u8(t, POSTERIOR, y)[x] || !msc_row_u8(t, POSTERIOR + 6, y)[x]) return 255;
    for (int c = 1; c < 256; c++) same = fmax(same, share_of(t, x, y, 0, c) * share_of(t, x, y, 1, c));
    for (int i = 0; i < 9; i++) {
        const int a = msc_row_u8(t, POSTERIOR + 2 * (i / 3), y)[x], b = msc_row_u8(t, POSTERIOR + 6 + 2 * (i % 3), y)[x];
        if (a && b && a != b) change = fmax(change, share_of(t, x, y, 0, a) * share_of(t, x, y, 1, b));
    }
    return change > 0 ? change / same : 1 / 255.0;
}

/* Grade and reason; 0 when the odds are too near to call. */
static int by_definition(const msc_tile *t, int32_t x, int32_t y, const msc_decide_limits *l, int *by)
{
    const uint8_t a = msc_row_u8(t, 0, y)[x], b = msc_row_u8(t, 1, y)[x];
    const int reach = l->edge_tolerance_px + (int)ceil(l->shift_px), side = 2 * l->edge_tolerance_px + (int)floor(l->shift_px) + 1;
    const double k = 0.0595, p = fmax(0.5, msc_row_u8(t, EVIDENCE, y)[x]) / 254;
    *by = MSC_BY_BOUNDARY;
    if (reach && side > 1 && occurs(t, 0, b, x, y, reach) && occurs(t, 1, a, x, y, reach) && !in_square(t, 0, x, y, side) && !in_square(t, 1, x, y, side))
        return MSC_GRADE_BOUNDARY;
    *by = MSC_BY_IMPOSSIBLE;
    if (a % 7 == 3 && b % 5 == 2) return MSC_GRADE_IMPOSSIBLE;
    *by = MSC_BY_CONFIDENCE;
    if (msc_row_u8(t, CONFIDENCE, y)[x] < l->min_confidence || msc_row_u8(t, CONFIDENCE + 1, y)[x] < l->min_confidence) return MSC_GRADE_C;
    const int is_mined = a % 3 == 0 && b % 3 == 0;       /* its prior is even, its evidence is worth the square */
    const double alone = odds_of(t, x, y) * (is_mined ? 1 : l->change_rate / (1 - l->change_rate));
    const double both = alone * (msc_row_u8(t, EVIDENCE, y)[x] == 255 ? 1 : pow(k * pow(p, k - 1), is_mined ? 2 : 1));
    if (fabs(log(alone)) < 0.01 || fabs(log(both)) < 0.01) return -1;
    *by = alone > 1 ? MSC_BY_EVIDENCE : MSC_BY_POSTERIOR;
    if (both < 1) return MSC_GRADE_C;
    *by = MSC_BY_NOTHING;
    return alone > 1 && p <= l->evidence_sure ? MSC_GRADE_A : MSC_GRADE_B;
}

static void fill(msc_tile *in, uint64_t i, uint32_t n_codes)
{
    const int32_t pad = in->pad_px;
    for (int32_t y = -pad; y < in->core.h + pad; y++)
        for (int32_t x = -pad; x < in->core.w + pad; x++) {
            const uint64_t cell = msc_random(i, (uint64_t)((x + 100) / 7), (uint64_t)((y + 100) / 5));
            const uint64_t after = msc_random(i + 1, (uint64_t)((x + 101) / 7), (uint64_t)((y + 100) / 5)), dice = msc_random(i + 2, (uint64_t)(x + 100), (uint64_t)(y + 100));
            msc_row_u8(in, 0, y)[x] = (uint8_t)(msc_random_below(cell, n_codes) * (255 / (n_codes - 1)));
            msc_row_u8(in, 1, y)[x] = dice % 8 ? (uint8_t)(msc_random_below(dice % 3 ? cell : after, n_codes) * (255 / (n_codes - 1))) : (uint8_t)(dice >> 20);
            msc_row_valid(in, y)[x] = dice >> 40 & 15 ? 1 : 0;
            for (int p = CONFIDENCE; p < N_PLANES; p++) {
                const uint64_t die = msc_random(i + 3, (uint64_t)(x + 100), (uint64_t)((y + 100) * 32 + p));
                const int is_code = p >= POSTERIOR && p < EVIDENCE && p % 2 == 0;
                msc_row_u8(in, p, y)[x] = (uint8_t)(is_code ? die % 5 : p == EVIDENCE ? die % 3 ? die % 20 : die : die % 256);
            }
        }
}

/* A class stands once in a list. */
static void mend(msc_tile *in)
{
    for (int32_t y = -in->pad_px; y < in->core.h + in->pad_px; y++)
        for (int32_t x = -in->pad_px; x < in->core.w + in->pad_px; x++)
            for (int year = 0; year < 2; year++) {
                uint8_t *list[3];
                for (int k = 0; k < 3; k++) list[k] = &msc_row_u8(in, POSTERIOR + 6 * year + 2 * k, y)[x];
                if (*list[1] == *list[0]) *list[1] = 0;
                if (*list[2] == *list[0] || *list[2] == *list[1]) *list[2] = 0;
            }
}

static void compare_case(const msc_tile *in, const msc_tile *out, const msc_decide_limits *limits, int32_t keep, int64_t n[MSC_N_GRADES])
{
    for (int32_t y = -keep; y < in->core.h + keep; y++)
        for (int32_t x = -keep; x < in->core.w + keep; x++) {
            int by = MSC_BY_NOTHING, wanted = MSC_GRADE_NONE;
            const uint8_t a = msc_row_u8(in, 0, y)[x], b = msc_row_u8(in, 1, y)[x];
            const int is_seen = msc_row_valid(in, y)[x] && a && b, got = msc_row_u8(out, 1, y)[x];
            assert_int_equal(msc_row_valid(out, y)[x], is_seen);
            assert_int_equal(msc_row_u16(out, 2, y)[x], !is_seen ? MSC_CHANGE_NODATA : a == b ? 0 : a * 256 + b);
            if (!is_seen) wanted = MSC_GRADE_NODATA, by = !a == !b ? MSC_UNSEEN_BOTH : a ? MSC_UNSEEN_AFTER : MSC_UNSEEN_BEFORE;
            else if (a != b) wanted = by_definition(in, x, y, limits, &by);
            if (wanted < 0) continue;
            if (got != wanted || msc_row_u8(out, 3, y)[x] != by) fail_msg("at %d,%d: grade %d by %d, not %d by %d", x, y, got, msc_row_u8(out, 3, y)[x], wanted, by);
            const int is_accepted = wanted == MSC_GRADE_A || wanted == MSC_GRADE_B || wanted == MSC_GRADE_NONE || wanted == MSC_GRADE_NODATA;
            assert_int_equal(msc_row_u16(out, 0, y)[x], is_accepted ? msc_row_u16(out, 2, y)[x] : 0);
            n[wanted == MSC_GRADE_NODATA ? 0 : wanted]++;
        }
}

/* Coarse pictures of `n_codes` codes (spread over 0..255), the second a disturbed copy of the first; padding left to keep. */
static void same_as_the_definition(void **state)
{
    (void)state;
    static const uint32_t counts[] = { 2, 5, 8, 17, 40, 255 };
    static const double shifts[] = { 0, 1, 0.4, 2.5, 6.2 };
    int64_t n[MSC_N_GRADES] = { 0 };
    for (uint64_t i = 0; i < 30; i++) {
        msc_decide_limits limits = within((int32_t)(i % 4), shifts[i % 5]);
        msc_decide self;
        limits.min_confidence = i % 3 ? 0 : 20;
        msc_decide_init(&self, &limits);
        self.confidence = CONFIDENCE, self.posterior = POSTERIOR, self.evidence = EVIDENCE;
        self.worth[MSC_GROUND_MINED].prior = 0;
        for (int e = 0; e < 256; e++) self.worth[MSC_GROUND_MINED].ratio[e] *= 2;
        for (int c = 0; c < 256; c++) self.is_damage[c] = c % 3 == 0;
        for (int a = 0; a < 256; a++)
            for (int b = 0; b < 256; b++)
                if (a % 7 == 3 && b % 5 == 2) msc_forbid(&self.impossible, a, b);
        const int32_t w = 40 + (int32_t)(i * 13 % 101), h = 30 + (int32_t)(i * 29 % 120), keep = (int32_t)(i % 2) * 3;
        const int32_t pad = msc_boundary_halo_px(&self.boundary) + keep;
        msc_tile in = made_tile((msc_rect){ 0, 0, w, h }, pad, N_PLANES, types), out = made_tile((msc_rect){ 0, 0, w, h }, keep, 5, types_out);
        fill(&in, i * 7, counts[i / 5]);
        mend(&in);
        run_tile(&self, &in, &out);
        compare_case(&in, &out, &limits, keep, n);
        made_tile_clear(&in);
        made_tile_clear(&out);
    }
    for (int g = 1; g < MSC_N_GRADES; g++) assert_true(n[g] > 500);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(same_as_the_definition) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
